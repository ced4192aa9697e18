"""A small place to be appraised: two units of one class, three counters, a round."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest
from flask import Flask

from survey.rounds import service as rounds
from survey.units import service
from survey.units.service import NewUnit, NewWindow

OPENED = date(2026, 1, 1)


@dataclass(frozen=True)
class Town:
    """Numbers of what was stored."""

    education: int
    tax: int
    windows: dict[str, int]
    round_id: int


def build() -> Town:
    units = service.add_units(
        [NewUnit("101", "省教育厅", "1", "综合部门"), NewUnit("102", "省税务局", "1", "综合部门")]
    )
    windows = service.add_windows(
        [
            NewWindow("101", "101-1", "1号窗口(综合受理)"),
            NewWindow("101", "101-2", "2号窗口"),
            NewWindow("102", "102-1", "办税窗口", "W5"),
        ],
        codes_from=OPENED,
    )
    found = rounds.add_round("2026", "2026 年度", OPENED, date(2026, 12, 31))
    return Town(units["101"], units["102"], windows, found.id)


@pytest.fixture
def town(app: Flask) -> Town:
    with app.app_context():
        return build()


@pytest.fixture
def inside(app: Flask) -> Iterator[Flask]:
    """The application, entered: for tests that call the room's door."""
    with app.app_context():
        yield app


@pytest.fixture
def inside_each(app_on_each_database: Flask) -> Iterator[Flask]:
    """The same on SQLite and on PostgreSQL."""
    with app_on_each_database.app_context():
        yield app_on_each_database
