"""Means, totals, proportions and ratios, over domains and variables at once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from weighting.base.arrays import Floats
from weighting.base.columns import plain
from weighting.base.labels import Label, factorise, join_labels
from weighting.base.sums import sums
from weighting.design.design import Design
from weighting.design.tally import Tally, read_sample
from weighting.errors import WeightingError
from weighting.estimating.assemble import DomainBase, Statistic, Variable, assembled
from weighting.estimating.cells import AnswerCells, read_answers, read_domains
from weighting.estimating.counts import read_levels
from weighting.estimating.source import AnswerSource, Score, row_source, source_of
from weighting.results.estimate import Estimate

#: the code of a category that nobody chose
_NOBODY = 1 << 62


def mean(
    design: Design | Tally,
    y: ArrayLike | None = None,
    *,
    domains: ArrayLike | None = None,
    overall: bool = False,
    limits: tuple[float, float] | None = None,
) -> Estimate:
    """Weighted mean Σwy / Σw with its linearised variance, as R's ``svymean``.

    Args:
        design: the sample of n rows, or a Tally, which brings its own answers and domains.
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
    >>> mean(Tally(["a", "b"], [2, 5], counts=[10, 5], population={"a": 20, "b": 10})).value.item()
    3.0
    """
    design, y, domains = read_sample(design, y, domains, what="mean")
    where, overall = read_domains(domains, design), overall and domains is not None
    answers = read_answers(y, design)
    names: tuple[Label, ...] = ()
    sources: list[AnswerSource]
    if answers.ndim == 1:
        sources = [source_of(design, answers, where, overall=overall)]
    else:
        sources = [row_source(design, column.astype(np.float64), where, overall=overall) for column in answers.T]
        names = tuple(range(len(sources)))
    parts = [source.mean(_same) for source in sources]
    estimate = laid_out(design, parts, sources[0].labels, "mean", by_domain=domains is not None, names=names)
    return estimate if limits is None else estimate.within(limits)


def total(
    design: Design | Tally, y: ArrayLike | None = None, *, domains: ArrayLike | None = None, overall: bool = False
) -> Estimate:
    """Weighted total Σwy, as R's ``svytotal``.

    Args:
        design: the sample of n rows, or a Tally, which brings its own answers and domains.
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
    design, y, domains = read_sample(design, y, domains, what="total")
    answers = read_answers(y, design)
    where, by_domain = read_domains(domains, design), domains is not None
    columns = [answers] if answers.ndim == 1 else list(answers.T)
    sources = [
        row_source(design, column.astype(np.float64), where, overall=overall and by_domain) for column in columns
    ]
    parts = [source.estimate(source.cells, _total_influence) for source in sources]
    names = () if answers.ndim == 1 else tuple(range(len(columns)))
    return laid_out(design, parts, sources[0].labels, "total", by_domain=by_domain, names=names)


def proportion(
    design: Design | Tally,
    y: ArrayLike | None = None,
    *,
    category: Label | None = None,
    domains: ArrayLike | None = None,
    overall: bool = False,
) -> Estimate:
    """Share of rows in a category, or of every category.

    Args:
        design: the sample of n rows, or a Tally, which brings its own answers and domains.
        y: (n,) booleans (share of True), or labels; None and nan are missing.
        category: the label whose share is wanted; left out, every label's (booleans: True's).
        domains: (n,) labels, or (n, D) booleans; None for the whole sample.
        overall: add everybody as a last domain.

    Returns:
        Estimate of shape (D,) and, without a category, (L,), between 0 and 1; where nobody answered there are no
        labels and one share of nan with problem "no answers".

    Raises:
        WeightingError: as ``mean``.

    Source: R's ``svymean`` of a factor and ``svyciprop``; Franco et al. (2019), JSSAM 7.

    >>> proportion(Design(weights=[1, 1, 2]), ["yes", "no", "yes"], category="yes").value.item()
    0.75
    """
    design, y, domains = read_sample(design, y, domains, what="proportion", each_answer=True)
    design.check_order(y, "the answers")
    column = plain(y)
    if column.shape != (len(design),):
        raise WeightingError(f"answers have shape {column.shape}, and the design has {len(design)} rows.")
    if category is None and _is_yes_or_no(column):
        category = True
    codes, code_of = _categories(column)
    where = read_domains(domains, design)
    source = source_of(design, codes, where, overall=overall and domains is not None)
    if code_of is None:
        code_of = {int(answer): int(answer) for answer in source.distinct()}
    chosen = list(code_of.values()) if category is None else [code_of.get(category, _NOBODY)]
    if not chosen:  # nobody answered: one share that cannot be estimated
        chosen, category = [_NOBODY], np.nan
    parts = [source.mean(_is(code)) for code in chosen]
    names = tuple(code_of) if category is None else ()
    return laid_out(design, parts, source.labels, "proportion", by_domain=domains is not None, names=names)


def ratio(
    design: Design, y: ArrayLike, x: ArrayLike, *, domains: ArrayLike | None = None, overall: bool = False
) -> Estimate:
    """Ratio of two totals Σwy / Σwx, as R's ``svyratio``.

    Args:
        design: the sample of n rows; no Tally, which does not know who gave which pair of answers.
        y: (n,) numerator; a row missing y or x stays in the design as a row outside the domain.
        x: (n,) denominator.
        domains: (n,) labels, or (n, D) booleans; None for the whole sample.
        overall: add everybody as a last domain.

    Returns:
        Estimate of shape (D,) or ().

    Raises:
        WeightingError: a tally, a domain whose denominator totals 0, and as ``mean``.

    Source: Woodruff (1971), JASA 66, 411-414.

    >>> ratio(Design(weights=[1, 1, 2]), [1, 2, 3], [2, 4, 6]).value.item()
    0.5
    """
    if isinstance(design, Tally):
        raise WeightingError(
            "ratio needs to know who gave which pair of answers, which a tally does not: give a design."
        )
    over, under = (read_answers(column, design).astype(np.float64) for column in (y, x))
    if over.ndim > 1 or under.ndim > 1:
        raise WeightingError("ratio takes one numerator and one denominator.")
    over = np.where(np.isnan(under), np.nan, over)
    source = row_source(design, over, read_domains(domains, design), overall=overall and domains is not None)
    part = source.estimate(source.cells, _ratio_influence(under))
    return laid_out(design, [part], source.labels, "ratio", by_domain=domains is not None)


def _total_influence(cells: AnswerCells, _base: DomainBase) -> tuple[Floats, Floats]:
    value = cells.take(cells.value)
    return sums(cells.column, cells.take(cells.rows.weight) * value, cells.columns), value


def _ratio_influence(x: Floats) -> Statistic:
    def influence(cells: AnswerCells, _base: DomainBase) -> tuple[Floats, Floats]:
        y, under, weight = cells.take(cells.value), cells.take(x), cells.take(cells.rows.weight)
        bottom = sums(cells.column, weight * under, cells.columns)
        if not bottom.all():
            name = cells.labels[int(np.argmin(np.abs(bottom)))]
            raise WeightingError(f"the denominator of domain {name} totals 0: the ratio is undefined.")
        value = sums(cells.column, weight * y, cells.columns) / bottom
        return value, (y - value[cells.column] * under) / bottom[cells.column]

    return influence


def _same(values: Floats) -> Floats:
    return values


def _categories(column: NDArray[Any]) -> tuple[NDArray[Any], dict[Label, int] | None]:
    """(n,) code of each answer, -1 for missing, and the code of each category; None where codes are the answers."""
    if column.dtype.kind == "u" or (column.dtype.kind == "i" and column.size and column.min() >= 0):
        return column, None
    if column.dtype.kind == "f" and (levels := read_levels(column)) is not None:
        codes = np.where(np.isnan(column), -1, levels.codes - levels.lowest)
        found = np.unique(codes[codes >= 0])
        return codes, {float(levels.values[code]): int(code) for code in found}
    factor = factorise(column, "answers", allow_missing=True, copy=False)
    return factor.codes, {label: code for code, label in enumerate(factor.labels)}


def _is_yes_or_no(column: NDArray[Any]) -> bool:
    """Whether a column holds booleans, missing ones aside."""
    if column.dtype.kind != "O":
        return column.dtype == np.bool_
    known = [value for value in column.tolist() if value is not None]
    return bool(known) and all(isinstance(value, (bool, np.bool_)) for value in known)


def _is(code: int) -> Score:
    """Whether an answer has the code; a missing one stays missing."""
    return lambda values: np.where(values >= 0, values == code, np.nan)


def laid_out(
    design: Design,
    parts: list[Variable],
    domains: tuple[Label, ...],
    kind: str,
    *,
    by_domain: bool,
    names: tuple[Label, ...] = (),
) -> Estimate:
    """An Estimate of shape (D,) and/or (V,)."""
    labels = domains if by_domain else ()
    shape = (len(labels),) * by_domain + (len(parts),) * bool(names)
    return assembled(design, parts, shape, join_labels(*filter(None, (labels, names))) or ("overall",), kind)
