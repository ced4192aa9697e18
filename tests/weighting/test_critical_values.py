"""Critical values of the largest of many differences, beside the tables of the studentised range."""

import itertools
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from weighting import rank_sets
from weighting.comparing.critical import DifferenceDraws, difference_errors

DRAWS = 30_000
#: > sapply(c(2, 3, 4, 5, 10, 20), function(k) qtukey(c(.5, .8, .9, .95, .99), k, Inf) / sqrt(2))      R 4.2.2
RANGES = {
    2: (0.674489833853, 1.281551536946, 1.644853626982, 1.959963984766, 2.575829304227),
    3: (1.12273549321, 1.71369378721, 2.05229273055, 2.34370058790, 2.91349439215),
    4: (1.39888383072, 1.96841398698, 2.29134149700, 2.56903177742, 3.11325034541),
    5: (1.59585691516, 2.14770746841, 2.45951576443, 2.72777438252, 3.25468597221),
    10: (2.13843343668, 2.63770641084, 2.91988884065, 3.16368375350, 3.64629175560),
    20: (2.60633536634, 3.06072390577, 3.31923306235, 3.54379913192, 3.99176958511),
}
LEVELS = (0.5, 0.8, 0.9, 0.95, 0.99)


def critical(root, first, second, level=0.95, draws=DRAWS, seed=1):
    found = DifferenceDraws.of(np.asarray(root, float), draws, seed)
    return found.critical_value(np.asarray(first), np.asarray(second), level, draws)


@pytest.mark.parametrize("units", RANGES)
def test_equal_units_have_the_critical_values_of_the_studentised_range(units):
    drawn = DifferenceDraws.of(np.eye(units), DRAWS, 1)
    for level, tabled in zip(LEVELS, RANGES[units], strict=True):
        found = drawn.critical_value(*np.triu_indices(units, 1), level, DRAWS)
        assert found == pytest.approx(tabled, abs=0.02 if level < 0.8 else 0.012)


@pytest.mark.parametrize("level", [0.5, 0.8, 0.9, 0.95, 0.99, 0.999])
def test_one_difference_has_the_normal_quantile(level):
    assert critical(np.eye(2), [0], [1], level) == pytest.approx(stats.norm.ppf(0.5 + level / 2), abs=0.015)


def test_pairs_without_a_common_unit_are_independent():
    # 1 - alpha = (1 - p)^2 for two independent differences
    each = np.sqrt(0.95)
    found = critical(np.eye(4), [0, 2], [1, 3])
    assert found == pytest.approx(stats.norm.ppf(0.5 + each / 2), abs=0.012)


def test_one_unit_against_others_has_dunnetts_critical_value():
    # Dunnett (1964), two-sided, infinite degrees of freedom, correlation 1/2: 2.21 for two, 2.35 for three, 2.44 for 4
    for others, tabled in ((2, 2.212), (3, 2.349), (4, 2.442)):
        found = critical(np.eye(others + 1), np.zeros(others, int), np.arange(1, others + 1))
        assert found == pytest.approx(tabled, abs=0.012)


def test_a_pair_that_comes_twice_counts_once():
    assert critical(np.eye(2), [0, 1, 0], [1, 0, 1]) == pytest.approx(1.96, abs=0.012)


def test_correlated_units_need_a_smaller_value_than_independent_ones():
    # the first two units share all but a little: differences to the third are one and the same
    shared = np.linalg.cholesky([[1, 0.9999, 0], [0.9999, 1, 0], [0, 0, 1]])
    assert critical(shared, [0, 1], [2, 2]) == pytest.approx(1.96, abs=0.02)


@settings(max_examples=15)
@given(st.integers(-150, 150), st.integers(0, 50))
def test_the_unit_of_the_errors_does_not_matter(power, seed):
    root = np.diag(np.random.default_rng(seed).uniform(0.5, 2, 4))
    one = critical(root, *np.triu_indices(4, 1), draws=2000, seed=seed)
    # a power of two changes no digit
    assert critical(root * 2.0**power, *np.triu_indices(4, 1), draws=2000, seed=seed) == one


def test_blocks_of_draws_are_put_together_as_one(monkeypatch):
    pairs = np.triu_indices(6, 1)
    whole = critical(np.eye(6), *pairs, draws=3000)
    monkeypatch.setattr("weighting.comparing.critical._BLOCK", 15 * 700)  # 700 draws at a time, the last block short
    assert critical(np.eye(6), *pairs, draws=3000) == whole


def test_fewer_draws_are_the_first_of_all_draws():
    drawn = DifferenceDraws.of(np.eye(3), 4000, 5)
    pairs = np.triu_indices(3, 1)
    few, many = drawn.critical_value(*pairs, 0.95, 400), drawn.critical_value(*pairs, 0.95, 4000)
    assert few != many
    assert few == pytest.approx(many, abs=0.12)


def test_units_without_error_have_no_critical_value():
    assert critical(np.zeros((3, 3)), [0, 1], [1, 2], draws=100) == 0.0
    assert critical(np.diag([0.0, 0.0, 1.0]), [0], [1], draws=100) == 0.0


def test_pairs_that_cannot_differ_by_chance_leave_the_others_alone():
    root = np.diag([0.0, 0.0, 1.0, 1.0])
    alone = critical(root, [2], [3], draws=5000)
    assert critical(root, [0, 2], [1, 3], draws=5000) == alone


def test_the_critical_value_rises_with_the_level_and_with_every_pair():
    drawn = DifferenceDraws.of(np.diag([1.0, 2.0, 0.5, 1.5]), 8000, 2)
    first, second = np.triu_indices(4, 1)
    values = [drawn.critical_value(first, second, level, 8000) for level in (0.6, 0.8, 0.9, 0.95, 0.99)]
    assert values == sorted(set(values))
    by_pairs = [drawn.critical_value(first[:m], second[:m], 0.95, 8000) for m in range(1, 7)]
    assert all(more > less - 0.02 for less, more in itertools.pairwise(by_pairs))
    # never above Bonferroni's
    assert by_pairs[-1] < stats.norm.ppf(1 - 0.025 / 6) + 0.01


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.integers(2, 6))
def test_errors_of_differences_are_those_of_the_covariance(seed, units):
    root = np.random.default_rng(seed).normal(size=(units, units))
    gram = root @ root.T
    errors = difference_errors(root)
    for i in range(units):
        for j in range(units):
            expected = np.sqrt(max(gram[i, i] + gram[j, j] - 2 * gram[i, j], 0))
            assert errors[i, j] == pytest.approx(expected, abs=1e-6)
    assert (np.diagonal(errors) == 0).all()


def test_a_difference_that_is_rounding_has_no_error():
    assert difference_errors(np.array([[1.0], [1.0 + 1e-9]]))[0, 1] == 0.0
    assert difference_errors(np.array([[1.0], [1.0 + 1e-6]]))[0, 1] == pytest.approx(1e-6, rel=1e-3)


@pytest.mark.parametrize("simultaneous", [True, False])
@pytest.mark.parametrize("tiny", [1e-8, 1e-16, 1e-25, 1e-40, 1e-100, 1e-160, 1e-300])
@pytest.mark.parametrize(
    ("shape", "lower", "upper"),
    [
        ((0, 0, 0), [3, 2, 1], [3, 2, 1]),  # all vanish: every rank is sure
        ((1, 0, 0), [2, 2, 1], [3, 3, 1]),  # 1 differs from 3 by two errors, from 2 by one
        ((0, 1, 1), [2, 1, 1], [3, 3, 2]),  # 1 differs from 3 by two errors; 2 and 3 do not differ
    ],
)
def test_vanishing_errors_neither_warn_nor_blur_a_rank(simultaneous, tiny, shape, lower, upper):
    errors = np.where(shape, 1.0, tiny)
    values = [1.0, 2.0, 3.0] if shape != (0, 1, 1) else [0.0, 1.2, 2.6]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = rank_sets(values, errors, simultaneous=simultaneous, draws=4000)
    assert found.lower.tolist() == lower
    assert found.upper.tolist() == upper


@pytest.mark.parametrize("scale", [1e-120, 1e-60, 1e-12, 1e12, 1e60, 1e120])
def test_sets_of_tiny_and_of_huge_numbers_are_those_of_ordinary_ones(scale):
    rng = np.random.default_rng(3)
    values, errors = rng.normal(80, 4, 12), rng.uniform(0.5, 2, 12)
    plain = rank_sets(values, errors, draws=4000)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        other = rank_sets(values * scale, errors * scale, draws=4000)
    assert other.lower.tolist() == plain.lower.tolist()
    assert other.upper.tolist() == plain.upper.tolist()


def test_nearly_the_same_sample_tells_units_apart_that_hardly_differ():
    # correlation 1 - 1e-10: the error of the difference is 1.4e-5, of which seven digits of the parts know nothing
    covariance = np.array([[1.0, 1 - 1e-10], [1 - 1e-10, 1.0]])
    error = np.sqrt(2e-10)
    for away, told_apart in ((1.9 * error, False), (2.02 * error, True)):
        found = rank_sets([1.0 + away, 1.0], covariance=covariance)
        assert (found.upper[0] == 1) == told_apart
