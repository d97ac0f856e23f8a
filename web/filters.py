"""Template filters and what every template can name: local times, stored values as words, the organiser's line."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Flask, current_app, url_for
from flask_login import current_user

from domain.certificate_rows import shown
from domain.identifiers import mask_id, mask_mobile
from domain.passwords import FIRST_PASSWORD_LASTS
from models import Holder
from operations import holders
from web import news
from web.access import can, home


def install(app: Flask) -> None:
    app.jinja_env.filters |= {
        "local": local, "day": day, "spoken_day": spoken_day, "shown": shown, "mask_id": mask_id,
        "mask_mobile": mask_mobile, "grouped": "{:,}".format, "verify_code": spaced_code,
    }  # fmt: skip
    app.jinja_env.globals |= {
        "can": can,
        "home_url": home,
        "own_news": news.own,
        "first_password_days": FIRST_PASSWORD_LASTS.days,
    }
    app.context_processor(_common)


def _zone() -> ZoneInfo:
    return ZoneInfo(current_app.config["BABEL_DEFAULT_TIMEZONE"])


def local(moment: datetime | None, form: str = "%Y-%m-%d %H:%M") -> str:
    """Show a stored moment on the offices' clock."""
    return moment.astimezone(_zone()).strftime(form) if moment else ""


def day(moment: datetime | None) -> str:
    return local(moment, "%Y-%m-%d")


def spoken_day(moment: datetime | None) -> str:
    """Show a moment as sentences say it: 11 月 18 日."""
    there = moment.astimezone(_zone()) if moment else None
    return f"{there.month} 月 {there.day} 日" if there else ""


def spaced_code(code: str) -> str:
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def _common() -> dict[str, object]:
    config = current_app.config
    is_holder = isinstance(current_user._get_current_object(), Holder)
    return {
        "organiser": {
            "name": config["ORGANISER_NAME"], "phone": config["ORGANISER_PHONE"], "hours": config["ORGANISER_HOURS"],
        },
        "elsewhere": config["ELSEWHERE"],
        "footer_links": [("隐私说明", url_for("privacy.notice"))],
        "environment_label": "测试环境" if config["DEVELOPMENT"] else "",
        "unread_count": holders.unread(current_user.id) if is_holder else 0,
    }  # fmt: skip
