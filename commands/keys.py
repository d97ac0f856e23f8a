"""`flask rotate-keys`: write anew, under the key in force, what another one encrypted; or propose new keys."""

from __future__ import annotations

import base64
import os
import secrets

import click
from flask import Flask, current_app

from commands.operator import operator
from encryption import LAST, MASTER_BYTES
from extensions import writing
from importers import kept_uploads
from operations import events, rotation

LONGEST_SESSION_HOURS = 12


@click.command(
    "rotate-keys", help="更换密钥：把旧密钥加密的内容逐条改用现在的密钥，可以在系统运行时做，中断了再运行就接着做。"
)
@click.option("--new", "proposes", is_flag=True, help="只给出一组新密钥和要写的设置，不改任何内容。")
def rotate_keys(proposes: bool) -> None:
    if proposes:
        _propose()
        return
    done = 0
    while written := _round():
        done += written
    if done:
        with writing():
            number = current_app.config["FIELD_KEY_NUMBER"]
            summary = f"改用 {number} 号密钥，重新加密 {done:,} 处"
            events.record(operator(), events.KEYS_ROTATED, ("system", None), summary)
    click.echo(f"全部内容都已用 {current_app.config['FIELD_KEY_NUMBER']} 号密钥加密，这次改写了 {done:,} 处。")
    click.echo("旧密钥请继续留在 FIELD_KEY_OTHERS 里：以前的操作记录和备份还要用它来读。")


def _round() -> int:
    """Go through everything once and return how much was written; other processes may have written meanwhile."""
    return sum(map(_table, rotation.tables())) + _files() + kept_uploads().renew()


def _table(table: rotation.Table) -> int:
    done, after = 0, None
    while page := rotation.page_of(table, after):
        after = page.last
        if page.changes:
            done += rotation.write(table, page)
            click.echo(f"{table.name}：已改写 {done:,} 行")
    return done


def _files() -> int:
    store = current_app.extensions["photos"]
    return sum(rotation.renew_file(store, *one) for one in list(rotation.encrypted_files()))


def _propose() -> None:
    """Say which settings bring new keys in; the secrets in use are named, not shown."""
    number = max(current_app.config["FIELD_KEY_NUMBER"], *current_app.config["FIELD_KEY_OTHERS"], 0) % LAST + 1
    key = base64.b64encode(os.urandom(MASTER_BYTES)).decode()
    click.echo("一台机器：把设置改成下面这样，重新启动，再运行 flask --app app rotate-keys。")
    click.echo("多台机器：先在每一台的 FIELD_KEY_OTHERS 里加上新的一把并重新启动，再照下面改。")
    click.echo(f"FIELD_KEY={number}:{key}")
    click.echo(f"FIELD_KEY_OTHERS={current_app.config['FIELD_KEY_NUMBER']}:（现在的 FIELD_KEY）")
    click.echo(f"SECRET_KEY={secrets.token_urlsafe(48)}")
    click.echo(f"SECRET_KEY_OTHERS=（现在的 SECRET_KEY；{LONGEST_SESSION_HOURS} 小时以后可以去掉）")


def register(app: Flask) -> None:
    app.cli.add_command(rotate_keys)
