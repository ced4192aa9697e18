"""Composites of policy shares: Σ Wₕ ȳₕ with its variance, and layers too thin to be used, by a rule set beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import ArrayLike

from weighting.base.arrays import Flags, Floats
from weighting.base.labels import Factor, Label, factorise
from weighting.base.printing import Printed
from weighting.comparing.contrast import contrast
from weighting.design.design import Design
from weighting.design.tally import Tally, read_sample
from weighting.errors import WeightingError
from weighting.estimating.cells import AnswerCells, DomainCodes, read_answers, rows_of_domains
from weighting.estimating.means import laid_out
from weighting.estimating.source import RowSource
from weighting.results.estimate import Estimate
from weighting.results.intervals import Bounds, Level

ThinRule: TypeAlias = Literal["none", "redistribute", "class mean"]


@dataclass(frozen=True, eq=False, repr=False)
class Composite(Printed):
    """Composites with the layers they were made of."""

    #: shape (D,) or ()
    estimate: Estimate
    domains: tuple[Label, ...]
    layers: tuple[Label, ...]
    #: (D, J) mean of each layer in each domain
    layer_means: Estimate
    #: (D, J) share that each layer's own mean got in the end
    shares: Floats
    #: (D, J) layers with fewer answers than the minimum
    thin: Flags

    def columns(self) -> dict[str, Any]:
        """The composites, with the share that each layer's own mean got."""
        table = dict(self.estimate.columns())
        table["label"] = list(self.domains)
        return {**table, **{f"share of {j}": s.tolist() for j, s in zip(self.layers, self.shares.T, strict=True)}}


def composite(
    design: Design | Tally,
    y: ArrayLike | None = None,
    *,
    shares: Mapping[Label, float],
    layers: ArrayLike | None = None,
    domains: ArrayLike | None = None,
    thin: ThinRule = "none",
    minimum: int = 2,
    limits: tuple[float, float] | None = None,
) -> Composite:
    """Combine layer means by policy shares, whatever the layers' sizes in the population.

    Args:
        design: the sample of n rows, or a Tally, which brings its own answers, layers and domains.
        y: (n,) answers; nan is missing.
        shares: share of each layer; they sum to 1.
        layers: (n,) labels of the layers, such as leaders, peers and the public.
        domains: (n,) labels of the units; None for one composite.
        thin: what happens to a layer with fewer than ``minimum`` answers: "none" leaves the composite
            unestimated, "redistribute" hands its share to the domain's other layers in proportion, "class mean"
            puts the layer's mean over all domains in its place, with that mean's variance.
        minimum: answers that a layer must have.
        limits: lowest and highest possible answer.

    Returns:
        Composite.

    Raises:
        WeightingError: shares that do not sum to 1 or miss a layer, an unknown rule, and as ``mean``.

    Source: direct standardisation, Kish (1987), Statistical Design for Research, section 4.5.

    >>> answers, layers = [4, 5, 3, 3, 1, 2], ["peer", "peer", "peer", "public", "public", "public"]
    >>> found = composite(Design(weights=[1] * 6), answers, layers=layers, shares={"peer": 0.4, "public": 0.6})
    >>> found.estimate.value.item()
    2.8
    """
    if thin not in get_args(ThinRule):
        raise WeightingError(f"thin is {thin!r}: choose {', '.join(get_args(ThinRule))}.")
    layers = _layers(design, layers)
    design, y, domains = read_sample(design, y, domains, what="composite")
    n = len(design)
    layer = factorise(layers, "layers", allow_missing=True)
    unit = Factor(np.zeros(n, np.intp), ("overall",)) if domains is None else _units(domains)
    weights = _shares(shares, layer)
    answers = read_answers(y, design).astype(np.float64)
    if answers.ndim != 1 or len(layer.codes) != n or len(unit.codes) != n:
        raise WeightingError("composite takes one variable, and a layer and a domain label for each row.")
    means = _layer_means(design, answers, unit, layer, limits)
    own = means.n.ravel()[: len(unit) * len(layer)].reshape(len(unit), len(layer))
    lacking = (own < minimum) & (weights > 0)
    kept = _kept(weights, lacking, thin)
    rows = _rows(kept, np.where(lacking, weights, 0.0) if thin == "class mean" else np.zeros_like(kept))
    found = contrast(means, rows, names=unit.labels)
    used = ~np.isnan(kept).any(axis=1)
    found = replace(
        found,
        value=np.where(used, found.value, np.nan),
        standard_error=np.where(used, found.standard_error, np.nan),
        problem=np.where(used, found.problem, "a layer is too thin"),
        degrees_of_freedom=_degrees(means, rows),
    )
    if limits is not None:
        found = replace(found, limits=means.limits, _interval=_Within(found, means.limits).at)
    if domains is None:
        found = _leading(found, ())
    layer_means = _leading(means, own.shape)
    return Composite(found, unit.labels, layer.labels, layer_means, np.nan_to_num(kept), lacking)


@dataclass(frozen=True, eq=False)
class _Within:
    """Intervals of composites, cut where no composite can be."""

    composites: Estimate
    limits: tuple[float, float] | None

    def at(self, composites: Estimate, level: Level, method: str | None) -> Bounds:
        """Bounds of the contrast, within the limits."""
        flat = composites if composites.value.shape == self.composites.value.shape else _leading(composites, (1,))
        low, high = replace(flat, _interval=self.composites._interval).interval(level, method)
        if self.limits is not None:
            low, high = np.clip(low, *self.limits), np.clip(high, *self.limits)
        return low.reshape(composites.value.shape), high.reshape(composites.value.shape)


def _layers(design: Design | Tally, layers: ArrayLike | None) -> ArrayLike:
    """The layers' labels, which a tally brings along."""
    found = layers
    if isinstance(design, Tally):
        if layers is not None:
            raise WeightingError("composite takes layers from the tally: leave them out.")
        found = design.layers
    if found is None:
        raise WeightingError("composite needs layers: say which layer each answer belongs to.")
    return found


def _units(domains: ArrayLike) -> Factor:
    return factorise(domains, "domains", allow_missing=True)


def _shares(shares: Mapping[Label, float], layer: Factor) -> Floats:
    """(J,) share of each layer that has rows."""
    missing = [label for label in layer.labels if label not in shares]
    if missing:
        raise WeightingError(f"shares have no number for layer {missing[0]}: give it one, 0 if it does not count.")
    absent = [label for label, share in shares.items() if share and label not in layer.labels]
    if absent:
        raise WeightingError(f"layer {absent[0]} has a share and not one row: give its share to other layers.")
    if any(share < 0 for share in shares.values()) or abs(sum(shares.values()) - 1) > 1e-9:
        raise WeightingError(f"shares sum to {sum(shares.values()):g}: they must be at least 0 and sum to 1.")
    return np.array([shares[label] for label in layer.labels], np.float64)


def _layer_means(
    design: Design, y: Floats, unit: Factor, layer: Factor, limits: tuple[float, float] | None
) -> Estimate:
    """Means of every domain × layer, then of every layer over all domains, with one covariance."""
    inside = (unit.codes >= 0) & (layer.codes >= 0)
    codes = np.where(inside, unit.codes * len(layer) + layer.codes, -1)
    labels = tuple(f"{u}:{j}" for u in unit.labels for j in layer.labels)
    cells = rows_of_domains(design, y, DomainCodes(codes, None, labels, missing=True))
    rows = np.flatnonzero(inside)
    both = AnswerCells(
        cells.rows,
        cells.value,
        np.concatenate([rows, rows]),
        np.concatenate([codes[rows], len(labels) + layer.codes[rows]]),
        (*labels, *(f"all:{j}" for j in layer.labels)),
    )
    part = RowSource(design, both).mean(lambda values: values)
    means = laid_out(design, [part], both.labels, "mean", by_domain=True)
    return means if limits is None else means.within(limits)


def _kept(weights: Floats, lacking: Flags, thin: ThinRule) -> Floats:
    """(D, J) share of each domain's own layer means; nan where the composite cannot be made."""
    kept = np.where(lacking, 0.0, weights)
    if thin == "redistribute":
        total = kept.sum(axis=1, keepdims=True)
        return np.asarray(kept / np.where(total > 0, total, np.nan), np.float64)
    if thin == "none":
        kept[lacking.any(axis=1)] = np.nan
    return kept


def _rows(own: Floats, borrowed: Floats) -> Floats:
    """(D, DJ + J) coefficients of the domain's own means and of the class means."""
    n_domains, n_layers = own.shape
    rows = np.zeros((n_domains, n_domains * n_layers + n_layers))
    for d in range(n_domains):
        rows[d, d * n_layers : (d + 1) * n_layers] = np.nan_to_num(own[d])
        rows[d, n_domains * n_layers :] = borrowed[d]
    return rows


def _degrees(means: Estimate, rows: Floats) -> Floats:
    """(D,) degrees of freedom by Satterthwaite (1946), from the layers that take part."""
    parts = np.where(rows != 0, (rows * means.standard_error) ** 2, 0.0)
    df = np.maximum(means.degrees_of_freedom, 0.0)
    each = np.divide(parts**2, df, out=np.where(parts > 0, np.inf, 0.0), where=df > 0).sum(axis=1)
    total = parts.sum(axis=1)
    least = np.where(rows != 0, df, np.inf).min(axis=1)
    pooled = np.divide(total**2, each, out=least.copy(), where=each > 0)
    return np.asarray(np.where(np.isinf(each), 0.0, pooled), np.float64)


def _leading(estimate: Estimate, shape: tuple[int, ...]) -> Estimate:
    """The first estimates in another shape."""
    size = int(np.prod(shape))
    arrays: dict[str, Any] = {
        name: getattr(estimate, name).ravel()[:size].reshape(shape)
        for name in (
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
    }
    joint = estimate._covariance
    return replace(
        estimate,
        labels=estimate.labels[:size],
        _satterthwaite=None,
        _covariance=None if joint is None else lambda: joint()[:size, :size],
        **arrays,
    )
