"""工作台 and 问题人员: what is counted is what is in reach."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from admin_views import weeks
from domain.verification import CaseState
from extensions import writing
from models import now
from operations import working_days
from tests.integration.admin_views.records import account_of, case, problem_person, trail


def stats(client):
    """Return the counts as the page shows them, by their labels."""
    words = client.page.words
    return {label: words[words.index(label) + 1] for label in ("待审核", "待本人处理", "待现场审核", "今天审完")}


@pytest.mark.parametrize(
    ("username", "seen"),
    [
        ("ls.staff", {"待审核": "2", "待本人处理": "1", "待现场审核": "0", "今天审完": "1"}),
        ("qz.staff", {"待审核": "3", "待本人处理": "1", "待现场审核": "0", "今天审完": "1"}),
        ("gc.staff", {"待审核": "0", "待本人处理": "0", "待现场审核": "0", "今天审完": "0"}),
    ],
)
def test_the_counts_are_those_of_the_subtree(as_staff, username, seen):
    for state in (CaseState.PENDING, CaseState.PENDING, CaseState.NEEDS_CHANGES, CaseState.APPROVED):
        case(state)
    case(CaseState.PENDING, "浦北县职改办")
    case(CaseState.PENDING, deleted_at=now())

    client = as_staff(username)
    client.get("/admin/")

    assert stats(client) == seen


def test_what_has_waited_longest_stands_first(as_staff):
    since = [now() - timedelta(days=days) for days in (9, 30)]
    near, far = (working_days.since(moment) for moment in since)
    for holder, moment in enumerate(since):
        case(CaseState.PENDING, submitted_at=moment, holder=holder)

    client = as_staff("ls.staff")
    client.get("/admin/")

    text = client.page.text
    assert (
        text.index("陆海生")
        < text.index(f"等了 {far} 个工作日")
        < text.index("韦小兰")
        < text.index(f"等了 {near} 个工作日")
    )
    assert "从最早一件开始审" in text


def test_what_was_let_lie_is_told_with_the_office_it_lies_with(as_staff):
    for home, days in (
        ("灵山县职改办", 31),
        ("灵山县职改办", 40),
        ("浦北县职改办", 31),
        ("钦州市职改办", 31),
        ("浦北县职改办", 29),
    ):
        case(CaseState.PENDING, home, owed_since=now() - timedelta(days=days))

    pages = {name: as_staff(name) for name in ("ls.staff", "qz.staff", "gc.staff")}
    for client in pages.values():
        client.get("/admin/")
    county, city, series = (client.page.text for client in pages.values())

    assert "有 2 件超过 30 天没有办。" in county
    assert "下级：" not in county
    assert "有 4 件超过 30 天没有办。" in city
    assert "本机构 1 件" in city
    assert city.index("灵山县职改办 2 件") < city.index("浦北县职改办 1 件")
    assert "天没有办" not in series
    way = next(
        link["href"]
        for link in pages["qz.staff"].page.all("a")
        if "overdue" in link["href"] and "office" in link["href"]
    )
    assert "共 2 条" in pages["qz.staff"].get(way).text


def test_the_last_eight_weeks_are_drawn_as_they_were(as_staff, app):
    zone, monday = ZoneInfo("Asia/Shanghai"), date(2026, 11, 23)
    midnight = datetime(2026, 11, 23, tzinfo=zone)
    for before in (timedelta(seconds=1), timedelta(), timedelta(days=-2), timedelta(weeks=7), timedelta(weeks=8)):
        case(CaseState.PENDING, submitted_at=midnight - before)
    case(CaseState.APPROVED, submitted_at=midnight, decided_at=midnight)
    case(CaseState.APPROVED, "浦北县职改办", submitted_at=midnight, decided_at=midnight)

    found = weeks.counted(account_of("ls.staff").office.place, monday + timedelta(days=3), zone)
    picture = weeks.drawn(account_of("qz.staff").office.place, monday, zone)

    assert [(week.label, week.came, week.ended) for week in found if week.came or week.ended] == [
        ("10-05", 1, 0), ("11-16", 1, 0), ("本周", 3, 1),
    ]  # fmt: skip
    assert picture["sentence"].endswith("本周提交 4 件，审完 2 件")
    assert [(bar.words, bar.height) for bar in picture["weeks"][-1][1:]] == [
        ("本周 提交 4 件", 190),
        ("本周 审完 2 件", 95),
    ]


def test_the_office_above_sees_what_waits_in_each_below(as_staff):
    for home, days in (("灵山县职改办", 31), ("灵山县职改办", 1), ("浦北县职改办", 1)):
        case(CaseState.PENDING, home, owed_since=now() - timedelta(days=days))

    city, county = as_staff("qz.staff"), as_staff("ls.staff")
    for client in (city, county):
        client.get("/admin/")

    words = city.page.words[city.page.words.index("下级办理情况") :]
    assert words[words.index("灵山县职改办") :][1:3] == ["2", "1 件"]
    assert words[words.index("浦北县职改办") :][1:3] == ["1", "—"]
    assert "下级办理情况" not in county.page.text


def test_a_default_account_is_led_to_its_users(as_staff):
    with writing():
        account_of("灵山县职改办").must_change_password = False

    assert as_staff("灵山县职改办").get("/admin/").location == "/admin/users/"


def test_a_problem_person_is_read_by_the_own_office_and_shown_whole_with_an_event(as_staff):
    found = case(CaseState.COUNTERFEIT)
    listed, whole = problem_person(found), found.holder.id_number
    client, neighbour = as_staff("ls.staff"), as_staff("pb.staff")
    page = client.get(f"/admin/problem-persons/details/?id={listed}")

    client.send("/admin/problem-persons/reveal/", {"id": listed})

    assert "发证机关当年没有这个编号" in page.text
    assert whole not in page.text
    assert whole in client.page.text
    assert trail()[0].action == "view_id_number"
    assert neighbour.get(f"/admin/problem-persons/details/?id={listed}").status_code == 404


@pytest.mark.parametrize(("typed", "found"), [("韦小兰", 1), ("韦", 0), ("450721198503120022", 0)])
def test_problem_persons_are_searched_by_whole_name_or_number(as_staff, typed, found):
    problem_person(case(CaseState.COUNTERFEIT))

    client = as_staff("ls.staff")
    client.find("/admin/problem-persons/", search=typed)

    assert f"共 {found} 条" in client.page.text


def test_an_action_wants_rows_and_a_name_of_its_own(as_staff):
    case(CaseState.PENDING)
    client = as_staff("ls.staff")
    client.get("/admin/cases/?tab=all")

    nothing_ticked = client.send("/admin/cases/action/?tab=all", {"action": "approve"})
    client.get(nothing_ticked.location)
    told = client.page.text
    unknown = client.send("/admin/cases/action/", {"action": "burn", "rowid": "1"})

    assert nothing_ticked.location == "/admin/cases/?tab=all"
    assert "还没有选，请先勾选" in told
    assert unknown.status_code == 404
