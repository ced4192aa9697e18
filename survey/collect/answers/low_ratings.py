"""The low counter ratings as a light list: one query, no words, for desks that page through thousands of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from survey.base.store.database import session
from survey.collect.answers.finding import overall_questions
from survey.collect.models import AnswerRow, ResponseRow, ResponseTagRow
from survey.collect.questionnaire import all_tags


@dataclass(frozen=True)
class LowRating:
    """A counter rating of one of the levels asked for."""

    key: str
    round_id: int | None
    unit_id: int
    window_id: int | None
    day: date
    level: int


def low_ratings(levels: Collection[int], unit_ids: Collection[int] | None = None, *, key: str = "") -> list[LowRating]:
    """Every counter rating of these levels, newest day first.

    Args:
        levels: of the overall question; who follows them up says which.
        unit_ids: only of these units; None = of all.
        key: only this response.
    """
    query = (
        select(
            ResponseRow.key,
            ResponseRow.round_id,
            AnswerRow.unit_id,
            ResponseRow.window_id,
            ResponseRow.day,
            AnswerRow.level,
        )
        .join(AnswerRow, AnswerRow.response_key == ResponseRow.key)
        .where(
            ResponseRow.source == "counter",
            AnswerRow.question.in_(overall_questions()),
            AnswerRow.level.in_(list(levels)),
        )
        .order_by(ResponseRow.day.desc(), ResponseRow.key)
    )
    if unit_ids is not None:
        query = query.where(ResponseRow.unit_id.in_(list(unit_ids)))
    if key:
        query = query.where(ResponseRow.key == key)
    return [
        LowRating(own, round_id, unit, window, day, level or 0)
        for own, round_id, unit, window, day, level in session().execute(query)
    ]


def counts_by_unit(unit_ids: Collection[int]) -> dict[int, int]:
    """How many counter ratings each unit has received."""
    query = (
        select(ResponseRow.unit_id, func.count())
        .where(ResponseRow.source == "counter", ResponseRow.unit_id.in_(list(unit_ids)))
        .group_by(ResponseRow.unit_id)
    )
    return {unit_id: number for unit_id, number in session().execute(query) if unit_id is not None}


def sealed_keys(unit_ids: Collection[int] | None = None) -> set[str]:
    """Responses whose reasons speak of fees, favours or pressed ratings: the rated unit must not read them."""
    sealed = [tag.code for tag in all_tags().values() if tag.confidential or tag.integrity]
    query = select(ResponseTagRow.response_key).where(ResponseTagRow.tag.in_(sealed))
    if unit_ids is not None:
        query = query.join(ResponseRow, ResponseRow.key == ResponseTagRow.response_key)
        query = query.where(ResponseRow.unit_id.in_(list(unit_ids)))
    return set(session().scalars(query))
