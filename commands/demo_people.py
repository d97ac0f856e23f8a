"""Invented people of the whole region who have registered and nothing more: the charts of the home page count them."""

from __future__ import annotations

from itertools import cycle

from commands.cast import id_number
from commands.demo_cases import QUESTION
from domain.identifiers import parse_id
from extensions import writing
from models import now
from operations import holders

FAMILIES = "韦黄陆覃农蓝莫梁李陈"
GIVEN = ("文华", "秀兰", "志强", "春燕", "建平", "丽萍", "海波", "小明", "玉珍", "国栋")
REGISTERED = {
    "450100": 26, "450200": 15, "450300": 13, "450400": 7, "450500": 4, "450600": 3, "450700": 9, "450800": 8,
    "450900": 10, "451000": 8, "451100": 6, "451200": 7, "451300": 5, "451400": 6,
}  # fmt: skip
BORN = (1966, 1971, 1975, 1978, 1980, 1981, 1983, 1984, 1985, 1987, 1988, 1989, 1990, 1992, 1993, 1997, 2001)


def add(password_hash: str) -> None:
    """Register them all in one go; none has confirmed the e-mail yet."""
    years, day = cycle(BORN), now().date()
    cities = [city for city, people in REGISTERED.items() for _ in range(people)]
    with writing():
        for at, city in enumerate(cities):
            number = id_number(city, f"{next(years)}0{at % 9 + 1}18", f"{at + 300}")
            name = FAMILIES[at % len(FAMILIES)] + GIVEN[at // len(FAMILIES) % len(GIVEN)]
            holders.register(
                holders.Registration(
                    name=name, document=parse_id(number, day), mobile=f"1380000{at:04d}",
                    email=f"registered{at:03d}@example.com", region_code=city, password_hash=password_hash,
                    security_question=QUESTION, security_answer_hash=password_hash,
                )
            )  # fmt: skip
