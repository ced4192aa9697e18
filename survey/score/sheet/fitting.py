"""Whether a scheme fits a round, and whether a draft still stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from flask_babel import gettext

from survey.base.errors import Fault, ImportFaults, Refused
from survey.estimate import service as estimate
from survey.score.models import SheetRow
from survey.score.scheme.scheme import Component, Scheme
from survey.score.sheet import freezing, sheets
from survey.score.sheet.sheet import SheetContent


def run_for(round_id: int, wanted: Scheme, run_id: int | None) -> estimate.Run | None:
    """The computation that a scheme's leaves are read from; none where all of them come from elsewhere.

    Raises:
        Refused: the round has not been computed.
        ImportFaults: leaves that name nothing in it, or mix what nobody said to mix.
    """
    _refuse(_without_sheet(wanted))
    if not wanted.survey_leaves():
        return None
    run = estimate.latest_run(round_id) if run_id is None else estimate.run(run_id)
    if run is None or run.round_id != round_id:
        raise Refused(gettext("This round has no indices yet."), remedy=gettext("Compute them first, under results."))
    number = run.id
    _refuse(
        Fault(0, leaf.code, leaf.source, sentence)
        for leaf in wanted.survey_leaves()
        if (sentence := estimate.fault_in_run(number, leaf.selected, leaf.question) or _no_levels(leaf, number))
    )
    return run


def require_round(wanted: Scheme, round_id: int) -> None:
    """Refuse a scheme whose leaves select nothing in a round, before anything is computed."""
    faults = [
        Fault(0, leaf.code, leaf.source, sentence)
        for leaf in wanted.survey_leaves()
        if (sentence := estimate.fault_in_round(round_id, leaf.selected, leaf.question))
    ]
    _refuse([*_without_sheet(wanted), *faults])


def _refuse(faults: Iterable[Fault]) -> None:
    found = list(dict.fromkeys(faults))
    if found:
        raise ImportFaults(gettext("The scheme does not fit what the round selects."), found)


def _no_levels(leaf: Component, run_id: int) -> str:
    """Scores from 0 to 100 have no levels of which there could be a share."""
    if leaf.measure == "index" or estimate.scale_of(run_id, leaf.selected, leaf.question):
        return ""
    return str(gettext("These answers are scores from 0 to 100 and have no levels; count the index."))


def _without_sheet(wanted: Scheme) -> Iterator[Fault]:
    """Leaves that count a sheet of another round which has not been frozen."""
    there = sheets.earlier_totals(wanted)
    for missing, code in wanted.earlier_sheets().items():
        if missing not in there:
            names = {"round": missing.round, "scheme": missing.scheme}
            sentence = gettext("The round %(round)s has no frozen sheet by the scheme %(scheme)s.", **names)
            yield Fault(0, code, "sheet", sentence)


def checked(row: SheetRow, scheme: Callable[[int], Scheme]) -> SheetContent:
    """What a draft says, if it still stands and nothing undecided could move it; how much is held stands in it.

    Args:
        row: the draft.
        scheme: reads the scheme of this number.

    Raises:
        Refused: frozen already, changed since it was made, or answers without a decision could move it.
    """
    order = sheets.order_of(row, scheme(row.scheme_id))
    judged = sheets.judge(order.round_id, order.scheme, order.run.id if order.run else None)
    content = sheets.require_unchanged(row, order, judged)
    waiting = freezing.undecided(row.round_id, order.scheme)
    freezing.require_decided(content, waiting)
    held = sum(one.held for one in waiting)
    return replace(content, basis={**content.basis, "undecided": held}) if held else content
