"""Contrasts, changes, many comparisons and standardised means: by hand, beside R, and what must not matter."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import weighting
from tests.weighting.sixteen import PSU, G, H, K, W, Y, endless, finite
from tests.weighting.strategies import samples
from weighting import Design, PanelRound, WeightingError, adjust_p, all_pairs, change, contrast, mean

#: three means whose errors are known: 2 (1), 5 (2), 9 (0.5) of independent samples of 3, 3 and 3
THREE = mean(
    Design(list("aaabbbccc"), weights=np.ones(9)),
    [2 - 3**0.5, 2, 2 + 3**0.5, 5 - 12**0.5, 5, 5 + 12**0.5, 9 - 0.75**0.5, 9, 9 + 0.75**0.5],
    domains=list("aaabbbccc"),
)


def test_the_three_means_are_what_they_are_said_to_be():
    np.testing.assert_allclose(THREE.value, [2, 5, 9])
    np.testing.assert_allclose(THREE.standard_error, [1, 2, 0.5])
    assert THREE.design_degrees_of_freedom == 6


@pytest.mark.parametrize(
    ("coefficients", "value", "error"),
    [
        ({"a": 1}, 2, 1),
        ({"a": -1, "b": 1}, 3, 5**0.5),
        ({"a": 0.5, "b": 0.5, "c": -1}, -5.5, (0.25 + 1 + 0.25) ** 0.5),
        ({"c": 2}, 18, 1),
        ([1, 1, 1], 16, 5.25**0.5),
        ([0, 0, 0], 0, 0),
    ],
)
def test_contrasts_of_independent_means_add_squares(coefficients, value, error):
    found = contrast(THREE, coefficients)
    assert found.value.shape == ()
    assert found.value == pytest.approx(value)
    assert found.standard_error == pytest.approx(error, abs=1e-12)
    assert found.kind == "difference"
    assert found.degrees_of_freedom == 6
    assert found.labels == (0,)
    assert found.limits is None
    if error:
        low, high = found.interval(0.9)
        assert low == pytest.approx(value - stats.t.ppf(0.95, 6) * error)
        assert high == pytest.approx(value + stats.t.ppf(0.95, 6) * error)
        assert found.p_value() == pytest.approx(2 * stats.t.sf(abs(value) / error, 6))


def test_several_contrasts_at_once_have_names_and_a_covariance():
    rows = np.array([[1.0, -1, 0], [0, 1, -1], [1, 0, -1]])
    found = contrast(THREE, rows, names=("one", "two", "three"))
    assert found.labels == ("one", "two", "three")
    np.testing.assert_allclose(found.value, [-3, -4, -7])
    np.testing.assert_allclose(found.covariance(), rows @ np.diag([1, 4, 0.25]) @ rows.T)
    np.testing.assert_allclose(found.n, [6, 6, 6])
    assert np.isnan(found.design_effect).all()
    assert np.isnan(found.kish_n).all()


def test_contrasts_of_sixteen_rows_agree_with_r():
    # > m <- svyby(~y, ~k, ds, svymean, covmat=TRUE)      2.31818181818 3.59459459459 3.64102564103
    # > svycontrast(m, list(a=c(r=.5, s=.5, t=-1), b=c(r=1, s=0, t=-1)))   -0.6846374346 0.73495; -1.3228438228 0.72228
    found = mean(finite(), Y, domains=K)
    np.testing.assert_allclose(found.value, [2.31818181818, 3.59459459459, 3.64102564103], atol=5e-12)
    expected = [
        [0.1693685540605, 0.18832491191214, -0.07389512844058],
        [0.1883249119121, 0.47860747644768, -0.00556705754211],
        [-0.0738951284406, -0.00556705754211, 0.20452765670993],
    ]
    np.testing.assert_allclose(found.covariance(), expected, atol=5e-13)
    two = contrast(found, [[0.5, 0.5, -1], [1, 0, -1]])
    np.testing.assert_allclose(two.value, [-0.6846374346, -1.3228438228], atol=5e-11)
    np.testing.assert_allclose(two.standard_error, [0.73495, 0.72228], atol=5e-6)


def test_totals_and_shares_by_domain_agree_with_r():
    # > svyby(~y, ~k, ds, svytotal)     51.0 15.9059737206   66.5 20.0303935724   71.0 19.6248142242
    # > svyby(~I(y >= 4), ~k, ds, svymean)     0 0     0.621621621622 0.247879632199     0.743589743590 0.211133076563
    totals = weighting.total(finite(), Y, domains=K)
    np.testing.assert_allclose(totals.value, [51, 66.5, 71])
    np.testing.assert_allclose(totals.standard_error, [15.9059737206, 20.0303935724, 19.6248142242], atol=5e-11)
    shares = weighting.proportion(finite(), Y >= 4, domains=K)
    np.testing.assert_allclose(shares.value, [0, 0.621621621622, 0.743589743590], atol=5e-13)
    np.testing.assert_allclose(shares.standard_error, [0, 0.247879632199, 0.211133076563], atol=5e-13)
    assert shares.problem.tolist() == ["answers all equal", "", ""]


def test_two_crossed_domains_agree_with_r():
    # > svyby(~y, ~g + k, ds, svymean)
    found = mean(finite(), Y, domains=weighting.interaction(G, K))
    assert found.labels == ("p:r", "p:s", "p:t", "q:r", "q:s", "q:t")
    expected = [3, 3.44444444444, 3.39130434783, 1.96551724138, 4, 4]
    np.testing.assert_allclose(found.value, expected, atol=5e-12)
    errors = [0, 0.923369737858, 0.622816403076, 0.563441124791, 0, 0]
    np.testing.assert_allclose(found.standard_error, errors, atol=5e-13)


def test_lonely_psus_agree_with_r():
    # the first PSU is a stratum of its own      > SE(svymean(~y, dl)); SE(svytotal(~y, dl))
    strata = np.array(["c"] * 2 + ["a"] * 6 + ["b"] * 8)
    for rule, of_mean, of_total in (
        ("average", 0.530934283455839, 23.7170824512628),
        ("remove", 0.433506027139005, 19.3649167310371),
        ("certainty", 0.433506027139005, 19.3649167310371),
    ):
        design = Design(strata, PSU, W, lonely_psu=rule)
        assert mean(design, Y).standard_error == pytest.approx(of_mean, rel=1e-12)
        assert weighting.total(design, Y).standard_error == pytest.approx(of_total, rel=1e-12)
    adjusted = Design(strata, PSU, W, lonely_psu="adjust")
    assert mean(adjusted, Y).standard_error == pytest.approx(0.434533268602801, rel=1e-12)
    with pytest.raises(WeightingError, match="stratum c"):
        mean(Design(strata, PSU, W), Y)


def test_standardised_means_agree_with_r():
    # > sd <- svystandardize(dn, by=~k, over=~g, population=c(5, 3, 2))       svyby(~y, ~g, sd, svymean)
    mix = {"r": 5, "s": 3, "t": 2}
    found = mean(weighting.standardise(endless(), K, mix, over=G), Y, domains=G)
    np.testing.assert_allclose(found.value, [3.21159420290, 2.98275862069], atol=5e-12)
    np.testing.assert_allclose(found.standard_error, [0.323769265468, 0.315994962985], atol=5e-13)
    one = mean(weighting.standardise(endless(), K, mix), Y)  # > svystandardize(dn, by=~k, over=~1, …)
    assert one.value == pytest.approx(2.965674416, abs=5e-10)
    assert one.standard_error == pytest.approx(0.41065, abs=5e-6)


@settings(max_examples=25)
@given(samples(), st.floats(0.01, 100))
def test_shares_and_counts_of_a_standard_population_are_the_same(sample, scale):
    design, over = Design(sample.strata, sample.psu, sample.weights), np.arange(len(sample.y)) % 2
    by = np.tile([0, 0, 1], len(sample.y) // 3)
    one = mean(weighting.standardise(design, by, {0: 0.3, 1: 0.7}, over=over), sample.y, domains=over)
    two = mean(weighting.standardise(design, by, {0: 0.3 * scale, 1: 0.7 * scale}, over=over), sample.y, domains=over)
    np.testing.assert_allclose(two.value, one.value)
    np.testing.assert_allclose(two.standard_error, one.standard_error, rtol=1e-6, atol=1e-9)
    for unit in (0, 1):
        parts = [
            np.average(sample.y[(over == unit) & (by == b)], weights=sample.weights[(over == unit) & (by == b)])
            for b in (0, 1)
        ]
        assert one.value[unit] == pytest.approx(0.3 * parts[0] + 0.7 * parts[1])


# -- changes ----------------------------------------------------------------------------------------------------------


def test_a_change_of_independent_rounds_is_welchs_test():
    before, now = np.array([1.0, 2, 4, 5]), np.array([3.0, 7, 8])
    found = change(mean(Design(weights=np.ones(3)), now), mean(Design(weights=np.ones(4)), before))
    welch = stats.ttest_ind(now, before, equal_var=False)
    assert found.value == pytest.approx(3)
    assert found.value / found.standard_error == pytest.approx(welch.statistic)
    assert found.degrees_of_freedom == pytest.approx(welch.df)
    assert found.p_value() == pytest.approx(welch.pvalue)
    low, high = welch.confidence_interval(0.9)
    np.testing.assert_allclose(found.interval(0.9), [low, high])
    assert found.n == 7
    assert found.kind == "difference"


def test_a_change_of_the_same_people_is_the_paired_test():
    before, now = np.array([1.0, 2, 4, 5]), np.array([2.0, 4, 4, 8])
    people, design = ["p", "q", "r", "s"], Design(weights=np.ones(4))
    order = np.array([2, 0, 3, 1])
    later = PanelRound(design, now[order], np.array(people)[order])
    found = change(later, PanelRound(design, before, people))
    paired = stats.ttest_rel(now, before)
    assert found.value / found.standard_error == pytest.approx(paired.statistic)
    assert found.degrees_of_freedom == 3
    assert found.p_value() == pytest.approx(paired.pvalue)


def test_rounds_without_common_people_are_independent():
    one, two = PanelRound(Design(weights=np.ones(4)), [1.0, 2, 4, 5], list("pqrs")), [3.0, 7, 8, 2, 1]
    found = change(PanelRound(Design(weights=np.ones(5)), two, list("abcde")), one)
    parts = np.var([1.0, 2, 4, 5], ddof=1) / 4, np.var(two, ddof=1) / 5
    # both rounds lie in one stratum of nine people: R's svydesign of both
    assert found.variance == pytest.approx((parts[0] * 3 / 4 + parts[1] * 4 / 5) * 9 / 8)
    assert found.degrees_of_freedom == 8


def test_domains_meet_by_label_and_a_new_one_has_no_change():
    design = Design(weights=np.ones(6))
    before = mean(design, [1.0, 2, 3, 7, 8, 9], domains=list("aaabbb"))
    now = mean(design, [9.0, 8, 7, 5, 4, 3], domains=list("bbbccc"))
    found = change(now, before)
    assert found.labels == ("b", "c")
    assert found.value[0] == 0
    assert np.isnan(found.value[1])
    assert found.problem.tolist() == ["", "no answers"]
    panel = change(
        PanelRound(design, [9.0, 8, 6, 5, 4, 3], list("pqrstu"), list("bbbccc")),
        PanelRound(design, [1.0, 2, 3, 7, 8, 9], list("stupqr"), list("aaabbb")),
    )
    assert panel.labels == ("b", "c")
    assert panel.value[0] == pytest.approx(23 / 3 - 8)
    assert np.isnan(panel.value[1])


@settings(max_examples=30)
@given(st.integers(0, 10_000), st.floats(0.1, 10))
def test_a_change_turns_its_sign_when_rounds_change_places(seed, scale):
    rng = np.random.default_rng(seed)
    one, two = (mean(Design(weights=scale * rng.uniform(1, 3, 8)), rng.normal(size=8)) for _ in range(2))
    there, back = change(one, two), change(two, one)
    assert there.value == pytest.approx(-float(back.value))
    assert there.standard_error == pytest.approx(float(back.standard_error))
    np.testing.assert_allclose(there.interval(), [-back.interval().high, -back.interval().low])


# -- many -------------------------------------------------------------------------------------------------------------

P = [0.001, 0.01, 0.02, 0.04, 0.2, 0.9]


@pytest.mark.parametrize(
    ("method", "adjusted"),
    [
        # > p.adjust(c(.001, .01, .02, .04, .2, .9), …)
        ("holm", [0.006, 0.05, 0.08, 0.12, 0.4, 0.9]),
        ("bonferroni", [0.006, 0.06, 0.12, 0.24, 1, 1]),
        ("BH", [0.006, 0.03, 0.04, 0.06, 0.24, 0.9]),
        ("none", P),
    ],
)
def test_p_values_are_adjusted_as_in_r_in_any_order(method, adjusted):
    for order in itertools.islice(itertools.permutations(range(6)), 0, 720, 37):
        found = adjust_p(np.array(P)[list(order)], method)
        np.testing.assert_allclose(found, np.array(adjusted)[list(order)])
    np.testing.assert_allclose(adjust_p(np.reshape(P, (2, 3)), method), np.reshape(adjusted, (2, 3)))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_adjusted_p_values_never_fall_and_keep_their_order(p):
    for method in ("holm", "bonferroni", "BH"):
        found = adjust_p(p, method)
        assert (found >= np.array(p) - 1e-15).all()
        assert (found <= 1).all()
        assert (np.diff(found[np.argsort(p, kind="stable")]) >= 0).all()
    assert (adjust_p(p, "BH") <= adjust_p(p, "holm") + 1e-15).all()
    assert (adjust_p(p, "holm") <= adjust_p(p, "bonferroni") + 1e-15).all()


def test_left_out_p_values_are_adjusted_by_holm():
    np.testing.assert_allclose(adjust_p(P), adjust_p(P, "holm"))
    np.testing.assert_allclose(all_pairs(THREE).p_adjusted, adjust_p(all_pairs(THREE).p_value, "holm"))


def test_all_pairs_are_the_contrasts_of_two():
    found = all_pairs(THREE, "bonferroni")
    assert found.first.tolist() == [0, 0, 1]
    assert found.second.tolist() == [1, 2, 2]
    np.testing.assert_allclose(found.differences.value, [-3, -7, -4])
    np.testing.assert_allclose(found.differences.standard_error, [5**0.5, 1.25**0.5, 4.25**0.5])
    np.testing.assert_allclose(found.p_value, 2 * stats.t.sf([3 / 5**0.5, 7 / 1.25**0.5, 4 / 4.25**0.5], 6))
    np.testing.assert_allclose(found.p_adjusted, np.minimum(3 * found.p_value, 1))
    table = found.columns()
    assert table["label"] == ["a - b", "a - c", "b - c"]
    assert table["p_adjusted"] == found.p_adjusted.tolist()


def test_strata_are_compared_as_if_each_were_a_sample_of_its_own():
    found = mean(endless(), Y, domains=H)
    np.testing.assert_allclose(found.covariance()[0, 1], 0, atol=1e-15)
    alone = mean(Design(psu=PSU[:8], weights=W[:8]), Y[:8])
    assert found.standard_error[0] == pytest.approx(float(alone.standard_error))


def test_a_change_has_neither_limits_nor_a_design_effect_nor_a_covariance():
    design = Design(weights=np.ones(4))
    bounded = mean(design, [1.0, 2, 4, 5], limits=(1, 5))
    found = change(bounded, mean(design, [2.0, 2, 3, 1], limits=(1, 5)))
    assert found.limits is None
    assert found.enumerated == 0
    assert np.isnan([found.kish_n, found.design_effect, found.design_effect_with_replacement]).all()
    for ask in (found.covariance, found.satterthwaite_degrees_of_freedom):
        with pytest.raises(WeightingError, match="a difference has no"):
            ask()
    census = mean(Design(population=np.full(4, 4)), [1.0, 2, 4, 5])
    assert change(census, census).enumerated == 1
    assert change(census, bounded).enumerated == 0
