"""Every error the product raises on purpose: a sentence to someone, with what to do next.

`message` is shown to the user, so it is made with `gettext` where it is raised; the class decides the HTTP status.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


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


class ImportFaults(SurveyError):
    """An upload that was refused whole; nothing was stored."""

    status = 422

    def __init__(self, message: str, faults: Sequence[Fault]) -> None:
        super().__init__(message)
        self.faults = tuple(faults)
