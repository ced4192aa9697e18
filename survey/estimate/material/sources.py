"""From a run's cells to the material of one selector and question."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from survey.base.errors import Refused
from survey.estimate import selecting
from survey.estimate.material import lists, polls, ratings
from survey.estimate.material.rows import Material, Rows, cut
from survey.estimate.run.context import RunCollection
from survey.estimate.run.runs import Snapshot
from survey.estimate.values import Evidence, Measure, Selector
from survey.questions import service as questions
from survey.rounds import service as rounds


def collections_of(snapshot: Snapshot, selector: Selector) -> list[RunCollection]:
    """The collections that a selector names, with or without answers."""
    return selecting.chosen(snapshot.context.collections.values(), selector)


def require(snapshot: Snapshot, selector: Selector, question: str) -> None:
    """
    Raises:
        Refused: the selector names nothing, or mixes what nobody said to mix.
    """
    context = snapshot.context
    fault = selecting.fault_of(list(context.collections.values()), selector, question, context.scales, context.pooling)
    if fault:
        raise Refused(fault)


def evidence(snapshot: Snapshot) -> tuple[Evidence, ...]:
    """What the run has answers to, in pieces that nothing mixes: by kind, and where needed by group and wave."""
    answered = set(snapshot.cells.values["collection_id"].tolist())
    found: list[Evidence] = []
    for kind in questions.SOURCES:
        own = [one for one in snapshot.context.collections.values() if one.kind == kind and one.id in answered]
        if own:
            found += _pieces(snapshot, kind, own)
    return tuple(found)


def _pieces(snapshot: Snapshot, kind: str, own: list[RunCollection]) -> list[Evidence]:
    """One piece where the kind can stand alone; else one a group, and one a wave where waves stay apart."""
    whole = Selector(kind)
    if not _fault(snapshot, whole):
        return [_evidence(snapshot, whole, str(questions.SOURCE_NAMES[kind]))]
    names, found = rounds.group_names(), []
    for group in dict.fromkeys(one.group for one in own):
        of_group = Selector(kind, (group,)) if group else Selector(kind, (), tuple(o.code for o in own if not o.group))
        members = [one for one in own if one.group == group]
        if len(members) > 1 and not _fault(snapshot, of_group):
            found.append(_evidence(snapshot, of_group, str(names.get(group, group))))
        found += [_evidence(snapshot, Selector(kind, (), (one.code,)), one.title) for one in members]
    return found


def _fault(snapshot: Snapshot, selector: Selector) -> str:
    context = snapshot.context
    return selecting.fault_of(list(context.collections.values()), selector, "", context.scales, context.pooling)


def _evidence(snapshot: Snapshot, selector: Selector, title: str) -> Evidence:
    return Evidence(selector, title, measure_of(snapshot, selector, ""))


def measure_of(snapshot: Snapshot, selector: Selector, question: str, points: str = "") -> Measure:
    """How the answers to a question become numbers: on the question's scale, by its usual points or those stated.

    Raises:
        Refused: the points do not fit the scale.
    """
    code = next(iter(codes_of(snapshot, selector, question)), "")
    scale = questions.SCALES.get(snapshot.context.scales.get(code, ""))
    if scale is None:
        return Measure("", None)
    return Measure(scale.code, questions.points_of(points, scale) if points else scale.points)


def questions_of(snapshot: Snapshot, selector: Selector) -> tuple[str, ...]:
    """Codes of the questions that the selected collections answered."""
    numbers = [one.id for one in collections_of(snapshot, selector)]
    rows = snapshot.cells.where("collection_id", numbers)
    codes = np.unique(snapshot.cells.codes["question"][rows])
    return tuple(snapshot.cells.values["question"][codes].tolist())


def codes_of(snapshot: Snapshot, selector: Selector, question: str) -> tuple[str, ...]:
    """The question itself, or the overall ones; a single question stands for its form."""
    if question:
        return (question,)
    asked = questions_of(snapshot, selector)
    return tuple(code for code in asked if code in snapshot.context.overall) or (asked if len(asked) == 1 else ())


@lru_cache(maxsize=32)
def material(snapshot: Snapshot, selector: Selector, question: str, beside: str = "") -> Material:
    """The rows of one selector and question ("" = the overall question), of all units."""
    return _built(snapshot, selector, wanted(snapshot, selector, question), beside)


def material_of(unit_id: int, snapshot: Snapshot, selector: Selector, question: str) -> Material:
    """The same of one unit, built from its own cells: its strata are its own, so its numbers are the same."""
    own = wanted(snapshot, selector, question) & snapshot.cells.where("unit_id", [unit_id])
    return _built(snapshot, selector, own, "")


def _built(snapshot: Snapshot, selector: Selector, own: NDArray[np.bool_], beside: str) -> Material:
    wave_of = {one.id: one.wave_id for one in snapshot.context.collections.values()}
    rows: Rows = cut(snapshot.cells, own, wave_of, beside=beside)
    if selector.kind == "counter":
        return ratings.material(rows, snapshot.context)
    if selector.kind == "poll":
        return polls.material(rows, snapshot.context)
    return lists.panel(rows) if selector.kind == "panel" else lists.imported(rows)


def wanted(snapshot: Snapshot, selector: Selector, question: str) -> NDArray[np.bool_]:
    """(n,) cells of a selector and question."""
    cells, found = snapshot.cells, collections_of(snapshot, selector)
    rows = cells.where("question", codes_of(snapshot, selector, question)) & (cells.column("unit_id") >= 0)
    rows &= _in_groups(snapshot, found, selector)
    if selector.channels:
        rows &= cells.where("channel", selector.channels)
    return np.asarray(rows)


def _in_groups(snapshot: Snapshot, found: list[RunCollection], selector: Selector) -> NDArray[np.bool_]:
    """Answers of the collections; of those that leave the group to the answers, only the wanted groups."""
    cells = snapshot.cells
    groups = {rounds.known_code(group) for group in selector.groups}
    named = cells.where("collection_id", [one.id for one in found if one.group or not groups])
    open_ones = [one.id for one in found if not one.group and groups]
    if not open_ones:
        return named
    said = [text for text in cells.values["group"].tolist() if rounds.known_code(text) in groups]
    return np.asarray(named | (cells.where("collection_id", open_ones) & cells.where("group", said)))
