"""Several waves pooled by stated shares: means, errors, degrees of freedom and floors by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from survey.estimate.index.indices import Floors
from survey.estimate.index.pooled import error_of, pooled
from survey.estimate.values import Index

FLOORS = Floors(5, 30)
SHARES = {11: 0.4, 12: 0.6}
#: the normal quantile, and Student's for ten degrees of freedom (tables)
NORMAL, STUDENT_10 = 1.959963984540054, 2.2281388519649385


def index(mean: float | None = 90.0, unit_id: int = 7, **more: object) -> Index:
    values: dict[str, object] = {
        "floor": "published" if mean is not None else "hidden", "n": 22, "valid_n": 20, "cannot_say": 0.1,
        "response_rate": 0.5, "response_rate_with_partial": 0.6, "scale": "five",
        "counts": {5: 15, 4: 5, 0: 2}, "shares": {5: 0.75, 4: 0.25}, "topbox": 0.75, "satisfied_rate": 1.0,
        "satisfied_standard_error": 0.02, "satisfied_low": 0.9, "satisfied_high": 1.0, "dissatisfied_rate": 0.0,
        "mean": mean, "standard_error": 2.0, "low": 86.0, "high": 94.0, "design_effect": 1.2,
        "degrees_of_freedom": 10.0, "effective_n": 18.0, "mean_with_held": 89.0, "held": 3, "spread": 1.0,
        **more,
    }  # fmt: skip
    return Index(unit_id, "poll", "", values.pop("floor"), False, **values)  # type: ignore[arg-type]  # a test's wishes


SECOND = {
    "n": 33, "valid_n": 30, "cannot_say": 0.2, "counts": {5: 3, 4: 27, 0: 3}, "shares": {5: 0.1, 4: 0.9},
    "topbox": 0.1, "satisfied_rate": 0.5, "satisfied_standard_error": 0.03, "dissatisfied_rate": 0.5,
    "standard_error": 3.0, "degrees_of_freedom": 20.0, "mean_with_held": 79.0, "held": 4,
}  # fmt: skip


def both(first: Index, second: Index, floors: Floors = FLOORS) -> Index:
    (found,) = pooled({11: [first], 12: [second]}, SHARES, floors)
    return found


def test_each_number_is_the_sum_of_share_times_number() -> None:
    found = both(index(90.0), index(80.0, **SECOND))
    assert found.mean == pytest.approx(84.0, abs=1e-12)
    assert found.mean_with_held == pytest.approx(83.0, abs=1e-12)
    assert found.cannot_say == pytest.approx(0.16, abs=1e-12)
    assert found.shares == {5: pytest.approx(0.36, abs=1e-12), 4: pytest.approx(0.64, abs=1e-12)}
    assert found.topbox == pytest.approx(0.36, abs=1e-12)
    assert found.satisfied_rate == pytest.approx(0.7, abs=1e-12)
    assert found.dissatisfied_rate == pytest.approx(0.3, abs=1e-12)


def test_answers_are_added_up_without_any_shares() -> None:
    found = both(index(), index(80.0, **SECOND))
    assert (found.n, found.valid_n, found.held) == (55, 50, 7)
    assert found.counts == {5: 18, 4: 32, 0: 5}


def test_a_level_that_one_wave_did_not_see_is_counted_all_the_same() -> None:
    found = both(index(), index(80.0, counts={3: 4, 5: 1}))
    assert found.counts == {5: 16, 4: 5, 0: 2, 3: 4}


def test_variances_add_by_squared_shares_and_degrees_are_satterthwaites() -> None:
    found = both(index(90.0), index(80.0, **SECOND))
    # (0.4 × 2)² = 0.64 and (0.6 × 3)² = 3.24; 3.88² / (0.64² / 10 + 3.24² / 20)
    assert found.standard_error == pytest.approx(math.sqrt(3.88), abs=1e-12)
    assert found.degrees_of_freedom == pytest.approx(15.0544 / 0.56584, abs=1e-9)
    # (0.4 × 0.02)² + (0.6 × 0.03)²
    assert found.satisfied_standard_error == pytest.approx(math.sqrt(0.000064 + 0.000324), abs=1e-12)


def test_the_interval_is_students_for_the_pooled_degrees() -> None:
    # one wave without spread of its own: the other's ten degrees of freedom are left
    found = both(index(90.0), index(80.0, standard_error=0.0, degrees_of_freedom=20.0))
    assert found.degrees_of_freedom == pytest.approx(10, abs=1e-9)
    assert found.low == pytest.approx(84 - 0.8 * STUDENT_10, abs=1e-9)
    assert found.high == pytest.approx(84 + 0.8 * STUDENT_10, abs=1e-9)


def test_without_degrees_the_interval_is_the_normal_one() -> None:
    found = both(index(90.0, degrees_of_freedom=None), index(80.0, degrees_of_freedom=None, standard_error=3.0))
    assert found.degrees_of_freedom is None
    assert found.low == pytest.approx(84 - NORMAL * math.sqrt(3.88), abs=1e-9)
    assert found.high == pytest.approx(84 + NORMAL * math.sqrt(3.88), abs=1e-9)


@pytest.mark.parametrize(("mean", "low", "high"), [(99.0, None, 100.0), (1.0, 0.0, None)])
def test_the_interval_stays_on_the_scale(mean: float, low: float | None, high: float | None) -> None:
    found = both(index(mean), index(mean))
    width = math.sqrt(0.16 * 4 + 0.36 * 4) * 2.0930240544083096  # Student's for 16.9 is between these of 16 and 19
    assert found.low == low if low is not None else found.low < mean - width + 0.1
    assert found.high == high if high is not None else found.high > mean + width - 0.1


def test_a_wave_without_an_error_leaves_none_and_no_interval() -> None:
    found = both(index(90.0, standard_error=None), index(80.0, satisfied_standard_error=None))
    assert (found.standard_error, found.degrees_of_freedom, found.low, found.high) == (None, None, None, None)
    assert found.satisfied_standard_error is None
    assert found.mean == pytest.approx(84.0, abs=1e-12)


def test_a_rate_that_one_wave_lacks_is_not_made_from_the_other() -> None:
    found = both(index(cannot_say=None, topbox=None), index(80.0, satisfied_rate=None, mean_with_held=None))
    assert (found.cannot_say, found.topbox, found.satisfied_rate, found.mean_with_held) == (None, None, None, None)
    assert found.dissatisfied_rate == 0.0


def test_what_is_not_known_of_the_pooled_answers_is_not_said() -> None:
    found = both(index(), index(80.0, **SECOND))
    assert (found.satisfied_low, found.satisfied_high, found.design_effect) == (None, None, None)
    assert (found.effective_n, found.spread) == (None, None)
    assert (found.response_rate, found.response_rate_with_partial) == (0.5, 0.6)
    assert (found.source, found.question, found.scale, found.self_selected) == ("poll", "", "five", False)


@pytest.mark.parametrize(
    ("first", "second", "floor"),
    [(2, 2, "hidden"), (2, 3, "reference"), (14, 15, "reference"), (15, 15, "published")],
)
def test_the_floor_is_that_of_all_waves_together(first: int, second: int, floor: str) -> None:
    found = both(index(valid_n=first), index(80.0, valid_n=second))
    assert found.floor == floor
    assert (found.mean is None) == (floor == "hidden")


def test_a_unit_hidden_in_one_wave_is_hidden_in_all() -> None:
    found = both(index(), index(None, valid_n=None, standard_error=None))
    assert found == Index(7, "poll", "", "hidden", False, scale="five", held=3)


def test_a_unit_that_one_wave_does_not_know_is_hidden() -> None:
    found = pooled({11: [index(unit_id=9), index(unit_id=7)], 12: [index(80.0, unit_id=9)]}, SHARES, FLOORS)
    assert [(each.unit_id, each.floor) for each in found] == [(7, "hidden"), (9, "published")]


def test_a_collection_without_a_share_does_not_slip_in() -> None:
    parts = {11: [index()], 12: [index(80.0)], 13: [index(0.0)]}
    (found,) = pooled(parts, SHARES, FLOORS)
    assert found.floor == "hidden"


def test_no_waves_give_no_indices() -> None:
    assert pooled({}, {}, FLOORS) == []
    assert pooled({11: [], 12: []}, SHARES, FLOORS) == []


def test_pooling_leaves_the_waves_as_they_were() -> None:
    first, second = index(), index(80.0, **SECOND)
    before = replace(first), replace(second)
    both(first, second)
    assert (first, second) == before


@pytest.mark.parametrize(
    ("parts", "error", "degrees"),
    [
        ([], 0.0, None),
        ([(1.0, 3.0, 12.0)], 3.0, 12.0),
        ([(0.5, 6.0, 10.0), (0.5, 8.0, 20.0)], 5.0, 625 / (81 / 10 + 256 / 20)),
        ([(0.5, 6.0, math.inf), (0.5, 8.0, 20.0)], 5.0, 625 / (256 / 20)),
        ([(0.5, 6.0, None), (0.5, 8.0, 20.0)], 5.0, 625 / (256 / 20)),
        ([(0.5, 6.0, 0.0), (0.5, 8.0, 20.0)], 5.0, 625 / (256 / 20)),
        ([(0.5, 6.0, None), (0.5, 8.0, None)], 5.0, None),
        ([(0.5, 0.0, 10.0), (0.5, 0.0, 20.0)], 0.0, None),
    ],
)
def test_the_error_of_a_sum_of_independent_parts(
    parts: list[tuple[float, float | None, float | None]], error: float, degrees: float | None
) -> None:
    found = error_of(parts)
    assert found[0] == pytest.approx(error, abs=1e-12)
    assert found[1] == (degrees if degrees is None else pytest.approx(degrees, abs=1e-9))
