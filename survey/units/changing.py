"""Changing one unit, class or counter; the service commits."""

from __future__ import annotations

from typing import TypeVar

from flask_babel import gettext
from sqlalchemy import delete, select

from survey.base.errors import NotFound, Refused
from survey.base.store import demo
from survey.base.store.database import session
from survey.questions import service as questions
from survey.units import models, reading, rules
from survey.units.rules import UnitClass

Row = TypeVar("Row", models.UnitRow, models.UnitClassRow, models.WindowRow)


def _row(model: type[Row], number: int) -> Row:
    row = session().get(model, number)
    if row is None:
        raise NotFound(gettext("It is no longer there."))
    return row


def refuse_taken(code: str) -> Refused:
    """A code that somebody else has."""
    return Refused(gettext("The code %(code)s is taken.", code=code), remedy=gettext("Choose another code."))


def change_unit(unit_id: int, *, name: str, class_code: str, parent_id: int | None, active: bool) -> None:
    row = _row(models.UnitRow, unit_id)
    parents = {str(unit.id): str(unit.parent_id or "") for unit in reading.units(active_only=False)}
    if rules.in_circle({**parents, str(unit_id): str(parent_id or "")}):
        raise Refused(
            gettext("The unit would stand above itself."), remedy=gettext("Choose a unit that is not below it.")
        )
    row.name, row.parent_id, row.active = name, parent_id, active
    row.class_id = session().scalar(select(models.UnitClassRow.id).where(models.UnitClassRow.code == class_code))
    session().flush()


def add_class(code: str, name: str) -> None:
    if session().scalar(select(models.UnitClassRow.id).where(models.UnitClassRow.code == code)):
        raise refuse_taken(code)
    session().add(models.UnitClassRow(code=code, name=name))
    session().flush()


def rename_class(class_id: int, name: str) -> None:
    _row(models.UnitClassRow, class_id).name = name
    session().flush()


def remove_class(known: UnitClass) -> None:
    if known.size:
        raise Refused(
            gettext("The class %(name)s still holds %(n)s units.", name=known.name, n=known.size),
            remedy=gettext("Move them to another class first."),
        )
    session().delete(_row(models.UnitClassRow, known.id))
    session().flush()


def change_window(window_id: int, *, name: str, questionnaire: str, active: bool) -> None:
    questions.require_form(questionnaire, "counter")
    row = _row(models.WindowRow, window_id)
    row.name, row.questionnaire, row.active = name, questionnaire, active
    session().flush()


def remove_caseload() -> None:
    """Take all simulated caseload away; only while the demonstration mark stands. Names stay."""
    if not demo.present():
        raise Refused("Only simulated caseload can be removed.")
    session().execute(delete(models.CaseloadRow))
