"""`flask audit verify`: prove that no event was changed or removed."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import AppGroup

from commands.offices import Refusal
from domain.errors import DomainError
from operations import events

audit = AppGroup("audit", help="操作记录。")


@audit.command("verify", help="逐条核对操作记录：有没有被改动或删除。")
@click.option("--since", help="上次核对时给出的“序号:印记”：有人把整个数据库换回旧的，也看得出来。")
@click.pass_context
def verify(context: click.Context, since: str | None) -> None:
    try:
        known = events.Head.read(since) if since else None
    except DomainError as problem:
        raise Refusal(problem.sentence) from problem
    found = 0
    for sentence in events.faults(known):
        found += 1
        click.echo(sentence, err=True)
    if found:
        context.exit(1)
    click.echo("操作记录完整，没有被改动或删除。")
    click.echo(f"请把下面这一行抄到这台机器以外，下次核对时写在 --since 后面：\n{events.head()}")


def register(app: Flask) -> None:
    app.cli.add_command(audit)
