"""The forms of actions on cases: the reply as the table of transitions asks for it, evidence, the office to pass to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import SelectField
from wtforms.validators import StopValidation

from admin_views.forms import BackOfficeForm, options, words
from domain.verification import Reply, Transition, reply_keeps_the_word
from models import Office


class ReplyForm(BackOfficeForm):
    """Built for one transition by `reply_form`."""


def reply_form(
    transition: Transition, *, targets: Sequence[Office] = (), fresh: bool = False, **data: Any
) -> ReplyForm:
    """Return the form an action asks for; `fresh` shows it before anything was typed into it."""
    fields: dict[str, Any] = {}
    if transition.name == "hand_over":
        choices = options(((str(office.id), office.name) for office in targets), "请选择")
        fields["to_office"] = SelectField("转给", choices=choices, validate_choice=False)
    if transition.reply is not Reply.NONE:
        missing = f"“{transition.label}”要写明原因，请填写审核回复" if transition.reply is Reply.REQUIRED else ""
        fields["reply"] = words(
            "审核回复", missing, longest=1000, lines=True, checks=[_keeps_the_word], description=_hint(transition)
        )
    if transition.evidence:
        fields["evidence"] = words(
            "内部证据", "认定假证要写明内部证据，请填写证据说明", longest=2000, lines=True,
            description="只有工作人员能看到，会列在“问题人员”里",
        )  # fmt: skip
    form_class = type("ReplyForm", (ReplyForm,), fields)
    return form_class(formdata=None, data=data) if fresh or data else form_class()


def _keeps_the_word(form: Any, field: Any) -> None:
    """Say it on the form already: a batch would skip every row for it."""
    sentence = reply_keeps_the_word(None, field.data or "")  # type: ignore[arg-type]
    if sentence:
        raise StopValidation(sentence)


def _hint(transition: Transition) -> str:
    if transition.name == "call_in":
        return "写明要带什么材料、到哪里、什么时间。本人会看到"
    return "本人会看到，不要写“假证”" if transition.evidence else "本人会看到"
