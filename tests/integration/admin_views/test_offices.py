"""组织机构: the tree, and what may be done to it from where."""

from __future__ import annotations

import pytest

from domain.access import Role
from extensions import db, writing
from models import AwardingBody, Certificate, Office, StaffUser
from tests.engines import PLAIN_SQL
from tests.integration.admin_views.records import account_of, certificate, office, trail


def create(client, **fields):
    client.get("/admin/offices/new/")
    return client.send("/admin/offices/new/", {"kind": "county", "parent": office("钦州市职改办").id, **fields})


def rows_of(client):
    return [row["data-href"].partition("id=")[2] for row in client.page.all("tr") if "data-href" in row]


def test_the_tree_shows_each_city_before_what_stands_below_it(as_staff):
    client = as_staff("gx.admin")
    client.get("/admin/offices/")

    names = [db.session.get(Office, int(number)).name for number in rows_of(client)]

    assert names[:3] == ["广西区职改办", "钦州市职改办", "灵山县职改办"]
    assert names[-1] == "钦州市工程系列职改办"


@pytest.mark.parametrize(("username", "seen"), [("gx.admin", 7), ("qz.admin", 6), ("ls.admin", 1)])
def test_an_administrator_sees_the_own_subtree(as_staff, username, seen):
    client = as_staff(username)
    client.get("/admin/offices/")

    assert len(rows_of(client)) == seen


@PLAIN_SQL
@pytest.mark.parametrize("page", ["details", "edit", "move", "close"])
@pytest.mark.parametrize("foreign", ["浦北县职改办", "钦州市职改办", "广西区职改办"])
def test_offices_beside_and_above_are_not_found(as_staff, page, foreign):
    client = as_staff("ls.admin")
    client.get("/admin/offices/details/?id=" + str(office("灵山县职改办").id))

    assert client.get(f"/admin/offices/{page}/?id={office(foreign).id}").status_code == 404


@PLAIN_SQL
@pytest.mark.parametrize("page", ["new", "edit", "move", "close"])
def test_a_clerk_changes_no_office(as_staff, page):
    assert as_staff("qz.staff").get(f"/admin/offices/{page}/?id=3").status_code == 403


def test_a_new_office_comes_with_its_body_and_its_default_account(as_staff, app):
    client = as_staff("qz.admin")

    reached = {"phone": "0777-0000009", "address": "港口大道 1 号", "hours": "工作日上午"}
    create(client, name="钦州港区职改办", region_code="450704", **reached)

    new = office("钦州港区职改办")
    account = account_of("钦州港区职改办")
    assert (new.parent.name, new.region_code) == ("钦州市职改办", "450704")
    assert {name: getattr(new, name) for name in reached} == reached
    assert db.session.query(AwardingBody).filter_by(name="钦州港区职改办").one().office_id == new.id
    assert (account.office_id, account.must_change_password) == (new.id, True)
    assert all(word in client.page.text for word in ("钦州港区职改办", app.config["OFFICE_DEFAULT_PASSWORD"]))


@PLAIN_SQL
@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": ""}, "还没有填机构名称"), ({"name": "灵山县职改办"}, "已经有“灵山县职改办”了"),
        ({"name": "钦州市卫生系列职改办", "kind": "series"}, "市直系列机构要写明管哪些职称系列"),
        ({"name": "某机构", "kind": "region"}, "请选类型"), ({"name": "某机构", "parent": "1"}, "请选上级机构"),
        ({"name": "某机构", "parent": "x"}, "请选上级机构"), ({"name": "某机构", "region_code": "45"}, "区划代码是 6 位数字"),
    ],
)  # fmt: skip
def test_what_cannot_be_created_is_said_beside_the_field_and_leaves_nothing(as_staff, fields, sentence):
    client = as_staff("qz.admin")
    before = len(trail())

    answer = create(client, **fields)

    assert answer.status_code == 200
    assert sentence in client.page.text
    assert len(trail()) == before


def test_a_series_office_names_its_series(as_staff):
    client = as_staff("qz.admin")

    create(client, name="钦州市卫生系列职改办", kind="series", series=["卫生系列"])

    assert office("钦州市卫生系列职改办").title_series == ["卫生系列"]


def test_an_office_without_room_below_it_creates_none(as_staff):
    client = as_staff("ls.admin")
    client.get("/admin/offices/")

    assert "新建机构" not in client.page.text
    assert client.get("/admin/offices/new/").status_code == 403


def test_renaming_keeps_the_old_name_recognised_and_renames_the_default_account(as_staff):
    own = office("灵山县职改办").id
    client = as_staff("qz.admin")
    client.get(f"/admin/offices/edit/?id={own}")

    client.send(f"/admin/offices/edit/?id={own}", {"name": "灵山县人才办", "phone": "0777-1111111"})

    assert db.session.get(Office, own).name == "灵山县人才办"
    assert account_of("灵山县人才办").office_id == own
    body = db.session.query(AwardingBody).filter_by(office_id=own).one()
    assert body.name == "灵山县人才办"
    assert "灵山县职改办" in {alias.alias for alias in body.aliases}


def test_an_office_changes_neither_its_own_name_nor_its_own_series(as_staff):
    own = office("钦州市工程系列职改办").id
    with writing():
        account_of("gc.staff").role = Role.ADMIN
    client = as_staff("gc.staff")
    client.get(f"/admin/offices/edit/?id={own}")

    fields = {"name": "钦州市职改总办", "series": ["工程系列", "卫生系列"], "phone": "0777-2222222"}
    client.send(f"/admin/offices/edit/?id={own}", fields)

    changed = db.session.get(Office, own)
    assert (changed.name, changed.title_series, changed.phone) == ("钦州市工程系列职改办", ["工程系列"], "0777-2222222")


def test_moving_an_office_carries_its_records_along(as_staff):
    client = as_staff("gx.admin")
    create(client, name="防城港市职改办", kind="city", parent=office("广西区职改办").id)
    record, county = certificate("灵山县职改办"), office("灵山县职改办").id
    client.get(f"/admin/offices/move/?id={county}")

    client.send(f"/admin/offices/move/?id={county}", {"parent": office("防城港市职改办").id})

    assert db.session.get(Certificate, record).city_office_id == office("防城港市职改办").id
    assert as_staff("qz.staff").get(f"/admin/certificates/details/?id={record}").status_code == 404


def test_a_city_moves_nothing_out_of_its_own_subtree(as_staff):
    county, region = office("灵山县职改办").id, office("广西区职改办").id
    client = as_staff("qz.admin")
    client.get("/admin/offices/new/")

    answer = client.send(f"/admin/offices/move/?id={county}", {"parent": region})

    assert answer.status_code == 404
    assert office("灵山县职改办").parent.name == "钦州市职改办"


def test_closing_asks_why_and_shuts_the_accounts_out(as_staff):
    county = office("浦北县职改办").id
    clerk, client = as_staff("pb.staff"), as_staff("qz.admin")
    client.get(f"/admin/offices/close/?id={county}")
    assert office("浦北县职改办").closed_at is None
    client.send(f"/admin/offices/close/?id={county}", {"reason": ""})
    assert "请写明原因" in client.page.text

    client.send(f"/admin/offices/close/?id={county}", {"reason": "并入钦南区"})

    assert trail()[0].reply == "并入钦南区"
    assert not db.session.query(StaffUser).filter_by(office_id=county, disabled_at=None).count()
    assert clerk.get("/admin/").status_code == 302


def test_an_office_with_others_below_it_stays_open_and_says_why(as_staff):
    city = office("钦州市职改办").id
    client = as_staff("gx.admin")
    client.get(f"/admin/offices/close/?id={city}")

    client.send(f"/admin/offices/close/?id={city}", {"reason": "撤并"})

    assert "下面还有没停用的机构" in client.page.text
    assert office("钦州市职改办").closed_at is None


def test_nobody_closes_the_own_office(as_staff):
    own = office("灵山县职改办").id
    client = as_staff("ls.admin")
    client.get(f"/admin/offices/close/?id={own}")

    client.send(f"/admin/offices/close/?id={own}", {"reason": "撤并"})

    assert "不能停用自己所在的机构" in client.page.text
    assert office("灵山县职改办").closed_at is None
