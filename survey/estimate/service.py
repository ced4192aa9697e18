"""The door of `estimate`: rounds computed once, indices of any points table from what was stored."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from flask import current_app
from flask_babel import gettext

from survey.base.errors import Refused
from survey.base.people import audit
from survey.base.people.roles import SYSTEM, Viewer
from survey.base.store.database import commit, session
from survey.base.store.jobs import Progress
from survey.collect import service as collect
from survey.estimate import rules
from survey.estimate.index import breakdown as parts
from survey.estimate.index import indices as indexing
from survey.estimate.index.numbers import PointsKey
from survey.estimate.material import sources
from survey.estimate.run import cells as tallies
from survey.estimate.run import context as contexts
from survey.estimate.run import runs as stored_runs
from survey.estimate.values import (
    POINTS_100_70_30,
    POINTS_100_75_50_25_0,
    POINTS_100_80_60_30_0,
    POINTS_TABLES,
    DesignFault,
    Difference,
    DomainLine,
    Index,
    PanelSpread,
    Points,
    Run,
    StratumLine,
)
from survey.sample import service as sample
from survey.screen import service as screen
from survey.units import service as units

__all__ = [
    "POINTS_100_70_30",
    "POINTS_100_75_50_25_0",
    "POINTS_100_80_60_30_0",
    "POINTS_TABLES",
    "DesignFault",
    "Difference",
    "DomainLine",
    "Index",
    "PanelSpread",
    "Points",
    "Run",
    "StratumLine",
    "breakdown",
    "by_part",
    "by_question",
    "compare",
    "compute",
    "faults",
    "indices",
    "latest_run",
    "panel_indices",
    "panel_spread",
    "questions",
    "remove_runs",
    "run",
    "runs",
    "sources_of",
]


def compute(round_id: int, *, viewer: Viewer = SYSTEM, progress: Progress | None = None) -> Run:
    """Count a round's answers once and store the cells with caseload and wave designs as they stand.

    The long reads come between two short uses of the session, so that no rater waits for them.

    Raises:
        NotFound: there is no such round.
        Refused: the round has no answers yet.
    """
    step = progress or (lambda done, total: None)
    context, left_out = contexts.gather(round_id), screen.uncounted(round_id)
    session().rollback()  # nothing was written; SQLite's write lock is given back before the long reads
    step(1, 4)
    everything = collect.tally(round_id)
    if not len(everything):
        raise Refused(
            gettext("This round has no answers yet."), remedy=gettext("Collect or import answers, then compute again.")
        )
    step(2, 4)
    held, excluded = (
        collect.tally(round_id, keys=keys) if keys else None for keys in (left_out.held, left_out.excluded)
    )
    cells = tallies.from_tallies(everything, held, excluded)
    step(3, 4)
    row = stored_runs.store(round_id, viewer.username, cells, context, sum(excluded.count) if excluded else 0)
    audit.record("round.computed", str(round_id), actor=viewer.username, run=row.id, tally_hash=row.tally_hash)
    commit()
    step(4, 4)
    return stored_runs.plain(row)


def runs(round_id: int) -> list[Run]:
    """The round's runs, newest first."""
    return stored_runs.of_round(round_id)


def run(run_id: int) -> Run:
    """One run.

    Raises:
        NotFound: there is none of this number.
    """
    return stored_runs.plain(stored_runs.find(run_id))


def latest_run(round_id: int) -> Run | None:
    """The round's newest run."""
    return next(iter(runs(round_id)), None)


def remove_runs(round_id: int) -> int:
    """Remove a round's runs: only for simulated answers, whose mark the caller has checked. Returns how many."""
    removed = stored_runs.remove(round_id)
    commit()
    return removed


def sources_of(run_id: int) -> tuple[str, ...]:
    """The sources that a run has answers from."""
    return sources.present(stored_runs.snapshot(run_id))


def questions(run_id: int, source: str) -> tuple[str, ...]:
    """Codes of the questions that a source answered."""
    return sources.questions(stored_runs.snapshot(run_id), source)


def indices(
    run_id: int,
    *,
    source: str,
    question: str | None = None,
    points: Points = POINTS_100_80_60_30_0,
    viewer: Viewer | None = None,
) -> list[Index]:
    """Every unit's index from one source, by unit number; any points table, from the stored cells.

    Args:
        run_id: which computation.
        source: "counter", "poll", "import" or "panel"; a panel's scores are points already.
        question: its code; None = the overall question.
        points: points of levels 5..1.
        viewer: leave out units that this person may not see.

    Raises:
        NotFound: there is no such run.
        Refused: the points table lacks a level, or a worse level has more points.
    """
    found = _indices(stored_runs.snapshot(run_id), source, question or "", _key(points, source), _floors())
    return [index for index in found if viewer is None or viewer.may_see(index.unit_id)]


@lru_cache(maxsize=64)
def _indices(
    snapshot: stored_runs.Snapshot, source: str, question: str, points: PointsKey, floors: indexing.Floors
) -> tuple[Index, ...]:
    return tuple(indexing.indices(snapshot, source, question, points, floors))


def _key(points: Points, source: str) -> PointsKey:
    if not rules.is_points_table(points):
        raise Refused(
            gettext("This is not a points table."),
            remedy=gettext("Give each level from 5 to 1 its points, from 100 down to 0, none above a better level."),
        )
    return () if source == "panel" else tuple(sorted(points.items(), reverse=True))


def _floors() -> indexing.Floors:
    settings = current_app.extensions["settings"]
    return indexing.Floors(settings.floor_hidden, settings.floor_reference)


def panel_indices(run_id: int, *, viewer: Viewer | None = None) -> list[Index]:
    """Every unit's mean of the panel's scores 0–100, with the spread between raters."""
    return indices(run_id, source="panel", viewer=viewer)


def panel_spread(run_id: int) -> PanelSpread | None:
    """Whether the panel tells the units apart; None without a panel or with fewer than two units to show."""
    snapshot = stored_runs.snapshot(run_id)
    means = [index.mean for index in panel_indices(run_id) if index.mean is not None]
    if len(means) < 2:
        return None
    material = sources.material(snapshot, "panel", "")
    each = np.bincount(np.unique(material.score, return_inverse=True)[1], weights=material.frequency)
    spread, same = float(np.std(means)), float(each.max() / each.sum())
    return PanelSpread(len(means), spread, same, warning=not rules.tells_apart(spread, same))


def faults(run_id: int, source: str, *, viewer: Viewer | None = None) -> list[DesignFault]:
    """Strata whose answers do not fit their caseload or design."""
    found = sources.material(stored_runs.snapshot(run_id), source, "").faults
    return [fault for fault in found if viewer is None or viewer.may_see(fault.unit_id)]


def breakdown(
    run_id: int,
    unit_id: int,
    source: str,
    *,
    question: str | None = None,
    points: Points = POINTS_100_80_60_30_0,
    viewer: Viewer | None = None,
) -> list[StratumLine]:
    """The strata of a unit's index; empty where the index itself is hidden.

    The rated unit does not see the answers of strata below the floor; the office and the statisticians do.

    Raises:
        NotFound: the run does not exist, or this person may not see the unit.
    """
    if not _is_shown(run_id, unit_id, source, question, points, viewer):
        return []
    names = {window.id: window.name for window in units.windows(unit_id)}
    if source == "poll":
        names = {wave.id: wave.name for wave in sample.waves(run(run_id).round_id)}
    lines = parts.strata(stored_runs.snapshot(run_id), unit_id, source, question or "", _key(points, source), names)
    return lines if viewer is None or viewer.sees_all else parts.without_few(lines, _floors())


def by_part(
    run_id: int,
    unit_id: int,
    source: str,
    part: str,
    *,
    question: str | None = None,
    points: Points = POINTS_100_80_60_30_0,
    viewer: Viewer | None = None,
) -> list[DomainLine]:
    """The unit's index by "month", "window" (labels are numbers) or "group", each part under its own floor."""
    if not _is_shown(run_id, unit_id, source, question, points, viewer):
        return []
    key = _key(points, source)
    return parts.by_part(stored_runs.snapshot(run_id), unit_id, source, question or "", key, part, _floors())


def by_question(
    run_id: int,
    unit_id: int,
    source: str,
    *,
    points: Points = POINTS_100_80_60_30_0,
    viewer: Viewer | None = None,
) -> list[DomainLine]:
    """The unit's index of every question of the source."""
    if not _is_shown(run_id, unit_id, source, None, points, viewer):
        return []
    return parts.by_question(stored_runs.snapshot(run_id), unit_id, source, _key(points, source), _floors())


def _is_shown(
    run_id: int, unit_id: int, source: str, question: str | None, points: Points, viewer: Viewer | None
) -> bool:
    if viewer is not None:
        viewer.require(unit_id, gettext("There is no such unit."))
    found = indices(run_id, source=source, question=question, points=points)
    return any(index.unit_id == unit_id and index.floor != "hidden" for index in found)


def compare(
    before: int, after: int, *, source: str, points: Points = POINTS_100_80_60_30_0, viewer: Viewer | None = None
) -> list[Difference]:
    """Each unit in two runs, the largest changes first; a unit that only one of them knows is hidden in the other."""
    old = {index.unit_id: index for index in indices(before, source=source, points=points, viewer=viewer)}
    new = {index.unit_id: index for index in indices(after, source=source, points=points, viewer=viewer)}
    lines = []
    for unit_id in sorted({*old, *new}):
        nothing = Index(unit_id, source, "", "hidden", source in indexing.SELF_SELECTED)
        first, second = old.get(unit_id, nothing), new.get(unit_id, nothing)
        change = None if first.mean is None or second.mean is None else second.mean - first.mean
        lines.append(Difference(unit_id, first, second, change))
    return sorted(lines, key=lambda line: (-round(abs(line.change or 0.0), 2), line.unit_id))
