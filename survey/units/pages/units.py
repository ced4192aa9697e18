"""Pages of units: the list, one unit, its caseload. The pages of counters, posters and uploads hang below."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.wrappers import Response as BaseResponse

from survey.base import clock
from survey.base.errors import Refused
from survey.base.people.guard import allow, viewer
from survey.base.people.roles import Role
from survey.base.web import downloads, menu
from survey.base.web.columns import Column
from survey.base.web.presentation import page_url
from survey.units import service
from survey.units.pages.counters import READERS
from survey.units.pages.exports import caseload_table
from survey.units.pages.forms import NewUnitForm, UnitForm
from survey.units.pages.period import PART_NAMES, Period, period

blueprint = Blueprint("units", __name__)
PAGE_SIZE = 50
MENU = [
    menu.Entry(lazy_gettext("Units"), "units.listing", frozenset(READERS), 10),
    menu.Entry(
        lazy_gettext("Posters"),
        "units.posters.choose",
        frozenset({Role.OFFICE, Role.UNIT_MANAGER, Role.STATISTICIAN}),
        11,
    ),
]


@blueprint.context_processor
def _may_manage() -> dict[str, bool]:
    return {"may_manage": viewer().has(Role.OFFICE, Role.ADMIN)}


@blueprint.get("/units")
@allow(*READERS)
def listing() -> str:
    asked = {name: request.args.get(name, "") for name in ("q", "class", "sort", "state")}
    page = max(request.args.get("page", 1, type=int), 1)
    found = service.listed(
        viewer(),
        search=asked["q"],
        class_code=asked["class"],
        sort=asked["sort"] or "code",
        closed=asked["state"] == "closed",
    )
    return render_template(
        "units/list.html",
        units=found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE],
        columns=_list_columns(asked),
        total=len(found),
        page=page,
        size=PAGE_SIZE,
        asked=asked,
        classes=service.classes(),
        counters=Counter(window.unit_id for window in service.windows() if window.active),
    )


def _list_columns(asked: dict[str, str]) -> list[Column]:
    """Headings of the list; the server sorts by those that lead somewhere."""
    words = {"code": gettext("Code"), "name": gettext("Unit"), "class": gettext("Class")}
    now = asked["sort"] or "code"
    sorting = [
        Column(heading, href=page_url(".listing", **{**asked, "sort": key}), ascending=now == key)
        for key, heading in words.items()
    ]
    return [*sorting, Column(gettext("Open counters"), "number")]


@blueprint.route("/units/new", methods=["GET", "POST"])
@allow(Role.OFFICE)
def add() -> str | BaseResponse:
    form = NewUnitForm()
    if form.validate_on_submit():
        parent = next((unit.code for unit in service.units(active_only=False) if unit.id == form.parent_id.data), "")
        new = service.NewUnit(form.code.data, form.name.data, form.class_code.data, parent_code=parent)
        try:
            [unit_id] = service.add_units([new]).values()
        except Refused as error:
            form.code.errors = [error.message]
        else:
            flash(gettext("The unit has been added."), "success")
            return redirect(url_for(".show", unit_id=unit_id))
    return render_template("units/edit.html", form=form, unit=None)


@blueprint.get("/units/<int:unit_id>")
@allow(*READERS)
def show(unit_id: int) -> str:
    unit = _seen(unit_id)
    windows = service.windows(unit_id)
    known = {other.id: other for other in service.units(viewer(), active_only=False)}
    return render_template(
        "units/unit.html",
        unit=unit,
        parent=known.get(unit.parent_id or 0),
        children=[other for other in known.values() if other.parent_id == unit_id],
        windows=windows,
        codes=service.standing([window.id for window in windows], clock.today()),
    )


@blueprint.route("/units/<int:unit_id>/edit", methods=["GET", "POST"])
@allow(Role.OFFICE)
def edit(unit_id: int) -> str | BaseResponse:
    unit = service.unit(unit_id)
    form = UnitForm(data={**vars(unit), "parent_id": unit.parent_id or 0}, unit_id=unit_id)
    if form.validate_on_submit():
        try:
            service.change_unit(
                unit_id,
                name=form.name.data,
                class_code=form.class_code.data,
                parent_id=form.parent_id.data or None,
                active=form.active.data,
            )
        except Refused as error:
            form.parent_id.errors = [error.message]
        else:
            flash(gettext("Saved."), "success")
            return redirect(url_for(".show", unit_id=unit_id))
    return render_template("units/edit.html", form=form, unit=unit)


@blueprint.get("/units/<int:unit_id>/caseload")
@allow(*READERS)
def caseload(unit_id: int) -> str:
    unit = _seen(unit_id)
    years = _years(unit_id)
    chosen = _period(years)
    months = list(service.months_between(chosen.first, chosen.last))
    known = service.caseload(chosen.first, chosen.last, unit_id)
    cells = {(cell.window_id, cell.month): cell.cases for cell in known}
    windows = service.windows(unit_id)
    told = [window for window in windows if window.active or any((window.id, month) in cells for month in months)]
    totals = _totals(cells)
    over = [month for month in months if month < clock.today().replace(day=1)]  # nobody can know the others' cases yet
    return render_template(
        "units/caseload.html",
        unit=unit,
        windows=told,
        months=months,
        columns=_caseload_columns(told, cells, totals),
        totals=totals,
        years=[(year, year) for year in years],
        parts_of_year=PART_NAMES,
        chosen=chosen,
        missing=sum((window.id, month) not in cells for window in told if window.active for month in over),
    )


def _caseload_columns(
    windows: Sequence[service.Window], cells: Mapping[tuple[int, date], int], totals: Counter[int | date | str]
) -> list[Column]:
    """A column for each counter, a line for each month."""

    def of_window(window: service.Window) -> Column:
        address = url_for(".counters.show", window_id=window.id)
        return Column(window.name, "number", lambda month: cells.get((window.id, month)), digits=0, href=address)

    return [
        Column(gettext("Month"), value=lambda month: f"{month:%Y-%m}", more="text-nowrap"),
        *(of_window(window) for window in windows),
        Column(gettext("All counters"), "number", lambda month: totals[month], digits=0, more="fw-semibold"),
    ]


@blueprint.get("/units/<int:unit_id>/caseload.<kind>")
@allow(*READERS)
def caseload_file(unit_id: int, kind: str) -> Response:
    unit = _seen(unit_id)
    chosen = _period(_years(unit_id))
    return downloads.table(f"caseload-{unit.code}", kind, caseload_table(chosen.first, chosen.last, unit_id))


def _totals(cells: dict[tuple[int, date], int]) -> Counter[int | date | str]:
    """Cases by counter, by month and in all."""
    totals: Counter[int | date | str] = Counter()
    for (window_id, month), cases in cells.items():
        totals.update({window_id: cases, month: cases, "all": cases})
    return totals


def _seen(unit_id: int) -> service.Unit:
    viewer().require(unit_id, gettext("There is no such unit."))
    return service.unit(unit_id)


def _years(unit_id: int) -> list[int]:
    """Years that can be looked at, newest first: the present one, the one before, and those with known cases."""
    this = clock.today().year
    known = {cell.month.year for cell in service.caseload(date.min, date.max, unit_id)}
    return sorted({this, this - 1, *known}, reverse=True)


def _period(years: Sequence[int]) -> Period:
    """The period that the address names."""
    asked = request.args.get("year", type=int)
    return period(asked, request.args.get("part", ""), years=years, today=clock.today())
