"""Replicate weights written out, R's standard errors from them, and each refusal with its sentence."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import weighting
from tests.weighting.sixteen import PSU, W, X, Y, endless, finite
from weighting import Design, WeightingError, given_replicates, replicate_weights
from weighting.replicates.methods import hadamard_matrix

#: the sixteen rows in four strata of two PSUs each
PAIRED = Design(np.repeat([1, 2, 3, 4], 4), PSU, W)


def ratio(weights):
    return (weights @ Y) / (weights @ X)


# -- the weights themselves -------------------------------------------------------------------------------------------


def test_jk1_leaves_out_a_psu_and_raises_the_others():
    found = replicate_weights(Design(psu=list("aabbc"), weights=[1.0, 2, 3, 4, 5]), "JK1")
    expected = np.array([[0, 0, 3, 4, 5], [1, 2, 0, 0, 5], [1, 2, 3, 4, 0]]).T * 1.5
    np.testing.assert_allclose(found.replicate_weights, expected)
    assert found.scale == pytest.approx(2 / 3)
    assert found.rscales.tolist() == [1, 1, 1]
    assert found.degrees_of_freedom == 2
    assert found.weights.tolist() == [1, 2, 3, 4, 5]
    assert found.mse is False


def test_jkn_touches_one_stratum_at_a_time_and_keeps_the_finite_population():
    design = Design(["a"] * 3 + ["b"] * 2, weights=[1.0, 1, 1, 2, 2], population={"a": 12, "b": 4})
    found = replicate_weights(design, "JKn", mse=True)
    expected = np.array(
        [[0, 1.5, 1.5, 2, 2], [1.5, 0, 1.5, 2, 2], [1.5, 1.5, 0, 2, 2], [1, 1, 1, 0, 4], [1, 1, 1, 4, 0]]
    )
    np.testing.assert_allclose(found.replicate_weights, expected.T)
    # (1 - n / N) (n - 1) / n: 0.75 * 2 / 3 and 0.5 / 2
    np.testing.assert_allclose(found.rscales, [0.5, 0.5, 0.5, 0.25, 0.25])
    assert found.scale == 1
    assert found.degrees_of_freedom == 3
    assert found.mse is True


@pytest.mark.parametrize("lonely", ["certainty", "remove"])
def test_a_lonely_psu_that_counts_as_certain_is_in_every_replicate(lonely):
    design = Design(["a", "a", "b"], weights=[2.0, 2, 7], lonely_psu=lonely)
    found = replicate_weights(design, "JKn")
    assert found.replicate_weights.tolist() == [[0, 4], [4, 0], [7, 7]]
    boot = replicate_weights(design, "bootstrap", replicates=4)
    assert (boot.replicate_weights[2] == 7).all()


def test_an_enumerated_lonely_psu_needs_no_choice():
    design = Design(["a", "a", "b"], population={"a": 8, "b": 1})
    assert replicate_weights(design, "JKn").replicate_weights.shape == (3, 2)


def test_brr_doubles_one_psu_of_each_stratum_in_balance():
    found = replicate_weights(PAIRED, "BRR")
    factors = found.replicate_weights / W[:, None]
    assert set(np.unique(factors)) == {0, 2}
    # the two PSUs of a stratum take turns, and strata are balanced
    np.testing.assert_allclose(factors[0] + factors[2], 2)
    signs = factors[::4] - 1
    np.testing.assert_allclose(signs @ signs.T, signs.shape[1] * np.eye(4))
    assert factors.shape[1] == 8
    assert found.scale == pytest.approx(1 / 8)
    assert (found.rscales == 1).all()
    assert found.degrees_of_freedom == 4
    assert (factors[0] == factors[1]).all()


@pytest.mark.parametrize("rho", [0.0, 0.25, 0.5, 0.9])
def test_fay_moves_them_by_less(rho):
    found = replicate_weights(PAIRED, "Fay", rho=rho)
    np.testing.assert_allclose(np.unique(found.replicate_weights / W[:, None]), [rho, 2 - rho])
    assert found.scale == pytest.approx(1 / (8 * (1 - rho) ** 2))


def test_left_out_fays_factor_is_a_half():
    np.testing.assert_allclose(np.unique(replicate_weights(PAIRED, "Fay").replicate_weights / W[:, None]), [0.5, 1.5])
    # and brr knows none
    np.testing.assert_allclose(
        np.unique(replicate_weights(PAIRED, "BRR", rho=0.9).replicate_weights / W[:, None]), [0, 2]
    )


@pytest.mark.parametrize(
    ("least", "order"), [(0, 1), (1, 1), (2, 2), (3, 4), (5, 8), (9, 12), (13, 16), (17, 20), (21, 24), (25, 32)]
)
def test_hadamard_matrices_have_orthogonal_columns(least, order):
    found = hadamard_matrix(least)
    assert found.shape == (order, order)
    assert (np.abs(found) == 1).all()
    assert (found[:, 0] == 1).all()
    np.testing.assert_array_equal(found.T @ found, order * np.eye(order))


@settings(max_examples=30)
@given(st.lists(st.integers(2, 6), min_size=1, max_size=4), st.integers(0, 1000))
def test_a_bootstrap_draws_one_psu_less_than_a_stratum_holds(sizes, seed):
    strata = np.repeat(np.arange(len(sizes)), sizes)
    design = Design(strata, weights=np.ones(len(strata)), population=dict(enumerate(2 * np.array(sizes))))
    found = replicate_weights(design, "bootstrap", replicates=20, seed=seed)
    shrink = np.sqrt(0.5)
    for stratum, size in enumerate(sizes):
        factors = found.replicate_weights[strata == stratum]
        times = (factors - 1 + shrink) / shrink * (size - 1) / size
        np.testing.assert_allclose(times, times.round(), atol=1e-9)
        np.testing.assert_allclose(times.sum(axis=0), size - 1)
        np.testing.assert_allclose(factors.sum(axis=0), size)
    assert found.scale == pytest.approx(1 / 19)
    assert found.degrees_of_freedom == min(sum(sizes) - len(sizes), 19)


def test_a_bootstrap_has_500_replicates_and_its_own_seed():
    first, again, other = (replicate_weights(endless(), "bootstrap", seed=seed) for seed in (0, 0, 1))
    assert first.replicate_weights.shape == (16, 500)
    assert (first.replicate_weights == again.replicate_weights).all()
    assert (first.replicate_weights != other.replicate_weights).any()
    assert (replicate_weights(endless(), "bootstrap").replicate_weights == first.replicate_weights).all()
    # degrees of freedom are never more than the replicates allow
    assert replicate_weights(endless(), "bootstrap", replicates=2).degrees_of_freedom == 1
    assert first.degrees_of_freedom == 6


# -- what comes of them -----------------------------------------------------------------------------------------------


def test_jackknives_of_sixteen_rows_agree_with_r():
    # > svymean(~y, as.svrepdesign(dn, type="JKn"))    0.43943      ds: 0.3922     ds, mse=TRUE: 0.39229
    # > svytotal 19.2072      svyratio(~y, ~x)    0.00350588534377
    found = replicate_weights(endless(), "JKn")
    assert found.mean(Y).value == pytest.approx(3.141666667)
    assert found.mean(Y).standard_error == pytest.approx(0.43943, abs=5e-6)
    assert found.estimate(lambda weights: weights @ Y).standard_error == pytest.approx(19.2072, abs=5e-5)
    assert found.estimate(ratio).standard_error == pytest.approx(0.00350588534377, abs=5e-13)
    assert replicate_weights(finite(), "JKn").mean(Y).standard_error == pytest.approx(0.3922, abs=5e-6)
    assert replicate_weights(finite(), "JKn", mse=True).mean(Y).standard_error == pytest.approx(0.39229, abs=5e-6)


def test_one_stratum_of_sixteen_rows_agrees_with_r():
    # > vcov(svymean(~x+y, as.svrepdesign(svydesign(id=~psu, weights=~w, data=d), type="JK1")))
    found = replicate_weights(Design(psu=PSU, weights=W), "JK1").mean(np.column_stack([X, Y]))
    expected = [[23.53909104167, 2.080851164965], [2.080851164965, 0.208234099115]]
    np.testing.assert_allclose(found.covariance(), expected, rtol=1e-10)
    np.testing.assert_allclose(found.standard_error, [4.85171, 0.45633], atol=5e-6)
    assert found.degrees_of_freedom == 7
    assert found.replicates.mean(axis=0) == pytest.approx([33.72167626277, 3.14719636956])


def test_balanced_replicates_of_sixteen_rows_agree_with_r():
    # > svymean(~y, as.svrepdesign(db, type="BRR"))  0.46838     type="Fay", fay.rho=.3  0.46568     svytotal  17.61391
    # R takes another Hadamard matrix: totals agree to the last digit, means nearly
    assert replicate_weights(PAIRED, "BRR").mean(Y).standard_error == pytest.approx(0.46838, abs=5e-3)
    assert replicate_weights(PAIRED, "Fay", rho=0.3).mean(Y).standard_error == pytest.approx(0.46568, abs=5e-3)
    total = replicate_weights(PAIRED, "BRR").estimate(lambda weights: weights @ Y)
    assert total.standard_error == pytest.approx(17.61391, abs=5e-6)


@settings(max_examples=30)
@given(st.integers(0, 10_000), st.floats(0.01, 100), st.sampled_from(["JK1", "JKn", "bootstrap"]))
def test_neither_the_scale_of_weights_nor_a_shift_of_answers_matters(seed, scale, method):
    rng = np.random.default_rng(seed)
    weights, y = rng.uniform(1, 5, 9), rng.normal(size=9)
    one = replicate_weights(Design(weights=weights), method, replicates=30).mean(y)
    other = replicate_weights(Design(weights=weights * scale), method, replicates=30).mean(y + 100)
    assert other.value == pytest.approx(one.value + 100)
    assert other.standard_error == pytest.approx(one.standard_error)


def test_a_table_an_interval_and_a_covariance_stand_beside_the_value():
    found = replicate_weights(Design(weights=np.ones(4)), "JK1").mean([1.0, 2, 3, 6])
    error = np.sqrt(14 / 3 / 4)
    low, high = found.interval()
    assert found.columns() == {
        "estimate": [3],
        "standard_error": [pytest.approx(error)],
        "low": low.tolist(),
        "high": high.tolist(),
    }
    assert low[0] == pytest.approx(3 - stats.t.ppf(0.975, 3) * error)
    assert high[0] == pytest.approx(3 + stats.t.ppf(0.975, 3) * error)
    narrow = found.interval(0.5)
    assert narrow.high[0] == pytest.approx(3 + stats.t.ppf(0.75, 3) * error)
    np.testing.assert_allclose(found.replicates[:, 0], [11 / 3, 10 / 3, 3, 2])


def test_replicates_that_never_vary_have_no_part_in_the_centre():
    # rscales of 0: an enumerated stratum
    found = given_replicates([1, 1], [[2.0, 0, 9], [0, 2, 9]], scale=1, rscales=[1, 1, 0])
    estimate = found.estimate(lambda weights: weights[0])
    assert estimate.covariance().item() == 2  # around 1, the mean of the two that vary
    nothing = given_replicates([1, 1], [[2.0, 0], [0, 2]], scale=1, rscales=0)
    assert nothing.estimate(lambda weights: weights[0]).covariance().item() == 0


@pytest.mark.parametrize(("given_df", "df"), [(None, 1), (7, 7), (2.5, 2.5)])
def test_given_replicates_have_their_rank_less_1_as_degrees_of_freedom(given_df, df):
    matrix = np.array([[2.0, 0, 1], [0, 2, 1]])
    assert given_replicates([1, 1], matrix, scale=0.5, degrees_of_freedom=given_df).degrees_of_freedom == df


def test_an_adjustment_changes_the_weights_and_every_replicate():
    start = replicate_weights(Design(weights=[1.0, 2, 3]), "JK1", mse=True)
    doubled = start.adjusted(lambda weights: 2 * weights)
    assert doubled.weights.tolist() == [2, 4, 6]
    np.testing.assert_allclose(doubled.replicate_weights, 2 * start.replicate_weights)
    assert (doubled.scale, doubled.mse, doubled.degrees_of_freedom) == (start.scale, True, 2)


def test_missing_answers_may_leave_a_replicate_with_nobody():
    found = replicate_weights(Design(weights=np.ones(3)), "JK1")
    with pytest.raises(WeightingError, match="cannot be estimated in replicate 2: merge cells or use fewer domains"):
        found.mean([np.nan, 4.0, np.nan])


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: replicate_weights(endless(), "jackknife"), "'jackknife' is not one of JK1, JKn, bootstrap, BRR, Fay"),
        (lambda: replicate_weights(endless(), "JK1"), "JK1 is for a design without strata: use JKn"),
        (lambda: replicate_weights(endless(), "BRR"), "Stratum 'a' has 4 PSUs: balanced repeated replication needs e"),
        (lambda: replicate_weights(PAIRED, "Fay", rho=1.0), "rho = 1.0: Fay's factor lies from 0 to below 1"),
        (lambda: replicate_weights(PAIRED, "Fay", rho=-0.1), "rho = -0.1: Fay's factor lies from 0 to below 1"),
        (
            lambda: replicate_weights(endless(), "bootstrap", replicates=1),
            "replicates = 1: a bootstrap needs at least 2",
        ),
        (
            lambda: replicate_weights(Design(["a", "b", "b"], weights=[1, 1, 1]), "JKn"),
            "Stratum 'a' has one PSU, so no replicate can vary it: merge it, or choose lonely_psu='certainty'",
        ),
        (
            lambda: replicate_weights(Design(["a", "b"], weights=[1, 1], lonely_psu="certainty"), "JKn"),
            "No stratum has two PSUs, so the variance cannot be estimated",
        ),
        (
            lambda: replicate_weights(Design(["a", "b", "b"], weights=[1, 1, 1], lonely_psu="adjust"), "JKn"),
            "Stratum 'a' has one PSU",
        ),
        (
            lambda: replicate_weights(Design(frequencies=[2, 2]), "JK1"),
            "Replicates need one row for each answer: repeat",
        ),
        (
            lambda: replicate_weights(Design(weights=np.ones(8000)), "JK1"),
            "JK1 would need 8000 replicates of 8000 weigh",
        ),
        (
            lambda: replicate_weights(
                weighting.adjusted(endless(), weighting.poststratify(W, ["x"] * 16, {"x": 9})), "JKn"
            ),
            "Replicate the design with its base weights, then repeat the adjustment with .adjusted",
        ),
        (lambda: given_replicates([1, 1], [[1], [1]], scale=1), r"Replicate weights have shape \(2, 1\): give 2 rows"),
        (lambda: given_replicates([1, 1], [1, 1], scale=1), r"Replicate weights have shape \(2,\): give 2 rows"),
        (
            lambda: given_replicates([1], [[1, 1], [1, 1]], scale=1),
            r"shape \(2, 2\): give 1 rows and a column for each",
        ),
        (lambda: replicate_weights(endless(), "JKn").mean([1.0, 2]), "y has 2 rows and there are 16 weights"),
        (
            lambda: given_replicates([1, 1], [[2, 2], [1, 1]], scale=1).mean([1.0, 2]).interval(),
            "There are no degrees of freedom, so the interval cannot be estimated",
        ),
    ],
)
def test_replicates_that_cannot_be_made_say_why(call, sentence):
    with pytest.raises(WeightingError, match=sentence):
        call()
