"""意见反馈: written in the portal, answered once in the back office, read among the messages."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from domain.errors import StaleVersion
from extensions import db, writing
from models import Feedback, Holder, Message
from operations import feedback
from operations.feedback import PER_HOLDER
from tests.factories import staff
from tests.integration.public_views.people import LU, register
from tests.pages import CheckedClient

WORDS = "证书 1346070 的专业印错了，请告诉我该找谁。"


@pytest.fixture
def wei(app: Flask) -> Holder:
    return register()


@pytest.fixture
def client(as_holder: Any, wei: Holder) -> CheckedClient:
    return as_holder(wei)


def write(client: CheckedClient, body: str = WORDS) -> Any:
    client.get("/portal/feedback/")
    return client.send("/portal/feedback/", {"body": body})


def letter() -> Feedback:
    db.session.rollback()
    return db.session.scalars(db.select(Feedback)).one()


def test_a_letter_goes_to_the_city_and_its_answer_comes_as_a_message(
    client: CheckedClient, as_staff: Any, wei: Holder
) -> None:
    write(client)
    clerk = as_staff("qz.staff")
    clerk.get("/admin/feedback-answers/")
    listed = clerk.page.text
    clerk.get(f"/admin/feedback-answers/details/?id={letter().id}")
    clerk.send(f"/admin/feedback-answers/answer/?id={letter().id}", {"answer": "请带证书到灵山县职改办。"})
    client.get("/portal/feedback/")

    assert letter().office.name == "钦州市职改办"
    assert "韦小兰" in listed
    assert "请带证书到灵山县职改办。" in client.page.text
    assert "请带证书到灵山县职改办。" in db.session.scalars(db.select(Message.body)).one()


@pytest.mark.parametrize(
    ("body", "sentence"), [("  ", "还没有写要反映的事"), ("长" * 2001, "要反映的事太长了，最多 2000 个字")]
)
def test_what_cannot_be_sent_is_told(client: CheckedClient, body: str, sentence: str) -> None:
    write(client, body)

    assert sentence in client.page.text
    assert db.session.query(Feedback).count() == 0


def test_too_many_letters_at_once_are_held_back(client: CheckedClient) -> None:
    codes = [write(client).status_code for _ in range(PER_HOLDER + 1)]

    assert codes == [303] * PER_HOLDER + [429]


def test_of_two_who_answer_the_second_is_told(client: CheckedClient) -> None:
    write(client)
    letter_id = letter().id
    with writing():
        feedback.answer(staff("qz.staff"), letter_id, "第一个答复")

    with pytest.raises(StaleVersion, match="宁海燕刚刚答复了"), writing():
        feedback.answer(staff("qz.admin"), letter_id, "第二个答复")

    assert letter().answer == "第一个答复"


def test_an_empty_answer_is_asked_for_again(client: CheckedClient, as_staff: Any) -> None:
    write(client)
    clerk = as_staff("qz.staff")
    clerk.get(f"/admin/feedback-answers/details/?id={letter().id}")

    clerk.send(f"/admin/feedback-answers/answer/?id={letter().id}", {"answer": " "})

    assert "还没有写答复" in clerk.page.text
    assert letter().answered_at is None


def test_others_do_not_read_it(client: CheckedClient, as_staff: Any, as_holder: Any) -> None:
    write(client)
    neighbour = as_holder(register(LU))
    neighbour.get("/portal/feedback/")

    assert WORDS not in neighbour.page.text
    assert as_staff("ls.admin").get(f"/admin/feedback-answers/details/?id={letter().id}").status_code == 404


def test_the_other_systems_stand_in_the_menu_where_they_have_an_address(app: Flask, client: CheckedClient) -> None:
    client.get("/portal/profile")
    without = client.page.text
    app.config["ELSEWHERE"] = [("申办职称", "https://apply.example.gov.cn/")]
    try:
        client.get("/portal/profile")
    finally:
        app.config["ELSEWHERE"] = []

    assert "申办职称" not in without
    assert "https://apply.example.gov.cn/" in {link["href"] for link in client.page.all("a")}
