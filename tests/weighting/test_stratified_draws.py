"""Stratified draws by hand: who is selected, who waits, with which weight; and each refusal with its sentence."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weighting import (
    Design,
    WeightingError,
    allocate,
    draw_stratified,
    mean,
    permanent_random_numbers,
    rotate_random_numbers,
)

PRN = [0.50, 0.10, 0.30, 0.20, 0.90, 0.05, 0.40, 0.60]
STRATA = ["b", "a", "b", "a", "a", "b", "b", "b"]
#: a: rows 1 (.10), 3 (.20), 4 (.90); b: rows 5 (.05), 2 (.30), 6 (.40), 0 (.50), 7 (.60)


def test_selected_and_reserve_come_by_stratum_and_then_by_number():
    draw = draw_stratified(PRN, STRATA, {"a": 2, "b": 3}, reserve={"a": 1, "b": 1})
    assert draw.labels == ("a", "b")
    assert draw.selected.tolist() == [1, 3, 5, 2, 6]
    assert draw.reserve.tolist() == [4, 0]
    assert draw.population.tolist() == [3, 5]
    assert draw.sizes.tolist() == [2, 3]
    assert draw.reserve_sizes.tolist() == [1, 1]
    np.testing.assert_allclose(draw.inclusion_probabilities, [2 / 3, 2 / 3, 3 / 5, 3 / 5, 3 / 5])
    np.testing.assert_allclose(draw.weights, [1.5, 1.5, 5 / 3, 5 / 3, 5 / 3])


@pytest.mark.parametrize(
    ("sizes", "selected"),
    [
        ({"b": 1, "a": 1}, [1, 5]),
        ([1, 2], [1, 5, 2]),
        (2, [1, 3, 5, 2]),
        (np.array([3, 5]), [1, 3, 4, 5, 2, 6, 0, 7]),
        ({"a": 1.0, "b": 2.0}, [1, 5, 2]),
    ],
)
def test_sizes_may_come_by_label_in_sorted_order_or_as_one(sizes, selected):
    draw = draw_stratified(PRN, STRATA, sizes)
    assert draw.selected.tolist() == selected
    assert draw.reserve.size == 0
    assert draw.reserve_sizes.tolist() == [0, 0]


@pytest.mark.parametrize(
    ("reserve", "waiting", "sizes"),
    [
        (0, [], [0, 0]),
        (1, [4, 2], [1, 1]),
        (99, [4, 2, 6, 0, 7], [1, 4]),
        ({"a": 0, "b": 2}, [2, 6], [0, 2]),
        ([1, 0], [4], [1, 0]),
    ],
)
def test_the_reserve_goes_on_where_the_sample_ends(reserve, waiting, sizes):
    draw = draw_stratified(PRN, STRATA, {"a": 2, "b": 1}, reserve=reserve)
    assert draw.reserve.tolist() == waiting
    assert draw.reserve_sizes.tolist() == sizes


def test_an_allocation_brings_its_sizes_by_label():
    draw = draw_stratified(PRN, STRATA, allocate(4, {"b": 5, "a": 3}, method="equal"))
    assert draw.sizes.tolist() == [2, 2]


def test_one_stratum_and_a_complete_draw():
    draw = draw_stratified([0.3, 0.1, 0.2], ["x"] * 3, 3)
    assert draw.selected.tolist() == [1, 2, 0]
    assert draw.weights.tolist() == [1, 1, 1]


@given(st.integers(0, 10_000), st.integers(1, 6), st.integers(0, 5))
def test_every_draw_is_the_smallest_numbers_of_each_stratum(seed, size, reserve):
    rng = np.random.default_rng(seed)
    strata = rng.choice(["p", "q", "r"], 60, p=[0.2, 0.3, 0.5])
    strata[:18] = np.repeat(["p", "q", "r"], 6)
    prn = rng.random(60)
    draw = draw_stratified(prn, strata, size, reserve=reserve)
    place = 0
    for label in ("p", "q", "r"):
        members = np.flatnonzero(strata == label)
        order = members[np.argsort(prn[members])]
        assert draw.selected[place : place + size].tolist() == order[:size].tolist()
        assert [row for row in draw.reserve.tolist() if strata[row] == label] == order[size : size + reserve].tolist()
        place += size


@given(st.integers(0, 10_000), st.integers(1, 9))
def test_a_larger_sample_holds_every_smaller_one(seed, size):
    prn, strata = np.random.default_rng(seed).random(40), np.tile(["a", "b"], 20)
    small, large = draw_stratified(prn, strata, size), draw_stratified(prn, strata, size + 1)
    assert set(small.selected) < set(large.selected)


def test_many_strata_are_drawn_each_for_itself():
    size = 70_000  # more strata than a 16-bit number tells apart
    prn = permanent_random_numbers("many", [str(i) for i in range(2 * size)])
    draw = draw_stratified(prn, np.tile(np.arange(size), 2), 1)
    assert draw.selected.size == size
    rows = np.where(prn[:size] < prn[size:], np.arange(size), np.arange(size) + size)
    assert (draw.selected == rows).all()


@pytest.mark.parametrize(
    ("prn", "refused"),
    [
        ([0.1, 0.2, 0.2, 0.9], True),  # the second and the third stand at the edge
        ([0.1, 0.1, 0.3, 0.9], False),  # both are drawn
        ([0.1, 0.2, 0.9, 0.9], False),  # neither is
    ],
)
def test_only_a_tie_at_the_edge_of_the_sample_is_refused(prn, refused):
    if refused:
        with pytest.raises(WeightingError, match="'x': two cases share the random number at the edge of the sample"):
            draw_stratified(prn, ["x"] * 4, 2)
    else:
        assert sorted(draw_stratified(prn, ["x"] * 4, 2).selected.tolist()) == [0, 1]


def test_the_same_number_in_two_strata_is_no_tie():
    draw = draw_stratified([0.1, 0.5, 0.5, 0.7], ["x", "x", "y", "y"], [2, 1])
    assert draw.selected.tolist() == [0, 1, 2]
    draw = draw_stratified([0.1, 0.5, 0.1, 0.7], ["x", "x", "y", "y"], 1)
    assert draw.selected.tolist() == [0, 2]


def test_a_tie_of_the_last_two_of_a_stratum_that_is_drawn_whole_is_none():
    assert draw_stratified([0.5, 0.5], ["x", "x"], 2).selected.size == 2


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"prn": [0.1] * 7}, "There are 7 random numbers for 8 cases: give one for each case"),
        ({"prn": [-0.1, *PRN[1:]]}, r"A random number lies outside \[0, 1\)"),
        ({"prn": [1.0, *PRN[1:]]}, r"A random number lies outside \[0, 1\)"),
        ({"prn": [np.nan, *PRN[1:]]}, r"A random number lies outside \[0, 1\)"),
        ({"strata": [None, *STRATA[1:]]}, "strata has no label in row 0: give every row one"),
        ({"sizes": {"a": 4, "b": 1}}, "'a' has 3 cases and is to give 4: give a size from 1 to the number of cases"),
        ({"sizes": 0}, "'a' has 3 cases and is to give 0"),
        ({"sizes": [1, 1.5]}, "sizes of stratum 'b' is 1.5: give a whole number from 0"),
        ({"sizes": [-1, 1]}, "sizes of stratum 'a' is -1: give a whole number from 0"),
        ({"sizes": [1, 1, 1]}, "sizes has 3 values for 2 strata: give one for each stratum"),
        ({"sizes": {"a": 1, "b": 1, "c": 1}}, "sizes: stratum 'c' stands in the frame or in the sizes only"),
        ({"reserve": {"a": 1}}, "reserve: stratum 'b' stands in the frame or in the sizes only"),
        ({"reserve": 0.5}, "reserve of stratum 'a' is 0.5: give a whole number from 0"),
        ({"sizes": allocate(2, {"a": 3, "c": 5})}, "sizes: stratum 'b' stands in the frame or in the sizes only"),
    ],
)
def test_a_draw_that_cannot_be_made_names_stratum_and_number(change, sentence):
    with pytest.raises(WeightingError, match=sentence):
        draw_stratified(**({"prn": PRN, "strata": STRATA, "sizes": 1} | change))


def test_the_mean_over_all_samples_is_the_mean_of_the_frame():
    # every pair of the three rows of a and every row of b: 3 * 2 samples, each as likely
    y = np.array([1.0, 4.0, 10.0, 3.0, 8.0])
    strata, found = np.array(list("aaabb")), []
    for first in ([0.1, 0.2, 0.3], [0.1, 0.3, 0.2], [0.3, 0.1, 0.2]):
        for second in ([0.1, 0.2], [0.2, 0.1]):
            draw = draw_stratified([*first, *second], strata, {"a": 2, "b": 1})
            design = Design(strata[draw.selected], weights=draw.weights, lonely_psu="certainty")
            found.append(float(mean(design, y[draw.selected]).value))
    assert np.mean(found) == pytest.approx(y.mean())


# -- permanent random numbers -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shift", "moved"),
    [
        (0.0, [0.0, 0.25, 0.75]),
        (0.25, [0.75, 0.0, 0.5]),
        (1.0, [0.0, 0.25, 0.75]),
        (-0.25, [0.25, 0.5, 0.0]),
        (2.75, [0.25, 0.5, 0.0]),
    ],
)
def test_numbers_move_round_the_circle(shift, moved):
    assert rotate_random_numbers(np.array([0.0, 0.25, 0.75]), shift).tolist() == moved


def test_the_tiniest_step_back_from_0_is_0_and_not_1():
    assert rotate_random_numbers(np.array([0.0]), 1e-30).tolist() == [0.0]
    assert rotate_random_numbers(np.array([0.5]), 0.5).tolist() == [0.0]


@pytest.mark.parametrize(
    ("prn", "shift"), [([1.0], 0.1), ([-0.1], 0.1), ([np.nan], 0.1), ([0.5], np.inf), ([0.5], np.nan)]
)
def test_numbers_off_the_circle_are_refused(prn, shift):
    with pytest.raises(WeightingError, match=r"Random numbers lie in \[0, 1\), and the shift is a finite number"):
        rotate_random_numbers(np.array(prn), shift)


@given(st.floats(0.01, 0.49), st.integers(0, 1000))
def test_rotation_replaces_as_many_as_it_moves(shift, seed):
    # evenly spread numbers, half the frame drawn: a shift of s replaces 2 s of the sample
    prn = (np.arange(200) + 0.5) / 200
    order = np.random.default_rng(seed).permutation(200)
    first = set(draw_stratified(prn[order], ["x"] * 200, 100).selected)
    second = set(draw_stratified(rotate_random_numbers(prn[order], shift), ["x"] * 200, 100).selected)
    assert len(first - second) == pytest.approx(200 * shift, abs=1)


def test_a_seed_and_a_key_are_kept_apart():
    one = permanent_random_numbers("ab", ["c"])[0]
    assert one != permanent_random_numbers("a", ["bc"])[0]
    assert permanent_random_numbers("s", []).size == 0
    assert (
        permanent_random_numbers("s", (key for key in ["k"])).tolist() == permanent_random_numbers("s", ["k"]).tolist()
    )


def test_the_first_key_that_comes_again_is_named():
    with pytest.raises(WeightingError, match="The case key 'b' comes twice in the frame: remove the duplicate before"):
        permanent_random_numbers("s", ["a", "b", "c", "b", "a"])
    with pytest.raises(WeightingError, match="A case key is not text: turn every key into a string before the draw"):
        permanent_random_numbers("s", ["a", None])
