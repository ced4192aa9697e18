"""Units, counters and caseload as tables in the shape in which they can be uploaded again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import quote

from flask import Response

from survey.base import tables
from survey.units import importing_units, importing_windows, reading, rules
from survey.units.importing import heading

Table = tuple[list[str], list[list[Any]]]


def units_table() -> Table:
    """All units."""
    units = reading.units(active_only=False)
    codes = {unit.id: unit.code for unit in units}
    rows = [[u.code, u.name, u.class_code, u.class_name, codes.get(u.parent_id or 0, "")] for u in units]
    return _headings({**importing_units.COLUMNS, **importing_units.OPTIONAL}), rows


def windows_table() -> Table:
    """All open counters."""
    codes = {unit.id: unit.code for unit in reading.units(active_only=False)}
    rows = [[codes[w.unit_id], w.code, w.name, w.questionnaire] for w in reading.windows() if w.active]
    return _headings({**importing_windows.WINDOW_COLUMNS, **importing_windows.WINDOW_OPTIONAL}), rows


def caseload_table(first: date, last: date, unit_id: int | None = None) -> Table:
    """Every open counter and month, filled in as far as the cases are known: the template for an upload."""
    cells = {(cell.window_id, cell.month): cell.cases for cell in reading.caseload(first, last, unit_id)}
    rows = [
        [window.code, f"{month:%Y-%m}", cells.get((window.id, month)), window.name]
        for window in reading.windows(unit_id)
        if window.active
        for month in rules.months_between(first, last)
    ]
    return [*_headings(importing_windows.CASELOAD_COLUMNS), *_headings({"name": ("窗口名称",)})], rows


def _headings(columns: Mapping[str, Sequence[str]]) -> list[str]:
    return [heading(name, accepted) for name, accepted in columns.items()]


def _csv(name: str, table: Table) -> Response:
    return download(tables.write_csv(*table), f"{name}.csv", "text/csv; charset=utf-8")


def _xlsx(name: str, table: Table) -> Response:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return download(tables.write_xlsx({name: table}), f"{name}.xlsx", kind)


#: what a download's address ends in -> how it is written
FORMATS: dict[str, Callable[[str, Table], Response]] = {"csv": _csv, "xlsx": _xlsx}


def download(data: bytes, name: str, kind: str) -> Response:
    """A file to be saved under a name."""
    return Response(
        data, content_type=kind, headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    )
