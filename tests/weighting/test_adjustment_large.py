"""Calibrated weights with many domains: the short way gives what the long one gives."""

import numpy as np
import pytest

import weighting
from weighting import Design

ROWS, UNITS = 6_000, 100  # rows × domains beyond which influences are not spread out


@pytest.fixture(scope="module")
def survey():
    rng = np.random.default_rng(31)
    strata, units = rng.integers(0, 12, ROWS), rng.integers(0, UNITS, ROWS)
    sex, age = rng.integers(0, 2, ROWS), rng.integers(0, 5, ROWS)
    times = rng.integers(1, 4, ROWS)
    population = {h: 3.0 * times[strata == h].sum() for h in range(12)}
    design = Design(strata, population=population, frequencies=times)
    return design, units, {"sex": sex, "age": age}, rng.integers(1, 6, ROWS)


def raked(weights, margins):
    total = weights.sum()
    share = {"sex": [0.55, 0.45], "age": [0.15, 0.2, 0.25, 0.25, 0.15]}
    return weighting.rake(
        weights, margins, {name: {k: total * part for k, part in enumerate(parts)} for name, parts in share.items()}
    )


def calibrated(weights, margins):
    x = margins["age"] + 0.5 * margins["sex"]
    return weighting.calibrate(
        weights, {"x": x, "one": np.ones(ROWS)}, {"x": 1.05 * (weights @ x), "one": weights.sum()}
    )


@pytest.mark.parametrize("steps", [(raked,), (calibrated,), (raked, calibrated), (calibrated, raked, calibrated)])
def test_many_domains_have_the_variance_of_the_whole_matrix(survey, steps):
    design, units, margins, answers = survey
    weights, made = design.weights * design.counts, []
    for step in steps:
        made.append(step(weights, margins))
        weights = made[-1].weights
    adjusted = weighting.adjusted(design, *made)
    found = weighting.mean(adjusted, np.where(answers == 1, np.nan, answers), domains=units, overall=True)
    np.testing.assert_allclose(found.variance, np.diagonal(found.covariance()), rtol=1e-9)


def test_what_calibration_fixes_has_no_variance_in_any_domain(survey):
    design, units, margins, _ = survey
    adjusted = weighting.adjusted(design, raked(design.weights * design.counts, margins))
    either = np.column_stack([margins["sex"] == 0, margins["age"] == 2, *(units == u for u in range(UNITS))])
    found = weighting.total(adjusted, np.ones(ROWS), domains=either)
    assert found.standard_error[:2] == pytest.approx([0, 0], abs=1e-6 * found.value.max())
    assert (found.standard_error[2:] > 0).all()
