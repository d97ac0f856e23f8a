"""Which office a case goes to: the one behind its awarding body, else the pool of the holder's city."""

from __future__ import annotations

from sqlalchemy import select

from domain.errors import DomainError
from domain.vocabulary import OfficeKind
from extensions import db
from models import Office, VerificationCase
from operations import bodies


def route(case: VerificationCase) -> None:
    """Set the office that decides the case; a case that names no known body goes to the pool."""
    body = bodies.known_body(case.awarding_body or "")
    case.pooled = body is None
    case.belong_to(body.place if body else pool_of(case.holder.region_code).place)


def pool_of(region_code: str) -> Office:
    """Return the city office of the region, or the nearest one above where that city has none."""
    city = region_code[:4] + "00"
    offices = list(db.session.scalars(select(Office).where(Office.closed_at.is_(None)).order_by(Office.id)))
    by_code = [office for office in offices if office.kind is OfficeKind.CITY and office.region_code == city]
    above = [office for office in offices if office.kind is OfficeKind.REGION]
    cities = [office for office in offices if office.kind is OfficeKind.CITY]
    for found in (by_code, above, cities):
        if found:
            return found[0]
    raise DomainError("系统里还没有可以受理的职改办，请致电主办单位")
