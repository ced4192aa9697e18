"""Rules that hold for any numbers."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from survey.collect.service import TallyTable
from survey.estimate import rules
from survey.estimate.run import cells as tallies

strata = st.lists(st.tuples(st.integers(1, 4), st.integers(0, 500), st.integers(0, 6)), min_size=1, max_size=30)


@given(strata)
def test_weights_of_a_units_ratings_add_up_to_its_cases(rows: list[tuple[int, int, int]]) -> None:
    unit, cases, ratings = (np.array(column) for column in zip(*rows, strict=True))
    weight = rules.rating_weights(unit, cases.astype(float), ratings.astype(float))
    for one in set(unit.tolist()):
        mine = unit == one
        if (cases[mine] * (ratings[mine] > 0)).sum():
            assert np.isclose((weight * ratings)[mine].sum(), cases[mine].sum())


@given(strata)
def test_no_stratum_is_left_alone_unless_its_unit_has_one_answer(rows: list[tuple[int, int, int]]) -> None:
    unit, _cases, ratings = (np.array(column) for column in zip(*rows, strict=True))
    pooled = rules.pooled_strata(unit, ratings.astype(float))
    size = np.bincount(pooled, weights=ratings, minlength=len(unit))
    for h in np.flatnonzero(ratings):
        assert size[pooled[h]] >= 2 or ratings[unit == unit[h]].sum() == 1
        assert unit[pooled[h]] == unit[h]


@given(st.lists(st.integers(0, 12), max_size=12), st.integers(1, 8))
def test_what_is_hidden_cannot_be_worked_out(answers: list[int], floor: int) -> None:
    hidden = rules.hidden_parts(answers, floor)
    assert all(place in hidden for place, n in enumerate(answers) if 0 < n < floor)
    together = sum(answers[place] for place in hidden)
    assert not hidden or together >= floor or all(place in hidden for place, n in enumerate(answers) if n)


def tally(rows: list[tuple[int, int, int, int]]) -> TallyTable:
    columns = list(zip(*rows, strict=True)) if rows else [()] * 4
    unit, window, level, count = columns
    n = len(rows)
    return TallyTable(
        unit, ("counter",) * n, window, ("2026-01",) * n, (-1,) * n, ("",) * n, ("",) * n,
        (1.0,) * n, ("W-E1",) * n, level, (-1.0,) * n, count,
    )  # fmt: skip


cell_rows = st.lists(
    st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(0, 5), st.integers(1, 9)), min_size=1, max_size=20
)


@given(cell_rows, st.randoms(use_true_random=False))
def test_equal_answers_have_equal_hashes_in_any_order(rows: list[tuple[int, int, int, int]], chance: object) -> None:
    shuffled = list(rows)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # Hypothesis hands over a random.Random
    one, other = (tallies.from_tallies(tally(each)) for each in (rows, shuffled))
    assert tallies.digest(one, "{}") == tallies.digest(other, "{}")
    assert tallies.digest(one, "{}") == tallies.digest(tallies.unpack(tallies.pack(one)), "{}")


@given(cell_rows, st.integers(0, 19))
def test_excluded_answers_are_as_if_never_given(rows: list[tuple[int, int, int, int]], cut: int) -> None:
    excluded, kept = rows[:cut], rows[cut:]
    if not kept:
        return
    counted = tallies.from_tallies(tally(rows), None, tally(excluded))
    assert tallies.digest(counted, "") == tallies.digest(tallies.from_tallies(tally(kept)), "")
