"""The door of `units`: who is appraised, where, under which code, with how many cases."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask_babel import gettext

from survey.base import clock
from survey.base.errors import NotFound
from survey.base.people import audit
from survey.base.store.database import commit, engine
from survey.base.store.jobs import Progress
from survey.base.web.pdf import silent
from survey.units import changing, codes, importing_units, importing_windows, posters, storing
from survey.units.codes import find_place_on, link_of, qr_matrix, qr_png, qr_svg, qr_terminal, standing, stays
from survey.units.importing import UnitPlan
from survey.units.posters import KINDS, Poster
from survey.units.reading import (
    caseload,
    class_,
    classes,
    listed,
    unit,
    unit_by_code,
    units,
    window,
    windows,
)
from survey.units.rules import (
    NewUnit,
    NewWindow,
    Place,
    Unit,
    Window,
    is_code,
    months_between,
)

__all__ = [
    "KINDS",
    "NewUnit",
    "NewWindow",
    "Place",
    "Unit",
    "UnitPlan",
    "Window",
    "caseload",
    "class_",
    "classes",
    "find_place_on",
    "is_code",
    "link_of",
    "listed",
    "months_between",
    "qr_matrix",
    "qr_png",
    "qr_svg",
    "qr_terminal",
    "remove_demo",
    "standing",
    "stays",
    "unit",
    "unit_by_code",
    "units",
    "window",
    "windows",
]


def _done(deed: str, subject: str, **detail: Any) -> None:
    """Note the deed and store the request's work."""
    audit.record(deed, subject, **detail)
    commit()


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
    """Store units, making classes that are not known yet; returns each code's number.

    Raises:
        Refused: a code is taken, or a unit would stand above itself.
        NotFound: a parent is not known.
    """
    numbers = storing.add_units(list(new))
    _done("units.added", ", ".join(numbers), number=len(numbers))
    return numbers


def change_unit(unit_id: int, *, name: str, class_code: str, parent_id: int | None, active: bool) -> Unit:
    """Change a unit.

    Raises:
        Refused: it would stand above itself.
    """
    changing.change_unit(unit_id, name=name, class_code=class_code, parent_id=parent_id, active=active)
    _done("unit.changed", unit(unit_id).code, name=name, class_code=class_code, active=active)
    return unit(unit_id)


def add_class(code: str, name: str) -> None:
    """Store a class of comparable units.

    Raises:
        Refused: its code is taken.
    """
    changing.add_class(code, name)
    _done("class.added", code, name=name)


def change_class(class_id: int, name: str) -> None:
    """Rename a class."""
    changing.rename_class(class_id, name)
    _done("class.changed", class_(class_id).code, name=name)


def remove_class(class_id: int) -> None:
    """Remove a class that holds no unit.

    Raises:
        Refused: it still holds units.
    """
    code = class_(class_id).code
    changing.remove_class(class_(class_id))
    _done("class.removed", code)


def add_windows(new: Iterable[NewWindow], *, codes_from: date | None = None) -> dict[str, int]:
    """Store counters and give each a code that stands there from a day on (default: today).

    Returns:
        Each counter code's number.

    Raises:
        Refused: a code is taken.
        NotFound: a unit is not known.
    """
    numbers = storing.add_windows(list(new))
    codes.issue(numbers.values(), codes_from or clock.today())
    _done("counters.added", ", ".join(numbers), number=len(numbers))
    return numbers


def change_window(window_id: int, *, name: str, questionnaire: str, active: bool) -> Window:
    """Change a counter; a closed one keeps its ratings, and its code still lets the citizen speak."""
    changing.change_window(window_id, name=name, questionnaire=questionnaire, active=active)
    _done("counter.changed", window(window_id).code, name=name, questionnaire=questionnaire, active=active)
    return window(window_id)


def set_caseload(cells: Iterable[tuple[int, date, int]]) -> None:
    """Store cases by (counter's number, any day of the month), replacing what was told before."""
    wanted = list(cells)
    storing.set_caseload(wanted)
    _done("caseload.set", gettext("%(n)s counters and months", n=len(wanted)))


def issue_code(window_id: int, from_day: date) -> str:
    """Give a counter one more code from a day on."""
    [code] = codes.issue([window(window_id).id], from_day)
    _done("code.issued", code, counter=window(window_id).code, from_day=from_day)
    return code


def issue_missing_codes(from_day: date) -> list[str]:
    """Give a code to every open counter that has none; returns the new codes."""
    issued = codes.issue(codes.without(from_day), from_day)
    if issued:
        _done("codes.issued", ", ".join(issued), number=len(issued))
    return issued


def revoke_code(code: str, today: date) -> None:
    """Withdraw a code: who scans it can still speak, and is told that it was withdrawn.

    Raises:
        Refused: it stands nowhere any more.
    """
    stay = codes.end(code, today)
    _done("code.revoked", code, counter=window(stay.window_id).code)


def replace_code(code: str, today: date) -> str:
    """Withdraw a code and give its counter a new one; returns the new one.

    Raises:
        Refused: it stands nowhere any more.
    """
    stay = codes.end(code, today)
    [new] = codes.issue([stay.window_id], today)
    _done("code.replaced", code, by=new, counter=window(stay.window_id).code)
    return new


def move_code(code: str, window_id: int, today: date) -> None:
    """Let a code stand at another counter from today on; earlier ratings stay with the earlier counter.

    Raises:
        Refused: the code stands there already.
        NotFound: no such code was ever issued.
    """
    before = codes.move(code, window(window_id).id, today)
    _done("code.moved", code, origin=window(before.window_id).code, to=window(window_id).code)


def import_units(data: bytes, dry_run: bool = False) -> UnitPlan:
    """Add and change units from CSV or XLSX; what the file has no column for stays as it is.

    Raises:
        ImportFaults: something in the file must be mended; nothing has been stored.
    """
    return _carry_out(importing_units.plan(data), "units.imported", dry_run)


def import_windows(data: bytes, dry_run: bool = False) -> UnitPlan:
    """Add and change counters from CSV or XLSX; each new one gets a code that stands there from today on.

    Raises:
        ImportFaults: something in the file must be mended; nothing has been stored.
    """
    return _carry_out(importing_windows.plan_windows(data, clock.today()), "counters.imported", dry_run)


def import_caseload(data: bytes, dry_run: bool = False) -> UnitPlan:
    """Set cases by counter and month from CSV or XLSX.

    Raises:
        ImportFaults: something in the file must be mended; nothing has been stored.
    """
    return _carry_out(importing_windows.plan_caseload(data), "caseload.imported", dry_run)


def _carry_out(plan: UnitPlan, deed: str, dry_run: bool) -> UnitPlan:
    if not dry_run and plan.total:
        plan.carry_out()
        _done(deed, gettext("%(n)s lines", n=plan.total), added=len(plan.added), changed=len(plan.changed))
    return plan


def posters_of(window_ids: Iterable[int], today: date) -> list[Poster]:
    """What to print for these counters; a counter without a code that stands there today is left out."""
    return posters.collect(list(window_ids), today)


def poster_pdf(wanted: list[Poster], kind: str, progress: Progress = silent) -> bytes:
    """The posters as one PDF: `kind` is "a4" (one a page) or "card" (four a page with cut lines)."""
    return posters.pdf(wanted, kind, progress)


def remove_demo() -> None:
    """Remove all caseload of the worked example; names stay."""
    changing.remove_caseload()
    commit()
