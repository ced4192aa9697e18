"""`survey serve`: the first start makes the database, the administrator and the worked example; every start serves."""

from __future__ import annotations

import os
import socket
import time
from contextlib import suppress
from typing import Any

import click
from flask import current_app
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server as Granian
from granian.server.common import AbstractServer

from survey.base.people import accounts, passwords
from survey.base.people.roles import Role
from survey.base.settings import PREFIX, ROOT, from_environment
from survey.base.store.database import engine, session
from survey.base.store.log_cleaning import empty_log
from survey.base.web import drawing
from survey.examples import service as example
from survey.units import service as units

WORKERS = 2
THREADS = 4
BACKLOG = 2048
SECONDS_TO_STOP = 10
#: between two successors of workers that died together
RESPAWN_SECONDS = 0.1
#: so many starts of all workers in so many seconds mean that they cannot work at all
STARTS, SECONDS_OF_STARTS = 5, 20.0
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
        password = passwords.given()
        accounts.add("admin", password, [Role.ADMIN], is_given=True)
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
    empty_log(engine())
    engine().dispose()  # a connection must not be shared by two processes
    os.chdir(ROOT)
    started: list[float] = []
    while True:
        started.append(time.monotonic())
        server = _server(host, port, workers)
        with suppress(SystemExit):  # it gives up when one worker dies twice in a few seconds
            server.serve()
        if server.interrupt_signal:
            break
        if len(started) >= STARTS and time.monotonic() - started[-STARTS] < SECONDS_OF_STARTS:
            raise click.ClickException("The workers die as soon as they start; the lines above say why.")
    empty_log(engine())


def _server(host: str, port: int, workers: int) -> AbstractServer[Any]:
    """A server that replaces a worker that died."""
    return Granian(
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
        respawn_failed_workers=True,
        respawn_interval=RESPAWN_SECONDS,
    )
