"""What is decided about samples, by hand: labels, fingerprints, reserves, the way of a wave, links."""

from __future__ import annotations

import itertools
import math
from hashlib import sha256

import pytest

from survey.sample import rules
from survey.sample.values import Drawn
from weighting.adjusting.nonresponse import STATUSES

STATES = ("draft", "drawn", "open", "closed")


@pytest.mark.parametrize(
    ("values", "label"),
    [([], "*"), (["城镇"], "城镇"), (["城镇", "企业"], "城镇 / 企业"), (["a", "b", "c"], "a / b / c")],
)
def test_a_stratum_is_called_by_its_values_and_the_whole_list_by_a_star(values: list[str], label: str) -> None:
    assert rules.stratum_label(values) == label


def test_the_fingerprint_of_a_list_is_that_of_lines_anybody_can_write() -> None:
    lines = '["区域","群体"]\n["a","乡村","企业"]\n["b","城镇","居民"]\n'
    cases = [("b", ["居民", "城镇"]), ("a", ["企业", "乡村"])]
    assert rules.frame_hash(["群体", "区域"], cases) == sha256(lines.encode()).hexdigest()
    assert rules.frame_hash([], [("a", [])]) == sha256(b'[]\n["a"]\n').hexdigest()


def test_the_fingerprint_of_a_sample_is_that_of_lines_anybody_can_write() -> None:
    drawn = [Drawn("乙", 2, "k3", True), Drawn("甲", 1, "k2", False), Drawn("乙", 1, "k1", False)]
    lines = '["乙",1,"k1","sample"]\n["乙",2,"k3","reserve"]\n["甲",1,"k2","sample"]\n'
    assert rules.sample_hash(drawn) == sha256(lines.encode()).hexdigest()
    assert rules.sample_hash([]) == sha256(b"").hexdigest()


@pytest.mark.parametrize(
    ("size", "population", "share", "reserve"),
    [
        (10, 100, 0.0, 0),
        (10, 100, 0.2, 2),
        (11, 100, 0.2, 3),
        (1, 100, 0.01, 1),
        (70, 1000, 0.1, 7),  # 70 × 0.1 is a little more than 7 in binary
        (10, 12, 0.2, 2),
        (10, 11, 0.2, 1),
        (10, 10, 0.2, 0),
        (10, 100, 3.0, 30),
    ],
)
def test_a_reserve_is_the_share_rounded_up_as_far_as_the_stratum_goes(
    size: int, population: int, share: float, reserve: int
) -> None:
    sizes = rules.reserve_sizes({"甲": size, "乙": 1}, {"甲": population, "乙": 1}, share)
    assert sizes == {"甲": reserve, "乙": 0}


@pytest.mark.parametrize(("state", "to"), list(itertools.product(STATES, STATES)))
def test_a_wave_goes_one_step_on_and_never_back(state: str, to: str) -> None:
    allowed = {("draft", "drawn"), ("drawn", "open"), ("open", "closed")}
    assert rules.may_change(state, to) is ((state, to) in allowed)


def test_a_links_secret_has_22_characters_and_never_comes_again() -> None:
    tokens = {rules.new_token() for _ in range(200)}
    assert len(tokens) == 200 and {len(token) for token in tokens} == {22}
    assert rules.token_hash("秘密") == sha256("秘密".encode()).digest()


def test_a_share_of_nobody_is_no_number() -> None:
    assert rules.rate(3, 4) == 0.75
    assert rules.rate(0, 4) == 0.0
    assert math.isnan(rules.rate(0, 0)) and math.isnan(rules.rate(3, 0))


def test_each_outcome_has_a_meaning_that_the_weights_know() -> None:
    assert rules.DISPOSITIONS == ("I", "P", "R", "NC", "O", "UO", "NE")
    assert rules.STATUS_OF == {
        "I": "respondent",
        "P": "respondent",
        "R": "nonrespondent",
        "NC": "nonrespondent",
        "O": "nonrespondent",
        "UO": "unknown",
        "NE": "ineligible",
    }
    assert set(rules.STATUS_OF.values()) == set(STATUSES)
    assert rules.RESPONDED == ("I", "P") and rules.UNKNOWN == "UO"


def test_what_a_draw_record_names_does_not_change_unnoticed() -> None:
    """Published records name these words; another rule needs another name."""
    assert rules.RECORD_KIND == "survey-draw-v1"
    assert rules.DRAW_METHOD.endswith("(prn-sha256-v1)")
    assert rules.STRATUM_JOINT == " / " and rules.LONGEST_SEED == 200
