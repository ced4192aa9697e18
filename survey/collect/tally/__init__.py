"""Counts of answers by day, kept as a projection: what pages and computations read instead of the answers."""
