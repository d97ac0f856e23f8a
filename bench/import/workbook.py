"""Writes the workbook that everybody imports: the template's twenty columns, texts shared as spreadsheet programs do.

    python -m bench.import.workbook OUT.xlsx ROWS [--seed 1] [--start 0] [--bad 0.01]

The same arguments give the same rows. They are faultless for a city office; `--bad` spoils that share of them.
"""

from __future__ import annotations

import argparse
import random
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from html import escape
from pathlib import Path
from typing import Any

from domain.certificate_fields import FIELDS
from domain.identifiers import check_character

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高梁韦覃莫农陆劳宁苏"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红梅建国志文斌宇浩然怡雨桐思远海春燕"
TITLES = (
    ("工程系列", "中级", "工程师"), ("工程系列", "助理级", "助理工程师"), ("工程系列", "员级", "技术员"),
    ("卫生系列", "中级", "主治医师"), ("卫生系列", "助理级", "医师"), ("卫生系列", "员级", "护士"),
    ("农业系列", "中级", "农艺师"), ("农业系列", "助理级", "助理农艺师"), ("会计系列", "助理级", "助理会计师"),
)  # fmt: skip
SPECIALTIES = (
    "工业与民用建筑",
    "水利水电工程",
    "机械设计",
    "电气自动化",
    "内科",
    "护理",
    "农学",
    "植物保护",
    "会计",
    "公路与桥梁",
)
BODIES = tuple(f"{place}职称改革领导小组办公室" for place in ("灵山县", "浦北县", "钦南区", "钦北区", "钦州市"))
EMPLOYERS = tuple(
    f"{place}{kind}第{at}单位" for place in ("灵山", "浦北", "钦南", "钦北") for kind in ("医院", "中学", "水利", "农业") for at in range(1, 20)
)  # fmt: skip
REGIONS = ("450721", "450722", "450702", "450703", "452824", "452826")
FIRST_DAY = date(1899, 12, 30)
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
CONTENT = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def rows(count: int, seed: int = 1, start: int = 0, bad: float = 0.0) -> Iterator[list[Any]]:
    """Yield rows in the order of the template's columns."""
    dice = random.Random(seed)
    for at in range(count):
        row = _row(dice, at + 1, start + at)
        yield _spoilt(dice, row) if bad and dice.random() < bad else row


def _row(dice: random.Random, serial: int, number: int) -> list[Any]:
    series, level, title = dice.choice(TITLES)
    awarded = date(1995, 1, 1) + timedelta(dice.randrange(7000))
    body, sex = dice.choice(BODIES), dice.choice("男女")
    return [
        serial, f"{number:09d}", f"GL{awarded.year}{number:09d}",
        dice.choice(SURNAMES) + "".join(dice.choices(GIVEN, k=dice.choice((1, 2, 2)))), sex, _person(dice, sex),
        dice.choice(("干部", "事业编制", "企业人员", "工人")), dice.choice(EMPLOYERS), dice.choice(("事业单位", "国有企业", "机关")),
        series, level, title, dice.choice(SPECIALTIES), body, awarded.isoformat(), awarded + timedelta(dice.randrange(20, 200)),
        dice.choice(("评审", "转正定职", "重新确认")), f"{body[:3]}{series[:2]}评审委员会",
        f"{body[0]}职改字〔{awarded.year}〕{dice.randrange(1, 400)}号", "正常",
    ]  # fmt: skip


def _person(dice: random.Random, sex: str) -> str:
    born = date(1940, 1, 1) + timedelta(dice.randrange(13_000))
    first = f"{dice.choice(REGIONS)}{born:%Y%m%d}{dice.randrange(0, 998, 2) + (sex == '男'):03d}"
    return first + check_character(first)


def _spoilt(dice: random.Random, row: list[Any]) -> list[Any]:
    kind = dice.randrange(4)
    if kind == 0:
        row[5] = row[5][:17] + ("0" if row[5][17] != "0" else "1")
    elif kind == 1:
        row[10] = "特级"
    elif kind == 2:
        row[14] = "2009-02-30"
    else:
        row[3] = None
    return row


class _Texts:
    """The table of shared texts."""

    def __init__(self) -> None:
        self.known: dict[str, int] = {}

    def cell(self, where: str, value: Any) -> str:
        if value is None:
            return ""
        if isinstance(value, str):
            return f'<c r="{where}" t="s"><v>{self.known.setdefault(value, len(self.known))}</v></c>'
        if isinstance(value, date):
            return f'<c r="{where}" s="1"><v>{(value - FIRST_DAY).days}</v></c>'
        return f'<c r="{where}"><v>{value}</v></c>'


def write(path: Path, lines: Iterator[list[Any]], count: int) -> None:
    texts = _Texts()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as book:
        for name, content in _parts().items():
            book.writestr(name, HEAD + content)
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(f'{HEAD}<worksheet {MAIN}><dimension ref="A1:T{count + 1}"/><sheetData>'.encode())
            sheet.write(_line(texts, 1, [field.starred for field in FIELDS]))
            for number, line in enumerate(lines, 2):
                sheet.write(_line(texts, number, line))
            sheet.write(b"</sheetData></worksheet>")
        with book.open("xl/sharedStrings.xml", "w", force_zip64=True) as shared:
            shared.write(f'{HEAD}<sst {MAIN} uniqueCount="{len(texts.known)}">'.encode())
            for text in texts.known:
                shared.write(f"<si><t>{escape(text)}</t></si>".encode())
            shared.write(b"</sst>")


def _line(texts: _Texts, number: int, line: list[Any]) -> bytes:
    cells = "".join(texts.cell(f"{chr(65 + at)}{number}", value) for at, value in enumerate(line))
    return f'<row r="{number}">{cells}</row>'.encode()


def _parts() -> dict[str, str]:
    kinds = {
        "workbook": "sheet.main",
        "worksheets/sheet1": "worksheet",
        "styles": "styles",
        "sharedStrings": "sharedStrings",
    }
    named = "".join(
        f'<Override PartName="/xl/{part}.xml" ContentType="{CONTENT}.{kind}+xml"/>' for part, kind in kinds.items()
    )
    links = "".join(
        f'<Relationship Id="rId{at}" Type="{OFFICE}/{kind}" Target="{part}.xml"/>'
        for at, (kind, part) in enumerate(
            (("worksheet", "worksheets/sheet1"), ("styles", "styles"), ("sharedStrings", "sharedStrings")), 1
        )
    )
    return {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{named}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {MAIN} xmlns:r="{OFFICE}"><sheets><sheet name="明细表" sheetId="1" r:id="rId1"/></sheets>'
        "</workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{links}</Relationships>',
        "xl/styles.xml": f'<styleSheet {MAIN}><cellXfs count="2"><xf numFmtId="0"/>'
        '<xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>',
    }


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("out", type=Path)
    reader.add_argument("rows", type=int)
    reader.add_argument("--seed", type=int, default=1)
    reader.add_argument("--start", type=int, default=0)
    reader.add_argument("--bad", type=float, default=0.0)
    asked = reader.parse_args()
    write(asked.out, rows(asked.rows, asked.seed, asked.start, asked.bad), asked.rows)


if __name__ == "__main__":
    main()
