"""What is read of the counts: the days, collections and units of a selection, whole months in one piece."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, update

from survey.base.store.database import engine
from survey.collect import service
from survey.collect.models import TallyMonthRow
from survey.collect.tally import projection, reading
from survey.collect.tally.table import from_rows, sums, unpack
from survey.rounds import service as rounds
from tests.collect.conftest import TODAY, Fair

DAY = timedelta(days=1)
EMPTY = projection.pack(from_rows([]))


@pytest.fixture
def inside(fair: Fair):
    with fair.inside():
        yield fair


@pytest.fixture
def inside_each(fair_on_each_database: Fair):
    with fair_on_each_database.inside():
        yield fair_on_each_database


def stored(model: type) -> int:
    with engine().connect() as connection:
        return connection.scalar(select(func.count()).select_from(model)) or 0


def levels(one: rounds.Selection | None = None) -> dict[int, int]:
    return sums(service.tally(one or rounds.everything()), "level")


def test_a_selection_reads_its_days_collections_and_units(inside_each: Fair):
    inside_each.say("a", [5], day=date(2026, 2, 28))
    inside_each.say("a", [4], day=date(2026, 3, 1))
    inside_each.say("b", [3], day=TODAY)
    inside_each.say("b", [2], day=date(2026, 3, 2), collection=rounds.imports("W1"))
    poll = inside_each.collection("poll")
    inside_each.several(poll, {"a": 1, "c": 0}, day=date(2025, 12, 31))
    assert levels(rounds.selection(inside_each.march)) == {0: 1, 1: 1, 2: 1, 3: 1, 4: 1}
    march = service.tally(rounds.selection(inside_each.march))
    assert sums(march, "month") == {202512: 2, 202603: 3}
    assert sums(march, "collection_id") == {rounds.standing("W1"): 2, rounds.imports("W1"): 1, poll: 2}
    only_a = rounds.Selection(
        date(2026, 2, 28), date(2026, 3, 1), frozenset({rounds.standing("W1")}), frozenset({poll})
    )
    assert levels(only_a) == {0: 1, 1: 1, 4: 1, 5: 1}
    of_unit = rounds.Selection(
        date(2026, 1, 1),
        TODAY,
        frozenset({rounds.standing("W1")}),
        frozenset({poll}),
        frozenset({inside_each.units["a"]}),
    )
    assert levels(of_unit) == {1: 1, 4: 1, 5: 1}


def test_nothing_selected_is_an_empty_table_with_every_column(inside: Fair):
    inside.say("a", [5])
    nothing = rounds.Selection(TODAY, TODAY, frozenset(), frozenset())
    table = service.tally(nothing)
    assert len(table) == 0
    assert table.column("month").tolist() == table.column("collection_id").tolist() == []
    assert service.pieces(nothing) == []


@pytest.mark.parametrize(
    ("first", "last", "kept"),
    [
        (date(2026, 3, 1), date(2026, 3, 31), 1),
        (date(2026, 1, 1), date(2026, 12, 31), 1),
        (date(2026, 3, 2), date(2026, 3, 31), 0),
        (date(2026, 3, 1), date(2026, 3, 30), 0),
    ],
)
def test_a_month_is_put_together_only_where_all_of_it_is_wanted(inside_each: Fair, first: date, last: date, kept: int):
    for day in (date(2026, 3, 2), date(2026, 3, 30), TODAY):
        inside_each.say("a", [5], day=day)
    number = rounds.standing("W1")
    table = service.tally(rounds.Selection(first, last, frozenset({number}), frozenset()))
    assert int(table.total.sum()) == (3 if last >= TODAY else 2)
    assert stored(TallyMonthRow) == kept


def test_one_day_alone_is_not_put_together(inside: Fair):
    inside.say("a", [5])
    assert levels() == {5: 1}
    assert stored(TallyMonthRow) == 0
    inside.say("a", [5], day=TODAY - DAY)
    assert levels() == {5: 2}
    assert stored(TallyMonthRow) == 1


def test_a_month_that_changed_is_put_together_anew(inside_each: Fair):
    inside_each.say("a", [5])
    inside_each.say("a", [4], day=TODAY - DAY)
    assert levels() == {4: 1, 5: 1}
    inside_each.say("a", [3, 3])
    assert levels() == {3: 2, 4: 1, 5: 1}
    assert stored(TallyMonthRow) == 1
    with engine().connect() as connection:
        row = connection.execute(select(TallyMonthRow.__table__)).one()
    assert (row.month, row.collection_id) == ("2026-03", rounds.standing("W1"))
    assert sums(unpack(row.cells), "level") == {3: 2, 4: 1, 5: 1}


def test_a_kept_month_is_read_and_not_added_up_again(inside: Fair, monkeypatch: pytest.MonkeyPatch):
    inside.say("a", [5])
    inside.say("a", [4], day=TODAY - DAY)
    service.tally(rounds.everything())
    with engine().execution_options(writes=True).begin() as connection:
        connection.execute(update(TallyMonthRow).values(cells=EMPTY))
    assert levels() == {4: 1, 5: 1}, "what was read a moment ago is kept in memory"
    monkeypatch.setattr(reading, "_memories", {})
    assert levels() == {}, "another process takes the month as it is kept"


def test_memory_lets_go_of_what_was_not_wanted_for_longest(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reading, "MOST_CELLS", 4)
    memory = reading._Memory()
    made: list[str] = []

    def get(name: str, size: int) -> int:
        def make():
            made.append(name)
            return from_rows([("", "", "Q", n, -1, 3, 5, 1.0, -1.0, "", 1) for n in range(size)])

        return len(memory.get(name, make))

    assert [get("a", 2), get("b", 2), get("a", 2)] == [2, 2, 2]
    assert made == ["a", "b"]
    get("c", 1)
    get("a", 2)
    assert made == ["a", "b", "c"], "b was let go, being wanted last longest ago"
    get("b", 2)
    assert made == ["a", "b", "c", "b"]
    get("large", 9)
    get("large", 9)
    assert made == ["a", "b", "c", "b", "large"], "one that is too large stays alone"


def test_a_kept_month_takes_the_place_of_its_own_older_one_only(inside_each: Fair):
    numbers = (rounds.standing("W1"), rounds.imports("W1"))
    for number in numbers:
        for day in (date(2026, 2, 1), date(2026, 2, 28), date(2026, 3, 1), TODAY):
            inside_each.say("a", [5], day=day, collection=number)
    service.tally(rounds.everything())
    inside_each.say("a", [1], day=date(2026, 2, 1), collection=numbers[0])
    assert levels() == {1: 1, 5: 8}
    with engine().connect() as connection:
        rows = connection.execute(select(TallyMonthRow.__table__)).all()
    kept = {(row.month, row.collection_id): sums(unpack(row.cells), "level") for row in rows}
    february, march = ({("2026-02", n): {5: 2} for n in numbers}, {("2026-03", n): {5: 2} for n in numbers})
    assert kept == {**february, **march, ("2026-02", numbers[0]): {1: 1, 5: 2}}


def test_a_month_that_cannot_be_kept_is_read_all_the_same(inside: Fair):
    full = "CREATE TRIGGER full_disk BEFORE INSERT ON tally_month BEGIN SELECT RAISE(ABORT, ''); END"
    with engine().execution_options(writes=True).begin() as connection:
        connection.exec_driver_sql(full)
    inside.say("a", [5, 4])
    inside.say("b", [1], day=TODAY - DAY)
    assert levels() == {1: 1, 4: 1, 5: 1}
    assert stored(TallyMonthRow) == 0


def test_the_days_of_a_selection_are_told_in_order(inside_each: Fair):
    imports, standing = rounds.imports("W1"), rounds.standing("W1")
    for day, number in ((TODAY, standing), (TODAY - DAY, standing), (TODAY, imports), (date(2026, 2, 28), imports)):
        inside_each.say("a", [5], day=day, collection=number)
    found = [(piece.day, piece.collection_id) for piece in service.pieces(rounds.everything())]
    first, second = sorted((imports, standing))
    assert found == [(date(2026, 2, 28), imports), (TODAY - DAY, standing), (TODAY, first), (TODAY, second)]
    march = service.pieces(rounds.selection(inside_each.march))
    assert [(piece.day, piece.collection_id) for piece in march] == found[1:]
    assert len({piece.serial for piece in service.pieces(rounds.everything())}) == 4
