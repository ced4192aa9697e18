"""Runs in the database, and what they hold in memory: a run never changes, so what was read once stays read."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

import numpy as np
from flask_babel import gettext
from sqlalchemy import delete, select

from survey.base import clock
from survey.base.code_version import code_version
from survey.base.errors import NotFound
from survey.base.store.database import session
from survey.collect import service as collect
from survey.estimate.models import RunRow
from survey.estimate.run import cells as tallies
from survey.estimate.run import context as contexts
from survey.estimate.values import Run
from survey.rounds import service as rounds

#: runs kept in memory at once
KEPT = 6
#: the packages that turn answers into numbers
COMPUTING = ("weighting", "survey/questions", "survey/rounds", "survey/estimate")


@dataclass(frozen=True, eq=False)
class Snapshot:
    """All that a run's indices are computed from."""

    tally_hash: str
    cells: tallies.Cells
    context: contexts.Context


_kept: OrderedDict[str, Snapshot] = OrderedDict()
_lock = Lock()


def store(round_id: int, made_by: str, cells: tallies.Cells, context: str, excluded: int) -> RunRow:
    """Add a run to this request's work."""
    row = RunRow(
        round_id=round_id,
        made_at=clock.now().replace(microsecond=0),
        made_by=made_by,
        tally_hash=tallies.digest(cells, context),
        code_version=code_version(*COMPUTING),
        counted=int(cells.counted.sum()),
        held=int(cells.held.sum()),
        withdrawn=int(cells.withdrawn.sum()),
        excluded=excluded,
        cells=len(cells),
        tally=tallies.pack(cells),
        context=context,
    )
    session().add(row)
    session().flush()
    return row


def plain(row: RunRow) -> Run:
    """A stored run as other rooms see it."""
    made_at = clock.local(row.made_at)
    counts = (row.counted, row.held, row.excluded, row.cells)
    return Run(row.id, row.round_id, made_at, row.made_by, row.tally_hash, row.code_version, *counts, row.withdrawn)


def find(run_id: int) -> RunRow:
    row = session().get(RunRow, run_id)
    if row is None:
        raise NotFound(gettext("There is no such computation."))
    return row


def of_round(round_id: int) -> list[Run]:
    """Newest first."""
    query = select(RunRow).where(RunRow.round_id == round_id).order_by(RunRow.id.desc())
    return [plain(row) for row in session().scalars(query)]


def snapshot(run_id: int) -> Snapshot:
    """What a run holds; kept by its hash, which is the same only for the same content."""
    row = find(run_id)
    with _lock:
        if row.tally_hash in _kept:
            _kept.move_to_end(row.tally_hash)
            return _kept[row.tally_hash]
    cells, first_version = tallies.unpack(row.tally)
    made = Snapshot(row.tally_hash, cells, contexts.read(row.context, first_version))
    with _lock:
        _kept[row.tally_hash] = made
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return made


def held_has_changed(run_id: int) -> bool:
    """Whether answers have been held, released or excluded since a run counted them."""
    now = collect.tally(rounds.selection(rounds.round_(find(run_id).round_id)))
    cells = snapshot(run_id).cells
    rows = cells.held > 0
    units, counts = cells.column("unit_id")[rows], cells.held[rows]
    then = {int(unit): int(counts[units == unit].sum()) for unit in np.unique(units)}
    return then != {unit: number for unit, number in collect.held_by_unit(now).items() if number}


def remove(round_id: int) -> int:
    """Delete a round's runs; the caller commits."""
    found = session().execute(delete(RunRow).where(RunRow.round_id == round_id))
    return int(found.rowcount)  # type: ignore[attr-defined]  # a DELETE gives a cursor result, which counts rows
