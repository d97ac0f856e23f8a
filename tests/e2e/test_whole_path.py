"""The whole path in a real browser: from a county's workbook to the public look-up, with every turn a case can take."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from commands.cast import id_number
from drawing import certificate_pages
from tests.browser import PHONE, ServerProcess
from tests.e2e.pages import OWN_PASSWORD, HolderVisit, Person, StaffVisit, Visit, lookup

pytestmark = pytest.mark.e2e

WORKBOOK = Path(__file__).parent.parent / "samples" / "01-clean-county.xlsx"
MATCHED = Person("谢明杰", "452824197803205125", "13811110001", "xie@example.com")
CHANGED = Person("邓丽兰", "452826195803018075", "13811110002", "deng@example.com")
KNOWN = Person("宁国超", "452824195611084585", "13811110004", "ning@example.com")
UNKNOWN = Person("农志远", id_number("450721", "19800101", "101"), "13811110003", "nong@example.com")


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("photos")
    pages = certificate_pages({"cert_no": "0490616", "name": "谢明杰", "title": "护士"})
    paths = folder / "number.jpg", folder / "content.jpg"
    for path, page in zip(paths, pages, strict=True):
        path.write_bytes(page)
    return paths


def test_a_clerk_imports_a_workbook_and_the_second_time_nothing_changes(
    chromium: Browser, running: ServerProcess
) -> None:
    clerk = StaffVisit(chromium, running)
    clerk.sign_in("ls.staff").import_workbook(WORKBOOK)
    clerk.sees("120").looks_right().picture("import")

    clerk.press("导入 120 行")
    clerk.sees("120").looks_right()
    clerk.open("/admin/certificates/?search=0490616").sees("谢明杰").looks_right()

    clerk.import_workbook(WORKBOOK)
    clerk.sees("相同").sees("120")
    clerk.close()


def test_a_matched_certificate_is_approved_by_itself_and_found_by_anyone(
    chromium: Browser, running: ServerProcess, photos: tuple[Path, Path]
) -> None:
    holder = HolderVisit(chromium, running, PHONE)
    holder.register(MATCHED).looks_right()
    holder.confirm_email(MATCHED)
    holder.looks_right()
    holder.begin("0490616").looks_right().press("确认信息")
    holder.sees("请您认真核对所填写信息是否正确").looks_right().press("下一步")
    holder.upload(*photos).looks_right().press("提交审验")  # type: ignore[attr-defined]
    expect(holder.heading()).to_have_text("审验信息提交成功")
    holder.sees("自动审核通过").looks_right()
    assert holder.activations <= 12
    holder.close()

    visitor = Visit(chromium, running)
    visitor.open("/").picture("lookup")
    lookup(visitor, "0490616", "谢明杰").sees("查到这本证书，状态正常").sees("浏览 1 次").looks_right()
    lookup(visitor, "0490616", "谢明节").sees("没有查到这本证书").looks_right()
    lookup(visitor, "9999999", "谢明杰").sees("没有查到这本证书")
    visitor.close()


def test_who_knows_name_and_id_number_alone_publishes_nothing_and_learns_no_more_than_the_card(
    chromium: Browser, running: ServerProcess, photos: tuple[Path, Path]
) -> None:
    """Of the record, number 0269736, awarded 2002-06-26 and printed 2002-09-15, the card tells the year alone."""
    stranger = HolderVisit(chromium, running, PHONE)
    stranger.register(KNOWN).sees("邮箱还没有确认，请先确认。")
    assert "助理农艺师" not in stranger.page.content()
    stranger.confirm_email(KNOWN)
    stranger.sees("2002 年度")
    stranger.begin("0269737").sees("您填的编号与导入记录不同").looks_right()
    tells_no_more_than_the_card(stranger)
    stranger.open("/portal/")
    stranger.press("继续填写").press("重新输入编号").looks_right()
    stranger.fill("证书编号", "农字第12号").press("下一步").sees("证书上确实是这样写的吗？").looks_right()
    stranger.page.get_by_label("证书上确实是这样写的").check()
    stranger.press("下一步").choose("获取方式", "评审").fill("授予时间", "2002.1").press("确认信息")
    stranger.sees("农字第12号").looks_right().press("下一步")
    stranger.upload(*photos).press("提交审验").sees("等待授予单位职改办审核")  # type: ignore[attr-defined]
    for page in ("/portal/", "/portal/certificates/", "/portal/messages/", "/portal/profile/details"):
        stranger.open(page)
        tells_no_more_than_the_card(stranger)
    stranger.open("/portal/certificates/").press("查看详情").sees("与导入记录不同").looks_right()
    tells_no_more_than_the_card(stranger)
    stranger.close()


def tells_no_more_than_the_card(visit: HolderVisit) -> None:
    source = visit.page.content()
    assert [word for word in ("0269736", "2002-06", "2002-09", "灵山县建筑公司", "灵职改字") if word in source] == []


def test_a_changed_certificate_goes_to_the_office_and_comes_back_with_its_reply(
    chromium: Browser, running: ServerProcess, photos: tuple[Path, Path]
) -> None:
    holder = HolderVisit(chromium, running)
    holder.register(CHANGED).confirm_email(CHANGED)
    holder.open("/portal/")
    holder.begin("0942378").fill("专业", "外科护理").press("确认信息").press("下一步")
    holder.upload(*photos).press("提交审验")  # type: ignore[attr-defined]
    holder.sees("等待授予单位职改办审核").sees("灵山县职改办")
    lookup(Visit(chromium, running), "0942378", "邓丽兰").sees("没有查到这本证书")

    clerk = StaffVisit(chromium, running)
    clerk.sign_in("ls.staff").open_case("邓丽兰").looks_right().picture("review")
    clerk.page.get_by_label("待客户修改").check()
    clerk.page.get_by_label("审核回复").first.fill("内容页反光，请重新拍")
    clerk.press("提交，看下一件")
    clerk.sees("邓丽兰（0942378）已转为待客户修改")

    holder.open("/portal/").sees("等您修改").sees("内容页反光，请重新拍").looks_right().picture("portal")
    holder.press("去修改").press("确认信息").press("下一步").press("提交审验")
    holder.sees("等待授予单位职改办审核")
    holder.open("/portal/messages/").sees("内容页反光，请重新拍").looks_right()

    clerk.batch("审核通过", "邓丽兰").sees("办成 1 条").looks_right()
    lookup(Visit(chromium, running), "0942378", "邓丽兰").sees("查到这本证书，状态正常").sees("外科护理")
    clerk.batch("恢复", "邓丽兰", reply="点错了，重新核对").sees("办成 1 条")
    lookup(Visit(chromium, running), "0942378", "邓丽兰").sees("没有查到这本证书")
    holder.close()
    clerk.close()


def test_a_certificate_that_is_not_on_record_is_typed_in_and_corrected_by_the_office(
    chromium: Browser, running: ServerProcess, photos: tuple[Path, Path]
) -> None:
    holder = HolderVisit(chromium, running, PHONE, script=False)
    holder.register(UNKNOWN).confirm_email(UNKNOWN)
    holder.open("/portal/").press("立即审验")
    holder.fill("证书编号", "0555123").press("下一步")
    holder.choose("职称系列", "工程系列").choose("职称级别", "助理级").choose("获取方式", "评审")
    holder.fill("资格名称", "助理工程师").fill("专业", "工业与民用建筑").fill(
        "授予单位", "灵山县职称改革领导小组办公室"
    )
    holder.fill("授予时间", "2005年7月").press("确认信息")
    holder.sees("2005-07").press("下一步")
    holder.upload(*photos).press("提交审验")  # type: ignore[attr-defined]
    holder.sees("灵山县职改办")

    clerk = StaffVisit(chromium, running)
    clerk.sign_in("ls.staff").open_case("农志远").sees("没有导入记录").press("更正内容，请本人确认")
    clerk.looks_right().fill("专业", "房屋建筑工程").press("提交，看下一件")

    holder.open("/portal/").press("去确认").sees("房屋建筑工程").looks_right()
    holder.press("确认无误").sees("审核通过")
    lookup(Visit(chromium, running), "0555123", "农志远").sees("房屋建筑工程")

    clerk.batch("恢复", "农志远", reply="批文对不上")
    clerk.batch("假证", "农志远", reply="与存档批文不符，请致电查询", evidence="批文附件没有此人").sees("办成 1 条")
    holder.open("/portal/certificates/").sees("审核不通过").looks_right()
    expect(holder.page.locator("body")).not_to_contain_text("假证")
    clerk.open("/admin/problem-persons/").sees("农志远").looks_right()
    clerk.close()


def test_the_remaining_outcomes_reach_the_holder(chromium: Browser, running: ServerProcess) -> None:
    clerk = StaffVisit(chromium, running)
    clerk.sign_in("ls.staff").open("/admin/cases/")
    clerk.batch("待现场审核", "邓丽兰", reply="请带原件到县政务中心三楼").sees("办成 1 条")
    holder = HolderVisit(chromium, running)
    holder.sign_in(CHANGED.mobile, OWN_PASSWORD).sees("待现场审核")
    clerk.batch("审核不通过", "邓丽兰", reply="不在本次审验范围").sees("办成 1 条")
    holder.open("/portal/certificates/").sees("审核不通过").press("看原因").sees("不在本次审验范围").looks_right()
    holder.close()
    clerk.close()


def test_a_city_administrator_opens_an_office_with_its_people(chromium: Browser, running: ServerProcess) -> None:
    city = StaffVisit(chromium, running)
    city.sign_in("qz.admin").open("/admin/offices/").looks_right().press("新建机构")
    city.choose("类型", "县区").choose("上级机构", "钦州市职改办").fill("机构名称", "钦州港职改办")
    city.press("保存").sees("钦州港职改办").looks_right()
    first = city.page.locator("main .zs-code").inner_text()

    city.open("/admin/users/").looks_right().press("新建账户")
    city.fill("登录名", "gk.staff").fill("姓名", "卢明").choose("机构", "钦州港职改办").press("保存")
    password = city.page.locator("main .zs-code").last.inner_text()
    city.looks_right()
    newcomer = StaffVisit(chromium, running)
    newcomer.sign_in("gk.staff", password)
    newcomer.sees("先改掉初始密码")
    newcomer.close()

    default = StaffVisit(chromium, running)
    default.sign_in("钦州港职改办", first)
    default.sees("先改掉初始密码")
    default.close()
    city.close()


def test_another_countys_case_has_no_address(chromium: Browser, running: ServerProcess) -> None:
    clerk = StaffVisit(chromium, running)
    clerk.sign_in("ls.staff").open_case("黄春梅")
    address = clerk.page.url.removeprefix(running.base_url)
    clerk.close()

    stranger = StaffVisit(chromium, running)
    stranger.sign_in("pb.staff").open(address)

    expect(stranger.heading()).to_have_text("没有这一页")
    stranger.context.close()
