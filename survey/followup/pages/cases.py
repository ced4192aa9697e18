"""The reply desk: what citizens rated low, and what the unit answers."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.wrappers import Response as BaseResponse

from survey.base.people.guard import allow, viewer
from survey.base.people.roles import Role
from survey.base.web import menu
from survey.base.web.columns import Column
from survey.followup import service
from survey.followup.pages.forms import ReplyForm, TakeBackForm
from survey.units import service as units

blueprint = Blueprint("followup", __name__)
READERS = (Role.OFFICE, Role.UNIT_MANAGER, Role.FOLLOW_UP, Role.AUDITOR)
WRITERS = (Role.OFFICE, Role.UNIT_MANAGER, Role.FOLLOW_UP)
MENU = [menu.Entry(lazy_gettext("Bad ratings"), "followup.cases", frozenset(READERS), 40)]
PAGE = 50
STATES = {"open": lazy_gettext("waiting for a reply"), "answered": lazy_gettext("answered")}


@blueprint.get("/cases")
@allow(*READERS)
def cases() -> str:
    page, state = max(request.args.get("page", 1, type=int), 1), request.args.get("state", "")
    unit_id = request.args.get("unit", type=int)
    found, total = service.cases(
        viewer(), state=state if state in STATES else "", unit_id=unit_id, page=page, size=PAGE
    )
    rates = service.rates(viewer())
    return render_template(
        "followup/cases.html",
        cases=found,
        total=total,
        page=page,
        size=PAGE,
        state=state,
        states=STATES,
        unit_id=unit_id,
        rates=rates,
        all_cases=sum(rate.cases for rate in rates),
        all_answered=sum(rate.answered for rate in rates),
        units={unit.id: unit for unit in units.units(viewer(), active_only=False)},
        windows={window.id: window for window in units.windows()},
    )


@blueprint.get("/cases/rates")
@allow(*READERS)
def rates() -> str:
    names = {unit.id: unit.name for unit in units.units(viewer(), active_only=False)}
    columns = [
        Column(
            gettext("Unit"),
            value=lambda rate: names.get(rate.unit_id, ""),
            link=lambda rate: url_for(".cases", unit=rate.unit_id),
        ),
        Column(gettext("Cases"), "number", lambda rate: rate.cases, digits=0),
        Column(gettext("Answered"), "number", lambda rate: rate.answered, digits=0),
        Column(gettext("Share answered"), "percent", lambda rate: rate.answered / rate.cases),
    ]
    return render_template("followup/rates.html", rates=service.rates(viewer()), columns=columns)


@blueprint.route("/cases/<key>", methods=["GET", "POST"])
@allow(*READERS)
def case(key: str) -> str | BaseResponse:
    found = service.case(key, viewer())
    form = ReplyForm()
    may_write = viewer().has(*WRITERS, Role.ADMIN)
    if may_write and form.validate_on_submit():
        service.reply(key, form.text.data, viewer())
        flash(gettext("The reply stands on the receipts of the counter and month."), "success")
        return redirect(url_for(".case", key=key))
    return render_template(
        "followup/case.html",
        case=found,
        form=form,
        may_write=may_write,
        take_back=TakeBackForm() if viewer().has(Role.OFFICE, Role.ADMIN) else None,
        unit=units.unit(found.unit_id),
        window=units.window(found.window_id) if found.window_id else None,
    )


@blueprint.post("/cases/<key>/take-back")
@allow(Role.OFFICE)
def take_back(key: str) -> BaseResponse:
    form = TakeBackForm()
    if form.validate_on_submit():
        service.take_back(key, form.reason.data, viewer())
        flash(gettext("The reply has been taken back; the case is open again."), "success")
    else:
        flash(" ".join(str(words) for errors in form.errors.values() for words in errors), "danger")
    return redirect(url_for(".case", key=key))
