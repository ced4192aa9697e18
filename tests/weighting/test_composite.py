"""Composites of policy shares."""

import numpy as np
import pytest

import weighting
from weighting import Design

LAYERS = ["leaders"] * 6 + ["peers"] * 6 + ["public"] * 8
SHARES = {"leaders": 0.3, "peers": 0.2, "public": 0.5}


@pytest.fixture
def sample():
    rng = np.random.default_rng(6)
    design = Design(LAYERS, weights=rng.uniform(1, 2, 20))
    return design, rng.integers(1, 6, 20).astype(float)


def test_a_composite_is_the_sum_of_shares_times_layer_means(sample):
    design, y = sample
    found = weighting.composite(design, y, layers=LAYERS, shares=SHARES)
    means = weighting.mean(design, y, domains=LAYERS)
    row = np.array([0.3, 0.2, 0.5])
    assert found.estimate.value == pytest.approx(row @ means.value)
    assert found.estimate.variance == pytest.approx(row @ means.covariance() @ row)
    assert found.estimate.value.shape == ()
    assert 0 < found.estimate.degrees_of_freedom <= 17
    assert np.isfinite(found.estimate.interval()).all()


def test_layers_that_are_strata_have_independent_variances(sample):
    design, y = sample
    found = weighting.composite(design, y, layers=LAYERS, shares=SHARES)
    means = weighting.mean(design, y, domains=LAYERS)
    assert found.estimate.variance == pytest.approx((np.array([0.3, 0.2, 0.5]) ** 2 * means.variance).sum())


def units():
    return np.tile(["u", "v"], 10)


def test_a_thin_layer_leaves_the_composite_unestimated_by_default(sample):
    design, y = sample
    y[[0, 2, 4]] = np.nan  # no leader rates unit u
    found = weighting.composite(design, y, layers=LAYERS, shares=SHARES, domains=units())
    assert np.isnan(found.estimate.value[0])
    assert found.estimate.problem.tolist() == ["a layer is too thin", ""]
    assert found.thin.tolist() == [[True, False, False], [False, False, False]]
    assert np.isnan(np.array(found.estimate.interval())[:, 0]).all()


def test_a_thin_layer_may_hand_its_share_to_the_others(sample):
    design, y = sample
    y[[0, 2, 4]] = np.nan
    found = weighting.composite(design, y, layers=LAYERS, shares=SHARES, domains=units(), thin="redistribute")
    assert found.shares[0] == pytest.approx([0, 2 / 7, 5 / 7])
    means = found.layer_means.value
    assert found.estimate.value[0] == pytest.approx(2 / 7 * means[0, 1] + 5 / 7 * means[0, 2])


def test_a_thin_layer_may_take_the_class_mean_with_its_variance(sample):
    design, y = sample
    y[[0, 2, 4]] = np.nan
    found = weighting.composite(design, y, layers=LAYERS, shares=SHARES, domains=units(), thin="class mean")
    means, leaders = found.layer_means.value, weighting.mean(design, y, domains=LAYERS)
    expected = 0.3 * leaders.value[0] + 0.2 * means[0, 1] + 0.5 * means[0, 2]
    assert found.estimate.value[0] == pytest.approx(expected)
    layers_of_u = found.layer_means.variance[0, 1:]
    assert found.estimate.variance[0] >= 0.09 * leaders.variance[0] * 0.999
    assert found.estimate.variance[0] != pytest.approx((np.array([0.04, 0.25]) * layers_of_u).sum())


@pytest.mark.parametrize(
    ("shares", "message"),
    [
        ({"leaders": 0.5, "peers": 0.5}, "no number for layer public"),
        ({**SHARES, "deputies": 0.1}, "layer deputies has a share and not one row"),
        ({"leaders": 0.3, "peers": 0.2, "public": 0.4}, "shares sum to 0.9"),
        ({"leaders": -0.3, "peers": 0.8, "public": 0.5}, "at least 0"),
    ],
)
def test_shares_must_fit_the_layers(sample, shares, message):
    design, y = sample
    with pytest.raises(weighting.WeightingError, match=message):
        weighting.composite(design, y, layers=LAYERS, shares=shares)


def test_an_unknown_rule_is_refused(sample):
    design, y = sample
    with pytest.raises(weighting.WeightingError, match="thin is 'drop'"):
        weighting.composite(design, y, layers=LAYERS, shares=SHARES, thin="drop")
