"""How values become points, points a total, totals grades and places: plain functions of plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from survey.estimate.service import Selector
from survey.questions.service import SOURCES
from survey.score.scheme.extras import Extra, ExtraEntry
from survey.score.scheme.scheme import Component, Grade
from survey.score.sheet.precision import error_of_parts
from survey.score.sheet.sheet import ExtraLine, Part

#: sources whose small numbers of answers say too little for a place
JUDGED = frozenset(code for code, source in SOURCES.items() if source.judged_by_number)
#: what is missing here has to be brought in; its share is never handed on to others
NEVER_HANDED_ON = ("no_value", "no_sheet")
NOTHING: Mapping[str, tuple[ExtraLine, ...]] = {}


@dataclass(frozen=True)
class Measured:
    """What is known of one leaf for one unit: an index with all that stands beside it, or an external value."""

    value: float | None
    standard_error: float | None = None
    degrees_of_freedom: float | None = None
    value_with_held: float | None = None
    n: int | None = None
    valid_n: int | None = None
    cannot_say: float | None = None
    participation: float | None = None
    response_rate: float | None = None
    self_selected: bool = False
    floor: str = ""
    #: why there is no value, where it is not that nobody answered: "no_sheet"
    missing: str = ""
    #: the best or mean value of the class, where the points are relative to it
    reference: float | None = None
    #: of a rate: the two numbers that were divided
    ratio: tuple[float, ...] = ()
    #: what else the value was read from, as pairs of name and value
    selected: tuple[tuple[str, str], ...] = ()


def half_up(value: float, decimals: int) -> float:
    """Round as people do on paper. The ninth digit is settled first, so that 84.995 held as 84.99499… rounds up.

    >>> half_up(84.995, 2), half_up(84.994999, 2), half_up(2.5, 0)
    (85.0, 84.99, 3.0)
    """
    settled = Decimal(repr(round(value, 9)))
    return float(settled.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP))


def grade_of(total: float, grades: Sequence[Grade]) -> Grade | None:
    """The grade whose half-open step holds the total; `grades` highest first.

    >>> from survey.score.scheme.scheme import Words
    >>> steps = [Grade(Words("优"), 85), Grade(Words("良"), 75), Grade(Words("中"), 60), Grade(Words("差"), 0)]
    >>> "".join(grade_of(total, steps).title.zh for total in (85, 84.99, 75, 74.99, 60, 59.99))
    '优良良中中差'
    """
    return next((grade for grade in grades if total >= grade.lower), None)


def places(keys: Sequence[tuple[float, ...]]) -> list[int]:
    """Places by falling keys; equal keys share the better place.

    >>> places([(90.0,), (95.0,), (90.0,), (80.0,)])
    [2, 1, 2, 4]
    """
    return [1 + sum(other > key for other in keys) for key in keys]


Adjustments = Mapping[str, tuple[ExtraLine, ...]]


def score(
    component: Component, measured: Mapping[str, Measured], *, redistribute: bool, adjusted: Adjustments = NOTHING
) -> Part:
    """Points of a component for one unit, by its conversion, with the bonuses and deductions that are its own.

    Args:
        component: the node of the scheme.
        measured: code of a leaf -> its value for this unit.
        redistribute: whether siblings take over the share of a survey below the floor.
        adjusted: code of a component -> what changes its points, never below 0 or above its full marks.

    >>> from survey.score.scheme.scheme import Words
    >>> leaf = Component("poll", Words("民意"), full=400, stated="points", source="poll")
    >>> score(leaf, {"poll": Measured(95.12, standard_error=0.5)}, redistribute=False).points
    380.48
    """
    if component.parts:
        parts = score_siblings(component.parts, measured, redistribute=redistribute, adjusted=adjusted)
        return _adjusted(_composite(component, parts), adjusted.get(component.code, ()))
    found = measured.get(component.code)
    if found is None or found.value is None or _is_thin(component, found):
        return _empty(component, found)
    return _adjusted(_leaf(component, found, found.value), adjusted.get(component.code, ()))


def _is_thin(component: Component, found: Measured) -> bool:
    """Whether fewer people answered than the scheme asks for."""
    return component.is_survey and (found.valid_n or 0) < component.minimum


def _leaf(component: Component, found: Measured, value: float) -> Part:
    rule = component.conversion
    scale = (component.out_of, component.full, found.reference)
    with_held = value if found.value_with_held is None else found.value_with_held
    error = found.standard_error
    return replace(
        _blank(component),
        value=value,
        standard_error=error,
        points=rule.points(value, *scale),
        points_error=None if error is None else rule.error(value, error, *scale),
        degrees_of_freedom=found.degrees_of_freedom,
        value_with_held=with_held,
        points_with_held=rule.points(with_held, *scale),
        n=found.n,
        valid_n=found.valid_n,
        cannot_say=found.cannot_say,
        participation=found.participation,
        response_rate=found.response_rate,
        self_selected=found.self_selected,
        floor=found.floor,
        selected=(*selected_by(component.selector), *found.selected),
        reference=found.reference,
        ratio=found.ratio,
    )


def _adjusted(part: Part, lines: tuple[ExtraLine, ...]) -> Part:
    """The part after its own bonuses and deductions; what stands at either end of its marks has no error left."""
    if not lines or part.points is None:
        return part
    bonus, deduction = bonus_and_deduction(lines, None)

    def changed(points: float) -> float:
        return min(max(points + bonus - deduction, 0.0), part.full)

    return replace(
        part,
        points=changed(part.points),
        points_with_held=None if part.points_with_held is None else changed(part.points_with_held),
        adjusted=lines,
    )


def score_siblings(
    components: Sequence[Component],
    measured: Mapping[str, Measured],
    *,
    redistribute: bool,
    adjusted: Adjustments = NOTHING,
) -> tuple[Part, ...]:
    """Points of all components of one level; what a survey below the floor leaves goes to the others, if so ruled."""
    parts = [score(each, measured, redistribute=redistribute, adjusted=adjusted) for each in components]
    lost = [part for part in parts if part.points is None]
    kept = sum(part.full for part in parts if part.points is not None)
    if not lost or not redistribute or not kept or any(part.missing in NEVER_HANDED_ON for part in lost):
        return tuple(parts)
    factor = sum(part.full for part in parts) / kept
    return tuple(part if part.points is None else _scaled(part, factor) for part in parts)


def _scaled(part: Part, factor: float) -> Part:
    def times(value: float | None) -> float | None:
        return None if value is None else value * factor

    return replace(
        part,
        factor=part.factor * factor,
        points=times(part.points),
        points_error=times(part.points_error),
        points_with_held=times(part.points_with_held),
    )


def _composite(component: Component, parts: tuple[Part, ...]) -> Part:
    points = sum_of(parts)
    if points is None:
        return replace(_empty(component, None), missing=first_missing(parts), parts=parts)
    error, degrees = error_of_parts(parts)
    scale = component.out_of / component.full if component.full else 0.0
    with_held = sum(part.points_with_held or 0.0 for part in parts)
    return replace(
        _blank(component),
        value=points * scale,
        standard_error=None if error is None else error * scale,
        points=points,
        points_error=error,
        degrees_of_freedom=degrees,
        value_with_held=with_held * scale,
        points_with_held=with_held,
        parts=parts,
    )


def sum_of(parts: Sequence[Part]) -> float | None:
    """Points of all parts together; None where one is missing and nobody took its share over."""
    if any(part.points is None for part in parts) and not any(part.factor > 1 for part in parts):
        return None
    return sum(part.points for part in parts if part.points is not None)


def first_missing(parts: Iterable[Part]) -> str:
    """Why a level of components has no sum."""
    return next((part.missing for part in parts if part.missing), "")


def _blank(component: Component) -> Part:
    return Part(
        code=component.code,
        title=component.title,
        source=f"external:{component.external}" if component.external else component.source,
        question=component.question,
        measure="" if component.measure == "index" else component.measure,
        conversion=said_conversion(component),
        full=component.full,
        stated=component.stated,
        out_of=component.out_of,
        selected=selected_by(component.selector),
    )


def selected_by(selector: Selector | None) -> tuple[tuple[str, str], ...]:
    """What a leaf selects beside its source, as name and value; an address takes the same.

    >>> selected_by(Selector("poll", groups=("deputies",), channels=(11, 12)))
    (('group', 'deputies'), ('channel', '11'), ('channel', '12'))
    """
    if selector is None:
        return ()
    named = {"group": selector.groups, "collection": selector.collections, "channel": selector.channels}
    pairs = [(name, str(value)) for name, values in named.items() for value in values]
    return (*pairs, *((("form", selector.form),) if selector.form else ()))


def _empty(component: Component, found: Measured | None) -> Part:
    """No points, and why: the value was not brought in, nobody answered, or too few did."""
    if not component.is_survey:
        return replace(_blank(component), missing=(found.missing if found else "") or "no_value")
    if found is None:
        return replace(_blank(component), missing="no_answers")
    if found.floor == "hidden" or found.value is None:
        return replace(
            _blank(component), floor=found.floor, missing="hidden" if found.floor == "hidden" else "no_answers"
        )
    return replace(_blank(component), floor=found.floor, missing="thin")


def said_conversion(component: Component) -> str:
    """The rule of a conversion as a formula that both languages read; empty = in proportion."""
    rule, marks = component.conversion, component.full
    if rule.way == "line":
        return f"{rule.zero:g} → 0, {rule.full:g} → {marks:g}"
    if rule.way == "bands":
        return ", ".join(f"≥ {lowest:g} → {points:g}" for lowest, points in rule.bands)
    return rule.way if rule.is_relative else ""


def extra_lines(extras: Sequence[Extra], given: Mapping[str, Sequence[ExtraEntry]]) -> tuple[ExtraLine, ...]:
    """Bonuses, deductions and vetoes of one unit after their own caps.

    Args:
        given: code -> its entries.

    >>> from survey.score.scheme.scheme import Words
    >>> inspection = Extra("inspection", Words("察访核验"), "deduction", cap=3)
    >>> extra_lines([inspection], {"inspection": [ExtraEntry(2.0, "迟到"), ExtraEntry(2.0, "脱岗")]})[0].counted
    3
    """
    lines = []
    for extra in extras:
        entries = given.get(extra.code, ())
        if not entries:
            continue
        stated = extra.stated(entries)
        lines.append(
            ExtraLine(
                extra.code,
                extra.title,
                extra.kind,
                stated,
                stated if extra.cap is None else min(stated, extra.cap),
                extra.cap,
                tuple(entry.said(extra) for entry in entries if not entry.cleared),
                tuple(f"{entry.said(extra)}: {entry.cleared}" for entry in entries if entry.cleared),
            )
        )
    return tuple(lines)


def bonus_and_deduction(lines: Iterable[ExtraLine], bonus_cap: float | None) -> tuple[float, float]:
    """What is added and what is taken, the cap over all bonuses applied last."""
    kept = list(lines)
    bonus = sum(line.counted for line in kept if line.kind == "bonus")
    deduction = sum(line.counted for line in kept if line.kind == "deduction")
    return (bonus if bonus_cap is None else min(bonus, bonus_cap)), deduction


def unranked_because(parts: Sequence[Part]) -> str:
    """Why a unit takes no place; empty if nothing stands in the way.

    The floor "for reference" holds for samples and ratings. A panel is asked in full, however small it is, so
    only the hiding floor holds for it.
    """
    leaves = [leaf for part in parts for leaf in part.leaves()]
    if missing := first_missing(leaves) if sum_of(parts) is None else "":
        return missing
    judged = [leaf for leaf in leaves if leaf.source in JUDGED and leaf.points is not None]
    return "reference" if any(leaf.floor == "reference" for leaf in judged) else ""
