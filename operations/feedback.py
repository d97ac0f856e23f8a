"""意见反馈: a holder writes to the office of the city, which answers once; the answer lies among the messages."""

from __future__ import annotations

from sqlalchemy import select

from domain.access import Actor, Permission
from domain.errors import FieldProblem, NotFound, StaleVersion, TooMany
from extensions import db
from models import Feedback, Holder, now
from operations import events, routing, telling, throttle
from operations.throttle import Limit

LONGEST = 2000
PER_HOLDER = 5
"""So many letters within fifteen minutes are enough."""
SHOWN = 50


def send(holder: Holder, body: str) -> Feedback:
    body = body.strip()
    if len(body) > LONGEST:
        raise FieldProblem("body", f"最多写 {LONGEST} 个字，现在是 {len(body)} 个")
    if not throttle.take(Limit("feedback", str(holder.id), PER_HOLDER)):
        raise TooMany("反馈交得太勤了，请 15 分钟后再试。急事请打页面下方的咨询电话。")
    letter = Feedback(holder_id=holder.id, body=body)
    letter.belong_to(routing.pool_of(holder.region_code).place)
    db.session.add(letter)
    db.session.flush()
    events.record(holder.actor, "send_feedback", ("feedback", letter.id), "提交意见反馈")
    return letter


def all_of(holder: Holder) -> list[Feedback]:
    query = select(Feedback).filter_by(holder_id=holder.id).order_by(Feedback.id.desc()).limit(SHOWN)
    return list(db.session.scalars(query))


def answer(actor: Actor, feedback_id: int, words: str) -> Feedback:
    """Answer a letter of one's own reach; of two who answer, the second is told who was faster."""
    query = select(Feedback).filter_by(id=feedback_id).with_for_update()
    letter = db.session.scalar(query.execution_options(populate_existing=True))
    if letter is None or not actor.reaches(Permission.FEEDBACK, letter.office.place):
        raise NotFound("没有这条反馈，可能已经不归您答复")
    if letter.answered_at:
        raise StaleVersion(f"{letter.answered_by}刚刚答复了这一条，您写的没有发出")
    letter.answer, letter.answered_by, letter.answered_at = words.strip(), actor.name, now()
    db.session.flush()
    quoted = letter.body if len(letter.body) <= 100 else f"{letter.body[:100]}…"
    telling.tell(letter.holder, "职改办答复了您的反馈", f"{letter.answer}\n\n您的反馈：{quoted}")
    events.record(actor, "answer_feedback", ("feedback", letter.id), f"答复{letter.holder.name}的反馈")
    return letter
