"""Storing many units, counters and months of caseload at once; the service commits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, cast

from flask_babel import gettext
from sqlalchemy import Table, bindparam, delete, insert, select, tuple_, update

from survey.base.errors import NotFound, Refused
from survey.base.store.database import Base, session
from survey.questions import service as questions
from survey.units import models, rules
from survey.units.rules import NewUnit, NewWindow

#: rows named in one statement; SQLite allows 32,766 values
PART = 1000


def _table(model: type[Base]) -> Table:
    return cast(Table, model.__table__)


def numbers_of(model: type[models.UnitRow] | type[models.WindowRow] | type[models.UnitClassRow]) -> dict[str, int]:
    """Every code's number."""
    return dict(session().execute(select(model.code, model.id)).all())


def _refuse_taken(model: type[models.UnitRow] | type[models.WindowRow], codes: Sequence[str]) -> None:
    doubled = {code for code, times in Counter(codes).items() if times > 1}
    taken = sorted((set(codes) & set(numbers_of(model))) | doubled)
    if taken:
        raise Refused(
            gettext("The code %(code)s is taken.", code=", ".join(taken[:10])), remedy=gettext("Choose another code.")
        )


def add_classes(wanted: Mapping[str, str]) -> dict[str, int]:
    """Make the classes (code -> name) that are not known yet; returns all classes' numbers."""
    known = numbers_of(models.UnitClassRow)
    rows = [{"code": code, "name": name or code} for code, name in wanted.items() if code and code not in known]
    if not rows:
        return known
    session().execute(insert(_table(models.UnitClassRow)), rows)
    return numbers_of(models.UnitClassRow)


def add_units(wanted: Sequence[NewUnit]) -> dict[str, int]:
    """Store units and then hang them under their parents; returns the new units' numbers."""
    _refuse_taken(models.UnitRow, [new.code for new in wanted])
    parents = {new.code: new.parent_code for new in wanted}
    if circle := rules.in_circle(parents):
        raise Refused(gettext("These units would stand above themselves: %(codes)s.", codes=", ".join(sorted(circle))))
    named = {new.class_code: new.class_name for new in wanted if new.class_name}
    classes = add_classes({**{new.class_code: "" for new in wanted}, **named})
    rows = [
        {"code": new.code, "name": new.name, "class_id": classes.get(new.class_code), "active": True} for new in wanted
    ]
    if rows:
        session().execute(insert(_table(models.UnitRow)), rows)
    known = numbers_of(models.UnitRow)
    set_parents({code: parent for code, parent in parents.items() if parent}, known)
    return {new.code: known[new.code] for new in wanted}


def set_parents(parents: Mapping[str, str], known: Mapping[str, int]) -> None:
    """Hang units under others: code -> parent's code, empty = under none."""
    missing = sorted({parent for parent in parents.values() if parent and parent not in known})
    if missing:
        raise NotFound(gettext("There is no unit with the code %(code)s.", code=", ".join(missing)))
    change_many(
        models.UnitRow, [{"id": known[code], "parent_id": known.get(parent)} for code, parent in parents.items()]
    )


def add_windows(wanted: Sequence[NewWindow]) -> dict[str, int]:
    """Store counters; returns their numbers."""
    _refuse_taken(models.WindowRow, [new.code for new in wanted])
    units = numbers_of(models.UnitRow)
    missing = sorted({new.unit_code for new in wanted} - set(units))
    if missing:
        raise NotFound(gettext("There is no unit with the code %(code)s.", code=", ".join(missing)))
    for form in {new.questionnaire for new in wanted}:
        questions.require_form(form, "counter")
    rows = [
        {
            "unit_id": units[new.unit_code],
            "code": new.code,
            "name": new.name,
            "questionnaire": new.questionnaire,
            "active": True,
        }
        for new in wanted
    ]
    if rows:
        session().execute(insert(_table(models.WindowRow)), rows)
    known = numbers_of(models.WindowRow)
    return {new.code: known[new.code] for new in wanted}


def change_many(model: type[models.UnitRow] | type[models.WindowRow], rows: Sequence[Mapping[str, Any]]) -> None:
    """Change rows by number; each names the same columns."""
    if not rows:
        return
    table = _table(model)
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in rows[0] if name != "id"}
    statement = update(table).where(table.c.id == bindparam("which")).values(values)
    bound = [{"which": row["id"], **{f"new_{name}": row[name] for name in values}} for row in rows]
    session().connection().execute(statement, bound)
    session().expire_all()


def set_caseload(cells: Iterable[tuple[int, date, int]]) -> None:
    """Store cases by counter and month, replacing what was told before."""
    rows = [
        {"window_id": window_id, "year": month.year, "month": month.month, "cases": cases}
        for window_id, month, cases in cells
    ]
    table = _table(models.CaseloadRow)
    key = tuple_(table.c.window_id, table.c.year, table.c.month)
    for at in range(0, len(rows), PART):
        part = rows[at : at + PART]
        keys = [(row["window_id"], row["year"], row["month"]) for row in part]
        session().execute(delete(table).where(key.in_(keys)))
        session().execute(insert(table), part)
