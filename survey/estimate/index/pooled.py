"""One index from several waves by stated shares: each wave is a sample of its own, and the shares are decisions.

The pooled mean is the sum of share × mean, its variance the sum of share² × variance, since the waves are drawn
independently (Cochran 1977, section 5.3, with stated instead of population shares); the degrees of freedom are
Satterthwaite's (1946, Biometrics Bulletin 2, equation 17).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from scipy import special

from survey.estimate.index.indices import Floors
from survey.estimate.values import Index, StratumLine

LEVEL = 0.95

#: ends of the scale of an index
LEAST, MOST = 0.0, 100.0


def pooled(parts: Mapping[int, Sequence[Index]], shares: Mapping[int, float], floors: Floors) -> list[Index]:
    """The pooled index of every unit, by unit number.

    A unit that some wave says nothing about has no pooled index: its share must not pass to another wave in silence.

    Args:
        parts: collection -> its indices.
        shares: collection -> its share of one.
        floors: for the answers of all waves together.
    """
    by_unit: dict[int, dict[int, Index]] = {}
    for number, indices in parts.items():
        for index in indices:
            by_unit.setdefault(index.unit_id, {})[number] = index
    return [_of_unit(unit, found, shares, floors) for unit, found in sorted(by_unit.items())]


def strata_of_waves(
    parts: Mapping[int, tuple[Index, Sequence[StratumLine]]], shares: Mapping[int, float]
) -> list[StratumLine]:
    """The strata of every wave as parts of the pooled index: a wave's own parts, times what the wave brings.

    Args:
        parts: collection -> the unit's index in it, and its strata.
        shares: collection -> its share of one.
    """
    variance = {number: (shares[number] * (index.standard_error or 0.0)) ** 2 for number, (index, _) in parts.items()}
    whole = sum(variance.values())
    return [
        replace(
            line,
            share=None if line.share is None else line.share * shares[number],
            variance_share=line.variance_share * variance[number] / whole
            if line.variance_share is not None and whole
            else None,
        )
        for number, (_, lines) in parts.items()
        for line in lines
    ]


def _of_unit(unit: int, found: Mapping[int, Index], shares: Mapping[int, float], floors: Floors) -> Index:
    first = next(iter(found.values()))
    whole = set(found) == set(shares) and all(index.mean is not None for index in found.values())
    valid_n = sum(index.valid_n or 0 for index in found.values())
    floor = floors.of(valid_n)
    if not whole or floor == "hidden":
        return _hidden(unit, first)
    pairs = [(shares[number], index) for number, index in found.items()]
    mean = sum(share * (index.mean or 0.0) for share, index in pairs)
    error, degrees = error_of([(share, index.standard_error, index.degrees_of_freedom) for share, index in pairs])
    width = None if error is None else error * _quantile(degrees)
    satisfied_error, _ = error_of([(share, index.satisfied_standard_error, None) for share, index in pairs])
    return replace(
        first,
        floor=floor,
        n=sum(index.n or 0 for index in found.values()),
        valid_n=valid_n,
        cannot_say=_mixed([(share, index.cannot_say) for share, index in pairs]),
        counts=_summed([index.counts for index in found.values()]),
        shares={
            level: _mixed([(share, index.shares.get(level)) for share, index in pairs]) or 0.0 for level in first.shares
        },
        topbox=_mixed([(share, index.topbox) for share, index in pairs]),
        satisfied_rate=_mixed([(share, index.satisfied_rate) for share, index in pairs]),
        satisfied_standard_error=satisfied_error,
        satisfied_low=None,
        satisfied_high=None,
        dissatisfied_rate=_mixed([(share, index.dissatisfied_rate) for share, index in pairs]),
        mean=mean,
        standard_error=error,
        low=None if width is None else max(mean - width, LEAST),
        high=None if width is None else min(mean + width, MOST),
        design_effect=None,
        degrees_of_freedom=degrees,
        effective_n=None,
        mean_with_held=_mixed([(share, index.mean_with_held) for share, index in pairs]),
        held=sum(index.held or 0 for index in found.values()),
        mean_with_withdrawn=_mixed([(share, index.mean_with_withdrawn) for share, index in pairs]),
        withdrawn=sum(index.withdrawn or 0 for index in found.values()),
        spread=None,
    )


def _hidden(unit: int, like: Index) -> Index:
    return Index(unit, like.source, like.question, "hidden", like.self_selected, scale=like.scale, held=like.held)


def error_of(parts: Sequence[tuple[float, float | None, float | None]]) -> tuple[float | None, float | None]:
    """Standard error and degrees of freedom of a sum of independent parts, each with its share.

    >>> error_of([(0.5, 6.0, 10.0), (0.5, 8.0, 20.0)])[0], error_of([(0.4, None, None), (0.6, 1.0, 5.0)])
    (5.0, (None, None))
    """
    known = [(share, error, degrees) for share, error, degrees in parts if error is not None]
    if len(known) < len(parts):
        return None, None
    variances = [(share * error) ** 2 for share, error, _degrees in known]
    spent = sum(
        variance**2 / degrees
        for variance, (_share, _error, degrees) in zip(variances, known, strict=True)
        if degrees and math.isfinite(degrees)
    )
    total = sum(variances)
    return math.sqrt(total), (total**2 / spent if spent else None)


def _quantile(degrees: float | None) -> float:
    level = (1 + LEVEL) / 2
    return float(special.stdtrit(degrees, level) if degrees else special.ndtri(level))


def _mixed(parts: Sequence[tuple[float, float | None]]) -> float | None:
    """The sum of share × value; None where a value is missing."""
    values = [(share, value) for share, value in parts if value is not None]
    return sum(share * value for share, value in values) if len(values) == len(parts) else None


def _summed(counts: Sequence[Mapping[int, int]]) -> dict[int, int]:
    levels = [level for each in counts for level in each]
    return {level: sum(each.get(level, 0) for each in counts) for level in dict.fromkeys(levels)}
