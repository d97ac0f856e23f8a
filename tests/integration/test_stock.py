"""空白证书 in stock: which numbers are blanks, and that no old certificate comes in under one."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from domain.errors import FieldProblem
from domain.vocabulary import Outcome
from extensions import writing
from operations import stock
from tests.batches import checked, commit, counted, judged, records, remarks
from tests.factories import office, staff
from tests.workbooks import workbook


def receive(first: str, last: str, office_name: str = "钦州市职改办") -> None:
    actor, home = staff("qz.staff"), office(office_name).id
    with writing():
        stock.receive(actor, home, first, last)


def test_a_number_is_a_blank_within_its_range_at_its_length_and_nowhere_else(app: Flask) -> None:
    receive("0812000", "0812999")
    receive("0900001", "0900001")
    numbers = [
        "0811999",
        "0812000",
        "0812500",
        "0812999",
        "0813000",
        "0900001",
        "0900002",
        "812500",
        "00812500",
        "桂0812",
    ]

    blanks = stock.Blanks(numbers)

    assert [number for number in numbers if blanks.holds(number)] == ["0812000", "0812500", "0812999", "0900001"]


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("0812999", "0812000", "起止编号的位数要一样"),
        ("812000", "0812999", "起止编号的位数要一样"),
        ("桂字1", "桂字9", "最多 15 位的数字"),
        ("0812900", "0813100", "已经在库里"),
    ],
)
def test_a_range_that_makes_no_sense_or_is_there_already_is_refused(
    app: Flask, first: str, last: str, said: str
) -> None:
    receive("0812000", "0812999")

    with pytest.raises(FieldProblem, match=said):
        receive(first, last)


def test_a_row_with_a_blanks_number_is_refused_and_names_the_other_entrance(app: Flask) -> None:
    receive("0812000", "0812999")

    blank, other = judged(workbook().row(cert_no="0812005").row(cert_no="0813005"))

    assert (blank.outcome, other.outcome) == (Outcome.IN_STOCK, Outcome.NEW)
    assert [(key, "划拨、发证—导入" in sentence) for key, sentence in remarks(blank)] == [("cert_no", True)]


def test_a_number_that_becomes_a_blank_before_the_batch_goes_in_stays_out(app: Flask, tmp_path: Path) -> None:
    batch = checked(workbook().row(cert_no="0812005").row(cert_no="0813005"), tmp_path)
    receive("0812000", "0812999")

    batch = commit(batch)

    assert counted(batch) == {"新增": 1, "库存证书": 1}
    assert [record.cert_no for record in records()] == ["0813005"]
