"""A town to rate: two bodies with counters, a round, a poll and a panel; and a fair, with forms on other scales."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from survey import create_app
from survey.base import clock
from survey.base.settings import Settings
from survey.base.store.database import engine
from survey.collect import service
from survey.collect.models import AnswerRow, KeptAsideRow, ResponseRow, SubmissionRow
from survey.questions import service as questions
from survey.rounds import service as rounds
from survey.sample import service as sample
from survey.units import service as units
from tests.client import Client
from tests.databases import Databases
from tests.own_forms import counter_forms, with_forms

#: the day on which a fair is held, the last of its month
TODAY = date(2026, 3, 31)


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


@dataclass(frozen=True)
class Fair:
    """Two bodies with a counter each and one without, all of March and the year as rounds, forms on every scale."""

    app: Flask
    #: code -> number
    units: dict[str, int]
    windows: dict[str, int]
    year: rounds.Round
    march: rounds.Round

    def inside(self) -> AbstractContextManager[object]:
        return self.app.app_context()

    def say(
        self,
        unit: str | None,
        levels: Sequence[int],
        *,
        day: date = TODAY,
        form: str = "W1",
        collection: int | None = None,
        **more: object,
    ) -> list[str]:
        """Store an answer to the overall question for each level: at counters, or in another collection.

        To be called inside an application context.
        """
        number = rounds.standing(form) if collection is None else collection
        question = questions.questionnaire(form).overall.code
        values = {"channel": 3, "unit_id": self.units[unit] if unit else None, **more}
        return service.add_responses(
            [service.NewResponse(number, day, form, answers=[service.NewAnswer(question, n)], **values) for n in levels]
        )

    def several(self, collection: int, said: dict[str, int], **more: object) -> str:
        """Store a form about several bodies: unit code -> level of its overall question; returns its key."""
        answers = [service.NewAnswer("G-1", level, unit_id=self.units[unit]) for unit, level in said.items()]
        values = {"day": TODAY, "channel": 6, **more}
        return service.add_responses([service.NewResponse(collection, questionnaire="G", answers=answers, **values)])[0]

    def collection(self, kind: str, form: str = "G", *, closes_on: date | None = TODAY) -> int:
        """A collection of a kind."""
        made = rounds.add_collection(rounds.NewCollection(f"{kind}-1", f"征集 {kind}", kind, form, closes_on=closes_on))
        return made.id


def held_fair(settings: Settings, more_forms: Mapping[str, str] | None = None) -> Iterator[Fair]:
    """The fair in an empty database, with forms on the scales that no shipped form has; ends its connections."""
    app = create_app(with_forms(settings, {**counter_forms(), **(more_forms or {})}))
    app.test_client_class = Client
    with app.app_context():
        numbers = units.add_units(
            [units.NewUnit(code, name, "1", "部门") for code, name in (("a", "甲局"), ("b", "乙局"), ("c", "丙局"))]
        )
        windows = units.add_windows([units.NewWindow("a", "a-1", "甲窗口"), units.NewWindow("b", "b-1", "乙窗口")])
        year = rounds.add_round("2026", "全年", date(2026, 1, 1), date(2026, 12, 31))
        march = rounds.add_round("2026-03", "三月", date(2026, 3, 1), TODAY)
    yield Fair(app, numbers, windows, year, march)
    app.extensions["engine"].dispose()


@pytest.fixture
def fair(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fair]:
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    yield from held_fair(settings)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def fair_on_each_database(
    request: pytest.FixtureRequest, settings: Settings, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Fair]:
    """The fair, once on SQLite and once on PostgreSQL."""
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    if request.param == "sqlite":
        yield from held_fair(settings)
        return
    address = databases.postgres()
    yield from held_fair(Settings(**{**vars(settings), "database_url": address}))
    databases.drop(address)


@pytest.fixture(scope="module")
def still_fair(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fair]:
    """A fair that a module's tests share: they must not store anything. An application context is open."""
    instance = tmp_path_factory.mktemp("still") / "instance"
    instance.mkdir()
    address = databases.sqlite(instance / "survey.db")
    settings = Settings(instance=instance, database_url=address, secret_key="a key", public_url="http://pj.example.cn")
    for fair in held_fair(settings):
        with fair.inside():
            yield fair
