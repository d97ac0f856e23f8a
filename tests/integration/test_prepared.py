"""Queries that go to the driver itself: what comes back is what SQLAlchemy returns, and so is what goes wrong."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import bindparam, column, literal_column, select, table
from sqlalchemy.exc import DBAPIError

from extensions import db, writing
from models import Certificate, now
from operations.prepared import Prepared
from tests.engines import end_backends
from tests.factories import certificate, holder


def test_it_reads_what_the_session_reads(app: Flask) -> None:
    certificate(holder(), cert_no="0833232", issued_on=None)
    query = select(*Certificate.__table__.c).where(
        Certificate.cert_no.in_([bindparam("number"), "7"]), Certificate.created_at <= bindparam("until")
    )
    asked = {"number": "0833232", "until": now()}

    read = Prepared(query)

    (found,) = read.all(asked)
    (expected,) = db.session.execute(query, asked).all()
    assert found._asdict() == expected._asdict()
    assert [type(value) for value in found] == [type(value) for value in expected]
    assert read.all(asked | {"number": "' OR 1=1 --"}) == []


def test_what_the_driver_refuses_is_told_as_ever_and_leaves_the_pool_well(app: Flask) -> None:
    for _ in range(20):
        with pytest.raises(DBAPIError):
            Prepared(select(column("nothing")).select_from(table("nowhere"))).all({})

    assert Prepared(select(literal_column("1").label("one"))).all({})[0].one == 1


@pytest.mark.parametrize("app", ["postgresql"], indirect=True)
def test_a_connection_that_ended_meanwhile_is_replaced(app: Flask) -> None:
    read = Prepared(select(literal_column("pg_backend_pid()").label("pid")))
    with db.engine.connect() as other:
        ended = read.all({})[0].pid
        end_backends(other, ended)

        assert read.all({})[0].pid != ended


def test_what_a_session_has_written_is_seen_and_what_goes_wrong_is_told_as_ever(app: Flask) -> None:
    read = Prepared(select(Certificate.id, Certificate.name).where(Certificate.name == bindparam("name")))
    one = certificate(holder(), cert_no="0833232").id
    with writing():
        db.session.get_one(Certificate, one).name = "欧阳春梅"
        db.session.flush()

        assert [row.id for row in read.seen({"name": "欧阳春梅"})] == [one]
        assert read.seen({"name": "欧阳春梅"}) == read.usually({"name": "欧阳春梅"})

    with pytest.raises(DBAPIError):
        Prepared(select(column("nothing")).select_from(table("nowhere"))).seen({})
    db.session.rollback()
    assert [row.name for row in read.seen({"name": "欧阳春梅"})] == ["欧阳春梅"]
