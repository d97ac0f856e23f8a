"""Backups: made while others write, refused when anything is amiss, put back to the very rows and photos."""

from __future__ import annotations

import base64
import errno
import json
import os
import shutil
import subprocess
from pathlib import Path
from threading import Event as Signal
from threading import Thread

import pytest
from alembic.script import ScriptDirectory

from backups import databases
from domain.verification import CaseState
from domain.vocabulary import PhotoKind
from encryption import keyring
from extensions import db, writing
from importers import kept_uploads
from models import CasePhoto, VerificationCase
from operations import case_drafts, events
from storage import new_key
from tests.conftest import make_app
from tests.factories import act, case_at, draft, dump, photo

ONLY_SQLITE = pytest.mark.parametrize("app", ["sqlite"], indirect=True)


def run(app, *words):
    db.session.rollback()
    with app.app_context():
        return app.test_cli_runner().invoke(args=[str(word) for word in words])


def store_photos(app, case):
    for kept in case.photos:
        app.extensions["photos"].put(kept.key, f"photo of {kept.key}".encode())


@pytest.fixture
def filled(app):
    """A system with cases, photos, and the upload of a batch."""
    for state in (CaseState.COUNTERFEIT, CaseState.PENDING, CaseState.APPROVED):
        store_photos(app, case_at(state))
    folder = kept_uploads().folder
    folder.mkdir(exist_ok=True)
    (folder / "7.upload").write_bytes(keyring.encrypt(b"a workbook"))
    return app


@pytest.fixture
def empty_system(app, request, tmp_path, monkeypatch):
    """Return a function: a new system of the same kind and with the same key, that holds nothing at all."""
    monkeypatch.setenv("FIELD_KEY", base64.b64encode(app.config["FIELD_KEY"]).decode())
    server = request.getfixturevalue("postgresql").server if db.engine.dialect.name == "postgresql" else None
    if hasattr(server, "programs"):
        monkeypatch.setenv("PATH", f"{server.programs}{os.pathsep}{os.environ['PATH']}")
    made = []

    def new():
        made.append(make_app(tmp_path / "restored", server.create_database("restored") if server else ""))
        return made[-1]

    yield new
    for system in made:
        with system.app_context():
            for engine in db.engines.values():
                engine.dispose()
    if server and made:
        server.drop_database("restored")


def stored(app):
    return {key: app.extensions["photos"].get(key) for key in app.extensions["photos"].all_keys()}


def named_photos():
    return set(db.session.scalars(db.select(CasePhoto.key)))


def test_what_comes_back_are_the_same_rows_photos_and_uploads(filled, empty_system, tmp_path):
    rows, photos, folder, restored = dump(), stored(filled), tmp_path / "backup", empty_system()

    made = run(filled, "backup", folder)
    back = run(restored, "restore", folder)

    assert (made.exit_code, back.exit_code) == (0, 0), made.stderr + back.stderr
    assert "密钥不在备份里" in made.output
    assert subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=folder, check=False).returncode == 0
    with restored.app_context():
        assert dump() == rows
        assert stored(restored) == photos
        assert keyring.decrypt((kept_uploads().folder / "7.upload").read_bytes()) == b"a workbook"
        assert run(restored, "audit", "verify").exit_code == 0
        act("ls.admin", case_at(CaseState.PENDING), "approve")


def submit_with_photos(app):
    """Submit a case as the portal does: each photo is stored before the row that names it."""
    case = draft(photos=False)
    for kind in (PhotoKind.NUMBER_PAGE, PhotoKind.CONTENT_PAGE):
        one, key = photo(), new_key()
        app.extensions["photos"].put(key, one.data)
        with writing():
            kept = db.session.get_one(VerificationCase, case.id)
            case_drafts.attach_photo(kept, kind, one, key)
    act("holder", case, "submit")


def test_what_is_written_meanwhile_is_in_it_whole_or_not_at_all(app, empty_system, tmp_path):
    begun, enough, restored = Signal(), Signal(), empty_system()

    def write_on():
        with app.app_context():
            while not enough.is_set():
                submit_with_photos(app)
                begun.set()

    writer = Thread(target=write_on)
    writer.start()
    begun.wait(30)
    made = run(app, "backup", tmp_path / "backup")
    enough.set()
    writer.join()
    back = run(restored, "restore", tmp_path / "backup")

    assert (made.exit_code, back.exit_code) == (0, 0), made.stderr + back.stderr
    ended = events.newest_id()
    with restored.app_context():
        assert list(events.faults()) == []
        assert 0 < events.newest_id() <= ended
        assert named_photos() <= stored(restored).keys()


@ONLY_SQLITE
def test_photos_go_from_a_bucket_into_another(filled, empty_system, new_bucket, tmp_path, monkeypatch):
    photos, restored = stored(filled), empty_system()
    monkeypatch.setitem(filled.extensions, "photos", new_bucket())
    restored.extensions["photos"] = new_bucket()
    for key, content in photos.items():
        filled.extensions["photos"].put(key, content)

    assert run(filled, "backup", tmp_path / "backup").exit_code == 0
    assert run(restored, "restore", tmp_path / "backup").exit_code == 0

    assert stored(restored) == photos


@ONLY_SQLITE
def test_unchanged_photos_are_shared_with_the_earlier_backup(filled, empty_system, tmp_path):
    first, second, restored = tmp_path / "monday", tmp_path / "tuesday", empty_system()
    run(filled, "backup", first)
    submit_with_photos(filled)

    made = run(filled, "backup", second, "--earlier", first)

    alone = [path for path in (second / "photos").rglob("*") if path.is_file() and path.stat().st_nlink == 1]
    assert (made.exit_code, len(alone)) == (0, 2)
    assert run(restored, "restore", second).exit_code == 0
    assert stored(restored) == stored(filled)


def spoil_photo(folder):
    next(path for path in (folder / "photos").rglob("*") if path.is_file()).write_bytes(b"another")


def spoil_sums(folder):
    """Exchange a photo and its checksum too: the seal of the manifest tells."""
    (folder / "SHA256SUMS").write_text((folder / "SHA256SUMS").read_text().replace("a", "b"))


def spoil_manifest(folder):
    told = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(told | {"rows": {"event": 1}}))


SPOILT = (
    (spoil_photo, "缺失或损坏"),
    (lambda folder: (folder / "database.sqlite").unlink(), "缺失或损坏"),
    (spoil_sums, "清单和备份时不一样"),
    (spoil_manifest, "清单和备份时不一样"),
    (lambda folder: (folder / "manifest.json").write_text("[]"), "读不懂"),
    (lambda folder: (folder / "manifest.json").unlink(), "没有一份做完的备份"),
)


@ONLY_SQLITE
def test_a_spoilt_backup_is_refused_and_nothing_is_put_anywhere(filled, empty_system, tmp_path):
    whole, copy, restored = tmp_path / "backup", tmp_path / "copy", empty_system()
    run(filled, "backup", whole)

    for spoil, sentence in SPOILT:
        shutil.copytree(whole, copy)
        spoil(copy)
        refused = run(restored, "restore", copy)
        shutil.rmtree(copy)
        assert (refused.exit_code, sentence in refused.stderr) == (1, True), refused.stderr

    with restored.app_context():
        assert db.inspect(db.engine).get_table_names() == []
        assert stored(restored) == {}


@ONLY_SQLITE
def test_a_backup_fits_its_own_key_engine_and_program_only(filled, empty_system, tmp_path, monkeypatch):
    run(filled, "backup", tmp_path / "backup")
    restored = empty_system()
    with monkeypatch.context() as changed:
        changed.setattr(databases, "engine", lambda: "postgresql")
        assert "这份备份来自 SQLite" in run(restored, "restore", tmp_path / "backup").stderr
    with monkeypatch.context() as changed:
        changed.setattr(ScriptDirectory, "walk_revisions", lambda self: iter(()))
        assert "用更新的程序做的" in run(restored, "restore", tmp_path / "backup").stderr

    keyring.load(b"another key of 32 bytes, all told")

    assert "另一把 FIELD_KEY" in run(restored, "restore", tmp_path / "backup").stderr


@ONLY_SQLITE
def test_nothing_is_ever_overwritten(filled, empty_system, tmp_path):
    folder, rows = tmp_path / "backup", dump()
    run(filled, "backup", folder)
    made = (folder / "manifest.json").read_bytes()

    assert "里已经有东西了" in run(filled, "backup", folder).stderr
    assert "数据库已经有内容" in run(filled, "restore", folder).stderr
    assert ((folder / "manifest.json").read_bytes(), dump()) == (made, rows)

    other = empty_system()
    key = min(stored(filled))
    other.extensions["photos"].put(key, b"somebody else's")
    assert "恢复不覆盖任何文件" in run(other, "restore", folder).stderr
    assert other.extensions["photos"].get(key) == b"somebody else's"


@ONLY_SQLITE
def test_a_restore_that_was_broken_off_goes_on(filled, empty_system, tmp_path, monkeypatch):
    restored, rows = empty_system(), dump()
    run(filled, "backup", tmp_path / "backup")
    with monkeypatch.context() as killed:
        killed.setattr(databases, "put_back", lambda *_: (_ for _ in ()).throw(SystemExit(137)))
        run(restored, "restore", tmp_path / "backup")

    assert run(restored, "restore", tmp_path / "backup").exit_code == 0

    with restored.app_context():
        assert dump() == rows


@ONLY_SQLITE
def test_a_full_disk_leaves_no_half_backup(filled, tmp_path, monkeypatch):
    def no_room(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(Path, "write_bytes", no_room)
        refused = run(filled, "backup", tmp_path / "backup")

    assert (refused.exit_code, "磁盘满了" in refused.stderr) == (1, True)
    assert list(tmp_path.iterdir()) == []
    assert run(filled, "backup", tmp_path / "backup").exit_code == 0


@pytest.mark.parametrize("app", ["postgresql"], indirect=True)
def test_a_machine_without_the_programs_of_postgresql_says_so(app, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))

    refused = run(app, "backup", tmp_path / "backup")

    assert (refused.exit_code, "请安装 postgresql-client" in refused.stderr) == (1, True)
    assert list(tmp_path.iterdir()) == []
