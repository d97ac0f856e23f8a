"""Keys are changed while people work: everything is found under both, and then under the new one alone."""

from __future__ import annotations

import pytest
from flask import session
from sqlalchemy import LargeBinary, select

from domain.errors import FieldProblem
from domain.identifiers import mask_id, parse_id
from domain.verification import CaseState
from encryption import keyring
from extensions import db, writing
from importers import kept_uploads
from models import Certificate, Feedback, Holder, IdentityRequest, ImportBatch, now
from operations import closing, feedback, holders, identity_requests, imports, offers, rotation
from operations.identity_requests import Claimant
from tables.columns import EncryptedText
from tests.batches import checked, commit, counted
from tests.factories import act, case_at, certificate, fresh_person, holder, registration, staff
from tests.workbooks import good_row, person, workbook

OLD, NEW = 1, 2
NEW_MASTER = bytes(range(100, 132))
OTHERS_NUMBER = "450702198503120014"
PICTURE = b"both sides of a card"
KEPT_SETTINGS = ("FIELD_KEY_NUMBER", "FIELD_KEY_OTHERS", "SECRET_KEY", "SECRET_KEY_FALLBACKS")


@pytest.fixture(autouse=True)
def _settings_go_back(app):
    before = {name: app.config[name] for name in KEPT_SETTINGS}
    yield
    app.config.update(before)


@pytest.fixture
def filled(app, tmp_path):
    """Something encrypted in every kind of table and file that outlives a day, and in words."""
    for state in (CaseState.COUNTERFEIT, CaseState.APPROVED, CaseState.PENDING):
        case_at(state)
    with writing():
        feedback.send(anybody(), f"同事的身份证号是 {OTHERS_NUMBER}，请一起改")
    ask_for_correction(app)
    keep_incomplete(checked(workbook().row().row(title=""), tmp_path))
    checked(workbook().row().row(title=""), tmp_path)
    return app


def anybody():
    return db.session.scalars(select(Holder).order_by(Holder.id)).first()


def ask_for_correction(app):
    pages = {"front": "a" * 32, "back": "b" * 32}
    for key in pages.values():
        app.extensions["photos"].put(key, keyring.encrypt(PICTURE))
    claimed = Claimant("韦小蓝", parse_id(fresh_person(), now().date()))
    with writing():
        identity_requests.ask_correction(anybody(), claimed, pages)


def keep_incomplete(batch):
    with writing():
        imports.set_aside(staff("ls.staff"), batch.id, batch.version, keep=True)
    commit(db.session.get_one(ImportBatch, batch.id))


def change_keys(app):
    """Put a new key in force, as a restart with other settings does."""
    db.session.rollback()
    db.session.expire_all()
    keyring.load(NEW_MASTER, NEW, {OLD: app.config["FIELD_KEY"]})
    app.config.update(FIELD_KEY_NUMBER=NEW, FIELD_KEY_OTHERS={OLD: app.config["FIELD_KEY"]})


def rotate(app):
    db.session.rollback()
    told = app.test_cli_runner().invoke(args=["rotate-keys"])
    assert told.exit_code == 0, told.output
    db.session.expire_all()
    return told.output


def drop_the_old_key():
    db.session.expire_all()
    keyring.load(NEW_MASTER, NEW)


def tables_to_renew():
    pages = {table.name: rotation.page_of(table, None) for table in rotation.tables()}
    return {name for name, page in pages.items() if page and page.changes}


def all_of(model):
    return list(db.session.scalars(select(model)))


def test_afterwards_everything_is_read_and_found_by_the_new_key_alone(filled):
    numbers = {one.id: (one.id_number, one.mobile) for one in all_of(Holder)}
    nothing_to_do = tables_to_renew()
    change_keys(filled)
    to_do = tables_to_renew()

    told = rotate(filled)
    drop_the_old_key()

    assert nothing_to_do == tables_to_renew() == set()
    assert to_do >= {
        "holder", "certificate", "verification_case", "problem_person", "identity_request", "reference_record",
        "staged_row", "feedback",
    }  # fmt: skip
    assert {one.id: (one.id_number, one.mobile) for one in all_of(Holder)} == numbers
    assert all(Holder.with_id_number(one.id_number) is one is Holder.with_mobile(one.mobile) for one in all_of(Holder))
    assert mask_id(OTHERS_NUMBER) in db.session.scalar(select(Feedback.body))
    assert "2 号密钥" in told


def test_files_are_encrypted_anew_and_the_old_ones_are_gone(filled):
    change_keys(filled)
    rotate(filled)
    drop_the_old_key()

    request, store = all_of(IdentityRequest)[0], filled.extensions["photos"]
    waiting = [batch.id for batch in all_of(ImportBatch) if kept_uploads().has(batch.id)]

    assert [keyring.decrypt(store.get(key)) for key in (request.front, request.back)] == [PICTURE, PICTURE]
    assert not {"a" * 32, "b" * 32} & set(store.all_keys())
    assert [beginning_of_upload(batch_id) for batch_id in waiting] == [b"PK"] * len(waiting) != []


def beginning_of_upload(batch_id):
    with kept_uploads().opened(batch_id) as upload:
        return upload.read(2)


def test_whoever_is_known_is_found_while_both_keys_are_in_use(app, tmp_path):
    owner = holder(0)
    record = certificate(owner)
    row = good_row(id_number=person(5), cert_no="0777")
    commit(checked(workbook().row(**row), tmp_path))
    change_keys(app)

    with pytest.raises(FieldProblem), writing():
        holders.register(registration(id_number=owner.id_number))
    with pytest.raises(FieldProblem), writing():
        holders.register(registration(mobile=owner.mobile))
    offered = offers.offered(db.session.get_one(Holder, owner.id))
    twice = counted(checked(workbook().row(**row).row(**row | {"cert_no": "0778"}), tmp_path))

    assert [one.id for one in offered] == [record.id]
    assert twice == {"相同": 1, "疑似重复": 1}


def test_what_a_decision_left_can_be_taken_back_after_the_keys_have_changed(app):
    case = case_at(CaseState.APPROVED)
    change_keys(app)
    rotate(app)
    drop_the_old_key()

    back = act("ls.staff", case, "take_back", reply="看错了")

    assert back.state is CaseState.PENDING
    assert [one.id_digest in back.holder.id_digests for one in all_of(Certificate)] == [True] * len(all_of(Certificate))


def test_it_goes_on_where_a_kill_has_stopped_it(filled, monkeypatch):
    change_keys(filled)
    written = []

    def killed(table, page, write=rotation.write):
        if len(written) == 3:
            raise KeyboardInterrupt
        written.append(table.name)
        return write(table, page)

    with monkeypatch.context() as patched:
        patched.setattr(rotation, "AT_ONCE", 1)
        patched.setattr(rotation, "write", killed)
        filled.test_cli_runner().invoke(args=["rotate-keys"])
    left = tables_to_renew()
    rotate(filled)

    assert (len(written), left != set(), tables_to_renew()) == (3, True, set())


def test_what_somebody_changes_meanwhile_is_not_written_over(app):
    owner = holder(0)
    change_keys(app)
    page = rotation.page_of(Holder.__table__, None)
    with writing():
        holders.change_details(db.session.get_one(Holder, owner.id), holders.Details("13712345678", "450721", ""))

    rotation.write(Holder.__table__, page)

    assert db.session.get_one(Holder, owner.id, populate_existing=True).mobile == "13712345678"
    rotate(app)
    drop_the_old_key()
    assert Holder.with_mobile("13712345678").id == owner.id


def test_a_form_drawn_and_a_session_begun_under_the_old_secret_go_on(app, client):
    client.get("/portal/sign-in")
    before = client.get("/portal/register").text
    token = before.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    app.config.update(
        SECRET_KEY="n" * 16 + "ew secret of more than 32 signs", SECRET_KEY_FALLBACKS=[app.config["SECRET_KEY"]]
    )
    app.session_interface.__init__()

    with client:
        sent = client.post("/portal/sign-in", data={"csrf_token": token, "login": "x", "password": "y"})
        kept = session.get("csrf_token")
    forged = client.post("/portal/sign-in", data={"csrf_token": token[:-2] + "zz", "login": "x", "password": "y"})
    app.session_interface.__init__()

    assert (sent.status_code, bool(kept), forged.status_code) == (200, True, 400)


def test_new_keys_are_proposed_without_showing_those_in_use(app):
    told = app.test_cli_runner().invoke(args=["rotate-keys", "--new"]).output

    assert "FIELD_KEY=2:" in told
    assert app.config["SECRET_KEY"] not in told


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_every_column_of_bytes_is_renewed_or_says_why_not(app):
    left = {
        f"{table.name}.{column.name}"
        for table in db.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary)
        and table.name not in rotation.NOT_RENEWED
        and column.name not in rotation.DERIVED
    }

    assert left == set()
    assert EncryptedText in {type(column.type) for table in rotation.tables() for column in table.columns}


def test_who_closed_the_account_is_known_again_after_the_keys_have_changed(app):
    owner = holder(None)
    given, owner_id = {"name": owner.name, "id_number": owner.id_number}, owner.id
    case_at(CaseState.REJECTED, certificate(owner), owner)
    with writing():
        closing.close(owner_id)
    change_keys(app)
    rotate(app)
    drop_the_old_key()

    again = holder(None, **given)

    assert set(db.session.scalars(again.accounts_of_person)) == {owner_id, again.id}


def test_what_cannot_be_read_any_more_does_not_hold_the_rest_up(filled):
    uploads = kept_uploads()
    (uploads.folder / "9999.upload").write_bytes(b"\x00\x00\x00\x05\x07junk")
    (request,) = all_of(IdentityRequest)
    filled.extensions["photos"].delete(request.front)
    change_keys(filled)

    rotate(filled)

    assert tables_to_renew() == set()
    assert (uploads.folder / "9999.upload").exists()
