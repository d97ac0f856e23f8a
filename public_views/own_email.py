"""换邮箱: asking for it, giving it up again, and the page by which the address in use stops it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

import jobs
from domain import normalizing
from domain.access import Permission
from domain.errors import FieldProblem, TooMany
from domain.ways_in import STOP_EMAIL
from extensions import db, writing
from models import Holder
from operations import holders, mailed_links, throttle
from operations.throttle import Limit
from public_views.addresses import public_address
from public_views.person_fields import email_field
from public_views.portal import holder
from public_views.registration import MAILS, MOST_MAILS
from web import new_password
from web.access import requires
from web.forms import Form
from web.new_password import CurrentPasswordField

blueprint = Blueprint("own_email", __name__)

NEW_ADDRESS = ("请确认新邮箱（证书在线审验）", """{name}，您好：

您在“证书在线审验”申请把邮箱改成这一个。请打开下面的网址，填现在的密码，再点“换成这个邮箱”：

{address}

网址 7 天内有效，只能用一次。不是您本人申请的，不用理会这封邮件。
""")  # fmt: skip
OLD_ADDRESS = ("您的邮箱要改了（证书在线审验）", """{name}，您好：

有人登录您在“证书在线审验”的账号，申请把邮箱改成 {email}。

是您本人改的，不用管。不是您本人，请打开下面的网址，再点页面上的“不换邮箱”，然后马上修改密码：

{stop}

网址 7 天内有效，只能用一次。请不要把网址转给别人。
""")  # fmt: skip


class EmailForm(CurrentPasswordField, Form):
    email = email_field("新邮箱", "确认链接会发到新邮箱，点开确认后才换过去。")


@blueprint.get("/portal/profile/email")
@requires(Permission.OWN_CASES)
def email() -> str:
    return _email_page(EmailForm(formdata=None))


def _email_page(form: EmailForm) -> str:
    return render_template("portal/email.html", form=form, holder=holder(), to_be=holders.email_to_be(holder()))


@blueprint.post("/portal/profile/email")
@requires(Permission.OWN_CASES)
def change_email() -> Any:
    form, own = EmailForm(), holder()
    if not form.validate() or not new_password.is_current(form, own):
        return _email_page(form)
    own_id, new = own.id, normalizing.code(form.email.data).lower()
    try:
        with writing():
            if not throttle.take(Limit(MAILS, str(own_id), MOST_MAILS)):
                raise TooMany("确认邮件发得太勤了，请先看看收件箱和垃圾箱，15 分钟后再试。")
            own = db.session.get_one(Holder, own_id)
            mail_ids = _written_down(own, new, *holders.ask_new_email(own, new))
    except FieldProblem as problem:
        form.show(problem)
        return _email_page(form)
    for mail_id in mail_ids:
        jobs.wake(mail_id)
    flash(f"确认邮件已发到 {new}，请打开里面的链接。确认以前，还是用原来的邮箱。", "ok")
    return redirect(url_for("portal.profile"), 303)


def _written_down(own: Holder, new: str, proves: str, stops: str) -> list[int]:
    """The address to come gets the link; the one in use learns of it, and can stop it."""
    given = {
        "name": own.name, "email": new, "address": public_address("registration.confirm_page", token=proves),
        "stop": public_address("own_email.stop_page", token=stops),
    }  # fmt: skip
    mails = ((new, *NEW_ADDRESS), (own.email, *OLD_ADDRESS))
    return [jobs.mail.ask_for(own.actor, to, subject, body.format(**given)).id for to, subject, body in mails]


@blueprint.post("/portal/profile/email/drop")
@requires(Permission.OWN_CASES)
def drop() -> Any:
    own_id = holder().id
    with writing():
        dropped = holders.drop_new_email(db.session.get_one(Holder, own_id))
    flash(
        "不换了，还是用原来的邮箱。" if dropped else "现在没有等着换的邮箱，可能已经换好或停掉了。",
        "ok" if dropped else "info",
    )
    return redirect(url_for("portal.profile"), 303)


@blueprint.get("/portal/keep-email/<token>")
@requires(Permission.SIGN_IN)
def stop_page(token: str) -> str:
    """What the link to the address in use opens; only the button on it stops the change."""
    link, _ = mailed_links.opened(token, STOP_EMAIL)
    return render_template("public/keep_email.html", token=token, to_be=link.email)


@blueprint.post("/portal/keep-email/<token>")
@requires(Permission.SIGN_IN)
def stop(token: str) -> Any:
    with writing():
        holders.stop_new_email(token)
    flash("邮箱没有换。不是您本人申请的，请马上登录修改密码。", "ok")
    return redirect(url_for("auth.sign_in"), 303)
