"""授予单位, 职称目录, 获取方式, 回复模板: who keeps them and that nothing is deleted by a link."""

from __future__ import annotations

import pytest

from extensions import db, writing
from models import AwardingBody, Certificate, ObtainedByReading, ReplyText, TitleEntry
from operations import bodies, dictionary_changes
from tests.conftest import actor_of
from tests.engines import PLAIN_SQL
from tests.integration.admin_views.records import certificate, office, trail

TITLE = {
    "guangxi_series": "工程系列", "series": "工程技术人员", "level": "中级", "title": "测绘工程师", "track": "测绘", "era": "legacy",
}  # fmt: skip


def send(client, address, **fields):
    client.get(address)
    return client.send(address, fields)


def body(name):
    db.session.rollback()
    return db.session.query(AwardingBody).filter_by(name=name).one()


# Awarding bodies.


def test_a_body_takes_its_other_names_one_a_line(as_staff):
    fields = {
        "name": "灵山县人事局",
        "office": office("灵山县职改办").id,
        "aliases": "灵山县人事劳动局\n\n 灵山人事局 \n",
    }

    send(as_staff("ls.admin"), "/admin/bodies/new/", **fields)

    assert [alias.alias for alias in body("灵山县人事局").aliases] == ["灵山县人事劳动局", "灵山人事局"]
    assert trail()[0].action == "add_awarding_body"


def test_a_new_body_claims_what_was_written_with_its_words(as_staff):
    own = certificate("灵山县职改办", awarding_body="灵山县人事局")

    send(as_staff("ls.admin"), "/admin/bodies/new/", name="灵山县人事局", office=office("灵山县职改办").id)

    assert db.session.get(Certificate, own).body_key == f"#{body('灵山县人事局').id}"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": "灵山县职改办"}, "已经在授予单位里了"), ({"name": ""}, "还没有填名称"), ({"name": "某局", "office": "1"}, "请选由哪个职改办负责"),
    ],
)  # fmt: skip
def test_a_body_that_cannot_be_is_refused_beside_its_field(as_staff, fields, sentence):
    client = as_staff("ls.admin")

    send(client, "/admin/bodies/new/", **{"office": office("灵山县职改办").id, **fields})

    assert sentence in client.page.text


def test_a_name_of_another_body_is_no_alias(as_staff):
    own = body("灵山县职改办").id
    client = as_staff("qz.admin")

    send(client, f"/admin/bodies/edit/?id={own}", office=office("灵山县职改办").id, aliases="浦北县职改办")

    assert "“浦北县职改办”已经是“浦北县职改办”的名称" in client.page.text


def test_a_body_can_be_given_to_another_office_and_keeps_its_name(as_staff):
    client, own = as_staff("qz.admin"), body("灵山县职改办").id

    send(client, f"/admin/bodies/edit/?id={own}", name="改名", office=office("浦北县职改办").id, aliases="灵山职改办")

    assert (body("灵山县职改办").office.name, body("灵山县职改办").id) == ("浦北县职改办", own)
    assert trail()[0].changed["归口职改办"] == ["灵山县职改办", "浦北县职改办"]


@pytest.mark.parametrize("page", ["details", "edit"])
def test_bodies_of_other_offices_are_not_found(as_staff, page):
    assert as_staff("ls.admin").get(f"/admin/bodies/{page}/?id={body('浦北县职改办').id}").status_code == 404


@pytest.mark.parametrize(("typed", "found"), [("灵山", 1), ("lsx", 1), ("职称改革领导小组", 6), ("没有", 0)])
def test_bodies_are_found_by_name_alias_and_initials(as_staff, typed, found):
    client = as_staff("qz.admin")
    client.get("/admin/bodies/", query_string={"search": typed})

    assert f"共 {found} 条" in client.page.text


# Titles and readings: the region's alone.


@PLAIN_SQL
@pytest.mark.parametrize("address", ["titles", "readings"])
@pytest.mark.parametrize("username", ["qz.admin", "ls.admin", "qz.staff"])
def test_what_the_region_keeps_is_closed_to_others(as_staff, address, username):
    client = as_staff(username)

    assert {
        client.get(f"/admin/{address}/{page}").status_code for page in ("", "new/", "edit/?id=1", "remove/?id=1")
    } == {403}


def test_a_title_is_added_changed_and_recognised(as_staff):
    client = as_staff("gx.admin")
    send(client, "/admin/titles/new/", **TITLE)
    entry = db.session.query(TitleEntry).filter_by(title="测绘工程师").one()

    send(client, f"/admin/titles/edit/?id={entry.id}", **{**TITLE, "era": "both"})

    db.session.rollback()
    assert db.session.get(TitleEntry, entry.id).era == "both"
    assert trail()[0].changed == {"新旧": ["legacy", "both"]}


def test_the_same_title_twice_is_refused(as_staff):
    client = as_staff("gx.admin")

    send(client, "/admin/titles/new/", **{**TITLE, "title": "工程师"})

    assert "工程系列的中级里已经有“工程师”了" in client.page.text


@pytest.mark.parametrize(("word", "sentence"), [("评审", "本来就认得"), ("补办", "已经在表里了"), ("", "还没有填写法")])
def test_a_reading_that_says_nothing_new_is_refused(as_staff, word, sentence):
    client = as_staff("gx.admin")

    send(client, "/admin/readings/new/", word=word, obtained_by="review")

    assert sentence in client.page.text


def test_a_reading_is_kept_as_it_was_chosen(as_staff):
    send(as_staff("gx.admin"), "/admin/readings/new/", word="考评结合", obtained_by="review")

    assert db.session.query(ObtainedByReading).filter_by(word="考评结合").one().obtained_by.label == "评审"


@pytest.mark.parametrize(("address", "table"), [("titles", TitleEntry), ("readings", ObtainedByReading)])
def test_deleting_asks_first_and_then_leaves_an_event(as_staff, address, table):
    client, number = as_staff("gx.admin"), db.session.query(table).first().id
    client.get(f"/admin/{address}/remove/?id={number}")
    asked = db.session.get(table, number)
    assert asked is not None

    client.send(f"/admin/{address}/remove/?id={number}")

    assert trail()[0].action.startswith("remove_")
    assert db.session.get(table, number) is None


# Reply texts.


@pytest.fixture
def texts(app):
    with writing():
        city = dictionary_changes.add_reply_text(actor_of("qz.admin"), "reject", "编号与原件不符")
        county = dictionary_changes.add_reply_text(actor_of("ls.staff"), "ask_changes", "请重拍编号页")
        beside = dictionary_changes.add_reply_text(actor_of("pb.staff"), "ask_changes", "请补办证时间")
        return {"city": city.id, "county": county.id, "beside": beside.id}


def test_a_county_reads_its_own_texts_and_those_from_above(as_staff, texts):
    client = as_staff("ls.staff")
    client.get("/admin/reply-texts/")

    assert [word in client.page.text for word in ("编号与原件不符", "请重拍编号页", "请补办证时间")] == [
        True,
        True,
        False,
    ]


@PLAIN_SQL
@pytest.mark.parametrize("page", ["edit", "remove"])
@pytest.mark.parametrize("whose", ["city", "beside"])
def test_a_county_changes_its_own_texts_only(as_staff, texts, page, whose):
    assert as_staff("ls.staff").get(f"/admin/reply-texts/{page}/?id={texts[whose]}").status_code == 404


def test_a_clerk_writes_changes_and_deletes_a_text(as_staff):
    client = as_staff("ls.staff")
    send(client, "/admin/reply-texts/new/", action="call_in", text="请带原件到县政务中心")
    number = db.session.query(ReplyText).one().id
    send(client, f"/admin/reply-texts/edit/?id={number}", action="call_in", text="请带原件和身份证到县政务中心")

    send(client, f"/admin/reply-texts/remove/?id={number}")

    assert [event.action for event in trail()[:3]] == ["remove_reply_text", "change_reply_text", "add_reply_text"]
    assert trail()[1].changed["内容"] == ["请带原件到县政务中心", "请带原件和身份证到县政务中心"]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"action": "reject", "text": "这是假证"}, "回复本人会看到，里面不能写“假证”"), ({"action": "approve", "text": " "}, "还没有写内容"),
        ({"action": "submit", "text": "好"}, "请选这条回复用在哪个操作上"),
    ],
)  # fmt: skip
def test_a_text_that_cannot_be_used_is_refused(as_staff, fields, sentence):
    client = as_staff("ls.staff")

    send(client, "/admin/reply-texts/new/", **fields)

    assert sentence in client.page.text
    assert not db.session.query(ReplyText).count()


def test_bodies_know_their_office_after_all_this(app):
    assert bodies.known_body("灵山县职改办").office_name == "灵山县职改办"
