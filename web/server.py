"""The web server: waitress, which gives a thread only to a request that has come whole, with limits on how long that takes.

A connection that sends slowly costs memory and a place, never a thread (docs/adr, "Only whole requests get a thread").
"""

from __future__ import annotations

import logging
import resource
import signal
import socket
import time
from collections import Counter
from typing import Any

from flask import Flask
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, ThreadedTaskDispatcher
from waitress.wasyncore import dispatcher

from operations.throttle import unit_of
from web import errors, headers

THREADS = 8
MOST_CONNECTIONS = 500
MOST_BYTES_WAITING = 1 << 30
"""Of bodies that have not come whole, over all connections; they lie in temporary files."""
LONGEST_HEAD = 64 * 1024
RECEIVE_SECONDS = 20
SLOWEST_BYTES_A_SECOND = 4096
"""A request comes within the seconds above, and one more for each so many bytes of its body."""
IDLE_SECONDS = 60
LINGER_SECONDS = 10
"""How long what still comes is read and dropped after a refusal: closing at once would take the answer from the sender."""
STOP_WITHIN = 30
LOOKED_AFTER_EVERY = 2

log = logging.getLogger(__name__)


class Parser(HTTPRequestParser):
    """Refuses a body whose length is told in two ways: whoever stands in front may have believed the other one."""

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        if self.chunked and "CONTENT_LENGTH" in self.headers:
            raise ParsingError("two lengths")


class Refusal(ErrorTask):
    """What the server itself has to say, as a page of ours instead of its own English line."""

    def execute(self) -> None:
        error = self.request.error
        body, fixed = self.channel.server.refusals.get(error.code) or self.channel.server.refusals[400]
        self.status = f"{error.code} {error.reason}"
        self.response_headers.extend(fixed)
        self.set_close_on_finish()
        self.content_length = len(body)
        self.channel.refused = True
        self.write(body)


class Channel(HTTPChannel):
    """One connection, which knows since when the request that is coming in has been coming."""

    parser_class = Parser
    error_task_class = Refusal
    begun = 0.0
    refused = lingers = False

    def received(self, data: bytes) -> bool:
        if self.lingers:
            return False
        before = self.request
        taken: bool = super().received(data)
        if self.request is not before:
            self.begun = time.time()
        return taken

    def handle_write(self) -> None:
        if not (self.refused and self.close_when_flushed):
            super().handle_write()
            return
        self._flush_exception(self._flush_some)
        if not self.total_outbufs_len:
            self.close_when_flushed, self.lingers, self.begun = False, True, time.time()
            self.socket.shutdown(socket.SHUT_WR)

    @property
    def holds_no_thread(self) -> bool:
        return not self.requests

    @property
    def bytes_waiting(self) -> int:
        return self.request.body_bytes_received if self.request else 0

    def is_overdue(self, now: float) -> bool:
        if self.lingers:
            return now - self.begun > LINGER_SECONDS
        if self.request is None:
            return now - self.last_activity > IDLE_SECONDS
        return now - self.begun > RECEIVE_SECONDS + self.bytes_waiting / SLOWEST_BYTES_A_SECOND


class Server(TcpWSGIServer):
    channel_class = Channel

    def __init__(self, app: Flask, host: str, port: int) -> None:
        self.refusals = {code: (body, _headers(app)) for code, body in errors.of_the_server(app).items()}
        self.asked_to_stop = False
        threads = ThreadedTaskDispatcher()
        threads.set_thread_count(THREADS)
        super().__init__(
            app, dispatcher=threads, host=host, port=port, ident="", clear_untrusted_proxy_headers=False,
            connection_limit=2 * MOST_CONNECTIONS, cleanup_interval=LOOKED_AFTER_EVERY, asyncore_use_poll=True,
            max_request_header_size=LONGEST_HEAD, max_request_body_size=app.config["MAX_CONTENT_LENGTH"] + 1,
            outbuf_high_watermark=1 << 40,
        )  # fmt: skip

    def handle_accept(self) -> None:
        super().handle_accept()
        if len(self.active_channels) > MOST_CONNECTIONS:
            self._make_room()

    def handle_error(self) -> None:
        """Keep the door open: waitress would close it for whatever goes wrong with one who comes in."""
        log.exception("a connection was not taken")

    def _make_room(self) -> None:
        """End the connection that has waited longest, of the origin that holds most; never one that is being served."""
        waiting = [channel for channel in self.active_channels.values() if channel.holds_no_thread]
        if not waiting:
            return
        held = Counter(unit_of(channel.addr[0]) for channel in waiting)
        worst = max(
            waiting, key=lambda channel: (held[unit_of(channel.addr[0])], -(channel.begun or channel.creation_time))
        )
        worst.handle_close()

    def maintenance(self, now: float) -> None:
        """End what takes too long, and the largest of what is half there when that is too much together."""
        waiting = [channel for channel in self.active_channels.values() if channel.holds_no_thread]
        for channel in waiting:
            if channel.is_overdue(now):
                channel.will_close = True
        total = sum(channel.bytes_waiting for channel in waiting)
        for channel in sorted(waiting, key=lambda channel: -channel.bytes_waiting):
            if total <= MOST_BYTES_WAITING:
                break
            channel.will_close, total = True, total - channel.bytes_waiting

    def stop(self, *_signal: Any) -> None:
        if not self.asked_to_stop:
            self.asked_to_stop = True
            self.pull_trigger()

    def run(self) -> None:
        """Serve until asked to stop, then answer what has come whole, for thirty seconds at most."""
        while not self.asked_to_stop:
            self._once(1)
        dispatcher.close(self)
        until = time.monotonic() + STOP_WITHIN
        while self._still_answers() and time.monotonic() < until:
            self._once(0.1)
        self.task_dispatcher.shutdown(timeout=1)
        self.trigger.close()

    def _once(self, seconds: float) -> None:
        self.asyncore.loop(timeout=seconds, map=self._map, use_poll=True, count=1)

    def _still_answers(self) -> bool:
        for channel in list(self.active_channels.values()):
            if channel.holds_no_thread and not channel.total_outbufs_len:
                channel.handle_close()
        return bool(self.active_channels)


def serve(app: Flask, host: str, port: int) -> None:
    """Answer at this address until SIGTERM or SIGINT."""
    _allow_many_files()
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    server = Server(app, host, port)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, server.stop)
    server.run()


def _allow_many_files() -> None:
    """A connection may hold three: its socket, what it sends, what it is sent."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 8 * MOST_CONNECTIONS
    if soft != resource.RLIM_INFINITY and soft < wanted:
        limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))


def _headers(app: Flask) -> list[tuple[str, str]]:
    own = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"}
    return [*(own | headers.always(app)).items()]
