"""Replicates: they agree with linearisation where theory says so, and lose nothing on the way."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weighting import Design, WeightingError, given_replicates, mean, poststratify, rake, replicate_weights, total

RNG = np.random.default_rng(20260331)


def stratified(sizes, population=None, psu=None):
    labels = np.repeat(np.arange(len(sizes)), sizes)
    weights = RNG.uniform(1, 5, labels.size)
    return Design(strata=labels, weights=weights, population=population, psu=psu)


@given(st.lists(st.integers(2, 8), min_size=1, max_size=5))
def test_a_jackknife_of_a_total_is_the_linearised_variance(sizes):
    design = stratified(sizes, population=dict(enumerate(np.array(sizes) * 3)))
    y = RNG.normal(size=len(design))
    estimate = replicate_weights(design, "JKn").estimate(lambda weights: weights @ y)
    assert estimate.standard_error[0] == pytest.approx(float(total(design, y).standard_error))


def test_a_jackknife_leaves_out_whole_psus_nested_in_strata():
    design = Design(strata=["a"] * 4 + ["b"] * 4, psu=[1, 1, 2, 2, 1, 1, 2, 2], weights=np.arange(1.0, 9))
    replicates = replicate_weights(design, "JKn")
    assert replicates.replicate_weights[:, 0].tolist() == [0, 0, 6, 8, 5, 6, 7, 8]
    assert replicates.degrees_of_freedom == 2


@pytest.mark.parametrize(("method", "rho"), [("BRR", 0.5), ("Fay", 0.0), ("Fay", 0.3), ("Fay", 0.5)])
@pytest.mark.parametrize("strata", [1, 2, 3, 7, 8, 11, 30])
def test_balanced_replicates_of_a_total_are_the_linearised_variance(method, rho, strata):
    design = stratified([2] * strata)
    y = RNG.normal(size=len(design))
    estimate = replicate_weights(design, method, rho=rho).estimate(lambda weights: weights @ y)
    assert estimate.standard_error[0] == pytest.approx(float(total(design, y).standard_error))
    assert estimate.degrees_of_freedom == strata


def test_bootstrap_multiplicities_are_kept():
    design = stratified([6, 9])
    replicates = replicate_weights(design, "bootstrap", replicates=200, seed=5)
    times_drawn = replicates.replicate_weights[:6] / design.weights[:6, None] * 5 / 6
    np.testing.assert_allclose(times_drawn, times_drawn.round(), atol=1e-9)
    np.testing.assert_allclose(times_drawn.sum(axis=0), 5)
    assert times_drawn.max() >= 3


def test_a_bootstrap_agrees_with_linearisation_and_repeats_itself():
    design = stratified([40, 60], population={0: 80, 1: 600})
    y = RNG.normal(size=100)
    first = replicate_weights(design, "bootstrap", replicates=2000, seed=1).mean(y)
    again = replicate_weights(design, "bootstrap", replicates=2000, seed=1).mean(y)
    assert first.standard_error[0] == again.standard_error[0]
    assert first.standard_error[0] == pytest.approx(float(mean(design, y).standard_error), rel=0.06)


def test_an_enumerated_stratum_adds_no_variance():
    design = Design(strata=["a", "a", "b"], population={"a": 2, "b": 1})
    for method in ("JKn", "bootstrap"):
        assert replicate_weights(design, method).mean([1.0, 5.0, 9.0]).standard_error == pytest.approx(0)


def test_an_adjustment_is_repeated_in_every_replicate():
    design = stratified([30, 30])
    sex = np.tile([0, 1, 1], 20)
    replicates = replicate_weights(design, "JKn").adjusted(
        lambda weights: poststratify(weights, sex, {0: 100, 1: 80}).weights
    )
    np.testing.assert_allclose(replicates.replicate_weights[sex == 0].sum(axis=0), 100)
    assert replicates.mean((sex == 0).astype(float)).standard_error[0] == pytest.approx(0, abs=1e-12)


def test_a_replicate_that_cannot_be_adjusted_is_named():
    design = Design(weights=[1.0, 1, 1, 1])
    replicates = replicate_weights(design, "JK1")
    cells = {"a": np.array(["x", "y", "y", "y"])}
    with pytest.raises(WeightingError, match=r"Replicate 1 cannot be adjusted\. .*'x'"):
        replicates.adjusted(lambda weights: rake(weights, cells, {"a": {"x": 2, "y": 2}}).weights)


def test_the_centre_is_the_mean_of_the_replicates_or_the_estimate():
    matrix = np.array([[2.0, 0, 1], [0, 2, 1]])
    around_mean = given_replicates([1, 1], matrix, scale=1.0).estimate(lambda weights: weights[0])
    around_value = given_replicates([1, 1], matrix + np.array([[1.0], [0]]), scale=1.0, mse=True).estimate(
        lambda w: w[0]
    )
    assert around_mean.covariance() == pytest.approx(2.0)
    assert around_value.covariance() == pytest.approx(5.0)


def test_missing_answers_are_left_out_of_their_own_mean():
    replicates = replicate_weights(Design(weights=[1.0, 1, 2, 2]), "JK1")
    assert replicates.mean([[1.0, 1], [3, np.nan], [2, 2], [2, 2]]).value.tolist() == [2, 1.8]


@pytest.mark.parametrize(
    ("design", "method", "sentence"),
    [
        (Design(strata=["a", "a", "b"]), "JKn", "Stratum 'b' has one PSU"),
        (Design(strata=["a", "a", "b", "b"]), "JK1", "without strata: use JKn"),
        (Design(strata=["a", "a", "a", "b", "b"]), "BRR", "Stratum 'a' has 3 PSUs"),
        (Design(frequencies=[2, 3]), "JK1", "repeat the rows"),
        (Design(weights=[1, 1]), "half", "'half' is not one of"),
    ],
)
def test_a_design_that_does_not_fit_the_method_is_refused(design, method, sentence):
    with pytest.raises(WeightingError, match=sentence):
        replicate_weights(design, method)


def test_intervals_use_the_degrees_of_freedom():
    estimate = replicate_weights(Design(weights=np.ones(4)), "JK1").mean([1.0, 2, 3, 6])
    low, high = estimate.interval()
    assert (high - low)[0] / 2 == pytest.approx(3.182446 * estimate.standard_error[0])
