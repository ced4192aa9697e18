"""From numbers to indices: what may be shown of each unit, and what must stand beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from survey.estimate import rules
from survey.estimate.index.numbers import Distribution, Numbers, by_unit
from survey.estimate.material import sources
from survey.estimate.material.rows import Material
from survey.estimate.run.context import Context
from survey.estimate.run.runs import Snapshot
from survey.estimate.values import Floor, Index, Measure, Selector
from survey.questions.service import CANNOT_SAY, DRAWN, SELF_SELECTED


@dataclass(frozen=True)
class Floors:
    """Answers below which a value is hidden, or shown for reference only."""

    hidden: int
    reference: int

    def of(self, valid_n: int) -> Floor:
        return rules.floor_of(valid_n, self.hidden, self.reference)


def _self_selected(kind: str) -> dict[str, bool]:
    return {"self_selected": kind in SELF_SELECTED}


@dataclass(frozen=True)
class Surroundings:
    """What stands beside the numbers of a source's units."""

    source: str
    question: str
    scale: str = ""
    response_rate: float | None = None
    response_rate_with_partial: float | None = None
    #: unit -> cases handled; empty where the source has none
    cases: Mapping[int, float] = field(default_factory=dict)
    #: unit -> share of its cases in strata with ratings
    coverage: Mapping[int, float] = field(default_factory=dict)
    #: unit -> held answers, and the mean with them
    held: Mapping[int, int] = field(default_factory=dict)
    with_held: Mapping[int, float] = field(default_factory=dict)
    #: the same of answers by withdrawn codes
    withdrawn: Mapping[int, int] = field(default_factory=dict)
    with_withdrawn: Mapping[int, float] = field(default_factory=dict)

    def heading(self) -> dict[str, Any]:
        """What a line says even where its numbers are hidden."""
        return {"source": self.source, "question": self.question, **_self_selected(self.source), "scale": self.scale}

    def of(self, unit: int, n: int, mean: float | None) -> dict[str, Any]:
        cases = self.cases.get(unit)
        return {
            "response_rate": self.response_rate,
            "response_rate_with_partial": self.response_rate_with_partial,
            "participation": n / cases if cases else None,
            "caseload": int(cases) if cases is not None else None,
            "coverage": self.coverage.get(unit),
            "held": self.held.get(unit, 0),
            "mean_with_held": self.with_held.get(unit, mean),
            "withdrawn": self.withdrawn.get(unit, 0),
            "mean_with_withdrawn": self.with_withdrawn.get(unit, mean),
        }


def indices(snapshot: Snapshot, selector: Selector, question: str, measure: Measure, floors: Floors) -> list[Index]:
    """Indices of all units that the selected answers can speak about, by unit number."""
    material = sources.material(snapshot, selector, question)
    found, around = by_unit(material, measure), surroundings(snapshot, selector, question, measure)
    rows = {unit: row for row, unit in enumerate(found.labels)} if found else {}
    lines = []
    for unit in sorted({*rows, *around.cases, *around.held, *around.withdrawn}):
        row = rows.get(unit)
        if found is None or row is None or floors.of(int(found.valid_n[row])) == "hidden":
            lines.append(Index(unit, floor="hidden", **around.heading()))
        else:
            lines.append(_index(unit, row, found, floors, around, measure))
    return lines


def _index(unit: int, row: int, found: Numbers, floors: Floors, around: Surroundings, measure: Measure) -> Index:
    n, valid_n = int(found.n[row]), int(found.valid_n[row])
    precision = _precision(found, row)
    return Index(
        unit,
        floor=floors.of(valid_n),
        n=n,
        valid_n=valid_n,
        **around.heading(),
        **around.of(unit, n, precision["mean"]),
        **precision,
        **_spread(found, row, measure),
    )


def _spread(found: Numbers, row: int, measure: Measure) -> dict[str, Any]:
    """How the answers spread: over the levels, or for scores by their standard deviation."""
    if found.distribution is None:
        return {"spread": value(found.spread[row])}
    return _distribution(found.distribution, row, measure)


def _precision(found: Numbers, row: int) -> dict[str, Any]:
    """The mean and how far it can be trusted; where answers show no spread there is no standard error to give."""
    told = str(found.points.problem[row]) == ""
    return {
        "mean": value(found.points.value[row]),
        "standard_error": value(found.points.standard_error[row]) if told else None,
        "low": value(found.interval.low[row]),
        "high": value(found.interval.high[row]),
        "design_effect": value(found.points.design_effect[row]),
        "degrees_of_freedom": value(found.points.degrees_of_freedom[row]),
        "effective_n": value(found.points.effective_n[row]),
    }


def _distribution(found: Distribution, row: int, measure: Measure) -> dict[str, Any]:
    low, high = found.satisfied.interval(0.95)
    told = str(found.satisfied.problem[row]) == ""
    return {
        "counts": dict(zip((*measure.levels, CANNOT_SAY), found.counts[row].tolist(), strict=True)),
        "shares": dict(zip(measure.levels, found.shares[row].tolist(), strict=True)),
        "topbox": value(found.shares[row, 0]),
        "satisfied_rate": value(found.satisfied.value[row]),
        "satisfied_standard_error": value(found.satisfied.standard_error[row]) if told else None,
        "satisfied_low": value(low[row]),
        "satisfied_high": value(high[row]),
        "dissatisfied_rate": value(found.dissatisfied.value[row]),
        "cannot_say": value(found.cannot_say[row]),
    }


def value(number: Any) -> float | None:
    """A number to show, None where there is none.

    >>> value(np.float64("nan")), value(2)
    (None, 2.0)
    """
    return float(number) if np.isfinite(number) else None


def surroundings(snapshot: Snapshot, selector: Selector, question: str, measure: Measure) -> Surroundings:
    """Rates of response or participation, coverage, and the readings with what is kept beside."""
    held, with_held = _kept_beside(snapshot, selector, question, measure, "held")
    withdrawn, with_withdrawn = _kept_beside(snapshot, selector, question, measure, "withdrawn")
    beside: dict[str, Any] = {
        "held": held,
        "with_held": with_held,
        "withdrawn": withdrawn,
        "with_withdrawn": with_withdrawn,
        "scale": measure.scale,
    }
    if selector.kind == "counter":
        cases, coverage = _coverage(sources.material(snapshot, selector, question), snapshot.context)
        beside |= {"cases": cases, "coverage": coverage}
    if selector.kind in DRAWN:
        rr1, rr2 = _response_rates(snapshot, selector)
        beside |= {"response_rate": rr1, "response_rate_with_partial": rr2}
    return Surroundings(selector.kind, question, **beside)


def _coverage(material: Material, context: Context) -> tuple[dict[int, float], dict[int, float]]:
    cases: dict[int, float] = {}
    for unit, number in context.caseload.values():
        cases[unit] = cases.get(unit, 0.0) + number
    strata = material.strata
    rated = np.where((strata.size > 0) & ~np.isnan(strata.population), strata.population, 0.0)
    covered = dict.fromkeys(cases, 0.0)
    for unit, number in zip(strata.unit.tolist(), rated.tolist(), strict=True):
        if unit in covered:
            covered[unit] += number
    return cases, {unit: covered[unit] / number for unit, number in cases.items() if number}


def _response_rates(snapshot: Snapshot, selector: Selector) -> tuple[float | None, float | None]:
    """RR1 and RR2 of the selected waves, each wave by the people asked."""
    found = [snapshot.context.wave_of(one.id) for one in sources.collections_of(snapshot, selector)]
    waves = [wave for wave in found if wave is not None and wave.sampled and wave.rr1 is not None]
    asked = sum(wave.sampled for wave in waves)
    if not asked:
        return None, None
    first = sum((wave.rr1 or 0.0) * wave.sampled for wave in waves) / asked
    return first, sum((wave.rr2 or 0.0) * wave.sampled for wave in waves) / asked


def _kept_beside(
    snapshot: Snapshot, selector: Selector, question: str, measure: Measure, state: str
) -> tuple[dict[int, int], dict[int, float]]:
    """Answers of a state that does not count, by unit, and the mean of each unit with them."""
    kept = getattr(snapshot.cells, state)
    if not kept.any():
        return {}, {}
    rows = sources.wanted(snapshot, selector, question) & (kept > 0)
    units, counts = snapshot.cells.column("unit_id")[rows], kept[rows]
    numbers = {int(unit): int(counts[units == unit].sum()) for unit in np.unique(units)}
    found = by_unit(sources.material(snapshot, selector, question, state), measure)
    if found is None:
        return numbers, {}
    # the domains' last place holds the rows outside every unit
    means = dict(zip(found.labels, found.points.value[: len(found.labels)].tolist(), strict=True))
    return numbers, {unit: means[unit] for unit in numbers if unit in means}
