"""How far a job is, in words; how long to wait before trying again; and that every kind has somebody who does it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.background import KINDS, MAIL, JobKind, pause_after, progress_told
from jobs.running import WORKS

ROWS = JobKind("rows", "导入", doing="已导入")


@pytest.mark.parametrize(
    ("done", "total", "seconds", "told"),
    [
        (0, 0, 0, "已导入 0 行。可以离开本页"),
        (2048, 0, 4, "已导入 2,048 行（每秒约 512 行）。可以离开本页"),
        (100, 3200, 1, "已导入 100 行，共 3,200 行。可以离开本页"),
        (2048, 3200, 100, "已导入 2,048 行，共 3,200 行（每秒约 20 行），大约还要 1 分钟。可以离开本页"),
        (3000, 3200, 150, "已导入 3,000 行，共 3,200 行（每秒约 20 行），大约还要 10 秒。可以离开本页"),
        (1000, 3200, 100, "已导入 1,000 行，共 3,200 行（每秒约 10 行），大约还要 4 分钟。可以离开本页"),
        (1, 3200, 10, "已导入 1 行，共 3,200 行（每秒约 1 行），大约还要 9 小时。可以离开本页"),
        (3200, 3200, 100, "已导入 3,200 行，共 3,200 行（每秒约 32 行）。可以离开本页"),
    ],
)
def test_progress_is_told_with_rows_rate_and_time_left(done: int, total: int, seconds: float, told: str) -> None:
    assert progress_told(ROWS, done, total, seconds) == told


def test_each_attempt_waits_longer_but_never_over_a_quarter_of_an_hour() -> None:
    pauses = [pause_after(attempt) for attempt in range(1, 100)]

    assert pauses[:3] == [timedelta(seconds=5), timedelta(seconds=10), timedelta(seconds=20)]
    assert pauses == sorted(pauses)
    assert max(pauses) == timedelta(minutes=15)


def test_every_kind_has_one_name_and_one_function() -> None:
    assert {slug: kind.slug for slug, kind in KINDS.items()} == {slug: slug for slug in KINDS}
    assert set(WORKS) == set(KINDS)
    assert all(kind.label and kind.attempts > 0 for kind in KINDS.values())


def test_mails_never_wait_behind_heavy_work() -> None:
    assert not MAIL.heavy
