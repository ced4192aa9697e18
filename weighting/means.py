"""Means, totals, proportions and ratios, over domains and variables at once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from weighting.design import Design
from weighting.design_labels import FloatArray, Label, factorise, join_labels, sums
from weighting.errors import WeightingError
from weighting.means_assemble import Base, Statistic, assembled, stacked, variable
from weighting.means_cells import Cells, cells_of, read_answers, read_domains, rows_of_domains
from weighting.results import Estimate


def mean(
    design: Design,
    y: ArrayLike,
    *,
    domains: ArrayLike | None = None,
    overall: bool = False,
    limits: tuple[float, float] | None = None,
) -> Estimate:
    """Weighted mean Σwy / Σw with its linearised variance, as R's ``svymean``.

    Args:
        design: the sample of n rows.
        y: (n,) or (n, V) answers; nan is missing and stays in the design as a row outside the domain.
        domains: (n,) labels, or (n, D) booleans for domains that overlap; None for the whole sample.
        overall: add everybody as a last domain.
        limits: lowest and highest possible answer; with them an interval is finite even where the
            sample shows no spread.

    Returns:
        Estimate of shape (D,) and/or (V,), in the unit of y.

    Raises:
        WeightingError: columns that do not fit the design, a lonely PSU under "fail".

    Source: Woodruff (1971), JASA 66, 411-414; domains as subpopulations, Cochran (1977), section 5A.14.

    >>> design = Design(strata=["a", "a", "b", "b"], population={"a": 20, "b": 10})
    >>> mean(design, [1, 2, 3, 5]).value.round(4).item()
    2.3333
    """
    estimate = _by_variable(design, y, domains, overall, mean_influence, "mean")
    if limits is None:
        return estimate
    if not limits[0] < limits[1]:
        raise WeightingError(f"limits are {limits}: the lowest possible answer comes first.")
    return replace(estimate, limits=(float(limits[0]), float(limits[1])))


def total(design: Design, y: ArrayLike, *, domains: ArrayLike | None = None, overall: bool = False) -> Estimate:
    """Weighted total Σwy, as R's ``svytotal``.

    Args:
        design: the sample of n rows.
        y: (n,) or (n, V) answers; nan is missing and counts as outside the domain.
        domains: (n,) labels, or (n, D) booleans; None for the whole sample.
        overall: add everybody as a last domain.

    Returns:
        Estimate of shape (D,) and/or (V,), in the unit of y.

    Raises:
        WeightingError: as ``mean``.

    Source: Horvitz and Thompson (1952), JASA 47, 663-685.

    >>> total(Design(strata=["a", "a"], population={"a": 20}), [1, 2]).value.item()
    30.0
    """
    return _by_variable(design, y, domains, overall, _total_influence, "total")


def proportion(
    design: Design,
    y: ArrayLike,
    *,
    category: Label | None = None,
    domains: ArrayLike | None = None,
    overall: bool = False,
) -> Estimate:
    """Share of rows in a category, or of every category.

    Args:
        design: the sample of n rows.
        y: (n,) booleans (share of True), or labels; None and nan are missing.
        category: the label whose share is wanted; left out, every label's (booleans: True's).
        domains: (n,) labels, or (n, D) booleans; None for the whole sample.
        overall: add everybody as a last domain.

    Returns:
        Estimate of shape (D,) and, without a category, (L,), between 0 and 1.

    Raises:
        WeightingError: as ``mean``.

    Source: R's ``svymean`` of a factor and ``svyciprop``; Franco et al. (2019), JSSAM 7.

    >>> proportion(Design(weights=[1, 1, 2]), ["yes", "no", "yes"], category="yes").value.item()
    0.75
    """
    answers, names = indicators(y, category)
    return _by_variable(design, answers, domains, overall, mean_influence, "proportion", names)


def ratio(
    design: Design, y: ArrayLike, x: ArrayLike, *, domains: ArrayLike | None = None, overall: bool = False
) -> Estimate:
    """Ratio of two totals Σwy / Σwx, as R's ``svyratio``.

    Args:
        design: the sample of n rows.
        y: (n,) numerator; a row missing y or x stays in the design as a row outside the domain.
        x: (n,) denominator.
        domains: (n,) labels, or (n, D) booleans; None for the whole sample.
        overall: add everybody as a last domain.

    Returns:
        Estimate of shape (D,) or ().

    Raises:
        WeightingError: a domain whose denominator totals 0, and as ``mean``.

    Source: Woodruff (1971), JASA 66, 411-414.

    >>> ratio(Design(weights=[1, 1, 2]), [1, 2, 3], [2, 4, 6]).value.item()
    0.5
    """
    over, under = read_answers(y, len(design)), read_answers(x, len(design))
    if over.ndim > 1 or under.ndim > 1:
        raise WeightingError("ratio takes one numerator and one denominator.")
    over = np.where(np.isnan(under), np.nan, over)
    where = read_domains(domains, len(design))
    cells = rows_of_domains(design, over, where)
    cells = cells.with_overall() if overall and domains is not None else cells
    return _estimate(design, [cells], _ratio_influence(under), "ratio", domains is not None, ())


def indicators(y: ArrayLike, category: Label | None) -> tuple[FloatArray, tuple[Label, ...]]:
    """(n,) or (n, L) zeros and ones of the categories, nan where missing, and the categories' names."""
    column = np.asarray(y)
    if column.dtype == np.bool_ and category is None:
        return column.astype(np.float64), ()
    factor = factorise(column, "answers", allow_missing=True)
    seen = factor.codes >= 0
    if category is None:
        hits = factor.codes[:, None] == np.arange(len(factor))
        return np.where(seen[:, None], hits, np.nan), factor.labels
    chosen = factor.labels.index(category) if category in factor.labels else len(factor)
    return np.where(seen, factor.codes == chosen, np.nan), ()


def mean_influence(cells: Cells, base: Base) -> tuple[FloatArray, FloatArray]:
    value, weight = cells.take(cells.value), cells.take(cells.rows.weight)
    shift = float(value[0]) if len(value) else 0.0
    moved = value - shift
    size = np.where(base.weight > 0, base.weight, np.nan)
    centre = sums(cells.column, weight * moved, cells.columns) / size
    return shift + centre, (moved - centre[cells.column]) / size[cells.column]


def _total_influence(cells: Cells, _base: Base) -> tuple[FloatArray, FloatArray]:
    value = cells.take(cells.value)
    return sums(cells.column, cells.take(cells.rows.weight) * value, cells.columns), value


def _ratio_influence(x: FloatArray) -> Statistic:
    def influence(cells: Cells, _base: Base) -> tuple[FloatArray, FloatArray]:
        y, under, weight = cells.take(cells.value), cells.take(x), cells.take(cells.rows.weight)
        bottom = sums(cells.column, weight * under, cells.columns)
        if not bottom.all():
            name = cells.labels[int(np.argmin(np.abs(bottom)))]
            raise WeightingError(f"the denominator of domain {name} totals 0: the ratio is undefined.")
        value = sums(cells.column, weight * y, cells.columns) / bottom
        return value, (y - value[cells.column] * under) / bottom[cells.column]

    return influence


def _by_variable(
    design: Design,
    y: ArrayLike,
    domains: ArrayLike | None,
    overall: bool,
    statistic: Statistic,
    kind: str,
    names: tuple[Label, ...] = (),
) -> Estimate:
    answers = read_answers(y, len(design))
    where = read_domains(domains, len(design))
    if answers.ndim == 1:
        columns = [cells_of(design, answers, where)]
    else:
        columns = [rows_of_domains(design, column, where) for column in answers.T]
        names = names or tuple(range(answers.shape[1]))
    if overall and domains is not None:
        columns = [cells.with_overall() for cells in columns]
    estimate = _estimate(design, columns, statistic, kind, domains is not None, names)
    return replace(estimate, limits=(0.0, 1.0)) if kind == "proportion" else estimate


def _estimate(
    design: Design,
    columns: list[Cells],
    statistic: Statistic,
    kind: str,
    by_domain: bool,
    names: tuple[Label, ...],
) -> Estimate:
    parts = [variable(design, cells, statistic) for cells in columns]
    labels = columns[0].labels if by_domain else ()
    shape = (len(labels),) * by_domain + (len(parts),) * bool(names)
    joint = stacked([part.influence for part in parts])
    flat = join_labels(*filter(None, (labels, names)))
    return assembled(design, parts, joint, shape, flat or ("overall",), kind)
