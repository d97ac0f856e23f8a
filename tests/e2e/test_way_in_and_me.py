"""The way in and one's own pages in a real browser: employers, recovery, details, requests, feedback, downloads."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, expect

from commands.cast import EMPLOYER, HOLDERS, PASSWORD, id_number
from tests.browser import DESK, PHONE, ServerProcess
from tests.e2e.pages import OWN_PASSWORD, HolderVisit, Person, StaffVisit, Visit

pytestmark = pytest.mark.e2e

NEW = "hong-shui-he-2026"
LU = HOLDERS[1]


@pytest.fixture(scope="module")
def running(portal: ServerProcess) -> ServerProcess:
    return portal


@pytest.fixture(scope="module")
def card(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sharp picture of few bytes, as an ID card on a photo."""
    sheet = Image.new("L", (1000, 640), 255)
    pen = ImageDraw.Draw(sheet)
    for line in range(20, 620, 12):
        pen.rectangle((20 + line % 50, line, 980 - line % 70, line + 5), fill=0)
    kept = BytesIO()
    sheet.save(kept, "JPEG", quality=70)
    path = tmp_path_factory.mktemp("cards") / "card.jpg"
    path.write_bytes(kept.getvalue())
    return path


def person(name: str, sequence: str, script: bool) -> Person:
    """Somebody new; each story registers its own."""
    number = id_number("450721", "19790214" if script else "19790215", sequence)
    tail = f"{sequence}{int(script)}"
    return Person(name, number, f"1382222{tail}", f"p{tail}@example.com")


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without"])
def test_a_holder_keeps_the_own_details_on_a_phone(
    chromium: Browser, running: ServerProcess, card: Path, script: bool
) -> None:
    who = person("凌云", "301", script)
    me = HolderVisit(chromium, running, PHONE, script=script)
    me.register(who)
    me.open("/portal/profile").looks_right()

    me.press("修改资料").looks_right().fill("工作单位 （没有就不填）", "灵山县水利局").press("保存")
    me.sees("资料已保存").sees("灵山县水利局")

    me.open("/portal/profile/avatar").looks_right()
    me.page.locator("input[name=picture]").set_input_files(card)
    me.press("用这张").sees("头像已换好").looks_right()

    me.press("换邮箱").looks_right().fill("新邮箱", f"new.{who.email}").fill("现在的密码", OWN_PASSWORD)
    me.press("发送确认邮件").sees("确认以前，还是用原来的邮箱")

    me.press("登录的设备").looks_right().sees("这台设备")
    me.open("/portal/password").looks_right()
    for label, value in (("现在的密码", OWN_PASSWORD), ("新密码", NEW), ("再输一次新密码", NEW)):
        me.fill(label, value)
    me.page.locator("main").get_by_role("button", name="修改密码").click()
    me.sees("密码已改好")

    me.open("/portal/feedback/").looks_right().fill("要反映的事", "专业印错了，请问找谁？").press("提交反馈")
    me.sees("等待答复").looks_right()
    me.open("/portal/downloads/").looks_right()
    with me.page.expect_download() as zipped:
        me.page.get_by_role("button", name="下载全部内容").click()
    assert zipped.value.suggested_filename == "我的全部资料.zip"
    me.close()


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without"])
def test_a_wrong_name_is_mended_by_the_office(
    chromium: Browser, running: ServerProcess, card: Path, script: bool
) -> None:
    who = person("凌芸", "302", script)
    me = HolderVisit(chromium, running, PHONE, script=script)
    me.register(who)
    me.open("/portal/profile").press("身份信息更正申请").looks_right()
    me.press("提交申请").sees("处要改").looks_right()
    me.fill("正确的姓名", "凌云芸").fill("正确的身份证号", who.id_number)
    for name in ("front", "back", "statement"):
        me.page.locator(f"input[name={name}]").set_input_files(card)
    me.press("提交申请").sees("等待办理").looks_right()

    clerk = StaffVisit(chromium, running, DESK)
    clerk.sign_in("qz.staff").open("/admin/identity-corrections/").looks_right()
    clerk.page.get_by_role("link", name=re.compile("凌云芸")).first.click()
    expect(clerk.page.locator("img[alt*=身份证人像面]")).to_be_visible()
    clerk.looks_right()
    clerk.page.get_by_label("同意", exact=True).check()
    clerk.fill("回复 （没有就不填）", "已核对。").press("确定")
    clerk.sees("已同意").close()

    me.open("/portal/messages/").sees("已按申请改好").close()


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without"])
def test_a_number_that_somebody_else_registered_is_asked_back(
    chromium: Browser, running: ServerProcess, card: Path, script: bool
) -> None:
    taken = person("凌波", "303", script)
    HolderVisit(chromium, running, script=script).register(taken)
    me = HolderVisit(chromium, running, PHONE, script=script)
    me.register(Person("凌波", taken.id_number, f"13833330{int(script)}11", f"real{int(script)}@example.com"))
    me.sees("这个身份证号已经注册过").looks_right()

    me.page.get_by_role("link", name="申请解除占用", exact=True).click()
    me.looks_right()
    for label, value in (
        ("姓名", "凌波"), ("身份证号", taken.id_number), ("联系电话（手机号）", "13833330099"),
        ("收结果的邮箱", f"real{int(script)}@example.com"), ("验证码", me.answer()),
    ):  # fmt: skip
        me.fill(label, value)
    for name in ("front", "back"):
        me.page.locator(f"input[name={name}]").set_input_files(card)
    me.press("提交申请").sees("申请已收到").looks_right()

    admin = StaffVisit(chromium, running)
    admin.sign_in("qz.admin").open("/admin/id-releases/").looks_right()
    admin.page.get_by_role("link", name=re.compile("凌波")).first.click()
    admin.looks_right()
    admin.page.get_by_label("同意", exact=True).check()
    admin.press("确定").sees("已同意").close()

    me.register(Person("凌波", taken.id_number, f"13833330{int(script)}11", f"real{int(script)}@example.com"))
    expect(me.heading()).to_contain_text("凌波")
    me.close()


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without"])
def test_a_forgotten_password_is_recovered_by_the_question_and_the_mail(
    chromium: Browser, running: ServerProcess, script: bool
) -> None:
    who = person("凌霄", "304", script)
    HolderVisit(chromium, running, script=script).register(who)
    me = HolderVisit(chromium, running, PHONE, script=script)
    me.open("/portal/sign-in").looks_right()
    me.page.get_by_role("link", name="忘记密码").click()
    me.looks_right().press("用密保问题找回").looks_right()
    for label, value in (
        ("身份证号", who.id_number), ("注册时的手机号", who.mobile), ("密保答案", "不记得了"), ("新密码", NEW),
        ("再输一次新密码", NEW), ("验证码", me.answer()),
    ):  # fmt: skip
        me.fill(label, value)
    me.press("设新密码").sees("三项对不上。还可以试 4 次").looks_right()
    for label, value in (
        ("密保答案", "实验小学"), ("新密码", NEW), ("再输一次新密码", NEW), ("验证码", me.answer()),
    ):  # fmt: skip
        me.fill(label, value)
    me.press("设新密码").sees("新密码 24 小时后生效").looks_right()

    mail = me.mail_to(who.email, "新密码 24 小时后生效")
    mail.get_by_role("link").click()
    me.looks_right().press("是我，马上用新密码").sees("新密码已生效")
    me.page.get_by_label("身份证号、邮箱或手机号").fill(who.mobile)
    me.page.get_by_label("密码", exact=True).first.fill(NEW)
    me.page.locator("main").get_by_role("button", name="登录").click()
    expect(me.heading()).to_contain_text("凌霄")
    me.close()


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without"])
def test_an_employer_is_let_in_and_lets_in_its_staff(chromium: Browser, running: ServerProcess, script: bool) -> None:
    name = "灵山县第一中学" if script else "灵山县第二中学"
    admin = StaffVisit(chromium, running, script=script)
    admin.sign_in("ls.admin").open("/admin/employers/").looks_right().press("开通单位").looks_right()
    admin.fill("单位名称", name).fill("登录名", f"school{int(script)}").fill("经办人姓名", "滕丽").press("保存")
    first = admin.looks_right().page.locator("main .zs-code").inner_text()
    admin.close()

    employer = Visit(chromium, running, PHONE, script=script)
    employer.open("/portal/sign-in?as=employer").looks_right()
    enter(employer, "单位登录名", f"school{int(script)}", first)
    employer.sees("请先改掉初始密码").looks_right()
    for label, value in (("现在的密码", first), ("新密码", NEW), ("再输一次新密码", NEW)):
        employer.fill(label, value)
    employer.page.locator("main").get_by_role("button", name="修改密码").click()
    employer.sees("人员名册和批量查验还没有开放").looks_right().press("工作人员账户").looks_right()
    employer.fill("姓名", "苏云").fill("登录名", f"su{int(script)}").press("新建账户")
    handed = employer.sees("只在这里显示这一次").looks_right().page.locator("main .zs-code").inner_text()
    employer.press("抄好了").sees("待改初始密码").press("停用").looks_right().press("不做了，返回")
    employer.close()

    clerk = Visit(chromium, running, PHONE, script=script)
    clerk.open("/portal/sign-in?as=employer_staff").looks_right()
    enter(clerk, "登录名", f"su{int(script)}", handed)
    clerk.sees("请先改掉初始密码").close()


def enter(visit: Visit, label: str, login: str, password: str) -> None:
    visit.fill(label, login).fill("密码", password)
    visit.page.locator("main").get_by_role("button", name="登录").click()
    visit.page.wait_for_load_state()


def test_the_pages_that_explain_and_refuse_look_right(chromium: Browser, running: ServerProcess) -> None:
    for width in (PHONE, DESK):
        visitor = Visit(chromium, running, width)
        for address in (
            "/portal/account-notes", "/portal/register", "/portal/release", "/portal/recover", "/portal/recover/sent",
            "/portal/recover/question", "/portal/recover/kept", "/portal/recover/no-such-link", "/admin/sign-in",
        ):  # fmt: skip
            visitor.open(address).looks_right()
        visitor.close()


def test_own_pages_look_right_on_a_desk_and_screens_of_the_office_on_a_phone(
    chromium: Browser, running: ServerProcess
) -> None:
    me = HolderVisit(chromium, running, DESK)
    me.sign_in(LU.mobile)
    for page in ("profile", "profile/details", "profile/email", "profile/avatar", "profile/sessions",
                 "profile/correction", "password", "downloads/", "feedback/"):  # fmt: skip
        me.open(f"/portal/{page}").looks_right()
    me.close()
    admin = StaffVisit(chromium, running, PHONE)
    admin.sign_in("qz.admin")
    for page in ("employers/", "employers/new/", "identity-corrections/", "id-releases/", "feedback-answers/"):
        admin.open(f"/admin/{page}").looks_right()
    admin.close()


def test_an_office_answers_a_letter_and_the_holder_reads_it(chromium: Browser, running: ServerProcess) -> None:
    me = HolderVisit(chromium, running, PHONE)
    me.sign_in(LU.mobile).open("/portal/feedback/").fill("要反映的事", "请问什么时候能审完？").press("提交反馈")
    clerk = StaffVisit(chromium, running)
    clerk.sign_in("qz.staff").open("/admin/feedback-answers/").looks_right()
    clerk.page.get_by_role("link", name=re.compile("请问什么时候")).first.click()
    clerk.looks_right().fill("答复", "这周内审完。").press("发出答复").sees("已答复").close()
    me.open("/portal/messages/").sees("这周内审完。").looks_right().close()


def test_the_demo_employer_can_come_in(chromium: Browser, running: ServerProcess) -> None:
    employer = Visit(chromium, running)
    employer.open("/portal/sign-in?as=employer")
    enter(employer, "单位登录名", EMPLOYER.username, PASSWORD)
    employer.sees(EMPLOYER.name).looks_right().close()
