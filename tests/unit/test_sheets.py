"""Cells of a CSV: what a spreadsheet would run stays text, in whatever width it was typed, and nothing else changes."""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from listing import sheets

SIGNS = [*"=+-@|＝＋－＠｜﹦﹢﹣﹫"]
BLANKS = ["", " ", "\u3000", "\u200b", "\ufeff", "\t", "\r\n", "\x00"]


@given(st.builds(str.__add__, st.sampled_from(BLANKS), st.builds(str.__add__, st.sampled_from(SIGNS), st.text())))
def test_a_csv_cell_that_begins_as_a_formula_in_any_width_stays_text(typed: str) -> None:
    assert sheets.plain(typed) == f"'{typed}"


@given(st.text())
def test_a_csv_cell_is_at_most_marked_and_never_changed(typed: str) -> None:
    assert sheets.plain(typed) in (typed, f"'{typed}", f"\t{typed}")


def test_every_csv_is_written_with_marked_cells() -> None:
    """Whoever writes one uses the one function; a reader of the code base says so."""
    root = Path(sheets.__file__).parents[1]
    writers = [
        file for file in root.glob("*/*.py") if "csv.writer(" in file.read_text() and file.parent.name != "tests"
    ]

    assert len(writers) > 1
    assert not [file for file in writers if not re.search(r"\bplain\b", file.read_text())]
