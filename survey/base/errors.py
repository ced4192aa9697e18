"""Every error the product raises on purpose: a sentence to someone, with what to do next.

`message` is shown to the user, so it is made with `gettext` where it is raised; the class decides the HTTP status.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask_babel import gettext

#: of a group of faults, so many places and values are shown
SHOWN = 3


class SurveyError(Exception):
    """Something the user can read and act upon."""

    status = 400

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class SettingError(SurveyError):
    """An installation's setting cannot be used."""

    status = 500


class NotFound(SurveyError):
    """No such thing, or none that this person may see."""

    status = 404


class Refused(SurveyError):
    """The rules forbid it now; the sentence says why and what would help."""

    status = 409


class Forbidden(SurveyError):
    """The signed-in person's role or units do not reach this."""

    status = 403


class Gone(SurveyError):
    """It was there and has ended: a closed wave, an expired link."""

    status = 410


@dataclass(frozen=True)
class Fault:
    """One thing wrong in an uploaded table, with the place to look at and the way to mend it."""

    #: line in the file, the header being line 1; 0 = the file as a whole
    line: int
    column: str
    value: str
    remedy: str


@dataclass(frozen=True)
class FaultGroup:
    """Faults of one column that the same remedy mends; it can be shown wherever a fault is shown."""

    lines: tuple[int, ...]
    column: str
    #: each different value once
    values: tuple[str, ...]
    remedy: str

    @property
    def line(self) -> str:
        """The places: the line, or how many lines and which."""
        if len(self.lines) < 2:
            return "".join(str(line) for line in self.lines if line)
        runs = list(_runs(self.lines))
        places = ", ".join(runs[:SHOWN]) + (" …" if len(runs) > SHOWN else "")
        return str(gettext("%(n)s lines: %(places)s", n=len(self.lines), places=places))

    @property
    def value(self) -> str:
        return ", ".join(self.values[:SHOWN]) + (" …" if len(self.values) > SHOWN else "")


def grouped(faults: Iterable[Fault]) -> list[FaultGroup]:
    """Equal faults as one, in the order of their first lines.

    >>> [group.value for group in grouped([Fault(n, "code", "#N/A", "Mend it.") for n in range(2, 602)])]
    ['#N/A']
    """
    lines: dict[tuple[str, str], dict[int, None]] = {}
    values: dict[tuple[str, str], dict[str, None]] = {}
    for fault in faults:
        key = (fault.column, fault.remedy)
        lines.setdefault(key, {})[fault.line] = None
        values.setdefault(key, {})[fault.value] = None
    return [
        FaultGroup(tuple(sorted(found)), key[0], tuple(value for value in values[key] if value), key[1])
        for key, found in lines.items()
    ]


def _runs(lines: Sequence[int]) -> Iterable[str]:
    """
    >>> list(_runs([2, 3, 4, 7]))
    ['2–4', '7']
    """
    start = 0
    for place in range(1, len(lines) + 1):
        if place == len(lines) or lines[place] != lines[place - 1] + 1:
            first, last = lines[start], lines[place - 1]
            yield str(first) if first == last else f"{first}–{last}"
            start = place


class ImportFaults(SurveyError):
    """An upload that was refused whole; nothing was stored."""

    status = 422

    def __init__(self, message: str, faults: Sequence[Fault]) -> None:
        super().__init__(message)
        self.faults = tuple(faults)

    @property
    def groups(self) -> list[FaultGroup]:
        """The faults as they are shown: equal ones as one."""
        return grouped(self.faults)
