"""Moves of certificates as staff make them: who is offered which, the page that asks, what is kept when somebody was faster."""

from __future__ import annotations

import pytest

from extensions import db, writing
from models import Certificate, DeletedCertificate
from operations import certificates as certificates_on_record
from operations import register
from tests.conftest import actor_of
from tests.engines import PLAIN_SQL
from tests.integration.admin_views.records import certificate, certificates, trail

ADDRESS = "/admin/certificates/move/{}/?id={}"


def status(record_id):
    db.session.rollback()
    return db.session.get_one(Certificate, record_id).cert_status.value


def move(who, record_id, name, reason="编号抄错"):
    with writing():
        actor, version = actor_of(who), db.session.get_one(Certificate, record_id).version
        register.move(actor, record_id, version, name, reason)


@PLAIN_SQL
@pytest.mark.parametrize(
    ("who", "steps", "seen"),
    [
        ("ls.staff", (), ["申请作废", "删除"]),
        ("ls.staff", ("request_void",), ["删除"]),
        ("ls.admin", ("request_void",), ["撤回申请", "取消证书作废审核", "删除"]),
        ("qz.admin", ("request_void",), ["同意作废", "驳回", "取消证书作废审核", "删除"]),
        ("qz.admin", ("request_void", "agree_void"), ["取消证书作废审核", "删除"]),
        ("ls.admin", ("verify",), ["申请作废"]),
    ],
)
def test_the_page_of_a_record_offers_what_the_role_may_do_now(as_staff, who, steps, seen):
    own = certificate()
    for name in steps:
        verify(own) if name == "verify" else move("qz.admin" if name == "agree_void" else "ls.admin", own, name)

    client = as_staff(who)
    html = client.get(f"/admin/certificates/details/?id={own}").text

    assert [
        word
        for word in ("申请作废", "同意作废", "驳回", "撤回申请", "取消证书作废审核", "删除")
        if f">{word}</a>" in html
    ] == seen


def verify(record_id):
    with writing():
        certificates_on_record.publish(db.session.get_one(Certificate, record_id))


def test_a_void_is_asked_for_with_a_reason_and_found_by_the_administrator(as_staff):
    own = certificate(name="陆海生")
    clerk = as_staff("ls.staff")
    clerk.get(ADDRESS.format("request_void", own))
    without = clerk.send(ADDRESS.format("request_void", own), {"reason": " ", "version": "1"})
    clerk.send(ADDRESS.format("request_void", own), {"reason": "编号段不属于该年度", "version": "1"})

    chief = as_staff("ls.admin")
    home = chief.get("/admin/").text
    listed = chief.get("/admin/certificates/?tab=void_pending").text

    assert "请填写原因" in without.text
    assert status(own) == "void_pending"
    assert "有 1 个作废申请等您决定" in home
    assert "陆海生" in listed
    assert (trail()[0].action, trail()[0].reply) == ("request_void", "编号段不属于该年度")


def test_staff_are_not_told_that_voids_wait_for_them(as_staff):
    move("ls.staff", certificate(), "request_void")

    assert "作废申请等您决定" not in as_staff("ls.staff").get("/admin/").text


@PLAIN_SQL
@pytest.mark.parametrize("name", ["agree_void", "refuse_void", "cancel_void"])
def test_a_clerk_cannot_decide_a_void_by_address_or_by_batch(as_staff, name):
    own = certificate()
    move("ls.staff", own, "request_void")
    client = as_staff("ls.staff")
    asked = client.get(ADDRESS.format(name, own))
    client.get("/admin/certificates/")

    posted = client.send(ADDRESS.format(name, own), {"version": "2"})
    client.get("/admin/certificates/")
    ticked = client.send("/admin/certificates/action/", {"action": name, "rowid": own, "confirmed": "1"})

    assert (asked.status_code, posted.status_code, ticked.status_code) == (403, 403, 403)
    assert status(own) == "void_pending"


def test_an_administrator_cannot_agree_to_their_own_request_by_address_or_by_batch(as_staff):
    own, other = certificate(), certificate()
    move("ls.admin", own, "request_void")
    move("ls.staff", other, "request_void")
    chief = as_staff("ls.admin")
    chief.get(ADDRESS.format("agree_void", own))

    posted = chief.send(ADDRESS.format("agree_void", own), {"version": "2", "reason": ""})
    chief.get("/admin/certificates/")
    rows = {"action": "agree_void", "rowid": [own, other]}
    chief.send("/admin/certificates/action/", rows)
    seen = [field["value"] for field in chief.page.all("input") if field.get("name") == "seen"]
    chief.send("/admin/certificates/action/", {**rows, "confirmed": "1", "seen": seen}, follow_redirects=True)

    assert "另一位管理员" in posted.text
    assert (status(own), status(other)) == ("void_pending", "void")
    assert "另一位管理员" in chief.page.text


def test_a_record_of_another_office_is_not_found(as_staff):
    foreign = certificate("浦北县职改办")
    client = as_staff("ls.admin")

    assert client.get(ADDRESS.format("request_void", foreign)).status_code == 404
    client.get("/admin/certificates/")
    assert client.send(ADDRESS.format("request_void", foreign), {"reason": "x", "version": "1"}).status_code == 404
    assert status(foreign) == "normal"


def test_who_was_slower_reads_who_did_what_and_keeps_the_reason(as_staff):
    own = certificate()
    client = as_staff("ls.admin")
    client.get(ADDRESS.format("request_void", own))
    move("ls.staff", own, "request_void")

    answer = client.send(ADDRESS.format("request_void", own), {"reason": "两次登记", "version": "1"})

    assert answer.status_code == 409
    assert "梁敏刚刚处理了这本证书（申请作废），现在是“作废待审”" in answer.text
    assert "两次登记" in answer.text
    assert len(trail(subject_type="certificate")) == 1


def test_ticked_rows_are_asked_once_and_each_that_is_skipped_says_why(as_staff):
    first, second, third = certificates(3)
    move("ls.staff", third, "request_void")
    client = as_staff("ls.staff")
    client.get("/admin/certificates/")
    rows = {"action": "request_void", "rowid": [first, second, third]}
    asked = client.send("/admin/certificates/action/", rows)
    seen = [field["value"] for field in client.page.all("input") if field.get("name") == "seen"]
    move("ls.admin", second, "request_void")

    confirmed = {**rows, "confirmed": "1", "reason": "重复", "seen": seen}
    client.send("/admin/certificates/action/", confirmed, follow_redirects=True)

    assert "可执行 2" in asked.text.replace("<b>", "").replace("</b>", "")
    assert "现在是“作废待审”，不能申请作废" in asked.text
    assert "办成 1 条，跳过 2 条" in client.page.text
    assert "刚刚处理了这本证书" in client.page.text
    assert status(first) == "void_pending"


# What was deleted.


def test_a_deleted_record_stands_only_among_the_deleted_and_is_brought_back_from_there(as_staff):
    own = certificate(name="陆海生")
    client = as_staff("ls.staff")
    client.get(ADDRESS.format("delete_certificate", own))
    landed = client.send(ADDRESS.format("delete_certificate", own), {"reason": "登记了两次", "version": "1"})
    gone = client.get(f"/admin/certificates/details/?id={own}").status_code
    client.get("/admin/certificates/")
    register_text = client.page.text
    client.get("/admin/deleted-certificates/")
    deleted_text = client.page.text

    client.get(f"/admin/deleted-certificates/move/undelete_certificate/?id={own}")
    client.send(f"/admin/deleted-certificates/move/undelete_certificate/?id={own}", {"version": "2", "reason": ""})

    assert landed.location.startswith("/admin/deleted-certificates/details/")
    assert (gone, "共 0 条" in register_text, "陆海生" in deleted_text) == (404, True, True)
    assert "登记了两次" in deleted_text
    assert status(own) == "normal"


def test_deleted_records_of_another_office_are_not_found(as_staff):
    foreign = certificate("浦北县职改办")
    move("pb.staff", foreign, "delete_certificate")

    client = as_staff("ls.admin")
    client.get("/admin/deleted-certificates/")

    assert "共 0 条" in client.page.text
    assert client.get(f"/admin/deleted-certificates/details/?id={foreign}").status_code == 404
    assert db.session.get(DeletedCertificate, foreign) is not None


@pytest.mark.parametrize("search", ["0833232", "陆海生"])
def test_deleted_records_are_found_by_number_and_by_name(as_staff, search):
    for own in (certificate(name="陆海生", cert_no="0833232"), certificate(name="黄春梅")):
        move("ls.staff", own, "delete_certificate")

    client = as_staff("ls.staff")
    client.get("/admin/deleted-certificates/", query_string={"search": search})

    assert "共 1 条" in client.page.text
