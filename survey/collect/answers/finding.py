"""Looking answers up: by receipt, as a list for those who judge them, and the bad ones for those who follow them up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, Select, and_, func, select

from survey.base.store.database import session
from survey.collect.models import AnswerRow, ResponseRow, ResponseTagRow, ResponseTextRow
from survey.collect.questionnaire import newest
from survey.collect.store import receipts

KEYS_AT_ONCE = 500


@dataclass(frozen=True)
class ReceivedAnswer:
    """What a receipt leads to."""

    key: str
    round_id: int | None
    source: str
    day: date
    unit_id: int | None
    window_id: int | None
    wave_id: int | None
    questionnaire: str
    #: the answer to the overall question; empty for forms about several bodies
    level: int | None
    withdrawn_code: bool


@dataclass(frozen=True)
class ResponseLine:
    """A response in a list."""

    key: str
    round_id: int | None
    day: date
    source: str
    unit_id: int | None
    window_id: int | None
    wave_id: int | None
    level: int | None
    channel: int
    questionnaire: str
    tags: tuple[str, ...]
    text: str
    withdrawn_code: bool


@dataclass(frozen=True)
class Chosen:
    """Filters of a list; empty = no filter."""

    round_id: int | None = None
    source: str = ""
    unit_ids: Collection[int] | None = None
    window_id: int | None = None
    wave_id: int | None = None
    channel: int | None = None
    level: int | None = None
    from_day: date | None = None
    to_day: date | None = None
    keys: Sequence[str] | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        equal: list[tuple[Any, Any]] = [
            (ResponseRow.round_id, self.round_id),
            (ResponseRow.source, self.source or None),
            (ResponseRow.window_id, self.window_id),
            (ResponseRow.wave_id, self.wave_id),
            (ResponseRow.channel, self.channel),
            (AnswerRow.level, self.level),
        ]
        wanted = [column == value for column, value in equal if value is not None]
        among: list[tuple[Any, Collection[Any] | None]] = [
            (ResponseRow.unit_id, self.unit_ids),
            (ResponseRow.key, self.keys),
        ]
        wanted += [column.in_(list(values)) for column, values in among if values is not None]
        wanted += [ResponseRow.day >= self.from_day] if self.from_day else []
        wanted += [ResponseRow.day <= self.to_day] if self.to_day else []
        return wanted


def find_by_receipt(receipt: str) -> ReceivedAnswer | None:
    """The answer that a receipt belongs to; None if there is none."""
    if not receipts.is_well_formed(receipt):
        return None
    hashed = receipts.keyed_hash(receipt, current_app.extensions["settings"].key())
    row = session().execute(_with_overall().where(ResponseRow.receipt_hash == hashed)).first()
    if row is None:
        return None
    found: ResponseRow = row[0]
    return ReceivedAnswer(
        found.key,
        found.round_id,
        found.source,
        found.day,
        found.unit_id,
        found.window_id,
        found.wave_id,
        found.questionnaire,
        row[1],
        found.withdrawn_code,
    )


def overall_questions() -> list[str]:
    """The codes of the questions that stand for their whole form."""
    return sorted({form.overall.code for form in newest().values()})


#: the answer to the overall question of a form about one body
_OWN_OVERALL = and_(
    AnswerRow.response_key == ResponseRow.key,
    AnswerRow.unit_id == ResponseRow.unit_id,
    AnswerRow.question.in_(overall_questions()),
)


def _with_overall() -> Select[ResponseRow, int | None]:
    """Responses with the level of their overall question, where the form is about one body."""
    return select(ResponseRow, AnswerRow.level).outerjoin(AnswerRow, _OWN_OVERALL)


def responses(chosen: Chosen, *, page: int = 1, size: int = 50) -> tuple[list[ResponseLine], int]:
    """One page of responses, newest day first, and how many there are in all."""
    wanted = select(ResponseRow.key).where(*chosen.conditions())
    if chosen.level is not None:
        wanted = wanted.join(AnswerRow, _OWN_OVERALL)
    total = session().scalar(select(func.count()).select_from(wanted.subquery())) or 0
    ordered = wanted.order_by(ResponseRow.day.desc(), ResponseRow.key).limit(size).offset((page - 1) * size)
    keys = list(session().scalars(ordered))
    found = {row[0].key: row for row in session().execute(_with_overall().where(ResponseRow.key.in_(keys)))}
    rows = [found[key] for key in keys]
    tags, texts = tags_of(keys), texts_of(keys)
    return [_line(row[0], row[1], tags, texts) for row in rows], total


def lines_of(keys: Sequence[str]) -> list[ResponseLine]:
    """The responses with these keys; one that does not exist is left out."""
    return [
        line
        for start in range(0, len(keys), KEYS_AT_ONCE)
        for line in responses(Chosen(keys=keys[start : start + KEYS_AT_ONCE]), size=KEYS_AT_ONCE)[0]
    ]


def count(round_id: int) -> int:
    """How many responses a round has received."""
    return session().scalar(select(func.count()).where(ResponseRow.round_id == round_id)) or 0


def _line(
    found: ResponseRow, level: int | None, tags: dict[str, tuple[str, ...]], texts: dict[str, dict[str, str]]
) -> ResponseLine:
    return ResponseLine(
        key=found.key,
        round_id=found.round_id,
        day=found.day,
        source=found.source,
        unit_id=found.unit_id,
        window_id=found.window_id,
        wave_id=found.wave_id,
        level=level,
        channel=found.channel,
        questionnaire=found.questionnaire,
        tags=tags.get(found.key, ()),
        text="\n".join(texts.get(found.key, {}).values()),
        withdrawn_code=found.withdrawn_code,
    )


def tags_of(keys: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The reasons ticked, by response."""
    found: dict[str, list[str]] = defaultdict(list)
    for start in range(0, len(keys), KEYS_AT_ONCE):
        query = select(ResponseTagRow.response_key, ResponseTagRow.tag)
        query = query.where(ResponseTagRow.response_key.in_(keys[start : start + KEYS_AT_ONCE]))
        for key, tag in session().execute(query.order_by(ResponseTagRow.tag)):
            found[key].append(tag)
    return {key: tuple(tags) for key, tags in found.items()}


def texts_of(keys: Sequence[str]) -> dict[str, dict[str, str]]:
    """The words written, by response and question."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for start in range(0, len(keys), KEYS_AT_ONCE):
        query = select(ResponseTextRow.response_key, ResponseTextRow.question, ResponseTextRow.text)
        query = query.where(ResponseTextRow.response_key.in_(keys[start : start + KEYS_AT_ONCE]))
        for key, question, text in session().execute(query.order_by(ResponseTextRow.question)):
            found[key][question] = text
    return dict(found)
