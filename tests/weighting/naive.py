"""Variances by the definition, row by row: slow, plain, and independent of the package."""

import numpy as np


def variance_of_total(scores, strata, psu=None, fraction=None):
    """Σ over strata of (1 - f) n / (n - 1) Σ (z - z̄)² of PSU totals; every PSU of the sample counts."""
    total = 0.0
    for h in np.unique(strata):
        here = strata == h
        units = np.arange(len(scores)) if psu is None else psu
        z = np.array([scores[here & (units == p)].sum() for p in np.unique(units[here])])
        left_out = 1 - (0 if fraction is None else fraction[h])
        if left_out and len(z) > 1:
            total += left_out * len(z) / (len(z) - 1) * ((z - z.mean()) ** 2).sum()
    return total


def mean_and_variance(y, weights, inside, strata, psu=None, fraction=None):
    """Weighted mean of the rows inside a domain, and its linearised variance."""
    w = weights * inside
    mean = (w * y).sum() / w.sum()
    return mean, variance_of_total(w * (y - mean) / w.sum(), strata, psu, fraction)
