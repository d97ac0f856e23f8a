"""Every error as a page of ours: what happened and what to do, never a trace."""

from __future__ import annotations

import errno
import logging
import secrets
import traceback
from typing import Any

from flask import Flask, current_app, render_template, request, url_for
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, IntegrityError, OperationalError, SQLAlchemyError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from domain.access import Role
from domain.errors import DomainError, NotAllowed, NotFound, StaleVersion, TooMany
from extensions import Busy, db
from storage import StorageAway
from web import request_log, typed
from web.access import current_actor, safe_next

log = logging.getLogger(__name__)

SENTENCES = {
    400: ("没有看懂这次请求", "页面可能放得太久了，请返回上一页，刷新后再试。"),
    403: ("没有这一页的权限", "您的账号没有这一页的权限，请找本单位管理员。"),
    404: ("没有这一页", "没有这一页，可能已删除，或不归您管理。"),
    405: ("没有这一页", "这个网址不能这样打开，请从页面上的按钮进入。"),
    409: ("没有保存", "这一件刚刚有了变化，请看最新情况再决定。"),
    413: ("文件太大", "传上来的内容太大了，请分成几份再传。"),
    414: ("网址太长", "这个网址太长了，请从首页进入，重新填写要查的内容。"),
    429: ("查得太快了", "查得太快了，请 1 分钟后再试。"),
    431: ("网址太长", "这个网址或浏览器带来的信息太长了，请从首页进入；还不行的话，请清除浏览器里本网站的数据后再试。"),
    502: ("系统暂时打不开", "系统正在启动或升级，请过几分钟再试。"),
    503: ("系统正忙", "数据库暂时用不了，您刚才的操作没有保存，请过一会儿再试一次。"),
    504: ("系统正忙", "等了很久没有结果，请过一会儿再试。要保存的内容可能没有保存，请先查看一下。"),
    507: ("服务器存不下了", "服务器的磁盘满了，您刚才的操作没有保存。请告诉系统管理员腾出空间，再试一次。"),
}
_CODES: tuple[tuple[type[DomainError], int], ...] = (
    (NotFound, 404),
    (NotAllowed, 403),
    (StaleVersion, 409),
    (TooMany, 429),
    (StorageAway, 503),
)


def install(app: Flask) -> None:
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(typed.SessionOver, _session_over)
    app.register_error_handler(typed.ConsentFirst, _consent_first)
    app.register_error_handler(DomainError, _domain)
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(IntegrityError, _clash)
    app.register_error_handler(DataError, _unfitting)
    app.register_error_handler(Busy, _busy)
    app.register_error_handler(OSError, _disk)
    app.register_error_handler(Exception, _unexpected)


def page(code: int, sentence: str = "") -> tuple[str, int]:
    title, usual = SENTENCES.get(code, SENTENCES[400])
    return _in_its_shell(code=code, title=title, sentence=sentence or usual, written=typed.written()), code


def _in_its_shell(**told: Any) -> str:
    """Whoever is at work stays in the shell they know, with its menu and a way out inside it."""
    around, way_out = _around()
    return render_template("errors/page.html", **{"around": around, "way_out": way_out, **told})


def _around() -> tuple[str, tuple[str, str]]:
    role = current_actor().role
    if role.is_office and request.path.startswith("/admin"):
        return "admin/base.html", ("回到工作平台", url_for("admin.index"))
    if role is Role.HOLDER and request.path.startswith("/portal"):
        return "portal/base.html", ("回到首页", url_for("portal.home"))
    if role.is_employer and request.path.startswith("/employer"):
        return "employer/base.html", ("回到单位首页", url_for("employers_own.home"))
    return "public/base.html", ("回到证书查验", url_for("lookup.form"))


def _http(error: HTTPException) -> Response | tuple[str, int]:
    if error.code is None or error.code < 400:
        return error.get_response()  # type: ignore[return-value]
    _note_refusal(error.code)
    return page(error.code)


def _stale_form(error: CSRFError) -> tuple[str, int]:
    """Lead back to the page the form stood on; the browser keeps what was typed there."""
    sentence = "这个页面放得太久了，刚才的提交没有生效。请回到刚才的页面再提交一次；已经保存的内容都在。"
    way = ("回到刚才的页面", safe_next(typed.came_from(), _around()[1][1]))
    return _in_its_shell(code=400, title="页面已经过期", sentence=sentence, way_out=way, written=typed.written()), 400


def _session_over(error: typed.SessionOver) -> tuple[str, int]:
    """Give back what was written before leading to the door: without a script nothing else keeps it."""
    sentence = "太久没有操作，需要重新登录，刚才的提交没有生效。登录后回到刚才的页面，再提交一次就行。"
    way = ("重新登录", error.way_out)
    return _in_its_shell(code=401, title="需要重新登录", sentence=sentence, way_out=way, written=typed.written()), 401


def _consent_first(error: typed.ConsentFirst) -> tuple[str, int]:
    sentence = "隐私说明有了新版本，刚才的提交没有生效。看过并同意以后，回到刚才的页面，再提交一次就行。"
    way = ("看隐私说明", error.way_out)
    return _in_its_shell(code=403, title="请先看隐私说明", sentence=sentence, way_out=way, written=typed.written()), 403


def _domain(error: DomainError) -> tuple[str, int]:
    db.session.rollback()
    code = next((code for kind, code in _CODES if isinstance(error, kind)), 400)
    _note_refusal(code)
    return page(code, error.sentence)


def _note_refusal(code: int) -> None:
    """Whoever asks for what is not theirs leaves a line."""
    if code == 404 and current_user.is_authenticated:
        who, address = current_user.get_id(), request.remote_addr
        log.warning("not found or out of reach: %s %s for %s from %s", request.method, request.endpoint, who, address)


def _clash(error: IntegrityError) -> tuple[str, int]:
    db.session.rollback()
    log.warning("clash: %s", request_log.asked())
    return page(409, "刚刚有人做了同样的事，您这一次没有生效。请返回上一页，刷新后看看现在的情况。")


def _unfitting(error: DataError) -> tuple[str, int]:
    db.session.rollback()
    log.warning("unfitting input: %s", request_log.asked())
    return page(400, "填写的内容太长，或者有不能保存的符号。请返回上一页，改短一些再提交。")


def _busy(error: Busy) -> tuple[str, int]:
    log.error("busy: %s", request_log.asked())
    return _page_without_database(503, "系统正忙", "现在有很多人在保存，您刚才的操作没有保存，请过一会儿再试一次。")


def _database_away(error: OperationalError) -> tuple[str, int]:
    log.error("database: %s: %s", request_log.asked(), type(error.orig).__name__)
    return _page_without_database(503, *SENTENCES[503])


def _disk(error: OSError) -> tuple[str, int]:
    if error.errno not in (errno.ENOSPC, errno.EDQUOT):
        return _unexpected(error)
    log.error("disk full: %s", request_log.asked())
    return _page_without_database(507, *SENTENCES[507])


def _unexpected(error: Exception) -> tuple[str, int]:
    """Log it under a number that the person can quote; show no word of it."""
    number = secrets.token_hex(4).upper()
    log.error("unexpected error %s: %s\n%s", number, request_log.asked(), _trace(error))
    if current_app.testing:
        raise error
    phone = current_app.config["ORGANISER_PHONE"]
    sentence = f"系统出错了，不是您的问题。已记录，编号 {number}，可致电 {phone}。"
    return _page_without_database(500, "系统出错了", sentence)


def _trace(error: Exception) -> str:
    """Say where it happened; a database's own words may quote a row, with names and numbers in it."""
    words = type(error).__name__ if isinstance(error, SQLAlchemyError) else f"{type(error).__name__}: {error}"
    return "".join(traceback.format_tb(error.__traceback__)) + words


def _page_without_database(code: int, title: str, sentence: str) -> tuple[str, int]:
    """Render without the usual context, which would ask the database who is signed in; what was written is given back."""
    template, written = current_app.jinja_env.get_template("errors/page.html"), typed.written()
    way_out = ("回到刚才的页面", typed.came_from()) if written else ("回到证书查验", url_for("lookup.form"))
    told = {"code": code, "title": title, "sentence": sentence, "way_out": way_out, "written": written}
    return template.render(around="public/base.html", **told), code


def of_the_server(app: Flask) -> dict[int, bytes]:
    """Return the pages for what the server refuses before the application hears of it, drawn once."""
    with app.test_request_context("/"):
        told = {code: SENTENCES[code] for code in (400, 413, 431)} | {
            500: ("系统出错了", "系统出错了，不是您的问题，请过一会儿再试。")
        }
        return {code: _page_without_database(code, *words)[0].encode() for code, words in told.items()}
