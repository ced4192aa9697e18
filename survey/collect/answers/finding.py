"""Looking answers up: by receipt, by key, and as a list for those who judge them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select

from survey.base import settings
from survey.base.store.database import session
from survey.collect.models import AnswerRow, ApartRow, ResponseRow, ResponseTagRow, ResponseTextRow
from survey.collect.store import receipts
from survey.questions import service as questions
from survey.rounds.service import Selection

KEYS_AT_ONCE = 500
COUNTED = "counted"


@dataclass(frozen=True)
class ReceivedAnswer:
    """What a receipt leads to."""

    key: str
    collection_id: int
    day: date
    unit_id: int | None
    window_id: int | None
    questionnaire: str
    withdrawn_code: bool
    #: counted, held or excluded
    state: str


@dataclass(frozen=True)
class ResponseLine:
    """A response in a list."""

    key: str
    collection_id: int
    day: date
    unit_id: int | None
    window_id: int | None
    #: the answer to the overall question; empty for forms about several bodies
    level: int | None
    channel: int
    questionnaire: str
    tags: tuple[str, ...]
    text: str
    withdrawn_code: bool
    #: counted, held or excluded
    state: str


@dataclass(frozen=True)
class Chosen:
    """Filters of a list; empty = no filter."""

    #: the evidence of a round
    selection: Selection | None = None
    collection_ids: Collection[int] | None = None
    unit_ids: Collection[int] | None = None
    #: held or excluded
    state: str = ""
    keys: Sequence[str] | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        among: list[tuple[Any, Collection[Any] | None]] = [
            (ResponseRow.collection_id, self.collection_ids),
            (ResponseRow.unit_id, self.unit_ids),
            (ResponseRow.key, self.keys),
        ]
        wanted = [column.in_(sorted(values)) for column, values in among if values is not None]
        return wanted + (selected(self.selection) if self.selection else [])


def selected(chosen: Selection) -> list[ColumnElement[bool]]:
    """The conditions under which a round selects a response."""
    number, day = ResponseRow.collection_id, ResponseRow.day
    parts: list[ColumnElement[bool]] = []
    if chosen.by_day:
        parts.append(number.in_(sorted(chosen.by_day)) & day.between(chosen.opens_on, chosen.closes_on))
    if chosen.whole:
        parts.append(number.in_(sorted(chosen.whole)))
    wanted: list[ColumnElement[bool]] = [or_(*parts) if parts else false()]
    if chosen.unit_ids is not None:
        own = ResponseRow.unit_id.in_(sorted(chosen.unit_ids))
        wanted.append(or_(own, ResponseRow.unit_id.is_(None)))
    return wanted


def find_by_receipt(receipt: str) -> ReceivedAnswer | None:
    """The answer that a receipt belongs to; None if there is none."""
    if not receipts.is_well_formed(receipt):
        return None
    hashed = receipts.keyed_hash(receipt, settings.present().key())
    row = session().execute(_with_state().where(ResponseRow.receipt_hash == hashed)).first()
    if row is None:
        return None
    kept, state = row
    return ReceivedAnswer(
        kept.key,
        kept.collection_id,
        kept.day,
        kept.unit_id,
        kept.window_id,
        kept.questionnaire,
        kept.withdrawn_code,
        state or COUNTED,
    )


def _with_state() -> Any:
    return select(ResponseRow, ApartRow.state).outerjoin(ApartRow, ApartRow.response_key == ResponseRow.key)


def _own_overall() -> ColumnElement[bool]:
    """The answer to the overall question of a form about one body."""
    return and_(
        AnswerRow.response_key == ResponseRow.key,
        AnswerRow.unit_id == ResponseRow.unit_id,
        AnswerRow.question.in_(questions.overall_questions()),
    )


def responses(chosen: Chosen, *, page: int = 1, size: int = 50) -> list[ResponseLine]:
    """One page of responses, newest day first."""
    ordered = _wanted(chosen, ResponseRow.key).order_by(ResponseRow.day.desc(), ResponseRow.key)
    return lines_of(list(session().scalars(ordered.limit(size).offset((page - 1) * size))))


def count(chosen: Chosen) -> int:
    """How many responses there are, one by one; for whole rounds the tallies know it faster."""
    return session().scalar(_wanted(chosen, func.count())) or 0


def count_by_unit(chosen: Chosen) -> dict[int | None, int]:
    """The same by unit, one by one: for the few that stand apart. None = forms about several units."""
    found = session().execute(_wanted(chosen, ResponseRow.unit_id, func.count()).group_by(ResponseRow.unit_id))
    return dict(found.all())


def _wanted(chosen: Chosen, *what: Any) -> Select[Any]:
    query = select(*what).select_from(ResponseRow).where(*chosen.conditions())
    if not chosen.state:
        return query
    return query.join(ApartRow, ApartRow.response_key == ResponseRow.key).where(ApartRow.state == chosen.state)


def lines_of(keys: Sequence[str]) -> list[ResponseLine]:
    """The responses with these keys, in their order; one that does not exist is left out."""
    found: dict[str, ResponseLine] = {}
    for start in range(0, len(keys), KEYS_AT_ONCE):
        part = keys[start : start + KEYS_AT_ONCE]
        tags, texts = tags_of(part), texts_of(part)
        query = _with_state().add_columns(AnswerRow.level).outerjoin(AnswerRow, _own_overall())
        for row, state, level in session().execute(query.where(ResponseRow.key.in_(part))):
            text = "\n".join(texts.get(row.key, {}).values())
            found[row.key] = _line(row, state or COUNTED, level, tags.get(row.key, ()), text)
    return [found[key] for key in keys if key in found]


def _line(row: ResponseRow, state: str, level: int | None, tags: tuple[str, ...], text: str) -> ResponseLine:
    return ResponseLine(
        key=row.key,
        collection_id=row.collection_id,
        day=row.day,
        unit_id=row.unit_id,
        window_id=row.window_id,
        level=level,
        channel=row.channel,
        questionnaire=row.questionnaire,
        tags=tags,
        text=text,
        withdrawn_code=row.withdrawn_code,
        state=state,
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
