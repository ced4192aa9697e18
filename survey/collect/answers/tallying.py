"""The table of counts that every estimate starts from: one GROUP BY, whose size grows with cells, not with answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import ColumnElement, Select, String, cast, func, select

from survey.base.store.database import reading
from survey.collect.models import AnswerRow, ResponseRow

#: response keys a statement: databases limit the values of one
KEYS_AT_ONCE = 500
NONE = -1


@dataclass(frozen=True)
class TallyTable:
    """Counts of answers; each field is one column, all of the same length."""

    unit_id: tuple[int, ...]
    source: tuple[str, ...]
    #: −1 = none
    window_id: tuple[int, ...]
    #: the month of the answer, e.g. 2026-03
    month: tuple[str, ...]
    #: −1 = none
    wave_id: tuple[int, ...]
    group: tuple[str, ...]
    stratum: tuple[str, ...]
    #: bodies dealt with / bodies asked about
    factor: tuple[float, ...]
    question: tuple[str, ...]
    #: −1 where a score was given
    level: tuple[int, ...]
    #: −1 where a level was given
    score: tuple[float, ...]
    count: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.count)


def tally(round_id: int, *, keys: Sequence[str] | None = None) -> TallyTable:
    """Count a round's answers by everything an estimate can need.

    Args:
        round_id: whose answers.
        keys: only the answers of these responses, e.g. those held; default all.
    """
    wanted = ResponseRow.round_id == round_id
    if keys is None:
        conditions = [wanted]
    else:
        parts = [keys[start : start + KEYS_AT_ONCE] for start in range(0, len(keys), KEYS_AT_ONCE)]
        conditions = [wanted & ResponseRow.key.in_(part) for part in parts]
    with reading() as connection:
        rows = [tuple(row) for condition in conditions for row in connection.execute(_query(condition))]
    columns = list(zip(*sorted(rows), strict=True)) or [()] * len(fields(TallyTable))
    return TallyTable(*columns)


def _query(condition: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    cell = (
        AnswerRow.unit_id,
        ResponseRow.source,
        func.coalesce(ResponseRow.window_id, NONE),
        func.substr(cast(ResponseRow.day, String), 1, 7),
        func.coalesce(ResponseRow.wave_id, NONE),
        ResponseRow.group_code,
        ResponseRow.stratum,
        ResponseRow.selection_factor,
        AnswerRow.question,
        func.coalesce(AnswerRow.level, NONE),
        func.coalesce(AnswerRow.score, float(NONE)),
    )
    labelled: list[Any] = [column.label(f"c{place}") for place, column in enumerate(cell)]
    inner = select(*labelled).join(AnswerRow, AnswerRow.response_key == ResponseRow.key).where(condition).subquery()
    return select(*inner.c, func.count()).group_by(*inner.c)
