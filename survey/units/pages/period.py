"""Which months a page of caseload shows: the last twelve, or a year with its halves and quarters."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import lazy_gettext as _

#: part of a year -> its words, first and last month
PARTS = {
    "1h": (_("First half"), 1, 6),
    "2h": (_("Second half"), 7, 12),
    "q1": (_("First quarter"), 1, 3),
    "q2": (_("Second quarter"), 4, 6),
    "q3": (_("Third quarter"), 7, 9),
    "q4": (_("Fourth quarter"), 10, 12),
}
PART_NAMES = {code: words for code, (words, _first, _last) in PARTS.items()}


@dataclass(frozen=True)
class Period:
    """The days from `first` to `last`; of a year, or without one of the last twelve months."""

    first: date
    last: date
    year: int | None = None
    part: str = ""

    @property
    def asked(self) -> dict[str, object]:
        """What an address says to mean the same period; the last twelve months need no words."""
        return {"year": self.year or "", "part": self.part}


def period(year: int | None, part: str, *, years: Collection[int], today: date) -> Period:
    """The period that was asked for; what cannot be is left out.

    Args:
        year: a year; None = the last twelve months, today's among them.
        part: half or quarter of the year; empty = all of it.
        years: those that may be asked for.
        today: the present day.

    >>> def days(year, part): return period(year, part, years=[2025, 2026], today=date(2026, 3, 31))
    >>> [f"{one.first} {one.last}" for one in (days(2025, ""), days(2026, "q2"), days(1999, "q2"))]
    ['2025-01-01 2025-12-31', '2026-04-01 2026-06-30', '2025-04-01 2026-03-31']
    """
    if year not in years or year is None:
        return Period(twelve_months_before(today), today)
    _words, first, last = PARTS.get(part, (None, 1, 12))
    after = date(year + last // 12, last % 12 + 1, 1)
    return Period(date(year, first, 1), after - timedelta(days=1), year, part if part in PARTS else "")


def twelve_months_before(today: date) -> date:
    """The first day of the twelve months that end with today's.

    >>> twelve_months_before(date(2026, 11, 25)), twelve_months_before(date(2026, 12, 1))
    (datetime.date(2025, 12, 1), datetime.date(2026, 1, 1))
    """
    return date(today.year - 1 + today.month // 12, today.month % 12 + 1, 1)
