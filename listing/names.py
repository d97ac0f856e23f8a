"""Whose certificates and cases: by number, by the beginning of a name, by the pieces inside it (tables.name_piece)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select

from extensions import db
from models import Certificate, CertificateNamePiece, Holder, HolderNamePiece, VerificationCase
from tables.name_piece import PIECE


def certificates_of(condition: Any) -> Select[Any]:
    return select(Certificate.id).where(condition)


def is_accounts_own(mobile_digests: Sequence[bytes]) -> Any:
    """Return the condition for certificates of the person whose account has this mobile number."""
    holder = db.session.scalar(select(Holder).where(Holder.mobile_digest.in_(mobile_digests)))
    return Certificate.id_digest.in_(holder.id_digests if holder else ())


def certificates_with_piece(name: str) -> Select[Any]:
    """Return the ids in a query that the pieces' own index yields in their order."""
    piece = CertificateNamePiece
    return select(piece.certificate_id).where(piece.piece == name[:PIECE])


def cases_of_holders(condition: Any) -> Select[Any]:
    return select(VerificationCase.id).join(Holder, VerificationCase.holder_id == Holder.id).where(condition)


def cases_with_piece(name: str) -> Select[Any]:
    piece = HolderNamePiece
    joined = select(VerificationCase.id).join(piece, VerificationCase.holder_id == piece.holder_id)
    return joined.where(piece.piece == name[:PIECE])
