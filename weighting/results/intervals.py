"""Confidence intervals that stay honest at 0 %, 100 %, one answer, constant answers and no degrees of freedom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias

import numpy as np
from scipy import special

from weighting.base.arrays import Flags, Floats, Texts
from weighting.base.confidence import check_level
from weighting.errors import WeightingError

Bounds: TypeAlias = tuple[Floats, Floats]
#: one confidence level for all estimates, or one each
Level: TypeAlias = float | Floats

#: R's names for the same methods
_R_NAMES = {"mean": "t", "xlogit": "logit", "beta": "korn-graubard", "asin": "arcsine"}
#: problems of samples that show no spread
_NO_SPREAD = ("answers all equal", "answers equal within strata")
#: what is said beside an estimate whose standard error still stands
_REMARKS = ("", "negative weights")
#: a p value below this is this: level 1 - p has no more digits
_SMALLEST_P = 1e-14
_HALVINGS = 60
_PROPORTIONS = ("logit", "wilson", "korn-graubard", "likelihood", "arcsine")


class Estimated(Protocol):
    """What an interval needs to know of an estimate."""

    @property
    def value(self) -> Floats: ...
    @property
    def standard_error(self) -> Floats: ...
    @property
    def variance(self) -> Floats: ...
    @property
    def degrees_of_freedom(self) -> Floats: ...
    @property
    def n(self) -> Floats: ...
    @property
    def kish_n(self) -> Floats: ...
    @property
    def kind(self) -> str: ...
    @property
    def problem(self) -> Texts: ...
    @property
    def limits(self) -> tuple[float, float] | None: ...
    @property
    def enumerated(self) -> Floats: ...
    def satterthwaite_degrees_of_freedom(self) -> Floats:
        """Degrees of freedom by the strata's own variances."""


def at_edge(problem: Texts) -> Flags:
    """Whether the standard error says too little for an ordinary interval.

    >>> at_edge(np.array(["", "negative weights", "one answer"])).tolist()
    [False, False, True]
    """
    return np.asarray(np.all([problem != remark for remark in _REMARKS], axis=0))


def inverted_p(bounds_at: Callable[[Floats], Bounds], shape: tuple[int, ...], null: float) -> Floats:
    """P values of the tests that reject what an interval leaves out.

    Args:
        bounds_at: bounds by (shape) confidence levels, nested in each other.
        shape: shape of the estimates.
        null: the value under test.

    Returns:
        The smallest alpha at which the interval of level 1 - alpha leaves the null out; nan without an interval.

    Source: duality of tests and confidence sets, Neyman (1937), Philosophical Transactions A 236.

    >>> inverted_p(lambda level: (0.5 - level, 0.5 + level), (), 0.0).round(6).item()
    0.5
    """
    low, high = np.full(shape, np.log(_SMALLEST_P)), np.zeros(shape)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        below, above = bounds_at(-np.expm1(middle))
        outside = (below > null) | (above < null)
        high, low = np.where(outside, middle, high), np.where(outside, low, middle)
    bounds = bounds_at(np.full(shape, 0.5))
    return np.where(np.isnan(bounds[0]) & np.isnan(bounds[1]), np.nan, np.exp(high))


def interval(estimate: Estimated, level: Level, method: str | None) -> Bounds:
    """Bounds of an estimate by a named method; see ``Estimate.interval``."""
    check_level(level)
    default = "wilson" if estimate.kind == "proportion" else "t"
    name = default if method is None else _R_NAMES.get(method, method)
    if name == "t":
        return _t(estimate, estimate.degrees_of_freedom, level, plain=method is not None)
    if name == "satterthwaite":
        return _t(estimate, estimate.satterthwaite_degrees_of_freedom(), level, plain=False)
    if name not in _PROPORTIONS:
        raise WeightingError(f"{method!r} is no interval method: choose t, satterthwaite, {', '.join(_PROPORTIONS)}.")
    if estimate.kind != "proportion":
        raise WeightingError(f"method {method!r} is for proportions; this is a {estimate.kind}: use t.")
    return _proportion(estimate, level, name)


def t_quantile(level: Level, degrees_of_freedom: Floats) -> Floats:
    """Two-sided t quantile, nan (never z) where there are no degrees of freedom."""
    check_level(level)
    df = np.where(degrees_of_freedom > 0, degrees_of_freedom, np.nan)
    return np.asarray(special.stdtrit(df, (1 + level) / 2), np.float64)


def difference_interval(
    found: Estimated, level: Level, method: str | None, reach: Callable[[], tuple[Floats, Floats]]
) -> Bounds:
    """Bounds of a difference: t, and where its variance cannot be trusted, the distances that ``reach`` gives.

    Args:
        found: the differences.
        level: confidence level.
        method: None or t; a difference has no other.
        reach: how far each interval goes below and above, by the intervals of the parts (MOVER); asked only if needed.

    Raises:
        WeightingError: a method that is for proportions.

    Source: Zou and Donner (2008), Statistics in Medicine 27, equation 10.
    """
    if method not in (None, "t", "mean"):
        raise WeightingError(f"method {method!r} is for proportions; a difference has t.")
    width = t_quantile(level, found.degrees_of_freedom) * found.standard_error
    edge = at_edge(found.problem)
    if not edge.any():
        return found.value - width, found.value + width
    below, above = reach()
    nothing = (below + above == 0) & ~(found.enumerated > 0)  # no side shows any spread
    below, above = np.where(nothing, np.nan, below), np.where(nothing, np.nan, above)
    return found.value - np.where(edge, below, width), found.value + np.where(edge, above, width)


def _t(estimate: Estimated, df: Floats, level: Level, *, plain: bool) -> Bounds:
    width = t_quantile(level, df) * estimate.standard_error
    certain = estimate.enumerated > 0
    width = np.where(certain, 0.0, width)
    low, high = estimate.value - width, estimate.value + width
    edge = at_edge(estimate.problem) & ~certain
    if estimate.limits is not None and not (plain and estimate.kind == "proportion"):
        bounds = _bounded(estimate, level, *estimate.limits)
        low, high = np.where(edge, bounds[0], low), np.where(edge, bounds[1], high)
        low, high = np.clip(low, *estimate.limits), np.clip(high, *estimate.limits)
    elif edge.any():
        unknown = edge if estimate.kind == "difference" else edge & ~np.isin(estimate.problem, _NO_SPREAD)
        low, high = np.where(unknown, np.nan, low), np.where(unknown, np.nan, high)
    return low, high


def _bounded(estimate: Estimated, level: Level, floor: float, ceiling: float) -> Bounds:
    """Bounds for a mean of bounded answers without using its standard error.

    Where all answers agree, at most 1 - (α/2)^(1/n) of the others may differ (Clopper and Pearson 1934);
    otherwise Hoeffding's inequality (1963, theorem 2) with Kish's n.
    """
    n = np.maximum(np.minimum(estimate.kish_n, estimate.n), 1e-9)
    equal = np.isin(estimate.problem, ("one answer", *_NO_SPREAD))
    share = 1 - ((1 - level) / 2) ** (1 / n)
    spread = (ceiling - floor) * np.sqrt(np.log(2 / (1 - level)) / (2 * n))
    low = np.where(equal, estimate.value - share * (estimate.value - floor), estimate.value - spread)
    high = np.where(equal, estimate.value + share * (ceiling - estimate.value), estimate.value + spread)
    nobody = estimate.n == 0
    low, high = np.where(nobody, floor, low), np.where(nobody, ceiling, high)
    return np.clip(low, floor, ceiling), np.clip(high, floor, ceiling)


def _proportion(estimate: Estimated, level: Level, name: str) -> Bounds:
    p, variance = estimate.value, estimate.variance
    t = t_quantile(level, estimate.degrees_of_freedom)
    usable = (variance > 0) & (p > 0) & (p < 1) & np.isfinite(t)
    with np.errstate(all="ignore"):
        n = np.where(usable, p * (1 - p) / variance, np.nan)
        low, high = _METHODS[name](estimate, p, n, t, level)
    if not usable.all():
        exact = _clopper_pearson(p, np.minimum(estimate.kish_n, estimate.n), level)
        certain = estimate.enumerated > 0
        low = np.where(usable, low, np.where(certain, p, exact[0]))
        high = np.where(usable, high, np.where(certain, p, exact[1]))
    return np.clip(low, 0.0, 1.0), np.clip(high, 0.0, 1.0)


def _clopper_pearson(p: Floats, n: Floats, level: Level) -> Bounds:
    """Exact binomial bounds, with an n that need not be whole (Clopper and Pearson 1934)."""
    tail = (1 - level) / 2
    hits = np.nan_to_num(p * n)
    misses = np.maximum(n - hits, 0.0)
    low = np.where(hits > 0, special.betaincinv(np.maximum(hits, 1e-12), misses + 1, tail), 0.0)
    high = np.where(misses > 0, special.betaincinv(hits + 1, np.maximum(misses, 1e-12), 1 - tail), 1.0)
    return low, high


def _logit(_e: Estimated, p: Floats, n: Floats, t: Floats, _level: Level) -> Bounds:
    """t interval of the log odds (R: svyciprop xlogit)."""
    width = t / np.sqrt(n * p * (1 - p))
    return special.expit(special.logit(p) - width), special.expit(special.logit(p) + width)


def _wilson(_e: Estimated, p: Floats, n: Floats, t: Floats, _level: Level) -> Bounds:
    """Score interval (Wilson 1927) with the effective n."""
    centre = p + t * t / (2 * n)
    width = t / (2 * n) * np.sqrt(4 * n * p * (1 - p) + t * t)
    return (centre - width) / (1 + t * t / n), (centre + width) / (1 + t * t / n)


def _korn_graubard(e: Estimated, p: Floats, n: Floats, t: Floats, level: Level) -> Bounds:
    """Clopper-Pearson with n shrunk for the degrees of freedom (Korn and Graubard 1998)."""
    shrunk = n * (t_quantile(level, e.n - 1) / t) ** 2
    return _clopper_pearson(p, shrunk, level)


def _arcsine(_e: Estimated, p: Floats, n: Floats, t: Floats, _level: Level) -> Bounds:
    """t interval of the angle asin √p."""
    angle, width = np.arcsin(np.sqrt(p)), t / (2 * np.sqrt(n))
    low, high = np.maximum(angle - width, 0.0), np.minimum(angle + width, np.pi / 2)
    return np.sin(low) ** 2, np.sin(high) ** 2


def _likelihood(e: Estimated, p: Floats, n: Floats, t: Floats, _level: Level) -> Bounds:
    """Where twice the log-likelihood, scaled to the effective n, falls by t² (Rao and Scott 1984).

    As in R, the dispersion of the binomial model has n - 1 degrees of freedom.
    """
    n = n * (e.n - 1) / e.n
    return _profile(p, n, t, np.zeros_like(p), p), _profile(p, n, t, p, np.ones_like(p))


def _profile(p: Floats, n: Floats, t: Floats, low: Floats, high: Floats) -> Floats:
    """Bisect between a point outside the interval and one inside it."""
    upper = np.all(low == p)
    for _ in range(100):
        middle = (low + high) / 2
        fall = 2 * n * (special.rel_entr(p, middle) + special.rel_entr(1 - p, 1 - middle))
        outside = fall > t * t
        move_low = ~outside if upper else outside
        low, high = np.where(move_low, middle, low), np.where(move_low, high, middle)
    return (low + high) / 2


_METHODS = {
    "logit": _logit,
    "wilson": _wilson,
    "korn-graubard": _korn_graubard,
    "likelihood": _likelihood,
    "arcsine": _arcsine,
}
