"""What a holder sees of a case and does about it: withdrawing, discarding, answering the office."""

from __future__ import annotations

from typing import Any

import pytest

from domain.verification import CaseState
from extensions import db, writing
from models import Certificate
from operations.register import move as make_move
from tests import factories
from tests.engines import PLAIN_SQL
from tests.integration.public_views.people import (
    LU,
    case,
    chosen,
    fill_in,
    office_acts,
    record,
    register,
    send,
    sent,
    start,
    trail,
)
from tests.pages import CheckedClient

CHANGED = {"obtained_by": "评审"}


@pytest.fixture
def wei(as_holder: Any) -> CheckedClient:
    return as_holder(register())


def act(client: CheckedClient, case_id: int, name: str, **more: Any) -> Any:
    """Open the case and press the button, with the version that the page carries."""
    client.get(f"/portal/cases/{case_id}/")
    return client.post(f"/portal/cases/{case_id}/{name}", data={**client.page.form("version"), **more})


def test_details_show_values_changes_photos_office_and_what_happened(wei: CheckedClient) -> None:
    case_id = sent(wei, record(), **CHANGED)

    wei.get(f"/portal/cases/{case_id}/")

    for words in (
        "1346070",
        "评审",
        "转正定职",
        "灵山县职改办",
        "0777-0000002",
        "您开始审验",
        "您提交了审验",
        "撤回审验",
    ):
        assert words in wei.page.text
    assert f"/portal/verify/{case_id}/photos/number_page.jpg" in {image["src"] for image in wei.page.all("img")}


def test_withdrawn_case_is_a_draft_again_that_can_be_sent_again(wei: CheckedClient) -> None:
    case_id = sent(wei, record(), **CHANGED)

    act(wei, case_id, "withdraw")
    withdrawn = case().state
    send(wei, case_id)

    assert withdrawn is CaseState.DRAFT
    assert case().state is CaseState.PENDING
    assert trail(case_id) == ["start", "submit", "withdraw", "submit"]


def test_withdrawing_from_the_list_carries_the_version(wei: CheckedClient) -> None:
    case_id = sent(wei, record(), **CHANGED)
    wei.get("/portal/certificates/")

    wei.post(f"/portal/cases/{case_id}/withdraw", data=wei.page.form("version"))

    assert case().state is CaseState.DRAFT


def test_what_the_office_has_touched_cannot_be_withdrawn(wei: CheckedClient) -> None:
    case_id = sent(wei, record(), **CHANGED)
    office_acts("correct", correction={"specialty": "水利工程"})

    wei.get(f"/portal/cases/{case_id}/")
    offered = wei.page.text
    response = wei.send(f"/portal/cases/{case_id}/withdraw", {"version": case().version})

    assert "撤回审验" not in offered
    assert response.status_code == 409
    assert "职改办已经开始处理，不能撤回" in wei.page.text
    assert case().state is CaseState.PENDING


@pytest.mark.parametrize("name", ["withdraw", "confirm", "discard"])
def test_a_stale_version_changes_nothing_and_says_how_it_stands(wei: CheckedClient, name: str) -> None:
    case_id = sent(wei, record(), **CHANGED)
    wei.get(f"/portal/cases/{case_id}/")
    old = wei.page.form("version")
    office_acts("approve")

    response = wei.post(f"/portal/cases/{case_id}/{name}", data=old)

    assert response.status_code == 409
    assert "现在是“审核通过”。您这次的操作没有生效，请看最新情况再决定。" in wei.page.text
    assert case().state is CaseState.APPROVED


def test_a_draft_is_given_up_only_after_a_second_page(wei: CheckedClient) -> None:
    certificate_id = record()
    case_id = start(wei, certificate_id)

    wei.get(f"/portal/cases/{case_id}/discard")
    asked, still_there = wei.page.text, case().deleted
    wei.post(f"/portal/cases/{case_id}/discard", data=wei.page.form("version"))
    wei.get("/portal/")

    assert "放弃这份审验？" in asked
    assert not still_there
    assert case().deleted
    assert wei.get(f"/portal/cases/{case_id}/").status_code == 404
    wei.get("/portal/")
    assert "点击审验此证书" in wei.page.text


@PLAIN_SQL
def test_a_sent_case_has_no_page_for_giving_up(wei: CheckedClient) -> None:
    case_id = sent(wei, record(), **CHANGED)

    response = wei.get(f"/portal/cases/{case_id}/discard")

    assert response.location == f"/portal/cases/{case_id}/"


def test_asked_to_change_the_reply_is_read_the_case_mended_and_sent_to_the_office(wei: CheckedClient) -> None:
    case_id = sent(wei, record(), **CHANGED)
    office_acts("ask_changes", reply="专业写错了，请照证书改。")

    wei.get("/portal/")
    home = wei.page.text
    fill_in(wei, case_id, obtained_by="转正定职", specialty="水利水电工程")
    wei.get(f"/portal/verify/{case_id}/photos")
    wei.post(f"/portal/verify/{case_id}/photos", data=wei.page.form("version"))

    assert "有 1 本证书等您修改。" in home
    assert "审核回复：专业写错了，请照证书改。" in home
    assert "去修改" in home
    assert case().state is CaseState.PENDING
    assert trail(case_id)[-1] == "resubmit"


def test_a_photo_taken_again_after_the_reply_replaces_the_old_one(wei: CheckedClient) -> None:
    case_id = sent(wei, record(), **CHANGED)
    before = {photo.key for photo in case().photos}
    office_acts("ask_changes", reply="请重拍证书编号页。")

    wei.get(f"/portal/verify/{case_id}/photos")
    sent_again = wei.page.form("version") | {"number_page": chosen("palette.png")}
    wei.post(f"/portal/verify/{case_id}/photos", data=sent_again)

    assert case().state is CaseState.PENDING, wei.page.text
    assert len(case().photos) == 2
    assert len({photo.key for photo in case().photos} & before) == 1


def test_corrections_are_shown_against_mine_and_confirmed(wei: CheckedClient, client: CheckedClient) -> None:
    case_id = sent(wei, record(), **CHANGED)
    office_acts("correct", correction={"specialty": "房屋建筑工程"})
    office_acts("ask_confirmation", reply="专业已按照片更正。")

    wei.get(f"/portal/cases/{case_id}/")
    shown = wei.page
    act(wei, case_id, "confirm")

    assert "职改办更正了 1 处" in shown.text
    assert "专业已按照片更正。" in shown.text
    assert shown.all("del")
    assert shown.all("ins")
    assert case().state is CaseState.APPROVED
    assert db.session.scalars(db.select(Certificate)).one().specialty == "房屋建筑工程"
    wei.get(f"/portal/cases/{case_id}/")
    assert "房屋建筑工程" in wei.page.text


def test_an_objection_wants_words_and_brings_the_case_back(wei: CheckedClient) -> None:
    case_id = sent(wei, record(), **CHANGED)
    office_acts("correct", correction={"specialty": "水利工程"})
    office_acts("ask_confirmation")

    act(wei, case_id, "dispute", reason=" ")
    unsaid, state = wei.page.text, case().state
    act(wei, case_id, "dispute", reason="证书上写的就是水利水电工程")

    assert "还没有写明哪里不对" in unsaid
    assert state is CaseState.NEEDS_CONFIRMATION
    assert case().state is CaseState.PENDING
    wei.get(f"/portal/cases/{case_id}/")
    assert "您对更正内容提出异议" in wei.page.text
    assert "证书上写的就是水利水电工程" in wei.page.text


def test_an_objection_that_came_too_late_keeps_its_words(wei: CheckedClient) -> None:
    case_id = sent(wei, record(), **CHANGED)
    office_acts("correct", correction={"specialty": "水利工程"})
    office_acts("ask_confirmation")
    wei.get(f"/portal/cases/{case_id}/")
    old = wei.page.form("version")
    office_acts("take_back", reply="点错了，重新审核。")

    wei.post(f"/portal/cases/{case_id}/dispute", data={**old, "reason": "专业没有写错"})

    assert "您这次的操作没有生效" in wei.page.text
    assert "专业没有写错" in wei.page.text
    assert case().state is CaseState.PENDING


@PLAIN_SQL
@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("reject", {"reply": "外省核发，不在范围。"}),
        ("find_counterfeit", {"reply": "批文里没有这个编号。", "evidence": "钢印不符"}),
    ],
)
def test_a_refusal_is_told_with_its_reason_and_never_with_the_word_or_the_evidence(
    wei: CheckedClient, name: str, more: dict[str, str]
) -> None:
    case_id = sent(wei, record(), **CHANGED)
    office_acts(name, **more)

    pages = []
    for address in ("/portal/", "/portal/certificates/", "/portal/messages/", f"/portal/cases/{case_id}/"):
        wei.get(address)
        pages.append(wei.page.text)

    assert all(more["reply"] in page for page in pages)
    assert all("审核不通过" in page for page in pages)
    assert not any(word in page for page in pages for word in ("假证", "客户", "钢印不符", "问题人员"))


def test_called_in_the_holder_reads_what_to_bring_and_where(wei: CheckedClient) -> None:
    case_id = sent(wei, record(), **CHANGED)
    office_acts("call_in", reply="请带身份证和证书原件，工作日上午来。")

    wei.get(f"/portal/cases/{case_id}/")

    assert "待现场审核" in wei.page.text
    assert "请带身份证和证书原件" in wei.page.text
    assert "到灵山县职改办现场审核" in wei.page.text
    assert "0777-0000002" in wei.page.text


@PLAIN_SQL
@pytest.mark.parametrize("name", ["", "discard"])
def test_foreign_cases_are_missing(wei: CheckedClient, as_holder: Any, name: str) -> None:
    case_id = start(wei, record())
    other = as_holder(register(LU))

    assert other.get(f"/portal/cases/{case_id}/{name}").status_code == 404
    assert other.get(f"/portal/cases/{case_id + 50}/{name}").status_code == 404


@PLAIN_SQL
@pytest.mark.parametrize("name", ["withdraw", "discard", "confirm", "dispute"])
def test_foreign_cases_cannot_be_acted_on(wei: CheckedClient, as_holder: Any, name: str) -> None:
    case_id = start(wei, record())
    other = as_holder(register(LU))
    other.get("/portal/")

    response = other.send(f"/portal/cases/{case_id}/{name}", {"version": 1, "reason": "不对"})

    assert response.status_code == 404
    assert trail(case_id) == ["start"]


def test_a_case_that_the_office_deleted_is_gone_for_its_holder(wei: CheckedClient) -> None:
    case_id = sent(wei, record(), **CHANGED)
    office_acts("delete", reply="重复提交，已删除。")

    gone = wei.get(f"/portal/cases/{case_id}/").status_code
    wei.get("/portal/messages/")

    assert gone == 404
    assert "审验已删除" in wei.page.text
    assert f"/portal/cases/{case_id}/" not in {link["href"] for link in wei.page.all("a")}


def test_the_form_without_a_version_does_nothing(wei: CheckedClient) -> None:
    case_id = sent(wei, record(), **CHANGED)
    wei.get("/portal/")

    response = wei.post(f"/portal/cases/{case_id}/withdraw", data={"csrf_token": wei.token()})

    assert response.status_code == 409
    assert case().state is CaseState.PENDING


@PLAIN_SQL
def test_reading_pages_write_nothing(wei: CheckedClient) -> None:
    case_id = sent(wei, record(), **CHANGED)
    before = trail(case_id)

    for address in (
        "/portal/",
        "/portal/certificates/",
        "/portal/messages/",
        f"/portal/cases/{case_id}/",
        f"/portal/verify/{case_id}/done",
    ):
        assert wei.get(address).status_code == 200

    assert trail(case_id) == before


def test_a_certificate_that_was_voided_is_shown_as_void_to_its_holder(as_holder):
    case = factories.case_at(CaseState.APPROVED)
    with writing():
        record = db.session.get_one(Certificate, case.certificate_id)
        for who, name in (("ls.staff", "request_void"), ("ls.admin", "agree_void")):
            make_move(factories.staff(who), record.id, record.version, name, "编号段不属于该年度")

    client = as_holder(case.holder)
    client.get("/portal/certificates/")
    listed = client.page.text
    client.get(f"/portal/cases/{case.id}/")

    assert "作废" in listed
    assert "这本证书已作废" in client.page.text
    assert "编号段" not in client.page.text
