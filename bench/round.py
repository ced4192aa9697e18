"""How long a round of 200,000 answers over 113 units takes to count, show, score and freeze.

Fills a fresh SQLite database with seeded simulated answers (ratings at counters with a year of caseload, and a poll)
and prints the seconds of each step. Run it with `./run bench round`; `--answers 50000` for a smaller round.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from flask import Flask

if not __package__:
    # run as a file, this folder stands first on the path, and its weighting.py would hide the package
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from survey import create_app, migrations
from survey.base.people import accounts
from survey.base.people.roles import Role
from survey.base.settings import Settings
from survey.collect import service as collect
from survey.estimate import service as estimate
from survey.sample import service as sample
from survey.score import service as score
from survey.units import service as units

SEED = 20260331
UNITS, WINDOWS_EACH, MONTHS = 113, 3, 12
CHUNK = 20_000
AREAS = ("城区", "郊区", "农村")
SCHEME = "anhui-2012"
#: external value, the points it is out of, whether it is the last class that has it
EXTERNAL = (("core", 300, False), ("lawful", 200, False), ("conduct", 100, False), ("economy", 600, True))
SHARES = (0.01, 0.02, 0.04, 0.18, 0.40, 0.35)


def timed(label: str, work: Callable[[], Any]) -> Any:
    """Run `work` and print how long it took."""
    start = time.perf_counter()
    result = work()
    print(f"{label:<58}{time.perf_counter() - start:8.3f} s", flush=True)
    return result


def fill(answers: int) -> int:
    """Store units, counters, caseload and answers, four of five of them at counters; returns the round's number."""
    round_id, rng = add_places(), np.random.default_rng(SEED)
    windows, polled = units.windows(), answers // 5
    n = answers - polled
    window, month, level = rng.integers(0, len(windows), n), rng.integers(1, MONTHS + 1, n), rng.choice(6, n, p=SHARES)
    in_chunks(
        rating(round_id, windows[window[i]], date(2026, int(month[i]), 1 + i % 28), int(level[i])) for i in range(n)
    )
    wave = add_wave(round_id, polled)
    in_chunks(interview(round_id, wave, i, rng) for i in range(polled // 3))
    return round_id


def in_chunks(found: Iterator[collect.NewResponse]) -> None:
    while chunk := list(islice(found, CHUNK)):
        collect.add_responses(chunk)


def add_wave(round_id: int, polled: int) -> int:
    """A drawn wave; its links stay unused, since the bench measures how answers are read."""
    cases = [sample.Case(f"K{i}", (AREAS[i % 3],)) for i in range(polled)]
    source = sample.FrameSource("名单", "统计局", date(2026, 1, 1), "编号", ("区域",))
    wave = sample.add_wave(
        "调查",
        round_id=round_id,
        frame_id=sample.add_frame(source, cases).id,
        opens_on=date(2026, 1, 1),
        closes_on=date(2026, 12, 31),
    )
    sample.lock_design(wave.id, sample.DesignChoice(columns=("区域",), total=polled // 3, reserve_share=0))
    sample.draw(wave.id, "bench")
    return wave.id


def interview(round_id: int, wave: int, i: int, rng: np.random.Generator) -> collect.NewResponse:
    """One person's judgement of three units."""
    overall = collect.questionnaire("G").overall.code
    about = rng.choice(UNITS, 3, replace=False) + 1
    levels = rng.choice(6, 3, p=SHARES)
    answers = [
        collect.NewAnswer(overall, level=int(level), unit_id=int(unit))
        for unit, level in zip(about, levels, strict=True)
    ]
    return collect.NewResponse(round_id, "poll", date(2026, 6, 1), "G", 3, answers, wave_id=wave, stratum=AREAS[i % 3])


def rating(round_id: int, place: units.Window, day: date, level: int) -> collect.NewResponse:
    answers = [collect.NewAnswer("W-E1", level=level)]
    return collect.NewResponse(round_id, "counter", day, "W1", 3, answers, window_id=place.id, unit_id=place.unit_id)


def add_places() -> int:
    units.add_units(
        [units.NewUnit(f"U{i:03}", f"测试单位{i}", f"{i % 4 + 1}", f"第{i % 4 + 1}类") for i in range(UNITS)]
    )
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


def values(listed: list[units.Unit]) -> list[score.NewValue]:
    """What the scheme takes from elsewhere, for every unit of the class that has it."""
    return [
        score.NewValue(code, unit.id, 0.9 * most)
        for code, most, in_last_class in EXTERNAL
        for unit in listed
        if (unit.class_code == "4") == in_last_class
    ]


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
        ("page: overview", "/"),
        ("page: answers", "/answers"),
        ("page: bad ratings", "/cases"),
        ("page: screening", "/screen"),
        ("page: screening, one unit", "/screen?unit=1"),
        ("page: score sheet", "/score/1"),
        ("page: how a score came about", "/score/1/units/1"),
        ("page: units", "/units"),
        ("chart of one class", f"/estimate/{run_id}/chart.svg?source=counter&class=1"),
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
            score.set_values(round_id, SCHEME, values(units.units()))
            sheet = timed("score sheet with ranks", lambda: score.make_sheet(round_id, SCHEME))
            timed("freeze", lambda: score.freeze(sheet))
        show(app, run.id)


if __name__ == "__main__":
    main()
