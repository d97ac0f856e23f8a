"""A folder of strange files, each taken through the reading of an upload: read or refused in one sentence, nothing else."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

import importers
from commands import corpus
from tests.factories import COUNTY
from tests.unit.workbooks.test_refusals import RENAMED

SAMPLES = Path(__file__).parents[1] / "samples"
MUTATED = 4_000 if os.environ.get("SOAK") else 24


def checked(app: Flask, folder: Path) -> tuple[int, list[dict[str, Any]]]:
    answer = app.test_cli_runner().invoke(args=["check-workbooks", str(folder), "--office", COUNTY])
    return answer.exit_code, [json.loads(line) for line in answer.output.splitlines() if line.startswith("{")]


def mutated(number: int) -> Iterator[bytes]:
    """Yield the samples with bytes changed, cut out or cut off; the same ones at every run."""
    chance, sources = random.Random(20191), [path.read_bytes() for path in sorted(SAMPLES.glob("*.xls*"))]  # noqa: S311
    for _ in range(number):
        content = bytearray(chance.choice(sources))
        for _ in range(chance.choice((1, 3, 40))):
            content[chance.randrange(len(content))] = chance.randrange(256)
        first, last = sorted(chance.randrange(len(content)) for _ in range(2))
        cut = chance.choice((b"", bytes(content[first : first + 64]), bytes(content[last:])))
        yield bytes(content).replace(cut, b"", 1) if cut else bytes(content)


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_every_strange_file_is_read_or_refused_in_one_sentence(app: Flask, tmp_path: Path) -> None:
    for at, (content, _) in enumerate(RENAMED.values()):
        (tmp_path / f"renamed-{at:03d}.xlsx").write_bytes(content)
    for at, content in enumerate(mutated(MUTATED)):
        (tmp_path / f"mutated-{at:04d}.xlsx").write_bytes(content)

    code, told = checked(app, tmp_path)

    assert [one for one in told if one["outcome"] not in corpus.FINE] == []
    assert (code, len(told)) == (0, len(RENAMED) + MUTATED)
    assert all(one["sentence"] for one in told if one["outcome"] == "refused")
    assert max(one["megabytes"] for one in told) < corpus.MOST_MEGABYTES


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (lambda *_: 1 / 0, "crashed"),
        (lambda *_: os.kill(os.getpid(), 9), "crashed"),
        (lambda *_: os.kill(os.getpid(), 14), "hung"),
    ],
    ids=["an error of ours", "an end of the process", "no end"],
)
def test_what_must_not_happen_is_told_and_fails(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Any, outcome: str
) -> None:
    monkeypatch.setattr(importers, "examine", fault)
    (tmp_path / "a.xlsx").write_bytes(b"")

    code, told = checked(app, tmp_path)

    assert (code, [one["outcome"] for one in told]) == (1, [outcome])
