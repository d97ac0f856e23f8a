"""Remembering how somebody likes a list. These are nobody's business data, so they leave no event in the trail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, bindparam, func, select

from domain import normalizing
from domain.access import Actor
from domain.errors import FieldProblem, NotFound
from extensions import db
from models import GridSetting, SavedView, StaffUser
from operations.prepared import Prepared

LONGEST_NAME = 20
MOST_VIEWS = 12


@dataclass(frozen=True, slots=True)
class View:
    """A saved view as a list shows it."""

    id: int
    name: str
    arguments: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Liking:
    """How somebody likes a list: without columns or a sort of one's own it is as it comes."""

    columns: Sequence[str]
    sort: str
    views: Sequence[View]


def liking(actor: Actor, grid: str) -> Liking:
    """Read columns, order and saved views in one query."""
    found = _LIKING.seen({"user": actor.id, "grid": grid})
    views = [View(*view) for _, _, *view in found if view[0] is not None]
    return Liking(found[0][0] or (), found[0][1] or "", views) if found else Liking((), "", ())


def _of_user(kept: type[GridSetting] | type[SavedView]) -> ColumnElement[bool]:
    return and_(kept.user_id == StaffUser.id, kept.grid == bindparam("grid"))


_LIKING = Prepared(
    select(GridSetting.columns, GridSetting.sort, SavedView.id, SavedView.name, SavedView.arguments)
    .select_from(StaffUser)
    .outerjoin(GridSetting, _of_user(GridSetting))
    .outerjoin(SavedView, _of_user(SavedView))
    .where(StaffUser.id == bindparam("user"))
    .order_by(SavedView.id)
)
"""Built once: every page of a list asks it."""


def keep_columns(actor: Actor, grid: str, columns: Sequence[str]) -> None:
    """Keep the choice; none at all is the way back to the list's own columns."""
    _setting(actor, grid).columns = list(columns)
    db.session.flush()


def keep_sort(actor: Actor, grid: str, sort: str) -> None:
    _setting(actor, grid).sort = sort
    db.session.flush()


def _setting(actor: Actor, grid: str) -> GridSetting:
    known = db.session.get(GridSetting, (actor.id, grid))
    if known is None:
        known = GridSetting(user_id=actor.id, grid=grid, columns=[], sort="")
        db.session.add(known)
    return known


def save_view(actor: Actor, grid: str, name: str, arguments: Mapping[str, str]) -> SavedView:
    """Save a selection; the same name again replaces what it meant."""
    words = normalizing.text(name)
    if not words:
        raise FieldProblem("name", "还没有给视图起名字")
    if len(words) > LONGEST_NAME:
        raise FieldProblem("name", f"名字最多 {LONGEST_NAME} 个字，现在是 {len(words)} 个")
    known = db.session.scalar(select(SavedView).filter_by(user_id=actor.id, grid=grid, name=words))
    if known is None:
        _refuse_too_many(actor, grid)
        known = SavedView(user_id=actor.id, grid=grid, name=words)
        db.session.add(known)
    known.arguments = dict(arguments)
    db.session.flush()
    return known


def _refuse_too_many(actor: Actor, grid: str) -> None:
    query = select(func.count()).select_from(SavedView).filter_by(user_id=actor.id, grid=grid)
    if (db.session.scalar(query) or 0) >= MOST_VIEWS:
        raise FieldProblem("name", f"最多存 {MOST_VIEWS} 个视图，请先删掉一个不用的")


def remove_view(actor: Actor, grid: str, view_id: int) -> str:
    """Remove one's own view and return its name; anybody else's is not there."""
    view = db.session.scalar(select(SavedView).filter_by(id=view_id, user_id=actor.id, grid=grid))
    if view is None:
        raise NotFound("没有这个视图，可能已经删除了")
    db.session.delete(view)
    db.session.flush()
    return view.name
