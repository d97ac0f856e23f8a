"""The shape of the code base, read from its own source: who imports whom, how long things are, what templates load."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

LAYERS: tuple[tuple[str, ...], ...] = (
    ("app",),
    ("commands",),
    ("admin_views", "public_views"),
    ("web",),
    ("jobs", "counting", "backups"),
    ("importers",),
    ("importing", "listing"),
    ("operations",),
    ("photos", "storage", "drawing", "mailing", "papers", "workbooks"),
    ("models",),
    ("tables",),
    ("instance_folder",),
    ("config",),
    ("extensions", "encryption"),
    ("domain",),
)
"""From top to bottom: a module imports what stands below it, never what stands above or beside it."""

DEPTH = {name: depth for depth, names in enumerate(LAYERS) for name in names}
ALONE = {
    "domain": frozenset[str](),
    "workbooks": frozenset({"domain", "openpyxl", "python_calamine", "xlrd"}),
}
"""Packages that import the standard library and only this besides."""

OUTSIDE_THE_LAYERS = {"tests", "migrations", "bench", "data", "static", "instance", "script"}
LONGEST_FILE = 400
USUAL_FUNCTION, LONGEST_FUNCTION = 35, 60

Rule = Callable[[str, str], Iterator[str]]


def python_files() -> list[Path]:
    files = (path.relative_to(ROOT) for path in ROOT.rglob("*.py"))
    return sorted(path for path in files if path.parts[0] not in OUTSIDE_THE_LAYERS and path.parts[0][0] != ".")


def files_in(folder: str, *endings: str) -> list[Path]:
    return sorted(path.relative_to(ROOT) for path in (ROOT / folder).rglob("*") if path.suffix in endings)


def text_of(path: Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def package(path: str) -> str:
    return path.split("/")[0].removesuffix(".py")


def imports(source: str) -> Iterator[tuple[int, str]]:
    """Yield the line and the top-level name of every import, those inside functions too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.split(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.lineno, node.module.split(".")[0]


def upward_imports(path: str, source: str) -> Iterator[str]:
    mine = package(path)
    for line, name in imports(source):
        if name == mine or name not in DEPTH:
            continue
        if DEPTH[name] < DEPTH[mine]:
            yield f"{path}:{line}: {mine} imports {name}, which stands above it; imports run only downward"
        elif DEPTH[name] == DEPTH[mine]:
            yield f"{path}:{line}: {mine} imports its neighbour {name}; what both need belongs below them"


def imports_from_outside(path: str, source: str) -> Iterator[str]:
    mine = package(path)
    allowed = {mine, *sys.stdlib_module_names, *ALONE.get(mine, ())}
    for line, name in imports(source):
        if mine in ALONE and name not in allowed:
            yield f"{path}:{line}: {mine} imports {name}; it may import the standard library{_besides(ALONE[mine])}"


def _besides(names: frozenset[str]) -> str:
    return f", {', '.join(sorted(names))}" if names else " only"


def commits(path: str, source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        called = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
        if called and path != "extensions.py":
            yield f"{path}:{node.lineno}: only extensions.writing() commits"  # type: ignore[attr-defined]


def function_lengths(path: str, source: str) -> list[tuple[int, str]]:
    functions = (
        node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    return [((node.end_lineno or 0) - node.lineno + 1, f"{path}:{node.lineno}: {node.name}") for node in functions]


# What templates and styles may hold. Jinja's own tags are blanked first, line by line.

_jinja = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
_inline = re.compile(
    r"<[a-z][^<>]*?\s(?:style|on[a-z]+)\s*=|<style\b|<script\b(?![^<>]*\ssrc\s*=)|javascript:", re.IGNORECASE
)
_foreign = re.compile(
    r"<(?:link|script|img|iframe|source|object|embed|use|form|input|video|audio)\b[^<>]*?"
    r"\s(?:href|src|srcset|data|action|formaction|poster)\s*=\s*[\"']?(?:https?:)?//"
    r"|url\(\s*[\"']?(?:https?:)?//|@import\s+[\"'](?:https?:)?//|(?:fetch|import)\(\s*[\"'`](?:https?:)?//",
    re.IGNORECASE,
)
_office_words = re.compile("客户|假证")


def without_jinja(source: str) -> str:
    return _jinja.sub(lambda found: "\n" * found.group().count("\n"), source)


def _found(pattern: re.Pattern[str], path: str, source: str, rule: str) -> Iterator[str]:
    for found in pattern.finditer(source):
        yield f"{path}:{source.count(chr(10), 0, found.start()) + 1}: {found.group().strip()}: {rule}"


def inline_code(path: str, source: str) -> Iterator[str]:
    return _found(_inline, path, without_jinja(source), "styles and scripts stand in files of their own")


def foreign_hosts(path: str, source: str) -> Iterator[str]:
    return _found(_foreign, path, without_jinja(source), "everything is loaded from our own host")


def words_of_the_office(path: str, source: str) -> Iterator[str]:
    return _found(_office_words, path, source, "the holder and the public never read this word")


def broken(rule: Rule, files: list[Path]) -> list[str]:
    return [line for path in files for line in rule(path.as_posix(), text_of(path))]


def test_every_module_has_its_layer() -> None:
    unknown = {package(path.as_posix()) for path in python_files()} - set(DEPTH)

    assert not unknown, f"give these a place in LAYERS: {sorted(unknown)}"


def test_imports_run_only_downward() -> None:
    assert not (found := broken(upward_imports, python_files())), "\n".join(found)


def test_the_rules_and_the_workbook_reader_stand_alone() -> None:
    assert not (found := broken(imports_from_outside, python_files())), "\n".join(found)


def test_one_place_commits() -> None:
    assert not (found := broken(commits, python_files())), "\n".join(found)


def test_no_file_is_long() -> None:
    files = [*python_files(), *files_in("templates", ".html")]

    long = [f"{path}: {lines} lines" for path in files if (lines := len(text_of(path).splitlines())) > LONGEST_FILE]

    assert not long, f"over {LONGEST_FILE} lines: {long}"


def test_functions_are_short() -> None:
    lengths = [one for path in python_files() for one in function_lengths(path.as_posix(), text_of(path))]

    longest = [name for lines, name in lengths if lines > LONGEST_FUNCTION]
    long = [name for lines, name in lengths if lines > USUAL_FUNCTION]

    assert not longest, f"over {LONGEST_FUNCTION} lines: {longest}"
    assert len(long) <= len(lengths) // 10, f"nine in ten have at most {USUAL_FUNCTION} lines, these have more: {long}"


def test_what_holders_and_the_public_read_is_free_of_the_offices_words() -> None:
    files = [*files_in("templates/portal", ".html"), *files_in("templates/public", ".html")]

    assert files
    assert not (found := broken(words_of_the_office, files)), "\n".join(found)


def test_no_style_or_script_stands_in_a_page() -> None:
    files = files_in("templates", ".html")

    assert files
    assert not (found := broken(inline_code, files)), "\n".join(found)


def test_nothing_is_loaded_from_another_host() -> None:
    files = [*files_in("templates", ".html"), *files_in("static", ".css", ".js")]

    assert files
    assert not (found := broken(foreign_hosts, files)), "\n".join(found)


# The rules above, tried on source that breaks them.


@pytest.mark.parametrize(
    ("rule", "path", "source", "line"),
    [
        (upward_imports, "domain/x.py", "import re\nfrom operations import cases", 2),
        (upward_imports, "operations/x.py", "def f():\n    import admin_views.base", 2),
        (upward_imports, "admin_views/x.py", "from public_views import auth", 1),
        (upward_imports, "photos.py", "import storage", 1),
        (imports_from_outside, "domain/x.py", "import re\n\nfrom flask import g", 3),
        (imports_from_outside, "workbooks/x.py", "from models import Office", 1),
        (commits, "operations/x.py", "db.session.flush()\ndb.session.commit()", 2),
        (inline_code, "x.html", "<p>\n<b class='{{ a }}' style='x'>", 2),
        (inline_code, "x.html", "{# one\ntwo #}\n<button onclick=go()>", 3),
        (inline_code, "x.html", "<script>go()</script>", 1),
        (inline_code, "x.html", "<script nonce='{{ n }}'>", 1),
        (foreign_hosts, "x.html", '\n<script src="https://cdn.example/x.js"></script>', 2),
        (foreign_hosts, "x.html", '<link rel="stylesheet" href="//cdn.example/x.css">', 1),
        (foreign_hosts, "x.css", "a { background: url(http://cdn.example/x.png) }", 1),
        (foreign_hosts, "x.js", 'await fetch("https://cdn.example/")', 1),
        (words_of_the_office, "x.html", "<p>您好</p>\n<p>待客户修改</p>", 2),
    ],
)
def test_a_breach_is_told_with_its_file_and_line(rule: Rule, path: str, source: str, line: int) -> None:
    found = list(rule(path, source))

    assert len(found) == 1
    assert found[0].startswith(f"{path}:{line}: ")


@pytest.mark.parametrize(
    ("rule", "path", "source"),
    [
        (upward_imports, "operations/x.py", "from operations import events\nfrom domain import access\nimport re"),
        (upward_imports, "app.py", "import domain, public_views"),
        (imports_from_outside, "domain/x.py", "from domain import cells\nfrom datetime import date"),
        (imports_from_outside, "operations/x.py", "import sqlalchemy"),
        (commits, "extensions.py", "session.commit()"),
        (
            inline_code,
            "x.html",
            '<script src="{{ url }}" defer></script><a data-style="x" content="on=1">{% set on=1 %}',
        ),
        (foreign_hosts, "x.html", '<a href="https://beian.example/">备案</a><img src="/static/x.svg">'),
        (words_of_the_office, "x.html", "待您修改"),
    ],
)
def test_what_is_allowed_is_let_through(rule: Rule, path: str, source: str) -> None:
    assert list(rule(path, source)) == []


def test_lengths_are_counted_from_the_def_to_the_last_line() -> None:
    assert function_lengths("x.py", "def f():\n    a = 1\n\n    return a\n") == [(4, "x.py:1: f")]
