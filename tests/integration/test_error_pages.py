"""Where a refusal is read: in the shell of whoever was at work, with a way out inside it."""

from __future__ import annotations

from typing import Any

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
