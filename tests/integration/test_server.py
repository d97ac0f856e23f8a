"""The web server by itself, without a proxy: slow senders harm nobody, its own refusals are pages of ours, it stops in peace."""

from __future__ import annotations

import http.client
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from flask import Flask

from tests.browser import HOST, ServerProcess
from tests.browser import server as started
from web import server as web_server
from web.headers import always

PATIENCE = 20
"""Ten times what an answer takes on a busy machine."""
HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
BODY = (
    b"POST /portal/register HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 1000\r\n\r\nname="
)


@pytest.fixture(scope="module")
def server(sqlite, tmp_path_factory) -> Iterator[ServerProcess]:
    sqlite.reset()
    folder = tmp_path_factory.mktemp("served")
    (folder / "certificates.db").write_bytes(sqlite.file.read_bytes())
    with started(like=folder) as running:
        yield running


@contextmanager
def connection(server: ServerProcess, begin: bytes) -> Iterator[socket.socket]:
    with socket.create_connection((HOST, server.port), PATIENCE) as opened:
        opened.sendall(begin)
        yield opened


def status(server: ServerProcess, path: str) -> int:
    asked = http.client.HTTPConnection(HOST, server.port, timeout=PATIENCE)
    asked.request("GET", path)
    answer = asked.getresponse()
    answer.read()
    asked.close()
    return answer.status


def everything_from(opened: socket.socket) -> bytes:
    return b"".join(iter(lambda: opened.recv(65536), b""))


def plain_app() -> Flask:
    app = Flask("served")
    app.config.update(HTTPS=False, MAX_CONTENT_LENGTH=1000)
    return app


class Served:
    """The server inside the test, around an application of two addresses: one answers at once, one when it is let."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(web_server.errors, "of_the_server", lambda app: {400: b"refused"})
        app = plain_app()
        self.let, self.entered = threading.Event(), threading.Event()
        app.add_url_rule("/", "now", lambda: "at once")
        app.add_url_rule("/later", "later", self._later)
        self.server = web_server.Server(app, HOST, 0)
        self.port = int(self.server.effective_port)
        self.thread = threading.Thread(target=self.server.run)
        self.thread.start()

    def _later(self) -> str:
        self.entered.set()
        self.let.wait(PATIENCE)
        return "x" * 1_000_000


@pytest.fixture
def served(monkeypatch) -> Iterator[Served]:
    running = Served(monkeypatch)
    yield running
    running.let.set()
    running.server.stop()
    running.thread.join(PATIENCE)


def test_64_half_sent_requests_keep_nobody_waiting(server):
    with ExitStack() as stack:
        slow = [stack.enter_context(connection(server, (HEAD, BODY)[number % 2])) for number in range(64)]
        for _ in range(3):
            assert [status(server, path) for path in ("/healthz", "/", "/portal/sign-in")] == [200, 200, 200]
            for each in slow:
                each.sendall(b"a")


@pytest.mark.parametrize("begin", [HEAD, BODY], ids=["head", "body"])
def test_a_sender_that_goes_on_too_slowly_is_cut(served, monkeypatch, begin):
    monkeypatch.setattr(web_server, "RECEIVE_SECONDS", 1)
    until = time.monotonic() + PATIENCE
    with connection(served, begin) as slow:
        slow.settimeout(0.2)
        while time.monotonic() < until:
            try:
                slow.sendall(b"a")
                if slow.recv(1) == b"":
                    return
            except TimeoutError:
                continue
            except OSError:
                return
    pytest.fail("nobody ended it")


REFUSALS = {
    "head of a megabyte": (b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 1_000_000 + b"\r\n\r\n", 431, "网址太长"),
    "address of a megabyte": (b"GET /" + b"a" * 1_000_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 431, "网址太长"),
    "no HTTP": (b"nonsense\r\n\r\n", 400, "没有看懂这次请求"),
    "header without a name": (b"GET / HTTP/1.1\r\n: nothing\r\n\r\n", 400, "没有看懂这次请求"),
    "two lengths": (
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, "没有看懂",
    ),
    "length of no number": (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +3\r\n\r\nabc", 400, "没有看懂这次请求"),
    "unknown encoding": (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 501, "没有看懂这次请求"),
    "body too large": (
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n" + b"a" * 1_000_000, 413, "文件太大",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSALS)
def test_what_the_server_itself_refuses_is_answered_with_a_page_of_ours(server, case):
    sent, code, words = REFUSALS[case]
    with connection(server, sent) as opened:
        head, _, page = everything_from(opened).partition(b"\r\n\r\n")

    first, *lines = head.decode().split("\r\n")
    told = dict(line.split(": ", 1) for line in lines)
    assert first.split(" ")[1] == str(code)
    assert words in page.decode()
    assert "waitress" not in head.decode() + page.decode()
    assert told["Content-Type"] == "text/html; charset=utf-8"
    assert told["Cache-Control"] == "no-store"
    assert told.items() >= always(plain_app()).items()


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/?name=" + "%E5%BC%A0" * 800, 200),
        ("/" + "a/" * 3900, 404),
        ("/" + "a" * 20_000, 414),
        ("/?a=" + "a" * 20_000, 414),
    ],
    ids=["long parameter", "long path", "path of 20 KB", "parameter of 20 KB"],
)
def test_an_address_of_many_kb_is_the_applications_to_answer(server, path, code):
    assert status(server, path) == code


def test_a_stop_answers_what_has_come_whole_and_leaves_what_has_not(served):
    with connection(served, HEAD) as half, connection(served, b"GET /later HTTP/1.1\r\nHost: x\r\n\r\n") as whole:
        assert served.entered.wait(PATIENCE)
        served.server.stop()
        assert half.recv(1) == b""
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((HOST, served.port), 1)
        served.let.set()
        assert everything_from(whole).endswith(b"x" * 1_000_000)
    served.thread.join(PATIENCE)
    assert not served.thread.is_alive()


def test_who_holds_most_connections_makes_room_for_others(served, monkeypatch):
    monkeypatch.setattr(web_server, "MOST_CONNECTIONS", 20)
    with ExitStack() as stack:
        greedy = [stack.enter_context(connection(served, HEAD)) for _ in range(30)]
        other = stack.enter_context(socket.create_connection((HOST, served.port), PATIENCE, ("127.0.0.2", 0)))
        other.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")

        assert everything_from(other).endswith(b"at once")
        assert greedy[0].recv(1) == b""
        assert status(served, "/") == 200


def test_one_who_cannot_be_let_in_does_not_close_the_door(served, monkeypatch, caplog):
    monkeypatch.setattr(served.server, "_make_room", lambda: 1 / 0)
    monkeypatch.setattr(web_server, "MOST_CONNECTIONS", 0)

    assert [status(served, "/") for _ in range(3)] == [200] * 3
    assert "a connection was not taken" in caplog.text


def test_too_much_half_sent_at_once_ends_the_largest(served, monkeypatch):
    monkeypatch.setattr(web_server, "MOST_BYTES_WAITING", 500)
    begin = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n"
    with connection(served, begin + b"a" * 100) as small, connection(served, begin + b"a" * 800) as large:
        assert large.recv(1) == b""
        small.sendall(b"a" * 800)
        assert small.recv(12) == b"HTTP/1.1 405"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_well_when_asked_to(server, number):
    again = ServerProcess(server.instance)
    again.start_web()

    again.process.send_signal(number)

    assert again.process.wait(PATIENCE) == 0
