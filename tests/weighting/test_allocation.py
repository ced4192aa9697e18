"""Allocation: totals are exact, bounds hold, and Neyman integers are the best there are."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import weighting
from weighting import WeightingError, allocate, allocate_budget, allocate_for_precision, allocate_for_several

METHODS = ("equal", "proportional", "neyman", "power", "cost")


@st.composite
def problems(draw):
    """Strata with bounds, and a total that these bounds can give."""
    strata = draw(st.integers(1, 6))
    several = {"min_size": strata, "max_size": strata}
    population = draw(st.lists(st.integers(1, 60), **several))
    minimum = [min(size, draw(st.integers(1, 5))) for size in population]
    maximum = [draw(st.integers(low, size)) for low, size in zip(minimum, population, strict=True)]
    total = draw(st.integers(sum(minimum), sum(maximum)))
    sd = draw(st.lists(st.floats(0, 50, allow_subnormal=False), **several))
    costs = draw(st.lists(st.floats(0.5, 9), **several))
    return {"total": total, "population": population, "sd": sd, "costs": costs, "minimum": minimum, "maximum": maximum}


def variance(sizes, problem):
    """The part of the variance that the sizes decide."""
    return float(np.sum((np.array(problem["population"]) * problem["sd"]) ** 2 / np.array(sizes)))


@given(problems(), st.sampled_from(METHODS))
def test_the_total_is_exact_and_every_bound_holds(problem, method):
    allocation = allocate(method=method, **problem)
    assert allocation.total == problem["total"]
    assert np.all(allocation.sizes >= problem["minimum"])
    assert np.all(allocation.sizes <= problem["maximum"])
    assert allocation.target.sum() == pytest.approx(problem["total"])


@given(problems())
def test_no_neighbouring_integers_beat_a_neyman_allocation(problem):
    sizes = allocate(method="neyman", **problem).sizes
    best = variance(sizes, problem)
    for more, less in product(range(sizes.size), repeat=2):
        moved = sizes.copy()
        moved[more] += 1
        moved[less] -= 1
        if np.all(moved >= problem["minimum"]) and np.all(moved <= problem["maximum"]):
            assert variance(moved, problem) >= best * (1 - 1e-12)


def ranges_of(problem):
    """The sizes each stratum may get."""
    return [range(low, high + 1) for low, high in zip(problem["minimum"], problem["maximum"], strict=True)]


@settings(max_examples=50)
@given(problems().filter(lambda problem: np.prod([len(sizes) for sizes in ranges_of(problem)]) < 5000))
def test_neyman_integers_are_the_best_of_all(problem):
    found = variance(allocate(method="neyman", **problem).sizes, problem)
    ranges = ranges_of(problem)
    every = [sizes for sizes in product(*ranges) if sum(sizes) == problem["total"]]
    assert found <= min(variance(sizes, problem) for sizes in every) * (1 + 1e-12)


def test_rounding_by_largest_remainders_is_not_called_optimal():
    # Real-valued Neyman sizes are 1.64, 5.73 and 1.64: largest remainders give 2, 6, 1.
    population, sd = [20, 30, 40], [6, 14, 3]
    best = allocate(9, population, method="neyman", sd=sd)
    rounded = weighting.Allocation(best.labels, np.array([2, 6, 1]), best.target, best.population, best.sd, "rounded")
    assert best.sizes.tolist() == [2, 5, 2]
    assert best.variance_total < rounded.variance_total


def test_no_stratum_is_left_at_zero():
    assert allocate(5, [10_000, 10_000, 3, 2], method="proportional").sizes.tolist() == [2, 1, 1, 1]
    assert allocate(4, [100, 100, 100], method="neyman", sd=[0, 5, 5]).sizes.min() == 1


def test_a_minimum_is_never_dropped_silently():
    assert allocate(40, [1000, 20, 20], minimum=10).sizes.tolist() == [20, 10, 10]
    with pytest.raises(WeightingError, match="minima of the 3 strata add up to 30, more than the total of 20"):
        allocate(20, [100, 100, 100], method="equal", minimum=10)


def test_a_stratum_smaller_than_the_minimum_is_taken_completely():
    assert allocate(60, {"big": 500, "tiny": 6}, method="equal", minimum=20).by_stratum == {"big": 54, "tiny": 6}


def test_capping_a_small_stratum_hands_its_units_on():
    allocation = allocate(100, [1000, 600, 12, 300], method="equal")
    assert allocation.total == 100
    np.testing.assert_allclose(allocation.target, [88 / 3, 88 / 3, 12, 88 / 3])


@given(problems(), st.floats(0.1, 30))
def test_each_stratum_reaches_its_own_margin_with_the_fewest_cases(problem, margin):
    if not min(problem["sd"]) > 0:
        with pytest.raises(WeightingError, match="leaves nothing to plan for"):
            weighting.allocate_for_each_stratum(problem["population"], problem["sd"], margin)
        return
    allocation = weighting.allocate_for_each_stratum(problem["population"], problem["sd"], margin)
    assert np.all(allocation.stratum_margins() <= margin * (1 + 1e-6))
    fewer = weighting.Allocation(
        allocation.labels,
        np.maximum(allocation.sizes - 1, 1),
        allocation.target,
        allocation.population,
        allocation.sd,
        "one fewer",
    )
    assert np.all((allocation.sizes == 1) | (fewer.stratum_margins() > margin * (1 - 1e-6)))


def test_take_all_strata_are_drawn_completely():
    allocation = allocate(50, {"a": 400, "b": 12, "c": 100}, method="neyman", sd=[1, 1, 2], take_all=["b"])
    assert allocation.by_stratum["b"] == 12
    assert allocation.stratum_standard_errors[1] == 0


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"total": 1000}, "can give 300 cases at most"),
        ({"total": 10.5}, "not a whole number"),
        ({"population": [100, 0, 100]}, "population of stratum 1 is 0.0"),
        ({"population": [100, 99.5, 100]}, "fraction of a case"),
        ({"sd": [1, -1, 1]}, "sd of stratum 1 is -1.0"),
        ({"sd": [1, np.nan, 1]}, "sd of stratum 1 is nan"),
        ({"sd": None}, "needs sd"),
        ({"sd": [1, 1]}, "2 values for 3 strata"),
        ({"method": "cost"}, "needs costs"),
        ({"method": "hamilton"}, "'hamilton' is not one of"),
        ({"method": "power", "power": 2}, "between 0 and 1"),
        ({"minimum": [5, 50, 5], "maximum": 20}, "Stratum 1: the minimum 50 is above the maximum 20"),
        ({"take_all": ["x"]}, "take_all names the stratum 'x'"),
    ],
)
def test_what_cannot_be_allocated_is_refused_with_a_sentence(change, sentence):
    request = {"total": 30, "population": [100, 100, 100], "method": "neyman", "sd": [1, 2, 3]} | change
    with pytest.raises(WeightingError, match=sentence):
        allocate(**request)


def test_values_by_label_do_not_depend_on_their_order():
    by_label = allocate(30, {"a": 100, "b": 50}, method="neyman", sd={"b": 9, "a": 1})
    assert by_label.sizes.tolist() == allocate(30, [100, 50], method="neyman", sd=[1, 9]).sizes.tolist()


def test_precision_asked_for_without_standard_deviations_is_refused():
    with pytest.raises(WeightingError, match="give sd"):
        _ = allocate(10, [50, 50]).standard_error_mean


@given(problems(), st.floats(1.0, 3.0))
def test_a_budget_is_kept_and_no_case_is_left_that_it_could_buy(problem, plenty):
    price = np.array(problem["costs"])
    budget = float(price @ problem["minimum"]) * plenty
    known = {name: problem[name] for name in ("population", "sd", "costs", "minimum", "maximum")}
    allocation = allocate_budget(budget, **known)
    left = budget - float(price @ allocation.sizes)
    assert left >= -1e-9 * budget
    could_grow = allocation.sizes < np.array(problem["maximum"])
    assert not np.any(could_grow & (price <= left * (1 - 1e-9)))


def test_a_budget_is_shared_out_as_the_textbook_does():
    # Cochran (1977), equation 5.24 with budget C: n = C · (N·S/√c) / Σ N·S·√c.
    population, sd, costs = np.array([400, 300, 200]), np.array([4, 9, 15]), np.array([1, 4, 9])
    expected = 600 * (population * sd / np.sqrt(costs)) / np.sum(population * sd * np.sqrt(costs))
    np.testing.assert_allclose(allocate_budget(600, population, sd, costs).target, expected)


def test_a_budget_with_equal_costs_gives_the_exact_optimum():
    by_budget = allocate_budget(120, [400, 300, 200, 100], sd=[4, 9, 15, 30], costs=2)
    assert by_budget.sizes.tolist() == [9, 16, 17, 18]
    with pytest.raises(WeightingError, match="cost 8, more than the budget of 5"):
        allocate_budget(5, [400, 300, 200, 100], sd=[4, 9, 15, 30], costs=2)


@given(problems(), st.floats(0.05, 20))
def test_a_precision_target_is_met_by_the_smallest_total(problem, wanted):
    known = {name: problem[name] for name in ("population", "sd", "minimum")}
    allocation = allocate_for_precision(**known, standard_error=wanted)
    assert allocation.standard_error_mean <= wanted * (1 + 1e-9)
    if allocation.total > sum(problem["minimum"]):
        fewer = allocate(allocation.total - 1, **known, method="neyman")
        assert fewer.standard_error_mean > wanted * (1 - 1e-9)


def test_a_margin_is_a_standard_error_times_the_normal_quantile():
    allocation = allocate_for_precision([500, 300], [10, 12], margin=2.0)
    assert (
        allocation.margin() <= 2.0 < allocate(allocation.total - 1, [500, 300], method="neyman", sd=[10, 12]).margin()
    )
    with pytest.raises(WeightingError, match="exactly one target"):
        allocate_for_precision([500, 300], [10, 12], margin=2.0, standard_error=1.0)
    with pytest.raises(WeightingError, match="out of reach"):
        allocate_for_precision([500, 300], [10, 12], margin=0.1, maximum=100)


@settings(max_examples=50)
@given(st.integers(0, 10_000))
def test_several_targets_are_met_and_no_size_can_be_lowered(seed):
    rng = np.random.default_rng(seed)
    population, sd = rng.integers(50, 500, 4), rng.uniform(1, 20, (4, 3))
    wanted = rng.uniform(0.3, 1.5, 3)
    allocation = allocate_for_several(population, sd, wanted, costs=rng.uniform(1, 4, 4))

    def errors(sizes):
        weights = population[:, None] * sd
        return np.sqrt((weights**2 * (1 / sizes - 1 / population)[:, None]).sum(axis=0)) / population.sum()

    assert np.all(errors(allocation.sizes) <= wanted * (1 + 1e-9))
    for stratum in range(4):
        lowered = allocation.sizes - (np.arange(4) == stratum)
        assert lowered[stratum] == 0 or np.any(errors(lowered) > wanted)


def test_one_target_of_several_is_the_classical_optimum():
    several = allocate_for_several([500, 300], [[10], [12]], [1.0], costs=[1, 4])
    shares = np.array([500 * 10, 300 * 12 / 2])
    assert several.target[0] / several.target[1] == pytest.approx(shares[0] / shares[1])


def test_spread_keeps_the_digits_of_large_values():
    spread = weighting.stratum_spread(np.array([1e9 + 1, 1e9 + 2, 1e9 + 3, 5.0]), ["a", "a", "a", "b"])
    assert spread.sd[0] == pytest.approx(1.0)
    assert np.isnan(spread.sd[1])
    with pytest.raises(WeightingError, match="Stratum 'b' has a missing"):
        weighting.stratum_spread([1.0, np.nan], ["a", "b"])
