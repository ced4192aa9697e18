"""`survey serve`: the first start makes the database, the administrator and the worked example; every start serves."""

from __future__ import annotations

import os
import socket

import click
from flask import current_app
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server as Granian

from survey.base.people import accounts
from survey.base.people.roles import Role
from survey.base.settings import PREFIX, ROOT, from_environment
from survey.base.store.database import engine, session
from survey.base.web import drawing
from survey.examples import service as example
from survey.units import service as units

WORKERS = 2
THREADS = 4
BACKLOG = 2048
SECONDS_TO_STOP = 10
#: loaded before the workers are forked, so that nobody waits for the drawing library
DRAWING = ("survey.estimate.pages.charts", "survey.score.pages.charts")
PUBLIC_URL = f"{PREFIX}PUBLIC_URL"


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--empty", is_flag=True, help="Start without the worked example.")
@click.option("--workers", default=WORKERS, show_default=True, help="Server processes.")
def serve(host: str, port: int, empty: bool, workers: int) -> None:
    """Serve the product with a production server."""
    _check_port(host, port)
    _settle_public_url(host, port)
    first, link = not accounts.people(), ""
    if first and not empty:
        click.echo("第一次启动：正在载入演示数据 / first start: loading the worked example …")
        link = example.load(lambda words: click.echo(f"  {words}"))
    if first:
        password = accounts.new_password()
        accounts.add("admin", password, [Role.ADMIN])
    click.echo(f"\n  地址 / address      http://{host}:{port}/")
    if first:
        click.echo(f"  管理员 / sign in    admin   {password}   (仅显示这一次 / shown this once)")
    if link:
        click.echo(f"  窗口评价 / rate     {link}\n\n{units.qr_terminal(link)}")
    click.echo("  停止 / stop         Ctrl-C\n")
    _hand_over(host, port, workers)


def _settle_public_url(host: str, port: int) -> None:
    """Codes lead to where this server listens unless the operator says otherwise."""
    if not os.environ.get(PUBLIC_URL):
        reachable = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104  # compared with, not bound to
        os.environ[PUBLIC_URL] = f"http://{reachable}:{port}"
        current_app.extensions["settings"] = from_environment()


def _check_port(host: str, port: int) -> None:
    """Say so before anything is made when somebody else is listening there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(
                f"Port {port} on {host} is not free ({error.strerror}). Choose another: PORT=8001 ./run"
            ) from error


def _hand_over(host: str, port: int, workers: int) -> None:
    """Become the server: its workers are forked from this process, which has imported everything already."""
    for name in DRAWING:
        drawing.load(name)
    session().close()
    engine().dispose()  # a connection must not be shared by two processes
    os.chdir(ROOT)
    Granian(
        "wsgi:app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS,
        backlog=BACKLOG,
        websockets=False,
        log_level=LogLevels.warning,
        workers_kill_timeout=SECONDS_TO_STOP,
    ).serve()
