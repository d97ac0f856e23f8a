"""What stands between an upload and its preview: files that are refused, and columns that somebody has to name."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from sqlalchemy import func, select

import importers
from domain.vocabulary import BatchState
from extensions import db, writing
from jobs.imports import tidy
from models import ImportBatch, StagedRow, now
from operations import imports
from tests.engines import PLAIN_SQL
from tests.integration.admin_views.records import office
from tests.integration.admin_views.uploads import certificates, newest, page_of, press, send, send_rows, shows, stats
from tests.workbooks import workbook


@pytest.fixture
def clerk(as_staff):
    return as_staff("ls.staff")


# Naming the columns.

UNCLEAR = (
    "号码",
    "姓名",
    "身份证号",
    "职称系列",
    "职称级别",
    "资格名称",
    "专业",
    "发证机关",
    "授予时间",
    "获取方式",
    "备注一",
)
KEYS = [
    "cert_no",
    "name",
    "id_number",
    "title_series",
    "title_level",
    "title",
    "specialty",
    "awarding_body",
    "awarded_on",
    "obtained_by",
]


def send_unclear(client, folder, sheets=("明细表",)):
    book = workbook()
    for name in sheets:
        book.sheet(name).header(*UNCLEAR, keys=KEYS).row()
    send(client, book.save(folder))
    return {header: f"column-{at}" for at, header in enumerate(UNCLEAR)}


def test_unclear_columns_are_asked_for_then_the_rows_are_checked(clerk, tmp_path):
    names = send_unclear(clerk, tmp_path)
    asked = clerk.page.text

    press(clerk, "columns", **{names["号码"]: "cert_no", names["发证机关"]: "awarding_body"})

    assert "还缺： 证书编号 " in asked
    assert "发证机关 例：灵山县职称改革领导小组办公室" in asked
    assert "名称不完全相同，请确认" in asked
    assert stats(clerk)[0] == ("新增", "1")
    assert newest().state is BatchState.CHECKED


@PLAIN_SQL
@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"号码": "cert_no"}, "还没有指明哪一列是“授予单位”"),
        (
            {"号码": "cert_no", "发证机关": "awarding_body", "备注一": "name"},
            "“姓名”“备注一”都对应到了“姓名”，请只留一列",
        ),
        ({"号码": "cert_no", "发证机关": "no_such_field"}, "还没有指明哪一列是“授予单位”"),
    ],
)
def test_answers_that_do_not_suffice_come_back_with_what_is_missing(clerk, tmp_path, answers, sentence):
    names = send_unclear(clerk, tmp_path)

    press(clerk, "columns", **{names[header]: key for header, key in answers.items()})

    assert shows(clerk, sentence)
    assert newest().state is BatchState.UNMAPPED
    assert next(one["value"] for one in clerk.page.all("option") if "selected" in one) == "cert_no"


def test_a_sheet_may_be_left_out_but_not_every_sheet(clerk, tmp_path):
    names = send_unclear(clerk, tmp_path, ("甲", "乙"))
    answers = {names["号码"]: "cert_no", names["发证机关"]: "awarding_body"}

    press(clerk, "columns", **{"skip-0": "1", "skip-1": "1"})
    refused = clerk.page.text
    clerk.get(page_of(newest()))
    press(clerk, "columns", **answers, **{"skip-1": "1"})

    assert "请至少留一张" in refused
    assert stats(clerk)[0] == ("新增", "1")
    assert shows(clerk, "工作表“乙”按您的选择没有读入")


def test_columns_answered_twice_are_read_once(clerk, tmp_path):
    names = send_unclear(clerk, tmp_path)
    answers = {**clerk.page.form("version"), names["号码"]: "cert_no", names["发证机关"]: "awarding_body"}
    address = f"/admin/imports/{newest().id}/columns/"
    clerk.post(address, data=answers)

    again = clerk.post(address, data=answers, follow_redirects=True)

    assert again.status_code == 200
    assert stats(clerk)[0] == ("新增", "1")
    assert db.session.scalar(select(func.count()).select_from(StagedRow)) == 1


def test_what_was_answered_is_remembered_for_that_office_and_asked_of_others(clerk, as_staff, tmp_path):
    names = send_unclear(clerk, tmp_path)
    press(clerk, "columns", **{names["号码"]: "cert_no", names["发证机关"]: "awarding_body"})
    city = as_staff("qz.staff")

    send_unclear(clerk, tmp_path)
    again = newest().state
    book = workbook().header(*UNCLEAR, keys=KEYS).row()
    send(city, book.save(tmp_path), office_name="浦北县职改办")

    assert again is BatchState.CHECKED
    assert newest().state is BatchState.UNMAPPED


def test_columns_of_a_checked_batch_are_opened_and_changed(clerk, tmp_path):
    book = workbook().header(
        "证书号", *UNCLEAR[1:7], "授予单位", "授予时间", "获取方式", "号码", keys=[*KEYS, "manage_no"]
    )
    send(clerk, book.row(manage_no="G-1").save(tmp_path))
    clerk.get(f"/admin/imports/{newest().id}/columns/")
    asked = clerk.page.text

    press(clerk, "columns", **{"column-10": "manage_no"})

    assert "这张表要重新检查一遍" in asked
    assert stats(clerk)[0] == ("新增", "1")
    assert [row.content["values"]["manage_no"] for row in imports.page_of_rows(newest().id)] == ["G-1"]


def test_an_upload_that_nobody_decides_about_goes_with_its_batch(clerk, tmp_path):
    send_unclear(clerk, tmp_path)
    waiting = newest()
    kept = importers.kept_uploads()
    before = kept.opened(waiting.id)
    with writing():
        db.session.get_one(ImportBatch, waiting.id).created_at = now() - timedelta(days=31)

    tidy()
    while_fresh = kept.has(waiting.id)
    os.utime(kept._path(waiting.id), (0, 0))
    tidy()

    assert before is not None
    assert while_fresh
    before.close()
    assert db.session.get_one(ImportBatch, waiting.id, populate_existing=True).state is BatchState.ABANDONED
    assert kept.opened(waiting.id) is None


# What is refused at the door.


@PLAIN_SQL
@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"", "这个文件是空的"), (b"%PDF-1.7", "这是一份 PDF 文件"), ("编号,姓名\n1,甲\n".encode(), "这是文本格式的表格")],
    ids=["empty", "pdf", "text"],
)
def test_a_refused_file_is_told_beside_the_field_and_leaves_no_batch(clerk, content, sentence):
    answer = send(clerk, content)

    assert answer.status_code == 200
    assert shows(clerk, "有 1 处要改")
    assert shows(clerk, sentence)
    assert certificates() == db.session.scalar(select(func.count()).select_from(ImportBatch)) == 0


def test_a_file_of_more_than_fifty_megabytes_is_refused(clerk, monkeypatch):
    monkeypatch.setattr(importers, "UPLOAD_BYTES", 1 << 20)

    send(clerk, bytes((1 << 20) + 1))

    assert shows(clerk, "这个文件太大了（最大 1 MB），请拆成几个工作簿分别上传")


def test_sending_without_a_file_says_so(clerk):
    clerk.get("/admin/imports/")

    clerk.send("/admin/imports/upload/", {"office": str(office("灵山县职改办").id)})

    assert shows(clerk, "还没有选表格")


def test_the_name_of_a_file_is_only_its_name(clerk, tmp_path):
    send_rows(clerk, tmp_path, {}, name="我的文档/2008 年.xlsx")

    assert newest().file_name == "2008 年.xlsx"
