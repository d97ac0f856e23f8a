"""What becomes of a row: new, the same, in conflict, likely a duplicate, repeated; and whose certificate it is."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from domain.cells import CellError
from domain.certificate_fields import FIELDS
from domain.vocabulary import CertificateStatus, Outcome
from importing import examining
from operations import imports
from tests.batches import (
    CITY,
    COUNTY,
    OTHER_BODY,
    checked,
    commit,
    judged,
    like_the_record,
    outcomes,
    recorded,
    records,
    remarks,
)
from tests.engines import PLAIN_SQL
from tests.factories import certificate, office
from tests.workbooks import BODY, good_row, person, workbook


def test_a_row_that_repeats_an_earlier_one_names_it(app: Flask) -> None:
    book = workbook().sheet("2008年").row(cert_no="0812").row().row(cert_no="0812").sheet("2009年").row(cert_no="0812")

    rows = judged(book)

    assert [row.outcome.label for row in rows] == ["新增", "新增", "工作簿内重复", "工作簿内重复"]
    assert remarks(rows[2])[0][0] == "cert_no"
    assert "第 2 行" in remarks(rows[2])[0][1]
    assert "工作表“2008年”第 2 行" in remarks(rows[3])[0][1]


def test_only_rows_that_go_in_are_repeated(app: Flask) -> None:
    assert outcomes(workbook().row(cert_no="0812", name="").row(cert_no="0812")) == ["错误", "新增"]


def test_repeats_are_found_across_groups_of_rows(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examining, "ROWS_AT_ONCE", 2)
    someone = person()
    book = (
        workbook().row(cert_no="1", id_number=someone).row().row().row(cert_no="1").row(cert_no="2", id_number=someone)
    )

    assert outcomes(book) == ["新增", "新增", "新增", "工作簿内重复", "疑似重复"]


def test_the_same_number_from_another_body_is_another_certificate(app: Flask) -> None:
    certificate(cert_no="0812")

    assert outcomes(workbook().row(cert_no="0812", awarding_body=OTHER_BODY)) == ["新增"]


def test_leading_zeros_tell_certificates_apart(app: Flask) -> None:
    certificate(cert_no="0833232")

    assert outcomes(workbook().row(cert_no="833232")) == ["新增"]


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ({}, "疑似重复"),
        ({"awarded_on": "2008-09"}, "疑似重复"),
        ({"obtained_by": "遗失补办"}, "新增"),
        ({"awarded_on": "2008-09-28"}, "新增"),
        ({"title_level": "员级", "title": "技术员"}, "新增"),
        ({"id_number": person(7)}, "新增"),
    ],
    ids=["the same", "known to the month", "replacement", "another day", "another title", "another person"],
)
def test_another_number_for_the_same_award_is_likely_a_duplicate(
    app: Flask, second: dict[str, str], expected: str, tmp_path: Path
) -> None:
    first = good_row(id_number=person(8))
    again = {**good_row(id_number=person(8)), **second}
    in_one_book = judged(workbook().row(**first).row(**again))

    commit(checked(workbook().row(**first), tmp_path))
    against_record = judged(workbook().row(**again))

    assert [row.outcome.label for row in (in_one_book[-1], against_record[0])] == [expected, expected]
    assert [row.warned for row in (in_one_book[-1], against_record[0])] == [expected == "疑似重复"] * 2
    if expected == "疑似重复":
        assert [remarks(row, "warnings")[-1][0] for row in (in_one_book[-1], against_record[0])] == ["cert_no"] * 2


@PLAIN_SQL
@pytest.mark.parametrize(
    ("said", "differs"),
    [
        ({}, None),
        ({"issued_on": None, "cert_status": None}, None),
        ({"awarding_body": "灵山县职改办"}, None),
        ({"obtained_by": "认定", "title_series": "工程"}, None),
        ({"specialty": "水利水电工程 "}, None),
        ({"specialty": "机电工程"}, "specialty"),
        ({"awarded_on": "2009-12"}, "awarded_on"),
        ({"id_number": person(7)}, "id_number"),
        ({"cert_status": "作废"}, "cert_status"),
        ({"employer_name": "灵山县水利局"}, None),
        ({"employer_name": "灵山县林业局"}, "employer_name"),
    ],
)
def test_a_row_is_held_against_its_record_after_normalising(
    app: Flask, said: dict[str, Any], differs: str | None
) -> None:
    recorded()

    row = judged(workbook().row(**like_the_record(**said)))[0]

    assert row.outcome is (Outcome.CONFLICT if differs else Outcome.SAME)
    assert [key for key, *_ in row.content.get("conflict", [])] == ([differs] if differs else [])
    assert [key for key, _ in remarks(row)] == ([differs] if differs else [])


def test_an_old_id_number_is_the_same_person(app: Flask) -> None:
    recorded()
    number = person(5)
    old = number[:6] + number[8:17]

    assert outcomes(workbook().row(**like_the_record(id_number=old))) == ["相同"]


def test_the_sex_that_an_id_number_tells_is_no_difference(app: Flask) -> None:
    recorded(sex=None)

    assert outcomes(workbook().row(**like_the_record())) == ["相同"]


def test_columns_that_the_workbook_lacks_are_not_compared(app: Flask) -> None:
    recorded(cert_status=CertificateStatus.VOID, employer_name="灵山县林业局")
    keys = [field.key for field in FIELDS if field.required]

    assert outcomes(workbook().columns(*keys).row(**like_the_record())) == ["相同"]


def test_a_void_that_is_not_decided_yet_counts_as_normal(app: Flask) -> None:
    recorded(cert_status=CertificateStatus.VOID_PENDING)

    assert outcomes(workbook().row(**like_the_record())) == ["相同"]


def test_a_conflict_shows_no_id_number_whole(app: Flask) -> None:
    recorded()

    row = judged(workbook().row(**like_the_record(id_number=person(6))))[0]

    told = repr((row.content["conflict"], row.content["errors"]))
    assert person(5) not in told
    assert person(6) not in told


def test_the_record_of_an_office_elsewhere_is_not_shown(app: Flask) -> None:
    certificate(
        office_name="浦北县职改办", cert_no="0812", awarding_body=OTHER_BODY, name="不该看到", employer_name="也不该"
    )

    row = judged(workbook().row(cert_no="0812", awarding_body=OTHER_BODY, employer_name="灵山县水利局"))[0]

    assert row.outcome is Outcome.CONFLICT
    assert "不该" not in repr({name: told for name, told in row.content.items() if name != "values"})


def test_an_id_number_in_the_wrong_column_is_an_error_that_does_not_repeat_it(app: Flask) -> None:
    row = judged(workbook().row(personal_status=person(3)))[0]

    assert [one[0] for one in remarks(row)] == ["personal_status"]
    assert person(3) not in repr(remarks(row))


def test_a_certificate_belongs_to_the_office_behind_its_body(app: Flask, tmp_path: Path) -> None:
    book = workbook().row(awarding_body=BODY).row(awarding_body=OTHER_BODY).row(awarding_body="邮电部人事司")

    commit(checked(book, tmp_path, CITY, "qz.staff"), by="qz.staff")

    assert [record.office.name for record in records()] == [COUNTY, "浦北县职改办", CITY]
    assert [record.batch_row for record in records()] == [2, 3, 4]
    assert {(record.city_office_id, record.batch_sheet) for record in records()} == {(office(CITY).id, "明细表")}


def test_a_certificate_of_an_office_elsewhere_stays_with_the_importer_with_a_warning(
    app: Flask, tmp_path: Path
) -> None:
    batch = checked(workbook().row(awarding_body=OTHER_BODY), tmp_path)
    warned = imports.page_of_rows(batch.id, warned=True)[0].content["warnings"]

    commit(batch)

    assert records()[0].office.name == COUNTY
    assert "浦北县职改办" in warned[0][1]


def test_cells_are_kept_as_they_were_typed(app: Flask) -> None:
    book = workbook().row(
        name="", cert_no=337991, awarded_on=datetime.fromisoformat("2008-09-27T08:30"), issued_on=CellError("#N/A")
    )

    row = judged(book)[0]

    assert row.content["cells"][1] == 337991
    assert row.content["cells"][14:16] == ["2008-09-27T08:30:00", "#N/A"]
