"""Two people with the same form: who saves second is told who changed what, keeps what was typed, and decides again."""

from __future__ import annotations

import pytest

from domain.vocabulary import ObtainedBy, OfficeKind
from extensions import db, writing
from models import AwardingBody, StaffUser, TitleEntry
from operations import dictionary_changes, events, offices
from tests.conftest import PASSWORD_HASH, actor_of, staff_user
from tests.engines import PLAIN_SQL
from tests.integration.admin_views.records import office, trail

COUNTY = "灵山县职改办"


def editing(slug, row_id):
    return f"/admin/{slug}/edit/?id={row_id}"


def body_of(name):
    return db.session.execute(db.select(AwardingBody).filter_by(name=name)).scalar_one()


def reply_text():
    with writing():
        return dictionary_changes.add_reply_text(actor_of("ls.admin"), "reject", "请到发证地查询。").id


def title():
    return db.session.scalars(db.select(TitleEntry.id).order_by(TitleEntry.id)).first()


def reading():
    with writing():
        return dictionary_changes.add_reading(actor_of("gx.admin"), "考察认定", ObtainedBy.REVIEW).id


def title_form(**changed):
    entry = db.session.get_one(TitleEntry, title())
    kept = {name: getattr(entry, name) for name in ("guangxi_series", "series", "level", "title", "track", "era")}
    return {**kept, **changed}


FORMS = {
    "offices": (lambda: office(COUNTY).id, "qz.admin", {"name": COUNTY, "phone": "0777-1"},
                {"name": COUNTY, "phone": "0777-2"}, "联系电话"),
    "bodies": (lambda: body_of(COUNTY).id, "qz.admin", {"office": "{office}", "aliases": "灵山县人事局职改办"},
               {"office": "{office}", "aliases": "灵山县科干局"}, "别名"),
    "users": (lambda: staff_user("ls.staff").id, "ls.admin", {"display_name": "梁小敏"}, {"display_name": "梁大敏"}, "姓名"),
    "reply_texts": (reply_text, "ls.admin", {"action": "reject", "text": "请致电发证单位。"},
                    {"action": "reject", "text": "请写明编号。"}, "内容"),
    "readings": (reading, "gx.admin", {"word": "考察认定", "obtained_by": "probation"},
                 {"word": "考察认定", "obtained_by": "replacement"}, "读作"),
    "titles": (title, "gx.admin", {"track": "甲"}, {"track": "乙"}, "方向"),
}  # fmt: skip


@pytest.fixture(params=FORMS)
def form(request, app):
    """Return a form with what two people want of it: address, account, first values, second values, the label that differs."""
    make, who, first, second, label = FORMS[request.param]
    row_id = make()
    complete = title_form if request.param == "titles" else dict
    filled = [{name: str(office(COUNTY).id) if value == "{office}" else value for name, value in complete(**one).items()}
              for one in (first, second)]  # fmt: skip
    return editing(request.param.replace("_", "-"), row_id), who, *filled, label


def test_the_second_one_is_told_and_nothing_is_overwritten(form, as_staff):
    address, who, first, second, label = form
    one, other = as_staff(who), as_staff(who)
    one.get(address)
    other.get(address)
    one.send(address, first)
    before = len(trail())

    answer = other.send(address, second)

    assert answer.status_code == 409
    assert "您打开这一页以后，您自己" in answer.text
    assert label in answer.text
    assert all(value in answer.text for value in second.values())
    assert len(trail()) == before


@PLAIN_SQL
def test_once_told_the_second_one_may_save_after_all(form, as_staff):
    address, who, first, second, _ = form
    one, other = as_staff(who), as_staff(who)
    one.get(address)
    other.get(address)
    one.send(address, first)
    other.send(address, second)
    before = len(trail())

    answer = other.send(address, second)

    assert answer.status_code == 303
    assert len(trail()) > before


@PLAIN_SQL
def test_a_form_without_its_version_saves_nothing(form, as_staff):
    address, who, first, second, _ = form
    client = as_staff(who)
    client.get(address)
    client.send(address, first)
    client.get(address)
    before = len(trail())

    for version in ("", "-1", "1x"):
        assert client.send(address, {**second, "version": version}).status_code == 409

    assert len(trail()) == before


def test_who_was_faster_is_named(as_staff):
    row_id = staff_user("ls.staff").id
    slow, fast = as_staff("ls.admin"), as_staff("qz.admin")
    slow.get(editing("users", row_id))
    fast.get(editing("users", row_id))
    fast.send(editing("users", row_id), {"display_name": "梁小敏"})

    answer = slow.send(editing("users", row_id), {"display_name": "梁大敏"})

    assert "黄国栋" in answer.text
    assert "姓名由“梁敏”改为“梁小敏”" in answer.text
    assert db.session.get_one(StaffUser, row_id).display_name == "梁小敏"


def test_signing_in_meanwhile_stands_in_nobodys_way(as_staff):
    row_id = staff_user("ls.staff").id
    client = as_staff("ls.admin")
    client.get(editing("users", row_id))
    with writing():
        events.record(actor_of("ls.staff"), "sign_in", ("staff_user", row_id), "登录")

    assert client.send(editing("users", row_id), {"display_name": "梁小敏"}).status_code == 303


# What is asked once: the page names its version too, and who was faster is named.


def step(name, username):
    return f"/admin/users/step/{name}/?id={staff_user(username).id}"


def removing(slug, row_id):
    return f"/admin/{slug}/remove/?id={row_id}"


def test_a_step_on_an_account_that_somebody_changed_meanwhile_is_asked_again(as_staff):
    slow, fast = as_staff("ls.admin"), as_staff("qz.admin")
    slow.get(step("reset", "ls.staff"))
    fast.get(step("reset", "ls.staff"))
    fast.send(step("reset", "ls.staff"))
    set_by_the_first = staff_user("ls.staff").password_hash

    answer = slow.send(step("reset", "ls.staff"))

    assert answer.status_code == 409
    assert "您打开这一页以后，黄国栋" in answer.text
    assert "刚刚有了变化" in answer.text
    assert "您的操作还没有做" in answer.text
    assert staff_user("ls.staff").password_hash == set_by_the_first
    assert slow.send(step("reset", "ls.staff")).status_code == 200
    db.session.expire_all()
    assert staff_user("ls.staff").password_hash != set_by_the_first


def test_a_step_that_cannot_be_taken_any_more_leads_back_and_says_who_was_faster(as_staff):
    slow, fast = as_staff("ls.admin"), as_staff("qz.admin")
    for client in (slow, fast):
        client.get(step("disable", "ls.staff"))
    fast.send(step("disable", "ls.staff"))
    before = len(trail())

    answer = slow.send(step("disable", "ls.staff"), follow_redirects=True)

    assert "黄国栋" in answer.text
    assert "停用账户“ls.staff”" in answer.text
    assert "您这次没有改动任何内容" in answer.text
    assert len(trail()) == before


def test_an_office_is_neither_moved_nor_closed_by_a_page_that_is_out_of_date(as_staff):
    number, client, other = office(COUNTY).id, as_staff("gx.admin"), as_staff("gx.admin")
    with writing():
        offices.create(actor_of("gx.admin"), "防城港市职改办", OfficeKind.CITY, office("广西区职改办"), PASSWORD_HASH)
    for way, typed in (("close", {"reason": "并入浦北"}), ("move", {"parent": office("防城港市职改办").id})):
        client.get(f"/admin/offices/{way}/?id={number}")
        other.get(editing("offices", number))
        other.send(editing("offices", number), {"name": COUNTY, "phone": f"0777-{way}"})

        answer = client.send(f"/admin/offices/{way}/?id={number}", typed)

        assert answer.status_code == 409
        assert f"“0777-{way}”" in answer.text
        assert all(str(value) in answer.text for value in typed.values())
    assert office(COUNTY).closed_at is None


def test_an_entry_that_was_changed_meanwhile_is_not_removed_unseen(as_staff):
    row_id, client, other = reply_text(), as_staff("ls.admin"), as_staff("ls.staff")
    client.get(removing("reply-texts", row_id))
    other.get(editing("reply-texts", row_id))
    other.send(editing("reply-texts", row_id), {"action": "reject", "text": "请致电发证单位。"})

    asked_again = client.send(removing("reply-texts", row_id))

    assert (asked_again.status_code, "梁敏" in asked_again.text) == (409, True)
    assert client.send(removing("reply-texts", row_id)).status_code == 303


def test_what_was_typed_into_an_entry_that_is_gone_can_be_saved_as_a_new_one(as_staff):
    row_id, client, other = reply_text(), as_staff("ls.admin"), as_staff("ls.staff")
    client.get(editing("reply-texts", row_id))
    other.get(removing("reply-texts", row_id))
    other.send(removing("reply-texts", row_id))

    answer = client.send(editing("reply-texts", row_id), {"action": "reject", "text": "请致电发证单位。"})
    gone = other.send(removing("reply-texts", row_id), follow_redirects=True)

    assert answer.status_code == 409
    assert "梁敏" in answer.text
    assert "请致电发证单位。" in answer.text
    assert 'action="/admin/reply-texts/new/"' in answer.text
    assert "您自己" in gone.text


def test_of_an_entry_that_another_county_removed_nothing_is_told(as_staff):
    with writing():
        foreign = dictionary_changes.add_reply_text(actor_of("pb.staff"), "reject", "浦北的话。").id
        dictionary_changes.remove_reply_text(
            actor_of("pb.staff"), dictionary_changes.own_reply_text(actor_of("pb.staff"), foreign)
        )
    client = as_staff("ls.admin")
    client.get("/admin/reply-texts/new/")

    for page in (editing("reply-texts", foreign), removing("reply-texts", foreign)):
        answer = client.send(page, {"action": "reject", "text": "我的话。", "version": "1"})
        assert (answer.status_code, "浦北的话" in answer.text) == (404, False)
