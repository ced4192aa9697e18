"""What has come in, from the tallies: counts by kind, channel and day, the latest rates, what lies in no round."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from survey.base.people.roles import Viewer
from survey.collect.tally import reading
from survey.collect.tally.table import RESPONSE, SPEAKS_OF, STATES, TallyTable, merged, sums
from survey.questions import service as questions
from survey.rounds import service as rounds
from survey.rounds.service import Selection

#: the rated see counts of levels in steps of so many
STEP = 5
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Levels:
    """The answers to the overall questions of one kind of collections on one scale."""

    kind: str
    scale: questions.Scale
    #: level -> answers
    counts: Mapping[int, int]

    @property
    def valid(self) -> int:
        return sum(n for level, n in self.counts.items() if level != questions.CANNOT_SAY)

    def in_steps(self) -> Levels:
        """The same in whole steps, so that two looks never tell one answer; what is left over stays unsaid."""
        return replace(self, counts={level: number // STEP * STEP for level, number in self.counts.items()})

    def share(self, *levels: int) -> float:
        """Share of some levels among the valid answers."""
        return sum(self.counts.get(level, 0) for level in levels) / self.valid if self.valid else 0.0


@dataclass(frozen=True)
class Arrivals:
    """Counts of what arrived under some filters."""

    total: int
    by_kind: Mapping[str, int]
    by_channel: Mapping[int, int]
    by_collection: Mapping[int, int]
    #: every day with an answer
    by_day: tuple[tuple[date, int], ...]
    levels: tuple[Levels, ...]


@dataclass(frozen=True)
class ArrivalFilter:
    """What of a round's evidence is counted; empty = all of it."""

    selection: Selection
    kind: str = ""
    unit_ids: frozenset[int] | None = None
    from_day: date | None = None
    to_day: date | None = None


def arrivals(wanted: ArrivalFilter, viewer: Viewer) -> Arrivals:
    """Count what arrived, as far as this person may see it: the rated see no range of days, and levels in steps."""
    kinds = {one.id: one.kind for one in rounds.collections()}
    chosen, about = _visible(wanted, viewer, kinds)
    by_day: Counter[date] = Counter()
    by_channel: Counter[int] = Counter()
    by_collection: Counter[int] = Counter()
    for piece, table in reading.heads(chosen):
        part = table.where(_rows_about(table, about))
        number = int(part.total.sum())
        by_day[piece.day] += number
        by_collection[piece.collection_id] += number
        by_channel.update(sums(part, "channel"))
    levels = _levels(chosen, about, kinds)
    by_kind: Counter[str] = Counter()
    for collection_id, number in by_collection.items():
        by_kind[kinds[collection_id]] += number
    return Arrivals(
        by_kind.total(),
        _filled(by_kind),
        _filled(by_channel),
        _filled(by_collection),
        tuple(_filled(by_day).items()),
        levels if viewer.sees_all else tuple(line.in_steps() for line in levels),
    )


def _filled(counts: Counter[Any]) -> dict[Any, int]:
    """What was counted at all, in order."""
    return {key: number for key, number in sorted(counts.items()) if number}


def _visible(
    wanted: ArrivalFilter, viewer: Viewer, kinds: Mapping[int, str]
) -> tuple[Selection, frozenset[int] | None]:
    """The selection cut to the wanted kind and days and to what a role may see, and the units that are meant."""
    selection = wanted.selection
    allowed = frozenset(number for number in selection.collection_ids if wanted.kind in ("", kinds[number]))
    limits = [wanted.unit_ids, selection.unit_ids]
    if not viewer.sees_all:
        limits.append(viewer.unit_ids)
        allowed = frozenset(number for number in allowed if kinds[number] in questions.OPEN_TO_UNITS)
    about: frozenset[int] | None = None
    for limit in limits:
        if limit is not None:
            about = limit if about is None else about & limit
    by_day, whole = selection.by_day & allowed, selection.whole & allowed
    if viewer.sees_all and (wanted.from_day or wanted.to_day):  # what is selected whole is then cut by day too
        first = max(selection.opens_on, wanted.from_day or date.min)
        last = min(selection.closes_on, wanted.to_day or date.max)
        return Selection(first, last, by_day | whole, frozenset()), about
    return Selection(selection.opens_on, selection.closes_on, by_day, whole), about


def _rows_about(table: TallyTable, about: frozenset[int] | None) -> Mask:
    """The rows that count each response once: of all, or of those that speak of certain units."""
    question, unit = table.column("question"), table.column("unit_id")
    if about is None:
        return np.asarray(question == RESPONSE)
    return np.asarray(np.isin(unit, sorted(about)) & np.isin(question, (RESPONSE, SPEAKS_OF)))


def _levels(chosen: Selection, about: frozenset[int] | None, kinds: Mapping[int, str]) -> tuple[Levels, ...]:
    table, scales = reading.answers(chosen), questions.scale_of_question()
    rows = np.isin(table.column("question"), questions.overall_questions()) & (table.column("level") >= 0)
    if about is not None:
        rows &= np.isin(table.column("unit_id"), sorted(about))
    part = table.where(np.asarray(rows))
    counts: dict[tuple[str, str], Counter[int]] = defaultdict(Counter)
    columns = (part.column("collection_id"), part.column("question"), part.column("level"), part.total)
    for collection_id, question, level, number in zip(*(column.tolist() for column in columns), strict=True):
        if question in scales:
            counts[kinds[collection_id], scales[question].code][level] += number
    return tuple(Levels(kind, questions.SCALES[code], dict(each)) for (kind, code), each in sorted(counts.items()))


def totals(selection: Selection) -> dict[str, int]:
    """The reconciliation of what a round selects: received = counted + held + excluded + withdrawn codes."""
    found: Counter[str] = Counter()
    for _piece, table in reading.heads(selection):
        rows = _rows_of_round(table, selection.unit_ids)
        for state in STATES:
            found[state] += int(getattr(table, state)[rows].sum())
    return {"received": found.total(), **{state: found[state] for state in STATES}}


def _rows_of_round(table: TallyTable, unit_ids: frozenset[int] | None) -> Mask:
    """The responses about these units, forms about several units among them."""
    rows = table.column("question") == RESPONSE
    if unit_ids is not None:
        rows &= np.isin(table.column("unit_id"), [*unit_ids, -1])
    return np.asarray(rows)


def in_no_round() -> dict[int, int]:
    """Collection -> how many of its responses no round selects at present."""
    selections = [rounds.selection(one) for one in rounds.rounds()]
    found: Counter[int] = Counter()
    for piece, table in reading.heads(rounds.everything()):
        lost = table.column("question") == RESPONSE
        for selection in selections:
            if selection.holds(piece.collection_id, piece.day):
                lost &= ~_rows_of_round(table, selection.unit_ids)
        found[piece.collection_id] += int(table.total[lost].sum())
    return _filled(found)


def counts_by_unit(collection_ids: frozenset[int]) -> dict[int, int]:
    """How many responses about each unit some collections have received."""
    table = merged([table for _piece, table in reading.heads(rounds.everything(collection_ids))])
    own = table.where(np.asarray(table.column("question") == RESPONSE))
    return {unit: number for unit, number in sums(own, "unit_id").items() if unit >= 0}
