"""Whoever holds the list, the design and the seed draws the same sample, whatever the order of the list."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.base.errors import Refused
from survey.sample import rules
from survey.sample.design import draw, record
from survey.sample.values import SampleDesign

KEYS = st.lists(st.text("abc0123号人", min_size=1, max_size=6), min_size=4, max_size=60, unique=True)


def design(strata: list[str], wanted: int, reserve: float) -> SampleDesign:
    population = {label: strata.count(label) for label in sorted(set(strata))}
    sizes = {label: min(wanted, count) for label, count in population.items()}
    waiting = rules.reserve_sizes(sizes, population, reserve)
    return SampleDesign(("层",), "proportional", sum(sizes.values()), 1, reserve, {}, population, sizes, waiting)


@settings(max_examples=60, deadline=None)
@given(keys=KEYS, seed=st.text(min_size=1, max_size=20), wanted=st.integers(1, 8), shuffle=st.integers(0, 999))
def test_the_order_of_the_rows_changes_nothing(keys: list[str], seed: str, wanted: int, shuffle: int) -> None:
    strata = ["甲" if len(key) % 2 else "乙" for key in keys]
    plan = design(strata, wanted, 0.5)
    drawn = draw.draw(keys, strata, plan, seed)
    order = random.Random(shuffle).sample(range(len(keys)), len(keys))
    again = draw.draw([keys[i] for i in order], [strata[i] for i in order], plan, seed)
    assert again == drawn
    assert rules.sample_hash(again) == rules.sample_hash(drawn)
    assert sum(not case.waits for case in drawn) == plan.total
    assert len({case.key for case in drawn}) == len(drawn)


@settings(max_examples=30, deadline=None)
@given(keys=KEYS, more=st.integers(1, 5))
def test_the_reserve_continues_the_same_draw(keys: list[str], more: int) -> None:
    strata = ["甲"] * len(keys)
    small = [case.key for case in draw.draw(keys, strata, design(strata, 2, 0), "seed")]
    large = draw.draw(keys, strata, design(strata, 2, more), "seed")
    assert [case.key for case in large][:2] == small
    assert [case.position for case in large] == list(range(1, len(large) + 1))
    assert [case.waits for case in large] == [False, False] + [True] * (len(large) - 2)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=5), st.text(max_size=5)), min_size=1, unique_by=lambda case: case[0]))
def test_the_fingerprint_of_a_frame_knows_its_content_but_not_its_order(pairs: list[tuple[str, str]]) -> None:
    cases = [(key, [value, "x"]) for key, value in pairs]
    found = rules.frame_hash(["a", "b"], cases)
    assert rules.frame_hash(["a", "b"], reversed(cases)) == found
    assert rules.frame_hash(["b", "a"], [(key, values[::-1]) for key, values in cases]) == found
    changed = [(cases[0][0], [cases[0][1][0] + "!", "x"]), *cases[1:]]
    assert rules.frame_hash(["a", "b"], changed) != found


def test_a_stranger_can_redraw_with_sha256_alone() -> None:
    """The method as a newspaper could print it: no function of ours but the comparison."""
    from hashlib import sha256

    keys = [f"case-{i}" for i in range(50)]
    by_hand = sorted(keys, key=lambda key: int.from_bytes(sha256(b"seed\0" + key.encode()).digest()[:8]) >> 11)
    drawn = draw.draw(keys, ["甲"] * 50, design(["甲"] * 50, 7, 0), "seed")
    assert [case.key for case in drawn] == by_hand[:7]


def test_another_seed_draws_another_sample() -> None:
    keys, strata = [f"c{i}" for i in range(200)], ["甲"] * 200
    plan = design(strata, 20, 0)
    assert draw.draw(keys, strata, plan, "one") != draw.draw(keys, strata, plan, "two")


def test_a_frame_that_lost_a_stratum_does_not_fit_the_design() -> None:
    plan = design(["甲", "甲", "乙", "乙"], 1, 0)
    with pytest.raises(Refused):
        draw.draw(["1", "2"], ["甲", "甲"], plan, "seed")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"record": "survey-draw-v1"}', '{"record": 1, "frame": []}', "null"])
def test_what_is_no_draw_record_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        record.read_record(text)
