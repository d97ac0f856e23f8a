"""The documents that are generated from the tables: transitions, permissions, the workbook's columns, the glossary."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from domain.access import GRANTS, Reach, Role
from domain.certificate_fields import FIELDS, RESEMBLING, Field, Portal, terms_of
from domain.certificate_moves import MOVES, Move
from domain.certificate_moves import RULES as MOVE_RULES
from domain.hints import HINTS
from domain.retention import RETENTION
from domain.verification import RULES, TRANSITIONS, CaseState, Reply, Transition, guards_of
from domain.vocabulary import CertificateStatus

_NOTE = "<!-- 由程序按规则表生成：改规则，然后运行 script/docs。 -->\n\n"
_REPLIES = {Reply.NONE: "—", Reply.OPTIONAL: "可填", Reply.REQUIRED: "必填"}
_REACHES = {
    Reach.EVERYWHERE: "✓",
    Reach.OWN: "本人",
    Reach.OWN_OFFICE: "本机构",
    Reach.SUBTREE: "本机构及下级",
    Reach.REGION_ONLY: "限自治区职改办",
}
_PORTAL = {
    Portal.ASKED: "填写",
    Portal.FOLDED: "填写（折叠）",
    Portal.READ_ONLY: "只读",
    Portal.OF_ACCOUNT: "取自账户",
    Portal.ABSENT: "—",
}
_GLOSSARY = (
    ("职改机构", "office"), ("专业技术人员（持证人）", "holder"), ("证书", "certificate"), ("审验", "verification case"),
    ("授予单位", "awarding body"), ("批文", "approval document"), ("职称系列", "title series"),
    ("职称级别", "title level"), ("资格名称", "title"), ("专业", "specialty"), ("获取方式", "obtained by"),
    ("导入批次", "import batch"), ("空白证书", "blank certificate"), ("划拨", "allocation"), ("发证", "issue"),
    ("作废", "void"), ("单位", "employer"), ("转办", "hand over"), ("恢复", "take back"), ("问题人员", "problem person"),
    ("二次验证", "second factor"), ("恢复码", "recovery code"), ("抽查", "spot check"), ("解除占用", "release"),
)  # fmt: skip


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(head)
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"


def verification() -> str:
    """Describe the states of a case and what takes it from one to the other."""
    states = _table(
        ("状态", "代码", "持证人看到", "分组", "可公开查验"),
        ((s.label, f"`{s.value}`", s.holder_label, s.group.label, "是" if s.is_public else "—") for s in CaseState),
    )
    actions = _table(("操作", "代码", "从", "到", "由谁", "审核回复", "条件"), map(_transition_row, TRANSITIONS))
    return f"# 审验的状态和操作\n\n{_NOTE}## 状态\n\n{states}\n## 操作\n\n{actions}\n## 图\n\n{_diagram()}"


def hints() -> str:
    """List what the case page draws a reviewer's attention to."""
    rows = _table(("代码", "看什么"), ((f"`{one.name}`", one.looks_at) for one in HINTS))
    return f"# 审核时的提醒\n\n{_NOTE}只是提醒，说明理由，不代替结论，也不挡任何操作。\n\n{rows}"


def _transition_row(one: Transition) -> tuple[str, ...]:
    target = "删除" if one.deletes else "不变" if one.target is None else one.target.label
    who = "职改办" if one.by_office else "持证人"
    guards = "；".join(RULES[guard] for guard in guards_of(one)) or "—"
    return one.label, f"`{one.name}`", "、".join(s.label for s in one.sources), target, who, _REPLIES[one.reply], guards


def _diagram() -> str:
    arrows = [
        f"    {source.value} --> {one.target.value}: {one.label}"
        for one in TRANSITIONS
        if one.target
        for source in one.sources
    ]
    names = [f"    {state.value}: {state.label}" for state in CaseState]
    return "```mermaid\nstateDiagram-v2\n    [*] --> draft\n" + "\n".join([*names, *arrows]) + "\n```\n"


def certificates() -> str:
    """Describe the statuses of a certificate and what takes it from one to the other."""
    statuses = _table(
        ("状态", "代码", "公开查验显示"), ((s.label, f"`{s.value}`", s.public_label) for s in CertificateStatus)
    )
    moves = _table(("操作", "代码", "从", "到", "由谁", "原因", "条件", "说明"), map(_move_row, MOVES))
    note = "只有审验通过的证书能公开查验。作废待审的仍显示正常。"
    return f"# 证书的状态和操作\n\n{_NOTE}{note}\n\n## 状态\n\n{statuses}\n## 操作\n\n{moves}"


def _move_row(one: Move) -> tuple[str, ...]:
    sources = "已删除" if one.restores else "、".join(status.label for status in one.sources)
    target = "已删除" if one.deletes else "删除前的状态" if one.restores else one.target.label if one.target else "不变"
    who = "、".join(role.label for role in GRANTS[one.permission])
    guards = "；".join(MOVE_RULES[guard] for guard in one.guards) or "—"
    return one.label, f"`{one.name}`", sources, target, who, _REPLIES[one.reason], guards, one.meaning


def permissions() -> str:
    """Describe which role may do what, and how far it carries."""
    rows = (
        (permission.label, *(_REACHES[grants[role]] if role in grants else "" for role in Role))
        for permission, grants in GRANTS.items()
    )
    table = _table(("权限", *(role.label for role in Role)), rows)
    return f"# 谁能做什么\n\n{_NOTE}范围之外的地址答复“没有这一页”（404），没有权限的答复“没有权限”（403），未登录的先去登录。\n\n{table}"


_HEADERS = (
    "表头前后的“*”、空格、换行和“（必填）”都不算；列的先后不限。表头可以是两行，上面一行管下面几列。"
    "标题、列的编号行、合计、填表人和说明不读入。名称像“请人确认”一栏那样的列，页面上先猜好，请人确认一次，以后就记住了。"
)


def import_format() -> str:
    """Describe the columns of the workbook as the template and the importer have them."""
    table = _table(("列", "表头", "也认得", "请人确认", "必填", "可以填", "本人审验时"), map(_field_row, FIELDS))
    return f"# 导入表格的格式\n\n{_NOTE}{_HEADERS}\n\n{table}"


def _field_row(field: Field) -> tuple[str, ...]:
    words = "、".join(term.label for term in terms_of(field)) or "、".join(field.suggestions)
    if field.suggestions:
        words += "（其他写法也收，会提醒）"
    required = "是" if field.required else ""
    aliases, asked = "、".join(field.aliases), "、".join(RESEMBLING.get(field.key, ()))
    return str(field.column), field.header, aliases, asked, required, words, _PORTAL[field.portal]


def retention() -> str:
    """List how long personal data is kept, and what ends it."""
    rows = _table(
        ("内容", "保存多久", "从什么时候算起", "为什么", "由什么清理", "数据表"),
        ((one.what, one.told, one.since, one.why, one.by, "、".join(f"`{name}`" for name in one.tables) or "—") for one in RETENTION),
    )  # fmt: skip
    return f"# 个人信息保存多久\n\n{_NOTE}隐私说明里给公众看的是同一张表。\n\n{rows}"


def glossary() -> str:
    """Bind the words of the field to the names in the code."""
    return f"# 用语\n\n{_NOTE}" + _table(("用语", "代码里的名字"), ((word, f"`{name}`") for word, name in _GLOSSARY))


DOCUMENTS: dict[str, Callable[[], str]] = {
    "verification.md": verification,
    "hints.md": hints,
    "certificates.md": certificates,
    "permissions.md": permissions,
    "import-format.md": import_format,
    "retention.md": retention,
    "glossary.md": glossary,
}
