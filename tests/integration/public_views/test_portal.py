"""The holder's own pages: home, 我的证书, 个人中心, password, guide."""

from __future__ import annotations

from typing import Any

import pytest

from commands.cast import PASSWORD
from domain.partial_dates import PartialDate
from domain.vocabulary import TitleLevel
from extensions import db
from models import Holder
from operations import lookups
from tests.engines import PLAIN_SQL
from tests.integration.public_views.people import LU, WEI, case, office_acts, record, register, sent, start
from tests.pages import CheckedClient

PAGES = [
    "/portal/",
    "/portal/certificates/",
    "/portal/messages/",
    "/portal/profile",
    "/portal/password",
    "/portal/guide",
    "/portal/verify/",
]


@pytest.fixture
def wei(as_holder: Any) -> CheckedClient:
    return as_holder(register())


def test_three_groups_stay_in_order_and_say_so_when_empty(wei: CheckedClient) -> None:
    wei.get("/portal/")

    words = wei.page.text
    places = [words.index(one) for one in ("没有待完善的证书", "没有审核中的证书", "还没有审核结束的证书")]
    assert places == sorted(places)
    assert "立即审验" in words


def test_a_record_of_another_name_or_number_is_not_offered(wei: CheckedClient) -> None:
    record(LU, cert_no="0837771")
    record(WEI, cert_no="0837772", name="韦小青")

    wei.get("/portal/")

    assert "找到您的证书" not in wei.page.text
    assert "083777" not in wei.page.text


def test_a_draft_says_what_is_missing_and_leads_on(wei: CheckedClient) -> None:
    case_id = start(wei, record())

    wei.get("/portal/")

    assert "缺 2 张照片" in wei.page.text
    assert "找到您的证书" not in wei.page.text
    assert f"/portal/verify/{case_id}/" in {link["href"] for link in wei.page.all("a")}


def test_what_is_public_leads_to_the_page_with_the_code(wei: CheckedClient, client: CheckedClient) -> None:
    sent(wei, record())
    code = case().certificate.verify_code

    wei.get("/portal/")

    assert f"/v/{code}" in {link["href"] for link in wei.page.all("a")}
    assert client.get(f"/v/{code}").status_code == 200


def test_home_tells_how_often_my_certificates_were_looked_up(wei: CheckedClient, client: CheckedClient) -> None:
    sent(wei, record())
    client.get("/")
    client.send("/", {"number": "1346070", "name": WEI.name})
    lookups.fold()

    wei.get("/portal/")

    assert "您的证书共被在线查验 1 次，最近一次在" in wei.page.text


def test_the_titles_stand_in_the_order_of_award_and_say_how_far_they_reach(wei: CheckedClient) -> None:
    wei.get("/portal/")
    empty = wei.page.text
    record(
        WEI, cert_no="0837773", title="工程师", title_level=TitleLevel.INTERMEDIATE, awarded_on=PartialDate(2014, 12)
    )
    sent(wei, record())

    wei.get("/portal/")

    words = wei.page.text.partition("职称之路")[2]
    assert "您名下还没有证书" in empty
    assert words.index("2013 年 12 月") < words.index("2014 年 工程师（中级）")
    assert "2014 年 12 月" not in words
    assert "中级 2014 年" in words
    assert "还没审验通过" in words


def test_what_waits_for_the_holder_is_said_above_the_lists(wei: CheckedClient) -> None:
    sent(wei, record(), obtained_by="评审")
    office_acts("correct", correction={"specialty": "园林"})
    office_acts("ask_confirmation")

    wei.get("/portal/")

    assert "有 1 本证书等您确认。" in wei.page.text
    assert "去确认" in wei.page.text


def test_the_profile_masks_what_others_must_not_read_over_a_shoulder(wei: CheckedClient) -> None:
    wei.get("/portal/profile")

    assert "韦小兰" in wei.page.text
    assert "灵山县" in wei.page.text
    assert WEI.id_number not in wei.page.text
    assert WEI.mobile not in wei.page.text


def test_a_new_password_is_taken_and_this_session_goes_on(wei: CheckedClient, client: CheckedClient) -> None:
    wei.get("/portal/password")

    response = wei.send("/portal/password", {"current": PASSWORD, "password": "lingshan-85", "repeated": "lingshan-85"})
    wei.get(response.location)

    assert "密码已改好" in wei.page.text
    client.get("/portal/sign-in")
    assert client.send("/portal/sign-in", {"login": WEI.mobile, "password": "lingshan-85"}).status_code == 303


@PLAIN_SQL
@pytest.mark.parametrize(
    ("current", "password", "repeated", "sentence"),
    [
        ("not-it-at-all", "lingshan-85", "lingshan-85", "现在的密码不对"),
        (PASSWORD, "kurz", "kurz", "密码"),
        (PASSWORD, "lingshan-85", "lingshan-86", "两次"),
        (PASSWORD, WEI.mobile, WEI.mobile, "密码"),
        ("", "lingshan-85", "lingshan-85", "还没有填现在的密码"),
    ],
)
def test_a_password_is_refused_beside_its_field(
    wei: CheckedClient, current: str, password: str, repeated: str, sentence: str
) -> None:
    before = db.session.scalars(db.select(Holder.password_hash)).one()
    wei.get("/portal/password")

    wei.send("/portal/password", {"current": current, "password": password, "repeated": repeated})

    assert "处要改" in wei.page.text
    assert sentence in wei.page.text
    db.session.rollback()
    assert db.session.scalars(db.select(Holder.password_hash)).one() == before


@PLAIN_SQL
@pytest.mark.parametrize("address", PAGES)
def test_own_pages_are_for_holders_only(wei: CheckedClient, client: CheckedClient, as_staff: Any, address: str) -> None:
    codes = wei.get(address).status_code, client.get(address).status_code, as_staff("ls.staff").get(address).status_code

    assert codes == (200, 302, 403)


@PLAIN_SQL
@pytest.mark.parametrize("address", PAGES)
def test_the_portal_speaks_to_people(wei: CheckedClient, address: str) -> None:
    wei.get(address)

    assert not any(word in wei.page.text for word in ("客户", "假证", "非法", "操作失败"))
