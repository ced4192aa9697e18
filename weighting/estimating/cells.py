"""Answers made ready for estimation: rows, or groups of alike rows, and the domains they belong to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from weighting.base.arrays import Flags, Floats, Ints
from weighting.base.columns import plain
from weighting.base.labels import Factor, Label, factorise
from weighting.design.design import Design
from weighting.errors import WeightingError
from weighting.variance.influence import DesignRows, design_rows

_Number = TypeVar("_Number", np.float64, np.intp)


@dataclass(frozen=True, eq=False)
class AnswerCells:
    """Groups of rows with one value each, and the domains (columns) they belong to."""

    rows: DesignRows
    #: (R,) answer, nan when missing
    value: Floats
    #: (E,) row of each membership, None when every row belongs to exactly one domain
    index: Ints | None
    #: (E,) domain of each membership
    column: Ints
    #: names of the domains
    labels: tuple[Label, ...]

    @property
    def columns(self) -> int:
        """Number of domains."""
        return len(self.labels)

    def take(self, values: NDArray[_Number]) -> NDArray[_Number]:
        """(E,) the row's number for each membership."""
        return values if self.index is None else values[self.index]

    def observed(self) -> AnswerCells:
        """The memberships whose answer is not missing; the design keeps the rest as zeros."""
        seen = ~np.isnan(self.take(self.value))
        if seen.all():
            return self
        index = np.flatnonzero(seen) if self.index is None else self.index[seen]
        return replace(self, index=index, column=self.column[seen])

    def with_overall(self) -> AnswerCells:
        """The same with one more domain at the end that holds everybody."""
        n = len(self.value)
        own = np.arange(n) if self.index is None else self.index
        column = np.concatenate([self.column, np.full(n, self.columns, np.intp)])
        return replace(self, index=np.concatenate([own, np.arange(n)]), column=column, labels=(*self.labels, "overall"))


@dataclass(frozen=True, eq=False)
class DomainCodes:
    """Which rows belong to which domain."""

    #: (n,) domain of each row, -1 for none; None when domains overlap or there is one
    codes: Ints | None
    #: (n, k) membership of overlapping domains
    members: Flags | None
    labels: tuple[Label, ...]
    #: whether some rows belong to none
    missing: bool = False


def read_domains(domains: ArrayLike | None, design: Design) -> DomainCodes:
    """Read (n,) labels, or an (n, k) boolean matrix of overlapping domains."""
    if domains is None:
        return DomainCodes(None, None, ("overall",))
    n = len(design)
    design.check_order(domains, "domains")
    array = plain(domains)
    if array.shape[:1] != (n,) or array.ndim > 2:
        raise WeightingError(f"domains have shape {array.shape}, and the design has {n} rows.")
    if array.ndim == 2:
        if array.dtype != np.bool_:
            raise WeightingError("domains with several columns must be booleans: one column a domain.")
        return DomainCodes(None, array, tuple(range(array.shape[1])))
    factor: Factor = factorise(array, "domains", allow_missing=True, copy=False)
    if not len(factor):
        raise WeightingError("every domain label is missing: there is nothing to estimate.")
    return DomainCodes(factor.codes, None, factor.labels, array.dtype.kind in "fO" and bool(factor.codes.min() < 0))


def read_domain(domain: ArrayLike | None, design: Design) -> Flags:
    """(n,) whether each row is meant; everybody where nothing is said.

    Raises:
        WeightingError: other than one boolean a row.
    """
    if domain is None:
        return np.ones(len(design), np.bool_)
    design.check_order(domain, "domain")
    inside = plain(domain)
    if inside.shape != (len(design),) or inside.dtype != np.bool_:
        raise WeightingError(f"domain must hold {len(design)} booleans, one a row.")
    return np.asarray(inside)


def domain_degrees(design: Design, inside: Flags) -> float:
    """PSUs less strata among the rows of a domain that carry a weight, as R's ``degf`` of a subset."""
    used = inside & (design.weights != 0)
    strata = len(np.unique(design.strata.codes[used]))
    if design.psu is None:
        return float(design.counts[used].sum()) - strata
    return float(len(np.unique(design.psu.codes[used])) - strata)


def read_answers(y: ArrayLike, design: Design) -> NDArray[Any]:
    """(n,) or (n, V) numbers, nan for missing; whole numbers stay as they are."""
    n = len(design)
    design.check_order(y, "the answers")
    answers = plain(y)
    if answers.dtype.kind not in "biuf":
        try:
            answers = np.asarray(answers, np.float64)
        except (TypeError, ValueError) as error:
            raise WeightingError("answers must be numbers; for categories use proportion.") from error
    if answers.ndim not in (1, 2) or answers.shape[0] != n:
        raise WeightingError(f"answers have shape {answers.shape}, and the design has {n} rows.")
    if answers.dtype.kind == "f" and np.isinf(answers).any():
        raise WeightingError("answers hold an infinite number: mark missing answers with nan.")
    return answers


def rows_of_domains(design: Design, y: Floats, domains: DomainCodes) -> AnswerCells:
    """One column of answers, row by row."""
    rows = design_rows(design)
    if domains.members is not None:
        member, column = np.nonzero(domains.members)
        return AnswerCells(rows, y, member, column, domains.labels)
    if domains.codes is None:
        return AnswerCells(rows, y, None, np.zeros(len(y), np.intp), domains.labels)
    index = np.flatnonzero(domains.codes >= 0) if domains.missing else None
    return AnswerCells(rows, y, index, domains.codes if index is None else domains.codes[index], domains.labels)


def weight_spread(count: Floats, weight: Floats, squares: Floats) -> Floats:
    """Σ(w - w̄)² from n, Σw and Σw², with differences below rounding taken for none."""
    spread = squares - np.divide(weight * weight, count, out=np.zeros_like(weight), where=count > 0)
    spread[spread < 1e-12 * squares] = 0.0
    return spread
