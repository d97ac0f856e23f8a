"""The form of certificate fields, made from the table of fields: the holder's in the wizard, the office's when it corrects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wtforms import BooleanField, SelectField, StringField
from wtforms import Field as Control
from wtforms.validators import Length

from domain.certificate_fields import FOLDED, FORMER_NAME_LABEL, PORTAL, Field, Kind, terms_of
from domain.certificate_rows import ASK_NUMBER, shown
from domain.entrances import asked_at
from domain.offers import shown_keys
from domain.stored_values import revived
from domain.titles import IMPORTABLE_LEVELS, TitleCatalogue
from domain.vocabulary import RecordShown
from extensions import moment
from models import VerificationCase
from operations import dictionaries
from operations.case_facts import PORTAL_KEYS
from web.forms import Form, choices

_FORMER_NAME = "former_name"
_TICKS = ("without_number", "number_sure")


class NumberTicks:
    """What can be said of a number besides typing it; the second is shown once it is asked."""

    without_number = BooleanField("证书上没有编号")
    number_sure = BooleanField("证书上确实是这样写的")

    @property
    def number_is_asked(self: Any) -> bool:
        return bool(self.number_sure.data) or ASK_NUMBER in self.cert_no.errors


class _CertificateForm(NumberTicks, Form):
    """The table's fields come with the class below; every value is the word people read, as `shown` writes it."""

    former_name = StringField(FORMER_NAME_LABEL, [Length(max=50)], render_kw={"autocomplete": "off"})

    @property
    def typed(self) -> dict[str, str]:
        keys = (*PORTAL_KEYS, _FORMER_NAME, *_TICKS)
        return {key: str(self[key].data or "") if key in self else "" for key in keys}


def _control(field: Field) -> Any:
    hint = f"{field.hint}。" if field.hint else ""
    if field.kind in (Kind.SERIES, Kind.TERM):
        return SelectField(field.label, choices=[], validate_choice=False, description=hint)
    numeric = {"inputmode": "numeric"} if field.kind is Kind.DATE else {}
    suggested = {"list": f"{field.key}-list"} if field.kind is Kind.TITLE or field.suggestions else {}
    attributes = {"autocomplete": "off", **numeric, **suggested}
    return StringField(field.label, [Length(max=field.max_length)], description=hint, render_kw=attributes)


CertificateForm = type("CertificateForm", (_CertificateForm,), {field.key: _control(field) for field in PORTAL})


def empty_form(case: VerificationCase) -> Any:
    """Return the form as the case stands."""
    values = {key: shown(getattr(case, key)) for key in PORTAL_KEYS}
    told = {**values, _FORMER_NAME: case.former_name, "without_number": case.without_number}
    return _prepared(CertificateForm(formdata=None, data=told), case)


def correction_form(case: VerificationCase, typed: Mapping[str, str] | None = None) -> Any:
    """Return the form in which an office corrects a case: as it was corrected so far, or as it was sent."""
    corrected = revived(case.correction or {})
    values = {key: shown(corrected.get(key, getattr(case, key))) for key in PORTAL_KEYS}
    return _prepared(CertificateForm(formdata=None, data={**values, **(typed or {})}), case)


def posted_form(case: VerificationCase, restore: str = "") -> Any:
    """Return the form as it was sent; `restore` names a field that goes back to what the record says."""
    form = _prepared(CertificateForm(), case)
    if restore in shown_keys(case.record_shown) and case.certificate:
        form[restore].data = shown(getattr(case.certificate, restore))
    return form


def _catalogue() -> TitleCatalogue:
    """What a form offers; whether a title is taken is asked of the dictionary itself."""
    catalogue: TitleCatalogue = moment.keep("titles", dictionaries.titles)
    return catalogue


def _prepared(form: Any, case: VerificationCase) -> Any:
    catalogue = _catalogue()
    fields = (*asked_at(case.entrance), *FOLDED)
    for absent in [field.key for field in PORTAL if field not in fields]:
        del form[absent]
    if "cert_no" not in form or case.record_shown is RecordShown.ALL:
        del form.without_number
    for field in fields:
        if field.kind in (Kind.SERIES, Kind.TERM):
            _offer(form[field.key], _words_of(field, catalogue))
        form[field.key].flags.optional = _may_stay_empty(field, case)
        _note_record(form[field.key], field, case)
    form.former_name.flags.optional = True
    return form


def _words_of(field: Field, catalogue: TitleCatalogue) -> tuple[str, ...]:
    return catalogue.series_names() if field.kind is Kind.SERIES else tuple(term.label for term in terms_of(field))


def _offer(control: Control, words: tuple[str, ...]) -> None:
    """Set the options; a value that is in no list stays choosable, since the record has it."""
    unusual = (control.data,) if control.data and control.data not in words else ()
    control.choices = choices(*words, *unusual, empty="请选择")


def _note_record(control: Control, field: Field, case: VerificationCase) -> None:
    """Let the page count changes as they are typed (js/changes.js)."""
    if case.certificate is not None and case.record_shown is RecordShown.ALL:
        control.render_kw = {**(control.render_kw or {}), "data-record": shown(getattr(case.certificate, field.key))}


def _may_stay_empty(field: Field, case: VerificationCase) -> bool:
    told = case.record_shown is RecordShown.ALL
    on_record = told and case.certificate is not None and getattr(case.certificate, field.key) is not None
    return not field.required and not (field.optional_in_portal and on_record)


def suggested_titles(form: Any) -> list[str]:
    """Return the titles of the chosen series, or of all while none is chosen."""
    catalogue = _catalogue()
    series = [form.title_series.data] if form.title_series.data else catalogue.series_names()
    return list(
        dict.fromkeys(title for one in series for level in IMPORTABLE_LEVELS for title in catalogue.titles(one, level))
    )


def suggested_words() -> list[tuple[str, tuple[str, ...]]]:
    """Return the words suggested for the other fields of free text."""
    return [(field.key, field.suggestions) for field in PORTAL if field.suggestions]
