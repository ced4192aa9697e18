"""Draws: the sample belongs to the seed and the cases, not to the order of the frame."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import weighting
from weighting import WeightingError, draw_stratified, inclusion_probabilities, rotate_random_numbers

RNG = np.random.default_rng(20260331)
PRN = RNG.random(400)
STRATA = np.repeat(["north", "south", "west"], [200, 150, 50])
SIZES = {"north": 20, "south": 15, "west": 10}


@given(st.permutations(range(60)))
def test_the_draw_does_not_depend_on_the_order_of_the_rows(order):
    order = np.array(order)
    prn, strata = PRN[:60], np.tile(["a", "b", "c"], 20)
    drawn = draw_stratified(prn, strata, 5, reserve=3)
    again = draw_stratified(prn[order], strata[order], 5, reserve=3)
    assert order[again.selected].tolist() == drawn.selected.tolist()
    assert order[again.reserve].tolist() == drawn.reserve.tolist()


def test_each_stratum_gives_its_smallest_numbers():
    draw = draw_stratified(PRN, STRATA, SIZES)
    for label, size in SIZES.items():
        members = np.flatnonzero(label == STRATA)
        expected = members[np.argsort(PRN[members])][:size]
        assert draw.selected[STRATA[draw.selected] == label].tolist() == expected.tolist()
    assert draw.weights.sum() == pytest.approx(400)


def test_a_larger_sample_keeps_everybody_and_takes_the_reserve_first():
    small = draw_stratified(PRN, STRATA, SIZES, reserve=5)
    large = draw_stratified(PRN, STRATA, {label: size + 5 for label, size in SIZES.items()})
    assert set(large.selected) == set(small.selected) | set(small.reserve)


def test_a_reserve_ends_where_the_stratum_ends():
    draw = draw_stratified(PRN, STRATA, SIZES, reserve={"north": 0, "south": 2, "west": 100})
    assert draw.reserve_sizes.tolist() == [0, 2, 40]
    assert draw.reserve.size == 42


def test_rounds_share_cases_or_avoid_them():
    first = set(draw_stratified(PRN, STRATA, SIZES).selected)
    same = set(draw_stratified(PRN, STRATA, {"north": 25, "south": 15, "west": 8}).selected)
    other = set(draw_stratified(rotate_random_numbers(PRN, 0.5), STRATA, SIZES).selected)
    assert len(first & same) == 20 + 15 + 8
    assert not first & other


def test_an_allocation_is_drawn_by_label_whatever_its_order():
    allocation = weighting.allocate(45, {"west": 50, "north": 200, "south": 150})
    draw = draw_stratified(PRN, STRATA, allocation)
    assert dict(zip(draw.labels, draw.sizes.tolist(), strict=True)) == allocation.by_stratum


def test_a_crowded_stratum_is_still_drawn_completely():
    # All numbers of stratum 1 lie near 1, far above any limit taken from its sampling fraction.
    prn = np.concatenate([np.linspace(0, 0.99, 1000), np.linspace(0.999, 0.9999, 1000)])
    draw = draw_stratified(prn, np.repeat([0, 1], 1000), 10)
    assert draw.selected.tolist() == [*range(10), *range(1000, 1010)]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"sizes": {"a": 3, "b": 1}}, "Stratum 'a' has 2 cases and is to give 3"),
        ({"sizes": {"a": 1, "b": 0}}, "Stratum 'b' has 2 cases and is to give 0"),
        ({"sizes": {"a": 1, "b": 1.5}}, "sizes of stratum 'b' is 1.5"),
        ({"reserve": -1}, "reserve of stratum 'a' is -1"),
        ({"sizes": {"a": 1}}, "stratum 'b' stands in the frame or in the sizes only"),
        ({"sizes": [1, 1, 1]}, "3 values for 2 strata"),
        ({"prn": [0.1, 0.2, 0.3]}, "3 random numbers for 4 cases"),
        ({"prn": [0.1, 0.2, 0.3, 1.0]}, "outside"),
        ({"prn": [0.1, 0.1, 0.3, 0.4]}, "Stratum 'a': two cases share the random number"),
    ],
)
def test_a_draw_that_cannot_be_made_is_refused_with_a_sentence(change, sentence):
    request = {"prn": [0.1, 0.2, 0.3, 0.4], "strata": list("aabb"), "sizes": 1} | change
    with pytest.raises(WeightingError, match=sentence):
        draw_stratified(**request)


def test_simple_random_rows_are_the_smallest_numbers():
    assert weighting.simple_random_rows(PRN, 5).tolist() == np.argsort(PRN)[:5].tolist()
    with pytest.raises(WeightingError, match="401 of 400"):
        weighting.simple_random_rows(PRN, 401)


@given(st.integers(1, 200), st.data(), st.floats(0, 1, exclude_max=True), st.booleans())
def test_a_systematic_draw_has_n_different_rows(population, data, start, circular):
    n = data.draw(st.integers(1, population))
    rows = weighting.systematic_rows(population, n, start, circular=circular)
    assert np.unique(rows).size == n
    assert rows.min() >= 0
    assert rows.max() < population


@given(st.lists(st.floats(0.1, 100), min_size=2, max_size=40), st.data())
def test_inclusion_probabilities_add_up_and_never_exceed_one(sizes, data):
    n = data.draw(st.integers(1, len(sizes)))
    chances = inclusion_probabilities(sizes, n)
    assert chances.sum() == pytest.approx(n)
    assert np.all((chances > 0) & (chances <= 1))
    start = data.draw(st.floats(0, 1, exclude_max=True))
    assert np.unique(weighting.systematic_pps_rows(chances, start)).size == n


def test_systematic_pps_keeps_the_inclusion_probabilities():
    chances = inclusion_probabilities([5, 1, 9, 2, 30, 3], 3)
    joint = weighting.joint_probabilities(chances, "systematic")
    starts = (np.arange(1000) + 0.5) / 1000
    counts = np.zeros(6)
    for start in starts:
        counts[weighting.systematic_pps_rows(chances, start)] += 1
    np.testing.assert_allclose(counts / 1000, chances, atol=0.002)
    np.testing.assert_allclose(joint.sum(axis=1), 3 * chances)


@pytest.mark.parametrize("method", [weighting.sampford_rows, weighting.brewer_rows])
def test_fixed_size_pps_draws_keep_the_inclusion_probabilities(method):
    chances, prn = inclusion_probabilities([4, 1, 3, 2, 50, 5, 2], 3), PRN[:7]
    counts = np.zeros(7)
    for draw in range(1500):
        rows = method(chances, prn, f"draw {draw}")
        assert rows.size == np.unique(rows).size == 3
        counts[rows] += 1
    assert counts[4] == 1500
    np.testing.assert_allclose(counts / 1500, chances, atol=4 * np.sqrt(0.25 / 1500))


@pytest.mark.parametrize("method", [weighting.sampford_rows, weighting.brewer_rows])
def test_pps_draws_do_not_depend_on_the_order_of_the_rows(method):
    chances, order = inclusion_probabilities(RNG.uniform(1, 5, 12), 4), RNG.permutation(12)
    rows = method(chances, PRN[:12], "2026")
    assert sorted(order[method(chances[order], PRN[:12][order], "2026")]) == rows.tolist()


@pytest.mark.parametrize(("units", "n"), [(5, 2), (6, 3), (7, 4), (4, 1)])
def test_sampfords_joint_probabilities_are_those_of_the_whole_design(units, n):
    chances = inclusion_probabilities(np.arange(units) + 3, n)
    odds, design = chances / (1 - chances), np.zeros((units, units))
    for sample in map(list, itertools.combinations(range(units), n)):
        design[np.ix_(sample, sample)] += np.prod(odds[sample]) * np.sum(1 - chances[sample])
    design *= n / np.trace(design)
    np.testing.assert_allclose(weighting.joint_probabilities(chances, "sampford"), design, atol=1e-12)


def test_poisson_joint_probabilities_are_products_and_simple_ones_are_equal():
    poisson = weighting.joint_probabilities([0.5, 0.2], "poisson")
    np.testing.assert_allclose(poisson, [[0.5, 0.1], [0.1, 0.2]])
    simple = weighting.joint_probabilities(np.full(5, 0.4), "simple")
    np.testing.assert_allclose(simple.sum(axis=1), 2 * 0.4)
    with pytest.raises(WeightingError, match="these differ"):
        weighting.joint_probabilities([0.5, 0.2, 0.3], "simple")


def test_probabilities_that_are_no_sample_are_refused():
    with pytest.raises(WeightingError, match=r"add up to 1\.2"):
        weighting.systematic_pps_rows([0.5, 0.7], 0.1)
    with pytest.raises(WeightingError, match="2 units with a size and 3"):
        inclusion_probabilities([1, 0, 2], 3)
