"""A real browser and the real server for the end-to-end tests, and what every page is checked for.

Nothing is downloaded: the browser is the machine's Chromium, axe-core comes inside a Python package.
"""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, Request, Response, sync_playwright

ROOT = Path(__file__).parent.parent
HOST = "127.0.0.1"
PHONE, NARROW, DESK = 390, 320, 1280
SECONDS_TO_START = 60
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
QUIET = (
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip
# All that the server under test takes from whoever runs the tests: never their database, mail server or photo store.
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH")


@contextmanager
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        flags = [*QUIET, "--no-sandbox"] if os.geteuid() == 0 else [*QUIET]
        chromium = playwright.chromium.launch(executable_path=_chromium(playwright), headless=True, args=flags)
        yield chromium
        chromium.close()


def _chromium(playwright: Playwright) -> str:
    candidates = [*map(shutil.which, BROWSERS), playwright.chromium.executable_path]
    for program in candidates:
        if program and Path(program).exists():
            return program
    missing = "no Chromium: install Debian's package chromium (looked for " + ", ".join(BROWSERS) + ")"
    outcome = pytest.fail if os.environ.get("CI") else pytest.skip
    raise outcome.Exception(missing)


class PageWatch:
    """Collects what a page must not do: speak on the console, fail to load a part, ask another host."""

    def __init__(self, page: Page, base_url: str) -> None:
        self.page = page
        self.complaints: list[str] = []
        self._host = urlsplit(base_url).netloc
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"script error: {error}"))
        page.on("request", self._request)
        page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        # Chromium repeats every failed load here; `_response` judges those, because a refusal page is one on purpose.
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self.complaints.append(f"console {message.type}: {message.text}")

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.netloc != self._host:
            self.complaints.append(f"request to another host: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and not response.request.is_navigation_request():
            self.complaints.append(f"{response.status} for {response.url}")

    def assert_quiet(self) -> None:
        assert not self.complaints, f"{self.page.url}: " + "; ".join(self.complaints)


def assert_accessible(page: Page) -> None:
    results = Axe().run(page)
    assert not results.violations_count, f"{page.url}\n{results.generate_report()}"


def assert_fits(page: Page, width: int = NARROW) -> None:
    """At this width nothing makes the page scroll sideways; the message names what sticks out."""
    before = page.viewport_size
    page.set_viewport_size({"width": width, "height": 800})
    try:
        sticking_out = page.evaluate(STICKING_OUT)
    finally:
        page.set_viewport_size(before)
    assert not sticking_out, f"{page.url} scrolls sideways at {width} px: " + ", ".join(sticking_out)


# A page that scrolls answers with its widest elements; one that clips or scrolls them inside a box answers nothing.
STICKING_OUT = """() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return [];
  const wide = [...document.body.querySelectorAll("*")]
    .filter(element => {
      const box = element.getBoundingClientRect();
      return Math.max(box.right, box.left + element.scrollWidth) > root.clientWidth + 0.5;
    })
    .map(element => `${element.tagName.toLowerCase()}.${element.className} ${element.textContent.trim().slice(0, 20)}`);
  return wide.length ? wide.slice(-8) : [`page of ${root.scrollWidth} px`];
}"""


class ServerProcess:
    """The real server and its worker in processes of their own, killed at any moment and started again on the same data."""

    def __init__(self, instance: Path, environment: Mapping[str, str] | None = None) -> None:
        inherited = {name: value for name, value in os.environ.items() if name in INHERITED}
        self.instance = instance
        self.port = free_port()
        self.base_url = f"http://{HOST}:{self.port}"
        self.log = instance / "server.log"
        self.environment = {
            **inherited, "APP_ENV": "development", "INSTANCE_PATH": str(instance), "SPOT_CHECK_PERCENT": "0", **(environment or {}),
        }  # fmt: skip

    def run_command(self, *words: str) -> str:
        """Run `flask --app app …` on the same data; the answer is what it printed."""
        command = [sys.executable, "-m", "flask", "--app", "app", *words]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True)
        assert done.returncode == 0, f"flask {' '.join(words)}\n{done.stdout}{done.stderr}"
        return done.stdout

    def run_python(self, source: str) -> str:
        """Run a few lines inside the application, on the same data."""
        whole = f"from app import create_app\nwith create_app().app_context():\n{textwrap.indent(source, '    ')}"
        command = [sys.executable, "-c", whole]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self) -> None:
        """Start the web server with the worker beside it, as script/server does."""
        self.start_worker()
        self.start_web()

    def start_web(self) -> None:
        self.process = self._popen("flask", "--app", "app", "serve", "--host", HOST, "--port", str(self.port))
        self._wait_until_healthy()

    def start_worker(self) -> None:
        address = {"PUBLIC_URL": self.base_url} | self.environment
        self.worker = self._popen("flask", "--app", "app", "worker", "--with-parent", environment=address)

    def _popen(self, *words: str, environment: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        self.log.touch(0o600)  # beside the data, where nobody else may read anything
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *words],
                cwd=ROOT, env=environment or self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip

    def stop(self) -> None:
        """Ask both to finish what they are doing; insist after ten seconds."""
        for process in (self.process, self.worker):
            _signal(process, signal.SIGTERM)
        for process in (self.process, self.worker):
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                kill(process)

    def kill(self) -> None:
        """End the web server at once, in the middle of whatever it does."""
        kill(self.process)

    def kill_worker(self) -> None:
        kill(self.worker)

    def _wait_until_healthy(self) -> None:
        deadline = time.monotonic() + SECONDS_TO_START
        while self.process.poll() is None and time.monotonic() < deadline:
            if self._is_healthy():
                return
            time.sleep(0.05)
        self.kill()
        self.kill_worker()
        pytest.fail(f"the server did not start:\n{self.log.read_text(errors='replace')}")

    def _is_healthy(self) -> bool:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def kill(process: subprocess.Popen[bytes]) -> None:
    """End a process and its children at once."""
    _signal(process, signal.SIGKILL)
    process.wait()


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return


@contextmanager
def server(like: Path) -> Iterator[ServerProcess]:
    """A started server on a copy of this instance folder."""
    with tempfile.TemporaryDirectory(prefix="zs-instance-", ignore_cleanup_errors=True) as folder:
        running = ServerProcess(shutil.copytree(like, Path(folder), dirs_exist_ok=True))
        running.start()
        try:
            yield running
        finally:
            running.stop()


def free_port() -> int:
    with socket.create_server((HOST, 0)) as listener:
        return listener.getsockname()[1]
