"""Joint inclusion probabilities beside the sum over all samples, and digits that are lost and said to be."""

import itertools
import warnings
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weighting import WeightingError, inclusion_probabilities, joint_probabilities

#: probabilities with sum 2, as fractions of 10
TENTHS = np.array([1, 2, 4, 5, 8]) / 10


def sampford_design(chances, n):
    """Sampford's design by its definition, over every sample."""
    odds = chances / (1 - chances)
    design = np.zeros((len(chances), len(chances)))
    for sample in map(list, itertools.combinations(range(len(chances)), n)):
        design[np.ix_(sample, sample)] += np.prod(odds[sample]) * np.sum(1 - chances[sample])
    return design * n / np.trace(design)


@settings(max_examples=40)
@given(st.lists(st.integers(1, 20), min_size=3, max_size=8), st.data())
def test_sampfords_recursion_is_the_sum_over_all_samples(sizes, data):
    n = data.draw(st.integers(1, len(sizes) - 1))
    chances = inclusion_probabilities(sizes, n)
    joint = joint_probabilities(chances, "sampford")
    open_units = np.flatnonzero(chances < 1 - 1e-12)
    m = round(float(chances[open_units].sum()))
    if open_units.size:
        inside = sampford_design(chances[open_units], m)
        np.testing.assert_allclose(joint[np.ix_(open_units, open_units)], inside, atol=1e-9)
    certain = np.setdiff1d(np.arange(len(sizes)), open_units)
    np.testing.assert_allclose(joint[certain], np.tile(chances, (certain.size, 1)), atol=1e-9)
    np.testing.assert_allclose(joint.sum(axis=1), n * chances, atol=1e-9)


def test_units_of_0_and_1_beside_sampfords_open_ones():
    joint = joint_probabilities([1.0, 0.0, 0.5, 0.5], "sampford")
    expected = [[1, 0, 0.5, 0.5], [0, 0, 0, 0], [0.5, 0, 0.5, 0], [0.5, 0, 0, 0.5]]
    np.testing.assert_allclose(joint, expected)


def test_two_of_three_under_sampford_by_hand():
    # pi = 1/2, 2/3, 5/6: odds 1, 2, 5; pairs weigh 1*2*(1/2+1/3), 1*5*(1/2+1/6), 2*5*(1/3+1/6) = 10/6, 20/6, 30/6
    joint = joint_probabilities([1 / 2, 2 / 3, 5 / 6], "sampford")
    assert joint[0, 1] == pytest.approx(1 / 6)
    assert joint[0, 2] == pytest.approx(2 / 6)
    assert joint[1, 2] == pytest.approx(3 / 6)
    np.testing.assert_allclose(np.diagonal(joint), [1 / 2, 2 / 3, 5 / 6])


def test_systematic_joint_probabilities_are_lengths_of_intervals_of_the_start():
    # starts: [0, .1) 0+3, [.1, .2) 1+3, [.2, .3) 1+4, [.3, .7) 2+4, [.7, 1) 3+4
    joint = joint_probabilities(TENTHS, "systematic")
    expected = np.diag(TENTHS)
    for (i, j), length in {(0, 3): 0.1, (1, 3): 0.1, (1, 4): 0.1, (2, 4): 0.4, (3, 4): 0.3}.items():
        expected[i, j] = expected[j, i] = length
    np.testing.assert_allclose(joint, expected, atol=1e-8)


@given(st.integers(1, 30), st.data())
def test_simple_pairs_have_n_times_n_less_1_over_all_pairs(population, data):
    n = data.draw(st.integers(1, population))
    joint = joint_probabilities(np.full(population, n / population), "simple")
    pair = Fraction(n * (n - 1), population * (population - 1)) if population > 1 else 0
    off = joint[~np.eye(population, dtype=bool)]
    np.testing.assert_allclose(off, float(pair), atol=1e-12)
    np.testing.assert_allclose(np.diagonal(joint), n / population)


def test_poisson_pairs_are_products_whatever_the_sum():
    chances = np.array([0.3, 0.9, 1.0, 0.0])
    joint = joint_probabilities(chances, "poisson")
    np.testing.assert_allclose(joint[0], [0.3, 0.27, 0.3, 0])
    np.testing.assert_allclose(np.diagonal(joint), chances)


@pytest.mark.parametrize(("units", "n", "largest"), [(30, 20, 3.0), (60, 30, 10.0), (200, 198, 1.005)])
def test_digits_that_sampfords_recursion_loses_are_said_and_never_returned(units, n, largest):
    chances = inclusion_probabilities(np.linspace(1, largest, units), n)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(WeightingError, match=r"joint probabilities lose their digits for n = \d+: use"):
            joint_probabilities(chances, "sampford")


@pytest.mark.parametrize(("units", "n"), [(60, 30), (200, 20), (12, 11)])
def test_where_nothing_is_lost_each_row_sums_to_n_times_its_probability(units, n):
    chances = inclusion_probabilities(np.linspace(1, 1.4, units), n)
    joint = joint_probabilities(chances, "sampford")
    np.testing.assert_allclose(joint.sum(axis=1), n * chances, rtol=1e-7)
    assert joint.min() > 0
    np.testing.assert_allclose(joint, joint.T, rtol=1e-6)
