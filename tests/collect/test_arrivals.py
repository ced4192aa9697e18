"""What has come in, counted: by kind, channel, day and level, cut by every filter and by who asks."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from survey.base.people.roles import SEES_ALL, Role, Viewer
from survey.base.store.database import commit
from survey.collect import service
from survey.collect.answers.counting import Levels
from survey.collect.service import ArrivalFilter
from survey.questions import service as questions
from survey.rounds import service as rounds
from survey.rounds.service import Selection, UnitChoice
from tests.collect.conftest import TODAY, Fair

DAY = timedelta(days=1)
OFFICE = Viewer(1, "office", frozenset({Role.OFFICE}), frozenset())


def fill(fair: Fair) -> None:
    """Counters of two units on two scales, an import, a poll about several bodies, a panel of scores."""
    fair.say("a", [5, 4, 0], window_id=fair.windows["a-1"])
    fair.say("b", [1], day=date(2026, 3, 1), channel=4)
    fair.say("b", [4, 1], day=date(2026, 2, 28), form="F")
    fair.say("b", [2, 2, 2], collection=rounds.imports("W1"), channel=14)
    poll = fair.collection("poll")
    fair.several(poll, {"a": 5, "b": 3}, day=date(2026, 1, 5))
    fair.several(poll, {"b": 1}, day=date(2026, 3, 2))
    panel = fair.collection("panel", "L")
    answers = [service.NewAnswer("L-1", score=90.0, unit_id=fair.units["a"])]
    service.add_responses([service.NewResponse(panel, TODAY, "L", 6, answers)])


@pytest.fixture(scope="module")
def filled(still_fair: Fair) -> Fair:
    """Answers that no test of this module adds to."""
    fill(still_fair)
    return still_fair


@pytest.fixture
def changing(fair: Fair):
    """The same answers, to be decided about and put into rounds."""
    with fair.inside():
        fill(fair)
        yield fair


def manager(fair: Fair, *codes: str) -> Viewer:
    return Viewer(7, "m", frozenset({Role.UNIT_MANAGER}), frozenset(fair.units[code] for code in codes))


def arrivals(fair: Fair, viewer: Viewer = OFFICE, selection: Selection | None = None, **more: object):
    chosen = selection or rounds.everything()
    return service.arrivals(ArrivalFilter(chosen, **more), viewer)


def told(found) -> dict[tuple[str, str], dict[int, int]]:
    return {(each.kind, each.scale.code): dict(each.counts) for each in found.levels}


def test_everything_is_counted_once_by_each_of_its_sides(fair_on_each_database: Fair):
    with fair_on_each_database.inside():
        fill(fair_on_each_database)
        found = arrivals(fair_on_each_database)
        codes = {one.id: one.code for one in rounds.collections()}
    assert found.total == 12
    assert found.by_kind == {"counter": 6, "import": 3, "panel": 1, "poll": 2}
    assert found.by_channel == {3: 5, 4: 1, 6: 3, 14: 3}
    assert found.by_day == (
        (date(2026, 1, 5), 1),
        (date(2026, 2, 28), 2),
        (date(2026, 3, 1), 1),
        (date(2026, 3, 2), 1),
        (TODAY, 7),
    )
    by_code = {codes[number]: count for number, count in found.by_collection.items()}
    assert by_code == {"counter-W1": 4, "counter-F": 2, "import-W1": 3, "poll-1": 2, "panel-1": 1}


def test_levels_stand_by_kind_and_scale(filled: Fair):
    found = arrivals(filled)
    assert told(found) == {
        ("counter", "five"): {0: 1, 1: 1, 4: 1, 5: 1},
        ("counter", "four"): {1: 1, 4: 1},
        ("import", "five"): {2: 3},
        ("poll", "five"): {1: 1, 3: 1, 5: 1},
    }
    assert [(each.kind, each.scale.code) for each in found.levels] == sorted(told(found))


def test_only_overall_questions_are_tallied_as_levels(fair: Fair):
    with fair.inside():
        answers = [service.NewAnswer("F-1", 4), service.NewAnswer("F-2", 1)]
        number = rounds.standing("F")
        service.add_responses([service.NewResponse(number, TODAY, "F", 3, answers, unit_id=fair.units["a"])])
        assert told(arrivals(fair)) == {("counter", "four"): {4: 1}}


def test_a_kind_alone(filled: Fair):
    assert arrivals(filled, kind="counter").by_kind == {"counter": 6}
    assert arrivals(filled, kind="poll").by_channel == {6: 2}
    assert arrivals(filled, kind="complaint").total == 0
    assert told(arrivals(filled, kind="import")) == {("import", "five"): {2: 3}}


@pytest.mark.parametrize(
    ("codes", "kinds"),
    [
        ("a", {"counter": 3, "panel": 1, "poll": 1}),
        ("b", {"counter": 3, "import": 3, "poll": 2}),
        ("c", {}),
        ("ab", {"counter": 6, "import": 3, "panel": 1, "poll": 2}),
        ("", {}),
    ],
)
def test_of_some_units_each_form_counts_for_each_it_speaks_of(filled: Fair, codes: str, kinds: dict[str, int]):
    wanted = frozenset(filled.units[code] for code in codes)
    found = arrivals(filled, unit_ids=wanted)
    # a form about both is one for each of them
    both = {"poll": kinds.get("poll", 0) + 1} if codes == "ab" else {}
    assert found.by_kind == {**kinds, **both}
    assert found.total == sum(found.by_kind.values())


def test_levels_follow_the_unit(filled: Fair):
    found = arrivals(filled, unit_ids=frozenset({filled.units["b"]}))
    assert told(found)["poll", "five"] == {1: 1, 3: 1}
    assert told(found)["counter", "five"] == {1: 1}


@pytest.mark.parametrize(
    ("first", "last", "counter", "poll"),
    [
        (None, None, 4, 2),
        (date(2026, 3, 1), None, 4, 1),
        (date(2026, 3, 2), None, 3, 1),
        (date(2026, 3, 3), None, 3, 0),
        (None, date(2026, 3, 30), 1, 1),
        (None, TODAY, 4, 1),
        (date(2026, 3, 1), date(2026, 3, 1), 1, 0),
        (date(2026, 2, 1), date(2027, 1, 1), 4, 1),
        (date(2026, 1, 5), date(2026, 3, 1), 1, 0),
        (date(2026, 3, 9), date(2026, 3, 8), 0, 0),
    ],
)
def test_days_cut_both_ends_and_never_reach_beyond_the_round(
    filled: Fair, first: date | None, last: date | None, counter: int, poll: int
):
    """The poll lies in March whole, by its last day; asked for by day, only its days in the round are counted."""
    march = rounds.selection(filled.march)
    found = arrivals(filled, selection=march, from_day=first, to_day=last)
    assert (found.by_kind.get("counter", 0), found.by_kind.get("poll", 0)) == (counter, poll)


def test_a_round_of_some_units_counts_those_only(changing: Fair):
    one = rounds.add_round("A", "甲", date(2026, 1, 1), TODAY, units=UnitChoice("units", ("a",)))
    found = arrivals(changing, selection=rounds.selection(one))
    assert found.by_kind == {"counter": 3, "panel": 1, "poll": 1}
    both = arrivals(changing, selection=rounds.selection(one), unit_ids=frozenset({changing.units["b"]}))
    assert both.total == 0, "a unit that the round does not judge"


def test_the_rated_see_their_own_counters_and_nothing_else(filled: Fair):
    found = arrivals(filled, manager(filled, "b"))
    assert found.by_kind == {"counter": 3}
    assert told(found) == {("counter", "five"): {1: 0}, ("counter", "four"): {1: 0, 4: 0}}
    assert arrivals(filled, manager(filled, "b"), unit_ids=frozenset({filled.units["a"]})).total == 0
    assert arrivals(filled, manager(filled, "b"), kind="poll").total == 0
    assert arrivals(filled, manager(filled, "c")).total == 0
    assert arrivals(filled, manager(filled)).total == 0
    assert arrivals(filled, manager(filled, "a", "b")).by_kind == {"counter": 6}


def test_a_range_of_days_tells_the_rated_nothing_more(filled: Fair):
    whole = arrivals(filled, manager(filled, "b"))
    for days in ({"from_day": TODAY}, {"to_day": TODAY - timedelta(days=400)}):
        assert arrivals(filled, manager(filled, "b"), **days) == whole


@pytest.mark.parametrize("role", sorted(SEES_ALL))
def test_who_sees_all_is_not_cut_to_assigned_units(filled: Fair, role: Role):
    viewer = Viewer(1, "x", frozenset({role}), frozenset({filled.units["c"]}))
    assert arrivals(filled, viewer).total == 12


def test_every_kind_is_closed_to_the_rated_but_counters(fair: Fair):
    with fair.inside():
        for kind in questions.SOURCES:
            form = "L" if kind == "panel" else "W1"
            number = fair.collection(kind, form, closes_on=TODAY)
            fair.say("a", [] if kind == "panel" else [4], collection=number)
        assert arrivals(fair, manager(fair, "a")).by_kind == {"counter": 1}
        assert set(arrivals(fair).by_kind) == set(questions.SOURCES) - {"panel"}


# -- reconciliation -------------------------------------------------------------------------------------------------


def test_received_is_counted_held_and_excluded(changing: Fair):
    keys = [line.key for line in service.responses(service.Chosen())]
    service.set_states({keys[0]: "held", keys[1]: "held", keys[2]: "excluded"})
    commit()
    assert service.totals(rounds.everything()) == {
        "received": 12,
        "counted": 9,
        "held": 2,
        "excluded": 1,
        "withdrawn": 0,
    }
    assert arrivals(changing).total == 12, "what arrived stays, whatever was decided"
    assert service.totals(Selection(TODAY, TODAY, frozenset(), frozenset())) == {
        "received": 0,
        "counted": 0,
        "held": 0,
        "excluded": 0,
        "withdrawn": 0,
    }


def test_a_round_of_some_units_receives_forms_about_several_too(changing: Fair):
    for codes, received in ((("a",), 6), (("b",), 9), (("c",), 3), (("a", "b"), 12)):
        one = rounds.add_round("".join(codes), "几个", date(2026, 1, 1), TODAY, units=UnitChoice("units", codes))
        assert service.totals(rounds.selection(one))["received"] == received


def test_what_no_round_selects_is_told_by_collection(changing: Fair):
    assert service.in_no_round() == {}
    counters = rounds.standing("W1")
    changing.say("a", [5, 5], day=date(2025, 12, 31))
    changing.say("b", [1], day=date(2027, 1, 1))
    assert service.in_no_round() == {counters: 3}
    rounds.add_round("A", "甲", date(2025, 12, 31), date(2025, 12, 31), units=UnitChoice("units", ("b",)))
    assert service.in_no_round() == {counters: 3}, "a round of that day that judges another unit"
    rounds.add_round("B", "乙", date(2025, 1, 1), date(2025, 12, 31), units=UnitChoice("units", ("a",)))
    rounds.add_round("C", "丙", date(2025, 12, 1), date(2025, 12, 31), units=UnitChoice("units", ("a",)))
    assert service.in_no_round() == {counters: 1}
    late = changing.several(poll_of_2027(), {"a": 4}, day=date(2027, 1, 1))
    assert service.in_no_round() == {counters: 1, service.lines_of([late])[0].collection_id: 1}


def poll_of_2027() -> int:
    new = rounds.NewCollection("poll-2027", "来年", "poll", "G", closes_on=date(2027, 1, 1))
    return rounds.add_collection(new).id


def test_without_rounds_everything_lies_in_none(fair: Fair):
    with fair.inside():
        fair.say("a", [4, 4], day=date(2024, 2, 29))
        fair.say("b", [4], day=date(2024, 2, 29), collection=rounds.imports("W1"))
        assert service.in_no_round() == {rounds.standing("W1"): 2, rounds.imports("W1"): 1}


def test_responses_by_unit_leave_forms_about_several_out(filled: Fair):
    counters = frozenset({rounds.standing("W1"), rounds.standing("F")})
    a, b = filled.units["a"], filled.units["b"]
    assert service.counts_by_unit(counters) == {a: 3, b: 3}
    assert service.counts_by_unit(frozenset({rounds.standing("F")})) == {b: 2}
    everything = frozenset(one.id for one in rounds.collections())
    assert service.counts_by_unit(everything) == {a: 3, b: 6}
    assert service.counts_by_unit(frozenset()) == {}


# -- levels as shares -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scale", "counts", "valid", "satisfied", "bad"),
    [
        ("five", {5: 1, 4: 2, 3: 3, 2: 4, 1: 10, 0: 80}, 20, 6 / 20, 14 / 20),
        ("four", {4: 3, 3: 2, 2: 4, 1: 1}, 10, 5 / 10, 1 / 10),
        ("three", {3: 1, 2: 1, 1: 2, 0: 1}, 4, 2 / 4, 2 / 4),
        ("ten", {10: 2, 6: 2, 5: 4, 4: 1, 1: 1}, 10, 4 / 10, 2 / 10),
        ("five", {0: 7}, 0, 0.0, 0.0),
        ("five", {}, 0, 0.0, 0.0),
    ],
)
def test_shares_are_of_valid_answers(scale: str, counts: dict[int, int], valid: int, satisfied: float, bad: float):
    known = questions.SCALES[scale]
    levels = Levels("counter", known, counts)
    assert levels.valid == valid
    assert levels.share(*known.satisfied) == pytest.approx(satisfied, abs=1e-12)
    assert levels.share(*known.bad) == pytest.approx(bad, abs=1e-12)
    assert levels.share() == 0
