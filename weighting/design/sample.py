"""What an estimator is given: a design with columns of answers, or a tally that holds both."""

from __future__ import annotations

from typing import NamedTuple

from numpy.typing import ArrayLike

from weighting.design.design import Design
from weighting.design.tally import Tally
from weighting.errors import WeightingError


class Sample(NamedTuple):
    """A design, its answers, and the domains they belong to."""

    design: Design
    y: ArrayLike
    domains: ArrayLike | None


def read_sample(
    design: Design | Tally,
    y: ArrayLike | None,
    domains: ArrayLike | None,
    *,
    what: str,
    each_answer: bool = False,
) -> Sample:
    """Take the answers from where they are, and refuse two sources of them.

    Args:
        design: the sample of n rows, or a tally.
        y: (n,) or (n, V) answers; None with a tally.
        domains: (n,) labels; None with a tally.
        what: the estimator's name, for the message.
        each_answer: whether moments, which keep no single answer, are not enough.

    Raises:
        WeightingError: a tally beside answers or domains, a design without answers, moments where answers are
            needed.

    >>> read_sample(Tally(["a", "a"], [4, 4]), None, None, what="mean").y.tolist()
    [4.0]
    """
    if not isinstance(design, Tally):
        if y is None:
            raise WeightingError(f"{what} needs answers beside a design; only a Tally brings its own.")
        return Sample(design, y, domains)
    if y is not None or domains is not None:
        raise WeightingError(
            f"{what} takes answers and domains from the tally: leave them out, or give tally.design() instead."
        )
    if each_answer and design.is_moments:
        raise WeightingError(f"{what} needs every answer, and moments keep means and squares only: count with Tally.")
    return Sample(design.design(), design.values, design.domains)
