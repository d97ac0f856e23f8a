"""The wizard's first two steps: which certificate it is, and reading it over against the paper."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from markupsafe import Markup
from wtforms import StringField

from domain.access import Permission
from domain.certificate_fields import BY_KEY, FOLDED, READ_ONLY
from domain.certificate_rows import Answers, shown
from domain.entrances import asked_at
from domain.errors import DomainError, FieldProblem
from domain.verification import EDITABLE, CaseState
from domain.vocabulary import Entrance
from extensions import writing
from models import VerificationCase
from operations import case_drafts
from operations.case_drafts import StaleDraft
from operations.case_facts import PORTAL_KEYS, missing_fields
from public_views import case_words
from web.access import current_actor, requires
from web.certificate_form import empty_form, posted_form, suggested_titles
from web.filters import day
from web.forms import Form
from web.suggestions import bodies_like

blueprint = Blueprint("wizard", __name__)

STEPS = {
    Entrance.CERTIFICATE: (
        "输入证书编号",
        Markup('核对并完善<span class="zs-hide-phone">证书</span>信息'),
        "上传证书照片",
    ),
    Entrance.CIVIL_SERVANT: (
        Markup('<span class="zs-hide-phone">公务员或</span>参公人员入口'),
        "完善信息",
        "上传批文照片",
    ),
}


class NumberForm(Form):
    cert_no = StringField(
        "证书编号", description="在证书编号页，最多 15 位。",
        render_kw={"autocomplete": "off", "inputmode": "numeric", "maxlength": 50},
    )  # fmt: skip


@blueprint.get("/portal/verify/")
@requires(Permission.OWN_CASES)
def begin() -> str:
    return _number_page(NumberForm(formdata=None))


def _number_page(form: NumberForm) -> str:
    offered = case_drafts.offered(current_user._get_current_object())
    return render_template("portal/wizard/number.html", form=form, offered=offered, steps=STEPS[Entrance.CERTIFICATE])


@blueprint.post("/portal/verify/")
@requires(Permission.OWN_CASES)
def by_number() -> Any:
    form, actor = NumberForm(), current_actor()
    holder = current_user._get_current_object()
    try:
        return _opened(lambda: case_drafts.start_by_number(actor, holder, form.cert_no.data or ""))
    except DomainError as problem:
        form.show(problem)
        return _number_page(form)


@blueprint.post("/portal/verify/civil-servant/")
@requires(Permission.OWN_CASES)
def civil_servant() -> Any:
    actor, holder = current_actor(), current_user._get_current_object()
    return _opened(lambda: case_drafts.start_without_number(actor, holder))


@blueprint.post("/portal/verify/record/<int:certificate_id>/")
@requires(Permission.OWN_CASES)
def from_record(certificate_id: int) -> Any:
    actor, holder = current_actor(), current_user._get_current_object()
    return _opened(lambda: case_drafts.start_from_record(actor, holder, certificate_id))


def _opened(start: Callable[[], VerificationCase]) -> Any:
    with writing():
        case = start()
    if case.state is not CaseState.DRAFT:
        flash(f"这本证书 {day(case.submitted_at)} 已提交过，现在是“{case.state.holder_label}”。", "info")
    return redirect(case_words.next_page(case), 303)


@blueprint.get("/portal/verify/<int:case_id>/")
@requires(Permission.OWN_CASES)
def fill_in(case_id: int) -> Any:
    case = case_drafts.own(current_actor(), case_id)
    if case.state not in EDITABLE:
        return redirect(case_words.next_page(case))
    return _fields_page(case, empty_form(case))


@blueprint.post("/portal/verify/<int:case_id>/")
@requires(Permission.OWN_CASES)
def save(case_id: int) -> Any:
    """Keep what can be read, and show the rest again as it was typed with the sentence beside it."""
    actor = current_actor()
    case = case_drafts.own(actor, case_id)
    form = posted_form(case, request.form.get("restore", ""))
    answers = case_drafts.read_form(case, form.typed)
    try:
        with writing():
            case_drafts.fill_in(case, answers, form.typed["former_name"], request.form.get("version", 0, int))
    except FieldProblem as problem:
        form.show(problem)
    except StaleDraft as stale:
        _say_stored(form, stale)
        return _fields_page(case, form, answers)
    except DomainError as refusal:
        flash(refusal.sentence, "warn")
        return redirect(url_for("own_cases.details", case_id=case_id), 303)
    _say_wrong(form, answers)
    if not {"restore", "later"} & set(request.form):
        _say_missing(form, case)
    return _fields_page(case, form, answers) if form.errors else redirect(_way_on(case_id), 303)


def _say_stored(form: Any, stale: StaleDraft) -> None:
    """Set beside each field what stands there since another window was here; the form keeps what was typed."""
    form.say(None, stale.sentence)
    for key, value in stale.stored.items():
        if key in form:
            form.say(key, f"别处存的是“{shown(value) or '空'}”")


def _say_wrong(form: Any, answers: Answers) -> None:
    for problem in answers.problems:
        form.say(problem.key, problem.sentence)


def _say_missing(form: Any, case: VerificationCase) -> None:
    missing = missing_fields(case)
    for field in asked_at(case.entrance):
        if field.label in missing and not form[field.key].errors:
            form.say(field.key, f"还没有填{field.label}")


def _way_on(case_id: int) -> str:
    if "restore" in request.form:
        return url_for("wizard.fill_in", case_id=case_id, _anchor=request.form["restore"])
    if "later" in request.form:
        flash("已经存好了，随时可以接着填。", "ok")
        return url_for("portal.home")
    return url_for("wizard.read_over", case_id=case_id)


def _fields_page(case: VerificationCase, form: Any, answers: Answers | None = None) -> str:
    return render_template(
        "portal/wizard/fields.html", case=case, form=form, steps=STEPS[case.entrance], was=_was(case, answers), on_record=_on_record(case),
        folded=FOLDED, titles=suggested_titles(form), changes=case_words.changes(case), outcome=case_words.outcome(case),
    )  # fmt: skip


def _was(case: VerificationCase, answers: Answers | None) -> dict[str, str]:
    """Return what the record says wherever the form says something else."""
    record = case.certificate
    if record is None:
        return {}
    wrong = {problem.key for problem in answers.problems} if answers else set()
    differing = [key for key in PORTAL_KEYS if key in wrong or getattr(record, key) != getattr(case, key)]
    return {key: shown(getattr(record, key)) for key in differing}


def _on_record(case: VerificationCase) -> list[tuple[str, str]]:
    """Return what else is on record, for reading only."""
    if case.certificate is None:
        return []
    pairs = [(field.label, shown(getattr(case.certificate, field.key))) for field in READ_ONLY]
    return [(label, value) for label, value in pairs if value]


@blueprint.get("/portal/verify/<int:case_id>/confirm")
@requires(Permission.OWN_CASES)
def read_over(case_id: int) -> Any:
    case = case_drafts.own(current_actor(), case_id)
    if case.state not in EDITABLE:
        return redirect(case_words.next_page(case))
    missing = missing_fields(case)
    if missing:
        flash(f"还没有填好：{'、'.join(missing)}。", "warn")
        return redirect(url_for("wizard.fill_in", case_id=case_id))
    return render_template(
        "portal/wizard/read_over.html", case=case, steps=STEPS[case.entrance], values=case_words.values(case),
        changed={BY_KEY[key].label for key in case_drafts.changes_of(case)},
    )  # fmt: skip


@blueprint.get("/portal/bodies")
@requires(Permission.OWN_CASES)
def body_suggestions() -> Any:
    return bodies_like(request.args.get("q", ""))
