"""Invented moves of certificates for the demonstration: voids asked for and decided, and a record that was deleted."""

from __future__ import annotations

from sqlalchemy import select

from commands.cast import HOLDERS
from extensions import db, writing
from models import Certificate, Office, StaffUser, VerificationCase
from operations import register

CLERK, CHIEF = "ls.staff", "ls.admin"
ASKED = "核对批文附件，名单里没有这个编号，请决定是否作废。"
DECIDED = "已与授予单位核实。"
DELETED = "同一本证书登记了两次，编号抄错的这一条删去。"


def add() -> None:
    """Void one certificate that is public, leave two more to be decided, and delete one that nobody has taken up."""
    public, waiting, loose = _records()
    for record_id in (public, *waiting):
        _move(CLERK, record_id, "request_void", ASKED)
    _move(CHIEF, public, "agree_void", DECIDED)
    _move(CLERK, loose, "delete_certificate", DELETED)


def _records() -> tuple[int, list[int], int]:
    """Return certificates of the county, none of the cast's: a public one, two that are not, and one more."""
    county = Office.named("灵山县职改办")
    assert county is not None, "the cast's offices are founded first"
    others = Certificate.name.not_in({holder.name for holder in HOLDERS})
    query = select(Certificate.id).where(Certificate.office_id == county.id, others)
    taken = select(VerificationCase.certificate_id).where(VerificationCase.certificate_id.is_not(None))
    public = db.session.scalars(query.where(Certificate.verified_at.is_not(None)).order_by(Certificate.id.desc()))
    loose = db.session.scalars(query.where(Certificate.id.not_in(taken)).order_by(Certificate.id.desc()).limit(3)).all()
    return public.first() or loose[0], list(loose[1:]), loose[0]


def _move(username: str, record_id: int, name: str, reason: str) -> None:
    with writing():
        actor = db.session.scalars(select(StaffUser).filter_by(username=username)).one().actor
        version = db.session.get_one(Certificate, record_id).version
        register.move(actor, record_id, version, name, reason)
