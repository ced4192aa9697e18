"""The pages behind a personal link: which bodies did you deal with, what do you say about them, thanks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import Response, g, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from survey.base import clock
from survey.base.errors import Gone, NotFound
from survey.base.people.guard import public, without_session
from survey.base.store.database import UNAVAILABLE
from survey.base.web.notices import NOTICES
from survey.collect.citizen import link
from survey.collect.citizen.form_reader import (
    FormFault,
    field_name,
    read_choices,
    read_contacted,
    read_form,
    read_scores,
)
from survey.collect.citizen.frame import blueprint, show, show_notice
from survey.collect.citizen.link import PersonalForm
from survey.collect.rules import lacks_spread
from survey.collect.store.content import FilledForm
from survey.collect.store.writer import StoreBusy
from survey.units.service import Unit

STATUS = {"busy": 503, "unknown_answer": 400}


@blueprint.get("/p/<token>", endpoint="personal")
@public
def open_link(token: str) -> BaseResponse:
    personal = _open(token)
    if isinstance(personal, Response):
        return personal
    if personal.invitation.completed:
        return show_notice("already_answered", 200, receipt=link.receipt_of(personal), is_demo=None)
    return _show_screening(personal) if personal.needs_screening else _show_form(personal, FilledForm())


@blueprint.post("/p/<token>")
@without_session  # the form carries a token of its own: there is no session to forge
@public
def send_personal(token: str) -> BaseResponse:
    personal = _open(token)
    if isinstance(personal, Response):
        return personal
    contacted = read_contacted(request.form, personal.bodies)
    if request.form.get("step") == "screening":
        return _show_form(personal, FilledForm(contacted=contacted))
    try:
        content = _read(personal, contacted)
    except FormFault as fault:
        return _show_form(personal, fault.content, fault.notice)
    scores = list(content.scores.values())
    if lacks_spread(scores) and not request.form.get("spread_seen"):
        return _show_form(personal, content, spread=scores[0])
    try:
        outcome = link.write(personal, content)
    except StoreBusy:
        return _show_form(personal, content, "busy")
    if outcome.receipt:  # whether for the first time, the same again or something else: nobody learns which
        return redirect(url_for(".thanks", receipt=outcome.receipt, lang=request.args.get("lang")), 303)
    return show_notice("already_answered", 409)


def _open(token: str) -> PersonalForm | Response:
    try:
        return link.open_form(token[:64], clock.today())
    except NotFound:
        return show_notice("no_such_link", 404)
    except Gone:
        return show_notice("wave_closed", 410)
    except UNAVAILABLE:
        return show_notice("busy", 503)


def _read(personal: PersonalForm, contacted: tuple[int, ...]) -> FilledForm:
    """All that was filled in; a fault carries what could be read, so that it can be shown again."""
    asked = personal.asked(contacted)
    fault: FormFault | None = None
    content = FilledForm()
    readers: tuple[Callable[[FilledForm], FilledForm], ...] = (
        lambda c: read_form(personal.form, request.form, asked),
        lambda c: read_scores(personal.form, request.form, asked, c),
        lambda c: read_choices(personal.form, request.form, c),
    )
    for read in readers:
        try:
            content = read(content)
        except FormFault as found:
            content, fault = found.content, fault or found
    content = _with_contacted(content, contacted)
    met_nobody = not asked and "met_nobody" in request.form
    is_unscored = not personal.form.scale and not content.scores and not content.levels
    if fault is None and (is_unscored or (link.is_empty(content) and not met_nobody)):
        fault = FormFault("choose_level", content)
    if fault is not None:
        raise FormFault(fault.notice, content)
    return content


def _with_contacted(content: FilledForm, contacted: tuple[int, ...]) -> FilledForm:
    return FilledForm(**{**vars(content), "contacted": contacted})


def _show_screening(personal: PersonalForm) -> Response:
    return show("screening.html", sheet=personal, form=personal.form, classes=_by_class(list(personal.bodies.values())))


def _show_form(personal: PersonalForm, content: FilledForm, notice: str = "", spread: float | None = None) -> Response:
    if notice == "busy":
        g.demo = False  # the database does not answer: do not ask it for the mark
    asked = [personal.bodies[number] for number in personal.asked(content.contacted)]
    values: dict[str, Any] = {
        "sheet": personal,
        "form": personal.form,
        "bodies": asked,
        "classes": _by_class(asked),
        "content": content,
        "notice": NOTICES[notice] if notice else None,
        "notice_name": notice,
        "spread": spread,
        "field_name": field_name,
    }
    template = "sheet.html" if personal.form.scale else "panel.html"
    status = STATUS.get(notice, 422) if notice else 200
    return show(template, status=status, **values)


def _by_class(bodies: Sequence[Unit]) -> list[tuple[str, list[Unit]]]:
    """Bodies under the name of their class, both in the order of their codes."""
    groups: dict[tuple[str, str], list[Unit]] = {}
    for body in bodies:
        groups.setdefault((body.class_code, body.class_name), []).append(body)
    return [(name, groups[code, name]) for code, name in sorted(groups)]
