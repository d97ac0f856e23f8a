"""Which addresses name a thing, and of which kind; all others stand here as plain. A new address needs its row."""

from __future__ import annotations

from tests import objects

PLAIN_VIEWS = {"index_view", "find_view", "create_view", "export_view", "settings_view", "save_view"}
"""Of every screen of the back office: lists and new things."""
BY_ARGUMENT = {
    "details_view",
    "edit_view",
    "remove_view",
    "move_view",
    "close_view",
    "step_view",
    "lift_view",
    "decide_view",
    "answer_view",
    "illustration_view",
}
"""These take ?id=; with a step or a move named in the path."""
BY_FORM = {"reveal_view": "id", "action_view": "rowid"}
STEPS = {
    "certificates": "request_void", "deleted_certificates": "undelete_certificate", "users": "reset", "notices": "withdraw", "employers": "reset",
    "cases": "take_back",
}  # fmt: skip
IN_PATH = {
    "cases.review": "case", "cases.step": "case", "cases.correct": "case", "cases.decide": "case", "cases.reveal": "case",
    "cases.photo": "photo", "cases.forget_view": "view", "certificates.forget_view": "view", "audit.forget_view": "view", "imports.batch_view": "batch",
    "imports.abandon_view": "batch", "imports.columns_view": "batch", "imports.commit_view": "batch",
    "imports.errors_view": "batch", "imports.set_aside_view": "batch", "imports.approval_view": "batch",
    "imports.page_view": "batch", "imports.remove_page_view": "batch", "imports.choose_view": "batch",
    "imports.mend_view": "batch", "imports.mend_alike_view": "batch", "imports.row_view": "batch",
    "imports.send_back_view": "batch", "imports.submit_view": "batch", "imports.reveal_view": "batch",
    "cases.claim": "case", "imports.undo_view": "batch", "imports.check_again_view": "batch", "imports.progress_view": "batch",
    "cases.done_view": "done", "certificates.done_view": "done", "deleted_certificates.done_view": "done", "problem_persons.done_view": "done",
    "cases.approval": "case", "downloads.report": "record", "tasks.file": "job", "tasks.progress": "job",
    "id_releases.picture_view": "release", "identity_corrections.picture_view": "correction",
    "employers_own.ask_step": "clerk", "employers_own.take_step": "clerk",
    "own_cases.details": "own", "own_cases.confirm": "own", "own_cases.ask_discard": "own", "own_cases.discard": "own",
    "own_cases.dispute": "own", "own_cases.withdraw": "own", "wizard.fill_in": "own", "wizard.save": "own",
    "wizard.read_over": "own", "sending.done": "own", "sending.photos": "own", "sending.take": "own", "sending.photo": "own",
    "wizard.from_record": "record", "wizard.record_number": "record", "admin.notice": "notices", "own_notices.one_of_holder": "told",
    "own_notices.one_of_employer": "told",
    "admin.notice_picture": "notices", "own_notices.picture_of_holder": "told", "own_notices.picture_of_employer": "told",
}  # fmt: skip
PLAIN = {
    "static", "health.check", "lookup.form", "lookup.result", "lookup.verified", "lookup.picture", "admin.index",
    "cases.first", "cases.bodies", "imports.template_view", "imports.upload_view", "staff_auth.password",
    "staff_auth.sign_in", "staff_auth.sign_out", "staff_settings.settings", "employers_own.home", "employers_own.staff",
    "employers_own.open_account", "employers_own.password", "wizard.body_suggestions", "wizard.begin", "wizard.by_number", "wizard.civil_servant",
    "downloads.page", "downloads.records", "downloads.everything", "feedback.form", "feedback.send", "messages.inbox", "messages.mark_read",
    "staff_settings.signed_in", "staff_settings.end_sessions", "staff_settings.read_news", "staff_auth.second_step_page",
    "employers_own.signed_in", "employers_own.end_sessions", "employers_own.read_news",
    "admin.notices", "own_notices.of_holder", "own_notices.of_employer", "outbox.mails",
}  # fmt: skip
PLAIN_PARTS = {
    "second_factor", "auth", "closing", "privacy", "registration", "recovery", "security_answers", "releases", "corrections", "own_details",
    "own_email", "portal",
}  # fmt: skip
"""Whole doors: they know only who is signed in, or a token that nobody guesses."""


def split(endpoint: str) -> tuple[str, str]:
    part, _, view = endpoint.partition(".")
    return part, view


def is_plain(endpoint: str) -> bool:
    part, view = split(endpoint)
    return endpoint in PLAIN or part in PLAIN_PARTS or (view in PLAIN_VIEWS and endpoint not in IN_PATH)


def names_a_thing(endpoint: str) -> bool:
    part, view = split(endpoint)
    known = part in objects.OF_OFFICES or part in objects.OF_ALL
    return endpoint in IN_PATH or (known and (view in BY_ARGUMENT or view in BY_FORM))
