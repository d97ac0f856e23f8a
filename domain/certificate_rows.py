"""A row of cells becomes a certificate's values, or every error of it at once.

Checks between cells stand here; how one cell is read stands in cell_reading. A check whose cells are missing or wrong
is left out, so that one slip is told once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import zip_longest
from typing import Any

from domain import certificate_fields
from domain.access import Place
from domain.campaigns import CampaignScope, outside
from domain.cell_reading import EMPTY, Body, Dictionaries, Reader, Reading, reader
from domain.cells import CellValue
from domain.certificate_fields import BY_KEY, STORED, Field, Kind
from domain.identifiers import IdDocument
from domain.partial_dates import PartialDate
from domain.stored_values import plain_value
from domain.titles import check_title
from domain.vocabulary import CertificateStatus, ObtainedBy, OfficeKind, Sex, TitleLevel

LONGEST_TYPED_NUMBER = 30
TOO_LONG_NUMBER = f"证书编号太长了，请照证书填写（最多 {LONGEST_TYPED_NUMBER} 个字）"
ASK_NUMBER = "证书上确实是这样写的吗？一般是最多 15 位的数字。是的，请勾选“证书上确实是这样写的”；不是的，请改正"
YOUNGEST = 16
"""Nobody was awarded a title before this age."""
_CACHED_PER_COLUMN = 10_000
KEYS = tuple(one.key for one in STORED)
_POSITION = {key: at for at, key in enumerate(KEYS)}
_ID_NUMBER = _POSITION["id_number"]
_REQUIRED = tuple(one.required for one in STORED)
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

    def home_of(self, body: Body | None) -> Place:
        """Return whose a certificate of this body is: its office's where that lies in the subtree, else the importer's."""
        return body.place if body is not None and body.place.lies_within(self.place.office_id) else self.place


@dataclass(slots=True)
class CheckedRow:
    """What a row holds and what is to be said of it. `values` are complete only where `errors` is empty.

    `plain` are the same values as they are stored, in the order of `KEYS`.
    """

    values: dict[str, Any]
    plain: list[Any]
    document: IdDocument | None = None
    body: Body | None = None
    errors: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)
    notices: list[Remark] = field(default_factory=list)


class RowChecker:
    """The rules of a certificate row, compiled once for the columns of a workbook and the office that sends it."""

    def __init__(self, columns: Mapping[int, Field], dictionaries: Dictionaries, importer: Importer) -> None:
        readers = {one.key: (at, _compiled(one, dictionaries)) for at, one in columns.items() if one.key in _POSITION}
        self._readers = [readers.get(key) for key in KEYS]
        self._dictionaries, self._importer = dictionaries, importer

    def check(self, cells: Sequence[CellValue]) -> CheckedRow:
        return self.check_all([cells])[0]

    def check_all(self, rows: Sequence[Sequence[CellValue]]) -> list[CheckedRow]:
        """Check many rows: column by column what stands in a cell, then row by row what stands between them."""
        cells = list(zip_longest(*rows)) if rows else []
        columns = [self._readings(reader, cells, len(rows)) for reader in self._readers]
        suspects = _suspects(columns)
        return [self._checked(row, at in suspects) for at, row in enumerate(zip(*columns, strict=True))]

    @staticmethod
    def _readings(
        reader: tuple[int, ColumnReader] | None, cells: Sequence[Sequence[CellValue]], rows: int
    ) -> list[Reading]:
        if reader is None or reader[0] >= len(cells):
            return [EMPTY] * rows
        return reader[1](cells[reader[0]])

    def _checked(self, readings: Sequence[Reading], suspect: bool) -> CheckedRow:
        document = readings[_ID_NUMBER].value
        row = CheckedRow(
            dict(zip(KEYS, [one.value for one in readings], strict=True)), [one.plain for one in readings], document
        )
        if document is not None:
            row.values["id_number"] = document.number
        if suspect:
            _note_all(row, readings)
        row.errors += between_cells(row.values, document, self._dictionaries)
        row.errors += whose_row(row.values, self._importer)
        _fill_in(row)
        self._find_body(row)
        if self._importer.campaign is not None:
            row.warnings += [Remark(*said) for said in outside(row.values, self._importer.campaign)]
        if len(row.errors) > 1:
            row.errors.sort(key=lambda remark: BY_KEY[remark.key].column)
        return row

    def _find_body(self, row: CheckedRow) -> None:
        """Find the body of the dictionary, and say so where the certificate is not its office's."""
        body = row.body = self._dictionaries.bodies.find(row.values["awarding_body"] or "")
        if body is not None and self._importer.home_of(body) is not body.place:
            sentence = f"“{body.name}”归“{body.office_name}”管，这一行会记在“{self._importer.name}”名下"
            row.warnings.append(Remark("awarding_body", sentence))


ColumnReader = Callable[[Sequence[CellValue]], list[Reading]]


def _compiled(one: Field, dictionaries: Dictionaries) -> ColumnReader:
    read = reader(one, dictionaries)
    if one.kind not in _REPEATING:
        return lambda cells: [read(cell) for cell in cells]
    known = _Verdicts(read)
    return lambda cells: [known[cell] for cell in cells]


class _Verdicts(dict[CellValue, Reading]):
    """Judges equal cells of a column once; the memory is bounded, since a hostile workbook repeats nothing."""

    def __init__(self, read: Reader) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, cell: CellValue) -> Reading:
        verdict = self._read(cell)
        if len(self) < _CACHED_PER_COLUMN and cell not in (0, 1):  # a yes or no equals them and says something else
            self[cell] = verdict
        return verdict


def _suspects(columns: Sequence[Sequence[Reading]]) -> set[int]:
    """Return the rows of which something is to be said already, or that lack a required value."""
    suspects: set[int] = set()
    for required, column in zip(_REQUIRED, columns, strict=True):
        suspects.update(at for at, reading in enumerate(column) if reading.said or (required and reading.value is None))
    return suspects


def _note_all(row: CheckedRow, readings: Sequence[Reading]) -> None:
    for key, required, reading in zip(KEYS, _REQUIRED, readings, strict=True):
        if reading.problem:
            row.errors.append(Remark(key, reading.problem))
        elif required and reading.value is None:
            row.errors.append(Remark(key, f"{BY_KEY[key].header}没有填，请照证书补上"))
        if reading.warning:
            row.warnings.append(Remark(key, reading.warning))
        if reading.notice:
            row.notices.append(Remark(key, reading.notice))


def between_cells(values: Mapping[str, Any], document: IdDocument | None, dictionaries: Dictionaries) -> list[Remark]:
    """Return what does not fit together: sex and ID number, title and level, the two dates, age and date."""
    return [
        *_sex(values.get("sex"), document),
        *_title(values, dictionaries),
        *_dates(values.get("awarded_on"), values.get("issued_on")),
        *_age(values.get("awarded_on"), document.birth if document else None),
    ]


def _sex(sex: Sex | None, document: IdDocument | None) -> Iterable[Remark]:
    if sex is not None and document is not None and document.sex and document.sex != sex.label:
        return (Remark("sex", "性别和身份证号对不上，请核对是哪一个写错了"),)
    return ()


def _title(values: Mapping[str, Any], dictionaries: Dictionaries) -> Iterable[Remark]:
    series, level, title = values.get("title_series"), values.get("title_level"), values.get("title")
    if not (series and level and title):
        return ()
    problems = check_title(dictionaries.titles, series, level.label, title, values.get("awarded_on"))
    return [Remark(key, sentence) for key, sentence in problems] if problems else ()


def _dates(awarded: PartialDate | None, issued: PartialDate | None) -> Iterable[Remark]:
    if awarded and issued and issued.certainly_before(awarded):
        return (Remark("issued_on", "办证时间早于授予时间，请核对"),)
    return ()


def _age(awarded: PartialDate | None, birth: date | None) -> Iterable[Remark]:
    if awarded and birth and awarded.certainly_younger_than(birth, YOUNGEST):
        return (Remark("awarded_on", f"授予时本人还不满 {YOUNGEST} 岁，请核对授予时间和身份证号"),)
    return ()


def whose_row(values: Mapping[str, Any], importer: Importer) -> Iterable[Remark]:
    """Return why the row is another office's to import: counties 员级 and 助理级, a series office what it reviewed."""
    return () if importer.kind in (OfficeKind.REGION, OfficeKind.CITY) else _not_theirs(values, importer)


def _not_theirs(values: Mapping[str, Any], importer: Importer) -> Iterator[Remark]:
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
    known_sex = row.document.sex if row.document else None
    if row.values["sex"] is None and known_sex and not _is_wrong(row, "sex"):
        _put(row, "sex", Sex.labelled(known_sex))
    if row.values["cert_status"] is None and not _is_wrong(row, "cert_status"):
        _put(row, "cert_status", CertificateStatus.NORMAL)


def _is_wrong(row: CheckedRow, key: str) -> bool:
    return any(remark.key == key for remark in row.errors)


def _put(row: CheckedRow, key: str, value: Any) -> None:
    row.values[key], row.plain[_POSITION[key]] = value, plain_value(value)


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
    typed: Mapping[str, str], kept: Mapping[str, Any], document: IdDocument | None, dictionaries: Dictionaries,
    *, sure_of_number: bool = False,
) -> Answers:  # fmt: skip
    """Read a form of certificate fields. What was left as the record has it (`kept`) is never checked for form.

    `sure_of_number`: whether the question about a number of unusual form was answered with yes.
    """
    answers = Answers()
    for key, one in ANSWERS.items():
        _answer(answers, one, typed.get(key, ""), kept.get(key), reader(one, dictionaries), sure_of_number)
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


def _answer(
    answers: Answers, one: Field, typed: str, kept: Any, read: Callable[[CellValue], Reading], sure: bool
) -> None:
    if kept is not None and typed.strip() == shown(kept).strip():
        answers.values[one.key] = kept
        return
    reading = read(typed)
    problem = reading.problem or (_too_odd(reading, sure) if one.kind is Kind.CERTIFICATE_NUMBER else "")
    if problem:
        answers.problems.append(Remark(one.key, problem))
    answers.values[one.key] = None if problem else reading.value


def _too_odd(reading: Reading, sure: bool) -> str:
    """What speaks against a number typed in a form: it is too long, or of a form that nobody has confirmed yet."""
    if reading.value and len(reading.value) > LONGEST_TYPED_NUMBER:
        return TOO_LONG_NUMBER
    return ASK_NUMBER if reading.warning and not sure else ""
