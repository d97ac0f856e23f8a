"""Everything that is kept about a holder, gathered for the holder: records, cases with their events, letters, pictures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from domain.certificate_fields import PORTAL, STORED
from domain.certificate_rows import shown
from domain.errors import NotFound
from domain.offers import CARD
from extensions import db
from models import Certificate, Event, Holder, Message, VerificationCase
from operations import case_drafts, events, feedback, identity_requests, offers, sessions
from operations.identity_requests import PAGES

_CELLS = ("title_level", "cert_no", "title", "specialty", "awarding_body", "awarded_on", "obtained_by")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in the store, under the name it gets in the download."""

    name: str
    key: str
    encrypted: bool = False


def note_download(holder: Holder, what: str) -> None:
    events.record(holder.actor, "export_own", ("holder", holder.id), f"下载{what}")


def own_certificate(holder: Holder, certificate_id: int) -> Certificate:
    """Return a verified record of the holder's own; raises NotFound for any other."""
    record = next((one for one in offers.shown_in_full(holder) if one.id == certificate_id), None)
    if record is None:
        raise NotFound("没有这本证书，或者还没有审验通过")
    return record


def everything(holder: Holder, happened: Mapping[str, str]) -> dict[str, Any]:
    """Return all that is kept, under the words of the pages; ID and mobile number whole, they are the holder's own.

    `happened` has the words for what can happen to a case; what it does not name is the office's own.
    """
    return {
        "账号": _account(holder),
        "证书记录": [
            *(_record(one) for one in offers.shown_in_full(holder)),
            *(_card(one) for one in offers.shown_as_card(holder)),
        ],
        "审验": [_case(one, happened) for one in _all_cases(holder)],
        "消息": [_message(one) for one in _messages(holder)],
        "意见反馈": [
            {"时间": _moment(one.created_at), "内容": one.body, "答复": one.answer or ""}
            for one in feedback.all_of(holder)
        ],
        "身份信息更正申请": [
            {
                "时间": _moment(one.created_at), "姓名": one.name, "身份证号": one.id_number, "结果": one.state.label,
                "回复": one.reply or "",
            }
            for one in identity_requests.all_of(holder)
        ],
        "登录的设备": [{"设备": one.device, "登录时间": _moment(one.opened_at)} for one in sessions.all_of(holder)],
        "账号的经过": [
            {"时间": _moment(one.at), "做了什么": one.summary} for one in Event.about("holder", holder.id)
        ],
    }  # fmt: skip


def pictures(holder: Holder) -> list[Picture]:
    of_cases = [
        Picture(f"照片/审验{case.receipt}-{photo.kind.label}-{photo.id}.jpg", photo.key)
        for case in _all_cases(holder)
        for photo in case.photos
    ]
    of_requests = [
        Picture(f"照片/更正申请{one.receipt}-{page}.jpg", key, encrypted=True)
        for one in identity_requests.all_of(holder)
        for page in PAGES
        if (key := getattr(one, page))
    ]
    avatar = [Picture("照片/头像.jpg", holder.avatar)] if holder.avatar else []
    return [*of_cases, *of_requests, *avatar]


def _all_cases(holder: Holder) -> list[VerificationCase]:
    return list(db.session.scalars(select(VerificationCase).filter_by(holder_id=holder.id).order_by("id")))


def _messages(holder: Holder) -> Iterable[Message]:
    return db.session.scalars(select(Message).filter_by(holder_id=holder.id).order_by(Message.id))


def _account(holder: Holder) -> dict[str, str]:
    return {
        "姓名": holder.name, "证件类型": holder.id_kind.label, "身份证号": holder.id_number, "手机号": holder.mobile,
        "邮箱": holder.email, "邮箱确认时间": _moment(holder.email_confirmed_at), "所在市、县代码": holder.region_code,
        "工作单位": holder.employer_name or "", "密保问题": holder.security_question,
        "注册时间": _moment(holder.created_at), "上次登录": _moment(holder.last_signed_in_at),
        "同意的隐私说明": holder.consent_version or "", "同意的时间": _moment(holder.consented_at),
    }  # fmt: skip


def _record(record: Certificate) -> dict[str, str]:
    facts = {field.label: shown(getattr(record, field.key)) for field in STORED}
    return facts | {"管理的职改办": record.office.name, "审验通过时间": _moment(record.verified_at)}


def _card(record: Certificate) -> dict[str, str]:
    """What the portal shows of a record whose number its holder has not typed from the paper."""
    facts = {field.label: shown(getattr(record, field.key)) for field in CARD}
    return {"年度": _year(record), **facts, "说明": "输入证书编号以后，才列出其他内容"}


def _case(case: VerificationCase, happened: Mapping[str, str]) -> dict[str, Any]:
    events_told = [one for one in Event.about("case", case.id) if one.action in happened]
    facts = {field.label: shown(getattr(case, field.key)) for field in PORTAL}
    return {
        "受理号": case.receipt, "状态": case.state.holder_label, "曾用名": case.former_name or "", **facts,
        "审核回复": case.reply or "", "提交时间": _moment(case.submitted_at), "删除时间": _moment(case.deleted_at),
        "经过": [{"时间": _moment(one.at), "做了什么": happened[one.action]} for one in events_told],
    }  # fmt: skip


def _message(message: Message) -> dict[str, str]:
    return {"时间": _moment(message.created_at), "标题": message.title, "内容": message.body}


def _moment(moment: Any) -> str:
    return moment.isoformat() if moment else ""


def table(holder: Holder) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the holder's certificates as the list on the page has them: head and rows."""
    head = (
        "序号", "申报年度", "级别", "证书编号", "资格名称", "专业", "授予单位", "授予时间", "获取方式", "状态", "受理号",
    )  # fmt: skip
    cases = [
        (_cells(case), case.state.holder_label, case.receipt) for case in reversed(case_drafts.cases_of(holder.id))
    ]
    offered = [(_card_cells(record), "还没有审验", "") for record in offers.offered(holder)]
    rows = [(str(at), *cells, state, receipt) for at, (cells, state, receipt) in enumerate([*cases, *offered], 1)]
    return head, rows


def _cells(source: VerificationCase) -> tuple[str, ...]:
    return (_year(source), *(shown(getattr(source, key)) for key in _CELLS))


def _card_cells(record: Certificate) -> tuple[str, ...]:
    on_card = {field.key for field in CARD}
    return (_year(record), *(shown(getattr(record, key)) if key in on_card else "" for key in _CELLS))


def _year(source: VerificationCase | Certificate) -> str:
    return str(source.awarded_on.year) if source.awarded_on else ""
