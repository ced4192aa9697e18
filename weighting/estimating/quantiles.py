"""Quantiles and medians with Woodruff's intervals, over domains."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from weighting.base.arrays import Floats
from weighting.base.labels import Label, join_labels
from weighting.base.sums import sums
from weighting.design.design import Design
from weighting.design.tally import Tally, read_sample
from weighting.errors import WeightingError
from weighting.estimating.assemble import DomainBase
from weighting.estimating.cells import AnswerCells, read_answers, read_domains
from weighting.estimating.means import laid_out
from weighting.estimating.score import ScoreInterval
from weighting.estimating.source import RowSource, influence_of_mean, row_source
from weighting.results.estimate import Estimate
from weighting.results.intervals import Bounds, Level, t_quantile

_Inverse = Callable[[Floats], Floats]


def quantile(
    design: Design | Tally,
    y: ArrayLike | None = None,
    q: float | Sequence[float] = 0.5,
    *,
    domains: ArrayLike | None = None,
    overall: bool = False,
    rule: str = "math",
    method: str = "mean",
) -> Estimate:
    """Weighted quantiles, as R's ``svyquantile``.

    Args:
        design: the sample of n rows, or a Tally, which brings its own answers and domains.
        y: (n,) answers; nan is missing.
        q: one or several shares in (0, 1).
        domains: (n,) labels, or (n, D) booleans; None for the whole sample.
        overall: add everybody as a last domain.
        rule: "math", "school" or "hf1" to "hf9".
        method: the interval of the distribution function that is inverted: "mean", "xlogit", "beta", "asin"; or
            "score", which tests each answer as the quantile (R takes its bounds back through unweighted ranks, which
            moves them where weights differ).

    Returns:
        Estimate of shape (D,) and, for several q, (Q,), in the unit of y. The standard error is the width of
        the 95 % interval over twice the t quantile; bounds beyond the data are nan.

    Raises:
        WeightingError: a q outside (0, 1), an unknown rule, and as ``mean``.

    Source: Woodruff (1952), JASA 47, 635-646; Francisco and Fuller (1991), Annals of Statistics 19.

    >>> design = Design(weights=[1] * 5)
    >>> quantile(design, [5, 1, 4, 2, 3], [0.5, 0.9]).value.tolist()
    [3.0, 5.0]
    """
    design, y, domains = read_sample(design, y, domains, what="quantile", each_answer=True)
    answers = read_answers(y, design).astype(np.float64)
    shares = np.atleast_1d(np.asarray(q, np.float64))
    if answers.ndim != 1:
        raise WeightingError("quantile takes one variable at a time.")
    if not shares.size:
        raise WeightingError("quantile needs at least one share q.")
    if not ((shares > 0) & (shares < 1)).all():
        raise WeightingError(f"q is {q}: quantiles are shares between 0 and 1.")
    where, by_domain = read_domains(domains, design), domains is not None
    source = row_source(design, answers, where, overall=overall and by_domain)
    inverse = [_inverse(source, domain, rule) for domain in range(len(source.labels))]
    columns = [_Quantile(design, source, inverse, share, method).estimate() for share in shares.tolist()]
    names = () if np.ndim(q) == 0 else tuple(shares.tolist())
    return _side_by_side(columns, source.labels if by_domain else (), names)


def median(
    design: Design | Tally,
    y: ArrayLike | None = None,
    *,
    domains: ArrayLike | None = None,
    overall: bool = False,
    rule: str = "school",
) -> Estimate:
    """Weighted median; halfway between two values at a tie.

    Args:
        design: the sample of n rows, or a Tally, which brings its own answers and domains.
        y: (n,) answers; nan is missing.
        domains: (n,) labels, or (n, D) booleans; None for the whole sample.
        overall: add everybody as a last domain.
        rule: as in ``quantile``.

    Returns:
        Estimate of shape (D,) or ().

    Raises:
        WeightingError: as ``quantile``.

    Source: Woodruff (1952), JASA 47, 635-646.

    >>> median(Design(weights=[1, 1, 1, 1]), [1, 2, 3, 10]).value.item()
    2.5
    """
    return quantile(design, y, 0.5, domains=domains, overall=overall, rule=rule)


def _inverse(source: RowSource, domain: int, rule: str) -> _Inverse:
    """The quantile function of a domain's answers."""
    cells = source.cells
    value, weight, count = (cells.take(v) for v in (cells.value, cells.rows.weight, cells.rows.count))
    used = (cells.column == domain) & (weight > 0) & ~np.isnan(value)
    if not used.any():
        return lambda p: np.full(p.shape, np.nan)
    order = np.argsort(value[used], kind="stable")
    times = np.maximum(np.ceil(count[used][order]), 1).astype(np.intp)
    y, w = np.repeat(value[used][order], times), np.repeat(weight[used][order] / times, times)
    return lambda p: weighted_quantile(y, w, p, rule)


@dataclass(frozen=True, eq=False)
class _Quantile:
    """One quantile of all domains."""

    design: Design
    source: RowSource
    inverse: list[_Inverse]
    share: float
    method: str

    def estimate(self) -> Estimate:
        """The quantile of each domain, with Woodruff's interval."""
        value = np.array([inverse(np.array([self.share]))[0] for inverse in self.inverse])

        def at_most(cells: AnswerCells, _base: DomainBase) -> tuple[Floats, Floats]:
            return influence_of_mean(cells, (cells.take(cells.value) <= value[cells.column]).astype(np.float64))

        part = self.source.estimate(self.source.cells, at_most)
        reached = laid_out(self.design, [part], self.source.labels, "proportion", by_domain=True)

        score = ScoreInterval(self.design, self.source, self.share, reached.degrees_of_freedom)
        all_equal = self._at(np.zeros(len(value))) == self._at(np.ones(len(value)))
        last = (reached.value >= 1) & ~all_equal  # the largest answer: nothing is known of what lies above

        def bounds(_: Estimate, level: Level, method: str | None) -> Bounds:
            if (method or self.method) == "score":
                return score.bounds(level)
            low, high = reached.interval(level, method or self.method)
            low, high = np.where(low < 0, np.nan, low), np.where(high > 1, np.nan, high)
            low = np.where(last, reached.interval(level, "wilson").low, low)
            return self._at(low), self._at(np.where(last, np.nan, high))

        low, high = bounds(reached, 0.95, None)
        error = (high - low) / (2 * t_quantile(0.95, reached.degrees_of_freedom))
        lost = last | ((reached.problem == "") & (np.isnan(low) | np.isnan(high)))
        return replace(
            reached,
            value=value,
            standard_error=error,
            kind="quantile",
            problem=np.where(lost, "interval reaches beyond the data", reached.problem),
            limits=None,
            _covariance=None,
            _satterthwaite=None,
            _interval=bounds,
        )

    def _at(self, shares: Floats) -> Floats:
        return np.array([inverse(shares[d : d + 1])[0] for d, inverse in enumerate(self.inverse)])


def _side_by_side(columns: list[Estimate], domains: tuple[Label, ...], names: tuple[float, ...]) -> Estimate:
    """One Estimate of shape (D,) and/or (Q,)."""
    shape = (len(domains),) * bool(domains) + (len(names),) * bool(names)
    arrays: dict[str, Any] = {
        field.name: np.stack([getattr(column, field.name) for column in columns], axis=-1).reshape(shape)
        for field in fields(Estimate)
        if isinstance(getattr(columns[0], field.name), np.ndarray)
    }

    def bounds(_: Estimate, level: Level, method: str | None) -> Bounds:
        each = np.broadcast_to(np.asarray(level, np.float64), shape).reshape(-1, len(columns))
        both = [column.interval(each[:, i], method) for i, column in enumerate(columns)]
        low, high = (np.stack([pair[side] for pair in both], axis=-1).reshape(shape) for side in (0, 1))
        return low, high

    labels = join_labels(*filter(None, (domains, names))) or ("overall",)
    return replace(columns[0], labels=labels, _interval=bounds, **arrays)


#: share of the weight left and right of a step that counts as none
_TIE = 1e-10


def weighted_quantile(y: Floats, weights: Floats, p: Floats, rule: str) -> Floats:
    """Quantiles of a weighted sample.

    Args:
        y: (n,) values in ascending order.
        weights: (n,) positive weights.
        p: (k,) shares between 0 and 1; nan gives nan.
        rule: "math" (smallest value whose share reaches p), "school" (halfway at a tie) or "hf1" to "hf9".

    Returns:
        (k,) quantiles.

    Raises:
        WeightingError: an unknown rule.

    Source: Hyndman and Fan (1996), The American Statistician 50, 361-365.

    >>> weighted_quantile(np.array([1.0, 2.0, 3.0, 4.0]), np.ones(4), np.array([0.5]), "school").item()
    2.5
    """
    name = {"math": "hf1", "school": "hf2"}.get(rule, rule)
    if name == "hf3":  # which order statistic is even is counted over different values, as in R
        y, place = np.unique(y, return_inverse=True)
        weights = sums(place, weights, len(y))
    inside = np.nan_to_num(np.clip(p, 0.0, 1.0))
    if name in _STEPS:
        found = _step(y, np.cumsum(weights), inside, _STEPS[name])
    elif name in _LINES:
        found = (
            np.interp(inside, _LINES[name](np.cumsum(weights), weights), y) if len(y) > 1 else np.full(p.shape, y[0])
        )
    else:
        raise WeightingError(f"{rule!r} is no quantile rule: choose math, school or hf1 to hf9.")
    return np.where(np.isnan(p), np.nan, found)


_Between = Callable[[Floats, Floats, Floats], Floats]
_Positions = Callable[[Floats, Floats], Floats]


def _step(y: Floats, reached: Floats, p: Floats, tie: _Between) -> Floats:
    """The first value whose share exceeds p, or what the rule makes of an exact tie."""
    share = reached / reached[-1]
    below = np.searchsorted(share, p + _TIE, side="right") - 1
    low, high = np.maximum(below, 0), np.minimum(below + 1, len(y) - 1)
    exact = (below >= 0) & (np.abs(share[low] - p) <= _TIE)
    return np.where(exact, tie(y[low], y[high], (below + 1).astype(np.float64)), y[high])


_STEPS: dict[str, _Between] = {
    "hf1": lambda low, _high, _k: low,
    "hf2": lambda low, high, _k: (low + high) / 2,
    "hf3": lambda low, high, k: np.where(k % 2 == 0, low, high),
}
_LINES: dict[str, _Positions] = {
    "hf4": lambda c, _w: c / c[-1],
    "hf5": lambda c, w: (c - w / 2) / c[-1],
    "hf6": lambda c, w: c / (c[-1] + w[-1]),
    "hf7": lambda c, w: (c - w) / c[-2],
    "hf8": lambda c, w: (c - w / 3) / (c[-1] + w[-1] / 3),
    "hf9": lambda c, w: (c - 3 * w / 8) / (c[-1] + w[-1] / 4),
}
