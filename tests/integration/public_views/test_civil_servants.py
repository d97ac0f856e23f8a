"""公务员或参公管理人员入口: no certificate number, approval documents for photos, found by the verification code only."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from domain.verification import CaseState
from domain.vocabulary import Entrance, PhotoKind
from extensions import db
from models import Certificate, VerificationCase
from operations import lookups
from tests.integration.public_views.people import WEI, case, chosen, office_acts, register, trail
from tests.pages import CheckedClient

TYPED = {
    "title_series": "工程系列", "title_level": "助理级", "title": "助理工程师", "specialty": "水利水电工程",
    "awarding_body": "灵山县职改办", "awarded_on": "2013年7月", "obtained_by": "转正定职",
}  # fmt: skip


@pytest.fixture
def wei(as_holder: Any) -> CheckedClient:
    return as_holder(register())


def begin(client: CheckedClient) -> int:
    client.get("/portal/verify/")
    answer = client.send("/portal/verify/civil-servant/")
    return int(answer.location.rstrip("/").split("/")[-1])


def fill_in(client: CheckedClient, case_id: int, **changed: str) -> Any:
    client.get(f"/portal/verify/{case_id}/")
    form = {**client.page.form("specialty"), **TYPED, **changed}
    return client.post(f"/portal/verify/{case_id}/", data=form)


def send(client: CheckedClient, case_id: int, **photos: Any) -> Any:
    client.get(f"/portal/verify/{case_id}/photos")
    return client.post(f"/portal/verify/{case_id}/photos", data={**client.page.form("version"), **photos})


def sent(client: CheckedClient) -> int:
    case_id = begin(client)
    assert fill_in(client, case_id).location.endswith("/confirm")
    assert send(client, case_id, approval_one=chosen("content-page.jpg")).location.endswith("/done")
    return case_id


def test_the_form_asks_no_number_and_the_photos_are_approval_documents(wei: CheckedClient) -> None:
    case_id = begin(wei)

    wei.get(f"/portal/verify/{case_id}/")
    assert "cert_no" not in [field.get("name") for field in wei.page.all("input")]
    assert "照着批文填写" in wei.page.text
    wei.get(f"/portal/verify/{case_id}/photos")
    assert "批文一" in wei.page.text
    assert "批文二" in wei.page.text
    assert "证书编号页" not in wei.page.text


def test_one_document_is_enough_and_the_office_decides(wei: CheckedClient) -> None:
    sent(wei)

    waiting = case()
    assert (waiting.state, waiting.entrance, waiting.cert_no) == (CaseState.PENDING, Entrance.CIVIL_SERVANT, None)
    assert waiting.office.name == "灵山县职改办"


def test_without_a_document_nothing_is_sent(wei: CheckedClient) -> None:
    case_id = begin(wei)
    fill_in(wei, case_id)

    send(wei, case_id)

    assert "还没有上传批文一" in wei.page.text
    assert case().state is CaseState.DRAFT


def test_a_document_keeps_up_to_a_megabyte_and_a_page_of_the_other_entrance_is_unknown(wei: CheckedClient) -> None:
    case_id = begin(wei)

    send(wei, case_id, upload="approval_two", approval_two=chosen("content-page.jpg"))
    assert case().photo(PhotoKind.APPROVAL_TWO) is not None
    assert wei.get(f"/portal/verify/{case_id}/photos/approval_two.jpg").status_code == 200
    assert wei.get(f"/portal/verify/{case_id}/photos/number_page.jpg").status_code == 404
    send(wei, case_id, later="1", number_page=chosen("number-page.jpg"))
    assert [photo.kind for photo in case().photos] == [PhotoKind.APPROVAL_TWO]


def test_a_number_smuggled_into_the_form_is_not_taken(wei: CheckedClient) -> None:
    case_id = begin(wei)

    fill_in(wei, case_id, cert_no="1346070")

    assert case().cert_no is None


def test_once_approved_it_is_found_by_its_code_and_by_nothing_else(app: Flask, wei: CheckedClient) -> None:
    case_id = sent(wei)
    office_acts("approve")

    record = db.session.scalars(db.select(Certificate)).one()
    assert lookups.find("", WEI.name) == []
    assert lookups.find("无", WEI.name) == []
    assert lookups.by_code(record.verify_code)[0].id == record.id
    visitor: Any = app.test_client()
    assert visitor.get(f"/v/{record.verify_code}").status_code == 200
    assert "没有编号，凭查验码查验" in visitor.page.text
    wei.get(f"/portal/cases/{case_id}/")
    assert "只能用查验码或二维码查到" in wei.page.text


def test_the_same_award_is_not_sent_again_after_a_refusal(wei: CheckedClient) -> None:
    sent(wei)
    office_acts("reject", reply="当年批文里没有这次评审。")
    again = begin(wei)
    fill_in(wei, again)

    send(wei, again, approval_one=chosen("content-page.jpg"))

    assert "这本证书已审核不通过，不能再次提交" in wei.page.text
    assert db.session.get(VerificationCase, again).state is CaseState.DRAFT


def test_another_award_may_still_be_sent_after_a_refusal(wei: CheckedClient) -> None:
    sent(wei)
    office_acts("reject", reply="当年批文里没有这次评审。")
    again = begin(wei)
    fill_in(wei, again, awarded_on="2015-07")

    assert send(wei, again, approval_one=chosen("content-page.jpg")).location.endswith("/done")


def test_the_same_award_is_not_sent_again_once_it_is_approved(wei: CheckedClient) -> None:
    sent(wei)
    office_acts("approve")
    again = begin(wei)
    fill_in(wei, again)

    send(wei, again, approval_one=chosen("content-page.jpg"))

    assert "这本证书已经审验通过，不用再提交" in wei.page.text


def test_one_award_has_one_open_case(wei: CheckedClient) -> None:
    sent(wei)
    again = begin(wei)

    fill_in(wei, again)

    assert "您已经另开了一份审验" in wei.page.text
    assert trail(again) == ["start"]


def test_pressing_the_entrance_twice_opens_one_draft(wei: CheckedClient) -> None:
    assert begin(wei) == begin(wei)
    fill_in(wei, case().id)

    assert begin(wei) != db.session.scalars(db.select(VerificationCase.id)).first()


def test_the_reviewer_sees_the_documents_as_tabs_and_corrects_no_number(wei: CheckedClient, as_staff: Any) -> None:
    case_id = sent(wei)
    clerk = as_staff("ls.staff")

    clerk.get(f"/admin/cases/review/{case_id}/")
    assert "批文一" in clerk.page.text
    clerk.get(f"/admin/cases/review/{case_id}/correct/")
    assert "cert_no" not in [field.get("name") for field in clerk.page.all("input")]
