"""How somebody likes a list: columns, order, and the selections saved under a name. Nobody else sees or needs them."""

from __future__ import annotations

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tables.columns import Model


class GridSetting(Model):
    """One person's columns and order for one list; no columns means the list's own."""

    __tablename__ = "grid_setting"

    user_id: Mapped[int] = mapped_column(ForeignKey("staff_user.id", ondelete="CASCADE"), primary_key=True)
    grid: Mapped[str] = mapped_column(String(32), primary_key=True)
    columns: Mapped[list[str]] = mapped_column(JSON, default=list)
    sort: Mapped[str] = mapped_column(String(32), default="")


class SavedView(Model):
    """A selection under a name of somebody's own; a person searched for stands in it as a token, as in an address."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("user_id", "grid", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("staff_user.id", ondelete="CASCADE"))
    grid: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(20))
    arguments: Mapped[dict[str, str]] = mapped_column(JSON)
