"""The door of `units`: who is appraised, where, under which code, with how many cases, and when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from flask_babel import gettext

from survey import audit, clock
from survey.database import commit, engine, session
from survey.errors import NotFound, Refused
from survey.units import codes, models, rules, storing
from survey.units.codes import find_place_on, link_of, qr_matrix, qr_png, qr_svg, qr_terminal, stays
from survey.units.reading import (
    caseload,
    class_,
    classes,
    round_,
    round_on,
    rounds,
    unit,
    unit_by_code,
    units,
    window,
    windows,
)
from survey.units.rules import CaseloadCell, NewUnit, NewWindow, Place, Round, Stay, Unit, UnitClass, Window

__all__ = [
    "CaseloadCell",
    "NewUnit",
    "NewWindow",
    "Place",
    "Round",
    "Stay",
    "Unit",
    "UnitClass",
    "Window",
    "add_round",
    "add_units",
    "add_windows",
    "caseload",
    "class_",
    "classes",
    "find_place",
    "find_place_on",
    "issue_code",
    "link_of",
    "qr_matrix",
    "qr_png",
    "qr_svg",
    "qr_terminal",
    "round_",
    "round_on",
    "rounds",
    "set_caseload",
    "stays",
    "unit",
    "unit_by_code",
    "units",
    "window",
    "windows",
]


def find_place(code: str, today: date) -> Place:
    """Where a code stands; a withdrawn one still says where it stood.

    Raises:
        NotFound: no such code was ever issued.
    """
    with engine().connect() as connection:
        place = find_place_on(connection, code, today)
    if place is None:
        raise NotFound(gettext("There is no such code."))
    return place


def add_units(new: Iterable[NewUnit]) -> dict[str, int]:
    """Store units, making classes that are not known yet; returns each code's number."""
    wanted = list(new)
    numbers = storing.add_units(wanted)
    audit.record("units.added", gettext("%(n)s units", n=len(wanted)))
    commit()
    return numbers


def add_windows(new: Iterable[NewWindow], *, codes_from: date | None = None) -> dict[str, int]:
    """Store counters and give each a code from a day on (default: today); returns each code's number."""
    wanted = list(new)
    numbers = storing.add_windows(wanted)
    codes.issue(numbers.values(), codes_from or clock.today())
    audit.record("counters.added", gettext("%(n)s counters", n=len(wanted)))
    commit()
    return numbers


def set_caseload(cells: Iterable[tuple[int, date, int]]) -> None:
    """Store cases by (counter, any day of the month), replacing what was told before."""
    wanted = list(cells)
    storing.set_caseload(wanted)
    audit.record("caseload.set", gettext("%(n)s months of counters", n=len(wanted)))
    commit()


def add_round(code: str, name: str, opens_on: date, closes_on: date) -> Round:
    """Store a round.

    Raises:
        Refused: its code is taken, it closes before it opens, or it shares a day with another.
    """
    _check_round(code, opens_on, closes_on, rounds())
    row = models.Round(code=code, name=name, opens_on=opens_on, closes_on=closes_on)
    session().add(row)
    audit.record("round.added", code, opens_on=opens_on, closes_on=closes_on)
    commit()
    return round_(row.id)


def _check_round(code: str, opens_on: date, closes_on: date, others: list[Round]) -> None:
    if closes_on < opens_on:
        raise Refused(gettext("The round closes before it opens."), remedy=gettext("Choose a later last day."))
    if any(other.code == code for other in others):
        raise Refused(gettext("The code %(code)s is taken.", code=code), remedy=gettext("Choose another code."))
    if other := rules.overlapping(opens_on, closes_on, others):
        raise Refused(
            gettext("The round shares days with %(name)s, and a rating can belong to one round only.", name=other.name),
            remedy=gettext("Choose other days."),
        )


def issue_code(window_id: int, from_day: date) -> str:
    """Give a counter a new code from a day on."""
    [code] = codes.issue([window_id], from_day)
    audit.record("code.issued", code, counter=window(window_id).code, from_day=from_day)
    commit()
    return code
