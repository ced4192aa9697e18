"""Pages of results: rounds and their computations, indices of all units, one unit's number opened."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response as BaseResponse

from survey.base import settings
from survey.base.errors import NotFound, Refused
from survey.base.people.guard import allow, viewer
from survey.base.people.roles import Role
from survey.base.store import jobs
from survey.base.store.jobs import Progress
from survey.base.web import downloads, menu
from survey.base.web.columns import written
from survey.estimate import service
from survey.estimate.pages import chart_views, columns, evidence, filters
from survey.estimate.pages.filters import FAULT_NAMES, FLOOR_NAMES, IndicesAsked
from survey.estimate.values import Run
from survey.rounds import service as rounds_
from survey.sample import service as sample
from survey.units import service as units

blueprint = Blueprint("estimate", __name__)
READERS = (Role.OFFICE, Role.STATISTICIAN, Role.AUDITOR, Role.UNIT_MANAGER)
KEEPERS = (Role.OFFICE, Role.STATISTICIAN)
MENU = [menu.Entry(_("Results"), "estimate.rounds", frozenset(READERS), 60)]


@blueprint.context_processor
def _names() -> dict[str, Any]:
    own = settings.present()
    return {
        "floor_names": FLOOR_NAMES,
        "fault_names": FAULT_NAMES,
        "floors": (own.floor_hidden, own.floor_reference),
        "may_compute": viewer().has(Role.ADMIN, *KEEPERS),
        "may_release": viewer().has(Role.ADMIN, Role.OFFICE),
        "sees_all": viewer().sees_all,
    }


@blueprint.get("/estimate")
@allow(*READERS)
def rounds() -> str:
    found = [(round_, service.latest_run(round_.id, viewer())) for round_ in rounds_.rounds()]
    return render_template("estimate/rounds.html", rounds=found)


@blueprint.post("/estimate/round/<int:round_id>/compute")
@allow(*KEEPERS)
def compute(round_id: int) -> BaseResponse:
    round_, who = rounds_.round_(round_id), viewer()

    def work(progress: Progress) -> str:
        run = service.compute(round_id, viewer=who, progress=progress)
        return f"/estimate/{run.id}"

    job = jobs.start(gettext("Computing %(round)s", round=round_.name), work, user_id=who.user_id)
    return redirect(url_for("house.job", job_id=job))


@blueprint.get("/estimate/round/<int:round_id>")
@allow(Role.OFFICE, Role.STATISTICIAN, Role.AUDITOR)
def runs(round_id: int) -> str:
    return render_template(
        "estimate/runs.html",
        round=rounds_.round_(round_id),
        runs=service.runs(round_id),
        releases=service.releases(round_id),
    )


@blueprint.post("/estimate/<int:run_id>/release")
@allow(Role.OFFICE)
def release(run_id: int) -> BaseResponse:
    if service.release(run_id, viewer=viewer()):
        flash(gettext("Released. The rated units now see this computation."), "success")
    return redirect(url_for(".indices", run_id=run_id))


@blueprint.get("/estimate/compare")
@allow(Role.OFFICE, Role.STATISTICIAN, Role.AUDITOR)
def compare() -> str:
    before, after = (service.run(request.args.get(name, 0, type=int)) for name in ("before", "after"))
    pieces = [piece for piece in evidence.pieces_of(after) if not service.fault_in_run(before.id, piece)]
    if not pieces:
        raise Refused(gettext("The two computations have no answers in common."))
    asked = filters.asked_of(after, request.args, viewer(), pieces)
    found = service.compare(before.id, after.id, source=asked.selector, points=asked.points, viewer=viewer())
    names = {unit.id: unit for unit in units.units(active_only=False)}
    return render_template(
        "estimate/compare.html",
        round=rounds_.round_(after.round_id),
        before=before,
        after=after,
        asked=asked,
        lines=[(names[line.unit_id], line) for line in found if line.unit_id in names],
        tabs=evidence.tabs(after, asked.selector, pieces),
    )


def _chosen(run: Run, asked: IndicesAsked) -> dict[str, Any]:
    """What every page of a run's numbers says of them, and the filters to choose others."""
    return {
        "run": run,
        "round": rounds_.round_(run.round_id),
        "asked": asked,
        "tabs": evidence.tabs(run, asked.selector, evidence.pieces_of(run)),
        "narrowings": evidence.narrowings(run, asked.selector, viewer()),
        "settled": evidence.settled(run, asked.selector),
        "collections": _collections(run, asked),
        "questions": filters.question_choices(run, asked),
        "points_tables": filters.points_tables(asked),
    }


def _collections(run: Run, asked: IndicesAsked) -> list[tuple[str, str]]:
    """Title and page of each collection that the answers come from; a run of the first version may know others."""
    known = {one.id for one in rounds_.collections()}
    return [
        (one.title, url_for("rounds.collection", collection_id=one.id) if one.id in known else "")
        for one in evidence.collections_of(run, asked.selector)
    ]


@blueprint.get("/estimate/<int:run_id>")
@allow(*READERS)
def indices(run_id: int) -> str:
    run = service.run(run_id, viewer())
    asked = filters.asked_of(run, request.args, viewer())
    lines = filters.lines(run, asked, viewer())
    return render_template(
        "estimate/indices.html",
        **_chosen(run, asked),
        is_latest=service.latest_run(run.round_id, viewer()) == run,
        release=service.releases(run.round_id).get(run_id),
        lines=lines,
        columns=columns.of_page(run, asked, lines),
        withheld=columns.withheld(settings.present().floor_hidden),
        charts=chart_views.classes_of(lines),
        classes=units.classes(),
        faults=_faults(run_id, asked),
        spread=service.panel_spread(run_id, asked.selector) if asked.kind == "panel" else None,
    )


def _faults(run_id: int, asked: IndicesAsked) -> list[Any]:
    """Faults by kind, each with the names of its unit and its counter or wave."""
    names = {unit.id: unit.name for unit in units.units(active_only=False)}
    named = units.windows() if asked.kind == "counter" else sample.waves()
    places = {place.id: place.name for place in named}
    return [
        (fault, names.get(fault.unit_id, ""), places.get(fault.place, fault.place), fault.part)
        for fault in service.faults(run_id, asked.selector, viewer=viewer())
    ]


@blueprint.get("/estimate/<int:run_id>/indices.<any(csv, xlsx):kind>")
@allow(*READERS)
def download(run_id: int, kind: str) -> Response:
    run = service.run(run_id, viewer())
    asked = filters.asked_of(run, request.args, viewer())
    rows = written(columns.of_file(asked), filters.lines(run, asked, viewer()))
    title = rounds_.round_(run.round_id).name
    return downloads.table(f"indices-{run.id}-{asked.kind}", kind, rows, title=title)


@blueprint.get("/estimate/<int:run_id>/unit/<int:unit_id>")
@allow(*READERS)
def unit(run_id: int, unit_id: int) -> str:
    who = viewer()
    run = service.run(run_id, who)
    who.require(unit_id, gettext("There is no such unit."))
    asked = filters.asked_of(run, request.args, who)
    chosen: dict[str, Any] = {"question": asked.question or None, "points": asked.points, "viewer": who}
    found = service.indices(run_id, source=asked.selector, **chosen)
    index = next((line for line in found if line.unit_id == unit_id), None)
    if index is None:
        raise NotFound(gettext("This source says nothing about this unit."))
    parts = {
        name: service.by_part(run_id, unit_id, asked.selector, name, **chosen) for name in ("month", "window", "group")
    }
    return render_template(
        "estimate/unit.html",
        **_chosen(run, asked),
        unit=units.unit(unit_id),
        index=index,
        strata=service.breakdown(run_id, unit_id, asked.selector, **chosen),
        strata_columns=columns.of_strata(asked),
        stratum_class=columns.stratum_class,
        parts_of=parts,
        months_drawn=sum(month.floor != "hidden" for month in parts["month"]),
        part_columns=_part_columns(unit_id, asked),
        part_withheld=columns.part_withheld,
        by_question=service.by_question(run_id, unit_id, asked.selector, points=asked.points, viewer=who),
        shares=evidence.shares_of(run, asked.selector),
        levels=columns.of_levels(asked, index),
    )


def _part_columns(unit_id: int, asked: IndicesAsked) -> dict[str, Any]:
    """Columns of the same index by month, counter, group and question."""
    windows = {str(window.id): window.name for window in units.windows(unit_id)}
    return {
        "month": columns.of_parts(gettext("Month"), asked),
        "window": columns.of_parts(gettext("Counter"), asked, windows),
        "group": columns.of_parts(gettext("Group"), asked, evidence.group_names()),
        "question": columns.of_parts(gettext("Question"), asked, filters.question_names()),
    }
