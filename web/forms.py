"""What every form shares: problems of the rules set beside their fields, and checks that speak as the rules do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field
from wtforms.fields.choices import SelectChoice
from wtforms.validators import StopValidation

from domain.errors import DomainError, FieldProblem, FieldProblems, StaleVersion

Check = Callable[[Any, Field], None]


class Form(FlaskForm):
    """A form that keeps what was typed and says what is wrong beside it."""

    heading = ""
    """What stands above the problems where they are not something to mend."""

    class Meta(FlaskForm.Meta):
        locales = ("zh",)
        """WTForms' own words, read once; Flask-WTF would open the catalogue at every request."""

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
        if name is None:
            self.form_errors = [*self.form_errors, sentence]
        elif sentence not in self[name].errors:
            self[name].errors = [*self[name].errors, sentence]


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
