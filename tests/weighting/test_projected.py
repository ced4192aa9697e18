"""Variances through sums by cell are those of the residuals row by row."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weighting import (
    Design,
    adjusted,
    against_rest,
    calibrate,
    mean,
    nonresponse_factors,
    poststratify,
    rake,
    trim_weights,
)
from weighting.variance.influence import Influence, design_rows, kept_squares
from weighting.variance.projected import Touched

STATUSES = np.array(["respondent", "nonrespondent", "ineligible", "unknown"])


def steps_of(names, weights, rng):
    """Steps one after the other, each from the weights before it."""
    n, steps = len(weights), []
    group, sex = np.arange(n) % 4, np.arange(n) // 4 % 2
    for name in names:
        if name == "nonresponse":
            step = nonresponse_factors(group, (rng.random(n) < 0.7) | (np.arange(n) < 8), weights)
        elif name == "statuses":
            status = np.where(np.arange(n) < 8, STATUSES[0], STATUSES[rng.integers(0, 4, n)])
            step = nonresponse_factors(group, status, weights)
        elif name == "poststratify":
            step = poststratify(weights, group, {g: 100.0 + g for g in range(4)})
        elif name == "rake":
            totals = {"g": {g: 100.0 + 4 * g for g in range(4)}, "s": {0: 204.0, 1: 220.0}}
            step = rake(weights, {"g": group, "s": sex}, totals)
        elif name == "calibrate":
            x = rng.normal(5, 1, n)
            step = calibrate(weights, {"g": group, "x": x}, {"g": {g: 100.0 + g for g in range(4)}, "x": 2050.0})
        else:
            used = weights[weights > 0]
            step = trim_weights(weights, np.quantile(used, 0.9) + 1e-9, np.quantile(used, 0.05), rule="settled")
        steps.append(step)
        weights = step.weights
    return steps


CHAINS = [
    ("nonresponse",),
    ("statuses",),
    ("poststratify",),
    ("rake",),
    ("calibrate",),
    ("nonresponse", "rake"),
    ("statuses", "poststratify", "trim"),
    ("nonresponse", "calibrate"),
    ("rake", "trim", "poststratify"),
]


def sample(names, seed, counted=False):
    rng = np.random.default_rng(seed)
    n = 160
    strata, times = rng.integers(0, 3, n), rng.integers(1, 4, n) if counted else np.ones(n)
    population = {h: 4.0 * float(times[strata == h].sum()) for h in range(3)}
    design = Design(strata, population=population, frequencies=times if counted else None)
    steps = steps_of(names, design.weights * design.counts, rng)
    y = rng.integers(1, 6, n).astype(float)
    return adjusted(design, *steps), np.where(rng.random(n) < 0.1, np.nan, y), rng.integers(0, 9, n)


@pytest.mark.parametrize("names", CHAINS, ids="-".join)
@pytest.mark.parametrize("counted", [False, True])
@given(seed=st.integers(0, 10_000))
def test_sums_by_cell_give_the_variance_of_the_rows(names, counted, seed):
    design, _, domains = sample(names, seed, counted)
    values = np.random.default_rng(seed).normal(size=len(domains)) / len(domains)
    influence = Influence(design_rows(design), None, domains, values, 9)
    dense = influence.variance(design)
    squares = kept_squares(design)
    touched = Touched(None, domains, values, 9)
    np.testing.assert_allclose(sum(part.squares(touched) for part in squares), dense, rtol=1e-9)


@pytest.mark.parametrize("names", CHAINS, ids="-".join)
def test_each_against_the_rest_is_the_same_row_by_row(names):
    design, y, domains = sample(names, 5)
    found = against_rest(design, y, domains=domains)
    np.testing.assert_allclose(found.standard_error**2, np.diagonal(found.covariance()), rtol=1e-9)


@pytest.mark.parametrize("names", CHAINS, ids="-".join)
def test_domains_in_one_call_or_many_are_the_same(names):
    design, y, _ = sample(names, 7)
    domains = np.arange(len(y)) % 40 // 2 * 7  # many, so that the call goes by way of sums
    domains = np.where(np.arange(len(y)) < 40, domains, np.arange(len(y)) + 1000)
    together = mean(design, y, domains=domains, overall=True)
    for place, label in enumerate(together.labels[:-1]):
        one = mean(design, y, domains=(domains == label)[:, None])
        np.testing.assert_allclose(together.standard_error[place], one.standard_error[0], rtol=1e-9)
    np.testing.assert_allclose(together.standard_error[-1], mean(design, y).standard_error, rtol=1e-9)
