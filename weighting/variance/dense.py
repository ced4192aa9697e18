"""Variance of scores that every row has, as calibrated designs do: plain matrices instead of groups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from weighting.base.arrays import Floats, Ints
from weighting.base.sums import column_sums
from weighting.design.design import Design
from weighting.variance.stages import Stage, lonely_error, stages


@dataclass(frozen=True, eq=False)
class _Deviations:
    """Units' scores less the centre of their stratum; the covariance is Σ factor · d d'."""

    #: (units, K)
    away: Floats
    #: (units,)
    factor: Floats


def dense_covariance(design: Design, scores: Floats, count: Floats) -> Floats:
    """(K, K) covariance of totals of (n, K) scores, of which each row has ``count`` alike."""
    parts = [(part.away * part.factor[:, None]).T @ part.away for part in _stages(design, scores, count)]
    return np.asarray(sum(parts), np.float64)


def dense_variances(design: Design, scores: Floats, count: Floats) -> Floats:
    """(K,) the diagonal of ``dense_covariance``."""
    parts = [part.factor @ (part.away * part.away) for part in _stages(design, scores, count)]
    return np.asarray(sum(parts), np.float64)


def _stages(design: Design, scores: Floats, count: Floats) -> Iterator[_Deviations]:
    first, *later = stages(design)
    if design.psu is None or design.psu_stratum is None:
        yield _deviations(first, scores, count, design.strata.codes)
        return
    psu = design.psu.codes
    yield _deviations(
        first, column_sums(psu, count, scores, len(design.psu)), np.ones(len(design.psu)), design.psu_stratum
    )
    second = design.second
    if second is None:
        return
    if second.units is None or second.unit_psu is None:
        yield _deviations(later[0], scores, count, psu)
    else:
        inner = column_sums(second.units.codes, count, scores, len(second.units))
        yield _deviations(later[0], inner, np.ones(len(second.units)), second.unit_psu)


def _deviations(stage: Stage, scores: Floats, count: Floats, stratum: Ints) -> _Deviations:
    total = column_sums(stratum, count, scores, len(stage.strata))
    away = scores - (total / np.maximum(stage.sizes, 1)[:, None])[stratum]
    factor = stage.factors()
    alone = stage.lonely
    if not alone.size or not total[alone].any():
        return _Deviations(away, factor[stratum] * count)
    if stage.lonely_psu == "fail":
        raise lonely_error(stage.strata.labels[alone[total[alone].any(axis=1)][0]])
    if stage.lonely_psu == "adjust":
        here = np.isin(stratum, alone)
        away[here] = scores[here] - total.sum(axis=0) / stage.sizes.sum()
        factor = np.where(stage.sizes <= 1, (1 - stage.fraction) * stage.weight, factor)
    if stage.lonely_psu == "average":
        factor = factor * len(factor) / max(len(factor) - len(alone), 1)
    return _Deviations(away, factor[stratum] * count)
