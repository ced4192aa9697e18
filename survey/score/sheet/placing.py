"""Who stands where: places within a class, a parent or a group of classes; grades with quotas; the list of the last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from survey.score.scheme.scheme import Grade, Scheme
from survey.score.sheet import rules
from survey.score.sheet.precision import place_sets
from survey.score.sheet.sheet import ClassSheet, Line
from survey.units import service as units


def scopes_of(scheme: Scheme, judged: Iterable[units.Unit]) -> dict[int, str]:
    """Unit -> the group in which it takes its place, where that is not its class."""
    if scheme.groups:
        named = {unit.id: scheme.group_of(unit.class_code) for unit in judged}
        return {unit_id: name for unit_id, name in named.items() if name}
    if scheme.ranked_within == "class":
        return {}
    every = list(judged)
    if scheme.ranked_within == "all":
        return {unit.id: "*" for unit in every}
    names = {unit.id: unit.name for unit in units.units()}
    return {unit.id: names.get(unit.parent_id or 0, "*") for unit in every}


@dataclass(frozen=True)
class _Member:
    """A line with the class that it stands in."""

    class_code: str
    line: Line


def placed(scheme: Scheme, classes: Sequence[ClassSheet], scopes: Mapping[int, str]) -> tuple[ClassSheet, ...]:
    """Places, place sets and grades; units without a place follow by their code."""
    together: dict[tuple[str, str], list[_Member]] = {}
    for group in classes:
        for line in group.lines:
            scope = scopes.get(line.unit_id, "")
            together.setdefault((scope, "" if scope else group.code), []).append(_Member(group.code, line))
    done: dict[str, list[Line]] = {group.code: [] for group in classes}
    for (scope, _), members in together.items():
        lines = _placed_together(scheme, [member.line for member in members], scope)
        for member in members:
            done[member.class_code].append(lines[member.line.unit_id])
    return tuple(_class_sheet(group, done[group.code]) for group in classes)


def _class_sheet(group: ClassSheet, lines: Sequence[Line]) -> ClassSheet:
    ranked = sorted(
        (line for line in lines if line.rank), key=lambda line: (line.scope, line.rank or 0, line.unit_code)
    )
    rest = sorted((line for line in lines if not line.rank), key=lambda line: line.unit_code)
    return ClassSheet(group.code, group.name, len(ranked), (*ranked, *rest))


def _placed_together(scheme: Scheme, lines: Sequence[Line], scope: str) -> dict[int, Line]:
    """All units that compete for the same places."""
    ranked = [line for line in lines if line.total is not None and not line.unranked]
    places = rules.places([_tie_key(scheme, line) for line in ranked])
    sets = place_sets(
        [line.total or 0.0 for line in ranked],
        [line.standard_error for line in ranked],
        [line.degrees_of_freedom for line in ranked],
    )
    last = len(ranked) - (scheme.bottom.places_of(len(ranked)) if scheme.bottom else 0)
    found = {line.unit_id: line for line in lines}
    for line, place, (low, high) in zip(ranked, places, sets, strict=True):
        low, high = min(low, place), max(high, place)
        found[line.unit_id] = replace(
            line,
            rank=place,
            rank_low=low,
            rank_high=high,
            standing=_standing(low, high, len(ranked)),
            scope=scope,
            among=len(ranked) if scope else None,
            listed="" if place <= last else "bottom" if low > last else "bottom_unsure",
        )
    for unit_id, graded in _graded(scheme, [found[line.unit_id] for line in ranked]).items():
        found[unit_id] = graded
    return found


def _graded(scheme: Scheme, ranked: Sequence[Line]) -> dict[int, Line]:
    """Grades by points, lowered by vetoes, and by quotas where more units reach a grade than may have it.

    Units of equal place stand or fall together: where they would exceed the quota, none of them has the grade.
    """
    if not scheme.grades:
        return {}
    by_points = {line.unit_id: _step(scheme.grades, line.total or 0.0) for line in ranked}
    steps = {line.unit_id: max(by_points[line.unit_id], _veto_step(scheme, line)) for line in ranked}
    vetoed = {unit_id for unit_id, step in steps.items() if step > by_points[unit_id]}
    in_order = sorted(ranked, key=lambda line: line.rank or 0)
    for step, grade in enumerate(scheme.grades):
        left = grade.places_of(len(ranked))
        if left is None:
            continue
        for _, tied in groupby([line for line in in_order if steps[line.unit_id] == step], key=lambda line: line.rank):
            members = [line.unit_id for line in tied]
            left = left - len(members) if len(members) <= left else -1
            if left < 0:
                steps.update(dict.fromkeys(members, step + 1))
    return {line.unit_id: _with_grade(scheme, line, by_points, steps, vetoed) for line in ranked}


def _with_grade(
    scheme: Scheme, line: Line, by_points: Mapping[int, int], steps: Mapping[int, int], vetoed: set[int]
) -> Line:
    step, own = steps[line.unit_id], by_points[line.unit_id]
    if step == len(scheme.grades):
        return line
    lowered = "" if step == own else "veto" if line.unit_id in vetoed else "quota"
    return replace(
        line,
        grade=scheme.grades[step].title,
        grade_by_points=scheme.grades[own].title if lowered else None,
        lowered=lowered,
    )


def _step(grades: Sequence[Grade], total: float) -> int:
    """The place of the grade in the list, best first; behind the last where the total reaches none."""
    return next((step for step, grade in enumerate(grades) if total >= grade.lower), len(grades))


def _veto_step(scheme: Scheme, line: Line) -> int:
    titles = [grade.title.zh for grade in scheme.grades]
    stood = {extra.code for extra in line.extras if extra.kind == "veto"}
    limits = [extra.veto.grade for extra in scheme.extras if extra.veto and extra.veto.grade and extra.code in stood]
    return max((titles.index(grade) for grade in limits), default=0)


def _tie_key(scheme: Scheme, line: Line) -> tuple[float, ...]:
    points = {part.code: part.points or 0.0 for part in line.parts}
    decisive = [rules.half_up(points.get(code, 0.0), scheme.decimals) for code in scheme.ties]
    return (line.total or 0.0, *decisive)


def _standing(low: int, high: int, ranked: int) -> str:
    """Said of a unit only where every place that the data allow is that one."""
    if ranked < 2 or low != high:
        return ""
    return "first" if high == 1 else "last" if low == ranked else ""
