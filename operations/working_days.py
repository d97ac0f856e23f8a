"""How many working days something has waited, by the offices' calendar."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import current_app

from domain.working_days import working_days_between
from operations.dictionaries import today


def since(moment: datetime) -> int:
    """Return the working days that have passed since the moment, today among them."""
    return working_days_between(
        moment.astimezone(ZoneInfo(current_app.config["BABEL_DEFAULT_TIMEZONE"])).date(), today()
    )
