"""Invented certificates for the demonstration: made as workbooks and imported as an office would."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter

from commands.cast import HOLDERS, DemoHolder, id_number, operator_of
from commands.imports import import_file
from domain.certificate_fields import FIELDS
from domain.vocabulary import OfficeKind
from models import Office

SEED = 20261123
SURNAMES = "韦陆黄覃梁李陈劳宁苏张何吴刘周农卢邓谢施"
GIVEN = "海生春梅志强小兰建国秀英文华明远丽芳伟军平超燕玉珍斌鹏洋辉静敏飞云桂香国栋"
REGIONS = ("450721", "450722", "450702", "450703", "452824", "452826", "452801")
TITLES = {
    "员级": (("工程系列", "技术员", "工业与民用建筑"), ("卫生系列", "护士", "护理"), ("中小学教师系列", "小学二级教师", "语文")),
    "助理级": (
        ("工程系列", "助理工程师", "水利水电工程"), ("卫生系列", "医师", "内科"), ("农业系列", "助理农艺师", "农学"),
        ("中小学教师系列", "小学一级教师", "数学"), ("会计系列", "助理会计师", "会计"),
    ),
    "中级": (("工程系列", "工程师", "房屋建筑工程"), ("工程系列", "工程师", "公路与桥梁")),
}  # fmt: skip
WORKBOOKS = {
    "灵山县职改办": (("员级", "助理级"), 120),
    "浦北县职改办": (("员级", "助理级"), 90),
    "钦南区职改办": (("员级", "助理级"), 40),
    "钦州市工程系列职改办": (("中级",), 60),
}
"""Which office sends a workbook of which levels, with how many rows."""

HELD: dict[str, tuple[tuple[str, str, str], ...]] = {
    "韦小兰": (("灵山县职改办", "助理级", "1346070"), ("灵山县职改办", "员级", "0822284")),
    "陆海生": (("灵山县职改办", "助理级", "0837771"),),
    "黄春梅": (("灵山县职改办", "员级", "0456123"), ("灵山县职改办", "助理级", "0956124")),
    "覃志强": (("浦北县职改办", "助理级", "0839144"),),
}
"""What stands on record for the people who sign in: office, level, number."""


def workbook(folder: Path, office_name: str) -> Path:
    """Write one office's workbook: the rows of the cast first, invented people behind them."""
    path = folder / f"{office_name}历年中初级证书明细表.xlsx"
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("明细表")
    sheet.write_row(0, 0, [field.starred for field in FIELDS])
    for at, row in enumerate(_rows(office_name), start=1):
        sheet.write_row(at, 0, [at, *row])
    book.close()
    return path


def _rows(office_name: str) -> Iterator[list[Any]]:
    dice = random.Random(f"{SEED}{office_name}")  # noqa: S311 - invented data, the same at every start
    for holder in HOLDERS:
        for office, level, number in HELD[holder.name]:
            if office == office_name:
                yield _row(dice, office_name, level, number, holder)
    levels, count = WORKBOOKS[office_name]
    for at in range(count):
        yield _row(
            dice,
            office_name,
            dice.choice(levels),
            f"{dice.randrange(0, 12):02d}{at:03d}{dice.randrange(100):02d}",
            None,
        )


def _row(dice: random.Random, office_name: str, level: str, number: str, holder: DemoHolder | None) -> list[Any]:
    series, title, specialty = dice.choice(TITLES[level])
    awarded = date(2000, 1, 1) + timedelta(days=dice.randrange(4300))
    place = office_name.removesuffix("职改办")
    name = holder.name if holder else dice.choice(SURNAMES) + "".join(dice.sample(GIVEN, dice.choice((1, 2, 2))))
    person = holder.id_number if holder else _invented_id(dice)
    return [
        number, None, name, None, person, dice.choice(("干部", "聘用制干部", "企业人员")), f"{place[:3]}第{dice.randrange(1, 9)}单位",
        dice.choice(("事业单位", "国有企业")), series, level, title, specialty, f"{place}职称改革领导小组办公室",
        awarded.isoformat() if dice.random() < 0.8 else f"{awarded:%Y-%m}", (awarded + timedelta(days=60)).isoformat(),
        "评审" if level == "中级" else dice.choice(("转正定职", "评审")), f"{place}初级评审委员会",
        f"{place[0]}职改字〔{awarded.year}〕{dice.randrange(1, 40)}号", "正常",
    ]  # fmt: skip


def _invented_id(dice: random.Random) -> str:
    birth = date(1950, 1, 1) + timedelta(days=dice.randrange(11_000))
    return id_number(dice.choice(REGIONS), f"{birth:%Y%m%d}", f"{dice.randrange(1, 999):03d}")


def add() -> None:
    """Import every workbook through the importer itself."""
    with tempfile.TemporaryDirectory() as folder:
        for office_name in WORKBOOKS:
            office = Office.named(office_name)
            assert office is not None, "the cast was founded before"
            import_workbook(workbook(Path(folder), office_name), office)


def import_workbook(path: Path, office: Office) -> None:
    series = office.kind is OfficeKind.SERIES
    import_file(operator_of(office.parent if series else office), office, path)
