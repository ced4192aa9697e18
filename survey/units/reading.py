"""What `units` can tell: units, classes, counters and caseload as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask_babel import gettext
from sqlalchemy import Select, func, select

from survey.base.errors import NotFound
from survey.base.people.roles import Viewer
from survey.base.store.database import session
from survey.units import models
from survey.units.rules import CaseloadCell, Unit, UnitClass, Window


def units(viewer: Viewer | None = None, *, active_only: bool = True) -> list[Unit]:
    """Units by code: all, or those that a person may see."""
    query = _units()
    if active_only:
        query = query.where(models.UnitRow.active.is_(True))
    found = [_unit(*row) for row in session().execute(query)]
    return [unit for unit in found if viewer is None or viewer.may_see(unit.id)]


def listed(
    viewer: Viewer, *, search: str = "", class_code: str = "", sort: str = "code", closed: bool = False
) -> list[Unit]:
    """Units for the list page: each word of the search stands in the code or the name.

    Args:
        viewer: decides which units there are.
        class_code: only this class; empty = all.
        sort: "code", "name" or "class".
        closed: the ones that are no longer appraised, instead of those that are.
    """
    words = search.casefold().split()
    found = [
        unit
        for unit in units(viewer, active_only=False)
        if unit.active != closed
        and class_code in ("", unit.class_code)
        and all(word in f"{unit.code} {unit.name}".casefold() for word in words)
    ]
    keys = {"name": lambda unit: unit.name, "class": lambda unit: (unit.class_code, unit.code)}
    return sorted(found, key=keys[sort]) if sort in keys else found


def unit(unit_id: int) -> Unit:
    row = session().execute(_units().where(models.UnitRow.id == unit_id)).one_or_none()
    if row is None:
        raise NotFound(gettext("There is no such unit."))
    return _unit(*row)


def unit_by_code(code: str) -> Unit | None:
    row = session().execute(_units().where(models.UnitRow.code == code)).one_or_none()
    return _unit(*row) if row else None


def _units() -> Select[models.UnitRow, str | None, str | None]:
    query = select(models.UnitRow, models.UnitClassRow.code, models.UnitClassRow.name)
    return query.outerjoin(models.UnitClassRow, models.UnitClassRow.id == models.UnitRow.class_id).order_by(
        models.UnitRow.code
    )


def _unit(row: models.UnitRow, class_code: str | None, class_name: str | None) -> Unit:
    return Unit(row.id, row.code, row.name, class_code or "", class_name or "", row.parent_id, row.active)


def classes() -> list[UnitClass]:
    """Classes by code, each with the number of its units."""
    query = (
        select(models.UnitClassRow, func.count(models.UnitRow.id))
        .outerjoin(models.UnitRow, models.UnitRow.class_id == models.UnitClassRow.id)
        .group_by(models.UnitClassRow.id)
        .order_by(models.UnitClassRow.code)
    )
    return [UnitClass(row.id, row.code, row.name, size) for row, size in session().execute(query)]


def class_(class_id: int) -> UnitClass:
    found = next((row for row in classes() if row.id == class_id), None)
    if found is None:
        raise NotFound(gettext("There is no such class."))
    return found


def windows(unit_id: int | None = None) -> list[Window]:
    """Counters by code, closed ones among them: of one unit, or all."""
    query = select(models.WindowRow).order_by(models.WindowRow.code)
    if unit_id is not None:
        query = query.where(models.WindowRow.unit_id == unit_id)
    return [_window(row) for row in session().scalars(query)]


def window(window_id: int) -> Window:
    row = session().get(models.WindowRow, window_id)
    if row is None:
        raise NotFound(gettext("There is no such counter."))
    return _window(row)


def _window(row: models.WindowRow) -> Window:
    return Window(row.id, row.unit_id, row.code, row.name, row.questionnaire, row.active)


def caseload(opens_on: date, closes_on: date, unit_id: int | None = None) -> list[CaseloadCell]:
    """Cases by counter and month, for all months that the days touch; months not told are absent."""
    number = models.CaseloadRow.year * 12 + models.CaseloadRow.month
    query = (
        select(models.CaseloadRow, models.WindowRow.unit_id)
        .join(models.WindowRow, models.WindowRow.id == models.CaseloadRow.window_id)
        .where(number.between(opens_on.year * 12 + opens_on.month, closes_on.year * 12 + closes_on.month))
        .order_by(models.CaseloadRow.window_id, models.CaseloadRow.year, models.CaseloadRow.month)
    )
    if unit_id is not None:
        query = query.where(models.WindowRow.unit_id == unit_id)
    found: Sequence[tuple[models.CaseloadRow, int]] = session().execute(query).all()
    return [CaseloadCell(row.window_id, unit, date(row.year, row.month, 1), row.cases) for row, unit in found]
