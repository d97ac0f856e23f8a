"""The browsers an account signs in from: one that is new is told to its owner, the first of all is not."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, exists, select, update

from domain.retention import DEVICES
from encryption import fingerprint
from extensions import db
from models import Account, Holder, KnownDevice, now
from operations import account_news, events, telling

KEPT_FOR = DEVICES.limit
"""No browser keeps a cookie longer."""
TITLE = "您的账号从一台没用过的设备登录"
TO_HOLDERS = (
    "{moment}，您的账号从一台没用过的设备登录（{device}）。是您本人，不用管。"
    "不是您本人，请马上修改密码，再到“个人中心—登录的设备”看看。"
)
TO_OTHERS = "{moment}，您的账户从一台没用过的设备登录过（{device}）。不是您本人，请马上修改密码，再看看“登录的设备”。"


def signed_in_from(account: Account, token: str, device: str, session_key: str) -> None:
    """Keep the browser that has this token; tell the owner if the account knows others but not this one."""
    owner = _owner(account)
    known = update(KnownDevice).filter_by(**owner, fingerprint=fingerprint(token)).values(last_at=now(), device=device)
    if db.session.execute(known).rowcount:  # type: ignore[attr-defined]
        return
    is_first = not db.session.scalar(select(exists(select(KnownDevice.id).filter_by(**owner))))
    db.session.add(KnownDevice(**owner, fingerprint=fingerprint(token), device=device))
    db.session.flush()
    if not is_first:
        _tell(account, device, session_key)


def _owner(account: Account) -> dict[str, Any]:
    return {"account_kind": account.prefix, "account_id": account.id}


def forget_old() -> None:
    db.session.execute(delete(KnownDevice).where(KnownDevice.last_at < now() - KEPT_FOR))


def _tell(account: Account, device: str, session_key: str) -> None:
    subject: Any = (account.__tablename__, account.id)
    events.record(account.actor, "new_device", subject, f"从一台没用过的设备登录：{device}")
    given = {"moment": account_news.moment_words(), "device": device}
    if isinstance(account, Holder):
        telling.tell(account, TITLE, TO_HOLDERS.format(**given))
    else:
        account_news.leave(account, "new_device", TO_OTHERS.format(**given), session_key)
