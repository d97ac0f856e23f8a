"""Where a refusal is read: in the shell of whoever was at work, with a way out inside it."""

from __future__ import annotations

from typing import Any

from flask import Flask

from domain.verification import CaseState
from tests import factories
from tests.pages import CheckedClient


def ways_out(client: CheckedClient) -> list[str]:
    return [link["href"] for link in client.page.all("a")]


def test_staff_stay_in_the_back_office_with_its_menu(as_staff: Any) -> None:
    client = as_staff("ls.staff")

    assert client.get("/admin/cases/review/999999/").status_code == 404

    assert "没有这件审验" in client.page.text
    assert "历年证书数据" in client.page.text, "the side menu is there"
    assert "/admin/" in ways_out(client)


def test_a_page_the_role_lacks_is_refused_in_the_back_office_too(as_staff: Any) -> None:
    client = as_staff("ls.staff")

    assert client.get("/admin/offices/").status_code == 403

    assert "没有这一页的权限" in client.page.text
    assert "回到工作平台" in client.page.text


def test_a_holder_stays_in_the_portal(as_holder: Any) -> None:
    client = as_holder(factories.holder())

    assert client.get("/portal/cases/999999/").status_code == 404

    assert "/portal/messages/" in ways_out(client)


def test_a_stranger_is_led_back_to_the_look_up(client: CheckedClient) -> None:
    assert client.get("/admin-old/").status_code == 404

    assert "回到证书查验" in client.page.text


def test_what_was_written_comes_back_from_an_expired_page(as_staff: Any) -> None:
    case, client = factories.case_at(CaseState.PENDING), as_staff("ls.staff")
    page = f"http://localhost/admin/cases/review/{case.id}/?tab=all&search=450721198001011016"

    answer = client.post(
        f"/admin/cases/review/{case.id}/decide/", data={"reply": "照片反光"}, headers={"Referer": page}
    )

    assert answer.status_code == 400
    assert "照片反光" in client.page.text
    assert f"/admin/cases/review/{case.id}/?tab=all" in ways_out(client)


def test_what_was_written_comes_back_after_the_session_ended(app: Flask, client: CheckedClient) -> None:
    case = factories.case_at(CaseState.PENDING)
    page = f"http://localhost/admin/cases/review/{case.id}/"
    client.get("/admin/sign-in")

    answer = client.send(
        f"/admin/cases/review/{case.id}/decide/", {"reply": "照片反光", "password": "geheim"}, headers={"Referer": page}
    )

    assert answer.status_code == 401
    assert "照片反光" in client.page.text
    assert "geheim" not in answer.get_data(as_text=True)
    assert f"/admin/sign-in?next=/admin/cases/review/{case.id}/" in ways_out(client)


def test_words_that_another_site_sent_are_not_shown(client: CheckedClient) -> None:
    answer = client.post(
        "/admin/cases/review/1/decide/", data={"reply": "请致电"}, headers={"Referer": "http://x.test/"}
    )

    assert "请致电" not in answer.get_data(as_text=True)
