"""One action on all cases that matched when somebody looked: case by case, each a change of its own, each refusal told."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

from domain.access import Actor
from domain.background import BATCH
from domain.errors import DomainError
from domain.verification import BY_NAME, Transition
from jobs.exports import kept
from jobs.running import Run, work_of
from listing.cases import CASES, name_of
from listing.selection import Selection
from listing.sheets import plain
from models import BackgroundJob, Office
from operations import background, cases

IDS_AT_ONCE = 500
DONE, SKIPPED = "已办成", "已跳过"

Line = tuple[str, str, str]


def ask_for(
    actor: Actor, selection: Selection, transition: Transition, seen_event: int, said: dict[str, Any]
) -> BackgroundJob:
    """Write the action down in the running transaction; `jobs.wake` begins it."""
    payload = {"arguments": selection.kept_arguments(), "action": transition.name, "seen_event": seen_event, **said}
    return background.ask_for(actor, BATCH, payload)


@work_of(BATCH)
def act_on_all(run: Run) -> None:
    """What was touched since it was seen is left alone, so a run that is begun again goes on where it stopped."""
    place, transition = run.actor.place, BY_NAME[run.payload["action"]]
    assert place is not None, "only an office asks for this"
    selection = Selection(CASES, run.payload["arguments"], place)
    ids = [one.id for page in selection.pages(IDS_AT_ONCE) for one in page]
    lines: list[Line] = []
    for number, (case_id, version) in enumerate(selection.unchanged(ids, run.payload["seen_event"]).items()):
        run.advance(number, len(ids))
        lines.append(_acted(run, transition, case_id, version))
    done = sum(line[1] == DONE for line in lines)
    key = kept(_report(lines))
    with run.writing():
        run.finish(_told(run, transition, done, len(lines) - done), f"{key}.csv")


def _told(run: Run, transition: Transition, done: int, skipped: int) -> str:
    again = "。中间停过一次，停之前办成的不在这张结果里" if run.attempt > 1 else ""
    return f"{transition.label}，办成 {done:,} 件，跳过 {skipped:,} 件{again}"


def _acted(run: Run, transition: Transition, case_id: int, version: int) -> Line:
    name, said = "", run.payload
    try:
        with run.writing() as session:
            actor = run.actor
            name = name_of(cases.reviewable(actor, case_id))
            target = session.get(Office, said["to_office"]) if said.get("to_office") else None
            cases.act(actor, case_id, version, transition.name, reply=said.get("reply", ""), to_office=target)
    except DomainError as refusal:
        return name or f"第 {case_id} 件", SKIPPED, refusal.sentence
    return name, DONE, ""


def _report(lines: list[Line]) -> bytes:
    out = StringIO(newline="")
    csv.writer(out).writerows([("持证人和证书编号", "结果", "原因"), *(tuple(map(plain, line)) for line in lines)])
    return out.getvalue().encode("utf-8-sig")
