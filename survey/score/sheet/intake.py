"""Values from elsewhere as a table: one line a unit, one column a component; extras one line each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from flask_babel import gettext

from survey.base import tables
from survey.base.errors import Fault, ImportFaults
from survey.score.scheme.extras import Extra, ExtraEntry
from survey.score.scheme.scheme import Scheme
from survey.score.sheet.values import NewExtra, NewValue
from survey.units import service as units

UNIT = ("单位编号", "单位代码", "编号", "unit code")
EXTRA_COLUMNS = {
    "unit": UNIT,
    "item": ("项目", "加扣分项目", "item"),
    "reason": ("理由", "原因", "reason"),
}
#: which of these an entry needs is the scheme's word
EXTRA_OPTIONAL = {
    "points": ("分值", "points"),
    "quantity": ("数量", "件数", "次数", "金额", "quantity"),
    "level": ("级别", "level"),
    "cleared": ("已销除", "销除说明", "cleared"),
}
LONGEST_REASON = 400


@dataclass(frozen=True)
class ValuePlan:
    """What an upload of external values would bring."""

    new: tuple[NewValue, ...]
    lines: int


@dataclass(frozen=True)
class ExtraPlan:
    """What an upload of bonuses and deductions would bring."""

    new: tuple[NewExtra, ...]
    lines: int


def value_header(scheme: Scheme) -> list[str]:
    """The headings of the table that is filled in: unit code, unit, and each external component."""
    leaves = scheme.external_leaves()
    return [
        UNIT[0],
        "单位",
        *(leaf.title.zh if _own_title(scheme, leaf.title.zh) else code for code, leaf in leaves.items()),
    ]


def _own_title(scheme: Scheme, title: str) -> bool:
    return [leaf.title.zh for leaf in scheme.external_leaves().values()].count(title) == 1


def read_values(scheme: Scheme, data: bytes) -> ValuePlan:
    """Read and check a table of external values.

    Raises:
        ImportFaults: each wrong cell with its line; nothing is taken.
    """
    leaves = scheme.external_leaves()
    headings = {
        code: (leaf.title.zh, leaf.title.en) if _own_title(scheme, leaf.title.zh) else ()
        for code, leaf in leaves.items()
    }
    table = tables.read(data, columns={"unit": UNIT}, optional=headings, codes=("unit", *leaves))
    if not set(table.columns) & set(leaves):
        remedy = gettext("Add a column for a component: %(names)s.", names=" / ".join(value_header(scheme)[2:]))
        raise ImportFaults(gettext("The table brings no values."), [Fault(1, "", "", remedy)])
    faults: list[Fault] = []
    found = list(_values(scheme, table, faults))
    if faults:
        raise ImportFaults(gettext("Some lines do not fit; nothing was taken."), faults)
    return ValuePlan(tuple(found), len(table.rows))


def _values(scheme: Scheme, table: tables.Table, faults: list[Fault]) -> Iterator[NewValue]:
    leaves = scheme.external_leaves()
    for row, unit in _rows_with_units(table, faults):
        rules = scheme.for_class(unit.class_code)
        wanted = {code for leaf in rules.leaves() for code in leaf.codes_from_elsewhere} if rules else set()
        for code, leaf in leaves.items():
            if not row.get(code):
                continue
            if code not in wanted:
                remedy = gettext(
                    "Units of class %(name)s have no such component; leave it empty.", name=unit.class_name
                )
                faults.append(row.fault(code, remedy))
                continue
            value = _number(row.get(code))
            if leaf.divided_by and (value is None or value < 0):
                faults.append(row.fault(code, gettext("Write a number from 0 upwards.")))
            elif value is None or not (leaf.divided_by or 0 <= value <= leaf.out_of):
                remedy = gettext("Write a number from 0 to %(full)s.", full=f"{leaf.out_of:g}")
                faults.append(row.fault(code, remedy))
            else:
                yield NewValue(code, unit.id, value)


def read_extras(scheme: Scheme, data: bytes) -> ExtraPlan:
    """Read and check a table of bonuses and deductions.

    Raises:
        ImportFaults: each wrong cell with its line; nothing is taken.
    """
    table = tables.read(
        data,
        columns=EXTRA_COLUMNS,
        optional=EXTRA_OPTIONAL,
        codes=("unit", "points", "quantity"),
        free=("reason", "cleared"),
    )
    known = {name: extra for extra in scheme.extras for name in (extra.code, extra.title.zh, extra.title.en) if name}
    faults: list[Fault] = []
    found = []
    for row, unit in _rows_with_units(table, faults, once=False):
        extra = known.get(row.get("item"))
        if extra is None:
            names = " / ".join(extra.title.zh for extra in scheme.extras) or gettext("none")
            faults.append(row.fault("item", gettext("The scheme's items are: %(names)s.", names=names)))
            _require_points(row, faults)
        elif not extra.is_for(unit.class_code):
            remedy = gettext("Units of class %(name)s have no such item.", name=unit.class_name)
            faults.append(row.fault("item", remedy))
        elif (entry := _entry(row, extra, faults)) is not None:
            found.append(NewExtra(extra.code, unit.id, entry.points, *entry[1:]))
        if not row.get("reason") or len(row.get("reason")) > LONGEST_REASON:
            faults.append(row.fault("reason", gettext("Give the reason, in at most 400 characters.")))
    if faults:
        raise ImportFaults(gettext("Some lines do not fit; nothing was taken."), faults)
    return ExtraPlan(tuple(found), len(table.rows))


def _entry(row: tables.Row, extra: Extra, faults: list[Fault]) -> ExtraEntry | None:
    """One entry: its points, or how often and which level, from which the scheme makes the points."""
    before = len(faults)
    stated, quantity = _number(row.get("points")), _number(row.get("quantity"))
    level, cleared = row.get("level"), row.get("cleared")
    counts = extra.each is not None or bool(extra.levels)
    if row.get("quantity") and not counts:
        faults.append(row.fault("quantity", gettext("This item is not counted by the scheme; leave it empty.")))
    elif row.get("quantity") and (quantity is None or quantity <= 0):
        faults.append(row.fault("quantity", gettext("Write a number above 0.")))
    elif extra.per is not None and quantity is None:
        faults.append(row.fault("quantity", gettext("Write the amount; the scheme makes points of it.")))
    if extra.levels and level not in dict(extra.levels):
        names = " / ".join(name for name, _ in extra.levels)
        faults.append(row.fault("level", gettext("The levels of this item are: %(names)s.", names=names)))
    elif level and not extra.levels:
        faults.append(row.fault("level", gettext("This item has no levels; leave it empty.")))
    if cleared and not extra.clears:
        sentence = gettext("The scheme does not clear this item after correction; leave it empty.")
        faults.append(row.fault("cleared", sentence))
    elif len(cleared) > LONGEST_REASON:
        faults.append(row.fault("cleared", gettext("Use at most %(max)d characters.", max=LONGEST_REASON)))
    entry = ExtraEntry(stated or 0.0, row.get("reason"), quantity if counts else None, level, cleared)
    worth = 0.0 if len(faults) > before else extra.worth(entry)
    if not extra.is_counted:
        _require_points(row, faults)
    elif row.get("points") and stated != worth and len(faults) == before:
        sentence = gettext("By the scheme this is %(points)s; leave the points empty.", points=f"{worth:g}")
        faults.append(row.fault("points", sentence))
    if len(faults) > before:
        return None
    return entry._replace(points=worth) if extra.is_counted else entry


def _require_points(row: tables.Row, faults: list[Fault]) -> None:
    points = _number(row.get("points"))
    if points is None or points <= 0:
        faults.append(row.fault("points", gettext("Write a number above 0; the item says which way it counts.")))


def _rows_with_units(
    table: tables.Table, faults: list[Fault], *, once: bool = True
) -> Iterator[tuple[tables.Row, units.Unit]]:
    by_code = {unit.code: unit for unit in units.units()}
    seen: set[str] = set()
    for row in table.rows:
        unit = by_code.get(row.get("unit"))
        if unit is None:
            faults.append(row.fault("unit", gettext("No active unit has this code; look it up in the list of units.")))
        elif once and unit.code in seen:
            faults.append(row.fault("unit", gettext("This unit stands twice; keep one line.")))
        else:
            seen.add(unit.code)
            yield row, unit


def _number(text: str) -> float | None:
    """
    >>> _number("1,234.5"), _number("nan"), _number("九十"), _number("9_5"), _number("-2")
    (1234.5, None, None, None, -2.0)
    """
    plain = text.replace(",", "")
    return float(plain) if re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,2})?", plain, re.ASCII) else None


def missing_values(
    scheme: Scheme, judged: Iterable[units.Unit], present: Sequence[tuple[str, int]]
) -> dict[str, list[str]]:
    """Code of an external value -> names of the judged units that still lack it."""
    have = set(present)
    lacking: dict[str, list[str]] = {code: [] for code in scheme.external_leaves()}
    for unit in judged:
        rules = scheme.for_class(unit.class_code)
        for leaf in rules.leaves() if rules else ():
            for code in leaf.codes_from_elsewhere:
                if (code, unit.id) not in have:
                    lacking[code].append(unit.name)
    return lacking
