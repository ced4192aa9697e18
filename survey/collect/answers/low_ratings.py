"""The bad ratings at counters, day by day, for the room that has them answered: no words, no person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from survey.base.store.database import reading
from survey.collect.models import ResponseRow, ResponseTagRow
from survey.collect.tally.projection import Place
from survey.questions import service as questions

KEYS_AT_ONCE = 500


@dataclass(frozen=True)
class LowRating:
    """A bad rating at a counter."""

    key: str
    collection_id: int
    unit_id: int
    window_id: int | None
    day: date
    #: has a reason that speaks of fees, favours or pressed ratings: the rated unit must not read it
    is_sealed: bool


def low_ratings(places: Iterable[Place]) -> list[LowRating]:
    """The bad ratings of some days and collections."""
    columns = (ResponseRow.key, ResponseRow.unit_id, ResponseRow.window_id)
    found: list[LowRating] = []
    with reading() as connection:
        for day, number in places:
            query = select(*columns).where(
                ResponseRow.day == day, ResponseRow.collection_id == number, ResponseRow.low.is_(True)
            )
            rows = [row for row in connection.execute(query) if row.unit_id is not None]
            sealed = _sealed(connection, [row.key for row in rows])
            found += [
                LowRating(row.key, number, row.unit_id or 0, row.window_id, day, row.key in sealed) for row in rows
            ]
    return found


def _sealed(connection: Connection, keys: list[str]) -> set[str]:
    """Of these responses, those with a reason that the rated unit must not read."""
    tags = [tag.code for tag in questions.all_tags().values() if tag.is_sealed]
    key = ResponseTagRow.response_key
    parts = (keys[start : start + KEYS_AT_ONCE] for start in range(0, len(keys), KEYS_AT_ONCE))
    queries = (select(key).where(key.in_(part), ResponseTagRow.tag.in_(tags)) for part in parts)
    return {found for query in queries for found in connection.scalars(query)}
