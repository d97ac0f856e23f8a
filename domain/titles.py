"""Title series, levels and titles: how the words people write are recognised, and which titles exist where.

The catalogue is built from rows, so that the office's own dictionary and the shipped table are read alike.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

from domain.errors import FieldProblem
from domain.normalizing import text
from domain.partial_dates import PartialDate
from domain.vocabulary import TitleLevel

IMPORTABLE_LEVELS = tuple(level.label for level in TitleLevel)
"""The levels of this register; the table knows higher ones too, in order to name them."""

_IMPORTABLE_WORDS = "、".join(IMPORTABLE_LEVELS)

LEVEL_ALIASES = {
    "师级": "助理级",
    "士级": "员级",
    "初级(助理级)": "助理级",
    "初级(师级)": "助理级",
    "初级(师)": "助理级",
    "初级(员级)": "员级",
    "初级(士级)": "员级",
    "初级(士)": "员级",
}
_HIGHER_LEVELS = ("高级", "副高", "副高级", "正高", "正高级")

SERIES_ALIASES = {
    "工程系列": ("工程",),
    "卫生系列": ("卫生", "医疗卫生", "医药卫生", "医疗"),
    "会计系列": ("会计", "财会"),
    "农业系列": ("农业",),
    "高校教师系列": ("高校教师", "高等院校教师", "大学教师"),
    "社会科学研究系列": ("社会科学", "哲学社会科学", "社科研究"),
    "自然科学研究系列": ("自然科学",),
    "图书资料系列": ("图书", "图书馆"),
    "文物博物系列": ("文物", "文博"),
    "工艺美术系列": ("工艺美术",),
    "技工院校教师系列": ("技工学校教师", "技校教师"),
    "体育系列": ("体育教练", "教练员"),
    "播音主持系列": ("播音",),
    "中等专业学校教师系列": (
        "中专教师", "中专学校教师", "中等专业学校教师", "中职教师", "中等职业教师", "职业学校教师",
    ),
    "中小学教师系列": (
        "中学教师", "小学教师", "幼儿园教师", "幼儿教师", "中小学", "中小学幼儿园教师", "中小学(幼儿园)教师",
    ),
    "律师公证系列": ("律师", "公证", "公证员", "法律", "公共法律", "司法鉴定"),
    "船舶技术人员系列": ("船舶",),
    "民航飞行技术人员系列": ("民航", "民航飞行", "民用航空", "飞行"),
    "群众文化系列": ("群文",),
    "政工系列": ("思想政治", "思想政治工作"),
    "党校教师系列": ("党校",),
}  # fmt: skip
"""What offices write for a series besides its own two names, without the endings that `_stem` takes off."""

_REFORM = PartialDate(2016, 1)
"""From here on 一级教师 without 中学 or 小学 is a title of its own."""
_BARE_TEACHERS = {
    "中小学教师系列": ("高级教师", "一级教师", "二级教师"),
}
_SCHOOLS = ("中学", "小学")

_endings = re.compile(r"(?<=.)(?:系列|人员|专业|技术)$")
_BRACKETS = str.maketrans("（）", "()")
_remarks = re.compile(r"\(非[^)]{0,40}\)")
_blanks = re.compile(r"\s+")
_LONGEST_TITLE = 20
_LONGEST_SERIES = 40


@dataclass(frozen=True, slots=True)
class TitleRow:
    """One line of the table: `guangxi_series` is the name used here, `series` the national one."""

    series: str
    level: str
    title: str
    track: str
    era: str
    guangxi_series: str


def load_titles(path: Path) -> list[TitleRow]:
    """Read the shipped table."""
    names = TitleRow.__slots__
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return [TitleRow(**{name: row[name] for name in names}) for row in csv.DictReader(lines)]


class TitleCatalogue:
    """Every title by series and level, and every name by which a series is known."""

    def __init__(self, rows: Iterable[TitleRow]) -> None:
        self._titles: dict[tuple[str, str], dict[str, None]] = {}
        self._levels: dict[str, dict[str, list[str]]] = {}
        self._series: dict[str, str] = {}
        for row in rows:
            self._add(row)
        self._add_aliases()

    def _add(self, row: TitleRow) -> None:
        name = row.guangxi_series
        self._titles.setdefault((name, row.level), {})[row.title] = None
        levels = self._levels.setdefault(name, {}).setdefault(row.title, [])
        if row.level not in levels:
            levels.append(row.level)
        self._series.setdefault(_stem(row.series), name)

    def _add_aliases(self) -> None:
        for name in self._levels:
            for alias in (name, *SERIES_ALIASES.get(name, ())):
                self._series.setdefault(_stem(alias), name)

    def series(self, written: str) -> str | None:
        """Return the series' own name for whatever it was called, or None."""
        if written in self._levels:
            return written
        return self._series.get(_stem(written))

    def series_names(self) -> tuple[str, ...]:
        return tuple(self._levels)

    def titles(self, series: str, level: str) -> tuple[str, ...]:
        return tuple(self._titles.get((series, level), ()))

    def levels_of(self, series: str, title: str) -> tuple[str, ...]:
        return tuple(self._levels.get(series, {}).get(title, ()))

    def exists(self, series: str, level: str, title: str) -> bool:
        return title in self._titles.get((series, level), ())

    def series_with(self, title: str) -> tuple[str, ...]:
        """Name the series that have this title; 馆员 is in five."""
        return tuple(name for name, titles in self._levels.items() if title in titles)

    def similar_titles(self, series: str, title: str) -> list[str]:
        """Suggest up to three importable titles of the series, the nearest first."""
        known = [near for level in IMPORTABLE_LEVELS for near in self.titles(series, level)]
        return list(_nearest(title, tuple(known)))

    def similar_series(self, written: str) -> list[str]:
        near = _nearest(_stem(written), tuple(self._series))
        return list(dict.fromkeys(self._series[stem] for stem in near))


def title_level(written: str) -> str:
    """Return the level people mean, or raise a FieldProblem that names the three there are."""
    if written in IMPORTABLE_LEVELS:
        return written
    word = _plain(written)
    word = LEVEL_ALIASES.get(word, word)
    if word not in IMPORTABLE_LEVELS:
        raise FieldProblem("title_level", _why_no_level(word))
    return word


def check_title(
    catalogue: TitleCatalogue, series: str, level: str, title: str, awarded: PartialDate | None
) -> list[tuple[str, str]]:
    """Name what does not fit together, as (field, sentence). Whatever needs an unreadable value is left out."""
    if catalogue.exists(series, level, title) and level in IMPORTABLE_LEVELS:
        return []
    problems = []
    known_series = catalogue.series(series)
    if series and known_series is None:
        problems.append(("title_series", _why_no_series(catalogue, series)))
    known_level = _level_or_none(level)
    if level and known_level is None:
        problems.append(("title_level", _why_no_level(text(level))))
    if title and known_series is not None:
        sentence = _why_no_title(catalogue, known_series, known_level, text(title), awarded)
        problems += [("title", sentence)] if sentence else []
    return problems


def _plain(word: str) -> str:
    return _blanks.sub("", text(word)).translate(_BRACKETS)


@lru_cache(maxsize=1024)
def _stem(name: str) -> str:
    """Cut a series' name to what tells it apart: 工程技术人员, 工程系列 and 工程 are one."""
    if len(name) > _LONGEST_SERIES:
        return name[:_LONGEST_SERIES]
    stem = _remarks.sub("", _plain(name))
    while (shorter := _endings.sub("", stem)) != stem:
        stem = shorter
    return stem


@lru_cache(maxsize=1024)
def _nearest(word: str, candidates: tuple[str, ...]) -> tuple[str, ...]:
    """Return up to three candidates that look like the word; only those that share its signs are compared."""
    if len(word) > _LONGEST_TITLE:
        return ()
    signs = set(word)
    sharing = sorted(candidates, key=lambda near: -len(signs.intersection(near)))[:8]
    return tuple(get_close_matches(word, sharing, n=3, cutoff=0.5))


def _level_or_none(level: str) -> str | None:
    try:
        return title_level(level)
    except FieldProblem:
        return None


def _why_no_level(word: str) -> str:
    if word == "初级":
        return "初级分为员级和助理级，请照资格名称写明是哪一级"
    if word in _HIGHER_LEVELS:
        return f"这里只收{_IMPORTABLE_WORDS}的证书，{word}的不在这里办理"
    return f"职称级别只有{_IMPORTABLE_WORDS}，请照证书填写"


def _why_no_series(catalogue: TitleCatalogue, series: str) -> str:
    if near := catalogue.similar_series(series):
        return f"没有“{_shown(series)}”这个职称系列，是不是{_either(near)}"
    return f"没有“{_shown(series)}”这个职称系列，请照证书从列表里选"


def _why_no_title(
    catalogue: TitleCatalogue, series: str, level: str | None, title: str, awarded: PartialDate | None
) -> str | None:
    levels = catalogue.levels_of(series, title)
    if not levels:
        return _why_unknown_title(catalogue, series, title)
    if level is None or level in levels:
        return None
    if _asks_for_school(series, title, awarded):
        return _which_school(catalogue, series, title)
    found = "或".join(levels)
    if not set(levels) & set(IMPORTABLE_LEVELS):
        return f"{series}里“{title}”是{found}，这里只收{_IMPORTABLE_WORDS}，请核对资格名称"
    return f"{series}里“{title}”是{found}，请核对职称级别或资格名称"


def _asks_for_school(series: str, title: str, awarded: PartialDate | None) -> bool:
    if title not in _BARE_TEACHERS.get(series, ()):
        return False
    return awarded is None or awarded.certainly_before(_REFORM)


def _which_school(catalogue: TitleCatalogue, series: str, title: str) -> str:
    levels = {school + title: catalogue.levels_of(series, school + title) for school in _SCHOOLS}
    known = [f"“{full}”是{'或'.join(found)}" for full, found in levels.items() if found]
    return f"“{title}”要写明是中学还是小学{'：' if known else ''}{'，'.join(known)}"


def _why_unknown_title(catalogue: TitleCatalogue, series: str, title: str) -> str:
    if others := catalogue.series_with(title):
        return f"“{_shown(title)}”不在{series}里，在{'、'.join(others[:3])}里，请核对职称系列或资格名称"
    if near := catalogue.similar_titles(series, title):
        return f"{series}里没有“{_shown(title)}”，是不是{_either(near)}"
    return f"{series}里没有“{_shown(title)}”，请照证书填写资格名称"


def _either(words: list[str]) -> str:
    return "或".join(f"“{word}”" for word in words)


def _shown(word: str) -> str:
    return word if len(word) <= _LONGEST_TITLE else f"{word[:_LONGEST_TITLE]}…"
