"""Numbers on record held against numbers typed from the paper, written out by hand; and what a card shows."""

from __future__ import annotations

import pytest

from domain.offers import same_number, shown_keys
from domain.vocabulary import RecordShown

# On record, typed, and whether they are one number.
EQUAL = [
    ("0833232", "0833232"),
    ("0833232", " 0833232 "),
    ("0833232", "０８３３２３２"),
    ("0833232", "083 3232"),
    ("0833232", "证书编号：0833232"),
    ("0833232", "证书编号:0833232"),
    ("0833232", "编号 0833232"),
    ("0833232", "证书号０８３３２３２"),
    ("0833232", "'0833232"),
    ("0833232", "083\u200b3232"),
    ("桂中级字第0812号", "桂中级字第0812号"),
    ("桂中级字第0812号", "桂中级字第 0812 号"),
    ("桂中级字第0812号", "桂中级字第０８１２号"),
    ("桂中级字第0812号", "编号：桂中级字第0812号"),
    ("桂中级字第 0812 号", "桂中级字第0812号"),
    ("桂初级字第（2009）12号", "桂初级字第(2009)12号"),
    ("gx-0812a", "GX-0812A"),
    ("GX-0812A", "\uff47\uff58\uff0d\uff10\uff18\uff11\uff12\uff41"),
    ("编号0812", "0812"),
    ("1234567890123456", "1234567890123456"),
]
DIFFERENT = [
    ("0833232", "833232"),
    ("0833232", "0833233"),
    ("0833232", "08332320"),
    ("0833232", "08-33232"),
    ("桂中级字第0812号", "0812"),
    ("桂中级字第0812号", "桂中级字第812号"),
    ("桂中级字第0812号", "桂初级字第0812号"),
    ("0833232", ""),
    ("0833232", "无"),
    ("", ""),
    ("无", "无"),
    ("000", "000"),
]


@pytest.mark.parametrize(("on_record", "typed"), EQUAL)
def test_a_number_is_one_however_it_is_typed_from_the_paper(on_record: str, typed: str) -> None:
    assert same_number(on_record, typed)


@pytest.mark.parametrize(("on_record", "typed"), DIFFERENT)
def test_another_number_is_another_one_and_none_equals_none(on_record: str, typed: str) -> None:
    assert not same_number(on_record, typed)
    assert not same_number(None, typed)
    assert not same_number(on_record, None)


def test_a_card_shows_five_fields_and_the_year_and_never_the_number() -> None:
    assert shown_keys(RecordShown.NOTHING) == ()
    assert shown_keys(RecordShown.CARD) == ("title_series", "title_level", "title", "specialty", "awarding_body")
    assert "cert_no" in shown_keys(RecordShown.ALL)
