"""意见反馈: the form to the office, and what was answered."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from wtforms import TextAreaField
from wtforms.validators import Length

from domain.access import Permission
from domain.errors import FieldProblem
from extensions import db, writing
from models import Holder
from operations import feedback
from public_views.portal import holder
from web.access import requires
from web.forms import Form, filled

blueprint = Blueprint("feedback", __name__)


class FeedbackForm(Form):
    body = TextAreaField(
        "要反映的事", [filled("还没有写要反映的事"), Length(max=feedback.LONGEST)],
        description=f"最多 {feedback.LONGEST} 个字。说的是哪本证书，请写上证书编号。",
    )  # fmt: skip


@blueprint.get("/portal/feedback/")
@requires(Permission.OWN_CASES)
def form() -> str:
    return _page(FeedbackForm(formdata=None))


def _page(given: FeedbackForm) -> str:
    return render_template("portal/feedback.html", form=given, letters=feedback.all_of(holder()))


@blueprint.post("/portal/feedback/")
@requires(Permission.OWN_CASES)
def send() -> Any:
    given, own_id = FeedbackForm(), holder().id
    if not given.validate():
        return _page(given)
    try:
        with writing():
            feedback.send(db.session.get_one(Holder, own_id), given.body.data)
    except FieldProblem as problem:
        given.show(problem)
        return _page(given)
    flash("反馈已交，职改办答复后会在“消息中心”告诉您。", "ok")
    return redirect(url_for("feedback.form"), 303)
