"""The closed lists of the field: stored slug, Chinese label, and tone where a list is shown as a tag."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Term(StrEnum):
    """A stored ASCII slug that knows the word people read."""

    label: str

    def __new__(cls, slug: str, label: str) -> Self:
        member = str.__new__(cls, slug)
        member._value_ = slug
        member.label = label
        return member

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        return [(member.value, member.label) for member in cls]

    @classmethod
    def labelled(cls, label: str) -> Self | None:
        """Return the member that people call by this word, or None."""
        return next((member for member in cls if member.label == label), None)


class Sex(Term):
    MALE = "male", "男"
    FEMALE = "female", "女"


class TitleLevel(Term):
    ASSOCIATE = "associate", "员级"
    ASSISTANT = "assistant", "助理级"
    INTERMEDIATE = "intermediate", "中级"


class ObtainedBy(Term):
    PROBATION = "probation", "转正定职"
    REVIEW = "review", "评审"
    REPLACEMENT = "replacement", "遗失补办"
    RECONFIRMATION = "reconfirmation", "重新确认"


class CertificateStatus(Term):
    NORMAL = "normal", "正常"
    VOID_PENDING = "void_pending", "作废待审"
    VOID = "void", "作废"

    @property
    def public_label(self) -> str:
        """While the office has not decided, the public still reads 正常."""
        return CertificateStatus.VOID.label if self is CertificateStatus.VOID else CertificateStatus.NORMAL.label


class OfficeKind(Term):
    REGION = "region", "自治区"
    CITY = "city", "市"
    COUNTY = "county", "县区"
    SERIES = "series", "市直系列"

    @property
    def parents(self) -> tuple[OfficeKind, ...]:
        """The kinds of office this kind may stand below."""
        return _PARENTS[self]


_PARENTS = {
    OfficeKind.REGION: (),
    OfficeKind.CITY: (OfficeKind.REGION,),
    OfficeKind.COUNTY: (OfficeKind.CITY,),
    OfficeKind.SERIES: (OfficeKind.CITY,),
}


class Entrance(Term):
    """The way a case came into the wizard; what each asks for stands in domain.entrances."""

    CERTIFICATE = "certificate", "持有证书"
    CIVIL_SERVANT = "civil_servant", "公务员或参公管理人员"


class RecordShown(Term):
    """How much of its record the holder of a case was shown; what each shows stands in domain.offers."""

    NOTHING = "nothing", "由本人填写"
    CARD = "card", "编号与记录不同，只列出卡片上的几项"
    ALL = "all", "编号与记录相同，记录全部列出"


class Audience(Term):
    """Whom a notice of an office is for."""

    HOLDERS = "holders", "专业技术人员"
    EMPLOYERS = "employers", "单位"
    OFFICES = "offices", "本机构和下级机构"


class PhotoKind(Term):
    NUMBER_PAGE = "number_page", "证书编号页"
    CONTENT_PAGE = "content_page", "证书内容页"
    APPROVAL_ONE = "approval_one", "批文一"
    APPROVAL_TWO = "approval_two", "批文二"


class RequestKind(Term):
    """What is asked for with both sides of the ID card."""

    CORRECTION = "correction", "身份信息更正"
    RELEASE = "release", "解除占用"


class RequestState(Term):
    WAITING = "waiting", "等待办理"
    GRANTED = "granted", "已同意"
    REFUSED = "refused", "没有同意"

    @property
    def tone(self) -> str:
        return {"waiting": "info", "granted": "ok", "refused": "bad"}[self.value]


class BatchState(Term):
    """What stands before 待导入 cannot be committed."""

    READING = "reading", "正在检查"
    REFUSED = "refused", "没有收下"
    UNMAPPED = "unmapped", "待对应列"
    CHECKED = "checked", "待导入"
    SUBMITTED = "submitted", "已报送"
    RETURNED = "returned", "已退回"
    COMMITTING = "committing", "正在导入"
    COMMITTED = "committed", "已导入"
    UNDOING = "undoing", "正在撤销"
    UNDONE = "undone", "已撤销"
    ABANDONED = "abandoned", "已放弃"

    @property
    def is_running(self) -> bool:
        """Whether the worker has it, so that everybody else waits."""
        return self in (BatchState.READING, BatchState.COMMITTING, BatchState.UNDOING)

    @property
    def is_over(self) -> bool:
        return self in (BatchState.REFUSED, BatchState.COMMITTED, BatchState.UNDONE, BatchState.ABANDONED)


class JobState(Term):
    WAITING = "waiting", "排队中"
    RUNNING = "running", "进行中"
    DONE = "done", "已完成"
    FAILED = "failed", "没有完成"
    CANCELLED = "cancelled", "已取消"

    @property
    def is_over(self) -> bool:
        return self in (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


class Outcome(Term):
    """What becomes of a workbook row; the label is the word of the report."""

    NEW = "new", "新增"
    SAME = "same", "相同"
    CONFLICT = "conflict", "冲突"
    LIKELY_DUPLICATE = "likely_duplicate", "疑似重复"
    REPEATED = "repeated", "工作簿内重复"
    WRONG = "wrong", "错误"
    IN_STOCK = "in_stock", "库存证书"

    @property
    def goes_in(self) -> bool:
        return self in (Outcome.NEW, Outcome.LIKELY_DUPLICATE)

    @property
    def refused(self) -> bool:
        """Rows that do not go in although the office wanted them in."""
        return self in (Outcome.CONFLICT, Outcome.REPEATED, Outcome.WRONG, Outcome.IN_STOCK)


PERSONAL_STATUSES = (
    "干部", "聘用制干部", "工人", "事业编制", "企业人员", "参公人员", "公务员", "流动人员", "自由职业", "农民",
    "专业技术人员", "其他",
)  # fmt: skip
"""Suggestions for 个人身份; other words are kept with a warning."""

EMPLOYER_KINDS = (
    "机关", "参公单位", "事业单位", "国有企业", "集体企业", "民营企业", "外资合资企业", "社会组织", "个体", "其他",
)  # fmt: skip
"""Suggestions for 单位性质; other words are kept with a warning."""
