"""What can be done in the background, once: its name, how it is told, what becomes of it when its worker is killed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class JobKind:
    """One kind of work. `heavy` work leaves one thread of the worker to what is quick.

    `attempts`: how often it is begun before it counts as failed; a killed worker and a trouble that may pass (database,
    disk or mail server away) use up one each. Work that must not be begun twice has one attempt: the person is told.
    """

    slug: str
    label: str
    doing: str = "已处理"
    unit: str = "行"
    heavy: bool = False
    attempts: int = 5


CHECK_IMPORT = JobKind("check_import", "检查表格", doing="已检查", heavy=True)
COMMIT_IMPORT = JobKind("commit_import", "导入", doing="已导入", heavy=True)
UNDO_IMPORT = JobKind("undo_import", "撤销导入", doing="已撤销", heavy=True)
MAIL = JobKind("mail", "发邮件", doing="已发出", unit="封", attempts=8)
MESSAGE_MAIL = JobKind("message_mail", "用邮件告诉本人", doing="已发出", unit="封", attempts=100)
"""Nobody waits at the page for it: a mail server that is away for a day keeps no decision from its holder."""

RECOVERY_MAIL = JobKind("recovery_mail", "发重设密码的邮件", doing="已发出", unit="封", attempts=8)
"""Asked for whether there is such an account or not: only the worker looks, so that the answer's time tells nothing."""

EXPORT = JobKind("export", "导出", doing="已写出", unit="条", heavy=True)

ERROR_WORKBOOK = JobKind("error_workbook", "下载错误行", doing="已写出", heavy=True)

BATCH = JobKind("batch", "批量操作", doing="已办", unit="件", heavy=True)

KINDS: dict[str, JobKind] = {
    kind.slug: kind
    for kind in (
        CHECK_IMPORT,
        COMMIT_IMPORT,
        UNDO_IMPORT,
        MAIL,
        MESSAGE_MAIL,
        RECOVERY_MAIL,
        EXPORT,
        ERROR_WORKBOOK,
        BATCH,
    )
}

_LONGEST_PAUSE = timedelta(minutes=15)
_SURE_AFTER = 2.0
"""Seconds before which a rate says nothing."""


def pause_after(attempt: int) -> timedelta:
    """Return how long to wait before trying again: five seconds, then ten, twenty … a quarter of an hour."""
    return min(timedelta(seconds=5 * 2 ** min(attempt - 1, 10)), _LONGEST_PAUSE)


def progress_told(kind: JobKind, done: int, total: int, seconds: float) -> str:
    """Say how far a job is: what is done, of how much, how fast, and how long it may take."""
    words = f"{kind.doing} {done:,} {kind.unit}"
    if total:
        words += f"，共 {total:,} {kind.unit}"
    if done and seconds >= _SURE_AFTER:
        words += f"（每秒约 {max(1, round(done / seconds)):,} {kind.unit}）"
        if total > done:
            words += f"，大约还要 {_duration(seconds / done * (total - done))}"
    return f"{words}。可以离开本页"


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{max(10, math.ceil(seconds / 10) * 10)} 秒" if seconds <= 50 else "1 分钟"
    minutes = math.ceil(seconds / 60)
    return f"{minutes} 分钟" if minutes < 120 else f"{round(minutes / 60)} 小时"
