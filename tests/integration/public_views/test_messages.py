"""消息中心: every decision leaves a message, unread ones are counted on every page."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.public_views.people import LU, office_acts, record, register, sent
from tests.pages import CheckedClient


@pytest.fixture
def wei(as_holder: Any) -> CheckedClient:
    return as_holder(register())


def test_newest_first_each_leads_to_its_certificate(wei: CheckedClient) -> None:
    case_id = sent(wei, record(), obtained_by="评审")
    office_acts("reject", reply="外省核发，不在范围。")

    wei.get("/portal/messages/")

    text = wei.page.text
    assert text.index("审核不通过") < text.index("已提交审核")
    assert "审核回复：外省核发，不在范围。" in text
    assert f"/portal/cases/{case_id}/" in {link["href"] for link in wei.page.all("a")}


def test_unread_ones_are_counted_until_all_are_marked_as_read(wei: CheckedClient) -> None:
    sent(wei, record(), obtained_by="评审")
    wei.get("/portal/")
    before = {link.get("aria-label") for link in wei.page.all("a")}

    wei.get("/portal/messages/")
    wei.send("/portal/messages/read")
    wei.get("/portal/messages/")

    assert "消息，1 条未读" in before
    assert "消息，没有未读" in {link.get("aria-label") for link in wei.page.all("a")}
    assert "全部标为已读" not in wei.page.text
    assert "未读：" not in wei.page.text


def test_nobody_reads_or_marks_the_messages_of_others(wei: CheckedClient, as_holder: Any) -> None:
    sent(wei, record(), obtained_by="评审")
    other = as_holder(register(LU))

    other.get("/portal/messages/")
    empty = other.page.text
    other.send("/portal/messages/read")
    wei.get("/portal/messages/")

    assert "还没有消息" in empty
    assert "1 条未读" in wei.page.text
