"""Adjusted weights by hand and beside R: calibration, raking, post-stratification, trimming, and their refusals."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import weighting
from tests.weighting.sixteen import G, H, W, X, Y, endless
from weighting import WeightingError, adjusted, calibrate, poststratify, rake, trim_weights
from weighting.adjusting.distance import distance

ALL = np.repeat("1", 16)
#: 65 people whose x totals 2200
KNOWN = ({"all": ALL, "x": X}, {"all": {"1": 65}, "x": 2200})


def mean_and_total(step):
    design = adjusted(endless(), step)
    return weighting.mean(design, Y), weighting.total(design, Y)


def test_linear_calibration_agrees_with_r():
    # > cl <- calibrate(dn, ~x, c(`(Intercept)`=65, x=2200), calfun="linear")
    # > svymean(~y, cl)  3.156427787 0.11376     svytotal  205.1678061 7.39459
    step = calibrate(W, *KNOWN)
    expected = [2.66981856351, 2.70078049784, 3.28484624973, 2.14711373602, 2.72048354696, 3.81655818539, 1.60020230532]
    np.testing.assert_allclose(step.weights[:7], expected, atol=5e-12)
    mean, total = mean_and_total(step)
    assert mean.value == pytest.approx(3.156427787, abs=5e-10)
    assert mean.standard_error == pytest.approx(0.11376, abs=5e-6)
    assert total.value == pytest.approx(205.1678061, abs=5e-8)
    assert total.standard_error == pytest.approx(7.39459, abs=5e-6)
    # bounds that no weight reaches change nothing
    bounded = calibrate(W, *KNOWN, bounds=(0.8, 1.25))
    np.testing.assert_allclose(bounded.weights, step.weights)
    assert step.negative == 0
    assert step.largest_gap < 1e-10


@pytest.mark.parametrize(
    ("method", "bounds", "first", "total", "error"),
    [
        ("raking", None, [2.67000743328, 2.70059163638, 3.28462630361], 205.1663325, 7.39498),
        ("logit", (0.6, 1.8), [2.66995219110, 2.70064291779, 3.28470149305], 205.1667788, 7.39486),
    ],
)
def test_raking_and_logit_calibration_agree_with_r(method, bounds, first, total, error):
    # > calibrate(dn, ~x, …, calfun="raking"); calfun="logit", bounds=c(.6, 1.8)
    step = calibrate(W, *KNOWN, method=method, bounds=bounds)
    np.testing.assert_allclose(step.weights[:3], first, atol=5e-9)
    found = mean_and_total(step)[1]
    assert found.value == pytest.approx(total, abs=5e-7)
    assert found.standard_error == pytest.approx(error, abs=6e-6)


def test_post_stratification_agrees_with_r():
    # > ps <- postStratify(dn, ~g, data.frame(g=c("p", "q"), Freq=c(30, 35)))
    # > svymean(~y, ps)  3.109951587 0.44458      svytotal  202.1468531 28.89783
    step = poststratify(W, G, {"p": 30, "q": 35})
    np.testing.assert_allclose(step.weights[:4], [2.30769230769, 3.18181818182, 2.76923076923, 2.54545454545])
    mean, total = mean_and_total(step)
    assert mean.value == pytest.approx(3.109951587, abs=5e-10)
    assert mean.standard_error == pytest.approx(0.44458, abs=5e-6)
    assert total.value == pytest.approx(202.1468531, abs=5e-8)
    assert total.standard_error == pytest.approx(28.89783, abs=5e-6)
    assert step.labels == ("p", "q")
    np.testing.assert_allclose(step.factors, [30 / 32.5, 35 / 27.5])


def test_raking_agrees_with_r():
    # > rk <- rake(dn, list(~g, ~h), list(p=30, q=35), list(a=22, b=43), control=list(epsilon=1e-10, maxit=200))
    # > weights(rk)  2.36656424201 3.26876602551 2.83987709041 2.61501282041 …     svytotal(~y, rk)  202.5710116
    # > svytotal(~y, calibrate(dn, ~g + h, c(65, 35, 43), calfun="raking"))       202.5710116 27.53934
    totals = {"g": {"p": 30, "q": 35}, "h": {"a": 22, "b": 43}}
    step = rake(W, {"g": G, "h": H}, totals)
    np.testing.assert_allclose(
        step.weights[:4], [2.36656424201, 3.26876602551, 2.83987709041, 2.61501282041], rtol=1e-9
    )
    total = mean_and_total(step)[1]
    assert total.value == pytest.approx(202.5710116, abs=5e-7)
    assert total.standard_error == pytest.approx(27.53934, abs=5e-6)
    np.testing.assert_allclose(step.g * W, step.weights)
    same = calibrate(W, {"g": G, "h": H}, totals, method="raking")
    np.testing.assert_allclose(same.weights, step.weights, rtol=1e-9)


def test_trimming_agrees_with_r():
    # > weights(trimWeights(dn, upper=5, strict=…)); upper=5.5, lower=2.2
    strict = [2.8, 2.8, 3.3, 2.3, 2.8, 3.8, 1.8, 2.8, 5, 5, 4.3, 5, 5, 5, 3.3, 5]
    np.testing.assert_allclose(trim_weights(W, 5).weights, strict)
    once = trim_weights(W, 5, strict=False).weights
    np.testing.assert_allclose(
        once[[0, 2, 8, 9, 10, 13]], [2.71428571429, 3.21428571429, 5.21428571429, 5, 4.21428571429, 5]
    )
    both = trim_weights(W, 5.5, 2.2).weights
    np.testing.assert_allclose(both[[0, 2, 3, 6, 8, 9]], [2.59166666667, 3.09166666667, 2.2, 2.2, 5.09166666667, 5.5])


# -- by hand ----------------------------------------------------------------------------------------------------------


def test_the_regression_estimator_by_hand():
    # g = 1 + x' (sum w x x')^-1 (X - sum w x) with one auxiliary number: 1 + x (66 - 60) / 140
    step = calibrate([10.0, 10, 10], np.array([[1.0], [2.0], [3.0]]), [66.0])
    np.testing.assert_allclose(step.g, 1 + np.array([1, 2, 3]) * 6 / 140)


def test_the_ratio_estimator_by_hand():
    # v proportional to x: every weight is multiplied by X / sum w x
    x = np.array([1.0, 2.0, 3.0])
    step = calibrate([10.0, 10, 10], x, [66.0], variance=x)
    np.testing.assert_allclose(step.g, 1.1)


@pytest.mark.parametrize(
    ("method", "bounds"), [("linear", None), ("raking", None), ("logit", (0.2, 4)), ("linear", (0.2, 4))]
)
def test_one_category_is_scaled_whatever_the_method(method, bounds):
    step = calibrate([1.0, 2, 3], {"c": list("aab")}, {"c": {"a": 4.5, "b": 2}}, method=method, bounds=bounds)
    np.testing.assert_allclose(step.g, [1.5, 1.5, 2 / 3], rtol=1e-8)


def test_totals_already_met_change_no_weight():
    for method, bounds in (("linear", None), ("raking", None), ("logit", (0.5, 2))):
        step = calibrate(W, {"x": X}, {"x": float(W @ X)}, method=method, bounds=bounds)
        assert step.g.tolist() == [1] * 16
        assert step.iterations == 0
    assert rake(W, {"g": G}, {"g": {"p": 32.5, "q": 27.5}}).iterations == 0


def test_linear_calibration_may_make_weights_negative_and_counts_them():
    step = calibrate([1.0, 1, 1], {"all": list("111"), "x": [0.0, 1, 10]}, {"all": {"1": 3}, "x": 1.0})
    assert step.weights @ [0, 1, 10] == pytest.approx(1)
    assert step.negative == (step.weights < 0).sum() == 1
    raked = calibrate(
        [1.0, 1, 1], {"all": list("111"), "x": [0.0, 1, 10]}, {"all": {"1": 3}, "x": 1.0}, method="raking"
    )
    assert raked.negative == 0
    assert raked.weights.min() > 0


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.sampled_from(["linear", "raking", "poststratify", "rake"]), st.floats(0.1, 50))
def test_order_and_scale_of_the_weights_do_not_matter(seed, method, scale):
    rng = np.random.default_rng(seed)
    base, group, other = rng.uniform(1, 4, 24), np.tile([0, 1, 2], 8), np.repeat([0, 1], 12)
    group_totals = dict(enumerate(np.bincount(group, base) * rng.uniform(0.8, 1.2, 3)))
    size = sum(group_totals.values())
    share = rng.uniform(0.4, 0.6)
    totals = {"g": group_totals, "o": {0: size * share, 1: size * (1 - share)}}

    def step(weights, rows):
        if method == "poststratify":
            return poststratify(weights, group[rows], group_totals)
        if method == "rake":
            return rake(weights, {"g": group[rows], "o": other[rows]}, totals)
        return calibrate(weights, {"g": group[rows], "o": other[rows]}, totals, method=method)

    order = rng.permutation(24)
    one = step(base, np.arange(24)).weights
    np.testing.assert_allclose(step(base[order], order).weights, one[order], rtol=1e-7)
    # the totals stay, so the weights do
    np.testing.assert_allclose(step(base * scale, np.arange(24)).weights, one, rtol=1e-7)


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_a_row_split_into_two_halves_is_the_row(seed):
    rng = np.random.default_rng(seed)
    base, group = rng.uniform(1, 4, 12), np.tile(["p", "q"], 6)
    x, totals = rng.uniform(1, 9, 12), {"g": {"p": 20.0, "q": 25.0}}
    split = np.repeat(np.arange(12), 2)
    one = calibrate(base, {"g": group, "x": x}, {**totals, "x": float(base @ x) * 1.05})
    two = calibrate(base[split] / 2, {"g": group[split], "x": x[split]}, {**totals, "x": float(base @ x) * 1.05})
    np.testing.assert_allclose(two.weights[::2] + two.weights[1::2], one.weights, rtol=1e-8)


def test_a_step_says_what_it_did_in_one_row():
    step = poststratify([0.0, 10, 10, 5], list("aaab"), {"a": 30, "b": 12})
    assert step.columns() == {
        "rows": [4],
        "sum before": [25],
        "sum after": [42],
        "smallest": [12],
        "largest": [15],
    }


def test_several_steps_are_taken_back_one_after_the_other():
    first = poststratify(W, G, {"p": 30, "q": 35})
    second = rake(first.weights, {"h": H}, {"h": {"a": 22, "b": 43}})
    both = adjusted(endless(), first, second)
    np.testing.assert_allclose(both.weights, second.weights)
    influence = Y[:, None] - 3
    expected = first.residuals(second.residuals(influence))
    np.testing.assert_allclose(both.adjustment.residuals(influence), expected)
    np.testing.assert_allclose(both.adjustment.base_weights, W)
    np.testing.assert_allclose(both.adjustment.projection.of(influence), expected, atol=1e-12)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: calibrate(W, {"x": X}, {"x": 1, "z": 2}), "Calibration: 'z' has values or a total only; give both"),
        (lambda: calibrate(W, {"x": X}, [1.0]), "Give auxiliary variables and totals both by name, or as a matrix"),
        (lambda: calibrate(W, X, {"x": 1.0}), "Give auxiliary variables and totals both by name, or as a matrix"),
        (
            lambda: calibrate(W, X, [1.0, 2.0]),
            r"The matrix has shape \(16, 1\) and there are 2 totals: give one a colu",
        ),
        (
            lambda: calibrate(W, {"x": X, "z": X[:5]}, {"x": 1.0, "z": 1.0}),
            "auxiliary variables have different numbers",
        ),
        (lambda: calibrate(W, {"x": G}, {"x": 1.0}), "'x' must be numbers"),
        (
            lambda: calibrate(W, *KNOWN, method="ridge"),
            "Calibration method 'ridge' is not one of linear, raking, logit",
        ),
        (lambda: calibrate(W, *KNOWN, bounds=(1.0, 2)), r"The bounds \(1.0, 2.0\) do not include 1: the base weights"),
        (lambda: calibrate(W, *KNOWN, bounds=(0.5, 1)), r"The bounds \(0.5, 1.0\) do not include 1"),
        (lambda: calibrate(W, *KNOWN, method="logit"), r"Logit calibration needs bounds on g, for example \(0.3, 3\)"),
        (lambda: calibrate(W, *KNOWN, method="raking", bounds=(0.5, 2)), "Raking cannot keep bounds on g: use logit"),
        (lambda: calibrate(W, *KNOWN, variance=np.zeros(16)), "The variance of row 0 is 0: it must be above 0"),
        (lambda: calibrate(W, *KNOWN, variance=[1.0]), "variance must hold 16 numbers, one a row"),
        (
            lambda: calibrate(W, *KNOWN, bounds=(0.99, 1.01)),
            r"Calibration did not converge: .* No weights within the b",
        ),
        (lambda: rake(W, {"g": G}, {"h": {"a": 1}}), "Raking: 'g' has categories or totals only; give both"),
        (lambda: rake(W, {}, {}), "Raking needs at least one variable"),
        (lambda: rake(W, {"g": G}, {"g": {}}), "g: give the total of each category"),
        (
            lambda: rake(W, {"g": G}, {"g": {"p": -1, "q": 5}}),
            "g: the total of category 'p' is -1; merge it with another",
        ),
        (
            lambda: rake(W, {"g": G}, {"g": {"p": 0, "q": 0}}),
            "g: the totals of all categories are 0: there is no popula",
        ),
        (
            lambda: rake(W, {"g": G}, {"g": {"p": 0, "q": 5}}),
            "total of category 'p' is 0, and it has rows with a weight",
        ),
        (
            lambda: rake(W, {"g": G[:3]}, {"g": {"p": 1, "q": 5}}),
            r"g has shape \(3,\) for 16 weights: give one category",
        ),
        (lambda: rake(W, {"g": G}, {"g": [1, 2]}), r"g: give \{label: total\}, or a pandas Series whose index holds"),
        (
            lambda: poststratify(W, G, {"p": 1}),
            "Post-stratification: category q has rows but no total; give its total or",
        ),
        (lambda: poststratify(W, G, {"p": 1, "q": np.inf}), "total of category 'q' is inf"),
        (
            lambda: poststratify(W, G, {"p": 1, "q": 1, "r": 1}),
            "category 'r' has a total but no row with a weight; merge",
        ),
        (
            lambda: poststratify(np.zeros(16), G, {"p": 1, "q": 1}),
            "all weights are 0: nobody is left to stand for the p",
        ),
        (
            lambda: poststratify(-W, G, {"p": 1, "q": 1}),
            "weights in row 0 is -2.5: it must be a finite number of at least",
        ),
        (lambda: adjusted(endless()), "There is no adjustment: give at least one step"),
        (
            lambda: adjusted(endless(), poststratify(2 * W, G, {"p": 1, "q": 1})),
            "Adjustment 1 did not start from the weights before it: hand the weights of one step to the next",
        ),
        (
            lambda: trim_weights([1, 2, 9], 3.9),
            "The cap 3.9 is below the mean weight 4: not even equal weights keep the",
        ),
        (
            lambda: trim_weights([1, 2, 9], lower=4.1),
            "The floor 4.1 is above the mean weight 4: not even equal weights",
        ),
        (lambda: trim_weights([1, 2, 9], 5, rule="once"), "rule = 'once': choose 'passes' or 'settled'"),
        (
            lambda: trim_weights([1, 9, 2], 5, redistribute="all"),
            "redistribute = 'all': choose 'equal' or 'proportional'",
        ),
        (
            lambda: trim_weights([1.0, 9], 6, 4),
            "No weight lies within the bounds, so nobody can take the excess: widen",
        ),
    ],
)
def test_what_cannot_be_adjusted_says_why(call, sentence):
    with pytest.raises(WeightingError, match=sentence):
        call()


def test_an_empty_category_with_a_total_of_0_is_left_out():
    for step in (
        poststratify([1.0, 1], ["m", "m"], {"m": 4, "x": 0}),
        rake([1.0, 1], {"s": ["m", "m"]}, {"s": {"m": 4, "x": 0}}),
        calibrate([1.0, 1], {"s": ["m", "m"]}, {"s": {"m": 4, "x": 0}}),
        poststratify([1.0, 1, 0], ["m", "m", "x"], {"m": 4, "x": 0}),
    ):
        assert step.weights[:2].tolist() == [2, 2]


def test_the_sum_of_trimmed_weights_is_kept_over_every_small_case():
    for weights in itertools.product([1.0, 4.0, 10.0], repeat=4):
        mean = sum(weights) / 4
        for rule, redistribute in itertools.product(["passes", "settled"], ["equal", "proportional"]):
            found = trim_weights(weights, 1.5 * mean, rule=rule, redistribute=redistribute).weights
            assert found.sum() == pytest.approx(sum(weights))
            assert found.max() <= 1.5 * mean * (1 + 1e-12)


def test_a_weight_at_a_bound_no_longer_moves():
    rule = distance("linear", (0.5, 2))
    assert rule.slope(np.array([0.5, 1.0, 1.9, 2.0])).tolist() == [0, 1, 1, 0]
    np.testing.assert_allclose(distance("logit", (0.5, 2)).slope(np.array([0.5, 1.0, 2.0])), [0, 1, 0])
