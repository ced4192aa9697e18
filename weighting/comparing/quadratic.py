"""Tails of weighted sums of chi-squares over an independent chi-square, which tests of tables and models need."""

from __future__ import annotations

import numpy as np
from scipy import integrate, optimize, special

from weighting.base.arrays import Floats

#: part of the way to a pole that the saddlepoint may go
_NEAR = 0.99999


def exact_tail(statistic: float, weights: Floats, df: float) -> float:
    """P(Σ λ χ²₁ > x χ²_df / df) by numerical inversion of the characteristic function.

    Args:
        statistic: x.
        weights: (k,) λ, above 0.
        df: degrees of freedom below.

    Returns:
        The upper tail, to about 1e-8.

    Source: Imhof (1961), Biometrika 48, equation 3.2.

    >>> round(exact_tail(4.0, np.ones(1), 10.0), 6), round(float(special.fdtrc(1, 10, 4.0)), 6)
    (0.073388, 0.073388)
    """
    scale = float(weights.max())
    each = np.append(weights, -statistic / df) / scale
    size = np.append(np.ones(len(weights)), df)

    def height(u: float) -> float:
        angle = 0.5 * float(size @ np.arctan(each * u))
        spread = 0.25 * float(size @ np.log1p((each * u) ** 2))
        return float(np.sin(angle) / u * np.exp(-spread))

    area = sum(
        integrate.quad(height, low, high, limit=2000, epsabs=1e-12)[0] for low, high in ((1e-12, 5), (5, np.inf))
    )
    return float(np.clip(0.5 + area / np.pi, 0.0, 1.0))


def saddlepoint_tail(statistic: float, weights: Floats, df: float) -> float:
    """The same tail by the saddlepoint approximation, with whole degrees of freedom below, as R's ``pFsum``.

    Args:
        statistic: x.
        weights: (k,) λ, above 0.
        df: degrees of freedom below; the fraction is dropped.

    Returns:
        The upper tail; Satterthwaite's where the point lies too near the middle.

    Source: Kuonen (1999), Biometrika 86, 929-935.

    >>> round(saddlepoint_tail(4.0, np.ones(1), 10.0), 3)
    0.076
    """
    whole = np.floor(df)
    each = np.append(weights, -statistic / df)
    each, size = each / each.max(), np.append(np.ones(len(weights)), whole)

    def slope(at: float) -> float:
        return float(size @ (each / (1 - 2 * at * each)))

    low = _NEAR * float((1 / (2 * each[each < 0])).max())
    high = _NEAR * float((1 / (2 * each[each > 0])).min())
    at = float(optimize.brentq(slope, low, high, xtol=1e-14))
    if abs(at) < 1e-4:
        return satterthwaite_tail(statistic, weights, df)
    height = -0.5 * float(size @ np.log1p(-2 * at * each))
    w = float(np.sign(at) * np.sqrt(-2 * height))
    v = at * float(np.sqrt(2 * (size @ (each / (1 - 2 * at * each)) ** 2)))
    return float(special.ndtr(-(w + np.log(v / w) / w)))


def satterthwaite_tail(statistic: float, weights: Floats, df: float) -> float:
    """The same tail by the F distribution with the same two moments.

    Source: Satterthwaite (1946), Biometrics Bulletin 2; Rao and Scott (1984).

    >>> round(satterthwaite_tail(4.0, np.ones(1), 10.0), 6)
    0.073388
    """
    top = float(weights.sum() ** 2 / (weights @ weights))
    return float(special.fdtrc(top, df, statistic / weights.sum()))
