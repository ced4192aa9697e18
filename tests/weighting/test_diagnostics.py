"""Diagnostics: what weights cost, and whether margins are met."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weighting import WeightingError, compare_margins, kish_design_effect, kish_effective_n, summarise_weights


@given(st.lists(st.floats(0.01, 1e6), min_size=1, max_size=50), st.floats(0.01, 100))
def test_the_design_effect_is_one_plus_squared_variation_whatever_the_scale(weights, scale):
    array = np.array(weights)
    expected = 1 + array.var() / array.mean() ** 2
    assert kish_design_effect(array * scale) == pytest.approx(expected)
    assert kish_effective_n(array) == pytest.approx(array.size / expected)


def test_equal_weights_cost_nothing_and_zeros_do_not_count():
    summary = summarise_weights([2, 2, 0, 2])
    assert (summary.n, summary.design_effect, summary.effective_n, summary.cv) == (3, 1, 3, 0)


def test_the_heaviest_hundredth_is_reported():
    assert summarise_weights([1.0] * 199 + [201]).top_share == pytest.approx((201 + 1) / 400)


def test_margins_show_categories_that_have_no_rows():
    (check,) = compare_margins([1, 1], [2, 3], {"sex": ["F", "F"]}, {"sex": {"F": 5, "M": 5}})
    assert check.after.tolist() == [5, 0]
    assert check.largest_gap == 1


def test_margins_that_do_not_fit_are_refused():
    with pytest.raises(WeightingError, match="category 'X' has rows but no total"):
        compare_margins([1, 1], [1, 1], {"sex": ["F", "X"]}, {"sex": {"F": 2}})
    with pytest.raises(WeightingError, match="'age' has totals and no categories"):
        compare_margins([1], [1], {"sex": ["F"]}, {"age": {"o": 1}})
