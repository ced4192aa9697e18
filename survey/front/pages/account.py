"""One's own account: the password, the second factor, and where one is signed in."""

from __future__ import annotations

import base64

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext, lazy_gettext
from flask_login import current_user, login_user
from werkzeug.wrappers import Response as BaseResponse

from survey.base import settings
from survey.base.errors import Refused
from survey.base.people import accounts, devices, sessions, signing_in
from survey.base.people import second_factor as factor
from survey.base.people.guard import signed_in, viewer
from survey.base.people.roles import Role
from survey.base.web import menu
from survey.front.pages.forms import FactorForm, PasswordForm, SetUpForm
from survey.units import service as units

blueprint = Blueprint("account", __name__, template_folder=None)

MENU = [menu.Entry(lazy_gettext("My account"), "account.show", frozenset(Role), 99)]


def address() -> str:
    """Where this request comes from."""
    return request.remote_addr or ""


def browser() -> str:
    """What this request's browser is called."""
    return devices.name_of(request.user_agent.string)


def _is_own(password: str) -> bool:
    """Whether somebody who is signed in knows the password as well."""
    name = current_user.person.username
    return signing_in.check_password(name, password, address=address(), device="") is not None


@blueprint.get("/account")
@signed_in
def show() -> str:
    limits = settings.present()
    return render_template(
        "front/account.html",
        person=current_user.person,
        role_names=accounts.ROLE_NAMES,
        sessions=sessions.of(viewer().user_id),
        here=current_user.key,
        factor=factor.of(viewer().user_id),
        hours=limits.session_hours,
        minutes=limits.session_minutes,
    )


@blueprint.post("/account/sessions/<key>/end")
@signed_in
def end_session(key: str) -> BaseResponse:
    if key == current_user.key:
        raise Refused(gettext("This is the browser that you are using."), remedy=gettext("Press Sign out instead."))
    sessions.end(viewer().user_id, key)
    flash(gettext("This sign-in has ended."), "success")
    return redirect(url_for(".show"))


@blueprint.post("/account/sessions/end-others")
@signed_in
def end_others() -> BaseResponse:
    ended = sessions.end_others(viewer().user_id, current_user.key)
    flash(gettext("%(n)s other sign-ins have ended.", n=ended), "success")
    return redirect(url_for(".show"))


@blueprint.route("/password", methods=["GET", "POST"])
@signed_in
def password() -> str | BaseResponse:
    form, person = PasswordForm(), current_user.person
    if form.validate_on_submit():
        if not _is_own(form.old.data):
            form.old.errors = [gettext("This is not your present password.")]
        elif _replaced(form):
            login_user(signing_in.stay(person.id, browser()))  # this browser goes on, all others have ended
            session.permanent = True
            flash(gettext("The password has been changed. All your other sign-ins have ended."), "success")
            return redirect(url_for(".show" if not person.must_change else "house.start"))
    return render_template("front/password.html", form=form, is_given=person.must_change)


def _replaced(form: PasswordForm) -> bool:
    """Whether the new password was good enough; if not, its field says why."""
    names = [units.unit(number).name for number in viewer().unit_ids]
    try:
        accounts.set_password(viewer().user_id, form.new.data, known=names)
    except Refused as error:
        form.new.errors = [error.message, error.remedy]
        return False
    return True


@blueprint.route("/account/second-factor", methods=["GET", "POST"])
@signed_in
def second_factor() -> str:
    number, name = viewer().user_id, current_user.person.username
    present = factor.of(number)
    if present is not None and request.args.get("again") is None:
        must = factor.is_required(current_user.person.roles)
        return render_template("front/second_factor.html", factor=present, form=FactorForm(), must=must)
    form = SetUpForm()
    if form.validate_on_submit():
        if not _is_own(form.password.data):
            form.password.errors = [gettext("This is not your present password.")]
        else:
            codes = factor.set_up(number, name, form.proposed.data, form.code.data, session_key=current_user.key)
            if codes is not None:
                return render_template("front/recovery_codes.html", codes=codes, is_new=True)
            form.code.errors = [gettext("This code does not fit. Take the one that is shown now.")]
    if not form.proposed.data:
        form.proposed.data = factor.propose(number)
    secret = factor.proposed(number, form.proposed.data)
    return render_template(
        "front/set_up_factor.html",
        form=form,
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        picture=base64.b64encode(units.qr_png(factor.address_of(secret, name), module=5)).decode(),
        must=current_user.first == "second factor",
    )


@blueprint.post("/account/second-factor/<any(codes, off):deed>")
@signed_in
def change_second_factor(deed: str) -> str | BaseResponse:
    """New recovery codes, or none of it any more; both ask for the password."""
    form, number, person = FactorForm(), viewer().user_id, current_user.person
    if not form.validate_on_submit() or not _is_own(form.password.data):
        flash(gettext("This is not your present password."), "danger")
        return redirect(url_for(".second_factor"))
    if deed == "codes":
        codes = factor.renew_codes(number, person.username)
        return render_template("front/recovery_codes.html", codes=codes, is_new=False)
    factor.remove(number, person.username, person.roles)
    flash(gettext("The second factor is switched off."), "success")
    return redirect(url_for(".show"))
