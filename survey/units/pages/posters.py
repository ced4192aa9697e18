"""Choosing counters and printing their posters."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from survey.base import clock
from survey.base.people.guard import allow, viewer
from survey.base.people.roles import Role
from survey.base.store import jobs, kept_files
from survey.base.web import downloads, reach
from survey.units import service

blueprint = Blueprint("posters", __name__)
PRINTERS = (Role.OFFICE, Role.UNIT_MANAGER, Role.STATISTICIAN)
#: more take longer than a page may
AT_ONCE = 20


def _chosen() -> tuple[list[service.Window], dict[int, service.Unit]]:
    """The open counters that the filters leave, and the units that this person may see."""
    units = {unit.id: unit for unit in service.units(viewer())}
    words = request.values.get("q", "").casefold().split()
    unit_id = request.values.get("unit", 0, type=int)
    class_code = request.values.get("class", "")
    found = [
        window
        for window in service.windows()
        if window.active
        and window.unit_id in units
        and unit_id in (0, window.unit_id)
        and class_code in ("", units[window.unit_id].class_code)
        and all(word in f"{window.code} {window.name} {units[window.unit_id].name}".casefold() for word in words)
    ]
    return sorted(found, key=lambda window: (units[window.unit_id].code, window.code)), units


@blueprint.get("/posters")
@allow(*PRINTERS)
def choose() -> str:
    windows, units = _chosen()
    return render_template(
        "units/posters.html",
        windows=windows,
        units=units,
        codes=service.standing([window.id for window in windows], clock.today()),
        classes=service.classes(),
        asked={name: request.args.get(name, "") for name in ("q", "unit", "class")},
    )


@blueprint.post("/posters")
@allow(*PRINTERS)
def make() -> Response | BaseResponse:
    reach.require_meant()
    windows, _ = _chosen()
    ticked = set(request.form.getlist("window", type=int))
    wanted = [window.id for window in windows if not ticked or window.id in ticked]
    found = service.posters_of(wanted, clock.today())
    kind = request.form.get("kind") if request.form.get("kind") in service.KINDS else service.KINDS[0]
    if not found:
        flash(gettext("None of these counters has a code. Open the counter and issue one."), "danger")
        return redirect(url_for(".choose"))
    if len(found) <= AT_ONCE:
        return _pdf(service.poster_pdf(found, str(kind)))
    ready = url_for(".ready", name="-")

    def work(progress: jobs.Progress) -> str:
        return ready[:-1] + kept_files.keep(service.poster_pdf(found, str(kind), progress))

    title = gettext("Posters for %(n)s counters", n=len(found))
    return redirect(url_for("house.job", job_id=jobs.start(title, work, user_id=viewer().user_id)))


@blueprint.get("/posters/ready/<name>")
@allow(*PRINTERS)
def ready(name: str) -> str:
    return render_template("units/posters_ready.html", name=name, size=len(kept_files.take(name)))


@blueprint.get("/posters/<name>.pdf")
@allow(*PRINTERS)
def file(name: str) -> Response:
    return _pdf(kept_files.take(name))


def _pdf(data: bytes) -> Response:
    return downloads.attachment(data, gettext("posters") + ".pdf")
