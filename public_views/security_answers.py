"""忘记密码 by the security question, and the mailed page that uses the new password at once or stops it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from wtforms import StringField
from wtforms.validators import Length

import jobs
from domain import identifiers
from domain.access import ANYBODY, Permission
from domain.ways_in import NEW_PASSWORD
from extensions import db, writing
from models import Holder
from operations import mailed_links, security_answers
from operations.passwords import hashed
from operations.recovery import Letter
from operations.security_answers import Claim
from public_views.addresses import public_address
from public_views.person_fields import LONGEST_ID, mobile_field, parsed
from public_views.registration import LONGEST_ANSWER, QUESTIONS
from web import captcha, new_password
from web.access import requires
from web.captcha import CaptchaFields
from web.forms import Form, filled, readable
from web.new_password import NewPasswordFields

blueprint = Blueprint("security_answers", __name__)

MAIL_SUBJECT = "新密码 24 小时后生效（证书在线审验）"
MAIL_BODY = """{name}，您好：

有人用身份证号、手机号和密保答案，为您在“证书在线审验”的账号设了新密码。新密码 24 小时后生效。

想马上用，或者不是您本人要停掉它，都请打开下面的网址，再点页面上的按钮：

{address}

网址 24 小时内有效，只能用一次。请不要把网址转给别人。
"""


class AnswerForm(CaptchaFields, NewPasswordFields, Form):
    id_number = StringField(
        "身份证号", [filled("还没有填身份证号"), Length(max=LONGEST_ID), readable(parsed)],
        render_kw={"autocomplete": "off", "autocapitalize": "characters"},
    )  # fmt: skip
    mobile = mobile_field("注册时的手机号")
    answer = StringField(
        "密保答案", [filled("还没有填密保答案"), Length(max=LONGEST_ANSWER)], description="注册时选的那个密保问题的答案。",
        render_kw={"autocomplete": "off"},
    )  # fmt: skip


@blueprint.get("/portal/recover/question")
@requires(Permission.SIGN_IN)
def form() -> str:
    return _page(AnswerForm(formdata=None))


@blueprint.post("/portal/recover/question")
@requires(Permission.SIGN_IN)
def answer() -> Any:
    """Say what fits only when all three do; anything else answers alike, whether the account exists or not."""
    given = AnswerForm()
    typed_well = given.validate() and new_password.may_be(given, [given.id_number.data, given.mobile.data])
    if not captcha.passed(given, typed_well):
        return _page(given)
    claim = Claim(
        parsed(given.id_number.data).number, identifiers.mobile(given.mobile.data), given.answer.data,
        request.remote_addr or "",
    )  # fmt: skip
    holder = _who_fits(given, claim)
    if holder is None or not new_password.may_replace(given, holder):
        return _page(given)
    new_hash, holder_id = hashed(given.password.data), holder.id
    with writing():
        letter = security_answers.keep_new_password(db.session.get_one(Holder, holder_id), new_hash, claim)
        mail_id = _written_down(letter)
    jobs.wake(mail_id)
    return redirect(url_for("security_answers.kept"), 303)


def _who_fits(given: AnswerForm, claim: Claim) -> Holder | None:
    with writing():
        reserved = security_answers.reserve(claim)
    if not reserved:
        given.say(None, security_answers.TOO_OFTEN)
        return None
    holder = security_answers.holder_who_fits(claim)
    if holder is None:
        left = security_answers.tries_left(claim)
        more = f"还可以试 {left} 次" if left > 0 else security_answers.TOO_OFTEN
        given.say(None, f"身份证号、手机号、密保答案三项对不上。{more}")
    return holder


def _page(given: AnswerForm) -> str:
    captcha.ask(given)
    return render_template("public/recovery_question.html", form=given, questions=QUESTIONS)


def _written_down(letter: Letter) -> int:
    address = public_address("security_answers.decide", token=letter.token)
    body = MAIL_BODY.format(name=letter.name, address=address)
    return jobs.mail.ask_for(ANYBODY, letter.email, MAIL_SUBJECT, body).id


@blueprint.get("/portal/recover/kept")
@requires(Permission.SIGN_IN)
def kept() -> str:
    return render_template("public/recovery_kept.html")


@blueprint.get("/portal/recover/new-password/<token>")
@requires(Permission.SIGN_IN)
def decide(token: str) -> str:
    """What the mailed link opens; only one of its two buttons uses it up."""
    mailed_links.holder_of(token, NEW_PASSWORD)
    return render_template("public/recovery_decide.html", token=token)


@blueprint.post("/portal/recover/new-password/<token>")
@requires(Permission.SIGN_IN)
def decided(token: str) -> Any:
    use = request.form.get("choice") == "use"
    with writing():
        (security_answers.use_now if use else security_answers.stop)(token)
    flash("新密码已生效，请用它登录。" if use else "已停掉，新密码不会生效。原来的密码照常用。", "ok")
    return redirect(url_for("auth.sign_in"), 303)
