"""How long a round takes to count, show, score and freeze, whatever the number of its answers.

Fills a fresh SQLite database with seeded simulated answers (ratings at counters with a year of caseload, and a poll)
and prints the seconds of each step, and their ratio to a plain count of the response table in the same run.
`./run bench round --answers 1000000`; `--form W13` for thirteen items an answer, without the poll.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import func, select

if not __package__:
    # run as a file, this folder stands first on the path, and its weighting.py would hide the package
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from bench.filling import FIRST, LAST, UNITS, Filled, fill
from survey import create_app, migrations
from survey.base.people import accounts
from survey.base.people.roles import SYSTEM, Role, Viewer
from survey.base.settings import Settings
from survey.base.store.database import give_back, session
from survey.collect import service as collect
from survey.collect.models import ResponseRow
from survey.estimate import service as estimate
from survey.followup import service as followup
from survey.questions import service as questions
from survey.rounds import service as rounds
from survey.score import service as score
from survey.screen import service as screen
from survey.units import service as units

SCHEME = "anhui-2012"
#: external value, the points it is out of, whether it is the last class that has it
EXTERNAL = (("core", 300, False), ("lawful", 200, False), ("conduct", 100, False), ("economy", 600, True))
TURNS = 3
#: nobody holds an answer or freezes a sheet alone
SECOND = Viewer(0, "second", frozenset({Role.OFFICE}), frozenset())


@dataclass
class Stopwatch:
    """Prints seconds, and the ratio to the floor of the same run."""

    floor: float = 1.0
    worst: dict[str, float] = field(default_factory=dict)

    def timed(self, label: str, work: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        result = work()
        self._say(label, time.perf_counter() - start)
        return result

    def best_of(self, label: str, work: Callable[[], Any]) -> None:
        """The first time, and the best of some more: a page is opened more than once."""
        self.timed(f"{label}, first time", work)
        seconds = []
        for _turn in range(TURNS):
            start = time.perf_counter()
            work()
            seconds.append(time.perf_counter() - start)
        self._say(f"{label}, again", min(seconds))

    def _say(self, label: str, seconds: float) -> None:
        print(f"{label:<58}{seconds:8.3f} s{seconds / self.floor:9.2f}", flush=True)


def measure(app: Flask, watch: Stopwatch, answers: int, form: str) -> None:
    with app.app_context():
        filled = watch.timed(
            f"(fill: {answers:,} answers by {form}, {UNITS} units)", lambda: fill(answers, form, polled=form == "W1")
        )
        start = time.perf_counter()
        session().scalar(select(func.count()).select_from(ResponseRow))
        watch.floor = time.perf_counter() - start
        give_back()
        print(f"{'floor: counting the rows of responses':<58}{watch.floor:8.3f} s{1:9.2f}")
        watch.timed("projection from nothing", collect.bring_up_to_date)
        watch.timed("list of bad ratings from nothing", followup.bring_up_to_date)
        _one_answer(filled, form)
        watch.timed("one day's change: one answer more", collect.bring_up_to_date)
        chosen = collect.Chosen(rounds.selection(rounds.round_(filled.round_id)))
        keys = [line.key for line in collect.responses(chosen, size=1)]
        screen.hold(keys, "bench", SYSTEM)
        screen.decide_many([one.id for one in screen.pending()], confirm=True, viewer=SECOND)
        watch.timed("one day's change: one decision", collect.bring_up_to_date)
        screen.propose(keys[0], "exclude", "bench", SYSTEM)
        screen.decide(screen.pending()[0].id, confirm=True, viewer=SECOND)
        watch.timed("nothing has changed", collect.bring_up_to_date)
        run = watch.timed("compute, the first in a process", lambda: estimate.compute(filled.round_id))
        _one_answer(filled, form)
        run = watch.timed("compute again, one day changed", lambda: estimate.compute(filled.round_id))
        if form == "W1":
            score.set_values(filled.round_id, SCHEME, values(units.units()))
            sheet = watch.timed("score sheet with ranks", lambda: score.make_sheet(filled.round_id, SCHEME))
            watch.timed("ask to freeze", lambda: score.ask_to_freeze(sheet))
            watch.timed("freeze and sign", lambda: score.freeze(sheet, SECOND))
    show(app, watch, run.id, scored=form == "W1")


def _one_answer(filled: Filled, form: str) -> None:
    """One rating more, imported for a day in the middle of the year."""
    window = units.windows()[0]
    answer = collect.NewAnswer(questions.questionnaire(form).overall.code, level=4)
    day = FIRST + (LAST - FIRST) // 2
    collect.add_responses(
        [collect.NewResponse(filled.counters, day, form, 3, [answer], window_id=window.id, unit_id=window.unit_id)]
    )
    assert day + timedelta(days=1) < LAST


def values(listed: list[units.Unit]) -> list[score.NewValue]:
    """What the scheme takes from elsewhere, for every unit of the class that has it."""
    return [
        score.NewValue(code, unit.id, 0.9 * most)
        for code, most, in_last_class in EXTERNAL
        for unit in listed
        if (unit.class_code == "4") == in_last_class
    ]


def show(app: Flask, watch: Stopwatch, run_id: int, *, scored: bool) -> None:
    """Pages as the office opens them."""
    client = app.test_client()
    with app.app_context():
        person = accounts.add("bench", "a password for the bench", [Role.OFFICE, Role.STATISTICIAN])
        code = units.stays()[0].code
    with client.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = str(person.id), True
    pages = {
        "page: citizen's form": f"/r/{code}",
        "page: overview": "/",
        "page: answers": "/answers",
        "page: answers of one unit": "/answers?unit=1",
        "page: all answers, in a round or not": "/answers?round=all",
        "page: bad ratings": "/cases",
        "page: how fast units reply": "/cases/rates",
        "page: screening": "/screen",
        "page: screening of one unit": "/screen?unit=1",
        "page: rounds": "/rounds",
        "page: one round": "/rounds/1",
        "page: collections": "/collections",
        "page: units": "/units",
        "page: indices of all units": f"/estimate/{run_id}?source=counter",
        "page: one unit opened": f"/estimate/{run_id}/unit/1?source=counter",
        "chart of one class": f"/estimate/{run_id}/chart.svg?source=counter&class=1",
        "download: indices as XLSX": f"/estimate/{run_id}/indices.xlsx?source=counter",
        "download: indices as CSV": f"/estimate/{run_id}/indices.csv?source=counter",
    }
    if scored:
        pages |= {"page: score sheet": "/score/1", "page: how a score came about": "/score/1/units/1"}
    for label, address in pages.items():
        watch.best_of(label, lambda address=address: opened(client, address))


def opened(client: Any, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=int, default=200_000, help="filled-in forms; a person polled counts three")
    parser.add_argument("--form", default="W1", choices=("W1", "W5", "W13"))
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(instance=Path(folder)))
        migrations.upgrade(app.extensions["engine"])
        measure(app, Stopwatch(), asked.answers, asked.form)


if __name__ == "__main__":
    main()
