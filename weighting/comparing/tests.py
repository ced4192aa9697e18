"""Design-based tests: two groups, contingency tables and ranks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from weighting.base.arrays import Floats
from weighting.base.labels import Factor, factorise
from weighting.base.printing import Printed
from weighting.comparing.contrast import contrast
from weighting.design.design import Design
from weighting.errors import WeightingError
from weighting.estimating.cells import domain_degrees, read_answers, read_domain
from weighting.estimating.means import mean
from weighting.results.estimate import Estimate
from weighting.results.intervals import t_quantile

RankTest: TypeAlias = Literal["kruskal-wallis", "van der waerden", "median"]


@dataclass(frozen=True, repr=False)
class TestResult(Printed):
    """A test with its reference distribution."""

    __test__ = False  # not a test class of pytest

    statistic: float
    #: numerator and denominator degrees of freedom, or one number
    degrees_of_freedom: tuple[float, ...]
    p_value: float
    #: what the statistic is called: "t", "F" or "chisq"
    kind: str
    #: the estimated difference of a t test
    difference: float | None = None
    #: its standard error
    standard_error: float | None = None

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Confidence interval of the difference of a t test.

        Raises:
            WeightingError: a test without a difference.
        """
        if self.difference is None or self.standard_error is None:
            raise WeightingError(f"a {self.kind} test has no difference to give an interval for.")
        width = float(t_quantile(level, np.array(self.degrees_of_freedom[0]))) * self.standard_error
        return self.difference - width, self.difference + width


def t_test(design: Design, y: ArrayLike, groups: ArrayLike | None = None, *, null: float = 0.0) -> TestResult:
    """Mean of one group, or difference of two groups' means (second label less first), as R's ``svyttest``.

    Args:
        design: the sample of n rows.
        y: (n,) answers; nan is missing.
        groups: (n,) two labels; None for one group, whose mean is held against ``null``.
        null: the mean or difference under test; ``difference`` is the estimate less this.

    Returns:
        TestResult with PSUs - strata - 1 degrees of freedom, in R also for one group; with two, rows that miss
        answer or label do not count.

    Raises:
        WeightingError: other than two groups, or no degrees of freedom.

    Source: Lumley (2010), Complex Surveys, section 2.4.

    >>> design = Design(weights=[1] * 6)
    >>> t_test(design, [1, 2, 3, 3, 4, 5], ["a", "a", "a", "b", "b", "b"]).difference
    2.0
    """
    if groups is None:
        return _t_result(mean(design, y), design.degrees_of_freedom - 1, null)
    means = mean(design, y, domains=groups)
    if means.value.shape != (2,):
        raise WeightingError(f"a t test compares two groups, and there are {means.value.size}.")
    label = factorise(groups, "groups", allow_missing=True).codes
    given = (label >= 0) & ~np.isnan(read_answers(y, design).astype(np.float64))
    df = float(mean(design, given, domains=given[:, None]).degrees_of_freedom[0])
    return _t_result(contrast(means, [-1.0, 1.0]), df - 1, null)


def _t_result(found: Estimate, df: float, null: float) -> TestResult:
    """The t test of one estimate."""
    if found.value.shape:
        raise WeightingError("a t test takes one variable.")
    away, error = float(found.value) - null, float(found.standard_error)
    if df <= 0 or not error > 0:
        raise WeightingError(f"the t test has {df:g} degrees of freedom and standard error {error:g}: nothing to test.")
    t = away / error
    return TestResult(t, (df,), float(2 * special.stdtr(df, -abs(t))), "t", away, error)


def equal_means(design: Design, y: ArrayLike, groups: ArrayLike, *, domain: ArrayLike | None = None) -> TestResult:
    """Test that k groups have the same mean, as R's ``regTermTest`` of a model with one factor.

    Args:
        design: the sample of n rows.
        y: (n,) answers; nan is missing.
        groups: (n,) labels; a missing one leaves the test.
        domain: (n,) booleans, the rows that are meant.

    Returns:
        TestResult: Wald's F with k - 1 and PSUs - strata + 1 - k degrees of freedom, counted among the rows used.

    Raises:
        WeightingError: one group, or too few degrees of freedom.

    Source: Koch, Freeman and Freeman (1975), International Statistical Review 43; Korn and Graubard (1990).

    >>> test = equal_means(Design(weights=[1] * 6), [1, 2, 3, 3, 5, 4], list("aabbcc"))
    >>> round(test.statistic, 3), test.degrees_of_freedom
    (15.0, (2.0, 3.0))
    """
    answers = read_answers(y, design).astype(np.float64)
    design.check_order(groups, "groups")
    factor: Factor = factorise(groups, "groups", allow_missing=True)
    if answers.ndim != 1 or factor.codes.shape != answers.shape:
        raise WeightingError("equal_means takes one variable, and a group label for each row.")
    used = read_domain(domain, design) & (factor.codes >= 0) & ~np.isnan(answers) & (design.weights != 0)
    present = np.unique(factor.codes[used])
    if len(present) < 2:
        raise WeightingError("a test of equal means compares at least two groups.")
    members = (factor.codes[:, None] == present) & used[:, None]
    means = mean(design, answers, domains=members)
    others = len(present) - 1
    rows = np.column_stack([-np.ones(others), np.eye(others)])
    spread, away = rows @ means.covariance() @ rows.T, rows @ means.value
    below = domain_degrees(design, used) - others
    if below <= 0 or np.linalg.matrix_rank(spread, hermitian=True) < others:
        raise WeightingError(
            f"the groups leave {below:g} degrees of freedom, or answers without spread: merge groups or leave them out."
        )
    statistic = float(away @ np.linalg.solve(spread, away)) / others
    return TestResult(statistic, (float(others), below), float(special.fdtrc(others, below, statistic)), "F")


def rank_test(design: Design, y: ArrayLike, groups: ArrayLike, *, test: RankTest = "kruskal-wallis") -> TestResult:
    """Design-based rank test of several groups, as R's ``svyranktest``.

    Args:
        design: the sample of n rows.
        y: (n,) answers without missing values.
        groups: (n,) at least two labels.
        test: the scores given to ranks: "kruskal-wallis" (the rank; Wilcoxon for two groups),
            "van der waerden" (normal quantiles) or "median".

    Returns:
        TestResult: for two groups the t test of their mean scores; for more, Wald's chi-square with k - 1 degrees
        of freedom, judged by F.

    Raises:
        WeightingError: missing answers, one group, an unknown test.

    Source: Lumley and Scott (2013), Biometrika 100, 831-842.

    >>> design = Design(weights=[1] * 6)
    >>> round(rank_test(design, [1, 2, 4, 3, 5, 6], list("aaabbb")).p_value, 3)
    0.105
    """
    answers = read_answers(y, design).astype(np.float64)
    factor: Factor = factorise(groups, "groups")
    if np.isnan(answers).any() or answers.ndim != 1:
        raise WeightingError("a rank test needs one answer from everybody: leave the others out of the design.")
    if len(factor) < 2:
        raise WeightingError("a rank test compares at least two groups.")
    scores = _scores(_ranks(answers, design.weights * design.counts), test)
    if len(factor) == 2:
        return t_test(design, scores, factor.codes)
    means = mean(design, scores, domains=factor.codes)
    others = len(factor) - 1
    rows = np.column_stack([-np.ones(others), np.eye(others)])
    away = rows @ means.value
    chisq = float(away @ np.linalg.solve(rows @ means.covariance() @ rows.T, away))
    df = design.degrees_of_freedom - others
    return TestResult(chisq, (float(others), df), float(special.fdtrc(others, df, chisq / others)), "chisq")


def _ranks(y: Floats, weights: Floats) -> Floats:
    """Estimated population ranks in (0, 1); tied rows share the mean of theirs, as in R."""
    order = np.argsort(y, kind="stable")
    sorted_weights = weights[order]
    rank = np.empty(len(y))
    rank[order] = (np.cumsum(sorted_weights) - sorted_weights / 2) / weights.sum()
    _, place = np.unique(y, return_inverse=True)
    return np.asarray((np.bincount(place, weights=rank) / np.bincount(place))[place], np.float64)


def _scores(ranks: Floats, test: RankTest) -> Floats:
    if test == "kruskal-wallis":
        return ranks
    if test == "van der waerden":
        return np.asarray(special.ndtri(ranks), np.float64)
    if test == "median":
        return (ranks > 0.5).astype(np.float64)
    raise WeightingError(f"{test!r} is no rank test: choose kruskal-wallis, van der waerden or median.")
