"""Pages of waves: list, plan, draw, fieldwork, record. Cases and links have pages of their own in `case_pages`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from survey.base import clock, tables
from survey.base.errors import Refused
from survey.base.people.guard import allow, viewer
from survey.base.people.roles import Role
from survey.base.store import jobs
from survey.base.store.jobs import Progress
from survey.base.web import menu
from survey.sample import service
from survey.sample.pages.forms import KINDS, QUESTIONNAIRES, DesignForm, SeedForm, WaveForm
from survey.units import service as units

blueprint = Blueprint("sample", __name__)
#: who may follow a wave; its cases and links stay with the statistician
SEES = (Role.OFFICE, Role.STATISTICIAN, Role.AUDITOR)
MENU = [menu.Entry(lazy_gettext("Samples"), "sample.index", frozenset(SEES), 20)]
STATES = {
    "draft": lazy_gettext("Being planned"),
    "drawn": lazy_gettext("Drawn"),
    "open": lazy_gettext("Fieldwork running"),
    "closed": lazy_gettext("Closed"),
}
#: a larger sample than this is drawn beside the request
MANY_CASES = 3_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.app_context_processor
def _words() -> dict[str, Any]:
    return {
        "wave_states": STATES,
        "wave_kinds": KINDS,
        "wave_questionnaires": QUESTIONNAIRES,
        "disposition_names": service.DISPOSITION_NAMES,
    }


@blueprint.get("/sample")
@allow(*SEES)
def index() -> str:
    rounds = {found.id: found for found in units.rounds()}
    chosen = request.args.get("round", type=int)
    lines = [(wave, service.overall(service.strata(wave.id))) for wave in service.waves(chosen)]
    return render_template("sample/waves.html", lines=lines, rounds=rounds, chosen=chosen)


@blueprint.route("/sample/waves/new", methods=["GET", "POST"])
@allow(Role.STATISTICIAN)
def add() -> str | BaseResponse:
    today = clock.today()
    form = WaveForm(
        frame_id=request.args.get("frame_id", type=int), opens_on=today, closes_on=today + timedelta(days=30)
    )
    if not form.frame_id.choices:
        flash(gettext("Import a frame first: a wave is drawn from it."), "info")
        return redirect(url_for(".frames.upload"))
    if form.validate_on_submit():
        values = {name: value for name, value in form.data.items() if name != "csrf_token"}
        try:
            made = service.add_wave(values.pop("name"), **values)
        except Refused as error:
            form.name.errors = [error.message]
        else:
            return redirect(url_for(".design", wave_id=made.id))
    return render_template("sample/wave_new.html", form=form)


@blueprint.get("/sample/waves/<int:wave_id>")
@allow(*SEES)
def show(wave_id: int) -> str:
    wave = service.wave(wave_id)
    fields = service.strata(wave_id)
    return render_template(
        "sample/wave.html",
        wave=wave,
        fields=fields,
        whole=service.overall(fields),
        weights=service.wave_design(wave_id) if wave.state != "draft" else None,
        design=service.SampleDesign.from_json(wave.design) if wave.design else None,
        design_hash=service.design_hash(wave.design) if wave.design else "",
        form=SeedForm(),
    )


@blueprint.route("/sample/waves/<int:wave_id>/design", methods=["GET", "POST"])
@allow(Role.STATISTICIAN)
def design(wave_id: int) -> str | BaseResponse:
    """Plan by GET, so that a plan has an address; lock it by POST."""
    wave = service.wave(wave_id)
    if wave.design is not None:
        return redirect(url_for(".show", wave_id=wave_id))
    found = service.frame(wave.frame_id)
    values = request.form if request.method == "POST" else request.args
    if "total" not in values:
        values = MultiDict(_first_plan(found))
    form = DesignForm(found.columns, formdata=values)
    if wave.kind == "panel":
        choice: service.DesignChoice | None = service.DesignChoice(method="census", reserve_share=0)
    else:
        choice = form.choice(_deviations(values)) if form.validate() else None
    plan, fault = _try(wave, choice)
    if request.method == "POST" and choice and plan:
        service.lock_design(wave_id, choice)
        flash(gettext("The design is locked. Publish its number, then draw with the announced seed."), "success")
        return redirect(url_for(".show", wave_id=wave_id))
    return render_template("sample/design.html", wave=wave, frame=found, form=form, plan=plan, fault=fault)


def _first_plan(frame: service.Frame) -> dict[str, Any]:
    """Where planning begins: the first column, 600 cases or half of a short list."""
    return {
        "first": frame.columns[0] if frame.columns else "",
        "second": "",
        "method": "proportional",
        "total": min(600, max(frame.cases // 2, 1)),
        "minimum": min(30, max(frame.cases // 40, 1)),
        "reserve": 20,
    }


def _deviations(values: Mapping[str, str]) -> dict[str, float]:
    """Standard deviations by stratum from fields named `sd:…`; what is no positive number counts as not given."""
    found: dict[str, float] = {}
    for name, text in values.items():
        if name.startswith("sd:"):
            try:
                number = float(text)
            except ValueError:
                continue
            if 0 < number <= 100:
                found[name.removeprefix("sd:")] = number
    return found


def _try(wave: service.Wave, choice: service.DesignChoice | None) -> tuple[service.Plan | None, Refused | None]:
    if choice is None:
        return None, None
    try:
        return service.plan(wave.frame_id, choice), None
    except Refused as error:
        return None, error


@blueprint.post("/sample/waves/<int:wave_id>/draw")
@allow(Role.STATISTICIAN)
def draw(wave_id: int) -> BaseResponse:
    """Draw at once, or beside the request where thousands of links have to be made."""
    form, wave, here = SeedForm(), service.wave(wave_id), url_for(".show", wave_id=wave_id)
    seed = form.seed.data or ""
    if form.validate_on_submit() and wave.design and wave.design["total"] > MANY_CASES:

        def work(progress: Progress) -> str:
            service.draw(wave_id, seed)
            return here

        title = gettext("Drawing %(name)s", name=wave.name)
        return redirect(url_for("house.job", job_id=jobs.start(title, work, user_id=viewer().user_id)))
    if form.validate_on_submit():
        service.draw(wave_id, seed)
        flash(gettext("The sample is drawn."), "success")
    else:
        flash(" ".join(str(error) for error in form.seed.errors), "danger")
    return redirect(url_for(".show", wave_id=wave_id))


@blueprint.post("/sample/waves/<int:wave_id>/open")
@allow(Role.STATISTICIAN)
def open_wave(wave_id: int) -> BaseResponse:
    service.open_wave(wave_id)
    flash(gettext("The wave is open: personal links work now."), "success")
    return redirect(url_for(".show", wave_id=wave_id))


@blueprint.post("/sample/waves/<int:wave_id>/close")
@allow(Role.STATISTICIAN)
def close_wave(wave_id: int) -> BaseResponse:
    service.close_wave(wave_id)
    flash(gettext("The wave is closed and its links are destroyed."), "success")
    return redirect(url_for(".show", wave_id=wave_id))


@blueprint.post("/sample/waves/<int:wave_id>/remove")
@allow(Role.STATISTICIAN)
def remove(wave_id: int) -> BaseResponse:
    service.remove_wave(wave_id)
    flash(gettext("The wave has been deleted."), "success")
    return redirect(url_for(".index"))


@blueprint.post("/sample/waves/<int:wave_id>/reserve")
@allow(Role.STATISTICIAN)
def call_up(wave_id: int) -> BaseResponse:
    count = request.form.get("count", 0, type=int)
    called = service.call_up(wave_id, request.form.get("stratum", ""), count)
    flash(gettext("%(n)s reserve cases were called up, in the order of the draw.", n=called), "success")
    return redirect(url_for(".show", wave_id=wave_id))


@blueprint.get("/sample/waves/<int:wave_id>/record")
@allow(*SEES)
def record(wave_id: int) -> str:
    found = service.record(wave_id)
    comparison = service.repeat(wave_id) if request.args.get("check") else None
    return render_template("sample/record.html", wave=service.wave(wave_id), record=found, comparison=comparison)


@blueprint.get("/sample/waves/<int:wave_id>/record.json")
@allow(*SEES)
def record_file(wave_id: int) -> Response:
    text = json.dumps(service.record(wave_id), ensure_ascii=False, indent=2)
    return _download(text.encode(), f"draw-record-{wave_id}.json", "application/json")


@blueprint.get("/sample/waves/<int:wave_id>/weights.<any(csv, xlsx):kind>")
@allow(*SEES)
def weights(wave_id: int, kind: str) -> Response:
    found = service.wave_design(wave_id)
    header = [
        gettext("Stratum"),
        gettext("Population"),
        gettext("Asked"),
        gettext("Eligible"),
        gettext("Responses"),
        gettext("Design weight"),
        gettext("Nonresponse factor"),
        "RR1",
        "RR2",
    ]
    columns = (
        found.population,
        found.sampled,
        found.eligible,
        found.responded,
        found.design_weight,
        found.nonresponse_factor,
        found.rr1,
        found.rr2,
    )
    numbers = zip(*(column.tolist() for column in columns), strict=True)
    rows = [
        [label, *(None if value != value else value for value in line)]
        for label, line in zip(found.strata, numbers, strict=True)
    ]
    if kind == "xlsx":
        return _download(tables.write_xlsx({gettext("Weights"): (header, rows)}), f"weights-{wave_id}.xlsx", XLSX)
    return _download(tables.write_csv(header, rows), f"weights-{wave_id}.csv", "text/csv")


def _download(data: bytes, name: str, kind: str) -> Response:
    return Response(data, mimetype=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
