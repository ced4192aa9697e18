"""Trimming: the sum is kept, nobody is lost, and it always ends."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weighting import WeightingError, trim_weights

weights_lists = st.lists(st.floats(0.1, 1000), min_size=2, max_size=40)


@given(weights_lists, st.floats(1.0, 3.0), st.floats(0.0, 1.0), st.sampled_from(["equal", "proportional"]))
def test_strict_trimming_keeps_the_sum_and_the_bounds(weights, above, below, redistribute):
    mean = float(np.mean(weights))
    trimmed = trim_weights(weights, mean * above, mean * below, rule="settled", redistribute=redistribute).weights
    assert trimmed.sum() == pytest.approx(sum(weights))
    assert trimmed.max() <= mean * above * (1 + 1e-12)
    assert trimmed.min() >= mean * below * (1 - 1e-12)
    assert np.all(np.diff(trimmed[np.argsort(weights)]) >= -1e-9 * mean)


@given(weights_lists, st.floats(1.0, 3.0), st.floats(0.0, 1.0), st.sampled_from(["equal", "proportional"]))
def test_passes_end_within_the_bounds_or_say_why_not(weights, above, below, redistribute):
    mean = float(np.mean(weights))
    try:
        trimmed = trim_weights(weights, mean * above, mean * below, redistribute=redistribute).weights
    except WeightingError as refusal:
        assert "settled" in str(refusal)
        return
    assert trimmed.sum() == pytest.approx(sum(weights))
    assert trimmed.max() <= mean * above * (1 + 1e-12)
    assert trimmed.min() >= mean * below * (1 - 1e-12)


@given(st.integers(0, 10_000))
def test_a_cap_with_a_floor_is_trimmed_pass_by_pass_as_r_does(seed):
    # R survey 4.5, trimWeights: pwnew <- pmax(lower, pmin(pw, upper)); the difference goes to !outside; again if strict
    rng = np.random.default_rng(seed)
    weights = rng.lognormal(2, 0.7, 30)
    lower, upper = 0.5 * weights.mean(), 2.2 * weights.mean()
    passes = weights.copy()
    for _ in range(1000):
        cut = np.clip(passes, lower, upper)
        inside = cut == passes
        if inside.all():
            break
        passes = np.where(inside, passes + (passes - cut).sum() / inside.sum(), cut)
    np.testing.assert_allclose(trim_weights(weights, upper, lower).weights, passes, rtol=1e-9)


def test_the_two_rules_differ_only_where_cap_and_floor_are_both_at_work():
    weights = np.array([1.0, 6, 8, 10, 30, 41])
    np.testing.assert_allclose(
        trim_weights(weights, 25).weights, trim_weights(weights, 25, rule="settled").weights, rtol=1e-12
    )
    one, other = (trim_weights(weights, 25, 7, rule=rule).weights for rule in ("passes", "settled"))
    assert np.abs(one - other).max() > 0.1


@given(weights_lists, st.floats(1.05, 3.0))
def test_strict_trimming_ends_where_repeated_passes_end(weights, above):
    cap = float(np.mean(weights)) * above
    repeated = np.array(weights)
    for _ in range(2000):
        inside = repeated <= cap
        if inside.all():
            break
        excess = (repeated - cap)[~inside].sum()
        repeated = np.minimum(repeated, cap) + np.where(inside, excess / inside.sum(), 0)
    np.testing.assert_allclose(trim_weights(weights, cap).weights, repeated, rtol=1e-6)


def test_one_pass_may_leave_weights_above_the_cap():
    assert trim_weights([10.0, 68, 122], upper=70, strict=False).weights.tolist() == [36, 94, 70]
    assert trim_weights([10.0, 68, 122], upper=70).weights.max() == 70


def test_nothing_to_trim_changes_nothing():
    assert trim_weights([1.5, 2.5, 3.0], upper=1e6).weights.tolist() == [1.5, 2.5, 3.0]


def test_a_cap_below_the_mean_weight_is_refused_instead_of_trimmed_for_ever():
    with pytest.raises(WeightingError, match="cap 40 is below the mean weight 50"):
        trim_weights([10.0, 90.0], upper=40)
    with pytest.raises(WeightingError, match="floor 60 is above the mean weight 50"):
        trim_weights([10.0, 90.0], lower=60)


def test_a_cap_at_the_mean_weight_makes_all_equal():
    np.testing.assert_allclose(trim_weights([10.0, 20, 90], upper=40).weights, [40, 40, 40])


def test_nonrespondents_stay_at_zero():
    assert trim_weights([0.0, 10, 90, 20], upper=60).weights.tolist() == [0, 25, 60, 35]


def test_an_unknown_way_to_redistribute_is_refused():
    with pytest.raises(WeightingError, match="'equal' or 'proportional'"):
        trim_weights([1, 2], upper=1.6, redistribute="random")


@pytest.mark.parametrize("redistribute", ["equal", "proportional"])
@pytest.mark.parametrize(("strict", "rule"), [(True, "passes"), (True, "settled"), (False, "passes")])
def test_residuals_are_the_derivatives_by_the_weights_before(redistribute, strict, rule):
    weights, y = np.array([3.0, 8, 0, 21, 5, 40, 13]), np.array([2.0, 5, 1, 3, 4, 1, 5])

    def trimmed(base):
        return trim_weights(base, 20, 4, strict=strict, rule=rule, redistribute=redistribute)

    residuals = trimmed(weights).residuals(y[:, None])[:, 0]
    for row in np.flatnonzero(weights):
        step = 1e-6 * (np.arange(7) == row)
        slope = (trimmed(weights + step).weights @ y - trimmed(weights - step).weights @ y) / 2e-6
        assert residuals[row] == pytest.approx(slope, abs=1e-6)
