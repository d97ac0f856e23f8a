"""`flask check-workbooks`: takes a folder of strange files through the reading and judging of an upload, writing nothing."""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import click
from flask import Flask
from sqlalchemy import select

import importers
from domain.errors import DomainError
from extensions import db
from models import Office
from workbooks import DEFAULT_LIMITS

MEGABYTE = 1 << 20
LONGEST_SECONDS = int(DEFAULT_LIMITS.seconds(DEFAULT_LIMITS.unpacked_bytes)) + 60
MOST_MEGABYTES = DEFAULT_LIMITS.memory_bytes // MEGABYTE
FINE = ("read", "refused")


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one file: read, refused with a sentence, or a fault: crashed, hung, too much memory."""

    file: str
    outcome: str
    sentence: str
    rows: int
    seconds: float
    megabytes: int


def told_of(office: Office, file: Path) -> Told:
    """Take one file through a process of its own, so that its end, its time and its memory are known whatever it does."""
    began, (reading, writing) = time.monotonic(), os.pipe()
    db.session.rollback()
    db.engine.dispose()
    child = os.fork()
    if not child:
        os.close(reading)
        _examine(office.id, file, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    _, status, used = os.wait4(child, 0)
    return _judged(file, said, status, used, time.monotonic() - began)


def _examine(office_id: int, file: Path, out: int) -> None:
    """Say how it went and end; never returns."""
    signal.alarm(LONGEST_SECONDS)
    rows, sentence = 0, ""
    try:
        for _ in importers.examine(importers.examination(db.session.get_one(Office, office_id)), file):
            rows += 1
    except importers.ColumnsUnclear:
        sentence = "要先对应列"
    except DomainError as refusal:
        sentence = refusal.sentence
    except BaseException as fault:
        os.write(out, json.dumps({"fault": type(fault).__name__}).encode())
        os._exit(1)
    os.write(out, json.dumps({"rows": rows, "sentence": sentence}).encode())
    os._exit(0)


def _judged(file: Path, said: bytes, status: int, used: resource.struct_rusage, seconds: float) -> Told:
    words = json.loads(said) if said else {"fault": f"signal {os.WTERMSIG(status)}"}
    outcome, sentence = "refused" if words.get("sentence") else "read", words.get("sentence", "")
    if "fault" in words:
        hung = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGALRM
        outcome, sentence = "hung" if hung else "crashed", words["fault"]
    megabytes = used.ru_maxrss // 1024
    if megabytes > MOST_MEGABYTES:
        outcome = "too much memory"
    return Told(str(file), outcome, sentence, words.get("rows", 0), round(seconds, 2), megabytes)


def files_in(folder: Path) -> Iterator[Path]:
    yield from sorted(path for path in folder.rglob("*") if path.is_file())


@click.command(
    "check-workbooks",
    help="把文件夹里的文件逐个当作上传的表格检查一遍，只报告，不写入；有崩溃、卡住或占用过多时退出码是 1。",
)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--office", "office_name", required=True, help="当作哪个机构上传的。")
def check_workbooks(folder: Path, office_name: str) -> None:
    office = db.session.scalar(select(Office).filter_by(name=office_name))
    if office is None:
        raise click.ClickException(f"没有“{office_name}”这个机构，请先用 create-office 建立")
    faults = 0
    for file in files_in(folder):
        told = told_of(office, file)
        faults += told.outcome not in FINE
        click.echo(json.dumps(asdict(told), ensure_ascii=False))
    sys.exit(1 if faults else 0)


def register(app: Flask) -> None:
    app.cli.add_command(check_workbooks)
