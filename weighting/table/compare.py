"""The comparisons of a survey table: each unit against the rest and against its own last round."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from weighting.base.arrays import Floats, Ints, Texts
from weighting.base.labels import Factor, Label, factorise
from weighting.comparing.contrast import contrast
from weighting.comparing.many import PAdjustment, adjust_p
from weighting.comparing.rest import scored_against_rest
from weighting.design.design import Design
from weighting.errors import WeightingError
from weighting.estimating.source import Score
from weighting.results.estimate import Estimate


@dataclass(frozen=True, eq=False)
class Compared:
    """A difference with its test, (C,) each."""

    value: Floats
    standard_error: Floats
    degrees_of_freedom: Floats
    low: Floats
    high: Floats
    p_value: Floats
    #: adjusted for all units of all questions in the same round
    p_adjusted: Floats


@dataclass(frozen=True, eq=False)
class Grid:
    """Units × rounds: the cells in which anybody was asked."""

    unit: Factor
    wave: Factor
    #: (n,) cell of each row, unit * rounds + round
    domains: Ints
    #: (C,) unit and round of each cell
    cell_unit: Ints
    cell_wave: Ints

    @property
    def cells(self) -> tuple[tuple[Label, Label], ...]:
        """(C,) names of unit and round."""
        pairs = zip(self.cell_unit.tolist(), self.cell_wave.tolist(), strict=True)
        return tuple((self.unit.labels[u], self.wave.labels[r]) for u, r in pairs)


def read_grid(design: Design, units: ArrayLike, rounds: ArrayLike | None) -> Grid:
    """Read the labels of units and rounds, and refuse rounds that share strata without sharing PSUs."""
    n = len(design)
    unit = factorise(units, "units")
    wave = Factor(np.zeros(n, np.intp), ("",)) if rounds is None else factorise(rounds, "rounds")
    if len(unit.codes) != n or len(wave.codes) != n:
        raise WeightingError(f"units and rounds must hold {n} labels, one a row.")
    if design.psu is None:
        first = np.zeros(len(design.strata), np.intp)
        first[design.strata.codes] = wave.codes
        mixed = np.flatnonzero(first[design.strata.codes] != wave.codes)
        if mixed.size:
            name = design.strata.labels[design.strata.codes[mixed[0]]]
            raise WeightingError(
                f"stratum {name} holds several rounds: cross strata with rounds (interaction), as each round is a "
                "sample of its own, or give psu if the same people were asked again."
            )
    codes = unit.codes * len(wave) + wave.codes
    cell_unit, cell_wave = np.divmod(np.unique(codes), len(wave))
    return Grid(unit, wave, codes, cell_unit, cell_wave)


def to_rest(design: Design, grid: Grid, mean: Estimate, answers: Floats, score: Score, level: float) -> Compared:
    """Each cell's mean less the mean of all other units in its round."""
    size = len(grid.cell_unit)
    value, error = np.full(size, np.nan), np.full(size, np.nan)
    problem = np.full(size, "no answers", object)
    for wave in range(len(grid.wave)) if len(grid.unit) > 1 else ():
        now = np.where(grid.wave.codes == wave, answers, np.nan)
        found = scored_against_rest(design, now, grid.unit.codes, score)
        here = np.flatnonzero(grid.cell_wave == wave)
        value[here] = found.value[grid.cell_unit[here]]
        error[here] = found.standard_error[grid.cell_unit[here]]
        problem[here] = found.problem[grid.cell_unit[here]]
    others = np.sqrt(np.maximum(error**2 - mean.variance, 0.0))
    many = np.full(size, design.degrees_of_freedom / len(grid.wave))
    df = pooled_degrees(mean.standard_error, mean.degrees_of_freedom, others, many)
    return _compared(mean, value, error, df, problem.astype(mean.problem.dtype), level)


def to_last_round(grid: Grid, mean: Estimate, level: float) -> Compared:
    """Each cell's mean less the unit's mean in the round before, with their covariance."""
    size = len(grid.cell_unit)
    code = grid.cell_unit * len(grid.wave) + grid.cell_wave
    place = {int(c): i for i, c in enumerate(code)}
    before = np.array([place.get(int(c) - 1, -1) if w else -1 for c, w in zip(code, grid.cell_wave, strict=True)])
    here = np.flatnonzero(before >= 0)
    value, error, df = (np.full(size, np.nan) for _ in range(3))
    problem = np.where(before >= 0, mean.problem, "no answers").astype(mean.problem.dtype)
    if here.size:
        rows = np.zeros((len(here), size))
        rows[np.arange(len(here)), here] = 1.0
        rows[np.arange(len(here)), before[here]] = -1.0
        found = contrast(mean, rows)
        value[here], error[here], problem[here] = found.value, found.standard_error, found.problem
        own, old = mean.standard_error, mean.degrees_of_freedom
        df[here] = pooled_degrees(own[here], old[here], own[before[here]], old[before[here]])
    return _compared(mean, value, error, df, problem, level)


def pooled_degrees(first: Floats, df_first: Floats, second: Floats, df_second: Floats) -> Floats:
    """Degrees of freedom of a difference of two standard errors' estimates (Satterthwaite 1946)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        each = first**4 / np.maximum(df_first, 0.0) + second**4 / np.maximum(df_second, 0.0)
        return np.asarray(np.where(each > 0, (first**2 + second**2) ** 2 / each, np.nan), np.float64)


def _compared(
    like: Estimate,
    value: Floats,
    error: Floats,
    df: Floats,
    problem: Texts,
    level: float,
) -> Compared:
    found = replace(
        like,
        value=value,
        standard_error=np.where(np.isnan(value), np.nan, error),
        degrees_of_freedom=np.nan_to_num(df),
        problem=problem,
        kind="difference",
        limits=None,
        enumerated=np.zeros(value.shape),
        _covariance=None,
        _interval=None,
    )
    low, high = found.interval(level)
    p = found.p_value()
    return Compared(value, found.standard_error, df, low, high, p, p)


def adjusted(tables: list[Compared], grid: Grid, method: PAdjustment) -> list[Compared]:
    """Adjust the p values of all questions and units of each round together."""
    p = np.array([table.p_value for table in tables]).reshape(len(tables), len(grid.cell_wave))
    for wave in range(len(grid.wave)):
        here = grid.cell_wave == wave
        p[:, here] = adjust_p(p[:, here], method)
    return [replace(table, p_adjusted=row) for table, row in zip(tables, p, strict=True)]
