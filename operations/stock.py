"""The stock of blank certificates: taking ranges in, and telling which numbers are still blanks."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable

from sqlalchemy import or_, select

from domain.access import Actor, Permission
from domain.errors import FieldProblem
from domain.identifiers import certificate_number
from extensions import db
from models import BlankRange
from operations import events, offices


class Blanks:
    """Which of these numbers are blanks: one look-up for all of them, whatever the number of ranges between."""

    def __init__(self, numbers: Collection[str]) -> None:
        self._ranges: dict[int, list[tuple[str, str]]] = defaultdict(list)
        ends = _ends(numbers)
        if ends:
            self._load(ends)

    def _load(self, ends: dict[int, tuple[str, str]]) -> None:
        near = [
            (BlankRange.digits == digits) & (BlankRange.first_no <= highest) & (BlankRange.last_no >= lowest)
            for digits, (lowest, highest) in ends.items()
        ]
        query = select(BlankRange.digits, BlankRange.first_no, BlankRange.last_no).where(or_(*near))
        for digits, first, last in db.session.execute(query.order_by(BlankRange.digits, BlankRange.first_no)):
            self._ranges[digits].append((first, last))

    def holds(self, number: str) -> bool:
        ranges = self._ranges.get(len(number))
        if not ranges:
            return False
        at = bisect_right(ranges, number, key=lambda one: one[0])
        return at > 0 and number <= ranges[at - 1][1]


def _ends(numbers: Iterable[str]) -> dict[int, tuple[str, str]]:
    """Return the lowest and the highest number of each length; what is no plain number is no blank."""
    by_length: dict[int, list[str]] = defaultdict(list)
    for number in numbers:
        if number.isascii() and number.isdigit():
            by_length[len(number)].append(number)
    return {digits: (min(alike), max(alike)) for digits, alike in by_length.items()}


def receive(actor: Actor, office_id: int, first: str, last: str) -> BlankRange:
    """Take a range of blanks into an office's stock; a number is in stock once."""
    office = offices.reached(actor, Permission.IMPORT, office_id)
    first, last = _number("first_no", first), _number("last_no", last)
    if len(first) != len(last) or first > last:
        raise FieldProblem("last_no", "起止编号的位数要一样，起在前、止在后，请核对")
    overlapping = select(BlankRange).where(
        BlankRange.digits == len(first), BlankRange.first_no <= last, BlankRange.last_no >= first
    )
    known = db.session.scalar(overlapping.limit(1))
    if known is not None:
        raise FieldProblem("first_no", f"{known.first_no}—{known.last_no} 已经在库里，请去掉重复的编号")
    blanks = BlankRange(digits=len(first), first_no=first, last_no=last)
    blanks.belong_to(office.place)
    db.session.add(blanks)
    db.session.flush()
    events.record(
        actor, "receive_blanks", ("blank_range", blanks.id), f"“{office.name}”空白证书 {first}—{last} 入库"
    )  # fmt: skip
    return blanks


def _number(field: str, typed: str) -> str:
    number = certificate_number(typed)
    if number is None or not number.usual:
        raise FieldProblem(field, "空白证书的编号是最多 15 位的数字，请照证书填写")
    return number.value
