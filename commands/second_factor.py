"""`flask take-off-second-factor`: for the last administrator, whom nobody above can help."""

from __future__ import annotations

import click
from flask import Flask

from commands.offices import Refusal
from commands.operator import operator
from domain.errors import DomainError
from extensions import writing
from operations import accounts, second_factor


@click.command(
    "take-off-second-factor", help="取消账户的二次验证：手机和恢复码都没有了，又没有别的管理员可以取消时用。"
)
@click.argument("username")
def take_off(username: str) -> None:
    try:
        with writing():
            user = accounts.staff_by_login(username)
            if user is None:
                raise Refusal(f"没有“{username}”这个账户，请核对登录名")
            second_factor.take_off(operator(user.office.place), user)
    except DomainError as refusal:
        raise Refusal(refusal.sentence) from refusal
    click.echo(f"账户“{username}”的二次验证已取消，它的登录都已退出。")


def register(app: Flask) -> None:
    app.cli.add_command(take_off)
