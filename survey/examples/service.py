"""The worked example: 113 real bodies, all else simulated and marked so. One command loads it, one removes it."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from flask_babel import gettext

from survey.base import clock
from survey.base.errors import Refused
from survey.base.people import audit
from survey.base.store import demo
from survey.base.store.database import commit
from survey.collect import service as collect
from survey.estimate import service as estimate
from survey.examples import answers, poll, scores
from survey.examples import simulation as made_up
from survey.followup import service as followup
from survey.rounds import service as rounds
from survey.sample import service as sample
from survey.score import service as score
from survey.units import service as units

UNITS = Path(__file__).with_name("anhui-2012-units.csv")
#: said while loading, because it takes some seconds
Say = Callable[[str], None]


def load(say: Say = lambda words: None) -> str:
    """Load the example; returns the rating link of one counter.

    Raises:
        Refused: units are stored already; the example would mix with them.
    """
    if units.units(active_only=False) and not demo.present():
        raise Refused(
            gettext("Units are stored already, and the example must not mix with them."),
            remedy=gettext("Load it into an empty database: set SURVEY_INSTANCE to a new folder."),
        )
    if demo.present():
        remove()
    demo.set_present(True)
    commit()
    bodies = _bodies()
    today = clock.today()
    months = _months(today)
    round_ = rounds.add_round(
        f"{today.year}", gettext("Year %(year)s (demonstration)", year=today.year), months[0], _last_day(today)
    )
    say(gettext("Ratings at counters …"))
    windows = units.windows()
    cases = made_up.caseload(len(bodies.units))
    units.set_caseload(answers.caseload_cells(bodies, windows, cases, months))
    collect.add_responses(answers.ratings(bodies, windows, cases, months))
    say(gettext("A poll of a drawn sample, and a leaders' panel …"))
    poll.load(bodies, months[0], round_.closes_on)
    say(gettext("Indices and score sheets …"))
    scores.load(bodies, round_.id)
    audit.record("example.loaded", round_.code)
    commit()
    return units.link_of(units.stays(window_id=windows[0].id)[0].code)


def remove() -> None:
    """Remove everything simulated: answers, caseload, sample, panel, sheets. Names of units and counters stay."""
    if not demo.present():
        raise Refused(gettext("No example is loaded."))
    for round_ in rounds.rounds():
        score.remove_demo(round_.id)
        estimate.remove_runs(round_.id)
        rounds.remove_demo(round_.id)
    collect.remove_responses(frozenset(one.id for one in rounds.collections()))
    followup.bring_up_to_date()
    sample.remove_demo()
    units.remove_demo()
    demo.set_present(False)
    audit.record("example.removed", "")
    commit()


def _bodies() -> answers.Bodies:
    """The real bodies with their simulated qualities; their names are stored unless they are there already."""
    with UNITS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    known = {unit.code for unit in units.units(active_only=False)}
    units.add_units(
        units.NewUnit(row["code"], row["name"], row["class_code"], row["class_name"])
        for row in rows
        if row["code"] not in known
    )
    stored = {unit.code: unit for unit in units.units()}
    chosen = [stored[row["code"]] for row in rows]
    have = {window.unit_id for window in units.windows()}
    units.add_windows(
        [new for unit in chosen if unit.id not in have for new in answers.counters(unit)],
        codes_from=_months(clock.today())[0],
    )
    return answers.Bodies(tuple(chosen), made_up.bodies([unit.class_code for unit in chosen]))


def _months(today: date) -> list[date]:
    """First days of the twelve whole months before this one.

    >>> [str(month) for month in _months(date(2026, 3, 14))][::11]
    ['2025-03-01', '2026-02-01']
    """
    first = today.year * 12 + today.month - 1 - made_up.MONTHS
    return [date(number // 12, number % 12 + 1, 1) for number in range(first, first + made_up.MONTHS)]


def _last_day(today: date) -> date:
    """The round stays open for a hundred days, so that a scan today belongs to it."""
    return today + timedelta(days=100)
