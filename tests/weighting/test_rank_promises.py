"""Rank sets: what must not matter, what follows from few units by hand, and each refusal with its sentence."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weighting import Design, WeightingError, mean, rank_sets

FEW = {"draws": 1600}


@st.composite
def leagues(draw):
    size, seed = draw(st.integers(2, 7)), draw(st.integers(0, 10_000))
    rng = np.random.default_rng(seed)
    return rng.normal(0, draw(st.sampled_from([0.5, 2, 6])), size).round(3), rng.uniform(0.3, 1.2, size).round(3)


@settings(max_examples=30)
@given(leagues(), st.integers(0, 1000))
def test_nearly_all_bounds_stay_whatever_the_order_of_the_units(league, seed):
    values, errors = league
    order = np.random.default_rng(seed).permutation(len(values))
    one, other = rank_sets(values, errors, **FEW), rank_sets(values[order], errors[order], **FEW)
    assert other.rank.tolist() == one.rank[order].tolist()
    assert np.abs(other.lower - one.lower[order]).max() <= 1
    assert np.abs(other.upper - one.upper[order]).max() <= 1


@settings(max_examples=30)
@given(leagues(), st.integers(-5, 5), st.integers(-6, 6))
def test_neither_a_shift_nor_a_unit_moves_a_rank(league, shift, power):
    values, errors = league
    one = rank_sets(values, errors, **FEW)
    # whole shifts of thousandths and powers of two keep every difference to its last digits
    other = rank_sets((values + shift) * 2.0**power, errors * 2.0**power, **FEW)
    assert other.rank.tolist() == one.rank.tolist()
    assert np.abs(other.lower - one.lower).max() <= 1
    assert np.abs(other.upper - one.upper).max() <= 1


@settings(max_examples=30)
@given(leagues(), st.booleans())
def test_the_league_upside_down_has_the_sets_upside_down(league, simultaneous):
    values, errors = league
    size = len(values)
    one = rank_sets(values, errors, simultaneous=simultaneous, **FEW)
    other = rank_sets(-values, errors, simultaneous=simultaneous, **FEW)
    assert other.lower.tolist() == (size + 1 - one.upper).tolist()
    assert other.upper.tolist() == (size + 1 - one.lower).tolist()


@settings(max_examples=30)
@given(leagues(), st.booleans())
def test_a_rank_lies_in_its_set_and_a_higher_level_never_narrows_it(league, simultaneous):
    values, errors = league
    sets = [rank_sets(values, errors, level=level, simultaneous=simultaneous, **FEW) for level in (0.5, 0.9, 0.99)]
    for found in sets:
        assert (found.lower <= found.rank).all()
        assert (found.rank <= found.upper).all()
        assert (found.upper <= len(values)).all()
        assert (found.lower >= 1).all()
    for less, more in itertools.pairwise(sets):
        assert (more.lower <= less.lower).all()
        assert (more.upper >= less.upper).all()


@settings(max_examples=20)
@given(leagues())
def test_errors_and_their_diagonal_covariance_are_the_same(league):
    values, errors = league
    one, other = rank_sets(values, errors, **FEW), rank_sets(values, covariance=np.diag(errors**2), **FEW)
    assert other.rank.tolist() == one.rank.tolist()
    assert np.abs(other.lower - one.lower).max() <= 1
    assert np.abs(other.upper - one.upper).max() <= 1


def test_ties_share_the_best_rank_and_the_next_one_is_left_out():
    found = rank_sets([3.0, 5.0, 5.0, 1.0, 3.0], np.zeros(5))
    assert found.rank.tolist() == [3, 1, 1, 5, 3]
    assert found.lower.tolist() == [3, 1, 1, 5, 3]
    assert found.upper.tolist() == [4, 2, 2, 5, 4]
    assert found.possibly_best.tolist() == [1, 2]
    assert found.possibly_last.tolist() == [3]


def test_a_middle_field_may_neither_be_first_nor_last():
    # 0, 10 and 20 are far apart; two units in the middle are not told apart
    found = rank_sets([0.0, 10.0, 10.5, 20.0], [1.0, 1.0, 1.0, 1.0])
    assert found.rank.tolist() == [4, 3, 2, 1]
    assert found.lower.tolist() == [4, 2, 2, 1]
    assert found.upper.tolist() == [4, 3, 3, 1]
    assert found.possibly_best.tolist() == [3]
    assert found.possibly_last.tolist() == [0]


def test_one_unit_alone_holds_the_only_rank():
    found = rank_sets([7.0], [2.0])
    assert (found.rank.tolist(), found.lower.tolist(), found.upper.tolist()) == ([1], [1], [1])
    assert found.possibly_best.tolist() == found.possibly_last.tolist() == [0]


def test_the_result_says_what_kind_of_statement_it_is():
    found = rank_sets([1.0, 2.0], [1.0, 1.0], level=0.8, simultaneous=False)
    assert (found.level, found.simultaneous) == (0.8, False)
    default = rank_sets([1.0, 2.0], [1.0, 1.0])
    assert (default.level, default.simultaneous) == (0.95, True)
    assert default.columns() == {"rank": [2, 1], "lower": [1, 1], "upper": [2, 2]}


@pytest.mark.parametrize(("level", "critical"), [(0.5, 0.6745), (0.8, 1.2816), (0.9, 1.6449), (0.99, 2.5758)])
@pytest.mark.parametrize("simultaneous", [True, False])
def test_two_units_are_told_apart_beyond_the_normal_quantile(level, critical, simultaneous):
    errors = [0.6, 0.8]  # the difference has an error of 1
    for away, apart in ((critical - 0.03, False), (critical + 0.03, True)):
        found = rank_sets([away, 0.0], errors, level=level, simultaneous=simultaneous)
        assert (found.upper[0] == 1) == apart
        assert (found.lower[1] == 2) == apart


def test_welchs_degrees_of_freedom_come_from_both_errors():
    # variances 0.64 and 0.36 on 4 and 3 degrees of freedom: 1 / (0.64^2 / 4 + 0.36^2 / 3) = 6.868
    # > qt(.975, 1 / (.64^2/4 + .36^2/3))      2.374004
    for away, apart in ((2.345, False), (2.405, True)):
        found = rank_sets([away, 0.0], [0.8, 0.6], degrees_of_freedom=[4, 3])
        assert (found.upper[0] == 1) == apart


def test_a_unit_known_without_error_has_no_part_in_the_degrees_of_freedom():
    # > qt(.975, 4)      2.776445
    for away, apart in ((2.75, False), (2.80, True)):
        found = rank_sets([away, 0.0], [1.0, 0.0], degrees_of_freedom=[4, 1])
        assert (found.upper[0] == 1) == apart


def test_degrees_of_freedom_without_end_are_the_normal_case():
    values, errors = [3.0, 1.0, 0.2], [0.5, 0.7, 0.6]
    plain = rank_sets(values, errors)
    for df in (np.inf, [np.inf, np.inf, np.inf], 1e15):
        other = rank_sets(values, errors, degrees_of_freedom=df)
        assert other.lower.tolist() == plain.lower.tolist()
        assert other.upper.tolist() == plain.upper.tolist()


def test_a_stepdown_finds_more_than_one_look_at_all_pairs():
    # 3 / sqrt(2) = 2.12 lies below 2.569, the critical value of six pairs, and above 1.96, that of the pair left over
    assert rank_sets([0.0, 3.0, 40.0, 80.0], [1.0, 1.0, 1.0, 1.0]).lower.tolist() == [4, 3, 2, 1]
    assert rank_sets([0.0, 3.0, 3.5, 4.0], [1.0, 1.0, 1.0, 1.0]).lower.tolist()[1] == 1


def test_units_without_an_estimate_widen_every_worst_rank_and_no_best_one():
    found = rank_sets([np.nan, 10.0, np.nan, 30.0, 20.0], [np.nan, 0.1, 1.0, 0.1, 0.1])
    assert found.rank.tolist() == [0, 3, 0, 1, 2]
    assert found.lower.tolist() == [1, 3, 1, 1, 2]
    assert found.upper.tolist() == [5, 5, 5, 3, 4]


def test_a_unit_without_an_error_may_stand_anywhere_too():
    found = rank_sets([10.0, 20.0, 30.0], [0.1, np.nan, 0.1])
    assert found.rank.tolist() == [2, 0, 1]
    assert found.lower.tolist() == [2, 1, 1]


def test_nobody_with_an_estimate_leaves_every_rank_open():
    found = rank_sets([np.nan, np.nan], [1.0, 1.0])
    assert found.rank.tolist() == [0, 0]
    assert found.lower.tolist() == [1, 1]
    assert found.upper.tolist() == [2, 2]


def test_a_lost_variance_takes_its_unit_out_of_a_covariance():
    covariance = np.array([[0.01, np.nan, 0.0], [np.nan, np.nan, np.nan], [0.0, np.nan, 0.01]])
    found = rank_sets([10.0, 20.0, 30.0], covariance=covariance)
    assert found.lower.tolist() == [2, 1, 1]
    assert found.upper.tolist() == [3, 3, 2]


def test_an_estimate_is_ranked_by_its_own_covariance_and_degrees_of_freedom():
    # four PSUs that rate both units: what they share cancels in the difference
    psu, units = np.repeat(np.arange(4), 2), np.tile(["a", "b"], 4)
    y = np.array([1.0, 2.0, 5.0, 6.1, 9.0, 10.0, 4.0, 4.9])
    design = Design(psu=psu, weights=np.ones(8))
    means = mean(design, y, domains=units)
    assert rank_sets(means).lower.tolist() == [2, 1]
    assert rank_sets(means.value, means.standard_error).lower.tolist() == [1, 1]


def test_one_answer_gets_the_pooled_spread_of_the_others():
    # spreads within a and b: 1 each, so the only answer of c has an error of about 1 and not of 0
    answers, units = [1.0, 2.0, 3.0, 11.0, 12.0, 13.0, 12.5], list("aaabbbc")
    found = rank_sets(mean(Design(weights=np.ones(7)), answers, domains=units))
    assert found.rank.tolist() == [3, 2, 1]
    assert found.lower.tolist() == [3, 1, 1]
    assert found.upper.tolist() == [3, 2, 2]


TWO = {"values": [1.0, 2.0]}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (TWO, "give standard_errors or covariance, one of the two"),
        ({**TWO, "standard_errors": [1, 1], "covariance": np.eye(2)}, "give standard_errors or covariance, one of"),
        ({**TWO, "standard_errors": [1.0]}, "standard_errors must hold 2 numbers of at least 0"),
        ({**TWO, "standard_errors": [1.0, -0.1]}, "standard_errors must hold 2 numbers of at least 0"),
        ({**TWO, "covariance": np.eye(3)}, r"covariance must have shape \(2, 2\), not \(3, 3\)"),
        ({**TWO, "covariance": [[1.0, 2.0], [2.0, 1.0]]}, "negative eigenvalue: it is no covariance matrix"),
        ({**TWO, "standard_errors": [1, 1], "level": 0}, "the confidence level is 0: it must lie between 0 and 1"),
        ({**TWO, "standard_errors": [1, 1], "level": 1}, "the confidence level is 1: it must lie between 0 and 1"),
        ({"values": [[1.0, 2.0]], "standard_errors": [1, 1]}, r"one column of estimates, not shape \(1, 2\)"),
        ({"values": [], "standard_errors": []}, r"one column of estimates, not shape \(0,\)"),
        ({**TWO, "standard_errors": [1, 1], "degrees_of_freedom": 0}, "degrees_of_freedom must be above 0"),
        ({**TWO, "standard_errors": [1, 1], "degrees_of_freedom": [2, np.nan]}, "degrees_of_freedom must be above 0"),
    ],
)
def test_what_cannot_be_ranked_is_refused_with_a_sentence(arguments, sentence):
    with pytest.raises(WeightingError, match=sentence):
        rank_sets(**arguments)


@pytest.mark.parametrize("beside", [{"standard_errors": [1, 1]}, {"covariance": np.eye(2)}, {"degrees_of_freedom": 3}])
def test_an_estimate_brings_its_own_errors(beside):
    means = mean(Design(weights=np.ones(4)), [1.0, 2, 4, 3], domains=list("aabb"))
    with pytest.raises(WeightingError, match="brings its own errors and degrees of freedom: leave them out"):
        rank_sets(means, **beside)
