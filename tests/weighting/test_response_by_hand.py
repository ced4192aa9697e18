"""Who answered, worked out by hand: factors, propensities, cells, rates, spread of weights; and each refusal."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import weighting
from tests.weighting.sixteen import W, X
from weighting import (
    Disposition,
    WeightingError,
    eligibility_rate,
    nonresponse_factors,
    propensity_cells,
    response_propensities,
    response_rates,
    summarise_weights,
)

STATUS = [
    "respondent",
    "respondent",
    "nonrespondent",
    "unknown",
    "ineligible",
    "respondent",
    "nonrespondent",
    "unknown",
]
CELLS = list("aaaaabbb")
BASE = [10.0, 20, 30, 40, 20, 6, 4, 10]


def test_the_unknown_hand_on_first_and_the_nonrespondents_then():
    # a: known 80 of 120, factor 1.5; eligible 60, answered 30, factor 2.    b: known 10 of 20; 10 of 6
    step = nonresponse_factors(CELLS, STATUS, BASE)
    assert step.labels == ("a", "b")
    np.testing.assert_allclose(step.unknown_factors, [1.5, 2])
    np.testing.assert_allclose(step.factors, [2, 10 / 6])
    np.testing.assert_allclose(step.response_rates, [0.5, 0.6])
    assert step.respondents.tolist() == [2, 1]
    np.testing.assert_allclose(step.weights, [30, 60, 0, 0, 30, 20, 0, 0])
    assert step.weights.sum() == sum(BASE)
    assert step.base_weights.tolist() == BASE


@pytest.mark.parametrize("status", [[True, False, True], [1, 0, 1], [1.0, 0.0, 1.0]])
def test_yes_and_no_may_be_written_as_numbers(status):
    named = nonresponse_factors(["c"] * 3, ["respondent", "nonrespondent", "respondent"], [1, 2, 3])
    step = nonresponse_factors(["c"] * 3, status, [1, 2, 3])
    assert step.weights.tolist() == named.weights.tolist() == [1.5, 0, 4.5]
    assert step.unknown_factors.tolist() == [1]


@settings(max_examples=30)
@given(st.integers(0, 10_000), st.floats(0.01, 100))
def test_factors_know_neither_order_nor_scale(seed, scale):
    rng = np.random.default_rng(seed)
    cells = np.concatenate([[0, 1], rng.integers(0, 2, 18)])
    status = np.concatenate(
        [["respondent"] * 2, rng.choice(["respondent", "nonrespondent", "unknown", "ineligible"], 18)]
    )
    base, order = rng.uniform(1, 5, 20), rng.permutation(20)
    one = nonresponse_factors(cells, status, base)
    two = nonresponse_factors(cells[order], status[order], base[order] * scale)
    np.testing.assert_allclose(two.weights, one.weights[order] * scale)
    np.testing.assert_allclose(two.factors, one.factors)
    y = rng.normal(size=(20, 2))
    np.testing.assert_allclose(
        one.projection().of(y), one.residuals(np.where(one.weights[:, None] > 0, y, 0)), atol=1e-9
    )


def test_propensities_of_sixteen_rows_agree_with_r():
    # > fitted(glm(r ~ x, data=d, family=quasibinomial, weights=w, epsilon=1e-14))
    responded = [1, 0, 1, 1, 0, 1, 0, 1, 1, 0, 1, 1, 0, 0, 1, 1]
    found = response_propensities(X, responded, W)
    expected = [0.248539258602, 0.580678590359, 0.882663393699, 0.388049346825, 0.775009710656, 0.817153196285]
    np.testing.assert_allclose(found[:6], expected, atol=5e-12)
    assert found[15] == pytest.approx(0.642428296228, abs=5e-12)
    # the chances add up to those who responded, and one more column that says nothing changes nothing
    assert W @ found == pytest.approx(W @ responded)
    np.testing.assert_allclose(response_propensities(np.column_stack([X, np.ones(16)]), responded, W), found, atol=1e-9)


@pytest.mark.parametrize(
    ("chances", "cells", "weights", "expected"),
    [
        ([0.1, 0.2, 0.3, 0.4], 2, None, [1, 1, 2, 2]),
        ([0.4, 0.3, 0.2, 0.1], 4, None, [4, 3, 2, 1]),
        ([0.1, 0.2, 0.3, 0.4], 1, None, [1, 1, 1, 1]),
        # half of the weight lies in the first row alone
        ([0.1, 0.2, 0.3, 0.4], 2, [3, 1, 1, 1], [1, 2, 2, 2]),
        # three like ones stay together, and no number is left out
        ([0.2, 0.2, 0.2, 1.0], 4, None, [1, 1, 1, 2]),
    ],
)
def test_cells_hold_like_chances_and_about_like_weights(chances, cells, weights, expected):
    assert propensity_cells(chances, cells, weights).tolist() == expected


def test_left_out_there_are_five_cells():
    assert propensity_cells(np.linspace(0.1, 0.9, 10)).tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]


# -- dispositions -----------------------------------------------------------------------------------------------------

COUNTS = {"I": 60, "P": 20, "R": 10, "NC": 6, "O": 4, "UH": 30, "UO": 20, "NE": 25}


@pytest.mark.parametrize(
    ("e", "share", "method", "likely"),
    [
        ("known cases", 0.8, "known cases", 140),
        (0.5, 0.5, "given", 125),
        (0, 0.0, "given", 100),
        (1, 1.0, "given", 150),
        ("all eligible", 1.0, "all eligible", 150),
    ],
)
def test_rates_by_each_way_to_take_the_unknown(e, share, method, likely):
    found = response_rates(COUNTS, e=e)
    assert (found.e, found.e_method) == (share, method)
    expected = {"rr1": 60 / 150, "rr2": 80 / 150, "rr3": 60 / likely, "rr4": 80 / likely, "rr5": 0.6, "rr6": 0.8}
    expected |= {"coop1": 60 / 94, "coop2": 80 / 94, "coop3": 60 / 90, "coop4": 80 / 90}
    expected |= {"ref1": 10 / 150, "ref2": 10 / likely, "ref3": 0.1}
    expected |= {"con1": 94 / 150, "con2": 94 / likely, "con3": 0.94}
    for name, rate in expected.items():
        assert getattr(found, name) == pytest.approx(rate)


def test_either_kind_of_unknown_case_asks_for_e():
    for letter in ("UH", "UO"):
        assert response_rates({"I": 3, "NE": 1, letter: 4}).e == 0.75
        assert response_rates({letter: 4}).e_method == "no case of known eligibility"
    assert response_rates({"NE": 3, "UO": 4}).e == 0
    assert response_rates({}).rr1 is None
    assert response_rates({Disposition.COMPLETE: 1, "NC": 1}).rr1 == 0.5


def test_eligible_is_everybody_known_but_the_ineligible():
    for letter in ("I", "P", "R", "NC", "O"):
        assert eligibility_rate({letter: 3, "NE": 1, "UH": 50}) == 0.75
    assert eligibility_rate({"NE": 3}) == 0


# -- spread of weights ------------------------------------------------------------------------------------------------


def test_a_summary_of_weights_by_hand():
    found = summarise_weights([1, 0, 3, 2, 2])
    assert (found.n, found.sum, found.sum_of_squares) == (4, 8, 18)
    assert (found.smallest, found.median, found.largest) == (1, 2, 3)
    assert found.design_effect == pytest.approx(4 * 18 / 64)
    assert found.cv == pytest.approx(np.sqrt(0.125))
    assert found.effective_n == pytest.approx(64 / 18)
    assert found.top_share == pytest.approx(3 / 8)  # at least one row
    assert summarise_weights(np.r_[np.ones(299), 101]).top_share == pytest.approx(103 / 400)
    assert weighting.kish_effective_n([1, 3]) == pytest.approx(1.6)


def test_margins_before_and_after_stand_beside_their_totals():
    sex, age = ["m", "m", "f"], ["o", None, "y"]
    found = weighting.compare_margins(
        [1, 2, 3], [2, 4, 6], {"sex": sex, "age": age}, {"age": {"y": 6, "o": 4}, "sex": {"f": 6, "m": 6}}
    )
    assert [check.name for check in found] == ["age", "sex"]
    assert found[0].labels == ("y", "o")
    assert found[0].before.tolist() == [3, 1]
    assert found[0].after.tolist() == [6, 2]  # a row without a category counts for none
    assert found[0].largest_gap == pytest.approx(0.5)
    assert found[1].largest_gap == 0


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (
            lambda: nonresponse_factors(["a", "a"], [True, True, True], [1, 1]),
            "There are 3 status labels for 2 cases: gi",
        ),
        (
            lambda: nonresponse_factors(["a", "a"], ["respondent", "moved"], [1, 1]),
            "Status 'moved' is not one of respond",
        ),
        (
            lambda: nonresponse_factors(["a", "a"], [1, -1], [1, 1]),
            "Status '-1' is not one of respondent, nonrespondent",
        ),
        (lambda: nonresponse_factors(["a", "b"], [1, 0], [1, 1]), "Cell b has no respondent: merge it"),
        (
            lambda: nonresponse_factors(["a", "a"], [1, 0], [1, -1]),
            "weights in row 1 is -1.0: it must be a finite number",
        ),
        (lambda: propensity_cells([0.5], 0), "cells = 0: ask for at least 1 cell"),
        (lambda: propensity_cells([0.5, 1.01]), r"A chance to respond lies outside \(0, 1\]"),
        (lambda: propensity_cells([0.5, 0.0]), r"A chance to respond lies outside \(0, 1\]"),
        (lambda: propensity_cells([]), r"A chance to respond lies outside \(0, 1\]"),
        (
            lambda: response_propensities([[1.0], [2.0]], [False, False]),
            "Everybody or nobody responded: there is no resp",
        ),
        (
            lambda: response_propensities([[1.0], [np.inf]], [True, False]),
            "A predictor of the response is missing for a",
        ),
        (lambda: response_rates({"I": np.inf}), "Disposition I has the count inf: give a number that is not negative"),
        (
            lambda: response_rates({"X": 1}),
            "Disposition 'X' is not one of I, P, R, NC, O, UH, UO, NE: recode these cases",
        ),
        (lambda: response_rates({"I": 1}, e=-0.1), "e = -0.1: the share of eligible cases lies between 0 and 1"),
        (lambda: response_rates({"I": 1}, e="half"), "e = 'half': give a number, 'known cases' or 'all eligible'"),
        (
            lambda: eligibility_rate({"UH": 5}),
            "No case has a known eligibility: give e as a number and say where it com",
        ),
        (lambda: summarise_weights([0, 0]), "all weights are 0: nobody is left to stand for the population"),
        (lambda: summarise_weights([1, np.nan]), "weights in row 1 is nan: it must be a finite number of at least 0"),
        (
            lambda: weighting.compare_margins([1], [1, 2], {"s": ["m"]}, {"s": {"m": 1}}),
            "Give the weights before and after of the same rows, all of them finite",
        ),
        (
            lambda: weighting.compare_margins([1], [np.nan], {"s": ["m"]}, {"s": {"m": 1}}),
            "Give the weights before and after of the same rows, all of them finite",
        ),
    ],
)
def test_what_nobody_can_answer_for_is_refused(call, sentence):
    with pytest.raises(WeightingError, match=sentence):
        call()
