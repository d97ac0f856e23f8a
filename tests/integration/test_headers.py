"""Headers of the kinds of answers that are not plain pages: files, parts of files, refusals, failures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from tests.engines import PLAIN_SQL
from web import headers

STYLE = "/static/css/base.css"


def failing(app: Flask, monkeypatch: pytest.MonkeyPatch, error: Exception) -> TestResponse:
    def fails(**_values: Any) -> None:
        raise error

    monkeypatch.setitem(app.view_functions, "lookup.form", fails)
    monkeypatch.setattr(app, "testing", False)
    return app.test_client().get("/")


def unchanged(app: Flask) -> TestResponse:
    client = app.test_client()
    return client.get(STYLE, headers={"If-None-Match": client.get(STYLE).headers["ETag"]})


def too_large(app: Flask, monkeypatch: pytest.MonkeyPatch) -> TestResponse:
    monkeypatch.setitem(app.config, "MAX_FORM_MEMORY_SIZE", 10)
    return app.test_client().post("/portal/sign-in", data={"login": "x" * 2000})


KINDS: dict[str, tuple[int, Callable[[Flask, pytest.MonkeyPatch], TestResponse]]] = {
    "a part of a file": (206, lambda app, _: app.test_client().get(STYLE, headers={"Range": "bytes=0-9"})),
    "a file that is unchanged": (304, lambda app, _: unchanged(app)),
    "the way to the door": (302, lambda app, _: app.test_client().get("/portal/")),
    "a form without its token": (400, lambda app, _: app.test_client().post("/portal/sign-in", data={"login": "x"})),
    "a form that is too large": (413, too_large),
    "a verb that is not taken": (405, lambda app, _: app.test_client().put("/")),
    "an error nobody thought of": (
        500,
        lambda app, monkeypatch: failing(app, monkeypatch, RuntimeError("secret words")),
    ),
    "a database that is away": (
        503,
        lambda app, monkeypatch: failing(app, monkeypatch, OperationalError("", {}, OSError())),
    ),
    "a disk that is full": (507, lambda app, monkeypatch: failing(app, monkeypatch, OSError(28, "full"))),
}


@PLAIN_SQL
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_answer_carries_each_header_once(app: Flask, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setitem(app.config, "HTTPS", True)
    code, asked = KINDS[kind]
    answer = asked(app, monkeypatch)

    assert answer.status_code == code
    wanted = headers.always(app)
    assert "Strict-Transport-Security" in wanted
    assert {name: answer.headers.get_all(name) for name in wanted} == {name: [value] for name, value in wanted.items()}
    assert "secret words" not in answer.text
    answer.close()
