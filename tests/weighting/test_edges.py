"""0 %, 100 %, one answer, constant answers, no degrees of freedom: a finite honest interval or a named reason."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import weighting
from weighting import Design

METHODS = ("t", "logit", "wilson", "korn-graubard", "likelihood", "arcsine", None)
POINTS = {5: 100.0, 4: 80.0, 3: 60.0, 2: 30.0, 1: 0.0}


def design_of(n=20, **options):
    return Design(np.repeat(["a", "b"], n // 2), population={"a": 400, "b": 600}, **options)


@pytest.mark.parametrize("method", METHODS[1:])
@pytest.mark.parametrize("answer", [True, False])
def test_everybody_alike_still_leaves_room_for_others(method, answer):
    share = weighting.proportion(design_of(), np.full(20, answer))
    low, high = share.interval(method=method)
    assert share.value == answer
    assert share.standard_error == 0
    assert share.problem == "answers all equal"
    assert 0 <= low <= high <= 1
    assert 0.1 < high - low < 0.25  # Clopper and Pearson: 1 - 0.025 ** (1 / 20) = 0.168


def test_the_exact_bound_uses_what_unequal_weights_leave():
    even = weighting.proportion(Design(weights=np.ones(20)), np.ones(20, bool)).interval()
    uneven = weighting.proportion(Design(weights=np.r_[np.ones(19), 50]), np.ones(20, bool)).interval()
    assert even.low == pytest.approx(0.025 ** (1 / 20))
    assert uneven.low < even.low


@pytest.mark.parametrize("method", METHODS[1:])
def test_answers_equal_within_strata_are_not_taken_for_certainty(method):
    share = weighting.proportion(design_of(), np.repeat([True, False], 10))
    low, high = share.interval(method=method)
    assert share.standard_error == 0
    assert share.problem == "answers equal within strata"
    assert low < 0.4 < high


def test_one_answer_cannot_be_estimated_and_says_so():
    found = weighting.mean(design_of(), np.r_[3.0, np.full(19, np.nan)])
    assert found.problem == "one answer"
    assert np.isnan(found.interval()).all()
    low, high = weighting.mean(design_of(), np.r_[3.0, np.full(19, np.nan)], limits=(1, 5)).interval()
    assert 1 <= low < 1.2
    assert 4.8 < high <= 5


def test_no_answer_is_named_and_has_no_number():
    found = weighting.mean(design_of(), np.full(20, np.nan))
    assert found.problem == "no answers"
    assert np.isnan([found.value, found.standard_error]).all()
    assert np.isnan(found.interval()).all()


def test_constant_answers_give_the_point_under_r_and_a_bound_on_a_scale():
    plain = weighting.mean(design_of(), np.full(20, 4))
    assert plain.interval() == (4, 4)
    assert plain.problem == "answers all equal"
    scale = weighting.mean(design_of(), np.full(20, 4), limits=(1, 5)).interval()
    assert 1 < scale.low < 4 < scale.high < 5


def test_no_interval_of_a_scale_leaves_the_scale():
    table = weighting.levels(Design(weights=np.ones(6)), [5, 5, 5, 5, 5, 3], points=POINTS)
    low, high = table.mean.interval()
    assert low < 93.4 < high == 100


def test_degrees_of_freedom_of_a_domain_are_its_own_never_z():
    domains = np.array(["x", *["y"] * 9, "x", *["y"] * 9])
    found = weighting.mean(design_of(), np.arange(20.0), domains=domains)
    assert found.degrees_of_freedom.tolist() == [0, 16]
    assert found.problem.tolist() == ["no degrees of freedom", ""]
    low, high = found.interval()
    assert np.isnan([low[0], high[0]]).all()
    assert np.isfinite([low[1], high[1]]).all()
    assert np.isnan(found.p_value()[0])
    low, high = weighting.mean(design_of(), np.arange(20.0) / 4, domains=domains, limits=(0, 5)).interval()
    assert (low[0], high[0]) == (0, 5)


def test_every_level_table_has_finite_intervals():
    rng = np.random.default_rng(5)
    domains = np.repeat(np.arange(10), 2)
    answers = rng.integers(0, 6, 20)
    table = weighting.levels(design_of(), answers, points=POINTS, domains=domains)
    for estimate in (table.shares, table.mean, table.top_box, table.satisfied, table.dissatisfied, table.cannot_say):
        low, high = estimate.interval()
        seen = estimate.n > 0
        assert np.isfinite(low[seen]).all()
        assert np.isfinite(high[seen]).all()
        unsure = seen & (estimate.enumerated == 0)
        assert (high - low)[unsure].min() > 0


def test_a_full_census_of_a_domain_is_certain_with_one_row_too():
    found = weighting.mean(Design(["a", "b", "b"], population={"a": 1, "b": 2}), [3.0, 4, 5], domains=["x", "y", "y"])
    assert found.interval()[0].tolist() == found.value.tolist()
    assert found.problem.tolist() == ["", ""]


def test_a_census_in_which_some_did_not_answer_is_not_certain():
    answered = np.array([True] * 6 + [False] * 2)
    census = Design(population=np.full(8, 8))
    step = weighting.nonresponse_factors(["all"] * 8, answered, census.weights)
    design = weighting.adjusted(census, step)
    for answers in ([5, 5, 5, 5, 5, 5, 5, 5], [5, 4, 5, 4, 5, 4, 5, 4]):
        low, high = weighting.levels(design, np.where(answered, answers, np.nan), points=POINTS).mean.interval()
        assert high - low > 5


def test_differences_at_the_edge_use_the_single_intervals():
    shares = weighting.proportion(
        Design(weights=np.ones(40)), np.repeat([True, False], 20), domains=np.repeat(["a", "b"], 20)
    )
    found = weighting.difference(shares, "a", "b")
    low, high = found.interval()
    assert found.value == 1
    assert 0.7 < low < 0.9
    assert high == pytest.approx(1)
    assert found.p_value() < 1e-9
    assert found.p_value(null=0.8) > 0.05


@given(st.integers(1, 30), st.integers(2, 30), st.integers(0, 2**31), st.sampled_from([0.8, 0.95, 0.99]))
def test_p_value_and_interval_of_a_difference_never_disagree(alike, others, seed, level):
    rng = np.random.default_rng(seed)
    answers = np.r_[np.ones(alike), rng.random(others) < rng.uniform()].astype(bool)
    design = Design(weights=np.ones(len(answers)))
    shares = weighting.proportion(design, answers, domains=np.repeat(["a", "b"], [alike, others]))
    found = weighting.difference(shares, "a", "b")
    low, high = found.interval(level)
    p = float(found.p_value())
    assert 0 < p <= 1
    if abs(p - (1 - level)) > 1e-9:
        assert (p < 1 - level) == bool(low > 0 or high < 0)


def test_two_unanimous_sides_without_limits_say_that_nothing_can_be_said():
    means = weighting.mean(Design(weights=np.ones(6)), [5, 5, 5, 4, 4, 4], domains=list("aaabbb"))
    found = weighting.difference(means, "a", "b")
    assert np.isnan([found.p_value(), *found.interval()]).all()
    assert found.problem == "answers all equal"
    bounded = weighting.mean(Design(weights=np.ones(6)), [5, 5, 5, 4, 4, 4], domains=list("aaabbb"), limits=(1, 5))
    known = weighting.difference(bounded, "a", "b")
    assert known.interval()[0] < 0 < known.interval()[1]
    assert known.p_value() > 0.05


def test_one_unanimous_side_is_judged_by_the_other():
    answers = [5, 5, 5, 5, 1, 2, 1, 2, 2, 1]
    means = weighting.mean(Design(weights=np.ones(10)), answers, domains=list("aaaabbbbbb"))
    found = weighting.difference(means, "a", "b")
    assert found.interval().low > 0
    assert found.p_value() == pytest.approx(2 * stats.t.sf(3.5 / means.standard_error[1], 5), rel=1e-6)
    assert found.interval(1 - float(found.p_value()))[0] == pytest.approx(0, abs=1e-6)


def test_changes_that_are_all_alike_are_not_taken_for_certainty():
    rounds, people = np.repeat([1, 2], 10), np.tile(np.arange(10), 2)
    answers = np.r_[np.arange(10) % 4, np.arange(10) % 4 + 1]
    means = weighting.mean(Design(psu=people, weights=np.ones(20)), answers, domains=rounds)
    found = weighting.difference(means, 2, 1)
    assert found.standard_error == 0
    assert found.problem == "differences all equal"
    low, high = found.interval()
    assert low < 1 < high


def test_a_weight_of_nothing_takes_nobody_into_account():
    found = weighting.mean(Design(["a"] * 4, weights=[1, 1, 0, 0]), [1.0, 3.0, 100.0, 100.0])
    assert found.value == 2
    assert found.n == 2


def test_satterthwaite_looks_at_the_spread_of_each_stratum():
    # two strata of n PSUs and variances v: (v1 + v2)² / (v1² + v2²) · (n - 1)
    y = np.r_[1.0, 2, 3, 4, 10, 30, 20, 50]
    found = weighting.mean(Design(np.repeat(["a", "b"], 4), weights=np.ones(8)), y)
    spread = np.array([np.var(y[:4], ddof=1), np.var(y[4:], ddof=1)])
    expected = spread.sum() ** 2 / (spread**2).sum() * 3
    assert found.satterthwaite_degrees_of_freedom() == pytest.approx(expected)
    plain, careful = found.interval(method="t"), found.interval(method="satterthwaite")
    assert careful.low < plain.low < plain.high < careful.high
    with pytest.raises(weighting.WeightingError, match="has no Satterthwaite"):
        weighting.median(Design(weights=np.ones(8)), y).satterthwaite_degrees_of_freedom()


@pytest.mark.parametrize("level", [0, 1, 95, -0.5])
def test_a_level_outside_0_and_1_is_refused(level):
    with pytest.raises(weighting.WeightingError, match="between 0 and 1"):
        weighting.mean(design_of(), np.arange(20)).interval(level)


def test_methods_of_proportions_are_refused_for_means():
    with pytest.raises(weighting.WeightingError, match="is for proportions"):
        weighting.mean(design_of(), np.arange(20)).interval(method="wilson")
    with pytest.raises(weighting.WeightingError, match="no interval method"):
        weighting.mean(design_of(), np.arange(20)).interval(method="z")
