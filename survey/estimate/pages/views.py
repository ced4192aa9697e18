"""Pages of results: rounds and their computations, indices of all units, one unit's number opened."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response as BaseResponse

from survey.base import tables
from survey.base.errors import NotFound
from survey.base.people.guard import allow, viewer
from survey.base.people.roles import Role
from survey.base.store import jobs
from survey.base.store.jobs import Progress
from survey.base.web import menu
from survey.estimate import service
from survey.estimate.pages import chart_views, filters
from survey.estimate.pages.filters import FAULT_NAMES, FLOOR_NAMES, SOURCE_NAMES
from survey.estimate.values import POINTS_TABLES
from survey.units import service as units

blueprint = Blueprint("estimate", __name__)
READERS = (Role.OFFICE, Role.STATISTICIAN, Role.AUDITOR, Role.UNIT_MANAGER)
KEEPERS = (Role.OFFICE, Role.STATISTICIAN)
MENU = [menu.Entry(_("Results"), "estimate.rounds", frozenset(READERS), 60)]
MIME = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@blueprint.context_processor
def _names() -> dict[str, Any]:
    settings = current_app.extensions["settings"]
    return {
        "source_names": SOURCE_NAMES,
        "floor_names": FLOOR_NAMES,
        "fault_names": FAULT_NAMES,
        "floors": (settings.floor_hidden, settings.floor_reference),
        "may_compute": viewer().has(Role.ADMIN, *KEEPERS),
    }


@blueprint.get("/estimate")
@allow(*READERS)
def rounds() -> str:
    found = [(round_, service.latest_run(round_.id)) for round_ in units.rounds()]
    return render_template("estimate/rounds.html", rounds=found)


@blueprint.post("/estimate/round/<int:round_id>/compute")
@allow(*KEEPERS)
def compute(round_id: int) -> BaseResponse:
    round_, who = units.round_(round_id), viewer()

    def work(progress: Progress) -> str:
        run = service.compute(round_id, viewer=who, progress=progress)
        return f"/estimate/{run.id}"

    job = jobs.start(gettext("Computing %(round)s", round=round_.name), work, user_id=who.user_id)
    return redirect(url_for("house.job", job_id=job))


@blueprint.get("/estimate/round/<int:round_id>")
@allow(Role.OFFICE, Role.STATISTICIAN, Role.AUDITOR)
def runs(round_id: int) -> str:
    return render_template("estimate/runs.html", round=units.round_(round_id), runs=service.runs(round_id))


@blueprint.get("/estimate/compare")
@allow(Role.OFFICE, Role.STATISTICIAN, Role.AUDITOR)
def compare() -> str:
    before, after = (service.run(request.args.get(name, 0, type=int)) for name in ("before", "after"))
    asked = filters.asked_of(after, request.args)
    found = service.compare(before.id, after.id, source=asked.source, points=asked.points, viewer=viewer())
    names = {unit.id: unit for unit in units.units(active_only=False)}
    return render_template(
        "estimate/compare.html",
        round=units.round_(after.round_id),
        before=before,
        after=after,
        asked=asked,
        lines=[(names[line.unit_id], line) for line in found if line.unit_id in names],
        sources=service.sources_of(after.id),
    )


@blueprint.get("/estimate/<int:run_id>")
@allow(*READERS)
def indices(run_id: int) -> str:
    run = service.run(run_id)
    asked = filters.asked_of(run, request.args)
    lines = filters.lines(run, asked, viewer())
    return render_template(
        "estimate/indices.html",
        run=run,
        round=units.round_(run.round_id),
        is_latest=service.latest_run(run.round_id) == run,
        asked=asked,
        lines=lines,
        charts=chart_views.classes_of(lines),
        classes=units.classes(),
        sources=service.sources_of(run_id),
        questions=filters.question_choices(run_id, asked.source),
        points_tables=POINTS_TABLES,
        faults=_faults(run_id, asked.source),
        spread=service.panel_spread(run_id) if asked.source == "panel" else None,
    )


def _faults(run_id: int, source: str) -> list[Any]:
    """Faults by kind, each with its units' names."""
    names = {unit.id: unit.name for unit in units.units(active_only=False)}
    windows = {window.id: window.name for window in units.windows()} if source == "counter" else {}
    return [
        (fault, names.get(fault.unit_id, ""), windows.get(fault.place, fault.place), fault.part)
        for fault in service.faults(run_id, source, viewer=viewer())
    ]


@blueprint.get("/estimate/<int:run_id>/indices.<any(csv, xlsx):kind>")
@allow(*READERS)
def download(run_id: int, kind: str) -> Response:
    run = service.run(run_id)
    asked = filters.asked_of(run, request.args)
    heading, rows = filters.table(filters.lines(run, asked, viewer()), asked.source)
    title = units.round_(run.round_id).name
    data = tables.write_csv(heading, rows) if kind == "csv" else tables.write_xlsx({title: (heading, rows)})
    name = f"indices-{run.id}-{asked.source}.{kind}"
    return Response(data, mimetype=MIME[kind], headers={"Content-Disposition": f"attachment; filename={name}"})


@blueprint.get("/estimate/<int:run_id>/unit/<int:unit_id>")
@allow(*READERS)
def unit(run_id: int, unit_id: int) -> str:
    who, run = viewer(), service.run(run_id)
    who.require(unit_id, gettext("There is no such unit."))
    asked = filters.asked_of(run, request.args)
    chosen: dict[str, Any] = {"question": asked.question or None, "points": asked.points, "viewer": who}
    found = service.indices(run_id, source=asked.source, **chosen)
    index = next((line for line in found if line.unit_id == unit_id), None)
    if index is None:
        raise NotFound(gettext("This source says nothing about this unit."))
    parts = {
        name: service.by_part(run_id, unit_id, asked.source, name, **chosen) for name in ("month", "window", "group")
    }
    return render_template(
        "estimate/unit.html",
        run=run,
        round=units.round_(run.round_id),
        unit=units.unit(unit_id),
        index=index,
        asked=asked,
        sources=service.sources_of(run_id),
        questions=filters.question_choices(run_id, asked.source),
        question_names=filters.question_names(),
        points_tables=POINTS_TABLES,
        strata=service.breakdown(run_id, unit_id, asked.source, **chosen),
        parts_of=parts,
        windows={str(window.id): window.name for window in units.windows(unit_id)},
        by_question=service.by_question(run_id, unit_id, asked.source, points=asked.points, viewer=who),
    )
