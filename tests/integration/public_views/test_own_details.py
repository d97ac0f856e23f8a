"""个人中心: mobile, region, employer, e-mail, avatar, and the sessions elsewhere."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from PIL import Image

import mailing
from commands.cast import PASSWORD
from domain.partial_dates import PartialDate
from domain.verification import CaseState
from domain.ways_in import RESET_PASSWORD
from extensions import db, writing
from models import Event, Holder, MailedLink
from operations import mailed_links
from photos import AVATAR_SIDE
from tests.engines import PLAIN_SQL
from tests.factories import case_at, certificate, open_session
from tests.integration.public_views.people import LU, WEI, register
from tests.pages import CheckedClient

NEW_ADDRESS = "wei.new@example.com"


@pytest.fixture
def wei(app: Flask) -> Holder:
    for mail in mailing.outbox(app.config).glob("*.eml"):
        mail.unlink()
    return register()


@pytest.fixture
def client(as_holder: Any, wei: Holder) -> CheckedClient:
    return as_holder(wei)


def stored(holder: Holder) -> Holder:
    db.session.rollback()
    return db.session.get_one(Holder, holder.id)


def mails(app: Flask) -> list[EmailMessage]:
    files = sorted(mailing.outbox(app.config).glob("*.eml"))
    return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]


def change(client: CheckedClient, **given: str) -> Any:
    client.get("/portal/profile/details")
    filled = {"mobile": "", "region": "450721", "employer": "", "current": ""}
    return client.send("/portal/profile/details", filled | given)


def test_an_employer_not_told_yet_is_proposed_from_the_newest_certificate_shown_in_full(
    client: CheckedClient, wei: Holder
) -> None:
    for year, employer in ((1998, "灵山县二中"), (2013, "灵山县水利局"), (2020, None)):
        given = {"cert_no": f"0{year}", "awarded_on": PartialDate(year, 7), "employer_name": employer}
        case_at(CaseState.AUTO_APPROVED, certificate(wei, issued_on=None, **given), wei)
    certificate(wei, awarded_on=PartialDate(2021, 7), issued_on=None, employer_name="还没有输入编号的单位")

    client.get("/portal/profile/details")

    assert client.page.form("employer")["employer"] == "灵山县水利局"
    assert stored(wei).employer_name is None


def test_employer_and_region_are_changed_without_the_password(client: CheckedClient, wei: Holder) -> None:
    response = change(client, employer=" 灵山县水利局 ", region="450722")
    client.get(response.location)

    assert (stored(wei).employer_name, stored(wei).region_code) == ("灵山县水利局", "450722")
    assert "灵山县水利局" in client.page.text
    assert Event.about("holder", wei.id)[-1].changed["工作单位"] == ["", "灵山县水利局"]


def test_the_page_shows_the_mobile_number_masked(client: CheckedClient) -> None:
    page = client.get("/portal/profile/details").get_data(as_text=True)

    assert "现在是 139****0001" in page
    assert WEI.mobile not in page


def test_another_mobile_asks_for_the_password(client: CheckedClient, wei: Holder) -> None:
    change(client, mobile="137 0000 1111")
    asked = client.page.text
    kept = stored(wei).mobile
    change(client, mobile="137 0000 1111", current=PASSWORD)

    assert "现在的密码不对" in asked
    assert kept == WEI.mobile
    assert Holder.with_mobile("13700001111").id == wei.id
    assert Holder.with_mobile(WEI.mobile) is None


@PLAIN_SQL
@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"mobile": LU.mobile, "current": PASSWORD}, "这个手机号已经注册过"),
        ({"mobile": "1370000"}, "手机号"),
        ({"region": "999999"}, "还没有选所在市、县"),
        ({"employer": "x" * 201}, "工作单位太长了，最多 200 个字"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    client: CheckedClient, wei: Holder, given: dict[str, str], sentence: str
) -> None:
    register(LU)

    change(client, **{"employer": "灵山县水利局", **given})

    assert sentence in client.page.text
    assert client.page.form("employer")["employer"] == given.get("employer", "灵山县水利局")
    assert (stored(wei).mobile, stored(wei).employer_name) == (WEI.mobile, None)


def ask_for_new_address(client: CheckedClient, address: str = NEW_ADDRESS, password: str = PASSWORD) -> Any:
    client.get("/portal/profile/email")
    return client.send("/portal/profile/email", {"email": address, "current": password})


def test_a_new_address_counts_once_its_mail_was_confirmed(app: Flask, client: CheckedClient, wei: Holder) -> None:
    ask_for_new_address(client)
    to_new, to_old = sorted(mails(app), key=lambda mail: mail["To"] != NEW_ADDRESS)
    link = re.search(r"http://localhost(/portal/confirm/\S+)", to_new.get_content()).group(1)
    before = stored(wei).email
    client.get("/portal/profile")
    waiting = client.page.text
    client.get(link)
    client.send(link, {"current": PASSWORD})

    assert (before, stored(wei).email) == (WEI.email, NEW_ADDRESS)
    assert f"要换成 {NEW_ADDRESS}" in waiting
    assert to_old["To"] == WEI.email
    assert "不是您本人，请打开下面的网址，再点页面上的“不换邮箱”" in to_old.get_content()


def test_a_link_in_the_old_mailbox_is_dead_once_the_address_has_changed(
    app: Flask, client: CheckedClient, wei: Holder
) -> None:
    with writing():
        mailed_links.new(stored(wei), RESET_PASSWORD)
    ask_for_new_address(client)
    to_new = next(mail for mail in mails(app) if mail["To"] == NEW_ADDRESS)
    link = re.search(r"http://localhost(/portal/confirm/\S+)", to_new.get_content()).group(1)

    client.get(link)
    client.send(link, {"current": PASSWORD})

    assert db.session.query(MailedLink).filter_by(used_at=None).count() == 0


def test_an_address_somebody_else_took_meanwhile_is_not_taken_over(
    app: Flask, client: CheckedClient, wei: Holder
) -> None:
    ask_for_new_address(client, LU.email)
    link = re.search(
        r"http://localhost(/portal/confirm/\S+)", mails(app)[0].get_content() + mails(app)[1].get_content()
    )
    register(LU)

    client.get(link.group(1))
    answer = client.send(link.group(1), {"current": PASSWORD})

    assert answer.status_code == 400
    assert "这个邮箱已经注册过" in client.page.text
    assert stored(wei).email == WEI.email


@PLAIN_SQL
@pytest.mark.parametrize(
    ("address", "password", "sentence"),
    [
        (NEW_ADDRESS, "wrong", "现在的密码不对"),
        (WEI.email.upper(), PASSWORD, "这就是现在的邮箱"),
        (LU.email, PASSWORD, "这个邮箱已经注册过"),
        ("not an address", PASSWORD, "邮箱里要有 @"),
    ],
)
def test_an_address_that_cannot_be_gets_no_mail(
    app: Flask, client: CheckedClient, address: str, password: str, sentence: str
) -> None:
    register(LU, confirmed=False)

    ask_for_new_address(client, address, password)

    assert sentence in client.page.text
    assert not mails(app)


def picture(mode: str = "RGB", size: tuple[int, int] = (300, 200), form: str = "JPEG") -> BytesIO:
    kept = BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "秘密"
    Image.new(mode, size, "teal").save(kept, form, **({"exif": exif} if form == "JPEG" else {}))
    return BytesIO(kept.getvalue())


def send_avatar(client: CheckedClient, file: BytesIO, **more: str) -> Any:
    client.get("/portal/profile/avatar")
    return client.send("/portal/profile/avatar", {"picture": (file, "me.jpg"), **more})


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_an_avatar_is_drawn_anew_square_and_without_metadata(client: CheckedClient, wei: Holder, form: str) -> None:
    send_avatar(client, picture(form=form))
    shown = client.get("/portal/profile/avatar.jpg")
    stored_picture = Image.open(BytesIO(shown.data))

    assert (stored_picture.format, stored_picture.size) == ("JPEG", (AVATAR_SIDE, AVATAR_SIDE))
    assert not stored_picture.getexif()
    assert shown.headers["Cache-Control"] == "private, no-store"


def test_another_avatar_and_none_leave_no_file_behind(app: Flask, client: CheckedClient, wei: Holder) -> None:
    send_avatar(client, picture())
    first = stored(wei).avatar
    send_avatar(client, picture(size=(50, 90)))
    second = stored(wei).avatar
    client.get("/portal/profile/avatar")
    client.send("/portal/profile/avatar", {"remove": "1"})

    assert stored(wei).avatar is None
    assert client.get("/portal/profile/avatar.jpg").status_code == 404
    for key in (first, second):
        with pytest.raises(Exception, match="找不到"):
            app.extensions["photos"].get(key)


@PLAIN_SQL
@pytest.mark.parametrize("content", [b"", b"GIF89a" + bytes(50), b"\xff\xd8\xff" + bytes(100), b"<svg/>"])
def test_what_is_no_photo_is_refused(client: CheckedClient, wei: Holder, content: bytes) -> None:
    send_avatar(client, BytesIO(content))

    assert "有 1 处要改" in client.page.text
    assert stored(wei).avatar is None


def test_others_have_their_own_avatar_only(client: CheckedClient, as_holder: Any) -> None:
    send_avatar(client, picture())

    assert as_holder(register(LU)).get("/portal/profile/avatar.jpg").status_code == 404


def test_sessions_elsewhere_are_listed_and_ended(
    app: Flask, client: CheckedClient, as_holder: Any, wei: Holder
) -> None:
    elsewhere, foreign = as_holder(wei), as_holder(register(LU))
    client.get("/portal/profile/sessions")
    listed = client.page.text

    client.send("/portal/profile/sessions")
    client.get("/portal/profile/sessions")

    assert "这台设备" in listed
    assert "没有其他登录" in client.page.text
    assert elsewhere.get("/portal/").status_code == 302
    assert foreign.get("/portal/").status_code == 200
    assert Event.about("holder", wei.id)[-1].action == "end_sessions"


def test_one_session_alone_has_nothing_to_end(client: CheckedClient, wei: Holder) -> None:
    client.get("/portal/profile/sessions")
    before = "结束其他登录" in client.page.words
    open_session(wei)
    client.get("/portal/profile/sessions")

    assert not before
    assert "结束其他登录" in client.page.words
