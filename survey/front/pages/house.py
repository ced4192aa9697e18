"""The house's own pages: the way in, the overview, people, the audit log, jobs, and what a page says when it fails."""

from __future__ import annotations

import logging
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, session, url_for
from flask.sansio.blueprints import BlueprintSetupState
from flask_babel import gettext, lazy_gettext
from flask_login import login_user, logout_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from survey.base import clock
from survey.base.errors import ImportFaults, SurveyError
from survey.base.people import (
    accounts,
    actions,
    audit,
    devices,
    passwords,
    second_factor,
    sessions,
    signing_in,
)
from survey.base.people.guard import allow, public, signed_in, viewer
from survey.base.people.roles import Role
from survey.base.store import demo, jobs
from survey.base.store.database import UNAVAILABLE
from survey.base.web import menu
from survey.base.web.languages import CITIZEN_PATHS, LANGUAGES
from survey.base.web.notices import NOTICES
from survey.front.pages import overview
from survey.front.pages.account import address, browser
from survey.front.pages.forms import AccountForm, CodeForm, NewAccountForm, SignInForm
from survey.rounds import service as rounds

log = logging.getLogger(__name__)
blueprint = Blueprint("house", __name__, template_folder=None)

MENU = [
    menu.Entry(lazy_gettext("People"), "house.people", frozenset({Role.ADMIN}), 90),
    menu.Entry(lazy_gettext("Audit log"), "house.audit_log", frozenset({Role.AUDITOR}), 95),
]


@blueprint.get("/")
@signed_in
def start() -> str:
    round_ = rounds.round_meant(request.args.get("round", type=int))
    return render_template(
        "front/start.html",
        round=round_,
        rounds=rounds.rounds(),
        figures=overview.figures(viewer(), round_),
        steps=overview.steps(viewer(), round_) if round_ else [],
    )


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> str | BaseResponse:
    form, onward = SignInForm(), request.args.get("next", "")
    if form.validate_on_submit():
        name = form.username.data
        proven = signing_in.check_password(name, form.password.data, address=address(), device=devices.known(name))
        if proven and proven.needs_code:
            _start_anew()
            session["proven"] = proven.as_cookie()
            return redirect(url_for(".second_step", next=onward))
        if proven:
            return _let_in(proven, onward)
        flash(gettext("The name or the password is wrong."), "danger")
    return render_template("front/sign_in.html", form=form)


@blueprint.route("/sign-in/code", methods=["GET", "POST"])
@public
def second_step() -> str | BaseResponse:
    form, onward = CodeForm(), request.args.get("next", "")
    proven = signing_in.half_way(session.get("proven"))
    if proven is None:
        session.pop("proven", None)
        flash(gettext("The password was entered too long ago. Enter it again."), "warning")
        return redirect(url_for(".sign_in", next=onward))
    if form.validate_on_submit():
        name, typed = proven.username, form.code.data
        device = devices.known(name)
        if second_factor.check(proven.user_id, name, typed, address=address(), device=device):
            return _let_in(proven, onward)
        form.code.errors = [gettext("This code does not fit, or has been used already. Wait for the next one.")]
    return render_template("front/second_step.html", form=form)


def _let_in(proven: signing_in.Proven, onward: str) -> BaseResponse:
    entered = signing_in.enter(proven, browser())
    _start_anew()
    login_user(entered)
    session.permanent = True
    return devices.remember(redirect(_safe_next(onward)), proven.username)


def _start_anew() -> None:
    """Nothing of what the browser carried before goes on, but the language."""
    language = session.get("lang")
    session.clear()
    if language:
        session["lang"] = language


def _safe_next(target: str) -> str:
    """Only a path of this house: never another host.

    >>> _safe_next("/units?page=2")
    '/units?page=2'
    """
    is_local = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if is_local else url_for("house.start")


@blueprint.post("/sign-out")
@signed_in
def sign_out() -> BaseResponse:
    sessions.end_all(viewer().user_id)
    logout_user()
    session.clear()
    return redirect(url_for("house.sign_in"))


@blueprint.post("/language")
@public
def language() -> BaseResponse:
    chosen = request.form.get("lang", "")
    if chosen in LANGUAGES:
        session["lang"] = chosen
    return redirect(_safe_next(request.form.get("next", "")))


@blueprint.get("/people")
@allow(Role.ADMIN)
def people() -> str:
    return render_template(
        "front/people.html",
        people=accounts.people(),
        role_names=accounts.ROLE_NAMES,
        factors=second_factor.owners(),
    )


@blueprint.route("/people/new", methods=["GET", "POST"])
@allow(Role.ADMIN)
def add_person() -> str | BaseResponse:
    form = NewAccountForm()
    if form.validate_on_submit():
        words = passwords.given()
        person = accounts.add(
            form.username.data,
            words,
            form.chosen_roles(),
            name=form.name.data,
            unit_ids=form.units.data,
            is_given=True,
        )
        return render_template("front/new_password.html", person=person, password=words)
    return render_template("front/person.html", form=form, person=None)


@blueprint.route("/people/<int:user_id>", methods=["GET", "POST"])
@allow(Role.ADMIN)
def change_person(user_id: int) -> str | BaseResponse:
    person = accounts.person(user_id)
    form = AccountForm(
        data={
            "name": person.name,
            "roles": list(person.roles),
            "units": list(person.unit_ids),
            "active": person.active,
        }
    )
    if form.validate_on_submit():
        accounts.change(
            user_id,
            name=form.name.data,
            roles=form.chosen_roles(),
            unit_ids=form.units.data,
            active=form.active.data,
        )
        flash(gettext("Saved."), "success")
        return redirect(url_for(".people"))
    factor = second_factor.of(user_id)
    return render_template("front/person.html", form=form, person=person, factor=factor)


@blueprint.post("/people/<int:user_id>/password")
@allow(Role.ADMIN)
def reset_password(user_id: int) -> str:
    words = accounts.give_password(user_id)
    return render_template("front/new_password.html", person=accounts.person(user_id), password=words)


@blueprint.post("/people/<int:user_id>/second-factor")
@allow(Role.ADMIN)
def reset_second_factor(user_id: int) -> BaseResponse:
    second_factor.reset(user_id, accounts.person(user_id).username)
    flash(gettext("The second factor has been taken away."), "success")
    return redirect(url_for(".change_person", user_id=user_id))


@blueprint.get("/audit")
@allow(Role.AUDITOR)
def audit_log() -> str:
    page, search = max(request.args.get("page", 1, type=int), 1), request.args.get("q", "")
    entries, total = audit.entries(search=search, page=page)
    broken = audit.first_broken() if request.args.get("check") else None
    return render_template(
        "front/audit.html",
        entries=entries,
        total=total,
        page=page,
        size=50,
        q=search,
        broken=broken,
        deed_name=actions.name,
    )


@blueprint.get("/jobs/<job_id>")
@signed_in
def job(job_id: str) -> str | BaseResponse:
    status = jobs.status(job_id)
    if status.state == "done" and status.result_url:
        return redirect(status.result_url)
    return render_template("front/job.html", job=status)


@blueprint.get("/health")
@public
def health() -> Response:
    """For monitoring: answers when the database does."""
    demo.present()
    return Response("ok\n", mimetype="text/plain")


@blueprint.record_once
def _catch_errors(state: BlueprintSetupState) -> None:
    """Error pages for everything that can go wrong."""
    app = state.app
    app.register_error_handler(SurveyError, _show_survey_error)
    app.register_error_handler(CSRFError, _show_csrf_error)
    app.register_error_handler(HTTPException, _show_http_error)
    for kind in UNAVAILABLE:
        app.register_error_handler(kind, _show_fault)
    app.register_error_handler(OverflowError, _show_too_large_a_number)
    app.register_error_handler(Exception, _show_fault)


def _show_survey_error(error: SurveyError) -> tuple[str, int]:
    faults = error.groups if isinstance(error, ImportFaults) else ()
    return _page(error.message, "", error.remedy, faults=faults), error.status


def _show_csrf_error(error: CSRFError) -> tuple[str, int]:
    return _page(
        gettext("Your sign-in has ended, or the page was open in two windows."),
        gettext("Nothing has been changed."),
        gettext("Go back, reload the page, and send it again."),
    ), 400


def _show_http_error(error: HTTPException) -> Any:
    code = error.code or 500
    if code < 400:
        return error
    notice = NOTICES[{404: "no_such_page", 413: "too_large", 405: "not_allowed", 400: "not_allowed"}.get(code, "fault")]
    return _page(notice.title, notice.kept, notice.next), code


def _show_too_large_a_number(error: OverflowError) -> tuple[str, int]:
    """A number in an address that no database holds is the number of nothing; any other overflow is a fault."""
    if "SQLite" not in str(error):
        return _show_fault(error)
    notice = NOTICES["no_such_page"]
    return _page(notice.title, notice.kept, notice.next), 404


def _show_fault(error: Exception) -> tuple[str, int]:
    log.exception("%s %s failed", request.method, request.path, exc_info=error)
    notice = NOTICES["fault"]
    return _page(notice.title, notice.kept, notice.next, moment=clock.local(clock.now())), 500


def _page(title: Any, kept: Any, remedy: Any, **more: Any) -> str:
    """An error page in the frame that its reader knows; it asks nothing of a database that may be down."""
    plain = "moment" in more or request.path.startswith(CITIZEN_PATHS)
    template = "front/error_citizen.html" if plain else "front/error.html"
    return render_template(template, title=title, kept=kept, remedy=remedy, **more)
