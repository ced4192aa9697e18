"""Sizes, margins, power and two-stage plans by hand and from textbooks, with both sides of every limit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from weighting import (
    WeightingError,
    clustered_design_effect,
    detectable_difference,
    invitations_for_assurance,
    margin_of_error,
    power_of_difference,
    sample_size_for_difference,
    sample_size_for_margin,
    two_stage_plan,
)

Z = stats.norm.ppf


# -- margins ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "completes"),
    [
        ({"margin": 0.05, "proportion": 0.5}, 385),
        ({"margin": 0.03, "proportion": 0.5}, 1068),
        ({"margin": 0.05, "proportion": 0.2}, 246),
        ({"margin": 0.05, "proportion": 0.5, "level": 0.9}, 271),
        ({"margin": 0.05, "proportion": 0.5, "level": 0.99}, 664),
        ({"margin": 0.05, "proportion": 0.5, "design_effect": 2}, 769),
        ({"margin": 0.05, "proportion": 0.5, "population": 1000}, 278),
        ({"margin": 0.05, "proportion": 0.5, "population": 3200}, 344),
        ({"margin": 2, "sd": 20}, 385),
        ({"margin": 2, "sd": 20, "population": 400}, 196),
        ({"margin": 4, "sd": 20, "population": 100}, 49),
    ],
)
def test_sizes_for_a_margin_are_those_of_the_tables(options, completes):
    # Cochran (1977), sections 4.4 and 4.6: n0 = z^2 S^2 / d^2, n = n0 / (1 + n0 / N)
    assert sample_size_for_margin(**options).completes == completes


def test_a_unit_of_one_or_two_people_is_asked_whole():
    found = sample_size_for_margin(10.0, sd=1.0, population=[1, 2, 3])
    assert found.completes.tolist() == [1, 2, 2]  # one interview has no standard error
    assert found.invitations.tolist() == [1, 2, 2]
    assert found.reachable.tolist() == [True, True, True]


@pytest.mark.parametrize(
    ("rate", "invitations", "reachable"),
    [(1.0, 80, True), (0.9, 89, True), (0.8, 100, True), (0.79, 100, False), (0.1, 100, False)],
)
def test_everybody_is_invited_where_the_rate_asks_for_more(rate, invitations, reachable):
    found = sample_size_for_margin(0.05, proportion=0.5, population=100, response_rate=rate)
    assert found.completes == 80
    assert found.invitations == invitations
    assert bool(found.reachable) is reachable


def test_shapes_are_broadcast():
    found = sample_size_for_margin([[0.05], [0.1]], proportion=[0.5, 0.1, 0.9], response_rate=0.5)
    assert found.completes.tolist() == [[385, 139, 139], [97, 35, 35]]
    assert found.invitations.tolist() == [[770, 278, 278], [194, 70, 70]]


@pytest.mark.parametrize(
    ("options", "margin"),
    [
        ({"n": 100, "proportion": 0.5}, 1.959963984540054 * 0.05),
        ({"n": 100, "sd": 10}, 1.959963984540054),
        ({"n": 100, "sd": 10, "design_effect": 4}, 2 * 1.959963984540054),
        ({"n": 100, "sd": 10, "level": 0.99}, 2.5758293035489004),
        ({"n": 50, "sd": 10, "population": 100}, 1.959963984540054),
        # N / (N - 1) P (1 - P) (1 - n / N) / n = 100 / 99 * 0.25 * 0.5 / 50
        ({"n": 50, "proportion": 0.5, "population": 100}, 1.959963984540054 * np.sqrt(0.0025 * 100 / 99)),
        ({"n": 1, "proportion": 0.5, "population": 1}, 0.0),
    ],
)
def test_margins_of_error_by_hand(options, margin):
    assert margin_of_error(**options) == pytest.approx(margin)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: sample_size_for_margin(0.1), "Give exactly one of proportion and sd"),
        (lambda: sample_size_for_margin(0.1, proportion=0.5, sd=1), "Give exactly one of proportion and sd"),
        (lambda: sample_size_for_margin(0.0, sd=1), "The margin must be above 0"),
        (lambda: sample_size_for_margin([0.1, -1], sd=1), "The margin must be above 0"),
        (lambda: sample_size_for_margin(0.1, sd=0), "A standard deviation of 0 leaves nothing to plan for"),
        (lambda: sample_size_for_margin(0.1, sd=[1, -1]), "A standard deviation of 0 leaves nothing to plan for"),
        (lambda: sample_size_for_margin(0.1, proportion=0), "A proportion of 0 or 1 leaves nothing to plan for: last"),
        (lambda: sample_size_for_margin(0.1, proportion=[0.5, 1]), "A proportion of 0 or 1 leaves nothing to plan"),
        (lambda: sample_size_for_margin(0.1, proportion=1.01), "A proportion lies between 0 and 1"),
        (lambda: sample_size_for_margin(0.1, proportion=-0.01), "A proportion lies between 0 and 1"),
        (lambda: sample_size_for_margin(0.1, sd=1, response_rate=1.01), r"A response rate lies in \(0, 1\]"),
        (lambda: sample_size_for_margin(0.1, sd=1, response_rate=[0.5, 0]), r"A response rate lies in \(0, 1\]"),
        (lambda: margin_of_error(0, sd=1), "n must be above 0 and at most the population"),
        (lambda: margin_of_error([5, 6], sd=1, population=5), "n must be above 0 and at most the population"),
        (lambda: margin_of_error(5), "Give exactly one of proportion and sd"),
        (lambda: margin_of_error(5, proportion=1), "A proportion of 0 or 1 leaves nothing to plan for"),
        (lambda: sample_size_for_difference(0, sd=1), "Difference, sd and design effect must be above 0, level and"),
        (lambda: sample_size_for_difference(1, sd=0), "Difference, sd and design effect must be above 0"),
        (lambda: sample_size_for_difference(1, sd=1, design_effect=0), "Difference, sd and design effect must be"),
        (lambda: sample_size_for_difference(1, sd=1, level=1), "level and power between 0 and 1"),
        (lambda: sample_size_for_difference(1, sd=1, level=0), "level and power between 0 and 1"),
        (lambda: sample_size_for_difference(1, sd=1, power=1), "level and power between 0 and 1"),
        (lambda: sample_size_for_difference(1, sd=1, power=0), "level and power between 0 and 1"),
    ],
)
def test_a_size_that_cannot_be_planned_says_why(call, sentence):
    with pytest.raises(WeightingError, match=sentence):
        call()


# -- differences ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "n"),
    [
        # 2 (1.96 + 0.8416)^2 (sd / d)^2 = 15.698 (sd / d)^2
        ({"difference": 1, "sd": 1}, 16),
        ({"difference": 0.5, "sd": 1}, 63),
        ({"difference": 0.2, "sd": 1}, 393),
        ({"difference": 0.5, "sd": 1, "power": 0.9}, 85),
        ({"difference": 0.5, "sd": 1, "level": 0.9}, 50),
        ({"difference": 0.5, "sd": 1, "design_effect": 1.5}, 95),
        ({"difference": 5, "sd": 20}, 252),
    ],
)
def test_sizes_for_a_difference_are_those_of_the_tables(options, n):
    assert sample_size_for_difference(**options) == n


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"n": 100, "sd": 10}, np.sqrt(2)),
        ({"n": 100, "sd": 10, "n_before": 25}, np.sqrt(1 + 4)),
        ({"n": 25, "sd": 10, "n_before": 100}, np.sqrt(1 + 4)),
        ({"n": 100, "sd": 10, "design_effect": 2}, 2),
        ({"n": 100, "sd": 10, "population": 200}, 1),
        ({"n": 100, "sd": 10, "n_before": 50, "population": 200}, np.sqrt(0.5 + 1.5)),
        # everybody again, correlation 0.75: 1 + 1 - 2 * 0.75
        ({"n": 100, "sd": 10, "overlap": 1, "correlation": 0.75}, np.sqrt(0.5)),
        # half of them: 1 + 1 - 2 * 0.5 * 0.8
        ({"n": 100, "sd": 10, "overlap": 0.5, "correlation": 0.8}, np.sqrt(1.2)),
        # half of the smaller sample of 50: 1 + 2 - 2 * 0.5 * 50 / 5000 * 0.8 * 100
        ({"n": 100, "sd": 10, "n_before": 50, "overlap": 0.5, "correlation": 0.8}, np.sqrt(3 - 0.8)),
        ({"n": 100, "sd": 10, "overlap": 1, "correlation": -1}, 2),
        ({"n": 100, "sd": 10, "overlap": 1, "correlation": 1}, 0),
    ],
)
def test_detectable_differences_are_errors_times_level_and_power(options, error):
    assert detectable_difference(**options) == pytest.approx((Z(0.975) + Z(0.8)) * error, abs=1e-12)
    assert detectable_difference(**options, power=0.5) == pytest.approx(Z(0.975) * error, abs=1e-12)
    assert detectable_difference(**options, level=0.9, power=0.9) == pytest.approx(
        (Z(0.95) + Z(0.9)) * error, abs=1e-12
    )
    many = detectable_difference(**options, comparisons=10)
    assert many == pytest.approx((Z(1 - 0.05 / 20) + Z(0.8)) * error, abs=1e-12)
    if error:
        power = stats.norm.cdf(1 / error - Z(0.975)) + stats.norm.cdf(-1 / error - Z(0.975))
        assert power_of_difference(1.0, **options) == pytest.approx(power)
        assert power_of_difference(-1.0, **options) == pytest.approx(power)


def test_power_of_a_difference_without_error_is_certain():
    assert power_of_difference(0.001, 100, 10.0, overlap=1, correlation=1) == 1
    assert power_of_difference(0.0, 100, 10.0, level=0.9) == pytest.approx(0.1)
    # a census of nothing finds it no more often than any other sample
    assert power_of_difference(0.0, 50, 10.0, population=50) == pytest.approx(0.05)
    assert power_of_difference([0.0, 0.1], 50, 10.0, population=50)[1] == 1


def test_power_in_shapes():
    found = power_of_difference([[0.0], [5.0]], [100, 252], 20.0)
    assert found.shape == (2, 2)
    np.testing.assert_allclose(found[0], 0.05)
    assert found[1, 1] == pytest.approx(0.801, abs=5e-4)
    # several differences for one plan
    several = power_of_difference([0.0, 5.0, -5.0, 50.0], 252, 20.0)
    np.testing.assert_allclose(several, [0.05, 0.8010, 0.8010, 1], atol=5e-4)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"n": 0}, "answers must be above 0 and at most the population"),
        ({"n_before": 0}, "answers must be above 0 and at most the population"),
        ({"n_before": 21, "population": 20}, "answers must be above 0 and at most the population"),
        ({"n": 21, "n_before": 1, "population": 20}, "answers must be above 0 and at most the population"),
        ({"sd": 0}, "sd and design effect must be above 0"),
        ({"design_effect": 0}, "sd and design effect must be above 0"),
        ({"overlap": -0.1}, "overlap lies between 0 and 1, correlation between -1 and 1"),
        ({"overlap": 1.1}, "overlap lies between 0 and 1, correlation between -1 and 1"),
        ({"correlation": 1.1}, "overlap lies between 0 and 1, correlation between -1 and 1"),
        ({"level": 0}, "the level lies between 0 and 1, and there is at least one comparison"),
        ({"level": 1}, "the level lies between 0 and 1, and there is at least one comparison"),
        ({"comparisons": 0}, "the level lies between 0 and 1, and there is at least one comparison"),
    ],
)
def test_power_refuses_numbers_outside_their_range(options, sentence):
    request = {"n": 20, "sd": 1.0} | options
    with pytest.raises(WeightingError, match=sentence):
        detectable_difference(**request)
    with pytest.raises(WeightingError, match=sentence):
        power_of_difference(1.0, **request)


@pytest.mark.parametrize("power", [0, 1, -0.2, 80])
def test_a_power_outside_0_and_1_is_refused(power):
    with pytest.raises(WeightingError, match=f"power is {power}: it lies between 0 and 1"):
        detectable_difference(10, 1.0, power=power)


# -- stages -----------------------------------------------------------------------------------------------------------


def test_design_effects_of_clusters_at_their_limits():
    np.testing.assert_allclose(clustered_design_effect([1, 2, 11], [0.5, -1, -0.1]), [1, 0, 0])
    np.testing.assert_allclose(clustered_design_effect(5, 1), 5)
    np.testing.assert_allclose(clustered_design_effect(1, -1), 1)
    np.testing.assert_allclose(clustered_design_effect(8, 0.1, cv=[0, 0.5]), [1.7, 1.9])
    for wrong in ((0.99, 0.1, 0), (5, -0.26, 0), (5, 1.01, 0), (5, 0.1, -0.1)):
        with pytest.raises(
            WeightingError, match=r"a cluster gives at least 1 answer, and icc lies between -1 / \(size"
        ):
            clustered_design_effect(wrong[0], wrong[1], cv=wrong[2])


@settings(max_examples=40)
@given(st.floats(0.01, 0.9), st.integers(1, 200), st.integers(1, 20), st.floats(0.5, 3), st.integers(1, 40))
def test_a_two_stage_plan_is_the_cheapest_of_all(icc, cluster_cost, case_cost, error, largest):
    plan = two_stage_plan(
        error, sd=10, icc=icc, cluster_cost=cluster_cost, case_cost=case_cost, largest_cluster=largest
    )
    costs = []
    for size in range(1, largest + 1):
        variance = 100 * (1 + (size - 1) * icc) / size
        clusters = max(int(np.ceil(variance / error**2 - 1e-9)), 2)
        costs.append(clusters * (cluster_cost + size * case_cost))
    assert plan.cost == min(costs)
    assert plan.per_cluster == 1 + costs.index(min(costs))
    effect = 1 + (plan.per_cluster - 1) * icc
    assert plan.design_effect == pytest.approx(effect)
    assert plan.standard_error == pytest.approx(10 * np.sqrt(effect / (plan.clusters * plan.per_cluster)))
    assert plan.cost == plan.clusters * (cluster_cost + plan.per_cluster * case_cost)


def test_a_two_stage_plan_has_two_clusters_at_least():
    plan = two_stage_plan(100.0, sd=1, icc=0.5, cluster_cost=1, case_cost=1)
    assert (plan.clusters, plan.per_cluster, plan.cost) == (2, 1, 4)


@pytest.mark.parametrize(
    "change",
    [
        {"standard_error": 0},
        {"sd": 0},
        {"icc": 0},
        {"icc": 1},
        {"cluster_cost": 0},
        {"case_cost": 0},
        {"largest_cluster": 0},
    ],
)
def test_a_two_stage_plan_refuses_numbers_outside_their_range(change):
    request = {"standard_error": 1.0, "sd": 10, "icc": 0.1, "cluster_cost": 10, "case_cost": 1} | change
    with pytest.raises(
        WeightingError, match="errors, sd and costs must be above 0, icc between 0 and 1, and a cluster"
    ):
        two_stage_plan(**request)


@pytest.mark.parametrize(
    ("completes", "rate", "probability"),
    [([1], 0.5, 0.5), ([1], 0.5, 0.75), ([1, 1], 0.5, 0.5625), ([10], 0.1, 0.99), ([3, 50, 200], 0.37, 0.9)],
)
def test_invitations_are_the_fewest_by_the_binomial(completes, rate, probability):
    found = invitations_for_assurance(completes, rate, probability=probability)
    each = probability ** (1 / len(completes))
    for needed, invited in zip(completes, found.tolist(), strict=True):
        assert stats.binom.sf(needed - 1, invited, rate) >= each - 1e-12
        assert invited == needed or stats.binom.sf(needed - 1, invited - 1, rate) < each + 1e-12


def test_invitations_where_all_answer_are_the_answers():
    assert invitations_for_assurance([1, 17, 250], 1.0).tolist() == [1, 17, 250]
    assert invitations_for_assurance([1, 17], [1.0, 0.5], probability=0.9).tolist()[0] == 1
    # a part of an answer is a whole one
    assert invitations_for_assurance([2.2], 1.0).tolist() == [3]
    # left out, the chance is 90 %
    assert (
        invitations_for_assurance([30], 0.5).tolist() == invitations_for_assurance([30], 0.5, probability=0.9).tolist()
    )


@pytest.mark.parametrize(
    ("completes", "rate", "probability"),
    [([0], 0.5, 0.9), ([5], 0, 0.9), ([5], 1.1, 0.9), ([5], [0.5, -1], 0.9), ([5], 0.5, 0), ([5], 0.5, 1)],
)
def test_invitations_refuse_numbers_outside_their_range(completes, rate, probability):
    with pytest.raises(WeightingError, match=r"completes are at least 1, rates lie in \(0, 1\], and the probability"):
        invitations_for_assurance(completes, rate, probability=probability)
