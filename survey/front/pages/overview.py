"""The first page after signing in: how the present round stands, in a few figures that lead further."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext

from survey.base.people.roles import Role, Viewer
from survey.base.web.presentation import moment, number, page_url, percent
from survey.collect import service as collect
from survey.estimate import service as estimate
from survey.followup import service as followup
from survey.rounds import service as rounds
from survey.sample import service as sample
from survey.score import service as score
from survey.screen import service as screen
from survey.units import service as units

#: units of one manager that the overview shows; more stand on the page of indices
MOST_OWN_UNITS = 2


@dataclass(frozen=True)
class Figure:
    """One figure of the overview and the page that explains it."""

    value: str
    label: str
    url: str


@dataclass(frozen=True)
class Step:
    """One step of a round's way from collecting to the frozen sheet."""

    title: str
    text: str
    url: str
    done: bool


def figures(viewer: Viewer, round_: rounds.Round | None) -> list[Figure]:
    """What this person wants to know first."""
    found: list[Figure] = []
    selection = rounds.selection(round_) if round_ else None
    if round_ and selection and viewer.sees_all:
        totals, desk = screen.totals(selection), url_for("screen.desk", round=round_.id)
        held = url_for("screen.desk", round=round_.id, state="held")
        found.append(Figure(f"{totals['received']:,}", gettext("answers received"), desk))
        found.append(Figure(f"{totals['held']:,}", gettext("answers held for review"), held))
        if totals["withdrawn"]:
            found.append(Figure(f"{totals['withdrawn']:,}", gettext("answers by withdrawn codes"), desk))
    found += _to_confirm(viewer)
    found += _in_no_round(viewer)
    if round_ and viewer.has(Role.OFFICE, Role.UNIT_MANAGER, Role.FOLLOW_UP, Role.AUDITOR, Role.ADMIN):
        found += _open_cases(viewer)
    if round_ and not viewer.sees_all:
        found += _of_own_units(viewer, round_)
    if selection and viewer.has(Role.OFFICE, Role.STATISTICIAN, Role.ADMIN):
        found += [_of_wave(wave) for wave in sample.waves(selection.whole) if wave.state == "open"]
    return found


def _to_confirm(viewer: Viewer) -> list[Figure]:
    """What other people proposed and this one may confirm; nothing where nothing waits."""
    found = []
    proposals = [one for one in screen.pending() if one.first != viewer.username]
    if proposals and viewer.has(*screen.DECIDING, Role.ADMIN):
        label = gettext("proposals wait for your decision")
        found.append(Figure(f"{len(proposals):,}", label, url_for("screen.waiting")))
    sheets = [one for one in score.sheet_list(viewer) if one.asked_by not in ("", viewer.username)]
    for sheet in sheets:
        if viewer.has(Role.OFFICE, Role.ADMIN) and not sheet.is_frozen:
            label = gettext("sheet to be confirmed and frozen")
            found.append(Figure(str(sheet.id), label, url_for("score.freeze", sheet_id=sheet.id)))
    return found


def _in_no_round(viewer: Viewer) -> list[Figure]:
    """Answers that nobody appraises as things stand; nothing where there are none."""
    lost = sum(collect.in_no_round().values()) if viewer.sees_all else 0
    return [Figure(f"{lost:,}", gettext("received, in no round"), url_for("rounds.collections"))] if lost else []


def _open_cases(viewer: Viewer) -> list[Figure]:
    rates = followup.rates(viewer)
    waiting = sum(rate.cases - rate.answered for rate in rates)
    return [Figure(f"{waiting:,}", gettext("bad ratings without a reply"), url_for("followup.cases", state="open"))]


def _of_own_units(viewer: Viewer, round_: rounds.Round) -> list[Figure]:
    """Index and participation at the counters of the units that a unit manager sees, where they may be shown."""
    run = estimate.latest_run(round_.id, viewer)
    pieces = estimate.evidence(run.id) if run else ()
    counter = next((piece.selector for piece in pieces if piece.selector.kind == "counter"), None)
    if run is None or counter is None:
        return []
    names = {unit.id: unit.name for unit in units.units(viewer)}
    shown = [
        index
        for index in estimate.indices(run.id, source=counter, viewer=viewer)
        if index.mean is not None and index.unit_id in names
    ]
    return [
        figure
        for index in shown[:MOST_OWN_UNITS]
        for url in [_page_of(run, index, counter)]
        for figure in (
            Figure(number(index.mean, 1), gettext("index at counters: %(unit)s", unit=names[index.unit_id]), url),
            Figure(percent(index.participation), gettext("participation: %(unit)s", unit=names[index.unit_id]), url),
        )
    ]


def _page_of(run: estimate.Run, index: estimate.Index, selector: estimate.Selector) -> str:
    return page_url(
        "estimate.unit",
        run_id=run.id,
        unit_id=index.unit_id,
        source=selector.kind,
        group=list(selector.groups) or "",
        collection=list(selector.collections) or "",
    )


def _of_wave(wave: sample.Wave) -> Figure:
    rate = sample.overall(sample.strata(wave.id)).rates.rr1
    return Figure(
        percent(rate), gettext("response rate RR1: %(wave)s", wave=wave.name), url_for("sample.show", wave_id=wave.id)
    )


def steps(viewer: Viewer, round_: rounds.Round) -> list[Step]:
    """The office's way through a round, with where it stands."""
    if not viewer.has(Role.OFFICE, Role.STATISTICIAN, Role.ADMIN):
        return []
    selection, run = rounds.selection(round_), estimate.latest_run(round_.id)
    sheets = score.sheet_list(viewer, round_.id)
    frozen = [sheet for sheet in sheets if sheet.is_frozen]
    return [
        Step(
            gettext("Collect"),
            gettext("codes at counters, waves, imports"),
            url_for("collect.answers", round=round_.id),
            screen.totals(selection)["received"] > 0,
        ),
        Step(
            gettext("Screen"),
            gettext("what counts, decided in the open"),
            url_for("screen.desk", round=round_.id),
            not screen.pending(selection),
        ),
        Step(
            gettext("Compute"),
            moment(run.made_at) if run else gettext("no indices yet"),
            url_for("estimate.rounds"),
            run is not None,
        ),
        Step(
            gettext("Score"),
            gettext("%(n)s sheets", n=len(sheets)),
            url_for("score.listing", round=round_.id),
            bool(sheets),
        ),
        Step(
            gettext("Freeze and hand over"),
            gettext("%(n)s frozen", n=len(frozen)),
            url_for("score.listing", round=round_.id),
            bool(frozen),
        ),
    ]
