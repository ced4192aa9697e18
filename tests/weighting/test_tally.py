"""Tallies of several sources add up to the pooled data."""

import numpy as np
import pytest
from hypothesis import given, settings

import weighting
from tests.weighting.strategies import samples
from weighting import Design, Tally

STATISTICS = ("value", "standard_error", "n", "design_effect", "degrees_of_freedom", "kish_n")


def same(one, two):
    for name in STATISTICS:
        np.testing.assert_allclose(getattr(one, name), getattr(two, name), rtol=1e-8, atol=1e-12, err_msg=name)
    np.testing.assert_allclose(one.covariance(), two.covariance(), rtol=1e-7, atol=1e-12)


@given(samples(even=True))
@settings(max_examples=25, deadline=None)
def test_merged_tallies_are_pooled_data(sample):
    population = {h: 10 * int(n) for h, n in enumerate(np.bincount(sample.strata))}
    pooled = Design(sample.strata, population=population)
    half = len(sample.y) // 2
    parts = [
        Tally(sample.strata[part], sample.y[part], domains=sample.domains[part])
        for part in (slice(0, half), slice(half, None))
    ]
    merged = parts[1] + parts[0]
    design = merged.design(population)
    assert len(merged.values) <= len(sample.y)
    for estimate in (weighting.mean, weighting.total, weighting.proportion):
        same(
            estimate(design, merged.values, domains=merged.domains),
            estimate(pooled, sample.y, domains=sample.domains),
        )
    table = weighting.levels(design, merged.values, points={k: k for k in range(1, 6)}, domains=merged.domains)
    assert table.n.sum() == len(sample.y)


@given(samples(whole=False))
@settings(max_examples=25, deadline=None)
def test_moments_are_enough_for_means_and_totals(sample):
    population = {h: 10 * int(n) for h, n in enumerate(np.bincount(sample.strata))}
    pooled = Design(sample.strata, population=population)
    half = len(sample.y) // 2
    parts = [
        Tally.moments(sample.strata[part], sample.y[part], domains=sample.domains[part])
        for part in (slice(0, half), slice(half, None))
    ]
    merged = parts[0] + parts[1]
    for estimate in (weighting.mean, weighting.total):
        same(
            estimate(merged.design(population), merged.values, domains=merged.domains),
            estimate(pooled, sample.y, domains=sample.domains),
        )


@given(samples())
@settings(max_examples=25, deadline=None)
def test_tallies_keep_psus_and_weights_apart(sample):
    weights = np.round(sample.weights)
    tally = Tally(sample.strata, sample.y, psu=sample.psu, weights=weights, domains=sample.domains)
    same(
        weighting.mean(tally.design(), tally.values, domains=tally.domains),
        weighting.mean(Design(sample.strata, sample.psu, weights), sample.y, domains=sample.domains),
    )


def test_tallies_counted_differently_do_not_add_up():
    with pytest.raises(weighting.WeightingError, match="one tally has domains"):
        Tally(["a"], [1], domains=["x"]) + Tally(["a"], [1])


def test_columns_of_a_tally_are_checked():
    with pytest.raises(weighting.WeightingError):
        Tally(["a", "b"], [1, 2], counts=[1])
    with pytest.raises(weighting.WeightingError, match="counts in row 0 is -1"):
        Tally(["a"], [1], counts=[-1])
