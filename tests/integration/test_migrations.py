"""Migrations: up, down and up again on a filled database, and what they build is what the models say."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError

from commands.seeds import seed
from domain.verification import CaseState
from domain.vocabulary import RecordShown
from extensions import db, writing
from models import Holder, Office, VerificationCase
from operations import events
from tables import kept_apart
from tests.factories import case_at, certificate, draft, dump, holder

YOUNGER = "background_job"
"""What waits to be done goes with its table, as an office's hours with their column: the first revision had neither."""
MIGRATIONS = str(Path(__file__).parents[2] / "migrations")


def migrate(command, revision):
    db.session.remove()
    command(directory=MIGRATIONS, revision=revision)


def stands_here(thing, name, kind, *_):
    return kind != "table" or kept_apart.is_here(thing)


def test_head_is_what_the_models_say(app):
    with db.engine.connect() as connection:
        opts = {"compare_type": True, "compare_server_default": True, "include_object": stands_here}
        context = MigrationContext.configure(connection, opts=opts)

        assert compare_metadata(context, db.metadata) == []


def test_a_step_down_and_up_again_loses_nothing_and_guards_the_events_again(app):
    for state in (CaseState.COUNTERFEIT, CaseState.APPROVED):
        case_at(state)
    with writing():
        db.session.execute(update(Office).values(hours=None))
        db.session.execute(update(Holder).values(consent_version=None, consented_at=None))
        db.session.execute(update(VerificationCase).values(filled_in_at=VerificationCase.created_at))
    before = dump(YOUNGER)

    migrate(downgrade, "0001")
    migrate(upgrade, "head")

    assert dump(YOUNGER) == before
    assert list(events.faults()) == []
    with pytest.raises(DBAPIError), db.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM event")


def test_all_the_way_down_leaves_an_empty_database_that_can_be_built_again(app):
    case_at(CaseState.APPROVED)

    migrate(downgrade, "base")
    left = set(db.inspect(db.engine).get_table_names())
    migrate(upgrade, "head")
    seed()

    assert left <= {"alembic_version"}
    assert db.session.query(Office).count() == 0
    assert list(events.faults()) == []


def test_a_draft_of_the_old_rules_goes_back_to_its_card(app):
    record = certificate(owner := holder())
    case_id, title = draft(record, owner, specialty="护理").id, record.title

    migrate(downgrade, "0030")
    migrate(upgrade, "head")

    case = db.session.get_one(VerificationCase, case_id)
    assert (case.record_shown, case.cert_no, case.awarded_on, case.obtained_by) == (RecordShown.CARD, None, None, None)
    assert (case.title, case.specialty) == (title, "护理")
