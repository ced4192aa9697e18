"""Every number of an index, worked out by hand: at counters, of drawn people, of panels, of files and of votes."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest

from survey.base.people.roles import Role, Viewer
from survey.estimate import service as estimate
from survey.estimate.service import Selector
from tests.estimate.county import County

JULY, DECEMBER = Selector("poll", (), ("七月",)), Selector("poll", (), ("十二月",))
DEPUTIES, CPPCC = Selector("panel", ("deputies",)), Selector("panel", ("cppcc",))
#: Student's quantiles at 0.975 (tables)
STUDENT = {4: 2.7764451051977987, 5: 2.570581835636314, 14: 2.1447866879169273, 18: 2.10092204024096}


def error_by_hand(strata: Sequence[tuple[float, Sequence[float]]], correction: float = 1.0) -> float:
    """Root of the sum over strata of n/(n-1) times the squares of residuals (share of the weights, worth less mean)."""
    whole = 0.0
    for share, residuals in strata:
        n, moved = len(residuals), [share * one for one in residuals]
        centre = sum(moved) / n
        whole += correction * n / (n - 1) * sum((one - centre) ** 2 for one in moved)
    return math.sqrt(whole)


def test_a_rating_stands_for_eighteen_cases_at_one_counter_and_for_two_at_the_other(inside: County) -> None:
    index = inside.indices("counter")["A"]
    # 18 × (7 × 100 + 2 × 60) and 2 × (5 × 80 + 5 × 0), over 18 × 9 + 2 × 10
    assert index.mean == pytest.approx(15560 / 182, abs=1e-10)
    assert (index.n, index.valid_n, index.floor) == (20, 19, "reference")
    assert index.counts == {5: 7, 4: 5, 3: 2, 2: 0, 1: 5, 0: 1}
    assert list(index.counts) == [5, 4, 3, 2, 1, 0]
    by_hand = {5: 126 / 182, 4: 10 / 182, 3: 36 / 182, 2: 0.0, 1: 10 / 182}
    assert {level: pytest.approx(share, abs=1e-12) for level, share in by_hand.items()} == index.shares
    assert index.topbox == pytest.approx(126 / 182, abs=1e-12)
    assert index.satisfied_rate == pytest.approx(172 / 182, abs=1e-12)
    assert index.dissatisfied_rate == pytest.approx(10 / 182, abs=1e-12)
    assert index.cannot_say == pytest.approx(18 / 200, abs=1e-12)


def test_what_stands_beside_ratings_are_cases_and_their_coverage(inside: County) -> None:
    index = inside.indices("counter")["A"]
    assert (index.caseload, index.participation, index.coverage) == (200, 20 / 200, 0.5)
    assert (index.held, index.mean_with_held) == (0, index.mean)
    assert (index.response_rate, index.response_rate_with_partial, index.spread) == (None, None, None)
    assert (index.source, index.question, index.self_selected, index.scale) == ("counter", "", True, "five")


def test_the_error_of_ratings_comes_from_within_counter_and_month(inside: County) -> None:
    index, mean = inside.indices("counter")["A"], 15560 / 182
    first = (18 / 182, [100 - mean] * 7 + [60 - mean] * 2 + [0.0])
    second = (2 / 182, [80 - mean] * 5 + [-mean] * 5)
    error = error_by_hand([first, second])
    assert index.standard_error == pytest.approx(error, abs=1e-10)
    assert index.degrees_of_freedom == 18
    assert index.low == pytest.approx(mean - STUDENT[18] * error, abs=1e-9)
    assert index.high == pytest.approx(mean + STUDENT[18] * error, abs=1e-9)
    assert index.effective_n == pytest.approx(19 / index.design_effect, abs=1e-9)
    satisfied = 172 / 182
    apart = [(18 / 182, [1 - satisfied] * 9 + [0.0]), (2 / 182, [1 - satisfied] * 5 + [-satisfied] * 5)]
    assert index.satisfied_standard_error == pytest.approx(error_by_hand(apart), abs=1e-12)


def test_a_body_without_caseload_has_ratings_that_weigh_one_and_no_participation(inside: County) -> None:
    index = inside.indices("counter")["B"]
    assert (index.mean, index.n, index.floor) == (pytest.approx(90, abs=1e-12), 40, "published")
    assert (index.participation, index.caseload, index.coverage) == (None, None, None)
    # 20 of 40 ratings differ: (20/40)² × (100 × 20/19) / 20, against 100 × 40/39 / 40 without strata
    variance, plain = 0.25 * (100 * 20 / 19) / 20, (100 * 40 / 39) / 40
    assert index.standard_error == pytest.approx(math.sqrt(variance), abs=1e-12)
    assert index.design_effect == pytest.approx(variance / plain, abs=1e-12)
    assert index.effective_n == pytest.approx(40 * plain / variance, abs=1e-9)


def test_held_ratings_stand_beside_and_excluded_ones_change_nothing(inside: County) -> None:
    index, run = inside.indices("counter")["B"], estimate.run(inside.run)
    assert (index.held, index.mean_with_held) == (10, pytest.approx(3600 / 50, abs=1e-12))
    assert (run.held, run.excluded) == (10, 3)
    assert index.counts[1] == 0


def test_more_ratings_than_cases_are_a_participation_above_one(inside: County) -> None:
    index = inside.indices("counter")["C"]
    assert (index.participation, index.caseload, index.coverage) == (1.5, 20, 1.0)
    assert (index.mean, index.floor, index.valid_n) == (pytest.approx(65, abs=1e-12), "published", 30)
    assert index.standard_error == pytest.approx(math.sqrt(35**2 / 29), abs=1e-12)
    assert index.design_effect == pytest.approx(1, abs=1e-12)


def test_bodies_with_cases_and_no_answers_are_there_and_hidden(inside: County) -> None:
    found = inside.indices("counter")
    assert list(found) == ["A", "B", "C", "D", "E"], "F and G have neither"
    for code in ("D", "E"):
        assert found[code] == estimate.Index(inside.units[code], "counter", "", "hidden", True, scale="five")


def test_answers_that_nobody_drew_count_once_each_on_their_own_scale(inside: County) -> None:
    (index,) = inside.indices("online").values()
    assert index.mean == pytest.approx((6 * 100 + 3 * 80 + 2 * 60 + 30) / 12, abs=1e-12)
    assert (index.n, index.valid_n, index.cannot_say) == (15, 12, pytest.approx(0.2, abs=1e-12))
    assert index.counts == {4: 6, 3: 3, 2: 2, 1: 1, 0: 3}
    assert (index.satisfied_rate, index.topbox) == (pytest.approx(9 / 12), pytest.approx(6 / 12))
    assert index.dissatisfied_rate == pytest.approx(1 / 12, abs=1e-12)
    residuals = [17.5] * 6 + [-2.5] * 3 + [-22.5] * 2 + [-52.5] + [0.0] * 3
    assert index.standard_error == pytest.approx(error_by_hand([(1 / 12, residuals)]), abs=1e-12)
    assert index.high == pytest.approx(82.5 + STUDENT[14] * index.standard_error, abs=1e-9)
    assert (index.self_selected, index.scale, index.participation, index.caseload) == (True, "four", None, None)


def test_ten_points_have_ten_levels_and_an_interval_between_ten_and_a_hundred(inside: County) -> None:
    found = inside.indices("open")
    assert found["A"].mean == pytest.approx(55, abs=1e-12)
    assert (found["A"].satisfied_rate, found["A"].dissatisfied_rate) == (pytest.approx(0.5), pytest.approx(0.4))
    assert list(found["A"].shares) == list(range(10, 0, -1))
    assert found["A"].standard_error == pytest.approx(math.sqrt(8250 / 9 / 10), abs=1e-12)
    same = found["B"]
    assert (same.mean, same.standard_error, same.satisfied_standard_error, same.high) == (100, None, None, 100)
    # forty of forty (Clopper and Pearson), on the ninety points between the worst level and the best
    exact = 0.025 ** (1 / 40)
    assert same.satisfied_low == pytest.approx(exact, abs=1e-12)
    assert same.low == pytest.approx(100 - 90 * (1 - exact), abs=1e-9)


def test_a_file_brings_strata_and_weights_and_a_lonely_line_joins_the_smallest_stratum(inside: County) -> None:
    (index,) = inside.indices("import").values()
    # 2 × (100 + 100 + 70) + 3 × 30 + 70, over 2 × 3 + 3 + 1
    assert index.mean == pytest.approx(70, abs=1e-12)
    # 北 and the lonely 东 as one stratum of four: 2 × 30, 2 × 30, 2 × 0 and 0, each over 10
    assert index.standard_error == pytest.approx(math.sqrt(48), abs=1e-12)
    assert (index.degrees_of_freedom, index.n) == (5, 7)
    assert index.low == pytest.approx(70 - STUDENT[5] * math.sqrt(48), abs=1e-9)
    assert (index.self_selected, index.response_rate) == (False, None)


def test_a_poll_weighs_by_stratum_and_corrects_for_the_people_asked(inside: County) -> None:
    index = inside.indices(JULY)["A"]
    # town: 100 people for six answers of mean 80; country: 50 people for four answers of 100
    assert index.mean == pytest.approx((100 * 80 + 50 * 100) / 150, abs=1e-10)
    town = [20.0, 20.0, 0.0, 0.0, -20.0, -20.0]
    assert index.standard_error == pytest.approx(error_by_hand([(100 / 6 / 150, town)], 1 - 6 / 100), abs=1e-10)
    assert index.degrees_of_freedom == 8
    assert (index.response_rate, index.response_rate_with_partial) == (pytest.approx(10 / 15), pytest.approx(10 / 15))
    assert (index.self_selected, index.caseload, index.participation) == (False, None, None)
    assert index.topbox == pytest.approx((100 / 6 * 2 + 50) / 150, abs=1e-12)


def test_each_wave_has_its_own_rate_of_response(inside: County) -> None:
    assert inside.indices(DECEMBER)["A"].response_rate == 1
    assert inside.indices(Selector("poll", ("enterprises",)))["B"].response_rate == pytest.approx(0.6)
    # 10 of 15 and 10 of 10 people asked
    assert inside.indices("poll", "2026-t")["A"].response_rate == pytest.approx(20 / 25)


def test_waves_pooled_by_shares_differ_from_waves_put_together(inside: County) -> None:
    shared, together = inside.indices("poll", "2026-s")["A"], inside.indices("poll", "2026-t")["A"]
    july, december = 260 / 3, 90
    assert shared.mean == pytest.approx(0.4 * july + 0.6 * december, abs=1e-10)
    # 150 people of July and 60 of December
    assert together.mean == pytest.approx((150 * july + 60 * december) / 210, abs=1e-10)
    first, second = inside.indices(JULY)["A"], inside.indices(DECEMBER)["A"]
    error = math.sqrt((0.4 * first.standard_error) ** 2 + (0.6 * second.standard_error) ** 2)
    assert shared.standard_error == pytest.approx(error, abs=1e-12)
    assert (shared.n, shared.held, shared.satisfied_low) == (20, 0, None)
    assert inside.indices("poll", "2026-s")["B"].floor == "hidden", "December says nothing about it"


def test_a_panels_scores_are_points_and_their_spread_is_told(inside: County) -> None:
    found = inside.indices(DEPUTIES)
    assert [found[code].mean for code in "ABC"] == [80, 70, 100]
    assert found["A"].spread == pytest.approx(math.sqrt(1000 / 4), abs=1e-12)
    assert found["A"].standard_error == pytest.approx(math.sqrt(1000 / 4 / 5), abs=1e-12)
    assert found["A"].low == pytest.approx(80 - STUDENT[4] * math.sqrt(50), abs=1e-9)
    assert (found["C"].spread, found["C"].standard_error, found["C"].high) == (0, None, 100)
    assert (found["A"].scale, found["A"].counts, found["A"].satisfied_rate) == ("", {}, None)
    assert (found["A"].topbox, found["A"].cannot_say) == (None, None)
    assert (found["D"].floor, found["D"].spread) == ("hidden", None)


def test_how_far_a_panel_tells_its_bodies_apart(inside: County) -> None:
    spread = estimate.panel_spread(inside.run, DEPUTIES)
    assert spread is not None
    assert (spread.units, spread.warning) == (3, False)
    # means 80, 70 and 100 about 250/3; six of seventeen scores are 100
    assert spread.spread == pytest.approx(math.sqrt((100 + 1600 + 2500) / 9 / 3), abs=1e-12)
    assert spread.same_share == pytest.approx(6 / 17, abs=1e-12)
    flat = estimate.panel_spread(inside.run, CPPCC)
    assert (flat.units, flat.spread, flat.same_share, flat.warning) == (2, 0, 1, True)


@pytest.mark.parametrize("source", ["complaint", "counter", JULY, Selector("panel", ("peers",))])
def test_what_is_no_panel_of_scores_has_no_spread(inside: County, source: Selector | str) -> None:
    assert estimate.panel_spread(inside.run, source) is None


def test_a_panel_that_shows_one_body_only_has_no_spread(inside: County) -> None:
    assert estimate.panel_spread(inside.runs["2026-c"], DEPUTIES) is None


@pytest.mark.parametrize(
    ("points", "mean"),
    [
        ("", 15560 / 182),
        ("100/75/50/25/0", (18 * (700 + 100) + 2 * 375) / 182),
        ("100/70/30", (18 * (700 + 140) + 2 * (500 + 150)) / 182),
        ("100/100/100/0/0", 100 * 172 / 182),
        ("90，80，70，60，50", (18 * (630 + 140) + 2 * (400 + 250)) / 182),
    ],
)
def test_any_points_table_is_computed_from_the_same_cells(inside: County, points: str, mean: float) -> None:
    index = inside.indices("counter", points=points)["A"]
    assert index.mean == pytest.approx(mean, abs=1e-10)
    assert index.satisfied_rate == pytest.approx(172 / 182, abs=1e-12)


def test_an_interval_ends_where_the_points_end(inside: County) -> None:
    narrow = inside.indices("counter", points="90/80/70/60/50")["B"]
    assert narrow.high < 90
    alike = inside.indices("open", points="60/60/60/60/60/50/50/50/50/50")["B"]
    assert (alike.mean, alike.high) == (60, 60)
    assert 50 < alike.low < 60


def test_a_person_gets_the_bodies_that_he_may_see(inside: County) -> None:
    manager = Viewer(1, "m", frozenset({Role.UNIT_MANAGER}), frozenset({inside.units["B"], inside.units["D"]}))
    assert list(inside.indices("counter", viewer=manager)) == ["B", "D"]
    auditor = Viewer(2, "a", frozenset({Role.AUDITOR}), frozenset())
    assert list(inside.indices("counter", viewer=auditor)) == ["A", "B", "C", "D", "E"]
    nobody = Viewer(3, "n", frozenset({Role.UNIT_MANAGER}), frozenset())
    assert inside.indices("counter", viewer=nobody) == {}


def test_a_round_of_some_bodies_knows_no_others(inside: County) -> None:
    assert list(inside.indices("counter", "2026-c")) == ["C", "E"]
    assert list(inside.indices(DEPUTIES, "2026-c")) == ["C"]
    assert inside.indices("counter", "2026-c")["C"] == inside.indices("counter")["C"]


def test_a_shorter_round_holds_the_same_answers_of_its_days(inside: County) -> None:
    assert inside.indices("counter", "2026-1") == inside.indices("counter")
    assert (estimate.run(inside.runs["2026-1"]).counted, estimate.run(inside.run).counted) == (195, 224)
