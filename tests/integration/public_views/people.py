"""People, records and photos for the tests of the public faces, and the steps of the wizard as a person takes them."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from commands.cast import HOLDERS, DemoHolder
from domain.access import Actor
from domain.identifiers import parse_id
from domain.partial_dates import PartialDate
from domain.vocabulary import CertificateStatus, ObtainedBy, TitleLevel
from extensions import db, writing
from models import Certificate, Event, Holder, ImportBatch, Office, StaffUser, VerificationCase, id_digest, now
from operations import bodies, cases, holders
from operations.holders import Registration
from tests.captchas import answer_to
from tests.conftest import PASSWORD_HASH
from tests.pages import CheckedClient, Page

_SMALL_BODY = 300_000
PHOTOS = Path(__file__).parents[2] / "samples" / "photos"
WEI, LU, HUANG, QIN = HOLDERS
ANSWER_HASH = PASSWORD_HASH
"""The answer to the security question, in the tests, is the demo password."""


def register(one: DemoHolder = WEI, confirmed: bool = True) -> Holder:
    given = Registration(
        name=one.name, document=parse_id(one.id_number, now().date()), mobile=one.mobile, email=one.email,
        region_code=one.region_code, password_hash=PASSWORD_HASH, security_question="您读的小学叫什么",
        security_answer_hash=ANSWER_HASH,
    )  # fmt: skip
    with writing():
        holder = holders.register(given)
        if confirmed:
            holders.confirm_email(holders.new_confirming_link(holder))
    return holder


def record(one: DemoHolder = WEI, office_name: str = "灵山县职改办", **values: Any) -> int:
    """Add an imported record of this person and return its id."""
    office = db.session.execute(db.select(Office).filter_by(name=office_name)).scalar_one()
    document = parse_id(one.id_number, now().date())
    given: dict[str, Any] = {
        "name": one.name, "id_number": document.number, "id_kind": document.kind, "cert_no": "1346070",
        "title_series": "工程系列", "title_level": TitleLevel.ASSISTANT, "title": "助理工程师", "specialty": "水利水电工程",
        "awarding_body": office_name, "awarded_on": PartialDate(2013, 12, 20), "issued_on": PartialDate(2014, 1, 15),
        "obtained_by": ObtainedBy.PROBATION, "cert_status": CertificateStatus.NORMAL, "approval_doc_no": "灵职改〔2013〕9 号",
    } | values  # fmt: skip
    with writing():
        batch = ImportBatch(file_name="旧证书.xlsx", file_digest="0" * 64, created_by="梁敏", committed_at=now())
        batch.belong_to(office.place)
        db.session.add(batch)
        db.session.flush()
        added = Certificate(
            **given,
            batch_id=batch.id,
            id_digest=id_digest(document.number),
            body_key=bodies.body_key(given["awarding_body"]),
        )
        added.belong_to(office.place)
        db.session.add(added)
        db.session.flush()
        return added.id


@cache
def photo(name: str) -> bytes:
    return (PHOTOS / name).read_bytes()


def chosen(name: str) -> tuple[BytesIO, str]:
    """Return a sample photo as a form sends it; the test client would leave a larger body in an open temporary file."""
    return BytesIO(photo(name)[:_SMALL_BODY]), name


def both_photos() -> dict[str, Any]:
    return {"number_page": chosen("number-page.jpg"), "content_page": chosen("content-page.jpg")}


def case() -> VerificationCase:
    """Return the only case there is, as it stands now."""
    db.session.rollback()
    return db.session.scalars(db.select(VerificationCase)).one()


def trail(case_id: int) -> list[str]:
    db.session.rollback()
    return [event.action for event in Event.about("case", case_id)]


def start(client: CheckedClient, certificate_id: int) -> int:
    """Click 点击审验此证书 on the home page and type the number as the paper has it; return the case."""
    number = db.session.get_one(Certificate, certificate_id).cert_no
    client.get("/portal/")
    client.get(f"/portal/verify/record/{certificate_id}/")
    client.send(f"/portal/verify/record/{certificate_id}/", {"cert_no": number})
    return case().id


def answers(client: CheckedClient, **changed: str) -> dict[str, str]:
    """Return the fields of the wizard's form as the page shows them, some of them typed over."""
    return {**client.page.form("cert_no"), **_chosen_options(client.page), **changed}


def _chosen_options(page: Page) -> dict[str, str]:
    """Return what the selects of the page have chosen."""
    found, name = {}, ""
    for tag, attributes in page.elements:
        if tag == "select":
            name = attributes["name"]
        elif tag == "option" and "selected" in attributes:
            found[name] = attributes["value"]
    return found


def fill_in(client: CheckedClient, case_id: int, **changed: str) -> Any:
    client.get(f"/portal/verify/{case_id}/")
    return client.post(f"/portal/verify/{case_id}/", data=answers(client, **changed))


def send(client: CheckedClient, case_id: int, **more: Any) -> Any:
    """Choose both photos and press 提交审验, as without JavaScript."""
    client.get(f"/portal/verify/{case_id}/photos")
    form = client.page.form("version")
    return client.post(f"/portal/verify/{case_id}/photos", data={**form, **both_photos(), **more})


def sent(client: CheckedClient, certificate_id: int, **changed: str) -> int:
    """Take a record through the whole wizard; return the case."""
    case_id = start(client, certificate_id)
    fill_in(client, case_id, **changed)
    assert send(client, case_id).status_code == 303
    return case_id


def reviewer() -> Actor:
    return db.session.execute(db.select(StaffUser).filter_by(username="ls.staff")).scalar_one().actor


def office_acts(name: str, **more: Any) -> None:
    """Let a clerk of 灵山 act on the only case there is."""
    waiting = case()
    actor, case_id, version = reviewer(), waiting.id, waiting.version
    with writing():
        cases.act(actor, case_id, version, name, **more)


def answer_captcha(client: CheckedClient) -> dict[str, str]:
    """Answer the question beside the picture, as somebody who cannot see it would."""
    token = client.page.form("captcha_token")["captcha_token"]
    return {"captcha_token": token, "captcha": answer_to(client.page.text)}
