"""Changes of values from elsewhere, of bonuses, deductions and vetoes: shown before they are stored, kept for good."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from survey.base import clock
from survey.base.store.database import session
from survey.score.models import ValueChangeRow
from survey.score.scheme.extras import ExtraEntry
from survey.score.sheet.making import Given
from survey.score.sheet.values import NewExtra, NewValue

LONGEST = 500


@dataclass(frozen=True)
class ValueChange:
    """One change, in words that need no scheme to be read; an empty side = nothing stood there."""

    unit_id: int
    #: code of the value, or of the bonus, deduction or veto
    item: str
    old: str
    new: str


@dataclass(frozen=True)
class ValueChangeLine:
    """A change with who made it."""

    change: ValueChange
    at: datetime
    actor: str
    reason: str


def of_values(before: Given, new: Iterable[NewValue]) -> list[ValueChange]:
    """What storing these values would change; a value that stays is no change."""
    found = []
    for value in new:
        old = before.values.get((value.code, value.unit_id))
        if old != value.value:
            found.append(ValueChange(value.unit_id, value.code, _number(old), _number(value.value)))
    return found


def of_extras(before: Given, new: Iterable[NewExtra]) -> list[ValueChange]:
    """What replacing all entries by these would change: entries that go, and entries that come."""
    old = Counter(
        (unit_id, code, _said(entry))
        for unit_id, codes in before.extras.items()
        for code, entries in codes.items()
        for entry in entries
    )
    wanted = Counter((each.unit_id, each.code, _said(_entry(each))) for each in new)
    gone = [ValueChange(unit, code, words, "") for unit, code, words in (old - wanted).elements()]
    return gone + [ValueChange(unit, code, "", words) for unit, code, words in (wanted - old).elements()]


def _entry(new: NewExtra) -> ExtraEntry:
    return ExtraEntry(new.points, new.reason, new.quantity, new.level, new.cleared)


def _number(value: float | None) -> str:
    """
    >>> _number(95.5), _number(None), _number(704.0)
    ('95.5', '', '704')
    """
    return "" if value is None else f"{value:.10g}"


def _said(entry: ExtraEntry) -> str:
    """An entry in a line: points, then what they come from, the reason, and how it was cleared.

    >>> _said(ExtraEntry(6.0, "迟到", quantity=3.0)), _said(ExtraEntry(2.0, "迟到", cleared="已整改"))
    ('6 (3) 迟到', '2 迟到 ✓ 已整改')
    """
    quantity = "" if entry.quantity is None else f"({entry.quantity:.10g})"
    words = [_number(entry.points), quantity, entry.level, entry.reason, f"✓ {entry.cleared}" if entry.cleared else ""]
    return " ".join(word for word in words if word)[:LONGEST]


def note(round_id: int, scheme_code: str, changes: Sequence[ValueChange], actor: str, reason: str) -> None:
    """Put changes on record in this request's work."""
    now = clock.now()
    session().add_all(
        ValueChangeRow(
            round_id=round_id,
            scheme_code=scheme_code,
            code=change.item,
            unit_id=change.unit_id,
            old=change.old,
            new=change.new,
            reason=reason.strip()[:LONGEST],
            at=now,
            actor=actor,
        )
        for change in changes
    )


def history(round_id: int, scheme_code: str, most: int) -> list[ValueChangeLine]:
    """The changes of a round's values by one scheme, newest first."""
    query = (
        select(ValueChangeRow)
        .where(ValueChangeRow.round_id == round_id, ValueChangeRow.scheme_code == scheme_code)
        .order_by(ValueChangeRow.id.desc())
        .limit(most)
    )
    return [
        ValueChangeLine(
            ValueChange(row.unit_id, row.code, row.old, row.new), clock.local(row.at), row.actor, row.reason
        )
        for row in session().scalars(query)
    ]
