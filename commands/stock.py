"""`flask receive-blanks`: a range of blank certificates goes into an office's stock."""

from __future__ import annotations

import click
from flask import Flask

from commands.offices import Refusal, found_office
from commands.operator import operator
from domain.errors import DomainError
from extensions import writing
from operations import stock


@click.command("receive-blanks", help="把一段空白证书编号记入机构的库存；在库的编号不能作为历年证书导入。")
@click.argument("first")
@click.argument("last")
@click.option("--office", required=True, help="机构名称。")
def receive_blanks(first: str, last: str, office: str) -> None:
    home = found_office(office)
    actor, office_id = operator(home.place), home.id
    try:
        with writing():
            blanks = stock.receive(actor, office_id, first, last)
            told = f"{blanks.first_no}—{blanks.last_no}"
    except DomainError as refusal:
        raise Refusal(refusal.sentence) from refusal
    click.echo(f"“{office}”空白证书 {told} 已入库。")


def register(app: Flask) -> None:
    app.cli.add_command(receive_blanks)
