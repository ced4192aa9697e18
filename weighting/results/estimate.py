"""What every estimator returns: numbers that never travel alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from scipy import special

from weighting.base.arrays import Floats, Ints, Texts
from weighting.base.labels import Label
from weighting.base.printing import Printed
from weighting.errors import WeightingError
from weighting.results import intervals


class Interval(NamedTuple):
    """Bounds of a confidence interval, in the shape of the estimate."""

    low: Floats
    high: Floats


#: bounds of an estimate by level and method
IntervalRule: TypeAlias = "Callable[[Estimate, intervals.Level, str | None], intervals.Bounds]"
#: what has the shape of the value
_ARRAYS = (
    "value",
    "standard_error",
    "degrees_of_freedom",
    "n",
    "kish_n",
    "design_effect",
    "design_effect_with_replacement",
    "problem",
    "enumerated",
)


@dataclass(frozen=True, eq=False, repr=False)
class Estimate(Printed):
    """Estimates with all that must stand beside them; every array has the shape of ``value``.

    The shape is (domains,) and/or (variables,), in the order of ``labels``; one number has shape ().

    >>> from weighting import Design, mean
    >>> estimate = mean(Design(strata=["a", "a", "b", "b"], weights=[5, 5, 10, 10]), [1, 2, 3, 5])
    >>> round(float(estimate.value), 4), round(float(estimate.standard_error), 4)
    (3.1667, 0.6872)
    """

    #: what is estimated
    value: Floats
    #: square root of the design variance
    standard_error: Floats
    #: PSUs less strata among the rows of the domain, as R's degf of a subset
    degrees_of_freedom: Floats
    #: answers used
    n: Floats
    #: (Σw)² / Σw², the size left after unequal weights (Kish 1965)
    kish_n: Floats
    #: variance over that of a simple random sample without replacement (R: deff=TRUE)
    design_effect: Floats
    #: the same against sampling with replacement (R: deff="replace")
    design_effect_with_replacement: Floats
    #: names in C order of the flattened value
    labels: tuple[Label, ...]
    #: "mean", "total", "proportion", "ratio", "quantile" or "difference"
    kind: str
    #: PSUs less strata in the whole design
    design_degrees_of_freedom: float
    #: what keeps an ordinary interval away: "no answers", "one answer", "no degrees of freedom", "answers all equal",
    #: "answers equal within strata", "differences all equal" (contrasts), "a layer is too thin" (composites),
    #: "interval reaches beyond the data" (quantiles); or the remark "negative weights" (calibration), which keeps
    #: nothing away; or "" where nothing is wrong
    problem: Texts
    #: lowest and highest possible value, None where unbounded; makes honest intervals possible at the edge
    limits: tuple[float, float] | None = None
    #: whether the variance is 0 because the domain's strata are fully enumerated
    enumerated: Floats = field(default_factory=lambda: np.zeros(()))
    _covariance: Callable[[], Floats] | None = field(default=None, repr=False)
    _satterthwaite: Callable[[], Floats] | None = field(default=None, repr=False)
    #: bounds by level and method, for estimates that are not value ± t · standard error
    _interval: Callable[[Estimate, intervals.Level, str | None], intervals.Bounds] | None = field(
        default=None, repr=False
    )

    def columns(self) -> dict[str, Any]:
        """Label, estimate, standard error, 95 % interval, answers, design effect and problem of each estimate."""
        low, high = (bound.ravel() for bound in self.interval())
        return {
            "label": list(self.labels),
            self.kind: self.value.ravel().tolist(),
            "standard_error": self.standard_error.ravel().tolist(),
            "low": low.tolist(),
            "high": high.tolist(),
            "n": self.n.ravel().tolist(),
            "design_effect": self.design_effect.ravel().tolist(),
            "problem": self.problem.ravel().tolist(),
        }

    @property
    def variance(self) -> Floats:
        """Squared standard errors."""
        return self.standard_error * self.standard_error

    @property
    def cv(self) -> Floats:
        """Coefficient of variation, standard error over value; nan where the value is 0."""
        size = np.where(self.value == 0, np.nan, np.abs(self.value))
        return np.asarray(self.standard_error / size, np.float64)

    @property
    def effective_n(self) -> Floats:
        """n over the design effect; Kish's where answers are all equal and no design effect exists."""
        good = np.isfinite(self.design_effect) & (self.design_effect > 0)
        return np.divide(self.n, self.design_effect, out=self.kish_n.copy(), where=good)

    def interval(self, level: intervals.Level = 0.95, method: str | None = None) -> Interval:
        """Confidence interval.

        Args:
            level: confidence, between 0 and 1; or one for each estimate.
            method: "t" for anything; for proportions also "logit", "wilson", "korn-graubard", "likelihood" and
                "arcsine" (R's names "mean", "xlogit", "beta" and "asin" mean the same); "satterthwaite" is a t
                interval whose degrees of freedom come from the strata's own variances, safer where strata hold
                few PSUs. Left out: "wilson" for proportions, otherwise "t".

        Returns:
            Bounds in the shape of ``value``. Where ``problem`` is set, a bounded estimate gets a finite
            conservative interval and an unbounded one nan (or, if answers are all equal, the point that R
            gives under "t").

        Raises:
            WeightingError: an unknown method, or a method that this kind of estimate does not have.

        Source: Korn and Graubard (1998), Survey Methodology 24; Franco et al. (2019), JSSAM 7, section 2.

        >>> from weighting import Design, proportion
        >>> share = proportion(Design(weights=[1] * 10), [True] * 10)
        >>> [round(float(bound), 3) for bound in share.interval()]
        [0.692, 1.0]
        """
        if self._interval is not None:
            return Interval(*self._interval(self, level, method))
        return Interval(*intervals.interval(self, level, method))

    def within(self, limits: tuple[float, float]) -> Estimate:
        """The estimate of bounded answers; negative weights never carry a value beyond the limits.

        Args:
            limits: lowest and highest possible value.

        Returns:
            The same with ``limits``; a value that negative weights drove beyond them stands at the limit.

        Raises:
            WeightingError: the lowest does not come first.
        """
        low, high = float(limits[0]), float(limits[1])
        if not low < high:
            raise WeightingError(f"limits are {limits}: the lowest possible answer comes first.")
        driven = self.problem == "negative weights"
        value = np.where(driven, np.clip(self.value, low, high), self.value) if driven.any() else self.value
        return replace(self, value=value, limits=(low, high))

    def single(self) -> Estimate:
        """The only estimate, in shape ()."""
        arrays: dict[str, Any] = {name: getattr(self, name).reshape(()) for name in _ARRAYS}
        return replace(self, **arrays)

    def at(self, index: Ints) -> Estimate:
        """Some of the flattened estimates, without covariance; entries may repeat."""
        arrays: dict[str, Any] = {name: getattr(self, name).ravel()[index] for name in _ARRAYS}
        labels = tuple(self.labels[i] for i in index.tolist()) if len(index) <= len(self.labels) else ()
        return replace(self, labels=labels, _covariance=None, _satterthwaite=None, _interval=None, **arrays)

    def satterthwaite_degrees_of_freedom(self) -> Floats:
        """Degrees of freedom by the strata's own variances, never more than ``degrees_of_freedom``.

        Returns:
            Degrees of freedom in the shape of ``value``.

        Raises:
            WeightingError: for quantiles and differences, which have none here.

        Source: Satterthwaite (1946), Biometrics Bulletin 2, 110-114.

        >>> from weighting import Design, mean
        >>> found = mean(Design(["a"] * 3 + ["b"] * 3, weights=[1] * 6), [1, 2, 3, 1, 5, 9])
        >>> found.degrees_of_freedom.item(), found.satterthwaite_degrees_of_freedom().round(2).item()
        (4.0, 2.25)
        """
        if self._satterthwaite is None:
            raise WeightingError(f"a {self.kind} has no Satterthwaite degrees of freedom here: use t.")
        return np.minimum(self._satterthwaite(), self.degrees_of_freedom)

    def covariance(self) -> Floats:
        """Covariance of the flattened estimates, PSUs shared between domains included.

        Returns:
            (k, k), in the order of ``labels``.

        Raises:
            WeightingError: for quantiles, which have none here.

        Source: Binder (1983), International Statistical Review 51, equation 3.1.

        >>> from weighting import Design, mean
        >>> mean(Design(weights=[1] * 4), [1, 2, 3, 4], domains=["a", "b", "a", "b"]).covariance().shape
        (2, 2)
        """
        if self._covariance is None:
            raise WeightingError(f"a {self.kind} has no covariance matrix here.")
        return self._covariance()

    def p_value(self, null: float = 0.0) -> Floats:
        """Two-sided p value of the test that the value is ``null``: a t test, and where ``problem`` forbids one, the
        smallest alpha whose interval leaves the null out, so that p and interval never disagree.

        Args:
            null: the value under test.

        Returns:
            P values in the shape of ``value``; nan where no test exists.

        Source: Korn and Graubard (1990), The American Statistician 44.

        >>> from weighting import Design, mean
        >>> round(float(mean(Design(weights=[1] * 4), [1, 2, 3, 4]).p_value(null=2)), 3)
        0.495
        """
        edge = intervals.at_edge(self.problem)
        usable = (self.degrees_of_freedom > 0) & (self.standard_error > 0) & ~edge
        t = np.divide(self.value - null, self.standard_error, out=np.full(self.value.shape, np.nan), where=usable)
        df = np.where(usable, self.degrees_of_freedom, 1)
        p = np.asarray(2 * special.stdtr(df, -np.abs(t)), np.float64)
        if not edge.any():
            return p
        bounds = self._interval or intervals.interval
        inverted = intervals.inverted_p(lambda level: bounds(self, level, None), self.value.shape, null)
        return np.where(edge, inverted, p)
