"""创建用户: the form, the account it makes, and the link that confirms the e-mail address."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from wtforms import Field, SelectField, StringField
from wtforms.validators import Length, StopValidation

from domain import identifiers, normalizing, privacy
from domain.access import Permission, Role
from domain.errors import DomainError, FieldProblems, TooMany
from domain.letters import CONFIRM_BODY, CONFIRM_SUBJECT
from extensions import db, writing
from models import Holder
from operations import case_drafts, holders, sessions, throttle
from operations.holders import TAKEN_ID, Registration
from operations.passwords import hashed
from operations.throttle import Limit
from public_views import case_words
from public_views.addresses import public_address
from public_views.person_fields import IdentityFields, email_field, mobile_field, parsed, region_field
from public_views.privacy import consent_fields
from web import access, captcha, known_devices, letters, new_password
from web.access import requires
from web.captcha import CaptchaFields
from web.forms import Form, choices, filled
from web.new_password import CurrentPasswordField, password_fields
from web.signing_in import came_in

blueprint = Blueprint("registration", __name__)

LONGEST_ANSWER = 50
QUESTIONS = (
    "您母亲的姓名是什么",
    "您父亲的姓名是什么",
    "您出生的村或街道叫什么",
    "您读的小学叫什么",
    "您小学班主任的姓名是什么",
    "您第一个工作单位叫什么",
    "您最要好的同学叫什么",
    "您最喜欢的一道菜是什么",
)
MAILS, MOST_MAILS = "confirming_mail", 3
"""So many mails within fifteen minutes are enough."""


def _question(form: Form, field: Field) -> None:
    if field.data not in QUESTIONS:
        raise StopValidation("还没有选密保问题")


def question_field() -> SelectField:
    listed = choices(*QUESTIONS, empty="请选择")
    return SelectField("密保问题", [_question], choices=listed, validate_choice=False)


def answer_field() -> StringField:
    return StringField(
        "密保答案", [filled("还没有填密保答案"), Length(max=LONGEST_ANSWER)],
        description="忘记密码时用得上，请记牢。", render_kw={"autocomplete": "off"},
    )  # fmt: skip


TRIES, MOST_TRIES = "registration", 20
TOO_OFTEN = "从这里注册得太勤了，请 15 分钟后再试。填好的内容都在，到时再点一次“创建用户”。"
"""So many tries of one address within fifteen minutes, whatever came of them: each tells whether a number is known."""


class RegistrationForm(CaptchaFields, IdentityFields, Form):
    mobile = mobile_field()
    email = email_field("邮箱", "确认链接会发到这里，第一次提交审验前要先确认。")
    region = region_field("不选的话，按身份证号前六位算。")
    password, repeated = password_fields("密码", keeps=True)
    question, answer = question_field(), answer_field()
    consent, consent_sensitive = consent_fields()


@blueprint.get("/portal/register")
@requires(Permission.SIGN_IN)
def form() -> str:
    return _page(RegistrationForm(formdata=None))


@blueprint.post("/portal/register")
@requires(Permission.SIGN_IN)
def register() -> Any:
    filled_in = RegistrationForm()
    typed_well = all((filled_in.validate(), _password_may_be(filled_in)))
    if not captcha.passed(filled_in, typed_well):
        return _page(filled_in)
    with writing():
        counted = throttle.take(Limit(TRIES, request.remote_addr or "", MOST_TRIES))
    if not counted:
        filled_in.say(None, TOO_OFTEN)
        captcha.keep(filled_in)
        return _page(filled_in)
    device, token_of_browser = access.device(), known_devices.token()
    try:
        _refuse_taken(filled_in)
        registration = _registration(filled_in)
        with writing():
            holder = holders.register(registration)
            token = holders.new_confirming_link(holder)
            key = sessions.open_for(holder, device)
            came_in(holder, key, device, token_of_browser)
    except DomainError as problem:
        filled_in.show(problem)
        captcha.keep(filled_in)
        return _page(filled_in, taken=TAKEN_ID in filled_in.id_number.errors)
    access.sign_in(holder, key)
    _mail(holder, token)
    return redirect(url_for("portal.home"), 303)


def _page(filled_in: RegistrationForm, taken: bool = False) -> str:
    captcha.ask(filled_in)
    return render_template("public/register.html", form=filled_in, taken=taken, version=privacy.current().name)


def _password_may_be(given: RegistrationForm) -> bool:
    own = [field.data or "" for field in (given.name, given.id_number, given.mobile, given.email)]
    typed_both = given.password.data and given.repeated.data
    return not typed_both or new_password.may_be(given, own)


def _refuse_taken(given: RegistrationForm) -> None:
    problems = holders.taken(*_ways_in(given))
    if problems:
        raise FieldProblems(problems)


def _ways_in(given: RegistrationForm) -> tuple[str, str, str]:
    """Return ID number, e-mail and mobile as they are stored: each registers once."""
    return (
        parsed(given.id_number.data).number, normalizing.code(given.email.data), identifiers.mobile(given.mobile.data),
    )  # fmt: skip


def _registration(filled_in: RegistrationForm) -> Registration:
    """Read the form as the register keeps it; the two hashes take their time here, before the transaction."""
    given = filled_in
    _, email, mobile = _ways_in(given)
    return Registration(
        name=normalizing.person_name(given.name.data),
        document=parsed(given.id_number.data),
        mobile=mobile,
        email=email,
        region_code=given.region.data,
        password_hash=hashed(given.password.data),
        security_question=given.question.data,
        security_answer_hash=hashed(holders.normalised_answer(given.answer.data)),
    )


def _mail(holder: Holder, token: str) -> None:
    address = public_address("registration.confirm_page", token=token)
    body = CONFIRM_BODY.format(name=holder.name, address=address)
    if letters.send(holder.email, CONFIRM_SUBJECT, body):
        flash(f"确认邮件已发到 {holder.email}，请打开里面的链接。没收到时看看垃圾箱，或在“个人中心”重新发送。", "ok")
    else:
        flash("确认邮件没有发出去，请过几分钟到“个人中心”重新发送。", "warn")


class NewEmailForm(CurrentPasswordField, Form):
    """Asked where the link of a new address is opened: whoever reads that mail need not be the holder."""


@blueprint.get("/portal/confirm/<token>")
@requires(Permission.SIGN_IN)
def confirm_page(token: str) -> str:
    """What the mailed link opens; only the button on it confirms."""
    return _confirm_page(token, NewEmailForm(formdata=None))


def _confirm_page(token: str, form: NewEmailForm) -> str:
    owner, to_be = holders.to_be_confirmed(token)
    return render_template("public/confirm_email.html", token=token, to_be=to_be, form=form, now=owner.email)


@blueprint.post("/portal/confirm/<token>")
@requires(Permission.SIGN_IN)
def confirm(token: str) -> Any:
    form, (owner, to_be) = NewEmailForm(), holders.to_be_confirmed(token)
    if to_be and not (form.validate() and new_password.is_current(form, owner)):
        return _confirm_page(token, form)
    key = access.session_key()
    with writing():
        confirmed_id = holders.confirm_email(token, key).id
    flash("邮箱已换好。" if to_be else "邮箱已确认，可以提交审验了。", "ok")
    return redirect(_way_on(confirmed_id), 303)


def _way_on(holder_id: int) -> str:
    """Lead whoever waited for nothing but this back to the button."""
    actor = access.current_actor()
    own = case_drafts.cases_of(holder_id) if (actor.role, actor.id) == (Role.HOLDER, holder_id) else []
    unsent = next(filter(case_words.only_unsent, own), None)
    return url_for("sending.photos", case_id=unsent.id) if unsent else url_for("portal.home")


@blueprint.post("/portal/confirm/send")
@requires(Permission.OWN_CASES)
def send_again() -> Any:
    holder, back = (
        current_user._get_current_object(),
        access.safe_next(request.form.get("next"), url_for("portal.profile")),
    )
    if holder.email_confirmed_at:
        flash("您的邮箱已经确认过了。", "info")
        return redirect(back, 303)
    own_id = holder.id
    with writing():
        if not throttle.take(Limit(MAILS, str(own_id), MOST_MAILS)):
            raise TooMany("确认邮件发得太勤了，请先看看收件箱和垃圾箱，15 分钟后再试。")
        token = holders.new_confirming_link(db.session.get_one(Holder, own_id))
    _mail(holder, token)
    return redirect(back, 303)
