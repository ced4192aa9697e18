"""Pages of schemes: what is stored, what one says, and the workshop where one is checked before it is stored."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from survey.base.errors import ImportFaults
from survey.base.people.guard import allow, viewer
from survey.base.people.roles import Role
from survey.rounds import service as rounds
from survey.score import service
from survey.score.pages.forms import SchemeForm
from survey.score.pages.schemes.faults import placed

blueprint = Blueprint("schemes", __name__)
STAFF = (Role.OFFICE, Role.STATISTICIAN, Role.AUDITOR)


@blueprint.get("/schemes")
@allow(*STAFF)
def listing() -> str:
    stored = service.schemes_stored()
    known = {version.code for version in stored}
    shipped = [service.newest_scheme(code) for code in service.shipped_schemes() if code not in known]
    return render_template("score/schemes.html", stored=stored, shipped=shipped)


@blueprint.get("/schemes/<int:scheme_id>")
@allow(*STAFF)
def show(scheme_id: int) -> str:
    return render_template(
        "score/scheme.html",
        scheme=service.scheme(scheme_id),
        text=service.scheme_text(scheme_id),
        again={"again": scheme_id},
    )


@blueprint.get("/schemes/shipped/<code>")
@allow(*STAFF)
def shipped(code: str) -> str:
    text = service.shipped_text(code)
    return render_template("score/scheme.html", scheme=service.check_scheme(text), text=text, again={"shipped": code})


@blueprint.get("/schemes/<int:scheme_id>.yaml")
@allow(*STAFF)
def source(scheme_id: int) -> Response:
    return Response(service.scheme_text(scheme_id), mimetype="application/yaml")


@blueprint.route("/schemes/new", methods=["GET", "POST"])
@allow(Role.OFFICE)
def workshop() -> str | BaseResponse | tuple[str, int]:
    """Check a text as often as wanted, against a round too; store it when it is sound."""
    meant = rounds.round_meant(request.args.get("round", type=int))
    form = SchemeForm(round_id=meant.id if meant else 0)
    if request.method == "GET":
        form.text.data = _beginning()
        return _workshop(form)
    text = form.chosen()
    form.text.data = text
    try:
        scheme = service.check_scheme(text)
    except ImportFaults as error:
        return _workshop(form, refused=error), error.status
    if form.validate() and request.form.get("deed") == "store":
        number = service.add_scheme(text, viewer=viewer())
        words = gettext("%(title)s, version %(n)s, is stored.", title=scheme.title.zh, n=scheme.version)
        flash(words, "success")
        return redirect(url_for(".show", scheme_id=number))
    try:
        if form.round_id.data:
            service.check_in_round(text, form.round_id.data)
    except ImportFaults as error:
        return _workshop(form, refused=placed(error, text), scheme=scheme), error.status
    return _workshop(form, scheme=scheme)


def _workshop(form: SchemeForm, *, refused: ImportFaults | None = None, scheme: service.Scheme | None = None) -> str:
    """The page with its form; a scheme that is sound and refused does not fit the round."""
    return render_template("score/workshop.html", form=form, refused=refused, scheme=scheme)


def _beginning() -> str:
    """The text to begin with: an earlier version, a shipped scheme, or the shortest shipped one."""
    if again := request.args.get("again", 0, type=int):
        return service.scheme_text(again)
    return service.shipped_text(request.args.get("shipped", "hami"))
