"""Pages of classes: units are ranked inside their class only."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from survey.base.errors import Refused
from survey.base.people.guard import allow
from survey.base.people.roles import Role
from survey.units import service
from survey.units.pages.forms import ClassForm, NewClassForm
from survey.units.pages.units import blueprint


@blueprint.get("/classes")
@allow(Role.OFFICE, Role.STATISTICIAN)
def classes() -> str:
    return render_template("units/classes.html", classes=service.classes())


@blueprint.route("/classes/new", methods=["GET", "POST"])
@allow(Role.OFFICE)
def add_class() -> str | BaseResponse:
    form = NewClassForm()
    if form.validate_on_submit():
        try:
            service.add_class(form.code.data, form.name.data)
        except Refused as error:
            form.code.errors = [error.message]
        else:
            flash(gettext("The class has been added."), "success")
            return redirect(url_for(".classes"))
    return render_template("units/class.html", form=form, known=None)


@blueprint.route("/classes/<int:class_id>", methods=["GET", "POST"])
@allow(Role.OFFICE)
def edit_class(class_id: int) -> str | BaseResponse:
    known = service.class_(class_id)
    form = ClassForm(data=vars(known))
    if form.validate_on_submit():
        service.change_class(class_id, form.name.data)
        flash(gettext("Saved."), "success")
        return redirect(url_for(".classes"))
    return render_template("units/class.html", form=form, known=known)


@blueprint.post("/classes/<int:class_id>/remove")
@allow(Role.OFFICE)
def remove_class(class_id: int) -> BaseResponse:
    service.remove_class(class_id)
    flash(gettext("The class has been removed."), "success")
    return redirect(url_for(".classes"))
