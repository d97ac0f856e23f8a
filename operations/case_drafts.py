"""What a holder does to a case before sending it: starting one, filling it in, adding photos."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from domain import normalizing
from domain.access import Actor
from domain.certificate_rows import Answers, Remark, read_answers
from domain.errors import DomainError, FieldProblem, FieldProblems, NotFound, StaleVersion
from domain.identifiers import IdDocument, parse_id
from domain.offers import same_number, shown_keys
from domain.verification import EDITABLE, OPEN_STATES, CaseState
from domain.vocabulary import Entrance, PhotoKind, RecordShown
from extensions import db
from models import CasePhoto, Certificate, Holder, VerificationCase, now
from operations import bodies, events, offers
from operations.certificates import values_of
from operations.dictionaries import dictionaries
from operations.offers import OnPaper
from photos import SafePhoto, bands_of, looks_same

VERIFIED_ALREADY = "这本证书已经审验通过，不用再审验"
OPEN_ALREADY = "这个编号和授予单位您已经另开了一份审验，请在“我的证书”里继续那一份"
OPEN_WITHOUT_NUMBER = "同一系列、级别、资格名称和授予时间您已经另开了一份审验，请在“我的证书”里继续那一份"
MOVED_ON = (
    "这份草稿刚刚在别的设备或窗口改过，您这次填的还没有存。不一样的地方标在下面，看好以后再提交一次，就按这一页的存"
)


class StaleDraft(StaleVersion):
    """The draft was filled in elsewhere meanwhile; `stored` is what stands there now, by field, where it differs."""

    def __init__(self, stored: Mapping[str, Any]) -> None:
        super().__init__(MOVED_ON)
        self.stored = stored


def own(actor: Actor, case_id: int) -> VerificationCase:
    """Return the holder's own case; raises NotFound for anybody else's, as for one that does not exist."""
    case = db.session.get(VerificationCase, case_id)
    if case is None or case.holder_id != actor.id or case.deleted:
        raise NotFound("没有这本证书的审验，可能已经删除")
    return case


def cases_of(holder_id: int) -> list[VerificationCase]:
    query = (
        select(VerificationCase).filter_by(holder_id=holder_id, deleted_at=None).order_by(VerificationCase.id.desc())
    )
    return list(db.session.scalars(query))


def start_from_record(actor: Actor, holder: Holder, certificate_id: int, paper: OnPaper) -> VerificationCase:
    """Open a draft by the card of a record, or go on with the one that is open already.

    The number of the record, typed from the paper, brings the record's values into it; any other is the holder's
    correction, and the draft holds what the card shows. Typed again, it may still open the record.
    """
    _one_start_at_a_time(holder)
    record = offers.one_of(holder, certificate_id)
    case = _open_case_of(record)
    if case is not None and case.holder_id != holder.id:
        raise DomainError("这本证书另有一份审验在办理，请致电职改办")
    if case is not None and (case.state is not CaseState.DRAFT or case.record_shown is not RecordShown.CARD):
        return case
    if record.is_public:
        raise DomainError(VERIFIED_ALREADY)
    number = offers.number_on(paper) if record.cert_no is not None else None
    opened = offers.opens(holder, record, number)
    if case is not None:
        return _typed_again(case, record, number, opened)
    told = {} if opened else {"employer_name": holder.employer_name}
    case = VerificationCase(holder_id=holder.id, certificate_id=record.id, **told)
    _take(case, record, number, opened)
    case.belong_to(record.office.place)
    return _opened(actor, case)


def _take(case: VerificationCase, record: Certificate, number: str | None, opened: bool) -> None:
    """Fill what the holder may see of the record into what is still empty."""
    case.record_shown = RecordShown.ALL if opened else RecordShown.CARD
    case.cert_no, case.without_number = (record.cert_no if opened else number), number is None
    for key in shown_keys(case.record_shown):
        if getattr(case, key) is None:
            setattr(case, key, getattr(record, key))
    case.body_key = bodies.body_key(case.awarding_body)


def _typed_again(case: VerificationCase, record: Certificate, number: str | None, opened: bool) -> VerificationCase:
    if opened or (case.cert_no, case.without_number) != (number, number is None):
        _take(case, record, number, opened)
        case.version += 1
        _flush_if_free(case)
    return case


def may_open(case: VerificationCase) -> bool:
    """Whether the number may be typed again for the record behind this draft."""
    return case.state is CaseState.DRAFT and by_card(case)


def by_card(case: VerificationCase) -> bool:
    """Whether the case stands on a numbered record of which only the card was shown."""
    record = case.certificate
    return case.record_shown is RecordShown.CARD and record is not None and record.cert_no is not None


def begun_on(record: Certificate, holder: Holder) -> VerificationCase | None:
    """Return the holder's open case on the record."""
    case = _open_case_of(record)
    return case if case is not None and case.holder_id == holder.id else None


def _one_start_at_a_time(holder: Holder) -> None:
    """Two windows that start the same certificate wait for each other, and the second finds the draft of the first."""
    db.session.execute(select(Holder.id).filter_by(id=holder.id).with_for_update(key_share=True))


def _open_case_of(certificate: Certificate) -> VerificationCase | None:
    return db.session.scalar(
        select(VerificationCase).where(
            VerificationCase.certificate_id == certificate.id,
            VerificationCase.state.in_(OPEN_STATES),
            VerificationCase.deleted_at.is_(None),
        )
    )


def start_by_number(actor: Actor, holder: Holder, paper: OnPaper) -> VerificationCase:
    """Open a draft to be typed by hand; a number that stands on an offered record leads to that record instead."""
    number = offers.number_on(paper)
    _one_start_at_a_time(holder)
    if number is None:
        return _opened(actor, _blank(holder, without_number=True))
    begun = db.session.scalar(
        select(VerificationCase)
        .where(
            VerificationCase.holder_id == holder.id, VerificationCase.cert_no == number,
            VerificationCase.state.in_(OPEN_STATES), VerificationCase.deleted_at.is_(None),
        )
        .order_by(VerificationCase.id)
        .limit(1)
    )  # fmt: skip
    if begun is not None:
        return begun
    if any(same_number(one.cert_no, number) for one in offers.shown_in_full(holder)):
        raise DomainError(VERIFIED_ALREADY)
    record = offers.opened_by(holder, number)
    if record is not None:
        return start_from_record(actor, holder, record.id, paper)
    return _opened(actor, _blank(holder, cert_no=number))


def start_without_number(actor: Actor, holder: Holder) -> VerificationCase:
    """Open a draft for who passed review as a civil servant; one of theirs that is still empty is taken up instead."""
    _one_start_at_a_time(holder)
    empty = select(VerificationCase).filter_by(
        holder_id=holder.id, entrance=Entrance.CIVIL_SERVANT, state=CaseState.DRAFT, version=1, deleted_at=None
    )
    draft = db.session.scalar(empty.order_by(VerificationCase.id).limit(1))
    return draft or _opened(actor, _blank(holder, entrance=Entrance.CIVIL_SERVANT))


def _blank(holder: Holder, **given: Any) -> VerificationCase:
    """Return a draft to be typed by hand; what the account says already is not asked again."""
    return VerificationCase(holder_id=holder.id, employer_name=holder.employer_name, **given)


def _opened(actor: Actor, case: VerificationCase) -> VerificationCase:
    db.session.add(case)
    _flush_if_free(case)
    events.record(actor, "start", ("case", case.id), "开始审验", to_state=CaseState.DRAFT.value)
    return case


def _flush_if_free(case: VerificationCase) -> None:
    numberless = case.entrance is Entrance.CIVIL_SERVANT or case.without_number
    told = FieldProblem("title", OPEN_WITHOUT_NUMBER) if numberless else FieldProblem("cert_no", OPEN_ALREADY)
    try:
        db.session.flush()
    except IntegrityError as clash:
        raise told from clash


def document_of(holder: Holder) -> IdDocument:
    return parse_id(holder.id_number, now().date())


def read_form(case: VerificationCase, typed: Mapping[str, str]) -> Answers:
    """Read the wizard's form; what was left as the record shows it, or the number as step 1 took it, is not checked."""
    kept = {"cert_no": case.cert_no} | values_of(case.certificate, list(shown_keys(case.record_shown)))
    answers = read_answers(
        typed, kept, document_of(case.holder), dictionaries(), sure_of_number=bool(typed.get("number_sure"))
    )
    absent = bool(typed.get("without_number"))
    if absent and answers.values.get("cert_no"):
        answers.problems.insert(0, Remark("cert_no", "勾选了“证书上没有编号”，又填了编号，请只留一样"))
    answers.values["without_number"] = absent and not answers.values.get("cert_no")
    return answers


def fill_in(case: VerificationCase, answers: Answers, former_name: str, version: int) -> None:
    """Keep what was typed as far as it can be read; the rest is told by the form, not kept half.

    Raises StaleDraft where another window filled in something else since `version` was shown.
    """
    _take_in_hand(case)
    wrong = {problem.key for problem in answers.problems}
    taken = {key: value for key, value in answers.values.items() if key not in wrong}
    if "cert_no" in wrong:
        del taken["without_number"]
    taken["former_name"] = normalizing.person_name(former_name)[:50] or None
    stored = {key: getattr(case, key) for key, value in taken.items() if getattr(case, key) != value}
    if not stored:
        return
    if version != case.version:
        raise StaleDraft(stored)
    case.version += 1
    case.body_key = bodies.body_key(taken.get("awarding_body", case.awarding_body))
    for key, value in taken.items():
        setattr(case, key, value)
    _flush_if_free(case)


def refuse_wrong(answers: Answers) -> None:
    """Raise all that is wrong with a form at once, each beside its field."""
    if answers.problems:
        raise FieldProblems([FieldProblem(problem.key, problem.sentence) for problem in answers.problems])


def _take_in_hand(case: VerificationCase) -> None:
    """Look at the case as it is now and hold it: what was sent from another window is not changed any more."""
    db.session.refresh(case, with_for_update=True)
    if case.deleted:
        raise NotFound("没有这本证书的审验，可能已经删除")
    if case.state not in EDITABLE:
        raise DomainError(f"现在是“{case.state.holder_label}”，不能再改；要改请先撤回审验")
    case.filled_in_at = now()


def refuse_same_photo(case: VerificationCase, kind: PhotoKind, photo: SafePhoto) -> None:
    """The two pages are two photos."""
    for other in case.photos:
        if other.kind != kind and not other.superseded and looks_same(other.fingerprint, photo.fingerprint):
            raise FieldProblem(kind.value, f"两张照片一样。这一张要拍“{kind.label}”")


def attach_photo(case: VerificationCase, kind: PhotoKind, photo: SafePhoto, key: str) -> str | None:
    """Put a stored photo to the case; return the storage key that is no longer needed, if any."""
    _take_in_hand(case)
    refuse_same_photo(case, kind, photo)
    return _put(case, kind, photo, key)


def _put(case: VerificationCase, kind: PhotoKind, photo: SafePhoto, key: str) -> str | None:
    dropped = _set_aside(case, kind)
    case.photos.append(
        CasePhoto(
            kind=kind, key=key, sha256=photo.sha256, fingerprint=photo.fingerprint,
            width=photo.width, height=photo.height, size=len(photo.data),
            **{f"band_{at}": band for at, band in enumerate(bands_of(photo.fingerprint))},
        )
    )  # fmt: skip
    db.session.flush()
    return dropped


def turn_photo(case: VerificationCase, kind: PhotoKind, photo: SafePhoto, key: str, turned: str) -> str | None:
    """Put the turned photo where `turned` is still the photo of that page; return the key no longer needed, if any."""
    _take_in_hand(case)
    now_there = case.photo(kind)
    if now_there is None or now_there.key != turned:
        raise FieldProblem(kind.value, "这张照片刚刚换过，没有再转；请看现在的照片")
    return _put(case, kind, photo, key)


def remove_photo(case: VerificationCase, kind: PhotoKind) -> str | None:
    _take_in_hand(case)
    dropped = _set_aside(case, kind)
    db.session.flush()
    return dropped


def _set_aside(case: VerificationCase, kind: PhotoKind) -> str | None:
    """A photo that was sent before is kept for 恢复; one that never was is dropped at once."""
    old = case.photo(kind)
    if old is None:
        return None
    if old.submitted:
        old.superseded = True
        db.session.flush()
        return None
    case.photos.remove(old)
    db.session.delete(old)
    db.session.flush()
    return old.key


def changes_of(case: VerificationCase) -> dict[str, tuple[Any, Any]]:
    """Return the fields a holder changed against what they may see of the record: key -> (record, case)."""
    record = case.certificate
    if record is None:
        return {}
    pairs = {key: (getattr(record, key), getattr(case, key)) for key in shown_keys(case.record_shown)}
    return {key: pair for key, pair in pairs.items() if pair[0] != pair[1]}
