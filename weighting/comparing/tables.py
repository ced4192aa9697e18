"""Tests of independence in a two-way table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from weighting.base.arrays import Flags, Floats
from weighting.base.columns import plain
from weighting.base.labels import Factor, factorise
from weighting.comparing.quadratic import exact_tail, saddlepoint_tail
from weighting.comparing.tests import TestResult
from weighting.design.design import Design
from weighting.errors import WeightingError
from weighting.estimating.cells import domain_degrees, read_domain
from weighting.estimating.means import mean
from weighting.variance.influence import covariance

TableStatistic: TypeAlias = Literal["F", "chisq", "Wald", "adjWald", "lincom", "saddlepoint"]


def rao_scott(
    design: Design,
    rows: ArrayLike,
    columns: ArrayLike,
    *,
    statistic: TableStatistic = "F",
    domain: ArrayLike | None = None,
) -> TestResult:
    """Test of independence in a two-way table, as R's ``svychisq``.

    Args:
        design: the sample of n rows.
        rows: (n,) labels; rows with a missing label leave the table and stay in the design, whose degrees of freedom
            are used.
        columns: (n,) labels.
        statistic: "F", the second-order correction with an F distribution; "chisq", the first-order one, whose
            statistic is Pearson's chi-square of the weighted shares and whose p value alone is corrected, as in R;
            "lincom" and "saddlepoint", Pearson's chi-square against the exact and the approximated distribution of
            the sum of chi-squares it has; "Wald" of the distances from independence, and "adjWald", which allows for
            few degrees of freedom.
        domain: (n,) booleans, the rows that are meant (R: ``subset``); its degrees of freedom are used then.

    Returns:
        TestResult. Pearson's statistic is that of the complete rows; R scales it to all rows, missing ones included.

    Raises:
        WeightingError: a table with one row or column.

    Source: Rao and Scott (1984), Annals of Statistics 12, 46-60; Thomas and Rao (1987), JASA 82; Koch, Freeman
    and Freeman (1975), International Statistical Review 43, for Wald's.

    >>> test = rao_scott(Design(weights=[1] * 8), list("aaaabbbb"), list("xxxyxyyy"))
    >>> round(test.statistic, 4), test.degrees_of_freedom
    (1.75, (1.0, 7.0))
    """
    if statistic not in get_args(TableStatistic):
        raise WeightingError(f"{statistic!r} is no statistic of a table: choose {', '.join(get_args(TableStatistic))}.")
    inside = read_domain(domain, design)
    first, second = _complete(design, rows, columns, inside)
    if min(len(first), len(second)) < 2:
        raise WeightingError("a test of independence needs at least two rows and two columns.")
    nu = design.degrees_of_freedom if domain is None else domain_degrees(design, inside)
    if statistic in ("Wald", "adjWald"):
        return _wald(design, first, second, nu, adjust=statistic == "adjWald")
    table = _table(design, first, second)
    effects = np.asarray(np.linalg.eigvals(_generalised_effects(table)).real, np.float64)
    trace, top = float(effects.sum()), float(effects.sum() ** 2 / (effects @ effects))
    df = (round(top, 9), round(top * nu, 9))
    if statistic == "F":
        return TestResult(table.pearson / trace, df, float(special.fdtrc(*df, table.pearson / trace)), "F")
    interactions = float(len(effects))
    if statistic == "chisq":
        p_value = float(special.chdtrc(interactions, table.pearson / (trace / interactions)))
        return TestResult(table.pearson, (interactions,), p_value, "chisq")
    tail = exact_tail if statistic == "lincom" else saddlepoint_tail
    return TestResult(table.pearson, (interactions, df[1]), tail(table.pearson, effects, df[1]), "chisq")


def _complete(design: Design, rows: ArrayLike, columns: ArrayLike, inside: Flags) -> tuple[Factor, Factor]:
    """Row and column of each complete row of the domain; labels that no complete row has are no part of the table."""
    for column, name in ((rows, "rows"), (columns, "columns")):
        design.check_order(column, name)
        if plain(column).shape != (len(design),):
            raise WeightingError(f"{name} have shape {plain(column).shape}, and the design has {len(design)} rows.")
    one, two = (factorise(c, name, allow_missing=True) for c, name in ((rows, "rows"), (columns, "columns")))
    used = (one.codes >= 0) & (two.codes >= 0) & inside & (design.weights != 0)
    return _kept(one, used), _kept(two, used)


def _kept(factor: Factor, used: Flags) -> Factor:
    present = np.unique(factor.codes[used])
    place = np.full(len(factor) + 1, -1)
    place[present] = np.arange(len(present))
    return Factor(np.where(used, place[factor.codes], -1), tuple(factor.labels[code] for code in present.tolist()))


@dataclass(frozen=True, eq=False)
class _Table:
    """Shares of a two-way table."""

    shape: tuple[int, int]
    #: (r · c,)
    shares: Floats
    covariance: Floats
    #: complete rows
    n: float

    @property
    def pearson(self) -> float:
        """Pearson's chi-square of the weighted shares."""
        table = self.shares.reshape(self.shape)
        expected = np.outer(table.sum(axis=1), table.sum(axis=0))
        return self.n * float(((table - expected) ** 2 / expected).sum())


def _table(design: Design, first: Factor, second: Factor) -> _Table:
    shape = (len(first), len(second))
    cell = np.where(first.codes < 0, -1.0, first.codes * shape[1] + second.codes)
    indicators = (cell[:, None] == np.arange(shape[0] * shape[1])).astype(np.float64)
    indicators[cell < 0] = np.nan
    shares = mean(design, indicators)
    return _Table(shape, shares.value, shares.covariance(), float(shares.n[0]))


def _wald(design: Design, rows: Factor, columns: Factor, df: float, *, adjust: bool) -> TestResult:
    """Wald's test that each total is that of its row times that of its column over all."""
    used = (rows.codes >= 0) & (columns.codes >= 0)
    row, column = (
        (used & (factor.codes == np.arange(len(factor))[:, None])).astype(np.float64) for factor in (rows, columns)
    )
    weight = design.weights * design.counts
    size, across, down = float(weight @ used), row @ weight, column @ weight
    away = (row * weight) @ column.T - np.outer(across, down) / size
    influence = np.stack(
        [
            row[i] * column[j]
            - row[i] * down[j] / size
            - column[j] * across[i] / size
            + used * across[i] * down[j] / size**2
            for i in range(1, len(rows))
            for j in range(1, len(columns))
        ],
        axis=1,
    )
    distance, top = away[1:, 1:].ravel(), (len(rows) - 1) * (len(columns) - 1)
    below = df - top + 1 if adjust else df
    spread = covariance(design, influence)
    if below <= 0 or np.linalg.matrix_rank(spread, hermitian=True) < top:
        raise WeightingError(
            f"the design has {df:g} degrees of freedom, too few for a table of {top} interactions: merge categories."
        )
    statistic = float(distance @ np.linalg.solve(spread, distance)) / top
    statistic *= below / df if adjust else 1.0
    return TestResult(statistic, (float(top), below), float(special.fdtrc(top, below, statistic)), "F")


def _generalised_effects(table: _Table) -> Floats:
    """Design effects of the interactions (Rao and Scott 1984, equation 2.1)."""
    shape, p, n = table.shape, table.shares, table.n
    i, j = np.divmod(np.arange(len(p)), shape[1])
    main = np.column_stack(
        [np.ones(len(p)), *(i == r for r in range(1, shape[0])), *(j == c for c in range(1, shape[1]))]
    )
    both = np.column_stack([(i == r) & (j == c) for r in range(1, shape[0]) for c in range(1, shape[1])])
    free = both - main @ np.linalg.lstsq(main, both.astype(np.float64), rcond=None)[0]
    scaled = free * np.divide(1, p, out=np.zeros_like(p), where=p > 0)[:, None]
    return np.asarray(np.linalg.solve(free.T @ scaled / n, scaled.T @ table.covariance @ scaled), np.float64)
