"""Answers are stored together, but stand and fall alone."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from survey.base import clock
from survey.base.store.database import engine
from survey.collect import service
from survey.collect.citizen import desk
from survey.collect.models import AnswerRow, ResponseRow, SubmissionRow
from survey.collect.store import tokens
from survey.collect.store.writer import Writer
from survey.rounds import service as rounds
from tests.collect.conftest import Town


def note(key: str):
    """A deed that stores one row."""

    def deed(connection: Connection) -> str:
        connection.execute(insert(SubmissionRow), {"key": key, "mac": "", "day": clock.today()})
        return key

    return deed


def test_one_broken_answer_does_not_take_the_others_along(town_on_each_database: Town):
    town = town_on_each_database
    with town.app.app_context():
        writer = Writer(engine())
        writer.write(note("000"))
        start = threading.Barrier(8)

        def send(key: str) -> str:
            start.wait()
            try:
                return writer.write(note(key))
            except IntegrityError:
                return "refused"

        with ThreadPoolExecutor(8) as pool:
            results = list(pool.map(send, ["001", "000", "002", "003", "000", "004", "005", "006"]))

    assert sorted(results) == ["001", "002", "003", "004", "005", "006", "refused", "refused"]
    assert town.stored()["submission"] == 7


def test_a_deed_that_fails_leaves_nothing_behind(town_on_each_database: Town):
    town = town_on_each_database

    def half(connection: Connection) -> None:
        note("001")(connection)
        raise LookupError("halfway")

    with town.app.app_context(), pytest.raises(LookupError):
        Writer(engine()).write(half)
    assert town.stored()["submission"] == 0


def test_an_impossible_answer_is_refused_by_the_store_itself(town_on_each_database: Town):
    town = town_on_each_database
    day = clock.today()
    for answer in (service.NewAnswer("W-E1", 11), service.NewAnswer("W-E1"), service.NewAnswer("L-1", score=101)):
        with town.app.app_context():
            row = service.NewResponse(rounds.imports("W1"), day, "W1", 14, [answer], unit_id=town.units["101"])
            with pytest.raises(IntegrityError):
                service.add_responses([row])
    assert town.stored()["response"] == 0


def test_nothing_stored_leads_from_the_form_to_the_answer(town: Town):
    """With the whole database and the secret key in hand, the form's time cannot be put on an answer."""
    client = town.app.test_client()
    path = f"/r/{town.codes['W1']}"
    for level in range(1, 6):
        token = client.get(path).text.partition('name="token" value="')[2].partition('"')[0]
        assert client.post(path, data={"token": token, "W-E1": level}).status_code == 303
    with town.app.app_context(), engine().connect() as connection:
        forms = connection.execute(select(SubmissionRow.key, SubmissionRow.mac)).all()
        kept = connection.execute(select(ResponseRow.__table__)).all()
        order = list(connection.scalars(select(AnswerRow.level)))
        secret = desk.secret()
    values = {str(value) for row in kept for value in row}
    for key, seal in forms:
        assert not {key, seal} & values
        guess = tokens.FormToken(key, bytes.fromhex(key), "W1.1", 0)
        assert guess.content_mac(secret, "") not in values
    assert [row.key for row in kept] == sorted(row.key for row in kept), "rows lie in the order of their random keys"
    assert len(order) == 5
