"""A table of counts: what is added up, what stays apart, and that packing loses nothing."""

from __future__ import annotations

import json
import zlib

import numpy as np
import pytest

from survey.collect.tally.table import KEYS, STATES, TallyTable, from_rows, merged, pack, sums, unpack

#: group, stratum, question, unit, counter, channel, level, factor, score
BASE = ("居民", "城区", "W-E1", 1, 7, 3, 5, 1.0, -1.0)


def row(count: int, state: str = "", **changes: object) -> tuple:
    """A row as a query gives it."""
    return (*{**dict(zip(KEYS, BASE, strict=True)), **changes}.values(), state, count)


def cells(table: TallyTable) -> list[tuple]:
    """Every cell as plain values: the keys, then counted, held and excluded."""
    columns = [table.column(name).tolist() for name in KEYS]
    return list(zip(*columns, *(getattr(table, state).tolist() for state in STATES), strict=True))


def heading(table: TallyTable) -> dict:
    plain = zlib.decompress(pack(table))
    return json.loads(plain[4 : 4 + int.from_bytes(plain[:4], "little")])


OTHER = {
    "group": "企业",
    "stratum": "乡村",
    "question": "W-E2",
    "unit_id": 2,
    "window_id": -1,
    "channel": 6,
    "level": 4,
    "factor": 1.5,
    "score": 88.5,
}


@pytest.mark.parametrize("column", KEYS)
def test_cells_that_differ_in_any_column_stay_apart(column: str):
    table = from_rows([row(3), row(4, **{column: OTHER[column]})])
    assert len(table) == 2
    found = dict(zip(table.column(column).tolist(), table.counted.tolist(), strict=True))
    assert found == {dict(zip(KEYS, BASE, strict=True))[column]: 3, OTHER[column]: 4}


def test_states_of_one_cell_stand_side_by_side():
    table = from_rows([row(3), row(2, "held"), row(4, "excluded"), row(1, "held"), row(5), row(6, "withdrawn")])
    assert cells(table) == [(*BASE, 8, 3, 4, 6)]
    assert table.total.tolist() == [21]


def test_cells_are_sorted_by_their_columns_in_order():
    rows = [row(1, question="b", level=1), row(2, question="a", level=9), row(3, group="丙", level=3), row(4, level=0)]
    table = from_rows(rows)
    assert [(cell[0], cell[2], cell[6]) for cell in cells(table)] == [
        ("丙", "W-E1", 3),
        ("居民", "W-E1", 0),
        ("居民", "a", 9),
        ("居民", "b", 1),
    ]
    assert cells(table) == cells(from_rows(rows[::-1])), "in whatever order the rows come"


def test_nothing_counted_is_a_table_without_cells():
    table = from_rows([])
    assert (len(table), cells(table), table.total.tolist()) == (0, [], [])
    assert len(merged([])) == len(merged([table, table])) == 0
    assert sums(table, "level") == {}
    assert cells(unpack(pack(table))) == []
    assert len(table.with_number("month", 202603)) == 0


def test_merging_adds_alike_cells_and_keeps_the_others():
    first = from_rows([row(3), row(1, "held", level=1)])
    second = from_rows([row(4), row(5, group="企业"), row(2, "excluded", level=1)])
    both = merged([first, from_rows([]), second])
    assert cells(both) == cells(
        from_rows([row(7), row(5, group="企业"), row(1, "held", level=1), row(2, "excluded", level=1)])
    )
    assert merged([first, from_rows([])]) is first
    assert cells(merged([second, first])) == cells(both)


def test_merging_keeps_the_columns_that_were_added():
    march = from_rows([row(3)]).with_number("month", 202603)
    april = from_rows([row(4)]).with_number("month", 202604)
    both = merged([march, april, march])
    assert both.column("month").tolist() == [202603, 202604]
    assert both.counted.tolist() == [6, 4]
    assert march.column("level").tolist() == [5]


def test_cutting_takes_the_rows_with_all_their_counts():
    table = from_rows([row(1, level=1), row(2, "held", level=2), row(3, "excluded", level=3), row(4, level=4)])
    part = table.where(table.column("level") >= 3)
    assert [(cell[6], *cell[9:]) for cell in cells(part)] == [(3, 0, 0, 3, 0), (4, 4, 0, 0, 0)]
    assert len(part) == 2
    assert part.column("stratum").tolist() == ["城区", "城区"]


def test_sums_are_of_all_states_unless_one_is_asked_for():
    table = from_rows(
        [row(1, level=4), row(2, "held", level=4), row(4, "excluded", level=2), row(8, level=2, channel=6)]
    )
    assert sums(table, "level") == {2: 12, 4: 3}
    assert list(sums(table, "level")) == [2, 4]
    assert sums(table, "channel") == {3: 7, 6: 8}
    assert sums(table, "group") == {"居民": 15}
    assert sums(table, "level", lambda t: t.held) == {2: 0, 4: 2}
    assert sums(table, "level", lambda t: t.counted) == {2: 8, 4: 1}


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (0, "|i1"),
        (127, "|i1"),
        (128, "<i2"),
        (32_767, "<i2"),
        (32_768, "<i4"),
        (2**31 - 1, "<i4"),
        (2**31, "<i8"),
        (2**62, "<i8"),
        (-128, "|i1"),
        (-129, "<i2"),
        (-(2**31), "<i4"),
        (-(2**31) - 1, "<i8"),
    ],
)
def test_a_number_is_packed_as_small_as_it_fits(value: int, kind: str):
    table = from_rows([row(1, unit_id=value)])
    kinds = {name: dtype for name, dtype, _length in heading(table)["arrays"]}
    assert kinds["unit_id"] == kind
    assert unpack(pack(table)).column("unit_id").tolist() == [value]


def test_packing_loses_nothing():
    rows = [row(3), row(2, "held", group="", stratum="", level=-1, score=99.75), row(70_000, "excluded", factor=5 / 3)]
    table = from_rows(rows)
    again = unpack(pack(table))
    assert cells(again) == cells(table)
    assert pack(again) == pack(table)
    assert again.column("factor").dtype == again.column("score").dtype == np.float64
    assert {again.column(name).dtype for name in ("level", "unit_id")} == {np.dtype(np.int64)}
    assert heading(table)["texts"]["group"] == ["", "居民"]


def test_the_same_counts_are_the_same_bytes_however_they_came_about():
    rows = [row(3), row(4, level=1), row(2, "held")]
    parts = merged([from_rows(rows[:1]), from_rows(rows[1:])])
    assert pack(parts) == pack(from_rows(rows)) == pack(from_rows(rows[::-1]))
    assert pack(from_rows([*rows, row(1)])) != pack(from_rows(rows))


def test_a_thousand_cells_come_back_one_by_one():
    rows = [row(n + 1, unit_id=n % 40, level=n % 11, question=f"Q-{n % 7}") for n in range(1000)]
    table = unpack(pack(from_rows(rows)))
    wanted: dict[tuple, int] = {}
    for each in rows:
        key = (each[2], each[3], each[6])
        wanted[key] = wanted.get(key, 0) + each[-1]
    names = ("question", "unit_id", "level")
    columns = [table.column(name).tolist() for name in names]
    assert dict(zip(zip(*columns, strict=True), table.counted.tolist(), strict=True)) == wanted
    assert int(table.total.sum()) == 500_500
