"""Small areas: the identities of the model, and how often its intervals hold the truth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import coverage
from weighting import Design, WeightingError, fay_herriot, mean, proportion


def areas(seed, count=12, size=8, spread=1.0):
    rng = np.random.default_rng(seed)
    truth = rng.normal(0, spread, count)
    area = np.repeat(np.arange(count), size)
    y = truth[area] + rng.normal(0, 2, count * size)
    return mean(Design(area, weights=np.ones(len(area))), y, domains=area), truth


@given(st.integers(0, 5000), st.floats(-50, 50), st.floats(0.1, 20))
def test_the_model_knows_neither_unit_nor_origin(seed, shift, scale):
    direct, _ = areas(seed)
    moved = mean(Design(weights=np.ones(96)), np.zeros(96), domains=np.repeat(np.arange(12), 8))
    moved = type(moved)(
        **{**moved.__dict__, "value": shift + scale * direct.value, "standard_error": scale * direct.standard_error}
    )
    one, other = fay_herriot(direct), fay_herriot(moved)
    np.testing.assert_allclose(other.value, shift + scale * one.value, rtol=1e-5, atol=1e-5 * scale)
    np.testing.assert_allclose(other.standard_error, scale * one.standard_error, rtol=1e-4)


@given(st.integers(0, 5000))
def test_an_estimate_lies_between_the_direct_one_and_the_model(seed):
    direct, _ = areas(seed)
    found = fay_herriot(direct)
    line = found.coefficients[0]
    assert (
        (np.minimum(direct.value, line) - 1e-9 <= found.value) & (found.value <= np.maximum(direct.value, line) + 1e-9)
    ).all()
    assert ((found.weight_of_direct >= 0) & (found.weight_of_direct <= 1)).all()
    np.testing.assert_allclose(found.value, line + found.weight_of_direct * (direct.value - line), atol=1e-9)


def test_the_variance_between_areas_maximises_the_restricted_likelihood():
    direct, _ = areas(3, spread=2.0)
    found = fay_herriot(direct)

    def likelihood(between):
        weight = 1 / (between + direct.variance)
        away = direct.value - (weight @ direct.value) / weight.sum()
        return 0.5 * (np.log(weight).sum() - np.log(weight.sum()) - weight @ away**2)

    assert found.between > 0
    for factor in (0.9, 1.1):
        assert likelihood(found.between) > likelihood(found.between * factor)


def test_areas_without_answers_are_predicted_from_their_covariates():
    area = np.repeat(np.arange(8), 6)
    x = np.arange(8.0)
    y = 2 + 3 * x[area] + np.tile([-1.0, 1, 0.5, -0.5, 0.2, -0.2], 8)
    y[area == 5] = np.nan
    found = fay_herriot(mean(Design(weights=np.ones(48)), y, domains=area), {"x": x})
    assert found.value[5] == pytest.approx(17, abs=0.1)
    assert found.weight_of_direct[5] == 0
    assert np.isnan(found.direct[5])
    assert found.mse[5] > 0


def test_shares_of_0_and_100_percent_stay_in_the_model():
    area = np.repeat(np.arange(6), 10)
    yes = np.concatenate([np.arange(10) < k for k in (0, 3, 5, 6, 8, 10)])
    shares = proportion(Design(weights=np.ones(60)), yes, domains=area)
    found = fay_herriot(shares, scale="arcsine")
    low, high = found.interval()
    assert 0 < found.value[0] < 0.3
    assert 0.7 < found.value[-1] < 1
    assert ((low >= 0) & (high <= 1) & (low < found.value) & (found.value < high)).all()
    with pytest.raises(WeightingError, match="direct variance of 0"):
        fay_herriot(shares)


def test_benchmarked_estimates_add_up_to_the_direct_total():
    _direct, _ = areas(4)
    found = fay_herriot(mean(Design(weights=np.ones(96)), np.arange(96.0) % 7 + 1, domains=np.repeat(np.arange(12), 8)))
    shares = np.full(12, 1 / 12)
    assert shares @ found.benchmarked(shares, 3.5) == pytest.approx(3.5)
    with pytest.raises(WeightingError, match="12 numbers"):
        found.benchmarked([1.0], 3.5)


def test_what_the_model_cannot_do_is_refused():
    direct, _ = areas(5)
    with pytest.raises(WeightingError, match="arcsine for proportions"):
        fay_herriot(direct, scale="arcsine")
    with pytest.raises(WeightingError, match="known of all 12 areas"):
        fay_herriot(direct, {"x": [1.0] * 11})
    with pytest.raises(WeightingError, match="too few"):
        fay_herriot(direct, np.random.default_rng(0).normal(size=(12, 10)))


def test_intervals_of_areas_hold_the_truth_about_as_often_as_they_say():
    assert 0.88 < coverage.area_coverage(60) < 0.99
