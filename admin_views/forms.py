"""The fields that forms of the back office are made of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from wtforms import SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional, StopValidation
from wtforms.widgets import CheckboxInput, ListWidget

from domain.errors import DomainError, FieldProblem
from domain.partial_dates import parse_text
from web.forms import Check, Form, filled


class BackOfficeForm(Form):
    """A form whose fields are named as the operations name them."""


def stripped(value: str | None) -> str | None:
    return value.strip() if value else value


def words(
    label: str, missing: str = "", *, longest: int = 100, lines: bool = False, checks: Iterable[Check] = (), **more: Any
) -> Any:
    """Return a text field; `missing` is the sentence when it is empty, without one it may stay empty."""
    presence = filled(missing) if missing else Optional()
    validators = [presence, Length(max=longest), *checks]
    return (TextAreaField if lines else StringField)(label, validators, filters=[stripped], **more)


def one_of(label: str, missing: str, **more: Any) -> SelectField:
    """Return a select whose options the view gives at each request; anything else that is sent is refused."""

    def listed(form: Any, field: SelectField) -> None:
        if not field.data or field.data not in {choice.value for choice in field.choices}:
            raise StopValidation(missing)

    return SelectField(label, [listed], choices=[], validate_choice=False, **more)


def several_of(label: str, **more: Any) -> SelectMultipleField:
    """Return tick boxes, one for each of a list that the view gives at each request."""
    return SelectMultipleField(
        label, choices=[], widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(), **more
    )


def options(pairs: Iterable[tuple[Any, str]], empty: str = "") -> list[SelectChoice]:
    """Return options for a select from (value, words)."""
    listed = [SelectChoice(str(value), label) for value, label in pairs]
    return [SelectChoice("", empty), *listed] if empty else listed


def day_of(field: str, typed: str) -> date:
    """Read a day as every form here does; a month alone is no day."""
    try:
        read = parse_text(typed)
    except DomainError as problem:
        raise FieldProblem(field, problem.sentence) from problem
    if read.day is None:
        raise FieldProblem(field, "请写到哪一天，如 2027-10-01")
    return read.earliest()


class ReasonForm(BackOfficeForm):
    """Asks why, where a confirm page wants a reason."""

    reason = words("原因", "请写明原因", longest=500, lines=True)
