"""What the account that is signed in has to be told, on every page of its own until it is read."""

from __future__ import annotations

from flask import request

from domain.errors import DomainError
from extensions import moment, writing
from models import Account, AccountNews
from operations import account_news
from web import access, typed


def own() -> list[AccountNews]:
    """Return it for the session that asks; looked up anew when something was written, or after a moment."""
    account = access.own_account()
    if account is None:
        return []
    key = access.session_key()
    found: list[AccountNews] = moment.keep(
        ("news", account.get_id(), key), lambda: account_news.for_session(account, key)
    )
    return found


def read(account: Account) -> str:
    """Forget what was read, and return the page it stood on."""
    up_to = request.form.get("up_to", "")
    if not up_to.isdecimal() or len(up_to) > 9:
        raise DomainError("不知道看到了哪一条，请刷新页面再试")
    with writing():
        account_news.read(account, int(up_to))
    return typed.came_from() or access.home()
