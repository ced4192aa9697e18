"""Putting responses into their tables: every part of each, however many, and nothing twice."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from survey.base.store.database import commit, engine, session
from survey.collect import service
from survey.collect.models import AnswerRow, ResponseChoiceRow, ResponseRow, ResponseTagRow, ResponseTextRow
from survey.collect.rules import LONGEST_TEXT
from survey.collect.service import NewAnswer, NewResponse
from survey.collect.store import recording
from survey.rounds import service as rounds
from tests.collect.conftest import TODAY, Fair

PARTS = (AnswerRow, ResponseTagRow, ResponseChoiceRow, ResponseTextRow)


@pytest.fixture
def inside(fair: Fair):
    with fair.inside():
        yield fair


def rows(model: type) -> list:
    with engine().connect() as connection:
        return list(connection.execute(select(model.__table__)))


def full(fair: Fair, number: int) -> NewResponse:
    """A response with something in every part."""
    unit = fair.units["b"]
    return NewResponse(
        number,
        date(2026, 3, 5),
        "G",
        11,
        [NewAnswer("G-1", 5, unit_id=fair.units["a"]), NewAnswer("G-2", 0), NewAnswer("L-1", score=87.5)],
        version=7,
        window_id=fair.windows["b-1"],
        unit_id=unit,
        group_code="居民",
        stratum="城区",
        calibration="age=60+",
        selection_factor=2.5,
        tags=("kind", "fast", "kind"),
        choices={"G-TOLD": "no", "G-HOW": "online"},
        texts={"text": "一", "G-9": "二", "G-8": ""},
        withdrawn_code=True,
        receipt="2222-2222-2222",
    )


def test_every_part_of_a_response_lies_in_its_table(fair_on_each_database: Fair):
    fair = fair_on_each_database
    with fair.inside():
        number = rounds.imports("G")
        (key,) = service.add_responses([full(fair, number)])
        (row,) = rows(ResponseRow)
        answers = {(each.unit_id, each.question): (each.level, each.score) for each in rows(AnswerRow)}
        tags, choices, texts = rows(ResponseTagRow), rows(ResponseChoiceRow), rows(ResponseTextRow)
    assert (row.key, row.collection_id, row.day, row.questionnaire) == (key, number, date(2026, 3, 5), "G")
    assert (row.version, row.channel, row.window_id, row.unit_id) == (7, 11, fair.windows["b-1"], fair.units["b"])
    assert (row.group_code, row.stratum, row.calibration, row.selection_factor) == ("居民", "城区", "age=60+", 2.5)
    assert (row.withdrawn_code, row.low, len(row.receipt_hash)) == (True, False, 64)
    assert answers == {
        (fair.units["a"], "G-1"): (5, None),
        (fair.units["b"], "G-2"): (0, None),
        (fair.units["b"], "L-1"): (None, 87.5),
    }
    assert sorted(tuple(each) for each in tags) == [(key, "fast"), (key, "kind")]
    assert sorted(tuple(each) for each in choices) == [(key, "G-HOW", "online"), (key, "G-TOLD", "no")]
    assert sorted(tuple(each) for each in texts) == [(key, "G-9", "二"), (key, "text", "一")]


def test_however_many_go_into_a_statement_each_is_stored_once(inside: Fair, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(recording, "CHUNK", 2)
    values = {"day": TODAY, "questionnaire": "W1", "channel": 14, "unit_id": inside.units["a"]}
    collection, stored = rounds.imports("W1"), 0
    for number in range(6):
        said = [[NewAnswer("W-E1", level)] for level in range(number)]
        responses = [NewResponse(collection, answers=answers, **values) for answers in said]
        keys = recording.store(session().connection(), responses, key="key")
        commit()
        by_key = {row.response_key: row.level for row in rows(AnswerRow)}
        assert [by_key[key] for key in keys] == list(range(number)), "each key is that of its response"
        stored += number
        assert len(by_key) == stored


def test_keys_and_unknown_receipts_tell_nothing(inside: Fair):
    inside.say("a", [5] * 20)
    found = rows(ResponseRow)
    assert {len(row.key) for row in found} == {22}
    assert {len(row.receipt_hash) for row in found} == {64}
    assert len({row.key for row in found}) == len({row.receipt_hash for row in found}) == 20


def test_the_newest_version_is_meant_where_none_is_named(inside: Fair):
    inside.say("a", [4], form="F")
    assert [row.version for row in rows(ResponseRow)] == [1]


def test_words_longer_than_allowed_are_cut_where_no_page_stood_before(inside: Fair):
    inside.say("a", [5], texts={"text": "长" * LONGEST_TEXT + "尾"})
    assert [row.text for row in rows(ResponseTextRow)] == ["长" * LONGEST_TEXT]


def test_a_response_without_answers_is_one_all_the_same(inside: Fair):
    service.add_responses([NewResponse(rounds.imports("G"), TODAY, "G", 6, [])])
    assert len(rows(ResponseRow)) == 1
    assert [rows(model) for model in PARTS] == [[], [], [], []]
    assert service.totals(rounds.everything())["received"] == 1
    assert len(service.tally(rounds.everything())) == 0


WRONG = [
    {"channel": 0},
    {"channel": 15},
    {"selection_factor": 0.99},
    {"collection_id": 999},
    {"unit_id": 999},
    {"window_id": 999},
    {"answers": [NewAnswer("W-E1", 5), NewAnswer("W-E1", 4)]},
    {"answers": [NewAnswer("W-E1", -1)]},
    {"answers": [NewAnswer("W-E1", 11)]},
    {"answers": [NewAnswer("W-E1", score=-0.5)]},
    {"answers": [NewAnswer("W-E1", 5, 5.0)]},
    {"receipt": "2222-2222-2222"},
]


def test_what_must_never_be_true_cannot_be_stored(fair_on_each_database: Fair):
    """One impossible response after a good one: neither is stored."""
    with fair_on_each_database.inside():
        good = {"collection_id": rounds.imports("W1"), "day": TODAY, "questionnaire": "W1", "channel": 14}
        good |= {"answers": [NewAnswer("W-E1", 5)], "unit_id": fair_on_each_database.units["a"]}
        for wrong in WRONG:
            taken = {"receipt": "2222-2222-2222"} if "receipt" in wrong else {}
            with pytest.raises(IntegrityError):
                service.add_responses([NewResponse(**{**good, **taken}), NewResponse(**{**good, **wrong})])
            session().rollback()
            assert rows(ResponseRow) == [], wrong
        assert service.bring_up_to_date() == 0


def test_the_last_values_allowed_are_stored(inside: Fair):
    number, unit = rounds.imports("X"), inside.units["a"]
    for channel, level, score in ((1, 0, None), (14, 10, None), (7, None, 0.0), (11, None, 100.0)):
        answer = NewAnswer("X-1", level, score)
        (key,) = service.add_responses([NewResponse(number, TODAY, "X", channel, [answer], unit_id=unit)])
        kept = {row.response_key: (row.level, row.score) for row in rows(AnswerRow)}
        assert kept[key] == (level, score)
