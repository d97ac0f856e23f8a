"""操作日志: the events of the subtree, read only."""

from __future__ import annotations

import pytest

from commands.cast import operator_of
from extensions import writing
from operations import events
from operations.dictionaries import today
from tests.conftest import actor_of
from tests.integration.admin_views.records import office, trail


@pytest.fixture
def done(app):
    with writing():
        for username in ("gx.admin", "qz.admin", "ls.staff", "pb.staff"):
            events.record(actor_of(username), "sign_in", ("staff_user", 1), f"登录：{username}")


@pytest.mark.parametrize(
    ("username", "seen"),
    [("gx.admin", ("gx.admin", "qz.admin", "ls.staff", "pb.staff")), ("qz.admin", ("qz.admin", "ls.staff", "pb.staff")),
     ("ls.admin", ("ls.staff",))],
)  # fmt: skip
def test_an_administrator_reads_what_was_done_in_the_subtree(done, as_staff, username, seen):
    client = as_staff(username)
    client.get("/admin/audit/?action=sign_in")

    found = [one for one in ("gx.admin", "qz.admin", "ls.staff", "pb.staff") if f"登录：{one}" in client.page.text]
    assert tuple(found) == seen


def test_an_event_of_another_county_is_not_found(done, as_staff):
    foreign = next(event for event in trail() if "pb.staff" in event.summary)

    assert as_staff("ls.admin").get(f"/admin/audit/details/?id={foreign.id}").status_code == 404


def test_filters_find_who_what_and_when(done, as_staff):
    client = as_staff("qz.admin")

    client.get(
        "/admin/audit/", query_string={"actor": "梁", "at_from": today().isoformat(), "at_to": today().isoformat()}
    )
    mine = client.page.text
    client.get("/admin/audit/", query_string={"actor": "梁", "at_to": "2020-01-01"})

    assert "共 1 条" in mine
    assert "共 0 条" in client.page.text


def test_an_event_shows_what_changed_with_id_numbers_masked(as_staff):
    with writing():
        changes = {"姓名": ["韦小兰", "韦晓兰"], "身份证号": ["", "450721198503120022"]}
        actor = operator_of(office("灵山县职改办"))
        number = events.record(actor, "change_certificate", ("certificate", 1), "更新记录", changes=changes).id

    client = as_staff("ls.admin")
    client.get(f"/admin/audit/details/?id={number}")

    assert "韦小兰 → 韦晓兰" in client.page.text
    assert "450721********0022" in client.page.text
    assert "450721198503120022" not in client.page.text


@pytest.mark.parametrize("page", ["new/", "edit/?id=1", "remove/?id=1"])
def test_there_is_no_way_to_change_the_trail(as_staff, page):
    assert as_staff("gx.admin").get(f"/admin/audit/{page}").status_code == 404
