"""The kinds of account that sign in: those of offices, of holders and of employers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import current_app
from flask_login import UserMixin
from sqlalchemy import ForeignKey, Index, Select, String, or_, select, true
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from domain import privacy
from domain.access import EMPLOYER_ROLES, OFFICE_ROLES, Actor, Role
from domain.identifiers import IdKind, birth_year, mask_id
from domain.passwords import FIRST_PASSWORD_LASTS
from domain.second_factor import Demand, FactorState, asks_code, demanded, is_owed
from encryption import keyring
from extensions import db
from tables.columns import (
    BelongsToOffice,
    EncryptedText,
    FreeText,
    Model,
    PlainText,
    StorageKey,
    TermType,
    UtcDateTime,
    now,
    one_of,
)
from tables.office import Office

_ID, _MOBILE = "id:", "mobile:"
"""What a digest is made of, before the number: the same number means another thing in another column."""


class Account(UserMixin):
    """What every account has; its sessions are rows of their own (tables.portal.OpenSession)."""

    prefix = ""

    id: Mapped[int] = mapped_column(primary_key=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now)
    last_signed_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    @property
    def is_active(self) -> bool:
        return self.disabled_at is None

    @property
    def actor(self) -> Actor:
        raise NotImplementedError

    def get_id(self) -> str:
        return f"{self.prefix}:{self.id}"

    @property
    def known_names(self) -> list[str]:
        """What the account is known by: none of it may be its password."""
        raise NotImplementedError


def first_password_end() -> datetime:
    return now() + FIRST_PASSWORD_LASTS


class StaffUser(Account, Model):
    """An account of an office: the default one, a clerk's or an administrator's."""

    __tablename__ = "staff_user"
    __table_args__ = (one_of("role", OFFICE_ROLES), one_of("factor_state", FactorState))
    prefix = "staff"

    username: Mapped[str] = mapped_column(String(100), unique=True)
    display_name: Mapped[str] = mapped_column(String(50))
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), index=True)
    role: Mapped[Role] = mapped_column(TermType(Role), default=Role.STAFF)
    must_change_password: Mapped[bool] = mapped_column(default=True)
    password_expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime(), default=first_password_end)
    """Until when a password that was handed out may be used for the first time; one's own does not lapse."""
    single_keys: Mapped[bool] = mapped_column(default=True, server_default=true())
    """Whether single keys decide on the case page; who dictates to the computer switches them off."""
    factor_state: Mapped[FactorState] = mapped_column(
        TermType(FactorState), default=FactorState.NONE, server_default=FactorState.NONE.value
    )
    enabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When it was last enabled again: being dormant is counted anew from there."""

    office: Mapped[Office] = relationship(lazy="joined")

    @property
    def actor(self) -> Actor:
        return Actor(self.role, self.id, self.display_name, self.office.place, self.must_change_password)

    @property
    def asks_code(self) -> bool:
        return asks_code(self.factor_state)

    @property
    def owes_second_factor(self) -> bool:
        """Whether its pages are closed till the second factor is done; what it has asked for before goes on."""
        return is_owed(_factor_demand(), self.role, self.factor_state)

    @property
    def second_factor_demanded(self) -> bool:
        return demanded(_factor_demand(), self.role)

    @property
    def known_names(self) -> list[str]:
        return [self.username, self.display_name, self.office.name]

    def __str__(self) -> str:
        return self.display_name


def _factor_demand() -> Demand:
    demand: Demand = current_app.config["STAFF_SECOND_FACTOR"]
    return demand


class Holder(Account, Model):
    """A professional: the name and the ID number are what certificates are matched by."""

    __tablename__ = "holder"
    __table_args__ = (one_of("id_kind", IdKind),)
    prefix = "holder"

    name: Mapped[str] = mapped_column(PlainText(50), index=True)
    id_number: Mapped[str] = mapped_column(EncryptedText())
    id_digest: Mapped[bytes] = mapped_column(unique=True)
    id_kind: Mapped[IdKind] = mapped_column(TermType(IdKind))
    mobile: Mapped[str] = mapped_column(EncryptedText())
    mobile_digest: Mapped[bytes] = mapped_column(unique=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    email_confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    birth_year: Mapped[int | None] = mapped_column()
    """What the number tells of the age, and no more of it: the number itself is not read to count ages."""
    region_code: Mapped[str] = mapped_column(String(6))
    employer_name: Mapped[str | None] = mapped_column(FreeText(200))
    avatar: Mapped[str | None] = mapped_column(StorageKey(), index=True)
    security_question: Mapped[str] = mapped_column(String(100))
    security_answer_hash: Mapped[str] = mapped_column(String(200))
    next_password_hash: Mapped[str | None] = mapped_column(String(200))
    next_password_from: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """A password set by the security question takes its day: until then the holder can stop it."""
    consent_version: Mapped[str | None] = mapped_column(String(10))
    """Which version of the privacy notice was consented to; None where the account is older than the notice."""
    consented_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When the holder closed the account; what was decided keeps it as a name, and nobody signs in by it."""
    former_id_digest: Mapped[bytes | None] = mapped_column(index=True)
    """Of a closed account, whose it was: a new account of the same person does not begin as one unknown."""

    @validates("id_number")
    def _note_birth_year(self, _: str, number: str) -> str:
        self.birth_year = birth_year(number)
        return number

    @property
    def actor(self) -> Actor:
        return Actor(Role.HOLDER, self.id, self.name, must_consent=privacy.is_due(self.consent_version))

    @property
    def known_names(self) -> list[str]:
        return [self.name, self.id_number, self.mobile, self.email]

    @property
    def masked_id(self) -> str:
        return mask_id(self.id_number)

    @property
    def id_digests(self) -> list[bytes]:
        """What records of this person may carry: while keys are rotated, the digest under each of them."""
        known = id_digests(self.id_number)
        return known if self.id_digest in known or self.former_id_digest in known else [self.id_digest]

    @property
    def accounts_of_person(self) -> Select[int]:
        """The numbers of this account and of any that the same person closed before it or opened after it."""
        digests = self.id_digests
        same = or_(Holder.id == self.id, Holder.id_digest.in_(digests), Holder.former_id_digest.in_(digests))
        return select(Holder.id).where(same)

    def is_named_by(self, record: Any) -> bool:
        """Whether a record carries this name and this ID number."""
        return record.name == self.name and record.id_digest in self.id_digests

    @classmethod
    def with_id_number(cls, number: str) -> Holder | None:
        return db.session.scalar(select(cls).where(cls.id_digest.in_(id_digests(number))))

    @classmethod
    def with_mobile(cls, mobile: str) -> Holder | None:
        return db.session.scalar(select(cls).where(cls.mobile_digest.in_(mobile_digests(mobile))))

    @classmethod
    def with_email(cls, email: str) -> Holder | None:
        return db.session.scalar(select(cls).filter_by(email=email.strip().lower()))

    def __str__(self) -> str:
        return self.name


class Employer(BelongsToOffice, Model):
    """A 单位 that an office has let in; closing it shuts out all its accounts."""

    __tablename__ = "employer"
    __table_args__ = (
        Index("ix_employer_office", "office_id", "id"),
        Index("ix_employer_city_office", "city_office_id", "id"),
        Index("ix_employer_region_office", "region_office_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    office: Mapped[Office] = relationship()
    users: Mapped[list[EmployerUser]] = relationship(back_populates="employer", order_by="EmployerUser.id")

    @property
    def main_account(self) -> EmployerUser:
        return next(user for user in self.users if user.role is Role.EMPLOYER)

    def __str__(self) -> str:
        return self.name


class EmployerUser(Account, Model):
    """An account of an employer: its own one, or one of its staff's."""

    __tablename__ = "employer_user"
    __table_args__ = (one_of("role", EMPLOYER_ROLES),)
    prefix = "employer"

    username: Mapped[str] = mapped_column(String(100), unique=True)
    display_name: Mapped[str] = mapped_column(String(50))
    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id"), index=True)
    role: Mapped[Role] = mapped_column(TermType(Role))
    must_change_password: Mapped[bool] = mapped_column(default=True)
    password_expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime(), default=first_password_end)
    """Until when a password that was handed out may be used for the first time; one's own does not lapse."""

    employer: Mapped[Employer] = relationship(back_populates="users", lazy="joined")

    @property
    def is_active(self) -> bool:
        return self.disabled_at is None and self.employer.closed_at is None

    @property
    def actor(self) -> Actor:
        return Actor(
            self.role, self.id, self.display_name,
            must_change_password=self.must_change_password, employer_id=self.employer_id,
        )  # fmt: skip

    @property
    def known_names(self) -> list[str]:
        return [self.username, self.display_name, self.employer.name]

    def __str__(self) -> str:
        return self.display_name


def id_digest(number: str) -> bytes:
    """Return what an ID number is stored under; what may be stored already is found by `id_digests`."""
    return keyring.digest(_ID + number)


def id_digests(number: str) -> list[bytes]:
    return keyring.digests(_ID + number)


def mobile_digest(mobile: str) -> bytes:
    return keyring.digest(_MOBILE + mobile)


def mobile_digests(mobile: str) -> list[bytes]:
    return keyring.digests(_MOBILE + mobile)


ACCOUNTS: dict[str, type[Account]] = {kind.prefix: kind for kind in (StaffUser, Holder, EmployerUser)}
"""Every kind of account by the word that names it in a session."""
