"""Counters and their caseload from tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask_babel import gettext

from survey.base import tables
from survey.base.tables import Row
from survey.questions import service as questions
from survey.units import codes, reading, rules, storing
from survey.units.importing import Faults, PlannedLine, UnitPlan
from survey.units.models import WindowRow
from survey.units.rules import DEFAULT_FORM, NewWindow, Unit, Window

WINDOW_COLUMNS = {
    "unit_code": ("单位编号", "单位代码"),
    "code": ("窗口编号", "窗口代码", "编号"),
    "name": ("窗口名称", "名称", "窗口"),
}
WINDOW_OPTIONAL = {"questionnaire": ("问卷", "问卷代码", "问卷编号")}
WINDOW_CODES = ("unit_code", "code", "questionnaire")
CASELOAD_COLUMNS = {
    "window_code": ("窗口编号", "窗口代码"),
    "month": ("月份", "年月"),
    "cases": ("办件量", "件数", "办件数"),
}
MOST_CASES = 100_000_000


def plan_windows(data: bytes, today: date) -> UnitPlan:
    """What an upload of counters will do; each new one gets a code that stands there from today on.

    Raises:
        ImportFaults: every faulty line, with the way to mend it.
    """
    table = tables.read(data, columns=WINDOW_COLUMNS, optional=WINDOW_OPTIONAL, codes=WINDOW_CODES)
    units = {unit.code: unit for unit in reading.units(active_only=False)}
    known = {window.code: window for window in reading.windows()}
    faults = Faults({**WINDOW_COLUMNS, **WINDOW_OPTIONAL})
    for row in table.rows:
        faults.check_text(row, codes=["code"], names=["name"])
        _check_window(row, units, known.get(row.get("code")), faults)
    faults.check_doubled(((row, row.get("code")) for row in table.rows), "code")
    faults.raise_any()
    new = [(row.line, _new_window(row)) for row in table.rows if row.get("code") not in known]
    changed = [row for row in table.rows if row.get("code") in known and _differs(row, known[row.get("code")])]

    def carry_out() -> None:
        values = [_changed_window(row, known[row.get("code")]) for row in changed]
        storing.change_many(WindowRow, values)
        numbers = storing.add_windows([window for _, window in new])
        codes.issue(numbers.values(), today)

    return UnitPlan(
        added=tuple(PlannedLine(line, window.code, window.name) for line, window in new),
        changed=tuple(
            PlannedLine(row.line, row.get("code"), row.get("name"), known[row.get("code")].name) for row in changed
        ),
        same=len(table.rows) - len(new) - len(changed),
        carry_out=carry_out,
    )


def _check_window(row: Row, units: dict[str, Unit], known: Window | None, faults: Faults) -> None:
    unit = units.get(row.get("unit_code"))
    if unit is None:
        faults.note(row, "unit_code", gettext("No unit has this code; add the unit first or correct the code."))
    elif known and known.unit_id != unit.id:
        words = gettext(
            "This counter belongs to another unit and keeps its ratings there; give the new one a new code."
        )
        faults.note(row, "unit_code", words)
    form = row.get("questionnaire")
    offered = questions.for_use("counter")
    if form and form not in offered:
        words = gettext("Use one of %(names)s.", names=", ".join(offered))
        faults.note(row, "questionnaire", words)


def _new_window(row: Row) -> NewWindow:
    form = row.get("questionnaire") or DEFAULT_FORM
    return NewWindow(row.get("unit_code"), row.get("code"), row.get("name"), form)


def _changed_window(row: Row, known: Window) -> dict[str, object]:
    return {
        "id": known.id,
        "name": row.get("name"),
        "questionnaire": row.get("questionnaire") or known.questionnaire,
    }


def _differs(row: Row, known: Window) -> bool:
    return _changed_window(row, known) != {"id": known.id, "name": known.name, "questionnaire": known.questionnaire}


def plan_caseload(data: bytes) -> UnitPlan:
    """What an upload of caseload will do; lines without a number of cases are left out, as in a half-filled template.

    Raises:
        ImportFaults: every faulty line, with the way to mend it.
    """
    table = tables.read(data, columns=CASELOAD_COLUMNS, codes=CASELOAD_COLUMNS)
    rows = [row for row in table.rows if row.get("cases")]
    windows = {window.code: window for window in reading.windows()}
    faults = Faults(CASELOAD_COLUMNS)
    cells = [_cell(row, windows, faults) for row in rows]
    faults.check_doubled(((cell.row, (cell.window_id, cell.month)) for cell in cells), "window_code")
    faults.raise_any()
    stored = {(c.window_id, c.month): c.cases for c in reading.caseload(date.min, date.max)}
    new = [cell for cell in cells if (cell.window_id, cell.month) not in stored]
    changed = [cell for cell in cells if stored.get((cell.window_id, cell.month), cell.cases) != cell.cases]
    return UnitPlan(
        added=tuple(cell.planned() for cell in new),
        changed=tuple(cell.planned(str(stored[cell.window_id, cell.month])) for cell in changed),
        same=len(cells) - len(new) - len(changed),
        carry_out=lambda: storing.set_caseload((cell.window_id, cell.month, cell.cases) for cell in new + changed),
    )


@dataclass(frozen=True)
class _Cell:
    """One line of an upload of caseload."""

    row: Row
    window_id: int
    month: date
    cases: int

    def planned(self, before: str = "") -> PlannedLine:
        code = f"{self.row.get('window_code')} {self.month:%Y-%m}"
        return PlannedLine(self.row.line, code, str(self.cases), before)


def _cell(row: Row, windows: dict[str, Window], faults: Faults) -> _Cell:
    """A line's counter, month and cases; what is faulty is noted and stands as a placeholder."""
    window = windows.get(row.get("window_code"))
    if window is None:
        faults.note(row, "window_code", gettext("No counter has this code; add it first or correct the code."))
    month = rules.month_of(row.get("month"))
    if month is None:
        faults.note(row, "month", gettext("Write the month like 2026-03."))
    text = row.get("cases").replace(",", "")
    if not (text.isascii() and text.isdigit() and int(text) <= MOST_CASES):
        faults.note(row, "cases", gettext("Write a whole number, 0 or more."))
        text = "0"
    # a line with an unknown counter or month is like no other line
    return _Cell(row, window.id if window else -row.line, month or date.min, int(text))
