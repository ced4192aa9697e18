"""`survey serve`: the first start makes the database, the administrator and the worked example; every start serves."""

from __future__ import annotations

import os
from pathlib import Path

import click
from flask import current_app

from survey import accounts
from survey.config import ROOT
from survey.roles import Role

WORKERS = 2
THREADS = 16


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--empty", is_flag=True, help="Start without the worked example.")
@click.option("--workers", default=WORKERS, show_default=True, help="Server processes.")
def serve(host: str, port: int, empty: bool, workers: int) -> None:
    """Serve the product with a production server."""
    current_app.extensions["settings"].instance.mkdir(parents=True, exist_ok=True)
    if not accounts.people():
        _first_start(example=not empty)
    click.echo(f"→ http://{host}:{port}/  (Ctrl-C)")
    _hand_over(host, port, workers)


def _first_start(*, example: bool) -> None:
    words = accounts.new_password()
    accounts.add("admin", words, [Role.ADMIN])
    click.echo(f"管理员 / administrator: admin   密码 / password: {words}   (仅显示一次 / shown once)")
    if example:
        pass


def _hand_over(host: str, port: int, workers: int) -> None:
    """Become the server, so that signals reach it directly."""
    granian = Path(os.environ.get("VIRTUAL_ENV", ROOT / ".venv")) / "bin" / "granian"
    arguments = [
        "granian", "--interface", "wsgi", "--host", host, "--port", str(port), "--workers", str(workers),
        "--blocking-threads", str(THREADS), "--backlog", "2048", "--no-ws", "--log-level", "warning", "wsgi:app",
    ]  # fmt: skip
    os.chdir(ROOT)
    os.execv(granian, arguments)  # noqa: S606  # our own server with our own arguments
