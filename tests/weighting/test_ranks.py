"""Confidence sets for ranks."""

import numpy as np
import pytest

import weighting
from tests.weighting.reference_data import columns
from weighting import rank_sets


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
        {"values": [1.0, 2.0], "standard_errors": [1.0, 1.0], "level": 95},
    ],
)
def test_what_cannot_be_ranked_is_refused(arguments):
    with pytest.raises(weighting.WeightingError):
        rank_sets(**arguments)
