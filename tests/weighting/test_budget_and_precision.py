"""Budgets and precision: against every other allocation of small problems, and by hand."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weighting import (
    WeightingError,
    allocate,
    allocate_budget,
    allocate_for_each_stratum,
    allocate_for_precision,
    allocate_for_several,
)

Z = 1.959963984540054


def variance(population, sd, sizes):
    """Of the estimated total, by hand."""
    size, spread, n = (np.asarray(a, float) for a in (population, sd, sizes))
    return float(np.sum(size**2 * spread**2 * (1 / n - 1 / size)))


def every(population):
    """All whole sizes that strata can have."""
    return itertools.product(*(range(1, size + 1) for size in population))


small = st.lists(st.tuples(st.integers(1, 7), st.integers(1, 9)), min_size=1, max_size=3)


# -- a budget --------------------------------------------------------------------------------------------------------


@settings(max_examples=60)
@given(small, st.integers(1, 4), st.floats(1.0, 3.0))
def test_a_budget_of_equal_prices_buys_the_best_that_can_be_bought(strata, price, plenty):
    population, sd = zip(*strata, strict=True)
    budget = price * len(population) * plenty
    found = allocate_budget(budget, population, sd, price)
    affordable = [n for n in every(population) if price * sum(n) <= budget * (1 + 1e-9)]
    best = min(variance(population, sd, n) for n in affordable)
    assert variance(population, sd, found.sizes) <= best * (1 + 1e-9) + 1e-9


@settings(max_examples=60)
@given(small, st.data())
def test_a_budget_of_unequal_prices_comes_near_the_best(strata, data):
    population, sd = zip(*strata, strict=True)
    price = np.array([data.draw(st.integers(1, 5)) for _ in population], float)
    budget = float(price.sum() + data.draw(st.integers(0, 25)))
    found = allocate_budget(budget, population, sd, price)
    assert price @ found.sizes <= budget
    affordable = [n for n in every(population) if price @ n <= budget]
    best = min(variance(population, sd, n) for n in affordable)
    assert variance(population, sd, found.sizes) <= best * 1.15 + 1e-9


def test_a_budget_goes_by_spread_over_the_root_of_the_price():
    # N S / sqrt(c) = 5000, 1800; N S sqrt(c) = 5000, 7200: n = 100 * (5000, 1800) / 12200
    found = allocate_budget(100, {"town": 500, "village": 300}, [10, 12], [1, 4])
    np.testing.assert_allclose(found.target, [100 * 5000 / 12_200, 100 * 1800 / 12_200])
    assert found.by_stratum == {"town": 40, "village": 15}
    assert found.method == "budget"
    assert found.sd.tolist() == [10, 12]


def test_the_last_coin_buys_a_case_and_one_less_does_not():
    assert allocate_budget(30, [100, 100], 1, 3).total == 10
    assert allocate_budget(29.99, [100, 100], 1, 3).total == 9
    assert allocate_budget(0.3, [100, 100], 1, 0.1).total == 3  # 0.1 + 0.1 + 0.1 is a little more than 0.3


@pytest.mark.parametrize("costs", [2, [2, 1]])
def test_more_money_than_a_census_costs_buys_the_census(costs):
    found = allocate_budget(10_000, [7, 5], [1, 2], costs)
    assert found.sizes.tolist() == [7, 5]
    assert found.standard_error_mean == 0
    np.testing.assert_allclose(found.target, [7, 5])


def test_money_just_enough_for_the_minima_buys_them():
    known = {"population": [50, 50], "sd": [1, 9], "costs": [2, 5], "minimum": [3, 2]}
    assert allocate_budget(16, **known).sizes.tolist() == [3, 2]
    with pytest.raises(WeightingError, match=r"minima of the strata cost 16, more than the budget of 15\.9: raise"):
        allocate_budget(15.9, **known)


def test_a_budget_keeps_maxima_and_complete_strata():
    known = {"population": {"a": 50, "b": 40, "c": 4}, "sd": [1, 9, 2], "costs": [1, 2, 1]}
    found = allocate_budget(60, **known, maximum={"a": 50, "b": 10, "c": 4}, take_all=["c"])
    assert found.sizes.tolist() == [36, 10, 4]
    assert (found.target <= [50, 10, 4]).all()


def test_what_is_left_over_goes_to_the_stratum_that_it_serves_best():
    found = allocate_budget(11, [100, 100, 100], [5, 1, 1], [1, 1, 2])
    assert found.sizes @ np.array([1, 1, 2]) == 11
    best = min(
        (variance([100] * 3, [5, 1, 1], n), n)
        for n in itertools.product(range(1, 12), repeat=3)
        if n[0] + n[1] + 2 * n[2] <= 11
    )
    assert found.sizes.tolist() == list(best[1])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"budget": np.inf}, "more than the budget of inf"),
        ({"budget": -1}, "cost 4, more than the budget of -1"),
        ({"costs": [1, -1]}, "costs of stratum 1 is -1.0"),
        ({"sd": [1, np.inf]}, "sd of stratum 1 is inf"),
        ({"population": [0, 5]}, "population of stratum 0 is 0.0"),
        ({"minimum": 9, "maximum": 8}, "Stratum 0: the minimum 9 is above the maximum 8"),
        ({"take_all": [7]}, "take_all names the stratum 7"),
    ],
)
def test_a_budget_that_cannot_be_spent_says_why(change, sentence):
    with pytest.raises(WeightingError, match=sentence):
        allocate_budget(**({"budget": 50, "population": [40, 50], "sd": [1, 2], "costs": [1, 3]} | change))


# -- a precision ------------------------------------------------------------------------------------------------------


@settings(max_examples=60)
@given(small, st.floats(0.05, 3))
def test_no_smaller_sample_reaches_the_precision(strata, wanted):
    population, sd = zip(*strata, strict=True)
    found = allocate_for_precision(population, sd, standard_error=wanted)
    limit = (wanted * sum(population)) ** 2
    assert variance(population, sd, found.sizes) <= limit * (1 + 1e-6)
    fewer = [n for n in every(population) if sum(n) < found.total]
    assert all(variance(population, sd, n) > limit * (1 - 1e-6) for n in fewer)


@settings(max_examples=40)
@given(small, st.floats(0.1, 3), st.data())
def test_with_prices_no_size_can_be_lowered(strata, wanted, data):
    population, sd = zip(*strata, strict=True)
    price = [data.draw(st.integers(1, 6)) for _ in population]
    found = allocate_for_precision(population, sd, standard_error=wanted, costs=price)
    limit = (wanted * sum(population)) ** 2
    assert variance(population, sd, found.sizes) <= limit * (1 + 1e-6)
    for place in range(len(population)):
        lowered = found.sizes - (np.arange(len(population)) == place)
        assert lowered[place] == 0 or variance(population, sd, lowered) > limit * (1 - 1e-6)


def test_one_stratum_needs_cochrans_size():
    # n0 = (z S / d)^2 = (1.96 * 10 / 2)^2 = 96.04; n = n0 / (1 + n0 / 400) = 77.45
    found = allocate_for_precision([400], 10, margin=2)
    assert found.total == 78
    assert found.target[0] == pytest.approx((Z * 5) ** 2 / (1 + (Z * 5) ** 2 / 400), rel=1e-6)
    assert found.method == "precision"
    # the same in other words
    assert allocate_for_precision([400], 10, standard_error=2 / Z).total == 78
    # at 99 %: n0 = 165.87, n = 117.25
    assert allocate_for_precision([400], 10, margin=2, level=0.99).total == 118


def test_dear_cases_are_replaced_by_cheap_ones():
    known = {"population": [500, 500], "sd": [10, 10], "standard_error": 1.0}
    plain, dear = allocate_for_precision(**known), allocate_for_precision(**known, costs=[1, 9])
    assert plain.sizes.tolist() == [46, 45]
    # n proportional to N S / sqrt(c): three to one
    assert dear.target[0] / dear.target[1] == pytest.approx(3, rel=1e-4)
    assert dear.sizes @ [1, 9] < plain.sizes @ [1, 9]


def test_bounds_hold_where_precision_is_wanted():
    found = allocate_for_precision({"a": 400, "b": 300, "c": 6}, [5, 8, 1], margin=1.5, minimum=5, take_all="c")
    assert found.by_stratum["c"] == 6
    assert found.sizes.min() >= 5
    capped = allocate_for_precision([400, 300], [5, 8], margin=1.5, maximum=[20, 300])
    assert capped.sizes[0] <= 20
    assert capped.margin() <= 1.5


def test_a_census_is_the_last_resort_and_enough():
    found = allocate_for_precision([5, 4], [3, 2], standard_error=1e-6)
    assert found.sizes.tolist() == [5, 4]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"margin": None}, "Give exactly one target: standard_error or margin"),
        ({"standard_error": 1.0}, "Give exactly one target: standard_error or margin"),
        ({"margin": 0}, "The target 0 is not above 0: a census has no standard error at all"),
        ({"margin": -1.0}, "is not above 0"),
        ({"margin": None, "standard_error": 0.0}, "The target 0 is not above 0"),
        ({"margin": None, "standard_error": np.inf}, "The target inf is not above 0"),
        ({"maximum": 2}, "The standard error 0.510213 of variable 0 is out of reach even with every stratum at"),
        ({"sd": [1, -1]}, "sd of stratum 1 is -1.0"),
        ({"costs": [1, 0]}, "costs of stratum 1 is 0.0"),
    ],
)
def test_a_precision_that_cannot_be_planned_says_why(change, sentence):
    with pytest.raises(WeightingError, match=sentence):
        allocate_for_precision(**({"population": [90, 60], "sd": [4, 5], "margin": 1.0} | change))


# -- each stratum, and several variables ------------------------------------------------------------------------------


def test_each_stratum_gets_cochrans_size_for_its_own_margin():
    # n0 = (1.96 * 25 / 4)^2 = 150.06: n = 100.04 of 300, 145.69 of 5000; margin 8: 37.51, 35.7 of 730 and so on
    found = allocate_for_each_stratum({"a": 300, "b": 5000, "c": 730}, 25, [4, 4, 8])
    n0 = (Z * 25 / np.array([4, 4, 8])) ** 2
    np.testing.assert_allclose(found.target, n0 / (1 + n0 / np.array([300, 5000, 730])))
    assert found.sizes.tolist() == [101, 146, 36]
    assert found.method == "each stratum"
    assert (found.stratum_margins() <= [4, 4, 8]).all()


def test_each_stratum_has_its_own_spread_and_level_and_minimum():
    known = {"population": [1000, 1000], "sd": [10, 20], "margin": 4}
    assert allocate_for_each_stratum(**known).sizes.tolist() == [24, 88]
    assert allocate_for_each_stratum(**known, level=0.9).sizes.tolist() == [17, 64]
    assert allocate_for_each_stratum(**known, minimum=30).sizes.tolist() == [30, 88]
    assert allocate_for_each_stratum(**known, minimum=[2000, 1]).sizes.tolist() == [1000, 88]


def test_a_margin_wider_than_everything_needs_one_case():
    assert allocate_for_each_stratum([1, 50], 1, 1000).sizes.tolist() == [1, 1]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"margin": 0}, "margin of stratum 'a' is 0.0: give a number that is above 0"),
        ({"margin": {"a": 1}}, "margin: stratum 'b' stands in one list and not in the other"),
        ({"sd": [1, 0]}, "sd of stratum 'b' is 0, which leaves nothing to plan for: last round's 100 % was an"),
        ({"minimum": -1}, "minimum of stratum 'a' is -1.0"),
    ],
)
def test_a_stratum_that_cannot_be_planned_is_named(change, sentence):
    with pytest.raises(WeightingError, match=sentence):
        allocate_for_each_stratum(**({"population": {"a": 50, "b": 60}, "sd": [1, 2], "margin": 0.5} | change))


@settings(max_examples=40)
@given(small, st.floats(0.2, 2), st.floats(0.2, 2))
def test_two_targets_cost_no_less_than_either(strata, one, two):
    population, sd = zip(*strata, strict=True)
    both = np.column_stack([sd, sd[::-1]])
    found = allocate_for_several(population, both, [one, two])
    for column, wanted in ((both[:, 0], one), (both[:, 1], two)):
        assert variance(population, column, found.sizes) <= (wanted * sum(population)) ** 2 * (1 + 1e-6)
        alone = allocate_for_precision(population, column, standard_error=wanted)
        assert found.total >= alone.total


def test_a_target_that_is_easily_met_plays_no_part():
    alone = allocate_for_several([500, 300], [[10], [12]], [1.0])
    beside = allocate_for_several([500, 300], [[10, 1], [12, 1]], [1.0, 50.0])
    np.testing.assert_allclose(beside.target, alone.target, rtol=1e-6)
    assert beside.sizes.tolist() == alone.sizes.tolist()
    assert beside.sd is None
    assert beside.method == "several variables"


def test_several_targets_keep_bounds_and_prices():
    known = {"population": {"a": 500, "b": 300}, "sd": [[10, 2], [12, 9]], "standard_errors": [1.0, 0.5]}
    plain = allocate_for_several(**known)
    assert plain.by_stratum == {"a": 57, "b": 44}
    assert allocate_for_several(**known, minimum={"a": 80, "b": 0}).by_stratum["a"] == 80
    assert allocate_for_several(**known, maximum={"a": 50, "b": 300}).by_stratum["a"] <= 50
    assert allocate_for_several(**known, take_all="b").by_stratum["b"] == 300
    dear = allocate_for_several(**known, costs={"a": 1, "b": 16})
    assert dear.by_stratum["b"] < 44
    assert dear.by_stratum["a"] > 57


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"sd": [[1, 2]]}, r"sd has shape \(1, 2\): give 2 strata by 2 variables, from 0"),
        ({"sd": [[1, 2], [3, -1]]}, "give 2 strata by 2 variables, from 0"),
        ({"sd": [[1, 2], [3, np.inf]]}, "give 2 strata by 2 variables, from 0"),
        ({"standard_errors": [1.0, 0.0]}, "A standard error wanted is not above 0: a census has none at all"),
        ({"standard_errors": [1.0, np.inf]}, "A standard error wanted is not above 0"),
        ({"maximum": 1}, "of variable 0 is out of reach even with every stratum at its maximum: raise the maxima"),
        ({"maximum": 3, "standard_errors": [9.0, 0.1]}, "The standard error 0.1 of variable 1 is out of reach"),
        ({"costs": 0}, "costs of stratum 0 is 0.0"),
    ],
)
def test_several_targets_that_cannot_be_met_say_why(change, sentence):
    request = {"population": [50, 60], "sd": [[5, 2], [3, 4]], "standard_errors": [0.2, 0.2]} | change
    with pytest.raises(WeightingError, match=sentence):
        allocate_for_several(**request)


def test_a_plan_for_precision_is_the_neyman_allocation_of_its_total():
    found = allocate_for_precision([400, 300, 90], [5, 8, 20], margin=1.2)
    assert found.sizes.tolist() == allocate(found.total, [400, 300, 90], method="neyman", sd=[5, 8, 20]).sizes.tolist()
