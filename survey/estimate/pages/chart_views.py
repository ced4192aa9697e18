"""Charts of results as pictures, each beside a table that says the same."""

from __future__ import annotations

from functools import lru_cache
from types import ModuleType
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request
from flask_babel import gettext

from survey.base.errors import NotFound
from survey.base.people.guard import allow, viewer
from survey.base.people.roles import Role
from survey.base.web import downloads, drawing
from survey.estimate import service
from survey.estimate.pages import filters
from survey.estimate.pages.filters import UnitIndex

if TYPE_CHECKING:
    from survey.estimate.pages import charts

blueprint = Blueprint("charts", __name__)
READERS = (Role.OFFICE, Role.STATISTICIAN, Role.AUDITOR, Role.UNIT_MANAGER)


def _charts() -> ModuleType:
    return drawing.load("survey.estimate.pages.charts")


def classes_of(lines: list[UnitIndex]) -> list[tuple[str, str, int, int]]:
    """Classes with at least two units to draw: code, name, how many, and how high the picture becomes (pixels)."""
    shown = [line.unit for line in lines if line.index.mean is not None]
    names = {unit.class_code: unit.class_name for unit in shown}
    sizes = {code: sum(unit.class_code == code for unit in shown) for code in names}
    return [
        (code, names[code] or gettext("No class"), size, 90 + 26 * max(size, 3))
        for code, size in sorted(sizes.items())
        if size > 1
    ]


@blueprint.get("/estimate/<int:run_id>/chart.svg")
@allow(*READERS)
def units_chart(run_id: int) -> Response:
    """Units of one class with their intervals."""
    run = service.run(run_id, viewer())
    asked = filters.asked_of(run, request.args, viewer())
    lines = [line for line in filters.lines(run, asked, viewer()) if line.unit.class_code == asked.class_code]
    bars = tuple(
        _charts().Bar(line.unit.name, index.mean, index.low, index.high, index.floor == "reference")
        for line in lines
        if (index := line.index).mean is not None
    )
    title = lines[0].unit.class_name if lines else ""
    return _picture(_caterpillar(bars, _theme(), title, gettext("Index with 95% interval")))


@blueprint.get("/estimate/<int:run_id>/unit/<int:unit_id>/trend.svg")
@allow(*READERS)
def trend(run_id: int, unit_id: int) -> Response:
    """One unit's months."""
    asked = filters.asked_of(service.run(run_id, viewer()), request.args, viewer())
    months = service.by_part(
        run_id,
        unit_id,
        asked.selector,
        "month",
        question=asked.question or None,
        points=asked.points,
        viewer=viewer(),
    )
    bars = tuple(
        _charts().Bar(month.label, month.mean, month.low, month.high, month.floor == "reference")
        for month in months
        if month.mean is not None
    )
    if not bars:
        raise NotFound(gettext("There are no months to draw."))
    return _picture(_trend(bars, _theme(), gettext("Index by month"), gettext("Index with 95% interval")))


def _theme() -> str:
    return "dark" if request.args.get("theme") == "dark" else "light"


@lru_cache(maxsize=64)
def _caterpillar(bars: tuple[charts.Bar, ...], theme: str, title: str, unit: str) -> bytes:
    drawn: bytes = _charts().caterpillar(bars, theme=theme, title=title, unit=unit)
    return drawn


@lru_cache(maxsize=64)
def _trend(bars: tuple[charts.Bar, ...], theme: str, title: str, unit: str) -> bytes:
    drawn: bytes = _charts().trend(bars, theme=theme, title=title, unit=unit)
    return drawn


def _picture(data: bytes) -> Response:
    return downloads.picture(data, "svg", seconds=60)
