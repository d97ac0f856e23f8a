"""The second factor in a real browser: led to set it up, signing in with a code, a recovery code, another device."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser

from commands.cast import FACTOR_SECRET, PASSWORD, WITH_FACTOR
from tests.browser import DESK, PHONE, ServerProcess
from tests.e2e.pages import StaffVisit

pytestmark = pytest.mark.e2e

CODE = "手机验证器上的 6 位数字"


@pytest.fixture(scope="module")
def running(demonstration: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server on a copy of the demo data that asks administrators for a second factor."""
    folder = tmp_path_factory.mktemp("server") / "instance"
    shutil.copytree(demonstration, folder)
    process = ServerProcess(folder, {"STAFF_SECOND_FACTOR": "admins"})
    process.start()
    yield process
    process.stop()


def code_of(secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(int(time.time()) + 30 * steps)


def test_the_account_of_the_demonstration_signs_in_with_the_code_of_its_printed_secret(
    chromium: Browser, running: ServerProcess
) -> None:
    me = StaffVisit(chromium, running, PHONE)
    me.sign_in(WITH_FACTOR.username).sees("密码对了").looks_right()
    me.fill(CODE, code_of(FACTOR_SECRET)).press("登录").sees("工作台")
    me.open("/admin/settings").looks_right().press("管理二次验证").press("关闭二次验证").looks_right()

    me.fill("现在的密码", PASSWORD).press("关闭二次验证").sees("二次验证已关闭").looks_right()
    me.open("/admin/second-factor/begin").looks_right()


@pytest.mark.parametrize(
    ("username", "width", "script"),
    [("ls.admin", PHONE, True), ("qz.admin", DESK, False)],
    ids=["on a phone", "without JavaScript"],
)
def test_an_administrator_is_led_to_set_it_up_and_signs_in_with_it(
    chromium: Browser, running: ServerProcess, username: str, width: int, script: bool
) -> None:
    me = StaffVisit(chromium, running, width, script=script)
    me.sign_in(username).sees("用手机扫一扫").looks_right()
    me.open("/admin/users/").sees("您的账户要先办好二次验证")
    me.page.get_by_text("扫不了？照着打进去").click()
    secret = me.page.locator(".zs-code").inner_text().replace(" ", "")
    me.looks_right().fill("验证器上的 6 位数字", "000000").press("设好了，下一步").sees("这 6 位数字不对").looks_right()

    me.fill("验证器上的 6 位数字", code_of(secret)).press("设好了，下一步").sees("只在这里显示这一次").looks_right()
    codes = me.page.locator(".zs-codes li").all_inner_texts()
    me.open("/admin/").sees("恢复码只显示一次").looks_right().fill("现在的密码", PASSWORD).press("重新生成")
    assert len(codes) == 10
    codes = me.page.locator(".zs-codes li").all_inner_texts()
    me.press("我已抄好").sees("二次验证已设好").looks_right()
    me.open("/admin/settings").looks_right().press("管理二次验证").sees("还剩 10 个").looks_right()

    elsewhere = StaffVisit(chromium, running, width, script=script)
    elsewhere.sign_in(username).sees("密码对了").looks_right()
    elsewhere.fill(CODE, "000000").press("登录").sees("手机不在身边，可以填一个恢复码").looks_right()
    elsewhere.fill(CODE, codes[4]).press("登录").sees("工作台")
    me.open("/admin/").sees("从一台没用过的设备登录过").looks_right()
    me.press("看登录的设备").sees("这台设备").looks_right()
    me.page.locator("main").get_by_role("button", name="结束其他登录").click()
    me.sees("其他登录都已结束").press("知道了")
    elsewhere.open("/admin/sign-in")
    assert re.search("/admin/sign-in$", elsewhere.page.url)
