"""证书审验 as a list: the tabs of the queue, its columns, what it is filtered and searched by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

from sqlalchemy import and_, or_

from domain.access import Permission
from domain.certificate_fields import BY_KEY, FORMER_NAME_LABEL
from domain.verification import BATCH_ACTIONS, OFFICE_TURN, OVERDUE_DAYS, PENDING_TAB_LABEL, CaseState, Transition
from domain.vocabulary import ObtainedBy, TitleLevel
from listing import names, offices
from listing.filters import GridFilter, begins, between, contains, equals, series
from listing.search import Sought
from listing.selection import Column, Listing, Tab
from listing.wishes import Conditions, Way, Wish
from models import Holder
from models import VerificationCase as Case
from operations import review_queue, working_days
from tables.name_piece import PIECE

S = CaseState
POOLED = [("yes", "待分派"), ("no", "已分派")]
HELD_BY_HOLDER = (S.NEEDS_CHANGES, S.NEEDS_CONFIRMATION)


STATES_OF_TAB: dict[str, tuple[CaseState, ...]] = {
    "pending": (S.PENDING,),
    "overdue": OFFICE_TURN,
    "onsite": (S.ONSITE,),
    "holder": HELD_BY_HOLDER,
    "approved": (S.APPROVED, S.AUTO_APPROVED),
    "check": (S.APPROVED, S.AUTO_APPROVED),
    "rejected": (S.REJECTED,),
    "counterfeit": (S.COUNTERFEIT,),
    "draft": (S.DRAFT,),
}


def actions_of(tab: str) -> list[Transition]:
    """Return the batch actions that some row of the tab can take."""
    if tab == "all":
        return list(BATCH_ACTIONS)
    states = STATES_OF_TAB.get(tab, tuple(S))
    fits = [one for one in BATCH_ACTIONS if one.restores == (tab == "deleted") and set(one.sources) & set(states)]
    return [one for one in fits if tab == "check" or not one.checks]


def name_of(case: Case) -> str:
    """Return what a list calls a case: the holder and the number."""
    return f"{case.holder.name}（{case.cert_no or '无编号'}）"


def _is(state: str) -> Conditions:
    return Case.state == state, Case.deleted_at.is_(None)


def in_state(*states: CaseState) -> Callable[[], Sequence[Conditions]]:
    return lambda: [_is(state) for state in states]


def _of_holder(condition: Any) -> Any:
    return lambda value: Case.holder.has(condition(value))


def _begins_holder(value: str) -> tuple[Way, ...]:
    return (Way(ids=names.cases_of_holders(begins(Holder.name)(value))),)


def _named_so(name: str) -> tuple[Way, ...]:
    return (Way(ids=names.cases_of_holders(Holder.name == name), alone=f"姓名就是“{name}”的"),)


def _searched(sought: Sought) -> Wish:
    if sought.name:
        return _named(sought.name)
    found = [Case.cert_no == sought.number]
    ways = [Way((Case.cert_no == sought.number,), "cert_no")]
    for column, digests in (
        (Holder.id_digest, sought.id_digests),
        (Holder.former_id_digest, sought.id_digests),
        (Holder.mobile_digest, sought.mobile_digests),
    ):
        if digests:
            found.append(Case.holder.has(column.in_(digests)))
            ways.append(Way(ids=names.cases_of_holders(column.in_(digests))))
    return Wish(or_(*found), tuple(ways))


def _named(name: str) -> Wish:
    if len(name) < PIECE:
        return Wish(Case.holder.has(begins(Holder.name)(name)), _begins_holder(name))
    inside = Way(ids=names.cases_with_piece(name), loose=len(name) > PIECE)
    return Wish(Case.holder.has(contains(Holder.name)(name)), (*_begins_holder(name), inside), _named_so(name))


def waited(case: Case) -> str:
    """Return how long a case has been waiting for the office; what waits for the holder does not count."""
    if case.state not in OFFICE_TURN or case.deleted or case.submitted_at is None:
        return ""
    days = working_days.since(case.submitted_at)
    return f"{days} 个工作日" if days else "今天提交"


def _field(key: str) -> Column:
    field = BY_KEY[key]
    return Column(key, field.label, attrgetter(key), width=field.width)


COLUMNS = (
    Column("cert_no", "证书编号", lambda row: row.cert_no or "无编号"),
    Column(
        "state", "审核状态", lambda row: "已删除" if row.deleted else row.state.label, needs=("state", "deleted_at")
    ),
    Column("waited", "已等", lambda row: waited(row), needs=("state", "deleted_at", "submitted_at")),
    Column("submitted_at", "提交时间", lambda row: row.submitted_at, width=16),
    Column("holder", "持证人", lambda row: row.holder.name, width=10),
    Column("former_name", FORMER_NAME_LABEL, lambda row: row.former_name, width=10),
    Column("id_number", "身份证号", lambda row: row.holder.masked_id, width=22, needs=("holder",)),
    *(
        _field(key)
        for key in ("title_level", "title_series", "title", "obtained_by", "specialty", "awarding_body", "awarded_on")
    ),
    Column("office", "审核机构", lambda row: row.office.name if row.office else "", shown=False, width=22),
    Column("decided_at", "审完时间", lambda row: row.decided_at, shown=False, width=16),
    Column("reply", "审核回复", lambda row: row.reply, shown=False, width=30),
)


CASES = Listing(
    "cases", "证书审验", Case, Permission.REVIEW, "case", COLUMNS,
    filters=(
        GridFilter("state", "审核状态", "select", lambda state: and_(*_is(state)), lambda: [(one.value, one.label) for one in S],
                   lambda state: (Way(_is(state), "submitted_at"),)),
        GridFilter("level", "职称级别", "select", equals(Case.title_level), TitleLevel.choices),
        GridFilter("series", "职称系列", "select", equals(Case.title_series), series),
        GridFilter("body", "授予单位", "text", contains(Case.awarding_body)),
        GridFilter("submitted", "提交时间", "date_range", between(Case.submitted_at),
                   ways=lambda *ends: (Way((between(Case.submitted_at)(*ends),), "submitted_at"),)),
        offices.filter_of(Case),
        GridFilter("cert_no", "证书编号", "text", begins(Case.cert_no),
                   ways=lambda value: (Way((begins(Case.cert_no)(value),), "cert_no"),)),
        GridFilter("holder", "持证人", "text", _of_holder(begins(Holder.name)), ways=_begins_holder, parts=_named_so),
        GridFilter("former_name", FORMER_NAME_LABEL, "text", begins(Case.former_name)),
        GridFilter("title", "资格名称", "text", begins(Case.title)),
        GridFilter("obtained_by", "获取方式", "select", equals(Case.obtained_by), ObtainedBy.choices),
        GridFilter("specialty", "专业", "text", contains(Case.specialty)),
        GridFilter("awarded", "授予时间", "month_range", between(Case.awarded_on)),
        GridFilter("pooled", "分派", "select", lambda answer: Case.pooled.is_(answer == "yes"), lambda: POOLED),
    ),
    sorts={"submitted_at": True, "cert_no": True, "awarded_on": False, "title": False, "awarding_body": False, "id": False},
    default_sort="submitted_at",
    searched=_searched,
    tabs=(
        Tab("pending", PENDING_TAB_LABEL, in_state(*STATES_OF_TAB["pending"]), counted=True),
        Tab("overdue", f"超过 {OVERDUE_DAYS} 天未办", lambda: [(review_queue.overdue(),)], counted=True, sorts=()),
        Tab("onsite", S.ONSITE.label, in_state(*STATES_OF_TAB["onsite"]), counted=True),
        Tab("holder", "待本人处理", in_state(*STATES_OF_TAB["holder"]), counted=True),
        Tab("approved", S.APPROVED.label, in_state(*STATES_OF_TAB["approved"]), counted=True),
        Tab("check", "待抽查", lambda: [(Case.to_check_since.is_not(None),)], counted=True, counted_for=Permission.SPOT_CHECKS, sorts=()),
        Tab("rejected", S.REJECTED.label, in_state(*STATES_OF_TAB["rejected"]), counted=True),
        Tab("counterfeit", S.COUNTERFEIT.label, in_state(*STATES_OF_TAB["counterfeit"]), counted=True),
        Tab("draft", S.DRAFT.label, in_state(*STATES_OF_TAB["draft"]), counted=True),
        Tab("deleted", "已删除", lambda: [(Case.deleted_at.is_not(None),)], counted=True, sorts=("submitted_at",)),
        Tab("all", "全部"),
    ),
    always=("cert_no", "holder"),
)  # fmt: skip
