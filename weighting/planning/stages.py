"""Plans with clusters, and invitations that bring enough answers with a given chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import bdtrc, ndtri

from weighting.base.arrays import Floats, Sizes
from weighting.base.printing import Printed
from weighting.errors import WeightingError

__all__ = ["TwoStagePlan", "clustered_design_effect", "invitations_for_assurance", "two_stage_plan"]


def clustered_design_effect(cluster_size: ArrayLike, icc: ArrayLike, *, cv: ArrayLike = 0.0) -> Floats:
    """Design effect of asking several people in each cluster.

    Args:
        cluster_size: mean answers a cluster.
        icc: intraclass correlation of the answers.
        cv: coefficient of variation of the clusters' numbers of answers.

    Returns:
        1 + ((1 + cv²) b − 1) ρ.

    Raises:
        WeightingError: a size below 1, or a correlation outside its range.

    Source: Kish (1965), section 5.4; for unequal clusters, Eldridge, Ashby and Kerry (2006), International Journal of
    Epidemiology 35.

    >>> clustered_design_effect([1, 10, 20], 0.05).round(3)
    array([1.  , 1.45, 1.95])
    """
    size, alike, spread = (np.asarray(a, np.float64) for a in (cluster_size, icc, cv))
    if not (
        np.all(size >= 1)
        and np.all(alike <= 1)
        and np.all(alike >= -1 / np.maximum(size - 1, 1))
        and np.all(spread >= 0)
    ):
        raise WeightingError("a cluster gives at least 1 answer, and icc lies between -1 / (size - 1) and 1.")
    return np.asarray(1 + ((1 + spread**2) * size - 1) * alike)


@dataclass(frozen=True, eq=False, repr=False)
class TwoStagePlan(Printed):
    """Clusters to draw and people to ask in each."""

    clusters: int
    per_cluster: int
    design_effect: float
    #: standard error of the mean that is expected
    standard_error: float
    cost: float


def two_stage_plan(
    standard_error: float, *, sd: float, icc: float, cluster_cost: float, case_cost: float, largest_cluster: int = 1000
) -> TwoStagePlan:
    """The cheapest two-stage sample whose mean is as precise as wanted.

    Args:
        standard_error: largest standard error of the mean allowed.
        sd: standard deviation of an answer.
        icc: intraclass correlation, above 0 and below 1.
        cluster_cost: cost of one more cluster.
        case_cost: cost of one more person in a cluster.
        largest_cluster: most people that can be asked in a cluster.

    Returns:
        The plan; of all whole numbers a cluster, the cheapest.

    Raises:
        WeightingError: numbers outside their range.

    Source: Cochran (1977), section 10.6: b = √(c₁/c₂ · (1 − ρ)/ρ).

    >>> plan = two_stage_plan(1.0, sd=20, icc=0.05, cluster_cost=100, case_cost=10)
    >>> plan.clusters, plan.per_cluster, plan.cost
    (52, 12, 11440.0)
    """
    if not (
        standard_error > 0 and sd > 0 and 0 < icc < 1 and cluster_cost > 0 and case_cost > 0 and largest_cluster >= 1
    ):
        raise WeightingError("errors, sd and costs must be above 0, icc between 0 and 1, and a cluster hold somebody.")
    size = np.arange(1, largest_cluster + 1, dtype=np.float64)
    effect = 1 + (size - 1) * icc
    clusters = np.maximum(np.ceil(sd**2 * effect / (size * standard_error**2) - 1e-9), 2.0)
    cost = clusters * (cluster_cost + size * case_cost)
    best = int(np.argmin(cost))
    error = sd * float(np.sqrt(effect[best] / (clusters[best] * size[best])))
    return TwoStagePlan(int(clusters[best]), best + 1, float(effect[best]), error, float(cost[best]))


def invitations_for_assurance(completes: ArrayLike, response_rate: ArrayLike, *, probability: float = 0.9) -> Sizes:
    """Invitations so that with a given chance every unit gets the answers it needs.

    Args:
        completes: (U,) answers that each unit needs, such as those for ± m.
        response_rate: share of the invited who answer, of all or of each unit.
        probability: chance that all units together get enough.

    Returns:
        (U,) invitations; inviting completes / rate would bring too few in about half of the units.

    Raises:
        WeightingError: numbers outside their range.

    Source: the number of answers is binomial; units answer independently (Cochran 1977, section 3.2).

    >>> invitations_for_assurance([100, 100], 0.4, probability=0.9)
    array([283, 283])
    """
    needed, rate = np.broadcast_arrays(np.asarray(completes, np.float64), np.asarray(response_rate, np.float64))
    if not (np.all(needed >= 1) and np.all((rate > 0) & (rate <= 1)) and 0 < probability < 1):
        raise WeightingError("completes are at least 1, rates lie in (0, 1], and the probability between 0 and 1.")
    each = probability ** (1 / needed.size)
    wanted = np.ceil(needed)
    spread = float(max(ndtri(each), 0.0)) + 1.0
    low = wanted.copy()
    high = np.ceil((wanted + spread * (spread + np.sqrt(wanted / rate))) / rate) + 10
    while (low < high).any():
        middle = np.floor((low + high) / 2)
        enough = np.where(rate == 1, 1.0, bdtrc(wanted - 1, middle.astype(np.intp), rate)) >= each
        high, low = np.where(enough, middle, high), np.where(enough, low, middle + 1)
        low = np.minimum(low, high)
    return np.asarray(high, np.int64)
