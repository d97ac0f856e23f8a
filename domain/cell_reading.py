"""How one cell of a column becomes a value: the parser of each kind of field, and what it has to say about the cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol
from unicodedata import category, normalize

from domain import certificate_fields, normalizing
from domain.access import Place
from domain.cells import CellError, CellValue, Formula
from domain.certificate_fields import Field, Kind
from domain.errors import DomainError
from domain.identifiers import ID_DIGITS, certificate_number, holds_id_number, parse_id
from domain.partial_dates import PartialDate, parse_cell
from domain.stored_values import plain_value
from domain.titles import TitleCatalogue, title_level
from domain.vocabulary import ObtainedBy, Term, TitleLevel


class Body(Protocol):
    """An awarding body of the dictionary."""

    @property
    def key(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def place(self) -> Place: ...
    @property
    def office_name(self) -> str: ...


class Bodies(Protocol):
    def find(self, name: str) -> Body | None: ...
    def suggest(self, name: str) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Dictionaries:
    """What the words of a row are held against, as it stands today."""

    titles: TitleCatalogue
    bodies: Bodies
    obtained_by: Mapping[str, ObtainedBy]
    today: date


@dataclass(slots=True)
class Reading:
    """What a cell says: a value, or a problem; a warning to look at; a notice of what was read differently."""

    value: Any = None
    problem: str = ""
    warning: str = ""
    notice: str = ""
    plain: Any = field(init=False, compare=False, repr=False)
    """The value as it is stored."""
    said: bool = field(init=False, compare=False, repr=False)
    """Whether there is anything to tell."""

    def __post_init__(self) -> None:
        value = self.value
        self.plain = value if value is None or value.__class__ is str else plain_value(value)
        self.said = bool(self.problem or self.warning or self.notice)


EMPTY = Reading()
Reader = Callable[[CellValue], Reading]
_LOST_DIGITS = 10**15
_QUOTED = 40
"""So much of a cell is repeated in a sentence about it."""


def reader(field: Field, dictionaries: Dictionaries) -> Reader:
    """Return the parser of a field, with all it needs bound: it is made once and asked for every cell."""
    read = _READERS[field.kind](field, dictionaries)
    may_hold_id_number = field.kind is Kind.ID_NUMBER

    def read_cell(cell: CellValue) -> Reading:
        if cell is None or cell == "":
            return EMPTY
        if cell.__class__ is str and len(cell) >= ID_DIGITS and not may_hold_id_number and holds_id_number(cell):
            return Reading(problem="写着身份证号，请移到“身份证号”一列，这里改成证书上的内容")
        if cell.__class__ is not str and (unreadable := _unreadable(cell)):
            return Reading(problem=unreadable)
        try:
            return read(cell)
        except DomainError as problem:
            return Reading(problem=problem.sentence.removeprefix(field.header))

    return read_cell


def _unreadable(cell: CellValue) -> str:
    if isinstance(cell, CellError):
        return f"单元格里是错误值 {cell.code}，请改成证书上的内容"
    if cell is Formula.WITHOUT_VALUE:
        return "公式没有算出结果，请用 WPS 或 Excel 打开保存一次，或直接填写内容"
    return "单元格里是是/否值，请改成证书上的内容" if isinstance(cell, bool) else ""


def words(cell: CellValue) -> str:
    """Return a cell as the words a person would copy from it."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _changed(written: str, value: str) -> str:
    """A change that the eye sees is told; blanks at the ends and invisible characters are not."""
    return f"“{_quoted(_seen(written))}”读作“{_quoted(value)}”" if _looks_changed(written, value) else ""


def _looks_changed(written: str, value: str) -> bool:
    return written != value and _seen(written) != value


def _seen(written: str) -> str:
    """Return what the eye sees of a text."""
    visible = (sign for sign in written if sign.isspace() or category(sign) not in ("Cc", "Cf"))
    return normalize("NFC", "".join(visible)).strip()


def _quoted(words: str) -> str:
    return words if len(words) <= _QUOTED else f"{words[:_QUOTED]}…"


def _text_reader(field: Field, _: Dictionaries) -> Reader:
    suggestions, longest = frozenset(field.suggestions), field.max_length

    def read(cell: CellValue) -> Reading:
        written = words(cell)
        value = normalizing.text(written)
        if len(value) > longest:
            return Reading(problem=f"最多 {longest} 个字，现在有 {len(value)} 个，请照证书精简")
        unusual = (
            f"“{value}”不在常用说法里，照原样保留，请看一眼"
            if value and suggestions and value not in suggestions
            else ""
        )
        return Reading(value or None, warning=unusual, notice=_changed(written, value))

    return read


def _name_reader(field: Field, _: Dictionaries) -> Reader:
    def read(cell: CellValue) -> Reading:
        if not isinstance(cell, str):
            return Reading(problem="姓名要写成文字，请照身份证填写")
        value = normalizing.person_name(cell)
        if not value:
            return EMPTY
        if not 2 <= len(value) <= field.max_length:
            return Reading(problem=f"姓名要 2 到 {field.max_length} 个字，现在是 {len(value)} 个，请照身份证填写")
        return Reading(value, notice=_changed(cell, value))

    return read


def _id_reader(field: Field, dictionaries: Dictionaries) -> Reader:
    def read(cell: CellValue) -> Reading:
        if isinstance(cell, int | float) and abs(cell) >= _LOST_DIGITS:
            return Reading(
                problem="这一格是数字，末尾几位已经丢失，请把整列设成“文本”再重新填写身份证号（不能由系统猜）"
            )
        if isinstance(cell, date):
            return Reading(problem="这一格是日期，请把单元格设成“文本”再填写身份证号")
        written = words(cell)
        if not written.isalnum() and not normalizing.code(written):
            return EMPTY
        document = parse_id(written, dictionaries.today)
        if document.converted:
            return Reading(document, warning="15 位旧号码，已按规则换算成 18 位，请核对")
        tidied = _looks_changed(written, document.number)
        return Reading(document, notice="号码的写法已统一（半角、大写、没有空格）" if tidied else "")

    return read


def _certificate_number_reader(field: Field, _: Dictionaries) -> Reader:
    def read(cell: CellValue) -> Reading:
        if isinstance(cell, date):
            return Reading(problem="这一格是日期，请把单元格设成“文本”再填写证书编号")
        written = words(cell)
        number = certificate_number(written)
        if number is None:
            return EMPTY
        if len(number.value) > field.max_length:
            return Reading(problem=f"证书编号最多 {field.max_length} 个字，请照证书填写")
        if not isinstance(cell, str):
            return Reading(number.value, warning="这一格是数字，前面的 0 可能丢了，请对照证书")
        unusual = "" if number.usual else "证书编号一般是不超过 15 位的数字，照原样保留，请看一眼"
        return Reading(number.value, warning=unusual, notice=_changed(written, number.value))

    return read


def _date_reader(field: Field, dictionaries: Dictionaries) -> Reader:
    def read(cell: CellValue) -> Reading:
        if isinstance(cell, str) and not normalizing.code(cell):
            return EMPTY
        value: PartialDate = parse_cell(cell)
        if value.certainly_after(dictionaries.today):
            return Reading(problem=f"{field.header}写成了将来的日期，请照证书改")
        return Reading(value)

    return read


def _term_reader(field: Field, dictionaries: Dictionaries) -> Reader:
    meanings: dict[str, Term] = {term.label: term for term in certificate_fields.terms_of(field)}
    if field.terms is ObtainedBy:
        meanings = {**dictionaries.obtained_by, **meanings}
    wanted = "、".join(term.label for term in certificate_fields.terms_of(field))

    def read(cell: CellValue) -> Reading:
        written = normalizing.text(words(cell))
        if not written:
            return EMPTY
        if field.terms is TitleLevel:
            written = title_level(written)
        term = meanings.get(written)
        if term is None:
            return Reading(problem=f"没有“{_quoted(written)}”这种写法，请从{wanted}里选一个")
        return Reading(term, notice=_changed(normalizing.text(words(cell)), term.label))

    return read


def _series_reader(field: Field, dictionaries: Dictionaries) -> Reader:
    def read(cell: CellValue) -> Reading:
        written = normalizing.text(words(cell))
        if not written:
            return EMPTY
        series = dictionaries.titles.series(written)
        if series is None:
            near = dictionaries.titles.similar_series(written)
            hint = f"是不是“{'”或“'.join(near)}”" if near else "请照《职称系列一览表》填写"
            return Reading(problem=f"没有“{_quoted(written)}”这个职称系列，{hint}")
        return Reading(series, notice=_changed(written, series))

    return read


def _body_reader(field: Field, dictionaries: Dictionaries) -> Reader:
    plain = _text_reader(field, dictionaries)

    def read(cell: CellValue) -> Reading:
        reading = plain(cell)
        if reading.value is None or dictionaries.bodies.find(reading.value):
            return reading
        near = dictionaries.bodies.suggest(reading.value)
        hint = f"，是不是“{'”或“'.join(near)}”" if near else ""
        return Reading(
            reading.value, warning=f"授予单位里没有“{reading.value}”{hint}；照原样保留", notice=reading.notice
        )

    return read


_READERS: dict[Kind, Callable[[Field, Dictionaries], Reader]] = {
    Kind.TEXT: _text_reader,
    Kind.TITLE: _text_reader,
    Kind.NAME: _name_reader,
    Kind.ID_NUMBER: _id_reader,
    Kind.CERTIFICATE_NUMBER: _certificate_number_reader,
    Kind.DATE: _date_reader,
    Kind.TERM: _term_reader,
    Kind.SERIES: _series_reader,
    Kind.BODY: _body_reader,
}
