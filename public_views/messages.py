"""消息中心: what the system told the holder, newest first."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, url_for

from domain.access import Permission
from extensions import writing
from operations import case_drafts, holders
from web.access import current_actor, requires

blueprint = Blueprint("messages", __name__)


@blueprint.get("/portal/messages/")
@requires(Permission.OWN_CASES)
def inbox() -> str:
    own_id = _own_id()
    open_to_me = {case.id for case in case_drafts.cases_of(own_id)}
    return render_template("portal/messages.html", messages=holders.inbox(own_id), cases=open_to_me)


@blueprint.post("/portal/messages/read")
@requires(Permission.OWN_CASES)
def mark_read() -> Any:
    own_id = _own_id()
    with writing():
        holders.mark_read(own_id)
    return redirect(url_for("messages.inbox"), 303)


def _own_id() -> int:
    own_id = current_actor().id
    assert own_id is not None, "only holders come here"
    return own_id
