"""Pages of counters and their codes."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from survey.base import clock
from survey.base.errors import NotFound, Refused
from survey.base.people.guard import allow, viewer
from survey.base.people.roles import Role
from survey.base.web import downloads
from survey.units import service
from survey.units.pages.forms import MoveCodeForm, NewWindowForm, WindowForm, form_names

blueprint = Blueprint("counters", __name__)
READERS = (Role.OFFICE, Role.STATISTICIAN, Role.AUDITOR, Role.UNIT_MANAGER, Role.FOLLOW_UP)


def _seen(window_id: int) -> tuple[service.Window, service.Unit]:
    window = service.window(window_id)
    viewer().require(window.unit_id, gettext("There is no such counter."))
    return window, service.unit(window.unit_id)


@blueprint.route("/units/<int:unit_id>/counters/new", methods=["GET", "POST"])
@allow(Role.OFFICE)
def add(unit_id: int) -> str | BaseResponse:
    unit = service.unit(unit_id)
    form = NewWindowForm()
    if form.validate_on_submit():
        new = service.NewWindow(unit.code, form.code.data, form.name.data, form.questionnaire.data)
        try:
            [window_id] = service.add_windows([new]).values()
        except Refused as error:
            form.code.errors = [error.message]
        else:
            flash(gettext("The counter has been added and has a code."), "success")
            return redirect(url_for(".show", window_id=window_id))
    return render_template("units/counter_edit.html", form=form, unit=unit, window=None)


@blueprint.get("/counters/<int:window_id>")
@allow(*READERS)
def show(window_id: int) -> str:
    return _page(window_id, MoveCodeForm())


def _page(window_id: int, form: MoveCodeForm) -> str:
    window, unit = _seen(window_id)
    today = clock.today()
    stays = service.stays(window_id=window_id)
    code = service.standing([window_id], today).get(window_id, "")
    return render_template(
        "units/counter.html",
        window=window,
        unit=unit,
        stays=stays,
        code=code,
        link=service.link_of(code) if code else "",
        today=today,
        form=form,
        questionnaire=form_names().get(window.questionnaire, window.questionnaire),
    )


@blueprint.route("/counters/<int:window_id>/edit", methods=["GET", "POST"])
@allow(Role.OFFICE)
def edit(window_id: int) -> str | BaseResponse:
    window, unit = _seen(window_id)
    form = WindowForm(data=vars(window))
    if form.validate_on_submit():
        service.change_window(
            window_id, name=form.name.data, questionnaire=form.questionnaire.data, active=form.active.data
        )
        flash(gettext("Saved."), "success")
        return redirect(url_for(".show", window_id=window_id))
    return render_template("units/counter_edit.html", form=form, unit=unit, window=window)


@blueprint.post("/counters/<int:window_id>/codes")
@allow(Role.OFFICE)
def issue(window_id: int) -> BaseResponse:
    code = service.issue_code(window_id, clock.today())
    flash(gettext("The code %(code)s stands here from today on.", code=code), "success")
    return redirect(url_for(".show", window_id=window_id))


@blueprint.post("/counters/<int:window_id>/codes/<code>/revoke")
@allow(Role.OFFICE)
def revoke(window_id: int, code: str) -> BaseResponse:
    service.revoke_code(_own(window_id, code), clock.today())
    flash(gettext("The code %(code)s has been withdrawn.", code=code), "success")
    return redirect(url_for(".show", window_id=window_id))


@blueprint.post("/counters/<int:window_id>/codes/<code>/replace")
@allow(Role.OFFICE)
def replace(window_id: int, code: str) -> BaseResponse:
    new = service.replace_code(_own(window_id, code), clock.today())
    words = gettext(
        "The code %(code)s has been withdrawn; %(new)s stands here now. Print a new poster.", code=code, new=new
    )
    flash(words, "success")
    return redirect(url_for(".show", window_id=window_id))


def _own(window_id: int, code: str) -> str:
    if code not in {stay.code for stay in service.stays(window_id=window_id) if stay.until_day is None}:
        raise NotFound(gettext("This code does not stand at this counter."))
    return code


@blueprint.post("/counters/<int:window_id>/codes/move")
@allow(Role.OFFICE)
def move(window_id: int) -> str | BaseResponse:
    form = MoveCodeForm()
    if form.validate_on_submit():
        code = form.code.data.strip().upper()
        try:
            service.move_code(code, window_id, clock.today())
        except (Refused, NotFound) as error:
            form.code.errors = [error.message]
        else:
            flash(gettext("The code %(code)s stands here from today on.", code=code), "success")
            return redirect(url_for(".show", window_id=window_id))
    return _page(window_id, form)


@blueprint.get("/counters/<int:window_id>/<code>.svg")
@allow(*READERS)
def svg(window_id: int, code: str) -> Response:
    return downloads.picture(service.qr_svg(_link(window_id, code)), "svg")


@blueprint.get("/counters/<int:window_id>/<code>.png")
@allow(*READERS)
def png(window_id: int, code: str) -> Response:
    return downloads.picture(service.qr_png(_link(window_id, code)), "png")


def _link(window_id: int, code: str) -> str:
    window, _ = _seen(window_id)
    return service.link_of(_own(window.id, code))
