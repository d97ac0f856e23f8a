"""A number that is put in through every door is found nowhere in what lies on the disk."""

from __future__ import annotations

import base64
from pathlib import Path

from commands.cast import id_number
from domain.verification import CaseState
from extensions import db, writing
from models import Holder
from operations import accounts, events, lookups
from operations.accounts import Attempt
from tests.factories import act, case_at, certificate, draft, holder

ID_NUMBER = id_number("452826", "19660920", "007")
MOBILE = "13987654321"


def spellings(number):
    """Yield the number as a careless program might have left it."""
    for plain in (number.encode(), number.encode("utf-16-le"), number.encode("utf-16-be"), number[::-1].encode()):
        yield plain
        yield plain.hex().encode()
        yield plain.hex().upper().encode()
        yield from (base64.b64encode(b"x" * shift + plain)[4:-4] for shift in range(3))


def lying_on_disk():
    """Return what a thief of the disk reads: the SQLite file with its log, or every row of PostgreSQL as text."""
    if db.engine.dialect.name == "sqlite":
        file = db.engine.url.database
        return b"".join(Path(part).read_bytes() for part in (file, f"{file}-wal") if Path(part).exists())
    tables = db.inspect(db.engine).get_table_names()
    with db.engine.connect() as connection:
        rows = [connection.exec_driver_sql(f'SELECT t::text FROM "{table}" t').scalars().all() for table in tables]  # noqa: S608
    return "\n".join(row for table in rows for row in table).encode()


def use_everywhere():
    """Take the numbers through registration, failed sign-ins, every kind of case, listing, undoing and looking."""
    owner = holder(None, id_number=ID_NUMBER, mobile=MOBILE, name="卢金雀")
    for state in CaseState:
        case_at(state, certificate(owner), owner)
    misspelt = certificate(owner, name="卢金鹊")
    by_hand = act("holder", draft(None, owner, cert_no=misspelt.cert_no), "submit")
    for decision in ("approve", "take_back", "approve"):
        act("ls.admin", by_hand, decision)
    with writing():
        for login in (ID_NUMBER, MOBILE):
            accounts.reserve(Attempt("holder", login, "203.0.113.9"))
        known = db.session.get_one(Holder, owner.id)
        accounts.signed_in(known, Attempt("holder", MOBILE, "203.0.113.9"), known.password_hash)
        events.record(
            known.actor, "view_id_number", ("holder", known.id), "查看", changes={"身份证号": ["", ID_NUMBER]}
        )
    lookups.buffer.add(1)
    lookups.fold()


def test_a_number_that_was_used_everywhere_is_found_nowhere(app):
    use_everywhere()
    db.session.rollback()

    lying = lying_on_disk()

    assert "卢金雀".encode() in lying
    assert [form for number in (ID_NUMBER, MOBILE) for form in spellings(number) if form in lying] == []
    assert Holder.with_mobile(MOBILE).id_number == ID_NUMBER
