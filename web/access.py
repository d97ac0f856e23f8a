"""The gate before every page: nothing is open that does not name its permission."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

from flask import Flask, abort, current_app, flash, g, redirect, request, session, url_for
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from domain.access import ANYBODY, GRANTS, Actor, Permission, Role
from extensions import db, login_manager, moment, writing
from models import Account, StaffUser
from operations import sessions, sources
from web import typed

F = TypeVar("F", bound=Callable[..., Any])

log = logging.getLogger(__name__)

IDLE_SECONDS = {Role.HOLDER: 60 * 60}
STAFF_IDLE_SECONDS = 30 * 60
SEEN_ANEW_SECONDS = 30
"""So seldom the cookie is written anew: signing it for every page is work, and pages asked for together overwrite it."""
EXPIRED = "太久没有操作，需要重新登录。已经保存的内容都在，登录后接着填。"
NEWCOMER = "第一次登录，请先改掉初始密码。"
OWES_FACTOR = "您的账户要先办好二次验证，才能用其他页面。"
LONGEST_NEXT = 3_500
"""So much of an address may stand in another one: servers take 4,000 signs at least."""
_ALWAYS_OPEN = ("static",)
CONSENT = "privacy.ask"


@dataclass(frozen=True, slots=True)
class Face:
    """The endpoints that every kind of account has: where it comes in, where it begins, where it sets its password."""

    door: str
    home: str
    password: str


FACES = {
    "staff": Face("staff_auth.sign_in", "admin.index", "staff_auth.password"),
    "employer": Face("auth.sign_in", "employers_own.home", "employers_own.password"),
    "holder": Face("auth.sign_in", "portal.home", "portal.password"),
}

_ODD = re.compile(r"[\x00-\x20\x7f\\]")
"""What browsers drop or turn on the way to another host."""


def requires(permission: Permission) -> Callable[[F], F]:
    """Name the permission of a view function."""

    def mark(view: F) -> F:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return mark


def current_actor() -> Actor:
    """Return who is asking, with role and place as they are now: kept while a page is read, read anew in a write."""
    account = own_account()
    if account is None:
        return ANYBODY
    known: tuple[Account | None, int, Actor] = g.get("actor", (None, 0, ANYBODY))
    if known[0] is not account or known[1] != moment.generation or db.session().info.get("writing"):
        known = g.actor = account, moment.generation, _asking(account)
    return known[2]


def _asking(account: Account) -> Actor:
    owes = isinstance(account, StaffUser) and account.owes_second_factor
    return replace(account.actor, owes_second_factor=True) if owes else account.actor


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
    app.before_request(_note_source)
    app.before_request(_gate)
    app.teardown_request(lambda _: sources.forget())


def sign_in(account: Account, key: str) -> None:
    """Begin the session that was opened under this key; what the browser brought from before is left behind."""
    session.clear()
    login_user(account)
    session["key"], session["seen"] = key, int(time.time())


def sign_out() -> None:
    """End the session on the server: a copy of its cookie opens nothing any more."""
    actor = current_actor()
    with writing():
        sessions.close(actor, session_key())
    logout_user()
    session.clear()


def session_key() -> str:
    key: str = session.get("key", "")
    return key


def device() -> str:
    """Return what the browser says it runs on, in words by which people know their own devices."""
    agent = request.user_agent.string
    where = next((word for sign, word in _DEVICES if sign in agent), "其他设备")
    through = next((word for sign, word in _BROWSERS if sign in agent), "浏览器")
    return f"{where}，{through}"


_DEVICES = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("HarmonyOS", "华为手机"), ("Android", "安卓手机"),
    ("Windows", "Windows 电脑"), ("Macintosh", "苹果电脑"), ("Linux", "Linux 电脑"),
)  # fmt: skip
_BROWSERS = (
    ("MicroMessenger", "微信"), ("QQBrowser", "QQ 浏览器"), ("UCBrowser", "UC 浏览器"), ("Edg", "Edge 浏览器"),
    ("Firefox", "Firefox 浏览器"), ("Chrome", "Chrome 浏览器"), ("Safari", "Safari 浏览器"),
)  # fmt: skip


def own_account() -> Account | None:
    """Return who is signed in, or None."""
    account = current_user._get_current_object()
    return account if isinstance(account, Account) else None


def home() -> str:
    """Return the address where the account that is signed in begins."""
    account = own_account()
    return url_for(FACES[account.prefix].home if account else "lookup.form")


@login_manager.user_loader
def _load(key: str) -> Account | None:
    kind, _, number = key.partition(":")
    account = sessions.account_of(kind, int(number), session_key()) if number.isdecimal() else None
    return account if account is not None and account.is_active else None


def _note_source() -> None:
    sources.come_from(request.remote_addr or "", device())


def _gate() -> Response | None:
    if request.endpoint is None:
        return None
    permission = current_app.extensions["permissions"].get(request.endpoint)
    if permission is None:
        log.warning("closed endpoint asked for: %s from %s", request.endpoint, request.remote_addr)
        abort(404)
    if request.endpoint in _ALWAYS_OPEN:
        return None
    _end_stale_session()
    actor = current_actor()
    if actor.may(permission):
        return None
    return _turned_away(actor, permission)


def _turned_away(actor: Actor, permission: Permission) -> Response:
    who = f"{actor.role.value} {actor.id}"
    log.warning("denied: %s %s for %s from %s", request.method, request.endpoint, who, request.remote_addr)
    if actor.role is Role.PUBLIC:
        door = url_for(_door(permission), next=_way_back())
        if typed.written():
            raise typed.SessionOver(door)
        return redirect(door)
    if actor.is_held and permission in GRANTS and actor.reach(permission):
        flash(NEWCOMER if actor.must_change_password else OWES_FACTOR, "warn")
        return redirect(held_at() or home())
    if actor.must_consent and permission in GRANTS and actor.reach(permission):
        return _asked_for_consent()
    return abort(403)


def _asked_for_consent() -> Response:
    """The notice has a new version: what was just sent waits until its holder has decided."""
    page = url_for(CONSENT, next=_way_back())
    if typed.written():
        raise typed.ConsentFirst(page)
    return redirect(page)


def _door(permission: Permission) -> str:
    for_portal = set(GRANTS[permission]) & {Role.HOLDER, Role.EMPLOYER} and not request.path.startswith("/admin")
    return "auth.sign_in" if for_portal else "staff_auth.sign_in"


def _way_back() -> str:
    """Return where to go after signing in; what was searched for may be an ID number and is left behind.

    What the sign-in page's own address has no room for is left behind too.
    """
    whole = request.full_path.rstrip("?") if request.method == "GET" else typed.came_from() or ""
    leaves = request.method == "GET" and "search" in request.args
    return whole.partition("?")[0] if leaves or len(quote(whole)) > LONGEST_NEXT else whole


def _end_stale_session() -> None:
    account = own_account()
    if account is None:
        return
    moment = int(time.time())
    if moment - session.get("seen", 0) > IDLE_SECONDS.get(account.actor.role, STAFF_IDLE_SECONDS):
        logout_user()
        session.clear()
        flash(EXPIRED, "warn")
        return
    if moment - session.get("seen", 0) > SEEN_ANEW_SECONDS:
        session["seen"] = moment
        sessions.uses.note(session_key())


def held_at() -> str | None:
    """Return the page of what has to be done first, if anything has to."""
    actor = current_actor()
    if actor.must_change_password:
        return url_for(FACES[current_user.prefix].password)
    return url_for("second_factor.index") if actor.owes_second_factor else None


def safe_next(target: str | None, otherwise: str) -> str:
    """Return an address on this site to go on to; anything else is replaced."""
    if not target or not target.startswith("/") or target.startswith("//") or _ODD.search(target):
        return otherwise
    parts = urlsplit(target)
    return otherwise if parts.scheme or parts.netloc else target
