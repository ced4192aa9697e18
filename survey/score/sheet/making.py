"""From a round's indices and the values from elsewhere to a sheet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from scipy import special

from survey.estimate import service as estimate
from survey.estimate.service import Selector
from survey.questions.service import FIVE, SCALES, Scale
from survey.rounds import service as rounds
from survey.score.scheme.extras import ExtraEntry
from survey.score.scheme.scheme import Component, EarlierSheet, Scheme
from survey.score.sheet import rules
from survey.score.sheet.placing import placed, scopes_of
from survey.score.sheet.precision import error_of_parts, interval
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
    #: unit -> code of a bonus, deduction or veto -> its entries
    extras: Mapping[int, Mapping[str, Sequence[ExtraEntry]]]


@dataclass(frozen=True)
class EarlierTotal:
    """What a frozen sheet of another round gave a unit, in per cent of its full marks."""

    sheet: int
    value: float | None
    standard_error: float | None
    degrees_of_freedom: float | None
    value_with_held: float | None


#: a sheet of another round -> unit -> its total
EarlierTotals = Mapping[EarlierSheet, Mapping[int, EarlierTotal]]
NO_TOTALS: EarlierTotals = {}


@dataclass(frozen=True)
class Judged:
    """All units of a round, scored by a scheme."""

    classes: tuple[ClassSheet, ...]
    #: names of units that no class of the scheme covers
    left_out: tuple[str, ...]
    #: unit -> the group in which it takes its place, where that is not its class
    scopes: Mapping[int, str] = field(default_factory=dict)


def units_of(round_id: int) -> list[units.Unit]:
    """The units that a round judges, by code: those it selects, as far as they are still appraised."""
    chosen = rounds.selection(rounds.round_(round_id)).unit_ids
    return [unit for unit in units.units() if chosen is None or unit.id in chosen]


def scored(
    scheme: Scheme, judged: Iterable[units.Unit], run_id: int | None, given: Given, earlier: EarlierTotals = NO_TOTALS
) -> Judged:
    """Every class of the scheme with its units scored, not ranked yet."""
    groups: dict[str, list[units.Unit]] = {}
    left_out = []
    for unit in judged:
        if scheme.for_class(unit.class_code) is None:
            left_out.append(unit.name)
        else:
            groups.setdefault(unit.class_code, []).append(unit)
    values = LeafValues(_Indices(run_id, scheme), given, earlier)
    classes = [
        ClassSheet(code, members[0].class_name, 0, tuple(_lines(scheme, members, values, given)))
        for code, members in sorted(groups.items())
    ]
    every = [unit for members in groups.values() for unit in members]
    return Judged(tuple(classes), tuple(left_out), scopes_of(scheme, every))


def ranked(scheme: Scheme, judged: Judged) -> Judged:
    """The same with places and grades; it needs no database, and most of the time goes here."""
    return replace(judged, classes=placed(scheme, judged.classes, judged.scopes))


class _Indices:
    """The run's indices, fetched once for each selector and question that the scheme names."""

    def __init__(self, run_id: int | None, scheme: Scheme) -> None:
        self._run_id = run_id
        self._points = scheme.points.text
        self._found: dict[tuple[Selector, str, str, str], dict[int, estimate.Index]] = {}

    def of(self, unit_id: int, leaf: Component) -> Measured | None:
        key = (leaf.selected, leaf.question, leaf.points_table, leaf.measure)
        if key not in self._found:
            self._found[key] = {index.unit_id: index for index in self._fetch(*key)}
        index = self._found[key].get(unit_id)
        if index is None:
            return None
        found = _measured(index)
        return _turned(found) if leaf.measure == "bad" else found

    def _fetch(self, selector: Selector, question: str, table: str, measure: str) -> list[estimate.Index]:
        """The scheme's points are those of five levels; answers on another scale have their own."""
        if self._run_id is None:
            return []
        scale = SCALES.get(estimate.scale_of(self._run_id, selector, question))
        if measure != "index" and scale is not None:
            points = share_points(scale, measure)
        else:
            points = table or (self._points if scale == FIVE else "")
        return estimate.indices(self._run_id, source=selector, question=question or None, points=points)


def share_points(scale: Scale, measure: str) -> str:
    """Points that make an index of a share of levels, in per cent: of 满意率, of the top level, of what is not bad.

    >>> [share_points(FIVE, measure) for measure in ("satisfied", "topbox", "bad")]
    ['100/100/100/0/0', '100/0/0/0/0', '100/100/100/0/0']
    """
    counted = {
        "satisfied": set(scale.satisfied),
        "topbox": {scale.top},
        "bad": set(scale.levels) - set(scale.bad),
    }[measure]
    return "/".join("100" if level in counted else "0" for level in scale.levels)


def _turned(found: Measured) -> Measured:
    """The rate of bad ratings from that of all others."""

    def turned(value: float | None) -> float | None:
        return None if value is None else 100.0 - value

    return replace(found, value=turned(found.value), value_with_held=turned(found.value_with_held))


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


@dataclass(frozen=True)
class LeafValues:
    """Where the values of leaves come from: indices, values from elsewhere, sheets of other rounds."""

    indices: _Indices
    given: Given
    earlier: EarlierTotals

    def of(self, unit_id: int, leaf: Component) -> Measured | None:
        if leaf.source == "full":
            return Measured(leaf.full)
        if leaf.earlier:
            return _of_sheet(leaf.earlier, self.earlier.get(leaf.earlier, {}).get(unit_id))
        if leaf.external:
            return self._from_elsewhere(unit_id, leaf)
        return self.indices.of(unit_id, leaf)

    def _from_elsewhere(self, unit_id: int, leaf: Component) -> Measured | None:
        found = [self.given.values.get((code, unit_id)) for code in leaf.codes_from_elsewhere]
        numbers = [value for value in found if value is not None]
        if len(numbers) < len(found):
            return None
        if not leaf.divided_by:
            return Measured(numbers[0])
        part, whole = numbers
        return Measured(100 * part / whole, ratio=(part, whole)) if whole else None


def _of_sheet(wanted: EarlierSheet, found: EarlierTotal | None) -> Measured:
    where = (("scheme", wanted.scheme), ("round", wanted.round))
    if found is None or found.value is None:
        return Measured(None, missing="no_sheet", selected=where)
    return Measured(
        found.value,
        standard_error=found.standard_error,
        degrees_of_freedom=found.degrees_of_freedom,
        value_with_held=found.value_with_held,
        selected=(*where, ("sheet", str(found.sheet))),
    )


def _lines(scheme: Scheme, members: Sequence[units.Unit], values: LeafValues, given: Given) -> Iterable[Line]:
    """The units of one class; leaves that compare with the class see all of it first."""
    rules_of_class = scheme.for_class(members[0].class_code)
    leaves = rules_of_class.leaves() if rules_of_class else []
    found = {
        unit.id: {leaf.code: each for leaf in leaves if (each := values.of(unit.id, leaf)) is not None}
        for unit in members
    }
    for leaf in leaves:
        if leaf.conversion.is_relative:
            _compare(leaf, found)
    for unit in members:
        yield _line(scheme, unit, found[unit.id], given.extras.get(unit.id, {}))


def _compare(leaf: Component, found: Mapping[int, dict[str, Measured]]) -> None:
    """Put the class's best or mean value beside each unit's."""
    values = [each[leaf.code].value for each in found.values() if leaf.code in each]
    numbers = [value for value in values if value is not None]
    if not numbers:
        return
    reference = max(numbers) if leaf.conversion.way == "best" else sum(numbers) / len(numbers)
    for each in found.values():
        if leaf.code in each:
            each[leaf.code] = replace(each[leaf.code], reference=reference)


def _line(
    scheme: Scheme, unit: units.Unit, measured: Mapping[str, Measured], entries: Mapping[str, Sequence[ExtraEntry]]
) -> Line:
    rules_of_class = scheme.for_class(unit.class_code)
    components = rules_of_class.components if rules_of_class else ()
    standing = [extra for extra in scheme.extras if extra.is_for(unit.class_code)]
    codes = {extra.component for extra in standing if extra.component}
    adjusted = {
        code: rules.extra_lines([extra for extra in standing if extra.component == code], entries) for code in codes
    }
    parts = rules.score_siblings(components, measured, redistribute=scheme.floor == "redistribute", adjusted=adjusted)
    extras = rules.extra_lines([extra for extra in standing if not extra.component], entries)
    vetoes = [extra.veto for extra in standing if extra.veto and any(extra.code == line.code for line in extras)]
    bonus, deduction = rules.bonus_and_deduction(extras, scheme.bonus_cap)
    if any(veto.no_bonus for veto in vetoes):
        bonus = 0.0
    points = rules.sum_of(parts)
    fixed = min((veto.total for veto in vetoes if veto.total is not None), default=None)

    def total_of(all_points: float) -> float:
        total = rules.half_up(max(all_points + bonus - deduction, 0.0), scheme.decimals)
        return total if fixed is None else min(total, fixed)

    error, degrees = error_of_parts(parts)
    total = None if points is None else total_of(points)
    bounds = None if total is None else interval(total, error, degrees)
    highest = scheme.total + bonus - deduction
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
        low=max(bounds[0], 0.0) if bounds else None,
        high=max(min(bounds[1], highest), total or 0.0) if bounds else None,
        total_with_held=None if total is None else total_of(sum(part.points_with_held or 0.0 for part in parts)),
        unranked=rules.unranked_because(parts),
    )
