"""Estimates, tests and models of sixteen rows beside what R prints for them (tests/weighting/sixteen.py)."""

import numpy as np
import pytest
from scipy import stats

import weighting
from tests.weighting.sixteen import PSU, G, H, K, M, N, W, X, Y, endless, finite
from weighting import Design, mean


def test_means_totals_and_ratios():
    # > svymean(~y, ds)      3.141666667 0.3872332083       svymean(~y, dn)     SE 0.43386
    # > svytotal(~y, ds)     188.5 16.77349                 svyratio(~y, ~x, ds)   0.0932706580901 0.00292090500757
    found = mean(finite(), Y)
    assert found.value == pytest.approx(3.141666667, abs=5e-10)
    assert found.standard_error == pytest.approx(0.3872332083, abs=5e-11)
    assert found.degrees_of_freedom == found.design_degrees_of_freedom == 6
    assert found.n == 16
    assert found.kish_n == pytest.approx(W.sum() ** 2 / (W @ W))
    assert mean(endless(), Y).standard_error == pytest.approx(0.43386, abs=5e-6)
    total = weighting.total(finite(), Y)
    assert total.value == 188.5
    assert total.standard_error == pytest.approx(16.77349, abs=5e-6)
    ratio = weighting.ratio(finite(), Y, X)
    assert ratio.value == pytest.approx(0.0932706580901, abs=5e-14)
    assert ratio.standard_error == pytest.approx(0.00292090500757, abs=5e-14)


def test_design_effects_with_and_without_replacement():
    # > svymean(~y, ds, deff=TRUE)     DEff 1.97253       deff="replace"     1.44652
    found = mean(finite(), Y)
    assert found.design_effect == pytest.approx(1.97253, abs=5e-6)
    assert found.design_effect_with_replacement == pytest.approx(1.44652, abs=5e-6)
    assert found.effective_n == pytest.approx(16 / 1.97253, rel=1e-5)
    assert found.cv == pytest.approx(0.3872332083 / 3.141666667)


def test_two_domains_and_what_they_share():
    # > svyby(~y, ~g, ds, svymean, covmat=TRUE)     p 3.32307692308 0.405867275444    q 2.92727272727 0.462481048050
    # > vcov(…)      0.164728245276 0.120871271945 0.213888719805
    # > svycontrast(…, c(p=1, q=-1))      0.3958041958 0.36997
    found = mean(finite(), Y, domains=G)
    assert found.labels == ("p", "q")
    np.testing.assert_allclose(found.value, [3.32307692308, 2.92727272727], atol=5e-12)
    np.testing.assert_allclose(found.standard_error, [0.405867275444, 0.462481048050], atol=5e-13)
    shared = [[0.164728245276, 0.120871271945], [0.120871271945, 0.213888719805]]
    np.testing.assert_allclose(found.covariance(), shared, atol=5e-13)
    apart = weighting.difference(found, "p", "q")
    assert apart.value == pytest.approx(0.3958041958, abs=5e-11)
    assert apart.standard_error == pytest.approx(0.36997, abs=5e-6)
    assert apart.labels == ("p - q",)


def test_two_stages():
    # > d2s <- svydesign(id=~psu+ssu, strata=~h, fpc=~N+M, data=d)
    # > svymean(~y, d2s)   3.258928571 0.52423    svytotal   456.25 127.17401
    # > svyby(~y, ~g, d2s, svymean)    p 3.69642857143 0.602770257216    q 2.82142857143 0.567440357619
    design = Design(H, PSU, population=N, ssu=np.arange(16), ssu_population=M)
    expected = [5, 5, 6.25, 6.25, 3.75, 3.75, 7.5, 7.5, 10, 10, 20, 20, 12.5, 12.5, 5, 5]
    np.testing.assert_allclose(design.weights, expected)
    whole, total = mean(design, Y), weighting.total(design, Y)
    assert whole.value == pytest.approx(3.258928571, abs=5e-10)
    assert whole.standard_error == pytest.approx(0.52423, abs=5e-6)
    assert total.value == pytest.approx(456.25)
    assert total.standard_error == pytest.approx(127.17401, abs=5e-6)
    domains = mean(design, Y, domains=G)
    np.testing.assert_allclose(domains.value, [3.69642857143, 2.82142857143], atol=5e-12)
    np.testing.assert_allclose(domains.standard_error, [0.602770257216, 0.567440357619], atol=5e-13)


def test_variances_and_covariances():
    # > svyvar(~y + x, ds)     y 1.658592593 0.42150    x 167.110814815 53.62975
    # > diag(vcov(…))  0.177660047019 17.182013359063 17.182013359063 2876.149935596674     svyvar(~y, dn)   SE 0.48973
    found = weighting.covariance_matrix(finite(), np.column_stack([Y, X]))
    assert found.value[0, 0] == pytest.approx(1.658592593, abs=5e-10)
    assert found.value[1, 1] == pytest.approx(167.110814815, abs=5e-10)
    expected = [[0.177660047019, 17.182013359063], [17.182013359063, 2876.149935596674]]
    np.testing.assert_allclose(found.variance, expected, rtol=1e-11)
    assert weighting.covariance_matrix(endless(), Y).standard_error == pytest.approx(0.48973, abs=5e-6)


def test_cronbachs_alpha():
    # > svycralpha(~y + x, dn)     0.304417700272
    assert weighting.cronbach_alpha(endless(), np.column_stack([Y, X])).value == pytest.approx(
        0.304417700272, abs=5e-13
    )


@pytest.mark.parametrize(
    ("rule", "low", "middle", "high"),
    [
        # > svyquantile(~x, ds, c(.1, .5, .9), qrule=…, ci=FALSE)
        ("math", 19, 31, 52),
        ("school", 19, 31, 52),
        ("hf1", 19, 31, 52),
        ("hf2", 19, 31, 52),
        ("hf3", 19, 31, 52),
        ("hf4", 18.6666666667, 30.4, 48),
        ("hf5", 19.125, 30.9411764706, 51),
        ("hf6", 18.9333333333, 31.2, 55.6),
        ("hf7", 19.4, 30.8333333333, 48.9),
        ("hf8", 19.0615384615, 31, 52.0857142857),
        ("hf9", 19.0764705882, 30.9836065574, 51.7636363636),
    ],
)
def test_quantiles_by_every_rule(rule, low, middle, high):
    found = weighting.quantile(finite(), X, [0.1, 0.5, 0.9], rule=rule)
    np.testing.assert_allclose(found.value, [low, middle, high], atol=5e-11)
    assert weighting.median(finite(), X, rule=rule).value == pytest.approx(middle, abs=5e-11)


def test_woodruffs_intervals_of_quantiles():
    # > svyquantile(~y, ds, c(.25, .5, .75), ci=TRUE)      2 NaN 4;  3 2 5 SE 0.613017587576;  4 4 NaN
    # > svyquantile(~x, ds, c(.25, .5, .75), ci=TRUE)      22 NaN 40; 31 19 61; 44 30 NaN
    # the share 0.0828 of the bound lies below the first step, 18 at 0.0833, where R takes the second one, 19
    for answers, bounds, error in (
        (Y, [(2, np.nan, 4), (3, 2, 5), (4, 4, np.nan)], 0.613017587576),
        (X, [(22, np.nan, 40), (31, 18, 61), (44, 30, np.nan)], (61 - 18) / (2 * stats.t.ppf(0.975, 6))),
    ):
        found = weighting.quantile(finite(), answers, [0.25, 0.5, 0.75])
        low, high = found.interval()
        np.testing.assert_allclose(np.column_stack([found.value, low, high]), bounds)
        assert found.standard_error[1] == pytest.approx(error, abs=5e-12)
        assert found.problem.tolist() == ["interval reaches beyond the data", "", "interval reaches beyond the data"]


@pytest.mark.parametrize(
    ("method", "low", "high"),
    [
        # > svyciprop(~I(y >= 4), dn, method=…)       0.43333333
        ("logit", 0.127198329906, 0.800501686034),
        ("xlogit", 0.127198329906, 0.800501686034),
        ("likelihood", 0.103612299192, 0.814802696541),
        ("asin", 0.0917913164494, 0.817387095459),
        ("beta", 0.0971121166055, 0.825284836086),
        ("mean", 0.0262766647807, 0.840390001886),
    ],
)
def test_intervals_of_a_share_by_every_method(method, low, high):
    found = weighting.proportion(endless(), Y >= 4)
    assert found.value == pytest.approx(26 / 60)
    # R's likelihood interval is read off a spline
    np.testing.assert_allclose(
        found.interval(method=method), [low, high], atol=1e-4 if method == "likelihood" else 1e-11
    )


def test_a_t_test_of_two_groups():
    # > svyttest(y ~ g, ds)    t = -1.069841021, df = 5, p-value = 0.333594632
    # 95 percent confidence interval: -1.346830616217 0.555222224609     difference -0.395804195804
    found = weighting.t_test(finite(), Y, G)
    assert found.statistic == pytest.approx(-1.069841021, abs=5e-10)
    assert found.degrees_of_freedom == (5,)
    assert found.p_value == pytest.approx(0.333594632, abs=5e-10)
    assert found.difference == pytest.approx(-0.395804195804, abs=5e-13)
    np.testing.assert_allclose(found.interval(), [-1.346830616217, 0.555222224609], atol=5e-12)
    moved = weighting.t_test(finite(), Y, G, null=-0.395804195804)
    assert moved.statistic == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("columns", "statistic", "expected"),
    [
        # > svychisq(~g + h, dn, statistic=…); svychisq(~g + k, dn, statistic=…)       statistic, parameters, p
        (H, "F", (0.990407508115, (1, 6), 0.358068492564)),
        (H, "chisq", (0.0358041958042, (1,), 0.319642796347)),
        (H, "Wald", (0.989690721649, (1, 6), 0.358230042085)),
        (H, "adjWald", (0.989690721649, (1, 6), 0.358230042085)),
        (H, "saddlepoint", (0.0358041958042, (1, 6), 0.360152216845)),
        (K, "F", (0.51679439346, (1.74207199682, 10.4524319809), 0.586738826891)),
        (K, "chisq", (1.70362179873, (2,), 0.596429404814)),
        (K, "Wald", (0.502608206193, (2, 6), 0.628331860241)),
        (K, "adjWald", (0.418840171827, (2, 5), 0.678928804638)),
        (K, "saddlepoint", (1.70362179873, (2, 10.4524319809), 0.602715526812)),
    ],
)
def test_independence_by_every_statistic(columns, statistic, expected):
    found = weighting.rao_scott(endless(), G, columns, statistic=statistic)
    assert found.statistic == pytest.approx(expected[0], rel=1e-10)
    np.testing.assert_allclose(found.degrees_of_freedom, expected[1], rtol=1e-9)
    assert found.p_value == pytest.approx(expected[2], rel=1e-7)


def test_the_exact_tail_of_one_interaction_is_fishers():
    # with one interaction the sum of chi-squares is one, and lincom is F; R lacks CompQuadForm here
    exact, fisher = (weighting.rao_scott(endless(), G, H, statistic=name) for name in ("lincom", "F"))
    assert exact.p_value == pytest.approx(fisher.p_value, abs=1e-7)


@pytest.mark.parametrize(
    ("groups", "test", "statistic", "df", "p"),
    [
        # > svyranktest(y ~ g, dn, test=…)
        (G, "kruskal-wallis", -0.693673637379, (5,), 0.518786085556),
        (G, "van der waerden", -1.08181188742, (5,), 0.328728229009),
        (G, "median", 0.356987414274, (5,), 0.735673322777),
        # > svyranktest(y ~ k, dn, test=…)      chisq / df against F(df, 4)
        (K, "kruskal-wallis", 6.09280705663, (2, 4), 0.157071011585),
        (K, "van der waerden", 6.31313504971, (2, 4), 0.150431426208),
        (K, "median", 14.4789709423, (2, 4), 0.0468559143939),
    ],
)
def test_ranks_by_every_test(groups, test, statistic, df, p):
    found = weighting.rank_test(endless(), Y, groups, test=test)
    assert found.statistic == pytest.approx(statistic, rel=1e-9)
    assert found.degrees_of_freedom == df
    assert found.p_value == pytest.approx(p, rel=1e-9)


def test_three_equal_means():
    # > regTermTest(svyglm(y ~ k, dn), ~k)      F = 3.18550535076 on 2 and 4 df: p= 0.1487571393
    found = weighting.equal_means(endless(), Y, K)
    assert found.statistic == pytest.approx(3.18550535076, rel=1e-10)
    assert found.degrees_of_freedom == (2, 4)
    assert found.p_value == pytest.approx(0.1487571393, rel=1e-9)
    again = weighting.regression(endless(), Y, {"k": K}).wald("k")
    assert again.statistic == pytest.approx(found.statistic)
    assert again.degrees_of_freedom == found.degrees_of_freedom


def test_a_linear_model():
    # > summary(svyglm(y ~ x + g, dn)); confint; vcov
    model = weighting.regression(endless(), Y, {"x": X, "g": G})
    assert model.labels == ("(Intercept)", "x", "gq")
    np.testing.assert_allclose(model.value, [0.1947797425210, 0.0899731489983, -0.1826370427929], rtol=1e-10)
    np.testing.assert_allclose(model.standard_error, [0.5050820180443, 0.0150063721079, 0.1793858677143], rtol=1e-10)
    np.testing.assert_allclose(model.t, [0.385639827914, 5.995662932475, -1.018123919794], rtol=1e-10)
    np.testing.assert_allclose(model.p_value(), [0.71939488991281, 0.00389284005673, 0.36619025148851], rtol=1e-9)
    low, high = model.interval()
    np.testing.assert_allclose(low, [-1.2075527542015, 0.0483087806125, -0.6806920571498], rtol=1e-10)
    np.testing.assert_allclose(high, [1.597112239244, 0.131637517384, 0.315417971564], rtol=1e-10)
    assert model.covariance()[0, 1] == pytest.approx(-0.0074708326427, rel=1e-10)
    assert model.covariance()[1, 2] == pytest.approx(-0.00103971598959, rel=1e-10)
    assert (model.n, model.degrees_of_freedom, model.design_degrees_of_freedom) == (16, 4, 6)


def test_a_logistic_model():
    # > summary(svyglm(I(y >= 4) ~ x, dn, family=quasibinomial, epsilon=1e-13))
    model = weighting.regression(endless(), Y >= 4, {"x": X}, family="logistic")
    np.testing.assert_allclose(model.value, [-19.204082508269, 0.565734294224], rtol=1e-7)
    np.testing.assert_allclose(model.standard_error, [8.234536886794, 0.230900090867], rtol=1e-6)
    np.testing.assert_allclose(model.p_value(), [0.0670325849625, 0.0579274337688], rtol=1e-6)


def test_predictions_and_margins_of_the_linear_model_follow_its_line():
    model = weighting.regression(endless(), Y, {"x": X, "g": G})
    predicted = model.predict({"x": [30.0, 40.0], "g": ["p", "q"]})
    slopes = np.array([[1, 30, 0], [1, 40, 1]])
    np.testing.assert_allclose(predicted.value, slopes @ model.value)
    np.testing.assert_allclose(predicted.covariance(), slopes @ model.covariance() @ slopes.T)
    margins = model.marginal_means("g")
    assert margins.labels == ("p", "q")
    assert margins.value[1] - margins.value[0] == pytest.approx(model.value[2])
    assert margins.value[0] == pytest.approx(model.value @ [1, (W @ X) / W.sum(), 0])


def test_an_estimate_without_a_finite_population_is_wider_by_the_corrections():
    wide, narrow = mean(endless(), Y), mean(finite(), Y)
    parts = {}
    for stratum in "ab":
        scores = np.where(stratum == H, W * (Y - narrow.value) / W.sum(), 0)
        sums = np.array([scores[unit == PSU].sum() for unit in np.unique(PSU[stratum == H])])
        parts[stratum] = 4 / 3 * ((sums - sums.mean()) ** 2).sum()
    assert wide.variance == pytest.approx(parts["a"] + parts["b"])
    assert narrow.variance == pytest.approx(0.6 * parts["a"] + 0.8 * parts["b"])
    low, high = narrow.interval(0.9)
    reach = stats.t.ppf(0.95, 6) * narrow.standard_error
    assert (low, high) == (pytest.approx(narrow.value - reach), pytest.approx(narrow.value + reach))
