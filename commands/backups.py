"""`flask backup` and `flask restore`: the whole system into a folder, and from a folder into an empty system."""

from __future__ import annotations

from pathlib import Path

import click
from flask import Flask, current_app

from backups.making import backup
from backups.manifest import Manifest
from backups.restoring import restore
from commands.offices import Refusal
from domain.errors import DomainError

FOLDER = click.Path(path_type=Path, file_okay=False, resolve_path=True)


@click.command("backup", help="把数据库和照片备份到一个新的文件夹；可以在系统运行时做。")
@click.argument("folder", type=FOLDER)
@click.option("--earlier", type=FOLDER, help="上一份备份；没有变的照片与它共用，不再占一份空间。")
def make(folder: Path, earlier: Path | None) -> None:
    try:
        made = backup(folder, earlier)
    except DomainError as refusal:
        raise Refusal(refusal.sentence) from refusal
    click.echo(f"已备份到“{folder}”：{_counted(made)}。")
    if made.head:
        click.echo(f"操作记录到这里为止，核对时可写在 audit verify --since 后面：\n{made.head}")
    click.echo(f"密钥不在备份里，请另存一份，不要和备份放在一起：{_where_keys_are()}。")


@click.command("restore", help="把一份备份恢复到空的系统；不覆盖任何数据。")
@click.argument("folder", type=FOLDER)
def put_back(folder: Path) -> None:
    try:
        told = restore(folder)
    except DomainError as refusal:
        raise Refusal(refusal.sentence) from refusal
    click.echo(f"已恢复：{_counted(told)}。")
    click.echo("请接着运行 flask --app app db upgrade 和 flask --app app audit verify，再启动系统。")


def _counted(made: Manifest) -> str:
    return f"数据库 {sum(made.rows.values()):,} 行，照片等文件 {made.files - 1:,} 个"


def _where_keys_are() -> str:
    made_here = Path(current_app.instance_path) / "keys"
    return f"{made_here} 文件夹" if made_here.exists() else "环境变量 SECRET_KEY 和 FIELD_KEY"


def register(app: Flask) -> None:
    app.cli.add_command(make)
    app.cli.add_command(put_back)
