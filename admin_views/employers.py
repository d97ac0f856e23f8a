"""单位账户: the employers an office has let in, each with the account that lets in its own staff."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from admin_views.account_steps import Step, TakesSteps
from admin_views.base import BackOfficeView
from admin_views.cells import plain, tag
from admin_views.forms import BackOfficeForm, one_of, options, words
from domain.access import Actor, Permission
from extensions import writing
from listing.filters import GridFilter, contains
from models import Employer
from operations import employers, offices
from operations.passwords import hashed, one_time
from web.access import current_actor

STEPS = (
    Step(
        "reset", "重置密码", "{name}的单位账户现在的密码马上失效，会得到一个一次性密码，登录后要先改掉。",
        lambda row: row.closed_at is None, employers.reset_password, tone="bad",
    ),
    Step(
        "close", "停用", "{name}的单位账户和它下面的工作人员账户马上都不能登录。以后可以再启用。",
        lambda row: row.closed_at is None, lambda actor, row, _: employers.close(actor, row), "已停用", "bad",
    ),
    Step(
        "reopen", "启用", "{name}的账户可以用原来的密码登录。",
        lambda row: row.closed_at is not None, lambda actor, row, _: employers.reopen(actor, row), "已启用",
    ),
)  # fmt: skip


class EmployerForm(BackOfficeForm):
    name = words("单位名称", "还没有填单位名称", longest=100, description="写全称，如“灵山县水利局”")
    office = one_of("由哪个机构管理", "请选机构")
    username = words("登录名", "还没有填登录名", longest=50, description="2 到 50 个字，建好后不能改，可以用单位简称")
    display_name = words("经办人姓名", "还没有填经办人姓名", longest=50)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = [(office.id, office.name) for office in offices.below(current_actor(), Permission.EMPLOYERS)]
        self.office.choices = options(listed, "" if len(listed) == 1 else "请选择")


def standing(row: Employer) -> Markup:
    if row.closed_at:
        return tag("已停用", "bad")
    return tag("待改初始密码", "warn") if row.main_account.must_change_password else tag("正常", "ok")


def is_closed(answer: str) -> Any:
    return Employer.closed_at.is_not(None) if answer == "yes" else Employer.closed_at.is_(None)


class EmployerView(TakesSteps, BackOfficeView):
    model_class = Employer
    slug, label, icon = "employers", "单位账户", "people"
    permission = Permission.EMPLOYERS
    subject = "employer"
    steps = STEPS

    column_list = ("name", "username", "closed_at", "staff", "office", "created_at")
    column_labels = {
        "name": "单位名称", "username": "单位账户", "closed_at": "状态", "staff": "工作人员账户", "office": "机构",
        "created_at": "开通时间",
    }  # fmt: skip
    column_formatters = {
        "username": lambda row: row.main_account.username, "closed_at": standing,
        "staff": lambda row: f"{len(row.users) - 1} 个", "office": lambda row: row.office.name,
    }  # fmt: skip
    eager = (Employer.office,)
    sortable = ("id", "name", "created_at")
    empty_text = "还没有单位账户。开通以后，单位可以从门户的“单位账户登录”进来"
    grid_filters = (
        GridFilter("name", "单位名称", "text", contains(Employer.name)),
        GridFilter("closed", "状态", "select", is_closed, lambda: [("no", "正常"), ("yes", "已停用")]),
    )
    create_form_class = EmployerForm
    create_label = "开通单位"

    def row_label(self, row: Employer) -> str:
        return row.name

    def details_groups(self, row: Employer) -> list[tuple[str, list[tuple[str, Any]]]]:
        account = row.main_account
        facts = [(self.label_of(name), self.cell(row, name)) for name in self.column_list]
        people = [(user.display_name, user.username) for user in row.users if user is not account]
        signed_in = account.last_signed_in_at
        more = [("经办人", account.display_name), ("上次登录", plain(signed_in) or "还没有登录过")]
        return [("单位", [*facts, *more]), *([("工作人员账户", people)] if people else [])]

    def details_buttons(self, row: Employer) -> list[dict[str, str]]:
        return self.step_buttons(row)

    def watched(self, row_id: int) -> Sequence[tuple[str, int]]:
        """A new password is an event of the employer's own account."""
        account = self.one_or_404(row_id).main_account
        return (("employer", row_id), ("employer_user", account.id))

    def reached(self, actor: Actor, row_id: int) -> Employer:
        return employers.reached(actor, row_id)

    def password_facts(self, row: Employer) -> list[tuple[str, str]]:
        account = row.main_account
        return [("单位", row.name), ("登录名", account.username), ("经办人", account.display_name)]

    def create_model(self, form: EmployerForm) -> tuple[Employer, str]:
        actor, password = current_actor(), one_time()
        first = hashed(password)
        with writing():
            office = offices.reached(actor, self.permission, int(form.office.data))
            given = (form.name.data, form.username.data, form.display_name.data)
            return employers.open_employer(actor, office, *given, first), password

    def after_create(self, created: tuple[Employer, str]) -> str:
        employer, password = created
        return self.password_page(employer, password, "单位已开通")
