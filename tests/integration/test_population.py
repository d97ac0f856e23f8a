"""Counting who is registered: exact, beside the pages, and shown on the home page."""

from __future__ import annotations

from typing import Any

from flask import Flask

from commands.cast import id_number
from extensions import db, writing
from jobs import caretaker
from models import Holder, now
from operations import population
from operations.dictionaries import today
from tests import factories


def registered(region_code: str, born: int, people: int) -> list[int]:
    numbers = [id_number(region_code, f"{born}0315", f"{500 + at}") for at in range(people)]
    return [factories.holder(None, region_code=region_code, id_number=number).id for number in numbers]


def test_the_count_is_exact_and_takes_the_place_of_the_one_before(app: Flask) -> None:
    registered("450721", 1985, 3)
    registered("450722", 1970, 2)
    passport = factories.holder(None, region_code="450102", id_number="E12345678")
    caretaker.count_population()
    before = population.last_count()
    with writing():
        db.session.get_one(Holder, passport.id).disabled_at = now()
    registered("450502", 1985, 1)
    caretaker.count_population()
    after = population.last_count()

    assert before is not None
    assert (before.population.by_city, before.population.by_birth_year) == (
        {"450700": 5, "450100": 1}, {1970: 2, 1985: 3}
    )  # fmt: skip
    assert after is not None
    assert (after.population.by_city, after.population.by_birth_year) == (
        {"450700": 5, "450500": 1}, {1970: 2, 1985: 4}
    )  # fmt: skip


def test_home_shows_both_charts_as_soon_as_enough_are_counted(app: Flask, as_holder: Any) -> None:
    client = as_holder(db.session.get_one(Holder, registered("450721", today().year - 43, 6)[0]))
    before = client.get("/portal/").text
    caretaker.make_round()
    client.get("/portal/")

    assert "地域分布" not in before
    assert "已注册专业技术人员 6 人" in client.page.text
    labels = [svg["aria-label"] for svg in client.page.all("svg") if "aria-label" in svg]
    assert labels == [
        "注册人员地域分布：钦州 6 人，其余见数据表",
        "注册人员年龄分布：41—45 岁最多，占 100%，其余见数据表",
    ]
