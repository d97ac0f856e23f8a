"""Records: taking values over, publishing and withdrawing, and going back to what a record was."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from domain.access import Actor, Place
from domain.certificate_fields import BY_KEY, STORED
from domain.certificate_rows import shown
from domain.partial_dates import PartialDate
from domain.vocabulary import CertificateStatus
from encryption import keyring
from extensions import db
from models import Certificate, Holder, Office, id_digest, now
from operations import bodies, events

_CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_LENGTH = 12
VERIFY_CODE = re.compile(f"[{_CODE_LETTERS}]{{{_CODE_LENGTH}}}")
"""How a verify code is written, in addresses as on the page."""
"""Twelve of thirty signs are 58 bits: not to be guessed."""

_KEPT = (
    "name", "id_number", "id_kind", "cert_no", "body_key", "title_series", "title_level", "title", "specialty",
    "awarding_body", "awarded_on", "issued_on", "obtained_by", "sex", "personal_status", "employer_name",
    "employer_kind", "manage_no", "review_body", "approval_doc_no", "cert_status", "office_id", "city_office_id",
    "region_office_id", "verified_at", "verify_code", "updated_at",
)  # fmt: skip


def values_of(source: Any, keys: list[str] | None = None) -> dict[str, Any]:
    """Return certificate values by field, from a record or a case."""
    return {key: getattr(source, key, None) for key in ([field.key for field in STORED] if keys is None else keys)}


def snapshot(certificate: Certificate) -> dict[str, Any]:
    """Return all of a record that a decision can change, in a form that JSON keeps exactly."""
    return {name: _kept(getattr(certificate, name)) for name in _KEPT}


def read_back(before: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a snapshot holds, as the record held it; a person is found under the key in force today."""
    held = {name: _given_back(name, value) for name, value in before.items() if name in _KEPT}
    return held | ({"id_digest": id_digest(held["id_number"])} if "id_number" in held else {})


def restore(certificate: Certificate, before: Mapping[str, Any]) -> None:
    """Put a record back to a snapshot; only its version goes on counting."""
    for name, value in read_back(before).items():
        setattr(certificate, name, value)
    _follow_the_present(certificate)
    certificate.version += 1
    db.session.flush()


def _follow_the_present(certificate: Certificate) -> None:
    """Its office may stand below another one by now, and its body may have entered the dictionary."""
    certificate.belong_to(db.session.get_one(Office, certificate.office_id).place)
    key = bodies.body_key(certificate.awarding_body)
    if Certificate.with_number(certificate.cert_no, key) is None:
        certificate.body_key = key


def _kept(value: Any) -> Any:
    if isinstance(value, PartialDate):
        return value.iso
    if isinstance(value, bytes):
        return value.hex()
    return value.isoformat() if hasattr(value, "isoformat") else value


def _given_back(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in ("awarded_on", "issued_on"):
        return PartialDate.from_iso(value)
    if name in ("verified_at", "updated_at"):
        return now().fromisoformat(value)
    column = Certificate.__table__.columns[name].type
    terms = getattr(column, "terms", None)
    return terms(value) if terms else value


def create(holder: Holder, values: Mapping[str, Any], place: Place) -> Certificate:
    """Add a record for what a holder submitted and an office approved."""
    certificate = Certificate(cert_status=CertificateStatus.NORMAL)
    certificate.belong_to(place)
    _take(certificate, holder, values)
    db.session.add(certificate)
    db.session.flush()
    return certificate


def publish(certificate: Certificate) -> None:
    """Make a record verified: from now on anyone finds it."""
    certificate.verified_at = now()
    certificate.verify_code = code_of(certificate)
    _touch(certificate)


def take_over(actor: Actor, certificate: Certificate, holder: Holder, values: Mapping[str, Any]) -> None:
    """Let the approved data become the record; an approved change of body moves it to the office behind that body."""
    before = values_of(certificate)
    _take(certificate, holder, values)
    body = bodies.known_body(certificate.awarding_body or "")
    if body is not None and body.key != bodies.body_key(before["awarding_body"]):
        certificate.belong_to(body.place)
    _touch(certificate)
    changes = differences(before, values_of(certificate))
    if changes:
        events.record(actor, "change_certificate", ("certificate", certificate.id), "审核通过，记录按填报内容更新",
                      changes=changes)  # fmt: skip


def _take(certificate: Certificate, holder: Holder, values: Mapping[str, Any]) -> None:
    certificate.body_key = bodies.body_key(values["awarding_body"])
    for key, value in values.items():
        setattr(certificate, key, value)
    certificate.name, certificate.id_number = holder.name, holder.id_number
    certificate.id_digest, certificate.id_kind = id_digest(holder.id_number), holder.id_kind


def _touch(certificate: Certificate) -> None:
    certificate.version += 1
    certificate.updated_at = now()
    db.session.flush()


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return what differs as people read it: header -> [before, after]."""
    return {
        BY_KEY[key].header: [shown(before.get(key)), shown(after.get(key))]
        for key in after
        if before.get(key) != after.get(key)
    }


def code_of(certificate: Certificate) -> str:
    """Return the verify code of a record: keyed, so not to be guessed; the same after 恢复 while the key is the same."""
    number = int.from_bytes(keyring.digest(f"verify code:{certificate.id}"))
    letters = []
    for _ in range(_CODE_LENGTH):
        number, at = divmod(number, len(_CODE_LETTERS))
        letters.append(_CODE_LETTERS[at])
    return "".join(letters)


def undo_note(certificate: Certificate, before: dict[str, Any] | None) -> dict[str, Any]:
    """Return what 恢复 needs: the record, what it was (None: it did not exist), and how the decision left it."""
    left = {"version": certificate.version, "left": _content(certificate)}
    return {"certificate_id": certificate.id, "before": before, **left}


def changed_since(certificate: Certificate, undo: Mapping[str, Any]) -> bool:
    """Whether a record says something else than the decision left; a void that was taken back again left no trace."""
    content, left = _content(certificate), undo.get("left") or {}
    return bool(certificate.version != undo["version"] and content != {name: left.get(name) for name in content})


def _content(certificate: Certificate) -> dict[str, Any]:
    """Return what a record says, without what the tree of offices and the dictionary move by themselves."""
    moved = ("office_id", "city_office_id", "region_office_id", "body_key", "updated_at")
    return {name: value for name, value in snapshot(certificate).items() if name not in moved}
