"""`flask demo`: an invented region to look around in — offices, accounts, certificates, cases in every state."""

from __future__ import annotations

import click
from flask import Flask, current_app
from sqlalchemy import select

from commands import cast, demo_cases, demo_certificates, demo_notices, demo_people, demo_register
from commands.seeds import seed
from domain import second_factor
from extensions import db
from models import Office
from operations.passwords import hashed


@click.command("demo", help="写入演示数据（只在开发环境）；已经有机构时什么也不做。")
def demo() -> None:
    if not current_app.config["DEVELOPMENT"]:
        raise click.ClickException("演示数据只能写进开发环境（APP_ENV=development）")
    if db.session.scalar(select(Office.id).limit(1)) is None:
        _fill()
    _say_accounts()


def _fill() -> None:
    click.echo("正在写入演示数据，大约需要十几秒……")
    seed()
    password_hash = hashed(cast.PASSWORD)
    cast.found_offices(hashed(current_app.config["OFFICE_DEFAULT_PASSWORD"] or cast.PASSWORD), password_hash)
    cast.let_in_employer(password_hash)
    cast.show_second_factor(password_hash)
    demo_certificates.add()
    demo_cases.add(password_hash)
    demo_register.add()
    demo_notices.add()
    demo_people.add(password_hash)


def _say_accounts() -> None:
    click.echo("\n演示账户（密码都是 " + cast.PASSWORD + "）：")
    click.echo("  工作平台 /admin/")
    for user in cast.USERS:
        click.echo(f"    {user.username:<10}{user.office}　{user.name}（{user.role.label}）")
    _say_second_factor()
    click.echo("    机构默认账户的登录名就是机构名称，第一次登录要先改密码")
    click.echo("  专业技术人员 /portal/")
    for holder in cast.HOLDERS:
        click.echo(f"    {holder.mobile}　{holder.name}")
    click.echo("  单位 /portal/sign-in?as=employer")
    click.echo(f"    {cast.EMPLOYER.username:<14}{cast.EMPLOYER.name}　{cast.EMPLOYER.person}（单位账户）")
    click.echo(
        f"    {cast.EMPLOYER.staff_username:<14}{cast.EMPLOYER.name}　{cast.EMPLOYER.staff_person}（单位工作人员）"
    )
    click.echo("")


def _say_second_factor() -> None:
    one = cast.WITH_FACTOR
    command = f"import pyotp; print(pyotp.TOTP('{cast.FACTOR_SECRET}').now())"
    click.echo(f"    {one.username:<10}{one.office}　{one.name}（{one.role.label}，登录要二次验证）")
    click.echo(f"      验证器里输入的密钥：{second_factor.grouped(cast.FACTOR_SECRET)}")
    click.echo(f'      没有手机也能看一看：.venv/bin/python -c "{command}"')


def register(app: Flask) -> None:
    app.cli.add_command(demo)
