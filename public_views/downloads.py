"""报表下载: a verified certificate as PDF, one's own list as a workbook, and everything that is kept about oneself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, current_app, render_template, stream_with_context

from domain.access import Permission
from domain.certificate_rows import shown
from domain.vocabulary import CertificateStatus
from drawing.reports import Report, certificate_report
from drawing.sheets import one_table
from extensions import db, writing
from models import Certificate, Holder, now
from operations import offers, own_data
from public_views import case_words
from public_views.addresses import public_address
from public_views.portal import holder
from storage import PhotoMissing, StorageAway
from web import papers
from web.access import requires
from web.filters import local, spaced_code
from web.zips import zipped

blueprint = Blueprint("downloads", __name__, url_prefix="/portal/downloads")

FACTS = (
    ("持证人", "name"), ("证书编号", "cert_no"), ("职称系列", "title_series"), ("职称级别", "title_level"),
    ("资格名称", "title"), ("专业", "specialty"), ("授予单位", "awarding_body"), ("授予时间", "awarded_on"),
    ("办证时间", "issued_on"), ("获取方式", "obtained_by"),
)  # fmt: skip
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
AWAY = "这张照片暂时读不出来，请过一会儿再下载一次。"


@blueprint.get("/")
@requires(Permission.OWN_CASES)
def page() -> str:
    own = holder()
    return render_template("portal/downloads.html", verified=offers.shown_in_full(own))


def _file(data: Any, name: str, media_type: str) -> Response:
    response = Response(data, mimetype=media_type)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _noted(what: str) -> None:
    own_id = holder().id
    with writing():
        own_data.note_download(db.session.get_one(Holder, own_id), what)


@blueprint.post("/certificates/<int:certificate_id>.pdf")
@requires(Permission.OWN_CASES)
def report(certificate_id: int) -> Response:
    """What the public look-up says, on paper: no ID number."""
    record = own_data.own_certificate(holder(), certificate_id)
    sheet = certificate_report(_report(record))
    number = record.cert_no or record.verify_code
    _noted(f"审验证明（{number}）")
    return _file(sheet, f"审验证明-{number}.pdf", "application/pdf")


def _report(record: Certificate) -> Report:
    facts = [(label, shown(getattr(record, key)) or "—") for label, key in FACTS]
    void = record.cert_status is CertificateStatus.VOID
    return Report(
        facts=[*facts, ("证书状态", record.cert_status.public_label)],
        verdict="这本证书已作废" if void else "已审验通过，状态正常",
        code=spaced_code(record.verify_code or ""),
        address=public_address("lookup.verified", code=record.verify_code),
        issuer=f"{current_app.config['ORGANISER_NAME']}　{current_app.config['ORGANISER_PHONE']}",
        moment=f"出具时间：{local(now(), '%Y-%m-%d %H:%M:%S')}",
    )


@blueprint.post("/certificates.xlsx")
@requires(Permission.OWN_CASES)
def records() -> Response:
    head, rows = own_data.table(holder())
    _noted("证书报表")
    return _file(one_table("我的证书", head, rows), "我的证书.xlsx", XLSX)


@blueprint.post("/everything.zip")
@requires(Permission.OWN_DATA)
def everything() -> Response:
    """All at once, sent picture by picture: however much it is, little of it is in memory."""
    _noted("系统里关于本人的全部内容")
    own = holder()
    facts = json.dumps(own_data.everything(own, case_words.HAPPENED), ensure_ascii=False, indent=2).encode()
    pictures = own_data.pictures(own)
    entries = stream_with_context(_entries(facts, pictures))
    return _file(zipped(entries), "我的全部资料.zip", "application/zip")


def _entries(facts: bytes, pictures: list[own_data.Picture]) -> Iterator[tuple[str, bytes]]:
    yield "资料.json", facts
    store = current_app.extensions["photos"]
    for picture in pictures:
        try:
            yield picture.name, papers.picture(picture.key) if picture.encrypted else store.get(picture.key)
        except (PhotoMissing, StorageAway):
            yield f"{picture.name}.txt", AWAY.encode()
