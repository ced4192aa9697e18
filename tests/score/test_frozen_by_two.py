"""Two people freeze a sheet, and only when nothing undecided could move it."""

from __future__ import annotations

import json

import pytest
from flask import Flask

from survey.base.errors import Refused
from survey.collect import service as collect
from survey.score import service
from survey.screen import service as screen
from tests import two_people
from tests.score.desk import OFFICE, Desk
from tests.score.schemes_written import leaf, scheme_of
from tests.score.voices import Voices

HELD = "同一分钟内集中提交"


def draft(voices: Desk, *more: str) -> int:
    if "test" not in {one.code for one in service.schemes_stored()}:
        service.add_scheme(scheme_of(leaf("a", source="source: counter", more=", ".join(more))))
    return service.make_sheet(voices.year, "test", viewer=OFFICE)


def refusal(sheet: int) -> str:
    with pytest.raises(Refused) as refused:
        two_people.freeze(sheet, OFFICE)
    return refused.value.message


@pytest.fixture
def voices(app: Flask):
    with app.app_context():
        made = Voices()
        made.say("101", {4: 40})
        made.say("102", {5: 40})
        yield made


def test_the_first_asks_the_second_confirms_and_both_are_named(app: Flask) -> None:
    with app.app_context():
        number = Desk().appraised({"101": 90})
        with pytest.raises(Refused, match="还没有人申请"):
            service.freeze(number, OFFICE)
        with pytest.raises(Refused, match="3 个单位，不是 2 个"):
            service.ask_to_freeze(number, OFFICE, units_counted=2)
        service.ask_to_freeze(number, OFFICE, units_counted=3)
        with pytest.raises(Refused, match="已经申请过"):
            service.ask_to_freeze(number, two_people.OTHER)
        with pytest.raises(Refused, match="您本人申请"):
            service.freeze(number, OFFICE)
        frozen = service.freeze(number, two_people.OTHER)
        assert (frozen.content.asked_by, frozen.content.frozen_by) == ("li", "zhou")
        assert json.loads(service.signed_document(number))["content"]["asked_by"] == "li"
        assert service.is_intact(number)


def test_what_was_asked_for_can_be_taken_back(app: Flask) -> None:
    with app.app_context():
        number = Desk().appraised({"101": 90})
        with pytest.raises(Refused):
            service.withdraw_freezing(number, OFFICE)
        service.ask_to_freeze(number, OFFICE)
        service.withdraw_freezing(number, two_people.OTHER)
        assert service.sheet(number).entry.asked_by == ""
        two_people.freeze(number, OFFICE)
        with pytest.raises(Refused):
            service.withdraw_freezing(number, OFFICE)


def test_a_refused_confirmation_ends_the_request(app: Flask) -> None:
    with app.app_context():
        desk = Desk()
        number = desk.appraised({"101": 90})
        service.ask_to_freeze(number, OFFICE)
        desk.bring("hami", {"results": {"101": 80}})
        with pytest.raises(Refused, match="变"):
            service.freeze(number, two_people.OTHER)
    with app.app_context():
        assert service.sheet(number).entry.asked_by == ""


def test_held_answers_that_move_a_total_stand_in_the_way_until_decided(voices: Voices) -> None:
    two_people.hold(voices.say("101", {1: 10}), HELD)
    voices.compute()
    assert "单位101（10 份，80 或 64）" in refusal(draft(voices))
    lines = collect.responses(collect.Chosen(state="held"))
    for line in lines:
        screen.propose(line.key, "exclude", HELD, OFFICE)
    screen.decide_many([one.id for one in screen.pending()], confirm=True, viewer=two_people.OTHER)
    assert "又有评价被暂存、恢复或剔除" in refusal(draft(voices))
    voices.compute()
    assert two_people.freeze(draft(voices), OFFICE).entry.is_frozen


@pytest.mark.parametrize(("counted", "held"), [(3, 37), (10, 30), (0, 40)])
def test_held_answers_that_would_bring_a_unit_its_place_stand_in_the_way(app: Flask, counted: int, held: int) -> None:
    with app.app_context():
        voices = Voices()
        voices.say("101", {4: 40})
        voices.say("102", {5: counted})
        two_people.hold(voices.say("102", {5: held}), HELD)
        voices.compute()
        assert "单位102" in refusal(draft(voices))


def test_decisions_after_the_computation_ask_for_another_one(voices: Voices) -> None:
    bad = voices.say("101", {1: 17})
    voices.compute()
    sheet = draft(voices)
    two_people.hold(bad, HELD)
    assert "又有评价被暂存、恢复或剔除" in refusal(sheet)


def test_a_waiting_proposal_is_decided_first(voices: Voices) -> None:
    keys = voices.say("101", {1: 2})
    voices.compute()
    sheet = draft(voices)
    screen.hold(keys, HELD, OFFICE)
    assert "单位101 2" in refusal(sheet)
    screen.decide_many([one.id for one in screen.pending()], confirm=False, viewer=two_people.OTHER)
    assert two_people.freeze(sheet, OFFICE).entry.is_frozen


def test_held_answers_that_move_nothing_are_counted_on_the_sheet(voices: Voices) -> None:
    two_people.hold(voices.say("101", {4: 7}), HELD)
    voices.compute()
    frozen = two_people.freeze(draft(voices), OFFICE)
    assert frozen.content.basis["undecided"] == 7
    assert service.is_intact(frozen.entry.id)


def test_what_is_compared_with_the_class_moves_the_others(app: Flask) -> None:
    with app.app_context():
        voices = Voices()
        voices.say("101", {3: 40})
        voices.say("102", {5: 20, 4: 20})
        two_people.hold(voices.say("102", {5: 10}), HELD)
        voices.compute()
        # 102 has all points either way; the mean that 101 is compared with is another
        assert "单位102" in refusal(draft(voices, "convert: mean"))
