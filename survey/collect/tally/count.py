"""Counting one day of one collection from the answers themselves."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection, Float, Integer, Select, String, case, func, literal, select

from survey.collect.models import AnswerRow, ApartRow, ResponseRow
from survey.collect.tally.table import NONE, RESPONSE, SPEAKS_OF, TallyTable, from_rows

_NO_LEVEL, _NO_SCORE = literal(NONE, Integer), literal(float(NONE), Float)


def count_heads(connection: Connection, day: date, collection_id: int) -> TallyTable:
    """Responses by everything known of them; of forms about several units, also how many speak of each."""
    own = _cut(ResponseRow.unit_id, literal(RESPONSE, String), _NO_LEVEL, _NO_SCORE)
    spoken_of = (
        select(AnswerRow.response_key, AnswerRow.unit_id)
        .join(ResponseRow, ResponseRow.key == AnswerRow.response_key)
        .where(_of(day, collection_id), ResponseRow.unit_id.is_(None))
        .distinct()
        .subquery()
    )
    bodies = _cut(spoken_of.c.unit_id, literal(SPEAKS_OF, String), _NO_LEVEL, _NO_SCORE).join(
        spoken_of, spoken_of.c.response_key == ResponseRow.key
    )
    rows = [tuple(row) for cut in (own, bodies) for row in connection.execute(_counted(cut, day, collection_id))]
    return from_rows(rows)


def count_answers(connection: Connection, day: date, collection_id: int) -> TallyTable:
    """Answers by everything that an estimate can need."""
    level, score = func.coalesce(AnswerRow.level, _NO_LEVEL), func.coalesce(AnswerRow.score, _NO_SCORE)
    cut = _cut(AnswerRow.unit_id, AnswerRow.question, level, score).join(
        AnswerRow, AnswerRow.response_key == ResponseRow.key
    )
    return from_rows([tuple(row) for row in connection.execute(_counted(cut, day, collection_id))])


def _cut(unit: Any, question: Any, level: Any, score: Any) -> Select[Any]:
    """The columns of a tally in their order, and the state, for every response or answer."""
    columns = (
        ResponseRow.group_code,
        ResponseRow.stratum,
        question,
        func.coalesce(unit, NONE),
        func.coalesce(ResponseRow.window_id, NONE),
        ResponseRow.channel,
        level,
        ResponseRow.selection_factor,
        score,
        func.coalesce(ApartRow.state, case((ResponseRow.withdrawn_code, "withdrawn"), else_="")),
    )
    named = [column.label(f"c{place}") for place, column in enumerate(columns)]
    return select(*named).select_from(ResponseRow).outerjoin(ApartRow, ApartRow.response_key == ResponseRow.key)


def _counted(cut: Select[Any], day: date, collection_id: int) -> Select[Any]:
    """One GROUP BY over what was cut out."""
    inner = cut.where(_of(day, collection_id)).subquery()
    return select(*inner.c, func.count()).group_by(*inner.c)


def _of(day: date, collection_id: int) -> Any:
    return (ResponseRow.day == day) & (ResponseRow.collection_id == collection_id)
