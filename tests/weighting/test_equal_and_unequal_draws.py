"""Draws recomputed by hand: systematic, Poisson, Sampford, Brewer; their boundaries and their refusals."""

import hashlib
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weighting import (
    WeightingError,
    brewer_rows,
    inclusion_probabilities,
    joint_probabilities,
    poisson_rows,
    sampford_rows,
    simple_random_rows,
    systematic_pps_rows,
    systematic_rows,
)

#: probabilities with sum 2, as fractions of 10
TENTHS = np.array([1, 2, 4, 5, 8]) / 10


# -- inclusion probabilities ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sizes", "n", "chances"),
    [
        ([1, 1, 1, 1], 2, [0.5, 0.5, 0.5, 0.5]),
        ([1, 2, 3, 4], 1, [0.1, 0.2, 0.3, 0.4]),
        ([1, 2, 3, 4], 2, [0.2, 0.4, 0.6, 0.8]),
        # 4 of 10 at n = 3 would be 1.2: certain; then 2 of 1 + 2 + 3: the 3 gives 1 exactly, and is certain too
        ([1, 2, 3, 4], 3, [1 / 3, 2 / 3, 1, 1]),
        ([1, 2, 3, 4], 4, [1, 1, 1, 1]),
        # 100 is certain first; only then 50 of 53 goes beyond 1 as well
        ([100, 50, 2, 1], 3, [1, 1, 2 / 3, 1 / 3]),
        ([0, 5, 0, 5], 1, [0, 0.5, 0, 0.5]),
        ([0, 5, 0, 7], 2, [0, 1, 0, 1]),
        ([3], 1, [1]),
        ([1e300, 1e300, 1e-300], 1, [0.5, 0.5, 0]),
    ],
)
def test_probabilities_go_by_size_and_large_units_are_certain(sizes, n, chances):
    np.testing.assert_allclose(inclusion_probabilities(sizes, n), chances, atol=1e-12)


@given(st.lists(st.integers(0, 50), min_size=1, max_size=12).filter(any), st.data(), st.floats(0.01, 100))
def test_probabilities_know_neither_unit_nor_order(sizes, data, unit):
    n = data.draw(st.integers(1, int(np.count_nonzero(sizes))))
    order = np.array(data.draw(st.permutations(range(len(sizes)))))
    one = inclusion_probabilities(sizes, n)
    np.testing.assert_allclose(inclusion_probabilities(np.array(sizes) * unit, n), one, atol=1e-9)
    np.testing.assert_allclose(inclusion_probabilities(np.array(sizes)[order], n), one[order], atol=1e-12)
    assert ((one == 0) == (np.array(sizes) == 0)).all()
    below = one < 1 - 1e-12
    if below.any():  # what is not certain stays in proportion, and no certain unit is smaller than the others
        assert np.ptp(one[below & (one > 0)] / np.array(sizes)[below & (one > 0)]) < 1e-12
        assert max(np.array(sizes)[below]) <= min(np.array(sizes)[~below], default=np.inf)


@pytest.mark.parametrize(
    ("sizes", "n", "sentence"),
    [
        ([1, -1], 1, "A size measure is negative or missing: give a number of at least 0 for each unit"),
        ([1, np.nan], 1, "A size measure is negative or missing"),
        ([1, np.inf], 1, "A size measure is negative or missing"),
        ([], 1, "A size measure is negative or missing"),
        ([[1, 2]], 1, "A size measure is negative or missing"),
        ([1, 2], 0, "There are 2 units with a size and 0 are to be drawn"),
        ([1, 0, 2], 3, "There are 2 units with a size and 3 are to be drawn"),
    ],
)
def test_sizes_that_give_no_probabilities_are_refused(sizes, n, sentence):
    with pytest.raises(WeightingError, match=sentence):
        inclusion_probabilities(sizes, n)


# -- equal probabilities ----------------------------------------------------------------------------------------------


def test_simple_random_rows_come_smallest_number_first_and_ties_in_order():
    assert simple_random_rows([0.4, 0.1, 0.3, 0.1, 0.0], 5).tolist() == [4, 1, 3, 2, 0]
    assert simple_random_rows([0.4, 0.1, 0.3], 1).tolist() == [1]
    assert simple_random_rows([0.0], 1).tolist() == [0]


@pytest.mark.parametrize(
    ("population", "n", "start", "rows"),
    [
        (10, 5, 0.0, [0, 2, 4, 6, 8]),
        (10, 5, 0.49, [0, 2, 4, 6, 8]),
        (10, 5, 0.5, [1, 3, 5, 7, 9]),
        (10, 5, 0.999999, [1, 3, 5, 7, 9]),
        (10, 4, 0.0, [0, 2, 5, 7]),
        (10, 4, 0.9, [2, 4, 7, 9]),
        (7, 7, 0.3, [0, 1, 2, 3, 4, 5, 6]),
        (1, 1, 0.0, [0]),
        (5, 1, 0.99, [4]),
    ],
)
def test_systematic_rows_are_every_kth_from_the_start(population, n, start, rows):
    assert systematic_rows(population, n, start).tolist() == rows


@pytest.mark.parametrize(
    ("population", "n", "start", "rows"),
    [
        (10, 5, 0.0, [0, 2, 4, 6, 8]),
        (10, 5, 0.3, [3, 5, 7, 9, 1]),
        (10, 4, 0.85, [8, 0, 3, 5]),
        (10, 3, 0.99, [9, 2, 5]),
        (3, 3, 0.5, [1, 2, 0]),
    ],
)
def test_a_circular_draw_goes_round_the_end_of_the_frame(population, n, start, rows):
    assert systematic_rows(population, n, start, circular=True).tolist() == rows


@settings(max_examples=30)
@given(st.integers(1, 12), st.data(), st.booleans())
def test_over_all_starts_every_row_has_the_same_chance(population, data, circular):
    n = data.draw(st.integers(1, population))
    steps = 60 * population
    counts = np.zeros(population)
    for step in range(steps):
        counts[systematic_rows(population, n, (step + 0.5) / steps, circular=circular)] += 1
    np.testing.assert_allclose(counts / steps, n / population, atol=2 / steps * n)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: systematic_rows(10, 0, 0.5), "0 of 10 cases cannot be drawn: give a size from 1 to 10"),
        (lambda: systematic_rows(10, 11, 0.5), "11 of 10 cases cannot be drawn"),
        (lambda: systematic_rows(10, 5, 1.0), r"The start 1.0 lies outside \[0, 1\)"),
        (lambda: systematic_rows(10, 5, -0.1), r"The start -0.1 lies outside \[0, 1\)"),
        (lambda: simple_random_rows([0.1, 0.2], 3), "3 of 2 cases cannot be drawn: give a size from 1 to 2"),
        (lambda: simple_random_rows([0.1, 1.0], 1), r"A random number lies outside \[0, 1\)"),
        (lambda: simple_random_rows([0.1, -0.1], 1), r"A random number lies outside \[0, 1\)"),
        (lambda: simple_random_rows([0.1, np.nan], 1), r"A random number lies outside \[0, 1\)"),
        (lambda: simple_random_rows([[0.1]], 1), r"A random number lies outside \[0, 1\)"),
        (lambda: simple_random_rows([], 1), r"A random number lies outside \[0, 1\)"),
        (lambda: systematic_pps_rows([0.5, 0.5], 1.0), r"The start 1.0 lies outside \[0, 1\)"),
        (lambda: systematic_pps_rows([1.5, 0.5], 0.1), r"An inclusion probability lies outside \[0, 1\]"),
        (lambda: systematic_pps_rows([-0.5, 0.5, 1], 0.1), r"An inclusion probability lies outside \[0, 1\]"),
        (lambda: systematic_pps_rows([[0.5, 0.5]], 0.1), r"An inclusion probability lies outside \[0, 1\]"),
        (lambda: systematic_pps_rows([], 0.1), r"An inclusion probability lies outside \[0, 1\]"),
        (lambda: systematic_pps_rows([0.5, 0.4], 0.1), "probabilities add up to 0.9, which is no sample size"),
        (lambda: systematic_pps_rows([0.5, 0.50001], 0.1), "probabilities add up to 1.00001, which is no sample"),
        (lambda: systematic_pps_rows([0.0, 0.0], 0.1), "probabilities add up to 0, which is no sample size"),
        (lambda: poisson_rows([0.1], [0.1, 0.2]), "There are 1 random numbers and 2 probabilities"),
        (lambda: poisson_rows([0.1, 0.2], [0.1, 1.2]), r"An inclusion probability lies outside \[0, 1\]"),
        (lambda: poisson_rows([0.1, 1.2], [0.1, 0.2]), r"A random number lies outside \[0, 1\)"),
        (lambda: sampford_rows([0.5, 0.5], [0.1], "s"), "There are 1 random numbers and 2 probabilities"),
        (lambda: brewer_rows([0.5, 0.5], [0.1, 0.2, 0.3], "s"), "There are 3 random numbers and 2 probabilities"),
        (lambda: brewer_rows([0.5, 0.6], [0.1, 0.2], "s"), "probabilities add up to 1.1, which is no sample size"),
        (lambda: joint_probabilities([0.5, 0.5], "pareto"), "'pareto' is not one of sampford, systematic, poisson, s"),
        (lambda: joint_probabilities([0.4, 0.6], "simple"), "gives every unit the same probability; these differ"),
        (lambda: joint_probabilities([0.4, 0.5], "sampford"), "add up to 0.9, which is no sample size"),
        (lambda: joint_probabilities([0.4, 0.5], "systematic"), "add up to 0.9, which is no sample size"),
    ],
)
def test_a_draw_that_cannot_be_made_says_why(call, sentence):
    with pytest.raises(WeightingError, match=sentence):
        call()


# -- unequal probabilities --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "rows"),
    [
        # cumulated: 0.1, 0.3, 0.7, 1.2, 2.0
        (0.0, [0, 3]),
        (0.0999, [0, 3]),
        (0.1, [1, 3]),
        (0.1999, [1, 3]),
        (0.2, [1, 4]),
        (0.2999, [1, 4]),
        (0.3, [2, 4]),
        (0.6999, [2, 4]),
        (0.7, [3, 4]),
        (0.9999999, [3, 4]),
    ],
)
def test_systematic_pps_takes_the_units_in_whose_interval_the_points_fall(start, rows):
    assert systematic_pps_rows(TENTHS, start).tolist() == rows


def test_units_of_probability_0_are_never_and_those_of_1_always_drawn():
    for start in np.linspace(0, 0.999999999, 50):
        assert systematic_pps_rows([0.0, 1.0, 0.0, 0.5, 0.5, 0.0], start).tolist() in ([1, 3], [1, 4])


@pytest.mark.parametrize("start", [0.0, 0.5, 0.9999999999999])
def test_a_whole_frame_of_thirds_loses_nobody_to_rounding(start):
    rows = systematic_pps_rows(np.full(300, 1 / 3), start)
    assert rows.size == np.unique(rows).size == 100
    assert rows.max() < 300


def test_poisson_takes_numbers_below_and_not_at_the_probability():
    assert poisson_rows([0.5, 0.5, 0.0, 0.0, 0.999], [0.5, 0.5000001, 0.0, 0.1, 1.0]).tolist() == [1, 3, 4]
    assert poisson_rows([0.5], [0.5]).size == 0


def number(seed, key):
    digest = hashlib.sha256(seed.encode() + b"\0" + key.encode()).digest()
    return (int.from_bytes(digest[:8], "big") >> 11) / 2**53


def chosen(weights, at):
    """The first unit at which the cumulated share of the weights exceeds a number."""
    reached = np.cumsum(weights) / np.sum(weights)
    return int(np.flatnonzero(reached > at)[0])


def sampford_by_hand(chances, prn, seed):
    """Sampford (1967): the first unit by pi, the others by pi / (1 - pi) with replacement; all thrown away at a tie."""
    order = [i for i in np.argsort(prn) if 0 < chances[i] < 1]
    certain = [i for i in range(len(prn)) if chances[i] == 1]
    p = chances[order]
    n = round(p.sum())
    for attempt in itertools.count():
        at = [number(seed, f"sampford {attempt} {place}") for place in range(n)]
        found = [chosen(p, at[0]), *(chosen(p / (1 - p), a) for a in at[1:])]
        if len(set(found)) == n:
            return sorted([*certain, *(int(order[i]) for i in found)])
    return None


def brewer_by_hand(chances, prn, seed):
    """Brewer (1975): draw by draw, with pi (n - sum - pi) / (n - sum - pi (n - k + 1)) for the k-th draw."""
    order = [i for i in np.argsort(prn) if 0 < chances[i] < 1]
    found = [i for i in range(len(prn)) if chances[i] == 1]
    left = list(order)
    n = round(sum(chances[order]))
    for k in range(1, n + 1):
        rest = n - sum(chances[i] for i in order if i not in left)
        weights = [chances[i] * (rest - chances[i]) / (rest - chances[i] * (n - k + 1)) for i in left]
        found.append(left.pop(chosen(weights, number(seed, f"brewer {k - 1}"))))
    return sorted(int(i) for i in found)


@settings(max_examples=60)
@given(st.integers(2, 9), st.data(), st.integers(0, 10_000))
def test_anybody_can_draw_the_same_sample_again(units, data, seed):
    rng = np.random.default_rng(seed)
    chances = inclusion_probabilities(rng.integers(1, 12, units), data.draw(st.integers(1, units - 1)))
    prn, said = rng.random(units), f"2026-03-31 {seed}"
    assert sampford_rows(chances, prn, said).tolist() == sampford_by_hand(chances, prn, said)
    assert brewer_rows(chances, prn, said).tolist() == brewer_by_hand(chances, prn, said)


def design_of(method, chances, draws=4000):
    prn = np.linspace(0.05, 0.95, len(chances))
    joint = np.zeros((len(chances), len(chances)))
    for draw in range(draws):
        rows = method(chances, prn, f"draw {draw}")
        joint[np.ix_(rows, rows)] += 1 / draws
    return joint


def test_sampfords_draws_have_sampfords_joint_probabilities():
    found, exact = design_of(sampford_rows, TENTHS), joint_probabilities(TENTHS, "sampford")
    np.testing.assert_allclose(found, exact, atol=4 * np.sqrt(0.25 / 4000))


def exact_brewer(chances):
    """Joint probabilities of Brewer's method over all orders of two draws."""
    size = len(chances)
    joint = np.diag(chances).astype(float)
    first = chances * (2 - chances) / (2 - chances * 2)
    first /= first.sum()
    for i in range(size):
        second = np.array([0 if j == i else chances[j] for j in range(size)])  # the factor is 1 in the last draw
        for j in range(size):
            if j != i:
                chance = first[i] * second[j] / second.sum()
                joint[i, j] += chance
                joint[j, i] += chance
    return joint


def test_brewers_draws_have_brewers_joint_probabilities():
    exact = exact_brewer(TENTHS)
    np.testing.assert_allclose(exact.sum(axis=1), 2 * TENTHS, atol=1e-12)
    np.testing.assert_allclose(design_of(brewer_rows, TENTHS), exact, atol=4 * np.sqrt(0.25 / 4000))


def test_so_large_a_sample_that_every_attempt_repeats_a_unit_is_refused():
    chances = np.full(40, 0.95)
    with pytest.raises(WeightingError, match="found no draw of 38 different units in 20000 attempts: use brewer_rows"):
        sampford_rows(chances, np.linspace(0, 0.9, 40), "2026")
    assert brewer_rows(chances, np.linspace(0, 0.9, 40), "2026").size == 38
