"""What adjustment and drawing cost beside the NumPy passes that nobody can save.

Run it with ``python -m bench.weighting_adjust``; it prints, for each task, the floor, our time and their ratio.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import numpy as np

if not __package__:
    # run as a file, this folder stands first on the path, and its weighting.py would hide the package
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

import weighting

#: The best of so many runs counts, floor and task in turn, so that a busy machine disturbs both alike.
RUNS = 7


def raking() -> tuple[float, float]:
    """(b) Rake 1,000,000 rows with base weights to margins of 2, 6, 12 and 30; floor: one weighted count a margin."""
    rng = np.random.default_rng(20260331)
    n, sizes = 1_000_000, (2, 6, 12, 30)
    variables = {f"margin of {size}": rng.integers(0, size, n) for size in sizes}
    weights = rng.uniform(0.5, 3.0, n)
    totals = {}
    for name, codes in variables.items():
        wanted = rng.uniform(0.8, 1.25, int(codes.max()) + 1)
        totals[name] = dict(enumerate(wanted / wanted.sum() * 2 * n))

    def floor() -> None:
        for codes in variables.values():
            np.bincount(codes, weights)

    def task() -> None:
        step = weighting.rake(weights, variables, totals)
        assert step.largest_gap <= 1e-10

    return compared(floor, task)


def drawing() -> tuple[float, float]:
    """(c) Variances, Neyman allocation and a draw of 50,000 from 2,000,000 rows in 500 strata.

    The permanent random numbers belong to the frame and are there before the draw. Floor: counts, sums and squared
    deviations by stratum, and one sort of the numbers, which is how a draw in strata is written by hand.
    """
    rng = np.random.default_rng(20260331)
    n, strata, size = 2_000_000, 500, 50_000
    stratum = rng.integers(0, strata, n)
    values = rng.normal(size=n) * (1 + stratum / 100)
    prn = rng.random(n)

    def floor() -> None:
        counts = np.bincount(stratum, minlength=strata)
        away = values - (np.bincount(stratum, values) / counts)[stratum]
        np.bincount(stratum, away * away)
        np.argsort(prn)

    def task() -> None:
        spread = weighting.stratum_spread(values, stratum)
        allocation = weighting.allocate(size, spread.population, method="neyman", sd=spread.sd)
        assert weighting.draw_stratified(prn, stratum, allocation).selected.size == size

    return compared(floor, task)


def compared(floor: Callable[[], None], task: Callable[[], None]) -> tuple[float, float]:
    """Seconds of the floor and of the task, each the best of several runs in turn."""
    pairs = [(seconds(floor), seconds(task)) for _ in range(RUNS)]
    return min(pair[0] for pair in pairs), min(pair[1] for pair in pairs)


def seconds(action: Callable[[], None]) -> float:
    """How long one run takes."""
    start = perf_counter()
    action()
    return perf_counter() - start


def main() -> None:
    """Print floor, time and ratio of each task, with the ratio that must hold."""
    for name, measure, limit in (("(b) raking", raking, 5.0), ("(c) allocation and draw", drawing, 2.0)):
        floor, ours = measure()
        verdict = "holds" if ours <= limit * floor else "MISSED"
        print(f"{name:26} floor {floor:.4f} s  ours {ours:.4f} s  {ours / floor:5.2f} × floor (≤ {limit:g}: {verdict})")


if __name__ == "__main__":
    main()
