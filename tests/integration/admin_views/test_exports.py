"""Exports: what is listed and nothing else, masked and harmless in a spreadsheet, noted, and gone after a day."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import BytesIO, StringIO
from typing import Any

import openpyxl
import pytest

from admin_views import listing_view
from commands.cast import id_number
from domain.identifiers import mask_id
from domain.verification import CaseState
from extensions import db, writing
from jobs import exports
from listing import sheets
from models import BackgroundJob, now
from tests.engines import PLAIN_SQL
from tests.integration.admin_views.records import case, certificate, certificates, trail

PERSON = id_number("450721", "19850312", "002")
REGISTER, QUEUE = "/admin/certificates/", "/admin/cases/"


def sheet(answer: Any) -> list[list[Any]]:
    book = openpyxl.load_workbook(BytesIO(answer.data))
    return [[cell.value for cell in row] for row in book.active.iter_rows()]


def lines(answer: Any) -> list[list[str]]:
    return list(csv.reader(StringIO(answer.data.decode("utf-8-sig"))))


def export(client: Any, address: str, form: str = "xlsx") -> Any:
    client.get(address)
    path, _, asked = address.partition("?")
    return client.send(f"{path}export/?{asked}", {"form": form})


def test_an_export_holds_what_is_listed_in_its_order_with_numbers_masked(as_staff: Any) -> None:
    certificate(name="韦小兰", id_number=PERSON, cert_no="0833232")
    certificate(name="陆海生", cert_no="0833231")
    certificate(name="黄春梅", cert_status="void")
    certificate("浦北县职改办", name="覃志强")

    answer = export(as_staff("ls.staff"), f"{REGISTER}?status=normal&sort=cert_no")

    head, *rows = sheet(answer)
    assert head[:2] == ["证书编号", "持证人"]
    assert [row[:2] for row in rows] == [["0833231", "陆海生"], ["0833232", "韦小兰"]]
    assert mask_id(PERSON) in rows[1]
    assert PERSON not in str(rows)
    assert "历年证书数据" in answer.headers["Content-Disposition"] or "UTF-8''" in answer.headers["Content-Disposition"]


def test_a_csv_opens_in_a_spreadsheet_and_keeps_its_zeros(as_staff: Any) -> None:
    certificate(cert_no="0833232", specialty="=1+1", employer_name="@SUM(A1)")
    client = as_staff("ls.staff")

    answer = export(client, REGISTER, "csv")

    assert answer.data.startswith(b"\xef\xbb\xbf")
    cells = lines(answer)[1]
    assert cells[0] == "\t0833232"
    assert "'=1+1" in cells
    assert all(cell[0] not in "=+-@" for cell in cells if cell)


@PLAIN_SQL
@pytest.mark.parametrize(
    "typed",
    ["=1+1", "+1", "-1", "@A1", "\t=1", "|cmd", '=HYPERLINK("x")', "＝1+1", "\u3000＠A1", "-2+3+cmd|' /C calc'!A0"],
)
def test_nothing_in_an_export_is_run(as_staff: Any, typed: str) -> None:
    certificate(specialty=typed)
    client = as_staff("ls.staff")

    in_sheet = openpyxl.load_workbook(BytesIO(export(client, REGISTER).data)).active
    in_csv = lines(export(client, REGISTER, "csv"))[1]

    assert not [cell for row in in_sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert not [cell for cell in in_csv if cell.lstrip()[:1] in tuple("=+-@|＝＋－＠｜﹦﹢﹣﹫")]


@pytest.mark.parametrize("value", ["0833232", "2013-07", "2009-12-20", "12.5", "10:30", "1/2"])
def test_what_looks_like_a_number_or_a_date_stays_as_it_is_written(value: str) -> None:
    assert sheets.plain(value) == f"\t{value}"


def test_an_export_leaves_an_event_that_says_who_what_and_how_many(as_staff: Any) -> None:
    certificate(id_number=PERSON)
    client = as_staff("ls.staff")
    address = client.find(f"{REGISTER}?status=normal", search=PERSON)

    export(client, address)

    event = trail(action="export")[0]
    assert event.actor_name == "梁敏"
    assert "1 条" in event.summary
    assert mask_id(PERSON) in event.summary
    assert PERSON not in event.summary


def test_an_export_is_posted_and_knows_only_its_two_forms(as_staff: Any) -> None:
    client = as_staff("ls.staff")
    client.get(REGISTER)

    assert client.get(f"{REGISTER}export/").status_code == 405
    assert client.send(f"{REGISTER}export/", {"form": "exe"}).status_code == 404
    assert not trail(action="export")


def test_the_queue_is_exported_with_the_columns_of_ones_choice(as_staff: Any) -> None:
    case(CaseState.PENDING)
    client = as_staff("ls.staff")
    client.get(QUEUE)
    client.send(f"{QUEUE}settings/", {"column": ["holder", "waited"]})

    head, row = sheet(export(client, QUEUE))

    assert head == ["证书编号", "已等", "持证人"]
    assert row[1] == "今天提交"


@pytest.fixture
def in_background(monkeypatch: Any) -> None:
    monkeypatch.setattr(listing_view, "AT_ONCE", 2)


def test_a_large_export_is_fetched_from_ones_own_page_and_lies_there_encrypted(
    app: Any, as_staff: Any, in_background: None
) -> None:
    certificates(5, name="韦小兰")
    client, other = as_staff("ls.staff"), as_staff("ls.admin")

    answer = export(client, REGISTER)

    assert answer.location == "/admin/tasks/"
    client.get("/admin/tasks/")
    assert "历年证书数据，5 条" in client.page.text
    job = db.session.query(BackgroundJob).filter_by(kind_slug="export").one()
    fetched = client.get(f"/admin/tasks/{job.id}/file")
    assert len(sheet(fetched)) == 6
    assert "5 条" in trail(action="export")[0].summary
    assert not app.extensions["photos"].get(job.result_key.partition(".")[0]).startswith(b"PK")
    assert other.get(f"/admin/tasks/{job.id}/file").status_code == 404
    assert other.get(f"/admin/tasks/{job.id}/progress").status_code == 404


def test_the_file_is_gone_after_a_day(app: Any, as_staff: Any, in_background: None) -> None:
    certificates(3)
    client = as_staff("ls.staff")
    export(client, REGISTER, "csv")
    with writing():
        job = db.session.query(BackgroundJob).filter_by(kind_slug="export").one()
        job.finished_at, key = now() - timedelta(days=1, minutes=1), job.result_key
        job_id = job.id
    assert client.get(f"/admin/tasks/{job_id}/file").status_code == 404

    exports.remove_old()

    client.get("/admin/tasks/")
    assert "已过一天，文件已删除" in client.page.text
    with pytest.raises(Exception, match="找不到"):
        app.extensions["photos"].get(key.partition(".")[0])


def test_too_many_rows_are_said_to_be_too_many(as_staff: Any, in_background: None, monkeypatch: Any) -> None:
    monkeypatch.setattr(exports, "MOST_ROWS", 3)
    monkeypatch.setattr(sheets, "ROWS_AT_ONCE", 1)
    certificates(5)
    client = as_staff("ls.staff")

    export(client, REGISTER)

    client.get("/admin/tasks/")
    assert "超过 3 条，一个文件装不下" in client.page.text
    assert not trail(action="export")
