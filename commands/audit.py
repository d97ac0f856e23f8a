"""`flask audit verify`: prove that no event was changed or removed."""

from __future__ import annotations

from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup

from backups import manifest
from commands.backups import FOLDER
from commands.offices import Refusal
from commands.operator import operator
from domain.errors import DomainError
from extensions import writing
from jobs import heads
from operations import events, trail
from operations.events import Head

audit = AppGroup("audit", help="操作记录。")


@audit.command("verify", help="逐条核对操作记录：有没有被改动或删除。")
@click.option("--since", help="上次核对时给出的“序号:印记”：有人把整个数据库换回旧的，也看得出来。")
@click.option("--backup", type=FOLDER, help="改用一份备份里记下的“序号:印记”。")
@click.pass_context
def verify(context: click.Context, since: str | None, backup: Path | None) -> None:
    walk, found = events.Walk(_known(since, backup)), 0
    for sentence in walk.faults():
        found += 1
        click.echo(sentence, err=True)
    if found:
        context.exit(1)
    click.echo("操作记录完整，没有被改动或删除。")
    click.echo(f"请把下面这一行抄到这台机器以外，下次核对时写在 --since 后面：\n{walk.head}")


def _known(since: str | None, backup: Path | None) -> Head | None:
    try:
        written = since or (manifest.read(backup).head if backup else "")
        if backup and not written:
            raise Refusal("这份备份是较早的程序做的，没有记下“序号:印记”，请换一份较新的备份")
        return Head.read(written) if written else None
    except DomainError as problem:
        raise Refusal(problem.sentence) from problem


@audit.command("accept", help="查明原因以后，从现在的末尾重新开始每天的核对，工作台上的警示随之消失。")
@click.option("--reason", required=True, help="查明了什么，例如：从哪一天的备份恢复；会留在操作记录里。")
def accept(reason: str) -> None:
    if not reason.strip():
        raise Refusal("请在 --reason 后面写明查明了什么")
    actor = operator()
    with writing():
        trail.accept(actor, reason.strip())
    heads.note(events.head())
    click.echo(f"已记下。以后从这里开始核对：\n{events.head()}")


def register(app: Flask) -> None:
    app.cli.add_command(audit)
