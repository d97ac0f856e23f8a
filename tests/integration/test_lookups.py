"""The public look-up: number and name together, the code alone, and a counter that loses nothing."""

from __future__ import annotations

import pytest

from domain.verification import CaseState
from extensions import db, moment
from models import LookupCount
from operations import lookups
from tests.engines import PLAIN_SQL
from tests.factories import act, case_at, certificate, holder


@PLAIN_SQL
@pytest.mark.parametrize("number", ["0833232", " ０８３３２３２ ", "083 3232"])
@pytest.mark.parametrize("name", ["韦小兰", "韦 小兰", "韦小\u200b兰"])
def test_number_and_name_are_read_as_people_type_them(app, number, name):
    case_at(CaseState.AUTO_APPROVED, certificate(holder(), cert_no="0833232"))

    assert [found.cert_no for found in lookups.find(number, name)] == ["0833232"]


@PLAIN_SQL
@pytest.mark.parametrize(
    ("number", "name"), [("833232", "韦小兰"), ("0833232", "韦小"), ("", "韦小兰"), ("0833232", ""), ("%", "%")]
)
def test_half_of_it_finds_nothing(app, number, name):
    case_at(CaseState.AUTO_APPROVED, certificate(holder(), cert_no="0833232"))

    assert lookups.find(number, name) == []


def test_only_what_is_verified_is_public(app):
    standing = [case_at(state) for state in CaseState]

    public = [case.state for case in standing if lookups.find(case.certificate.cert_no, case.certificate.name)]

    assert public == [CaseState.APPROVED, CaseState.AUTO_APPROVED]


def test_the_code_finds_one_certificate_as_long_as_it_is_public(app):
    case = case_at(CaseState.AUTO_APPROVED)
    code = case.certificate.verify_code

    found = lookups.by_code(f"{code[:4].lower()}-{code[4:8]} {code[8:]}")
    act("ls.staff", case, "take_back")

    assert [one.id for one in found] == [case.certificate.id]
    assert not lookups.by_code(code)
    assert not lookups.by_code("")


def test_what_is_folded_and_what_waits_is_counted_together(app):
    record = certificate(holder())
    for _ in range(3):
        lookups.buffer.add(record.id)
    lookups.fold()
    lookups.buffer.add(record.id)

    waiting = lookups.count_of(record.id)
    lookups.fold()
    lookups.fold()

    assert (waiting, lookups.count_of(record.id), lookups.of_certificates([record.id])[0]) == (4, 4, 4)


def test_what_cannot_be_written_waits_on(app, monkeypatch):
    lookups.buffer.add(5)
    monkeypatch.setattr(lookups, "_add", lambda *_: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        lookups.fold()

    assert lookups.buffer.waiting(5) == 1
    assert lookups.buffer.take() == {5: 1}
    assert db.session.query(LookupCount).count() == 0


def test_counting_look_ups_lets_kept_answers_stand_and_a_change_ends_them(app):
    lookups.buffer.add(certificate(holder()).id)
    moment.keep("menu", lambda: "as it was")

    lookups.fold()
    counted = moment.keep("menu", lambda: "read anew")
    certificate()

    assert (counted, moment.keep("menu", lambda: "read anew")) == ("as it was", "read anew")
