"""The back office: the ordered list of screens, which is the menu."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_admin import Admin

from admin_views import second_factor, staff_auth, staff_settings
from admin_views.audit import AuditView
from admin_views.bodies import BodyView
from admin_views.calendar import CalendarView
from admin_views.campaigns import CampaignView
from admin_views.cases import CaseView
from admin_views.certificates import CertificateView
from admin_views.deleted_certificates import DeletedCertificateView
from admin_views.employers import EmployerView
from admin_views.feedback import FeedbackView
from admin_views.home import HomeScreen
from admin_views.identity_requests import CorrectionView, ReleaseView
from admin_views.imports import ImportView
from admin_views.menu import menu_of
from admin_views.notices import NoticeView
from admin_views.offices import OfficeView
from admin_views.problem_persons import ProblemPersonView
from admin_views.readings import ReadingView
from admin_views.reference_records import ReferenceRecordView
from admin_views.reply_texts import ReplyTextView
from admin_views.tasks import TaskScreen
from admin_views.titles import TitleView
from admin_views.users import UserView

DAILY, CERTIFICATES, HOLDERS, BASICS, SETTINGS = "日常", "证书管理", "持证人", "基础资料", "系统设置"

BLUEPRINTS = (staff_auth.blueprint, staff_settings.blueprint, second_factor.blueprint)


VIEWS: tuple[tuple[str, type[Any]], ...] = (
    (DAILY, HomeScreen),
    (DAILY, NoticeView),
    (CERTIFICATES, CaseView),
    (CERTIFICATES, CertificateView),
    (CERTIFICATES, DeletedCertificateView),
    (CERTIFICATES, ImportView),
    (CERTIFICATES, ReferenceRecordView),
    (CERTIFICATES, TaskScreen),
    (HOLDERS, FeedbackView),
    (HOLDERS, CorrectionView),
    (HOLDERS, ReleaseView),
    (BASICS, BodyView),
    (BASICS, TitleView),
    (BASICS, ReadingView),
    (BASICS, ReplyTextView),
    (BASICS, CalendarView),
    (BASICS, ProblemPersonView),
    (SETTINGS, OfficeView),
    (SETTINGS, UserView),
    (SETTINGS, CampaignView),
    (SETTINGS, EmployerView),
    (SETTINGS, AuditView),
)


def register(app: Flask) -> list[Any]:
    """Build every screen, give it its addresses, and let templates draw the menu."""
    views = [view() for _, view in VIEWS]
    admin = Admin(app, url="/admin", endpoint="admin", index_view=views[0])
    for view in views[1:]:
        admin.add_view(view)
    menu = menu_of(zip((heading for heading, _ in VIEWS), views, strict=True))
    app.context_processor(lambda: {"menu": menu})
    return views
