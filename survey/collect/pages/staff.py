"""Pages for staff: what has come in, the questionnaires, imports."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import get_locale, gettext, lazy_gettext, lazy_pgettext
from werkzeug.wrappers import Response as BaseResponse

from survey.base.errors import ImportFaults, NotFound
from survey.base.people.guard import allow, viewer
from survey.base.people.roles import Role
from survey.base.store import jobs
from survey.base.web import menu
from survey.collect import service
from survey.collect.citizen.frame import blueprint, show
from survey.collect.pages import arrived
from survey.collect.pages.forms import SOURCE_NAMES, UploadForm
from survey.collect.rules import unneutral_words
from survey.collect.store.once import Content
from survey.units import service as units

READERS = (Role.OFFICE, Role.STATISTICIAN, Role.AUDITOR, Role.UNIT_MANAGER)
IMPORTERS = (Role.OFFICE, Role.STATISTICIAN)
MENU = [
    menu.Entry(lazy_gettext("Answers"), "collect.answers", frozenset(READERS), 30),
    menu.Entry(lazy_gettext("Questionnaires"), "collect.questionnaires", frozenset(READERS), 32),
]
CHANNEL_NAMES = {
    1: lazy_gettext("Computer"),
    2: lazy_gettext("Mobile"),
    3: lazy_gettext("QR code"),
    4: lazy_gettext("Hall tablet"),
    5: lazy_gettext("Other terminal"),
    6: lazy_gettext("Personal link"),
    7: lazy_gettext("System default"),
    11: lazy_gettext("Telephone"),
    12: lazy_gettext("Face to face"),
    13: lazy_gettext("Paper"),
    14: lazy_gettext("Imported file"),
}
CATEGORY_NAMES = {
    "overall": lazy_pgettext("category", "Overall"),
    "lawfulness": lazy_pgettext("category", "Lawfulness"),
    "attitude": lazy_pgettext("category", "Attitude"),
    "premises": lazy_pgettext("category", "Premises"),
    "results": lazy_pgettext("category", "Results"),
    "openness": lazy_pgettext("category", "Openness"),
    "promises": lazy_pgettext("category", "Keeping promises"),
    "integrity": lazy_pgettext("category", "Integrity"),
}
USE_NAMES = {
    "counter": lazy_gettext("At counters"),
    "poll": lazy_gettext("Sample surveys"),
    "panel": lazy_gettext("Panels"),
}


@blueprint.get("/answers")
@allow(*READERS)
def answers() -> str:
    rounds, chosen = units.rounds(), _chosen()
    arrivals = service.arrivals(chosen, viewer())
    aside, asides = service.kept_aside(chosen.round_id) if viewer().sees_all else ([], 0)
    return render_template(
        "collect/answers.html",
        arrivals=arrivals,
        chosen=chosen,
        rounds=rounds,
        units=units.units(viewer()),
        unit_names={unit.id: unit.name for unit in units.units(active_only=False)},
        window_names={window.id: window.name for window in units.windows()},
        aside=aside,
        asides=asides,
        source_names=SOURCE_NAMES,
        channel_names=CHANNEL_NAMES,
        chart=_chart(arrivals.by_day),
        tags=service.all_tags(),
        language=str(get_locale()),
        level_lines=arrived.lines(arrivals.levels),
        level_columns=arrived.columns(SOURCE_NAMES),
        withheld=arrived.withheld(_floor()),
        may_import=viewer().has(*IMPORTERS, Role.ADMIN),
    )


def _floor() -> int:
    """Answers below which nothing about a unit is shown; those who run the round see all."""
    floor: int = current_app.extensions["settings"].floor_hidden
    return 1 if viewer().sees_all else floor


def _chosen() -> service.Chosen:
    """The filters in the address; the newest round unless another is named."""
    rounds = units.rounds()
    asked = request.args.get("round", type=int)
    newest = max(rounds, key=lambda found: found.opens_on).id if rounds else None
    unit_id = request.args.get("unit", type=int)
    source = request.args.get("source", "")
    return service.Chosen(
        round_id=asked if asked is not None else newest,
        source=source if source in SOURCE_NAMES else "",
        unit_ids=None if unit_id is None else frozenset({unit_id}),
        from_day=_day("from"),
        to_day=_day("to"),
    )


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None


def _chart(by_day: tuple[tuple[date, int], ...]) -> dict[str, Any] | None:
    """Bars of answers a day, in the coordinates of a drawing 1000 wide and 100 high."""
    if len(by_day) < 2:
        return None
    first, last = by_day[0][0], by_day[-1][0]
    days = (last - first).days + 1
    most = max(number for _day, number in by_day)
    step = 1000 / days
    bars = [
        {
            "x": round((day - first).days * step, 2),
            "y": round(100 - 100 * number / most, 2),
            "width": round(max(step * 0.8, 0.6), 2),
            "height": round(100 * number / most, 2),
            "day": day,
            "number": number,
        }
        for day, number in by_day
    ]
    return {"bars": bars, "first": first, "last": last, "most": most}


@blueprint.get("/questionnaires")
@allow(*READERS)
def questionnaires() -> str:
    words = request.args.get("words", "")[:2000]
    return render_template(
        "collect/questionnaires.html",
        editions=list(service.editions().values()),
        use_names=USE_NAMES,
        language=str(get_locale()),
        words=words,
        leaning=unneutral_words(words),
    )


@blueprint.get("/questionnaires/<code>/<int:version>")
@allow(*READERS)
def show_questionnaire(code: str, version: int) -> str:
    return render_template(
        "collect/questionnaire.html",
        form=service.questionnaire(code, version),
        category_names=CATEGORY_NAMES,
        use_names=USE_NAMES,
        language=str(get_locale()),
    )


@blueprint.get("/questionnaires/<code>/<int:version>/preview")
@allow(*READERS)
def preview(code: str, version: int) -> BaseResponse:
    """The form as citizens see it, at a counter that does not exist; it cannot be sent."""
    form = service.questionnaire(code, version)
    if form.use != "counter":
        raise NotFound(gettext("Only counter forms have a preview; the others depend on the person asked."))
    unit, window = gettext("Name of the body"), gettext("Name of the counter")
    place = units.Place("", 0, window, 0, unit, code, withdrawn=False)
    return show("rate.html", place=place, form=form, token="preview", content=Content(), notice=None)  # noqa: S106  # no secret: a preview cannot be sent


@blueprint.route("/answers/import", methods=["GET", "POST"])
@allow(*IMPORTERS)
def import_answers() -> str | BaseResponse | tuple[str, int]:
    form = UploadForm()
    if not form.validate_on_submit():
        return render_template("collect/import.html", form=form)
    data, choice = form.file.data.read(), form.choice()
    try:
        plan = service.check_ratings(data, choice)
    except ImportFaults as error:
        return render_template("collect/import.html", form=form, refused=error), 422
    name = service.keep_upload(data, choice)
    return render_template(
        "collect/import_ready.html",
        plan=plan,
        upload=name,
        round=units.round_(choice.round_id),
        source_name=SOURCE_NAMES[choice.source],
    )


@blueprint.post("/answers/import/<upload>")
@allow(*IMPORTERS)
def confirm_import(upload: str) -> BaseResponse:
    actor, done = viewer().username, url_for(".answers", source=request.form.get("source"))

    def work(progress: jobs.Progress) -> str:
        service.import_kept_ratings(upload, actor=actor)
        return done

    job = jobs.start(gettext("Import of ratings"), work, user_id=viewer().user_id)
    flash(gettext("The import has begun; its answers appear here when it is done."), "info")
    return redirect(url_for("house.job", job_id=job))
