"""Uploads of units, counters and caseload: choose a file, read what it would do, confirm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.wrappers import Response as BaseResponse

from survey.base import clock
from survey.base.errors import ImportFaults, NotFound
from survey.base.people.guard import allow
from survey.base.people.roles import Role
from survey.base.store import kept_files
from survey.base.web import downloads
from survey.units import service
from survey.units.pages import exports
from survey.units.pages.forms import UnitsFileForm
from survey.units.pages.period import twelve_months_before

blueprint = Blueprint("imports", __name__)
LINES_SHOWN = 200


@dataclass(frozen=True)
class TableKind:
    """One kind of upload."""

    title: Any
    columns: Any
    carry_out: Callable[[bytes, bool], service.UnitPlan]


KINDS = {
    "units": TableKind(
        lazy_gettext("Upload units"),
        lazy_gettext(
            "Columns: code and name of the unit; if wanted, code and name of its class, code of the unit above."
        ),
        service.import_units,
    ),
    "counters": TableKind(
        lazy_gettext("Upload counters"),
        lazy_gettext("Columns: code of the unit, code and name of the counter; if wanted, its questionnaire."),
        service.import_windows,
    ),
    "caseload": TableKind(
        lazy_gettext("Upload caseload"),
        lazy_gettext(
            "Columns: code of the counter, month like 2026-03, number of cases. Lines without a number are left out."
        ),
        service.import_caseload,
    ),
}


def _kind(name: str) -> TableKind:
    if name not in KINDS:
        raise NotFound(gettext("There is no such upload."))
    return KINDS[name]


@blueprint.route("/units/upload/<kind>", methods=["GET", "POST"])
@allow(Role.OFFICE)
def upload(kind: str) -> str | BaseResponse | tuple[str, int]:
    chosen = _kind(kind)
    form = UnitsFileForm()
    page: dict[str, Any] = {"kind": kind, "title": chosen.title, "columns": chosen.columns, "form": form}
    if not form.validate_on_submit():
        return render_template("units/upload.html", **page)
    data = form.file.data.read()
    try:
        plan = chosen.carry_out(data, True)
    except ImportFaults as error:
        return render_template("units/upload.html", **page, refused=error), error.status
    kept = kept_files.keep(data) if plan.total else ""
    return render_template("units/upload.html", **page, plan=plan, kept=kept, shown=LINES_SHOWN)


@blueprint.post("/units/upload/<kind>/confirm")
@allow(Role.OFFICE)
def confirm(kind: str) -> BaseResponse:
    chosen, kept = _kind(kind), request.form.get("kept", "")
    plan = chosen.carry_out(kept_files.take(kept), False)
    kept_files.drop(kept)
    words = gettext("Stored: %(added)s added, %(changed)s changed.", added=len(plan.added), changed=len(plan.changed))
    flash(words, "success")
    return redirect(url_for("units.listing"))


@blueprint.get("/units/download/<kind>.<ending>")
@allow(Role.OFFICE, Role.STATISTICIAN)
def table(kind: str, ending: str) -> Response:
    """What is stored, in the shape of an upload; for caseload the last twelve months."""
    _kind(kind)
    today = clock.today()
    tables: dict[str, Callable[[], exports.Table]] = {
        "units": exports.units_table,
        "counters": exports.windows_table,
        "caseload": lambda: exports.caseload_table(twelve_months_before(today), today),
    }
    return downloads.table(kind, ending, tables[kind]())
