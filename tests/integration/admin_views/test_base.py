"""What every grid of the back office promises, whatever it lists; the known traps of Flask-Admin, closed."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError
from werkzeug.routing import BuildError, IntegerConverter

from admin_views import VIEWS
from admin_views.base import BackOfficeView
from admin_views.certificates import CertificateView
from domain.access import Permission
from extensions import db, writing
from models import Office
from operations import dictionary_changes
from tests.engines import PLAIN_SQL
from tests.integration.admin_views.records import account_of, certificate, trail

GRIDS = [view for _, view in VIEWS if issubclass(view, BackOfficeView)]
ADDRESSES = [view.slug.replace("_", "-") for view in GRIDS]
STOCK = ("export/csv/", "delete/", "ajax/update/", "ajax/lookup/?name=office&query=a")
NO_IDS = ("", "x", "1,2", "0", "-1", "999999999", "99999999999999999999", "%00", "%D9%A1")
GARBAGE = (
    "page=99999999999999999999", "page=-1", "page_size=100000", "after=x", "after=1,2", "after=99999999999999999999",
    "before=-1", "before=999999999", "after=1&before=1", "sort=999", "sort=-", "sort=id_number", "sort=__class__", "tab=nowhere",
    "person=x", "person=AAAA", "person=%00", "sort=-title", "search=%25", "search=%00", "search=%F0%28", "search=" + "9" * 400, "search=%E7%8E%8B'%22--",
    "status=x", "kind=x", "office=1,2", "office=x", "awarded_from=2013-13", "awarded_from=9999-12&awarded_to=9999-12-31",
    "at_from=%00&at_to=x", "at_to=9999-12-31", "submitted_from=0001-01-01", "flt0_0=x", "id=1,2", "level=assistant&level=x",
)  # fmt: skip
EACH_OF_ITS_KIND = ("cases", "certificates", "audit", "bodies", "imports")
THE_WORST = (
    "page=99999999999999999999", "after=99999999999999999999", "sort=__class__", "tab=nowhere", "search=%00", "search=%F0%28",
    "status=x", "kind=x", "office=x", "at_from=%00&at_to=x", "flt0_0=x",
)  # fmt: skip
"""Each other grid reads its address by the same code, with filters of its own."""


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_query_string_breaks_a_grid(as_staff, address):
    client, given = as_staff("gx.admin"), GARBAGE if address in EACH_OF_ITS_KIND else THE_WORST

    answers = {garbage: client.get(f"/admin/{address}/?{garbage}").status_code for garbage in given}

    moved = dict.fromkeys((one for one in given if "9999" * 5 in one and one.startswith("search")), 302)
    assert {asked: 200 if status == 302 and asked in moved else status for asked, status in answers.items()} == (
        dict.fromkeys(given, 200)
    )


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_is_no_id_of_ours_is_not_found(as_staff, address):
    client = as_staff("gx.admin")

    answers = {id: client.get(f"/admin/{address}/details/?id={id}").status_code for id in NO_IDS}

    assert answers == dict.fromkeys(NO_IDS, 404)


@PLAIN_SQL
@pytest.mark.parametrize("address", ADDRESSES)
def test_flask_admins_own_ways_to_write_and_export_have_no_address(as_staff, address):
    client = as_staff("gx.admin")
    client.get(f"/admin/{address}/")

    read = {stock: client.get(f"/admin/{address}/{stock}").status_code for stock in STOCK}
    sent = {stock: client.post(f"/admin/{address}/{stock}", data={"id": "1"}).status_code for stock in STOCK}

    assert read == sent == dict.fromkeys(STOCK, 404)


@PLAIN_SQL
def test_flask_admins_own_files_are_not_served(app, as_staff):
    served = [rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.endswith("static")]

    answer = as_staff("gx.admin").get("/admin/static/bootstrap/bootstrap4/css/bootstrap.min.css")

    assert served == ["static"]
    assert answer.status_code == 404


@PLAIN_SQL
def test_a_screen_without_forms_has_no_address_for_them(app):
    with app.test_request_context(), pytest.raises(BuildError):
        app.url_for("certificates.create_view")


@PLAIN_SQL
def test_every_address_of_the_back_office_names_its_permission(app):
    asked = {rule.endpoint for rule in app.url_map.iter_rules() if str(rule).startswith("/admin")}

    assert asked <= app.extensions["permissions"].keys()
    assert app.extensions["permissions"]["users.step_view"] is Permission.USERS


# Scope.


@pytest.mark.parametrize("username", ["pb.staff", "gc.staff"])
def test_another_countys_record_is_not_found(as_staff, username):
    foreign = certificate("灵山县职改办")

    client = as_staff(username)

    assert client.get(f"/admin/certificates/details/?id={foreign}").status_code == 404
    assert client.get("/admin/certificates/").status_code == 200
    assert "共 0 条" in client.page.text


@pytest.mark.parametrize("username", ["ls.staff", "qz.staff", "qz.admin", "gx.admin"])
def test_an_office_sees_what_belongs_to_it_and_below(as_staff, username):
    own = certificate("灵山县职改办", name="覃志强")

    client = as_staff(username)
    client.get("/admin/certificates/")

    assert "覃志强" in client.page.text
    assert "共 1 条" in client.page.text
    assert client.get(f"/admin/certificates/details/?id={own}").status_code == 200


def test_a_page_that_begins_at_a_foreign_row_tells_nothing_of_it(as_staff):
    certificate("浦北县职改办", name="陆海生")
    foreign = certificate("灵山县职改办", name="韦小兰")

    client = as_staff("pb.staff")
    client.get(f"/admin/certificates/?after={foreign}")

    assert "陆海生" in client.page.text


# What is shown.


def test_data_is_shown_as_text_never_as_markup(as_staff):
    own = certificate(name="<b>韦</b>", specialty="<script>alert(1)</script>", awarding_body='"><img src=x>')

    client = as_staff("ls.staff")
    pages = [client.get(address).text for address in ("/admin/certificates/", f"/admin/certificates/details/?id={own}")]

    assert all("&lt;b&gt;韦&lt;/b&gt;" in page for page in pages)
    assert not [page for page in pages if "<b>韦" in page or "<script>alert" in page or "<img src=x" in page]


def test_a_failure_of_the_database_shows_none_of_its_words(app, as_staff, monkeypatch):
    def fail(*_):
        raise IntegrityError("INSERT INTO certificate", {"id_number": "450721198503120022"}, Exception("UNIQUE failed"))

    monkeypatch.setattr(dictionary_changes, "add_reading", fail)
    monkeypatch.setattr(app, "testing", False)
    client = as_staff("gx.admin")
    client.get("/admin/readings/new/")

    answer = client.send("/admin/readings/new/", {"word": "转办", "obtained_by": "review"})

    assert answer.status_code == 409
    assert "您这一次没有生效" in client.page.text
    assert not [word for word in ("INSERT", "UNIQUE", "450721198503120022") if word in answer.text]


def test_a_view_that_raises_a_type_error_runs_once(app, as_staff, monkeypatch):
    calls = []

    def broken(*_):
        calls.append(1)
        raise TypeError("broken")

    monkeypatch.setattr(CertificateView, "list_context", broken)

    with pytest.raises(TypeError, match="broken"):
        as_staff("ls.staff").get("/admin/certificates/")

    assert calls == [1]


@PLAIN_SQL
def test_the_menu_shows_what_the_account_may_open(as_staff):
    seen = {}
    for username in ("gx.admin", "qz.admin", "ls.staff"):
        client = as_staff(username)
        client.get("/admin/")
        seen[username] = client.page.text

    assert all(
        word in seen["gx.admin"]
        for word in ("证书管理", "证书审验", "历年证书数据", "系统设置", "组织机构", "用户管理", "职称目录")
    )
    assert "职称目录" not in seen["qz.admin"]
    assert "用户管理" in seen["qz.admin"]
    assert not [
        word for word in ("系统设置", "组织机构", "用户管理", "操作日志", "授予单位") if word in seen["ls.staff"]
    ]


@PLAIN_SQL
@pytest.mark.parametrize("address", ["offices", "users", "bodies", "audit", "titles", "readings"])
def test_what_only_administrators_do_is_closed_to_clerks(as_staff, address):
    assert as_staff("ls.staff").get(f"/admin/{address}/").status_code == 403


def test_the_whole_office_tree_fits_no_page_of_fifty(app, as_staff):
    assert db.session.query(Office).count() == 7
    client = as_staff("gx.admin")
    client.get("/admin/offices/")

    assert "共 7 条" in client.page.text


def test_reading_leaves_no_event(as_staff):
    own = certificate()
    before = len(trail())

    client = as_staff("ls.staff")
    client.get("/admin/certificates/")
    client.get(f"/admin/certificates/details/?id={own}")

    assert len(trail()) == before


# Doors.


def _admin_rules(app, method):
    for rule in app.url_map.iter_rules():
        if str(rule).startswith("/admin") and method in rule.methods:
            numbers = {name for name, one in rule._converters.items() if isinstance(one, IntegerConverter)}
            values = {name: 1 if name in numbers else "x" for name in rule.arguments}
            yield app.url_map.bind("localhost").build(rule.endpoint, values)


def test_nobody_comes_in_without_signing_in(app, client):
    answers = {
        address: client.get(address) for address in _admin_rules(app, "GET") if not address.startswith("/admin/sign-")
    }

    assert len(answers) > 30
    assert {answer.status_code for answer in answers.values()} == {302}
    assert all(answer.location.startswith("/admin/sign-in") for answer in answers.values())


@PLAIN_SQL
def test_a_default_account_opens_nothing_but_users(app, as_staff):
    with writing():
        account_of("灵山县职改办").must_change_password = False
    client = as_staff("灵山县职改办")

    opened = {address for address in _admin_rules(app, "GET") if client.get(address).status_code == 200}

    of_others, own = {"/admin/users/", "/admin/users/new/"}, {"/admin/password", "/admin/settings", "/admin/sessions"}
    assert opened == of_others | own | {"/admin/second-factor/begin"}


@PLAIN_SQL
def test_no_post_is_taken_without_its_token(app, as_staff):
    client = as_staff("gx.admin")

    answers = {address: client.post(address, data={"id": 1}).status_code for address in _admin_rules(app, "POST")}

    assert len(answers) > 20
    assert answers == dict.fromkeys(answers, 400)
