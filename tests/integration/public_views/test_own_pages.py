"""Every page of one's own and of the way in: light on a slow phone, and without the whole ID or mobile number."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from domain.identifiers import parse_id
from domain.verification import CaseState
from extensions import db, writing
from models import Holder, now
from operations import identity_requests
from operations.identity_requests import Claimant
from tests.engines import PLAIN_SQL
from tests.factories import case_at, fresh_person
from tests.integration.public_views.people import WEI, register
from tests.pages import CheckedClient

pytestmark = PLAIN_SQL

STATIC = Path(__file__).parents[3]
HEAVIEST = 60 * 1024
OWN = (
    "/portal/profile", "/portal/profile/details", "/portal/profile/email", "/portal/profile/avatar",
    "/portal/profile/sessions", "/portal/profile/correction", "/portal/password", "/portal/downloads/",
    "/portal/feedback/",
)  # fmt: skip
WAY_IN = (
    "/portal/sign-in", "/portal/sign-in?as=employer", "/portal/register", "/portal/account-notes", "/portal/recover",
    "/portal/recover/question", "/portal/release",
)  # fmt: skip


@pytest.fixture
def client(app: Flask, as_holder: Any) -> CheckedClient:
    wei = register()
    case_at(CaseState.AUTO_APPROVED, owner=wei)
    claimed = Claimant("韦晓兰", parse_id(fresh_person(), now().date()))
    with writing():
        own = db.session.get_one(Holder, wei.id)
        identity_requests.ask_correction(own, claimed, {"front": "f" * 32, "back": "b" * 32, "statement": "5" * 32})
    return as_holder(wei)


def weight(client: CheckedClient, page: str) -> int:
    """Return the bytes of a page with everything it loads, compressed."""
    html = client.get(page).data
    parts = {link["href"] for link in client.page.all("link")} | {one["src"] for one in client.page.all("script")}
    files = [(STATIC / part.split("?")[0].lstrip("/")).read_bytes() for part in parts]
    assert files
    return sum(len(gzip.compress(content)) for content in (html, *files))


@pytest.mark.parametrize("page", [*OWN, *WAY_IN])
def test_a_page_is_light(client: CheckedClient, app: Flask, page: str) -> None:
    visitor = client if page in OWN else app.test_client()

    assert weight(visitor, page) <= HEAVIEST  # type: ignore[arg-type]


@pytest.mark.parametrize("page", OWN)
def test_a_page_shows_the_numbers_masked(client: CheckedClient, page: str) -> None:
    html = client.get(page).get_data(as_text=True)

    assert "韦" in html
    assert WEI.id_number not in html
    assert WEI.mobile not in html
