"""业务通知: what an office tells professionals, employers or the offices below; they read it on their home pages."""

from __future__ import annotations

from typing import Any

from flask import Response, url_for
from flask_admin import expose
from markupsafe import Markup
from werkzeug.datastructures import FileStorage
from wtforms import BooleanField, FileField

from admin_views.account_steps import Step, TakesSteps
from admin_views.base import BackOfficeView
from admin_views.cells import letter, plain, tag
from admin_views.forms import BackOfficeForm, day_of, one_of, options, words
from admin_views.versions import TO_SAVE
from domain.access import Actor, Permission
from domain.errors import FieldProblem, PhotoRefused
from domain.notices import LONGEST_BODY, LONGEST_PICTURE_WORDS, LONGEST_TITLE, NoticeText, Standing
from domain.vocabulary import Audience
from extensions import writing
from listing.filters import GridFilter, contains, equals
from models import Notice
from operations import notices
from operations.dictionaries import today
from photos import make_picture
from web.access import current_actor
from web.photos import forget, photo_response, stored

STEPS = (
    Step(
        "withdraw", "撤下", "“{name}”马上谁都看不到了，内容还留在这里，以后可以重新发布。",
        lambda row: row.withdrawn_at is None, lambda actor, row, _: notices.withdraw(actor, row), "已撤下", "bad",
    ),
    Step(
        "show_again", "重新发布", "“{name}”按它的开始日期和结束日期再显示出来。",
        lambda row: row.withdrawn_at is not None, lambda actor, row, _: notices.show_again(actor, row), "已重新发布",
    ),
)  # fmt: skip


class NoticeForm(BackOfficeForm):
    audience = one_of("给谁看", "请选给谁看", description="登录以后在首页看得到；本机构和下级管的都发到")
    title = words("标题", "还没有写标题", longest=LONGEST_TITLE)
    body = words(
        "内容",
        "还没有写内容",
        longest=LONGEST_BODY,
        lines=True,
        description="什么事、什么时候、怎么办；空一行就是另起一段",
    )
    picture = FileField("图片", description="可以不放。只收 JPG 和 PNG，太大会自动缩小")
    picture_words = words(
        "图片说明", longest=LONGEST_PICTURE_WORDS, description="图上是什么，看不见图片的人靠它知道；没有图片的不写"
    )
    starts_on = words("开始日期", "还没有填开始日期", longest=20, description="从这一天起看得到")
    ends_on = words("结束日期", longest=20, description="这一天以后就不再显示；一直有效的不填")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.audience.choices = options(Audience.choices(), "请选择")

    @property
    def text(self) -> NoticeText:
        ends_on = day_of("ends_on", self.ends_on.data) if self.ends_on.data else None
        return NoticeText(
            self.title.data, self.body.data, Audience(self.audience.data),
            day_of("starts_on", self.starts_on.data), ends_on, "" if self.drops_picture else self.picture_words.data or "",
        )  # fmt: skip

    @property
    def drops_picture(self) -> bool:
        """Whether the picture of now goes and none comes."""
        return "without_picture" in self and self.without_picture.data and not self._sent

    @property
    def _sent(self) -> FileStorage | None:
        sent = self.picture.data
        return sent if isinstance(sent, FileStorage) and sent.filename else None

    def chosen_picture(self) -> bytes | None:
        """Return the picture that was chosen, redrawn; this takes its time and belongs before a transaction."""
        try:
            return make_picture(self._sent.read()) if self._sent else None
        except PhotoRefused as refusal:
            raise FieldProblem("picture", refusal.sentence) from refusal


class ChangeForm(NoticeForm):
    without_picture = BooleanField("去掉现在的图片")


def standing(row: Notice) -> Markup:
    stands = row.standing(today())
    return tag(stands.label, stands.tone)


def illustration(row: Notice) -> Markup:
    address = url_for("notices.illustration_view", id=row.id)
    return Markup('<img class="zs-poster" src="{}" alt="{}">').format(address, row.picture_words)


class NoticeView(TakesSteps, BackOfficeView):
    model_class = Notice
    slug, label, icon = "notices", "业务通知", "bell"
    permission = Permission.NOTICES
    subject = "notice"
    steps = STEPS
    eager = (Notice.office,)

    column_list = ("title", "audience", "standing", "starts_on", "ends_on", "office", "written_by")
    column_labels = {
        "title": "标题", "audience": "给谁看", "standing": "状态", "starts_on": "开始日期", "ends_on": "结束日期",
        "office": "发布机构", "written_by": "发布人", "body": "内容", "created_at": "发布时间",
    }  # fmt: skip
    column_formatters = {
        "audience": lambda row: row.audience.label, "standing": standing, "office": lambda row: row.office.name,
        "ends_on": lambda row: row.ends_on or "一直有效",
    }  # fmt: skip
    sortable = ("id", "starts_on")
    empty_text = "还没有通知。写一条，对方登录以后在首页就能看到"
    grid_filters = (
        GridFilter("title", "标题", "text", contains(Notice.title)),
        GridFilter("audience", "给谁看", "select", equals(Notice.audience), Audience.choices),
        GridFilter(
            "standing", "状态", "select", lambda answer: Notice.stands(Standing(answer), today()), Standing.choices
        ),
    )
    create_form_class, edit_form_class = NoticeForm, ChangeForm
    create_label = "写通知"
    form_groups = (
        ("写给谁，写什么", ("audience", "title", "body")),
        ("图片", ("picture", "picture_words", "without_picture")),
        ("从哪天到哪天", ("starts_on", "ends_on")),
    )

    def row_label(self, row: Notice) -> str:
        return row.title

    def details_groups(self, row: Notice) -> list[tuple[str, list[Any]]]:
        named = [name for name in self.column_list if name != "title"]
        facts = [(self.label_of(name), self.cell(row, name)) for name in named]
        facts += [("发布时间", plain(row.created_at)), ("内容", letter(row.body), True)]
        return [("通知", [*facts, ("图片", illustration(row), True)] if row.picture else facts)]

    def details_buttons(self, row: Notice) -> list[dict[str, str]]:
        return [*super().details_buttons(row), *self.step_buttons(row)]

    def reached(self, actor: Actor, row_id: int) -> Notice:
        return notices.reached(actor, row_id)

    def create_form(self, obj: Any = None) -> NoticeForm:
        return NoticeForm(starts_on=today().isoformat())

    def edit_form(self, obj: Any = None) -> NoticeForm:
        days = {name: value.isoformat() for name in ("starts_on", "ends_on") if (value := getattr(obj, name))}
        kept = {name: getattr(obj, name) for name in ("title", "body", "picture_words")}
        form = ChangeForm(audience=obj.audience.value, **kept, **days)
        if obj.picture is None:
            del form.without_picture
        return form

    def create_model(self, form: NoticeForm) -> Notice:
        actor, text = current_actor(), form.text
        with stored(form.chosen_picture()) as picture, writing():
            return notices.write(actor, text, picture)

    def change(self, form: NoticeForm, row_id: int, version: int) -> bool:
        """Save a form with its picture, which was redrawn and stored before the transaction begins."""
        actor, text = current_actor(), form.text
        with stored(form.chosen_picture()) as chosen, writing():
            self.refuse_overtaken(row_id, version, TO_SAVE)
            notice = notices.reached(actor, row_id)
            kept = None if form.drops_picture else notice.picture
            dropped = notices.change(actor, notice, text, chosen or kept)
        forget(dropped)
        return True

    @expose("/picture/")
    def illustration_view(self) -> Response:
        return photo_response(notices.picture_of(self.one_or_404()))
