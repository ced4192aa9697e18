"""What must not matter: order of rows, scale of weights, rows written once or often, one call or many."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import weighting
from tests.weighting.strategies import samples
from weighting import Design, adjusted, mean, second_phase

POINTS = {1: 0, 2: 25, 3: 50, 4: 75, 5: 100}


def design_of(sample, rows=slice(None), scale=1.0, psu=True):
    return Design(sample.strata[rows], sample.psu[rows] if psu else None, scale * sample.weights[rows])


def groups_of(sample):
    """Two domains at least, which ``against_rest`` needs."""
    return np.concatenate([[0, 1], sample.domains[2:]])


ESTIMATORS = {
    "mean": lambda d, y, g: mean(d, y, domains=g, overall=True),
    "proportion": lambda d, y, g: weighting.proportion(d, y >= 4, domains=g, overall=True),
    "levels": lambda d, y, g: weighting.levels(d, y, points=POINTS, domains=g).mean,
    "median": lambda d, y, g: weighting.median(d, y, domains=g),
    "score": lambda d, y, g: weighting.quantile(d, y, 0.5, domains=g, method="score"),
    "rest": lambda d, y, g: weighting.against_rest(d, y, domains=g),
    "variance": lambda d, y, g: weighting.covariance_matrix(d, np.column_stack([y, g])),
}


def same(one, other, scale=1.0):
    np.testing.assert_allclose(other.value, one.value * scale, rtol=1e-9, atol=1e-12)
    # an error of 0 comes out as the root of a variance below 1e-14
    np.testing.assert_allclose(other.standard_error, one.standard_error * scale, rtol=1e-7, atol=1e-7)
    np.testing.assert_array_equal(other.degrees_of_freedom, one.degrees_of_freedom)


@pytest.mark.parametrize("name", ESTIMATORS)
@given(sample=samples(), seed=st.integers(0, 1000), scale=st.floats(0.01, 50))
def test_neither_order_nor_scale_of_the_weights_matters(name, sample, seed, scale):
    order = np.random.default_rng(seed).permutation(len(sample.y))
    groups = groups_of(sample)
    one = ESTIMATORS[name](design_of(sample), sample.y, groups)
    same(one, ESTIMATORS[name](design_of(sample, order), sample.y[order], groups[order]))
    same(one, ESTIMATORS[name](design_of(sample, scale=scale), sample.y, groups))


@pytest.mark.parametrize("name", ["mean", "proportion", "levels", "rest", "variance"])
@given(sample=samples(), seed=st.integers(0, 1000))
def test_rows_may_be_written_once_with_their_count(name, sample, seed):
    times = np.random.default_rng(seed).integers(1, 4, len(sample.y))
    rows = np.repeat(np.arange(len(sample.y)), times)
    counted = Design(sample.strata, None, sample.weights, frequencies=times)
    groups = groups_of(sample)
    one = ESTIMATORS[name](design_of(sample, rows, psu=False), sample.y[rows], groups[rows])
    same(one, ESTIMATORS[name](counted, sample.y, groups))


@given(sample=samples(), seed=st.integers(0, 1000))
def test_a_second_phase_of_everybody_changes_nothing(sample, seed):
    design, n = design_of(sample, psu=False), len(sample.y)
    everybody = second_phase(design.weights, np.ones(n, bool), np.zeros(n))
    one, other = (
        mean(design, sample.y, domains=sample.domains),
        mean(adjusted(design, everybody), sample.y, domains=sample.domains),
    )
    np.testing.assert_allclose(other.value, one.value)
    np.testing.assert_allclose(other.standard_error, one.standard_error, rtol=1e-9, atol=1e-12)


@given(st.integers(0, 2000))
def test_a_second_phase_of_a_census_is_a_stratified_sample(seed):
    # all of the population in the first phase: only the choice within classes is left
    rng = np.random.default_rng(seed)
    n, classes = 60, np.repeat([0, 1, 2], 20)
    chosen = np.concatenate([rng.permutation(20) < size for size in (4, 7, 20)])
    y = rng.normal(size=n)
    census = Design(np.zeros(n), population={0.0: n})
    found = mean(adjusted(census, second_phase(census.weights, chosen, classes)), y)
    plain = mean(Design(classes[chosen], population={0: 20, 1: 20, 2: 20}), y[chosen])
    assert found.value == pytest.approx(float(plain.value))
    assert found.standard_error == pytest.approx(float(plain.standard_error))
    assert found.degrees_of_freedom == plain.degrees_of_freedom


@pytest.mark.parametrize(
    ("selected", "sentence"),
    [
        ([True, False, False, True], "class a has 1 selected"),
        ([False, False, True, True], "class a has 0"),
        ([1, 1, 1, 1], "booleans"),
    ],
)
def test_a_class_that_nobody_stands_for_is_refused(selected, sentence):
    with pytest.raises(weighting.WeightingError, match=sentence):
        second_phase(np.ones(4), selected, list("aabb"))
