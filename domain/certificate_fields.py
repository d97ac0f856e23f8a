"""The twenty columns of a certificate, once.

The template workbook, the importer, the wizard, the grid's labels, differences, exports and documentation read this table.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from domain.vocabulary import EMPLOYER_KINDS, PERSONAL_STATUSES, CertificateStatus, ObtainedBy, Sex, Term, TitleLevel


class Portal(StrEnum):
    """Where the holder meets a field in the wizard."""

    ASKED = "asked"
    FOLDED = "folded"
    READ_ONLY = "read_only"
    OF_ACCOUNT = "of_account"
    ABSENT = "absent"


class Kind(StrEnum):
    """How a cell of the column is read; the parsers are in certificate_rows."""

    SERIAL = "serial"
    TEXT = "text"
    NAME = "name"
    ID_NUMBER = "id_number"
    CERTIFICATE_NUMBER = "certificate_number"
    DATE = "date"
    TERM = "term"
    SERIES = "series"
    TITLE = "title"
    BODY = "body"


@dataclass(frozen=True, slots=True)
class Field:
    """One column: what it is called, how it is read, and where it is shown."""

    column: int
    key: str
    header: str
    kind: Kind
    required: bool = False
    aliases: tuple[str, ...] = ()
    portal: Portal = Portal.ABSENT
    optional_in_portal: bool = False
    portal_label: str = ""
    hint: str = ""
    max_length: int = 200
    terms: type[Term] | None = None
    suggestions: tuple[str, ...] = ()
    decides: bool = False
    listed: bool = False
    width: int = 14

    @property
    def label(self) -> str:
        """The word on screens; the workbook's header where the portal has no other."""
        return self.portal_label or self.header

    @property
    def starred(self) -> str:
        return f"*{self.header}" if self.required else self.header


FIELDS: tuple[Field, ...] = (
    Field(1, "serial", "序号", Kind.SERIAL, width=6),
    Field(
        2, "cert_no", "证书编号", Kind.CERTIFICATE_NUMBER, True, ("编号", "证书号"), Portal.ASKED,
        hint="照证书上“证书编号”一栏填写，一般是最多 15 位的数字；有汉字、字母的也照着填", max_length=50, decides=True, listed=True,
    ),
    Field(3, "manage_no", "证书管理号", Kind.TEXT, aliases=("管理号",), portal=Portal.READ_ONLY),
    Field(
        4, "name", "姓名", Kind.NAME, True, ("持证人",), Portal.OF_ACCOUNT, portal_label="持证人",
        max_length=50, listed=True, width=10,
    ),
    Field(5, "sex", "性别", Kind.TERM, portal=Portal.FOLDED, terms=Sex, width=6),
    Field(
        6, "id_number", "身份证号", Kind.ID_NUMBER, True, ("身份证号码", "证件号码"), Portal.OF_ACCOUNT,
        listed=True, width=22,
    ),
    Field(7, "personal_status", "个人身份", Kind.TEXT, portal=Portal.FOLDED, suggestions=PERSONAL_STATUSES),
    Field(8, "employer_name", "单位名称", Kind.TEXT, aliases=("工作单位",), portal=Portal.FOLDED, width=24),
    Field(9, "employer_kind", "单位性质", Kind.TEXT, portal=Portal.FOLDED, suggestions=EMPLOYER_KINDS),
    Field(
        10, "title_series", "职称系列", Kind.SERIES, True, ("系列",), Portal.ASKED, decides=True, listed=True, width=18
    ),
    Field(
        11, "title_level", "职称级别", Kind.TERM, True, ("级别",), Portal.ASKED, terms=TitleLevel,
        decides=True, listed=True, width=10,
    ),
    Field(
        12, "title", "资格名称", Kind.TITLE, True, ("专业技术资格", "职称名称"), Portal.ASKED,
        hint="照证书上的写法，如“助理工程师”", decides=True, listed=True,
    ),
    Field(
        13, "specialty", "证书专业", Kind.TEXT, True, ("专业",), Portal.ASKED, portal_label="专业",
        hint="填证书上“专业”一栏的内容", decides=True, listed=True, width=18,
    ),
    Field(
        14, "awarding_body", "授予单位", Kind.BODY, True, ("批准机关",), Portal.ASKED,
        hint="旧版证书叫“授予单位”，新版叫“批准机关”。输入两个字就会列出候选", decides=True, listed=True, width=30,
    ),
    Field(
        15, "awarded_on", "授予时间", Kind.DATE, True, (), Portal.ASKED,
        hint="只写到月的，填到月，如 2013-12", decides=True, listed=True, width=12,
    ),
    Field(
        16, "issued_on", "办证时间", Kind.DATE, False, ("发证时间",), Portal.ASKED, True,
        hint="新版证书是落款的“年月日”", decides=True, width=12,
    ),
    Field(
        17, "obtained_by", "获取方式", Kind.TERM, True, ("取得方式",), Portal.ASKED, terms=ObtainedBy,
        decides=True, listed=True, width=10,
    ),
    Field(18, "review_body", "评审机构", Kind.TEXT, portal=Portal.READ_ONLY, width=24),
    Field(
        19, "approval_doc_no", "批文文号", Kind.TEXT, aliases=("批文号", "批准文号"), portal=Portal.READ_ONLY, width=22
    ),
    Field(20, "cert_status", "证书状态", Kind.TERM, aliases=("状态",), portal=Portal.READ_ONLY, terms=CertificateStatus),
)  # fmt: skip

RESEMBLING: Mapping[str, tuple[str, ...]] = {
    "cert_no": ("证书编码", "证书号码", "资格证书编号", "资格证书号", "证号"),
    "manage_no": ("管理编号", "证书管理编号"),
    "name": ("持证人姓名", "本人姓名", "名字"),
    "id_number": ("身份证", "证件号", "公民身份号码", "公民身份证号", "居民身份证号", "有效证件号码"),
    "personal_status": ("身份", "人员身份"),
    "employer_name": ("单位", "所在单位", "单位全称"),
    "employer_kind": ("单位类型", "单位类别"),
    "title_series": ("所属系列", "评审系列", "申报系列", "专业系列", "系列名称"),
    "title_level": ("等级", "职称等级", "资格级别"),
    "title": ("职称", "资格", "任职资格", "专业技术资格名称", "专业技术职务", "专业技术职务任职资格", "专业技术职称"),
    "specialty": ("从事专业", "现从事专业", "申报专业", "评审专业", "专业名称", "资格专业"),
    "awarding_body": ("发证机关", "发证单位", "批准单位", "审批机关", "审批单位", "授予机关", "授予部门", "颁发机关"),
    "awarded_on": (
        "批准时间",
        "批准日期",
        "授予日期",
        "取得时间",
        "取得日期",
        "取得资格时间",
        "资格取得时间",
        "通过时间",
        "评审时间",
    ),
    "issued_on": ("发证日期", "办证日期", "签发日期", "颁证时间", "制证时间"),
    "obtained_by": ("方式", "取得途径", "获得方式"),
    "review_body": ("评委会", "评审委员会", "评委会名称", "评审单位"),
    "approval_doc_no": ("文号", "批文", "批文编号", "文件号", "发文文号"),
}
"""What other forms call a column that is probably this one: somebody has to say that it is."""

BY_KEY = {field.key: field for field in FIELDS}
STORED = tuple(field for field in FIELDS if field.kind is not Kind.SERIAL)
PORTAL = tuple(field for field in FIELDS if field.portal in (Portal.ASKED, Portal.FOLDED))
ASKED = tuple(field for field in FIELDS if field.portal is Portal.ASKED)
FOLDED = tuple(field for field in FIELDS if field.portal is Portal.FOLDED)
READ_ONLY = tuple(field for field in FIELDS if field.portal is Portal.READ_ONLY)
DECIDING = tuple(field for field in FIELDS if field.decides)
"""Columns 2 and 10–17: where all of them equal the record, a submission is approved by itself."""
LISTED = tuple(field for field in FIELDS if field.listed)
FORMER_NAME_LABEL = "曾用名"
"""The holder's own; it stays on the case and never reaches the record."""

IMPORTED_STATUSES = (CertificateStatus.NORMAL, CertificateStatus.VOID)
"""The states a workbook may give; 作废待审 only comes from a request."""

_NOISE = re.compile(r"[*＊\s　]|[（(]必填[)）]")
_BY_NAME = {name: field for field in FIELDS for name in (field.header, *field.aliases)}
_BY_RESEMBLANCE = {name: BY_KEY[key] for key, names in RESEMBLING.items() for name in names}
_OPENING, _CLOSING, _COLONS = frozenset("（(【["), frozenset(")）】]"), frozenset(":：")


def named(header: str) -> Field | None:
    """Return the field a workbook's header means; a star, blanks, line breaks and (必填) mean nothing."""
    return _BY_NAME.get(_NOISE.sub("", header))


def likely(header: str) -> Field | None:
    """Return the field a header probably means: by another form's word for it, or once its remarks are left out."""
    bare = _without_remarks(_NOISE.sub("", header))
    return _BY_NAME.get(bare) or _BY_RESEMBLANCE.get(bare)


def _without_remarks(header: str) -> str:
    """Leave out what stands in brackets, from the first that opens to the next that closes, and colons."""
    kept: list[str] = []
    within: list[str] = []
    for sign in header:
        if within and sign in _CLOSING:
            within = []
        elif within or sign in _OPENING:
            within.append(sign)
        else:
            kept.append(sign)
    return "".join(sign for sign in (*kept, *within) if sign not in _COLONS)


def terms_of(field: Field) -> tuple[Term, ...]:
    """Return the words a workbook or a form may give for the field."""
    if field.terms is CertificateStatus:
        return IMPORTED_STATUSES
    return tuple(field.terms) if field.terms else ()
