"""A row of cells becomes a certificate's values, or every error of it at once.

Checks between cells stand here; how one cell is read stands in cell_reading. A check whose cells are missing or wrong
is left out, so that one slip is told once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from domain import certificate_fields
from domain.access import Place
from domain.campaigns import CampaignScope, outside
from domain.cell_reading import EMPTY, Body, Dictionaries, Reader, Reading, reader
from domain.cells import CellValue
from domain.certificate_fields import BY_KEY, STORED, Field, Kind
from domain.identifiers import IdDocument
from domain.partial_dates import PartialDate
from domain.titles import check_title
from domain.vocabulary import CertificateStatus, ObtainedBy, OfficeKind, Sex, TitleLevel

YOUNGEST = 16
"""Nobody was awarded a title before this age."""
_CACHED_PER_COLUMN = 5_000
_REPEATING = (Kind.TERM, Kind.SERIES, Kind.TITLE, Kind.BODY, Kind.DATE, Kind.TEXT)


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing said of one cell: the field's header and the sentence."""

    key: str
    sentence: str

    @property
    def header(self) -> str:
        return BY_KEY[self.key].header


@dataclass(frozen=True, slots=True)
class Importer:
    """Whose workbook it is: what kind of office, for which series, where in the tree, and what it gathers now."""

    name: str
    kind: OfficeKind
    series: tuple[str, ...]
    place: Place
    campaign: CampaignScope | None = None


@dataclass(slots=True)
class CheckedRow:
    """What a row holds and what is to be said of it. `values` are complete only where `errors` is empty."""

    values: dict[str, Any] = field(default_factory=dict)
    document: IdDocument | None = None
    body: Body | None = None
    errors: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)
    notices: list[Remark] = field(default_factory=list)


class RowChecker:
    """The rules of a certificate row, compiled once for the columns of a workbook and the office that sends it."""

    def __init__(self, columns: Mapping[int, Field], dictionaries: Dictionaries, importer: Importer) -> None:
        self._readers = [
            (
                at,
                one.key,
                _remembering(reader(one, dictionaries)) if one.kind in _REPEATING else reader(one, dictionaries),
            )
            for at, one in columns.items()
            if one.kind is not Kind.SERIAL
        ]
        self._required = [one for one in STORED if one.required]
        self._dictionaries, self._importer = dictionaries, importer

    def check(self, cells: Sequence[CellValue]) -> CheckedRow:
        row = CheckedRow()
        self._read(row, cells)
        row.errors += [*self._missing(row), *between_cells(row.values, row.document, self._dictionaries)]
        row.errors += whose_row(row.values, self._importer)
        _fill_in(row)
        row.warnings += self._whose_certificate(row)
        row.warnings += (Remark(*said) for said in outside(row.values, self._importer.campaign))
        row.errors.sort(key=lambda remark: BY_KEY[remark.key].column)
        return row

    def _read(self, row: CheckedRow, cells: Sequence[CellValue]) -> None:
        for at, key, read in self._readers:
            reading = read(cells[at]) if at < len(cells) else EMPTY
            if reading is EMPTY:
                row.values[key] = None
                continue
            _note(row, key, reading)
        body = row.values.get("awarding_body")
        row.body = self._dictionaries.bodies.find(body) if body else None

    def _missing(self, row: CheckedRow) -> Iterator[Remark]:
        wrong = {remark.key for remark in row.errors}
        for one in self._required:
            if row.values.get(one.key) is None and one.key not in wrong:
                yield Remark(one.key, f"{one.header}没有填，请照证书补上")

    def _whose_certificate(self, row: CheckedRow) -> Iterator[Remark]:
        body = row.body
        if body is not None and not body.place.lies_within(self._importer.place.office_id):
            yield Remark(
                "awarding_body", f"“{body.name}”归“{body.office_name}”管，这一行会记在“{self._importer.name}”名下"
            )


def _note(row: CheckedRow, key: str, reading: Reading) -> None:
    if reading.problem:
        row.errors.append(Remark(key, reading.problem))
        return
    if reading.warning:
        row.warnings.append(Remark(key, reading.warning))
    if reading.notice:
        row.notices.append(Remark(key, reading.notice))
    if isinstance(reading.value, IdDocument):
        row.document = reading.value
        row.values[key] = reading.value.number
    else:
        row.values[key] = reading.value


def _remembering(read: Reader) -> Reader:
    """Judge equal cells of a column once; the memory is bounded, since a hostile workbook repeats nothing."""
    known: dict[tuple[type, CellValue], Reading] = {}

    def remembered(cell: CellValue) -> Reading:
        mark = (type(cell), cell)
        verdict = known.get(mark)
        if verdict is None:
            verdict = read(cell)
            if len(known) < _CACHED_PER_COLUMN:
                known[mark] = verdict
        return verdict

    return remembered


def between_cells(values: Mapping[str, Any], document: IdDocument | None, dictionaries: Dictionaries) -> list[Remark]:
    """Return what does not fit together: sex and ID number, title and level, the two dates, age and date."""
    return [
        *_sex(values.get("sex"), document),
        *_title(values, dictionaries),
        *_dates(values.get("awarded_on"), values.get("issued_on")),
        *_age(values.get("awarded_on"), document.birth if document else None),
    ]


def _sex(sex: Sex | None, document: IdDocument | None) -> Iterator[Remark]:
    if sex is not None and document is not None and document.sex and document.sex != sex.label:
        yield Remark("sex", "性别和身份证号对不上，请核对是哪一个写错了")


def _title(values: Mapping[str, Any], dictionaries: Dictionaries) -> Iterator[Remark]:
    series, level, title = values.get("title_series"), values.get("title_level"), values.get("title")
    if series and level and title:
        problems = check_title(dictionaries.titles, series, level.label, title, values.get("awarded_on"))
        yield from (Remark(key, sentence) for key, sentence in problems)


def _dates(awarded: PartialDate | None, issued: PartialDate | None) -> Iterator[Remark]:
    if awarded and issued and issued.certainly_before(awarded):
        yield Remark("issued_on", "办证时间早于授予时间，请核对")


def _age(awarded: PartialDate | None, birth: date | None) -> Iterator[Remark]:
    if awarded and birth and awarded.certainly_younger_than(birth, YOUNGEST):
        yield Remark("awarded_on", f"授予时本人还不满 {YOUNGEST} 岁，请核对授予时间和身份证号")


def whose_row(values: Mapping[str, Any], importer: Importer) -> Iterator[Remark]:
    """Yield why the row is another office's to import: counties 员级 and 助理级, a series office what it reviewed."""
    series, level, obtained = values.get("title_series"), values.get("title_level"), values.get("obtained_by")
    if importer.kind is OfficeKind.COUNTY and level is TitleLevel.INTERMEDIATE:
        yield Remark("title_level", "县区只归集员级和助理级，中级请交市职改办或市直系列职改办导入")
    if importer.kind is OfficeKind.SERIES:
        if series and series not in importer.series:
            yield Remark("title_series", f"“{importer.name}”只归集{'、'.join(importer.series)}，这一行请交市职改办导入")
        if obtained and obtained is not ObtainedBy.REVIEW:
            yield Remark("obtained_by", f"市直系列只归集评审取得的证书，“{obtained.label}”的请交市职改办导入")


def _fill_in(row: CheckedRow) -> None:
    """Take from the ID number what the sex column leaves open; a certificate without a state is 正常."""
    wrong = {remark.key for remark in row.errors}
    known_sex = row.document.sex if row.document else None
    if row.values.get("sex") is None and known_sex and "sex" not in wrong:
        row.values["sex"] = Sex.labelled(known_sex)
    if row.values.get("cert_status") is None and "cert_status" not in wrong:
        row.values["cert_status"] = CertificateStatus.NORMAL


def differing(record: Mapping[str, Any], values: Mapping[str, Any], keys: Sequence[str]) -> list[str]:
    """Return the keys in which a row differs from the record; an empty cell is no difference."""
    return [key for key in keys if values.get(key) is not None and values[key] != record.get(key)]


def shown(value: Any) -> str:
    """Return a stored value as people read it."""
    if value is None:
        return ""
    if isinstance(value, PartialDate):
        return value.iso
    return getattr(value, "label", None) or str(value)


ANSWERS: Mapping[str, Field] = {one.key: one for one in certificate_fields.PORTAL}


@dataclass(slots=True)
class Answers:
    """What a holder or a reviewer filled in: values by field, and the sentence for each that is wrong."""

    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Remark] = field(default_factory=list)


def read_answers(
    typed: Mapping[str, str], kept: Mapping[str, Any], document: IdDocument | None, dictionaries: Dictionaries
) -> Answers:
    """Read a form of certificate fields. What was left as the record has it (`kept`) is never checked for form."""
    answers = Answers()
    for key, one in ANSWERS.items():
        _answer(answers, one, typed.get(key, ""), kept.get(key), reader(one, dictionaries))
    touched = [key for key in ANSWERS if answers.values.get(key) != kept.get(key)]
    answers.problems += [
        remark
        for remark in between_cells(answers.values, document, dictionaries)
        if not _already_so(remark.key, kept, touched)
    ]
    answers.problems.sort(key=lambda remark: list(ANSWERS).index(remark.key))
    return answers


def _already_so(key: str, kept: Mapping[str, Any], touched: Sequence[str]) -> bool:
    together = {"title": ("title", "title_level", "title_series"), "issued_on": ("issued_on", "awarded_on")}
    return kept.get(key) is not None and not any(one in touched for one in together.get(key, (key,)))


def _answer(answers: Answers, one: Field, typed: str, kept: Any, read: Callable[[CellValue], Reading]) -> None:
    if kept is not None and typed.strip() == shown(kept).strip():
        answers.values[one.key] = kept
        return
    reading = read(typed)
    problem = reading.problem or _too_odd(one, reading)
    if problem:
        answers.problems.append(Remark(one.key, problem))
    answers.values[one.key] = None if problem else reading.value


def _too_odd(one: Field, reading: Reading) -> str:
    """The portal takes certificate numbers of digits only; a workbook's other shapes stay with the record."""
    odd = one.kind is Kind.CERTIFICATE_NUMBER and reading.warning
    return "证书编号最多 15 位，只有数字" if odd else ""
