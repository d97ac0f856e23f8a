"""Addresses that are forwarded: believed from as many proxies as were named, else ignored and told once."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, request

from web import forwarding


def app_behind(proxies: int) -> Any:
    app = Flask("behind")
    app.config["TRUSTED_PROXIES"] = proxies
    app.add_url_rule("/", "who", lambda: f"{request.remote_addr} {request.scheme} {request.host}")
    forwarding.install(app)
    return app.test_client()


FORWARDED = {
    "X-Forwarded-For": "9.9.9.9, 1.2.3.4",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "zs.example.gov.cn",
}


def test_a_trusted_proxy_is_believed_and_what_it_was_told_is_not(caplog: pytest.LogCaptureFixture) -> None:
    assert app_behind(1).get("/", headers=FORWARDED).text == "1.2.3.4 https zs.example.gov.cn"
    assert not caplog.records


@pytest.mark.parametrize("name", ["X-Forwarded-For", "X-Real-IP", "Forwarded"])
def test_a_header_from_a_proxy_that_is_not_trusted_is_ignored_and_told_once(
    caplog: pytest.LogCaptureFixture, name: str
) -> None:
    client = app_behind(0)
    for number in range(3):
        assert client.get("/", headers=FORWARDED | {name: f"1.2.3.{number}"}).text == "127.0.0.1 http localhost"

    told = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert len(told) == 1
    assert told[0].startswith("127.0.0.1 forwards addresses and is not trusted")
    assert "1.2.3." not in told[0]


def test_without_a_forwarded_header_nothing_is_told(caplog: pytest.LogCaptureFixture) -> None:
    assert app_behind(0).get("/").status_code == 200
    assert not caplog.records
