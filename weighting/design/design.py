"""How the sample was drawn: strata, PSUs, weights and population counts, checked once."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Literal, Protocol, TypeAlias, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from weighting.base.arrays import Floats, Ints
from weighting.base.columns import by_label, row_index
from weighting.base.labels import Factor, factorise
from weighting.design.checks import (
    ByStratum,
    SecondStage,
    checked_column,
    checked_weights,
    finite_weights,
    inclusion_probabilities,
    nested,
    parents,
    rows_of,
    sampling_fractions,
    second_stage,
    shared_index,
    shared_weights,
    stratum_sizes,
)
from weighting.errors import WeightingError

LonelyPsu: TypeAlias = Literal["fail", "certainty", "adjust", "average", "remove"]


class Adjustment(Protocol):
    """What adjusted weights owe the standard error (Deville and Särndal 1992, section 3)."""

    @property
    def base_weights(self) -> Floats:
        """(n,) design weights before the adjustment, per answer."""

    def residuals(self, influence: Floats) -> Floats:
        """Turn (n, k) influence per unit of adjusted weight into (n, k) per unit of base weight."""

    def response_scores(self, influence: Floats) -> tuple[Floats, ...]:
        """(n, k) weighted scores of each chance that comes beside the draw, such as who answers."""


@dataclass(frozen=True, eq=False, init=False)
class Design:
    """A complex sample, as R's ``svydesign``.

    Args:
        strata: (n,) labels; one stratum if left out.
        psu: (n,) labels, nested in strata (one label in two strata is two PSUs); left out, each row is a PSU.
        weights: (n,) design weights; left out, population over sample size where that is known, else 1.
        population: PSUs in each stratum, as {stratum: count} or (n,) counts; left out, no finite
            population correction is made.
        frequencies: (n,) how many alike answers a row stands for.
        lonely_psu: what a stratum with one PSU contributes: "fail" refuses; "certainty" and "remove"
            nothing; "adjust" its distance from the mean of all PSUs; "average" the mean of the others.
        lonely_in_domains: apply "adjust" and "average" also to strata of which one PSU alone has rows of the
            domain (R: survey.adjust.domain.lonely).
        fpc: instead of population, sampling fractions in (0, 1] as {stratum: fraction} or (n,) fractions;
            with ``pps``, (n,) inclusion probabilities.
        ssu: (n,) labels of second-stage units, nested in PSUs.
        ssu_population: (n,) second-stage units in the row's PSU; it makes the design a two-stage one.
        pps: for unequal probabilities without replacement: "overton", "hartley-rao" or "brewer" approximate the
            joint inclusion probabilities, or they are given as an (n, n) matrix.
        pps_variance: the form of Horvitz and Thompson, or of Yates and Grundy.

    Raises:
        WeightingError: columns that disagree, negative weights, a population smaller than its sample.

    Source: Lumley (2004), "Analysis of complex survey samples", Journal of Statistical Software 9(8).

    >>> design = Design(strata=["a", "a", "b", "b"], population={"a": 20, "b": 10})
    >>> design.weights.tolist(), design.degrees_of_freedom
    ([10.0, 10.0, 5.0, 5.0], 2.0)
    """

    #: (n,) stratum of each row
    strata: Factor
    #: (n,) PSU of each row, None when each row is a PSU
    psu: Factor | None
    #: (P,) stratum of each PSU, None when each row is a PSU
    psu_stratum: Ints | None
    #: (n,) weights
    weights: Floats
    #: (n,) alike answers each row stands for, None for one each
    frequencies: Floats | None
    lonely_psu: LonelyPsu
    #: whether that holds for strata with one PSU in a domain too
    lonely_in_domains: bool
    #: (H,) PSUs in the sample
    stratum_sizes: Floats
    #: (H,) share of the stratum's PSUs in the sample; 0 without a finite population
    sampling_fraction: Floats
    #: whether no weight is 0
    positive: bool
    #: (H,) the weight that all rows of each stratum share, None when rows differ
    stratum_weights: Floats | None
    #: the second stage, None in a one-stage design
    second: SecondStage | None
    #: (n,) inclusion probabilities of a ``pps`` design
    probabilities: Floats | None
    #: how joint probabilities are known in a ``pps`` design
    pps: str | Floats | None
    pps_variance: Literal["HT", "YG"]
    #: (n,) row labels of the pandas columns it was made from, None where there were none
    index: NDArray[Any] | None
    #: the calibration that made the weights, None for design weights
    adjustment: Adjustment | None
    #: what variances of this design share, worked out once
    kept: dict[str, Any]

    def __init__(
        self,
        strata: ArrayLike | None = None,
        psu: ArrayLike | None = None,
        weights: ArrayLike | None = None,
        population: ByStratum | None = None,
        frequencies: ArrayLike | None = None,
        lonely_psu: LonelyPsu = "fail",
        *,
        lonely_in_domains: bool = False,
        fpc: ByStratum | None = None,
        ssu: ArrayLike | None = None,
        ssu_population: ArrayLike | None = None,
        pps: str | ArrayLike | None = None,
        pps_variance: Literal["HT", "YG"] = "HT",
    ) -> None:
        if lonely_psu not in get_args(LonelyPsu):
            raise WeightingError(f"lonely_psu is {lonely_psu!r}: choose {', '.join(get_args(LonelyPsu))}.")
        if pps_variance not in ("HT", "YG"):
            raise WeightingError(f"pps_variance is {pps_variance!r}: choose HT or YG.")
        columns = {"strata": strata, "psu": psu, "weights": weights, "frequencies": frequencies, "ssu": ssu}
        population, fpc = (_by_stratum(values, *columns.values()) for values in (population, fpc))
        n = rows_of(strata, psu, weights, frequencies, ssu, ssu_population, fpc, population)
        self._put(
            strata=Factor(np.zeros(n, np.intp), ("all",)) if strata is None else factorise(strata, "strata"),
            frequencies=None if frequencies is None else checked_column(frequencies, n, "frequencies"),
            probabilities=None if pps is None else inclusion_probabilities(fpc, n),
            pps=pps if pps is None or isinstance(pps, str) else np.asarray(pps, np.float64),
            pps_variance=pps_variance,
            lonely_psu=lonely_psu,
            lonely_in_domains=lonely_in_domains and lonely_psu in ("adjust", "average"),
            adjustment=None,
            kept={},
            index=shared_index({**columns, "ssu_population": ssu_population}),
        )
        self._put(psu=None if psu is None else nested(self.strata, factorise(psu, "psu"), "psu"))
        self._put(psu_stratum=None if self.psu is None else parents(self.psu, self.strata.codes))
        self._put(stratum_sizes=stratum_sizes(self.strata, self.frequencies, self.psu_stratum))
        self._put(second=second_stage(self.psu, ssu, ssu_population, self.frequencies, n))
        known = (None, None) if pps is not None else (population, fpc)
        self._put(sampling_fraction=sampling_fractions(*known, self.strata, self.stratum_sizes))
        self._put(weights=self._default_weights() if weights is None else checked_weights(weights, n))
        self._put(positive=bool(self.weights.all()), stratum_weights=shared_weights(self.strata, self.weights))

    def _put(self, **values: object) -> None:
        """Fill fields of a frozen object while it is being made."""
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def _default_weights(self) -> Floats:
        if self.probabilities is not None:
            return 1 / self.probabilities
        fraction = np.where(self.sampling_fraction > 0, self.sampling_fraction, 1.0)
        weights = (1 / fraction)[self.strata.codes]
        if self.second is not None and self.psu is not None:
            weights = weights / self.second.fraction[self.psu.codes]
        return np.asarray(weights, np.float64)

    def __len__(self) -> int:
        return len(self.weights)

    def check_order(self, values: ArrayLike | None, what: str) -> None:
        """Refuse a pandas column in another order than the columns of the design.

        Args:
            values: any column; only pandas objects know an order.
            what: the column's name, for the message.

        Raises:
            WeightingError: an index unlike the design's.
        """
        index = row_index(values)
        if index is not None and self.index is not None and not np.array_equal(index, self.index):
            raise WeightingError(
                f"{what} is a pandas object with another index than the design's columns: bring it into their order "
                "(reindex), or give an array (to_numpy) if the rows match as they stand."
            )

    @property
    def n_psus(self) -> float:
        """PSUs in the sample (frequencies counted)."""
        return float(self.stratum_sizes.sum())

    @property
    def degrees_of_freedom(self) -> float:
        """PSUs less strata, as R's ``degf``."""
        return self.n_psus - len(self.strata)

    @property
    def counts(self) -> Floats:
        """(n,) answers that each row stands for."""
        return np.ones(len(self)) if self.frequencies is None else self.frequencies

    def reweighted(self, weights: ArrayLike, adjustment: Adjustment | None = None) -> Design:
        """Carry adjusted weights, and what makes standard errors know of them.

        Args:
            weights: (n,) adjusted weights.
            adjustment: takes the calibration variables out of a linearised variable; None when the
                weights count as design weights.

        Returns:
            The same design with these weights.

        Raises:
            WeightingError: weights of the wrong length or not finite; negative ones, unless an adjustment
                made them (linear calibration may).

        Source: Deville and Särndal (1992), JASA 87, equation 3.4.

        >>> Design(weights=[1, 1]).reweighted([2, 3]).weights.tolist()
        [2.0, 3.0]
        """
        checked = checked_weights(weights, len(self)) if adjustment is None else finite_weights(weights, len(self))
        copy = object.__new__(Design)
        copy._put(**{field.name: getattr(self, field.name) for field in fields(self)})
        copy._put(weights=checked, positive=bool(checked.all()), adjustment=adjustment, kept={})
        copy._put(stratum_weights=shared_weights(self.strata, checked))
        return copy


def _by_stratum(values: ByStratum | None, *columns: ArrayLike | None) -> ByStratum | None:
    """A pandas Series by stratum is a mapping, unless it has a number for each row."""
    index = row_index(values)
    if index is None or not isinstance(index, np.ndarray):
        return values
    lengths = {len(np.atleast_1d(np.asarray(column))) for column in columns if column is not None}
    return by_label(values, "population") if lengths and len(index) not in lengths else values
