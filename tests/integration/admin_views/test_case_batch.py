"""Batches of cases: what a tab offers, moving and deleting many, and all that match with nothing swept in that came later."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

import jobs
from admin_views import case_batch
from domain.access import Role
from domain.verification import BATCH_ACTIONS, BY_NAME, ONE_BY_ONE, CaseState
from extensions import db, moment, writing
from jobs import batches
from listing.cases import CASES
from listing.selection import Selection
from models import BackgroundJob, Event, Message, VerificationCase, now
from operations import cases, events, staff
from tests import factories
from tests.conftest import staff_user
from tests.engines import PLAIN_SQL
from tests.integration.admin_views.records import office

QUEUE, ACT = "/admin/cases/", "/admin/cases/action/"


def again(case: VerificationCase) -> VerificationCase:
    db.session.rollback()
    return db.session.get_one(VerificationCase, case.id)


def pending(**changed: str) -> VerificationCase:
    return factories.case_at(CaseState.PENDING, **changed)


def offered(client: Any) -> set[str]:
    return {one["value"] for one in client.page.all("button") if one.get("name") == "action"}


@PLAIN_SQL
@pytest.mark.parametrize(
    ("tab", "actions"),
    [
        ("pending", {"approve", "reject", "call_in", "ask_changes", "ask_confirmation", "find_counterfeit", "hand_over", "delete"}),
        ("rejected", {"take_back"}), ("deleted", {"undelete"}), ("all", {one.name for one in BATCH_ACTIONS}),
    ],
)  # fmt: skip
def test_a_tab_offers_what_its_cases_can_take(as_staff: Any, tab: str, actions: set[str]) -> None:
    pending()
    factories.case_at(CaseState.REJECTED)
    factories.act("ls.staff", pending(), "delete", reply="重复提交")
    client = as_staff("ls.staff")

    client.get(f"{QUEUE}?tab={tab}")

    assert offered(client) == actions


def test_deleted_cases_are_brought_back_from_their_tab(as_staff: Any) -> None:
    first, second = (factories.act("ls.staff", pending(), "delete", reply="重复提交") for _ in range(2))
    client = as_staff("ls.staff")
    client.get(f"{QUEUE}?tab=deleted")
    client.send(f"{ACT}?tab=deleted", {"action": "undelete", "rowid": [str(first.id), str(second.id)]})

    client.post(f"{ACT}?tab=deleted", data=_sent(client))

    assert not again(first).deleted
    assert not again(second).deleted


def _sent(client: Any, **more: Any) -> dict[str, Any]:
    """Return the confirm page's form as a browser sends it: a name may stand in it many times."""
    fields: dict[str, list[str]] = {}
    for one in client.page.all("input"):
        if one.get("type") == "hidden":
            fields.setdefault(one["name"], []).append(one.get("value", ""))
    fields["csrf_token"] = fields["csrf_token"][:1]
    return {**fields, **more}


def test_who_comes_back_to_a_confirm_page_finds_the_list_and_the_words_for_the_same_rows(as_staff: Any) -> None:
    first, second = pending(), pending()
    client = as_staff("ls.staff")

    def kept_under(*cases: VerificationCase) -> str:
        client.get(f"{QUEUE}?tab=pending")
        client.send(ACT, {"action": "reject", "rowid": [str(case.id) for case in cases]})
        return next(form["data-keep"] for form in client.page.all("form") if "data-keep" in form)

    assert kept_under(first, second) == kept_under(first, second)
    assert kept_under(first, second) != kept_under(first)
    assert client.get(f"{ACT}?tab=pending").location.endswith(f"{QUEUE}?tab=pending")


def test_many_cases_are_handed_over_at_once(as_staff: Any) -> None:
    cases = [pending() for _ in range(2)]
    client, target = as_staff("ls.staff"), office("钦州市职改办").id
    client.get(QUEUE)
    client.send(ACT, {"action": "hand_over", "rowid": [str(case.id) for case in cases]})

    client.post(ACT, data=_sent(client, reply="授予单位在市里", to_office="钦州市职改办"))

    assert [again(case).office_id for case in cases] == [target, target]
    mails = db.select(BackgroundJob.subject_id).filter_by(kind_slug="message_mail")
    assert set(db.session.scalars(mails)) >= {letter.id for letter in db.session.query(Message)}


def all_matching(client: Any, action: str, address: str = QUEUE) -> Any:
    """Open a list, tick all that match, and press a button: what the confirm page shows is in client.page."""
    client.get(address)
    form = next(one["fields"] for one in client.page.forms if "seen_event" in one["fields"])
    return client.post(f"{ACT}?{address.partition('?')[2]}", data={**form, "action": action, "all_matching": "1"})


@pytest.fixture
def page_of_one(monkeypatch: Any) -> None:
    """Let a list show one row a page, so that there is more than the page."""
    read = Selection.page
    monkeypatch.setattr(Selection, "page", lambda self, **asked: read(self, **{"size": 1, **asked}))


def test_all_that_match_are_acted_on_and_nothing_that_came_later(as_staff: Any, page_of_one: None) -> None:
    seen, touched = [pending() for _ in range(2)], pending()
    client = as_staff("ls.staff")
    client.get(QUEUE)
    assert "全部 3 条" in client.page.text
    form = next(one["fields"] for one in client.page.forms if "seen_event" in one["fields"])
    factories.act(
        "ls.admin", factories.act("ls.admin", touched, "call_in", reply="请带原件"), "take_back", reply="点错了"
    )
    later = pending()

    client.post(ACT, data={**form, "action": "reject", "all_matching": "1"})
    client.post(ACT, data=_sent(client, reply="编号和原件对不上"))

    assert [again(case).state for case in seen] == [CaseState.REJECTED] * 2
    assert again(touched).state is CaseState.PENDING
    assert again(later).state is CaseState.PENDING


def test_what_another_process_brought_in_is_not_swept_in_with_an_older_count(
    as_staff: Any, page_of_one: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = [pending() for _ in range(2)]
    client = as_staff("ls.staff")
    client.get(QUEUE)
    monkeypatch.setattr(moment, "forget", lambda: None)  # as where another process writes
    later = pending()
    client.get(QUEUE)
    assert "全部 2 条" in client.page.text
    form = next(one["fields"] for one in client.page.forms if "seen_event" in one["fields"])

    client.post(ACT, data={**form, "action": "reject", "all_matching": "1"})
    client.post(ACT, data=_sent(client, reply="编号和原件对不上"))

    assert [again(case).state for case in seen] == [CaseState.REJECTED] * 2
    assert again(later).state is CaseState.PENDING


def test_all_that_match_keep_to_the_filters_and_the_place(as_staff: Any, page_of_one: None) -> None:
    chosen = [pending(title_level="中级", title="工程师") for _ in range(2)]
    other = pending()
    client = as_staff("ls.staff")

    all_matching(client, "call_in", f"{QUEUE}?tab=pending&level=intermediate")
    client.post(f"{ACT}?tab=pending&level=intermediate", data=_sent(client, reply="请带原件来"))

    assert [again(case).state for case in chosen] == [CaseState.ONSITE] * 2
    assert again(other).state is CaseState.PENDING
    stranger = as_staff("pb.staff")
    stranger.get(QUEUE)
    assert "data-beyond" not in str(stranger.page.elements)


@pytest.mark.parametrize("action", ONE_BY_ONE)
def test_what_wants_a_look_at_each_is_never_done_to_all(as_staff: Any, page_of_one: None, action: str) -> None:
    pending(), pending()

    assert all_matching(as_staff("ls.staff"), action).status_code == 404


def test_more_than_a_page_can_wait_for_goes_to_the_background(
    as_staff: Any, page_of_one: None, monkeypatch: Any
) -> None:
    monkeypatch.setattr(case_batch, "AT_ONCE", 1)
    monkeypatch.setattr(batches, "IDS_AT_ONCE", 1)
    cases, onsite = [pending() for _ in range(2)], factories.case_at(CaseState.ONSITE)
    client = as_staff("ls.staff")

    all_matching(client, "call_in", f"{QUEUE}?tab=all")
    words = client.page.text
    answer = client.post(f"{ACT}?tab=all", data=_sent(client, reply="请带原件来"))

    assert "选中 3" in words
    assert "可执行 2" in words
    assert "将跳过 1" in words
    assert answer.location == "/admin/tasks/"
    assert [again(case).state for case in (*cases, onsite)] == [CaseState.ONSITE] * 3
    job = db.session.query(BackgroundJob).filter_by(kind_slug="batch").one()
    assert job.sentence == "待现场审核，办成 2 件，跳过 1 件"
    report = client.get(f"/admin/tasks/{job.id}/file").data.decode("utf-8-sig")
    assert "现在是“待现场审核”，不能转为待现场审核" in report


def test_a_batch_in_the_background_asks_for_its_reply_first(as_staff: Any, page_of_one: None, monkeypatch: Any) -> None:
    monkeypatch.setattr(case_batch, "AT_ONCE", 1)
    case, _ = pending(), pending()
    client = as_staff("ls.staff")
    all_matching(client, "reject")

    answer = client.post(ACT, data=_sent(client, reply=""))

    assert "请填写审核回复" in answer.text
    assert again(case).state is CaseState.PENDING


def before_the_second(monkeypatch: Any, meanwhile: Callable[[int], None]) -> None:
    """Let something happen to the case that a batch in the background comes to second."""
    monkeypatch.setattr(case_batch, "AT_ONCE", 1)
    act, taken = batches._acted, []

    def acted(run: Any, transition: Any, case_id: int, version: int) -> Any:
        taken.append(case_id)
        if len(taken) == 2:
            meanwhile(case_id)
        return act(run, transition, case_id, version)

    monkeypatch.setattr(batches, "_acted", acted)


def test_a_batch_that_was_stopped_goes_on_and_does_nothing_twice(
    as_staff: Any, page_of_one: None, monkeypatch: Any
) -> None:
    cases, client = [pending() for _ in range(3)], as_staff("ls.staff")

    def stop(_: int) -> None:
        raise OperationalError("", {}, ConnectionError())

    before_the_second(monkeypatch, stop)
    all_matching(client, "call_in")
    client.post(ACT, data=_sent(client, reply="请带原件来"))
    stopped = [again(case).state for case in cases]
    with writing():
        job = db.session.query(BackgroundJob).filter_by(kind_slug="batch").one()
        job.due_at, job_id = now(), job.id

    jobs.wake(job_id)

    assert sorted(stopped) == [CaseState.ONSITE, CaseState.PENDING, CaseState.PENDING]
    assert [again(case).state for case in cases] == [CaseState.ONSITE] * 3
    assert [len([one for one in Event.about("case", case.id) if one.action == "call_in"]) for case in cases] == [
        1,
        1,
        1,
    ]
    assert "办成 2 件，跳过 0 件。中间停过一次" in db.session.get_one(BackgroundJob, job_id).sentence


def reported(client: Any) -> str:
    job = db.session.query(BackgroundJob).filter_by(kind_slug="batch").one()
    return str(client.get(f"/admin/tasks/{job.id}/file").data.decode("utf-8-sig"))


def test_a_case_that_moves_on_while_the_batch_runs_is_left_as_it_is_then(
    as_staff: Any, page_of_one: None, monkeypatch: Any
) -> None:
    first, second = pending(), pending()

    def sent_in_anew(case_id: int) -> None:
        owner = again(second).holder.actor
        with writing():
            cases.act(owner, case_id, again(second).version, "withdraw")
        with writing():
            cases.act(owner, case_id, again(second).version, "submit")

    before_the_second(monkeypatch, sent_in_anew)
    client = as_staff("ls.staff")
    all_matching(client, "approve")
    client.post(ACT, data=_sent(client))

    assert again(first).state is CaseState.APPROVED
    assert again(second).state is CaseState.PENDING
    assert "刚刚处理了这一件" in reported(client)


def test_an_account_that_is_shut_while_its_batch_runs_decides_nothing_more(
    as_staff: Any, page_of_one: None, monkeypatch: Any
) -> None:
    first, second = pending(), pending()
    client, other = as_staff("ls.staff"), factories.staff("ls.admin")

    def shut_out(_: int) -> None:
        with writing():
            staff.disable(other, staff_user("ls.staff"))

    before_the_second(monkeypatch, shut_out)
    all_matching(client, "approve")
    client.post(ACT, data=_sent(client))

    assert again(first).state is CaseState.APPROVED
    assert again(second).state is CaseState.PENDING
    job = db.session.query(BackgroundJob).filter_by(kind_slug="batch").one()
    assert job.sentence == "审核通过，办成 1 件，跳过 1 件"


def test_a_role_lost_before_a_batch_begins_decides_nothing(app: Any, page_of_one: None, monkeypatch: Any) -> None:
    case, actor = pending(), factories.staff("ls.staff")
    selection = Selection(CASES, {}, actor.place)
    with writing():
        job_id = batches.ask_for(actor, selection, BY_NAME["approve"], events.newest_id(), {"reply": ""}).id
        staff_user("ls.staff").role = Role.DEFAULT_ACCOUNT

    jobs.wake(job_id)

    assert again(case).state is CaseState.PENDING
