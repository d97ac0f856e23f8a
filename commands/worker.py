"""`flask worker`: the process that carries out what runs in the background."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import click
from flask import Flask, current_app

from extensions import queue
from jobs import caretaker
from jobs.presence import presence

STOP_WITHIN = 20
POLL_SECONDS = 0.5
"""How long a free thread pauses before it looks into a SQLite queue again; Redis tells by itself."""


@click.command("worker", help="在后台办事的程序：导入、发邮件、大的导出。和网页服务一起运行，见 docs/deployment.md。")
@click.option("--with-parent", is_flag=True, help="启动它的程序一停，它也停下。")
def worker(with_parent: bool) -> None:
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    consumer = queue.create_consumer(
        workers=app.config["WORKER_THREADS"], max_delay=10 if app.config["REDIS_URL"] else POLL_SECONDS,
        graceful_signal="TERM", shutdown_timeout=STOP_WITHIN,
    )  # fmt: skip
    presence.leaving = consumer.stop_flag
    parent = os.getppid()
    with presence.among(Path(app.instance_path) / "workers"):
        caretaker.keep(app, lambda: with_parent and os.getppid() != parent, leave)
        consumer.run()


def leave() -> None:
    """Stop as if somebody had asked this process to: what runs puts its work back."""
    os.kill(os.getpid(), signal.SIGTERM)


def register(app: Flask) -> None:
    app.cli.add_command(worker)
