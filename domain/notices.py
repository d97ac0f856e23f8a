"""业务通知: what one may say, and from when to when it is shown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from domain import normalizing
from domain.errors import FieldProblem, FieldProblems
from domain.vocabulary import Audience, Term

LONGEST_TITLE, LONGEST_BODY, LONGEST_PICTURE_WORDS = 60, 4000, 100


class Standing(Term):
    """How a notice stands on a day."""

    SHOWN = "shown", "显示中"
    UPCOMING = "upcoming", "还没开始"
    OVER = "over", "已到期"
    WITHDRAWN = "withdrawn", "已撤下"

    @property
    def tone(self) -> str:
        return {"shown": "ok", "upcoming": "info"}.get(self.value, "none")


def standing(starts_on: date, ends_on: date | None, *, withdrawn: bool, today: date) -> Standing:
    """Return how a notice stands today; both its days count."""
    if withdrawn:
        return Standing.WITHDRAWN
    if today < starts_on:
        return Standing.UPCOMING
    return Standing.OVER if ends_on is not None and ends_on < today else Standing.SHOWN


@dataclass(frozen=True, slots=True)
class NoticeText:
    """What a notice says, to whom, and for how long; without a last day until it is withdrawn.

    `picture_words` say what its picture shows, for who cannot see it.
    """

    title: str
    body: str
    audience: Audience
    starts_on: date
    ends_on: date | None = None
    picture_words: str = ""

    def tidied(self, *, pictured: bool = False) -> NoticeText:
        """Return it as it is kept: paragraphs stay, blanks at the ends of lines go; raises all that is wrong at once."""
        lines = [normalizing.text(line) for line in self.body.splitlines()]
        kept = replace(
            self, title=normalizing.text(self.title), body="\n".join(lines).strip(),
            picture_words=normalizing.text(self.picture_words),
        )  # fmt: skip
        wrong = kept._problems(pictured)
        if wrong:
            raise FieldProblems(wrong)
        return kept

    def _problems(self, pictured: bool) -> list[FieldProblem]:
        found = [
            ("title", not self.title, "还没有写标题"),
            ("title", len(self.title) > LONGEST_TITLE, f"标题最多 {LONGEST_TITLE} 个字，请写短一点"),
            ("body", not self.body, "还没有写内容"),
            ("body", len(self.body) > LONGEST_BODY, f"内容最多 {LONGEST_BODY} 个字，现在是 {len(self.body)} 个"),
            ("picture_words", pictured and not self.picture_words, "请写一句图片说明，看不见图片的人靠它知道图上是什么；新选的图片要再选一次"),
            ("picture", bool(self.picture_words) and not pictured, "写了图片说明，还没有选图片；不放图片的，请把说明删掉"),
            ("picture_words", len(self.picture_words) > LONGEST_PICTURE_WORDS, f"图片说明最多 {LONGEST_PICTURE_WORDS} 个字"),
            ("ends_on", bool(self.ends_on and self.ends_on < self.starts_on), "结束日期早于开始日期，请改一下；一直有效的不填"),
        ]  # fmt: skip
        return [FieldProblem(field, sentence) for field, is_wrong, sentence in found if is_wrong]
