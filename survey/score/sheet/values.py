"""Values from elsewhere: what other offices decided about a unit, brought in by table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, select

from survey.base import clock
from survey.base.store.database import session
from survey.score.models import ExternalValueRow, ExtraRow
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


def given(round_id: int, scheme_code: str) -> Given:
    """Everything that was brought in for a round and a scheme."""
    values = session().execute(
        select(ExternalValueRow.code, ExternalValueRow.unit_id, ExternalValueRow.value).where(
            ExternalValueRow.round_id == round_id, ExternalValueRow.scheme_code == scheme_code
        )
    )
    extras: dict[int, dict[str, list[tuple[float, str]]]] = defaultdict(lambda: defaultdict(list))
    rows = session().scalars(
        select(ExtraRow).where(ExtraRow.round_id == round_id, ExtraRow.scheme_code == scheme_code).order_by(ExtraRow.id)
    )
    for row in rows:
        extras[row.unit_id][row.code].append((row.points, row.reason))
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
            stored_at=now,
        )
        for extra in wanted
    )
    session().flush()
    return len(wanted)
