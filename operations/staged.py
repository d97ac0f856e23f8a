"""What a staged row says: the words for rows that stand against a record or repeat an earlier row, and reading it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, select

from domain.access import Place
from domain.certificate_fields import BY_KEY
from domain.certificate_rows import shown
from domain.identifiers import mask_id
from domain.vocabulary import Outcome
from extensions import db
from operations.matching import CERTIFICATES, Claim, differences, lies_within

_OTHERS = "这个证书编号在系统里已有别的职改办的记录，内容不一样，保留系统里的记录，请与那个职改办核对"


def repeated_remark(where: str) -> list[str]:
    return ["cert_no", f"和{where}是同一本证书（编号和授予单位相同），只导入前一行，请删去多余的一行"]


def likeness(where: str) -> list[str]:
    return ["cert_no", f"同一个人已有同系列、同级别、同资格、同一授予时间的证书（{where}），可能是重复的，请看一眼"]


def blank_remark() -> list[str]:
    return ["cert_no", "这个编号还在空白证书库存里，不能作为历年证书导入，新发的证书请从“划拨、发证—导入”办理"]


def conflict_content(
    record: Row[Any], claim: Claim, compared: Sequence[str], place: Place
) -> tuple[Outcome, dict[str, Any]]:
    """Return 相同, or 冲突 with what differs: field, the record's value, the workbook's.

    What the record of an office outside the importer's subtree holds is not shown.
    """
    differs = differences(record, claim, compared)
    if not differs:
        return Outcome.SAME, {}
    if not lies_within(record, place):
        return Outcome.CONFLICT, {"conflict": [], "errors": [["cert_no", _OTHERS]]}
    sides = [_sides(record, claim, key) for key in differs]
    errors = [
        [key, f"{BY_KEY[key].header}系统里是“{ours or '空'}”，表里是“{theirs}”，保留系统里的"]
        for key, ours, theirs in sides
    ]
    return Outcome.CONFLICT, {"record": record.id, "conflict": sides, "errors": errors}


def _sides(record: Row[Any], claim: Claim, key: str) -> list[str]:
    if key == "id_number":
        number = db.session.scalar(select(CERTIFICATES.c.id_number).where(CERTIFICATES.c.id == record.id))
        return [key, mask_id(number or ""), mask_id(claim.values[key])]
    return [key, shown(getattr(record, key)), shown(claim.values[key])]


def remarks(content: Mapping[str, Any], name: str) -> list[tuple[str, str]]:
    """Return errors, warnings or notices of a staged row as (header, sentence)."""
    return [(BY_KEY[key].header, sentence) for key, sentence in content.get(name, ())]
