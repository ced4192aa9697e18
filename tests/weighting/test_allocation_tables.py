"""Allocations worked out by hand: each method, each bound, the precision that follows, and each refusal."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weighting import WeightingError, allocate, draw_stratified

#: three strata whose shares are round numbers
POPULATION = {"a": 600, "b": 300, "c": 100}


@pytest.mark.parametrize(
    ("method", "options", "target"),
    [
        ("equal", {}, [20, 20, 20]),
        ("proportional", {}, [36, 18, 6]),
        # N S = 1200, 1200, 600
        ("neyman", {"sd": [2, 4, 6]}, [24, 24, 12]),
        # N S / sqrt(c) = 1200, 600, 600
        ("cost", {"sd": [2, 4, 6], "costs": [1, 4, 1]}, [30, 15, 15]),
        # cv N^1 = 600, 600, 300
        ("power", {"cv": [1, 2, 3], "power": 1}, [24, 24, 12]),
        # cv x^0: sizes play no part
        ("power", {"cv": [1, 2, 3], "power": 0}, [10, 20, 30]),
        # 1 x^(1/2) = 10, 5, 15
        ("power", {"size": [100, 25, 225]}, [20, 10, 30]),
        # sqrt(N) where no size is given: 24.49, 17.32, 10
        ("power", {}, [28.368, 20.060, 11.584]),
    ],
)
def test_each_method_shares_out_in_its_own_proportion(method, options, target):
    found = allocate(60, POPULATION, method=method, **options)
    np.testing.assert_allclose(found.target, target, atol=5e-3)
    assert found.method == method
    assert found.total == 60
    if float(sum(target)).is_integer() and all(float(size).is_integer() for size in target):
        assert found.sizes.tolist() == target


def test_left_out_the_method_is_proportional():
    assert allocate(60, POPULATION).sizes.tolist() == [36, 18, 6]
    assert allocate(60, POPULATION).method == "proportional"


@pytest.mark.parametrize(
    ("population", "total", "sizes"),
    [
        # quotas 2.5, 1.5, 1: two halves, and the earlier stratum gets the case
        ([50, 30, 20], 5, [3, 1, 1]),
        # quotas 3.33 each: the first stratum gets the case that is over
        ([10, 10, 10], 10, [4, 3, 3]),
        # quotas 4.5, 3.5, 2
        ([45, 35, 20], 10, [5, 3, 2]),
        # Alabama: Hamilton's method at 299 and 300 seats for shares of 43.1, 43.1 and 13.8
        ([431, 431, 138], 29, [13, 12, 4]),
        ([431, 431, 138], 30, [13, 13, 4]),
    ],
)
def test_largest_remainders_get_the_cases_that_are_over(population, total, sizes):
    assert allocate(total, population).sizes.tolist() == sizes


def test_every_stratum_gets_one_and_the_largest_pay_for_it():
    # quotas 9.8, 0.1, 0.1
    found = allocate(10, [980, 10, 10])
    assert found.sizes.tolist() == [8, 1, 1]
    np.testing.assert_allclose(found.target, [9.8, 0.1, 0.1])


@pytest.mark.parametrize(
    ("bounds", "sizes"),
    [
        ({"minimum": 15}, [30, 15, 15]),
        ({"minimum": {"a": 0, "b": 25, "c": 0}}, [30, 25, 5]),
        ({"minimum": [0, 0, 14.2]}, [30, 15, 15]),
        ({"maximum": 30}, [30, 23, 7]),
        ({"maximum": [30.9, 300, 100]}, [30, 23, 7]),
        ({"maximum": {"a": 600, "b": 10, "c": 100}}, [43, 10, 7]),
        ({"take_all": ["c"], "total": 190}, [60, 30, 100]),
        ({"take_all": "c", "total": 190}, [60, 30, 100]),
        ({"take_all": ["b", "c"], "total": 401}, [1, 300, 100]),
        ({"minimum": 10_000, "total": 1000}, [600, 300, 100]),
        ({"maximum": 10_000, "total": 1000}, [600, 300, 100]),
    ],
)
def test_bounds_are_kept_and_the_rest_is_shared_in_proportion(bounds, sizes):
    request = {"total": 60} | bounds
    assert allocate(population=POPULATION, **request).sizes.tolist() == sizes


def test_a_complete_stratum_is_drawn_whole_whatever_its_maximum():
    found = allocate(120, POPULATION, take_all=["c"], maximum=20, minimum=1)
    assert found.sizes.tolist() == [13, 7, 100]


def test_the_last_total_that_the_bounds_allow_and_one_beyond():
    bounds = {"minimum": [5, 3, 2], "maximum": [50, 30, 20]}
    assert allocate(10, POPULATION, **bounds).sizes.tolist() == [5, 3, 2]
    assert allocate(100, POPULATION, **bounds).sizes.tolist() == [50, 30, 20]
    with pytest.raises(WeightingError, match="minima of the 3 strata add up to 10, more than the total of 9"):
        allocate(9, POPULATION, **bounds)
    with pytest.raises(WeightingError, match="can give 100 cases at most, fewer than the total of 101"):
        allocate(101, POPULATION, **bounds)


def test_a_stratum_gets_one_case_even_where_nothing_varies():
    # all spread is in b; the others keep their one, and what b cannot take goes to them by their room
    assert allocate(10, [100, 50, 10], method="neyman", sd=[0, 3, 0]).sizes.tolist() == [1, 8, 1]
    full = allocate(82, [100, 50, 10], method="neyman", sd=[0, 3, 0])
    assert full.sizes[1] == 50
    assert full.total == 82
    np.testing.assert_allclose(full.target, [32 * 100 / 110, 50, 32 * 10 / 110])


def test_without_any_spread_everything_goes_by_room():
    found = allocate(11, [100, 10], method="neyman", sd=0)
    np.testing.assert_allclose(found.target, [10, 1])
    assert found.total == 11


def test_equally_good_neyman_integers_give_the_case_to_the_smaller_stratum():
    # N S = 100 in both: the fifth case is worth as much in either
    assert allocate(5, [100, 50], method="neyman", sd=[1, 2]).sizes.tolist() == [2, 3]
    assert allocate(5, [50, 100], method="neyman", sd=[2, 1]).sizes.tolist() == [3, 2]


def test_the_precision_follows_from_the_sizes():
    found = allocate(60, POPULATION, method="neyman", sd=[2, 4, 6])
    errors = [2 * np.sqrt(1 / 24 - 1 / 600), 4 * np.sqrt(1 / 24 - 1 / 300), 6 * np.sqrt(1 / 12 - 1 / 100)]
    np.testing.assert_allclose(found.stratum_standard_errors, errors)
    # sum of N^2 S^2 (1/n - 1/N) = 57600 + 55200 + 26400
    assert found.variance_total == pytest.approx(139_200)
    assert found.standard_error_total == pytest.approx(139_200**0.5)
    assert found.standard_error_mean == pytest.approx(139_200**0.5 / 1000)
    assert found.margin() == pytest.approx(1.959963984540054 * 139_200**0.5 / 1000)
    assert found.margin(0.9) == pytest.approx(1.6448536269514722 * 139_200**0.5 / 1000)
    np.testing.assert_allclose(found.stratum_margins(), 1.959963984540054 * np.array(errors))
    np.testing.assert_allclose(found.stratum_margins(0.99), 2.5758293035489004 * np.array(errors))
    np.testing.assert_allclose(found.sampling_fractions, [0.04, 0.08, 0.12])


def test_a_census_has_no_error_and_a_stratum_of_one_case_neither():
    census = allocate(1000, POPULATION, sd=[2, 4, 6])
    assert census.stratum_standard_errors.tolist() == [0, 0, 0]
    assert census.margin() == 0
    assert census.sampling_fractions.tolist() == [1, 1, 1]
    lone = allocate(6, [1, 10], sd=[5.0, 1.0])
    assert lone.stratum_standard_errors[0] == 0
    assert lone.stratum_standard_errors[1] == pytest.approx(np.sqrt(1 / 5 - 1 / 10))


def test_one_sd_for_all_is_that_of_each_stratum():
    one, each = (allocate(60, POPULATION, method="neyman", sd=sd) for sd in (5, [5, 5, 5]))
    assert one.sizes.tolist() == each.sizes.tolist() == [36, 18, 6]
    assert one.sd.tolist() == [5, 5, 5]


def test_the_table_says_all_that_was_decided():
    found = allocate(60, POPULATION, method="equal", maximum={"a": 600, "b": 300, "c": 10})
    assert found.columns() == {
        "stratum": ["a", "b", "c"],
        "population": [600, 300, 100],
        "size": [25, 25, 10],
        "target": [25, 25, 10],
        "fraction": [25 / 600, 25 / 300, 0.1],
    }
    assert found.by_stratum == {"a": 25, "b": 25, "c": 10}
    assert "Allocation" in repr(found)


def test_strata_without_names_are_numbered():
    found = allocate(9, [5, 10])
    assert found.labels == (0, 1)
    assert found.by_stratum == {0: 3, 1: 6}
    assert allocate(8, [5, 10], take_all=[0]).sizes.tolist() == [5, 3]
    assert allocate(3, 10).sizes.tolist() == [3]


@given(st.lists(st.integers(1, 40), min_size=1, max_size=5), st.data())
def test_labels_and_their_order_do_not_change_what_a_stratum_gets(sizes, data):
    total = data.draw(st.integers(len(sizes), sum(sizes)))
    order = data.draw(st.permutations(range(len(sizes))))
    sd = {place: 1.0 + 3.7 * place for place in range(len(sizes))}  # no two strata are equally good
    one = allocate(total, dict(enumerate(sizes)), method="neyman", sd=sd)
    other = allocate(total, {place: sizes[place] for place in order}, method="neyman", sd=sd)
    assert one.variance_total == pytest.approx(other.variance_total)


@settings(max_examples=60)
@given(st.lists(st.integers(1, 8), min_size=2, max_size=4), st.data())
def test_the_nearest_integers_are_nearer_than_all_others(sizes, data):
    total = data.draw(st.integers(len(sizes), sum(sizes)))
    found = allocate(total, sizes, minimum=1)
    every = [n for n in itertools.product(*(range(1, size + 1) for size in sizes)) if sum(n) == total]
    best = min(sum((one - goal) ** 2 for one, goal in zip(n, found.target, strict=True)) for n in every)
    reached = float(((found.sizes - found.target) ** 2).sum())
    assert reached <= best + 1e-9


@given(st.lists(st.integers(2, 60), min_size=1, max_size=5), st.data())
def test_an_allocation_can_be_drawn(sizes, data):
    total = data.draw(st.integers(len(sizes), sum(sizes)))
    strata = np.repeat([f"s{place}" for place in range(len(sizes))], sizes)
    prn = (np.arange(len(strata)) * 0.6180339887) % 1
    plan = allocate(total, {f"s{place}": size for place, size in enumerate(sizes)})
    drawn = draw_stratified(prn, strata, plan)
    assert drawn.selected.size == total
    assert drawn.weights.sum() == pytest.approx(sum(sizes))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"total": 29.5}, r"The total 29.5 is not a whole number of cases\."),
        ({"total": 2}, "add up to 3, more than the total of 2: raise the total, lower the minima or merge strata"),
        ({"total": 1001}, "lower the total or raise the maxima"),
        ({"population": {"a": 600, "b": -3}}, r"population of stratum 'b' is -3.0: give a number that is above 0\."),
        ({"population": {"a": 600, "b": np.inf}}, "population of stratum 'b' is inf"),
        ({"population": {"a": 600.5, "b": 3}}, "a stratum has a fraction of a case; give whole numbers"),
        ({"method": "neyman"}, "Allocation by neyman needs sd, the standard deviation in each stratum"),
        ({"method": "cost"}, "Allocation by cost needs sd"),
        ({"method": "cost", "sd": 1}, "needs costs, the cost of one case in each stratum"),
        ({"method": "cost", "sd": 1, "costs": [1, 0, 1]}, "costs of stratum 'b' is 0.0: give a number that is above 0"),
        ({"method": "optimal"}, "'optimal' is not one of equal, proportional, neyman, power, cost"),
        ({"method": "power", "power": 1.01}, "power = 1.01: the exponent of a power allocation lies between 0 and 1"),
        ({"method": "power", "power": -0.01}, "power = -0.01"),
        ({"method": "power", "cv": [1, -2, 1]}, "cv of stratum 'b' is -2.0: give a number that is 0 or more"),
        ({"method": "power", "size": [1, np.nan, 1]}, "size of stratum 'b' is nan"),
        ({"sd": {"a": 1, "b": 2}}, "sd: stratum 'c' stands in one list and not in the other"),
        ({"sd": {"a": 1, "b": 2, "c": 3, "d": 4}}, "sd: stratum 'd' stands in one list and not in the other"),
        ({"sd": [1, 2, 3, 4]}, "sd has 4 values for 3 strata: give one for each stratum"),
        ({"minimum": [1, -1, 1]}, "minimum of stratum 'b' is -1.0: give a number that is 0 or more"),
        ({"maximum": [1, 0, 60]}, "maximum of stratum 'b' is 0.0: give a number that is above 0"),
        ({"maximum": [60, 0.5, 60]}, "Stratum 'b': the minimum 1 is above the maximum 0"),
        ({"minimum": [1, 9, 1], "maximum": [60, 8.9, 60]}, "Stratum 'b': the minimum 9 is above the maximum 8"),
        ({"take_all": ["c", "x"]}, "take_all names the stratum 'x', which the population does not have"),
        ({"take_all": "x"}, "take_all names the stratum 'x'"),
    ],
)
def test_what_cannot_be_shared_out_says_why(change, sentence):
    with pytest.raises(WeightingError, match=sentence):
        allocate(**({"total": 30, "population": POPULATION} | change))


def test_precision_needs_standard_deviations():
    for name in ("stratum_standard_errors", "variance_total", "standard_error_total", "standard_error_mean"):
        with pytest.raises(WeightingError, match="knows no standard deviations: give sd to learn the expected"):
            getattr(allocate(10, [50, 50]), name)
