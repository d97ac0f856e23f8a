"""The tree of offices: what comes with an office, and what goes along when it is renamed, moved or closed."""

from __future__ import annotations

import pytest

from domain.access import Actor, Permission, Role
from domain.errors import DomainError, FieldProblem, NotFound
from domain.verification import CaseState
from domain.vocabulary import OfficeKind
from extensions import db, writing
from models import AwardingBody, Certificate, Event, ImportBatch, ProblemPerson, ReplyText, StaffUser, VerificationCase
from operations import bodies, dictionary_changes, offices
from tests.engines import PLAIN_SQL
from tests.factories import COUNTY, act, case_at, certificate, dump, office, open_session, staff, still_open

NAME = "钦州港区职改办"


def create(name=NAME, kind=OfficeKind.COUNTY, parent="钦州市职改办", **given):
    with writing():
        above = office(parent) if parent else None
        return offices.create(staff("gx.admin"), name, kind, above, "-", **given)


def rename(name, old=COUNTY):
    with writing():
        offices.change(staff("qz.admin"), office(old), name=name, contact=offices.NOT_TOLD, series=[])


def test_a_new_office_has_its_body_its_usual_names_and_a_default_account(app):
    new = create()

    account = db.session.query(StaffUser).filter_by(username=NAME).one()
    body = db.session.query(AwardingBody).filter_by(office_id=new.id).one()
    assert {body.name, *(alias.alias for alias in body.aliases)} == {
        "钦州港区职改办", "钦州港区职称改革领导小组办公室", "钦州港区职称改革办公室", "钦州港区职称改革工作领导小组办公室",
    }  # fmt: skip
    assert (account.role, account.must_change_password, account.office_id) == (Role.DEFAULT_ACCOUNT, True, new.id)
    assert (new.city_office_id, new.region_office_id) == (office("钦州市职改办").id, office("广西区职改办").id)
    assert [event.action for event in Event.about("office", new.id)] == ["create_office"]


@PLAIN_SQL
@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"name": " \u200b"}, "还没有填机构名称"), ({"name": COUNTY}, "已经有"), ({"name": "gx.admin"}, "已经有"),
        ({"name": "职" * 51}, "最多 50 个字"), ({"kind": OfficeKind.CITY}, "不能建在"), ({"parent": COUNTY}, "不能建在"),
        ({"parent": None}, "请先选上级"), ({"kind": OfficeKind.SERIES}, "要写明管哪些职称系列"), ({"region_code": "4507O4"}, "6 位数字"),
    ],
)  # fmt: skip
def test_what_cannot_stand_there_is_not_created(app, given, sentence):
    before = dump()

    with pytest.raises(FieldProblem, match=sentence):
        create(**given)

    assert dump() == before


def test_renaming_keeps_the_old_name_as_an_alias_of_the_same_body_and_renames_the_default_account(app):
    body, default = bodies.known_body(COUNTY).id, db.session.query(StaffUser).filter_by(username=COUNTY).one()
    key = open_session(default)

    rename("灵山县人才服务中心")

    account = db.session.query(StaffUser).filter_by(username="灵山县人才服务中心").one()
    names = (COUNTY, "灵山县职称改革办公室", "灵山县人才服务中心", "灵山县人才服务中心职改办")
    assert {bodies.known_body(name).id for name in names} == {body}
    assert db.session.get(AwardingBody, body).name == "灵山县人才服务中心"
    assert account.display_name == "灵山县人才服务中心"
    assert not still_open(account, key)


def test_renamed_there_and_back_the_body_is_still_one_and_the_office_can_be_closed(app):
    rename("灵山县人才服务中心")
    rename(COUNTY, "灵山县人才服务中心")

    with writing():
        offices.close(staff("qz.admin"), office(COUNTY), "撤并")

    assert office(COUNTY).closed_at
    assert db.session.query(AwardingBody).filter_by(office_id=office(COUNTY).id).one().name == COUNTY


def test_a_name_that_is_taken_is_no_new_name(app):
    with pytest.raises(FieldProblem, match="已经有"):
        rename("ls.staff")


def test_moving_carries_everything_of_the_office_and_nothing_else(app):
    create("玉林市职改办", OfficeKind.CITY, "广西区职改办")
    case_at(CaseState.COUNTERFEIT)
    certificate(None, "浦北县职改办")
    with writing():
        dictionary_changes.add_reply_text(staff("ls.admin"), "reject", "请到授予单位核实。")

    with writing():
        offices.move(staff("gx.admin"), office(COUNTY), office("玉林市职改办"))

    there, rest = office("玉林市职改办").id, office("钦州市职改办").id
    for table in (Certificate, VerificationCase, ImportBatch, ProblemPerson, ReplyText):
        rows = db.session.query(table).all()
        assert {row.city_office_id for row in rows if row.office_id == office(COUNTY).id} == {there}, table
        assert {row.city_office_id for row in rows if row.office_id != office(COUNTY).id} <= {rest}, table
    assert not staff("qz.admin").reaches(Permission.REVIEW, office(COUNTY).place)


@pytest.mark.parametrize(
    ("moved", "parent"), [("钦州市职改办", "广西区职改办"), (COUNTY, "浦北县职改办"), (COUNTY, "广西区职改办")]
)
def test_only_counties_and_series_move_and_only_below_a_city(app, moved, parent):
    with pytest.raises(DomainError, match="上级"), writing():
        offices.move(staff("gx.admin"), office(moved), office(parent))


def test_an_office_with_something_to_answer_for_is_not_closed(app):
    case_at(CaseState.PENDING)
    with writing():
        bodies.add_body(staff("gx.admin"), office("浦北县职改办"), "浦北县人事局")

    for name, reason, sentence in (
        (COUNTY, "撤并", "还有没审完的证书"), ("浦北县职改办", "撤并", "还归口着别的授予单位"),
        ("钦州市职改办", "撤并", "下面还有没停用的机构"), ("钦北区职改办", " ", "请写明为什么停用"),
    ):  # fmt: skip
        with pytest.raises(DomainError, match=sentence), writing():
            offices.close(staff("gx.admin"), office(name), reason)
    with pytest.raises(DomainError, match="不能停用自己所在的机构"), writing():
        offices.close(staff("ls.admin"), office(COUNTY), "撤并")


def test_closing_shuts_out_its_accounts_and_keeps_its_records(app):
    record = certificate(None)
    case = case_at(CaseState.PENDING)
    act("ls.staff", case, "reject")
    clerk = db.session.query(StaffUser).filter_by(username="ls.staff").one()
    key = open_session(clerk)

    with writing():
        offices.close(staff("qz.admin"), office(COUNTY), "撤并")

    accounts = db.session.query(StaffUser).filter_by(office_id=office(COUNTY).id).all()
    assert not any(account.is_active for account in accounts)
    assert not still_open(clerk, key)
    assert record.office.name == COUNTY
    with pytest.raises(FieldProblem, match="已经停用"):
        create("新光职改办", OfficeKind.COUNTY, COUNTY)


def test_a_foreign_office_is_not_found(app):
    for actor, name in (("ls.admin", "浦北县职改办"), ("ls.admin", "钦州市职改办"), ("ls.staff", COUNTY)):
        with pytest.raises(NotFound):
            offices.reached(staff(actor), Permission.OFFICES, office(name).id)
    with pytest.raises(NotFound):
        offices.reached(Actor(Role.HOLDER, 1), Permission.OFFICES, office(COUNTY).id)


def test_the_offices_to_choose_from_are_those_that_the_permission_reaches(app):
    default = Actor(Role.DEFAULT_ACCOUNT, 1, "", office("钦州市职改办").place)

    chosen = {
        who: [one.name for one in offices.below(actor, Permission.USERS)]
        for who, actor in (("default account", default), ("county", staff("ls.admin")), ("clerk", staff("qz.staff")))
    }

    assert chosen == {"default account": ["钦州市职改办"], "county": [COUNTY], "clerk": []}
    assert len(offices.below(staff("qz.admin"), Permission.USERS)) == 6
