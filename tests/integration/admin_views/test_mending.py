"""Mending on the page: a cell checked at once, the same value in many rows, whose values stay in a conflict."""

from __future__ import annotations

import re

import pytest

from admin_views import import_mending
from domain.verification import CaseState
from domain.vocabulary import BatchState
from extensions import db
from models import Certificate, Event
from operations import imports
from tests.engines import PLAIN_SQL
from tests.factories import case_at, holder
from tests.integration.admin_views.records import trail
from tests.integration.admin_views.uploads import certificates, newest, page_of, press, send_rows, shows, stats
from tests.workbooks import good_row, person

WHOLE_ID_NUMBER = re.compile(r"[0-9]{17}[0-9Xx]")


@pytest.fixture
def clerk(as_staff):
    return as_staff("ls.staff")


def mend(client, position, query="kind=wrong", **typed):
    """Type into the boxes of a row and press its button; as a browser does, the other boxes go along."""
    form = next(one for one in client.page.forms if one["fields"].get("position") == str(position))["fields"]
    data = {**form, **{f"cell-{key}": text for key, text in typed.items()}}
    return client.post(f"/admin/imports/{newest().id}/mend/?{query}", data=data, follow_redirects=True)


def test_a_mended_cell_is_checked_at_once_and_counted(clerk, tmp_path):
    send_rows(clerk, tmp_path, {}, {"name": ""}, {"obtained_by": "赠送"})

    mend(clerk, 2, name="农志远")

    assert stats(clerk) == [("新增", "2"), ("相同，跳过", "0"), ("冲突", "0"), ("必须改", "1")]
    assert shows(clerk, "第 3 行改好了：新增")
    assert shows(clerk, "导入 2 行，跳过 1 行错误")


def test_a_cell_that_is_still_wrong_says_what_is_wrong_now(clerk, tmp_path):
    send_rows(clerk, tmp_path, {"awarded_on": "98.6", "issued_on": ""})

    mend(clerk, 1, awarded_on="2011-02-30")

    assert shows(clerk, "还有 1 处要改")
    assert any(one.get("value") == "2011-02-30" for one in clerk.page.all("input"))


def test_siblings_follow_a_mended_number(clerk, tmp_path):
    send_rows(clerk, tmp_path, {"cert_no": "0701"}, {"cert_no": "0701"})

    mend(clerk, 2, cert_no="0702")

    assert stats(clerk)[0] == ("新增", "2")


def test_nothing_typed_is_lost_when_somebody_else_was_faster(clerk, tmp_path):
    send_rows(clerk, tmp_path, {"name": ""}, {"name": ""})
    old = clerk.page
    mend(clerk, 1, name="农志远")
    clerk.page = old

    mend(clerk, 2, name="陆海生")

    assert shows(clerk, "您填的内容还在")
    assert any(one.get("value") == "陆海生" for one in clerk.page.all("input"))
    mend(clerk, 2, name="陆海生")
    assert stats(clerk)[0] == ("新增", "2")


def test_a_wrong_id_number_is_typed_anew_or_shown_whole_which_leaves_an_event(clerk, tmp_path):
    wrong = person()[:-1] + "?"
    send_rows(clerk, tmp_path, {"id_number": wrong[:17]})
    hidden = clerk.get(page_of(newest(), kind="wrong")).get_data(as_text=True)

    shown = clerk.send(f"/admin/imports/{newest().id}/reveal/?kind=wrong").get_data(as_text=True)
    mend(clerk, 1, id_number=person())

    assert wrong[:17] not in hidden
    assert f'value="{wrong[:17]}"' in shown
    assert len(trail(action="view_id_number", subject_type="import_batch")) == 1
    assert stats(clerk)[0] == ("新增", "1")


def test_a_box_for_an_id_number_left_empty_changes_nothing(clerk, tmp_path):
    send_rows(clerk, tmp_path, {"id_number": "123"})

    mend(clerk, 1, id_number="")

    assert shows(clerk, "没有改动")


def test_the_whole_row_can_be_mended(clerk, tmp_path):
    send_rows(clerk, tmp_path, {"title": "工程师"})
    page = clerk.get(f"/admin/imports/{newest().id}/rows/1/").get_data(as_text=True)
    form = next(one for one in clerk.page.forms if "cell-title" in one["fields"])["fields"]

    clerk.post(f"/admin/imports/{newest().id}/mend/", data={**form, "cell-title": "助理工程师"}, follow_redirects=True)

    assert not WHOLE_ID_NUMBER.search(page)
    assert stats(clerk)[0] == ("新增", "1")


def test_the_same_wrong_word_is_mended_in_all_rows_at_once(clerk, tmp_path):
    send_rows(clerk, tmp_path, *({"obtained_by": "考试"} for _ in range(3)), {"obtained_by": "赠送"})
    assert shows(clerk, "“考试”，共 3 行")
    form = next(one for one in clerk.page.forms if one["fields"].get("field") == "obtained_by")["fields"]

    address = f"/admin/imports/{newest().id}/mend-alike/?kind=wrong"
    clerk.post(address, data={**form, "value": "考试", "to": "评审"}, follow_redirects=True)

    assert shows(clerk, "3 行的“获取方式”一起改成了“评审”")
    assert stats(clerk) == [("新增", "3"), ("相同，跳过", "0"), ("冲突", "0"), ("必须改", "1")]


def test_cells_left_empty_are_filled_together(clerk, tmp_path):
    send_rows(clerk, tmp_path, *({"obtained_by": None} for _ in range(3)))
    asked = shows(clerk, "共 3 行，获取方式没有填，请照证书补上")
    form = next(one for one in clerk.page.forms if one["fields"].get("field") == "obtained_by")["fields"]

    address = f"/admin/imports/{newest().id}/mend-alike/?kind=wrong"
    clerk.post(address, data={**form, "value": "", "to": "评审"}, follow_redirects=True)

    assert asked
    assert stats(clerk)[0] == ("新增", "3")


def test_of_many_rows_only_what_was_looked_at_is_counted_and_all_of_them_are_mended(clerk, tmp_path, monkeypatch):
    monkeypatch.setattr(import_mending, "LOOKED_AT", 2)
    send_rows(clerk, tmp_path, *({"obtained_by": "考试"} for _ in range(4)))
    counted = shows(clerk, "“考试”，前 2 行里有 2 行")
    form = next(one for one in clerk.page.forms if one["fields"].get("field") == "obtained_by")["fields"]

    address = f"/admin/imports/{newest().id}/mend-alike/?kind=wrong"
    clerk.post(address, data={**form, "value": "考试", "to": "评审"}, follow_redirects=True)

    assert counted
    assert shows(clerk, "4 行的“获取方式”一起改成了“评审”")


def test_the_same_word_that_is_wrong_for_another_reason_is_left_alone(clerk, tmp_path):
    higher = {"title": "工程师", "title_level": "助理级"}
    send_rows(clerk, tmp_path, *([higher] * 2), {**higher, "title_series": "卫生系列"})
    form = next(one for one in clerk.page.forms if one["fields"].get("field") == "title")["fields"]

    address = f"/admin/imports/{newest().id}/mend-alike/?kind=wrong"
    clerk.post(address, data={**form, "value": "工程师", "to": "助理工程师"}, follow_redirects=True)

    assert shows(clerk, "2 行的“资格名称”一起改成了“助理工程师”")


def test_writings_of_one_unknown_body_are_mended_together(clerk, tmp_path):
    written = ("灵山县职称改革小组办公室", "灵山县职称改革小组办公室", "灵山县职改领导小组办公室")
    send_rows(clerk, tmp_path, *({"awarding_body": one} for one in written))
    clerk.get(page_of(newest(), kind="attention"))
    asked = shows(clerk, "共 3 行，没有对上授予单位")

    data = {"version": newest().version, "field": "awarding_body", "value": list(set(written)), "to": "灵山县职改办"}
    clerk.send(f"/admin/imports/{newest().id}/mend-alike/?kind=attention", data, follow_redirects=True)

    assert asked
    assert newest().attention == 0
    assert [row.content["values"]["awarding_body"] for row in imports.page_of_rows(newest().id)] == ["灵山县职改办"] * 3


def test_mending_leaves_no_event_before_the_commit(clerk, tmp_path):
    send_rows(clerk, tmp_path, {"name": ""})
    before = db.session.query(Event).count()

    mend(clerk, 1, name="农志远")

    assert db.session.query(Event).count() == before


@PLAIN_SQL
@pytest.mark.parametrize("step", ["mend", "mend-alike", "choose", "reveal", "rows/1"])
def test_a_batch_that_is_over_or_anothers_is_not_mended(clerk, as_staff, tmp_path, step):
    send_rows(clerk, tmp_path, {}, {"name": ""})
    stranger = as_staff("pb.staff")
    stranger.get("/admin/imports/")
    data = {
        "csrf_token": stranger.token(),
        "version": "1",
        "position": "2",
        "cell-name": "农",
        "to": "农",
        "field": "name",
    }
    address = f"/admin/imports/{newest().id}/{step}/"
    foreign = (stranger.get if "rows" in step else lambda url: stranger.post(url, data=data))(address).status_code
    press(clerk, "commit")
    data["csrf_token"] = clerk.token()

    over = clerk.get(address) if "rows" in step else clerk.post(address, data=data, follow_redirects=True)

    assert foreign == 404
    assert over.status_code in (200, 404)
    assert newest().state is BatchState.COMMITTED
    assert certificates() == 1


# Conflicts.


def conflicting(client, folder, rows=1):
    """Put rows on record, then upload them with another specialty."""
    there = [good_row(specialty="机电工程") for _ in range(rows)]
    send_rows(client, folder, *there)
    press(client, "commit")
    send_rows(client, folder, *({**one, "specialty": "公路工程"} for one in there))
    client.get(page_of(newest(), kind="conflict"))


def specialties():
    db.session.rollback()
    return list(db.session.scalars(db.select(Certificate.specialty).order_by(Certificate.id)))


def choose(client, **given):
    data = {"version": newest().version, **given}
    client.send(f"/admin/imports/{newest().id}/choose/?kind=conflict", data, follow_redirects=True)


def test_a_conflict_is_settled_row_by_row(clerk, tmp_path):
    conflicting(clerk, tmp_path, rows=2)

    choose(clerk, position=1, take="workbook")
    told = clerk.page.text
    press(clerk, "commit")

    assert "导入时用表里的" in told
    assert "1 行用表里的，其余保留系统里的" in told
    assert specialties() == ["公路工程", "机电工程"]


def test_conflicts_are_settled_for_all_and_back(clerk, tmp_path):
    conflicting(clerk, tmp_path, rows=2)
    choose(clerk, take="record")
    choose(clerk, take="workbook")
    assert shows(clerk, "导入 2 行")

    press(clerk, "commit")

    assert specialties() == ["公路工程", "公路工程"]
    assert shows(clerk, "按表格改写了 2 条记录")
    assert not shows(clerk, "行没有导入")


def test_a_record_with_an_open_case_is_never_overwritten_and_says_why(clerk, tmp_path):
    conflicting(clerk, tmp_path)
    case_at(CaseState.PENDING, db.session.scalars(db.select(Certificate)).one(), holder_of_record())

    clerk.get(page_of(newest(), kind="conflict"))
    said = shows(clerk, "这本证书正在审验，保留系统里的记录")
    choose(clerk, take="workbook")
    press(clerk, "commit")

    assert said
    assert specialties() == ["机电工程"]


def holder_of_record():
    record = db.session.scalars(db.select(Certificate)).one()
    return holder(None, name=record.name, id_number=record.id_number)
