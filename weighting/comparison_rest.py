"""Each unit against everybody else."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from weighting.design import Design
from weighting.design_labels import FloatArray, IntArray
from weighting.errors import WeightingError
from weighting.means import laid_out
from weighting.means_assemble import Base, variable
from weighting.means_cells import Cells, read_answers, read_domains
from weighting.means_source import influence_of_mean, source_of
from weighting.results import Estimate


def against_rest(design: Design, y: ArrayLike, *, domains: ArrayLike) -> Estimate:
    """Mean of each domain less the mean of all other rows, with the covariance of the two.

    Args:
        design: the sample of n rows.
        y: (n,) answers; nan is missing.
        domains: (n,) labels.

    Returns:
        Estimate of shape (D,), kind "difference", in the unit of y.

    Raises:
        WeightingError: fewer than two domains, domains that overlap, and as ``mean``.

    Source: Woodruff (1971), JASA 66; domain comparison, Cochran (1977), section 5A.13.

    >>> design = Design(weights=[1] * 4)
    >>> against_rest(design, [1, 2, 5, 6], domains=["a", "a", "b", "b"]).value.tolist()
    [-4.0, 4.0]
    """
    answers, where = read_answers(y, len(design)), read_domains(domains, len(design))
    if answers.ndim != 1 or where.codes is None or len(where.labels) < 2:
        raise WeightingError("against_rest takes one variable and one column of at least two domain labels.")
    source = source_of(design, answers, where, overall=False)
    cells = source.groups()
    units = source.mean(lambda values: values)
    domain = np.full(len(cells.value), -1, np.intp)
    domain[slice(None) if cells.index is None else cells.index] = cells.column
    everyone = replace(cells, column=np.zeros_like(cells.column), labels=("all",))
    parts = [variable(design, everyone, _Against(domain, d).rest) for d in range(cells.columns)]
    found = laid_out(design, parts, (), "difference", by_domain=False, names=cells.labels)
    everybody = units.base.n.sum()
    problem = np.where(units.base.n >= everybody, "no answers", units.precision.problem)
    return replace(found, problem=problem.astype(units.precision.problem.dtype))


@dataclass(frozen=True, eq=False)
class _Against:
    """One domain against the rest, as a single statistic of all rows."""

    #: (R,) domain of each row
    domain: IntArray
    chosen: int

    def rest(self, cells: Cells, _base: Base) -> tuple[FloatArray, FloatArray]:
        """Difference of the two means, and its influence."""
        inside = (cells.take(self.domain) == self.chosen).astype(np.intp)
        halves = replace(cells, column=inside, labels=("rest", "domain"))
        means, influence = influence_of_mean(halves, cells.take(cells.value))
        return means[1:] - means[:1], np.where(inside == 1, influence, -influence)
