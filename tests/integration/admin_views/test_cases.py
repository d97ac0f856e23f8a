"""The queue and the case page through HTTP: what a reviewer sees, decides, and is told when somebody was faster."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from domain.verification import BATCH_ACTIONS, CaseState
from extensions import db, writing
from models import ApprovalPage, Event, ImportBatch, ProblemPerson, VerificationCase
from operations import cases
from storage import new_key
from tests import factories
from tests.conftest import actor_of


def again(case: VerificationCase) -> VerificationCase:
    db.session.rollback()
    return db.session.get_one(VerificationCase, case.id)


def decide(client: Any, case: VerificationCase, decision: str, **form: str) -> Any:
    client.get(f"/admin/cases/review/{case.id}/")
    data = {"version": str(case.version), "decision": decision, **form}
    return client.send(f"/admin/cases/review/{case.id}/decide/", data)


@pytest.fixture
def pending(app: Flask) -> VerificationCase:
    return factories.case_at(CaseState.PENDING)


def test_the_queue_shows_what_waits_and_masks_the_number(pending: VerificationCase, as_staff: Any) -> None:
    client = as_staff("ls.staff")

    page = client.get("/admin/cases/").get_data(as_text=True)

    assert pending.holder.name in page
    assert pending.holder.id_number not in page
    assert pending.holder.masked_id in page


def test_approving_publishes_and_goes_on(pending: VerificationCase, as_staff: Any) -> None:
    answer = decide(as_staff("ls.staff"), pending, "approve")

    assert answer.status_code == 303
    assert again(pending).state is CaseState.APPROVED
    assert again(pending).certificate.is_public


def test_a_decision_without_its_reply_keeps_the_choice_and_says_why(pending: VerificationCase, as_staff: Any) -> None:
    client = as_staff("ls.staff")

    answer = decide(client, pending, "reject")

    assert "请填写审核回复" in answer.get_data(as_text=True)
    assert 'value="reject" data-key="5" checked' in answer.get_data(as_text=True)
    assert again(pending).state is CaseState.PENDING


def test_the_second_reviewer_is_told_who_decided_and_keeps_the_reply(pending: VerificationCase, as_staff: Any) -> None:
    client, seen = as_staff("ls.staff"), pending.version
    client.get(f"/admin/cases/review/{pending.id}/")
    with writing():
        cases.act(actor_of("ls.admin"), pending.id, seen, "approve")

    answer = client.send(
        f"/admin/cases/review/{pending.id}/decide/", {"version": str(seen), "decision": "reject", "reply": "照片不清楚"}
    )

    words = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "劳志坚刚刚处理了这一件（审核通过）" in words
    assert "照片不清楚" in words
    assert again(pending).state is CaseState.APPROVED


def test_a_counterfeit_is_asked_for_once_more_with_its_evidence(pending: VerificationCase, as_staff: Any) -> None:
    client = as_staff("ls.staff")
    asked = decide(client, pending, "find_counterfeit", reply="与存档不符")
    assert "内部证据" in asked.get_data(as_text=True)
    assert again(pending).state is CaseState.PENDING

    form = client.page.form("evidence") if "evidence" in str(client.page.forms) else {}
    client.send(
        f"/admin/cases/review/{pending.id}/decide/",
        {**form, "version": str(pending.version), "decision": "find_counterfeit", "confirmed": "1",
         "reply": "与存档不符", "evidence": "批文里没有此人"},
    )  # fmt: skip

    assert again(pending).state is CaseState.COUNTERFEIT
    assert db.session.query(ProblemPerson).one().evidence == "批文里没有此人"


def test_evidence_that_was_typed_is_never_lost(pending: VerificationCase, as_staff: Any) -> None:
    client, seen = as_staff("ls.staff"), pending.version
    form = {"confirmed": "1", "reply": "这是假证", "evidence": "批文里没有此人"}

    decide(client, pending, "find_counterfeit", **form)
    assert "给本人的回复里不能写“假证”" in client.page.text
    assert "批文里没有此人" in client.page.text
    with writing():
        cases.act(actor_of("ls.admin"), pending.id, seen, "approve")
    client.send(
        f"/admin/cases/review/{pending.id}/decide/",
        {**form, "version": str(seen), "decision": "find_counterfeit", "reply": "与存档不符"},
    )

    assert "劳志坚刚刚处理了这一件" in client.page.text
    assert "批文里没有此人" in client.page.text
    assert db.session.query(ProblemPerson).count() == 0


def test_taking_back_withdraws_the_publication_at_once(app: Flask, as_staff: Any) -> None:
    case = factories.case_at(CaseState.APPROVED)
    client = as_staff("ls.staff")
    client.get(f"/admin/cases/review/{case.id}/take_back/")

    client.send(f"/admin/cases/review/{case.id}/take_back/", {"version": str(case.version), "reply": "点错了"})

    restored = again(case)
    assert restored.state is CaseState.PENDING
    assert restored.certificate is None or not restored.certificate.is_public


def test_a_correction_is_saved_beside_what_the_holder_wrote(pending: VerificationCase, as_staff: Any) -> None:
    client, written = as_staff("ls.staff"), pending.specialty
    client.get(f"/admin/cases/review/{pending.id}/correct/")
    form = client.page.form("specialty")

    client.post(
        f"/admin/cases/review/{pending.id}/correct/", data={**form, "specialty": "公路与桥梁", "reply": "请核对专业"}
    )

    assert "请核对专业" in client.page.text
    assert [event.reply for event in Event.about("case", pending.id)][-1] is None
    assert again(pending).correction == {"specialty": "公路与桥梁"}
    assert again(pending).specialty == written


def test_a_number_of_unusual_form_is_corrected_without_a_question(pending: VerificationCase, as_staff: Any) -> None:
    client = as_staff("ls.staff")
    client.get(f"/admin/cases/review/{pending.id}/correct/")
    form = client.page.form("specialty")

    client.post(f"/admin/cases/review/{pending.id}/correct/", data={**form, "cert_no": "桂中级字第 0812 号"})

    assert again(pending).correction == {"cert_no": "桂中级字第0812号"}


def test_a_wrong_correction_keeps_what_was_typed(pending: VerificationCase, as_staff: Any) -> None:
    client = as_staff("ls.staff")
    client.get(f"/admin/cases/review/{pending.id}/correct/")
    form = client.page.form("specialty")

    answer = client.post(f"/admin/cases/review/{pending.id}/correct/", data={**form, "awarded_on": "98.6"})

    assert 'value="98.6"' in answer.get_data(as_text=True)
    assert again(pending).correction is None


def test_the_whole_number_is_shown_on_demand_and_leaves_an_event(pending: VerificationCase, as_staff: Any) -> None:
    client = as_staff("ls.staff")
    assert pending.holder.id_number not in client.get(f"/admin/cases/review/{pending.id}/").get_data(as_text=True)

    answer = client.send(f"/admin/cases/review/{pending.id}/id-number/")

    assert pending.holder.id_number in answer.get_data(as_text=True)
    assert db.session.query(Event).filter_by(action="view_id_number").count() == 1


def test_another_countys_case_is_not_there(pending: VerificationCase, as_staff: Any) -> None:
    client = as_staff("pb.staff")

    for address in ("", "decide/", "correct/", "take_back/", "id-number/"):
        client.get("/admin/cases/")
        assert client.send(f"/admin/cases/review/{pending.id}/{address}").status_code in (404, 405), address
    assert client.get(f"/admin/cases/review/{pending.id}/").status_code == 404
    assert client.get(f"/admin/cases/photo/{pending.photos[0].id}/").status_code == 404


@pytest.mark.parametrize("action", [one for one in BATCH_ACTIONS if one.target and one.name not in ("take_back", "ask_confirmation", "hand_over")],
                         ids=lambda one: one.name)  # fmt: skip
def test_each_batch_action_asks_once_and_then_acts(action: Any, pending: VerificationCase, as_staff: Any) -> None:
    client = as_staff("ls.staff")
    client.get("/admin/cases/")
    asked = client.send("/admin/cases/action/", {"action": action.name, "rowid": str(pending.id)})
    assert "可执行" in asked.get_data(as_text=True)
    assert again(pending).state is CaseState.PENDING

    form = client.page.form("confirmed")
    client.post("/admin/cases/action/", data={**form, "reply": "请看说明", "evidence": "批文里没有此人"})

    assert again(pending).state is action.target


def test_a_batch_is_passed_to_an_office_or_deleted(pending: VerificationCase, as_staff: Any) -> None:
    other, client = factories.case_at(CaseState.PENDING), as_staff("qz.staff")
    both, city = [str(pending.id), str(other.id)], factories.office("浦北县职改办").id
    for action, more in (("hand_over", {"to_office": "浦北县职改办"}), ("delete", {})):
        client.get("/admin/cases/")
        client.send("/admin/cases/action/", {"action": action, "rowid": both})
        form = client.page.form("confirmed") | {"rowid": both, "reply": "重复提交", **more}
        form["seen"] = [f"{case.id}:{again(case).version}" for case in (pending, other)]
        assert "办成 2 条" in client.post("/admin/cases/action/", data=form, follow_redirects=True).text

    assert {again(case).office_id for case in (pending, other)} == {city}
    assert all(again(case).deleted for case in (pending, other))


def test_a_batch_names_each_row_it_skips_and_does_the_others(pending: VerificationCase, as_staff: Any) -> None:
    finished, client = factories.case_at(CaseState.REJECTED), as_staff("ls.staff")
    client.get("/admin/cases/?tab=all")

    asked = client.send("/admin/cases/action/", {"action": "approve", "rowid": [str(pending.id), str(finished.id)]})

    words = asked.get_data(as_text=True)
    assert "将跳过" in words
    assert "现在是“审核不通过”" in words
    assert f'href="/admin/cases/review/{finished.id}/"' in words
    client.post("/admin/cases/action/", data=client.page.form("confirmed"))
    assert again(pending).state is CaseState.APPROVED


def test_a_batch_never_decides_on_a_version_nobody_saw(pending: VerificationCase, as_staff: Any) -> None:
    client = as_staff("ls.staff")
    client.get("/admin/cases/")
    client.send("/admin/cases/action/", {"action": "approve", "rowid": str(pending.id)})
    form = client.page.form("confirmed")
    with writing():
        cases.act(actor_of("ls.admin"), pending.id, pending.version, "call_in", reply="请带原件来")

    answer = client.post("/admin/cases/action/", data=form, follow_redirects=True)

    assert again(pending).state is CaseState.ONSITE
    assert "刚刚处理了这一件" in answer.get_data(as_text=True)


def test_the_batchs_approval_document_stands_beside_the_photos(app: Flask, as_staff: Any) -> None:
    case, other = factories.case_at(CaseState.PENDING), factories.case_at(CaseState.PENDING, owner=factories.holder(2))
    one = factories.photo()
    key = new_key()
    app.extensions["photos"].put(key, b"jpeg")
    with writing():
        batch = db.session.get_one(ImportBatch, again(case).certificate.batch_id)
        batch.pages.append(
            ApprovalPage(label="批文", key=key, sha256=one.sha256, width=9, height=9, size=4, created_by="梁敏")
        )
        other.certificate.batch_id = None
    client, page = as_staff("ls.staff"), batch.pages[0].id

    client.get(f"/admin/cases/review/{case.id}/")

    address = f"/admin/cases/review/{case.id}/approval/{page}/"
    assert address in [image["src"] for image in client.page.all("img")]
    assert client.get(address).data == b"jpeg"
    assert client.get(f"/admin/cases/review/{other.id}/approval/{page}/").status_code == 404
    assert as_staff("pb.staff").get(address).status_code == 404


@pytest.mark.parametrize("state", [CaseState.PENDING, CaseState.APPROVED])
def test_a_case_is_held_against_the_record_it_came_to_not_against_what_it_published(state, as_staff: Any) -> None:
    case, client = factories.case_at(state), as_staff("ls.staff")

    client.get(f"/admin/cases/review/{case.id}/")

    assert "1 处与导入记录不同" in client.page.text


def test_a_record_that_a_case_founded_is_no_imported_one(as_staff: Any) -> None:
    case = factories.act("ls.staff", factories.act("holder", factories.draft(None), "submit"), "approve")
    client = as_staff("ls.staff")

    client.get(f"/admin/cases/review/{case.id}/")

    assert "没有导入记录，本人填报" in client.page.text


def test_the_queue_leads_to_its_first_case_as_it_is_filtered(pending: VerificationCase, as_staff: Any) -> None:
    other, client = (
        factories.case_at(
            CaseState.PENDING, factories.certificate(factories.holder(), title_level="intermediate", title="工程师")
        ),
        as_staff("ls.staff"),
    )

    for asked, first in (("", pending.id), ("?level=intermediate", other.id)):
        client.get(f"/admin/cases/{asked}")
        way = next(link["href"] for link in client.page.all("a") if "/first/" in link["href"])
        assert f"/review/{first}/" in client.get(way).location
    assert "/first/" not in client.get("/admin/cases/?tab=approved").text
