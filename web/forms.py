"""What every form shares: a length for every field, problems set beside their fields, checks that speak as the rules do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_wtf import FlaskForm
from werkzeug.datastructures import CombinedMultiDict, MultiDict
from wtforms import Field, HiddenField, PasswordField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import StopValidation

from domain import lengths
from domain.errors import DomainError, FieldProblem, FieldProblems, StaleVersion
from web.incoming import Sent

PAGE_TOO_LONG = "页面里带的一项内容太长了，请刷新页面再填一次"
_USUAL: tuple[tuple[type[Field], int], ...] = (
    (HiddenField, lengths.HIDDEN),
    (TextAreaField, lengths.TEXT),
    (PasswordField, lengths.PASSWORD),
    (StringField, lengths.LINE),
    (Field, lengths.CHOICE),
)

Check = Callable[[Any, Field], None]


class Form(FlaskForm):
    """A form that keeps what was typed and says what is wrong beside it.

    How long a text may be is declared once, by its Length validator or else by its kind. Whatever is longer is refused
    before any filter or check reads it, and the page gives back no more of it than the box takes.
    """

    heading = ""
    """What stands above the problems where they are not something to mend."""

    class Meta(FlaskForm.Meta):
        locales = ("zh",)
        """WTForms' own words, read once; Flask-WTF would open the catalogue at every request."""

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """Return files and fields as they were sent; `Sent` would refuse a long one without naming its label."""
            sent = super().wrap_formdata(form, formdata)
            dicts = sent.dicts if isinstance(sent, CombinedMultiDict) else [sent]
            if not any(isinstance(one, Sent) for one in dicts):
                return sent
            return MultiDict({name: values for one in dicts for name, values in one.raw()})

    def process(self, formdata: Any = None, *args: Any, **kwargs: Any) -> None:
        self.too_long: set[str] = set()
        sent = self.meta.wrap_formdata(self, formdata)
        super().process(self._bounded(sent) if sent is not None else None, *args, **kwargs)
        for name, field in self._fields.items():
            if isinstance(field, StringField) and not isinstance(field, HiddenField):
                field.render_kw = {**(field.render_kw or {}), "maxlength": room_of(field)}
            if name in self.too_long:
                field.validate = lambda form, extra=(), field=field: self._refuse(field)
                field.validate(self)

    def _bounded(self, sent: Any) -> MultiDict[str, Any]:
        """Return what the fields may read of what was sent, and note which of them were sent too much."""
        kept: MultiDict[str, Any] = MultiDict()
        for name, field in self._fields.items():
            values = sent.getlist(field.name)
            if any(isinstance(value, str) and not _fits(field, value) for value in values):
                self.too_long.add(name)
            if values:
                kept.setlist(field.name, [_beginning(field, value) for value in values])
        return kept

    def _refuse(self, field: Field) -> bool:
        if isinstance(field, HiddenField):
            self.say(None, PAGE_TOO_LONG)
        else:
            field.errors = [lengths.too_long(field.label.text, longest_of(field))]
        return False

    @property
    def was_sent(self) -> bool:
        """Whether it shows what was typed into it; what is shown first has read nothing yet."""
        return any(field.raw_data is not None for field in self if field.short_name != "csrf_token")

    def show(self, problem: DomainError) -> None:
        """Set a refusal beside the field it names; one that names no field of the form stands above all."""
        if isinstance(problem, FieldProblems):
            for one in problem.problems:
                self.show(one)
            return
        if isinstance(problem, StaleVersion):
            self.heading = "刚刚有了变化"
        named = isinstance(problem, FieldProblem) and problem.field in self
        self.say(problem.field if named else None, problem.sentence)

    def say(self, name: str | None, sentence: str) -> None:
        """Set a sentence beside a field, or above all; a field that is too long is not checked further."""
        if name is None:
            self.form_errors = [*dict.fromkeys([*self.form_errors, sentence])]
        elif name not in self.too_long and sentence not in self[name].errors:
            self[name].errors = [*self[name].errors, sentence]


def longest_of(field: Field) -> int:
    """Return how long what is typed may be: the one limit of the field, from which its box is made too."""
    declared: int | None = getattr(field.flags, "maxlength", None)
    return declared or next(usual for kind, usual in _USUAL if isinstance(field, kind))


def room_of(field: Field) -> int:
    return lengths.room(longest_of(field), lines=isinstance(field, TextAreaField))


def _fits(field: Field, value: str) -> bool:
    """Blanks at the ends of a password are a part of it."""
    longest = longest_of(field)
    return len(value) <= longest if isinstance(field, PasswordField) else lengths.fits(value, longest)


def _beginning(field: Field, value: Any) -> Any:
    if not isinstance(value, str) or len(value) <= longest_of(field):
        return value
    return value.strip() if _fits(field, value) else value[: room_of(field)]


def filled(sentence: str) -> Check:
    """Return the check that something was typed; nothing else is asked of an empty field."""

    def check(form: FlaskForm, field: Field) -> None:
        if not (field.data or "").strip():
            raise StopValidation(sentence)

    return check


def readable(read: Callable[[str], object]) -> Check:
    """Return the check that a rule can read what was typed."""

    def check(form: FlaskForm, field: Field) -> None:
        try:
            read(field.data or "")
        except DomainError as problem:
            raise StopValidation(problem.sentence) from problem

    return check


def choices(*words: str, empty: str = "") -> list[SelectChoice]:
    """Return words as the options of a select; `empty` opens the list with an option that chooses nothing."""
    return [*([SelectChoice("", empty)] if empty else []), *(SelectChoice(word) for word in words)]
