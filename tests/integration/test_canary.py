"""A number that is put in through every door is found nowhere in what lies on the disk."""

from __future__ import annotations

import base64
import logging
import tempfile
from pathlib import Path

import pytest

from admin_views import listing_view
from backups import making
from commands.cast import id_number
from domain.access import ANYBODY
from domain.identifiers import mask_id, parse_id
from domain.notices import NoticeText
from domain.verification import CaseState
from domain.vocabulary import Audience
from extensions import db, writing
from jobs import exports
from models import BackgroundJob, Certificate, Holder, ReferenceRecord, now
from operations import (
    accounts,
    events,
    feedback,
    holders,
    identity_requests,
    imports,
    lookups,
    notices,
    register,
    security_answers,
)
from operations.accounts import Attempt
from operations.holders import Details
from operations.identity_requests import Claimant
from operations.security_answers import Claim
from tests.factories import act, case_at, certificate, draft, fresh_person, holder, staff
from tests.integration.admin_views.records import trail
from tests.integration.admin_views.uploads import newest, press, send_rows

ID_NUMBER = id_number("452826", "19660920", "007")
MOBILE = "13987654321"


def spellings(number):
    """Yield the number as a careless program might have left it."""
    for plain in (number.encode(), number.encode("utf-16-le"), number.encode("utf-16-be"), number[::-1].encode()):
        yield plain
        yield plain.hex().encode()
        yield plain.hex().upper().encode()
        yield from (base64.b64encode(b"x" * shift + plain)[4:-4] for shift in range(3))


def lying_on_disk():
    """Return what a thief of the disk reads: the SQLite file with its log, or every row of PostgreSQL as text."""
    if db.engine.dialect.name == "sqlite":
        file = db.engine.url.database
        return b"".join(Path(part).read_bytes() for part in (file, f"{file}-wal") if Path(part).exists())
    tables = db.inspect(db.engine).get_table_names()
    with db.engine.connect() as connection:
        rows = [connection.exec_driver_sql(f'SELECT t::text FROM "{table}" t').scalars().all() for table in tables]  # noqa: S608
    return "\n".join(row for table in rows for row in table).encode()


def use_everywhere():
    """Take the numbers through registration, failed sign-ins, every kind of case, listing, undoing and looking."""
    owner = holder(None, id_number=ID_NUMBER, mobile=MOBILE, name="卢金雀")
    for state in CaseState:
        case_at(state, certificate(owner), owner)
    loose = certificate(owner).id
    misspelt = certificate(owner, name="卢金鹊")
    by_hand = act("holder", draft(None, owner, cert_no=misspelt.cert_no), "submit")
    for decision in ("approve", "take_back", "approve"):
        act("ls.admin", by_hand, decision)
    for name in ("request_void", "agree_void", "delete_certificate"):
        with writing():
            record = db.session.get_one(Certificate, loose)
            who = "ls.staff" if name == "request_void" else "ls.admin"
            register.move(staff(who), loose, record.version, name, "重复")
    with writing():
        for login in (ID_NUMBER, MOBILE):
            accounts.reserve(Attempt("holder", login, "203.0.113.9"))
        known = db.session.get_one(Holder, owner.id)
        accounts.signed_in(known, Attempt("holder", MOBILE, "203.0.113.9"), known.password_hash)
        events.record(
            known.actor, "view_id_number", ("holder", known.id), "查看", changes={"身份证号": ["", ID_NUMBER]}
        )
    lookups.buffer.add(1)
    lookups.fold()
    ask_for_everything(owner.id)
    write_it_into_words(owner)


def write_it_into_words(owner):
    """Write the number into every kind of free text, as people do who want to be exact."""
    words = f"与身份证号{ID_NUMBER}不符"
    case = act("ls.staff", case_at(CaseState.PENDING, None, holder(1)), "reject", reply=words)
    act("ls.staff", case, "take_back", reply=words)
    act("ls.staff", case, "find_counterfeit", reply=words, evidence=words)
    with writing():
        letter = feedback.send(db.session.get_one(Holder, owner.id), words)
        feedback.answer(staff("qz.staff"), letter.id, words)
        notices.write(staff("qz.admin"), NoticeText(words, words, Audience.HOLDERS, now().date()))
        holders.change_details(db.session.get_one(Holder, owner.id), Details(MOBILE, "450721", words))


def ask_for_everything(owner_id):
    """Take the numbers through requests of either kind, a change of details, and the security question."""
    pages = {"front": "f" * 32, "back": "b" * 32}
    for name, number in (("卢金鹊", fresh_person()), ("卢金雀", ID_NUMBER)):
        claimed = Claimant(name, parse_id(number, now().date()))
        with writing():
            asked = identity_requests.ask_correction(db.session.get_one(Holder, owner_id), claimed, pages)
            identity_requests.decide(staff("qz.admin"), asked.id, grant=True, reply="已核对。")
    with writing():
        identity_requests.ask_release(
            ANYBODY, claimed, pages, mobile=MOBILE, email="real@example.com", region_code="450721"
        )
    for mobile in ("13700009999", MOBILE):
        with writing():
            holders.change_details(db.session.get_one(Holder, owner_id), Details(mobile, "450721", "灵山县水利局"))
    claim = Claim(ID_NUMBER, MOBILE, "答案", "203.0.113.9")
    with writing():
        security_answers.reserve(claim)
        security_answers.keep_new_password(db.session.get_one(Holder, owner_id), "not a hash", claim)


def test_a_number_that_was_used_everywhere_is_found_nowhere(app):
    use_everywhere()
    db.session.rollback()

    lying = lying_on_disk()

    assert "卢金雀".encode() in lying
    assert forms_in(lying) == []
    assert Holder.with_mobile(MOBILE).id_number == ID_NUMBER


# What leaves by files and pages, and what each of them leaves behind.

LISTS = (
    "/admin/certificates/", "/admin/cases/?tab=all", "/admin/reference-records/", "/admin/problem-persons/", "/admin/audit/",
    "/admin/deleted-certificates/", "/admin/identity-corrections/", "/admin/imports/", "/admin/tasks/", "/admin/",
)  # fmt: skip


def forms_in(content):
    return [form for number in (ID_NUMBER, MOBILE) for form in spellings(number) if form in content]


def files_under(*folders):
    """Return every file with its name: databases and their logs, photos, uploads, queue, backups, what lies in between."""
    return [(path, path.read_bytes()) for folder in folders for path in Path(folder).rglob("*") if path.is_file()]


def import_twice(clerk, folder):
    """Send a workbook with a good and a wrong row of the person; take the wrong one as a file, then keep it for looking up."""
    send_rows(
        clerk, folder, *({"id_number": ID_NUMBER, "name": "卢金雀", "title": title} for title in ("助理工程师", ""))
    )
    taken = press(clerk, "errors")
    batch = newest()
    with writing():
        imports.set_aside(staff("ls.staff"), batch.id, batch.version, keep=True)
    clerk.get(f"/admin/imports/{batch.id}/")
    press(clerk, "commit")
    return taken


def export_both_ways(clerk, monkeypatch):
    """Write each list of the person at once and by a job; return the four files."""
    written = []
    for page in ("/admin/certificates/", "/admin/cases/?tab=all"):
        path, asked = clerk.find(page, search=ID_NUMBER).split("?")
        written.append(clerk.send(f"{path}export/?{asked}", {"form": "csv"}).data)
        with monkeypatch.context() as much:
            much.setattr(listing_view, "AT_ONCE", -1)
            clerk.send(f"{path}export/?{asked}", {"form": "csv"})
    return written + [exports.file_of(job)[0] for job in db.session.scalars(db.select(BackgroundJob)) if job.result_key]


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_number_that_went_through_every_file_is_found_in_none(app, as_staff, tmp_path, monkeypatch, caplog):
    caplog.set_level(logging.DEBUG)
    between = tmp_path / "between"
    between.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(between))
    clerk, admin, sent = as_staff("ls.staff"), as_staff("gx.admin"), tmp_path / "sent"
    sent.mkdir()

    use_everywhere()
    taken = import_twice(clerk, sent)
    written = export_both_ways(clerk, monkeypatch)
    public = app.test_client()
    code = db.session.scalars(db.select(Certificate.verify_code).where(Certificate.verified_at.is_not(None))).first()
    pages = [admin.get(page).data for page in LISTS] + [public.get(f"/v/{code}").data]
    making.backup(tmp_path / "backup")
    db.session.rollback()

    assert "下载" in trail(action="download_errors")[0].summary
    assert taken.status_code == 200
    assert db.session.query(ReferenceRecord).count() == 1
    assert len(written) == 4
    assert all(mask_id(ID_NUMBER) in text.decode() and "卢金" in text.decode() for text in written)
    assert all(mask_id(ID_NUMBER) in page.decode() for page in pages[:3])
    assert [forms_in(content) for content in (*written, *pages, caplog.text.encode())] == [[]] * (
        len(written) + len(pages) + 1
    )
    assert [
        path for path, content in files_under(app.instance_path, between, tmp_path / "backup") if forms_in(content)
    ] == []
