"""Power and plans: each function against the ones it must agree with, and against simulation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from weighting import (
    WeightingError,
    clustered_design_effect,
    detectable_difference,
    invitations_for_assurance,
    power_of_difference,
    sample_size_for_difference,
    two_stage_plan,
)


@given(st.floats(0.5, 20), st.floats(1, 40), st.floats(0.5, 0.99), st.floats(0.5, 0.99))
def test_the_size_for_a_difference_finds_it_and_one_fewer_does_not(difference, sd, level, power):
    n = sample_size_for_difference(difference, sd=sd, level=level, power=power)
    assert detectable_difference(n, sd, level=level, power=power) <= difference * (1 + 1e-9)
    if n > 1:
        assert detectable_difference(n - 1, sd, level=level, power=power) > difference * (1 - 1e-9)


@given(st.floats(0.5, 0.99), st.integers(2, 2000), st.integers(1, 50), st.floats(0, 1), st.floats(-0.9, 0.9))
def test_power_at_the_detectable_difference_is_the_power_asked_for(power, n, comparisons, overlap, correlation):
    options = {"overlap": overlap, "correlation": correlation, "comparisons": comparisons}
    found = detectable_difference(n, 10.0, power=power, **options)
    assert power_of_difference(found, n, 10.0, **options) == pytest.approx(power, abs=1e-3)


def test_a_true_difference_of_nothing_is_found_as_often_as_the_level_allows():
    assert power_of_difference(0.0, 100, 10.0) == pytest.approx(0.05)
    assert power_of_difference(0.0, 100, 10.0, comparisons=5) == pytest.approx(0.01)


def test_power_agrees_with_a_simulation():
    rng = np.random.default_rng(1)
    first = rng.normal(0, 10, (4000, 60))
    second = 4 + 0.6 * first + np.sqrt(1 - 0.36) * rng.normal(0, 10, (4000, 60))
    second[:, 30:] = rng.normal(4, 10, (4000, 30))
    error = np.sqrt(2 * 100 / 60 - 2 * 0.5 * 0.6 * 100 / 60)
    found = (np.abs(second.mean(axis=1) - first.mean(axis=1)) > 1.959964 * error).mean()
    assert found == pytest.approx(float(power_of_difference(4, 60, 10, overlap=0.5, correlation=0.6)), abs=0.02)


def test_a_census_finds_everything():
    assert detectable_difference(50, 10.0, population=50) == 0
    assert power_of_difference(0.1, 50, 10.0, population=50) == 1


@pytest.mark.parametrize(
    ("size", "icc", "cv", "effect"), [(1, 0.3, 0, 1), (11, 0.1, 0, 2), (10, 0, 0, 1), (10, 0.1, 1, 2.9)]
)
def test_design_effect_of_clusters(size, icc, cv, effect):
    assert clustered_design_effect(size, icc, cv=cv) == pytest.approx(effect)


@given(st.floats(0.01, 0.5), st.floats(1, 500), st.floats(0.5, 20), st.floats(0.3, 3))
def test_no_neighbouring_two_stage_plan_is_cheaper(icc, cluster_cost, case_cost, error):
    plan = two_stage_plan(error, sd=10, icc=icc, cluster_cost=cluster_cost, case_cost=case_cost)
    assert plan.standard_error <= error * (1 + 1e-9)
    for per_cluster in (plan.per_cluster - 1, plan.per_cluster + 1):
        if per_cluster >= 1:
            effect = 1 + (per_cluster - 1) * icc
            clusters = max(np.ceil(100 * effect / (per_cluster * error**2) - 1e-9), 2)
            assert clusters * (cluster_cost + per_cluster * case_cost) >= plan.cost - 1e-9


@given(st.lists(st.integers(1, 400), min_size=1, max_size=20), st.floats(0.05, 1), st.floats(0.5, 0.99))
def test_invitations_are_the_fewest_that_give_the_assurance(completes, rate, probability):
    invited = invitations_for_assurance(completes, rate, probability=probability)
    each = probability ** (1 / len(completes))
    enough = stats.binom.sf(np.array(completes) - 1, invited, rate)
    assert (enough >= each - 1e-9).all()
    fewer = stats.binom.sf(np.array(completes) - 1, invited - 1, rate)
    assert ((fewer < each + 1e-9) | (invited == completes)).all()


@pytest.mark.parametrize(
    "call",
    [
        lambda: detectable_difference(0, 1.0),
        lambda: detectable_difference(11, 1.0, population=10),
        lambda: detectable_difference(10, 0.0),
        lambda: detectable_difference(10, 1.0, overlap=1.1),
        lambda: detectable_difference(10, 1.0, correlation=-1.1),
        lambda: detectable_difference(10, 1.0, power=1.0),
        lambda: detectable_difference(10, 1.0, level=1.0),
        lambda: power_of_difference(1.0, 10, 1.0, comparisons=0),
        lambda: clustered_design_effect(0.5, 0.1),
        lambda: clustered_design_effect(5, 1.1),
        lambda: two_stage_plan(1.0, sd=1, icc=0, cluster_cost=1, case_cost=1),
        lambda: invitations_for_assurance(0, 0.5),
        lambda: invitations_for_assurance(10, 1.5),
        lambda: invitations_for_assurance(10, 0.5, probability=1),
    ],
)
def test_numbers_outside_their_range_are_refused(call):
    with pytest.raises(WeightingError):
        call()
