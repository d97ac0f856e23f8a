"""The pages of the system as people use them: what can be done on each, and which page comes next."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect

from commands.cast import PASSWORD
from tests.browser import DESK, PHONE, PageWatch, ServerProcess, assert_accessible, assert_fits
from tests.captchas import answer_to

OWN_PASSWORD = "shan-qing-shui-85"
"""What people of the stories register with; that of the cast is too common for them."""

PICTURES_WANTED = os.environ.get("PICTURES") == "1"


@dataclass(frozen=True)
class Person:
    """A holder who registers in the browser."""

    name: str
    id_number: str
    mobile: str
    email: str


class Visit:
    """One browser window on the server; each page it sees is checked on the way."""

    def __init__(self, browser: Browser, server: ServerProcess, width: int = DESK, script: bool = True) -> None:
        size = {"width": width, "height": 844 if width == PHONE else 800}
        self.context = browser.new_context(viewport=size, locale="zh-CN", java_script_enabled=script)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.server, self.script = server, script
        self.activations = 0
        self.watch = PageWatch(self.page, server.base_url)

    def open(self, path: str) -> Visit:
        self.page.goto(self.server.base_url + path)
        return self

    def press(self, name: str) -> Visit:
        """Press the button or link of this name."""
        both = self.page.get_by_role("button", name=name).or_(self.page.get_by_role("link", name=name))
        both.first.click()
        self.activations += 1
        self.page.wait_for_load_state()
        return self

    def fill(self, label: str, value: str) -> Visit:
        named = self.page.locator("main").get_by_label(label, exact=True)
        named.and_(self.page.locator("input, textarea")).fill(value)
        return self

    def choose(self, label: str, option: str) -> Visit:
        named = self.page.locator("main").get_by_label(label, exact=True)
        named.and_(self.page.locator("select")).select_option(label=option)
        return self

    def sees(self, words: str) -> Visit:
        expect(self.page.locator("main")).to_contain_text(words)
        return self

    def heading(self) -> Locator:
        return self.page.get_by_role("heading", level=1)

    def looks_right(self) -> Visit:
        """Accessible, quiet, and at home on a narrow phone."""
        if self.script:
            assert_accessible(self.page)
        self.watch.assert_quiet()
        assert_fits(self.page)
        return self

    def picture(self, name: str) -> Visit:
        """Keep a picture for the README where asked to."""
        folder = Path(__file__).parent.parent.parent / "docs" / "pictures"
        if PICTURES_WANTED:
            folder.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=folder / f"{name}.png")
        assert (folder / f"{name}.png").exists(), f"no picture {name}: run the browser tests with PICTURES=1"
        return self

    def close(self) -> None:
        self.watch.assert_quiet()
        self.context.close()


class StaffVisit(Visit):
    """A clerk or an administrator at the back office."""

    def sign_in(self, username: str, password: str = PASSWORD) -> StaffVisit:
        self.open("/admin/sign-in")
        self.page.get_by_label(re.compile("登录名|账号|用户名")).first.fill(username)
        self.page.get_by_label("密码", exact=True).first.fill(password)
        self.page.locator("main").get_by_role("button", name="登录").click()
        return self

    def import_workbook(self, path: Path) -> StaffVisit:
        self.open("/admin/imports/")
        self.page.locator("input[type=file]").set_input_files(path)
        self.press("上传")
        return self

    def tick(self, name: str) -> StaffVisit:
        self.page.get_by_role("row", name=re.compile(name)).get_by_role("checkbox").check()
        return self

    def open_case(self, name: str) -> StaffVisit:
        self.open("/admin/cases/")
        self.page.get_by_role("row", name=re.compile(name)).get_by_role("link").first.click()
        return self

    def batch(self, action: str, name: str, reply: str = "", evidence: str = "") -> StaffVisit:
        """Tick a person's row, press the action, answer its confirm page."""
        self.open("/admin/cases/?tab=all").tick(name)  # type: ignore[attr-defined]
        self.page.get_by_role("group", name="批量操作").get_by_role("button", name=action, exact=True).click()
        self.sees("可执行")
        for label, words in (("审核回复", reply), ("内部证据", evidence)):
            if words:
                self.page.locator("main").get_by_label(label).first.fill(words)
        self.press(f"确认{action}")
        return self


class HolderVisit(Visit):
    """A professional at the portal."""

    def register(self, person: Person) -> HolderVisit:
        self.open("/portal/register")
        for label, value in (
            ("姓名", person.name), ("身份证号", person.id_number), ("手机号", person.mobile), ("邮箱", person.email),
            ("密码", OWN_PASSWORD), ("再输一次密码", OWN_PASSWORD), ("密保答案", "实验小学"),
        ):  # fmt: skip
            self.fill(label, value)
        self.page.get_by_label("所在市、县").select_option("450721")
        self.page.locator("select[name=question]").select_option(index=1)
        for box in ("consent", "consent_sensitive"):
            self.page.locator(f"input[name={box}]").check()
        self.page.get_by_label("验证码").first.fill(self.answer())
        self.press("创建用户")
        return self

    def answer(self) -> str:
        """Answer the plain question beside the picture."""
        hint = self.page.locator("#captcha-hint").inner_text()
        return answer_to(hint)

    def mail_to(self, address: str, subject: str) -> Locator:
        """Look into the development outbox until the worker has sent it, and return the newest mail of this subject."""
        found = self.page.locator("article").filter(has_text=address).filter(has_text=subject).first
        for _ in range(40):
            self.open("/portal/outbox/")
            if found.count():
                break
            self.page.wait_for_timeout(250)
        return found

    def confirm_email(self, person: Person) -> HolderVisit:
        """Follow the link in the mail that asks to confirm the address."""
        self.mail_to(person.email, "请确认您的邮箱").get_by_role("link").first.click()
        self.activations += 1
        self.press("确认邮箱")
        return self

    def sign_in(self, login: str, password: str = PASSWORD) -> HolderVisit:
        self.open("/portal/sign-in")
        self.page.get_by_label("身份证号、邮箱或手机号").fill(login)
        self.page.get_by_label("密码", exact=True).first.fill(password)
        self.page.locator("main").get_by_role("button", name="登录").click()
        return self

    def begin(self, number: str) -> HolderVisit:
        """Choose the first card on the page and type the number as it stands on the paper."""
        self.press("点击审验此证书")
        self.fill("证书编号", number)
        self.press("下一步")
        return self

    def upload(self, number_page: Path, content_page: Path) -> HolderVisit:
        for name, path in (("number_page", number_page), ("content_page", content_page)):
            self.page.locator(f"input[name={name}]").set_input_files(path)
            self.activations += 1
            if not self.script:
                self.page.locator(f"#upload-{name}").click()
            expect(self.page.locator(f"#{name}-card").get_by_text("已上传", exact=True)).to_be_visible()
        return self


def lookup(visit: Visit, number: str, name: str) -> Visit:
    visit.open("/")
    visit.fill("证书编号", number).fill("持证人姓名", name)
    return visit.press("查验证书")
