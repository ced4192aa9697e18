"""The tally of a run as columns: its order, its hash, its archive, and archives of the first version."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
import pytest

from survey.collect.service import TallyTable
from survey.collect.tally.table import from_rows
from survey.estimate.run import cells as tallies

Row = tuple[object, ...]
#: group, stratum, question, unit, counter, channel, level, factor, score, state, answers
ROWS: list[Row] = [
    ("residents", "城区", "G-1", 2, -1, 11, 4, 1.0, -1.0, "", 6),
    ("", "", "W-E1", 1, 7, 3, 5, 1.0, -1.0, "", 4),
    ("", "", "W-E1", 1, 7, 3, 5, 1.0, -1.0, "held", 2),
    ("", "", "W-E1", 1, 7, 3, 1, 1.0, -1.0, "held", 3),
    ("", "", "W-E1", 1, 8, 3, 5, 1.0, -1.0, "excluded", 9),
    ("", "", "L-1", 1, -1, 1, -1, 2.5, 87.5, "", 1),
]


def table(rows: Sequence[Row], month: int = 202603, collection: int = 1) -> TallyTable:
    return from_rows(rows).with_number("month", month).with_number("collection_id", collection)


def cells(rows: Sequence[Row] = ROWS, **more: int) -> tallies.Cells:
    return tallies.from_tally(table(rows, **more))


def test_cells_are_sorted_by_month_group_stratum_and_question_first() -> None:
    found = cells()
    assert found.column("question").tolist() == ["L-1", "W-E1", "W-E1", "G-1"]
    assert found.column("group").tolist() == ["", "", "", "residents"]
    assert found.column("level").tolist() == [-1, 1, 5, 4]
    assert found.column("score").tolist() == [87.5, -1, -1, -1]
    assert found.column("factor").tolist() == [2.5, 1, 1, 1]


def test_held_answers_stand_beside_and_excluded_ones_are_gone() -> None:
    found = cells()
    assert len(found) == 4
    assert found.counted.tolist() == [1, 0, 4, 6]
    assert found.held.tolist() == [0, 3, 2, 0]
    assert 8 not in found.column("window_id").tolist()


@pytest.mark.parametrize(
    ("number", "month"), [(202601, "2026-01"), (202609, "2026-09"), (202610, "2026-10"), (202512, "2025-12")]
)
def test_months_are_written_with_two_digits(number: int, month: str) -> None:
    assert set(cells(month=number).column("month").tolist()) == {month}


def test_where_finds_the_cells_of_any_wanted_value() -> None:
    found = cells()
    assert found.where("level", [5, 4]).tolist() == [False, False, True, True]
    assert found.where("level", []).tolist() == [False] * 4
    assert found.where("level", (9,)).tolist() == [False] * 4
    assert found.where("question", ["L-1"]).tolist() == [True, False, False, False]


def test_distinct_values_are_sorted_and_say_each_once() -> None:
    found = cells()
    assert found.values["question"].tolist() == ["G-1", "L-1", "W-E1"]
    assert found.values["unit_id"].tolist() == [1, 2]
    assert found.codes["unit_id"].tolist() == [0, 0, 0, 1]
    assert found.codes["unit_id"].dtype == np.int64


def changed(place: int, value: object, row: int = 0) -> list[Row]:
    rows = [list(each) for each in ROWS]
    rows[row][place] = value
    return [tuple(each) for each in rows]


@pytest.mark.parametrize(
    ("place", "value"),
    [(0, "rural"), (1, "乡村"), (2, "G-2"), (3, 1), (4, 5), (5, 12), (6, 3), (7, 1.5), (8, 60.0), (9, "held"), (10, 7)],
)
def test_every_column_and_both_counts_change_the_hash(place: int, value: object) -> None:
    assert tallies.digest(cells(), "{}") != tallies.digest(cells(changed(place, value)), "{}")


def test_the_hash_knows_the_month_the_collection_and_the_context() -> None:
    usual = tallies.digest(cells(), "{}")
    assert len(usual) == 64
    assert usual != tallies.digest(cells(month=202604), "{}")
    assert usual != tallies.digest(cells(collection=2), "{}")
    assert usual != tallies.digest(cells(), '{"a":1}')
    assert usual == tallies.digest(cells(list(reversed(ROWS))), "{}")


def test_an_archive_gives_back_what_was_packed() -> None:
    packed = cells()
    found, first_version = tallies.unpack(tallies.pack(packed))
    assert first_version == {}
    for name in tallies.COLUMNS:
        assert found.column(name).tolist() == packed.column(name).tolist()
        assert found.codes[name].dtype == np.int64
    assert (found.counted.tolist(), found.held.tolist()) == (packed.counted.tolist(), packed.held.tolist())


def test_an_archive_holds_no_pickled_objects() -> None:
    with np.load(io.BytesIO(tallies.pack(cells())), allow_pickle=False) as arrays:
        names = set(arrays)
        assert arrays["codes_level"].dtype == np.int32
    states = {"counted", "held", "withdrawn"}
    assert names == states | {f"{kind}_{name}" for kind in ("values", "codes") for name in tallies.COLUMNS}


def of_the_first_version() -> bytes:
    """An archive as the first version wrote it: sources and waves instead of collections, and no channels."""
    columns: dict[str, list[object]] = {
        "month": ["2025-03", "2025-03", "2025-02", "2025-04"],
        "group": ["", "", "居民", ""],
        "stratum": ["", "", "城区", ""],
        "question": ["W-E1", "L-1", "G-1", "W-E1"],
        "source": ["counter", "panel", "poll", "counter"],
        "wave_id": [-1, 9, 4, -1],
        "unit_id": [1, 1, 2, 2],
        "window_id": [7, -1, -1, 8],
        "factor": [1.0, 1.0, 2.0, 1.0],
        "level": [5, -1, 4, 3],
        "score": [-1.0, 90.0, -1.0, -1.0],
    }
    arrays = {}
    for name, column in columns.items():
        arrays[f"values_{name}"], codes = np.unique(np.array(column), return_inverse=True)
        arrays[f"codes_{name}"] = codes.astype(np.int32)
    out = io.BytesIO()
    np.savez_compressed(out, counted=np.array([4, 1, 6, 2]), held=np.array([0, 0, 3, 0]), **arrays)
    return out.getvalue()


def test_sources_and_waves_of_the_first_version_become_collections() -> None:
    found, pairs = tallies.unpack(of_the_first_version())
    assert pairs == {1: ("counter", -1), 2: ("panel", 9), 3: ("poll", 4)}
    by_question = list(zip(found.column("question").tolist(), found.column("collection_id").tolist(), strict=True))
    assert by_question == [("G-1", 3), ("L-1", 2), ("W-E1", 1), ("W-E1", 1)]


def test_answers_of_the_first_version_keep_their_numbers_and_have_no_channel() -> None:
    found, _pairs = tallies.unpack(of_the_first_version())
    assert found.column("month").tolist() == ["2025-02", "2025-03", "2025-03", "2025-04"]
    assert found.counted.tolist() == [6, 1, 4, 2]
    assert found.held.tolist() == [3, 0, 0, 0]
    assert found.column("channel").tolist() == [-1] * 4
    assert found.column("window_id").tolist() == [-1, -1, 7, 8]
    assert found.column("factor").tolist() == [2.0, 1.0, 1.0, 1.0]
    again, none = tallies.unpack(tallies.pack(found))
    assert none == {}
    assert tallies.digest(again, "") == tallies.digest(found, "")
