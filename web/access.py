"""The gate before every page: nothing is open that does not name its permission."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, flash, redirect, request, session, url_for
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from domain.access import ANYBODY, GRANTS, Actor, Permission, Role
from extensions import db, login_manager
from models import Account, Holder, StaffUser

F = TypeVar("F", bound=Callable[..., Any])

log = logging.getLogger(__name__)

IDLE_SECONDS = {Role.HOLDER: 60 * 60}
STAFF_IDLE_SECONDS = 30 * 60
LONGEST_SECONDS = 12 * 60 * 60
EXPIRED = "太久没有操作，需要重新登录。已经保存的内容都在，登录后接着填。"
_TABLES: dict[str, type[StaffUser] | type[Holder]] = {"staff": StaffUser, "holder": Holder}
_ALWAYS_OPEN = ("static",)


_ODD = re.compile(r"[\x00-\x20\x7f\\]")
"""What browsers drop or turn on the way to another host."""


def requires(permission: Permission) -> Callable[[F], F]:
    """Name the permission of a view function."""

    def mark(view: F) -> F:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return mark


def current_actor() -> Actor:
    """Return who is asking, with role and place as they are now."""
    if isinstance(current_user._get_current_object(), Account):
        actor: Actor = current_user.actor
        return actor
    return ANYBODY


def can(permission: Permission | str) -> bool:
    return current_actor().may(Permission(permission))


def install(app: Flask, admin_views: Iterable[Any] = ()) -> None:
    """Collect the permission of every endpoint and set the gate before all of them."""
    permissions = {
        endpoint: view.permission for endpoint, view in app.view_functions.items() if hasattr(view, "permission")
    }
    permissions |= dict.fromkeys(_ALWAYS_OPEN, Permission.LOOK_UP)
    for view in admin_views:
        permissions |= {f"{view.endpoint}.{name}": view.permission_of(name) for _, name, _ in view._urls}
    app.extensions["permissions"] = permissions
    app.before_request(_gate)


def sign_in(account: Account) -> None:
    """Begin a session of the account; what the browser brought from before is left behind."""
    session.clear()
    login_user(account)
    session["since"] = session["seen"] = int(time.time())


def keep_signed_in(account: Account) -> None:
    """Go on in this session after a change that ended all others."""
    since = session.get("since", int(time.time()))
    login_user(account)
    session["since"], session["seen"] = since, int(time.time())


@login_manager.user_loader
def _load(key: str) -> Account | None:
    table, number, epoch = key.split(":")
    account = db.session.get(_TABLES[table], int(number))
    fits = account is not None and account.is_active and account.session_epoch == int(epoch)
    return account if fits else None


def _gate() -> Response | None:
    if request.endpoint is None:
        return None
    permission = current_app.extensions["permissions"].get(request.endpoint)
    if permission is None:
        log.warning("closed endpoint asked for: %s", request.endpoint)
        abort(404)
    if request.endpoint in _ALWAYS_OPEN:
        return None
    _end_stale_session()
    actor = current_actor()
    if actor.may(permission):
        return None
    return _turned_away(actor, permission)


def _turned_away(actor: Actor, permission: Permission) -> Response:
    log.warning("denied: %s %s for %s %s", request.method, request.endpoint, actor.role.value, actor.id)
    if actor.role is Role.PUBLIC:
        return redirect(url_for(_door(permission), next=_way_back()))
    if actor.must_change_password and permission in GRANTS and actor.reach(permission):
        flash("第一次登录，请先改掉初始密码。", "warn")
        return redirect(url_for("staff_auth.password"))
    return abort(403)


def _door(permission: Permission) -> str:
    for_holders = Role.HOLDER in GRANTS[permission] and not request.path.startswith("/admin")
    return "auth.sign_in" if for_holders else "staff_auth.sign_in"


def _way_back() -> str | None:
    """Return where to go after signing in; what was searched for may be an ID number and is left behind."""
    if request.method != "GET":
        return None
    return request.path if "search" in request.args else request.full_path.rstrip("?")


def _end_stale_session() -> None:
    if not isinstance(current_user._get_current_object(), Account):
        return
    role, moment = current_user.actor.role, int(time.time())
    idle = moment - session.get("seen", 0)
    if idle > IDLE_SECONDS.get(role, STAFF_IDLE_SECONDS) or moment - session.get("since", 0) > LONGEST_SECONDS:
        logout_user()
        session.clear()
        flash(EXPIRED, "warn")
        return
    session["seen"] = moment


def safe_next(target: str | None, otherwise: str) -> str:
    """Return an address on this site to go on to; anything else is replaced."""
    if not target or not target.startswith("/") or target.startswith("//") or _ODD.search(target):
        return otherwise
    parts = urlsplit(target)
    return otherwise if parts.scheme or parts.netloc else target
