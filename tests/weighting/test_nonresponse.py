"""Nonresponse: weights are handed on inside cells, and nothing turns into a respondent by mistake."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weighting import WeightingError, nonresponse_factors, propensity_cells, response_propensities

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
