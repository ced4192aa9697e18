"""A second phase: rows chosen at random within classes of the first sample, by design or by who answered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from weighting.adjusting.chain import AdjustmentChain
from weighting.adjusting.step import WeightStep
from weighting.base.arrays import Flags, Floats, Ints
from weighting.base.columns import plain
from weighting.base.labels import Label, factorise
from weighting.base.sums import column_sums, sums
from weighting.design.checks import checked_weights
from weighting.design.design import Design
from weighting.errors import WeightingError


@dataclass(frozen=True, eq=False, repr=False)
class SecondPhase(WeightStep):
    """Weights of the rows of a second phase, and what its chance adds to a variance."""

    #: (n,) weights before and after.
    base_weights: Floats
    weights: Floats
    #: (n,) rows of the second phase
    selected: Flags
    #: (c,) classes, and (n,) each row's class
    labels: tuple[Label, ...]
    classes: Ints
    #: (c,) share of the class's rows that are in the second phase
    fractions: Floats

    def residuals(self, influence: Floats) -> Floats:
        """Influence times the factor of each row; the chance of the second phase is added apart.

        Args:
            influence: (n, k) influence per unit of the weight after.

        Returns:
            (n, k) influence per unit of the weight before.

        Source: Särndal, Swensson and Wretman (1992), section 9.3.
        """
        factor = np.where(self.selected, 1 / self.fractions[self.classes], 0.0)
        return np.where(self.selected[:, None], influence, 0.0) * factor[:, None]

    def covariance(self, design: Design, influence: Floats) -> Floats:
        """(k, k) what the second phase adds to the covariance of the first: D₂ less D₁ · D₂ on the scores.

        Args:
            design: the first phase, of one stage, in which each row is a PSU.
            influence: (n, k) influence per unit of the weight after.

        Raises:
            WeightingError: a first phase with clusters or unequal probabilities.

        Source: Särndal, Swensson and Wretman (1992), result 9.3.1, with the joint chances of both phases.
        """
        if (
            design.psu is not None
            or design.second is not None
            or design.pps is not None
            or design.frequencies is not None
        ):
            raise WeightingError(
                "a second phase needs a first one of single rows in strata: no psu, stages or frequencies."
            )
        scores = np.where(self.selected[:, None], influence * self.weights[:, None], 0.0)
        chosen = self.selected.astype(np.float64)
        size = sums(self.classes, chosen, len(self.labels))
        left = 1 - self.fractions
        others = np.divide(1.0, size - 1, out=np.zeros_like(size), where=size > 1)
        total = column_sums(self.classes, chosen, scores, len(size))
        added = (scores * (left * (1 + others))[self.classes, None]).T @ scores - (
            total * (left * others)[:, None]
        ).T @ total
        strata, many = design.strata.codes, len(size)
        cell, n_cells = strata * many + self.classes, len(design.strata) * many
        both = column_sums(cell, chosen, scores, n_cells)
        stratum, klass = np.divmod(np.arange(n_cells), many)
        out = (1 - design.sampling_fraction)[stratum] * left[klass]
        first = np.divide(
            1.0, design.stratum_sizes - 1, out=np.zeros_like(design.stratum_sizes), where=design.stratum_sizes > 1
        )
        pair = first[stratum] * others[klass]
        shared = (scores * (out * (1 - pair))[cell, None]).T @ scores + (both * (out * pair)[:, None]).T @ both
        return np.asarray(added - shared, np.float64)


def phase_classes(design: Design) -> Ints | None:
    """(n,) classes of the design's last second phase, None without one."""
    chain = design.adjustment
    steps = chain.steps if isinstance(chain, AdjustmentChain) else ()
    return next((step.classes for step in reversed(steps) if isinstance(step, SecondPhase)), None)


def second_phase(weights: ArrayLike, selected: ArrayLike, classes: ArrayLike) -> SecondPhase:
    """Weights of a random subsample within classes, with the exact variance of two phases.

    Use it where rows are drawn again from a sample, or where response within classes is taken for such a draw. Unlike
    ``nonresponse_factors`` it counts rows, not weights.

    Args:
        weights: (n,) first-phase weights.
        selected: (n,) booleans, the rows of the second phase.
        classes: (n,) labels within which they were chosen.

    Returns:
        The step for ``adjusted``.

    Raises:
        WeightingError: a class of which nobody is selected, or one of several.

    Source: Särndal, Swensson and Wretman (1992), section 9.3; R survey, ``twophase(method="full")``, whose version
    4.1 takes some first-phase sample sizes from the wrong rows.

    >>> from weighting import adjusted, mean
    >>> design = Design(weights=[10.0] * 6)
    >>> step = second_phase(design.weights, [True, True, False, True, True, True], list("aaabbb"))
    >>> step.weights.tolist()
    [15.0, 15.0, 0.0, 10.0, 10.0, 10.0]
    >>> round(float(mean(adjusted(design, step), [1, 3, np.nan, 5, 4, 6]).standard_error), 3)
    0.847
    """
    base = checked_weights(weights, np.size(weights))
    chosen = plain(selected)
    factor = factorise(classes, "classes")
    if chosen.shape != base.shape or chosen.dtype != np.bool_ or factor.codes.shape != base.shape:
        raise WeightingError(f"selected must hold {base.size} booleans and classes {base.size} labels, one a row.")
    every = np.bincount(factor.codes, minlength=len(factor)).astype(np.float64)
    size = sums(factor.codes, chosen.astype(np.float64), len(factor))
    wrong = np.flatnonzero((size < 1) | ((size == 1) & (every > 1)))
    if wrong.size:
        label = factor.labels[int(wrong[0])]
        raise WeightingError(f"class {label} has {size[wrong[0]]:g} selected rows: merge it with a similar one.")
    fractions = size / every
    after = np.where(chosen, base / fractions[factor.codes], 0.0)
    return SecondPhase(base, after, np.asarray(chosen), factor.labels, factor.codes, fractions)
