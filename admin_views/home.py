"""工作台: what waits, what has waited longest, what was imported last."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app, redirect, url_for
from flask_admin import expose
from sqlalchemy import select
from werkzeug.wrappers import Response

from admin_views import weeks
from admin_views.cells import number_up_to
from admin_views.grid import capped
from admin_views.screen import BackOfficeScreen, screen_url
from domain.access import Actor, Permission, Place, Role
from domain.verification import OVERDUE_DAYS, CaseState
from extensions import db
from listing.reading import sizes_of
from models import ImportBatch, Office, VerificationCase
from operations import looking, notices, register, review_queue, trail, working_days
from operations.dictionaries import today
from web.access import can, current_actor
from web.notices import OFFICES

SHOWN = 5
COUNTED = 9_999
COUNTED_BELOW, MOST_BELOW = 999, 30
WEEKDAYS = "一二三四五六日"
APPROVED = (CaseState.APPROVED, CaseState.AUTO_APPROVED)


class HomeScreen(BackOfficeScreen):
    slug, label, icon = "admin", "工作台", "chart"
    permission = Permission.BACK_OFFICE

    def __init__(self) -> None:
        super().__init__()
        self.url = "/admin"

    def _handle_view(self, name: str, /, **kwargs: Any) -> Response | None:
        """The default account opens accounts and nothing else: it is led to them."""
        super()._handle_view(name, **kwargs)
        opens_accounts = current_actor().role is Role.DEFAULT_ACCOUNT
        return redirect(url_for("users.index_view")) if opens_accounts else None

    @expose("/")
    def index(self) -> str:
        actor, day = current_actor(), today()
        assert actor.place is not None, "only offices come here"
        return self.render(
            "admin/home/index.html",
            day=f"{day.year} 年 {day.month} 月 {day.day} 日，星期{WEEKDAYS[day.weekday()]}",
            counts=counts(actor.place),
            waiting=[(case, working_days.since(case.submitted_at)) for case in longest_waiting(actor)],
            batches=latest_batches(actor.place) if can(Permission.IMPORT) else [],
            overdue=overdue(actor),
            below=below(actor),
            overdue_days=OVERDUE_DAYS,
            weeks=weeks.drawn(actor.place, day, ZoneInfo(current_app.config["BABEL_DEFAULT_TIMEZONE"])),
            import_url=screen_url("imports"),
            to_check=review_queue.count_to_check(actor, COUNTED),
            to_check_url=screen_url("cases", tab="check"),
            voids=register.count_waiting_voids(actor, COUNTED),
            voids_url=screen_url("certificates", tab="void_pending"),
            alarm=trail.alarm(actor),
            stopped=looking.stopped_lately(actor),
            stopped_url=screen_url("audit", action="view_limit"),
            most_numbers=looking.NUMBERS_AN_HOUR,
            told=OFFICES.on_home(notices.for_office(actor.place)),
        )

    @expose("/office-notices/")
    def notices(self) -> str:
        return OFFICES.list_page(_told())

    @expose("/office-notices/<int:notice_id>/")
    def notice(self, notice_id: int) -> str:
        return OFFICES.page_of(_told(), notice_id)

    @expose("/office-notices/<int:notice_id>/picture/")
    def notice_picture(self, notice_id: int) -> Response:
        return OFFICES.picture_of(_told(), notice_id)


def _told() -> Any:
    """Return what the actor's office is told."""
    place = current_actor().place
    assert place is not None, "only offices come here"
    return notices.for_office(place)


def counts(place: Place) -> list[dict[str, Any]]:
    """Return the four counts with where each leads."""
    changes, confirmation = count(place, CaseState.NEEDS_CHANGES), count(place, CaseState.NEEDS_CONFIRMATION)
    done, approved = decided_today(place)
    return [
        _stat("待审核", count(place, CaseState.PENDING), "等本机构和下级来审", "pending"),
        _stat("待本人处理", changes + confirmation, f"待修改 {changes:,}，待确认 {confirmation:,}", "holder"),
        _stat("待现场审核", count(place, CaseState.ONSITE), "已通知本人带材料来", "onsite"),
        _stat("今天审完", done, f"通过 {approved:,}，不通过 {done - approved:,}", "all"),
    ]


def _stat(label: str, number: int, note: str, tab: str) -> dict[str, Any]:
    return {"label": label, "number": number_up_to(COUNTED, number), "note": note, "url": screen_url("cases", tab=tab)}


def count(place: Place, state: CaseState) -> int:
    cases = db.session.query(VerificationCase).filter(
        VerificationCase.within(place), VerificationCase.state == state, VerificationCase.deleted_at.is_(None)
    )
    return capped(cases, COUNTED)


def decided_today(place: Place) -> tuple[int, int]:
    """Return how many cases ended since midnight, and how many of them were approved."""
    zone, day = ZoneInfo(current_app.config["BABEL_DEFAULT_TIMEZONE"]), today()
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    ended = db.session.query(VerificationCase).filter(
        VerificationCase.within(place), VerificationCase.decided_at >= midnight, VerificationCase.deleted_at.is_(None)
    )
    return capped(ended, COUNTED), capped(ended.filter(VerificationCase.state.in_(APPROVED)), COUNTED)


def longest_waiting(actor: Actor) -> list[VerificationCase]:
    if actor.place is None or not actor.may(Permission.REVIEW):
        return []
    query = select(VerificationCase).where(*review_queue.waiting(actor.place))
    return list(db.session.scalars(query.order_by(VerificationCase.submitted_at, VerificationCase.id).limit(SHOWN)))


def overdue(actor: Actor) -> dict[str, Any] | None:
    """Return how many cases lie too long, one's own office's and those of the offices below, each with its way there."""
    lying = review_queue.overdue_by_office(actor)
    if not lying:
        return None
    total = sum(number for _, number in lying)
    own = sum(number for office, number in lying if office.id == actor.office_id)
    below = [
        {"name": office.name, "number": number, "url": screen_url("cases", tab="overdue", office=office.name)}
        for office, number in lying
        if office.id != actor.office_id
    ]
    return {
        "total": total, "is_all": total < review_queue.MOST_COUNTED, "days": OVERDUE_DAYS, "own": own,
        "below": below[:SHOWN], "more": len(below) > SHOWN, "url": screen_url("cases", tab="overdue"),
    }  # fmt: skip


def below(actor: Actor) -> list[dict[str, Any]]:
    """Return what waits in each office right below, and how much of it lies too long."""
    if actor.place is None or not actor.may(Permission.REVIEW):
        return []
    query = select(Office).where(Office.parent_id == actor.office_id, Office.closed_at.is_(None)).order_by(Office.id)
    children = list(db.session.scalars(query.limit(MOST_BELOW)))
    waiting = [[tuple(review_queue.waiting(office.place))] for office in children]
    lying = [[(VerificationCase.within(office.place), review_queue.overdue())] for office in children]
    sizes = sizes_of(VerificationCase.__table__, [*waiting, *lying], COUNTED_BELOW)
    return [
        {"name": office.name, "url": screen_url("cases", office=office.name), "waiting": number_up_to(COUNTED_BELOW, one),
         "overdue": number_up_to(COUNTED_BELOW, other) if other else ""}
        for office, one, other in zip(children, sizes[: len(children)], sizes[len(children) :], strict=True)
    ]  # fmt: skip


def latest_batches(place: Place) -> list[ImportBatch]:
    query = select(ImportBatch).where(ImportBatch.within(place)).order_by(ImportBatch.id.desc())
    return list(db.session.scalars(query.limit(SHOWN)))
