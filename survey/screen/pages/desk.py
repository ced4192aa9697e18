"""The decision desk, and the page on which a citizen sees what became of an answer."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, current_app, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.wrappers import Response as BaseResponse

from survey.base.people.guard import allow, public, viewer
from survey.base.people.roles import Role
from survey.base.web import languages, menu
from survey.base.web.columns import options
from survey.base.web.notices import NOTICES
from survey.base.web.presentation import page_url
from survey.collect import service as collect
from survey.followup import service as followup
from survey.questions import service as questions
from survey.rounds import service as rounds
from survey.screen import service
from survey.screen.pages.forms import ReasonForm
from survey.units import service as units

blueprint = Blueprint("screen", __name__)
DESK = service.DECIDING
MENU = [menu.Entry(lazy_gettext("Screening"), "screen.desk", frozenset({*DESK, Role.AUDITOR}), 50)]
PAGE = 50
TWO_PEOPLE = 2
STATE_NAMES = {
    "counted": lazy_gettext("counted"),
    "held": lazy_gettext("held for review"),
    "excluded": lazy_gettext("excluded"),
}
#: states that a list can be cut to: everything else counts
APART = ("held", "excluded")
DEED_NAMES = {
    "hold": lazy_gettext("Hold"),
    "release": lazy_gettext("Release"),
    "exclude": lazy_gettext("Exclude"),
}
#: all there is, whether a round selects it or not
EVERYTHING = "all"


@blueprint.context_processor
def _names() -> dict[str, object]:
    return {
        "state_names": STATE_NAMES,
        "deed_names": DEED_NAMES,
        "source_names": questions.SOURCE_NAMES,
        "level_words": _level_words,
    }


def _level_words(line: collect.ResponseLine) -> str:
    """The level of an answer in the words of its own form; a dash where there is none."""
    return questions.level_words(line.questionnaire, line.level, "en" if languages.is_english() else "zh")


@blueprint.get("/screen")
@allow(*DESK, Role.AUDITOR)
def desk() -> str:
    """The answers that a round selects, or all there are."""
    meant = None if request.args.get("round") == EVERYTHING else _round_meant()
    selection = rounds.selection(meant) if meant else rounds.everything()
    of_round = {one.id: one for one in rounds.collections() if one.id in selection.collection_ids}
    chosen, page = _chosen(selection, of_round), max(request.args.get("page", 1, type=int), 1)
    lines, total = service.answers(chosen, selection, page=page, size=PAGE)
    pending = service.pending()
    return render_template(
        "screen/desk.html",
        rounds=[*options(rounds.rounds()), (EVERYTHING, gettext("All answers, in a round or in none"))],
        round_id=meant.id if meant else EVERYTHING,
        collections=of_round,
        kinds=[(kind, words) for kind, words in questions.SOURCE_NAMES.items() if kind in _kinds(of_round)],
        units=units.units(viewer()),
        names={unit.id: unit.name for unit in units.units(viewer(), active_only=False)},
        windows={window.id: window.name for window in units.windows()},
        lines=lines,
        standing=service.standings([line.key for line in lines]),
        totals=service.totals(selection),
        waiting=len(pending),
        proposed={one.key for one in pending},
        form=ReasonForm(),
        page=page,
        size=PAGE,
        total=total,
        unit_id=request.args.get("unit", type=int),
        state=chosen.state,
    )


def _round_meant() -> rounds.Round | None:
    return rounds.round_meant(request.args.get("round", type=int))


def _chosen(selection: rounds.Selection, of_round: Mapping[int, rounds.Collection]) -> collect.Chosen:
    """What of a selection the address asks for."""
    state, kind = request.args.get("state", ""), request.args.get("source", "")
    unit_id, number = request.args.get("unit", type=int), request.args.get("collection", type=int)
    among = [one.id for one in of_round.values() if kind in ("", one.kind) and number in (None, one.id)]
    return collect.Chosen(
        selection=selection,
        collection_ids=among if kind or number else None,
        unit_ids=[unit_id] if unit_id else None,
        state=state if state in APART else "",
    )


def _kinds(collections: Mapping[int, rounds.Collection]) -> set[str]:
    return {one.kind for one in collections.values()}


@blueprint.post("/screen/hold")
@allow(*DESK)
def hold() -> BaseResponse:
    form = ReasonForm()
    if form.validate_on_submit():
        held = service.hold(request.form.getlist("key"), form.reason.data, viewer())
        flash(_proposed(held), "success")
    else:
        flash(" ".join(str(words) for errors in form.errors.values() for words in errors), "danger")
    return redirect(page_url(".desk", **request.args.to_dict()))


def _proposed(held: int) -> str:
    """What became of a wish to hold: it counts until somebody else has looked."""
    return str(gettext("%(n)s answers are proposed to be held; they count until a second person confirms.", n=held))


@blueprint.get("/screen/waiting")
@allow(*DESK, Role.AUDITOR)
def waiting() -> str:
    """Proposals, those of others first to decide; one unit or one kind of them, where the address says so."""
    kind, unit_id = request.args.get("kind", ""), request.args.get("unit", type=int)
    pending = service.pending()
    lines = {line.key: line for line in collect.lines_of([decision.key for decision in pending])}
    names = {unit.id: unit.name for unit in units.units(active_only=False)}
    about = {line.unit_id for line in lines.values() if line.unit_id}
    shown = [
        one
        for one in pending
        if kind in ("", one.kind) and (unit_id is None or (one.key in lines and lines[one.key].unit_id == unit_id))
    ]
    return render_template(
        "screen/waiting.html",
        pending=shown,
        lines=lines,
        names=names,
        me=viewer().username,
        may_decide=viewer().has(*DESK, Role.ADMIN),
        alone=len(service.deciders()) < TWO_PEOPLE,
        kind=kind,
        unit_id=unit_id,
        about=[(number, names[number]) for number in sorted(about)],
    )


@blueprint.post("/screen/decisions")
@allow(*DESK)
def decide_many() -> BaseResponse:
    """Confirm or reject the chosen proposals together."""
    chosen = [int(number) for number in request.form.getlist("decision") if number.isdecimal()]
    confirm = request.form.get("outcome") == "confirm"
    decided = service.decide_many(chosen, confirm=confirm, viewer=viewer())
    words = gettext("%(n)s proposals confirmed.", n=decided) if confirm else gettext("%(n)s rejected.", n=decided)
    flash(words, "success")
    return redirect(page_url(".waiting", **request.args.to_dict()))


@blueprint.get("/screen/answers/<key>")
@allow(*DESK, Role.AUDITOR)
def answer(key: str) -> str:
    line = service.only(key)
    return render_template(
        "screen/answer.html",
        line=line,
        collection=rounds.collection(line.collection_id),
        channel=questions.CHANNEL_NAMES.get(line.channel, line.channel),
        rounds=rounds.selecting(line.collection_id, line.day, line.unit_id),
        standing=service.state_of(key),
        history=service.history(key),
        unit=units.unit(line.unit_id) if line.unit_id else None,
        window=units.window(line.window_id) if line.window_id else None,
        form=ReasonForm(),
        me=viewer().username,
        may_decide=viewer().has(*DESK, Role.ADMIN),
    )


@blueprint.post("/screen/answers/<key>/<deed>")
@allow(*DESK)
def propose(key: str, deed: str) -> BaseResponse:
    form = ReasonForm()
    if not form.validate_on_submit():
        flash(" ".join(str(words) for errors in form.errors.values() for words in errors), "danger")
    elif deed == "hold":
        flash(_proposed(service.hold([key], form.reason.data, viewer())), "success")
    else:
        service.propose(key, deed, form.reason.data, viewer())
        flash(gettext("Proposed. It takes effect when a second person confirms."), "success")
    return redirect(url_for(".answer", key=key))


@blueprint.post("/screen/decisions/<int:decision_id>")
@allow(*DESK)
def decide(decision_id: int) -> BaseResponse:
    confirm = request.form.get("outcome") == "confirm"
    state = service.decide(decision_id, confirm=confirm, viewer=viewer())
    flash(gettext("Decided: the answer is now %(state)s.", state=STATE_NAMES[state]), "success")
    return redirect(url_for(".waiting"))


@blueprint.get("/receipt")
@public
def ask_receipt() -> Response | BaseResponse:
    typed = request.args.get("code", "").strip()
    if typed:
        return redirect(url_for(".receipt", code=typed[:40], lang=request.args.get("lang")))
    return _citizen("screen/ask_receipt.html")


@blueprint.get("/receipt/<code>")
@public
def receipt(code: str) -> Response:
    """What became of an answer: the same page whatever was answered, so that nobody can prove a level by it."""
    if not collect.is_well_formed_receipt(code):
        return _citizen("screen/ask_receipt.html", 404, notice=NOTICES["mistyped_receipt"], typed=code)
    found = collect.find_by_receipt(code)
    if found is None:
        return _citizen("screen/ask_receipt.html", 404, notice=NOTICES["no_such_receipt"], typed=code)
    unit = units.unit(found.unit_id) if found.unit_id else None
    window = units.window(found.window_id) if found.window_id else None
    return _citizen(
        "screen/receipt.html",
        onward=url_for(".ask_receipt", lang=request.args.get("lang")),
        receipt=collect.written_receipt(code),
        found=found,
        unit=unit,
        window=window,
        standing=service.state_of(found.key),
        is_selected=bool(rounds.selecting(found.collection_id, found.day, found.unit_id)),
        at_counter=rounds.collection(found.collection_id).kind == "counter",
        replies=followup.replies_at(found.unit_id, found.window_id, found.day) if found.unit_id else [],
    )


def _citizen(template: str, status: int = 200, **values: object) -> Response:
    response = make_response(render_template(template, **values), status)
    response.headers["Content-Security-Policy"] = current_app.extensions["citizen_policy"]
    response.headers["Cache-Control"] = "no-store"
    return response
