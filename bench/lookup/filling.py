"""Certificates to be looked up: verified, of one office, written at once."""

from __future__ import annotations

import os
from pathlib import Path

from flask_migrate import upgrade
from sqlalchemy import insert, select

from app import create_app
from domain.access import Actor, Role
from domain.identifiers import IdKind
from domain.partial_dates import PartialDate
from domain.vocabulary import CertificateStatus, ObtainedBy, OfficeKind, TitleLevel
from extensions import db, writing
from models import Certificate, Office, id_digest, now
from operations import certificates, offices

AT_ONCE = 5000


def fill(url: str, folder: Path, rows: int) -> list[str]:
    """Make the database and return the verify codes of its certificates."""
    os.environ |= {"APP_ENV": "development", "INSTANCE_PATH": str(folder), "DATABASE_URL": url}
    app = create_app()
    with app.app_context():
        upgrade()
        with writing():
            office = offices.create(Actor(Role.ADMIN, name="bench"), "测速职改办", OfficeKind.REGION, None, "-")
            for first in range(1, rows + 1, AT_ONCE):
                db.session.execute(insert(Certificate), [_row(office, at) for at in range(first, first + AT_ONCE)])
        return list(db.session.scalars(select(Certificate.verify_code)))


def _row(office: Office, at: int) -> dict[str, object]:
    moment, number = now(), f"45070219800101{at % 10_000:04d}"
    return {
        "id": at, "cert_no": f"{at:09d}", "name": "韦小兰", "id_number": number, "id_digest": id_digest(f"{number}{at}"),
        "id_kind": IdKind.RESIDENT, "title_series": "工程系列", "title_level": TitleLevel.INTERMEDIATE, "title": "工程师",
        "specialty": "水利水电工程", "awarding_body": "测速职改办", "body_key": "测速职改办",
        "awarded_on": PartialDate.from_iso("2008-07"), "obtained_by": ObtainedBy.REVIEW,
        "cert_status": CertificateStatus.NORMAL, "office_id": office.id, "region_office_id": office.id,
        "verified_at": moment, "verify_code": certificates.code_of(Certificate(id=at)), "version": 1,
        "created_at": moment, "updated_at": moment,
    }  # fmt: skip
