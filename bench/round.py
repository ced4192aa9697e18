"""How long a round of 200,000 answers over 113 units takes to count, show and open.

Fills a fresh SQLite database with seeded simulated answers (ratings at counters with a year of caseload) and
prints the seconds of each step. Run it with `./run bench round`; `--answers 50000` for a smaller round.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from flask import Flask

from survey import accounts, create_app, migrations
from survey.collect import service as collect
from survey.config import Settings
from survey.estimate import service as estimate
from survey.roles import Role
from survey.units import service as units

SEED = 20260331
UNITS, WINDOWS_EACH, MONTHS = 113, 3, 12
CHUNK = 20_000
SHARES = (0.01, 0.02, 0.04, 0.18, 0.40, 0.35)


def timed(label: str, work: Callable[[], Any]) -> Any:
    """Run `work` and print how long it took."""
    start = time.perf_counter()
    result = work()
    print(f"{label:<58}{time.perf_counter() - start:8.3f} s", flush=True)
    return result


def fill(answers: int) -> int:
    """Store units, counters, caseload and answers; returns the round's number."""
    round_id = add_places()
    windows = units.windows()
    rng = np.random.default_rng(SEED)
    window = rng.integers(0, len(windows), answers)
    month = rng.integers(1, MONTHS + 1, answers)
    level = rng.choice(6, answers, p=SHARES)
    for start in range(0, answers, CHUNK):
        part = range(start, min(start + CHUNK, answers))
        collect.add_responses(
            rating(round_id, windows[window[i]], date(2026, int(month[i]), 1 + i % 28), int(level[i])) for i in part
        )
    return round_id


def rating(round_id: int, place: units.Window, day: date, level: int) -> collect.NewResponse:
    answers = [collect.NewAnswer("W-E1", level=level)]
    return collect.NewResponse(round_id, "counter", day, "W1", 3, answers, window_id=place.id, unit_id=place.unit_id)


def add_places() -> int:
    units.add_units([units.NewUnit(f"U{i:03}", f"测试单位{i}", f"C{i % 4}", f"第{i % 4 + 1}类") for i in range(UNITS)])
    units.add_windows(
        [
            units.NewWindow(f"U{i:03}", f"U{i:03}-{w}", f"{w + 1}号窗口")
            for i in range(UNITS)
            for w in range(WINDOWS_EACH)
        ]
    )
    units.set_caseload(
        [
            (window.id, date(2026, month, 1), 400 + 37 * month)
            for window in units.windows()
            for month in range(1, MONTHS + 1)
        ]
    )
    return units.add_round("B", "Bench", date(2026, 1, 1), date(2026, 12, 31)).id


def show(app: Flask, run_id: int) -> None:
    """Pages as the office opens them."""
    client = app.test_client()
    with app.app_context():
        person = accounts.add("bench", "a password for the bench", [Role.OFFICE])
    with client.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = str(person.id), True
    for label, address in (
        ("page: indices of all units, first time", f"/estimate/{run_id}?source=counter"),
        ("page: the same again", f"/estimate/{run_id}?source=counter"),
        ("page: one unit opened", f"/estimate/{run_id}/unit/1?source=counter"),
        ("chart of one class", f"/estimate/{run_id}/chart.svg?source=counter&class=C0"),
        ("download: XLSX", f"/estimate/{run_id}/indices.xlsx?source=counter"),
    ):
        answer = timed(label, lambda address=address: client.get(address))
        assert answer.status_code == 200, (address, answer.status)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=int, default=200_000)
    answers = parser.parse_args().answers
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(instance=Path(folder)))
        migrations.upgrade(app.extensions["engine"])
        with app.app_context():
            round_id = timed(f"fill {answers:,} answers, {UNITS} units", lambda: fill(answers))
            run = timed("compute: tally, hash, store", lambda: estimate.compute(round_id))
            timed("indices of all units, first time", lambda: estimate.indices(run.id, source="counter"))
            timed(
                "indices of all units, another points table",
                lambda: estimate.indices(run.id, source="counter", points=estimate.POINTS_100_75_50_25_0),
            )
            timed("one unit's strata", lambda: estimate.breakdown(run.id, 1, "counter"))
        show(app, run.id)


if __name__ == "__main__":
    main()
