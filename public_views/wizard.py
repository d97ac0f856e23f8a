"""The wizard's first two steps: which certificate it is, and reading it over against the paper."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from markupsafe import Markup
from wtforms import StringField
from wtforms.validators import Length

from domain.access import Permission
from domain.certificate_fields import BY_KEY, FOLDED, READ_ONLY
from domain.certificate_rows import Answers, shown
from domain.entrances import asked_at
from domain.errors import DomainError, FieldProblem
from domain.offers import shown_keys
from domain.verification import EDITABLE, CaseState
from domain.vocabulary import Entrance, RecordShown
from extensions import writing
from models import Certificate, Holder, VerificationCase
from operations import case_drafts, offers
from operations.case_drafts import StaleDraft
from operations.case_facts import missing_fields
from operations.offers import OnPaper
from public_views import case_words
from web.access import current_actor, requires
from web.certificate_form import NumberTicks, empty_form, posted_form, suggested_titles
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


class NumberForm(NumberTicks, Form):
    cert_no = StringField(
        "证书编号", [Length(max=BY_KEY["cert_no"].max_length)],
        description="在证书编号页，一般是最多 15 位的数字；有汉字、字母的也照着填。", render_kw={"autocomplete": "off"},
    )  # fmt: skip

    @property
    def paper(self) -> OnPaper:
        return OnPaper(self.cert_no.data or "", bool(self.without_number.data), bool(self.number_sure.data))


@blueprint.get("/portal/verify/")
@requires(Permission.OWN_CASES)
def begin() -> str:
    return _number_page(NumberForm(formdata=None))


def _number_page(form: NumberForm) -> str:
    return render_template(
        "portal/wizard/number.html", form=form, offered=offers.offered(_holder()), steps=STEPS[Entrance.CERTIFICATE]
    )


def _holder() -> Holder:
    holder: Holder = current_user._get_current_object()
    return holder


@blueprint.post("/portal/verify/")
@requires(Permission.OWN_CASES)
def by_number() -> Any:
    form, actor, holder = NumberForm(), current_actor(), _holder()
    try:
        return _opened(lambda: case_drafts.start_by_number(actor, holder, form.paper))
    except DomainError as problem:
        form.show(problem)
        return _number_page(form)


@blueprint.get("/portal/verify/record/<int:certificate_id>/")
@requires(Permission.OWN_CASES)
def record_number(certificate_id: int) -> Any:
    """Ask for the number of an offered record as it stands on the paper."""
    record = offers.one_of(_holder(), certificate_id)
    begun = case_drafts.begun_on(record, _holder())
    if record.is_public or (begun is not None and not case_drafts.may_open(begun)):
        return redirect(case_words.next_page(begun) if begun else url_for("portal.home"))
    return _record_page(record, NumberForm(formdata=None))


def _record_page(record: Certificate, form: NumberForm) -> str:
    return render_template(
        "portal/wizard/record_number.html", form=form, record=record, steps=STEPS[Entrance.CERTIFICATE]
    )


@blueprint.post("/portal/verify/record/<int:certificate_id>/")
@requires(Permission.OWN_CASES)
def from_record(certificate_id: int) -> Any:
    form, actor, holder = NumberForm(), current_actor(), _holder()
    record = offers.one_of(holder, certificate_id)
    try:
        return _opened(lambda: case_drafts.start_from_record(actor, holder, certificate_id, form.paper))
    except FieldProblem as problem:
        form.show(problem)
        return _record_page(record, form)


@blueprint.post("/portal/verify/civil-servant/")
@requires(Permission.OWN_CASES)
def civil_servant() -> Any:
    actor, holder = current_actor(), _holder()
    return _opened(lambda: case_drafts.start_without_number(actor, holder))


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
    if case.state not in EDITABLE or case_words.awaits_number(case):
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
        if key in form and not isinstance(value, bool):
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
        folded=FOLDED, by_card=_by_card(case), titles=suggested_titles(form), changes=case_words.changes(case), outcome=case_words.outcome(case),
    )  # fmt: skip


def _by_card(case: VerificationCase) -> dict[str, Any] | None:
    """Return what is said where only the card of a record is shown: its year, and where the number is typed again."""
    record = case.certificate
    if record is None or case.record_shown is not RecordShown.CARD:
        return None
    again = case_drafts.may_open(case) and not offers.is_closed(record)
    return {
        "year": record.awarded_on.year if record.awarded_on else None,
        "numbered": record.cert_no is not None,
        "again": url_for("wizard.record_number", certificate_id=record.id) if again else "",
    }


def _was(case: VerificationCase, answers: Answers | None) -> dict[str, str]:
    """Return what the record says wherever the form says something else, as far as its holder may see the record."""
    record = case.certificate
    if record is None:
        return {}
    wrong = {problem.key for problem in answers.problems} if answers else set()
    known = shown_keys(case.record_shown)
    differing = [key for key in known if key in wrong or getattr(record, key) != getattr(case, key)]
    return {key: shown(getattr(record, key)) for key in differing}


def _on_record(case: VerificationCase) -> list[tuple[str, str]]:
    """Return what else is on record, for reading only."""
    if case.certificate is None or case.record_shown is not RecordShown.ALL:
        return []
    pairs = [(field.label, shown(getattr(case.certificate, field.key))) for field in READ_ONLY]
    return [(label, value) for label, value in pairs if value]


@blueprint.get("/portal/verify/<int:case_id>/confirm")
@requires(Permission.OWN_CASES)
def read_over(case_id: int) -> Any:
    case = case_drafts.own(current_actor(), case_id)
    if case.state not in EDITABLE:
        return redirect(case_words.next_page(case))
    if case_words.awaits_number(case):
        return redirect(case_words.next_page(case))
    missing = missing_fields(case)
    if missing:
        flash(f"还没有填好：{'、'.join(missing)}。", "warn")
        return redirect(url_for("wizard.fill_in", case_id=case_id))
    return render_template(
        "portal/wizard/read_over.html", case=case, steps=STEPS[case.entrance], values=case_words.values(case),
        changed={label for _, label, _, _ in case_words.changes(case)},
    )  # fmt: skip


@blueprint.get("/portal/bodies")
@requires(Permission.OWN_CASES)
def body_suggestions() -> Any:
    return bodies_like(request.args.get("q", ""))
