"""The door of `estimate`: rounds computed once, indices of any selector and points table from what was stored."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
from flask_babel import gettext

from survey.base import settings
from survey.base.errors import Refused
from survey.base.people import audit
from survey.base.people.roles import SYSTEM, Viewer
from survey.base.store.database import commit, give_back
from survey.base.store.jobs import Progress
from survey.collect import service as collect
from survey.estimate import rules, selecting
from survey.estimate.index import breakdown as parts
from survey.estimate.index import indices as indexing
from survey.estimate.index.pooled import pooled, strata_of_waves
from survey.estimate.material import sources
from survey.estimate.run import cells as tallies
from survey.estimate.run import context as contexts
from survey.estimate.run import releases as stored_releases
from survey.estimate.run import runs as stored_runs
from survey.estimate.run.context import RunCollection
from survey.estimate.run.runs import Snapshot
from survey.estimate.values import (
    DesignFault,
    Difference,
    DomainLine,
    Evidence,
    Index,
    Measure,
    PanelSpread,
    Run,
    Selector,
    StratumLine,
)
from survey.rounds import service as rounds
from survey.sample import service as sample
from survey.units import service as units

__all__ = [
    "Index",
    "Run",
    "Selector",
    "breakdown",
    "by_part",
    "by_question",
    "compare",
    "compute",
    "evidence",
    "fault_in_round",
    "fault_in_run",
    "faults",
    "held_has_changed",
    "indices",
    "latest_run",
    "panel_spread",
    "questions",
    "recount",
    "release",
    "releases",
    "remove_runs",
    "run",
    "runs",
    "scale_of",
]

#: a kind of collections, or which of them exactly
Wanted = Selector | str
recount = collect.recount
releases = stored_releases.of_round
held_has_changed = stored_runs.held_has_changed


def compute(round_id: int, *, viewer: Viewer = SYSTEM, progress: Progress | None = None) -> Run:
    """Read a round's tallies once and store them with collections, caseload and wave designs as they stand.

    The long reads come between two short uses of the session, so that no rater waits for them.

    Raises:
        NotFound: there is no such round.
        Refused: the round has no answers yet.
    """
    step = progress or (lambda done, total: None)
    round_ = rounds.round_(round_id)
    selection = rounds.selection(round_)
    context = contexts.gather(round_, selection)
    give_back()
    step(1, 4)
    table = collect.tally(selection)
    if not len(table):
        raise Refused(
            gettext("This round has no answers yet."), remedy=gettext("Collect or import answers, then compute again.")
        )
    step(2, 4)
    cells = tallies.from_tally(table)
    step(3, 4)
    row = stored_runs.store(round_id, viewer.username, cells, context, int(table.excluded.sum()))
    audit.record("round.computed", round_.code, actor=viewer.username, run=row.id, tally_hash=row.tally_hash)
    commit()
    step(4, 4)
    return stored_runs.plain(row)


def runs(round_id: int) -> list[Run]:
    """The round's runs, newest first."""
    return stored_runs.of_round(round_id)


def run(run_id: int, viewer: Viewer = SYSTEM) -> Run:
    """One run that this person may open; for others it is not there (NotFound)."""
    return stored_releases.run_for(run_id, viewer)


def latest_run(round_id: int, viewer: Viewer = SYSTEM) -> Run | None:
    """The newest of the round's runs that this person may open."""
    return stored_releases.latest_run_for(round_id, viewer)


def release(run_id: int, *, viewer: Viewer = SYSTEM) -> bool:
    """Open a run to the rated units, for good; an earlier release of the round closes. False if it was open already.

    Raises:
        NotFound: there is no such run.
        Refused: a later run of the round has been released already.
    """
    is_new = stored_releases.add(stored_runs.find(run_id), viewer.username)
    commit()
    return is_new


def remove_runs(round_id: int) -> int:
    """Remove a round's runs: only for simulated answers, whose mark the caller has checked. Returns how many."""
    removed = stored_runs.remove(round_id)
    commit()
    return removed


def evidence(run_id: int) -> tuple[Evidence, ...]:
    """What a run has answers to, in pieces that nothing mixes."""
    return sources.evidence(stored_runs.snapshot(run_id))


def questions(run_id: int, source: Wanted) -> tuple[str, ...]:
    """Codes of the questions that the selected answers speak to."""
    return sources.questions_of(stored_runs.snapshot(run_id), _selector(source))


def _selector(source: Wanted) -> Selector:
    return Selector(source) if isinstance(source, str) else source


def fault_in_round(round_id: int, selector: Selector, question: str = "") -> str:
    """What is wrong with asking a round this, before anything is computed; empty if nothing is."""
    round_ = rounds.round_(round_id)
    context = contexts.read(contexts.gather(round_, rounds.selection(round_)), {})
    every: list[RunCollection] = list(context.collections.values())
    return selecting.fault_of(every, selector, question, context.scales, context.pooling)


def fault_in_run(run_id: int, selector: Selector, question: str = "") -> str:
    """What is wrong with asking a run this; empty if nothing is."""
    context = stored_runs.snapshot(run_id).context
    every = list(context.collections.values())
    return selecting.fault_of(every, selector, question, context.scales, context.pooling)


def scale_of(run_id: int, selector: Selector, question: str = "") -> str:
    """Code of the scale that the selected answers are on; empty for scores, and where there are no answers."""
    return sources.measure_of(stored_runs.snapshot(run_id), selector, question).scale


def indices(
    run_id: int,
    *,
    source: Wanted,
    question: str | None = None,
    points: str = "",
    viewer: Viewer | None = None,
) -> list[Index]:
    """Every unit's index from the selected answers, by unit number; any points table, from the stored cells.

    Args:
        run_id: which computation.
        source: a kind of collections, where the round selects one group and wave of it, or a selector.
        question: its code; None = the overall question.
        points: points of the scale's levels, best first; empty = the scale's usual ones. Scores are points already.
        viewer: leave out units that this person may not see.

    Raises:
        NotFound: there is no such run.
        Refused: the selector names nothing or mixes what nobody said to mix; the points do not fit the scale.
    """
    found = _indices(stored_runs.snapshot(run_id), _selector(source), question or "", points, _floors())
    return [index for index in found if viewer is None or viewer.may_see(index.unit_id)]


@lru_cache(maxsize=64)
def _indices(
    snapshot: Snapshot, selector: Selector, question: str, points: str, floors: indexing.Floors
) -> tuple[Index, ...]:
    sources.require(snapshot, selector, question)
    measure = sources.measure_of(snapshot, selector, question, points)
    shares, waves = _waves(snapshot, selector)
    if not shares:
        return tuple(indexing.indices(snapshot, selector, question, measure, floors))
    each = {number: indexing.indices(snapshot, wave, question, measure, floors) for number, wave in waves.items()}
    return tuple(pooled(each, shares, floors))


def _waves(snapshot: Snapshot, selector: Selector) -> tuple[Mapping[int, float], dict[int, Selector]]:
    """Share and selector of each wave; both empty where nothing is pooled by shares."""
    found = sources.collections_of(snapshot, selector)
    shares = selecting.shares_of(found, selector, snapshot.context.pooling)
    return shares, {one.id: _of_wave(selector, one) for one in found if one.id in shares}


def _of_wave(selector: Selector, one: RunCollection) -> Selector:
    """The same answers of one wave alone."""
    return Selector(selector.kind, selector.groups, (one.code,), selector.channels, selector.form)


def _floors() -> indexing.Floors:
    own = settings.present()
    return indexing.Floors(own.floor_hidden, own.floor_reference)


def panel_spread(run_id: int, source: Wanted = "panel") -> PanelSpread | None:
    """Whether a panel tells the units apart; None without scores or with fewer than two units to show."""
    snapshot, selector = stored_runs.snapshot(run_id), _selector(source)
    if not sources.collections_of(snapshot, selector) or sources.measure_of(snapshot, selector, "").scale:
        return None
    means = [index.mean for index in indices(run_id, source=selector) if index.mean is not None]
    if len(means) < 2:
        return None
    material = sources.material(snapshot, selector, "")
    each = np.bincount(np.unique(material.score, return_inverse=True)[1], weights=material.frequency)
    spread, same = float(np.std(means)), float(each.max() / each.sum())
    return PanelSpread(len(means), spread, same, warning=not rules.tells_apart(spread, same))


def faults(run_id: int, source: Wanted, *, viewer: Viewer | None = None) -> list[DesignFault]:
    """Strata whose answers do not fit their caseload or design."""
    found = sources.material(stored_runs.snapshot(run_id), _selector(source), "").faults
    return [fault for fault in found if viewer is None or viewer.may_see(fault.unit_id)]


def breakdown(
    run_id: int,
    unit_id: int,
    source: Wanted,
    *,
    question: str | None = None,
    points: str = "",
    viewer: Viewer | None = None,
) -> list[StratumLine]:
    """The strata of a unit's index; empty where the index itself is hidden.

    The rated unit does not see the answers of strata below the floor; the office and the statisticians do.

    Raises:
        NotFound: the run does not exist, or this person may not see the unit.
    """
    selector = _selector(source)
    if not _is_shown(run_id, unit_id, selector, question, points, viewer):
        return []
    names = {window.id: window.name for window in units.windows(unit_id)}
    if selector.kind == "poll":
        names = {wave.id: wave.name for wave in sample.waves()}
    snapshot, measure = _asked(run_id, selector, question, points)

    def strata(wanted: Selector) -> list[StratumLine]:
        return parts.strata(snapshot, unit_id, wanted, question or "", measure, names)

    shares, waves = _waves(snapshot, selector)
    each = {}
    for number, wave in waves.items():
        found = indices(run_id, source=wave, question=question, points=points)
        each[number] = (next(index for index in found if index.unit_id == unit_id), strata(wave))
    lines = strata_of_waves(each, shares) if shares else strata(selector)
    return lines if viewer is None or viewer.sees_all else parts.without_few(lines, _floors())


def _asked(run_id: int, selector: Selector, question: str | None, points: str) -> tuple[Snapshot, Measure]:
    snapshot = stored_runs.snapshot(run_id)
    return snapshot, sources.measure_of(snapshot, selector, question or "", points)


def by_part(
    run_id: int,
    unit_id: int,
    source: Wanted,
    part: str,
    *,
    question: str | None = None,
    points: str = "",
    viewer: Viewer | None = None,
) -> list[DomainLine]:
    """The unit's index by "month", "window" (labels are numbers) or "group", each part under its own floor."""
    selector = _selector(source)
    if not _is_shown(run_id, unit_id, selector, question, points, viewer):
        return []
    snapshot, measure = _asked(run_id, selector, question, points)
    return parts.by_part(snapshot, unit_id, selector, question or "", measure, part, _floors())


def by_question(
    run_id: int,
    unit_id: int,
    source: Wanted,
    *,
    points: str = "",
    viewer: Viewer | None = None,
) -> list[DomainLine]:
    """The unit's index of every question that the selected answers speak to."""
    selector = _selector(source)
    if not _is_shown(run_id, unit_id, selector, None, points, viewer):
        return []
    snapshot, measure = _asked(run_id, selector, None, points)
    return parts.by_question(snapshot, unit_id, selector, measure, _floors())


def _is_shown(
    run_id: int, unit_id: int, selector: Selector, question: str | None, points: str, viewer: Viewer | None
) -> bool:
    if viewer is not None:
        viewer.require(unit_id, gettext("There is no such unit."))
    found = indices(run_id, source=selector, question=question, points=points)
    return any(index.unit_id == unit_id and index.floor != "hidden" for index in found)


def compare(
    before: int, after: int, *, source: Wanted, points: str = "", viewer: Viewer | None = None
) -> list[Difference]:
    """Each unit in two runs, the largest changes first; a unit that only one of them knows is hidden in the other."""
    old = {index.unit_id: index for index in indices(before, source=source, points=points, viewer=viewer)}
    new = {index.unit_id: index for index in indices(after, source=source, points=points, viewer=viewer)}
    lines = []
    for unit_id in sorted({*old, *new}):
        like = old.get(unit_id) or new[unit_id]
        nothing = Index(unit_id, like.source, "", "hidden", like.self_selected, scale=like.scale)
        first, second = old.get(unit_id, nothing), new.get(unit_id, nothing)
        change = None if first.mean is None or second.mean is None else second.mean - first.mean
        lines.append(Difference(unit_id, first, second, change))
    return sorted(lines, key=lambda line: (-round(abs(line.change or 0.0), 2), line.unit_id))
