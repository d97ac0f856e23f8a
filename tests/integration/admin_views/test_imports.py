"""导入 as a clerk meets it: uploading, looking through the rows, and putting them on record once."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from admin_views import imports as import_pages
from domain.vocabulary import BatchState
from extensions import db, writing
from models import BackgroundJob, Certificate, ImportBatch, ReferenceRecord, StagedRow
from operations import imports
from tests.integration.admin_views.records import office, trail
from tests.integration.admin_views.uploads import certificates, newest, page_of, press, send, send_rows, shows, stats
from tests.workbooks import good_row, person, workbook

SAMPLES = Path(__file__).parents[2] / "samples"
WHOLE_ID_NUMBER = re.compile(r"[0-9]{17}[0-9Xx]")


@pytest.fixture
def clerk(as_staff):
    return as_staff("ls.staff")


# The way a clerk goes.


def test_a_clean_workbook_is_looked_through_then_imported_and_a_second_time_there_is_nothing_to_do(clerk):
    send(clerk, SAMPLES / "01-clean-county.xlsx")
    previewed, before = stats(clerk), certificates()
    press(clerk, "commit")
    imported = stats(clerk)
    send(clerk, SAMPLES / "01-clean-county.xlsx")

    assert previewed == [("新增", "120"), ("相同，跳过", "0"), ("冲突", "0"), ("必须改", "0")]
    assert imported[0] == ("新增", "120")
    assert (before, certificates()) == (0, 120)
    assert stats(clerk) == [("新增", "0"), ("相同，跳过", "120"), ("冲突", "0"), ("必须改", "0")]
    assert shows(clerk, "没有可以导入的行")
    assert not any("version" in form["fields"] for form in clerk.page.forms)


def test_every_wrong_cell_stands_with_its_sentence_and_no_id_number_stands_whole(clerk):
    send(clerk, SAMPLES / "03-messy-county.xlsx")
    staged = [one.content for one in imports.staged_rows(newest().id)]
    sentences = {sentence for content in staged for _, sentence in content.get("errors", [])}

    assert shows(clerk, "导入 22 行，跳过 17 行错误")
    assert len(sentences) > 10
    assert [one for one in sentences if not shows(clerk, one)] == []
    for kind in ("wrong", "attention", "new", "all"):
        clerk.get(page_of(newest(), kind=kind))
        assert not WHOLE_ID_NUMBER.search(clerk.page.text)


def test_warnings_are_a_filter_and_do_not_keep_rows_out(clerk, tmp_path):
    send_rows(clerk, tmp_path, {"personal_status": "临时工"}, {})

    clerk.get(page_of(newest(), kind="attention"))

    assert shows(clerk, "请留意 1 行")
    assert shows(clerk, "个人身份：临时工")
    assert shows(clerk, "导入 2 行")


def test_what_was_changed_visibly_is_said(clerk, tmp_path):
    send_rows(clerk, tmp_path, {"name": "农 志 远", "obtained_by": "初定"})

    sentences = [sentence for one in imports.staged_rows(newest().id) for _, sentence in one.content["notices"]]

    assert len(sentences) == 2
    assert all(shows(clerk, sentence) for sentence in sentences)


def test_a_conflict_shows_both_sides_and_keeps_the_record(clerk, tmp_path):
    one = good_row(specialty="机电工程")
    send_rows(clerk, tmp_path, one)
    press(clerk, "commit")

    send_rows(clerk, tmp_path, {**one, "specialty": "公路工程"}, {})

    assert ("冲突", "1") in stats(clerk)
    assert shows(clerk, "证书专业 机电工程 公路工程")
    press(clerk, "commit")
    assert db.session.scalars(select(Certificate.specialty).filter_by(cert_no=one["cert_no"])).one() == "机电工程"


def test_what_was_left_out_is_said(clerk, tmp_path):
    book = (
        workbook()
        .sheet("明细表")
        .row()
        .row()
        .line("说明：带*的为必报项", "以上共两人")
        .sheet("旧表", hidden=True)
        .row()
    )

    send(clerk, book.save(tmp_path))

    assert shows(clerk, "工作表“旧表”是隐藏的，没有读入")
    assert shows(clerk, "是说明文字，没有读入")


def test_columns_under_other_names_and_columns_too_many_are_summed_up(clerk, tmp_path):
    keys = [
        "cert_no",
        "name",
        "id_number",
        "title_series",
        "title_level",
        "title",
        "specialty",
        "awarding_body",
        "awarded_on",
    ]
    headers = [
        "证书号",
        "持证人",
        "身份证号码",
        "系列",
        "级别",
        "职称名称",
        "专业",
        "批准机关",
        "授予时间",
        "取得方式",
        "联系电话",
    ]
    book = workbook().header(*headers, keys=[*keys, "obtained_by"]).row()

    send(clerk, book.save(tmp_path))

    assert shows(clerk, "11 列对上 10 列")
    assert shows(clerk, "批准机关 授予单位 叫法不同，意思一样")
    assert shows(clerk, "联系电话 不导入这一列 表里多出来的列")


def test_fifty_rows_to_a_page_forward_and_back(clerk, tmp_path):
    answer = send_rows(clerk, tmp_path, *({"name": ""} for _ in range(120)))
    seen = [rows_of(answer)]

    seen += [rows_of(turn(clerk, to)) for to in ("next", "next", "prev", "prev")]

    first, second, third = [*range(2, 52)], [*range(52, 102)], [*range(102, 122)]
    assert seen == [first, second, third, second, first]


def rows_of(answer):
    return [int(number) for number in re.findall(r'data-label="行"[^>]*>(\d+)<', answer.get_data(as_text=True))]


def turn(client, to):
    return client.get(next(one["href"] for one in client.page.all("a") if one.get("rel") == to))


# For whom, and who may look.


def test_a_city_imports_for_itself_or_for_an_office_below(as_staff, tmp_path):
    city = as_staff("qz.staff")
    city.get("/admin/imports/")
    offered = city.page.text

    send_rows(city, tmp_path, {}, office_name="灵山县职改办")

    assert all(name in offered for name in ("钦州市职改办", "灵山县职改办", "浦北县职改办"))
    assert newest().office.name == "灵山县职改办"
    assert newest().created_by == "宁海燕"


def test_a_county_is_not_asked_and_cannot_import_for_another(clerk, tmp_path):
    clerk.get("/admin/imports/")
    asked = clerk.page.all("select")

    send_rows(clerk, tmp_path, {}, office_name="浦北县职改办")

    assert asked == []
    assert shows(clerk, "请选机构")
    assert db.session.scalar(select(func.count()).select_from(ImportBatch)) == 0


def test_a_batch_of_another_county_is_nowhere_to_be_found(clerk, as_staff, tmp_path):
    send_rows(clerk, tmp_path, {})
    batch, stranger = newest(), as_staff("pb.staff")

    stranger.get("/admin/imports/")
    listed = stranger.page.text
    token = {"csrf_token": stranger.token(), "version": batch.version}
    looks = [stranger.get(f"/admin/imports/{batch.id}/{page}").status_code for page in ("", "abandon/")]
    presses = [
        stranger.post(f"/admin/imports/{batch.id}/{step}/", data=token).status_code
        for step in ("commit", "abandon", "columns", "errors")
    ]

    assert "历年证书.xlsx" not in listed
    assert {*looks, *presses} == {404}
    assert (newest().state, certificates()) == (BatchState.CHECKED, 0)


@pytest.mark.parametrize("batch_id", [999, 10**30])
def test_a_batch_that_is_not_there_is_not_found(clerk, batch_id):
    assert clerk.get(f"/admin/imports/{batch_id}/").status_code == 404


# Deciding.


def test_a_second_press_commits_nothing_more(clerk, tmp_path):
    send_rows(clerk, tmp_path, {}, {})
    form, address = clerk.page.form("version"), f"/admin/imports/{newest().id}/commit/"
    clerk.post(address, data=form)

    clerk.post(address, data=form, follow_redirects=True)

    assert shows(clerk, "这一批刚才已经导入了，没有重复导入")
    assert certificates() == 2
    assert len(trail(action="import_certificates")) == 1


def test_after_the_import_the_refused_rows_stay_to_be_mended(clerk, tmp_path):
    send_rows(clerk, tmp_path, {}, {"name": ""})

    press(clerk, "commit")

    assert shows(clerk, "导入了 1 行，1 行没有导入")
    assert shows(clerk, "姓名没有填")
    assert db.session.scalar(select(func.count()).select_from(StagedRow)) == 1


def test_refused_rows_that_are_gone_are_told_of(clerk, tmp_path):
    send_rows(clerk, tmp_path, {}, {"name": ""})
    press(clerk, "commit")
    with writing():
        imports.drop_rows(newest().id)

    clerk.get(page_of(newest()))

    assert shows(clerk, "没有导入的行只保留 30 天")


def test_giving_up_asks_once_and_imports_nothing(clerk, tmp_path):
    send_rows(clerk, tmp_path, {})
    clerk.get(f"/admin/imports/{newest().id}/abandon/")
    asked, state = clerk.page.text, newest().state

    press(clerk, "abandon")

    assert "确认放弃" in asked
    assert state is BatchState.CHECKED
    assert newest().state is BatchState.ABANDONED
    assert shows(clerk, "这一批已经放弃，没有导入")
    assert db.session.scalar(select(func.count()).select_from(StagedRow)) == certificates() == 0


def test_a_batch_that_was_given_up_says_so_and_offers_nothing(clerk, tmp_path):
    send_rows(clerk, tmp_path, {})
    form = clerk.page.form("version")
    clerk.get(f"/admin/imports/{newest().id}/abandon/")
    press(clerk, "abandon")

    clerk.post(f"/admin/imports/{newest().id}/commit/", data=form, follow_redirects=True)

    assert shows(clerk, "这一批已经放弃，没有导入")
    assert not any("version" in one["fields"] for one in clerk.page.forms)
    assert certificates() == 0


def test_rows_that_stay_wrong_are_kept_as_reference_records_by_choice(clerk, tmp_path):
    send_rows(clerk, tmp_path, {}, {"name": ""})

    press(clerk, "set-aside")
    chosen = clerk.page.text
    press(clerk, "commit")

    assert "导入时，改不好的 1 行留作待核查数据" in chosen
    assert "导入 1 行，1 行留作待核查" in chosen
    assert "行错误" not in chosen
    assert db.session.scalar(select(func.count()).select_from(ReferenceRecord)) == 1


# Files to take away.


def test_the_refused_rows_come_back_as_they_were_typed_and_that_leaves_an_event(clerk, tmp_path):
    number = person()
    send_rows(clerk, tmp_path, {}, {"name": "", "id_number": number})

    answer = clerk.send(f"/admin/imports/{newest().id}/errors/")

    header, only = load_workbook(io.BytesIO(answer.data)).worksheets[0].iter_rows(values_only=True)
    told = dict(zip(header, only, strict=True))
    assert (told["*身份证号"], told["错误说明"]) == (number, "姓名没有填，请照证书补上")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert [event.actor_name for event in trail(action="download_errors")] == ["梁敏"]


@pytest.mark.parametrize(("choice", "rows"), [({}, 1), ({"others": "1"}, 2)], ids=["the refused rows", "all rows"])
def test_many_rows_are_written_in_the_background_and_fetched_there(clerk, tmp_path, monkeypatch, choice, rows):
    monkeypatch.setattr(import_pages, "AT_ONCE", 0)
    send_rows(clerk, tmp_path, {}, {"name": ""})

    answer = clerk.send(f"/admin/imports/{newest().id}/errors/", choice)

    job = db.session.scalars(select(BackgroundJob).order_by(BackgroundJob.id.desc()).limit(1)).one()
    written = load_workbook(io.BytesIO(clerk.get(f"/admin/tasks/{job.id}/file").data)).worksheets[0]
    assert answer.location == "/admin/tasks/"
    assert written.max_row == rows + 1
    assert len(trail(action="download_errors")) == 1


def test_the_template_is_there_to_be_taken(clerk):
    answer = clerk.get("/admin/imports/template/")

    sheet = load_workbook(io.BytesIO(answer.data)).worksheets[0]
    assert sheet["B2"].value == "*证书编号"
    assert "attachment" in answer.headers["Content-Disposition"]


def test_the_list_goes_back_fifty_batches_at_a_time(clerk):
    place = office("灵山县职改办").place
    with writing():
        for at in range(60):
            batch = ImportBatch(file_name=f"表格{at:02d}.xlsx", file_digest="", created_by="梁敏")
            batch.belong_to(place)
            db.session.add(batch)

    clerk.get("/admin/imports/")
    first = clerk.page.text
    turn(clerk, "next")

    assert "表格59.xlsx" in first
    assert "表格09.xlsx" not in first
    assert shows(clerk, "表格09.xlsx")
    assert not shows(clerk, "表格10.xlsx")
