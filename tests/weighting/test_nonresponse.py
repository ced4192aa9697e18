"""Nonresponse: weights are handed on inside cells, and nothing turns into a respondent by mistake."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weighting import (
    Design,
    WeightingError,
    adjusted,
    mean,
    nonresponse_factors,
    propensity_cells,
    replicate_weights,
    response_propensities,
)

RNG = np.random.default_rng(20260331)


@given(st.integers(0, 10_000), st.integers(8, 60))
def test_the_weight_of_each_cell_is_kept(seed, rows):
    rng = np.random.default_rng(seed)
    cells = np.concatenate([[0, 1], rng.integers(0, 2, rows - 2)])
    status = np.array(["respondent", "respondent", *rng.choice(["respondent", "nonrespondent", "unknown"], rows - 2)])
    weights = rng.uniform(1, 9, rows)
    step = nonresponse_factors(cells, status, weights)
    np.testing.assert_allclose(np.bincount(cells, step.weights), np.bincount(cells, weights))
    assert np.all((step.weights > 0) == (status == "respondent"))


def test_unknown_cases_go_to_the_known_and_ineligible_ones_keep_their_part():
    status = ["respondent", "nonrespondent", "ineligible", "unknown"]
    step = nonresponse_factors(["a"] * 4, status, [10.0, 10, 10, 15])
    assert step.unknown_factors == pytest.approx(1.5)
    assert step.factors == pytest.approx(2.0)
    np.testing.assert_allclose(step.weights, [30, 0, 15, 0])
    assert step.response_rates == pytest.approx(0.5)


def test_a_misspelt_status_is_an_error_and_no_respondent():
    with pytest.raises(WeightingError, match="'responded' is not one of respondent, nonrespondent"):
        nonresponse_factors(["a", "a"], ["respondent", "responded"], [1, 1])
    with pytest.raises(WeightingError, match="'2' is not one of"):
        nonresponse_factors(["a", "a"], [1, 2], [1, 1])


def test_a_cell_without_respondents_is_refused_by_name():
    with pytest.raises(WeightingError, match="Cell south has no respondent: merge it"):
        nonresponse_factors(["north", "south"], [True, False], [1, 1])


def test_lists_of_different_length_are_refused():
    with pytest.raises(WeightingError, match="1 status labels for 2 cases"):
        nonresponse_factors(["a", "a"], [True], [1, 1])


def test_propensities_of_categories_are_their_response_rates():
    group = RNG.integers(0, 3, 500)
    answered = RNG.random(500) < np.array([0.2, 0.5, 0.8])[group]
    weights = RNG.uniform(1, 5, 500)
    chances = response_propensities(group[:, None] == [1, 2], answered, weights)
    rates = np.bincount(group, weights * answered) / np.bincount(group, weights)
    np.testing.assert_allclose(chances, rates[group], rtol=1e-8)


def test_propensity_cells_are_about_equally_heavy():
    chances = RNG.uniform(0.1, 0.9, 1000)
    cells = propensity_cells(chances, 5)
    assert np.bincount(cells)[1:].tolist() == [200] * 5
    assert np.all(np.diff(cells[np.argsort(chances)]) >= 0)
    assert propensity_cells(np.full(10, 0.5), 5).tolist() == [1] * 10


def test_a_response_model_that_says_nothing_is_refused():
    with pytest.raises(WeightingError, match="separate respondents"):
        response_propensities([[0.0], [0.0], [1.0], [1.0]], [False, False, True, True])
    with pytest.raises(WeightingError, match="Everybody or nobody"):
        response_propensities([[0.0], [1.0]], [True, True])
    with pytest.raises(WeightingError, match="missing for a case"):
        response_propensities([[0.0], [np.nan]], [True, False])
    with pytest.raises(WeightingError, match="outside"):
        propensity_cells([0.0, 0.5])


def test_a_census_with_nonresponse_is_a_sample_of_those_who_answered():
    y = np.array([3.0, 5, 2, 4, np.nan, np.nan, np.nan, 1])
    answered = ~np.isnan(y)
    census = Design(population=np.full(8, 8))
    step = nonresponse_factors(["all"] * 8, answered, census.weights)
    estimate = mean(adjusted(census, step), y)
    sample = mean(Design(population=np.full(5, 8)), y[answered])
    assert estimate.value == pytest.approx(float(sample.value))
    assert estimate.standard_error == pytest.approx(float(sample.standard_error))


def test_without_a_finite_population_the_draw_carries_all_variance():
    y, answered = np.array([3.0, 5, 2, 4]), np.array([True, True, True, False])
    design = Design(weights=np.full(4, 5.0))
    step = nonresponse_factors(["all"] * 4, answered, design.weights)
    replicated = replicate_weights(design, "JK1").adjusted(
        lambda weights: nonresponse_factors(["all"] * 4, answered, weights).weights
    )
    linear = mean(adjusted(design, step), np.where(answered, y, np.nan)).standard_error
    assert linear == pytest.approx(np.sqrt(4 / 3 * np.sum((y[:3] - y[:3].mean()) ** 2)) / 3)
    assert linear < replicated.mean(y).standard_error[0]


def test_cases_grouped_by_frequency_give_the_same_standard_error():
    cells, status = np.array(list("aabb")), np.array([True, False, True, True])
    counts, y = np.array([4, 3, 2, 6]), np.array([5.0, np.nan, 2, 3])
    rows = np.repeat(np.arange(4), counts)
    grouped, expanded = Design(population=np.full(4, 20), frequencies=counts), Design(population=np.full(15, 20))
    one = nonresponse_factors(cells, status, grouped.weights * counts)
    two = nonresponse_factors(cells[rows], status[rows], expanded.weights)
    first, second = mean(adjusted(grouped, one), y), mean(adjusted(expanded, two), y[rows])
    assert first.value == pytest.approx(float(second.value))
    assert first.standard_error == pytest.approx(float(second.standard_error))
