"""报表下载: the certificate as PDF, the list as a workbook, everything as a zip; only one's own, each time noted."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
from flask import Flask
from pypdf import PdfReader

from domain.verification import CaseState
from extensions import db, writing
from models import Certificate, Event, Holder, VerificationCase
from operations import feedback
from tests.factories import case_at, certificate
from tests.integration.public_views.people import LU, WEI, register
from tests.pages import CheckedClient

PAGE = "/portal/downloads/"


@pytest.fixture
def wei(app: Flask) -> Holder:
    return register()


@pytest.fixture
def client(as_holder: Any, wei: Holder) -> CheckedClient:
    return as_holder(wei)


def verified(owner: Holder) -> Certificate:
    return db.session.get_one(Certificate, case_at(CaseState.AUTO_APPROVED, owner=owner).certificate_id)


def fetch(client: CheckedClient, name: str) -> Any:
    client.get(PAGE)
    return client.send(PAGE + name)


def test_a_verified_certificate_comes_as_pdf_without_the_id_number(client: CheckedClient, wei: Holder) -> None:
    record = verified(wei)
    number, code = record.cert_no, record.verify_code

    answer = fetch(client, f"certificates/{record.id}.pdf")
    said = "".join(PdfReader(BytesIO(answer.data)).pages[0].extract_text().replace("\0", "").split())

    assert answer.mimetype == "application/pdf"
    assert {"韦小兰" in said, number in said, f"http://localhost/v/{code}" in said} == {True}
    assert WEI.id_number[:6] not in said
    assert WEI.mobile not in said
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_another_persons_certificate_and_one_not_verified_are_not_there(client: CheckedClient, wei: Holder) -> None:
    foreign, waiting = verified(register(LU)), certificate(wei)

    for record in (foreign, waiting):
        assert fetch(client, f"certificates/{record.id}.pdf").status_code == 404


def test_the_list_is_a_workbook_of_texts(client: CheckedClient, wei: Holder) -> None:
    case_at(CaseState.PENDING, owner=wei, specialty="=1+1")
    certificate(wei, cert_no="0833232")

    answer = fetch(client, "certificates.xlsx")
    sheet = openpyxl.load_workbook(BytesIO(answer.data)).active

    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][:4] == ["序号", "申报年度", "级别", "证书编号"]
    assert rows[1][5] == "=1+1"
    assert sheet["F2"].data_type == "s"
    assert [row[9] for row in rows[1:]] == ["审核中", "还没有审验"]
    card = ["2009", "助理级", "助理工程师", "水利水电工程", "灵山县职称改革领导小组办公室", "还没有审验"]
    assert [value for value in rows[2][1:] if value] == card


def test_everything_is_in_the_zip_photos_among_it_and_of_nobody_else(
    app: Flask, client: CheckedClient, wei: Holder
) -> None:
    other = register(LU)
    for owner in (wei, other):
        case = case_at(CaseState.PENDING, owner=owner)
        for photo in case.photos:
            app.extensions["photos"].put(photo.key[:32], b"of " + owner.name.encode())
    with writing():
        for photo in db.session.query(VerificationCase).filter_by(holder_id=wei.id).one().photos:
            photo.key = photo.key[:32]
        feedback.send(db.session.get_one(Holder, wei.id), "页面很清楚。")

    answer = fetch(client, "everything.zip")
    archive = ZipFile(BytesIO(answer.data))
    facts = json.loads(archive.read("资料.json"))
    pictures = [archive.read(name) for name in archive.namelist() if name.startswith("照片/")]

    assert facts["账号"]["身份证号"] == WEI.id_number
    assert len(facts["审验"]) == 1
    assert [step["做了什么"] for step in facts["审验"][0]["经过"]] == ["您开始审验", "您提交了审验"]
    assert "注册" in [step["做了什么"] for step in facts["账号的经过"]]
    assert facts["意见反馈"][0]["内容"] == "页面很清楚。"
    assert pictures == ["of 韦小兰".encode()] * 2
    assert LU.id_number not in json.dumps(facts, ensure_ascii=False)


def test_what_only_the_office_may_read_is_not_in_the_zip(client: CheckedClient, wei: Holder) -> None:
    case_at(CaseState.COUNTERFEIT, owner=wei)

    words = ZipFile(BytesIO(fetch(client, "everything.zip").data)).read("资料.json").decode()

    assert "假证" not in words
    assert "钢印与存档不符" not in words
    assert "审核不通过" in words


def test_a_photo_that_cannot_be_read_is_told_and_the_rest_comes(client: CheckedClient, wei: Holder) -> None:
    case_at(CaseState.PENDING, owner=wei)

    archive = ZipFile(BytesIO(fetch(client, "everything.zip").data))

    assert "暂时读不出来" in archive.read(next(name for name in archive.namelist() if name.endswith(".txt"))).decode()
    assert archive.testzip() is None


@pytest.mark.parametrize("name", ["certificates.xlsx", "everything.zip"])
def test_each_download_leaves_an_event_and_is_no_link(client: CheckedClient, wei: Holder, name: str) -> None:
    assert client.get(PAGE + name).status_code == 405

    fetch(client, name)

    assert Event.about("holder", wei.id)[-1].action == "export_own"


def test_without_a_verified_certificate_the_page_says_what_to_do(client: CheckedClient) -> None:
    client.get(PAGE)

    assert "还没有审验通过的证书" in client.page.text
