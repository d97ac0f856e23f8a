"""身份信息更正 and 解除占用, from the form with its pictures to what a decision does."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from functools import cache
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from PIL import Image, ImageDraw

import mailing
from commands.cast import PASSWORD
from domain.errors import DomainError, StaleVersion
from domain.identifiers import parse_id
from domain.verification import CaseState
from domain.vocabulary import RecordShown, RequestKind, RequestState
from extensions import db, writing
from models import Certificate, Event, Holder, IdentityRequest, Message, ProblemPerson, VerificationCase, id_digest, now
from operations import case_drafts, identity_requests, offers
from operations.identity_requests import Claimant
from operations.offers import OnPaper
from tests.engines import PLAIN_SQL
from tests.factories import (
    case_at,
    certificate,
    draft,
    fresh_person,
    letters_to,
    open_session,
    refused,
    staff,
    still_open,
)
from tests.integration.public_views.people import LU, WEI, answer_captcha, register
from tests.pages import CheckedClient

KEYS = {"front": "f" * 32, "back": "b" * 32, "statement": "5" * 32}
RIGHT = fresh_person()


@pytest.fixture
def wei(app: Flask) -> Holder:
    return register()


@cache
def card() -> bytes:
    """Return a sharp picture of few bytes; the test client would leave a larger body in an open temporary file."""
    sheet = Image.new("L", (1000, 640), 255)
    pen = ImageDraw.Draw(sheet)
    for line in range(20, 620, 12):
        pen.rectangle((20 + line % 50, line, 980 - line % 70, line + 5), fill=0)
    kept = BytesIO()
    sheet.save(kept, "JPEG", quality=70)
    return kept.getvalue()


def pictures(*names: str) -> dict[str, Any]:
    return {name: (BytesIO(card()), f"{name}.jpg") for name in names}


def claimant(name: str = "韦晓兰", number: str = RIGHT) -> Claimant:
    return Claimant(name, parse_id(number, now().date()))


def ask_correction(holder: Holder, **claimed: str) -> int:
    holder_id = holder.id
    with writing():
        own = db.session.get_one(Holder, holder_id)
        return identity_requests.ask_correction(own, claimant(**claimed), KEYS).id


def ask_release(number: str = WEI.id_number) -> int:
    two = {side: KEYS[side] for side in ("front", "back")}
    reach = {"mobile": "13700001111", "email": "real@example.com", "region_code": "450721"}
    with writing():
        return identity_requests.ask_release(staff("ls.staff"), claimant("韦小兰", number), two, **reach).id


def decide(request_id: int, who: str = "qz.admin", *, grant: bool = True, reply: str = "") -> IdentityRequest:
    actor = staff(who)
    with writing():
        return identity_requests.decide(actor, request_id, grant=grant, reply=reply)


def stored(request_id: int) -> IdentityRequest:
    db.session.rollback()
    return db.session.get_one(IdentityRequest, request_id)


def the_holder(holder: Holder) -> Holder:
    db.session.rollback()
    return db.session.get_one(Holder, holder.id)


def send_correction(client: CheckedClient, **changed: Any) -> Any:
    client.get("/portal/profile/correction")
    given = {"name": "韦晓兰", "id_number": RIGHT, **pictures("front", "back", "statement")}
    return client.send("/portal/profile/correction", given | changed)


def test_a_correction_is_asked_for_with_three_pictures_that_nobody_reads_in_the_store(
    app: Flask, as_holder: Any, wei: Holder
) -> None:
    client = as_holder(wei)

    response = send_correction(client)
    client.get(response.location)

    request = db.session.scalars(db.select(IdentityRequest)).one()
    assert (request.kind, request.holder_id, request.name) == (RequestKind.CORRECTION, wei.id, "韦晓兰")
    assert request.office.name == "钦州市职改办"
    assert "等待办理" in client.page.text
    assert app.extensions["photos"].get(request.front)[:3] != b"\xff\xd8\xff"
    assert the_holder(wei).name == "韦小兰"


def test_while_one_waits_there_is_no_second(as_holder: Any, wei: Holder) -> None:
    client = as_holder(wei)
    client.get("/portal/profile/correction")
    token = client.token()
    ask_correction(wei)

    client.get("/portal/profile/correction")
    form_left = [form for form in client.page.forms if "id_number" in form["fields"]]
    given = {"csrf_token": token, "name": "韦晓兰", "id_number": RIGHT, **pictures("front", "back", "statement")}
    late = client.post("/portal/profile/correction", data=given)

    assert (form_left, late.status_code) == ([], 200)
    assert db.session.query(IdentityRequest).count() == 1


@PLAIN_SQL
@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"statement": (None, "")}, "还没有选“单位盖章的说明”的照片"),
        ({"front": "gif"}, "只收 JPG 和 PNG"),
        ({"id_number": "45072119850312002"}, "身份证号要 18 位"),
        ({"name": "韦小兰", "id_number": WEI.id_number}, "填的和现在账号里的一样"),
    ],
    ids=["missing", "not a photo", "number", "nothing to mend"],
)
def test_what_is_wrong_is_said_and_nothing_is_kept_half(
    app: Flask, as_holder: Any, wei: Holder, changed: dict[str, Any], sentence: str
) -> None:
    client = as_holder(wei)
    if changed.get("front") == "gif":
        changed = {"front": (BytesIO(b"GIF89a" + bytes(100)), "front.jpg")}
    if "statement" in changed:
        changed = {"statement": ""}

    send_correction(client, **changed)

    assert sentence in client.page.text
    assert db.session.query(IdentityRequest).count() == 0


def test_granted_the_account_has_the_right_name_and_the_right_certificates(app: Flask, wei: Holder) -> None:
    theirs = certificate(name="韦晓兰", id_number=RIGHT)
    key = open_session(wei)
    request_id = ask_correction(wei)

    decide(request_id, reply="已核对。")

    holder = the_holder(wei)
    assert (holder.name, holder.id_number, holder.id_digest) == ("韦晓兰", RIGHT, id_digest(RIGHT))
    assert [record.id for record in offers.offered(holder)] == [theirs.id]
    assert still_open(holder, key)
    newest = Event.about("holder", wei.id)[-1]
    assert (newest.action, newest.changed["身份证号"]) == ("correct_identity", [WEI.id_number, RIGHT])
    assert WEI.id_number.encode() not in newest.changes
    (message,) = db.session.scalars(db.select(Message))
    assert "已按申请改好" in message.body


def test_a_draft_on_a_record_that_is_not_the_holders_after_all_lets_go_of_it(app: Flask, wei: Holder) -> None:
    case = draft(certificate(wei), wei)

    decide(ask_correction(wei))

    db.session.rollback()
    kept = db.session.get_one(VerificationCase, case.id)
    assert (kept.certificate_id, kept.office_id, kept.state) == (None, None, CaseState.DRAFT)
    assert kept.cert_no == case.cert_no


def test_who_is_listed_stays_listed_under_the_new_number(app: Flask, wei: Holder) -> None:
    case_at(CaseState.COUNTERFEIT, owner=wei)

    decide(ask_correction(wei))

    assert db.session.scalars(db.select(ProblemPerson)).one().id_digest == id_digest(RIGHT)


def test_a_number_that_another_account_holds_is_not_given_twice(app: Flask, wei: Holder) -> None:
    register(LU)
    request_id = ask_correction(wei, number=LU.id_number)

    with pytest.raises(DomainError, match="先办理解除占用"):
        decide(request_id)

    assert stored(request_id).state is RequestState.WAITING
    assert the_holder(wei).id_number == WEI.id_number


def test_refused_nothing_changes_and_the_reason_is_told(app: Flask, wei: Holder) -> None:
    request_id = ask_correction(wei)
    with pytest.raises(DomainError, match="请写明为什么不同意"):
        decide(request_id, grant=False)

    decide(request_id, "qz.staff", grant=False, reply="说明没有盖章。")

    assert the_holder(wei).name == "韦小兰"
    (message,) = db.session.scalars(db.select(Message))
    assert "说明没有盖章。" in message.body
    assert ask_correction(wei)


def test_of_two_who_decide_the_second_is_told_what_was_decided(app: Flask, wei: Holder) -> None:
    request_id = ask_correction(wei)
    decide(request_id, grant=False, reply="看不清。")

    with pytest.raises(StaleVersion, match="黄国栋已经办过了（没有同意）"):
        decide(request_id, "qz.staff")

    assert the_holder(wei).name == "韦小兰"


def test_a_release_shuts_the_account_out_and_frees_number_mobile_and_address(app: Flask, wei: Holder) -> None:
    key = open_session(wei)
    loose = draft(None, wei)

    decide(ask_release())

    old = the_holder(wei)
    assert not old.is_active
    assert not still_open(old, key)
    assert db.session.get_one(VerificationCase, loose.id).deleted
    newcomer = register()
    assert newcomer.id != old.id
    assert (newcomer.id_number, newcomer.mobile, newcomer.email) == (WEI.id_number, WEI.mobile, WEI.email)


@pytest.mark.parametrize("state", [state for state in CaseState if state.is_open])
def test_a_release_ends_whatever_the_account_has_begun_and_refuses_nobody(
    app: Flask, wei: Holder, state: CaseState
) -> None:
    record_id = certificate(wei).id
    case = case_at(state, db.session.get_one(Certificate, record_id), wei)

    decide(ask_release())

    ended = db.session.get_one(VerificationCase, case.id)
    newcomer = register()
    assert ended.deleted
    assert Event.about("case", case.id)[-1].action == "release"
    assert refused("ls.staff", ended, "undelete")
    assert [one.id for one in offers.offered(newcomer)] == [record_id]
    assert case_at(CaseState.PENDING, db.session.get_one(Certificate, record_id), newcomer).state is CaseState.PENDING


def test_a_release_takes_back_what_the_account_had_published_by_itself(app: Flask, wei: Holder) -> None:
    record_id = certificate(wei).id
    case = case_at(CaseState.AUTO_APPROVED, db.session.get_one(Certificate, record_id), wei)
    letters = letters_to(case)

    decide(ask_release())

    record = db.session.get_one(Certificate, record_id)
    assert not record.is_public
    assert [event.action for event in Event.about("case", case.id)][-2:] == ["take_back", "release"]
    assert Event.about("certificate", record_id)[-1].action == "release_certificate"
    assert letters_to(case) == letters
    newcomer = register()
    assert (
        case_at(CaseState.AUTO_APPROVED, db.session.get_one(Certificate, record_id), newcomer).holder_id == newcomer.id
    )


def test_a_release_takes_back_certificates_of_offices_wherever_they_are(app: Flask, wei: Holder) -> None:
    record = certificate(wei, "浦北县职改办", awarding_body="浦北县职改办")
    record_id = record.id
    case_at(CaseState.AUTO_APPROVED, record, wei)

    decide(ask_release())

    assert not db.session.get_one(Certificate, record_id).is_public


def test_what_was_changed_since_stays_and_is_left_to_its_office_to_check(app: Flask, wei: Holder) -> None:
    record_id = certificate(wei).id
    case = case_at(CaseState.AUTO_APPROVED, db.session.get_one(Certificate, record_id), wei)
    with writing():
        record = db.session.get_one(Certificate, record_id)
        record.specialty, record.version = "护理", record.version + 1

    decide(ask_release())

    left = db.session.get_one(VerificationCase, case.id)
    assert (left.state, left.deleted) == (CaseState.AUTO_APPROVED, False)
    assert left.to_check_since is not None
    assert db.session.get_one(Certificate, record_id).is_public
    assert "后来又改过" in (Event.about("case", case.id)[-1].reply or "")
    assert "待抽查" in Event.about("certificate", record_id)[-1].summary


def test_a_release_lifts_the_listing_that_came_from_the_account(app: Flask, wei: Holder) -> None:
    case_at(CaseState.COUNTERFEIT, owner=wei)

    decide(ask_release())

    listing = db.session.query(ProblemPerson).one()
    assert (listing.lifted_by, listing.lift_reason) == ("黄国栋", "这个账号的身份证号已解除占用")


def test_numbers_that_a_stranger_typed_are_not_held_against_the_person(app: Flask, wei: Holder) -> None:
    record_id = certificate(wei).id
    for wrong in ("0000001", "0000002", "0000003"):
        with writing():
            owner = db.session.get_one(Holder, wei.id)
            case_drafts.start_from_record(owner.actor, owner, record_id, OnPaper(wrong))

    decide(ask_release())

    assert draft(db.session.get_one(Certificate, record_id), register()).record_shown is RecordShown.ALL


def test_where_nobody_has_the_number_there_is_nothing_to_release(app: Flask) -> None:
    with pytest.raises(DomainError, match="没有被占用"):
        decide(ask_release())


def send_release(client: CheckedClient, number: str = WEI.id_number, **changed: Any) -> Any:
    client.get("/portal/release")
    given = {"name": "韦小兰", "id_number": number, "mobile": "13700001111", "email": "real@example.com", "region": ""}
    return client.send("/portal/release", given | answer_captcha(client) | pictures("front", "back") | changed)


@pytest.mark.parametrize("registered", [True, False])
def test_asking_for_a_release_says_the_same_whether_the_number_is_registered(
    client: CheckedClient, registered: bool
) -> None:
    if registered:
        register()

    response = send_release(client)
    client.get(response.location)

    assert response.status_code == 303
    assert "申请已收到" in client.page.text
    assert WEI.id_number not in response.location
    assert db.session.scalars(db.select(IdentityRequest)).one().office.name == "钦州市职改办"


def test_without_the_captcha_no_request_is_taken(client: CheckedClient) -> None:
    send_release(client, captcha="x")

    assert "验证码不对" in client.page.text
    assert db.session.query(IdentityRequest).count() == 0


def test_registration_explains_it_only_after_the_captcha(client: CheckedClient, wei: Holder) -> None:
    given = {
        "name": "韦小兰", "id_number": WEI.id_number, "mobile": "13700001111", "email": "real@example.com",
        "region": "450721", "password": "lingshan-85", "repeated": "lingshan-85", "question": "您读的小学叫什么",
        "answer": "实验小学", "consent": "y", "consent_sensitive": "y",
    }  # fmt: skip
    said = []
    for answer in ("x", None):
        client.get("/portal/register")
        right = answer_captcha(client)
        client.send("/portal/register", given | right | ({"captcha": answer} if answer else {}))
        said.append({link["href"] for link in client.page.all("a")})

    assert "/portal/release" not in said[0]
    assert "/portal/release" in said[1]


def test_the_office_sees_the_pictures_decides_and_the_answer_is_mailed(
    app: Flask, client: CheckedClient, as_staff: Any
) -> None:
    register()
    send_release(client)
    request_id = db.session.scalars(db.select(IdentityRequest.id)).one()
    admin = as_staff("qz.admin")
    page = f"/admin/id-releases/details/?id={request_id}"

    picture = admin.get(f"/admin/id-releases/picture/{request_id}/front.jpg")
    admin.get(page)
    admin.send(f"/admin/id-releases/decide/?id={request_id}", {"decision": "grant", "reply": "已核对。"})
    newest = max(mailing.outbox(app.config).glob("*.eml"))
    mail = message_from_bytes(newest.read_bytes(), policy=policy.default)

    assert picture.data[:3] == b"\xff\xd8\xff"
    assert picture.headers["Cache-Control"] == "private, no-store"
    assert stored(request_id).state is RequestState.GRANTED
    assert mail["To"] == "real@example.com"
    assert "现在可以用自己的身份证号注册了" in mail.get_content()
    assert WEI.id_number not in mail.get_content()


def test_a_decision_without_a_choice_or_without_its_reason_is_asked_again_and_keeps_what_was_typed(
    wei: Holder, as_staff: Any
) -> None:
    request_id, clerk = ask_correction(wei), as_staff("qz.staff")
    clerk.get(f"/admin/identity-corrections/details/?id={request_id}")

    clerk.send(f"/admin/identity-corrections/decide/?id={request_id}", {"reply": "说明没有盖章。"})
    without_choice = clerk.page.text
    clerk.send(f"/admin/identity-corrections/decide/?id={request_id}", {"decision": "refuse", "reply": ""})

    assert "请选同意或不同意" in without_choice
    assert "请写明为什么不同意" in clerk.page.text
    assert stored(request_id).state is RequestState.WAITING


def test_who_may_decide_what(wei: Holder, as_staff: Any) -> None:
    correction, release = ask_correction(wei), ask_release()
    county, city_clerk = as_staff("ls.admin"), as_staff("qz.staff")
    as_correction, as_release = (
        f"/admin/{screen}/{{}}?id={number}"
        for screen, number in (("identity-corrections", correction), ("id-releases", release))
    )

    assert county.get(as_correction.format("details/")).status_code == 404
    assert county.get(as_release.format("details/")).status_code == 404
    assert county.get(f"/admin/id-releases/picture/{release}/front.jpg").status_code == 404
    assert city_clerk.get(as_correction.format("details/")).status_code == 200
    assert city_clerk.get(as_release.format("details/")).status_code == 403
    assert city_clerk.get(f"/admin/id-releases/picture/{release}/front.jpg").status_code == 403
    assert as_staff("qz.admin").get(f"/admin/identity-corrections/details/?id={release}").status_code == 404


def test_the_whole_number_is_shown_by_a_button_that_leaves_an_event(wei: Holder, as_staff: Any) -> None:
    request_id, clerk = ask_correction(wei), as_staff("qz.staff")
    clerk.get(f"/admin/identity-corrections/details/?id={request_id}")
    before = RIGHT in clerk.page.text

    clerk.send("/admin/identity-corrections/reveal/", {"id": str(request_id)})

    assert (before, RIGHT in clerk.page.text) == (False, True)
    assert Event.about("identity_request", request_id)[-1].action == "view_id_number"


def test_the_list_says_how_many_wait(wei: Holder, as_staff: Any) -> None:
    ask_correction(wei)
    clerk = as_staff("qz.staff")

    clerk.get("/admin/identity-corrections/")

    assert re.search(r"身份信息更正\s*1", clerk.page.text)


MINE = fresh_person()
"""The ID number of somebody who has no account."""


def ask_for_mobile(mobile: str, number: str = MINE) -> int:
    two = {side: KEYS[side] for side in ("front", "back")}
    reach = {"mobile": mobile, "email": "real@example.com", "region_code": "450721"}
    with writing():
        return identity_requests.ask_release(staff("ls.staff"), claimant("甘小梅", number), two, **reach).id


def test_a_mobile_number_that_was_somebody_elses_is_taken_off_their_account_and_nothing_else(
    app: Flask, wei: Holder
) -> None:
    key = open_session(wei)
    case = draft(certificate(wei), wei)

    decide(ask_for_mobile(WEI.mobile))

    old = the_holder(wei)
    assert old.is_active
    assert (old.id_number, old.email, old.mobile) == (WEI.id_number, WEI.email, "")
    assert Holder.with_mobile(WEI.mobile) is None
    assert not still_open(old, key)
    assert not db.session.get_one(VerificationCase, case.id).deleted
    newest = Event.about("holder", wei.id)[-1]
    assert (newest.action, newest.actor_name) == ("release_mobile", "黄国栋")
    (message,) = db.session.scalars(db.select(Message).filter_by(holder_id=wei.id))
    assert "139****0001 现在归别人使用" in message.body


def test_who_asks_for_the_id_number_frees_no_mobile_number_of_a_third_account(app: Flask, wei: Holder) -> None:
    """They may have given a relative's number to be called at."""
    register(LU)

    decide(ask_for_mobile(LU.mobile, WEI.id_number))

    assert not the_holder(wei).is_active
    assert Holder.with_mobile(LU.mobile) is not None


def test_an_account_without_a_mobile_number_changes_its_details_and_takes_a_new_number(
    app: Flask, as_holder: Any, wei: Holder
) -> None:
    register(LU)
    decide(ask_for_mobile(WEI.mobile))
    decide(ask_for_mobile(LU.mobile))
    client = as_holder(the_holder(wei))
    client.get("/portal/profile/details")
    asked = client.page.text

    client.send("/portal/profile/details", {"mobile": "", "region": "450722", "employer": "", "current": ""})
    kept = (the_holder(wei).mobile, the_holder(wei).region_code)
    given = {"mobile": "137 0000 1111", "region": "450722", "employer": "", "current": PASSWORD}
    client.get("/portal/profile/details")
    client.send("/portal/profile/details", given)

    assert "现在没有手机号" in asked
    assert kept == ("", "450722")
    assert the_holder(wei).mobile == "13700001111"


def test_the_office_sees_who_has_the_mobile_number_and_what_granting_does(
    app: Flask, as_staff: Any, wei: Holder
) -> None:
    admin = as_staff("qz.admin")

    admin.get(f"/admin/id-releases/details/?id={ask_for_mobile(WEI.mobile)}")
    held = admin.page.text
    admin.get(f"/admin/id-releases/details/?id={ask_for_mobile('13700001111')}")

    assert "同意后只把手机号从下面的账号去掉" in held
    assert WEI.name in held
    assert "同意后只把手机号" not in admin.page.text
