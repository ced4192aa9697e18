"""The pages behind a code at a counter: the form, sending it, thanks."""

from __future__ import annotations

from typing import Any

from flask import Response, g, redirect, render_template, request, url_for
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.wrappers import Response as BaseResponse

from survey.base import clock
from survey.base.people.guard import csrf, public
from survey.base.web import demo
from survey.base.web.notices import NOTICES
from survey.collect.citizen import desk as counter
from survey.collect.citizen.desk import Desk
from survey.collect.citizen.form_reader import FormFault, read_form, require_overall
from survey.collect.citizen.frame import blueprint, citizen_page, language, show_notice
from survey.collect.questionnaire import Questionnaire
from survey.collect.store import receipts, tokens
from survey.collect.store.once import ASIDE, Content
from survey.collect.store.tokens import TokenChanged
from survey.collect.store.writer import StoreBusy

#: stands in a rendered page where the token or the receipt of each reader goes
GAP = "·····gap·····"
STATUS = {"busy": 503, "form_changed": 400, "unknown_answer": 400}


@blueprint.get("/r/<code>")
@public
def rate(code: str) -> Response:
    desk = _desk(code)
    if desk is None:
        return show_notice("no_such_code", 404)
    key = ("rate", desk.place, desk.form.edition, desk.is_demo, language())
    parts = counter.room().pages.get(key, clock.now(), lambda: _render_form(desk))
    return citizen_page(counter.new_token(desk, desk.form, clock.now()).join(parts))


@blueprint.post("/r/<code>")
@csrf.exempt  # the form carries a token of its own: there is no session to forge
@public
def send_rating(code: str) -> BaseResponse:
    try:
        desk = _desk(code)
    except (OperationalError, PoolTimeout):
        return show_notice("busy", 503)
    if desk is None:
        return show_notice("no_such_code", 404)
    text = request.form.get("token", "")
    try:
        token = tokens.read(counter.secret(), desk.place.code, text)
        form = counter.edition(token)
    except (TokenChanged, KeyError):
        return _again(desk, desk.form, "form_changed", _what_can_be_kept(desk.form))
    try:
        content = read_form(form, request.form)
        require_overall(form, content)
    except FormFault as fault:
        return _again(desk, form, fault.notice, fault.content)
    if token.is_too_old(clock.now()):
        return _again(desk, desk.form, "form_too_old", content)
    try:
        outcome = counter.write(counter.sending(desk, form, token, content))
    except StoreBusy:
        return _again(desk, form, "busy", content, token=text)
    return redirect(_thanks_url(outcome.receipt, aside=outcome.state == ASIDE), 303)


@blueprint.get("/thanks/<receipt>")
@public
def thanks(receipt: str) -> Response:
    if not receipts.is_well_formed(receipt):
        return show_notice("mistyped_receipt", 404)
    key = ("thanks", language(), "aside" in request.args)
    parts = counter.room().pages.get(key, clock.now(), _render_thanks)
    return citizen_page(receipts.written(receipt).join(parts))


def _desk(code: str) -> Desk | None:
    today = clock.today()
    wanted = code.strip().upper()[:40]
    return counter.room().desks.get((wanted, today), clock.now(), lambda: counter.look_up_desk(wanted, today))


def _render_form(desk: Desk) -> tuple[str, ...]:
    g.demo = desk.is_demo
    return tuple(_form_html(desk, desk.form, token=GAP).split(GAP))


def _render_thanks() -> tuple[str, ...]:
    demo.present()
    html = render_template("collect/thanks.html", receipt=GAP, aside="aside" in request.args, language=language())
    return tuple(html.split(GAP))


def _form_html(desk: Desk, form: Questionnaire, *, token: str, **more: Any) -> str:
    values = {"content": Content(), "notice": None, **more}
    return render_template(
        "collect/rate.html", desk=desk, place=desk.place, form=form, token=token, language=language(), **values
    )


def _again(desk: Desk, form: Questionnaire, name: str, content: Content, token: str = "") -> Response:
    """The form once more, filled in as it was sent, with a sentence on top; nothing the citizen did is lost."""
    g.demo = desk.is_demo
    html = _form_html(
        desk,
        form,
        token=token or counter.new_token(desk, form, clock.now()),
        content=content,
        notice=NOTICES[name],
        notice_name=name,
    )
    return citizen_page(html, STATUS.get(name, 422))


def _what_can_be_kept(form: Questionnaire) -> Content:
    try:
        return read_form(form, request.form)
    except FormFault as fault:
        return fault.content


def _thanks_url(receipt: str, *, aside: bool) -> str:
    query: dict[str, Any] = {"lang": request.args.get("lang"), "aside": 1 if aside else None}
    return url_for(".thanks", receipt=receipt, **query)
