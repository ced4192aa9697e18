"""Putting responses into their tables, one from a citizen's form or thousands from a file."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from operator import itemgetter
from typing import Any, cast

from sqlalchemy import Connection, Insert, Table, insert

from survey.base.store.database import Base
from survey.collect.models import AnswerRow, ResponseChoiceRow, ResponseRow, ResponseTagRow, ResponseTextRow
from survey.collect.rules import LONGEST_TEXT
from survey.collect.store import receipts
from survey.questions import service as questions

#: rows a statement: keeps memory and the database's limits far
CHUNK = 5000


@dataclass(frozen=True)
class NewAnswer:
    """A level or a score to one question about one body."""

    question: str
    level: int | None = None
    score: float | None = None
    #: the body it is about; empty = the body of the whole response
    unit_id: int | None = None


@dataclass(frozen=True)
class NewResponse:
    """A response about to be stored."""

    collection_id: int
    day: date
    questionnaire: str
    channel: int
    answers: Sequence[NewAnswer]
    #: empty = the newest
    version: int | None = None
    window_id: int | None = None
    unit_id: int | None = None
    group_code: str = ""
    stratum: str = ""
    calibration: str = ""
    selection_factor: float = 1.0
    tags: Sequence[str] = ()
    #: question -> choice, for questions that are never scored
    choices: Mapping[str, str] = field(default_factory=dict)
    #: question -> words; the general remark is called `text`
    texts: Mapping[str, str] = field(default_factory=dict)
    withdrawn_code: bool = False
    #: empty = one that nobody knows
    receipt: str = ""


def new_key() -> str:
    """A key that tells nothing: 128 random bits."""
    return secrets.token_urlsafe(16)


def store(connection: Connection, responses: Iterable[NewResponse], *, key: str) -> list[str]:
    """Insert responses with all their parts; the caller commits.

    Args:
        connection: inside a transaction.
        responses: what to store.
        key: the installation's secret, for the hash of each receipt.

    Returns:
        The random key given to each.
    """
    keys: list[str] = []
    waiting: list[NewResponse] = []
    for response in responses:
        waiting.append(response)
        if len(waiting) == CHUNK:
            keys += _store_some(connection, waiting, key)
            waiting = []
    return keys + _store_some(connection, waiting, key)


def _store_some(connection: Connection, responses: Sequence[NewResponse], key: str) -> list[str]:
    keys = [new_key() for _ in responses]
    pairs = sorted(zip(keys, responses, strict=True), key=itemgetter(0))  # the order in which the tables lie
    _insert(connection, ResponseRow, [_response_row(own, r, key) for own, r in pairs])
    _insert(connection, AnswerRow, [_answer_row(own, r, a) for own, r in pairs for a in r.answers])
    _insert(connection, ResponseTagRow, [{"response_key": own, "tag": tag} for own, r in pairs for tag in set(r.tags)])
    _insert(
        connection,
        ResponseChoiceRow,
        [{"response_key": own, "question": q, "choice": c} for own, r in pairs for q, c in r.choices.items()],
    )
    _insert(
        connection,
        ResponseTextRow,
        [
            {"response_key": own, "question": q, "text": words[:LONGEST_TEXT]}
            for own, r in pairs
            for q, words in r.texts.items()
            if words
        ],
    )
    return keys


def _insert(connection: Connection, model: type[Base], rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(_insertion(model), rows)


@cache
def _insertion(model: type[Base]) -> Insert:
    """Built once: building a statement costs more than running it."""
    return insert(cast(Table, model.__table__))


def _response_row(own: str, response: NewResponse, key: str) -> dict[str, Any]:
    return {
        "key": own,
        "collection_id": response.collection_id,
        "window_id": response.window_id,
        "unit_id": response.unit_id,
        "group_code": response.group_code,
        "stratum": response.stratum,
        "calibration": response.calibration,
        "channel": response.channel,
        "questionnaire": response.questionnaire,
        "version": response.version or questions.newest()[response.questionnaire].version,
        "day": response.day,
        "selection_factor": response.selection_factor,
        "receipt_hash": receipts.keyed_hash(response.receipt, key) if response.receipt else secrets.token_hex(32),
        "withdrawn_code": response.withdrawn_code,
        "low": _is_low(response),
    }


def _is_low(response: NewResponse) -> bool:
    """Whether the overall answer about the form's one place is a bad one on its scale."""
    form = questions.newest().get(response.questionnaire)
    if form is None or response.unit_id is None:
        return False
    return any(
        answer.question == form.overall.code and form.is_bad(answer.level)
        for answer in response.answers
        if answer.unit_id in (None, response.unit_id)
    )


def _answer_row(own: str, response: NewResponse, answer: NewAnswer) -> dict[str, Any]:
    return {
        "response_key": own,
        "unit_id": answer.unit_id if answer.unit_id is not None else response.unit_id,
        "question": answer.question,
        "level": answer.level,
        "score": answer.score,
    }
