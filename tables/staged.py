"""The checked rows of a batch before they go in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Index, String, Table, false
from sqlalchemy.orm import Mapped, mapped_column

from domain.certificate_fields import STORED
from domain.stored_values import plain
from domain.vocabulary import Outcome
from extensions import KEPT_APART
from tables.certificate import Certificate
from tables.columns import EncryptedJson, Model, TermType, one_of


class StagedRow(Model):
    """A row as it was read and judged.

    One without a mistake of its own holds every column of the record it would become, ready to be copied over; what
    else there is to say of a row, and all of one with mistakes, is `kept` encrypted. On SQLite these rows lie in a
    file of their own (`extensions.KEPT_APART`), so that checking a workbook keeps nobody else from writing.
    """

    __tablename__ = "staged_row"
    __table_args__ = (
        one_of("outcome", Outcome),
        Index("ix_staged_row_outcome", "batch_id", "outcome", "position"),
        {"info": {KEPT_APART: True}},
    )

    batch_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sheet: Mapped[str] = mapped_column(String(100))
    row: Mapped[int] = mapped_column()
    outcome: Mapped[Outcome] = mapped_column(TermType(Outcome))
    warned: Mapped[bool] = mapped_column(default=False)
    kept: Mapped[dict[str, Any] | None] = mapped_column(EncryptedJson())
    takes_workbook: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Of a conflict: whether somebody chose the workbook's values over the record's."""

    if TYPE_CHECKING:
        cert_no: Any
        id_number: Any
        id_digest: Any
        id_kind: Any
        body_key: Any

    @property
    def is_faultless(self) -> bool:
        """Whether it holds a record's columns."""
        return bool(self.cert_no)

    @property
    def values(self) -> dict[str, Any]:
        """The certificate it would become, by field."""
        return {field.key: getattr(self, field.key) for field in STORED}

    @property
    def content(self) -> dict[str, Any]:
        """All that is known of the row, in a form that JSON can hold: its values, and what is said of them."""
        kept = dict(self.kept or {})
        kept["warnings"] = [*kept.get("warnings", ()), *kept.pop("likeness", ())]
        return {"values": plain(self.values), "id_kind": self.id_kind, **kept}


PREPARED = tuple(
    column.name
    for column in cast(Table, Certificate.__table__).columns
    if column.name
    not in ("id", "batch_id", "batch_sheet", "batch_row", "verified_at", "verify_code", "version", "created_at", "updated_at")
)  # fmt: skip
"""The columns of a record that a checked row brings along; the others come from the batch and the moment."""

for _name in PREPARED:
    setattr(StagedRow, _name, mapped_column(_name, Certificate.__table__.c[_name].type, nullable=True))
