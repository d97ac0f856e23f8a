"""Consent and closing in a real browser: registering, a new version of the notice, closing the account and coming again."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from commands.cast import id_number
from tests.browser import DESK, PHONE, ServerProcess
from tests.e2e.pages import OWN_PASSWORD, HolderVisit, Person

pytestmark = pytest.mark.e2e

FORGET_CONSENT = """
from sqlalchemy import update
from extensions import db, writing
from models import Holder
with writing():
    db.session.execute(update(Holder).where(Holder.email == "{email}").values(consent_version=None))
"""


@pytest.fixture(scope="module")
def running(portal: ServerProcess) -> ServerProcess:
    return portal


@pytest.mark.parametrize(("width", "script"), [(PHONE, True), (DESK, False)], ids=["phone", "without JavaScript"])
def test_a_holder_consents_closes_the_account_and_comes_again(
    chromium: Browser, running: ServerProcess, width: int, script: bool
) -> None:
    who = Person(
        "凌霄",
        id_number("450721", "19790216", f"41{int(script)}"),
        f"1384444000{int(script)}",
        f"lx{int(script)}@example.com",
    )
    me = HolderVisit(chromium, running, width, script=script)
    me.open("/portal/register").press("创建用户").sees("还没有同意隐私说明").sees("还没有单独同意").looks_right()
    with me.context.expect_page() as beside:
        me.page.get_by_role("link", name=re.compile("在新窗口打开")).click()
    expect(beside.value.get_by_role("heading", level=1)).to_have_text("隐私说明")
    beside.value.close()
    me.open("/privacy").looks_right()
    me.register(who)
    me.sees("凌霄，您好")

    running.run_python(FORGET_CONSENT.format(email=who.email))
    me.open("/portal/certificates/").sees("请先看隐私说明").looks_right()
    me.press("同意并继续").sees("有 2 处要改").looks_right()
    for box in ("consent", "consent_sensitive"):
        me.page.locator(f"input[name={box}]").check()
    me.press("同意并继续").sees("已记下您的同意")
    expect(me.page).to_have_url(re.compile("/portal/certificates/$"))

    me.open("/portal/profile").press("注销账号").sees("保留下来的和原因").looks_right()
    me.fill("现在的密码", "not-the-password").press("下一步").sees("密码不对")
    me.fill("现在的密码", OWN_PASSWORD).press("下一步").sees("注销凌霄的账号？").looks_right()
    me.page.locator("main").get_by_role("button", name="注销账号").click()
    me.sees("账号已注销").looks_right()

    me.register(who)
    me.sees("凌霄，您好").close()
