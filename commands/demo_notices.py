"""Invented notices for the demonstration: for all three audiences, one with a picture, and one that was withdrawn."""

from __future__ import annotations

from datetime import date, timedelta

from commands.cast import operator_of
from domain.notices import NoticeText
from domain.vocabulary import Audience
from drawing import certificate_pages
from extensions import writing
from models import Notice, Office
from operations import notices
from operations.dictionaries import today
from photos import make_picture
from web.photos import stored

NOTICES: tuple[tuple[str, Audience, int, str, str], ...] = (
    (
        "灵山县职改办", Audience.HOLDERS, 6, "现场核对改到政务中心二楼",
        "约好现场核对的，请带身份证和证书原件，到县政务中心二楼 12 号窗口，工作日上午 9:00—12:00。",
    ),
    (
        "广西区职改办", Audience.HOLDERS, 40, "没有证书、当年是公务员或参公人员的，从单独的入口进",
        "当年通过了评审、但因为是公务员或参公人员没有领到证书的，点“立即审验”，再选“公务员或参公管理人员入口”，"
        "上传批文照片即可。",
    ),
    (
        "钦州市职改办", Audience.EMPLOYERS, 15, "请通知本单位人员登录审验",
        "请各单位通知 2012 年以前取得证书的人员登录审验，不清楚编号的可以查本人档案里的任职资格文件。",
    ),
    (
        "广西区职改办", Audience.OFFICES, 12, "导入前请先核对授予单位的名称",
        "旧证书上的授予单位多用当时的名称。导入前请在“授予单位”里把旧名称补成别名，检查时就不再提示。",
    ),
)  # fmt: skip
PICTURED = (
    "钦州市职改办", Audience.HOLDERS, 20, "2012 年前的中、初级证书请在年底前审验",
    "2012 年以前取得中、初级专业技术资格的，请登录本系统核对自己的证书，上传两张照片。\n\n"
    "一处不改的，照片传完就自动通过；有改动的由授予单位职改办审核，一般不超过 10 个工作日。\n\n"
    "审验期间，不影响原证书的使用。",
)  # fmt: skip
PICTURE_WORDS = "证书编号页的样子：编号在页面下方，“证书编号”四个字后面"
WITHDRAWN = ("钦州市职改办", Audience.HOLDERS, 60, "系统维护", "本周六 8:00—12:00 维护，暂停登录。")


def add() -> None:
    day, (number_page, _) = today(), certificate_pages({"name": "韦小兰", "cert_no": "1346070"})
    with stored(make_picture(number_page)) as picture, writing():
        office, audience, days_ago, title, body = PICTURED
        _write(office, NoticeText(title, body, audience, _before(day, days_ago), picture_words=PICTURE_WORDS), picture)
        for office, audience, days_ago, title, body in NOTICES:
            _write(office, NoticeText(title, body, audience, _before(day, days_ago)))
        office, audience, days_ago, title, body = WITHDRAWN
        old = _write(office, NoticeText(title, body, audience, _before(day, days_ago), _before(day, days_ago - 5)))
        notices.withdraw(operator_of(Office.named(office)), old)


def _before(day: date, days: int) -> date:
    return day - timedelta(days=days)


def _write(office: str, text: NoticeText, picture: str | None = None) -> Notice:
    return notices.write(operator_of(Office.named(office)), text, picture)
