"""Variances, correlation, alpha, standardised means and equal means: identities that must hold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import weighting
from weighting import (
    Design,
    WeightingError,
    correlation,
    covariance_matrix,
    cronbach_alpha,
    equal_means,
    mean,
    rao_scott,
    standardise,
    t_test,
)


@given(st.integers(0, 10_000), st.floats(-5, 5), st.floats(0.1, 9))
def test_correlation_knows_neither_unit_nor_origin(seed, shift, scale):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(2, 40))
    design = Design(np.arange(40) % 4, weights=rng.uniform(1, 4, 40))
    one, other = correlation(design, x, y), correlation(design, shift + scale * x, -y)
    assert other.value == pytest.approx(-float(one.value))
    assert other.standard_error == pytest.approx(float(one.standard_error))
    assert correlation(design, x, x).value == pytest.approx(1)
    assert correlation(design, x, x).standard_error == pytest.approx(0, abs=1e-9)
    matrix = covariance_matrix(design, np.column_stack([x, y])).value
    assert one.value == pytest.approx(matrix[0, 1] / np.sqrt(matrix[0, 0] * matrix[1, 1]))


@given(st.integers(0, 10_000))
def test_equal_weights_give_the_ordinary_moments(seed):
    rng = np.random.default_rng(seed)
    items = rng.integers(1, 6, (30, 3)) + rng.integers(0, 2, 30)[:, None]
    design = Design(weights=np.full(30, 7.0))
    np.testing.assert_allclose(covariance_matrix(design, items).value, np.cov(items.T), atol=1e-12)
    parts, whole = items.var(axis=0, ddof=1).sum(), items.sum(axis=1).var(ddof=1)
    assert cronbach_alpha(design, items).value == pytest.approx(1.5 * (1 - parts / whole))


def test_standard_errors_come_near_a_jackknife():
    rng = np.random.default_rng(3)
    base = rng.normal(size=300)
    items = base[:, None] + rng.normal(size=(300, 3))
    design = Design(np.arange(300) % 5, weights=rng.uniform(1, 4, 300))
    replicates = weighting.replicate_weights(design, "JKn")

    def alpha(weights):
        covariance = np.cov(items.T, aweights=weights)
        return 1.5 * (1 - np.trace(covariance) / covariance.sum())

    def r(weights):
        return np.cov(items[:, :2].T, aweights=weights)[0, 1] / np.prod(
            np.sqrt(np.diagonal(np.cov(items[:, :2].T, aweights=weights)))
        )

    for found, statistic in ((cronbach_alpha(design, items), alpha), (correlation(design, *items.T[:2]), r)):
        jackknife = replicates.estimate(statistic)
        assert found.value == pytest.approx(jackknife.value[0])
        assert found.standard_error == pytest.approx(jackknife.standard_error[0], rel=0.03)


def test_two_groups_are_the_t_test_squared():
    rng = np.random.default_rng(8)
    y, group = rng.normal(size=50), np.repeat(["a", "b"], 25)
    design = Design(np.arange(50) % 5, weights=rng.uniform(1, 3, 50))
    both, t = equal_means(design, y, group), t_test(design, y, group)
    assert both.statistic == pytest.approx(t.statistic**2)
    assert both.p_value == pytest.approx(t.p_value)


@pytest.mark.parametrize("statistic", ["F", "chisq", "Wald", "adjWald", "lincom", "saddlepoint"])
def test_rows_that_miss_a_label_leave_the_table_but_not_the_design(statistic):
    rng = np.random.default_rng(1)
    rows, columns = rng.choice(list("abc"), 200).astype(object), rng.choice(list("xy"), 200).astype(object)
    design = Design(np.arange(200) % 10, weights=rng.uniform(1, 3, 200))
    gone = np.arange(200) < 20
    rows[gone], columns[:5] = None, None
    whole = rao_scott(design, rows, columns, statistic=statistic)
    stray = np.where(gone, "only here", columns)
    assert rao_scott(design, rows, stray, statistic=statistic).p_value == pytest.approx(whole.p_value)
    domain = rao_scott(
        design, np.where(gone, "a", rows), np.where(gone, "x", columns), statistic=statistic, domain=~gone
    )
    assert domain.p_value == pytest.approx(whole.p_value, rel=0.01)
    assert 0 < whole.p_value < 1


def test_a_standardised_design_has_the_mix_in_every_unit():
    rng = np.random.default_rng(6)
    unit, mix = np.repeat(list("abc"), 40), np.tile(["o", "y", "y", "m"], 30)
    design = Design(unit, weights=rng.uniform(1, 4, 120))
    alike = standardise(design, mix, {"o": 2, "m": 3, "y": 5}, over=unit)
    for label, share in (("o", 0.2), ("m", 0.3), ("y", 0.5)):
        found = mean(alike, mix == label, domains=unit)
        np.testing.assert_allclose(found.value, share)
        np.testing.assert_allclose(found.standard_error, 0, atol=1e-12)
    with pytest.raises(WeightingError, match="no share of 'y'"):
        standardise(design, mix, {"o": 2, "m": 3}, over=unit)
    with pytest.raises(WeightingError, match="has nobody of 'm'"):
        standardise(design, np.where(unit == "a", "o", mix), {"o": 2, "m": 3, "y": 5}, over=unit)
    with pytest.raises(WeightingError, match="adjusted already"):
        standardise(alike, mix, {"o": 1, "m": 1, "y": 1})


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda d: correlation(d, [1, 1, 1, 1], [1, 2, 3, 4]), "no spread"),
        (lambda d: cronbach_alpha(d, [1, 2, 3, 4]), "at least two items"),
        (lambda d: cronbach_alpha(d, [[1, 1]] * 4), "no spread"),
        (lambda d: covariance_matrix(d, [1, np.nan, np.nan, np.nan]), "fewer than two rows"),
        (lambda d: equal_means(d, [1, 2, 3, 4], list("aaaa")), "at least two groups"),
        (lambda d: equal_means(d, [1, 1, 2, 2], list("aabb")), "without spread"),
        (lambda d: equal_means(d, [1, 3, 2, 2], list("abcd")), "degrees of freedom"),
    ],
)
def test_what_has_no_answer_is_refused(call, sentence):
    with pytest.raises(WeightingError, match=sentence):
        call(Design(weights=np.ones(4)))
