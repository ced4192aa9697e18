"""`survey serve`: the first start makes the database, the administrator and the worked example; every start serves."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import click

from survey import accounts
from survey.config import ROOT
from survey.examples import service as example
from survey.roles import Role
from survey.units import service as units

WORKERS = 2
THREADS = 4


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--empty", is_flag=True, help="Start without the worked example.")
@click.option("--workers", default=WORKERS, show_default=True, help="Server processes.")
def serve(host: str, port: int, empty: bool, workers: int) -> None:
    """Serve the product with a production server."""
    _check_port(host, port)
    first = not accounts.people()
    link = ""
    if first:
        if not empty:
            click.echo("第一次启动:正在载入演示数据 / first start: loading the worked example …")
            link = example.load(lambda words: click.echo(f"  {words}"))
        password = accounts.new_password()
        accounts.add("admin", password, [Role.ADMIN])
    click.echo(f"\n  地址 / address      http://{host}:{port}/")
    if first:
        click.echo(f"  管理员 / sign in    admin   {password}   (仅显示这一次 / shown this once)")
    if link:
        click.echo(f"  窗口评价 / rate     {link}\n\n{units.qr_terminal(link)}")
    click.echo("  停止 / stop         Ctrl-C\n")
    _hand_over(host, port, workers)


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
    """Become the server, so that signals reach it directly."""
    granian = Path(os.environ.get("VIRTUAL_ENV", ROOT / ".venv")) / "bin" / "granian"
    arguments = [
        "granian", "--interface", "wsgi", "--host", host, "--port", str(port), "--workers", str(workers),
        "--blocking-threads", str(THREADS), "--backlog", "2048", "--no-ws", "--log-level", "warning", "wsgi:app",
    ]  # fmt: skip
    sys.stdout.flush()
    os.chdir(ROOT)
    os.execv(granian, arguments)  # noqa: S606  # our own server with our own arguments
