"""What makes a reviewer look twice: one row for each sign of a fake, with the words that say why. None of them decides."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Protocol

from domain.certificate_fields import DECIDING
from domain.certificate_rows import shown
from domain.number_patterns import oddities
from domain.offers import MOST_NUMBERS
from domain.vocabulary import TitleLevel

LEAST_AGE = {TitleLevel.ASSOCIATE: 18, TitleLevel.ASSISTANT: 20, TitleLevel.INTERMEDIATE: 24}
"""Schooling and the years of service that each level asks for leave nobody younger."""


class Likeness(StrEnum):
    """How much two photos are one, the surest first, in the words of the hint."""

    FILE = "是同一个文件"
    COPY = "几乎一样"
    EDITED = "底子一样，有几处不同"


@dataclass(frozen=True, slots=True)
class Twin:
    """A photo of another case that looks the same; `case_id` only where the reviewer may open that case."""

    page: str
    whose: str
    likeness: Likeness
    turned: bool = False
    case_id: int | None = None


@dataclass(frozen=True, slots=True)
class BodyYears:
    """Since and until which year an awarding body existed, as far as the dictionary says."""

    name: str
    since: int | None
    until: int | None


@dataclass(frozen=True, slots=True)
class Reference:
    """A 待核查 record with the same number: whose it is, and its values."""

    office: str
    values: Mapping[str, Any]


class Clues(Protocol):
    """What the hints ask; tests pass a plain namespace."""

    @property
    def values(self) -> Mapping[str, Any]: ...
    @property
    def name(self) -> str: ...
    @property
    def former_name(self) -> str | None: ...
    @property
    def birth(self) -> date | None: ...
    @property
    def sex(self) -> str | None: ...
    @property
    def record(self) -> Mapping[str, Any] | None: ...
    @property
    def number_holders(self) -> Sequence[str]: ...
    @property
    def body(self) -> BodyYears | None: ...
    @property
    def numbers(self) -> Sequence[str]: ...
    @property
    def references(self) -> Sequence[Reference]: ...
    @property
    def twins(self) -> Sequence[Twin]: ...
    @property
    def listed(self) -> bool: ...
    @property
    def numbers_tried(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason to look twice, in words."""

    sentence: str
    case_id: int | None = None


@dataclass(frozen=True, slots=True)
class Hint:
    """One row of the table: what it looks at, in the words of the documentation, and how."""

    name: str
    looks_at: str
    look: Callable[[Clues], Iterator[Finding]]


def _listed(clues: Clues) -> Iterator[Finding]:
    if clues.listed:
        yield Finding("本人在“问题人员”里，请先看当时的证据")


def _photos(clues: Clues) -> Iterator[Finding]:
    for twin in clues.twins:
        turned = "转过来" if twin.turned else ""
        yield Finding(f"{twin.page}照片{turned}与{twin.whose}的照片{twin.likeness}，请对照看看", twin.case_id)


def _number(clues: Clues) -> Iterator[Finding]:
    for whose in clues.number_holders:
        yield Finding(f"同一编号和授予单位，{whose}，身份证号不同，请核对")


def _age(clues: Clues) -> Iterator[Finding]:
    awarded, level = clues.values.get("awarded_on"), clues.values.get("title_level")
    least = LEAST_AGE.get(level) if level else None
    if awarded and clues.birth and level and least and awarded.certainly_younger_than(clues.birth, least):
        yield Finding(f"授予时本人不满 {least} 岁，{level.label}一般没有这么早，请核对授予时间")


def _body(clues: Clues) -> Iterator[Finding]:
    awarded, body = clues.values.get("awarded_on"), clues.body
    if awarded is None or body is None:
        return
    if body.since and awarded.year < body.since:
        yield Finding(f"“{body.name}”{body.since} 年才有，证书的授予时间是 {awarded.iso}")
    if body.until and awarded.year > body.until:
        yield Finding(f"“{body.name}”到 {body.until} 年为止，证书的授予时间是 {awarded.iso}")


def _pattern(clues: Clues) -> Iterator[Finding]:
    number, awarded = clues.values.get("cert_no"), clues.values.get("awarded_on")
    if not number or awarded is None:
        return
    for oddity in oddities(number, clues.numbers):
        yield Finding(f"同一授予单位 {awarded.year} 年的证书（{len(clues.numbers)} 本），编号{oddity}")


def _references(clues: Clues) -> Iterator[Finding]:
    for reference in clues.references:
        for field in DECIDING:
            theirs, mine = reference.values.get(field.key), clues.values.get(field.key)
            if theirs is not None and theirs != mine:
                yield Finding(
                    f"{reference.office}的待核查数据里“{field.label}”是{shown(theirs)}，本人填的是{shown(mine) or '空的'}"
                )


def _person(clues: Clues) -> Iterator[Finding]:
    record = clues.record or {}
    name, sex = record.get("name"), record.get("sex")
    if name and name != clues.name:
        former = "，与填的曾用名相同" if name == clues.former_name else ""
        yield Finding(f"记录上的姓名是“{name}”，本人是“{clues.name}”{former}")
    for whose, written in (("记录", sex), ("本人填报", clues.values.get("sex"))):
        if written and clues.sex and written.label != clues.sex:
            yield Finding(f"{whose}的性别是{written.label}，身份证号是{clues.sex}，请核对")


def _numbers_tried(clues: Clues) -> Iterator[Finding]:
    if clues.numbers_tried >= MOST_NUMBERS:
        yield Finding(f"为这条记录输入过 {clues.numbers_tried} 个不同的编号，都与记录不同，请对照照片上的编号")


HINTS: tuple[Hint, ...] = (
    Hint("listed", "本人在问题人员里", _listed),
    Hint("same_photo", "照片与另一件审验的照片相同或几乎相同（转过方向、改过几处也算）", _photos),
    Hint("number_taken", "编号和授予单位在另一个人的证书或审验上", _number),
    Hint("numbers_tried", "为一条记录输入过三个与它不同的编号", _numbers_tried),
    Hint("too_young", "授予时本人年龄够不上这一级", _age),
    Hint("body_not_there", "授予时间在授予单位存在的年份之外", _body),
    Hint("number_out_of_pattern", "编号与同单位同年的证书不是一个样子（至少 20 本）", _pattern),
    Hint("reference_differs", "与同编号的待核查数据不同", _references),
    Hint("person_differs", "记录上的姓名、性别与本人不同，性别与身份证号不同", _person),
)


def findings(clues: Clues) -> list[Finding]:
    """Return every reason to look twice, in the order of the table."""
    return [finding for hint in HINTS for finding in hint.look(clues)]
