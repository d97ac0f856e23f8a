"""Holders: registering, confirming the e-mail, reading messages."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from domain import normalizing, privacy
from domain.errors import DomainError, FieldProblem, StaleVersion
from domain.identifiers import IdDocument
from domain.ways_in import CONFIRM_EMAIL, NEW_EMAIL, NEW_MOBILE, NEW_QUESTION, STOP_EMAIL
from extensions import db
from models import Holder, Message, id_digest, mobile_digest, now
from operations import events, mailed_links, offers, telling, ways_in

TAKEN_ID = "这个身份证号已经注册过，请直接登录，或用“忘记密码”找回；不是您注册的，可以申请解除占用"
EMAIL_ASKED = """有人登录您的账号，申请把邮箱换成 {email}，新邮箱确认以后才换过去。
是您本人，不用管。不是您本人，请到“个人中心”点“不换了”，并马上修改密码。"""
TAKEN_MOBILE = "这个手机号已经注册过，请换一个，或用它登录；原来是别人的号码、现在归您的，可以申请解除占用"
TAKEN_OTHER = "这个{what}已经注册过，请换一个，或用它登录"


class IdTaken(FieldProblem):
    """Said at registration alone, and only after the 验证码: somebody has the number already."""

    def __init__(self) -> None:
        super().__init__("id_number", TAKEN_ID)


@dataclass(frozen=True, slots=True)
class Registration:
    """What a new holder gave, checked for form; hashes were made before the transaction.

    Nobody registers without having consented to the privacy notice as it stands.
    """

    name: str
    document: IdDocument
    mobile: str
    email: str
    region_code: str
    password_hash: str
    security_question: str
    security_answer_hash: str


def register(registration: Registration) -> Holder:
    """Add a holder; ID number, mobile and e-mail register once each."""
    given = registration
    for problem in taken(given.document.number, given.email, given.mobile):
        raise problem
    holder = Holder(
        name=given.name, id_number=given.document.number, id_digest=id_digest(given.document.number),
        id_kind=given.document.kind, mobile=given.mobile, mobile_digest=mobile_digest(given.mobile),
        email=given.email.strip().lower(), region_code=given.region_code, password_hash=given.password_hash,
        security_question=given.security_question, security_answer_hash=given.security_answer_hash,
    )  # fmt: skip
    db.session.add(holder)
    try:
        db.session.flush()
    except IntegrityError as clash:
        raise _taken(str(clash.orig)) from clash
    events.record(holder.actor, "register", ("holder", holder.id), "注册")
    consent(holder, privacy.current().name)
    return holder


def taken(id_number: str, email: str, mobile: str) -> list[FieldProblem]:
    """Return what is to be said of those that are somebody's already; cheap, so ask before hashes are made."""
    problems: list[FieldProblem] = [IdTaken()] if Holder.with_id_number(id_number) else []
    if Holder.with_mobile(mobile):
        problems.append(FieldProblem("mobile", TAKEN_MOBILE))
    if Holder.with_email(email):
        problems.append(FieldProblem("email", TAKEN_OTHER.format(what="邮箱")))
    return problems


def consent(holder: Holder, version: str) -> None:
    """Note that the holder consented to this version of the privacy notice; one that is not the newest is shown anew."""
    if version != privacy.current().name:
        raise StaleVersion("隐私说明刚刚有了新版本，请看过新的再决定")
    if not privacy.is_due(holder.consent_version):
        return
    holder.consent_version, holder.consented_at = version, now()
    db.session.flush()
    events.record(holder.actor, "consent", ("holder", holder.id), f"同意隐私说明（{version} 版）")


def _taken(clash: str) -> FieldProblem:
    """Name the field of which somebody else was faster; both engines name its column."""
    for field, sentence in (("email", TAKEN_OTHER.format(what="邮箱")), ("mobile", TAKEN_MOBILE)):
        if field in clash:
            return FieldProblem(field, sentence)
    return IdTaken()


def new_confirming_link(holder: Holder, email: str | None = None) -> str:
    """Return a fresh token for the mail that proves the address on record, or `email`, which is to take its place."""
    return mailed_links.new(holder, CONFIRM_EMAIL, email)


def to_be_confirmed(token: str) -> tuple[Holder, str | None]:
    """Return whose link it is, and the address that it puts in place of the one on record; none at the first time."""
    link, holder = mailed_links.opened(token, CONFIRM_EMAIL)
    return holder, link.email


def confirm_email(token: str, session_key: str = "") -> Holder:
    """Take over the address the link was sent to, proved as it is; a link works once."""
    link, holder = mailed_links.take(token, CONFIRM_EMAIL)
    before, holder.email = holder.email, link.email or holder.email
    holder.email_confirmed_at = now()
    try:
        db.session.flush()
    except IntegrityError as clash:
        raise DomainError(TAKEN_OTHER.format(what="邮箱")) from clash
    if before == holder.email:
        events.record(holder.actor, "confirm_email", ("holder", holder.id), "确认邮箱")
    else:
        ways_in.changed(holder, NEW_EMAIL, but=session_key, differs={"邮箱": [before, holder.email]})
    return holder


@dataclass(frozen=True, slots=True)
class Details:
    """What a holder may change alone."""

    mobile: str
    region_code: str
    employer_name: str


def change_details(holder: Holder, details: Details, session_key: str = "") -> None:
    """Take over mobile, region and employer; a mobile number belongs to one account."""
    other = Holder.with_mobile(details.mobile)
    if other is not None and other.id != holder.id:
        raise FieldProblem("mobile", TAKEN_OTHER.format(what="手机号"))
    changes = {
        "手机号": [holder.mobile, details.mobile],
        "所在市、县": [holder.region_code, details.region_code],
        "工作单位": [holder.employer_name or "", details.employer_name],
    }
    if details.mobile != holder.mobile:  # an account may have none any more
        holder.mobile, holder.mobile_digest = details.mobile, mobile_digest(details.mobile)
    holder.region_code, holder.employer_name = details.region_code, details.employer_name or None
    try:
        db.session.flush()
    except IntegrityError as clash:
        raise _taken(str(clash.orig)) from clash
    changed = {label: values for label, values in changes.items() if values[0] != values[1]}
    number = changed.pop("手机号", None)
    if number:
        ways_in.changed(holder, NEW_MOBILE, but=session_key, differs={"手机号": number})
    if changed:
        events.record(holder.actor, "change_details", ("holder", holder.id), "修改个人资料", changes=changed)


def change_avatar(holder: Holder, key: str | None) -> str | None:
    """Set the avatar or take it away; return the key of the picture that is not needed any more."""
    before, holder.avatar = holder.avatar, key
    db.session.flush()
    events.record(holder.actor, "change_avatar", ("holder", holder.id), "换头像" if key else "去掉头像")
    return before


def change_question(holder: Holder, question: str, answer_hash: str, session_key: str = "") -> None:
    """Take another security question with its answer."""
    before, holder.security_question, holder.security_answer_hash = holder.security_question, question, answer_hash
    db.session.flush()
    ways_in.changed(holder, NEW_QUESTION, but=session_key, differs={"密保问题": [before, question]})


def ask_new_email(holder: Holder, email: str) -> tuple[str, str]:
    """Return the tokens of two mails: the one that proves an address to come, and the one that stops the change."""
    email = email.strip().lower()
    if email == holder.email:
        raise FieldProblem("email", "这就是现在的邮箱，不用改")
    if Holder.with_email(email):
        raise FieldProblem("email", TAKEN_OTHER.format(what="邮箱"))
    proves = new_confirming_link(holder, email)
    stops = mailed_links.new(holder, STOP_EMAIL, email)
    telling.leave(holder, "有人申请换您账号的邮箱", EMAIL_ASKED.format(email=email))
    events.record(
        holder.actor, "ask_new_email", ("holder", holder.id), "申请换邮箱", changes={"邮箱": [holder.email, email]}
    )
    return proves, stops


def stop_new_email(token: str) -> None:
    """Drop the address to come: who has the link reads the mail of the one in use."""
    _, holder = mailed_links.take(token, STOP_EMAIL)
    drop_new_email(holder)


def drop_new_email(holder: Holder) -> bool:
    """Keep the address in use; no if none waits to take its place any more."""
    link = mailed_links.waiting(holder, CONFIRM_EMAIL)
    if link is None or link.email is None:
        return False
    mailed_links.use_up(holder, CONFIRM_EMAIL, STOP_EMAIL)
    events.record(holder.actor, "drop_new_email", ("holder", holder.id), "不换邮箱了")
    return True


def employer_on_record(holder: Holder) -> str | None:
    """Return the employer that the newest of the holder's records names, of those that are shown in full."""
    records = [one for one in offers.shown_in_full(holder) if one.employer_name]
    newest = max(records, key=lambda one: one.awarded_on.iso if one.awarded_on else "", default=None)
    return newest.employer_name if newest else None


def email_to_be(holder: Holder) -> str | None:
    """Return the address that waits to be proved in place of the one on record."""
    link = mailed_links.waiting(holder, CONFIRM_EMAIL)
    return link.email if link else None


def unread(holder_id: int) -> int:
    query = select(func.count()).select_from(Message).filter_by(holder_id=holder_id, read_at=None)
    return db.session.scalar(query) or 0


def inbox(holder_id: int, limit: int = 100) -> list[Message]:
    query = select(Message).filter_by(holder_id=holder_id).order_by(Message.id.desc()).limit(limit)
    return list(db.session.scalars(query))


def mark_read(holder_id: int) -> None:
    """Note all messages of the holder as read."""
    unread_ones = update(Message).where(Message.holder_id == holder_id, Message.read_at.is_(None))
    db.session.execute(unread_ones.values(read_at=now()))


def normalised_answer(answer: str) -> str:
    """Fold a security answer as people repeat it years later: blanks, width and case do not count."""
    return normalizing.code(answer).replace(" ", "").casefold()
