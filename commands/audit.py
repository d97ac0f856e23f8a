"""`flask audit verify`: prove that no event was changed or removed."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import AppGroup

from operations import events

audit = AppGroup("audit", help="操作记录。")


@audit.command("verify", help="逐条核对操作记录：有没有被改动或删除。")
@click.pass_context
def verify(context: click.Context) -> None:
    found = 0
    for sentence in events.faults():
        found += 1
        click.echo(sentence, err=True)
    if found:
        context.exit(1)
    click.echo("操作记录完整，没有被改动或删除。")


def register(app: Flask) -> None:
    app.cli.add_command(audit)
