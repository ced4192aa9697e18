"""Differences know what they share, and many of them are counted."""

import tracemalloc

import numpy as np
import pytest

import weighting
from weighting import Design


@pytest.fixture
def clustered():
    rng = np.random.default_rng(8)
    strata, psu = np.repeat([0, 1], 30), np.tile(np.repeat(np.arange(6), 5), 2)
    return Design(strata, psu, rng.uniform(1, 3, 60)), rng.normal(50, 5, 60), np.tile(["a", "b", "c"], 20)


def test_a_contrast_has_the_variance_of_its_parts_and_what_they_share(clustered):
    design, y, domains = clustered
    means = weighting.mean(design, y, domains=domains)
    found = weighting.contrast(means, {"a": 0.5, "b": 0.5, "c": -1})
    row = np.array([0.5, 0.5, -1])
    assert found.variance == pytest.approx(row @ means.covariance() @ row)
    assert found.value == pytest.approx(row @ means.value)
    assert found.degrees_of_freedom == 10
    low, high = found.interval()
    assert low < found.value < high


def test_each_unit_against_the_rest_is_the_two_domain_difference(clustered):
    design, y, domains = clustered
    rest = weighting.against_rest(design, y, domains=domains)
    for i, label in enumerate("abc"):
        two = weighting.difference(weighting.mean(design, y, domains=domains == label), True, False)
        assert rest.value[i] == pytest.approx(two.value)
        assert rest.standard_error[i] == pytest.approx(two.standard_error)
    assert rest.labels == ("a", "b", "c")


def test_whole_answers_against_the_rest_are_counted_alike():
    rng = np.random.default_rng(9)
    y, domains = rng.integers(1, 6, 90), np.repeat([0, 1, 2], 30)
    strata, weights = np.tile([0, 1], 45), rng.uniform(1, 2, 90)
    counted = weighting.against_rest(Design(strata, weights=weights), y, domains=domains)
    kept = weighting.against_rest(Design(strata, np.arange(90), weights), y, domains=domains)
    np.testing.assert_allclose(counted.standard_error, kept.standard_error)
    np.testing.assert_allclose(counted.covariance(), kept.covariance(), atol=1e-14)


def test_a_unit_of_one_answer_has_no_difference_to_the_rest():
    found = weighting.against_rest(Design(weights=np.ones(5)), [1.0, 2, 4, 3, 9], domains=list("aaaab"))
    assert found.problem.tolist()[1] == "one answer"
    assert np.isnan(found.interval()).T.all(axis=1).tolist() == [False, True]


def test_all_pairs_are_counted_in_their_p_values(clustered):
    design, y, domains = clustered
    pairs = weighting.all_pairs(weighting.mean(design, y, domains=domains))
    assert pairs.differences.labels == ("a - b", "a - c", "b - c")
    np.testing.assert_allclose(pairs.p_adjusted, weighting.adjust_p(pairs.p_value, "holm"))
    assert (pairs.p_adjusted >= pairs.p_value).all()


@pytest.mark.parametrize(
    ("method", "adjusted"), [("holm", [0.03, 0.08]), ("bonferroni", [0.03, 0.12]), ("BH", [0.03, 0.06])]
)
def test_a_test_that_could_not_be_made_counts_in_the_family(method, adjusted):
    # > p.adjust(c(.01, .04), "holm", n = 3)     0.03 0.08
    found = weighting.adjust_p([0.01, np.nan, 0.04], method)
    np.testing.assert_allclose(found, [adjusted[0], np.nan, adjusted[1]])


def test_adjusted_p_values_refuse_what_is_no_p_value():
    np.testing.assert_allclose(weighting.adjust_p([0.04, 0.01], "BH"), [0.04, 0.02])
    assert weighting.adjust_p([], "holm").size == 0
    with pytest.raises(weighting.WeightingError, match="no adjustment"):
        weighting.adjust_p([0.1], "sidak")
    with pytest.raises(weighting.WeightingError, match="between 0 and 1"):
        weighting.adjust_p([1.5])


def test_independent_rounds_add_their_variances():
    one = weighting.mean(Design(weights=np.ones(10)), np.arange(10.0), domains=list("aaaaabbbbb"))
    two = weighting.mean(Design(weights=np.ones(8)), np.arange(8.0), domains=list("bbbbcccc"))
    found = weighting.change(two, one)
    assert found.value.tolist()[0] == pytest.approx(1.5 - 7)
    assert found.variance[0] == pytest.approx(two.variance[0] + one.variance[1])
    assert np.isnan(found.value[1])
    assert found.problem[1] == "no answers"
    assert 4 < found.degrees_of_freedom[0] < 7
    assert np.isfinite(np.array(found.interval())[:, 0]).all()


def test_unlike_estimates_are_not_compared():
    design = Design(weights=np.ones(4))
    mean, total = weighting.mean(design, np.arange(4.0)), weighting.total(design, np.arange(4.0))
    with pytest.raises(weighting.WeightingError, match="a mean cannot be compared with a total"):
        weighting.change(mean, total)
    with pytest.raises(weighting.WeightingError, match="'z' is none of the estimates"):
        weighting.contrast(mean, {"z": 1})
    with pytest.raises(weighting.WeightingError, match="at least two"):
        weighting.all_pairs(mean)


def test_tests_refuse_what_cannot_be_tested():
    design = Design(weights=np.ones(6))
    with pytest.raises(weighting.WeightingError, match="two groups"):
        weighting.t_test(design, np.arange(6), list("aabbcc"))
    with pytest.raises(weighting.WeightingError, match="nothing to test"):
        weighting.t_test(design, np.ones(6), list("aaabbb"))
    with pytest.raises(weighting.WeightingError, match="at least two rows"):
        weighting.rao_scott(design, list("aaaaaa"), list("xyxyxy"))
    with pytest.raises(weighting.WeightingError, match="no rank test"):
        weighting.rank_test(design, np.arange(6), list("aaabbb"), test="sign")


def test_independence_without_a_design_is_pearsons_test_to_first_order():
    rng = np.random.default_rng(11)
    rows, cols = rng.integers(0, 3, 400), rng.integers(0, 2, 400)
    found = weighting.rao_scott(Design(weights=np.ones(400)), rows, cols, statistic="chisq")
    table = np.array([[np.sum((rows == i) & (cols == j)) for j in (0, 1)] for i in (0, 1, 2)])
    expected = np.outer(table.sum(1), table.sum(0)) / 400
    pearson = ((table - expected) ** 2 / expected).sum()
    assert found.statistic == pytest.approx(pearson, rel=0.05)
    assert found.degrees_of_freedom == (2.0,)


@pytest.mark.parametrize("test", ["kruskal-wallis", "van der waerden", "median"])
def test_rank_tests_see_a_shift(test):
    rng = np.random.default_rng(12)
    groups = np.repeat(["a", "b"], 60)
    design = Design(weights=np.ones(120))
    same = weighting.rank_test(design, rng.normal(size=120), groups, test=test)
    moved = weighting.rank_test(design, rng.normal(size=120) + 1.5 * (groups == "b"), groups, test=test)
    assert moved.p_value < 1e-4 < same.p_value


def test_all_pairs_take_no_more_room_than_their_number():
    # 1,000 units are 499,500 pairs: 400 bytes each are 200 MB
    units = np.repeat(np.arange(250), 3)
    design = Design(units, population=dict.fromkeys(range(250), 50))
    means = weighting.mean(design, np.random.default_rng(1).integers(1, 6, 750), domains=units)
    tracemalloc.start()
    pairs = weighting.all_pairs(means)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(pairs.p_value) == 31_125
    assert peak < 400 * 31_125 + 8e6  # and one block of work
    first, second = int(pairs.first[777]), int(pairs.second[777])
    assert pairs.differences.value[777] == pytest.approx(means.value[first] - means.value[second])
    assert pairs.differences.standard_error[777] == pytest.approx(np.hypot(*means.standard_error[[first, second]]))
