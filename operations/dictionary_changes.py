"""Changes to the dictionaries that offices keep: titles, readings of 获取方式, reply texts."""

from __future__ import annotations

from sqlalchemy import select

from domain import normalizing
from domain.access import Actor, Permission, Place
from domain.errors import FieldProblem, NotFound
from domain.verification import BY_NAME, TRANSITIONS, Reply, Transition
from domain.vocabulary import ObtainedBy
from extensions import db
from models import ObtainedByReading, Office, ReplyText, TitleEntry
from operations import events

ERAS = (("both", "新旧都用"), ("current", "现行名称"), ("legacy", "旧名称"))
REPLYING: tuple[Transition, ...] = tuple(one for one in TRANSITIONS if one.by_office and one.reply is not Reply.NONE)
"""The office's actions that carry words to the holder."""


def series_names() -> list[str]:
    """Return the title series in the order of the catalogue."""
    return list(dict.fromkeys(db.session.scalars(select(TitleEntry.guangxi_series).order_by(TitleEntry.id))))


# Titles.


def add_title(actor: Actor, values: dict[str, str]) -> TitleEntry:
    """Add a title to a series at a level; the same one twice is refused."""
    entry = TitleEntry(**_title_values(values))
    _refuse_known_title(entry, besides=0)
    db.session.add(entry)
    db.session.flush()
    events.record(actor, "add_title", ("title_entry", entry.id), f"职称目录新增“{_called(entry)}”")
    return entry


def change_title(actor: Actor, entry: TitleEntry, values: dict[str, str]) -> None:
    after = _title_values(values)
    before = {name: getattr(entry, name) for name in after}
    with db.session.no_autoflush:
        for name, value in after.items():
            setattr(entry, name, value)
        _refuse_known_title(entry, besides=entry.id)
    db.session.flush()
    changes = {_TITLE_LABELS[name]: [before[name], value] for name, value in after.items() if before[name] != value}
    events.record(actor, "change_title", ("title_entry", entry.id), f"修改职称目录“{_called(entry)}”", changes=changes)


def remove_title(actor: Actor, entry: TitleEntry) -> None:
    """Take a title out of the catalogue; certificates that carry it stay as they are."""
    events.record(actor, "remove_title", ("title_entry", entry.id), f"职称目录删去“{_called(entry)}”")
    db.session.delete(entry)
    db.session.flush()


_TITLE_LABELS = {
    "guangxi_series": "职称系列", "series": "国家系列", "level": "级别", "title": "资格名称", "track": "方向", "era": "新旧",
}  # fmt: skip


def _title_values(values: dict[str, str]) -> dict[str, str]:
    return {name: normalizing.text(values.get(name) or "") for name in _TITLE_LABELS}


def _refuse_known_title(entry: TitleEntry, *, besides: int) -> None:
    same = select(TitleEntry.id).filter_by(guangxi_series=entry.guangxi_series, level=entry.level, title=entry.title)
    if db.session.scalar(same.where(TitleEntry.id != besides)):
        raise FieldProblem("title", f"{entry.guangxi_series}的{entry.level}里已经有“{entry.title}”了")


def _called(entry: TitleEntry) -> str:
    return f"{entry.guangxi_series} {entry.level} {entry.title}"


# Readings: the words that workbooks use for the four ways.


def add_reading(actor: Actor, word: str, obtained_by: ObtainedBy) -> ObtainedByReading:
    """Let a word of workbooks be read as one of the four ways a certificate is obtained."""
    word = _new_word(word, besides=0)
    reading = ObtainedByReading(word=word, obtained_by=obtained_by)
    db.session.add(reading)
    db.session.flush()
    summary = f"获取方式“{word}”读作“{obtained_by.label}”"
    events.record(actor, "add_reading", ("obtained_by_reading", reading.id), summary)
    return reading


def change_reading(actor: Actor, reading: ObtainedByReading, word: str, obtained_by: ObtainedBy) -> None:
    word = _new_word(word, besides=reading.id)
    changes = {"写法": [reading.word, word], "读作": [reading.obtained_by.label, obtained_by.label]}
    reading.word, reading.obtained_by = word, obtained_by
    db.session.flush()
    summary = f"获取方式“{word}”读作“{obtained_by.label}”"
    changed = {label: pair for label, pair in changes.items() if pair[0] != pair[1]}
    events.record(actor, "change_reading", ("obtained_by_reading", reading.id), summary, changes=changed)


def remove_reading(actor: Actor, reading: ObtainedByReading) -> None:
    summary = f"获取方式不再认“{reading.word}”"
    events.record(actor, "remove_reading", ("obtained_by_reading", reading.id), summary)
    db.session.delete(reading)
    db.session.flush()


def _new_word(word: str, *, besides: int) -> str:
    word = normalizing.text(word)
    if not word:
        raise FieldProblem("word", "还没有填写法")
    if ObtainedBy.labelled(word):
        raise FieldProblem("word", f"“{word}”本来就认得，不用再加")
    known = select(ObtainedByReading.id).filter_by(word=word).where(ObtainedByReading.id != besides)
    if db.session.scalar(known):
        raise FieldProblem("word", f"“{word}”已经在表里了")
    return word


# Reply texts: each belongs to an office, and serves it and those below.


def own_reply_text(actor: Actor, text_id: int) -> ReplyText:
    """Return a text that the actor may change; those of offices above are only read."""
    text = db.session.get(ReplyText, text_id)
    if text is None or not actor.reaches(Permission.REPLY_TEXTS, place_of(text)):
        raise NotFound("没有这条回复模板，或者它归上级管理")
    return text


def place_of(text: ReplyText) -> Place:
    return db.session.get_one(Office, text.office_id).place


def office_name(text: ReplyText) -> str:
    return db.session.get_one(Office, text.office_id).name


def add_reply_text(actor: Actor, action: str, words: str) -> ReplyText:
    """Keep a reply for the actor's own office."""
    assert actor.place is not None, "only offices keep reply texts"
    text = ReplyText(action=_replying(action), text=_words(words))
    text.belong_to(actor.place)
    db.session.add(text)
    db.session.flush()
    summary = f"新增回复模板（{BY_NAME[action].label}）"
    events.record(actor, "add_reply_text", ("reply_text", text.id), summary, changes={"内容": ["", text.text]})
    return text


def change_reply_text(actor: Actor, text: ReplyText, action: str, words: str) -> None:
    before, text.action, text.text = text.text, _replying(action), _words(words)
    db.session.flush()
    summary = f"修改回复模板（{BY_NAME[action].label}）"
    events.record(actor, "change_reply_text", ("reply_text", text.id), summary, changes={"内容": [before, text.text]})


def remove_reply_text(actor: Actor, text: ReplyText) -> None:
    summary = f"删去回复模板（{BY_NAME[text.action].label}）"
    events.record(actor, "remove_reply_text", ("reply_text", text.id), summary, changes={"内容": [text.text, ""]})
    db.session.delete(text)
    db.session.flush()


def _replying(action: str) -> str:
    if action not in {one.name for one in REPLYING}:
        raise FieldProblem("action", "请选这条回复用在哪个操作上")
    return action


def _words(words: str) -> str:
    text = normalizing.text(words)
    if not text:
        raise FieldProblem("text", "还没有写内容")
    if "假证" in text:
        raise FieldProblem("text", "回复本人会看到，里面不能写“假证”，请写明原因")
    return text
