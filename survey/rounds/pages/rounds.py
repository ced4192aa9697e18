"""Pages of rounds: which there are, what each selects, adding and changing them."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.wrappers import Response as BaseResponse

from survey.base import clock
from survey.base.errors import Refused
from survey.base.people.guard import allow
from survey.base.people.roles import Role
from survey.base.web import menu
from survey.questions import service as questions
from survey.rounds import service
from survey.rounds.pages.forms import POOLING_WAYS, UNIT_WAYS, NewRoundForm, RoundForm
from survey.units import service as units

READERS = (Role.OFFICE, Role.STATISTICIAN, Role.AUDITOR)
MENU = [
    menu.Entry(lazy_gettext("Rounds"), "rounds.rounds", frozenset(READERS), 12),
    menu.Entry(lazy_gettext("Collections"), "rounds.collections", frozenset(READERS), 14),
]
blueprint = Blueprint("rounds", __name__)


@blueprint.get("/rounds")
@allow(*READERS)
def rounds() -> str:
    return render_template(
        "rounds/rounds.html",
        rounds=service.rounds(),
        today=clock.today(),
        unit_ways=UNIT_WAYS,
        pooling_ways=POOLING_WAYS,
    )


@blueprint.get("/rounds/<int:round_id>")
@allow(*READERS)
def show(round_id: int) -> str:
    round_ = service.round_(round_id)
    selection = service.selection(round_)
    names = {unit.id: unit.name for unit in units.units(active_only=False)}
    return render_template(
        "rounds/round.html",
        round=round_,
        today=clock.today(),
        selection=selection,
        selected=[one for one in service.collections() if one.id in selection.collection_ids],
        unit_names=sorted(names[number] for number in selection.unit_ids) if selection.unit_ids is not None else [],
        overlapping=[one for one in service.rounds() if _overlap(one, round_)],
        unit_ways=UNIT_WAYS,
        pooling_ways=POOLING_WAYS,
        kind_names=questions.SOURCE_NAMES,
        group_names=service.group_names(),
    )


def _overlap(one: service.Round, other: service.Round) -> bool:
    return one.id != other.id and one.opens_on <= other.closes_on and other.opens_on <= one.closes_on


@blueprint.route("/rounds/new", methods=["GET", "POST"])
@allow(Role.OFFICE)
def new_round() -> str | BaseResponse | tuple[str, int]:
    form = NewRoundForm()
    status = 200
    if form.validate_on_submit():
        try:
            added = service.add_round(form.code.data, **vars(form.choice()))
        except Refused as error:
            flash(f"{error.message} {error.remedy}", "danger")
            status = 422
        else:
            flash(gettext("The round has been added."), "success")
            return redirect(url_for(".show", round_id=added.id))
    return _form(form, None), status


@blueprint.route("/rounds/<int:round_id>/edit", methods=["GET", "POST"])
@allow(Role.OFFICE)
def edit(round_id: int) -> str | BaseResponse | tuple[str, int]:
    round_ = service.round_(round_id)
    form = RoundForm(round_)
    status = 200
    if form.validate_on_submit():
        try:
            service.change_round(round_id, form.choice(), closed=form.closed.data)
        except Refused as error:
            flash(f"{error.message} {error.remedy}", "danger")
            status = 422
        else:
            flash(gettext("Saved."), "success")
            return redirect(url_for(".show", round_id=round_id))
    return _form(form, round_), status


def _form(form: RoundForm, round_: service.Round | None) -> str:
    return render_template(
        "rounds/edit.html",
        form=form,
        round=round_,
        kind_names=questions.SOURCE_NAMES,
        collections={one.id: one for one in service.collections()},
    )
