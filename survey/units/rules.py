"""What crosses the door of `units` as plain values, and what is decided about codes, and months."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

#: what a counter asks where nobody chose
DEFAULT_FORM = "W1"


@dataclass(frozen=True)
class UnitClass:
    """A class of comparable units."""

    id: int
    code: str
    name: str
    #: how many units it holds
    size: int = 0


@dataclass(frozen=True)
class Unit:
    """A unit as other rooms and pages know it."""

    id: int
    code: str
    name: str
    class_code: str
    class_name: str
    parent_id: int | None
    active: bool


@dataclass(frozen=True)
class Window:
    """A counter."""

    id: int
    unit_id: int
    code: str
    name: str
    questionnaire: str
    active: bool


@dataclass(frozen=True)
class Place:
    """Where a scanned code stands."""

    code: str
    window_id: int
    window_name: str
    unit_id: int
    unit_name: str
    questionnaire: str
    #: the code no longer stands there, or the counter has closed; the citizen may still speak
    withdrawn: bool


@dataclass(frozen=True)
class Stay:
    """A code's time at a counter, until (and without) its last day."""

    id: int
    code: str
    window_id: int
    from_day: date
    until_day: date | None

    def stands_on(self, day: date) -> bool:
        """
        >>> stay = Stay(1, "2345678", 7, date(2026, 1, 1), date(2026, 3, 1))
        >>> stay.stands_on(date(2026, 2, 28)), stay.stands_on(date(2026, 3, 1))
        (True, False)
        """
        return self.from_day <= day and (self.until_day is None or day < self.until_day)


@dataclass(frozen=True)
class CaseloadCell:
    """Cases of one counter in one month."""

    window_id: int
    unit_id: int
    #: its first day
    month: date
    cases: int


@dataclass(frozen=True)
class NewUnit:
    """A unit to add; a class that is not known yet is made, a parent must be known or in the same list."""

    code: str
    name: str
    class_code: str = ""
    class_name: str = ""
    parent_code: str = ""


@dataclass(frozen=True)
class NewWindow:
    """A counter to add."""

    unit_code: str
    code: str
    name: str
    questionnaire: str = DEFAULT_FORM


#: without 0, 1, I, L and O, which look like each other in print; 31 is prime, which the check character needs
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 7


def check_character(body: str) -> str:
    """The last character of a code: the sum of the others, each times its place, modulo 31.

    Since 31 is prime, one wrong character and any two exchanged ones change the sum.

    >>> check_character("234567")
    'A'
    """
    total = sum(place * ALPHABET.index(character) for place, character in enumerate(body, 1))
    return ALPHABET[total % len(ALPHABET)]


def is_code(text: str) -> bool:
    """Could this be a code at all?

    >>> is_code("234567A"), is_code("324567A"), is_code("234567"), is_code("Ünot!")
    (True, False, False, False)
    """
    body = text[:-1]
    return len(text) == CODE_LENGTH and set(text) <= set(ALPHABET) and check_character(body) == text[-1]


def months_between(first: date, last: date) -> Iterator[date]:
    """The first days of all months that the days touch.

    >>> [str(month) for month in months_between(date(2025, 11, 30), date(2026, 1, 1))]
    ['2025-11-01', '2025-12-01', '2026-01-01']
    """
    for number in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        yield date(number // 12, number % 12 + 1, 1)


def month_of(text: str) -> date | None:
    """A month as people write it.

    >>> str(month_of("2026-03")), str(month_of("2026年3月")), str(month_of("202603")), str(month_of("2026-03-15"))
    ('2026-03-01', '2026-03-01', '2026-03-01', '2026-03-01')
    >>> month_of("2026-13") is month_of("March") is None
    True
    """
    found = re.fullmatch(r"(\d{4})\s*(?:[-/.年]\s*)?(\d{1,2})(?:月|[-/.月]\s*\d{1,2}日?)?", text.strip())
    if not found or not 1 <= int(found[2]) <= 12 or not 1900 <= int(found[1]) <= 2200:
        return None
    return date(int(found[1]), int(found[2]), 1)


def in_circle(parents: dict[str, str]) -> set[str]:
    """Codes of units that would stand above themselves; `parents` maps each unit's code to its parent's.

    >>> sorted(in_circle({"a": "b", "b": "a", "c": "a", "d": ""}))
    ['a', 'b']
    """
    return {code for code in parents if code in set(_ancestors(code, parents))}


def _ancestors(code: str, parents: dict[str, str]) -> Iterator[str]:
    seen: set[str] = set()
    while (code := parents.get(code, "")) and code not in seen:
        seen.add(code)
        yield code


def stay_on(stays: Sequence[Stay], day: date) -> Stay | None:
    """Where a code stands on a day; if nowhere, where it stood last, or else where it will stand first."""
    standing = next((stay for stay in stays if stay.stands_on(day)), None)
    past = [stay for stay in stays if stay.from_day <= day]
    ordered = sorted(past or stays, key=lambda stay: (stay.from_day, stay.id), reverse=bool(past))
    return standing or next(iter(ordered), None)
