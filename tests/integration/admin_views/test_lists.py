"""The big lists: personal numbers out of the address, filters that agree with Python, columns and views of one's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import combinations
from typing import Any

import pytest

from commands import cast
from commands.cast import id_number
from domain.identifiers import mask_id
from domain.partial_dates import PartialDate
from domain.verification import CaseState
from domain.vocabulary import CertificateStatus, ObtainedBy, TitleLevel
from extensions import db, moment, writing
from listing import reading, search
from listing.cases import CASES
from listing.certificates import CERTIFICATES
from listing.selection import Listing, Selection
from listing.wishes import Count
from models import Certificate, CertificateNamePiece, Holder, SavedView, VerificationCase
from operations import certificates as records
from tests.conftest import actor_of
from tests.engines import PLAIN_SQL
from tests.integration.admin_views.records import account_of, case, certificate, certificates, office
from tests.integration.admin_views.walking import backward, forward

PERSON = id_number("450721", "19850312", "002")
REGISTER, QUEUE = "/admin/certificates/", "/admin/cases/"


# Personal numbers.


@PLAIN_SQL
@pytest.mark.parametrize(
    "typed", [PERSON, PERSON.lower(), f" {PERSON} ", PERSON[:-1] + "0", "13900000001", "H12345678"]
)
def test_a_personal_number_never_stands_in_the_address(as_staff: Any, typed: str) -> None:
    client = as_staff("ls.staff")

    for page in (REGISTER, QUEUE, "/admin/problem-persons/"):
        address = client.find(page, search=typed)

        assert typed.strip() not in address
        assert "person=" in address


def test_the_box_shows_the_number_masked_and_finds_the_person_again(as_staff: Any) -> None:
    certificate(name="韦小兰", id_number=PERSON)
    certificate(name="陆海生")
    client = as_staff("ls.staff")
    client.find(REGISTER, search=PERSON)
    form = client.page.form("search")

    address = client.find(client.get(REGISTER).request.path, **{**form, "status": "normal"})

    assert form["search"] == mask_id(PERSON)
    assert "status=normal" in address
    assert "共 1 条" in client.page.text


def test_an_old_address_with_a_number_in_it_leads_to_one_without(as_staff: Any) -> None:
    client = as_staff("ls.staff")

    answer = client.get(f"{REGISTER}?search={PERSON}&status=normal")

    assert answer.status_code == 302
    assert PERSON not in answer.location
    assert "status=normal" in answer.location


def test_a_number_typed_into_another_box_is_searched_for_instead(as_staff: Any) -> None:
    certificate(name="韦小兰", id_number=PERSON)
    client = as_staff("ls.staff")

    address = client.find(REGISTER, cert_no=PERSON)

    assert PERSON not in address
    assert "共 1 条" in client.page.text


def test_a_short_number_that_is_a_certificates_stays_readable(as_staff: Any) -> None:
    certificate(cert_no="08332321")
    client = as_staff("ls.staff")

    known, unknown = client.find(REGISTER, search="08332321"), client.find(REGISTER, search="08332322")

    assert "search=08332321" in known
    assert "08332322" not in unknown


def test_part_of_a_personal_number_is_not_searched_for_and_that_is_said(as_staff: Any) -> None:
    certificate(name="韦小兰", id_number=PERSON)
    client = as_staff("ls.staff")

    client.find(REGISTER, search=PERSON[:6])
    part = client.page.text
    client.find(REGISTER, search="没有的人")

    assert "没有符合条件的记录；证书编号、身份证号、手机号要输全才找得到" in part
    assert "要输全" not in client.page.text


def test_a_token_of_another_purpose_means_nothing(app: Any) -> None:
    from encryption import keyring

    assert search.asked({"person": search._token("x")[:-4]}) is None
    assert search.asked({"person": keyring.encrypt(PERSON.encode()).hex()}) is None


def test_a_search_in_one_tab_offers_all_of_them(as_staff: Any) -> None:
    case(CaseState.APPROVED)
    client = as_staff("ls.staff")

    client.find(f"{QUEUE}?tab=pending", search=cast.HOLDERS[0].name)
    everywhere = next(
        link["href"] for link in client.page.all("a") if "tab=all" in link["href"] and "search" in link["href"]
    )
    client.get(everywhere)

    assert "“待审核”里没有" not in client.page.text
    assert "共 1 条" in client.page.text


@pytest.mark.parametrize("typed", [cast.HOLDERS[0].name, cast.HOLDERS[0].name[1:], cast.HOLDERS[0].mobile,
                                   cast.HOLDERS[0].id_number, cast.HOLDERS[0].name[0]])  # fmt: skip
def test_the_queue_is_searched_by_name_mobile_and_number(as_staff: Any, typed: str) -> None:
    case(CaseState.PENDING, holder=0)
    case(CaseState.PENDING, holder=1)
    client = as_staff("ls.staff")

    client.find(QUEUE, search=typed)

    assert "共 1 条" in client.page.text


# Filters, alone and in pairs, against Python.

Says = Callable[[Any], bool]


def _begins(read: Callable[[Any], str | None], value: str) -> Says:
    return lambda row: (read(row) or "").startswith(value)


def _has(read: Callable[[Any], str | None], value: str) -> Says:
    return lambda row: value in (read(row) or "")


def _is(read: Callable[[Any], Any], value: Any) -> Says:
    return lambda row: read(row) == value


def _in_years(name: str, first: str, last: str) -> Says:
    def says(row: Any) -> bool:
        value = getattr(row, name)
        return value is not None and first <= value.iso[:4] <= last

    return says


OF_CERTIFICATES: dict[str, tuple[dict[str, str], Says]] = {
    "cert_no": ({"cert_no": "08"}, _begins(lambda row: row.cert_no, "08")),
    "name": ({"name": "韦"}, _begins(lambda row: row.name, "韦")),
    "status": ({"status": "void"}, _is(lambda row: row.cert_status, CertificateStatus.VOID)),
    "status normal": ({"status": "normal"}, _is(lambda row: row.cert_status, CertificateStatus.NORMAL)),
    "verified": ({"verified": "yes"}, lambda row: row.is_public),
    "unverified": ({"verified": "no"}, lambda row: not row.is_public),
    "level": ({"level": "assistant"}, _is(lambda row: row.title_level, TitleLevel.ASSISTANT)),
    "series": ({"series": "卫生系列"}, _is(lambda row: row.title_series, "卫生系列")),
    "title": ({"title": "助理"}, _begins(lambda row: row.title, "助理")),
    "specialty": ({"specialty": "水电"}, _has(lambda row: row.specialty, "水电")),
    "body": ({"body": "灵山县职改办"}, _is(lambda row: row.office.name, "灵山县职改办")),
    "part of body": ({"body": "灵山"}, _has(lambda row: row.awarding_body, "灵山")),
    "office": ({"office": "浦北县职改办"}, _is(lambda row: row.office.name, "浦北县职改办")),
    "awarded": ({"awarded_from": "2009", "awarded_to": "2010"}, _in_years("awarded_on", "2009", "2010")),
    "issued": ({"issued_from": "2010"}, _in_years("issued_on", "2010", "9999")),
    "obtained_by": ({"obtained_by": "review"}, _is(lambda row: row.obtained_by, ObtainedBy.REVIEW)),
    "approval": ({"approval": "12号"}, _has(lambda row: row.approval_doc_no, "12号")),
    "manage_no": ({"manage_no": "G"}, _begins(lambda row: row.manage_no, "G")),
    "employer": ({"employer": "水利"}, _has(lambda row: row.employer_name, "水利")),
    "employer_kind": ({"employer_kind": "机关"}, _begins(lambda row: row.employer_kind, "机关")),
    "personal_status": ({"personal_status": "干部"}, _begins(lambda row: row.personal_status, "干部")),
    "sex": ({"sex": "female"}, lambda row: row.sex is not None and row.sex.value == "female"),
    "review_body": ({"review_body": "中评委"}, _has(lambda row: row.review_body, "中评委")),
    "search": ({"search": "小兰"}, _has(lambda row: row.name, "小兰")),
}  # fmt: skip

OF_CASES: dict[str, tuple[dict[str, str], Says]] = {
    "state": ({"state": "onsite"}, _is(lambda row: row.state, CaseState.ONSITE)),
    "level": ({"level": "assistant"}, _is(lambda row: row.title_level, TitleLevel.ASSISTANT)),
    "series": ({"series": "卫生系列"}, _is(lambda row: row.title_series, "卫生系列")),
    "body": ({"body": "灵山"}, _has(lambda row: row.awarding_body, "灵山")),
    "office": ({"office": "浦北县职改办"}, _is(lambda row: row.office.name, "浦北县职改办")),
    "submitted": ({"submitted_from": "2026-11"}, lambda row: bool(row.submitted_at and row.submitted_at.month >= 11)),
    "cert_no": ({"cert_no": "08"}, _begins(lambda row: row.cert_no, "08")),
    "holder": ({"holder": "韦"}, _begins(lambda row: row.holder.name, "韦")),
    "former_name": ({"former_name": "韦"}, _begins(lambda row: row.former_name, "韦")),
    "title": ({"title": "助理"}, _begins(lambda row: row.title, "助理")),
    "obtained_by": ({"obtained_by": "review"}, _is(lambda row: row.obtained_by, ObtainedBy.REVIEW)),
    "specialty": ({"specialty": "水电"}, _has(lambda row: row.specialty, "水电")),
    "awarded": ({"awarded_from": "2009", "awarded_to": "2010"}, _in_years("awarded_on", "2009", "2010")),
    "pooled": ({"pooled": "yes"}, lambda row: row.pooled),
    "search": ({"search": "海生"}, _has(lambda row: row.holder.name, "海生")),
}  # fmt: skip


def _values(index: int) -> dict[str, Any]:
    """Spread the values so that every filter and every pair finds some rows and misses others."""
    return {
        "cert_no": f"08{index:05}" if index % 3 else None if index % 5 == 0 else f"19{index:05}",
        "title_series": ("工程系列", "卫生系列")[index % 2],
        "title_level": list(TitleLevel)[index % 3],
        "title": ("助理工程师", "工程师")[index % 2],
        "specialty": ("水利水电工程", "给排水", None)[index % 3],
        "awarded_on": [PartialDate(2009, 12), PartialDate(2010, 5, 6), PartialDate(2013, 1, 2), None][index % 4],
        "obtained_by": list(ObtainedBy)[index % 4],
    }


@pytest.fixture
def register(app: Any) -> None:
    for index in range(24):
        verified = certificate(
            ("灵山县职改办", "浦北县职改办", "钦州市职改办")[index % 3],
            name=("韦小兰", "陆海生", "韦兰英", "欧阳小兰")[index % 4],
            cert_status=list(CertificateStatus)[index % 3], issued_on=PartialDate(2009 + index % 3, 1),
            approval_doc_no=("灵职改字〔2009〕12号", None)[index % 2], manage_no=("G100", None)[index % 2],
            employer_name=("灵山县水利局", "某厂")[index % 2], employer_kind=("机关", "其他")[index % 2],
            personal_status=("干部", "工人")[index % 2], review_body=("钦州市中评委", None)[index % 2],
            sex=("male", "female")[index % 2], **_values(index),
        )  # fmt: skip
        if index % 4 == 1:
            with writing():
                records.publish(db.session.get_one(Certificate, verified))


@pytest.fixture
def queue(app: Any) -> None:
    for index in range(24):
        case(
            (CaseState.PENDING, CaseState.ONSITE)[index % 5 == 4],
            ("灵山县职改办", "浦北县职改办", "钦州市职改办")[index % 3], holder=index % 4,
            pooled=index % 5 < 2, former_name=("韦大兰", None)[index % 2], awarding_body=("灵山县职改办", "浦北县职改办")[index % 2],
            submitted_at=datetime(2026, 10 + index % 2, 5, 4, tzinfo=UTC), **_values(index) | {"cert_no": f"0{8 + index % 2}{index:05}"},
        )  # fmt: skip


def _agrees(listing: Listing, asked: dict[str, str], says: Says, username: str) -> str:
    """Return where the list differs from Python's own filtering of all rows in reach, or nothing."""
    place = actor_of(username).place
    assert place is not None
    every = db.session.query(listing.model).filter(listing.model.within(place)).all()
    selection = Selection(listing, asked, place)
    tab = selection.tab.name if selection.tab else ""
    expected = {row.id for row in every if says(row) and (tab != "pending" or row.state is CaseState.PENDING)}
    found = selection.page().ids
    exact = selection.count()
    if set(found) != expected or len(found) != len(expected) or exact != Count(len(expected)):
        return f"{asked}: {sorted(found)} {exact} instead of {sorted(expected)}"
    return ""


def _asked(
    cases: dict[str, tuple[dict[str, str], Says]],
) -> Iterator[tuple[dict[str, str], Says]]:
    yield from cases.values()
    for (first, says), (second, says_too) in combinations(cases.values(), 2):
        if not set(first) & set(second):
            yield first | second, lambda row, one=says, two=says_too: one(row) and two(row)


def test_every_filter_of_the_register_alone_and_in_pairs(register: None, monkeypatch: Any) -> None:
    assert not _disagreeing(CERTIFICATES, OF_CERTIFICATES, monkeypatch)


def test_every_filter_of_the_queue_alone_and_in_pairs(queue: None, monkeypatch: Any) -> None:
    assert not _disagreeing(CASES, OF_CASES, monkeypatch)


def _disagreeing(listing: Listing, cases: dict[str, tuple[dict[str, str], Says]], monkeypatch: Any) -> list[str]:
    """Ask each filter and every pair, of small sets and while the lists walk their indexes."""
    found = [_agrees(listing, asked, says, "qz.staff") for asked, says in _asked(cases)]
    _walk_instead(monkeypatch)
    found += [_agrees(listing, asked, says, "qz.staff") for asked, says in _asked(cases)]
    return [line for line in found if line]


def _walk_instead(monkeypatch: Any) -> None:
    """Let no set be small, so that the lists walk their indexes as they do at ten million rows; and count what they find."""
    monkeypatch.setattr(reading.Reader, "small", None)
    monkeypatch.setattr(reading.Reader, "count", lambda reader, _: Count(len(reader.page(size=1000).rows)))


def test_all_filters_are_tried_above() -> None:
    for listing, tried in ((CERTIFICATES, OF_CERTIFICATES), (CASES, OF_CASES)):
        used = {name for asked, _ in tried.values() for name in asked}
        assert all(used & set(one.arguments) for one in listing.filters)


@pytest.mark.parametrize("asked", [{}, {"level": "assistant"}, {"search": "韦"}, {"series": "卫生系列"}], ids=str)
def test_pages_neither_repeat_nor_lose_a_row_whichever_way_they_are_read(
    register: None, monkeypatch: Any, asked: dict[str, str]
) -> None:
    place = actor_of("qz.staff").place
    assert place is not None
    there = db.session.query(Certificate).filter(Selection(CERTIFICATES, asked, place).condition()).count()

    for sort in (f"{sign}{name}" for name in CERTIFICATES.sorts for sign in ("", "-")):
        selection = Selection(CERTIFICATES, {**asked, "sort": sort}, place)
        usual = forward(selection)
        with monkeypatch.context() as walking:
            walking.setattr(reading, "SMALL", 7)
            walked = Selection(CERTIFICATES, {**asked, "sort": sort}, place)
            assert forward(walked) == usual, sort
            assert backward(walked, usual[-1]) == usual[:-1], sort
        assert backward(selection, usual[-1]) == usual[:-1], sort
        assert len(set(usual)) == len(usual) == there, sort


def test_where_the_walk_stops_it_says_so_and_goes_on(as_staff: Any, monkeypatch: Any) -> None:
    first = certificate(name="陆海生", specialty="给排水")
    certificates(12)
    monkeypatch.setattr(reading, "SMALL", 5)
    client = as_staff("ls.staff")

    client.get(f"{REGISTER}?specialty=给排水")
    said = client.page.text
    while link := next((one["href"] for one in client.page.all("a") if one.get("rel") == "next"), None):
        client.get(link)

    assert "再加一个条件" in said
    assert f"id={first}" in str(client.page.elements)


# Names and numbers of which there are too many to be sorted, too few to be met on the way.


@pytest.mark.parametrize(
    ("asked", "found", "order"),
    [({"name": "韦小"}, "韦小兰", "name"), ({"search": "韦小"}, "韦小兰", "name"), ({"search": "小兰"}, "欧阳小兰", "-id"),
     ({"search": "小兰", "series": "工程系列"}, "", "-id"), ({"cert_no": "080"}, "", "cert_no")],
    ids=str,
)  # fmt: skip
def test_rows_too_many_to_sort_are_listed_in_the_order_of_their_own_index(
    register: None, monkeypatch: Any, asked: dict[str, str], found: str, order: str
) -> None:
    monkeypatch.setattr(reading, "SMALL", 3)
    place = actor_of("qz.staff").place
    assert place is not None

    for sort in ("", "awarded_on", "-name"):
        selection = Selection(CERTIFICATES, {**asked, "sort": sort}, place)
        ids = forward(selection)
        key, rows = order.removeprefix("-"), [db.session.get_one(Certificate, one) for one in ids]
        turned = order.startswith("-") or sort == f"-{order}"
        assert ids
        assert ids == [row.id for row in sorted(rows, key=lambda row: (getattr(row, key), row.id), reverse=turned)]
        assert backward(selection, ids[-1]) == ids[:-1]
        assert set(ids) == {row.id for row in db.session.query(Certificate).filter(selection.condition())}
        assert not found or found in {row.name for row in rows}


def test_a_search_that_finds_too_many_lists_those_that_begin_so_and_says_it(as_staff: Any, monkeypatch: Any) -> None:
    for name in ("韦小兰", "韦小兰", "韦小军", "欧韦小", "陆海生"):
        certificate(name=name)
    monkeypatch.setattr(reading, "SMALL", 2)
    client = as_staff("ls.staff")

    client.find(REGISTER, search="韦小")

    assert "这里只列姓名以“韦小”开头的；再加一个条件就全部列出，导出的文件里是全部" in client.page.text
    assert [client.page.text.count(name) for name in ("韦小兰", "韦小军", "欧韦小", "陆海生")] == [2, 1, 0, 0]
    assert [head["aria-sort"] for head in client.page.all("th") if "aria-sort" in head] == ["ascending"]
    answer = client.send(f"{REGISTER}export/?search=韦小", {"form": "csv"})
    assert "后台" in client.page.text if answer.status_code == 303 else "欧韦小" in answer.get_data(as_text=True)


@pytest.mark.parametrize("asked", ["search=韦小", "holder=韦小"])
def test_of_too_many_holders_those_who_are_named_exactly_so_are_listed(
    as_staff: Any, monkeypatch: Any, asked: str
) -> None:
    named = {"韦小": 1, "韦小兰": 2, "陆海生": 3}
    ids = {name: case(CaseState.PENDING, holder=at).id for name, at in named.items()}
    with writing():
        for name, one in ids.items():
            db.session.get_one(VerificationCase, one).holder.name = name
    monkeypatch.setattr(reading, "SMALL", 1)
    client = as_staff("ls.staff")

    client.get(f"{QUEUE}?tab=all&{asked}")

    assert "这里只列姓名就是“韦小”的；再加一个条件就全部列出" in client.page.text
    assert [f"review/{one}/" in str(client.page.elements) for one in ids.values()] == [True, False, False]
    assert "不只本页" not in client.page.text
    place = actor_of("ls.staff").place
    assert place is not None
    selection = Selection(CASES, dict([("tab", "all"), asked.split("=")]), place)
    assert {row.id for page in selection.pages(5) for row in page} == {ids["韦小"], ids["韦小兰"]}
    assert selection.standing(ids["韦小"]) is None


def test_a_list_that_takes_another_order_than_its_own_names_both(as_staff: Any, monkeypatch: Any) -> None:
    for number in range(3):
        certificate(cert_no=f"08332{number}")
    monkeypatch.setattr(reading, "SMALL", 2)
    client = as_staff("ls.staff")

    client.find(REGISTER, cert_no="0833")

    assert "不能按“录入先后”排，先按“证书编号”排；再加一个条件就可以" in client.page.text


def test_what_stands_inside_names_is_walked_along_the_pieces_of_any_office(as_staff: Any, monkeypatch: Any) -> None:
    """The pieces know no office: what others hold is passed over, and its end is where the search goes on."""
    here = certificate(name="韦小兰")
    for _ in range(5):
        certificate("浦北县职改办", name="陆小兰")
    monkeypatch.setattr(reading, "SMALL", 2)
    client = as_staff("ls.staff")

    client.find(REGISTER, search="小兰")
    while link := next((one["href"] for one in client.page.all("a") if one.get("rel") == "next"), None):
        client.get(link)

    assert f"id={here}" in str(client.page.elements)


def test_an_order_that_only_suits_few_rows_is_left_with_a_word(as_staff: Any, monkeypatch: Any) -> None:
    for _ in range(4):
        case(CaseState.PENDING)
    client = as_staff("ls.staff")
    client.get(f"{QUEUE}?sort=title")
    kept = client.page.text
    monkeypatch.setattr(reading, "SMALL", 2)

    client.get(f"{QUEUE}?sort=title")

    assert "不能按“资格名称”排" not in kept
    assert "不能按“资格名称”排，先按“提交时间”排" in client.page.text


# Names.


def test_the_pieces_of_names_follow_whoever_writes_them(app: Any) -> None:
    kept, gone = certificate(name="欧阳小兰"), certificate(name="韦小兰")
    with writing():
        db.session.get_one(Certificate, kept).name = "欧阳春梅"
        db.session.delete(db.session.get_one(Certificate, gone))

    pieces = {one.piece for one in db.session.query(CertificateNamePiece)}

    assert pieces == {"阳春", "春梅"}


def test_a_holders_new_name_is_found_by_its_inside(app: Any, as_staff: Any) -> None:
    owner = case(CaseState.PENDING, holder=0).holder_id
    with writing():
        db.session.get_one(Holder, owner).name = "司徒春梅"
    client = as_staff("ls.staff")

    client.find(QUEUE, search="春梅")

    assert "共 1 条" in client.page.text


# What somebody likes.


def test_columns_are_chosen_once_and_stay(as_staff: Any) -> None:
    certificate(approval_doc_no="灵职改字〔2009〕12号", specialty="水利水电工程")
    client = as_staff("ls.staff")
    client.get(REGISTER)
    assert "灵职改字〔2009〕12号" not in client.page.text

    client.send(f"{REGISTER}settings/", {"column": ["name", "approval_doc_no", "no_such", "id_digest"]})

    again, other = as_staff("ls.staff"), as_staff("ls.admin")
    again.get(REGISTER)
    other.get(REGISTER)
    assert _heads(again) == ["证书编号", "持证人", "批文文号"]
    assert "灵职改字〔2009〕12号" in again.page.text
    assert "批文文号" not in _heads(other)
    again.send(f"{REGISTER}settings/", {"keep": "usual"})
    again.get(REGISTER)
    assert _heads(again) == _heads(other)


def test_a_choice_is_seen_at_once_by_a_process_that_did_not_write_it(as_staff: Any, monkeypatch: Any) -> None:
    certificate()
    client = as_staff("ls.staff")
    client.get(REGISTER)
    monkeypatch.setattr(moment, "forget", lambda: None)

    client.send(f"{REGISTER}settings/", {"column": ["specialty"]})
    client.get(REGISTER)
    narrow = _heads(client)
    client.send(f"{REGISTER}save/?status=normal", {"name": "正常的"})
    client.get(REGISTER)

    assert narrow == ["证书编号", "专业"]
    assert "正常的" in client.page.text


def _heads(client: Any) -> list[str]:
    labels = {cell.get("data-label") for tag in ("th", "td") for cell in client.page.all(tag)} - {None}
    return [one.label for one in CERTIFICATES.columns if one.label in labels]


def test_an_order_is_kept_between_pages_and_sessions(as_staff: Any) -> None:
    certificate(name="B"), certificate(name="A")
    client = as_staff("ls.staff")
    client.get(f"{REGISTER}?sort=name")
    assert "以后都这样排" in client.page.text

    client.send(f"{REGISTER}settings/?sort=name", {"keep": "sort"})

    again = as_staff("ls.staff")
    again.get(REGISTER)
    assert "以后都这样排" not in again.page.text
    assert [head.get("aria-sort") for head in again.page.all("th") if head.get("aria-sort")] == ["ascending"]


def test_a_saved_view_opens_the_same_selection_and_is_nobody_elses(as_staff: Any) -> None:
    certificate(id_number=PERSON), certificate()
    client, other = as_staff("ls.staff"), as_staff("ls.admin")
    address = client.find(f"{REGISTER}?sort=name", search=PERSON)

    client.send(f"{REGISTER}save/?{address.partition('?')[2]}", {"name": "韦家"})

    client.get(REGISTER)
    other.get(REGISTER)
    view = db.session.query(SavedView).one()
    assert "韦家" in client.page.text
    assert "韦家" not in other.page.text
    assert PERSON not in str(view.arguments)
    client.get(next(link["href"] for link in client.page.all("a") if "person=" in link["href"]))
    assert "共 1 条" in client.page.text
    assert other.send(f"{REGISTER}forget/{view.id}/").status_code == 404
    client.send(f"{REGISTER}forget/{view.id}/")
    assert db.session.query(SavedView).count() == 0


@pytest.mark.parametrize(("name", "sentence"), [("", "还没有给视图起名字"), ("很" * 21, "名字最多 20 个字")])
def test_a_view_wants_a_name_of_its_own(as_staff: Any, name: str, sentence: str) -> None:
    client = as_staff("ls.staff")
    client.get(f"{REGISTER}?status=normal")

    client.get(client.send(f"{REGISTER}save/?status=normal", {"name": name}).location)

    assert sentence in client.page.text


def test_an_office_below_is_chosen_by_name_and_a_foreign_one_is_not_there(as_staff: Any) -> None:
    certificate("灵山县职改办"), certificate("浦北县职改办"), certificate("钦州市职改办")
    city, county = as_staff("qz.staff"), as_staff("ls.staff")

    city.get(f"{REGISTER}?office=浦北县职改办")
    county.get(f"{REGISTER}?office=浦北县职改办")

    assert "共 1 条" in city.page.text
    assert "共 1 条" in county.page.text
    assert office("浦北县职改办").name not in county.page.text
    assert account_of("ls.staff").office.name in county.page.text


def test_what_waits_says_for_how_many_working_days(as_staff: Any, monkeypatch: Any) -> None:
    case(CaseState.PENDING, submitted_at=datetime(2026, 11, 20, 2, tzinfo=UTC))
    case(CaseState.APPROVED, submitted_at=datetime(2026, 11, 20, 2, tzinfo=UTC))
    monkeypatch.setattr("operations.working_days.today", lambda: datetime(2026, 11, 25, tzinfo=UTC).date())
    client = as_staff("ls.staff")

    client.get(f"{QUEUE}?tab=all")

    assert client.page.text.count("3 个工作日") == 1
    assert db.session.query(VerificationCase).count() == 2


@pytest.mark.parametrize("sort", ["name", "-awarded_on", "cert_no", "id"])
def test_what_is_read_to_its_end_loses_nothing_when_a_row_goes_meanwhile(register: None, sort: str) -> None:
    place = actor_of("qz.staff").place
    assert place is not None
    selection = Selection(CERTIFICATES, {"sort": sort}, place)
    expected = [row.id for row in selection.page().rows]

    read = []
    for page in selection.pages(5):
        read += [row.id for row in page]
        last = read[-1]
        with writing() as session:
            session.execute(db.update(Certificate).where(Certificate.id == last).values(city_office_id=None, name="改"))

    assert read == expected
