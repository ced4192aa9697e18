"""What has come in: counts by source, channel and day, the latest rates, and what was kept aside."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import aliased

from survey.base.people.roles import Viewer
from survey.base.store.database import session
from survey.collect.answers.finding import Chosen, overall_questions
from survey.collect.models import AnswerRow, KeptAsideRow, ResponseRow

#: sources that a rated unit may see before results are published; samples and panels are sealed from it
OPEN_TO_UNITS = ("counter",)
MOST_KEPT_ASIDE = 100


@dataclass(frozen=True)
class Arrivals:
    """Counts of what arrived under some filters."""

    total: int
    by_source: Mapping[str, int]
    by_channel: Mapping[int, int]
    #: every day from the first to the last with an answer
    by_day: tuple[tuple[date, int], ...]
    #: source -> level of the overall question -> answers
    levels: Mapping[str, Mapping[int, int]]


@dataclass(frozen=True)
class Aside:
    """A second, different content of a form that had been sent."""

    day: date
    source: str
    unit_id: int | None
    window_id: int | None
    content: str

    @property
    def said(self) -> dict[str, Any]:
        """The content read back."""
        found: dict[str, Any] = json.loads(self.content)
        return found


def arrivals(chosen: Chosen, viewer: Viewer) -> Arrivals:
    """Count what arrived, as far as this person may see it."""
    where = _visible(chosen, viewer)
    rows = session().execute(
        select(ResponseRow.source, ResponseRow.channel, ResponseRow.day, func.count())
        .where(*where)
        .group_by(ResponseRow.source, ResponseRow.channel, ResponseRow.day)
    )
    by_source: dict[str, int] = {}
    by_channel: dict[int, int] = {}
    by_day: dict[date, int] = {}
    for source, channel, day, number in rows:
        by_source[source] = by_source.get(source, 0) + number
        by_channel[channel] = by_channel.get(channel, 0) + number
        by_day[day] = by_day.get(day, 0) + number
    return Arrivals(
        total=sum(by_source.values()),
        by_source=by_source,
        by_channel=dict(sorted(by_channel.items())),
        by_day=tuple(sorted(by_day.items())),
        levels=_levels(where, chosen),
    )


def _levels(where: list[ColumnElement[bool]], chosen: Chosen) -> dict[str, dict[int, int]]:
    query: Select[Any, Any, Any] = (
        select(ResponseRow.source, AnswerRow.level, func.count())
        .join(AnswerRow, AnswerRow.response_key == ResponseRow.key)
        .where(*where, AnswerRow.question.in_(overall_questions()), AnswerRow.level.is_not(None))
        .group_by(ResponseRow.source, AnswerRow.level)
    )
    if chosen.unit_ids is not None:
        query = query.where(AnswerRow.unit_id.in_(list(chosen.unit_ids)))
    found: dict[str, dict[int, int]] = {}
    for source, level, number in session().execute(query):
        found.setdefault(source, {})[level] = number
    return found


def _visible(chosen: Chosen, viewer: Viewer) -> list[ColumnElement[bool]]:
    """The filters, and what a person's role adds to them."""
    about_unit = chosen.unit_ids
    rest = Chosen(**{**vars(chosen), "unit_ids": None, "level": None}).conditions()
    if not viewer.sees_all:
        allowed = viewer.unit_ids
        about_unit = allowed if about_unit is None else allowed & set(about_unit)
        rest.append(ResponseRow.source.in_(OPEN_TO_UNITS))
    if about_unit is not None:
        numbers = sorted(about_unit)
        about = aliased(AnswerRow)
        said = exists().where(about.response_key == ResponseRow.key, about.unit_id.in_(numbers))
        rest.append(
            or_(ResponseRow.unit_id.in_(numbers), said) if viewer.sees_all else ResponseRow.unit_id.in_(numbers)
        )
    return rest


def kept_aside(round_id: int | None) -> tuple[list[Aside], int]:
    """The newest forms kept aside, and how many there are."""
    query = select(KeptAsideRow)
    if round_id is not None:
        query = query.where(KeptAsideRow.round_id == round_id)
    total = session().scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = session().scalars(query.order_by(KeptAsideRow.day.desc(), KeptAsideRow.key).limit(MOST_KEPT_ASIDE))
    return [Aside(row.day, row.source, row.unit_id, row.window_id, row.content) for row in rows], total
