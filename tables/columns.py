"""Column types and mixins that several tables share."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

from cryptography.exceptions import InvalidTag
from flask import current_app
from sqlalchemy import (
    CheckConstraint,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    TypeDecorator,
    text,
)
from sqlalchemy.orm import Mapped, declared_attr, mapped_column
from sqlalchemy.types import TypeEngine

from domain.access import Place
from domain.identifiers import mask_id, replace_id_numbers
from domain.partial_dates import PartialDate
from domain.vocabulary import ObtainedBy, OfficeKind, Sex, TitleLevel
from encryption import decrypt_json, encrypt_json, keyring
from extensions import Base, db

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model

E = TypeVar("E", bound=StrEnum)


def now() -> datetime:
    """Return the moment in UTC, to the second: what is shown is what was stored."""
    return datetime.now(UTC).replace(microsecond=0)


def local_date(moment: datetime) -> date:
    """Return the date of a moment on the offices' clocks, not the server's."""
    return moment.astimezone(ZoneInfo(current_app.config["BABEL_DEFAULT_TIMEZONE"])).date()


def _by_signs(length: int, dialect: Dialect) -> String:
    return String(length, collation="C" if dialect.name == "postgresql" else None)


class PlainText(TypeDecorator[str]):
    """Text in the order of its signs on both engines, so that beginnings and ranges are found by an index."""

    impl = String
    cache_ok = True

    def __init__(self, longest: int) -> None:
        super().__init__(longest)
        self.longest = longest

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[str]:
        return dialect.type_descriptor(_by_signs(self.longest, dialect))


class StorageKey(TypeDecorator[str]):
    """Names a file in the photo storage. What stands in no such column is swept away: a new one needs only this type."""

    impl = String
    cache_ok = True

    def __init__(self, *, encrypted: bool = False) -> None:
        super().__init__(length=64)
        self.encrypted = encrypted


class UtcDateTime(TypeDecorator[datetime]):
    """UTC without offset in the database, aware in Python, on both engines alike."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value else None


class TermType(TypeDecorator[E]):
    """An enum kept as its slug; the CHECK constraint of the table holds the list."""

    impl = String
    cache_ok = True

    def __init__(self, terms: type[E]) -> None:
        super().__init__(length=32)
        self.terms = terms
        self._by_slug: dict[str | None, E | None] = {term.value: term for term in terms} | {None: None}

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else self.terms(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> E | None:
        return self._by_slug[value]


class PartialDateType(TypeDecorator[PartialDate]):
    """A date known to the day or to the month, as ISO text: it sorts as it stands and keeps what is not known."""

    impl = String
    cache_ok = True

    def __init__(self) -> None:
        super().__init__(length=10)

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[str]:
        return dialect.type_descriptor(_by_signs(10, dialect))

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return value.iso if isinstance(value, PartialDate) else value

    def process_result_value(self, value: str | None, dialect: Dialect) -> PartialDate | None:
        return PartialDate.from_iso(value) if value else None


class _Encrypted(TypeDecorator[Any]):
    """What nobody reads in the database file."""

    impl = LargeBinary
    cache_ok = True
    stored_as = LargeBinary()

    @staticmethod
    def renewed(stored: bytes) -> bytes:
        """Return the stored bytes under the key in force."""
        return stored if keyring.is_in_force(stored) else keyring.encrypt(keyring.decrypt(stored))


class EncryptedText(_Encrypted):
    """Text that nobody reads in the database file."""

    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else keyring.encrypt(value.encode())

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        return None if value is None else keyring.decrypt(bytes(value)).decode()


class EncryptedJson(_Encrypted):
    """A JSON value that nobody reads in the database file."""

    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        return None if value is None else encrypt_json(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:
        return None if value is None else decrypt_json(bytes(value))


class FreeText(TypeDecorator[str]):
    """Words that people write. An ID number among them is encrypted where it stands, and masked when it is read.

    So it is shown whole nowhere, whoever wrote it into whichever box. How long the words may be is a rule of the form:
    an encrypted number takes more room than a plain one.
    """

    impl = Text
    cache_ok = True
    stored_as = Text()

    def __init__(self, longest: int) -> None:
        super().__init__()
        self.longest = longest

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[str]:
        """SQLite holds no text to a length; PostgreSQL would."""
        return String(self.longest) if dialect.name == "sqlite" else Text()

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else replace_id_numbers(value, _sealed)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else _SEALED.sub(lambda found: _opened(found, mask_id), value)

    @staticmethod
    def renewed(stored: str) -> str:
        """Return the stored words with every number under the key in force, and none left in the clear."""
        return replace_id_numbers(_SEALED.sub(_renewed, stored), _sealed)


_SEALED = re.compile(r"\{id:([A-Za-z0-9_\-]{63})\}")
"""How an encrypted number stands in a text: eighteen signs, and what encryption adds to them."""


def _sealed(number: str) -> str:
    return f"{{id:{base64.urlsafe_b64encode(keyring.encrypt(number.encode())).decode().rstrip('=')}}}"


def _renewed(found: re.Match[str]) -> str:
    return found.group() if keyring.is_in_force(_stored(found)) else _opened(found, _sealed)


def _opened(found: re.Match[str], put: Callable[[str], str]) -> str:
    """Return what is put for the number; what only looks like one of ours stays as it was written."""
    try:
        return put(keyring.decrypt(_stored(found)).decode())
    except (InvalidTag, UnicodeDecodeError):
        return found.group()


def _stored(found: re.Match[str]) -> bytes:
    return base64.urlsafe_b64decode(found.group(1) + "=")


def one_of(column: str, terms: Iterable[StrEnum]) -> CheckConstraint:
    """Hold a column to the slugs of its enum."""
    slugs = ", ".join(f"'{term.value}'" for term in terms)
    return CheckConstraint(f"{column} IN ({slugs})", name=column)


class ScopedByOffice:
    """Rows carry the offices above them: the scope of anyone is then one equality, at any size."""

    if TYPE_CHECKING:
        office_id: Any

    city_office_id: Mapped[int | None] = mapped_column()
    region_office_id: Mapped[int | None] = mapped_column()

    @classmethod
    def within(cls, place: Place) -> Any:
        """Return the condition for all that belongs to the office at `place` or stands below it."""
        column = {OfficeKind.REGION: cls.region_office_id, OfficeKind.CITY: cls.city_office_id}
        return column.get(place.kind, cls.office_id) == place.office_id

    def belong_to(self, place: Place) -> None:
        self.office_id = place.office_id
        self.city_office_id, self.region_office_id = place.city_office_id, place.region_office_id


def indexes_per_scope(prefix: str, name: str, *columns: str, where: str | None = None) -> list[Index]:
    """Return one index for each column a scope may be asked in: a list of any office then reads just its own rows."""
    condition = text(where) if where else None
    return [
        Index(f"ix_{prefix}_{level}_{name}", f"{level}_id" if level == "office" else f"{level}_office_id", *columns,
              sqlite_where=condition, postgresql_where=condition)
        for level in ("office", "city", "region")
    ]  # fmt: skip


class BelongsToOffice(ScopedByOffice):
    """What always belongs to an office."""

    @declared_attr
    def office_id(cls) -> Mapped[int]:
        return mapped_column(ForeignKey("office.id"), nullable=False)


class PortalColumns:
    """What a holder fills in and a record holds alike; the names are those of domain.certificate_fields.PORTAL."""

    cert_no: Mapped[str | None] = mapped_column(PlainText(50))
    title_series: Mapped[str | None] = mapped_column(String(200))
    title_level: Mapped[TitleLevel | None] = mapped_column(TermType(TitleLevel))
    title: Mapped[str | None] = mapped_column(String(200))
    specialty: Mapped[str | None] = mapped_column(String(200))
    awarding_body: Mapped[str | None] = mapped_column(String(200))
    awarded_on: Mapped[PartialDate | None] = mapped_column(PartialDateType())
    issued_on: Mapped[PartialDate | None] = mapped_column(PartialDateType())
    obtained_by: Mapped[ObtainedBy | None] = mapped_column(TermType(ObtainedBy))
    sex: Mapped[Sex | None] = mapped_column(TermType(Sex))
    personal_status: Mapped[str | None] = mapped_column(String(200))
    employer_name: Mapped[str | None] = mapped_column(String(200))
    employer_kind: Mapped[str | None] = mapped_column(String(200))
    body_key: Mapped[str | None] = mapped_column(String(210))
    """The awarding body as it is compared: its number in the dictionary, else the words as written."""
