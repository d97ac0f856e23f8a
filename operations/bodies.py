"""Awarding bodies: recognising a name, suggesting some, and the office that answers for one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, or_, select, update
from sqlalchemy.orm import aliased

from domain import normalizing
from domain.access import Actor, Place
from domain.errors import FieldProblem
from domain.verification import OPEN_STATES
from extensions import db
from models import AwardingBody, AwardingBodyAlias, Certificate, Office, VerificationCase
from operations import events

USUAL_ENDINGS = ("职改办", "职称改革领导小组办公室", "职称改革办公室", "职称改革工作领导小组办公室")
SUGGESTED = 6


@dataclass(frozen=True, slots=True)
class KnownBody:
    """A body of the dictionary, as the importer and the case need it."""

    id: int
    name: str
    place: Place
    office_name: str

    @property
    def key(self) -> str:
        return f"#{self.id}"


def body_key(name: str | None) -> str | None:
    """Return what the awarding body is compared by: its number in the dictionary, else the words themselves."""
    if not name:
        return None
    known = known_body(name)
    return known.key if known else normalizing.text(name)


def known_body(name: str) -> KnownBody | None:
    """Return the body of this name or alias."""
    wanted = normalizing.text(name)
    query = (
        select(AwardingBody)
        .outerjoin(AwardingBody.aliases)
        .where(or_(AwardingBody.name == wanted, AwardingBodyAlias.alias == wanted))
    )
    body = db.session.scalar(query.limit(1))
    return _known(body) if body else None


def _known(body: AwardingBody) -> KnownBody:
    return KnownBody(body.id, body.name, body.office.place, body.office.name)


class BodyDirectory:
    """All bodies at once, for an import: every name and alias to its body, and near misses."""

    def __init__(self, bodies: Iterable[AwardingBody]) -> None:
        self._by_name: dict[str, KnownBody] = {}
        for body in bodies:
            known = _known(body)
            self._by_name |= dict.fromkeys((body.name, *(alias.alias for alias in body.aliases)), known)

    @classmethod
    def load(cls) -> BodyDirectory:
        return cls(db.session.scalars(select(AwardingBody)).unique())

    def find(self, name: str) -> KnownBody | None:
        return self._by_name.get(name)

    def suggest(self, name: str) -> list[str]:
        """Return the best likenesses of an unknown name, canonical and without repeats."""
        near = difflib.get_close_matches(name, self._by_name, n=SUGGESTED, cutoff=0.5)
        return list(dict.fromkeys(self._by_name[likeness].name for likeness in near))[:3]


def suggestions(typed: str) -> list[AwardingBody]:
    """Return at most six bodies whose name, alias or pinyin initials contain what was typed (two characters or more)."""
    wanted = normalizing.text(typed)
    if len(wanted) < 2:
        return []
    inside = f"%{_escaped(wanted)}%"
    aliased = select(AwardingBodyAlias.body_id).where(AwardingBodyAlias.alias.like(inside, escape="\\"))
    query = select(AwardingBody).where(
        or_(
            AwardingBody.name.like(inside, escape="\\"),
            AwardingBody.id.in_(aliased),
            AwardingBody.initials.like(f"{_escaped(wanted.lower())}%", escape="\\"),
        )
    )
    return list(db.session.scalars(query.order_by(AwardingBody.name).limit(SUGGESTED)))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def initials(name: str) -> str:
    from pypinyin import Style, lazy_pinyin  # its dictionary takes 55 MB, and only who names a body needs it

    return "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).lower()


def usual_names(office_name: str) -> list[str]:
    """Return the names an office signs certificates with: …职改办 and its usual longer forms."""
    stem = next((office_name.removesuffix(end) for end in USUAL_ENDINGS if office_name.endswith(end)), office_name)
    return list(dict.fromkeys([office_name, *(stem + end for end in USUAL_ENDINGS)]))


def one_change_at_a_time() -> None:
    """Let changes of bodies and offices wait for each other: each of them touches many records."""
    db.session.execute(select(Office.id).order_by(Office.id).limit(1).with_for_update(key_share=True))


def add_body(actor: Actor, office: Office, name: str, aliases: Iterable[str] = ()) -> AwardingBody:
    """Add a body that the office answers for; names that are taken are refused, taken aliases are left out."""
    one_change_at_a_time()
    wanted = normalizing.text(name)
    if not wanted:
        raise FieldProblem("name", "还没有填授予单位的名称")
    if known_body(wanted):
        raise FieldProblem("name", f"“{wanted}”已经在授予单位里了，请改用别的名称")
    body = AwardingBody(name=wanted, office_id=office.id, initials=initials(wanted))
    db.session.add(body)
    db.session.flush()
    _add_aliases(body, aliases)
    _take_over(body)
    events.record(actor, "add_awarding_body", ("awarding_body", body.id), f"新增授予单位“{wanted}”")
    return body


def _add_aliases(body: AwardingBody, aliases: Iterable[str]) -> None:
    for alias in filter(None, map(normalizing.text, aliases)):
        if not known_body(alias):
            body.aliases.append(AwardingBodyAlias(alias=alias))
            db.session.flush()


def follow_office(actor: Actor, office: Office, old: str) -> None:
    """Give the body of a renamed office its new name; the old one stays an alias, so what it signed is still its own."""
    body = db.session.scalar(select(AwardingBody).filter_by(name=old, office_id=office.id))
    known = known_body(office.name)
    if body is None and known is None:
        add_body(actor, office, office.name, usual_names(office.name)[1:])
    if body is None or (known is not None and known.id != body.id):
        return
    body.aliases = [alias for alias in body.aliases if alias.alias != office.name]
    db.session.flush()
    body.name, body.initials = office.name, initials(office.name)
    _add_aliases(body, [old, *usual_names(office.name)[1:]])
    _take_over(body)
    summary = f"授予单位“{old}”随机构改名为“{office.name}”"
    events.record(actor, "change_awarding_body", ("awarding_body", body.id), summary)


def change_body(actor: Actor, body: AwardingBody, office: Office, aliases: list[str]) -> None:
    """Set the office behind a body and its aliases; the name itself stays, since certificates print it."""
    one_change_at_a_time()
    wanted = list(filter(None, map(normalizing.text, aliases)))
    for alias in wanted:
        known = known_body(alias)
        if known and known.id != body.id:
            raise FieldProblem("aliases", f"“{alias}”已经是“{known.name}”的名称，请删去这一行")
    before = {"归口职改办": body.office.name, "别名": "、".join(alias.alias for alias in body.aliases)}
    dropped = [alias.alias for alias in body.aliases if alias.alias not in wanted]
    body.office_id = office.id
    body.aliases = [_kept(body, alias) for alias in dict.fromkeys(wanted) if alias != body.name]
    db.session.flush()
    _let_go(body, dropped)
    _take_over(body)
    after = {"归口职改办": office.name, "别名": "、".join(wanted)}
    changes = {label: [before[label], after[label]] for label in before if before[label] != after[label]}
    events.record(
        actor, "change_awarding_body", ("awarding_body", body.id), f"修改授予单位“{body.name}”", changes=changes
    )


def year(typed: str) -> int | None:
    """Read a year as it is typed; nothing typed is no year."""
    digits = normalizing.code(typed).removesuffix("年")
    if not digits:
        return None
    if len(digits) != 4 or not digits.isdecimal() or not 1900 < int(digits) < 2100:
        raise FieldProblem("since_year", "年份写四位数字，如 1998")
    return int(digits)


def set_years(actor: Actor, body: AwardingBody, since: int | None, until: int | None) -> None:
    """Note from when to when a body awarded; it only makes a reviewer look twice."""
    if since and until and until < since:
        raise FieldProblem("until_year", "最后一年早于第一年，请核对")
    before, after = (body.since_year, body.until_year), (since, until)
    if before == after:
        return
    body.since_year, body.until_year = after
    db.session.flush()
    labels = ("从哪一年起", "到哪一年为止")
    changes = {label: [str(old or ""), str(new or "")] for label, old, new in zip(labels, before, after, strict=True)}
    events.record(
        actor, "change_awarding_body", ("awarding_body", body.id), f"修改“{body.name}”存在的年份", changes=changes
    )


def _kept(body: AwardingBody, alias: str) -> AwardingBodyAlias:
    return next((old for old in body.aliases if old.alias == alias), None) or AwardingBodyAlias(alias=alias)


def _take_over(body: AwardingBody) -> None:
    """Let what was written with these words before count as this body's, where no other record stands in the way."""
    for words in (body.name, *(alias.alias for alias in body.aliases)):
        _rekey(words, words, f"#{body.id}")


def _let_go(body: AwardingBody, dropped: Iterable[str]) -> None:
    """Let what was written with a dropped alias stand for itself again."""
    for words in dropped:
        _rekey(words, f"#{body.id}", words)


def _rekey(words: str, before: str, after: str) -> None:
    """Cases first, as a decision holds its case before it writes the record."""
    other, case = aliased(Certificate), aliased(VerificationCase)
    taken = exists().where(other.cert_no == Certificate.cert_no, other.body_key == after)
    open_twice = _is_open(VerificationCase) & exists().where(
        case.holder_id == VerificationCase.holder_id,
        case.cert_no == VerificationCase.cert_no,
        case.body_key == after,
        _is_open(case),
    )
    for table, in_the_way in ((VerificationCase, open_twice), (Certificate, taken)):
        written = update(table).where(table.awarding_body == words, table.body_key == before, ~in_the_way)
        db.session.execute(written.values(body_key=after), execution_options={"synchronize_session": "fetch"})


def _is_open(case: type[VerificationCase]) -> ColumnElement[bool]:
    return case.state.in_(OPEN_STATES) & case.deleted_at.is_(None)
