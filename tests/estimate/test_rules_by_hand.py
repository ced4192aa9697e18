"""Floors, hidden parts, weights of ratings and lonely strata, each with the numbers that come out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from survey.estimate import rules
from survey.estimate.index.indices import Floors, value

NOBODY_KNOWS = float("nan")


@pytest.mark.parametrize(
    ("valid_n", "hidden", "reference", "floor"),
    [
        (0, 5, 30, "hidden"),
        (4, 5, 30, "hidden"),
        (5, 5, 30, "reference"),
        (29, 5, 30, "reference"),
        (30, 5, 30, "published"),
        (9, 10, 50, "hidden"),
        (10, 10, 50, "reference"),
        (49, 10, 50, "reference"),
        (50, 10, 50, "published"),
        (0, 0, 0, "published"),
        (7, 10, 5, "hidden"),
    ],
)
def test_the_last_answer_below_a_floor_and_the_first_on_it(
    valid_n: int, hidden: int, reference: int, floor: str
) -> None:
    assert rules.floor_of(valid_n, hidden, reference) == floor
    assert Floors(hidden, reference).of(valid_n) == floor


@pytest.mark.parametrize(
    ("answers", "hidden"),
    [
        ([], set()),
        ([0, 0], set()),
        ([5], set()),
        ([4], {0}),
        ([5, 5], set()),
        ([4, 5], {0, 1}),
        ([4, 9, 7], {0, 2}),
        ([4, 7, 7], {0, 1}),
        ([2, 3, 50], {0, 1}),
        ([2, 2, 50, 60], {0, 1, 2}),
        ([1, 0, 5, 6], {0, 2}),
        ([1, 1, 1, 1], {0, 1, 2, 3}),
        ([4, 1, 30], {0, 1}),
    ],
)
def test_small_parts_take_the_smallest_others_with_them_until_they_reach_the_floor(
    answers: list[int], hidden: set[int]
) -> None:
    assert rules.hidden_parts(answers, 5) == hidden


def test_a_higher_floor_hides_more_parts() -> None:
    assert rules.hidden_parts([9, 12, 40], 10) == {0, 1}
    assert rules.hidden_parts([9, 12, 40], 9) == set()


def weights(unit: list[int], cases: list[float], ratings: list[int]) -> list[float]:
    return rules.rating_weights(np.array(unit), np.array(cases), np.array(ratings, np.float64)).tolist()


def test_a_rating_weighs_its_share_of_the_cases() -> None:
    assert weights([1, 1], [90, 10], [9, 5]) == [10, 2]


def test_cases_that_nobody_rated_are_spread_in_proportion_inside_their_unit() -> None:
    # unit 1: 200 cases, 50 of them rated, so each weighs four times as much; unit 2 keeps its own
    assert weights([1, 1, 1, 2], [30, 20, 150, 60], [10, 2, 0, 12]) == [12, 40, 0, 5]


def test_strata_without_caseload_count_their_ratings_one_case_each() -> None:
    assert weights([1, 1], [NOBODY_KNOWS, 30], [10, 10]) == [1, 3]
    # 10 + 30 of 80 cases are rated
    assert weights([1, 1, 1], [NOBODY_KNOWS, 30, 40], [10, 10, 0]) == [2, 6, 0]


def test_a_unit_that_nobody_rated_has_no_weights_and_takes_none() -> None:
    assert weights([7, 7, 3], [50, 20, 8], [0, 0, 4]) == [0, 0, 2]


def test_units_are_told_apart_in_any_order() -> None:
    assert weights([9, 2, 9, 2], [10, 40, 10, 40], [5, 10, 0, 0]) == [4, 8, 0, 0]


def pooled(unit: list[int], size: list[int]) -> list[int]:
    return rules.pooled_strata(np.array(unit), np.array(size, np.float64)).tolist()


@pytest.mark.parametrize(
    ("unit", "size", "numbers"),
    [
        ([1, 1], [2, 3], [0, 1]),
        ([1, 1], [1, 1], [0, 0]),
        ([1, 1, 1], [1, 1, 1], [0, 0, 0]),
        ([1, 1, 1], [5, 1, 1], [0, 1, 1]),
        ([1, 1, 1], [5, 1, 4], [0, 2, 2]),
        ([1, 1, 1], [4, 1, 4], [0, 0, 2]),
        ([1, 1, 1], [2, 1, 9], [0, 0, 2]),
        ([1, 1, 1], [0, 1, 3], [0, 2, 2]),
        ([1, 1], [0, 1], [0, 1]),
        ([1], [1], [0]),
        ([1, 2, 1, 2], [1, 1, 6, 7], [2, 3, 2, 3]),
        ([1, 2], [1, 1], [0, 1]),
        ([2, 1, 1, 2, 2], [1, 9, 9, 1, 3], [0, 1, 2, 0, 4]),
    ],
)
def test_lonely_strata_are_put_together_inside_their_unit(unit: list[int], size: list[int], numbers: list[int]) -> None:
    assert pooled(unit, size) == numbers


@pytest.mark.parametrize(
    ("spread", "same", "told"),
    [(1.0, 0.79, True), (0.999, 0.1, False), (1.0, 0.8, False), (40, 0.8, False), (1.0, 0.0, True), (0, 1, False)],
)
def test_a_panel_tells_units_apart_by_a_point_and_by_four_fifths(spread: float, same: float, told: bool) -> None:
    assert rules.tells_apart(spread, same) is told


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_not_shown(number: float) -> None:
    assert value(number) is None
    assert value(np.float64(number)) is None
    assert value(0) == 0.0
