"""Permanent random numbers: the same for everybody, on every machine, in every order."""

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from weighting import PRN_METHOD, WeightingError, permanent_random_numbers, rotate_random_numbers


def test_numbers_never_change_between_versions_and_machines():
    # python3 -c "import hashlib; d = hashlib.sha256(b'2026-03-31\\0case-1').digest();
    #             print((int.from_bytes(d[:8], 'big') >> 11) / 2**53)"
    assert PRN_METHOD == "prn-sha256-v1"
    numbers = permanent_random_numbers("2026-03-31", ["case-1", "评议-2"])
    assert numbers.tolist() == [0.4851939402417992, by_hand("2026-03-31", "评议-2")]


def by_hand(seed, key):
    digest = hashlib.sha256(seed.encode() + b"\0" + key.encode()).digest()
    return (int.from_bytes(digest[:8], "big") >> 11) / 2**53


@given(st.lists(st.text(max_size=8), unique=True, max_size=30), st.randoms(use_true_random=False))
def test_a_case_keeps_its_number_whatever_the_frames_order(keys, random):
    numbers = dict(zip(keys, permanent_random_numbers("seed", keys), strict=True))
    shuffled = random.sample(keys, len(keys))
    assert dict(zip(shuffled, permanent_random_numbers("seed", shuffled), strict=True)) == numbers
    assert all(0 <= number < 1 for number in numbers.values())


def test_numbers_are_uniform_and_seeds_are_independent():
    keys = [f"{i}" for i in range(20_000)]
    first, second = permanent_random_numbers("a", keys), permanent_random_numbers("b", keys)
    assert stats.kstest(first, "uniform").pvalue > 0.001
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.03


def test_a_key_that_comes_twice_is_refused_and_named():
    with pytest.raises(WeightingError, match="'b' comes twice"):
        permanent_random_numbers("seed", ["a", "b", "b"])
    with pytest.raises(WeightingError, match="not text"):
        permanent_random_numbers("seed", [1, 2])


@given(st.floats(0, 1, exclude_max=True), st.floats(-3, 3))
def test_rotated_numbers_stay_on_the_circle(number, shift):
    assert 0 <= rotate_random_numbers(np.array([number]), shift)[0] < 1
