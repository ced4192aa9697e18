"""Answers looked up: lists and their pages, states, reasons and words, bad ratings, and forms kept aside."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from survey.base.store.database import commit, session
from survey.collect import service
from survey.collect.answers import aside, finding
from survey.collect.models import KeptAsideRow
from survey.collect.service import Chosen, NewAnswer, NewResponse
from survey.questions import service as questions
from survey.rounds import service as rounds
from survey.rounds.service import Selection
from tests.collect.conftest import TODAY, Fair

DAY = timedelta(days=1)


@pytest.fixture
def inside(fair: Fair):
    with fair.inside():
        yield fair


@pytest.fixture
def inside_each(fair_on_each_database: Fair):
    with fair_on_each_database.inside():
        yield fair_on_each_database


def test_a_list_is_newest_day_first_and_cut_into_pages(inside_each: Fair):
    days = [TODAY - 2 * DAY, TODAY, TODAY - DAY]
    by_day = {day: sorted(inside_each.say("a", [5, 4, 3], day=day)) for day in days}
    wanted = [key for day in sorted(by_day, reverse=True) for key in by_day[day]]
    assert [line.key for line in service.responses(Chosen())] == wanted
    pages = [[line.key for line in service.responses(Chosen(), page=page, size=4)] for page in (1, 2, 3, 4)]
    assert pages == [wanted[:4], wanted[4:8], wanted[8:], []]
    assert service.count(Chosen()) == 9


def test_fifty_stand_on_a_page(inside: Fair):
    inside.say("a", [5] * 51)
    assert len(service.responses(Chosen())) == 50
    assert len(service.responses(Chosen(), page=2)) == 1
    assert service.count(Chosen()) == 51


def test_a_line_says_all_that_is_known(inside_each: Fair):
    (key,) = inside_each.say(
        "b", [1], form="F", day=TODAY - DAY, window_id=inside_each.windows["b-1"], channel=5,
        tags=["other", "kind"], texts={"text": "二", "A": "一"}, withdrawn_code=True,
    )  # fmt: skip
    (line,) = service.lines_of([key])
    assert line == service.ResponseLine(
        key=key,
        collection_id=rounds.standing("F"),
        day=TODAY - DAY,
        unit_id=inside_each.units["b"],
        window_id=inside_each.windows["b-1"],
        level=1,
        channel=5,
        questionnaire="F",
        tags=("kind", "other"),
        text="一\n二",
        withdrawn_code=True,
        state="counted",
    )
    assert finding.texts_of([key]) == {key: {"A": "一", "text": "二"}}
    assert finding.tags_of([key]) == {key: ("kind", "other")}


def test_a_form_with_nothing_beside_its_level_says_so(inside: Fair):
    (key,) = inside.say("a", [3], tags=["fast", "fast"], texts={"text": ""})
    (line,) = service.lines_of([key])
    assert (line.window_id, line.text, line.withdrawn_code) == (None, "", False)
    assert line.tags == ("fast",), "a reason ticked twice is one"
    assert finding.texts_of([key]) == finding.tags_of(["nobody"]) == {}


def test_the_level_is_of_the_overall_question_about_the_form_s_own_body(inside: Fair):
    number = rounds.standing("F")
    a, b = inside.units["a"], inside.units["b"]
    two = [NewAnswer("F-1", 4), NewAnswer("F-2", 1)]
    other = [NewAnswer("F-1", 2, unit_id=b)]
    keys = service.add_responses([NewResponse(number, TODAY, "F", 3, said, unit_id=a) for said in (two, other)])
    several = inside.several(inside.collection("poll"), {"a": 5, "b": 1})
    assert [line.level for line in service.lines_of([*keys, several])] == [4, None, None]
    assert service.lines_of([several])[0].unit_id is None


def test_lines_come_in_the_order_asked_for_and_unknown_keys_are_left_out(inside: Fair):
    first, second, third = inside.say("a", [1, 2, 3])
    asked = [third, "no-such-key", first, second, third]
    assert [line.key for line in service.lines_of(asked)] == [third, first, second, third]
    assert service.lines_of([]) == []


def test_more_keys_than_one_question_takes_are_all_found(inside_each: Fair):
    keys = inside_each.say("a", [5] * (2 * finding.KEYS_AT_ONCE + 1), tags=["fast"], texts={"text": "好"})
    lines = service.lines_of(keys)
    assert [line.key for line in lines] == keys
    assert {(line.tags, line.text, line.level) for line in lines} == {(("fast",), "好", 5)}
    assert len(finding.tags_of(keys)) == len(finding.texts_of(keys)) == len(keys)


def test_every_filter_cuts_and_none_is_no_filter(inside_each: Fair):
    imports = rounds.imports("W1")
    one, two = inside_each.say("a", [5, 4])
    (three,) = inside_each.say("b", [3], collection=imports, day=date(2026, 2, 28))
    four = inside_each.several(inside_each.collection("poll"), {"a": 1}, day=date(2025, 1, 1))
    a, b = inside_each.units["a"], inside_each.units["b"]

    def found(**more: object) -> set[str]:
        chosen = Chosen(**more)
        keys = {line.key for line in service.responses(chosen)}
        assert service.count(chosen) == len(keys)
        return keys

    assert found() == {one, two, three, four}
    assert found(collection_ids={imports}) == found(unit_ids=[b]) == {three}
    assert found(unit_ids={a}) == {one, two}
    assert found(collection_ids={imports}, unit_ids={a}) == set()
    assert found(keys=[one, four, "none"]) == {one, four}
    assert found(keys=[]) == found(unit_ids=[]) == found(collection_ids=[]) == set()
    assert found(selection=rounds.selection(inside_each.march)) == {one, two, four}
    assert found(selection=rounds.selection(inside_each.year)) == {one, two, three, four}
    assert found(selection=rounds.everything(frozenset({imports}))) == {three}


def test_a_selection_takes_its_first_and_its_last_day(inside_each: Fair):
    for day in (10, 11, 12):
        inside_each.say("a", [5], day=date(2026, 3, day))
    standing = frozenset({rounds.standing("W1")})
    for first, last, number in (
        (10, 12, 3),
        (11, 12, 2),
        (10, 11, 2),
        (11, 11, 1),
        (12, 10, 0),
        (13, 31, 0),
        (1, 9, 0),
    ):
        chosen = Selection(date(2026, 3, first), date(2026, 3, last), standing, frozenset())
        assert service.count(Chosen(chosen)) == len(service.responses(Chosen(chosen))) == number


def test_a_selection_of_nothing_selects_nothing(inside: Fair):
    inside.say("a", [5])
    nothing = Selection(date.min, date.max, frozenset(), frozenset())
    assert (service.count(Chosen(nothing)), service.responses(Chosen(nothing))) == (0, [])


def test_a_selection_of_some_units_takes_forms_about_several_along(inside: Fair):
    inside.say("a", [5])
    inside.say("b", [4, 4])
    inside.several(inside.collection("poll"), {"a": 1, "b": 1})
    everything = frozenset(one.id for one in rounds.collections())
    for codes, number in (("a", 2), ("b", 3), ("c", 1), ("ab", 4)):
        of_units = Selection(TODAY, TODAY, everything, frozenset(), frozenset(inside.units[code] for code in codes))
        assert service.count(Chosen(of_units)) == number


# -- states ---------------------------------------------------------------------------------------------------------


def states(keys: list[str]) -> list[str]:
    return [line.state for line in service.lines_of(keys)]


def test_an_answer_is_counted_held_excluded_and_counted_again(inside_each: Fair):
    keys = inside_each.say("a", [5, 4, 3])
    assert states(keys) == ["counted"] * 3
    for given in (("held", "excluded", "counted"), ("excluded", "counted", "counted"), ("counted", "held", "held")):
        service.set_states(dict(zip(keys, given, strict=True)))
        commit()
        assert states(keys) == list(given)
        apart = {key: state for key, state in zip(keys, given, strict=True) if state != "counted"}
        assert service.states_of(keys) == apart
        for state in ("held", "excluded"):
            wanted = [key for key, of_key in apart.items() if of_key == state]
            assert sorted(line.key for line in service.responses(Chosen(state=state))) == sorted(wanted)
            assert service.count(Chosen(state=state)) == len(wanted)
        found = service.totals(rounds.everything())
        assert [found[state] for state in ("counted", "held", "excluded")] == [
            given.count(state) for state in ("counted", "held", "excluded")
        ]
    assert service.states_of(keys[:1]) == {}
    assert service.states_of([]) == {}


def test_a_state_that_is_none_cannot_be_stored(inside_each: Fair):
    (key,) = inside_each.say("a", [5])
    for states_ in ({key: "doubtful"}, {"no-such-key": "held"}):
        with pytest.raises(IntegrityError):
            service.set_states(states_)
        session().rollback()
    assert states([key]) == ["counted"]


def test_a_decision_about_nothing_changes_nothing(inside: Fair):
    (key,) = inside.say("a", [5])
    service.set_states({key: "held"})
    service.set_states({})
    commit()
    assert states([key]) == ["held"]


def test_the_receipt_leads_to_the_answer_and_its_state(inside_each: Fair):
    receipt = "2222-2222-2222"
    (key,) = inside_each.say("b", [1], receipt=receipt, window_id=inside_each.windows["b-1"], withdrawn_code=True)
    inside_each.say("a", [5])
    for state in ("counted", "held", "excluded"):
        service.set_states({key: state})
        commit()
        found = service.find_by_receipt(" 2222 2222 2222")
        assert found is not None
        assert (found.key, found.state, found.day, found.questionnaire) == (key, state, TODAY, "W1")
        assert (found.unit_id, found.window_id) == (inside_each.units["b"], inside_each.windows["b-1"])
        assert (found.withdrawn_code, found.collection_id) == (True, rounds.standing("W1"))
    for other in ("", "2222-2222-2223", "2222-2222-222", "3333-3333-3333"):
        assert service.find_by_receipt(other) is None


# -- bad ratings ----------------------------------------------------------------------------------------------------


def test_exactly_the_bad_levels_of_a_scale_are_bad_ratings(inside: Fair):
    for form, bad in (("W1", {1, 2}), ("F", {1}), ("T", {1}), ("X", {1, 2, 3, 4})):
        scale = questions.questionnaire(form).scale
        assert scale
        keys = dict(zip(inside.say("a", scale.answers, form=form), scale.answers, strict=True))
        found = service.low_ratings([(TODAY, rounds.standing(form))])
        assert {keys[rating.key] for rating in found} == bad


def test_a_bad_rating_says_where_and_when(inside_each: Fair):
    (key,) = inside_each.say("b", [2], window_id=inside_each.windows["b-1"], day=TODAY - DAY)
    number, imports = rounds.standing("W1"), rounds.imports("W1")
    (bare,) = inside_each.say("a", [1], collection=imports)
    found = service.low_ratings([(TODAY - DAY, number), (TODAY, imports), (TODAY, number), (TODAY - DAY, imports)])
    assert [tuple(vars(rating).values()) for rating in found] == [
        (key, number, inside_each.units["b"], inside_each.windows["b-1"], TODAY - DAY, False),
        (bare, imports, inside_each.units["a"], None, TODAY, False),
    ]
    assert service.low_ratings([]) == service.low_ratings([(TODAY, number)]) == []


def test_a_rating_is_sealed_by_reasons_of_fees_and_pressure_only(inside_each: Fair):
    tags = {inside_each.say("a", [1], tags=["fast", tag])[0]: tag for tag in questions.all_tags()}
    (bare,) = inside_each.say("a", [1])
    found = service.low_ratings([(TODAY, rounds.standing("W1"))])
    assert {rating.key for rating in found} == {bare, *tags}
    assert {tags[rating.key] for rating in found if rating.is_sealed} == {"pressed", "bribery"}


def test_seals_are_found_among_more_ratings_than_one_question_takes(inside: Fair):
    keys = inside.say("a", [1] * 1001, tags=["bribery"])
    found = service.low_ratings([(TODAY, rounds.standing("W1"))])
    assert sorted(rating.key for rating in found) == sorted(keys)
    assert all(rating.is_sealed for rating in found)


def test_what_is_no_bad_rating_of_the_form_s_own_body(inside: Fair):
    number, a, b = rounds.standing("F"), inside.units["a"], inside.units["b"]
    about_other = NewResponse(number, TODAY, "F", 3, [NewAnswer("F-1", 1, unit_id=b)], unit_id=a)
    other_question = NewResponse(number, TODAY, "F", 3, [NewAnswer("F-1", 3), NewAnswer("F-2", 1)], unit_id=a)
    named = NewResponse(number, TODAY, "F", 3, [NewAnswer("F-2", 4), NewAnswer("F-1", 1, unit_id=a)], unit_id=a)
    gone = NewResponse(number, TODAY, "OLD", 3, [NewAnswer("O-1", 1)], unit_id=a, version=3)
    keys = service.add_responses([about_other, other_question, named, gone])
    inside.several(number, {"a": 1})
    assert [rating.key for rating in service.low_ratings([(TODAY, number)])] == [keys[2]]


# -- kept aside -----------------------------------------------------------------------------------------------------


def keep_aside(fair: Fair, day: date, number: int, key: str, unit: str = "a") -> None:
    content = json.dumps({"text": f"第 {key} 份"}, ensure_ascii=False)
    row = {"key": key, "collection_id": number, "unit_id": fair.units[unit], "window_id": None, "day": day}
    session().execute(insert(KeptAsideRow), [{**row, "content": content}])
    commit()


def test_forms_kept_aside_are_listed_newest_first_and_by_selection(inside_each: Fair):
    standing, poll = rounds.standing("W1"), inside_each.collection("poll")
    for key, day, number in (("c", 1, standing), ("b", 31, standing), ("a", 31, standing), ("d", 31, poll)):
        keep_aside(inside_each, date(2026, 3, day), number, key, "b")
    keep_aside(inside_each, date(2026, 2, 28), standing, "e")
    keep_aside(inside_each, date(2026, 4, 1), standing, "f")
    keep_aside(inside_each, date(2025, 1, 1), poll, "g")
    found, number = service.kept_aside(rounds.selection(inside_each.march))
    assert [each.said["text"] for each in found] == [f"第 {key} 份" for key in "abdcg"]
    assert number == 5
    assert (found[0].day, found[0].collection_id, found[0].unit_id, found[0].window_id) == (
        TODAY, standing, inside_each.units["b"], None,
    )  # fmt: skip
    assert [len(service.kept_aside(None)[0]), service.kept_aside(None)[1]] == [7, 7]
    assert service.kept_aside(rounds.everything(frozenset({poll})))[1] == 2
    assert service.kept_aside(Selection(TODAY, TODAY, frozenset(), frozenset())) == ([], 0)


def test_a_hundred_kept_aside_are_shown_and_all_are_counted(inside: Fair):
    number = rounds.standing("W1")
    for place in range(aside.MOST_SHOWN + 1):
        keep_aside(inside, TODAY - place * DAY, number, f"{place:03}")
    found, total = service.kept_aside(None)
    assert (len(found), total) == (100, 101)
    assert found[-1].day == TODAY - 99 * DAY
