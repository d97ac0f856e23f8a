"""操作日志: the events of the subtree, read only."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from admin_views.subjects import KINDS
from commands.cast import operator_of
from domain.audit_words import ACTIONS, SUBJECTS
from domain.verification import CaseState
from extensions import db, writing
from listing import reading
from listing.events import EVENTS
from listing.selection import Selection
from models import Certificate
from operations import events, register
from operations.dictionaries import today
from tests import factories
from tests.conftest import actor_of
from tests.integration.admin_views.records import certificate, office, queries, trail

OF_HOLDERS = {
    "register", "confirm_email", "start", "recover_password", "stop_new_password", "answer_question", "ask_correction",
    "ask_release", "change_avatar", "close_account", "consent", "change_details", "export_own", "send_feedback",
    "withdraw_request", "ask_new_email", "drop_new_email",
}  # fmt: skip
"""Holders belong to no office: what they do stands in no office's list."""
ABOUT_NO_ROW = {"system"}


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


# What it was about.


@pytest.fixture
def moved(app):
    """Void a certificate of the county, and take a case of it through a decision."""
    case = factories.case_at(CaseState.APPROVED, factories.certificate(factories.holder(), cert_no="0833232"))
    with writing():
        record = db.session.get_one(Certificate, case.certificate_id)
        register.move(actor_of("ls.staff"), record.id, record.version, "request_void", "编号重了")
    return case


def test_each_event_names_its_subject_with_the_way_to_it(moved, as_staff):
    client = as_staff("ls.admin")
    html = client.get("/admin/audit/").text

    assert f'<a href="/admin/certificates/details/?id={moved.certificate_id}">证书：韦小兰（0833232）</a>' in html
    assert f'<a href="/admin/cases/review/{moved.id}/">审验：韦小兰（0833232）</a>' in html


def test_a_deleted_certificate_is_named_and_found_among_the_deleted(as_staff):
    own = certificate(name="陆海生")
    with writing():
        register.move(actor_of("ls.staff"), own, 1, "delete_certificate", "重复")

    html = as_staff("ls.admin").get("/admin/audit/?search=陆海生").text

    assert f'<a href="/admin/deleted-certificates/details/?id={own}">证书（已删除）：陆海生' in html


def test_a_subject_beyond_the_readers_scope_keeps_its_name(as_staff):
    foreign = certificate("浦北县职改办", name="陆海生")
    with writing():
        events.record(actor_of("ls.staff"), "view_id_number", ("certificate", foreign), "查看完整身份证号")

    near, far = (as_staff(who).get("/admin/audit/?action=view_id_number").text for who in ("ls.admin", "qz.admin"))

    assert "陆海生" not in near
    assert "陆海生" in far


@pytest.mark.parametrize("typed", ["0833232", "韦小兰"])
def test_the_search_finds_all_that_was_done_about_a_certificate_or_a_person(moved, as_staff, typed):
    other = certificate(name="陆海生")
    with writing():
        events.record(actor_of("ls.staff"), "view_id_number", ("certificate", other), "另一本")
    client = as_staff("ls.admin")

    client.get("/admin/audit/", query_string={"search": typed})

    assert "申请作废" in client.page.text
    assert "审核通过" in client.page.text
    assert "另一本" not in client.page.text


def test_a_page_of_the_trail_costs_the_same_however_many_subjects_it_names(as_staff):
    client = as_staff("ls.admin")

    note("certificate", certificate())
    few = queries(client, "/admin/audit/")
    for _ in range(20):
        note("certificate", certificate())

    assert len(queries(client, "/admin/audit/")) == len(few)


def test_a_rare_action_and_a_past_day_are_found_without_reading_the_trail(app, monkeypatch):
    """However long the trail is: what is asked for is reached by an index, and nothing is left to be tried row by row."""
    with writing():
        for at in range(40):
            clerk = actor_of(("ls.staff", "pb.staff")[at % 2])
            events.record(clerk, "export" if at == 3 else "sign_in", ("certificates", None), f"第 {at} 件")
    span = {"at_from": today().isoformat(), "at_to": today().isoformat()}
    monkeypatch.setattr(reading, "SMALL", 5)
    place = actor_of("qz.admin").place

    asked_and_found = (
        ({"action": "export"}, 1), ({"action": "sign_in"}, 39), (span, 40), ({"action": "sign_in", **span}, 39),
        ({"actor": "没有此人"}, 0), ({"at_to": "2020"}, 0), ({"actor": "梁敏"}, 20), ({"actor": "梁"}, 20),
        ({"actor": "梁敏", "action": "export"}, 0), ({"action": "sign_in", "at_to": "2020"}, 0),
        ({"action": "sign_in", "kind": "office"}, 0),
    )  # fmt: skip
    for asked, found in asked_and_found:
        selection = Selection(EVENTS, asked, place)
        pages = [one.id for page in selection.pages(7) for one in page]
        mine = [one for one in pages if one in {event.id for event in trail() if event.summary.startswith("第 ")}]
        assert (len(mine), mine) == (found, sorted(mine, reverse=True)), asked
    for asked in ({"action": "export"}, {"action": "sign_in"}, span, {"action": "sign_in", **span}, {"actor": "梁敏"}):
        assert Selection(EVENTS, asked, place).reader.residual == []


def test_the_trail_is_exported_masked_and_the_export_is_noted(as_staff):
    with writing():
        changes = {"身份证号": ["", "450721198503120022"]}
        events.record(actor_of("ls.staff"), "change_certificate", ("certificate", 1), "更新记录", changes=changes)
    client = as_staff("ls.admin")
    client.get("/admin/audit/?action=change_certificate")

    written = client.send("/admin/audit/export/?action=change_certificate", {"form": "csv"}).get_data(as_text=True)

    assert "更新记录" in written
    assert "450721198503120022" not in written
    assert trail()[0].summary == "导出操作日志 1 条（操作：更新证书记录）"


def note(kind, number):
    with writing():
        events.record(actor_of("ls.staff"), "view_id_number", (kind, number), "查看完整身份证号")


def recorded(position):
    """Return what stands in this position of every call of events.record in the code, where it stands as it is."""
    files = [
        path
        for folder in ("operations", "admin_views", "public_views", "web", "commands", "jobs")
        for path in Path(folder).rglob("*.py")
    ]
    calls = [node for path in files for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    given = [
        call.args[position]
        for call in calls
        if ast.unparse(call.func) in ("events.record", "record") and len(call.args) > position
    ]
    firsts = [one.elts[0] if isinstance(one, ast.Tuple) else one for one in given]
    return {one.value for one in firsts if isinstance(one, ast.Constant)}


def test_every_action_and_every_subject_has_its_word():
    assert recorded(1) >= {"sign_in", "import_certificates"}
    assert recorded(1) - set(ACTIONS) - OF_HOLDERS == set()
    assert recorded(2) >= {"certificate", "import_batch"}
    assert recorded(2) - set(KINDS) <= ABOUT_NO_ROW
    assert set(SUBJECTS) - set(KINDS) == ABOUT_NO_ROW
    assert set(KINDS) - set(SUBJECTS) == set()
