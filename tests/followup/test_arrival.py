"""Bad ratings of a running month reach the rated unit from the next day on, five at a time; an ended month whole."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask import Flask

from survey.base import clock
from survey.base.errors import NotFound
from survey.base.people.roles import SYSTEM
from survey.followup import service
from tests.followup.conftest import manager_of, rate_on
from tests.small_round import SmallRound, small_round

TODAY, EARLIER = date(2026, 5, 20), date(2026, 5, 18)


def at(monkeypatch: pytest.MonkeyPatch, day: date) -> None:
    moment = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: moment)


@pytest.fixture
def made(app_on_each_database: Flask, monkeypatch: pytest.MonkeyPatch) -> SmallRound:
    """Two units with many good ratings on the twentieth of May."""
    at(monkeypatch, TODAY)
    with app_on_each_database.app_context():
        found = small_round()
        for place in (0, 1):
            rate_on(found, [5] * 10, EARLIER, place=place)
    return found


def seen(made: SmallRound, place: int = 0) -> int:
    manager = manager_of(made.unit_ids[place])
    number = service.cases(manager)[1]
    assert sum(rate.cases for rate in service.rates(manager)) == number, "the table by unit tells no more"
    return number


def test_five_arrive_together_and_the_next_four_wait(app_on_each_database: Flask, made: SmallRound) -> None:
    with app_on_each_database.app_context():
        numbers = []
        for _ in range(10):
            rate_on(made, [1], EARLIER)
            numbers.append(seen(made))
        assert numbers == [0, 0, 0, 0, 5, 5, 5, 5, 5, 10]
        assert service.cases(SYSTEM)[1] == 10


def test_nothing_arrives_on_the_day_it_was_rated(
    app_on_each_database: Flask, made: SmallRound, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app_on_each_database.app_context():
        key, *_more = rate_on(made, [1] * 5, TODAY)
        assert seen(made) == 0
        with pytest.raises(NotFound):
            service.case(key, manager_of(made.unit_ids[0]))
        at(monkeypatch, date(2026, 5, 21))
        assert seen(made) == 5
        service.reply(key, "已增开一个窗口。", manager_of(made.unit_ids[0]))
        assert seen(made) == 5, "a reply moves no batch"


def test_units_do_not_fill_each_other_s_batches(app_on_each_database: Flask, made: SmallRound) -> None:
    with app_on_each_database.app_context():
        rate_on(made, [1] * 3, EARLIER)
        rate_on(made, [1] * 5, EARLIER, place=1)
        assert (seen(made), seen(made, 1)) == (0, 5)


def test_what_waited_arrives_when_its_month_has_ended(
    app_on_each_database: Flask, made: SmallRound, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app_on_each_database.app_context():
        rate_on(made, [1] * 2, date(2026, 5, 31))
        at(monkeypatch, date(2026, 5, 31))
        assert seen(made) == 0
        at(monkeypatch, date(2026, 6, 1))
        assert seen(made) == 2
