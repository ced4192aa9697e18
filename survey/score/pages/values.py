"""Pages of values from elsewhere: what is still missing, the tables to fill in, uploads with a dry run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.wrappers import Response as BaseResponse

from survey.base.errors import ImportFaults, NotFound
from survey.base.people.guard import allow, viewer
from survey.base.people.roles import Role
from survey.base.store import kept_files
from survey.base.web import downloads
from survey.rounds import service as rounds
from survey.score import service
from survey.score.pages.downloads import Table, extra_table, language, value_table
from survey.score.pages.forms import ValuesFileForm, scheme_choices
from survey.units import service as units

blueprint = Blueprint("values", __name__)
READERS = (Role.OFFICE, Role.AUDITOR)
#: changes that the page of changes shows
MOST_CHANGES = 500


@dataclass(frozen=True)
class Kind:
    """One kind of upload."""

    title: Any
    columns: Any
    carry_out: Callable[..., service.ValuePlan | service.ExtraPlan]
    table: Callable[..., Table]


KINDS = {
    "components": Kind(
        lazy_gettext("Component values"),
        lazy_gettext("One line a unit: its code, and a column for each component. Empty cells change nothing."),
        service.import_values,
        value_table,
    ),
    "extras": Kind(
        lazy_gettext("Bonuses and deductions"),
        lazy_gettext("One line an entry: unit code, item, points, reason. The file replaces what was there."),
        service.import_extras,
        extra_table,
    ),
}


@blueprint.get("/score/values")
@allow(Role.OFFICE)
def choose() -> str:
    """What is there and what is missing for one round and scheme."""
    meant, schemes = rounds.round_meant(request.args.get("round", type=int)), scheme_choices()
    if meant is None:
        return render_template("score/values.html", rounds=[])
    code = request.args.get("scheme", "") or _usual(schemes)
    scheme, given = _scheme(code), service.given(meant.id, code)
    return render_template(
        "score/values.html",
        rounds=rounds.rounds(),
        schemes=schemes,
        round_id=meant.id,
        code=code,
        scheme=scheme,
        leaves=scheme.external_leaves(),
        missing=service.missing_values(meant.id, code),
        counts={leaf: sum(known == leaf for known, _ in given.values) for leaf in scheme.external_leaves()},
        extras=extra_table(scheme, given, service.units_of(meant.id))[1],
    )


def _usual(schemes: list[tuple[str, str]]) -> str:
    """The scheme of the newest sheet, else the first."""
    newest = next(iter(service.sheet_list()), None)
    return newest.scheme_code if newest else schemes[0][0]


def _scheme(code: str) -> service.Scheme:
    if code not in dict(scheme_choices()):
        raise NotFound(gettext("There is no such scheme."))
    return service.newest_scheme(code)


def _kind(name: str) -> Kind:
    if name not in KINDS:
        raise NotFound(gettext("There is no such upload."))
    return KINDS[name]


@blueprint.route("/score/values/<int:round_id>/<code>/<kind>", methods=["GET", "POST"])
@allow(Role.OFFICE)
def upload(round_id: int, code: str, kind: str) -> str | tuple[str, int]:
    chosen, scheme, form = _kind(kind), _scheme(code), ValuesFileForm()
    page: dict[str, Any] = {"kind": kind, "chosen": chosen, "form": form, "code": code, "scheme": scheme}
    page["round"] = rounds.round_(round_id)
    if not form.validate_on_submit():
        return render_template("score/upload.html", **page)
    data = form.file.data.read()
    try:
        plan = chosen.carry_out(round_id, code, data, dry_run=True)
    except ImportFaults as error:
        return render_template("score/upload.html", **page, refused=error), error.status
    page["changes"] = service.changes_by(round_id, code, plan)
    return render_template("score/upload.html", **page, **_names(scheme), plan=plan, kept=kept_files.keep(data))


@blueprint.post("/score/values/<int:round_id>/<code>/<kind>/confirm")
@allow(Role.OFFICE)
def confirm(round_id: int, code: str, kind: str) -> BaseResponse:
    chosen, kept = _kind(kind), request.form.get("kept", "")
    reason = request.form.get("reason", "")
    plan = chosen.carry_out(round_id, code, kept_files.take(kept), viewer=viewer(), reason=reason)
    kept_files.drop(kept)
    flash(gettext("%(n)s values stored.", n=len(plan.new)), "success")
    return redirect(url_for(".choose", round=round_id, scheme=code))


def _names(scheme: service.Scheme) -> dict[str, Any]:
    """What units and items are called."""
    items = {code: leaf.title.said(language()) for code, leaf in scheme.external_leaves().items()}
    items |= {extra.code: extra.title.said(language()) for extra in scheme.extras}
    return {"unit_names": {unit.id: unit.name for unit in units.units(active_only=False)}, "item_names": items}


@blueprint.get("/score/values/<int:round_id>/<code>/changes")
@allow(*READERS)
def history(round_id: int, code: str) -> str:
    """Who changed what, newest first."""
    scheme = _scheme(code)
    return render_template(
        "score/value_changes.html",
        round=rounds.round_(round_id),
        scheme=scheme,
        code=code,
        lines=service.value_history(round_id, code, MOST_CHANGES),
        most=MOST_CHANGES,
        **_names(scheme),
    )


@blueprint.get("/score/values/<int:round_id>/<code>/<kind>.<ending>")
@allow(Role.OFFICE)
def table(round_id: int, code: str, kind: str, ending: str) -> Response:
    """The table to fill in, with what is stored already."""
    filled = _kind(kind).table(_scheme(code), service.given(round_id, code), service.units_of(round_id))
    return downloads.table(f"{code}-{kind}", ending, filled)
