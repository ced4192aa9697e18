"""Pages of score sheets; those of schemes, brought-in values and feed keys hang below."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.wrappers import Response as BaseResponse

from survey.base.errors import ImportFaults, NotFound
from survey.base.people.guard import allow, viewer
from survey.base.people.roles import Role
from survey.base.web import downloads, drawing, menu
from survey.questions import service as questions
from survey.rounds import service as rounds
from survey.score import service
from survey.score.pages import columns, selections
from survey.score.pages.downloads import language, notes, sheet_table, why_unranked
from survey.score.pages.forms import CorrectionForm, FreezeForm, SheetForm
from survey.score.pages.schemes import rule_words

blueprint = Blueprint("score", __name__)

#: everybody who sees all units
STAFF = (Role.OFFICE, Role.STATISTICIAN, Role.AUDITOR)
READERS = (*STAFF, Role.UNIT_MANAGER)
MENU = [
    menu.Entry(lazy_gettext("Score sheets"), "score.listing", frozenset(READERS), 70),
    menu.Entry(lazy_gettext("Values from elsewhere"), "score.values.choose", frozenset({Role.OFFICE}), 71),
    menu.Entry(lazy_gettext("Schemes"), "score.schemes.listing", frozenset(STAFF), 72),
    menu.Entry(lazy_gettext("Feed keys"), "score.keys.listing", frozenset({Role.ADMIN}), 73),
]


@blueprint.context_processor
def _words() -> dict[str, Any]:
    return {
        "said": lambda title: title.said(language()) if title else "",
        "why_unranked": why_unranked,
        "notes": notes,
        **rule_words.WORDS,
        "value_digits": columns.value_digits,
        "full_digits": columns.full_digits,
        "source_words": _source_words,
        "level_words": lambda level: questions.FIVE.word(level, language()),
        "selection": selections.SelectionWords(),
        "may_manage": viewer().has(Role.OFFICE, Role.ADMIN),
        "sees_all": viewer().sees_all,
    }


def _source_words(source: str) -> Any:
    """Where a component's value comes from; what is no kind of collections comes from elsewhere."""
    others = {
        "composite": gettext("Sum of its parts"),
        "full": gettext("Starts full and loses points"),
        "sheet": gettext("Score sheet of another round"),
    }
    if source in others:
        return others[source]
    return questions.SOURCE_NAMES.get(source) or gettext("Value from elsewhere")


@blueprint.get("/score")
@allow(*READERS)
def listing() -> str:
    asked = request.args.get("round", type=int)
    return render_template(
        "score/list.html",
        sheets=service.sheet_list(viewer(), asked),
        rounds={found.id: found for found in rounds.rounds()},
        asked=asked,
    )


@blueprint.route("/score/new", methods=["GET", "POST"])
@allow(Role.OFFICE)
def make() -> str | BaseResponse | tuple[str, int]:
    """Round and scheme; where the scheme does not fit the round, what is wrong stands above what was chosen."""
    meant = rounds.round_meant(request.args.get("round_id", type=int))
    form = SheetForm(round_id=meant.id if meant else None, scheme=request.args.get("scheme"))
    if not form.validate_on_submit():
        return render_template("score/new.html", form=form, refused=None)
    try:
        number = service.make_sheet(form.round_id.data, form.scheme.data, viewer=viewer())
    except ImportFaults as error:
        page = {"refused": error, "titles": _titles(form.scheme.data)}
        return render_template("score/new.html", form=form, **page), error.status
    return redirect(url_for(".show", sheet_id=number))


def _titles(scheme_code: str) -> dict[str, str]:
    """Code of a leaf -> its title, in the newest version of a scheme."""
    return {leaf.code: leaf.title.said(language()) for leaf in service.newest_scheme(scheme_code).survey_leaves()}


@blueprint.get("/score/<int:sheet_id>")
@allow(*READERS)
def show(sheet_id: int) -> str:
    sheet = service.sheet(sheet_id, viewer())
    chosen, search = request.args.get("class", ""), request.args.get("q", "").strip()
    groups = _chosen(sheet, chosen, search)
    return render_template(
        "score/sheet.html",
        sheet=sheet.content,
        entry=sheet.entry,
        groups=groups,
        chosen=chosen,
        q=search,
        heads=columns.of_classes(sheet.content),
        class_choices=[(group.code, group.name or group.code) for group in sheet.content.classes],
        intact=service.is_intact(sheet_id) if sheet.entry.is_frozen and viewer().sees_all else None,
        filters={"class": chosen, "q": search},
    )


def _chosen(sheet: service.Sheet, chosen: str, search: str) -> list[service.ClassSheet]:
    """The classes and lines that the address asks for."""
    found = []
    for group in sheet.content.classes:
        lines = tuple(
            line for line in group.lines if not search or search in line.unit_name or search == line.unit_code
        )
        if lines and chosen in ("", group.code):
            found.append(service.ClassSheet(group.code, group.name, group.ranked, lines))
    return found


@blueprint.get("/score/<int:sheet_id>/units/<int:unit_id>")
@allow(*READERS)
def explain(sheet_id: int, unit_id: int) -> str:
    sheet = service.sheet(sheet_id, viewer())
    found = next(((g, line) for g, line in sheet.content.lines() if line.unit_id == unit_id), None)
    if found is None:
        raise NotFound(gettext("This unit is not on the sheet."))
    group, line = found
    return render_template(
        "score/explain.html",
        sheet=sheet.content,
        entry=sheet.entry,
        group=group,
        line=line,
        behind=selections.behind(sheet, group.code, unit_id, viewer()),
        has_survey=any(part.source in questions.SOURCES for part in line.leaves()),
    )


@blueprint.get("/score/<int:sheet_id>/print")
@allow(*READERS)
def print_view(sheet_id: int) -> str:
    sheet = service.sheet(sheet_id, viewer())
    heads, groups = columns.of_classes(sheet.content), sheet.content.classes
    return render_template("score/print.html", sheet=sheet.content, entry=sheet.entry, groups=groups, heads=heads)


@blueprint.get("/score/<int:sheet_id>/table.<ending>")
@allow(*READERS)
def table(sheet_id: int, ending: str) -> Response:
    sheet = service.sheet(sheet_id, viewer())
    groups = _chosen(sheet, request.args.get("class", ""), request.args.get("q", "").strip())
    name = gettext("score-sheet-%(number)s", number=sheet_id)
    return downloads.table(name, ending, sheet_table(sheet, groups))


@blueprint.get("/score/<int:sheet_id>/signed.json")
@allow(*STAFF)
def signed(sheet_id: int) -> Response:
    name = gettext("score-sheet-%(number)s", number=sheet_id)
    return downloads.attachment(service.signed_document(sheet_id), f"{name}.json")


@blueprint.get("/score/<int:sheet_id>/chart.svg")
@allow(*STAFF)
def chart(sheet_id: int) -> Response:
    """One class's totals with intervals; `dark` draws for a dark page."""
    sheet = service.sheet(sheet_id, viewer())
    groups = _chosen(sheet, request.args.get("class", ""), "")
    if not groups:
        raise NotFound(gettext("The sheet has no such class."))
    charts = drawing.load("survey.score.pages.charts")
    return downloads.picture(charts.totals(groups[0], theme=request.args.get("theme", "light")), "svg")


@blueprint.route("/score/<int:sheet_id>/freeze", methods=["GET", "POST"])
@allow(Role.OFFICE)
def freeze(sheet_id: int) -> str | BaseResponse | tuple[str, int]:
    """The first person asks, having counted the units; the second confirms or sends the sheet back."""
    sheet, form = service.sheet(sheet_id, viewer()), FreezeForm()
    if sheet.entry.asked_by and request.method == "POST":
        return _second(sheet.entry, withdraws="withdraw" in request.form)
    if not sheet.entry.asked_by and form.validate_on_submit():
        service.ask_to_freeze(sheet_id, viewer(), units_counted=form.units.data)
        flash(gettext("Asked for. A second person of the office has to confirm it."), "success")
        return redirect(url_for(".show", sheet_id=sheet_id))
    lines = [line for _, line in sheet.content.lines()]
    return render_template(
        "score/freeze.html",
        sheet=sheet.content,
        entry=sheet.entry,
        form=form,
        me=viewer().username,
        round=rounds.round_(sheet.entry.round_id),
        units=len(lines),
        outdated=service.is_outdated(sheet.entry),
        without_total=[line for line in lines if line.total is None],
        for_reference=[line for line in lines if line.unranked == "reference"],
        moved=service.could_move(sheet.content),
    )


def _second(entry: service.SheetEntry, *, withdraws: bool) -> BaseResponse:
    if withdraws:
        service.withdraw_freezing(entry.id, viewer())
        flash(gettext("The sheet is a draft again; nobody asks to freeze it."), "success")
    else:
        service.freeze(entry.id, viewer())
        flash(gettext("Sheet %(number)s is frozen, signed and in the feed.", number=entry.id), "success")
    return redirect(url_for(".show", sheet_id=entry.id))


@blueprint.route("/score/<int:sheet_id>/correct", methods=["GET", "POST"])
@allow(Role.OFFICE)
def correct(sheet_id: int) -> str | BaseResponse | tuple[str, int]:
    entry, form = service.sheet(sheet_id, viewer()).entry, CorrectionForm()
    page: dict[str, Any] = {"entry": entry, "form": form}
    if not form.validate_on_submit():
        return render_template("score/correct.html", refused=None, **page)
    order = {"replaces_id": sheet_id, "reason": form.reason.data, "viewer": viewer()}
    try:
        number = service.make_sheet(entry.round_id, entry.scheme_code, **order)
    except ImportFaults as error:
        page["titles"] = _titles(entry.scheme_code)
        return render_template("score/correct.html", refused=error, **page), error.status
    return redirect(url_for(".show", sheet_id=number))


@blueprint.post("/score/<int:sheet_id>/remove")
@allow(Role.OFFICE)
def remove(sheet_id: int) -> BaseResponse:
    service.remove_draft(sheet_id, viewer())
    flash(gettext("The draft has been thrown away."), "success")
    return redirect(url_for(".listing"))
