"""What the desk refuses, each with its sentence, and what it writes down of what it does."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from flask_babel import force_locale

from survey.base import clock
from survey.base.errors import NotFound, Refused
from survey.base.people.roles import Role, Viewer
from survey.collect import service as collect
from survey.rounds import service as rounds
from survey.screen import service
from tests import two_people
from tests.small_round import SmallRound, rate, small_round

LI = Viewer(1, "li", frozenset({Role.OFFICE}), frozenset())
WANG = Viewer(2, "wang", frozenset({Role.STATISTICIAN}), frozenset())
REASON = "同一分钟内连续提交"


def bring_to(state: str, key: str) -> None:
    """Lead an answer that counts to another state."""
    if state != "counted":
        two_people.hold([key], REASON, LI)
    if state == "excluded":
        service.propose(key, "exclude", REASON, LI)
        service.decide(service.pending()[0].id, confirm=True, viewer=WANG)


@pytest.mark.parametrize(
    ("state", "deed"),
    [
        ("counted", "release"),
        ("counted", "exclude"),
        ("counted", "hold"),
        ("held", "hold"),
        ("held", "delete"),
        ("excluded", "exclude"),
        ("excluded", "hold"),
    ],
)
def test_what_a_state_does_not_allow_is_not_proposed(app: Flask, state: str, deed: str) -> None:
    with app.app_context():
        [key] = rate(small_round(), [1])
        bring_to(state, key)
        with force_locale("en"), pytest.raises(Refused) as refused:
            service.propose(key, deed, REASON, WANG)
        assert "cannot be done to an answer in its present state" in str(refused.value)
        assert service.pending() == []


def test_an_excluded_answer_comes_back_by_two_people(app_on_each_database: Flask) -> None:
    with app_on_each_database.app_context():
        [key] = rate(small_round(), [1])
        bring_to("excluded", key)
        service.propose(key, "release", "复核后确认为本人评价", WANG)
        [waiting] = service.pending()
        assert service.decide(waiting.id, confirm=True, viewer=LI) == "counted"
        assert service.state_of(key) == service.Standing("counted", "")
        assert [(d.kind, d.first, d.second, d.outcome) for d in service.history(key)] == [
            ("hold", "li", "zhou", "done"),
            ("exclude", "li", "wang", "done"),
            ("release", "wang", "li", "done"),
        ]


@pytest.mark.parametrize("confirm", [True, False])
def test_nothing_is_decided_twice(app: Flask, confirm: bool) -> None:
    with app.app_context():
        [key] = rate(small_round(), [1])
        bring_to("held", key)
        service.propose(key, "exclude", REASON, LI)
        [waiting] = service.pending()
        state = service.decide(waiting.id, confirm=confirm, viewer=WANG)
        assert state == ("excluded" if confirm else "held")
        with force_locale("en"), pytest.raises(Refused) as refused:
            service.decide(waiting.id, confirm=not confirm, viewer=WANG)
        assert "has been decided already" in str(refused.value)
        assert service.state_of(key).state == state
        [_, told] = service.history(key)
        assert told.outcome == ("done" if confirm else "rejected")
        assert told.second == "wang"
        assert told.second_at is not None


def test_the_proposer_may_not_reject_the_own_proposal_either(app: Flask) -> None:
    with app.app_context():
        [key] = rate(small_round(), [1])
        bring_to("held", key)
        service.propose(key, "release", REASON, LI)
        with force_locale("en"), pytest.raises(Refused) as refused:
            service.decide(service.pending()[0].id, confirm=False, viewer=LI)
        assert "You proposed this yourself" in str(refused.value)
        assert len(service.pending()) == 1


def test_after_a_rejection_another_proposal_may_be_made(app: Flask) -> None:
    with app.app_context():
        [key] = rate(small_round(), [1])
        bring_to("held", key)
        service.propose(key, "exclude", REASON, LI)
        service.decide(service.pending()[0].id, confirm=False, viewer=WANG)
        service.propose(key, "release", REASON, WANG)
        assert [d.kind for d in service.pending()] == ["release"]


def test_an_unknown_proposal_is_not_found(app: Flask) -> None:
    with app.app_context(), pytest.raises(NotFound):
        service.decide(1, confirm=True, viewer=WANG)


def test_with_nothing_chosen_nothing_is_held(app: Flask) -> None:
    with app.app_context(), force_locale("en"), pytest.raises(Refused) as refused:
        two_people.hold([], REASON, LI)
    assert "Choose at least one answer" in str(refused.value)


def test_one_unknown_key_among_known_ones_holds_none(app: Flask) -> None:
    with app.app_context():
        [key] = rate(small_round(), [1])
        with pytest.raises(NotFound):
            two_people.hold([key, "nosuchkey"], REASON, LI)
        assert service.state_of(key) == service.COUNTED
        assert service.history(key) == []


def test_held_again_or_named_twice_counts_once_and_keeps_its_first_reason(app: Flask) -> None:
    with app.app_context():
        [first, second] = rate(small_round(), [1, 2])
        assert two_people.hold([first, first], f"  {REASON}  ", LI) == 1
        assert two_people.hold([first, second], "另一个理由也够长", WANG) == 1
        assert service.standings([first, second]) == {
            first: service.Standing("held", REASON),
            second: service.Standing("held", "另一个理由也够长"),
        }
        assert len(service.history(first)) == 1


def test_the_reason_that_stands_is_that_of_the_newest_decision(app: Flask) -> None:
    with app.app_context():
        [key] = rate(small_round(), [1])
        bring_to("held", key)
        service.propose(key, "exclude", "核实为工作人员代点", LI)
        assert service.state_of(key).reason == REASON
        service.decide(service.pending()[0].id, confirm=True, viewer=WANG)
        assert service.state_of(key) == service.Standing("excluded", "核实为工作人员代点")


def moved(made: SmallRound, first: date, last: date) -> rounds.Selection:
    rounds.change_round(made.round_id, rounds.RoundChoice("本年度", first, last))
    return rounds.selection(rounds.round_(made.round_id))


def test_proposals_and_totals_of_a_round_are_those_of_answers_it_selects(app_on_each_database: Flask) -> None:
    with app_on_each_database.app_context():
        made, today = small_round(), clock.today()
        keys = rate(made, [1, 2])
        for key in keys:
            bring_to("held", key)
            service.propose(key, "exclude", REASON, LI)
        outside = moved(made, today + timedelta(days=1), today + timedelta(days=9))
        assert service.pending(outside) == []
        assert service.totals(outside)["received"] == 0
        on_its_last_day = moved(made, today - timedelta(days=9), today)
        assert [d.key for d in service.pending(on_its_last_day)] == keys
        assert service.totals(on_its_last_day) == {
            "received": 2,
            "counted": 0,
            "held": 2,
            "excluded": 0,
            "withdrawn": 0,
        }
        assert len(service.pending()) == 2


def test_answers_are_paged_and_counted_with_and_without_a_filter(app_on_each_database: Flask) -> None:
    with app_on_each_database.app_context():
        made = small_round()
        here, there = rate(made, [5] * 3), rate(made, [1] * 2, place=1)
        bring_to("held", there[0])
        selection = rounds.selection(rounds.round_(made.round_id))
        everything = collect.Chosen(selection=selection)
        pages = [service.answers(everything, selection, page=n, size=2) for n in (1, 2, 3, 4)]
        assert [(len(lines), total) for lines, total in pages] == [(2, 5), (2, 5), (1, 5), (0, 5)]
        assert {line.key for lines, _ in pages for line in lines} == {*here, *there}
        second = collect.Chosen(selection=selection, unit_ids=[made.unit_ids[1]])
        lines, total = service.answers(second, selection)
        assert ({line.key for line in lines}, total) == (set(there), 2)
        held, total = service.answers(collect.Chosen(selection=selection, state="held"), selection)
        assert ([line.key for line in held], total) == ([there[0]], 1)


def test_one_answer_is_found_by_its_key_and_another_is_not(app: Flask) -> None:
    with app.app_context():
        [key] = rate(small_round(), [4])
        assert service.only(key).level == 4
        with pytest.raises(NotFound):
            service.only("nosuchkey")
