"""How many citizens can rate at once? Run: python -m bench.answers [seconds] [concurrency]

The product and an idiomatic baseline (Flask-WTF form with a session, SQLAlchemy ORM, the same SQLite durability) are
served by the same server with the same number of processes and asked in turn by the same load: open the form, send
it, each answer durable before it is thanked for. Rates depend on the machine and on what else it does; the ratios
within one run are the figures, above all that of the server's own CPU time.
"""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

if not __package__:
    # run as a file, this folder stands first on the path, and its weighting.py would hide the package
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from survey import create_app, migrations
from survey.base import clock
from survey.base.settings import Settings
from survey.units import service as units
from tests.live import ROOT, free_port, serving

TOKEN = re.compile(r'name="(token|csrf_token)"[^>]*? value="([^"]+)"')
TURNS = 3
THREADS = 8


@dataclass(frozen=True)
class Subject:
    """A running server under load."""

    url: str
    path: str
    pid: int

    def cpu_seconds(self) -> float:
        """CPU time of the server and its workers so far."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        stats = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in (self.pid, *children)]
        return sum(int(fields[11]) + int(fields[12]) for fields in stats) / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Load:
    """What one turn of load saw."""

    cycles: int
    seconds: float
    cpu_seconds: float
    latencies: tuple[float, ...]

    @property
    def cpu_a_cycle(self) -> float:
        """Milliseconds of the server's CPU for one citizen."""
        return self.cpu_seconds / self.cycles * 1000

    @property
    def rate(self) -> float:
        return self.cycles / self.seconds

    def percentile(self, share: float) -> float:
        """Milliseconds within which this share of cycles was done."""
        return sorted(self.latencies)[int(share * (len(self.latencies) - 1))] * 1000


def put_load_on(subject: Subject, seconds: float, concurrency: int) -> Load:
    """Rate again and again from several connections."""
    latencies: list[float] = []
    end = time.perf_counter() + seconds

    def rate_until_the_end() -> None:
        while time.perf_counter() < end:
            began = time.perf_counter()
            _one_cycle(subject.url, subject.path)
            latencies.append(time.perf_counter() - began)

    threads = [threading.Thread(target=rate_until_the_end) for _ in range(concurrency)]
    began, cpu = time.perf_counter(), subject.cpu_seconds()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Load(len(latencies), time.perf_counter() - began, subject.cpu_seconds() - cpu, tuple(latencies))


def _one_cycle(url: str, path: str) -> None:
    """One citizen: a new connection, the form, one answer, the redirect to the thank-you page."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    connection.request("GET", path)
    response = connection.getresponse()
    cookie = (response.headers.get("Set-Cookie") or "").partition(";")[0]
    found = TOKEN.search(response.read().decode())
    if found is None:
        raise RuntimeError(f"{url}{path} shows no form")
    body = urlencode({found.group(1): found.group(2), "W-E1": "4", "level": "4", "text": "办得快"})
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
    connection.request("POST", path, body, headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    if answer.status not in (302, 303):
        raise RuntimeError(f"{url}{path} answered {answer.status}")


@contextmanager
def product(folder: Path, threads: int = THREADS) -> Iterator[Subject]:
    """The product with one counter: its address and the path of its form."""
    settings = Settings(instance=folder, secret_key="a key for the benchmark")  # noqa: S106  # guards nothing
    app = create_app(settings)
    migrations.upgrade(app.extensions["engine"])
    with app.app_context():
        units.add_units([units.NewUnit("101", "省教育厅")])
        windows = units.add_windows([units.NewWindow("101", "101-1", "学历认证窗口")])
        code = units.issue_code(windows["101-1"], clock.today())
    with serving(settings, workers=2, threads=threads) as server:
        yield Subject(server.url, f"/r/{code}", server.process.pid)
        server.app.extensions["engine"].dispose()


@contextmanager
def baseline(folder: Path) -> Iterator[Subject]:
    """The idiomatic application of `bench/baseline.py`."""
    port = free_port()
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", "2", "--blocking-threads", str(THREADS), "--no-ws", "--log-level", "warning", "bench.baseline:app",
    ]  # fmt: skip
    environment = {"BASELINE_FOLDER": str(folder), "PATH": "/usr/bin:/bin"}
    tables_first = [sys.executable, "-c", "import bench.baseline"]
    subprocess.run(tables_first, cwd=ROOT, env=environment, check=True)
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        _wait(f"http://127.0.0.1:{port}")
        yield Subject(f"http://127.0.0.1:{port}", "/", process.pid)
    finally:
        process.terminate()
        process.wait(timeout=10)


def _wait(url: str) -> None:
    for _ in range(200):
        try:
            _one_cycle(url, "/")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"{url} did not start")


def main() -> None:
    """Ask both in turn and print rates, tails and the ratio."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 5.0
    concurrency = int(sys.argv[2]) if len(sys.argv) > 2 else 32
    with (
        tempfile.TemporaryDirectory() as ours,
        tempfile.TemporaryDirectory() as theirs,
        product(Path(ours)) as one,
        baseline(Path(theirs)) as other,
    ):
        turns = [
            (put_load_on(one, seconds, concurrency), put_load_on(other, seconds, concurrency)) for _ in range(TURNS)
        ]
    print(f"{concurrency} citizens at once, {TURNS} turns of {seconds:g} s each, two processes, SQLite FULL")
    for name, loads in (("product ", [pair[0] for pair in turns]), ("baseline", [pair[1] for pair in turns])):
        rates = " ".join(f"{load.rate:6.0f}" for load in loads)
        tails = " ".join(f"{load.percentile(0.5):4.0f}/{load.percentile(0.99):.0f}" for load in loads)
        costs = " ".join(f"{load.cpu_a_cycle:5.2f}" for load in loads)
        print(f"{name}  cycles/s {rates}   p50/p99 ms {tails}   server CPU ms a cycle {costs}")
    print("ratio of cycles    " + " ".join(f"{ours.rate / theirs.rate:6.2f}" for ours, theirs in turns))
    print("ratio of CPU       " + " ".join(f"{theirs.cpu_a_cycle / ours.cpu_a_cycle:6.2f}" for ours, theirs in turns))


if __name__ == "__main__":
    main()
