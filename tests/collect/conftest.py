"""A town to rate: two bodies with counters, a round, a poll and a panel."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from survey.base import clock
from survey.base.store.database import engine
from survey.collect.models import AnswerRow, KeptAsideRow, ResponseRow, SubmissionRow
from survey.rounds import service as rounds
from survey.sample import service as sample
from survey.units import service as units


@dataclass(frozen=True)
class Town:
    """Its application, and the numbers and codes that tests need."""

    app: Flask
    round_id: int
    #: unit code -> number
    units: dict[str, int]
    #: questionnaire -> code of a counter that uses it
    codes: dict[str, str]
    windows: dict[str, int]

    def count(self, model: type) -> int:
        with self.app.app_context(), engine().connect() as connection:
            return connection.scalar(select(func.count()).select_from(model)) or 0

    def stored(self) -> dict[str, int]:
        """How many rows each table holds."""
        return {
            model.__tablename__: self.count(model) for model in (ResponseRow, AnswerRow, SubmissionRow, KeptAsideRow)
        }

    def levels(self) -> list[int]:
        with self.app.app_context(), engine().connect() as connection:
            return sorted(connection.scalars(select(AnswerRow.level)))

    def link(self, kind: str = "poll", questionnaire: str = "G", *, people: int = 1, group: str = "") -> list[str]:
        """Paths of the personal links of a newly opened wave."""
        with self.app.app_context():
            source = sample.FrameSource(f"{kind} {questionnaire}", "统计局", date(2026, 1, 5), "key", ("area",))
            cases = [sample.Case(f"{number:03}", ("城区" if number % 2 else "乡村",)) for number in range(people)]
            frame = sample.add_frame(source, cases)
            today = clock.today()
            wave = sample.add_wave(
                f"{kind} {questionnaire}",
                frame_id=frame.id,
                opens_on=today - timedelta(days=1),
                closes_on=today + timedelta(days=10),
                kind=kind,
                questionnaire=questionnaire,
                group=group,
            )
            method = "proportional" if kind == "poll" else "census"
            design = sample.DesignChoice(("area",), method, total=people, minimum=1, reserve_share=0)
            sample.lock_design(wave.id, design)
            sample.draw(wave.id, "2026-seed")
            sample.open_wave(wave.id)
            return [link.url.partition("/p/")[2] for link in sample.links(wave.id)]


def found_town(app: Flask) -> Town:
    """Build the town in an empty database."""
    with app.app_context():
        numbers = units.add_units(
            [
                units.NewUnit("101", "省教育厅", "A", "综合部门"),
                units.NewUnit("102", "省公安厅", "A", "综合部门"),
                units.NewUnit("201", "省气象局", "B", "中央驻皖单位"),
                units.NewUnit("202", "省地震局", "B", "中央驻皖单位"),
                units.NewUnit("203", "省邮政局", "B", "中央驻皖单位"),
            ]
        )
        windows = units.add_windows(
            [units.NewWindow("101", f"101-{form}", f"学历认证窗口 {form}", form) for form in ("W1", "W5", "W13")]
        )
        today = clock.today()
        year = rounds.add_round("2026", "本年度", date(today.year, 1, 1), date(today.year, 12, 31))
        codes = {
            form: units.issue_code(windows[f"101-{form}"], today - timedelta(days=30)) for form in ("W1", "W5", "W13")
        }
    return Town(app, year.id, numbers, codes, windows)


@pytest.fixture
def town(app: Flask) -> Town:
    return found_town(app)


@pytest.fixture
def town_on_each_database(app_on_each_database: Flask) -> Iterator[Town]:
    yield found_town(app_on_each_database)


def at(town: Town, app: Flask) -> Town:
    """The same town seen through another application on its database."""
    return replace(town, app=app)


def token_in(html: str) -> str:
    """The token of the form on a page."""
    found = re.search(r'name="token" value="([^"]+)"', html)
    assert found, html
    return found.group(1)
