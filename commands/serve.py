"""`flask serve`: the web server."""

from __future__ import annotations

import click
from flask import Flask, current_app

from web import server


@click.command("serve", help="网页服务。和后台程序一起运行，见 docs/deployment.md；收到停止信号后先答完手上的请求。")
@click.option("--host", default="127.0.0.1", envvar="HOST", show_default=True, help="在哪个地址上等。")
@click.option("--port", default=5000, envvar="PORT", show_default=True, help="在哪个端口上等；0 是随便一个空着的。")
def serve(host: str, port: int) -> None:
    server.serve(current_app._get_current_object(), host, port)  # type: ignore[attr-defined]


def register(app: Flask) -> None:
    app.cli.add_command(serve)
