"""One thing of every kind that an address can name, made for one office or one person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from commands import cast
from domain.background import EXPORT
from domain.campaigns import CampaignScope
from domain.identifiers import parse_id
from domain.notices import NoticeText
from domain.verification import CaseState
from domain.vocabulary import Audience, BatchState
from extensions import db, writing
from models import (
    Campaign,
    Employer,
    Holder,
    ImportBatch,
    ObtainedByReading,
    ProblemPerson,
    ReferenceRecord,
    TitleEntry,
    VerificationCase,
    now,
)
from operations import (
    background,
    batch_results,
    bodies,
    campaigns,
    dictionary_changes,
    events,
    feedback,
    grid_settings,
    identity_requests,
    notices,
    offices,
    register,
    working_days,
)
from operations.identity_requests import Claimant
from tests import factories
from tests.conftest import PASSWORD_HASH, staff_user

CLERKS = {"灵山县职改办": "ls.staff", "浦北县职改办": "pb.staff"}
PAGES = {"front": "0" * 32, "back": "1" * 32, "statement": "2" * 32}


def chief() -> Any:
    return factories.staff("gx.admin")


def case(home: str, state: CaseState = CaseState.PENDING) -> VerificationCase:
    record = factories.certificate(owner := factories.holder(None), home, awarding_body=home)
    return factories.case_at(state, record, owner, by=CLERKS[home])


def record(home: str) -> int:
    return factories.certificate(None, home).id


def deleted(home: str) -> int:
    record_id = record(home)
    with writing():
        register.move(chief(), record_id, 1, "delete_certificate", "重复")
    return record_id


def batch(home: str) -> int:
    with writing():
        made = ImportBatch(file_name="表.xlsx", file_digest="1" * 64, state=BatchState.CHECKED, created_by="梁敏")
        made.columns = {"sheets": []}
        made.belong_to(factories.office(home).place)
        db.session.add(made)
    return made.id


def reference(home: str) -> int:
    batch_id = batch(home)
    with writing():
        made = ReferenceRecord(
            name="陆某",
            rest={"problems": [], "cells": {}},
            twin=home.encode(),
            batch_id=batch_id,
            batch_sheet="表",
            batch_row=2,
        )
        made.belong_to(factories.office(home).place)
        db.session.add(made)
    return made.id


def campaign(home: str) -> int:
    known = db.session.scalar(db.select(Campaign.id).filter_by(office_id=factories.office(home).id))
    if known:
        return known
    with writing():
        return campaigns.add(chief(), factories.office(home).id, CampaignScope("归集", (), (), None, 2011)).id


def listing(home: str) -> int:
    found = case(home, CaseState.COUNTERFEIT)
    return db.session.scalars(db.select(ProblemPerson.id).filter_by(case_id=found.id)).one()


def correction(home: str) -> int:
    holder_id = factories.holder(None, region_code="450721").id
    with writing():
        asked = identity_requests.ask_correction(db.session.get_one(Holder, holder_id), _somebody(), PAGES)
        asked.belong_to(factories.office(home).place)
    return asked.id


def release(home: str) -> int:
    two = {side: PAGES[side] for side in ("front", "back")}
    with writing():
        asked = identity_requests.ask_release(
            chief(), _somebody(), two, mobile="13700001111", email="real@example.com", region_code="450721"
        )
        asked.belong_to(factories.office(home).place)
    return asked.id


def _somebody() -> Claimant:
    return Claimant("韦晓兰", parse_id(factories.fresh_person(), now().date()))


def employer(home: str) -> int:
    return _employer_of(home).id


def employers_clerk(home: str) -> int:
    return next(user.id for user in _employer_of(home).users if user.role == "employer_staff")


def _employer_of(home: str) -> Employer:
    name = f"{home}下属单位"
    factories.employer_user(name=name, office_name=home)
    return db.session.scalars(db.select(Employer).filter_by(name=name)).one()


def reply_text(home: str) -> int:
    with writing():
        return dictionary_changes.add_reply_text(factories.staff(CLERKS[home]), "reject", "请到发证地查询。").id


def event(home: str) -> int:
    with writing():
        return events.record(factories.staff(CLERKS[home]), "sign_in", ("staff_user", 1), "登录").id


def body(home: str) -> int:
    with writing():
        return bodies.add_body(chief(), factories.office(home), f"{home}旧名").id


def office(home: str) -> int:
    return factories.office(home).id


def another_city() -> None:
    """Found a second city, so that a county can be moved."""
    city = factories.office("钦州市职改办")
    with writing():
        offices.create(chief(), "北海市职改办", city.kind, city.parent, PASSWORD_HASH, region_code="450500")


def user(home: str) -> int:
    return staff_user(CLERKS[home]).id


def photo(home: str) -> int:
    return case(home).photos[0].id


def of_a_job(username: str) -> int:
    with writing():
        return background.ask_for(factories.staff(username), EXPORT, {}).id


def saved_view(username: str, grid: str) -> int:
    with writing():
        return grid_settings.save_view(factories.staff(username), grid, f"视图{now():%S}", {"sort": "id"}).id


def result(username: str, grid: str) -> int:
    with writing():
        return batch_results.keep(factories.staff(username), grid, "恢复", [("黄立业 0833232", None)], []).id


def title(_: str) -> int:
    return db.session.scalars(db.select(TitleEntry.id).order_by(TitleEntry.id)).first() or 0


def reading(_: str) -> int:
    return db.session.scalars(db.select(ObtainedByReading.id).order_by(ObtainedByReading.id)).first() or 0


def letter(home: str) -> int:
    owner_id = factories.holder(None).id
    with writing():
        sent = feedback.send(db.session.get_one(Holder, owner_id), "请问何时审完")
        sent.belong_to(factories.office(home).place)
    return sent.id


def notice(home: str) -> int:
    with writing():
        text = NoticeText("审验时间", "年底前办完。", Audience.OFFICES, date(2026, 1, 1))
        return notices.write(cast.operator_of(factories.office(home)), text).id


def day(_: str) -> int:
    with writing():
        return working_days.add_days(chief(), date(2026, 10, 1), date(2026, 10, 1), worked=False, note="国庆")[0].id


OF_OFFICES: dict[str, Callable[[str], int]] = {
    "audit": event, "bodies": body, "campaigns": campaign, "cases": lambda home: case(home).id, "certificates": record,
    "deleted_certificates": deleted, "employers": employer, "id_releases": release, "identity_corrections": correction,
    "imports": batch, "offices": office, "problem_persons": listing, "reference_records": reference,
    "reply_texts": reply_text, "users": user, "feedback_answers": letter, "notices": notice,
}  # fmt: skip
"""By screen: what its addresses name. Titles, readings and the calendar belong to nobody."""
OF_GRIDS: dict[str, Callable[[str, str], int]] = {"view": saved_view, "done": result}
"""What somebody has in one list."""
OF_ALL = {"titles": title, "readings": reading, "calendar": day}
