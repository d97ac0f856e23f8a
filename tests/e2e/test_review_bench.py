"""A reviewer at the case page, in a real browser: by keys alone, without a script, after the session ended."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from commands.cast import PASSWORD
from domain.verification import CaseState
from tests.browser import DESK, PHONE, ServerProcess
from tests.e2e.pages import StaffVisit

pytestmark = pytest.mark.e2e


@pytest.fixture
def clerk(chromium: Browser, running: ServerProcess) -> Iterator[StaffVisit]:
    visit = StaffVisit(chromium, running)
    visit.sign_in("ls.staff")
    yield visit
    visit.close()


def keys(visit: StaffVisit, *pressed: str) -> StaffVisit:
    for key in pressed:
        visit.page.keyboard.press(key)
    visit.page.wait_for_load_state()
    return visit


def test_every_key_does_what_its_button_does_and_nothing_while_somebody_types(clerk: StaffVisit) -> None:
    page = clerk.open("/admin/cases/first/").page
    shown, zoom = page.locator(".zs-view img.is-on"), page.locator("[data-zoom]")
    expect(page.locator("[data-claim-words]")).to_have_text("您正在审，15 分钟后释放")
    expect(page.get_by_role("button", name="提交，看下一件")).to_be_in_viewport()

    keys(clerk, "p")
    expect(shown).to_have_attribute("alt", "证书内容页照片")
    keys(clerk, "+", "+", "]")
    expect(zoom).to_have_text("156%")
    expect(shown).to_have_attribute("style", re.compile(r"rotate\(90deg\)"))
    keys(clerk, "x")
    clerk.sees("已核对 1 项")
    keys(clerk, "2", "r")
    expect(page.get_by_label("待客户修改")).to_be_checked()
    page.keyboard.type("1x?j")
    expect(page.get_by_label("审核回复")).to_have_value("1x?j")
    expect(page.get_by_label("待客户修改")).to_be_checked()
    keys(clerk, "Escape", "t")
    expect(page.get_by_label("回复模板")).to_be_focused()
    keys(clerk, "Escape", "?")
    expect(page.get_by_text("打字时、用输入法时都不起作用")).to_be_visible()
    keys(clerk, "?")

    first = page.url
    keys(clerk, "j")
    expect(page).not_to_have_url(first)
    expect(zoom).to_have_text("156%")
    keys(clerk, "k")
    expect(page).to_have_url(first)
    expect(page.get_by_label("审核回复")).to_have_value("1x?j")
    keys(clerk, "p")
    expect(shown).to_have_attribute("style", re.compile(r"rotate\(90deg\)"))
    keys(clerk, "0")
    expect(zoom).to_have_text("100%")


def test_a_plain_approval_takes_two_keys_and_brings_the_next_case(clerk: StaffVisit) -> None:
    page = clerk.open("/admin/cases/first/").page
    before = page.url

    keys(clerk, "1", "Control+Enter")

    clerk.sees("已审核通过。点错了？恢复")
    expect(page).not_to_have_url(before)
    expect(page.get_by_role("button", name="提交，看下一件")).to_be_in_viewport()
    clerk.looks_right()


def test_a_correction_is_typed_beside_the_photo_and_sent_with_the_decision(clerk: StaffVisit) -> None:
    clerk.open("/admin/cases/first/")
    keys(clerk, "3")
    clerk.looks_right()
    clerk.fill("授予时间", "写错了")
    keys(clerk, "Control+Enter")
    clerk.sees("有写得不对的地方").looks_right()
    expect(clerk.page.get_by_label("授予时间", exact=True)).to_have_value("写错了")

    clerk.fill("授予时间", "2003年5月").choose("获取方式", "评审")
    keys(clerk, "Control+Enter")

    clerk.sees("已转为待客户确认。点错了？恢复")


def test_whoever_switches_single_keys_off_is_left_alone_by_them(clerk: StaffVisit) -> None:
    clerk.open("/admin/settings").looks_right()
    clerk.page.get_by_label("单键操作").uncheck()
    clerk.press("保存").sees("个人设置已保存")
    clerk.open("/admin/cases/?tab=all").page.get_by_role("row", name=re.compile("审核中")).get_by_role(
        "link"
    ).first.click()

    keys(clerk, "1", "?")
    expect(clerk.page.get_by_label("审核通过")).not_to_be_checked()

    clerk.open("/admin/settings").page.get_by_label("单键操作").check()
    clerk.press("保存")


def test_a_reply_outlives_the_session_it_was_typed_in(clerk: StaffVisit) -> None:
    page = clerk.open("/admin/cases/first/").page
    keys(clerk, "5", "r")
    page.keyboard.type("批文里没有这本证书。")
    clerk.context.clear_cookies()
    keys(clerk, "Control+Enter")
    expect(clerk.heading()).to_have_text(re.compile("过期|重新登录"))
    expect(page.get_by_label("您刚才写的审核回复")).to_have_value("批文里没有这本证书。")

    page.locator("main").get_by_role("link").first.click()
    page.get_by_label("登录名").fill("ls.staff")
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.locator("main").get_by_role("button", name="登录").click()

    expect(page.get_by_label("审核回复")).to_have_value("批文里没有这本证书。")
    expect(page.get_by_label("审核不通过")).to_be_checked()


def test_a_decision_needs_no_script(chromium: Browser, running: ServerProcess) -> None:
    plain = StaffVisit(chromium, running, script=False)
    plain.sign_in("ls.staff").open("/admin/cases/first/")
    plain.page.get_by_label("待客户修改").check()
    plain.press("提交，看下一件").sees("请填写审核回复")
    plain.page.get_by_label("审核回复").fill("内容页反光，请重拍。")
    plain.press("提交，看下一件").sees("已转为待客户修改。点错了？恢复")
    plain.press("恢复").fill("审核回复", "点错了")
    plain.press("确认恢复").sees("已恢复")
    plain.press("更正内容，请本人确认").fill("专业", "给水排水工程")
    plain.press("只保存更正").sees("更正已保存")
    plain.close()


@pytest.fixture(scope="module")
def desk_and_phone(chromium: Browser, running: ServerProcess) -> Iterator[list[StaffVisit]]:
    """An administrator of the city at both widths."""
    visits = [StaffVisit(chromium, running, width).sign_in("qz.admin") for width in (DESK, PHONE)]
    yield visits
    for visit in visits:
        visit.close()


@pytest.mark.parametrize(
    "state", [state for state in CaseState if state is not CaseState.DRAFT], ids=lambda one: one.value
)
def test_the_page_is_accessible_in_every_state(desk_and_phone: list[StaffVisit], state: CaseState) -> None:
    desk = desk_and_phone[0].open("/admin/cases/?tab=all")
    row = desk.page.get_by_role("row", name=re.compile(f"(^|\\s){state.label}")).first
    address = row.get_by_role("link").first.get_attribute("href") or ""
    for visit in desk_and_phone:
        visit.open(address)
        expect(visit.page.locator(".zs-revbar")).to_contain_text(state.label)
        visit.looks_right()
