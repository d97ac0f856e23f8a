"""Tells which installed versions have known advisories, as far as a database of them can be reached; says so where none can.

    .venv/bin/python script/advisories.py

It never fails of itself: a fresh clone shall pass script/check whatever was published this morning, and without a network.
With ADVISORIES=strict, for whoever makes a release, it fails when no database answers, and when an advisory has a mended
version and does not stand in script/accepted-advisories.txt with a reason.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from importlib.metadata import distributions
from pathlib import Path
from typing import Any, NamedTuple

ACCEPTED = Path(__file__).with_name("accepted-advisories.txt")
KNOWN_TO_BE_WRONG = "Jinja2==2.10"
"""An index may answer without knowing any advisory: what knows none of this one is no database."""
SERVICES = ("pypi", "osv")
SECONDS = 60


class Advisory(NamedTuple):
    number: str
    package: str
    version: str
    mended_in: tuple[str, ...]

    def __str__(self) -> str:
        mended = f"，{'、'.join(self.mended_in)} 已修复" if self.mended_in else "，还没有修复的版本"
        return f"{self.package} {self.version}：{self.number}{mended}"


class Report(NamedTuple):
    advisories: list[Advisory]
    looked_up: int
    """Packages that the database could say anything about."""


NOTHING = Report([], 0)


def main() -> int:
    strict = os.environ.get("ADVISORIES") == "strict"
    for service in SERVICES:
        report = known(service, installed()) if (known(service, [KNOWN_TO_BE_WRONG]) or NOTHING).advisories else None
        if report is not None:
            return told(report, accepted(ACCEPTED.read_text(encoding="utf-8")), strict)
    print(
        "漏洞公告：没有查。这里连不上公告数据库（PyPI、OSV），所以不知道所用的版本有没有已知漏洞；能上网时请再运行一次。"
    )
    return int(strict)


def known(service: str, pins: list[str]) -> Report | None:
    """Ask one database about exact versions; None means that there was no answer to be had in time."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(pins))
        file.flush()
        command = [
            sys.executable, "-m", "pip_audit", "--requirement", file.name, "--no-deps", "--disable-pip",
            "--vulnerability-service", service, "--format", "json", "--progress-spinner", "off", "--timeout", "10",
        ]  # fmt: skip
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
            return read(json.loads(done.stdout))
        except (subprocess.TimeoutExpired, ValueError):
            return None


def read(report: dict[str, Any]) -> Report:
    looked_up = [package for package in report["dependencies"] if "vulns" in package]
    advisories = [
        Advisory(found["id"], package["name"], package["version"], tuple(found["fix_versions"]))
        for package in looked_up
        for found in package["vulns"]
    ]
    return Report(advisories, len(looked_up))


def installed() -> list[str]:
    """Return everything that runs, what the pinned packages brought along too."""
    return sorted({f"{one.metadata['Name']}=={one.version}" for one in distributions()})


def accepted(lines: str) -> dict[str, str]:
    """Return number and reason of each line that is no comment."""
    parts = (line.partition(" ") for line in lines.splitlines() if line.strip() and not line.startswith("#"))
    return {number: reason.strip() for number, _, reason in parts}


def told(report: Report, reasons: dict[str, str], strict: bool) -> int:
    """Print what was found; return 1 where it has to be mended before a release."""
    found = report.advisories
    to_mend = [one for one in found if one.mended_in and not reasons.get(one.number)]
    for one in found:
        reason = reasons.get(one.number)
        print(f"漏洞公告：{one}" + (f"（已知，暂不升级：{reason}）" if reason else ""))
    for number in sorted(reasons.keys() - {one.number for one in found}):
        print(f"漏洞公告：{ACCEPTED.name} 里的 {number} 已经不在了，请删掉这一行")
    summary = f"有 {len(found)} 条" if found else "没有已知的漏洞"
    print(f"漏洞公告：装着 {len(installed())} 个程序包，查到 {report.looked_up} 个，{summary}。")
    if to_mend:
        print(f"请升级，或在 script/{ACCEPTED.name} 里写明为什么暂不升级：" + "、".join(one.number for one in to_mend))
    return int(strict and bool(to_mend))


if __name__ == "__main__":
    sys.exit(main())
