"""Confidence sets for ranks."""

import numpy as np
import pytest

import weighting
from bench import coverage
from tests.weighting.reference_data import columns
from weighting import Design, mean, rank_sets

UNITS = mean(Design(weights=np.ones(6)), [1, 2, 3, 2, 3, 4], domains=list("aaabbb"))


@pytest.mark.parametrize(("simultaneous", "prefix"), [(True, "simul"), (False, "marg")])
def test_sets_agree_with_csranks(simultaneous, prefix):
    # > csranks(score, diag(se^2), coverage=.95, cstype="two-sided", stepdown=TRUE, R=20000, simul=…)
    data = columns("ranks_20_spaced.csv")
    found = rank_sets(data["score"], data["se"], simultaneous=simultaneous)
    assert np.abs(found.lower - data[f"{prefix}_L"]).max() <= 1
    assert np.abs(found.upper - data[f"{prefix}_U"]).max() <= 1
    assert found.rank.tolist() == data["rank"].tolist()


def test_units_far_apart_have_one_rank_and_equal_ones_all():
    apart = rank_sets([10.0, 20.0, 30.0], [0.1, 0.1, 0.1])
    assert apart.lower.tolist() == apart.upper.tolist() == [3, 2, 1]
    assert apart.possibly_best.tolist() == [2]
    equal = rank_sets([5.0, 5.0, 5.0], [1.0, 1.0, 1.0])
    assert (equal.lower == 1).all()
    assert (equal.upper == 3).all()
    assert equal.rank.tolist() == [1, 1, 1]


def test_marginal_sets_lie_within_simultaneous_ones():
    rng = np.random.default_rng(2)
    values, errors = rng.normal(80, 4, 30), rng.uniform(0.5, 2, 30)
    both, one = rank_sets(values, errors), rank_sets(values, errors, simultaneous=False)
    assert (both.lower <= one.lower).all()
    assert (both.upper >= one.upper).all()
    assert ((one.lower <= one.rank) & (one.rank <= one.upper)).all()


def test_covariance_of_shared_psus_is_used():
    values = [3.0, 2.0]
    shared = np.array([[1.0, 0.99], [0.99, 1.0]])
    assert rank_sets(values, [1.0, 1.0]).upper.tolist() == [2, 2]
    assert rank_sets(values, covariance=shared).upper.tolist() == [1, 2]


def test_no_error_and_a_difference_is_a_sure_rank():
    found = rank_sets([1.0, 2.0, 2.0], [0.0, 0.0, 0.0])
    assert found.lower.tolist() == [3, 1, 1]
    assert found.upper.tolist() == [3, 2, 2]


@pytest.mark.parametrize("n", [2, 8, 15, 30])
def test_sets_of_equal_units_miss_no_more_often_than_they_say(n):
    assert coverage.equal_units(n, 150) >= 0.91


def test_few_degrees_of_freedom_widen_the_sets():
    # > qt(.975, c(6, 8, 12))     2.446912 2.306004 2.178813, Welch degrees of freedom of equal errors
    errors = [np.sqrt(0.5), np.sqrt(0.5)]
    for df, critical in ((np.inf, 1.959964), (3, 2.446912), (4, 2.306004), ([6, 6], 2.178813)):
        for away, told_apart in ((critical - 0.02, False), (critical + 0.02, True)):
            sets = rank_sets([away, 0.0], errors, degrees_of_freedom=df)
            assert (sets.upper[0] == 1) == told_apart


@pytest.mark.parametrize("limits", [None, (1, 5)])
def test_unanimous_answers_of_few_are_no_certainty(limits):
    answers = [5, 5, 5, 5, 5, 5, 4, 5, 5, 4, 5, 5, 4, 5, 4]
    units = mean(Design(weights=np.ones(15)), answers, domains=np.repeat(list("abc"), 5), limits=limits)
    sets = rank_sets(units)
    assert sets.lower.tolist() == [1, 1, 1]
    assert sets.upper.tolist() == [3, 3, 3]


def test_when_everybody_is_unanimous_only_limits_can_tell():
    answers = np.repeat([5.0, 4.0, 1.0], 20)
    unit, design = np.repeat(list("abc"), 20), Design(weights=np.ones(60))
    assert rank_sets(mean(design, answers, domains=unit)).upper.tolist() == [3, 3, 3]
    assert rank_sets(mean(design, answers, domains=unit, limits=(1, 5))).lower.tolist() == [1, 1, 3]


def test_a_census_has_no_doubt():
    design = Design(["a", "a", "b", "b"], population={"a": 2, "b": 2})
    sets = rank_sets(mean(design, [5, 5, 4, 4], domains=list("aabb")))
    assert sets.upper.tolist() == [1, 2]


def test_bounds_hardly_move_between_seeds():
    rng = np.random.default_rng(20260331)
    scores, errors = rng.normal(80, 5, 60), rng.uniform(0.5, 2.0, 60)
    runs = [rank_sets(scores, errors, seed=seed) for seed in range(4)]
    assert np.ptp([run.lower for run in runs], axis=0).max() <= 1
    assert np.ptp([run.upper for run in runs], axis=0).max() <= 1


def test_a_unit_without_an_estimate_may_stand_anywhere():
    found = rank_sets([10.0, np.nan, 30.0], [0.1, np.nan, 0.1])
    assert found.rank.tolist() == [2, 0, 1]
    assert (found.lower[1], found.upper[1]) == (1, 3)
    assert found.upper.tolist() == [3, 3, 2]
    assert found.lower.tolist() == [2, 1, 1]


def test_the_same_seed_gives_the_same_sets():
    rng = np.random.default_rng(4)
    values, errors = rng.normal(size=25), rng.uniform(0.3, 1, 25)
    one, two = rank_sets(values, errors, seed=7), rank_sets(values, errors, seed=7)
    assert (one.lower == two.lower).all()
    assert (one.upper == two.upper).all()


@pytest.mark.parametrize(
    "arguments",
    [
        {"values": [1.0, 2.0]},
        {"values": [1.0, 2.0], "standard_errors": [1.0]},
        {"values": [1.0, 2.0], "standard_errors": [1.0, -1.0]},
        {"values": [1.0, 2.0], "covariance": [[1.0, 5.0], [5.0, 1.0]]},
        {"values": [1.0, 2.0], "covariance": [[1.0]]},
        {"values": [], "standard_errors": []},
        {"values": [1.0, 2.0], "standard_errors": [1.0, 1.0], "degrees_of_freedom": [3, 0]},
        {"values": UNITS, "standard_errors": [1.0, 1.0]},
        {"values": [1.0, 2.0], "standard_errors": [1.0, 1.0], "level": 95},
    ],
)
def test_what_cannot_be_ranked_is_refused(arguments):
    with pytest.raises(weighting.WeightingError):
        rank_sets(**arguments)
