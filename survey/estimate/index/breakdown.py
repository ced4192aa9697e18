"""A unit's index taken apart: what each stratum brings, and the same index by month, counter, group or question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from survey.estimate.index.indices import Floors, value
from survey.estimate.index.numbers import Numbers, numbers, worth_of
from survey.estimate.material import sources
from survey.estimate.material.rows import NO_UNIT, Material
from survey.estimate.rules import hidden_parts
from survey.estimate.run.runs import Snapshot
from survey.estimate.values import DomainLine, Measure, Selector, StratumLine
from survey.questions.service import CANNOT_SAY
from weighting import total

#: counter or wave -> its name
Names = Mapping[int, str]


def strata(
    snapshot: Snapshot, unit_id: int, selector: Selector, question: str, measure: Measure, names: Names
) -> list[StratumLine]:
    """What each stratum brings, by name; strata that nobody answered in among them."""
    whole = sources.material(snapshot, selector, question)
    part = whole.only(unit_id)
    inside = np.where(part.unit == NO_UNIT, -1, part.stratum)
    found = numbers(part, inside, measure) if len(part) else None
    rows = {h: row for row, h in enumerate(found.labels)} if found else {}
    variance = _variance_shares(part, measure) if found else {}
    weights = dict(zip(part.stratum.tolist(), part.weight.tolist(), strict=True))
    shares = _shares(part)
    lines = []
    for h in np.flatnonzero(whole.strata.unit == unit_id).tolist():
        label, population = _label(selector.kind, whole.strata.keys[h], names), value(whole.strata.population[h])
        if found is None or h not in rows:
            lines.append(StratumLine(label, population, 0, 0, None, 0.0, {}, None, None, None))
            continue
        merged = int(whole.strata.pooled[h])
        lines.append(
            StratumLine(
                label,
                population,
                weight=weights[h],
                share=shares.get(h, 0.0),
                variance_share=variance.get(h),
                pooled=merged != h,
                **_numbers(found, rows[h], measure),
            )
        )
    return sorted(lines, key=lambda line: line.label)


def without_few(lines: list[StratumLine], floors: Floors) -> list[StratumLine]:
    """The strata as the rated unit may see them: sizes and weights of all, answers of none that could be told."""
    hidden = hidden_parts([line.valid_n for line in lines], floors.hidden)
    return [
        replace(line, counts={}, mean=None, standard_error=None, variance_share=None, hidden=True)
        if place in hidden
        else line
        for place, line in enumerate(lines)
    ]


def _numbers(found: Numbers, row: int, measure: Measure) -> dict[str, Any]:
    spread = found.distribution
    alone = str(found.points.problem[row]) in ("one answer", "no degrees of freedom")
    return {
        "n": int(found.n[row]),
        "valid_n": int(found.valid_n[row]),
        "counts": dict(zip((*measure.levels, CANNOT_SAY), spread.counts[row].tolist(), strict=True)) if spread else {},
        "mean": value(found.points.value[row]),
        "standard_error": None if alone else value(found.points.standard_error[row]),
    }


def _shares(part: Material) -> dict[int, float]:
    """Stratum -> its share in the unit's index: the weight of its valid answers."""
    valid = _is_valid(part)
    weight = np.bincount(part.stratum[valid], weights=(part.weight * part.frequency)[valid])
    return {h: float(one / weight.sum()) for h, one in enumerate(weight) if one > 0}


def _is_valid(part: Material) -> NDArray[np.bool_]:
    """(n,) rows that count in the mean."""
    return np.asarray((part.level >= 1) | (part.score >= 0))


def _variance_shares(part: Material, measure: Measure) -> dict[int, float]:
    """Stratum -> its share in the variance of the unit's mean.

    The mean's variance is that of the total of its linearised residuals (Woodruff 1971), and strata are independent:
    what one stratum brings is the variance of the residuals' total in it. Pooled strata speak through the first.
    """
    worth = worth_of(part, measure)
    valid = ~np.isnan(worth)
    weight = part.weight * part.frequency
    centre = float(np.average(worth[valid], weights=weight[valid])) if valid.any() else 0.0
    residual = np.where(valid, worth - centre, 0.0)
    found = total(part.design, residual, domains=part.strata.pooled[part.stratum])
    whole = float(np.nansum(found.variance))
    return {int(h): float(v) / whole for h, v in zip(found.labels, found.variance, strict=True)} if whole else {}


def _label(source: str, key: tuple[Any, ...], names: Names) -> str:
    """A stratum as people call it."""
    if source in ("counter", "poll"):
        first, second = key
        return f"{names.get(first, first)} · {second}"
    return "" if source == "panel" else str(key[0])


def by_part(
    snapshot: Snapshot, unit_id: int, selector: Selector, question: str, measure: Measure, part: str, floors: Floors
) -> list[DomainLine]:
    """The unit's index by "month", "window" or "group"; each part under the floors of its own answers."""
    rows = sources.material(snapshot, selector, question).only(unit_id)
    labels = getattr(rows, part)
    names, place = np.unique(labels, return_inverse=True)
    known = (rows.unit != NO_UNIT) & (labels != "") & (labels != -1)
    found = numbers(rows, np.where(known, place, -1), measure) if len(rows) else None
    if found is None:
        return []
    # answers of no part are one too: the whole less all parts would tell them
    of_none = int(rows.frequency[~known & _is_valid(rows)].sum())
    hidden = hidden_parts([*found.valid_n.tolist(), of_none], floors.hidden)
    return [
        DomainLine(str(names[h]), "hidden") if row in hidden else _part(str(names[h]), found, row, floors, measure)
        for row, h in enumerate(found.labels)
    ]


def _part(label: str, found: Numbers, row: int, floors: Floors, measure: Measure) -> DomainLine:
    """One part of a unit's answers."""
    floor = floors.of(int(found.valid_n[row]))
    if floor == "hidden":
        return DomainLine(label, "hidden")
    told, spread = str(found.points.problem[row]) == "", found.distribution
    return DomainLine(
        label,
        floor,
        n=int(found.n[row]),
        mean=value(found.points.value[row]),
        standard_error=value(found.points.standard_error[row]) if told else None,
        low=value(found.interval.low[row]),
        high=value(found.interval.high[row]),
        shares=dict(zip(measure.levels, spread.shares[row].tolist(), strict=True)) if spread else {},
        satisfied_rate=value(spread.satisfied.value[row]) if spread else None,
        dissatisfied_rate=value(spread.dissatisfied.value[row]) if spread else None,
        scale=measure.scale,
    )


def by_question(
    snapshot: Snapshot, unit_id: int, selector: Selector, measure: Measure, floors: Floors
) -> list[DomainLine]:
    """The unit's index of every question that the selected answers speak to, each on its own scale.

    Args:
        snapshot, unit_id, selector, floors: what is asked of which unit.
        measure: of the overall question; its points hold for every question of the same scale.
    """
    lines = []
    for code in sources.questions_of(snapshot, selector):
        rows = sources.material_of(unit_id, snapshot, selector, code)
        mine: NDArray[Any] = np.where(rows.unit == NO_UNIT, -1, 0)
        usual = sources.measure_of(snapshot, selector, code)
        own = measure if usual.scale == measure.scale else usual
        found = numbers(rows, mine, own) if len(rows) else None
        if found is not None:
            lines.append(_part(code, found, 0, floors, own))
    return lines
