"""What the look-up says of the certificates it found: the words of the page, and the page itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from flask import render_template

from domain.certificate_rows import shown
from domain.vocabulary import CertificateStatus
from models import now
from operations import lookups
from public_views.addresses import path_of_code, site
from web import blanks
from web.filters import local, spaced_code

NO_NUMBER = "没有编号，凭查验码查验"

Words = dict[str, str | None]


def page(certificates: Sequence[Any]) -> str:
    """Draw what was found; each of the certificates was looked up once more."""
    if len(certificates) > 1:
        told = [(_words(one), one.cert_status.public_label, _is_void(one)) for one in certificates]
        return render_template("public/results.html", certificates=told, when=_moment())
    (only,) = certificates
    words = _words(only) | _moment() | _address(only)
    return blanks.page("public/result.html", words, status=only.cert_status.public_label, void=_is_void(only))


def _is_void(one: Any) -> bool:
    return bool(one.cert_status is CertificateStatus.VOID)


def _words(one: Any) -> Words:
    """Return the words that differ from certificate to certificate, None where nothing is on record."""
    return {
        "name": one.name,
        "cert_no": one.cert_no or NO_NUMBER,
        "title_series": one.title_series or None,
        "title_level": shown(one.title_level) or None,
        "title": one.title or None,
        "specialty": one.specialty or None,
        "awarded_on": shown(one.awarded_on) or None,
        "issued_on": shown(one.issued_on) or None,
        "obtained_by": shown(one.obtained_by) or None,
        "awarding_body": one.awarding_body or None,
        "times": f"{lookups.counted(one):,}",
        "path": path_of_code(one.verify_code),
    }


def _moment() -> Words:
    moment = now()
    return {"iso": moment.isoformat(), "checked_at": local(moment, "%Y-%m-%d %H:%M:%S")}


def _address(one: Any) -> Words:
    """Return what to scan or copy, and whose site it is."""
    here = site()
    address = here + path_of_code(one.verify_code)
    return {"address": address, "host": urlsplit(here).netloc, "code": spaced_code(one.verify_code)}
