"""AAPOR outcome rates, worked out by hand from the formulas of the Standard Definitions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weighting import Disposition, WeightingError, eligibility_rate, response_rates

COUNTS = {"I": 400, "P": 50, "R": 200, "NC": 150, "O": 20, "UH": 120, "UO": 30, "NE": 205}


def test_all_sixteen_rates_follow_their_formulas():
    rates = response_rates(COUNTS)
    assert rates.e == pytest.approx(820 / 1025)
    assert (rates.rr1, rates.rr2) == pytest.approx((400 / 970, 450 / 970))
    assert (rates.rr3, rates.rr4) == pytest.approx((400 / 940, 450 / 940))
    assert (rates.rr5, rates.rr6) == pytest.approx((400 / 820, 450 / 820))
    assert (rates.coop1, rates.coop2) == pytest.approx((400 / 670, 450 / 670))
    assert (rates.coop3, rates.coop4) == pytest.approx((400 / 650, 450 / 650))
    assert (rates.ref1, rates.ref2, rates.ref3) == pytest.approx((200 / 970, 200 / 940, 200 / 820))
    assert (rates.con1, rates.con2, rates.con3) == pytest.approx((670 / 970, 670 / 940, 670 / 820))


def test_e_is_stated_with_its_method():
    assert response_rates(COUNTS).e_method == "known cases"
    assert response_rates(COUNTS, e=0.5).e_method == "given"
    assert response_rates(COUNTS, e="all eligible").rr3 == response_rates(COUNTS).rr1
    assert response_rates({"I": 1, "R": 1}).e_method == "no unknown cases"


def test_a_wave_that_has_just_begun_has_no_rates_that_need_e():
    rates = response_rates({Disposition.UNKNOWN_OTHER: 500})
    assert rates.rr1 == 0
    assert (rates.rr3, rates.rr5, rates.coop1, rates.e) == (None, None, None, None)
    assert rates.e_method == "no case of known eligibility"
    with pytest.raises(WeightingError, match="give e as a number"):
        eligibility_rate({"UO": 500})


@pytest.mark.parametrize(
    ("counts", "e", "sentence"),
    [
        ({"I": 5, "complete": 3}, 1, "'complete' is not one of I, P, R"),
        ({"I": -5}, 1, "I has the count -5"),
        ({"I": 5}, 1.2, "between 0 and 1"),
        ({"I": 5}, "casro", "e = 'casro'"),
    ],
)
def test_what_is_no_disposition_is_refused(counts, e, sentence):
    with pytest.raises(WeightingError, match=sentence):
        response_rates(counts, e=e)


@given(st.fixed_dictionaries({letter.value: st.integers(0, 1000) for letter in Disposition}), st.floats(0, 1))
def test_rates_lie_between_0_and_1_and_in_their_order(counts, e):
    rates = response_rates(counts, e=e)
    for low, high in (("rr1", "rr2"), ("rr1", "rr3"), ("rr3", "rr5"), ("coop1", "coop3"), ("con1", "con2")):
        first, second = getattr(rates, low), getattr(rates, high)
        if first is not None and second is not None:
            assert 0 <= first <= second + 1e-12 <= 1 + 1e-9
