"""Forms kept aside: other content sent with a form that had been sent before. Never counted, never thrown away."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from survey.base.store.database import session
from survey.collect.models import KeptAsideRow
from survey.rounds.service import Selection

MOST_SHOWN = 100


@dataclass(frozen=True)
class Aside:
    """A second, different content of a form that had been sent."""

    day: date
    collection_id: int
    unit_id: int | None
    window_id: int | None
    content: str

    @property
    def said(self) -> dict[str, Any]:
        """The content read back."""
        content: dict[str, Any] = json.loads(self.content)
        return content


def kept_aside(selection: Selection | None) -> tuple[list[Aside], int]:
    """The newest forms kept aside, and how many there are."""
    query = select(KeptAsideRow)
    if selection is not None:
        number, day = KeptAsideRow.collection_id, KeptAsideRow.day
        by_day = number.in_(sorted(selection.by_day)) & day.between(selection.opens_on, selection.closes_on)
        query = query.where(by_day | number.in_(sorted(selection.whole)))
    total = session().scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = session().scalars(query.order_by(KeptAsideRow.day.desc(), KeptAsideRow.key).limit(MOST_SHOWN))
    return [Aside(row.day, row.collection_id, row.unit_id, row.window_id, row.content) for row in rows], total
