"""The big lists, however they reach their rows: no row of elsewhere, none twice, none lost, the same both ways."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from flask import Flask

from domain.access import Place
from domain.partial_dates import PartialDate
from domain.verification import CaseState
from domain.vocabulary import TitleLevel
from extensions import db, writing
from listing import CASES, CERTIFICATES, reading
from listing.selection import Listing, Selection
from models import VerificationCase
from tests.conftest import actor_of
from tests.integration.admin_views.records import case, certificate
from tests.integration.admin_views.walking import backward, forward

NAMES = ("韦小兰", "韦小军", "陆小兰", "欧阳小兰", "韦小", "韦兰英", "欧韦小", "陆海生")
OFFICES = ("灵山县职改办", "浦北县职改办")
TYPED = ("韦", "韦小", "小兰", "韦小兰", "阳小兰", "小", "没有的")
SORTS = ("", "name", "-cert_no", "awarded_on", "id")
FURTHER: tuple[dict[str, str], ...] = ({}, {"series": "工程系列"}, {"level": "assistant"})
TRIED = 60


@pytest.fixture(params=[CERTIFICATES, CASES], ids=lambda listing: listing.name)
def listing(app: Flask, request: pytest.FixtureRequest) -> Listing:
    for index in range(28):
        values: dict[str, Any] = {
            "cert_no": f"08{index % 4}{index:05}", "title_series": ("工程系列", "卫生系列")[index % 3 == 1],
            "title_level": list(TitleLevel)[index % 2], "awarded_on": (PartialDate(2009, 1 + index % 6), None)[index % 5 == 4],
        }  # fmt: skip
        if request.param is CERTIFICATES:
            certificate(OFFICES[index % 2], name=NAMES[index % len(NAMES)], **values)
        else:
            case(CaseState.PENDING, OFFICES[index % 2], holder=index % 4, **values)
    if request.param is CASES:
        _name_the_holders()
    return request.param  # type: ignore[no-any-return]


def _name_the_holders() -> None:
    with writing() as session:
        holders = {one.holder_id: one.holder for one in session.scalars(db.select(VerificationCase))}
        for holder, name in zip(holders.values(), ("韦小兰", "韦小", "欧阳小兰", "陆海生"), strict=False):
            holder.name = name


def _name(row: Any) -> str:
    return str(row.name if hasattr(row, "name") else row.holder.name)


def _place() -> Place:
    place = actor_of("ls.staff").place
    assert place is not None
    return place


def _asked(listing: Listing) -> Iterator[tuple[dict[str, str], str]]:
    """Yield some of all combinations, always the same ones, with the name that is searched for."""
    named = {CERTIFICATES: "name", CASES: "holder"}[listing]
    sorts = [one for one in SORTS if not one or one.removeprefix("-") in listing.sorts]
    every = list(product(("search", named), TYPED, FURTHER, sorts))
    for box, typed, further, sort in random.Random(1).sample(every, TRIED):  # noqa: S311 - always the same choice
        yield {"tab": "all", box: typed, **further, **({"sort": sort} if sort else {})}, typed


def _meets(row: Any, asked: dict[str, str], typed: str) -> bool:
    anywhere = "search" in asked and len(typed) > 1
    named = typed in _name(row) if anywhere else _name(row).startswith(typed)
    levelled = "level" not in asked or row.title_level.value == asked["level"]
    return named and levelled and ("series" not in asked or row.title_series == asked["series"])


def _is_of_part(row: Any, typed: str, part: str) -> bool:
    if "开头" in part:
        return _name(row).startswith(typed)
    return typed in _name(row)[1:] if "第二个字" in part else _name(row) == typed


@pytest.mark.parametrize("small", [1, 3, 8])
def test_every_way_to_the_rows_of_a_list_leads_to_the_same_rows(listing: Listing, monkeypatch: Any, small: int) -> None:
    monkeypatch.setattr(reading, "SMALL", small)
    here = db.session.query(listing.model).filter(listing.model.within(_place())).all()

    for asked, typed in _asked(listing):
        selection = Selection(listing, asked, _place())
        every = {row.id for row in here if _meets(row, asked, typed)}
        part = selection.reader.part
        shown = {row.id for row in here if row.id in every and (not part or _is_of_part(row, typed, part))}
        read = forward(selection, 3, ("cert_no",))
        assert (sorted(read), part) == (sorted(shown), part), asked
        assert not read or backward(selection, read[-1], 3) == read[:-1], asked
        assert sorted(row.id for page in selection.pages(3) for row in page) == sorted(every), asked
        count = selection.count()
        assert count.kind != "exact" or count.number == len(every), asked
