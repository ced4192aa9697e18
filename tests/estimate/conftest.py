"""A small place with counters and a round, and short ways to rate in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import pytest
from flask import Flask

from survey.base.settings import Settings
from survey.collect import service as collect
from survey.estimate import service as estimate
from survey.rounds import service as rounds
from survey.units import service as units
from tests.databases import Databases
from tests.estimate.county import County, found_county

OPENS, CLOSES = date(2026, 1, 1), date(2026, 12, 31)


@dataclass(frozen=True)
class Place:
    """Numbers of what was stored: units A and B; A has counters one and two, B has counter three."""

    a: int
    b: int
    one: int
    two: int
    three: int
    round_id: int

    def rate(self, window_id: int, month: int, levels: Iterable[int]) -> list[str]:
        """Ratings at a counter in a month; returns their keys."""
        unit_id = self.b if window_id == self.three else self.a
        return collect.add_responses(
            collect.NewResponse(
                rounds.standing("W1"),
                date(2026, month, 15),
                "W1",
                3,
                [collect.NewAnswer("W-E1", level=level)],
                window_id=window_id,
                unit_id=unit_id,
            )
            for level in levels
        )

    def index(self, source: str = "counter", unit_id: int = 0, **more: object) -> estimate.Index:
        """Compute afresh and take one unit's index."""
        run = estimate.compute(self.round_id)
        found = estimate.indices(run.id, source=source, **more)
        return next(index for index in found if index.unit_id == (unit_id or self.a))


def build() -> Place:
    codes = units.add_units(
        [units.NewUnit("A", "省教育厅", "1", "综合部门"), units.NewUnit("B", "省税务局", "1", "综合部门")]
    )
    windows = units.add_windows(
        [
            units.NewWindow("A", "A-1", "1号窗口"),
            units.NewWindow("A", "A-2", "2号窗口"),
            units.NewWindow("B", "B-1", "办税窗口"),
        ]
    )
    round_ = rounds.add_round("2026", "2026年度评议", OPENS, CLOSES)
    return Place(codes["A"], codes["B"], windows["A-1"], windows["A-2"], windows["B-1"], round_.id)


def set_cases(cells: Sequence[tuple[int, int, int]]) -> None:
    """Caseload as (counter, month, cases)."""
    units.set_caseload([(window, date(2026, month, 1), cases) for window, month, cases in cells])


@pytest.fixture
def place(app: Flask) -> Place:
    with app.app_context():
        return build()


@pytest.fixture
def place_on_each_database(app_on_each_database: Flask) -> Place:
    with app_on_each_database.app_context():
        return build()


@pytest.fixture(scope="session")
def county(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[County]:
    """A county that all tests share: they only look at it."""
    instance = tmp_path_factory.mktemp("county") / "instance"
    instance.mkdir()
    address = databases.sqlite(instance / "survey.db")
    yield from found_county(
        Settings(instance=instance, database_url=address, secret_key="a key", public_url="http://pj.example.cn")
    )


@pytest.fixture
def inside(county: County) -> Iterator[County]:
    """The county in an application context."""
    with county.inside():
        yield county
