"""历年证书数据: what is found, what is shown whole, what is kept back."""

from __future__ import annotations

import pytest

from commands.cast import id_number, operator_of
from domain.identifiers import mask_id
from domain.verification import CaseState
from extensions import db, writing
from models import Certificate
from operations import certificates as records
from operations import events, register
from tests import factories
from tests.conftest import actor_of
from tests.integration.admin_views.records import certificate, office, trail

PERSON = id_number("450721", "19850312", "002")
FOREIGN_PAPER = "H12345678"


@pytest.fixture
def four_records(app):
    certificate(name="韦小兰", id_number=PERSON, cert_no="0833232")
    certificate(name="韦兰英", cert_no="833232")
    certificate(name="欧阳小兰", cert_no="桂中级字第0812号")
    certificate(name="买买提·艾力", cert_no=None)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("0833232", ["韦小兰"]), ("833232", ["韦兰英"]), ("８３３２３２", ["韦兰英"]), ("桂中级字第0812号", ["欧阳小兰"]),
        (PERSON, ["韦小兰"]), (PERSON.lower(), ["韦小兰"]), ("韦小兰", ["韦小兰"]), ("小兰", ["韦小兰", "欧阳小兰"]),
        ("韦", ["韦小兰", "韦兰英"]), ("兰", []), ("韦 小 兰", ["韦小兰"]), ("买买提•艾力", ["买买提·艾力"]), ("0833", []),
        ("%", []), ("_小兰", []), ("", ["买买提·艾力", "欧阳小兰", "韦兰英", "韦小兰"]),
    ],
)  # fmt: skip
def test_the_search_goes_by_the_shape_of_what_was_typed(four_records, as_staff, typed, found):
    client = as_staff("ls.staff")

    client.find("/admin/certificates/", search=typed)

    assert f"共 {len(found)} 条" in client.page.text
    assert all(name in client.page.text for name in found)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"status": "normal"}, 2), ({"status": "void"}, 1), ({"verified": "yes"}, 1), ({"verified": "no"}, 2),
        ({"level": "assistant"}, 3), ({"level": "intermediate"}, 0), ({"series": "工程系列"}, 2), ({"body": "灵山"}, 3),
        ({"body": "浦北"}, 0), ({"status": "normal", "series": "卫生系列"}, 1),
    ],
)  # fmt: skip
def test_filters_narrow_together(as_staff, asked, found):
    shown = certificate(name="韦小兰")
    certificate(name="陆海生", cert_status="void")
    certificate(name="黄春梅", title_series="卫生系列")
    with writing():
        records.publish(db.session.get(Certificate, shown))

    client = as_staff("ls.staff")
    client.get("/admin/certificates/", query_string=asked)

    assert f"共 {found} 条" in client.page.text


def test_the_grid_shows_id_numbers_masked_only(as_staff):
    certificate(id_number=PERSON)

    client = as_staff("ls.staff")
    answer = client.get("/admin/certificates/")

    assert mask_id(PERSON) in answer.text
    assert PERSON not in answer.text


def test_the_details_show_all_twenty_fields_and_where_the_record_came_from(as_staff):
    own = certificate(id_number=PERSON, employer_name="灵山县水利局", approval_doc_no="灵职改字〔2009〕12号")

    client = as_staff("ls.staff")
    client.get(f"/admin/certificates/details/?id={own}")

    for word in (
        "证书管理号",
        "性别",
        "单位性质",
        "灵山县水利局",
        "灵职改字〔2009〕12号",
        "评审机构",
        "导入批次",
        "0 次",
    ):
        assert word in client.page.text
    assert PERSON not in client.page.text


def test_the_whole_id_number_is_shown_on_demand_and_leaves_an_event(as_staff):
    own = certificate(id_number=PERSON)
    client = as_staff("ls.staff")
    client.get(f"/admin/certificates/details/?id={own}")

    client.send("/admin/certificates/reveal/", {"id": own})

    seen = trail()[0]
    assert PERSON in client.page.text
    assert (seen.action, seen.subject_type, seen.subject_id, seen.actor_name) == (
        "view_id_number",
        "certificate",
        own,
        "梁敏",
    )
    assert PERSON not in seen.summary


def test_the_whole_id_number_is_not_shown_by_a_link_nor_across_the_border(as_staff):
    foreign = certificate(id_number=PERSON)
    client = as_staff("pb.staff")
    by_link = client.get(f"/admin/certificates/reveal/?id={foreign}")
    client.get("/admin/certificates/")

    across = client.send("/admin/certificates/reveal/", {"id": foreign})

    assert (by_link.status_code, across.status_code) == (405, 404)
    assert not trail(action="view_id_number")


def test_the_history_tells_what_changed_with_id_numbers_masked(as_staff):
    own = certificate(id_number=PERSON)
    with writing():
        changes = {"证书专业": ["水利水电工程", "给排水"], "身份证号": [FOREIGN_PAPER, PERSON]}
        actor = operator_of(office("灵山县职改办"))
        events.record(
            actor, "change_certificate", ("certificate", own), "审核通过，记录按填报内容更新", changes=changes
        )

    client = as_staff("ls.staff")
    client.get(f"/admin/certificates/details/?id={own}")

    assert "审核通过，记录按填报内容更新" in client.page.text
    assert "给排水" in client.page.text
    assert PERSON not in client.page.text
    assert FOREIGN_PAPER not in client.page.text


def test_the_history_tells_in_sentences_what_became_of_a_record_from_its_import_on(as_staff):
    case = factories.case_at(CaseState.PENDING, factories.certificate(factories.holder()))
    factories.act("ls.staff", case, "approve", reply="")
    record_id = case.certificate_id
    with writing():
        chief, version = actor_of("ls.admin"), db.session.get_one(Certificate, record_id).version
        register.move(chief, record_id, version, "request_void", "编号重了")

    client = as_staff("ls.admin")
    client.get(f"/admin/certificates/details/?id={record_id}")

    line = client.page.text.partition("经过")[2]
    imported, submitted, approved, void = (line.index(word) for word in ("导入：批次", "提交", "审核通过", "申请作废"))
    assert imported < submitted < approved < void
    assert "审核通过 ：获取方式由“转正定职”改为“重新确认”" in line
    assert "证书状态由“正常”改为“作废待审”" in line
    assert "记录按填报内容更新" not in line
    assert client.page.text.partition("改动对照")[2].count("重新确认") == 1
    assert any("/admin/audit/" in link["href"] for link in client.page.all("a"))


def test_who_looked_at_a_number_is_no_part_of_the_history(as_staff):
    own = certificate(id_number=PERSON)
    client = as_staff("ls.staff")
    client.get(f"/admin/certificates/details/?id={own}")

    client.send("/admin/certificates/reveal/", {"id": own})

    assert "还没有改动" in client.page.text


def test_the_way_back_leads_to_the_list_as_it_was_left(as_staff):
    own = certificate()
    client = as_staff("ls.staff")
    client.get("/admin/certificates/?status=normal&sort=name")
    row = next(row["data-href"] for row in client.page.all("tr") if "data-href" in row)

    client.get(row)

    assert f"id={own}" in row
    assert "/admin/certificates/?sort=name&status=normal" in [link["href"] for link in client.page.all("a")]
