"""No pattern of the house takes more than linear time, whatever stands before it and however long it is."""

from __future__ import annotations

import ast
import importlib
import re
import time
from collections.abc import Iterator
from pathlib import Path
from types import BuiltinMethodType
from typing import Any, NamedTuple

import pytest

from tests.unit.test_architecture import ROOT, python_files

SIZES = (500, 2_000, 8_000, 32_000, 128_000)
GROWTH, WORTH_TIMING = 10, 0.01
"""Four times the signs may take ten times as long, where linear takes four times and quadratic sixteen."""
ALWAYS = "0.,:-/( \n\0aAT@<&=年\ufdfa"
AROUND = (("", "!"), ("a@", "@"), ("0(", "!"))
"""What stands before and behind a filling: a fault may show only between two signs of its own."""
ANCHORED = {"match", "fullmatch"}
TAKERS = {*ANCHORED, "compile", "search", "sub", "subn", "split", "findall", "finditer"}
ONLY_MATCHED = {"_FORMS", "NO_WORKBOOKS"}
"""Tables whose patterns are tried at the beginning of a text and nowhere else."""
BUILT_FROM_A_FILE = ["workbooks/row_shapes.py"]
"""Patterns put together from what was read; each says itself why it is linear."""
HOUSE = {path.parts[0].removesuffix(".py") for path in python_files()}


class Kept(NamedTuple):
    pattern: re.Pattern[Any]
    where: str
    anchored: bool


def held(thing: Any, deep: int = 3) -> Iterator[tuple[re.Pattern[Any], str]]:
    """Yield the patterns that a module keeps, by themselves, in tables or as their bound methods, and that method."""
    kind = type(thing)
    if kind is re.Pattern:
        yield thing, ""
    elif kind is BuiltinMethodType and isinstance(thing.__self__, re.Pattern):
        yield thing.__self__, thing.__name__
    elif deep and kind in (tuple, list, set, frozenset):
        for one in thing:
            yield from held(one, deep - 1)
    elif deep and kind is dict:
        yield from held([*thing.values(), *thing.keys()], deep - 1)
    elif deep and kind is type and thing.__module__.partition(".")[0] in HOUSE:
        yield from held(list(vars(thing).values()), deep - 1)


def kept_by(path: Path) -> Iterator[Kept]:
    module = importlib.import_module(".".join(path.with_suffix("").parts).removesuffix(".__init__"))
    source = (ROOT / path).read_text(encoding="utf-8")
    for name, thing in vars(module).items():
        for pattern, method in held(thing):
            uses = {method} if method else set(re.findall(rf"\b{name}\.(\w+)", source))
            yield Kept(pattern, f"{path}:{name}", name in ONLY_MATCHED or (bool(uses) and uses <= ANCHORED))


def written_in(path: Path) -> Iterator[tuple[str, ast.expr, int, bool]]:
    """Yield method, pattern and line of every call of `re`, and whether it stands at the top of its module."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    inside = {
        id(node)
        for part in ast.walk(tree)
        if isinstance(part, (ast.FunctionDef, ast.Lambda))
        for node in ast.walk(part)
    }
    for node in ast.walk(tree):
        called = node.func if isinstance(node, ast.Call) else None
        if not isinstance(node, ast.Call) or not isinstance(called, ast.Attribute) or called.attr not in TAKERS:
            continue
        if isinstance(called.value, ast.Name) and called.value.id == "re":
            yield called.attr, node.args[0], node.lineno, id(node) not in inside


def all_patterns() -> list[Kept]:
    found: dict[Any, Kept] = {}
    for path in python_files():
        for one in [] if path.name == "__main__.py" else kept_by(path):
            known = found.get(one.pattern)
            found[one.pattern] = one if known is None or known.anchored else known
        for method, pattern, line, at_the_top in written_in(path):
            if isinstance(pattern, ast.Constant) and not at_the_top:
                found[path, line] = Kept(re.compile(pattern.value), f"{path}:{line}", method in ANCHORED)
    return list(found.values())


PATTERNS = all_patterns()


class Filling(NamedTuple):
    head: str
    signs: str
    end: str

    def text(self, size: int) -> str:
        return self.head + self.signs * (size // len(self.signs)) + self.end


def fillings(pattern: str | bytes) -> Iterator[Filling]:
    """Yield what a text is filled with: every sign the pattern names, some beside each other, and its words."""
    text = pattern.decode("latin-1") if isinstance(pattern, bytes) else pattern
    named = list(dict.fromkeys(sign for sign in text if not 0xD800 <= ord(sign) < 0xE000))
    for signs in dict.fromkeys([*ALWAYS, *named[:40]]):
        yield from (Filling(head, signs, end) for head, end in AROUND)
    pairs = [first + second for first in named[:8] for second in named[:8] if first != second]
    words = re.findall(r"[^\\^$.|?*+()\[\]{}]{2,}", text)[:6]
    yield from (Filling("", signs, "!") for signs in (*pairs, *words))


def trial(kept: Kept, filling: Filling, size: int) -> float:
    text = filling.text(size)
    given: Any = text.encode("utf-8") if isinstance(kept.pattern.pattern, bytes) else text
    start = time.process_time()
    kept.pattern.fullmatch(given)
    kept.pattern.match(given)
    if not kept.anchored:
        for _ in kept.pattern.finditer(given):
            pass
    return time.process_time() - start


def grows_too_fast(kept: Kept, filling: Filling) -> bool:
    """Go on to longer texts only where a shorter one takes time worth telling: what is slow is found before it lasts."""
    before = trial(kept, filling, SIZES[0])
    for size in SIZES[1:-1]:
        most = max(WORTH_TIMING, GROWTH * before)
        took = trial(kept, filling, size)
        if took > most and trial(kept, filling, size) > most:
            return True
        before = took
    return False


@pytest.mark.parametrize("kept", [pytest.param(one, id=f"{one.where}-{at}") for at, one in enumerate(PATTERNS)])
def test_a_long_text_takes_a_pattern_time_in_proportion(kept: Kept) -> None:
    tried = list(fillings(kept.pattern.pattern))

    slow = [filling for filling in tried if grows_too_fast(kept, filling)]

    assert not slow, f"{kept.pattern.pattern!r} takes more than linear time on {slow[:5]}"
    assert sum(trial(kept, filling, SIZES[-1]) for filling in tried[:36]) < 5


def test_every_pattern_is_found() -> None:
    """One put together inside a function is seen by nobody but whoever calls it: compile it once, at the top."""
    hidden = [
        str(path)
        for path in python_files()
        for _, pattern, _, at_the_top in written_in(path)
        if not at_the_top and not isinstance(pattern, ast.Constant)
    ]

    assert hidden == BUILT_FROM_A_FILE
    assert len(PATTERNS) > 60


def test_a_pattern_that_is_more_than_linear_is_told() -> None:
    for pattern, anchored in ((r"[^@\s]+@[^@\s]+\.[^@\s]+", True), (r"\s*-\s*", False), (r"[.0-9]*[0-9][.0-9]*", True)):
        kept = Kept(re.compile(pattern), "", anchored)

        assert any(grows_too_fast(kept, filling) for filling in fillings(pattern)), pattern
