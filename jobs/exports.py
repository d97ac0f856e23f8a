"""Exports that take longer than a page: written to a file, encrypted into the storage, fetched within a day."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from flask import current_app

from domain.access import Actor
from domain.background import EXPORT
from domain.errors import NotAllowed
from encryption import keyring
from extensions import writing
from jobs.running import Run, work_of
from listing import LISTINGS, sheets
from listing.selection import Selection
from models import BackgroundJob
from operations import background, exports
from storage import new_key

MOST_ROWS = 300_000
TOO_MANY = "超过 {:,} 条，一个文件装不下，请加筛选条件，分几次导出"


def ask_for(actor: Actor, selection: Selection, columns: list[str], form: str) -> BackgroundJob:
    """Write an export down in the running transaction; `jobs.wake` begins it."""
    payload = {
        "grid": selection.listing.name, "arguments": selection.kept_arguments(), "sort": selection.sort, "columns": columns, "form": form
    }  # fmt: skip
    return background.ask_for(actor, EXPORT, payload)


@work_of(EXPORT)
def export(run: Run) -> None:
    asked = run.payload
    listing = LISTINGS[asked["grid"]]
    if run.actor.place is None or not run.actor.may(listing.permission):
        raise NotAllowed("您现在没有查看这份列表的权限，没有导出")
    selection = Selection(listing, asked["arguments"], run.actor.place, asked["sort"])
    with tempfile.TemporaryDirectory(prefix="export-") as folder:
        path = Path(folder) / f"list.{asked['form']}"
        count = sheets.write(selection, sheets.columns_of(listing, asked["columns"]), path, told=_teller(run))
        key = kept(path.read_bytes())
    with run.writing():
        exports.note(run.actor, listing.name, listing.label, selection.spoken(), count)
        run.finish(f"{listing.label}，{count:,} 条", f"{key}.{asked['form']}")


def _teller(run: Run) -> Any:
    def told(done: int) -> None:
        if done > MOST_ROWS:
            raise NotAllowed(TOO_MANY.format(MOST_ROWS))
        run.advance(done)

    return told


def kept(content: bytes) -> str:
    """Put a file into the storage, encrypted, and return its key."""
    key = new_key()
    current_app.extensions["photos"].put(key, keyring.encrypt(content))
    return key


def file_of(job: BackgroundJob) -> tuple[bytes, str]:
    """Return what was exported, and the form it has."""
    key, _, form = (job.result_key or "").partition(".")
    return keyring.decrypt(current_app.extensions["photos"].get(key)), form


def remove_old() -> None:
    """Remove the files that have lain for a day; the rows stay, and tell that there was one."""
    for job in exports.outdated():
        current_app.extensions["photos"].delete((job.result_key or "").partition(".")[0])
        with writing() as session:
            session.get_one(BackgroundJob, job.id).result_key = None
