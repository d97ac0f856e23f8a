"""The wizard from the offered record to the submitted case, as a browser without JavaScript goes through it."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pytest
from flask import Flask

from domain.verification import CaseState
from domain.vocabulary import PhotoKind
from extensions import db
from models import CasePhoto, Certificate, VerificationCase
from tests.engines import PLAIN_SQL
from tests.integration.public_views.people import (
    LU,
    WEI,
    answers,
    both_photos,
    case,
    chosen,
    fill_in,
    record,
    register,
    send,
    sent,
    start,
    trail,
)
from tests.pages import CheckedClient


@pytest.fixture
def wei(as_holder: Any) -> CheckedClient:
    return as_holder(register())


def test_matched_and_unchanged_is_approved_by_itself_and_public_at_once(
    wei: CheckedClient, client: CheckedClient
) -> None:
    certificate_id = record()

    case_id = sent(wei, certificate_id)

    wei.get(f"/portal/verify/{case_id}/done")
    assert "审验信息提交成功" in wei.page.text
    assert "自动审核通过" in wei.page.text
    assert case().state is CaseState.AUTO_APPROVED
    client.get("/")
    client.send("/", {"number": "1346070", "name": WEI.name})
    assert "查到这本证书，状态正常" in client.page.text
    assert "证书共计被在线查验或浏览 1 次" in client.page.text


def test_home_offers_the_record_and_its_button_opens_a_filled_draft(wei: CheckedClient) -> None:
    certificate_id = record()

    wei.get("/portal/")
    offered = wei.page.text
    case_id = start(wei, certificate_id)
    wei.get(f"/portal/verify/{case_id}/")

    assert "找到您的证书" in offered
    assert "点击审验此证书" in offered
    assert answers(wei) | {"cert_no": "1346070", "title": "助理工程师", "title_level": "助理级"} == answers(wei)
    assert "照着证书核对一遍" in wei.page.text
    assert "灵职改〔2013〕9 号" in wei.page.text
    assert WEI.id_number not in wei.page.text
    assert "已改" not in wei.page.text
    assert "还没有改动" in wei.page.text


def test_a_changed_field_is_marked_and_goes_to_the_office(wei: CheckedClient, client: CheckedClient) -> None:
    case_id = start(wei, record())

    fill_in(wei, case_id, obtained_by="评审", later="1")
    wei.get(f"/portal/verify/{case_id}/")
    marked = wei.page.text
    send(wei, case_id)

    assert "您改了 1 处" in marked
    assert "已改" in marked
    assert "转正定职" in marked
    assert case().state is CaseState.PENDING
    assert case().office.name == "灵山县职改办"
    wei.get(f"/portal/verify/{case_id}/done")
    assert "等待授予单位职改办审核：灵山县职改办" in wei.page.text
    assert case().receipt in wei.page.text
    assert "审验期间，不影响原证书的使用" in wei.page.text
    client.get("/")
    client.send("/", {"number": "1346070", "name": WEI.name})
    assert "没有查到这本证书" in client.page.text


def test_putting_a_value_back_needs_no_script_and_makes_it_automatic_again(wei: CheckedClient) -> None:
    case_id = start(wei, record())
    fill_in(wei, case_id, obtained_by="评审", later="1")

    response = fill_in(wei, case_id, restore="obtained_by")

    assert response.location.endswith(f"/portal/verify/{case_id}/#obtained_by")
    assert case().obtained_by.label == "转正定职"
    send(wei, case_id)
    assert case().state is CaseState.AUTO_APPROVED


def test_saved_information_is_read_once_more_before_the_photos(wei: CheckedClient) -> None:
    case_id = start(wei, record())

    response = fill_in(wei, case_id, specialty="房屋建筑工程")
    wei.get(response.location)

    assert "保存信息确认" in wei.page.text
    assert "请您认真核对所填写信息是否正确" in wei.page.text
    assert "房屋建筑工程" in wei.page.text
    links = {link.get("href") for link in wei.page.all("a")}
    assert {f"/portal/verify/{case_id}/", f"/portal/verify/{case_id}/photos"} <= links


TYPED = {
    "title_series": "工程系列", "title_level": "中级", "title": "工程师", "specialty": "公路与桥梁", "awarded_on": "2011.12",
    "obtained_by": "评审",
}  # fmt: skip


@pytest.mark.parametrize(
    ("body", "office", "pooled"),
    [("浦北县职改办", "浦北县职改办", False), ("某某厂技术职务评审小组", "钦州市职改办", True)],
    ids=["behind the awarding body", "in the pool of the city"],
)
def test_a_certificate_without_record_is_typed_in_and_waits_at_the_office(
    wei: CheckedClient, body: str, office: str, pooled: bool
) -> None:
    wei.get("/portal/verify/")
    asked = wei.page.text
    wei.send("/portal/verify/", {"cert_no": " ０８３３２３２ "})
    case_id = case().id

    fill_in(wei, case_id, **TYPED, awarding_body=body)
    send(wei, case_id)

    assert "证书编号是多少？" in asked
    assert case().cert_no == "0833232"
    assert case().awarded_on.iso == "2011-12"
    assert (case().state, case().office.name, case().pooled) == (CaseState.PENDING, office, pooled)


@PLAIN_SQL
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "还没有填证书编号"),
        ("无", "还没有填证书编号"),
        ("桂" * 31, "证书编号太长了，请照证书填写（最多 30 个字）"),
        ("1234567890123456", "证书上确实是这样写的吗？"),
        ("桂中级字第0812号", "证书上确实是这样写的吗？"),
    ],
)
def test_a_wrong_number_stays_in_its_field_with_the_sentence(wei: CheckedClient, typed: str, sentence: str) -> None:
    wei.get("/portal/verify/")

    wei.send("/portal/verify/", {"cert_no": typed})

    assert sentence in wei.page.text
    assert wei.page.form("cert_no")["cert_no"] == typed
    assert not db.session.scalars(db.select(VerificationCase)).all()


def test_the_number_of_an_own_record_leads_to_the_record(wei: CheckedClient) -> None:
    certificate_id = record()
    wei.get("/portal/verify/")

    wei.send("/portal/verify/", {"cert_no": "1346070"})

    assert case().certificate_id == certificate_id


def test_who_types_the_number_of_a_certificate_already_sent_is_led_to_it_and_told(wei: CheckedClient) -> None:
    case_id = sent(wei, record(), obtained_by="评审")
    wei.get("/portal/verify/")

    response = wei.send("/portal/verify/", {"cert_no": "1346070"})
    wei.get(response.location)

    assert case().id == case_id
    assert re.search(r"这本证书 \d{4}-\d{2}-\d{2} 已提交过，现在是“审核中”", wei.page.text)
    assert response.location.endswith(f"/portal/cases/{case_id}/")


def test_wrong_values_stay_as_typed_and_the_rest_is_kept(wei: CheckedClient) -> None:
    case_id = start(wei, record())

    fill_in(wei, case_id, awarded_on="2103-12-20", specialty="给排水", issued_on="去年冬天")

    assert "有 2 处要改" in wei.page.text
    assert "授予时间写成了将来的日期，请照证书改" in wei.page.text
    shown = answers(wei)
    assert (shown["awarded_on"], shown["issued_on"], shown["specialty"]) == ("2103-12-20", "去年冬天", "给排水")
    assert (case().specialty, case().awarded_on.iso) == ("给排水", "2013-12-20")


def test_a_title_of_another_series_is_named_beside_its_field(wei: CheckedClient) -> None:
    case_id = start(wei, record())

    fill_in(wei, case_id, title="主治医师")

    assert "主治医师" in answers(wei)["title"]
    assert "请核对职称系列或资格名称" in wei.page.text


def test_missing_fields_are_asked_for_only_when_going_on(wei: CheckedClient) -> None:
    wei.get("/portal/verify/")
    wei.send("/portal/verify/", {"cert_no": "0833232"})

    put_off = fill_in(wei, case().id, specialty="园林", later="1")
    fill_in(wei, case().id)

    assert put_off.location == "/portal/"
    assert case().specialty == "园林"
    assert "还没有填授予单位" in wei.page.text
    assert "还没有填办证时间" not in wei.page.text


def test_what_was_typed_cannot_smuggle_markup_into_the_page(wei: CheckedClient) -> None:
    case_id = start(wei, record())

    page = fill_in(wei, case_id, specialty="<script>x</script>", awarded_on='"><b>')

    assert "<script>x" not in page.get_data(as_text=True)
    assert '"><b>' not in page.get_data(as_text=True)


def test_two_clicks_on_the_record_open_one_draft(wei: CheckedClient) -> None:
    certificate_id = record()
    start(wei, certificate_id)
    wei.get("/portal/verify/")

    wei.send(f"/portal/verify/record/{certificate_id}/")

    assert case().state is CaseState.DRAFT


def test_submitting_twice_has_one_effect(wei: CheckedClient) -> None:
    case_id = start(wei, record())
    wei.get(f"/portal/verify/{case_id}/photos")
    form = wei.page.form("version")

    first = wei.post(f"/portal/verify/{case_id}/photos", data={**form, **both_photos()})
    second = wei.post(f"/portal/verify/{case_id}/photos", data={**form, **both_photos()})

    assert first.location == second.location == f"/portal/verify/{case_id}/done"
    assert trail(case_id) == ["start", "submit_matched"]
    assert db.session.query(CasePhoto).count() == 2


def test_a_form_from_before_a_withdrawal_does_not_submit(wei: CheckedClient) -> None:
    case_id = start(wei, record())
    fill_in(wei, case_id, obtained_by="评审")
    wei.get(f"/portal/verify/{case_id}/photos")
    old = wei.page.form("version")
    wei.post(f"/portal/verify/{case_id}/photos", data={**old, **both_photos()})
    wei.post(f"/portal/cases/{case_id}/withdraw", data={"csrf_token": old["csrf_token"], "version": case().version})

    wei.post(f"/portal/verify/{case_id}/photos", data=old)
    wei.get(f"/portal/cases/{case_id}/")

    assert case().state is CaseState.DRAFT
    assert "您这次的操作没有生效" in wei.page.text


def test_one_photo_at_a_time_and_the_first_stays(wei: CheckedClient) -> None:
    case_id = start(wei, record())
    wei.get(f"/portal/verify/{case_id}/photos")

    wei.send(f"/portal/verify/{case_id}/photos", {"number_page": chosen("number-page.jpg"), "upload": "number_page"})
    wei.get(f"/portal/verify/{case_id}/photos")
    wei.post(f"/portal/verify/{case_id}/photos", data=wei.page.form("version"))

    assert case().photo(PhotoKind.NUMBER_PAGE)
    assert case().state is CaseState.DRAFT
    assert "还没有上传证书内容页" in wei.page.text
    assert "还没有上传证书编号页" not in wei.page.text


@PLAIN_SQL
@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        ("too-small.jpg", "请靠近一点重拍"),
        ("blurred.jpg", "照片太糊，字看不清"),
        ("really-a-gif.jpg", "只收 JPG 和 PNG"),
        ("cut-off.jpg", "这张照片打不开"),
    ],
)
def test_a_photo_that_cannot_be_used_is_named_beside_its_card_and_the_good_one_kept(
    wei: CheckedClient, file: str, sentence: str
) -> None:
    case_id = start(wei, record())

    send(wei, case_id, content_page=chosen(file))

    assert sentence in wei.page.text
    assert "有 1 处要改" in wei.page.text
    assert f"{PhotoKind.CONTENT_PAGE.value}-error" in str(wei.page.elements)
    assert [photo.kind for photo in case().photos] == [PhotoKind.NUMBER_PAGE]


def test_the_same_photo_twice_is_refused(wei: CheckedClient) -> None:
    case_id = start(wei, record())

    send(wei, case_id, content_page=chosen("number-page-again.jpg"))

    assert "两张照片一样。这一张要拍“证书内容页”" in wei.page.text
    assert case().state is CaseState.DRAFT


def test_a_photo_that_was_replaced_or_removed_leaves_no_file_behind(wei: CheckedClient, app: Flask) -> None:
    case_id = start(wei, record())
    wei.get(f"/portal/verify/{case_id}/photos")
    wei.send(f"/portal/verify/{case_id}/photos", {"number_page": chosen("number-page.jpg"), "upload": "number_page"})
    first = case().photo(PhotoKind.NUMBER_PAGE).key
    wei.get(f"/portal/verify/{case_id}/photos")

    wei.send(f"/portal/verify/{case_id}/photos", {"number_page": chosen("content-page.jpg"), "upload": "number_page"})
    second = case().photo(PhotoKind.NUMBER_PAGE).key
    wei.get(f"/portal/verify/{case_id}/photos")
    wei.send(f"/portal/verify/{case_id}/photos", {"remove": "number_page"})

    assert case().photos == []
    for key in (first, second):
        assert not list((app.extensions["photos"]._folder).rglob(key))


def test_own_photo_is_served_to_nobody_else(
    wei: CheckedClient, as_holder: Any, as_staff: Any, client: CheckedClient
) -> None:
    case_id = sent(wei, record())
    address = f"/portal/verify/{case_id}/photos/number_page.jpg"

    shown = wei.get(address)

    assert shown.mimetype == "image/jpeg"
    assert shown.headers["Cache-Control"] == "private, no-store"
    assert as_holder(register(LU)).get(address).status_code == 404
    assert as_staff("ls.staff").get(address).status_code == 403
    assert client.get(address).status_code == 302
    assert wei.get(address.replace("number_page", "approval_one")).status_code == 404


@PLAIN_SQL
@pytest.mark.parametrize("page", ["", "confirm", "photos", "done"])
def test_pages_of_a_foreign_case_and_of_none_are_equally_missing(wei: CheckedClient, as_holder: Any, page: str) -> None:
    case_id = start(wei, record())
    other = as_holder(register(LU))

    foreign, unknown = other.get(f"/portal/verify/{case_id}/{page}"), other.get(f"/portal/verify/{case_id + 99}/{page}")

    assert (foreign.status_code, unknown.status_code) == (404, 404)


def test_foreign_cases_and_records_cannot_be_written(wei: CheckedClient, as_holder: Any) -> None:
    certificate_id = record()
    case_id = start(wei, certificate_id)
    other = as_holder(register(LU))
    other.get("/portal/")
    token = {"csrf_token": other.token()}

    codes = [
        other.post(f"/portal/verify/record/{certificate_id}/", data=token).status_code,
        other.post(f"/portal/verify/{case_id}/", data=token | {"specialty": "x"}).status_code,
        other.post(f"/portal/verify/{case_id}/photos", data=token | both_photos()).status_code,
    ]

    assert codes == [404, 404, 404]
    assert case().specialty == "水利水电工程"
    assert not case().photos


def test_without_a_confirmed_email_everything_can_be_prepared_but_not_sent(as_holder: Any) -> None:
    client = as_holder(register(confirmed=False))
    record()
    client.get("/portal/verify/")
    client.send("/portal/verify/", {"cert_no": "1346070"})
    case_id = case().id
    fill_in(client, case_id, **TYPED, awarding_body="灵山县职改办")

    send(client, case_id)

    assert "邮箱还没有确认，请先确认。" in client.page.text
    assert "重新发送确认邮件" in client.page.text
    assert "邮箱还没有确认，请打开注册邮箱里的确认链接" in client.page.text
    assert case().state is CaseState.DRAFT
    assert len(case().photos) == 2


def test_a_record_that_is_public_already_needs_no_second_case(wei: CheckedClient) -> None:
    certificate_id = record()
    sent(wei, certificate_id)
    wei.get("/portal/verify/")

    wei.send("/portal/verify/", {"cert_no": "1346070"})

    assert "这本证书已经审验通过，不用再审验" in wei.page.text
    assert db.session.query(Certificate).count() == 1
    assert case().state is CaseState.AUTO_APPROVED


def test_bodies_are_suggested_by_name_and_initials_from_two_signs(wei: CheckedClient, client: CheckedClient) -> None:
    found = wei.get("/portal/bodies?q=灵山").json
    by_initials = wei.get("/portal/bodies?q=lsx").json

    assert {"name": "灵山县职改办", "note": "由灵山县职改办审核"} in found
    assert len(found) <= 6
    assert found == by_initials
    assert wei.get("/portal/bodies?q=灵").json == []
    assert client.get("/portal/bodies?q=灵山").status_code == 302


def test_an_empty_file_field_is_no_photo(wei: CheckedClient) -> None:
    case_id = start(wei, record())

    send(wei, case_id, content_page=(BytesIO(b""), ""))

    assert "还没有上传证书内容页" in wei.page.text


def test_two_devices_on_one_draft_and_the_later_one_is_told_with_nothing_lost(wei: CheckedClient) -> None:
    case_id = start(wei, record())
    wei.get(f"/portal/verify/{case_id}/")
    on_the_desk = answers(wei, specialty="给水排水", obtained_by="评审")
    fill_in(wei, case_id, specialty="园林绿化", later="1")

    stale = wei.post(f"/portal/verify/{case_id}/", data=on_the_desk)

    assert stale.status_code == 200
    assert "刚刚在别的设备或窗口改过，您这次填的还没有存" in wei.page.text
    assert "别处存的是“园林绿化”" in wei.page.text
    assert "给水排水" in str(wei.page.elements)
    assert case().specialty == "园林绿化"
    assert wei.post(f"/portal/verify/{case_id}/", data=answers(wei)).location.endswith("/confirm")
    assert (case().specialty, case().obtained_by.label) == ("给水排水", "评审")


def test_the_same_words_from_two_devices_are_no_quarrel(wei: CheckedClient) -> None:
    case_id = start(wei, record())
    wei.get(f"/portal/verify/{case_id}/")
    twice = answers(wei, specialty="给水排水")

    first, second = (wei.post(f"/portal/verify/{case_id}/", data=twice) for _ in range(2))

    assert (first.status_code, second.status_code) == (303, 303)


def test_what_another_device_filled_in_meanwhile_is_not_sent_unread(wei: CheckedClient) -> None:
    case_id = start(wei, record())
    wei.get(f"/portal/verify/{case_id}/photos")
    old = wei.page.form("version")
    fill_in(wei, case_id, specialty="园林绿化", later="1")

    wei.post(f"/portal/verify/{case_id}/photos", data={**old, **both_photos()})

    assert case().state is CaseState.DRAFT
    assert len(case().photos) == 2


@PLAIN_SQL
def test_a_photo_is_turned_as_often_as_one_likes(wei: CheckedClient) -> None:
    case_id = start(wei, record())
    wei.get(f"/portal/verify/{case_id}/photos")
    wei.send(f"/portal/verify/{case_id}/photos", {"number_page": chosen("number-page.jpg"), "upload": "number_page"})
    lying = case().photo(PhotoKind.NUMBER_PAGE)
    width, height, key = lying.width, lying.height, lying.key
    wei.get(f"/portal/verify/{case_id}/photos")

    answer = wei.send(f"/portal/verify/{case_id}/photos", {"turn": "number_page"})

    standing = case().photo(PhotoKind.NUMBER_PAGE)
    assert answer.location.endswith("#number_page-card")
    assert (standing.width, standing.height) == (height, width)
    assert standing.key != key
    assert len(case().photos) == 1


def test_a_photo_that_is_not_there_cannot_be_turned(wei: CheckedClient) -> None:
    case_id = start(wei, record())
    wei.get(f"/portal/verify/{case_id}/photos")

    assert wei.send(f"/portal/verify/{case_id}/photos", {"turn": "number_page"}).status_code == 404
