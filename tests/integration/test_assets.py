"""Static files: kept by browsers for as long as their content is the same, and no longer."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from flask import Flask

from extensions import moment
from tests.pages import CheckedClient
from web.assets import address


def styles(client: CheckedClient) -> list[str]:
    client.get("/")
    return [link["href"] for link in client.page.all("link") if link.get("rel") == "stylesheet"]


def test_every_style_of_a_page_is_there_and_may_be_kept_for_a_year(client: CheckedClient) -> None:
    for href in styles(client):
        answer = client.application.test_client().get(href)

        assert answer.status_code == 200
        assert answer.cache_control.max_age == 365 * 24 * 3600


def test_what_is_asked_for_without_its_content_is_asked_for_again_soon(app: Flask) -> None:
    assert app.test_client().get("/static/css/base.css").cache_control.max_age == 3600


def test_another_content_is_another_address(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "_static_folder", str(tmp_path))
    file = tmp_path / "a.css"
    file.write_text("p {}")
    os.utime(file, ns=(1, 1))
    with app.test_request_context("/"):
        before = address("static", filename="a.css")
        file.write_text("h1 {}")
        moment.forget()

        assert address("static", filename="a.css") != before
        assert address("lookup.form") == "/"


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_site_below_a_path_has_its_own_addresses(app: Flask) -> None:
    for root in ("", "/sub", ""):
        with app.test_request_context("/", base_url=f"http://localhost{root}"):
            assert address("lookup.form") == f"{root}/"
            assert address("lookup.verified", code="A") == f"{root}/v/A"
            assert address("static", filename="css/base.css").startswith(f"{root}/static/css/base.css?v=")
