"""Two people with the same form: who saves second is told who changed what, keeps what was typed, and decides again."""

from __future__ import annotations

import pytest

from domain.vocabulary import ObtainedBy
from extensions import db, writing
from models import AwardingBody, StaffUser, TitleEntry
from operations import dictionary_changes, events
from tests.conftest import actor_of, staff_user
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
