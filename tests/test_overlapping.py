"""Overlapping rounds, and one added afterwards: every page, index and sheet counts what its own round selects."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from statistics import mean

import pytest
from flask import Flask

from survey.base import clock
from survey.base.people.roles import Role
from survey.collect import service as collect
from survey.estimate import service as estimate
from survey.rounds import service as rounds
from survey.score import service as score
from survey.units import service as units
from tests.client import Client
from tests.conftest import SignIn

TODAY = date(2026, 11, 2)
HIDDEN_BELOW = 5
POINTS = {5: 100, 4: 80, 3: 60, 2: 30, 1: 0}
#: day -> levels given to 甲局; 乙局 gets the same answers one level lower
GIVEN = {
    date(2025, 12, 31): (1, 1),
    date(2026, 1, 1): (5, 5, 5),
    date(2026, 3, 31): (4,),
    date(2026, 4, 1): (3, 2, 5, 4),
    date(2026, 10, 30): (5,),
}
ROUNDS = {
    "2026": (date(2026, 1, 1), date(2026, 12, 31)),
    "2026-1": (date(2026, 1, 1), date(2026, 3, 31)),
    "late": (date(2025, 12, 1), date(2026, 1, 1)),
}
SCHEME = """
id: counters
version: 1
title: {zh: 窗口}
total: 100
classes:
  - codes: ["*"]
    components:
      - {id: counter, title: {zh: 窗口评价}, points: 100, source: counter}
"""


@dataclass(frozen=True)
class Place:
    """What was stored."""

    units: dict[str, int]
    rounds: dict[str, int]


@pytest.fixture
def place(app_on_each_database: Flask, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    with app_on_each_database.app_context():
        numbers = units.add_units(
            [units.NewUnit("101", "甲局", "1", "综合部门"), units.NewUnit("102", "乙局", "1", "综合部门")]
        )
        windows = units.add_windows(
            [units.NewWindow("101", "101-1", "综合窗口"), units.NewWindow("102", "102-1", "综合窗口")]
        )
        made = {code: rounds.add_round(code, f"{code} 期", *ROUNDS[code]).id for code in ("2026", "2026-1")}
        number = rounds.standing("W1")
        for day, levels in GIVEN.items():
            for code, lower in (("101", 0), ("102", 1)):
                collect.add_responses(
                    collect.NewResponse(
                        number,
                        day,
                        "W1",
                        3,
                        [collect.NewAnswer("W-E1", max(level - lower, 1))],
                        window_id=windows[f"{code}-1"],
                        unit_id=numbers[code],
                    )
                    for level in levels
                )
        made["late"] = rounds.add_round("late", "补建", *ROUNDS["late"]).id
        return Place(numbers, made)


def levels_of(code: str, lower: int = 0) -> list[int]:
    """The levels that a round must count, worked out by hand."""
    first, last = ROUNDS[code]
    return [max(level - lower, 1) for day, levels in GIVEN.items() if first <= day <= last for level in levels]


def figures(page: str) -> list[str]:
    return re.findall(r'class="figure">\s*([\d,.%]+)\s*<', page)


@pytest.mark.parametrize("code", list(ROUNDS))
def test_every_page_counts_what_its_round_selects(
    place: Place, app_on_each_database: Flask, sign_in: SignIn, code: str
):
    client: Client = app_on_each_database.test_client()
    sign_in(client, Role.OFFICE)
    number, received = place.rounds[code], 2 * len(levels_of(code))
    bad = sum(level <= 2 for lower in (0, 1) for level in levels_of(code, lower))
    assert figures(client.get(f"/?round={number}").text)[0] == str(received)
    answers = client.get(f"/answers?round={number}").text
    assert figures(answers)[:2] == [str(received), str(received)]
    assert f"{1 - bad / received:.1%}" in answers
    one = client.get(f"/answers?round={number}&unit={place.units['101']}").text
    assert figures(one)[0] == str(len(levels_of(code)))
    assert figures(client.get(f"/screen?round={number}").text)[:4] == [str(received), str(received), "0", "0"]


@pytest.mark.parametrize("code", list(ROUNDS))
def test_every_index_and_sheet_follows_its_round(place: Place, app_on_each_database: Flask, code: str):
    with app_on_each_database.app_context():
        run = estimate.compute(place.rounds[code])
        found = {index.unit_id: index for index in estimate.indices(run.id, source="counter")}
        for unit, lower in (("101", 0), ("102", 1)):
            points = [POINTS[level] for level in levels_of(code, lower)]
            index = found[place.units[unit]]
            assert index.floor == ("hidden" if len(points) < HIDDEN_BELOW else "reference")
            assert index.mean is None if len(points) < HIDDEN_BELOW else index.mean == pytest.approx(mean(points))
        score.add_scheme(SCHEME)
        sheet = score.sheet(score.make_sheet(place.rounds[code], "counters", run_id=run.id))
        lines = {line.unit_code: line for group in sheet.content.classes for line in group.lines}
        totals = {code: found[number].mean for code, number in place.units.items()}
        assert {code: line.total for code, line in lines.items()} == {
            code: None if total is None else pytest.approx(total, abs=0.005) for code, total in totals.items()
        }


def test_a_run_of_one_round_is_not_touched_by_another(place: Place, app_on_each_database: Flask):
    with app_on_each_database.app_context():
        year = estimate.compute(place.rounds["2026"])
        before = estimate.indices(year.id, source="counter")
        quarter = estimate.compute(place.rounds["2026-1"])
        assert estimate.indices(year.id, source="counter") == before
        assert {run.id for run in estimate.runs(place.rounds["2026"])} == {year.id}
        assert quarter.counted == 2 * len(levels_of("2026-1"))
        assert year.tally_hash != quarter.tally_hash
        assert estimate.compute(place.rounds["2026"]).tally_hash == year.tally_hash
