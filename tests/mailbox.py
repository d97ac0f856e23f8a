"""A real mail server on loopback that keeps what it is sent, for the tests to read."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller


class Mailbox:
    """What arrived, in order: parsed messages, each with the headers and body that the recipient would see."""

    host = "127.0.0.1"

    def __init__(self) -> None:
        self.port = 0
        self.messages: list[EmailMessage] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        message = message_from_bytes(envelope.content, policy=policy.default)
        self.messages.append(message)
        return "250 OK"

    def wait_for(self, count: int, *, seconds: float = 10) -> list[EmailMessage]:
        """The messages, once so many are there; for mail that is sent after the page has answered."""
        deadline = time.monotonic() + seconds
        while len(self.messages) < count:
            assert time.monotonic() < deadline, f"{len(self.messages)} of {count} messages after {seconds} s"
            time.sleep(0.02)
        return self.messages


class _AnyPort(Controller):
    """aiosmtpd greets itself at the port it was given; given 0, the port is known only after it listens."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox()
    controller = _AnyPort(box, hostname=box.host, port=0)
    controller.start()
    box.port = controller.port
    try:
        yield box
    finally:
        controller.stop()
