"""Regression: what R says, what must not change, and what is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import weighting
from tests.weighting.reference_data import columns
from weighting import Design, WeightingError, mean, regression, replicate_weights

API = columns("apistrat.csv")
DESIGN = Design(API["stype"], weights=API["pw"], population=API["fpc"])
MOBILITY = np.where(API["mobility"] <= 10, "a", np.where(API["mobility"] <= 20, "b", "c"))


def test_proportional_odds_are_those_of_svyolr():
    # > d2 <- update(d2, m3=cut(mobility, c(-1,10,20,100), labels=c("a","b","c"))); svyolr(m3~ell+stype, d2)
    # survey 4.1-1
    #            ell         stypeH         stypeM            a|b            b|c
    #  0.01701756174 -1.67400608820 -0.98043793791 -1.43486326398  1.31832275854
    #  SE 0.008496855878 0.370168418041 0.363615418005 0.251978907473 0.262756328376
    model = regression(DESIGN, MOBILITY, API, "ell + stype", family="proportional odds")
    assert model.labels == ("ell", "stypeH", "stypeM", "a|b", "b|c")
    np.testing.assert_allclose(
        model.value, [0.01701756174, -1.67400608820, -0.98043793791, -1.43486326398, 1.31832275854], rtol=2e-5
    )
    np.testing.assert_allclose(
        model.standard_error,
        [0.008496855878, 0.370168418041, 0.363615418005, 0.251978907473, 0.262756328376],
        rtol=2e-4,
    )
    assert model.wald("stype").degrees_of_freedom == (2.0, 193.0)


def test_marginal_means_are_those_of_svypredmeans():
    # > m <- svyglm(api00~meals+ell, d2); svypredmeans(m, ~stype)      survey 4.1-1
    # E 687.862092856   H 559.567810638   M 627.402675074; attr(, "parts")[[1]], the model's share of the variance:
    # 30.2276252289 81.984201051 65.9360926580, covariance E,H 2.010898949
    # (R adds the sample's share, 70.53834948, as if the two were independent; here they are linearised together)
    margins = regression(DESIGN, API["api00"], API, "meals + ell + stype").marginal_means("stype")
    assert margins.labels == ("E", "H", "M")
    np.testing.assert_allclose(margins.value, [687.862092856, 559.567810638, 627.402675074], rtol=1e-10)
    model = regression(DESIGN, API["api00"], API, "meals + ell + stype")
    middle = [float(mean(DESIGN, API[name]).value) for name in ("meals", "ell")]
    rows = np.array([[1, *middle, 0, 0], [1, *middle, 1, 0], [1, *middle, 0, 1]])
    share = rows @ model.covariance() @ rows.T
    np.testing.assert_allclose(np.diagonal(share), [30.2276252289, 81.984201051, 65.9360926580], rtol=1e-9)
    assert share[0, 1] == pytest.approx(2.010898949)


def test_logistic_margins_and_predictions_are_those_of_r():
    # > m <- svyglm(yy~meals+ell, d2, family=quasibinomial()); svypredmeans(m, ~stype)      survey 4.1-1
    # E 0.913773748358   H 0.475828165245   M 0.688575009126
    # > predict(m, data.frame(meals=c(10,50), ell=c(5,20)), type="response")
    # 0.826568595539 0.0386645901752     0.832021927301 0.0251632858308
    y = API["sch.wide"] == "Yes"
    margins = regression(DESIGN, y, API, "meals + ell + stype", family="logistic").marginal_means("stype")
    np.testing.assert_allclose(margins.value, [0.913773748358, 0.475828165245, 0.688575009126], rtol=1e-8)
    model = regression(DESIGN, y, API, "meals + ell", family="logistic")
    ahead = model.predict({"meals": [10, 50], "ell": [5, 20]})
    np.testing.assert_allclose(ahead.value, [0.826568595539, 0.832021927301], rtol=1e-9)
    np.testing.assert_allclose(ahead.standard_error, [0.0386645901752, 0.0251632858308], rtol=1e-7)


@given(st.integers(0, 5000), st.sampled_from(["linear", "logistic", "proportional odds"]), st.floats(0.01, 100))
def test_a_fit_does_not_know_the_scale_of_the_weights_nor_the_order_of_the_rows(seed, family, scale):
    rng = np.random.default_rng(seed)
    n = 120
    data = {"g": rng.choice(list("abc"), n), "x": rng.normal(size=n)}
    strata, weights = rng.integers(0, 3, n), rng.uniform(1, 5, n)
    y = rng.integers(0, 2, n) if family == "logistic" else rng.integers(1, 5, n)
    one = regression(Design(strata, weights=weights), y, data, "g * x", family=family)
    order = rng.permutation(n)
    other = regression(
        Design(strata[order], weights=scale * weights[order]),
        y[order],
        {name: values[order] for name, values in data.items()},
        "g * x",
        family=family,
    )
    np.testing.assert_allclose(other.value, one.value, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(other.covariance(), one.covariance(), rtol=1e-5, atol=1e-8)


@given(st.integers(0, 5000))
def test_a_model_of_one_factor_gives_the_means_of_its_groups(seed):
    rng = np.random.default_rng(seed)
    n = 60
    group, y = np.r_[["a", "b", "c"], rng.choice(list("abc"), n - 3)], rng.normal(3, 1, n)
    design = Design(np.arange(n) % 3, weights=rng.uniform(1, 4, n))
    means, model = mean(design, y, domains=group), regression(design, y, {"g": group})
    difference = weighting.difference(means, "b", "a")
    assert model.value[1] == pytest.approx(float(difference.value))
    assert model.standard_error[1] == pytest.approx(float(difference.standard_error), rel=1e-9)
    test = weighting.equal_means(design, y, group)
    assert model.wald("g").statistic == pytest.approx(test.statistic)
    assert model.wald("g").p_value == pytest.approx(test.p_value)
    np.testing.assert_allclose(model.marginal_means("g").value, means.value)
    np.testing.assert_allclose(model.marginal_means("g").standard_error, means.standard_error, rtol=1e-9)


def test_frequencies_are_rows_written_once():
    rng = np.random.default_rng(4)
    times, y, x = rng.integers(1, 4, 40), rng.integers(0, 2, 40), rng.normal(size=40)
    rows = np.repeat(np.arange(40), times)
    for family in ("linear", "logistic"):
        one = regression(Design(weights=np.ones(40), frequencies=times), y, {"x": x}, family=family)
        two = regression(Design(weights=np.ones(len(rows))), y[rows], {"x": x[rows]}, family=family)
        np.testing.assert_allclose(one.covariance(), two.covariance(), rtol=1e-9)
        assert one.n == two.n
        assert one.degrees_of_freedom == two.degrees_of_freedom


def test_a_domain_is_not_the_same_as_leaving_rows_out_but_its_coefficients_are():
    inside = API["comp.imp"] == "Yes"
    whole = regression(DESIGN, API["api00"], API, "meals", domain=inside)
    rows = {name: values[inside] for name, values in API.items()}
    alone = regression(Design(rows["stype"], weights=rows["pw"]), rows["api00"], rows, "meals")
    np.testing.assert_allclose(whole.value, alone.value)
    assert whole.n == inside.sum()
    assert np.abs(whole.standard_error / alone.standard_error - 1).max() > 1e-4


def test_margins_of_replicates_come_near_the_linearised_ones():
    replicates = replicate_weights(DESIGN, "JKn")
    for family, y in (("linear", API["api00"]), ("logistic", API["sch.wide"] == "Yes")):
        linear = regression(DESIGN, y, API, "meals + stype", family=family).marginal_means("stype")
        again = regression(replicates, y, API, "meals + stype", family=family).marginal_means("stype")
        np.testing.assert_allclose(again.value, linear.value)
        np.testing.assert_allclose(again.standard_error, linear.standard_error, rtol=0.03)


def test_numbers_are_factors_only_when_written_so():
    unit = np.tile([1, 2, 3], 20)
    y = np.arange(60.0) % 7
    number = regression(Design(weights=np.ones(60)), y, {"unit": unit})
    factor = regression(Design(weights=np.ones(60)), y, {"unit": unit}, "factor(unit)")
    assert number.labels == ("(Intercept)", "unit")
    assert factor.labels == ("(Intercept)", "factor(unit)2", "factor(unit)3")
    assert factor.wald("unit").degrees_of_freedom[0] == factor.wald("factor(unit)").degrees_of_freedom[0] == 2


def test_interactions_stand_in_the_order_of_r():
    # > colnames(model.matrix(~a*b, expand.grid(a=c("1","2","3"), b=c("x","y","z"))))
    # "(Intercept)" "a2" "a3" "by" "bz" "a2:by" "a3:by" "a2:bz" "a3:bz"
    a, b = (np.array(part) for part in zip(*[(i, j) for i in "123" for j in "xyz"] * 4, strict=True))
    model = regression(Design(weights=np.ones(36)), np.arange(36.0) ** 2 % 11, {"a": a, "b": b}, "a*b")
    assert model.labels == ("(Intercept)", "a2", "a3", "by", "bz", "a2:by", "a3:by", "a2:bz", "a3:bz")
    assert model.wald("b:a").degrees_of_freedom[0] == 4


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"terms": "nobody"}, "names 'nobody'"),
        ({"terms": "x + g:x"}, "needs g as a term"),
        ({"terms": ["x", "z"]}, "repeat each other"),
        ({"family": "probit"}, "choose linear"),
        ({"family": "logistic"}, "answers 0 and 1"),
        ({"y": [1, 2, 1, 2, 1, 2, 1, 2], "family": "proportional odds"}, "at least three levels"),
        ({"y": [0, 0, 0, 0, 1, 1, 1, 1], "family": "logistic", "terms": "x"}, "separate"),
        ({"y": [1.0, 2.0]}, "8 rows"),
        ({"y": [np.nan] * 8}, "at least two|no row"),
        ({"domain": [1, 0] * 4}, "booleans"),
        ({"data": {"g": ["a"] * 8}, "terms": None}, "at least two"),
        ({"data": {"g": ["a", "b"]}, "terms": None}, "8 rows"),
    ],
)
def test_what_cannot_be_fitted_is_refused_with_its_name(change, sentence):
    x = np.arange(8.0)
    call = {"y": x**2, "data": {"x": x, "z": 2 * x, "g": list("abababab")}, "terms": "x + g", **change}
    with pytest.raises(WeightingError, match=sentence):
        regression(Design(weights=np.ones(8)), call.pop("y"), call.pop("data"), call.pop("terms"), **call)


def test_what_a_model_cannot_say_is_refused():
    model = regression(DESIGN, API["api00"], API, "meals + stype")
    with pytest.raises(WeightingError, match="no term of this model: meals, stype"):
        model.wald("ell")
    with pytest.raises(WeightingError, match="for which values"):
        model.marginal_means("meals")
    with pytest.raises(WeightingError, match="no variable"):
        model.marginal_means("ell")
    with pytest.raises(WeightingError, match="needs a value of stype"):
        model.predict({"meals": [1.0]})
    with pytest.raises(WeightingError, match="does not know"):
        model.predict({"meals": [1.0], "stype": ["X"]})
    ordinal = regression(DESIGN, MOBILITY, API, "ell", family="proportional odds")
    with pytest.raises(WeightingError, match="an answer is a level"):
        ordinal.marginal_means("ell", [1, 2])
