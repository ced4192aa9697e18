"""Quantiles by every rule, over domains, and where an interval leaves the data."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import weighting
from weighting import Design, quantile
from weighting.estimating.quantiles import weighted_quantile

NUMPY_NAMES = {
    "hf1": "inverted_cdf",
    "hf2": "averaged_inverted_cdf",
    "hf3": "closest_observation",
    "hf4": "interpolated_inverted_cdf",
    "hf5": "hazen",
    "hf6": "weibull",
    "hf7": "linear",
    "hf8": "median_unbiased",
    "hf9": "normal_unbiased",
}


@pytest.mark.parametrize("rule", [rule for rule in NUMPY_NAMES if rule != "hf3"])
@given(st.lists(st.integers(0, 20), min_size=2, max_size=12), st.sampled_from([0.1, 0.25, 0.4, 0.5, 0.75, 0.9]))
@settings(max_examples=25, deadline=None)
def test_equal_weights_give_the_rules_of_hyndman_and_fan(rule, values, p):
    y = np.sort(np.array(values, float))
    found = weighted_quantile(y, np.ones(len(y)), np.array([p]), rule)
    assert found[0] == pytest.approx(np.quantile(y, p, method=NUMPY_NAMES[rule]), abs=1e-9)


def test_the_even_order_statistic_wins_a_tie_under_hf3():
    y = np.array([1.0, 2, 3, 4])
    found = weighted_quantile(y, np.ones(4), np.array([0.25, 0.5, 0.75]), "hf3")
    assert found.tolist() == [2, 2, 4]


def test_domains_and_quantiles_make_a_table():
    rng = np.random.default_rng(1)
    y, domains = rng.normal(50, 10, 80), np.tile(["a", "b"], 40)
    design = Design(np.repeat([0, 1], 40), weights=rng.uniform(1, 3, 80))
    found = quantile(design, y, [0.25, 0.5], domains=domains, overall=True)
    assert found.value.shape == found.interval().low.shape == (3, 2)
    assert found.labels[:2] == ("a:0.25", "a:0.5")
    alone = quantile(design, np.where(domains == "b", y, np.nan), 0.5)
    assert found.value[1, 1] == alone.value
    assert (found.interval().low <= found.value).all()
    with pytest.raises(weighting.WeightingError, match="no covariance"):
        found.covariance()


def test_a_bound_beyond_the_data_is_named():
    found = quantile(Design(weights=np.ones(4)), [1.0, 2, 3, 4], 0.9)
    assert found.problem == "interval reaches beyond the data"
    low, high = found.interval()
    assert low == 2  # Clopper and Pearson: 0.025 ** (1 / 4) = 0.398
    assert np.isnan(high)
    assert quantile(Design(weights=np.ones(4)), [7.0] * 4, 0.9).interval() == (7, 7)
    assert np.isfinite(quantile(Design(weights=np.ones(9)), np.arange(9.0), 0.5, method="xlogit").interval()).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"q": 1.0}, "between 0 and 1"), ({"q": 0.5, "rule": "hf10"}, "no quantile rule"), ({"q": []}, "at least one")],
)
def test_what_is_no_quantile_is_refused(arguments, message):
    with pytest.raises(weighting.WeightingError, match=message):
        quantile(Design(weights=np.ones(3)), [1.0, 2, 3], **arguments)
