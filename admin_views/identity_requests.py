"""身份信息更正 and 解除占用: the pictures, what is on record, and the decision with its reply."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect
from flask_admin import expose
from markupsafe import Markup
from sqlalchemy import select
from werkzeug.wrappers import Response
from wtforms import RadioField
from wtforms.validators import StopValidation

import jobs
from admin_views.base import BackOfficeView, masked
from admin_views.cells import plain, tag
from admin_views.forms import BackOfficeForm, options, words
from admin_views.revealing import RevealsIdNumber, note_pictures
from domain.access import Actor, Permission
from domain.errors import StaleVersion
from domain.vocabulary import RequestKind, RequestState
from extensions import db, writing
from listing.filters import GridFilter, equals
from models import Holder, IdentityRequest, ProblemPerson, id_digests
from operations import identity_requests
from operations.identity_requests import LONGEST_REPLY, PAGES
from web import papers
from web.access import current_actor

PAGE_LABELS = {"front": "身份证人像面", "back": "身份证国徽面", "statement": "单位盖章的说明"}
MAIL_SUBJECT = "解除占用申请的结果（证书在线审验）"
MAIL_BODY = """{name}，您好：

您申请解除占用（受理号 {receipt}），结果是：{result}。
{next}
{reply}"""
NEXT = {
    RequestState.GRANTED: "现在可以用自己的身份证号注册了。手机号还说已被注册的，请再申请一次。",
    RequestState.REFUSED: "需要再核对的，请打职改办的电话。",
}


def _chosen(form: Any, field: Any) -> None:
    if field.data not in ("grant", "refuse"):
        raise StopValidation("请选同意或不同意")


class DecisionForm(BackOfficeForm):
    decision = RadioField(
        "办理结果", [_chosen], choices=options([("grant", "同意"), ("refuse", "不同意")]), validate_choice=False
    )
    reply = words("回复", longest=LONGEST_REPLY, lines=True, description="申请人会看到；不同意的要写明原因")


def standing(row: IdentityRequest) -> Markup:
    return tag(row.state.label, row.state.tone)


class IdentityRequestView(RevealsIdNumber, BackOfficeView):
    """What both screens do alike; each shows the requests of its kind."""

    model_class = IdentityRequest
    kind: RequestKind
    subject = "identity_request"
    eager = (IdentityRequest.office,)
    writes = (*BackOfficeView.writes, "decide_view")
    details_template = "admin/identity_request.html"

    column_list = ("name", "id_number", "state", "created_at", "office", "decided_by", "decided_at")
    column_labels = {
        "name": "姓名", "state": "状态", "created_at": "申请时间", "office": "职改办", "decided_by": "办理人",
        "decided_at": "办理时间",
    }  # fmt: skip
    column_formatters = {"id_number": masked, "state": standing, "office": lambda row: row.office.name}
    sortable = ("id", "created_at")
    empty_text = "没有申请"
    grid_filters = (GridFilter("state", "状态", "select", equals(IdentityRequest.state), RequestState.choices),)

    def scope(self, query: Any) -> Any:
        return super().scope(query).filter(IdentityRequest.kind == self.kind)

    def row_label(self, row: IdentityRequest) -> str:
        return f"{row.kind.label}：{row.name}"

    def pill(self) -> str:
        waiting = self.get_query().filter(IdentityRequest.state == RequestState.WAITING).limit(100).count()
        return str(waiting) if waiting else ""

    def details_page(self, row: IdentityRequest, revealed: str = "", **context: Any) -> str:
        asked = [
            ("姓名", row.name), ("身份证号", self.id_number_cell(row, revealed)), ("状态", standing(row)),
            ("受理号", row.receipt), ("申请时间", plain(row.created_at)), ("职改办", row.office.name),
        ]  # fmt: skip
        form = context.pop("form", None) or DecisionForm(formdata=None)
        pages = [(name, PAGE_LABELS[name]) for name in PAGES if getattr(row, name)]
        groups = [("申请改为" if row.holder_id else "申请人", asked), *self.facts_groups(row)]
        if row.decided_at:
            decided = [
                ("办理人", row.decided_by),
                ("办理时间", plain(row.decided_at)),
                ("回复", row.reply or "—", True),
            ]
            groups.append(("办理", decided))
        waiting = row.state is RequestState.WAITING
        return super().details_page(
            row, **{"groups": groups, "form": form, "pages": pages, "waiting": waiting, **context}
        )

    def facts_groups(self, row: IdentityRequest) -> list[tuple[str, list[tuple[str, Any]]]]:
        """Return what is on record about who asks, and about the account that has the number."""
        raise NotImplementedError

    @expose("/picture/<int:row_id>/<page>.jpg")
    def picture_view(self, row_id: int, page: str) -> Response:
        row = self.one_or_404(row_id)
        key = getattr(row, page) if page in PAGES else None
        if not key:
            abort(404)
        picture = papers.picture_response(key)
        note_pictures((self.subject, row_id), f"查看{row.name}的证件照片")
        return picture

    @expose("/decide/", methods=("POST",))
    def decide_view(self) -> str | Response:
        row = self.one_or_404()
        form = DecisionForm()
        if not form.validate() or not self.saved(form, self._decide, row.id):
            return self.details_page(self.one_or_404(row.id), form=form)
        return redirect(self.list_url(), 303)

    def _decide(self, form: DecisionForm, row_id: int) -> bool:
        actor = current_actor()
        try:
            with writing():
                decided = identity_requests.decide(
                    actor, row_id, grant=form.decision.data == "grant", reply=form.reply.data or ""
                )
                mail_id = _written_down(actor, decided)
        except StaleVersion as stale:
            flash(stale.sentence, "warn")
            return True
        flash(f"{self.row_label(decided)}，{decided.state.label}。", "ok")
        if mail_id:
            jobs.wake(mail_id)
        return True


def account_facts(holder: Holder) -> list[tuple[str, Any]]:
    return [
        ("姓名", holder.name), ("身份证号", masked(holder)), ("注册时间", plain(holder.created_at)),
        ("上次登录", plain(holder.last_signed_in_at) or "还没有登录过"),
    ]  # fmt: skip


class CorrectionView(IdentityRequestView):
    kind = RequestKind.CORRECTION
    slug, label, icon = "identity_corrections", "身份信息更正", "person"
    permission = Permission.IDENTITY_CORRECTIONS

    def facts_groups(self, row: IdentityRequest) -> list[tuple[str, list[tuple[str, Any]]]]:
        holder = row.holder
        assert holder is not None, "a correction is asked for from an account"
        waiting = row.state is RequestState.WAITING
        now_on_record = [*account_facts(holder), *(_cautions(row, holder) if waiting else ())]
        return [("账号现在是", now_on_record)]


def _cautions(row: IdentityRequest, holder: Holder) -> list[tuple[str, Any]]:
    same = row.id_digest in holder.id_digests
    found = [("身份证号对比", "和申请的相同" if same else tag("和申请的不同", "warn"), True)]
    if identity_requests.account_that_holds(row):
        found.append(("请留意", tag("申请的身份证号已被另一个账号占用", "warn"), True))
    digests = (*holder.id_digests, *id_digests(row.id_number))
    listed = select(ProblemPerson.id).where(ProblemPerson.id_digest.in_(digests), ProblemPerson.lifted_at.is_(None))
    if db.session.scalar(listed.limit(1)):
        found.append(("请留意", tag("此人在问题人员名单里", "warn"), True))
    return found


class ReleaseView(IdentityRequestView):
    kind = RequestKind.RELEASE
    slug, label, icon = "id_releases", "解除占用", "key"
    permission = Permission.RELEASES

    def facts_groups(self, row: IdentityRequest) -> list[tuple[str, list[tuple[str, Any]]]]:
        contact = [("联系电话", row.mobile), ("邮箱", row.email)]
        holder = identity_requests.account_that_holds(row)
        if row.state is not RequestState.WAITING:
            return [("怎样联系", contact)]
        if holder is None:
            return [("怎样联系", contact), ("占用情况", _mobile_facts(row))]
        return [("怎样联系", contact), ("占用这个号的账号", account_facts(holder))]


def _mobile_facts(row: IdentityRequest) -> list[tuple[str, Any]]:
    """Return who has the mobile number, where the ID number is nobody's."""
    holder = identity_requests.account_with_mobile(row)
    free = [("身份证号", "现在没有账号用")]
    if holder is None:
        return [*free, ("手机号", "现在没有账号用")]
    effect = "同意后只把手机号从下面的账号去掉，那个账号照常用。请先打这个号码，核对是申请人本人在用"
    return [*free, ("手机号", tag("已被下面的账号占用", "warn")), ("同意以后", effect, True), *account_facts(holder)]


def _written_down(actor: Actor, decided: IdentityRequest) -> int | None:
    """Who has no account yet reads the decision in a mail; a holder finds it among the messages."""
    if decided.email is None:
        return None
    body = MAIL_BODY.format(
        name=decided.name, receipt=decided.receipt, result=decided.state.label, next=NEXT[decided.state],
        reply=f"职改办的回复：{decided.reply}\n" if decided.reply else "",
    )  # fmt: skip
    return jobs.mail.ask_for(actor, decided.email, MAIL_SUBJECT, body).id
