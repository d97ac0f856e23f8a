"""The web server killed at any moment of a decision and of a submission: all of it stands or none, and it can be done again."""

from __future__ import annotations

import json
import os
import random
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

import pytest

from tests.pages import Page
from tests.systems import Prototype, System, prototype_on

ROUNDS = 20 if os.environ.get("SOAK") else 1
"""On each engine."""
PREPARED = """
import json
from domain.verification import CaseState
from extensions import db
from models import Holder, StaffUser
from tests.factories import case_at, certificate, draft, holder
from tests.pages import CheckedClient
from flask import current_app

app = current_app._get_current_object()
app.test_client_class = CheckedClient

def cookie_of(account):
    client = app.test_client()
    client.enter_as(account)
    return client.get_cookie("session").value

pending, unsent = case_at(CaseState.PENDING), draft(certificate(holder(1)), holder(1))
told = {"pending": pending.id, "unsent": unsent.id}
told["clerk"] = cookie_of(db.session.query(StaffUser).filter_by(username="ls.staff").one())
told["holder"] = cookie_of(db.session.get(Holder, unsent.holder_id))
print(json.dumps(told))
"""


class Found(NamedTuple):
    """What stands of a change: the state of its case, the events and messages of it, and the mails that wait."""

    state: str
    events: int
    messages: int
    mails: int

    def and_then(self, state: str) -> Found:
        """Return what stands after one change to this state."""
        return Found(state, self.events + 1, self.messages + 1, self.mails + 1)


BECOMES = {"decision": "approved", "submission": "auto_approved"}


class Person:
    """Somebody signed in, with a browser that follows no redirect and minds no broken connection."""

    def __init__(self, base_url: str, cookie: str) -> None:
        self._base_url, self._cookie = base_url, cookie

    def sends(self, page: str, form: dict[str, str], to: str = "") -> None:
        fields = Page(self._fetch(page)).form("version")
        self._fetch(to or page, urllib.parse.urlencode({**fields, **form}).encode())

    def _fetch(self, path: str, data: bytes | None = None) -> str:
        request = urllib.request.Request(self._base_url + path, data, {"Cookie": f"session={self._cookie}"})  # noqa: S310
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
            anew = SimpleCookie(answer.headers["Set-Cookie"] or "")
            self._cookie = anew["session"].value if "session" in anew else self._cookie
            return str(answer.read(), "utf-8")


class Round:
    """One copy of the system, with a case that waits for a decision and a draft that waits to be sent."""

    def __init__(self, system: System, told: dict[str, Any]) -> None:
        self._system, self.server, self._told = system, system.server, told

    def found(self, what: str) -> Found:
        case = self._told["pending" if what == "decision" else "unsent"]
        asked = self._system.asked
        return Found(
            asked("SELECT state FROM verification_case WHERE id = :case", case=case),
            asked("SELECT count(*) FROM event WHERE subject_type = 'case' AND subject_id = :case", case=case),
            asked("SELECT count(*) FROM message WHERE case_id = :case", case=case),
            asked("SELECT count(*) FROM background_job WHERE kind_slug = 'message_mail' AND subject_id IN"
                  " (SELECT id FROM message WHERE case_id = :case)", case=case),
        )  # fmt: skip

    def does(self, what: str) -> None:
        if what == "decision":
            page = f"/admin/cases/review/{self._told['pending']}/"
            clerk = Person(self.server.base_url, self._told["clerk"])
            clerk.sends(page, {"decision": "approve", "reply": "已核对"}, to=f"{page}decide/")
        else:
            page = f"/portal/verify/{self._told['unsent']}/photos"
            Person(self.server.base_url, self._told["holder"]).sends(page, {"submit": "1"})

    def killed_while(self, what: str, moment: float) -> None:
        with self._serving():
            doing = Thread(target=_whatever_comes, args=(self.does, what))
            doing.start()
            time.sleep(moment)
        doing.join()

    def does_again(self, what: str) -> None:
        with self._serving():
            self.does(what)

    @contextmanager
    def _serving(self) -> Iterator[None]:
        self.server.start_web()
        try:
            yield
        finally:
            self.server.kill()


def _whatever_comes(does: Any, what: str) -> None:
    try:
        does(what)
    except (OSError, urllib.error.HTTPError):
        return


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def prototype(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prototype]:
    with prototype_on(request.param, request, tmp_path_factory.mktemp("kills"), PREPARED) as made:
        yield made


@pytest.mark.parametrize("number", range(ROUNDS))
def test_a_killed_server_leaves_all_or_nothing_and_the_next_one_carries_on(
    prototype: Prototype, tmp_path: Path, number: int
) -> None:
    one, chance = Round(prototype.copy(tmp_path), json.loads(prototype.told)), random.Random(number)  # noqa: S311

    for what in ("decision", "submission"):
        before = one.found(what)
        after = before.and_then(BECOMES[what])
        one.killed_while(what, chance.uniform(0, 0.3))
        assert one.found(what) in (before, after), "all or nothing"
        if one.found(what) == before:
            one.does_again(what)

        assert one.found(what) == after
    assert "完整" in one.server.run_command("audit", "verify")
