"""`flask create-office`, `create-user` and `reset-password`: the first steps of an installation, and the last way in."""

from __future__ import annotations

import sys
from typing import IO, Any

import click
from flask import Flask, current_app

from commands.operator import operator
from commands.seeds import seed
from domain.access import Role
from domain.errors import DomainError
from domain.passwords import FIRST_PASSWORD_LASTS
from domain.vocabulary import OfficeKind
from extensions import writing
from models import Office
from operations import accounts, offices, staff
from operations.passwords import first_of_office, hashed, one_time


class Refusal(click.ClickException):
    """A refusal in the words the screens use, without the English word that click puts before it."""

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(self.message, file=file, err=True)


def found_office(name: str) -> Office:
    office = Office.named(name)
    if office is None:
        raise Refusal(f"没有“{name}”这个机构，请先用 create-office 新建")
    return office


@click.command("create-office", help="新建职改机构，同时建好它的授予单位和默认账户。")
@click.argument("name")
@click.option("--kind", type=click.Choice([kind.value for kind in OfficeKind]), required=True)
@click.option("--parent", help="上级机构的名称。")
@click.option("--series", multiple=True, help="市直系列机构管的职称系列，可写多个。")
@click.option("--region", help="六位行政区划代码。")
def create_office(name: str, kind: str, parent: str | None, series: tuple[str, ...], region: str | None) -> None:
    seed()
    above = found_office(parent) if parent else None
    password = first_of_office(current_app.config["OFFICE_DEFAULT_PASSWORD"])
    password_hash = hashed(password)
    try:
        with writing():
            actor = operator(above.place if above else None)
            offices.create(actor, name, OfficeKind(kind), above, password_hash, series=list(series), region_code=region)
    except DomainError as refusal:
        raise Refusal(refusal.sentence) from refusal
    click.echo(f"已建好“{name}”。默认账户的登录名就是机构名称，首次登录后须改密码。{_once(password)}")


def _once(password: str) -> str:
    return f"初始密码：{password}（只显示这一次，{FIRST_PASSWORD_LASTS.days} 天内没有登录就失效）"


@click.command("create-user", help="为机构新建账户；密码从标准输入读，没有就生成一个，只显示一次。")
@click.argument("username")
@click.option("--office", required=True, help="机构名称。")
@click.option("--role", type=click.Choice([Role.STAFF.value, Role.ADMIN.value]), default=Role.STAFF.value)
@click.option("--name", help="姓名，默认同登录名。")
def create_user(username: str, office: str, role: str, name: str | None) -> None:
    given = "" if sys.stdin is None or sys.stdin.isatty() else sys.stdin.readline().strip()
    password = given or one_time()
    try:
        if given:
            default = current_app.config["OFFICE_DEFAULT_PASSWORD"]
            accounts.refuse_weak(given, given, names=[username], office_default=default)
        password_hash = hashed(password)
        with writing():
            home = found_office(office)
            staff.open_account(operator(home.place), home, username, name or username, Role(role), password_hash)
    except DomainError as refusal:
        raise Refusal(refusal.sentence) from refusal
    click.echo(f"已建好账户“{username}”，首次登录后须改密码。" + ("" if given else _once(password)))


@click.command("reset-password", help="重置职改办账户的密码并解除锁定：初始密码失效了，又没有别的管理员可以重置时用。")
@click.argument("username")
def reset_password(username: str) -> None:
    password = one_time()
    password_hash = hashed(password)
    try:
        with writing():
            user = accounts.staff_by_login(username)
            if user is None:
                raise Refusal(f"没有“{username}”这个账户，请核对登录名")
            staff.reset_password(operator(user.office.place), user, password_hash)
    except DomainError as refusal:
        raise Refusal(refusal.sentence) from refusal
    click.echo(f"账户“{username}”的密码已重置，它的登录都已退出。{_once(password)}")


def register(app: Flask) -> None:
    app.cli.add_command(create_office)
    app.cli.add_command(create_user)
    app.cli.add_command(reset_password)
