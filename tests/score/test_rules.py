"""Laws that hold for every scheme and every value, not only for the examples."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.score.scheme.scheme import Component, Grade, Words
from survey.score.sheet import rules
from survey.score.sheet.precision import error_of_sum, place_sets
from survey.score.sheet.rules import Measured

INDEX = st.floats(0, 100)
NAMES = tuple("abcde")


def composite(shares: list[float]) -> Component:
    """A composite of 100 points with these shares, each a poll."""
    whole = sum(shares)
    parts = tuple(
        Component(name, Words(name), 100 * share / whole, "share", "poll")
        for name, share in zip(NAMES, shares, strict=False)
    )
    return Component("all", Words("all"), 100.0, "points", "composite", parts=parts)


@given(st.lists(st.floats(0.1, 10), min_size=1, max_size=5), INDEX)
def test_the_same_index_everywhere_is_the_index_of_the_whole(shares: list[float], index: float) -> None:
    found = rules.score(composite(shares), dict.fromkeys(NAMES, Measured(index)), redistribute=False)
    assert found.value == pytest.approx(index, abs=1e-9)


@given(st.lists(st.floats(0.1, 10), min_size=2, max_size=5), st.lists(INDEX, min_size=5, max_size=5), st.integers(0, 4))
def test_redistribution_keeps_the_full_marks_and_the_range(
    shares: list[float], indices: list[float], lost: int
) -> None:
    tree = composite(shares)
    names = [part.code for part in tree.parts]
    measured = {name: Measured(index) for name, index in zip(names, indices, strict=False)}
    del measured[names[lost % len(names)]]
    assert rules.score(tree, measured, redistribute=False).points is None
    found = rules.score(tree, measured, redistribute=True)
    kept = [part.full * part.factor for part in found.parts if part.points is not None]
    assert sum(kept) == pytest.approx(100)
    assert found.points is not None
    assert min(indices) - 1e-9 <= found.points <= max(indices) + 1e-9


@given(st.lists(st.tuples(st.floats(0, 50), st.floats(1, 1000)), min_size=1, max_size=6))
def test_errors_add_as_squares_and_degrees_stay_between_least_and_sum(parts: list[tuple[float, float]]) -> None:
    error, degrees = error_of_sum(parts)
    assert error == pytest.approx(sum(one**2 for one, _ in parts) ** 0.5)
    if degrees is not None:
        assert min(d for _, d in parts) - 1e-6 <= degrees <= sum(d for _, d in parts) + 1e-6


@given(st.floats(0, 1000), st.integers(0, 4))
def test_rounding_never_moves_a_total_by_more_than_half_a_digit(value: float, decimals: int) -> None:
    rounded = rules.half_up(value, decimals)
    assert abs(rounded - value) <= 0.5 * 10**-decimals + 1e-8
    assert rules.half_up(rounded, decimals) == rounded


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=6, unique=True), st.floats(0, 100))
def test_every_total_has_exactly_one_grade(bounds: list[float], total: float) -> None:
    lowers = sorted([0.0, *bounds], reverse=True)
    found = rules.grade_of(total, [Grade(Words(str(lower)), lower) for lower in lowers])
    assert found is not None
    assert found.lower <= total
    assert not any(found.lower < lower <= total for lower in lowers)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=12))
def test_places_agree_with_totals(totals: list[int]) -> None:
    found = rules.places([(float(total),) for total in totals])
    for total, place in zip(totals, found, strict=True):
        assert place == 1 + sum(other > total for other in totals)


@given(st.lists(st.tuples(st.integers(500, 999), st.floats(0, 20)), min_size=1, max_size=15))
def test_the_places_that_the_data_allow_hold_the_place_itself(units: list[tuple[int, float]]) -> None:
    totals = [float(total) for total, _ in units]
    sets = place_sets(totals, [error for _, error in units])
    for place, (low, high) in zip(rules.places([(total,) for total in totals]), sets, strict=True):
        assert 1 <= low <= place <= high <= len(units)
