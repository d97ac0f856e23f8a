"""个人设置: what one's own account shows, and how its owner likes to work."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms import BooleanField

from admin_views.forms import BackOfficeForm
from domain.access import Permission
from extensions import db, writing
from models import StaffUser
from operations import accounts
from web import access, news, own_sessions
from web.access import requires

blueprint = Blueprint("staff_settings", __name__, url_prefix="/admin")


class SettingsForm(BackOfficeForm):
    single_keys = BooleanField(
        "单键操作", description="审核页上按一个键就选结论、换照片、看下一件。用语音输入的，可以关掉，以免误按"
    )


@blueprint.route("/settings", methods=("GET", "POST"))
@requires(Permission.OWN_ACCOUNT)
def settings() -> str | Response:
    user = current_user._get_current_object()
    if not isinstance(user, StaffUser):
        abort(403)
    form = SettingsForm(obj=user)
    if form.validate_on_submit():
        number, wanted = user.id, bool(form.single_keys.data)
        with writing():
            accounts.set_single_keys(db.session.get_one(StaffUser, number), wanted)
        flash("个人设置已保存。", "ok")
        return redirect(url_for("staff_settings.settings"), 303)
    return render_template("admin/settings.html", form=form)


def own() -> StaffUser:
    user = access.own_account()
    return user if isinstance(user, StaffUser) else abort(403)


@blueprint.get("/sessions")
@requires(Permission.OWN_ACCOUNT)
def signed_in() -> str:
    return render_template("admin/sessions.html", rows=own_sessions.rows(own()))


@blueprint.post("/sessions")
@requires(Permission.OWN_ACCOUNT)
def end_sessions() -> Response:
    own_sessions.end(own())
    return redirect(url_for("staff_settings.signed_in"), 303)


@blueprint.post("/news/read")
@requires(Permission.OWN_ACCOUNT)
def read_news() -> Response:
    return redirect(news.read(own()), 303)
