"""Values from elsewhere: what other offices decided about a unit, brought in by table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, select

from survey.base import clock
from survey.base.store.database import session
from survey.score.models import ExternalValueRow, ExtraRow
from survey.score.scheme.extras import ExtraEntry
from survey.score.sheet.making import Given


@dataclass(frozen=True)
class NewValue:
    """An external component's value of one unit."""

    code: str
    unit_id: int
    value: float


@dataclass(frozen=True)
class NewExtra:
    """A bonus or deduction of one unit; points without a sign."""

    code: str
    unit_id: int
    points: float
    reason: str
    #: events or an amount, and the level, where the scheme works the points out
    quantity: float | None = None
    level: str = ""
    #: how and when what was wrong has been corrected; empty = it stands
    cleared: str = ""


def given(round_id: int, scheme_code: str) -> Given:
    """Everything that was brought in for a round and a scheme."""
    values = session().execute(
        select(ExternalValueRow.code, ExternalValueRow.unit_id, ExternalValueRow.value).where(
            ExternalValueRow.round_id == round_id, ExternalValueRow.scheme_code == scheme_code
        )
    )
    extras: dict[int, dict[str, list[ExtraEntry]]] = defaultdict(lambda: defaultdict(list))
    rows = session().scalars(
        select(ExtraRow).where(ExtraRow.round_id == round_id, ExtraRow.scheme_code == scheme_code).order_by(ExtraRow.id)
    )
    for row in rows:
        entry = ExtraEntry(row.points, row.reason, row.quantity, row.level, row.cleared)
        extras[row.unit_id][row.code].append(entry)
    return Given({(code, unit_id): value for code, unit_id, value in values}, extras)


def set_values(round_id: int, scheme_code: str, new: Iterable[NewValue]) -> int:
    """Keep values, each in place of the one before for the same unit; returns how many."""
    wanted = {(value.code, value.unit_id): value.value for value in new}
    stored = session().scalars(
        select(ExternalValueRow).where(
            ExternalValueRow.round_id == round_id, ExternalValueRow.scheme_code == scheme_code
        )
    )
    now = clock.now()
    count = len(wanted)
    for row in stored:
        value = wanted.pop((row.code, row.unit_id), None)
        if value is not None:
            row.value, row.stored_at = value, now
    session().add_all(
        ExternalValueRow(
            round_id=round_id, scheme_code=scheme_code, code=code, unit_id=unit_id, value=value, stored_at=now
        )
        for (code, unit_id), value in wanted.items()
    )
    session().flush()
    return count


def set_extras(round_id: int, scheme_code: str, new: Iterable[NewExtra]) -> int:
    """Keep bonuses and deductions in place of all that were there for this round and scheme."""
    wanted = list(new)
    session().execute(delete(ExtraRow).where(ExtraRow.round_id == round_id, ExtraRow.scheme_code == scheme_code))
    now = clock.now()
    session().add_all(
        ExtraRow(
            round_id=round_id,
            scheme_code=scheme_code,
            code=extra.code,
            unit_id=extra.unit_id,
            points=extra.points,
            reason=extra.reason,
            quantity=extra.quantity,
            level=extra.level,
            cleared=extra.cleared,
            stored_at=now,
        )
        for extra in wanted
    )
    session().flush()
    return len(wanted)
