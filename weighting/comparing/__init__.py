"""Differences, tests, ranks, composites."""
