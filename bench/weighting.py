"""What the survey statistics cost beside the NumPy passes that nobody can save. Run: python -m bench.weighting

Each task stands beside a floor measured in the same run, floor and task in turn, the best of several runs each.
The floor of (a) and (a5) forms the cell of each row and sums weights and squared weights by stratum × domain ×
level: without these three passes no estimate with unequal weights has a standard error.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path
from time import perf_counter

import numpy as np

if not __package__:
    # run as a file, this folder stands first on the path, and its weighting.py would hide the package
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from bench import weighting_adjust
from weighting import Design, mean, proportion, rank_sets

ROWS, STRATA, DOMAINS, LEVELS = 1_000_000, 500, 100, 5


class Survey:
    """A million five-level answers with unequal weights."""

    def __init__(self, seed: int = 20260331) -> None:
        rng = np.random.default_rng(seed)
        self.strata = rng.integers(0, STRATA, ROWS)
        self.domains = rng.integers(0, DOMAINS, ROWS)
        self.answers = rng.integers(1, LEVELS + 1, ROWS)
        self.weights = rng.uniform(1.0, 5.0, ROWS)
        self.population = {h: 3.0 * n for h, n in enumerate(np.bincount(self.strata).tolist())}

    def floor(self) -> None:
        """Sum weights and squared weights by cell."""
        cell = (self.strata * DOMAINS + self.domains) * LEVELS + (self.answers - 1)
        np.bincount(cell, self.weights, STRATA * DOMAINS * LEVELS)
        np.bincount(cell, self.weights * self.weights, STRATA * DOMAINS * LEVELS)

    def design(self) -> Design:
        """The design, checked anew in every run."""
        return Design(self.strata, weights=self.weights, population=self.population)

    def means(self) -> None:
        """(a) mean, standard error, interval and design effect, overall and in 100 domains."""
        found = mean(self.design(), self.answers, domains=self.domains, overall=True)
        low, high = found.interval()
        assert np.isfinite([low, high, found.standard_error, found.design_effect]).all()

    def shares(self) -> None:
        """(a5) shares of five levels with standard error and interval in 100 domains."""
        found = proportion(self.design(), self.answers, domains=self.domains)
        low, high = found.interval()
        assert np.isfinite([low, high, found.standard_error]).all()
        assert found.value.shape == (DOMAINS, LEVELS)


def ranks() -> float:
    """(d) seconds for the simultaneous rank sets of 113 units, the best of three runs."""
    rng = np.random.default_rng(20260331)
    scores, errors = rng.normal(80, 5, 113), rng.uniform(0.5, 2.0, 113)
    seconds = []
    for _ in range(3):
        start = perf_counter()
        rank_sets(scores, errors, simultaneous=True)
        seconds.append(perf_counter() - start)
    return min(seconds)


def line(name: str, floor: float, ours: float, most: float) -> str:
    """One line of the report."""
    return f"{name:52s} floor {floor:6.3f} s  ours {ours:6.3f} s  ratio {ours / floor:5.2f}  (at most {most:g})"


def main() -> None:
    survey = Survey()
    found = weighting_adjust.compared(survey.floor, survey.means)
    print(line("(a)  means, 500 strata, overall + 100 domains", *found, 3))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"     peak memory of the process, data and libraries included: {peak:.0f} MB (at most 250)")
    print(line("(a5) shares of 5 levels in 100 domains", *weighting_adjust.compared(survey.floor, survey.shares), 4))
    print(line("(b)  raking to margins of 2, 6, 12, 30", *weighting_adjust.raking(), 5))
    print(line("(c)  variances, allocation, draw of 50,000", *weighting_adjust.drawing(), 2))
    print(f"(d)  simultaneous rank sets of 113 units: {ranks():.2f} s (under 1)")


if __name__ == "__main__":
    main()
