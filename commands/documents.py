"""`flask docs build` and `flask docs check`: the documents generated from the rule tables."""

from __future__ import annotations

from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup

from domain.documents import DOCUMENTS

FOLDER = Path(__file__).resolve().parent.parent / "docs"

docs = AppGroup("docs", help="由规则表生成的文档。")


def stale() -> list[str]:
    """Name the documents that are not what the tables say."""
    return [
        name
        for name, write in DOCUMENTS.items()
        if not (FOLDER / name).exists() or (FOLDER / name).read_text(encoding="utf-8") != write()
    ]


@docs.command("build", help="重新生成文档。")
def build() -> None:
    for name, write in DOCUMENTS.items():
        (FOLDER / name).write_text(write(), encoding="utf-8")
    click.echo(f"已生成 {len(DOCUMENTS)} 份文档。")


@docs.command("check", help="核对文档与规则表一致。")
@click.pass_context
def check(context: click.Context) -> None:
    found = stale()
    if found:
        click.echo(f"文档与规则表不一致：{'、'.join(found)}。请运行 script/docs。", err=True)
        context.exit(1)
    click.echo("文档与规则表一致。")


def register(app: Flask) -> None:
    app.cli.add_command(docs)
