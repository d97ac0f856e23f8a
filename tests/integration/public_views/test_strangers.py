"""A stranger registers with somebody's name and ID number: nothing is published, and nothing beyond the card is learnt."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from domain.partial_dates import PartialDate
from domain.verification import CaseState
from domain.vocabulary import ObtainedBy
from extensions import db, writing
from models import BackgroundJob, Certificate, Event, Message, VerificationCase
from tests.factories import act, certificate
from tests.integration.public_views.people import WEI, answers, both_photos, register
from tests.pages import CheckedClient

NUMBER = "0771234"
SECRETS = (
    NUMBER, "2011-07", "2011 年 7", "2011-09", "聘用制合同工", "灵山县第十九水文站", "国有独资企业", "管2011-3377", "桂南评审委员会",
    "灵职改〔2011〕77 号",
)  # fmt: skip
"""Values of the record that stand nowhere else."""
REPLY = "照片看不清，请重拍。"


@pytest.fixture
def record(app: Any) -> int:
    """Return the certificate of somebody whose name and ID number a stranger has."""
    return certificate(
        WEI, cert_no=NUMBER, awarded_on=PartialDate(2011, 7, 19), issued_on=PartialDate(2011, 9, 1),
        obtained_by=ObtainedBy.RECONFIRMATION, personal_status="聘用制合同工", employer_name="灵山县第十九水文站",
        employer_kind="国有独资企业", manage_no="管2011-3377", review_body="桂南评审委员会", approval_doc_no="灵职改〔2011〕77 号",
    ).id  # fmt: skip


@pytest.fixture
def stranger(as_holder: Any, record: int) -> CheckedClient:
    client: CheckedClient = as_holder(register(WEI))
    return client


def everything_seen(client: CheckedClient) -> Iterator[tuple[str, str]]:
    """Yield every page, file and letter that the account can reach, with its address."""
    waiting, seen = ["/portal/", "/portal/verify/"], set()
    while waiting:
        address = waiting.pop()
        answer = client.get(address)
        html = answer.data.decode(errors="ignore")
        yield address, f"{address} {answer.location or ''} {html} {re.sub('<[^>]*>', '', html)}"
        found = [
            link["href"].partition("#")[0]
            for link in client.page.all("a")
            if link.get("href", "").startswith("/portal")
        ]
        new = sorted({*found, *filter(None, [answer.location])} - seen - {"/portal/sign-out"})
        waiting += [one for one in new if not one.startswith("/portal/outbox")]
        seen |= set(new)
    yield from downloads(client)
    yield "messages", " ".join(message.title + message.body for message in db.session.query(Message))
    yield "mails", " ".join(str(job.payload) for job in db.session.query(BackgroundJob))


def downloads(client: CheckedClient) -> Iterator[tuple[str, str]]:
    for name in ("certificates.xlsx", "everything.zip"):
        client.get("/portal/downloads/")
        data = client.send(f"/portal/downloads/{name}").data
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            texts = [parts.read(one).decode(errors="ignore") for one in parts.namelist() if not one.endswith(".jpg")]
        yield name, " ".join(texts)


def leaks(client: CheckedClient) -> dict[str, list[str]]:
    found = {where: [secret for secret in SECRETS if secret in text] for where, text in everything_seen(client)}
    return {where: secrets for where, secrets in found.items() if secrets}


def the_case() -> VerificationCase:
    db.session.rollback()
    return db.session.scalars(db.select(VerificationCase).filter_by(deleted_at=None)).one()


def is_public(record: int) -> bool:
    db.session.rollback()
    return db.session.get_one(Certificate, record).is_public


def begin(client: CheckedClient, record: int, number: str) -> int:
    client.get(f"/portal/verify/record/{record}/")
    client.send(f"/portal/verify/record/{record}/", {"cert_no": number})
    return the_case().id


def send_with_noise(client: CheckedClient, case_id: int, **typed: str) -> None:
    client.get(f"/portal/verify/{case_id}/")
    guessed = {"awarded_on": "2010-01", "obtained_by": "评审", **typed}
    client.post(f"/portal/verify/{case_id}/", data=answers(client, **guessed))
    client.get(f"/portal/verify/{case_id}/photos")
    client.post(f"/portal/verify/{case_id}/photos", data={**client.page.form("version"), **both_photos()})


def test_the_pages_show_the_card_and_nothing_else(stranger: CheckedClient) -> None:
    stranger.get("/portal/")
    card = stranger.page.text

    assert leaks(stranger) == {}
    assert all(
        word in card
        for word in ("助理工程师（助理级）", "2011 年度", "工程系列", "水利水电工程", "灵山县职称改革领导小组办公室")
    )


def test_a_guessed_number_opens_nothing_and_publishes_nothing(stranger: CheckedClient, record: int) -> None:
    case_id = begin(stranger, record, "0999999")
    draft = leaks(stranger)

    send_with_noise(stranger, case_id)

    assert draft == leaks(stranger) == {}
    assert the_case().state is CaseState.PENDING
    assert not is_public(record)
    stranger.get("/")
    stranger.send("/", {"number": NUMBER, "name": WEI.name})
    assert "没有查到这本证书" in stranger.page.text


def test_after_three_numbers_the_right_one_looks_like_any_other(stranger: CheckedClient, record: int) -> None:
    for wrong in ("0999991", "0999992", "0999993"):
        case_id = begin(stranger, record, wrong)
    stranger.get(f"/portal/verify/{case_id}/")
    before = _without(stranger.page.text, "0999993")

    begin(stranger, record, NUMBER)
    stranger.get(f"/portal/verify/{case_id}/")

    assert _without(stranger.page.text, NUMBER) == before
    assert {secret for found in leaks(stranger).values() for secret in found} == {NUMBER}
    send_with_noise(stranger, case_id)
    assert the_case().state is CaseState.PENDING


def _without(text: str, number: str) -> str:
    return re.sub(r"\d{2}:\d{2}", "", text.replace(number, ""))


def test_every_turn_of_the_case_tells_no_more(stranger: CheckedClient, record: int) -> None:
    case_id = begin(stranger, record, "0999999")
    send_with_noise(stranger, case_id)
    told = [leaks(stranger)]
    for step in ("call_in", "take_back", "ask_changes"):
        act("ls.staff", the_case(), step, reply=REPLY)
        told.append(leaks(stranger))
    stranger.get(f"/portal/verify/{case_id}/photos")
    stranger.post(f"/portal/verify/{case_id}/photos", data=stranger.page.form("version"))
    act("ls.staff", the_case(), "reject", reply=REPLY)

    assert [*told, leaks(stranger)] == [{}] * 5
    assert not is_public(record)


def test_an_office_may_send_the_number_for_confirmation(stranger: CheckedClient, record: int) -> None:
    case_id = begin(stranger, record, "0999999")
    send_with_noise(stranger, case_id)
    act("ls.staff", the_case(), "correct", correction={"cert_no": NUMBER})
    before = leaks(stranger)

    act("ls.staff", the_case(), "ask_confirmation")

    assert before == {}
    assert leaks(stranger) == {f"/portal/cases/{case_id}/": [NUMBER]}


def test_typed_by_hand_the_record_is_met_in_silence(stranger: CheckedClient, record: int) -> None:
    with writing():
        db.session.get_one(Certificate, record).name = "韦晓兰"
    stranger.get("/portal/verify/")
    stranger.send("/portal/verify/", {"cert_no": NUMBER})
    case_id = the_case().id

    send_with_noise(
        stranger, case_id, title_series="工程系列", title_level="助理级", title="助理工程师", specialty="水利水电工程",
        awarding_body="灵山县职改办",
    )  # fmt: skip

    assert (the_case().state, the_case().certificate_id) == (CaseState.PENDING, record)
    assert {secret for found in leaks(stranger).values() for secret in found} == {NUMBER}
    assert "韦晓兰" not in " ".join(text for _, text in everything_seen(stranger))


def test_before_the_email_is_confirmed_not_even_the_card_is_shown(as_holder: Any) -> None:
    owner = register(confirmed=False)
    certificate(owner, cert_no=NUMBER, specialty="水文地质")
    client = as_holder(owner)

    client.get("/portal/")

    assert "邮箱还没有确认，请先确认。" in client.page.text
    assert "重新发送确认邮件" in client.page.text
    assert "水文地质" not in " ".join(text for _, text in everything_seen(client))


def test_the_holder_of_the_paper_is_asked_for_it_once(stranger: CheckedClient, record: int) -> None:
    begin(stranger, record, f"证书编号：{NUMBER}")
    stranger.get(f"/portal/verify/{the_case().id}/")

    assert "灵山县第十九水文站" in stranger.get(f"/portal/verify/{the_case().id}/").get_data(as_text=True)
    assert [event.action for event in Event.about("case", the_case().id)] == ["start"]
