"""The product as it is served: a production server in a process of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.error import URLError

from flask import Flask

from survey import create_app
from survey.base.settings import PREFIX, Settings

ROOT = Path(__file__).parent.parent
SECONDS_TO_START = 30


@dataclass(frozen=True)
class Server:
    """A running server, and an application on the same database to look behind its pages."""

    url: str
    app: Flask
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        """End the server as a power cut would: no goodbye, nothing finished."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def serving(settings: Settings, *, workers: int = 1, threads: int = 8) -> Iterator[Server]:
    """Serve these settings on a free port until the block ends."""
    port = free_port()
    settings = replace(settings, public_url=f"http://127.0.0.1:{port}")
    log = settings.instance / "server.log"
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", str(workers), "--blocking-threads", str(threads), "--no-ws", "--log-level", "warning",
        # a worker that is told to stop while it starts would be waited for without end
        "--workers-kill-timeout", "3", "wsgi:app",
    ]  # fmt: skip
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=_environment(settings),
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        _wait(settings.public_url, process, log)
        yield Server(settings.public_url, create_app(settings), process)
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _environment(settings: Settings) -> dict[str, str]:
    own = {PREFIX + name.upper(): str(getattr(settings, name)) for name in Settings.__dataclass_fields__}
    return {**os.environ, **own}


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=2):  # noqa: S310  # our own server
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    raise RuntimeError(f"The server did not start:\n{log.read_text(errors='replace')}")
