"""Advisories of installed versions: told loudly, failing only where a release is made and there is something to do."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "script" / "advisories.py"
spec = importlib.util.spec_from_file_location("advisories", SCRIPT)
assert spec
assert spec.loader
advisories = importlib.util.module_from_spec(spec)
spec.loader.exec_module(advisories)

REPORT = {
    "dependencies": [
        {"name": "flask", "version": "3.1.3", "vulns": []},
        {"name": "jinja2", "version": "2.10", "vulns": [
            {"id": "PYSEC-2019-217", "fix_versions": ["2.10.1"], "aliases": ["CVE-2019-10906"], "description": "…"},
            {"id": "PYSEC-2099-1", "fix_versions": [], "aliases": [], "description": "…"},
        ]},
        {"name": "unknown", "skip_reason": "Dependency not found on PyPI and could not be audited"},
    ],
    "fixes": [],
}  # fmt: skip


def test_every_advisory_is_told_and_one_with_a_mended_version_stops_a_release(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = advisories.read(REPORT)

    assert advisories.told(found, {}, False) == 0
    assert advisories.told(found, {}, True) == 1
    said = capsys.readouterr().out
    assert "jinja2 2.10：PYSEC-2019-217，2.10.1 已修复" in said
    assert "jinja2 2.10：PYSEC-2099-1，还没有修复的版本" in said
    assert "查到 2 个，有 2 条" in said, "what no database knows is not counted as looked up"


@pytest.mark.parametrize(
    ("line", "stops"), [("PYSEC-2019-217 不用沙箱", 0), ("PYSEC-2019-217", 1), ("# PYSEC-2019-217 x", 1)]
)
def test_an_advisory_is_accepted_with_a_reason_only(line: str, stops: int) -> None:
    assert advisories.told(advisories.read(REPORT), advisories.accepted(line), True) == stops


def test_what_is_accepted_and_gone_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert advisories.told(advisories.NOTHING, {"PYSEC-1": "reason"}, True) == 0
    assert "PYSEC-1 已经不在了" in capsys.readouterr().out


@pytest.mark.parametrize(("mode", "code"), [("", 0), ("strict", 1)])
def test_without_a_database_it_says_so_and_only_a_release_waits(mode: str, code: int) -> None:
    """A proxy that nobody answers at stands for a machine without a network."""
    nowhere = dict.fromkeys(("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"), "http://127.0.0.1:9")
    done = subprocess.run(
        [sys.executable, str(SCRIPT)], env={**nowhere, "ADVISORIES": mode, "PATH": "", "HOME": "/nonexistent"},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip

    assert done.returncode == code
    assert "没有查" in done.stdout
    assert "没有已知的漏洞" not in done.stdout
