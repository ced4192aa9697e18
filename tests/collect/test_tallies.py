"""The counts by day follow the answers: whatever was added, decided or removed, and nothing that stayed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from survey.base.store import database
from survey.base.store.database import commit, engine, session
from survey.collect import service
from survey.collect.models import TallyDayRow, TallyMarkRow, TallyMonthRow
from survey.collect.service import NewAnswer, NewResponse
from survey.collect.store import recording
from survey.collect.tally import projection
from survey.collect.tally.table import from_rows, sums, unpack
from survey.rounds import service as rounds
from tests.collect.conftest import TODAY, Fair

DAY = timedelta(days=1)


@pytest.fixture
def inside(fair: Fair):
    with fair.inside():
        yield fair


@pytest.fixture
def inside_each(fair_on_each_database: Fair):
    with fair_on_each_database.inside():
        yield fair_on_each_database


def arrive(fair: Fair, day: date, level: int = 5) -> None:
    """An answer as a citizen sends it: nobody marks its day."""
    answer = NewResponse(rounds.standing("W1"), day, "W1", 3, [NewAnswer("W-E1", level)], unit_id=fair.units["a"])
    recording.store(session().connection(), [answer], key="a key")
    commit()


def serials() -> dict[date, int]:
    return {piece.day: piece.serial for piece in service.pieces(rounds.everything())}


def stored(model: type) -> int:
    with engine().connect() as connection:
        return connection.scalar(select(func.count()).select_from(model)) or 0


def levels(one: rounds.Selection | None = None) -> dict[int, int]:
    return sums(service.tally(one or rounds.everything()), "level")


def test_only_days_that_changed_are_counted_anew(inside_each: Fair):
    for day in (TODAY, TODAY - DAY, TODAY - 60 * DAY):
        inside_each.say("a", [5], day=day)
    assert service.bring_up_to_date() == 3
    assert service.bring_up_to_date() == 0
    before = serials()
    inside_each.say("b", [4, 3], day=TODAY - 60 * DAY)
    inside_each.say("b", [4], day=TODAY - 2 * DAY)
    assert service.bring_up_to_date() == 2
    after = serials()
    assert after[TODAY] == before[TODAY]
    assert after[TODAY - DAY] == before[TODAY - DAY]
    assert after[TODAY - 60 * DAY] != before[TODAY - 60 * DAY]
    assert set(after) - set(before) == {TODAY - 2 * DAY}
    assert stored(TallyMarkRow) == 0


def test_a_day_is_kept_with_the_number_of_its_responses(inside_each: Fair):
    keys = inside_each.say("a", [5, 4, 0])
    inside_each.say("b", [1], day=TODAY - DAY)
    service.set_states({keys[0]: "held"})
    commit()
    service.bring_up_to_date()
    with engine().connect() as connection:
        rows = connection.execute(select(TallyDayRow.__table__).order_by(TallyDayRow.day)).all()
    assert [(row.day, row.responses) for row in rows] == [(TODAY - DAY, 1), (TODAY, 3)]
    assert {row.collection_id for row in rows} == {rounds.standing("W1")}
    heads, cells = unpack(rows[1].heads), unpack(rows[1].cells)
    assert (heads.counted.tolist(), heads.held.tolist()) == ([2], [1])
    assert sums(cells, "level") == {0: 1, 4: 1, 5: 1}


def test_progress_is_told_day_by_day(inside: Fair):
    for day in range(3):
        inside.say("a", [5], day=TODAY - day * DAY)
    told: list[tuple[int, int]] = []
    service.tally(rounds.everything(), lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize(("age", "seen"), [(0, True), (6, True), (7, True), (8, False), (40, False)])
def test_an_unmarked_answer_is_seen_for_a_week(inside_each: Fair, age: int, seen: bool):
    inside_each.say("a", [4])
    inside_each.say("a", [4], day=TODAY - age * DAY)
    service.bring_up_to_date()
    arrive(inside_each, TODAY - age * DAY)
    assert service.bring_up_to_date() == int(seen)
    assert levels().get(5, 0) == int(seen)


@pytest.mark.parametrize(("age", "seen"), [(9, True), (20, True), (21, False)])
def test_after_a_pause_everything_since_the_last_count_is_looked_at(inside: Fair, age: int, seen: bool):
    inside.say("a", [4], day=TODAY - 20 * DAY)
    service.bring_up_to_date()
    arrive(inside, TODAY - age * DAY)
    assert service.bring_up_to_date() == int(seen)


def test_the_first_count_looks_at_every_day(inside_each: Fair):
    arrive(inside_each, date(2019, 5, 1))
    arrive(inside_each, TODAY)
    assert service.bring_up_to_date() == 2
    assert service.totals(rounds.everything())["received"] == 2


def test_work_that_is_not_committed_is_not_counted_yet(inside: Fair):
    (key,) = inside.say("a", [5])
    service.bring_up_to_date()
    service.set_states({key: "excluded"})
    assert service.bring_up_to_date() == 0
    assert stored(TallyMarkRow) == 0
    commit()
    assert service.bring_up_to_date() == 1
    assert service.totals(rounds.everything()) == {
        "received": 1,
        "counted": 0,
        "held": 0,
        "excluded": 1,
        "withdrawn": 0,
    }


def test_a_decision_makes_the_days_of_its_answers_old_and_no_other(inside_each: Fair):
    keys = [inside_each.say("a", [5, 5], day=TODAY - age * DAY)[0] for age in (0, 1, 30)]
    before = serials()
    service.set_states({keys[0]: "held", keys[2]: "excluded"})
    commit()
    assert stored(TallyMarkRow) == 2
    after = serials()
    assert {day for day in before if before[day] != after[day]} == {TODAY, TODAY - 30 * DAY}


def test_marking_nothing_marks_nothing_and_twice_is_once(inside: Fair):
    number = rounds.standing("W1")
    projection.mark([])
    projection.mark([(TODAY, number), (TODAY, number), (TODAY - DAY, number)])
    commit()
    assert stored(TallyMarkRow) == 2
    assert service.bring_up_to_date() == 2, "a marked day without answers is counted too"
    assert stored(TallyMarkRow) == 0
    assert service.totals(rounds.everything())["received"] == 0


# -- two who count at once ------------------------------------------------------------------------------------------


def counted_now(day: date = TODAY) -> projection.Counted:
    with database.reading() as connection:
        return projection.count(connection, (day, rounds.standing("W1")))


def test_of_two_who_counted_a_new_day_one_is_stored(inside_each: Fair):
    inside_each.say("a", [5])
    rounds.standing("W1")
    one, other = counted_now(), counted_now()
    assert one.replaces == other.replaces == 0
    assert projection.store(one) is True
    with pytest.raises(IntegrityError):
        projection.store(other)
    assert stored(TallyDayRow) == 1


def test_an_older_count_never_takes_the_place_of_a_newer_one(inside_each: Fair):
    inside_each.say("a", [5])
    service.bring_up_to_date()
    old = counted_now()
    inside_each.say("a", [1])
    service.bring_up_to_date()
    projection.mark([(TODAY, rounds.standing("W1"))])
    commit()
    with engine().connect() as connection:
        marks = list(connection.scalars(select(TallyMarkRow.id)))
    assert projection.store(old, marks) is False
    assert stored(TallyMarkRow) == 1, "what the older count cannot answer stays marked"
    assert levels() == {1: 1, 5: 1}


def test_a_stored_count_takes_only_its_own_marks_away(inside: Fair):
    inside.say("a", [5])
    number = rounds.standing("W1")
    projection.mark([(TODAY - DAY, number)])
    commit()
    with engine().connect() as connection:
        marks = {day: mark for mark, day in connection.execute(select(TallyMarkRow.id, TallyMarkRow.day))}
    assert projection.store(counted_now(), [marks[TODAY]]) is True
    with engine().connect() as connection:
        assert list(connection.scalars(select(TallyMarkRow.id))) == [marks[TODAY - DAY]]


#: a trigger stands for a disk that takes nothing of this day just now
FULL = "CREATE TRIGGER full_disk BEFORE INSERT ON tally_day WHEN NEW.day = '{day}' BEGIN SELECT RAISE(ABORT, ''); END"


def on_sqlite(statement: str) -> None:
    with engine().execution_options(writes=True).begin() as connection:
        connection.exec_driver_sql(statement)


def test_a_day_that_cannot_be_stored_now_is_left_to_the_next_reader(inside: Fair):
    for day in (TODAY - 2 * DAY, TODAY - DAY, TODAY):
        inside.say("a", [5], day=day)
    on_sqlite(FULL.format(day=TODAY - DAY))
    assert service.bring_up_to_date() == 1
    assert service.totals(rounds.everything())["received"] == 1
    assert stored(TallyMarkRow) == 2
    on_sqlite("DROP TRIGGER full_disk")
    assert service.bring_up_to_date() == 2
    assert service.totals(rounds.everything())["received"] == 3
    assert stored(TallyMarkRow) == 0


# -- the recount ----------------------------------------------------------------------------------------------------


def spoil(**values: object) -> None:
    with engine().execution_options(writes=True).begin() as connection:
        connection.execute(update(TallyDayRow).where(TallyDayRow.day == TODAY).values(**values))


EMPTY = projection.pack(from_rows([]))


@pytest.mark.parametrize("values", [{"heads": EMPTY}, {"cells": EMPTY}], ids=["heads", "cells"])
def test_a_wrong_count_is_found_and_repaired_only_if_asked(inside_each: Fair, values: dict[str, object]):
    inside_each.say("a", [5, 1])
    inside_each.say("b", [4], day=TODAY - DAY)
    service.bring_up_to_date()
    number = rounds.standing("W1")
    assert list(service.recount()) == [(TODAY - DAY, number, True), (TODAY, number, True)]
    spoil(**values)
    wrong = [(TODAY - DAY, number, True), (TODAY, number, False)]
    assert list(service.recount()) == wrong
    assert list(service.recount()) == wrong, "looking repairs nothing"
    before = serials()
    assert list(service.recount(repair=True)) == wrong
    assert [right for _day, _number, right in service.recount()] == [True, True]
    assert [day for day, serial in serials().items() if serial != before[day]] == [TODAY]
    assert levels() == {1: 1, 4: 1, 5: 1}


def test_the_recount_finds_days_that_were_never_counted_and_days_without_answers(inside_each: Fair):
    inside_each.say("a", [4])
    keys = inside_each.say("a", [4], day=TODAY - 50 * DAY)
    service.bring_up_to_date()
    arrive(inside_each, TODAY - 40 * DAY)
    session().execute(delete(service.ResponseRow).where(service.ResponseRow.key.in_(keys)))
    commit()
    found = {day: right for day, _number, right in service.recount(repair=True)}
    assert found == {TODAY - 50 * DAY: False, TODAY - 40 * DAY: False, TODAY: True}
    assert {right for _day, _number, right in service.recount()} == {True}
    assert service.totals(rounds.everything())["received"] == 2


def test_a_right_recount_repairs_nothing(inside: Fair):
    inside.say("a", [5])
    before = serials()
    assert list(service.recount(repair=True)) == [(TODAY, rounds.standing("W1"), True)]
    assert serials() == before
    assert list(service.recount()) != []


# -- removing -------------------------------------------------------------------------------------------------------


def test_removing_a_collection_s_answers_leaves_the_others(inside_each: Fair):
    inside_each.say("a", [5, 4], tags=["fast"], texts={"text": "好"})
    number = rounds.imports("W1")
    for day in (TODAY, TODAY - DAY):
        inside_each.say("b", [1, 1], collection=number, day=day, texts={"text": "慢"})
    assert levels() == {1: 4, 4: 1, 5: 1}
    inside_each.say("b", [2], collection=number)
    assert service.remove_responses(frozenset({number})) == 5
    assert stored(TallyMarkRow) == 0
    assert {piece.collection_id for piece in service.pieces(rounds.everything())} == {rounds.standing("W1")}
    assert levels() == {4: 1, 5: 1}
    assert [line.text for line in service.responses(service.Chosen())] == ["好", "好"]
    assert {right for _day, _number, right in service.recount()} == {True}
    assert service.remove_responses(frozenset({number})) == 0
    assert stored(TallyMonthRow) == 0
