"""From a run's cells to the material of one source and question."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from survey.estimate.material import lists, polls, ratings
from survey.estimate.material.rows import Material, Rows, cut
from survey.estimate.run.runs import Snapshot

SOURCES = ("counter", "poll", "panel", "import")


def present(snapshot: Snapshot) -> tuple[str, ...]:
    """The sources that a run has answers from, in the order of `SOURCES`."""
    found = set(snapshot.cells.values["source"].tolist())
    return tuple(source for source in SOURCES if source in found)


def questions(snapshot: Snapshot, source: str) -> tuple[str, ...]:
    """Codes of the questions that a source answered."""
    rows = snapshot.cells.where("source", [source])
    codes = np.unique(snapshot.cells.codes["question"][rows])
    return tuple(snapshot.cells.values["question"][codes].tolist())


def overall(snapshot: Snapshot, source: str) -> tuple[str, ...]:
    """The source's overall questions; if it has none and only one question, that one."""
    asked = questions(snapshot, source)
    return tuple(code for code in asked if code in snapshot.context.overall) or (asked if len(asked) == 1 else ())


@lru_cache(maxsize=32)
def material(snapshot: Snapshot, source: str, question: str, with_held: bool = False) -> Material:
    """The rows of one source and question ("" = the overall question), of all units."""
    return _built(snapshot, source, cut(snapshot.cells, wanted(snapshot, source, question), with_held=with_held))


def material_of(unit_id: int, snapshot: Snapshot, source: str, question: str) -> Material:
    """The same of one unit, built from its own cells: its strata are its own, so its numbers are the same."""
    own = wanted(snapshot, source, question) & snapshot.cells.where("unit_id", [unit_id])
    return _built(snapshot, source, cut(snapshot.cells, own, with_held=False))


def _built(snapshot: Snapshot, source: str, rows: Rows) -> Material:
    if source == "counter":
        return ratings.material(rows, snapshot.context)
    if source == "poll":
        return polls.material(rows, snapshot.context)
    return lists.panel(rows) if source == "panel" else lists.imported(rows)


def wanted(snapshot: Snapshot, source: str, question: str) -> NDArray[np.bool_]:
    """(n,) cells of a source and question."""
    cells = snapshot.cells
    codes = (question,) if question else overall(snapshot, source)
    known = cells.column("unit_id") >= 0
    return np.asarray(cells.where("source", [source]) & cells.where("question", codes) & known)
