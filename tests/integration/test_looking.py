"""Looking at what is personal: each look leaves an event, and ID numbers come to an end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from domain.verification import CaseState
from encryption import keyring
from extensions import db, writing
from models import CasePhoto, Certificate, FailedAttempt, now
from operations import events, looking
from tests.conftest import actor_of
from tests.engines import PLAIN_SQL
from tests.factories import at_once, case_at
from tests.integration.admin_views.records import certificate, trail
from tests.integration.public_views.test_identity_requests import KEYS, ask_release

MOST = looking.NUMBERS_AN_HOUR


def take(times: int, who: str = "ls.staff") -> list[bool]:
    actor = actor_of(who)
    with writing():
        return [looking.take_number(actor, ("certificate", 1), "查看") for _ in range(times)]


def seen_an_hour_ago() -> None:
    with writing():
        db.session.execute(update(FailedAttempt).values(at=now() - timedelta(minutes=61)))


def test_so_many_numbers_are_shown_in_an_hour_and_then_no_more(app, as_staff):
    take(MOST - 1)
    clerk, row = as_staff("ls.staff"), certificate()
    clerk.get("/admin/certificates/")

    last = clerk.send("/admin/certificates/reveal/", {"id": row})
    number = whole_number(row)
    clerk.get("/admin/certificates/")
    refused = [clerk.send("/admin/certificates/reveal/", {"id": row}) for _ in range(2)]

    assert (last.status_code, number in last.text) == (200, True)
    assert [answer.status_code for answer in refused] == [429, 429]
    assert all(looking.ENOUGH in answer.text and number not in answer.text for answer in refused)
    assert len(trail(action="view_id_number")) == MOST
    assert len(trail(action="view_limit")) == 1


def whole_number(row: int) -> str:
    return str(db.session.get_one(Certificate, row).id_number)


def test_the_numbers_of_an_hour_ago_count_no_more_and_others_are_not_held_up(app):
    take(MOST)

    assert take(1) == [False]
    assert take(1, "pb.staff") == [True]
    seen_an_hour_ago()
    assert take(1) == [True]


def test_of_many_at_once_only_so_many_are_shown(app):
    take(MOST - 3)

    def show() -> bool:
        return take(1)[0]

    shown = at_once(app, *[show] * 12)

    assert sum(shown) == 3
    assert len(trail(action="view_id_number")) == MOST
    assert len(trail(action="view_limit")) == 1
    assert list(events.faults()) == []


@PLAIN_SQL
@pytest.mark.parametrize(
    ("who", "told"), [("ls.admin", True), ("qz.admin", True), ("gx.admin", True), ("ls.staff", False)]
)
def test_the_administrators_above_find_it_on_their_first_page_and_in_the_trail(as_staff, who, told):
    take(MOST + 1)
    client = as_staff(who)

    home = client.get("/admin/").text
    listed = client.get("/admin/audit/?action=view_limit").text if told else ""

    assert ("梁敏一小时内查看完整身份证号超过 60 次" in home) is told
    assert ("已停止显示" in listed) is told


@PLAIN_SQL
def test_a_neighbour_is_not_told(as_staff):
    take(MOST + 1, "pb.staff")

    assert "已停止显示" not in as_staff("ls.admin").get("/admin/").text


# Pictures.


def request_with_pictures(app) -> int:
    request_id = ask_release()
    for key in KEYS.values():
        app.extensions["photos"].put(key, keyring.encrypt(b"picture"))
    return request_id


def photos_of(app, case) -> list[str]:
    """Return the addresses of a case's photos, which lie in the store."""
    photos = list(db.session.query(CasePhoto).filter_by(case_id=case.id))
    for photo in photos:
        app.extensions["photos"].put(photo.key, b"picture")
    return [f"/admin/cases/photo/{photo.id}/" for photo in photos]


def test_opening_the_pictures_of_a_request_is_an_event_once_for_both_sides(app, as_staff):
    request_id = request_with_pictures(app)
    chief = as_staff("qz.admin")
    for page in ("front", "back", "front"):
        assert chief.get(f"/admin/id-releases/picture/{request_id}/{page}.jpg").status_code == 200
    as_staff("gx.admin").get(f"/admin/id-releases/picture/{request_id}/front.jpg")

    opened = trail(action="view_picture")

    assert [event.actor_name for event in opened] == ["陆明远", "黄国栋"]
    assert {(event.subject_type, event.subject_id) for event in opened} == {("identity_request", request_id)}


@PLAIN_SQL
def test_opening_them_later_is_another_event(app, as_staff):
    request_id = request_with_pictures(app)
    chief = as_staff("qz.admin")
    for _ in range(2):
        chief.get(f"/admin/id-releases/picture/{request_id}/front.jpg")
        seen_an_hour_ago()

    assert len(trail(action="view_picture")) == 2


@PLAIN_SQL
@pytest.mark.parametrize(
    ("state", "noted"),
    [
        (CaseState.PENDING, 0), (CaseState.ONSITE, 0), (CaseState.APPROVED, 1), (CaseState.REJECTED, 1),
        (CaseState.COUNTERFEIT, 1), (CaseState.AUTO_APPROVED, 1),
    ],
)  # fmt: skip
def test_photos_of_a_case_are_an_event_once_nobody_reviews_it(app, as_staff, state, noted):
    case = case_at(state)
    clerk = as_staff("ls.staff")
    for address in photos_of(app, case):
        assert clerk.get(address).status_code == 200

    assert len(trail(action="view_picture")) == noted


@PLAIN_SQL
def test_looking_at_photos_is_no_change_of_the_case(app, as_staff):
    case = case_at(CaseState.APPROVED)
    version = case.version
    clerk = as_staff("ls.staff")
    for address in photos_of(app, case):
        clerk.get(address)
    clerk.get(f"/admin/cases/review/{case.id}/")

    assert "查看" not in [event.summary[:2] for event in trail(subject_type="case")]
    db.session.refresh(case)
    assert case.version == version
