"""From a round's indices and the values from elsewhere to a sheet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from scipy import special

from survey.estimate import service as estimate
from survey.estimate.service import Selector
from survey.questions.service import FIVE
from survey.rounds import service as rounds
from survey.score.scheme.scheme import Component, Scheme
from survey.score.sheet import rules
from survey.score.sheet.precision import error_of_sum, interval, place_sets
from survey.score.sheet.rules import Measured
from survey.score.sheet.sheet import ClassSheet, Line
from survey.units import service as units

#: the packages whose code decides what a sheet says
DECIDING = ("weighting", "survey/questions", "survey/rounds", "survey/estimate", "survey/score")


@dataclass(frozen=True)
class Given:
    """What was brought in from elsewhere for one round and scheme."""

    #: (external code, unit) -> value
    values: Mapping[tuple[str, int], float]
    #: unit -> code of a bonus or deduction -> (points, reason) of each entry
    extras: Mapping[int, Mapping[str, Sequence[tuple[float, str]]]]


@dataclass(frozen=True)
class Judged:
    """All units of a round, scored by a scheme."""

    classes: tuple[ClassSheet, ...]
    #: names of units that no class of the scheme covers
    left_out: tuple[str, ...]


def units_of(round_id: int) -> list[units.Unit]:
    """The units that a round judges, by code: those it selects, as far as they are still appraised."""
    chosen = rounds.selection(rounds.round_(round_id)).unit_ids
    return [unit for unit in units.units() if chosen is None or unit.id in chosen]


def scored(scheme: Scheme, judged: Iterable[units.Unit], run_id: int | None, given: Given) -> Judged:
    """Every class of the scheme with its units scored, not ranked yet."""
    groups: dict[str, list[units.Unit]] = {}
    left_out = []
    for unit in judged:
        if scheme.for_class(unit.class_code) is None:
            left_out.append(unit.name)
        else:
            groups.setdefault(unit.class_code, []).append(unit)
    indices = _Indices(run_id, scheme)
    classes = [
        ClassSheet(code, members[0].class_name, 0, tuple(_line(scheme, unit, indices, given) for unit in members))
        for code, members in sorted(groups.items())
    ]
    return Judged(tuple(classes), tuple(left_out))


def ranked(scheme: Scheme, judged: Judged) -> Judged:
    """The same with places and grades; it needs no database, and most of the time goes here."""
    return replace(judged, classes=tuple(_ranked(scheme, group) for group in judged.classes))


class _Indices:
    """The run's indices, fetched once for each selector and question that the scheme names."""

    def __init__(self, run_id: int | None, scheme: Scheme) -> None:
        self._run_id = run_id
        self._points = scheme.points.text
        self._found: dict[tuple[Selector, str, str], dict[int, estimate.Index]] = {}

    def of(self, unit_id: int, leaf: Component) -> Measured | None:
        key = (leaf.selected, leaf.question, leaf.points_table)
        if key not in self._found:
            self._found[key] = {index.unit_id: index for index in self._fetch(*key)}
        index = self._found[key].get(unit_id)
        return None if index is None else _measured(index)

    def _fetch(self, selector: Selector, question: str, table: str) -> list[estimate.Index]:
        """The scheme's points are those of five levels; answers on another scale have their own."""
        if self._run_id is None:
            return []
        is_five = estimate.scale_of(self._run_id, selector, question) == FIVE.code
        points = table or (self._points if is_five else "")
        return estimate.indices(self._run_id, source=selector, question=question or None, points=points)


def _error_of(index: estimate.Index) -> float | None:
    """The index's standard error; where all answers agree there is none to estimate, and the cautious interval that
    stands in its place is taken as 1.96 errors wide, so that such a unit is not ranked as if it were known exactly."""
    if index.standard_error is not None or index.mean is None or index.low is None or index.high is None:
        return index.standard_error
    return max(index.mean - index.low, index.high - index.mean) / float(special.ndtri(0.975))


def _measured(index: estimate.Index) -> Measured:
    return Measured(
        value=None if index.floor == "hidden" else index.mean,
        standard_error=_error_of(index),
        degrees_of_freedom=index.degrees_of_freedom if index.standard_error is not None else None,
        value_with_held=index.mean_with_held,
        n=index.n,
        valid_n=index.valid_n,
        cannot_say=index.cannot_say,
        participation=index.participation,
        response_rate=index.response_rate,
        self_selected=index.self_selected,
        floor=index.floor,
    )


def _line(scheme: Scheme, unit: units.Unit, indices: _Indices, given: Given) -> Line:
    rules_of_class = scheme.for_class(unit.class_code)
    components = rules_of_class.components if rules_of_class else ()
    measured = dict(_leaf_values(components, unit.id, indices, given))
    parts = rules.score_siblings(components, measured, redistribute=scheme.floor == "redistribute")
    extras = rules.extra_lines(scheme.extras, given.extras.get(unit.id, {}))
    bonus, deduction = rules.bonus_and_deduction(extras, scheme.bonus_cap)
    points = rules.sum_of(parts)
    total = None if points is None else _total(points + bonus - deduction, scheme)
    error, degrees = error_of_sum((part.points_error, part.degrees_of_freedom) for part in parts)
    bounds = None if total is None else interval(total, error, degrees)
    with_held = sum(part.points_with_held or 0.0 for part in parts) + bonus - deduction
    return Line(
        unit_id=unit.id,
        unit_code=unit.code,
        unit_name=unit.name,
        parts=parts,
        extras=extras,
        bonus=bonus,
        deduction=deduction,
        total=total,
        standard_error=None if total is None else error,
        degrees_of_freedom=None if total is None else degrees,
        low=bounds[0] if bounds else None,
        high=bounds[1] if bounds else None,
        total_with_held=None if total is None else _total(with_held, scheme),
        unranked=rules.unranked_because(parts),
    )


def _total(points: float, scheme: Scheme) -> float:
    """Never below nothing, rounded as the scheme says; it is this number that is graded and ranked."""
    return rules.half_up(max(points, 0.0), scheme.decimals)


def _leaf_values(
    components: Sequence[Component], unit_id: int, indices: _Indices, given: Given
) -> Iterable[tuple[str, Measured]]:
    for component in components:
        for leaf in component.leaves():
            if leaf.external:
                value = given.values.get((leaf.external, unit_id))
                measured = None if value is None else Measured(value)
            else:
                measured = indices.of(unit_id, leaf)
            if measured is not None:
                yield leaf.code, measured


def _ranked(scheme: Scheme, group: ClassSheet) -> ClassSheet:
    """Places, place sets and grades inside one class; units without a place follow by their code."""
    ranked = [line for line in group.lines if line.total is not None and not line.unranked]
    totals = [line.total or 0.0 for line in ranked]
    ranks = rules.places([_tie_key(scheme, line) for line in ranked])
    sets = place_sets(totals, [line.standard_error for line in ranked])
    placed = []
    for line, rank, (low, high) in zip(ranked, ranks, sets, strict=True):
        grade = rules.grade_of(line.total or 0.0, scheme.grades)
        low, high = min(low, rank), max(high, rank)
        placed.append(
            replace(
                line,
                rank=rank,
                rank_low=low,
                rank_high=high,
                standing=_standing(low, high, len(ranked)),
                grade=grade.title if grade else None,
            )
        )
    placed.sort(key=lambda line: (line.rank or 0, line.unit_code))
    rest = [line for line in group.lines if line.total is None or line.unranked]
    rest.sort(key=lambda line: line.unit_code)
    return ClassSheet(group.code, group.name, len(ranked), (*placed, *rest))


def _tie_key(scheme: Scheme, line: Line) -> tuple[float, ...]:
    points = {part.code: part.points or 0.0 for part in line.parts}
    decisive = [rules.half_up(points.get(code, 0.0), scheme.decimals) for code in scheme.ties]
    return (line.total or 0.0, *decisive)


def _standing(low: int, high: int, ranked: int) -> str:
    """Said of a unit only where every place that the data allow is that one."""
    if ranked < 2 or low != high:
        return ""
    return "first" if high == 1 else "last" if low == ranked else ""
