"""The page of one case: looking at it, deciding it, correcting it. Actions with a page of their own are in case_steps.py."""

from __future__ import annotations

from typing import Any

from flask import Response as FlaskResponse
from flask import abort, flash, jsonify, redirect, request, url_for
from flask_admin import expose
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from admin_views import batch, case_page
from admin_views.case_forms import reply_form
from admin_views.revealing import note_number, note_pictures
from domain.certificate_fields import BY_KEY
from domain.certificate_rows import Answers, read_answers
from domain.errors import DomainError, StaleVersion
from domain.verification import BY_NAME, DECISIONS, OFFICE_TURN, Transition
from extensions import db, writing
from listing.cases import name_of
from models import CasePhoto, VerificationCase
from operations import case_drafts, cases, claims, review_queue
from operations.case_facts import PORTAL_KEYS
from operations.certificates import values_of
from operations.dictionaries import dictionaries
from web.access import current_actor
from web.certificate_form import correction_form, suggested_titles, suggested_words
from web.incoming import posted_parts, too_long
from web.photos import photo_response
from web.suggestions import bodies_like

Answer = str | Response | tuple[str, int]


class CaseDesk:
    """A part of CaseView. The list's filters and sort stand in every address, so the next case is the list's next."""

    def at(self: Any, page: str, case_id: int, **more: Any) -> str:
        """Return the address of a page about the case, with the list it belongs to."""
        return url_for(f"cases.{page}", case_id=case_id, **more, **self.grid_of(request.args).arguments(with_page=True))

    def reachable(self, case_id: int) -> VerificationCase:
        return cases.reviewable(current_actor(), case_id)

    # Looking.

    @expose("/review/<int:case_id>/")
    def review(self: Any, case_id: int) -> str:
        return self.case_page(self.reachable(case_id))

    @expose("/first/")
    def first(self: Any) -> Response:
        """Open the first of the list that waits for a decision."""
        case = self.grid_of(request.args).first(*self.waiting())
        if case is None:
            flash("现在没有等着审核的证书。", "info")
            return redirect(self.list_url())
        return redirect(self.at("review", case.id))

    def waiting(self) -> tuple[Any, ...]:
        """Return the conditions for what could be decided next: it is the office's turn, and nobody else has it open."""
        free = claims.free_for(current_actor())
        return VerificationCase.state.in_(OFFICE_TURN), VerificationCase.deleted_at.is_(None), free

    def case_page(self: Any, case: VerificationCase, **more: Any) -> str:
        grid, actor = self.grid_of(request.args), current_actor()
        shown = case_page.context(case, actor) | {
            "at": self.at, "list_url": self.list_url(), "list_label": grid.tab.label, "standing": grid.standing(case),
            "next_id": self.neighbour_id(case), "previous_id": self.neighbour_id(case, forward=False),
            "typed": MultiDict(), "problem": "", "revealed": "", "correcting": False,
        }  # fmt: skip
        if shown["can_correct"]:
            form = more.setdefault("correction", correction_form(case))
            shown |= {"suggested_titles": suggested_titles(form), "suggested_words": suggested_words()}
        return self.render("admin/cases/review.html", **{**shown, **more})

    @expose("/review/<int:case_id>/claim/", methods=("POST",))
    def claim(self: Any, case_id: int) -> FlaskResponse:
        """Note who has the case open; the page asks for it by script, since opening a page changes nothing."""
        case, actor = self.reachable(case_id), current_actor()
        if case.state not in OFFICE_TURN or case.deleted:
            return jsonify(None)
        with writing():
            taken = claims.take(actor, case_id)
        return jsonify(case_page.claim_of(taken, actor))

    # Deciding.

    @expose("/review/<int:case_id>/decide/", methods=("GET", "POST"))
    def decide(self: Any, case_id: int) -> Answer:
        case = self.reachable(case_id)
        if request.method == "GET":
            return redirect(
                self.at("review", case_id)
            )  # this address stands above a refusal, and people come back to it
        if problem := too_long("reply", "evidence"):
            return self.again(case, problem)
        decision = case_page.decision_named(request.form.get("decision", ""))
        if decision is None:
            return self.again(case, "还没有选审核结论，请选一个再提交")
        if decision.evidence and not batch.confirmed():
            return self.ask_evidence(case, decision)
        answers = self.corrected(case) if decision.confirms_correction and "correcting" in request.form else None
        if answers and answers.problems:
            return self.again(case, "更正内容里有写得不对的地方，请看左边", answers)
        return self.carry_on(case, decision, answers)

    def carry_on(self: Any, case: VerificationCase, decision: Transition, answers: Answers | None) -> Answer:
        """Take the decision and open the next case; what is refused changes nothing and keeps every word."""
        case_id, next_id = case.id, self.neighbour_id(case, *self.waiting())
        try:
            with writing():
                name = name_of(self.taken(case_id, decision, answers))
        except DomainError as refusal:
            if decision.evidence and not isinstance(refusal, StaleVersion):
                return self.ask_evidence(self.reachable(case_id), decision, refusal)
            return self.refused(case_id, refusal)
        back = self.at("step", case_id, name="take_back")
        flash(Markup('<b>{}{}。</b>点错了？<a href="{}">恢复</a>').format(name, decision.told, back), "ok")
        return self.onward(next_id)

    def taken(self: Any, case_id: int, decision: Transition, answers: Answers | None) -> VerificationCase:
        version = batch.as_id(request.form.get("version")) or 0
        if answers is not None:
            version = self.act(case_id, BY_NAME["correct"], version, correction=answers.values).version
        return self.act(case_id, decision, version)

    def act(self, case_id: int, transition: Transition, version: int, **more: Any) -> VerificationCase:
        """Take one case through one transition with what the form brought; the ticks go with the decision."""
        form = request.form
        kept = form.getlist("matches_photo") if transition in DECISIONS else []
        ticked = "、".join(BY_KEY[key].label for key in kept if key in BY_KEY)
        return cases.act(
            current_actor(), case_id, version, transition.name,
            reply=form.get("reply", ""), evidence=form.get("evidence", "") if transition.evidence else "", checked=ticked, **more,
        )  # fmt: skip

    def again(self: Any, case: VerificationCase, problem: str, answers: Answers | None = None) -> str:
        """Show the case as it is now, with everything that was typed and why it was not taken."""
        correcting = "correcting" in request.form
        more: dict[str, Any] = {"typed": posted_parts(), "problem": problem, "correcting": correcting}
        if correcting:
            more["correction"] = correction_form(case, {key: more["typed"].get(key, "") for key in PORTAL_KEYS})
            for one in answers.problems if answers else ():
                more["correction"].say(one.key, one.sentence)
        return self.case_page(case, **more)

    def refused(self: Any, case_id: int, refusal: DomainError) -> tuple[str, int]:
        """Somebody who was slower sees the case as it is now, and decides on that if it still can be decided."""
        case, stale = self.reachable(case_id), isinstance(refusal, StaleVersion)
        return self.again(case, refusal.sentence), 409 if stale else 200

    def ask_evidence(
        self: Any, case: VerificationCase, decision: Transition, refusal: DomainError | None = None
    ) -> str:
        """假证 is asked for once more, on a page of its own, with the evidence that stays inside."""
        typed = posted_parts()
        form = reply_form(decision, reply=typed.get("reply", ""), evidence=typed.get("evidence", ""))
        if refusal is not None:
            form.show(refusal)
        hidden = [("decision", decision.name), ("confirmed", "1"), ("version", request.form.get("version", ""))]
        hidden += [("matches_photo", key) for key in request.form.getlist("matches_photo")]
        return self.render(
            "admin/confirm.html", title=f"认定为假证：{name_of(case)}", form=form, hidden=hidden, tone="bad",
            warning=decision.meaning,
            submit_label="确认是假证", cancel_url=self.at("review", case.id), cancel_label="返回审核页",
            action_url=self.at("decide", case.id), keep=case_page.keep_key(case, decision.name),
            templates=[one.text for one in review_queue.reply_texts(current_actor(), decision.name)],
        )  # fmt: skip

    def onward(self: Any, next_id: int | None) -> Response:
        if next_id is not None:
            return redirect(self.at("review", next_id), 303)
        left = self.grid_of(request.args).first(*self.waiting())
        skipped = Markup('跳过的还没有审，<a href="{}">从头看</a>。').format(self.at("review", left.id)) if left else ""
        flash(Markup("<b>这一批审完了。</b>{}").format(skipped), "info")
        return redirect(self.list_url(), 303)

    # Correcting: beside the photos, alone or together with 待客户确认.

    @expose("/review/<int:case_id>/correct/", methods=("GET", "POST"))
    def correct(self: Any, case_id: int) -> Answer:
        case = self.reachable(case_id)
        if request.method == "GET":
            typed = MultiDict({"decision": "ask_confirmation"})
            return self.case_page(case, correcting=True, typed=typed)
        answers = self.corrected(case)
        if answers.problems:
            return self.again(case, "更正内容里有写得不对的地方，请看左边", answers)
        try:
            with writing():
                version = batch.as_id(request.form.get("version")) or 0
                self.act(case_id, BY_NAME["correct"], version, correction=answers.values)
        except DomainError as refusal:
            return self.refused(case_id, refusal)
        flash("更正已保存，本人还看不到。选“待客户确认”提交后，由本人确认。", "ok")
        return self.again(self.reachable(case_id), "")  # what was written besides, such as a reply, is not sent yet

    def corrected(self, case: VerificationCase) -> Answers:
        """Read the correction by the rules of the field; what stays as the holder sent it is not checked again.

        A number of unusual form is not asked about: who corrects it has the photo beside it.
        """
        kept = values_of(case, list(PORTAL_KEYS))
        document = case_drafts.document_of(case.holder)
        return read_answers(request.form, kept, document, dictionaries(), sure_of_number=True)

    @expose("/bodies/")
    def bodies(self) -> FlaskResponse:
        return bodies_like(request.args.get("q", ""))

    # What the page shows of the person.

    @expose("/photo/<int:photo_id>/")
    def photo(self: Any, photo_id: int) -> FlaskResponse:
        """Show a photo; outside a review, which is once the case has left the hands of offices, that is an event."""
        photo = db.session.get(CasePhoto, photo_id)
        if photo is None:
            abort(404)
        case, picture = self.reachable(photo.case_id), photo_response(photo.key)
        if not case.state.is_open:
            note_pictures(("holder", case.holder_id), f"查看已审完的照片（证书 {case.cert_no or '无编号'}）")
        return picture

    @expose("/review/<int:case_id>/approval/<int:page_id>/")
    def approval(self: Any, case_id: int, page_id: int) -> FlaskResponse:
        """Show a page of the 批文 behind the record to whoever reviews the case, wherever the batch was imported."""
        pages = case_page.approval_pages(self.reachable(case_id))
        page = next((one for one in pages if one.id == page_id), None)
        return photo_response(page.key) if page else abort(404)

    @expose("/review/<int:case_id>/id-number/", methods=("GET", "POST"))
    def reveal(self: Any, case_id: int) -> Answer:
        """Show the whole ID number once and note who looked."""
        case = self.reachable(case_id)
        if request.method == "GET":
            return redirect(self.at("review", case_id))
        note_number(("holder", case.holder_id), "查看完整身份证号")
        case = self.reachable(case_id)
        return self.case_page(case, revealed=case.holder.id_number)
