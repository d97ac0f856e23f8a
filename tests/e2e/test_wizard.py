"""The wizard where it is hardest: without a certificate number, on two devices, through an input method; and every state a case can be in."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from commands.cast import HOLDERS
from drawing import certificate_pages
from tests.browser import DESK, PHONE, ServerProcess
from tests.e2e.pages import HolderVisit, StaffVisit

pytestmark = pytest.mark.e2e

WEI, LU, HUANG, QIN = HOLDERS
OF_OTHERS = ("13900000104", "13900000107")
"""Of the demonstration: one who is to come in person, one whose certificate was refused."""


@pytest.fixture(scope="module")
def running(portal: ServerProcess) -> ServerProcess:
    return portal


@pytest.fixture
def approval(tmp_path: Path) -> Path:
    path = tmp_path / "approval.jpg"
    path.write_bytes(certificate_pages({"name": WEI.name, "title": "助理工程师"})[1])
    return path


def signed_in(chromium: Browser, running: ServerProcess, login: str, width: int = PHONE) -> HolderVisit:
    return HolderVisit(chromium, running, width).sign_in(login)


def fill_in(holder: HolderVisit) -> None:
    holder.choose("职称系列", "工程系列").choose("职称级别", "助理级").choose("获取方式", "评审")
    holder.fill("资格名称", "助理工程师").fill("专业", "水利水电工程").fill("授予单位", "灵山县职改办")
    holder.fill("授予时间", "2009.7")


def test_who_passed_as_a_civil_servant_sends_the_approval_document_from_a_phone(
    chromium: Browser, running: ServerProcess, approval: Path
) -> None:
    holder = signed_in(chromium, running, WEI.mobile)
    holder.open("/portal/verify/").looks_right().press("公务员或参公管理人员入口")
    holder.looks_right()
    fill_in(holder)
    holder.press("确认信息").sees("2009-07").press("下一步").looks_right()
    holder.page.locator("input[name=approval_one]").set_input_files(approval)
    expect(holder.page.locator("#approval_one-card").get_by_text("已上传", exact=True)).to_be_visible()
    holder.press("提交审验").sees("审验信息提交成功").sees("灵山县演示路 3 号").looks_right()

    clerk = StaffVisit(chromium, running)
    clerk.sign_in("ls.staff").batch("审核通过", WEI.name).sees("办成 1 条")
    clerk.close()
    holder.open("/portal/certificates/").press("查验页和二维码").sees("状态正常").sees("2009-07")
    told = holder.mail_to(WEI.email, "助理工程师证书审核通过")
    told.get_by_role("link").click()
    holder.sees("没有证书编号的，只能用查验码或二维码查到").looks_right().close()


def test_two_devices_fill_in_one_draft_and_nothing_typed_is_lost(chromium: Browser, running: ServerProcess) -> None:
    phone = signed_in(chromium, running, WEI.mobile)
    phone.begin("1346070")
    desk = signed_in(chromium, running, WEI.mobile, DESK)
    desk.press("继续填写").fill("专业", "农田水利").press("先存着，以后再填")

    phone.fill("专业", "水工建筑").press("确认信息")
    phone.sees("别处存的是“农田水利”").looks_right()
    expect(phone.page.get_by_label("专业", exact=True)).to_have_value("水工建筑")
    phone.press("确认信息").sees("水工建筑")
    desk.press("继续填写")
    expect(desk.page.get_by_label("专业", exact=True)).to_have_value("水工建筑")
    desk.open("/portal/certificates/").press("查看详情").looks_right().press("放弃这份审验").looks_right()
    desk.press("放弃").sees("已放弃")
    phone.close()
    desk.close()


def asked(page: Page) -> list[str]:
    """Collect what the page asks suggestions for."""
    words: list[str] = []
    page.on(
        "request", lambda one: words.extend(parse_qs(urlsplit(one.url).query)["q"]) if "/bodies?" in one.url else None
    )
    return words


def test_suggestions_wait_until_the_input_method_has_made_its_words(chromium: Browser, running: ServerProcess) -> None:
    holder = signed_in(chromium, running, LU.mobile)
    holder.press("去修改")
    page, words = holder.page, asked(holder.page)
    keyboard = holder.context.new_cdp_session(page)
    page.clock.install()
    field = page.get_by_role("combobox", name="授予单位")
    field.fill("")

    keyboard.send("Input.imeSetComposition", {"text": "ling'shan", "selectionStart": 9, "selectionEnd": 9})
    page.clock.run_for(2000)
    assert words == []

    keyboard.send("Input.insertText", {"text": "灵山"})
    page.clock.run_for(2000)
    expect(page.get_by_role("option", name="灵山县职改办")).to_be_visible()
    assert words == ["灵山"]
    holder.looks_right()
    field.press("ArrowDown")
    field.press("Enter")
    expect(field).to_have_value("灵山县职改办")
    holder.close()


def test_a_case_looks_right_in_each_of_its_states(chromium: Browser, running: ServerProcess) -> None:
    seen = set()
    for login in (LU.mobile, HUANG.mobile, QIN.mobile, *OF_OTHERS):
        holder = signed_in(chromium, running, login)
        holder.open("/portal/certificates/")
        addresses = {link.get_attribute("href") for link in holder.page.locator("main a[href*='/portal/cases/']").all()}
        for address in sorted(filter(None, addresses)):
            holder.open(address).looks_right()
            seen.add(holder.page.locator("main .zs-tag").first.inner_text())
        holder.close()

    assert seen == {"待您修改", "自动审核通过", "审核中", "待您确认", "待现场审核", "审核不通过"}


def test_every_path_ends_well_on_a_phone_without_javascript(
    chromium: Browser, running: ServerProcess, approval: Path, tmp_path: Path
) -> None:
    holder = HolderVisit(chromium, running, PHONE, script=False).sign_in(WEI.mobile)
    holder.begin("1346070").press("确认信息").press("下一步")
    holder.upload(*_both_pages(tmp_path, "first")).press("提交审验").sees("自动审核通过").looks_right()

    holder.open("/portal/")
    holder.begin("0822284").fill("专业", "港口与航道工程").press("确认信息")
    holder.sees("港口与航道工程").press("下一步")
    holder.upload(*_both_pages(tmp_path, "second")).press("提交审验").sees("灵山县演示路 3 号").looks_right()

    holder.open("/portal/verify/").press("公务员或参公管理人员入口")
    fill_in(holder)
    holder.fill("专业", "水土保持工程").fill("授予时间", "2012.8").press("确认信息").sees("2012-08").press("下一步")
    holder.page.locator("input[name=approval_one]").set_input_files(approval)
    holder.page.locator("#upload-approval_one").click()
    holder.sees("已上传").press("提交审验").sees("审验信息提交成功").looks_right().close()


def _both_pages(folder: Path, name: str) -> tuple[Path, Path]:
    pages = certificate_pages({"name": WEI.name, "title": "助理工程师", "cert_no": name})
    paths = folder / f"{name}-number.jpg", folder / f"{name}-content.jpg"
    for path, page in zip(paths, pages, strict=True):
        path.write_bytes(page)
    return paths
