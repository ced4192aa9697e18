"""The pages behind a code at a counter: the form, sending it, thanks."""

from __future__ import annotations

from typing import Any

from flask import Response, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from survey.base import clock
from survey.base.people.guard import public, without_session
from survey.base.store import demo
from survey.base.store.database import UNAVAILABLE
from survey.base.web.notices import NOTICES
from survey.collect.citizen import desk
from survey.collect.citizen.desk import OpenCounter
from survey.collect.citizen.form_reader import FormFault, read_form, require_overall
from survey.collect.citizen.frame import blueprint, citizen_page, language, show_notice
from survey.collect.citizen.memory import memory, secret
from survey.collect.store import receipts, tokens
from survey.collect.store.content import FilledForm
from survey.collect.store.tokens import TokenChanged
from survey.collect.store.writer import StoreBusy
from survey.questions.service import Questionnaire
from survey.units import service as units

#: stands in a rendered page where the token or the receipt of each reader goes
GAP = "·····gap·····"
STATUS = {"busy": 503, "form_changed": 400, "unknown_answer": 400}


@blueprint.get("/r/<code>")
@public
def rate(code: str) -> Response:
    counter = _counter(code)
    if counter is None:
        return show_notice("no_such_code", 404)
    key = ("rate", counter.place, counter.form.edition, counter.is_demo, language())
    parts = memory().pages.get(key, clock.now(), lambda: _render_form(counter))
    return citizen_page(desk.new_token(counter, counter.form, clock.now()).join(parts))


@blueprint.post("/r/<code>")
@without_session  # the form carries a token of its own: there is no session to forge
@public
def send_rating(code: str) -> BaseResponse:
    try:
        counter = _counter(code)
    except UNAVAILABLE:
        return show_notice("busy", 503)
    if counter is None:
        return show_notice("no_such_code", 404)
    text = request.form.get("token", "")
    try:
        token = tokens.read(secret(), counter.place.code, text)
        form = desk.edition(token)
    except (TokenChanged, KeyError):
        return _again(counter, counter.form, "form_changed", _what_can_be_kept(counter.form))
    try:
        content = read_form(form, request.form)
        require_overall(form, content)
    except FormFault as fault:
        return _again(counter, form, fault.notice, fault.content)
    if token.is_too_old(clock.now()):
        return _again(counter, counter.form, "form_too_old", content)
    try:
        outcome = desk.write(desk.submission(counter, form, token, content))
    except StoreBusy:
        return _again(counter, form, "busy", content, token=text)
    lang = request.args.get("lang")
    return redirect(url_for(".thanks", receipt=outcome.receipt, code=counter.place.code, lang=lang), 303)


@blueprint.get("/thanks/<receipt>")
@blueprint.get("/thanks/<code>/<receipt>")
@public
def thanks(receipt: str, code: str = "") -> Response:
    """Thanks for an answer: at a counter, with the way to an empty form for whoever comes next."""
    if not receipts.is_well_formed(receipt):
        return show_notice("mistyped_receipt", 404)
    code = code if units.is_code(code) else ""
    parts = memory().pages.get(("thanks", language(), code), clock.now(), lambda: _render_thanks(code))
    return citizen_page(receipts.written(receipt).join(parts))


def _counter(code: str) -> OpenCounter | None:
    today = clock.today()
    wanted = code.strip().upper()[:40]
    found: OpenCounter | None = memory().counters.get(
        (wanted, today), clock.now(), lambda: desk.look_up_counter(wanted, today)
    )
    return found


def _render_form(counter: OpenCounter) -> tuple[str, ...]:
    g.demo = counter.is_demo
    return tuple(_form_html(counter, counter.form, token=GAP).split(GAP))


def _render_thanks(code: str) -> tuple[str, ...]:
    """The same words whatever was answered, and whether for the first time or again: it proves no level."""
    demo.present()
    lang = request.args.get("lang")
    onward = url_for(".rate", code=code, lang=lang) if code else url_for("screen.ask_receipt", lang=lang)
    html = render_template(
        "collect/thanks.html", receipt=GAP, onward=onward, at_counter=bool(code), language=language()
    )
    return tuple(html.split(GAP))


def _form_html(counter: OpenCounter, form: Questionnaire, *, token: str, **more: Any) -> str:
    values = {"content": FilledForm(), "notice": None, **more}
    return render_template(
        "collect/rate.html", counter=counter, place=counter.place, form=form, token=token, language=language(), **values
    )


def _again(counter: OpenCounter, form: Questionnaire, name: str, content: FilledForm, token: str = "") -> Response:
    """The form once more, filled in as it was sent, with a sentence on top; nothing the citizen did is lost."""
    g.demo = counter.is_demo
    html = _form_html(
        counter,
        form,
        token=token or desk.new_token(counter, form, clock.now()),
        content=content,
        notice=NOTICES[name],
        notice_name=name,
    )
    return citizen_page(html, STATUS.get(name, 422))


def _what_can_be_kept(form: Questionnaire) -> FilledForm:
    try:
        return read_form(form, request.form)
    except FormFault as fault:
        return fault.content
