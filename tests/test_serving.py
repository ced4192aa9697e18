"""The server that `./run` starts: a worker that dies is replaced, however often; what it leaves behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

import pytest

from survey.base.settings import PREFIX
from tests.live import ROOT, free_port

SECONDS_TO_START = 30


@dataclass(frozen=True)
class Running:
    """`survey serve` in a process of its own."""

    url: str
    process: subprocess.Popen[bytes]
    instance: Path

    def workers(self) -> list[int]:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text(encoding="ascii")
        return [int(pid) for pid in children.split() if "Z" not in _state(int(pid))]

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/receipt", timeout=5) as page:  # noqa: S310  # our own server
                return bool(page.status == 200)
        except (OSError, HTTPException):
            return False


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return "Z"


def wait_until(is_so: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if is_so():
            return True
        time.sleep(0.02)
    return False


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    instance, port = tmp_path / "instance", free_port()
    environment = {**os.environ, f"{PREFIX}INSTANCE": str(instance), f"{PREFIX}SECRET_KEY": "a key for tests"}
    command = [sys.executable, "-m", "survey", "serve", "--empty", "--port", str(port)]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True)
    served = Running(f"http://127.0.0.1:{port}", process, instance)
    try:
        assert wait_until(served.answers, SECONDS_TO_START), (tmp_path / "log").read_text(encoding="utf-8")
        yield served
    finally:
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def test_a_worker_that_dies_is_replaced_within_a_second_however_often(running: Running):
    assert wait_until(lambda: len(running.workers()) == 2, 10)
    for _death in range(3):
        before = running.workers()
        os.kill(before[0], signal.SIGKILL)
        assert wait_until(lambda gone=before[0]: len(running.workers()) == 2 and gone not in running.workers(), 1.0)
        assert wait_until(running.answers, 1.0)
    for pid in running.workers():
        os.kill(pid, signal.SIGKILL)
    assert wait_until(running.answers, 3.0)


def test_nobody_else_reads_what_is_kept_and_stopping_leaves_no_log(running: Running):
    modes = {path.name: path.stat().st_mode & 0o777 for path in running.instance.rglob("*")}
    assert running.instance.stat().st_mode & 0o777 == 0o700
    assert modes["survey.db"] == 0o600
    assert not [name for name, mode in modes.items() if mode & 0o077]
    running.process.terminate()
    running.process.wait(timeout=15)
    log = running.instance / "survey.db-wal"
    assert not log.exists() or not log.stat().st_size
