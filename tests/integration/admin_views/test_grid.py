"""Grids: pages that neither repeat nor lose a row, totals that stop counting, filters that say what they could not read."""

from __future__ import annotations

import pytest
from flask_login import login_user

from admin_views import VIEWS, big_grid
from admin_views.base import BackOfficeView
from admin_views.certificates import CertificateView
from domain.partial_dates import PartialDate
from extensions import db
from listing.filters import CHOICES, RANGES
from listing.paging import Order, page_of
from models import Certificate
from tests.engines import PLAIN_SQL
from tests.integration.admin_views.records import account_of, certificate, certificates, office, queries

GRIDS = [view for _, view in VIEWS if issubclass(view, BackOfficeView)]
ADDRESSES = [view.slug.replace("_", "-") for view in GRIDS]


def test_following_the_pages_shows_every_row_once_and_back_again(as_staff):
    certificates(grid_size := 120, name="韦小兰")
    client, forward, backward = as_staff("ls.staff"), [], []

    address = "/admin/certificates/?sort=name"
    while address:
        client.get(address)
        forward.append(_ids(client))
        address = _link(client, "next")
    address = _link(client, "prev")
    while address:
        client.get(address)
        backward.insert(0, _ids(client))
        address = _link(client, "prev")

    assert [len(page) for page in forward] == [50, 50, 20]
    assert len({row for page in forward for row in page}) == grid_size
    assert backward == forward[:-1]


def _ids(client):
    rows = [row["data-href"] for row in client.page.all("tr") if "data-href" in row]
    return [address.partition("id=")[2].partition("&")[0] for address in rows]


def _link(client, rel):
    return next((link["href"] for link in client.page.all("a") if link.get("rel") == rel), None)


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_rows_without_a_value_come_last_and_are_never_lost(app, descending, size):
    dates = [None, "2009-12", "2009-12-20", "2009-12", None, "2011-01-01", None]
    for date in dates:
        certificate(awarded_on=PartialDate.from_iso(date) if date else None)
    order = Order(Certificate.awarded_on, Certificate.id, descending)

    forward = _walk(order, size, "after")
    backward = _walk(order, size, "before", start=forward[-1])

    known = sorted(filter(None, dates), reverse=descending)
    assert [row.awarded_on.iso if row.awarded_on else None for row in forward] == [*known, None, None, None]
    assert len({row.id for row in forward}) == len(dates)
    assert backward == forward[:-1]


def _walk(order, size, side, start=None):
    found, pivot = [], start
    while True:
        page = page_of(db.session.query(Certificate), order, size=size, **({side: pivot} if pivot else {}))
        found = found + page.rows if side == "after" else page.rows + found
        if not page.rows or not (page.more_after if side == "after" else page.more_before):
            return found
        pivot = page.rows[-1 if side == "after" else 0]


def test_a_row_that_is_gone_leads_to_the_first_page(as_staff):
    certificates(3)

    client = as_staff("ls.staff")
    client.get("/admin/certificates/?after=999999")

    assert len(_ids(client)) == 3


def test_counting_stops_and_says_so(as_staff, monkeypatch):
    certificates(30)
    monkeypatch.setattr(big_grid, "COUNTED", 20)

    client = as_staff("ls.staff")
    client.get("/admin/certificates/?sort=name")

    assert "超过 20 条" in client.page.text


def test_who_asks_is_told_the_whole_number_and_keeps_the_list(as_staff, monkeypatch):
    certificates(30)
    monkeypatch.setattr(big_grid, "COUNTED", 20)
    client = as_staff("ls.staff")
    client.get("/admin/certificates/?sort=name")

    answer = client.get(next(link["href"] for link in client.page.all("a") if "count=" in link["href"]))

    assert "共 30 条" in client.page.text
    assert "数一数" not in client.page.text
    monkeypatch.setattr(big_grid, "COUNTED_ON_REQUEST", 25)
    client.get("/admin/certificates/?tab=all&count=1")
    assert "超过 25 条，请加筛选条件" in client.page.text
    assert "sort=name" in answer.request.query_string.decode()


@PLAIN_SQL
@pytest.mark.parametrize(
    "address", ["", "?sort=name", "?search=韦小兰", "?status=normal&level=assistant", "?sort=-awarded_on"]
)
def test_a_page_costs_the_same_few_queries_however_many_rows(as_staff, address):
    client = as_staff("qz.staff")
    certificates(3)
    few = queries(client, f"/admin/certificates/{address}")
    certificates(120, "浦北县职改办")

    many = queries(client, f"/admin/certificates/{address}")

    assert len(many) == len(few)
    assert len([query for query in many if "FROM certificate" in query]) <= 4


def test_a_later_page_begins_at_its_row_and_skips_none(as_staff):
    middle = certificates(60)[30]

    asked = queries(client := as_staff("ls.staff"), f"/admin/certificates/?after={middle}")

    assert [query for query in asked if "certificate.id < " in query]
    assert not [
        query for query in asked if "OFFSET 0" not in query.replace("OFFSET ?", "OFFSET 0") and "OFFSET" in query
    ]
    assert len(_ids(client)) == 30


def test_the_neighbours_of_a_row_follow_filter_and_order(app, as_staff):
    first, _, third = (certificate(name=name) for name in ("韦小兰", "陆海生", "韦小兰"))
    view = next(one for one in app.extensions["admin"][0]._views if isinstance(one, CertificateView))

    with app.test_request_context("/admin/certificates/?search=韦小兰&sort=id"):
        _enter("ls.staff")
        row = db.session.get(Certificate, first)
        following, before = view.neighbour_id(row), view.neighbour_id(row, forward=False)

    assert (following, before) == (third, None)


def _enter(username):
    login_user(account_of(username))


# Filters.


@pytest.mark.parametrize("view", GRIDS, ids=ADDRESSES)
def test_names_of_filters_are_unique_ascii_and_no_other_argument(view):
    names = [name for one in view.grid_filters for name in one.arguments]

    assert len(names) == len(set(names))
    assert all(name.isascii() and name.isidentifier() for name in names)
    assert not set(names) & {"id", "tab", "search", "sort", "after", "before"}
    assert all(one.kind in ("text", *CHOICES, *RANGES) for one in view.grid_filters)


@pytest.mark.parametrize("view", GRIDS, ids=ADDRESSES)
def test_nothing_sorts_or_filters_by_what_is_shown_masked(view):
    assert not {"id_number", "id_digest", "mobile", "password_hash"} & {
        *view.sortable,
        *(one.name for one in view.grid_filters),
    }


@pytest.mark.parametrize("view", GRIDS, ids=ADDRESSES)
def test_every_column_has_a_chinese_head(view):
    labels = [view.label_of(view, name) for name in view.column_list]

    assert all(not label.isascii() for label in labels)


def test_a_new_office_is_offered_by_filters_at_once(as_staff, app):
    client = as_staff("gx.admin")
    client.get("/admin/users/")
    assert "新设县职改办" not in client.page.text
    client.get("/admin/offices/new/")
    client.send("/admin/offices/new/", {"name": "新设县职改办", "kind": "county", "parent": office("钦州市职改办").id})

    client.get("/admin/users/")

    assert "新设县职改办" in client.page.text


def test_a_date_that_cannot_be_read_is_said_and_filters_nothing(as_staff):
    certificate()

    client = as_staff("ls.staff")
    client.get("/admin/certificates/?awarded_from=去年")

    assert "“授予时间”里的“去年”看不出是哪一天" in client.page.text
    assert "共 1 条" in client.page.text


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        ("2009-12", "2009-12", 3),
        ("2009-12-20", "2009-12-20", 1),
        ("2009-12-21", "", 1),
        ("", "2009-11", 0),
        ("2010", "", 0),
        ("", "2009", 3),
        ("2009年", "2009", 3),
    ],
)
def test_a_range_of_dates_takes_in_what_is_known_to_the_month(as_staff, first, last, found):
    for awarded in ("2009-12", "2009-12-20", "2009-12-31"):
        certificate(awarded_on=PartialDate.from_iso(awarded))

    client = as_staff("ls.staff")
    client.get(f"/admin/certificates/?awarded_from={first}&awarded_to={last}")

    assert f"共 {found} 条" in client.page.text


@PLAIN_SQL
@pytest.mark.parametrize(
    "address", [*(f"/admin/{one}/" for one in ADDRESSES), "/admin/users/new/", "/admin/bodies/new/"]
)
def test_no_list_to_choose_from_grows_without_end(as_staff, address):
    client = as_staff("gx.admin")
    client.get(address)

    assert len(client.page.all("option")) < 1000
