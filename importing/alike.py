"""The same wrong value in many rows: found once, mended together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as made
from typing import Any

from domain.cell_reading import Dictionaries
from domain.certificate_fields import BY_KEY, Field, Kind, terms_of
from importing.cell_texts import Columns, text_of, texts
from importing.judging import without_id_numbers
from models import StagedRow

FEWEST = 2
MOST_SUGGESTED = 40
_ALIKE = (Kind.TERM, Kind.SERIES, Kind.TITLE, Kind.BODY, Kind.TEXT)
"""Kinds whose values repeat. Names, numbers and dates are each row's own."""


@dataclass(slots=True)
class Alike:
    """Rows with the same mistake: what stands in them, what is wrong with it, and what it may be meant to be."""

    field: Field
    sentence: str
    options: list[str]
    values: dict[str, int] = made(default_factory=dict)
    looked_at: int | None = None
    """So many rows were looked at, where the batch has more of them."""

    @property
    def rows(self) -> int:
        return sum(self.values.values())

    @property
    def said(self) -> str:
        """What tells its rows from others with the same value; the likenesses of a body differ, the mistake does not."""
        return "" if _is_unknown_body(self.field.key, self.sentence) else self.sentence

    @property
    def is_closed(self) -> bool:
        """Whether only the listed words will do."""
        return self.field.kind is Kind.TERM

    @property
    def title(self) -> str:
        quoted = "".join(f"“{without_id_numbers(value)}”" for value in list(self.values)[:2] if value)
        many = f"等 {len(self.values)} 种写法" if len(self.values) > 2 else ""
        written = f"{quoted}{many}，" if quoted else ""
        said = self.said or f"没有对上{self.field.header}"
        seen = f"共 {self.rows:,} 行" if self.looked_at is None else f"前 {self.looked_at:,} 行里有 {self.rows:,} 行"
        return f"{written}{seen}，{said}"

    @property
    def button(self) -> str:
        return f"{self.rows:,} 行一起改" if self.looked_at is None else "这样写的行一起改"


@dataclass(frozen=True, slots=True)
class Change:
    """One word in the place of some others in one field, where this is said of them, or anything if `said` is empty."""

    key: str
    values: Collection[str]
    said: str
    to: str


def groups(rows: Iterable[StagedRow], columns: Mapping[str, Columns], dictionaries: Dictionaries) -> list[Alike]:
    """Return what can be mended in several rows at once, the most frequent first."""
    found: dict[tuple[str, str], Alike] = {}
    suggested = _Suggested(dictionaries)
    for row in rows:
        content = row.content
        there = texts(content, columns.get(row.sheet, ()))
        for key, sentence in _spoken(content):
            text = there.get(key, "").strip()
            options = suggested.of(BY_KEY[key], text, content["values"])
            is_unknown = _is_unknown_body(key, sentence)
            mark = (key, (options[0] if options else text) if is_unknown else sentence)
            group = found.setdefault(mark, Alike(BY_KEY[key], sentence, options))
            group.values[text] = group.values.get(text, 0) + 1
    several = [group for group in found.values() if group.rows >= FEWEST]
    return sorted(several, key=lambda group: -group.rows)


def edits(
    rows: Iterable[StagedRow], columns: Mapping[str, Columns], change: Change
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the position of each row that is wrong in this way, and its edit."""
    edit = {change.key: change.to}
    for row in rows:
        content = row.content
        told = dict(_spoken(content)).get(change.key)
        is_meant = bool(told) and change.said in ("", told)
        if is_meant and text_of(content, columns.get(row.sheet, ()), change.key).strip() in change.values:
            yield row.position, edit


def _spoken(content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each field of which something is said, once, with what weighs most."""
    told: dict[str, str] = {}
    for name in ("errors", "warnings"):
        for key, sentence in content.get(name, ()):
            about_value = name == "errors" or key != "awarding_body" or _is_unknown_body(key, sentence)
            if BY_KEY[key].kind in _ALIKE and about_value:
                told.setdefault(key, sentence)
    yield from told.items()


def _is_unknown_body(key: str, sentence: str) -> bool:
    return key == "awarding_body" and sentence.startswith("授予单位里没有")


class _Suggested:
    """What a wrong value may be meant to be; each value is looked up once, and not without end."""

    def __init__(self, dictionaries: Dictionaries) -> None:
        self._dictionaries = dictionaries
        self._known: dict[tuple[str, str], list[str]] = defaultdict(list)

    def of(self, one: Field, text: str, values: Mapping[str, Any]) -> list[str]:
        if one.kind is Kind.TERM:
            return [term.label for term in terms_of(one)]
        mark = (one.key, text)
        if mark not in self._known and len(self._known) < MOST_SUGGESTED:
            self._known[mark] = self._search(one, text, values)
        return self._known.get(mark, [])

    def _search(self, one: Field, text: str, values: Mapping[str, Any]) -> list[str]:
        titles = self._dictionaries.titles
        if one.kind is Kind.BODY:
            return self._dictionaries.bodies.suggest(text)
        if one.kind is Kind.SERIES:
            return titles.similar_series(text) or list(titles.series_names())
        if one.kind is Kind.TITLE:
            return titles.similar_titles(values.get("title_series") or "", text)
        return list(one.suggestions)
