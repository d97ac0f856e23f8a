"""The pages on which notices are read: the same for professionals, employers and offices, each within its own shell."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, render_template

from operations import notices
from operations.notices import Shown
from web.photos import photo_response

ON_HOME = 3


@dataclass(frozen=True, slots=True)
class Readers:
    """A kind of account that reads notices: the shell of its pages, and the endpoints of the list, of one notice and of its picture."""

    shell: str
    all: str
    one: str
    picture: str

    def on_home(self, shown: Shown) -> dict[str, object]:
        """Return what the macro `newest` draws on a home page."""
        return {"readers": self, "notices": notices.newest(shown, ON_HOME)}

    def list_page(self, shown: Shown) -> str:
        told = notices.newest(shown)
        return render_template(
            "notices/list.html", readers=self, notices=told, page_title="业务通知", most=notices.LISTED
        )

    def page_of(self, shown: Shown, notice_id: int) -> str:
        notice = notices.one(shown, notice_id)
        return render_template("notices/one.html", readers=self, notice=notice, page_title=notice.title)

    def picture_of(self, shown: Shown, notice_id: int) -> Response:
        return photo_response(notices.picture_of(notices.one(shown, notice_id)))


HOLDERS = Readers(
    "portal/base.html", "own_notices.of_holder", "own_notices.one_of_holder", "own_notices.picture_of_holder"
)
EMPLOYERS = Readers(
    "employer/base.html", "own_notices.of_employer", "own_notices.one_of_employer", "own_notices.picture_of_employer"
)
OFFICES = Readers("admin/base.html", "admin.notices", "admin.notice", "admin.notice_picture")
