"""Planning: sizes that reach the margin, and no smaller ones."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weighting import WeightingError, margin_of_error, sample_size_for_difference, sample_size_for_margin


def test_textbook_sizes():
    # Cochran (1977), section 4.4: p = 0.5, d = 0.05, 95 %: 384 and a fraction; with N = 3200, section 4.6: 344.
    assert sample_size_for_margin(0.05, proportion=0.5).completes == 385
    assert sample_size_for_margin(0.05, proportion=0.5, population=3200).completes == 344


@given(st.floats(0.01, 0.3), st.floats(0.05, 0.95), st.integers(2, 100_000), st.floats(1, 3))
def test_the_size_reaches_the_margin_and_one_fewer_does_not(margin, share, population, effect):
    known = {"proportion": share, "population": population, "design_effect": effect}
    n = int(sample_size_for_margin(margin, **known).completes)
    assert margin_of_error(n, **known) <= margin * (1 + 1e-6)
    if n > 1:
        assert margin_of_error(n - 1, **known) >= margin * (1 - 1e-6)


def test_units_too_small_for_the_margin_say_so():
    size = sample_size_for_margin(0.05, proportion=0.5, population=[100, 5000], response_rate=[0.5, 0.3])
    assert size.completes.tolist() == [80, 357]
    assert size.invitations.tolist() == [100, 1190]
    assert size.reachable.tolist() == [False, True]


def test_a_difference_needs_more_answers_than_a_level():
    n = sample_size_for_difference(0.05, sd=0.3)
    assert n == 566
    assert n > sample_size_for_margin(0.05, sd=0.3).completes


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"sd": 1.0}, "exactly one of"),
        ({"proportion": 1.5}, "between 0 and 1"),
        ({"margin": 0}, "above 0"),
        ({"response_rate": 0}, r"\(0, 1\]"),
    ],
)
def test_what_cannot_be_planned_is_refused(change, sentence):
    with pytest.raises(WeightingError, match=sentence):
        sample_size_for_margin(**({"margin": 0.05, "proportion": 0.5} | change))


def test_margins_of_a_census_are_zero():
    np.testing.assert_allclose(margin_of_error(50, sd=3.0, population=50), 0)
    with pytest.raises(WeightingError, match="at most the population"):
        margin_of_error(51, sd=3.0, population=50)
