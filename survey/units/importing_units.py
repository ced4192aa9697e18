"""Units from a table: a known code is changed, a new one added, classes are made as they appear."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext

from survey.base import tables
from survey.base.tables import Row, Table
from survey.units import reading, rules, storing
from survey.units.importing import Faults, PlannedLine, UnitPlan
from survey.units.models import UnitRow
from survey.units.rules import NewUnit, Unit

COLUMNS = {"code": ("单位编号", "单位代码", "编号", "代码"), "name": ("单位名称", "名称", "单位")}
OPTIONAL = {
    "class_code": ("类别编号", "类别代码"),
    "class_name": ("类别名称", "类别", "单位类别"),
    "parent_code": ("上级单位编号", "上级编号", "上级单位代码"),
}
CODES = ("code", "class_code", "parent_code")


@dataclass(frozen=True)
class _Known:
    units: dict[str, Unit]
    parents: dict[str, str]
    class_names: dict[str, str]


def plan(data: bytes) -> UnitPlan:
    """What an upload of units will do.

    Raises:
        ImportFaults: every faulty line, with the way to mend it.
    """
    table = tables.read(data, columns=COLUMNS, optional=OPTIONAL, codes=CODES)
    known = _known()
    faults = Faults({**COLUMNS, **OPTIONAL})
    for row in table.rows:
        faults.check_text(row, codes=["code"], names=["name"])
    faults.check_doubled(((row, row.get("code")) for row in table.rows), "code")
    _check_classes(table, known, faults)
    _check_parents(table, known, faults)
    faults.raise_any()
    return _plan(table, known)


def _known() -> _Known:
    stored = reading.units(active_only=False)
    codes = {unit.id: unit.code for unit in stored}
    parents = {unit.code: codes.get(unit.parent_id or 0, "") for unit in stored}
    return _Known({unit.code: unit for unit in stored}, parents, {c.code: c.name for c in reading.classes()})


def _check_classes(table: Table, known: _Known, faults: Faults) -> None:
    """A class has one code and one name, in the file and in the store."""
    names = _class_names(table, known)
    for row in table.rows:
        code, name = row.get("class_code"), row.get("class_name")
        if name and not code and name not in names.values():
            faults.note(row, "class_name", gettext("Add the class's code in a column named 类别编号."))
        if not code:
            continue
        faults.check_text(row, codes=["class_code"])
        settled = names.get(code, code)
        if name and name != settled:
            words = gettext("Class %(code)s is called %(name)s; use that name.", code=code, name=settled)
            faults.note(row, "class_name", words)


def _class_names(table: Table, known: _Known) -> dict[str, str]:
    """What each class is called: as stored, else as the first line says that names it."""
    told = ((row.get("class_code"), row.get("class_name")) for row in reversed(table.rows))
    return {**{code: name for code, name in told if code and name}, **known.class_names}


def _check_parents(table: Table, known: _Known, faults: Faults) -> None:
    there = {row.get("code") for row in table.rows} | set(known.units)
    told = {row.get("code"): row.get("parent_code") for row in table.rows if "parent_code" in table.columns}
    circle = rules.in_circle({**known.parents, **told})
    for row in table.rows:
        parent = row.get("parent_code")
        if parent and parent not in there:
            faults.note(row, "parent_code", gettext("No unit has this code; add the unit or correct the code."))
        elif row.get("code") in circle:
            faults.note(row, "parent_code", gettext("The unit would stand above itself; name another unit above it."))


def _plan(table: Table, known: _Known) -> UnitPlan:
    names = _class_names(table, known)
    added, changed, same = [], [], 0
    for row in table.rows:
        new = _completed(row, known, names)
        old = known.units.get(new.code)
        if old is None:
            added.append((row.line, new))
        elif (old.name, old.class_code, known.parents[old.code]) == (new.name, new.class_code, new.parent_code):
            same += 1
        else:
            changed.append((row.line, new))
    return UnitPlan(
        added=tuple(PlannedLine(line, new.code, new.name) for line, new in added),
        changed=tuple(PlannedLine(line, new.code, new.name, known.units[new.code].name) for line, new in changed),
        same=same,
        carry_out=lambda: _carry_out([new for _, new in added], [new for _, new in changed], known),
    )


def _completed(row: Row, known: _Known, class_names: dict[str, str]) -> NewUnit:
    """A line as a whole unit: what its table has no column for stays as it is stored."""
    old = known.units.get(row.get("code"))
    codes = {name: code for code, name in class_names.items()}
    class_code = row.get("class_code") or codes.get(row.get("class_name"), "")
    if old and not {"class_code", "class_name"} & set(row.cells):
        class_code = old.class_code
    parent = row.get("parent_code")
    if old and "parent_code" not in row.cells:
        parent = known.parents[old.code]
    return NewUnit(row.get("code"), row.get("name"), class_code, class_names.get(class_code, ""), parent)


def _carry_out(added: list[NewUnit], changed: list[NewUnit], known: _Known) -> None:
    numbers = storing.add_classes({new.class_code: new.class_name for new in changed})
    storing.change_many(
        UnitRow,
        [
            {"id": known.units[new.code].id, "name": new.name, "class_id": numbers.get(new.class_code)}
            for new in changed
        ],
    )
    storing.add_units(added)
    storing.set_parents({new.code: new.parent_code for new in changed}, storing.numbers_of(UnitRow))
