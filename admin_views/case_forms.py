"""The forms of actions on cases: the reply as the table of transitions asks for it, evidence, the office to pass to."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

from wtforms import StringField
from wtforms.validators import Length, StopValidation

from admin_views.forms import BackOfficeForm, stripped, words
from domain import lengths, normalizing
from domain.verification import Reply, Transition, reply_keeps_the_word
from models import Office


class ReplyForm(BackOfficeForm):
    """Built for one transition by `reply_form`; `target` is the office that was named, once it was found."""

    target: Office | None = None


def reply_form(
    transition: Transition, *, targets: Sequence[Office] = (), fresh: bool = False, **data: Any
) -> ReplyForm:
    """Return the form an action asks for; `fresh` shows it before anything was typed into it."""
    fields: dict[str, Any] = {}
    if transition.name == "hand_over":
        fields["to_office"] = StringField(
            "转给", [Length(max=100), _one_of(targets)], filters=[stripped], description="输入几个字，从列出的职改办里选",
            render_kw={"list": "office-names", "autocomplete": "off"},
        )  # fmt: skip
    if transition.reply is not Reply.NONE:
        missing = f"“{transition.label}”要写明原因，请填写审核回复" if transition.reply is Reply.REQUIRED else ""
        fields["reply"] = words(
            "审核回复",
            missing,
            longest=lengths.REPLY,
            lines=True,
            checks=[_keeps_the_word],
            description=_hint(transition),
        )
    if transition.evidence:
        fields["evidence"] = words(
            "内部证据", "认定假证要写明内部证据，请填写证据说明", longest=lengths.EVIDENCE, lines=True,
            description="只有工作人员能看到，会列在“问题人员”里",
        )  # fmt: skip
    form_class = type("ReplyForm", (ReplyForm,), fields)
    return form_class(formdata=None, data=data) if fresh or data else form_class()


def _one_of(targets: Sequence[Office]) -> Any:
    """Return the check that an office was named; a near miss is answered with what it may have meant."""

    def check(form: Any, field: Any) -> None:
        typed = normalizing.text(field.data or "")
        if not typed:
            raise StopValidation("请选择转给哪个职改办")
        form.target = next((office for office in targets if office.name == typed), None)
        if form.target is None:
            names = [office.name for office in targets]
            like = [name for name in names if typed in name] or difflib.get_close_matches(typed, names, n=3, cutoff=0.4)
            hint = f"您要找的可能是：{'、'.join(like[:3])}" if like else "请从列出的里面选"
            raise StopValidation(f"没有可以转给的“{typed}”，{hint}")

    return check


def _keeps_the_word(form: Any, field: Any) -> None:
    """Say it on the form already: a batch would skip every row for it."""
    sentence = reply_keeps_the_word(None, field.data or "")  # type: ignore[arg-type]
    if sentence:
        raise StopValidation(sentence)


def _hint(transition: Transition) -> str:
    if transition.name == "call_in":
        return "写明要带什么材料、到哪里、什么时间。本人会看到"
    return "本人会看到，不要写“假证”" if transition.evidence else "本人会看到"
