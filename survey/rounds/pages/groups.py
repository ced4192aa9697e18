"""Pages of groups of raters (评议主体): the usual ones, and the office's own."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from survey.base.errors import Refused
from survey.base.people.guard import allow
from survey.base.people.roles import Role
from survey.rounds import service
from survey.rounds.pages.forms import GroupForm
from survey.rounds.pages.rounds import READERS, blueprint


@blueprint.get("/groups")
@allow(*READERS)
def groups() -> str:
    return render_template("rounds/groups.html", groups=list(service.groups().values()), form=GroupForm())


@blueprint.post("/groups")
@allow(Role.OFFICE, Role.STATISTICIAN)
def add_group() -> str | BaseResponse | tuple[str, int]:
    form = GroupForm()
    if form.validate():
        try:
            service.add_group(form.code.data, form.name_zh.data, form.name_en.data)
        except Refused as error:
            form.code.errors = [f"{error.message} {error.remedy}".strip()]
        else:
            flash(gettext("The group has been added."), "success")
            return redirect(url_for(".groups"))
    return render_template("rounds/groups.html", groups=list(service.groups().values()), form=form), 422
