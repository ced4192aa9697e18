"""Covariance matrices of totals of scores: several statistics at once, and unequal-probability designs."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from weighting.base.arrays import Floats, Ints
from weighting.base.sums import sums
from weighting.design.design import Design
from weighting.errors import WeightingError
from weighting.variance.stages import Scores, Stage, stages


def sparse_covariance(design: Design, scores: Scores, columns: int) -> Floats:
    """(K, K) covariance of totals of scores (Binder 1983, equation 3.1), stage by stage."""
    first, *later = stages(design)
    second = design.second
    if scores.psu is None:
        return _stage_covariance(first, *_units(scores, columns))
    count = len(design.psu) if design.psu is not None else 0
    outer = _unit_sums(scores, scores.psu, count, columns)
    total = _stage_covariance(first, outer, _parents(design.psu_stratum), np.ones(count))
    if not later or second is None:
        return total
    if scores.ssu is None:
        matrix, _, counts = _units(scores, columns)
        return total + _stage_covariance(later[0], matrix, _first_of(scores, scores.psu), counts)
    parent = _parents(second.unit_psu)
    inner = _unit_sums(scores, scores.ssu, len(parent), columns)
    return total + _stage_covariance(later[0], inner, parent, np.ones(len(parent)))


def _parents(codes: Ints | None) -> Ints:
    return np.zeros(0, np.intp) if codes is None else codes


def _rows(scores: Scores) -> Ints:
    return np.arange(len(scores.column)) if scores.row is None else scores.row


def _first_of(scores: Scores, values: Any) -> Any:
    """The value each row has, from entries that repeat it."""
    rows = _rows(scores)
    out = np.zeros(int(rows.max()) + 1, np.asarray(values).dtype)
    out[rows] = values
    return out


def _units(scores: Scores, columns: int) -> tuple[Any, Ints, Floats]:
    """Mean score of each row by statistic, its stratum and its count; spread becomes a row of its own."""
    rows = _rows(scores)
    count, stratum = _first_of(scores, scores.count), _first_of(scores, scores.stratum)
    matrix = sparse.csr_array((scores.mean, (rows, scores.column)), shape=(len(count), columns))
    if scores.spread is None:
        return matrix, stratum, count
    sign = np.sqrt(scores.spread / np.maximum(scores.count, 1)) * np.sign(scores.mean)
    extra = sparse.csr_array((sign, (rows, scores.column)), shape=(len(count), columns))
    both = sparse.vstack([matrix + extra, matrix - extra]).tocsr()
    return both, np.concatenate([stratum, stratum]), np.concatenate([count, count]) / 2


def _unit_sums(scores: Scores, units: Ints, n_units: int, columns: int) -> Any:
    """(units, K) sum of scores in each unit."""
    return sparse.csr_array((scores.count * scores.mean, (units, scores.column)), shape=(n_units, columns))


def _stage_covariance(stage: Stage, unit_scores: Any, parent: Ints, count: Floats) -> Floats:
    """Between-unit covariance within the stage's strata, of ``count`` alike units in each row."""
    n_strata = len(stage.strata)
    member = sparse.csr_array((count, (parent, np.arange(len(parent)))), shape=(n_strata, len(parent)))
    total_scores = member @ unit_scores
    factor = stage.factors()
    scaled = unit_scores.multiply((factor[parent] * count)[:, None])
    size = np.maximum(stage.sizes, 1)
    total = (unit_scores.T @ scaled).toarray() - (
        total_scores.T @ total_scores.multiply((factor / size)[:, None])
    ).toarray()
    return _lonely_covariance(stage, np.asarray(total, np.float64), total_scores)


def _lonely_covariance(stage: Stage, total: Floats, scores: Any) -> Floats:
    alone = stage.lonely
    dense = np.asarray(scores[alone].toarray(), np.float64)
    if not alone.size or not dense.any():
        return total
    if stage.lonely_psu == "adjust":
        grand = np.asarray(scores.sum(axis=0)).ravel() / stage.sizes.sum()
        left_out = ((1 - stage.fraction) * stage.weight)[alone]
        away = np.where(dense != 0, dense - grand, 0.0)
        return total + (away * left_out[:, None]).T @ away
    if stage.lonely_psu == "average":
        met = np.asarray((scores != 0).sum(axis=0)).ravel()
        good = np.maximum(met - (dense != 0).sum(axis=0), 1)
        scale = np.sqrt(met / good)
        return total * np.outer(scale, scale)
    return total


def pps_covariance(design: Design, scores: Floats) -> Floats:
    """(K, K) covariance under unequal probabilities without replacement.

    Approximate and given joint probabilities use the form of Horvitz and Thompson (1952) or of Yates and Grundy
    (1953); Brewer's treats each row as its own fraction (Berger 2004).
    """
    chances = design.probabilities
    if chances is None:
        raise WeightingError("a pps design needs inclusion probabilities.")
    if isinstance(design.pps, str) and design.pps == "brewer":
        return _brewer(design, scores, chances)
    joint = _approximate(design, chances) if isinstance(design.pps, str) else np.asarray(design.pps)
    if joint.shape != (len(design), len(design)) or not (joint > 0).all():
        raise WeightingError("joint inclusion probabilities must be an (n, n) matrix of positive numbers.")
    check = 1 - np.outer(chances, chances) / joint
    np.fill_diagonal(check, 0.0)
    own = -check.sum(axis=1) if design.pps_variance == "YG" else 1 - chances
    return np.asarray(scores.T @ check @ scores + (scores * own[:, None]).T @ scores, np.float64)


def _approximate(design: Design, chances: Floats) -> Floats:
    """(n, n) joint inclusion probabilities from single ones (Overton 1985; Hartley and Rao 1962)."""
    codes = design.strata.codes
    n = design.stratum_sizes[codes]
    pair = chances[:, None] + chances[None, :]
    if design.pps == "overton":
        left = n[:, None] - pair / 2
    elif design.pps == "hartley-rao":
        left = n[:, None] - pair + (sums(codes, chances, len(design.strata)) / design.stratum_sizes)[codes][:, None]
    else:
        raise WeightingError(f"pps is {design.pps!r}: choose overton, hartley-rao or brewer, or give joint ones.")
    within = np.outer(chances, chances) * (n - 1)[:, None] / left
    return np.where(codes[:, None] == codes[None, :], within, np.outer(chances, chances))


def _brewer(design: Design, scores: Floats, chances: Floats) -> Floats:
    codes, n = design.strata.codes, design.stratum_sizes
    member = sparse.csr_array((1 / n[codes], (codes, np.arange(len(codes)))), shape=(len(n), len(codes)))
    away = scores - np.asarray(member @ scores)[codes]
    factor = (1 - chances) * (n / np.maximum(n - 1, 1))[codes]
    return np.asarray((away * factor[:, None]).T @ away, np.float64)
