"""Two characters inside a name, and whose name it is: what a search for part of a name is answered from.

The beginning of a name is found by the index on the name itself, so a piece begins at the second character or later.
Triggers keep both tables (migration "lists at any size"), whoever writes the names: a form, an import of a million rows, a hand.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from tables.columns import Model, PlainText

PIECE = 2


class CertificateNamePiece(Model):
    __tablename__ = "certificate_name_piece"
    __table_args__: Any = {"sqlite_with_rowid": False}

    piece: Mapped[str] = mapped_column(PlainText(PIECE), primary_key=True)
    certificate_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class HolderNamePiece(Model):
    __tablename__ = "holder_name_piece"
    __table_args__: Any = {"sqlite_with_rowid": False}

    piece: Mapped[str] = mapped_column(PlainText(PIECE), primary_key=True)
    holder_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
