"""历年证书数据 as a list: its columns, what it is filtered and searched by, and the indexes that answer."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from sqlalchemy import or_

from domain.access import Permission
from domain.certificate_fields import BY_KEY, STORED
from domain.vocabulary import CertificateStatus, ObtainedBy, Sex, TitleLevel
from listing import names, offices
from listing.filters import GridFilter, begins, between, contains, equals, series
from listing.search import Sought
from listing.selection import Column, Listing, Tab
from listing.wishes import Way, Wish
from models import Certificate
from operations import bodies
from operations.register import in_status
from tables.name_piece import PIECE

S = CertificateStatus
IS_VERIFIED = [("yes", "已审验"), ("no", "未审验")]
_NOT_SHOWN = ("manage_no", "sex", "personal_status", "employer_name", "employer_kind", "issued_on", "review_body",
              "approval_doc_no", "cert_status")  # fmt: skip


def _by_index(column: Any, sort: str, condition: Any) -> Any:
    """Return the way into the index that holds the column, for a condition on it alone."""
    return lambda *values: (Way((condition(column)(*values),), sort),)


def _beginning(column: Any, label: str) -> Any:
    """Return the way into the index of a column by the beginning of what it holds; one character is no needle."""

    def ways(value: str) -> tuple[Way, ...]:
        alone = f"{label}以“{value}”开头的" if len(value) >= PIECE else ""
        return (Way((begins(column)(value),), column.key, alone=alone),)

    return ways


def _of_status(value: str) -> tuple[Way, ...]:
    """正常 are nearly all: walking finds them. The few others have an index of their own."""
    if value == CertificateStatus.NORMAL:
        return ()
    return (Way(in_status(value), "id"),)


def _is_verified(answer: str) -> Any:
    return Certificate.verified_at.is_not(None) if answer == "yes" else Certificate.verified_at.is_(None)


def _verified(answer: str) -> tuple[Way, ...]:
    return (Way((Certificate.verified_at.is_not(None),), "id"),) if answer == "yes" else ()


def _of_body(value: str) -> Any:
    """A name or alias of the dictionary means the body, however the certificate spells it; other words are a part."""
    known = bodies.known_body(value)
    return Certificate.body_key == known.key if known else contains(Certificate.awarding_body)(value)


def _body_ways(value: str) -> tuple[Way, ...]:
    known = bodies.known_body(value)
    return (Way((Certificate.body_key == known.key,), "id"),) if known else ()


def _searched(sought: Sought) -> Wish:
    if sought.name:
        return _named(sought.name)
    ways = [Way((Certificate.cert_no == sought.number,), "cert_no")]
    conditions = [Certificate.cert_no == sought.number]
    if sought.id_digests:
        conditions.append(named := Certificate.id_digest.in_(sought.id_digests))
        ways.append(Way(ids=names.certificates_of(named)))
    if sought.mobile_digests:
        conditions.append(own := names.is_accounts_own(sought.mobile_digests))
        ways.append(Way(ids=names.certificates_of(own)))
    return Wish(or_(*conditions), tuple(ways))


def _named(name: str) -> Wish:
    beginning = _beginning(Certificate.name, "姓名")(name)
    if len(name) < PIECE:
        return Wish(beginning[0].conditions[0], beginning)
    told, longer = f"姓名从第二个字起有“{name}”的", len(name) > PIECE
    inside = Way(ids=names.certificates_with_piece(name), sort="id", alone=told, loose=longer)
    return Wish(contains(Certificate.name)(name), (*beginning, inside))


def _columns() -> tuple[Column, ...]:
    kept = [_column(field.key) for field in STORED]
    return (
        *kept[:3],
        Column("verified_at", "审验", lambda row: "已审验" if row.is_public else "未审验", width=8),
        _column("cert_status", shown=True),
        *(column for column in kept[3:] if column.name != "cert_status"),
        Column("office", "所属职改办", lambda row: row.office.name, shown=False, width=22),
        Column("updated_at", "最近更新", lambda row: row.updated_at, shown=False, width=16),
    )


def _column(key: str, *, shown: bool | None = None) -> Column:
    field = BY_KEY[key]
    read = attrgetter("masked_id" if key == "id_number" else key)
    return Column(key, field.label, read, key not in _NOT_SHOWN if shown is None else shown, field.width)


def _text(name: str, key: str, condition: Any = begins, ways: Any = None) -> GridFilter:
    return GridFilter(name, BY_KEY[key].label, "text", condition(getattr(Certificate, key)), ways=ways)


def _select(name: str, label: str, column: Any, options: Any, ways: Any = None) -> GridFilter:
    return GridFilter(name, label, "select", equals(column), options, ways)


CERTIFICATES = Listing(
    "certificates", "历年证书数据", Certificate, Permission.CERTIFICATES_READ, "certificate", _columns(),
    filters=(
        _text("cert_no", "cert_no", ways=_beginning(Certificate.cert_no, "证书编号")),
        _text("name", "name", ways=_beginning(Certificate.name, "姓名")),
        _select("status", "证书状态", Certificate.cert_status, CertificateStatus.choices, _of_status),
        GridFilter("verified", "审验", "select", _is_verified, lambda: IS_VERIFIED, _verified),
        _select("level", "职称级别", Certificate.title_level, TitleLevel.choices),
        _select("series", "职称系列", Certificate.title_series, series, _by_index(Certificate.title_series, "id", equals)),
        _text("title", "title"),
        _text("specialty", "specialty", contains),
        GridFilter("body", "授予单位", "text", _of_body, ways=_body_ways),
        offices.filter_of(Certificate),
        GridFilter("awarded", "授予时间", "month_range", between(Certificate.awarded_on),
                   ways=_by_index(Certificate.awarded_on, "awarded_on", between)),
        GridFilter("issued", "办证时间", "month_range", between(Certificate.issued_on)),
        _select("obtained_by", "获取方式", Certificate.obtained_by, ObtainedBy.choices),
        _text("approval", "approval_doc_no", contains),
        _text("manage_no", "manage_no"),
        _text("employer", "employer_name", contains),
        _text("employer_kind", "employer_kind"),
        _text("personal_status", "personal_status"),
        _select("sex", "性别", Certificate.sex, Sex.choices),
        _text("review_body", "review_body", contains),
    ),
    sorts=dict.fromkeys(("id", "cert_no", "name", "awarded_on"), True),
    default_sort="-id",
    searched=_searched,
    tabs=(
        Tab("all", "全部"),
        Tab("void_pending", S.VOID_PENDING.label, lambda: [in_status(S.VOID_PENDING)], True, Permission.VOID_DECISIONS, ("id",)),
        Tab("void", S.VOID.label, lambda: [in_status(S.VOID)], sorts=("id",)),
    ),
    always=("cert_no", "name"),
)  # fmt: skip
