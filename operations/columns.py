"""What an office has said of its workbooks' columns, remembered for the next file of that shape."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from domain.certificate_fields import named
from extensions import db
from models import RememberedColumn


def remembered(office_id: int) -> dict[str | int, str]:
    """Return which field each header means to the office; an empty field leaves its column out."""
    known = db.session.scalars(select(RememberedColumn).filter_by(office_id=office_id))
    return {column.header: column.field for column in known}


def remember(office_id: int, answers: Mapping[str, str]) -> None:
    """Keep the answers that no header tells by itself; one that does needs no memory and loses it."""
    known = {
        column.header: column for column in db.session.scalars(select(RememberedColumn).filter_by(office_id=office_id))
    }
    for header, key in answers.items():
        column = known.get(header)
        field = named(header)
        if key == (field.key if field else ""):
            if column is not None:
                db.session.delete(column)
        elif column is not None:
            column.field = key
        else:
            db.session.add(RememberedColumn(office_id=office_id, header=header, field=key))
    db.session.flush()
