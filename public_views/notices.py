"""业务通知 as professionals and employers read them: all that are shown to them now, and one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from domain.access import Permission
from operations import employers, notices
from public_views.portal import holder
from web.access import current_actor, requires
from web.notices import EMPLOYERS, HOLDERS

blueprint = Blueprint("own_notices", __name__)


@blueprint.get("/portal/notices/")
@requires(Permission.OWN_CASES)
def of_holder() -> str:
    return HOLDERS.list_page(notices.for_holder(holder()))


@blueprint.get("/portal/notices/<int:notice_id>/")
@requires(Permission.OWN_CASES)
def one_of_holder(notice_id: int) -> str:
    return HOLDERS.page_of(notices.for_holder(holder()), notice_id)


@blueprint.get("/portal/notices/<int:notice_id>/picture/")
@requires(Permission.OWN_CASES)
def picture_of_holder(notice_id: int) -> Response:
    return HOLDERS.picture_of(notices.for_holder(holder()), notice_id)


@blueprint.get("/employer/notices/")
@requires(Permission.EMPLOYER_PAGES)
def of_employer() -> str:
    return EMPLOYERS.list_page(_for_own_employer())


@blueprint.get("/employer/notices/<int:notice_id>/")
@requires(Permission.EMPLOYER_PAGES)
def one_of_employer(notice_id: int) -> str:
    return EMPLOYERS.page_of(_for_own_employer(), notice_id)


@blueprint.get("/employer/notices/<int:notice_id>/picture/")
@requires(Permission.EMPLOYER_PAGES)
def picture_of_employer(notice_id: int) -> Response:
    return EMPLOYERS.picture_of(_for_own_employer(), notice_id)


def _for_own_employer() -> Any:
    return notices.for_employer(employers.own_employer(current_actor()))
