"""Rules that hold for any numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from survey.collect.service import TallyTable
from survey.collect.tally.table import from_rows
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


def tally(rows: list[tuple[int, int, int, int]], excluded: Sequence[tuple[int, int, int, int]] = ()) -> TallyTable:
    """The tally of ratings as (unit, counter, level, answers), some of them excluded."""
    rows_of = {"": rows, "excluded": excluded}
    each = [
        ("", "", "W-E1", unit, window, 3, level, 1.0, -1.0, state, n)
        for state, some in rows_of.items()
        for unit, window, level, n in some
    ]
    return from_rows(each).with_number("month", 202601).with_number("collection_id", 1)


cell_rows = st.lists(
    st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(0, 5), st.integers(1, 9)), min_size=1, max_size=20
)


@given(cell_rows, st.randoms(use_true_random=False))
def test_equal_answers_have_equal_hashes_in_any_order(rows: list[tuple[int, int, int, int]], chance: object) -> None:
    shuffled = list(rows)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # Hypothesis hands over a random.Random
    one, other = (tallies.from_tally(tally(each)) for each in (rows, shuffled))
    assert tallies.digest(one, "{}") == tallies.digest(other, "{}")
    assert tallies.digest(one, "{}") == tallies.digest(tallies.unpack(tallies.pack(one))[0], "{}")


@given(cell_rows, st.integers(0, 19))
def test_excluded_answers_are_as_if_never_given(rows: list[tuple[int, int, int, int]], cut: int) -> None:
    excluded, kept = rows[:cut], rows[cut:]
    if not kept:
        return
    counted = tallies.from_tally(tally(kept, excluded))
    assert tallies.digest(counted, "") == tallies.digest(tallies.from_tally(tally(kept)), "")
