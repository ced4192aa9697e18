"""Means, totals, shares, levels, quantiles."""
