"""docs/nginx.conf as it stands, run by Debian's nginx before the real application: only ports and the certificate are replaced."""

from __future__ import annotations

import base64
import hashlib
import http.client
import http.server
import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask

from tests.browser import HOST, ROOT, ServerProcess, free_port
from web.errors import SENTENCES
from web.headers import always

BLOCK = (ROOT / "docs" / "nginx.conf").read_text()
NAME = "zs.example.gov.cn"
PATIENCE = 30
HTTPS_APP = Flask("https")
HTTPS_APP.config["HTTPS"] = True
PRODUCTION = {
    "APP_ENV": "production", "PUBLIC_URL": f"https://{NAME}", "TRUSTED_PROXIES": "1", "SMTP_HOST": HOST,
    "SECRET_KEY": hashlib.sha256(b"secret key of a test").hexdigest(),
    "FIELD_KEY": base64.b64encode(hashlib.sha256(b"field key of a test").digest()).decode(),
    "OFFICE_DEFAULT_PASSWORD": "lime-kiln-4711",
}  # fmt: skip
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
AROUND = """
daemon off;
{user}
pid {folder}/pid;
error_log {folder}/error.log info;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    set_real_ip_from 127.0.0.9;
    real_ip_header X-Address-Of-This-Test;
    include {folder}/certificates.conf;
}}
"""
"""What Debian's nginx.conf would say. Whoever connects from 127.0.0.9 plays any address: IPv6 networks are tested so."""


class Nginx:
    """A running nginx with the documented block before one server."""

    def __init__(self, folder: Path, behind: int) -> None:
        assert NGINX, "nginx is missing: apt-get install nginx-light"
        self.plain, self.port = free_port(), free_port()
        replaced = {
            "127.0.0.1:5000": f"{HOST}:{behind}",
            "listen 80;": f"listen {HOST}:{self.plain};",
            "listen [::]:80;": f"listen unix:{folder}/plain.socket;",
            "listen 443 ssl": f"listen 127.0.0.1:{self.port} ssl",
            "listen [::]:443 ssl": f"listen unix:{folder}/tls.socket ssl",
            "/etc/ssl/certificates/": f"{folder}/",
        }
        block = BLOCK
        for documented, here in replaced.items():
            assert documented in block
            block = block.replace(documented, here)
        certify(folder)
        (folder / "certificates.conf").write_text(block)
        user = "user root;" if os.geteuid() == 0 else ""
        (folder / "nginx.conf").write_text(AROUND.format(folder=folder, user=user))
        self.process = subprocess.Popen([NGINX, "-c", str(folder / "nginx.conf"), "-p", str(folder)])
        self.log = folder / "error.log"
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                return socket.create_connection((HOST, self.port), 1).close()
            except OSError:
                time.sleep(0.05)
        pytest.fail(f"nginx did not start: {self.log.read_text() if self.log.exists() else ''}")

    def connected(self, source: str = "127.0.0.1") -> ssl.SSLSocket:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        opened = socket.create_connection((HOST, self.port), PATIENCE, (source, 0))
        return context.wrap_socket(opened, server_hostname=NAME)

    def raw(self, sent: bytes) -> str:
        with self.connected() as opened:
            with suppress(OSError):
                opened.sendall(sent)
            return b"".join(iter(lambda: opened.recv(65536), b"")).decode()

    def ask(self, path: str, *, source: str = "127.0.0.1", method: str = "GET", **more: Any) -> Answer:
        with closing(self.client(source)) as client:
            client.request(method, path, **more)
            return Answer(client.getresponse())

    def client(self, source: str = "127.0.0.1") -> http.client.HTTPConnection:
        client = http.client.HTTPConnection(HOST, self.port, timeout=PATIENCE)
        client.sock = self.connected(source)
        return client

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


class Answer:
    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status, self.headers, self.body = response.status, response.headers, response.read()

    @property
    def text(self) -> str:
        return self.body.decode()


def certify(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    now = datetime.now(UTC)
    signed = made.not_valid_before(now - timedelta(1)).not_valid_after(now + timedelta(1)).sign(key, hashes.SHA256())
    (folder / "fullchain.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


class Recorder(http.server.ThreadingHTTPServer):
    """Stands where the application would, and tells what reached it."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__((HOST, 0), _Recording)
        self.connections = 0
        self.seen: list[tuple[str, http.client.HTTPMessage, int]] = []

    def get_request(self) -> Any:
        self.connections += 1
        return super().get_request()


class _Recording(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer goes out whole
    server: Recorder

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.seen.append((self.path, self.headers, len(body)))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    do_POST = do_GET  # noqa: N815 - the names that http.server asks for

    def log_message(self, *args: Any) -> None:
        pass


@contextmanager
def nginx_before(folder: Path, port: int) -> Iterator[Nginx]:
    running = Nginx(folder, port)
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    with Recorder() as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


@pytest.fixture
def before_recorder(tmp_path: Path, recorder: Recorder) -> Iterator[Nginx]:
    with nginx_before(tmp_path, recorder.server_address[1]) as running:
        yield running


@pytest.fixture(scope="module")
def before_application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    server = ServerProcess(tmp_path_factory.mktemp("instance"), PRODUCTION)
    server.run_command("db", "upgrade")
    server.start_web()
    try:
        with nginx_before(tmp_path_factory.mktemp("nginx"), server.port) as running:
            yield running
    finally:
        server.process.terminate()
        server.process.wait(PATIENCE)


def test_pages_of_the_application_come_compressed_with_all_headers_once(before_application: Nginx) -> None:
    page = before_application.ask("/", headers={"Accept-Encoding": "gzip"})
    style = re.search(r'/static/css/[^"]+', before_application.ask("/").text)
    assert style

    assert (page.status, page.headers["Content-Encoding"]) == (200, "gzip")
    assert len(page.body) < len(before_application.ask("/").body)
    assert before_application.ask(style[0], headers={"Accept-Encoding": "gzip"}).headers["Content-Encoding"] == "gzip"
    assert page.headers.get_all("Strict-Transport-Security") == ["max-age=31536000"]
    for name in always(HTTPS_APP):
        assert page.headers.get_all(name) == [always(HTTPS_APP)[name]]


def test_the_session_travels_by_https_only_and_http_leads_there(before_application: Nginx) -> None:
    cookie = before_application.ask("/portal/sign-in").headers["Set-Cookie"]
    client = http.client.HTTPConnection(HOST, before_application.plain, timeout=PATIENCE)
    client.request("GET", "/v/abc?x=1", headers={"Host": "evil.example"})
    moved = client.getresponse()
    client.close()

    assert cookie.startswith("__Host-session=")
    assert "Secure; HttpOnly; Path=/; SameSite=Lax" in cookie
    assert (moved.status, moved.headers["Location"]) == (301, f"https://{NAME}/v/abc?x=1")


def test_a_form_is_taken_from_our_own_pages_and_refused_from_others(before_application: Nginx) -> None:
    page = before_application.ask("/portal/sign-in")
    token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', page.text)
    assert token
    form = urlencode({"csrf_token": token[1], "login": "nobody", "password": "Wrong-password-1"})

    def answer_to(referrer: str) -> str:
        sent = {
            "Cookie": page.headers["Set-Cookie"].partition(";")[0], "Referer": referrer,
            "Content-Type": "application/x-www-form-urlencoded",
        }  # fmt: skip
        return before_application.ask("/portal/sign-in", method="POST", body=form, headers=sent).text

    assert "页面已经过期" not in answer_to(f"https://{NAME}/portal/sign-in")
    assert "页面已经过期" in answer_to("https://evil.example/portal/sign-in")


def test_what_a_browser_forwards_is_not_believed(before_recorder: Nginx, recorder: Recorder) -> None:
    forged = {
        "Host": "evil.example", "X-Forwarded-For": "1.2.3.4", "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "http", "Forwarded": "for=1.2.3.4;host=evil.example",
    }  # fmt: skip
    before_recorder.ask("/", source="127.0.0.3", headers=forged)

    told = recorder.seen[0][1]
    assert told.get_all("Host") == told.get_all("X-Forwarded-Host") == [NAME]
    assert told.get_all("X-Forwarded-For") == ["127.0.0.3"]
    assert told.get_all("X-Forwarded-Proto") == ["https"]
    assert told.get_all("Forwarded") is None


def test_20_mb_pass_and_65_are_refused_in_a_sentence(before_recorder: Nginx, recorder: Recorder) -> None:
    passed = before_recorder.ask("/", method="POST", body=b"a" * 20_000_000)
    head = f"POST / HTTP/1.1\r\nHost: {NAME}\r\nConnection: close\r\nContent-Length: 65000000\r\n\r\n"
    refused = before_recorder.raw(head.replace("65000000", str(65 << 20)).encode() + b"a" * 1000)

    assert passed.status == 200
    assert [length for *_, length in recorder.seen] == [20_000_000]
    assert refused.startswith("HTTP/1.1 413 ")
    assert SENTENCES[413][1] in refused


def test_half_sent_requests_do_not_reach_the_application(before_recorder: Nginx, recorder: Recorder) -> None:
    head = f"GET /half HTTP/1.1\r\nHost: {NAME}\r\nX-Slow: a".encode()
    body = f"POST /half HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 1000\r\n\r\na".encode()
    with ExitStack() as stack:
        slow = [stack.enter_context(before_recorder.connected()) for _ in range(64)]
        for number, each in enumerate(slow):
            each.sendall((head, body)[number % 2])
        for _ in range(3):
            assert before_recorder.ask("/whole", source="127.0.0.2").status == 200
            for each in slow:
                each.sendall(b"a")

    assert {path for path, *_ in recorder.seen} == {"/whole"}
    assert recorder.connections <= 3


def answers(nginx: Nginx, times: int, addresses: list[str]) -> list[Answer]:
    found = []
    with closing(nginx.client("127.0.0.9")) as client:
        for number in range(times):
            client.request("GET", "/", headers={"X-Address-Of-This-Test": addresses[number % len(addresses)]})
            found.append(Answer(client.getresponse()))
    return found


@pytest.mark.parametrize(
    ("greedy", "other"),
    [
        (["10.0.0.1"], "10.0.0.2"),
        ([f"2001:db8:1:1::{number:x}" for number in range(100)], "2001:db8:1:2::1"),
    ],
    ids=["IPv4 address", "IPv6 network"],
)
def test_one_origin_is_slowed_down_in_a_sentence_and_others_are_not(
    before_recorder: Nginx, greedy: list[str], other: str
) -> None:
    told = answers(before_recorder, 400, greedy)
    assert {answer.status for answer in told} == {200, 429}
    refused = next(answer for answer in told if answer.status == 429)
    assert SENTENCES[429][1] in refused.text

    assert [answer.status for answer in answers(before_recorder, 20, [other])] == [200] * 20


def test_more_than_fifty_requests_at_once_from_one_origin_are_refused(before_recorder: Nginx) -> None:
    body = f"POST /half HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 1000\r\n\r\na".encode()
    with ExitStack() as stack:
        for _ in range(50):
            stack.enter_context(before_recorder.connected()).sendall(body)
        refused = until(lambda: before_recorder.ask("/"), 429)
        other = before_recorder.ask("/", source="127.0.0.2")

    assert SENTENCES[429][1] in refused.text
    assert other.status == 200


def until(ask: Any, status: int) -> Answer:
    deadline = time.monotonic() + PATIENCE
    while (answer := ask()).status != status:
        assert time.monotonic() < deadline, answer.status
    return answer


REFUSALS = {
    "address of 40 KB": ("GET /" + "a" * 40_000 + " HTTP/1.1\r\nHost: x\r\n\r\n", 414),
    "header of 40 KB": ("GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + "a" * 40_000 + "\r\n\r\n", 431),
    "no HTTP": ("nonsense\r\n\r\n", 400),
    "no host": ("GET / HTTP/1.1\r\n\r\n", 400),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_nginx_refuses_is_said_in_a_sentence(before_application: Nginx, case: str) -> None:
    sent, code = REFUSALS[case]
    told = before_application.raw(sent.encode())

    assert told.startswith(f"HTTP/1.1 {code} ")
    assert SENTENCES[code][1] in told


@pytest.mark.parametrize(("length", "code"), [(7_900, 404), (20_000, 414)])
def test_an_address_of_many_kb_reaches_the_application(before_application: Nginx, length: int, code: int) -> None:
    answer = before_application.ask("/" + "a" * length)

    assert answer.status == code
    assert SENTENCES[code][1] in answer.text
    assert answer.headers["Content-Security-Policy"] == always(HTTPS_APP)["Content-Security-Policy"]


def test_while_the_application_is_away_nginx_says_so(tmp_path: Path) -> None:
    with nginx_before(tmp_path, free_port()) as running:
        answer = running.ask("/")

    assert answer.status == 502
    assert SENTENCES[502][1] in answer.text
    for name in ("X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy", "Strict-Transport-Security"):
        assert answer.headers.get_all(name) == [always(HTTPS_APP)[name]]
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_nginx_says_what_the_application_says() -> None:
    title, sentence = (re.search(rf"map \$status \$certificates_{name} \{{(.*?)\}}", BLOCK, re.DOTALL)[1]  # type: ignore[index]
                       for name in ("title", "sentence"))  # fmt: skip
    said = {
        code: (dict(re.findall(r'(\w+) +"(.+)";', title))[code], words)
        for code, words in re.findall(r'(\w+) +"(.+)";', sentence)
    }

    assert said.pop("default") == SENTENCES[400]
    assert {int(code): words for code, words in said.items()} == {int(code): SENTENCES[int(code)] for code in said}
