"""Do 95 % intervals cover 95 % of the time? Run: python -m bench.coverage [repetitions]

A stratified population of five-level answers is drawn from again and again; each draw's intervals are held
against the population's own mean and share. Rank sets are held against the true ranks of units.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

if not __package__:
    # run as a file, this folder stands first on the path, and its weighting.py would hide the package
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from weighting import Design, fay_herriot, levels, mean, rank_sets, regression

POINTS = {1: 0.0, 2: 30.0, 3: 60.0, 4: 80.0, 5: 100.0}
#: distribution over levels 1 … 5 in four strata, from displeased to pleased
SHARES = np.array(
    [
        [0.10, 0.15, 0.30, 0.30, 0.15],
        [0.05, 0.10, 0.25, 0.35, 0.25],
        [0.04, 0.08, 0.20, 0.38, 0.30],
        [0.02, 0.06, 0.17, 0.40, 0.35],
    ]
)
SIZES = np.array([12_000, 8_000, 6_000, 4_000])
#: the other methods, for comparison; "t" is known to cover too little near 0 and 1
PROPORTIONS = ("t", "logit", "wilson", "korn-graubard", "likelihood", "arcsine")


@dataclass(frozen=True)
class Population:
    """Answers of everybody, by stratum."""

    answers: tuple[np.ndarray, ...]

    @property
    def mean(self) -> float:
        """Mean of the points."""
        return float(np.mean([POINTS[level] for part in self.answers for level in part.tolist()]))

    @property
    def satisfied(self) -> float:
        """Share of levels 3 to 5."""
        return float(np.mean(np.concatenate(self.answers) >= 3))


def population(rng: np.random.Generator) -> Population:
    """A finite population whose strata differ."""
    return Population(tuple(rng.choice([1, 2, 3, 4, 5], n, p=p) for n, p in zip(SIZES, SHARES, strict=True)))


def draw(everybody: Population, n: int, rng: np.random.Generator) -> tuple[Design, np.ndarray]:
    """A stratified sample, with more from small strata than their share."""
    sizes = np.maximum(np.round(n * np.sqrt(SIZES) / np.sqrt(SIZES).sum()).astype(int), 2)
    parts = [rng.choice(part, size, replace=False) for part, size in zip(everybody.answers, sizes, strict=True)]
    strata = np.repeat(np.arange(len(sizes)), sizes)
    return Design(strata, population=dict(enumerate(SIZES.tolist()))), np.concatenate(parts)


def coverage(n: int, repetitions: int, seed: int = 20260401) -> dict[str, float]:
    """Share of draws whose 95 % interval holds the truth, by statistic and method; the defaults first."""
    rng = np.random.default_rng(seed)
    everybody = population(rng)
    truth = {"mean": everybody.mean, "share": everybody.satisfied}
    asked = [("mean", None), ("share", None), ("mean", "satterthwaite"), *(("share", name) for name in PROPORTIONS)]
    hits = dict.fromkeys(asked, 0)
    for _ in range(repetitions):
        design, answers = draw(everybody, n, rng)
        table = levels(design, answers, points=POINTS)
        for statistic, method in asked:
            low, high = (table.mean if statistic == "mean" else table.satisfied).interval(method=method)
            hits[statistic, method] += bool(low <= truth[statistic] <= high)
    return {
        f"{statistic}, {method or 'by default'}": hits[statistic, method] / repetitions for statistic, method in asked
    }


def rank_coverage(repetitions: int, seed: int = 20260402) -> dict[str, float]:
    """Share of draws in which the rank sets of all units (or of one unit) hold the true ranks."""
    rng = np.random.default_rng(seed)
    truth = np.sort(rng.normal(80, 4, 12))
    ranks = 1 + (truth[None, :] > truth[:, None]).sum(axis=1)
    errors = rng.uniform(0.8, 2.5, 12)
    hits = {"ranks simultaneous": 0.0, "ranks marginal": 0.0}
    for seed_of_draw in range(repetitions):
        seen = rng.normal(truth, errors)
        for name, simultaneous in (("ranks simultaneous", True), ("ranks marginal", False)):
            sets = rank_sets(seen, errors, simultaneous=simultaneous, draws=1000, seed=seed_of_draw)
            held = (sets.lower <= ranks) & (ranks <= sets.upper)
            hits[name] += float(held.all() if simultaneous else held.mean())
    return {name: count / repetitions for name, count in hits.items()}


def equal_units(n: int, repetitions: int, units: int = 12, seed: int = 20260403) -> float:
    """Share of draws in which the simultaneous rank sets of equal units, n answers each, all hold rank 1 and last."""
    rng = np.random.default_rng(seed)
    unit, hits = np.repeat(np.arange(units), n), 0
    points, design = np.array([POINTS[level] for level in (1, 2, 3, 4, 5)]), Design(unit, weights=np.ones(units * n))
    for _ in range(repetitions):
        answers = points[rng.choice(5, units * n, p=SHARES[2])]
        sets = rank_sets(mean(design, answers, domains=unit, limits=(0, 100)), draws=1000)
        hits += bool((sets.lower == 1).all() and (sets.upper == units).all())
    return hits / repetitions


def regression_coverage(repetitions: int, n: int = 200, seed: int = 20260404) -> dict[str, float]:
    """Share of draws whose intervals hold the coefficients of the population, in strata and clusters of 5."""
    rng = np.random.default_rng(seed)
    clusters = 4000
    stratum = np.repeat(np.arange(4), clusters // 4)
    shared, hits = rng.normal(0, 0.4, clusters), {"linear": 0.0, "logistic": 0.0}
    group = rng.integers(0, 3, (clusters, 5))
    x = rng.normal(stratum[:, None] / 3, 1)[:, :1] + rng.normal(size=(clusters, 5))
    line = 0.3 * x + 0.4 * (group == 1) + shared[:, None]
    answers = {
        "linear": line + rng.normal(size=line.shape),
        "logistic": rng.random(line.shape) < 1 / (1 + np.exp(-line)),
    }
    everybody = {"x": x.ravel(), "g": np.array(["a", "b", "c"])[group.ravel()]}
    census = Design(weights=np.ones(x.size))
    truth = {f: regression(census, y.ravel(), everybody, family=f).value for f, y in answers.items()}
    for _ in range(repetitions):
        drawn = np.concatenate([rng.choice(np.flatnonzero(stratum == h), n // 20, replace=False) for h in range(4)])
        rows = (drawn[:, None] * 5 + np.arange(5)).ravel()
        psu = np.repeat(drawn, 5)
        design = Design(stratum[psu], psu, population=dict.fromkeys(range(4), clusters // 4))
        data = {name: values[rows] for name, values in everybody.items()}
        for family, y in answers.items():
            low, high = regression(design, y.ravel()[rows], data, family=family).interval()
            hits[family] += float(np.mean((low <= truth[family]) & (truth[family] <= high)))
    return {family: count / repetitions for family, count in hits.items()}


def area_coverage(repetitions: int, areas: int = 40, n: int = 10, seed: int = 20260405) -> float:
    """Share of area means that model-based intervals hold; the direct variances are estimated from n answers each."""
    rng = np.random.default_rng(seed)
    area, hits = np.repeat(np.arange(areas), n), 0.0
    for _ in range(repetitions):
        x = rng.normal(size=areas)
        truth = 60 + 5 * x + rng.normal(0, 6, areas)
        answers = truth[area] + rng.normal(0, 20, areas * n)
        direct = mean(Design(weights=np.ones(areas * n)), answers, domains=area)
        pooled = np.sqrt(np.mean(direct.variance))
        smooth = replace(direct, standard_error=np.full(areas, pooled))
        low, high = fay_herriot(smooth, {"x": x}).interval()
        hits += float(np.mean((low <= truth) & (truth <= high)))
    return hits / repetitions


def main() -> None:
    repetitions = int(sys.argv[1]) if len(sys.argv) > 1 else 4000
    print(f"{repetitions} draws; chance moves each figure by ± {196 * (0.95 * 0.05 / repetitions) ** 0.5:.1f} points")
    for n in (30, 100, 600):
        for name, share in coverage(n, repetitions).items():
            print(f"n = {n:3d}   {name:22s} {100 * share:5.1f} %")
    for name, share in rank_coverage(repetitions // 4).items():
        print(f"12 units  {name:22s} {100 * share:5.1f} %")
    for family, share in regression_coverage(repetitions // 4).items():
        print(f"n = 200   {family} coefficients   {100 * share:5.1f} %")
    print(f"40 areas of 10 answers   model-based {100 * area_coverage(repetitions // 10):5.1f} %")
    for n in (8, 15, 30, 100):
        print(f"12 equal units, n = {n:3d}   ranks simultaneous {100 * equal_units(n, repetitions // 4):5.1f} %")


if __name__ == "__main__":
    main()
