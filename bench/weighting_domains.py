"""What domains cost under adjusted weights beside the cell sums that nobody can save.

Run it with ``python -m bench.weighting_domains``. Floor of a mean: the sums by adjustment cell × domain and by stratum
× domain that its linearised variance needs, written out with ``bincount``; of a level table: the same for each of its
ten statistics.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

if not __package__:
    # run as a file, this folder stands first on the path, and its weighting.py would hide the package
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from bench.weighting_adjust import compared
from weighting import Design, adjusted, against_rest, levels, mean, nonresponse_factors, rake

ROWS, DOMAINS, STRATA, CELLS, MARGINS = 100_000, 1_000, 50, 30, (2, 6, 12, 30)
POINTS = {1: 0.0, 2: 25.0, 3: 50.0, 4: 75.0, 5: 100.0}
#: statistics of a level table: five shares, mean, top box, satisfied, dissatisfied, cannot say
STATISTICS = 10


class AdjustedSurvey:
    """Five-level answers with nonresponse, raked to four margins."""

    def __init__(self, rows: int = ROWS, domains: int = DOMAINS, seed: int = 20260331) -> None:
        rng = np.random.default_rng(seed)
        self.size = domains
        self.strata, self.domains = rng.integers(0, STRATA, rows), rng.integers(0, domains, rows)
        self.cells, self.answered = rng.integers(0, CELLS, rows), rng.random(rows) < 0.7
        self.answers = np.where(self.answered, rng.integers(1, 6, rows), np.nan)
        self.design = Design(self.strata, population={h: 5.0 * float((self.strata == h).sum()) for h in range(STRATA)})
        self.variables = {f"margin of {size}": rng.integers(0, size, rows) for size in MARGINS}
        self.totals = {}
        for name, codes in self.variables.items():
            wanted = np.bincount(codes) * rng.uniform(0.9, 1.1, int(codes.max()) + 1)
            self.totals[name] = dict(enumerate(wanted / wanted.sum() * self.design.weights.sum()))
        self.nonresponse = nonresponse_factors(self.cells, self.answered, self.design.weights)

    def designs(self) -> dict[str, Design]:
        """The design by each kind of adjustment."""
        raked = rake(self.design.weights, self.variables, self.totals)
        both = rake(self.nonresponse.weights, self.variables, self.totals)
        return {
            "nonresponse": adjusted(self.design, self.nonresponse),
            "raked": adjusted(self.design, raked),
            "nonresponse, raked": adjusted(self.design, self.nonresponse, both),
        }

    def groups(self, kind: str) -> list[tuple[np.ndarray, int]]:
        """The categories whose sums a kind of adjustment needs."""
        cells = [(self.cells, CELLS)] if "nonresponse" in kind else []
        return cells + [(codes, int(codes.max()) + 1) for codes in self.variables.values() if "raked" in kind]

    def floor(self, kind: str) -> None:
        """Sums of weights, of weighted answers and of squares by category × domain, and by stratum × domain."""
        weights, answers = self.nonresponse.weights, np.nan_to_num(self.answers)
        weighted = weights * answers
        for codes, size in [*self.groups(kind), (self.strata, STRATA)]:
            cell = codes * self.size + self.domains
            for values in (weights, weighted, weights * weighted):
                np.bincount(cell, values, size * self.size)


def main() -> None:
    survey = AdjustedSurvey()
    for kind, design in survey.designs().items():
        tasks = {
            "mean": (lambda d=design: mean(d, survey.answers, domains=survey.domains), 1),
            "levels": (lambda d=design: levels(d, survey.answers, points=POINTS, domains=survey.domains), STATISTICS),
            "against_rest": (lambda d=design: against_rest(d, survey.answers, domains=survey.domains), 1),
        }
        for name, (task, times) in tasks.items():
            floor, ours = compared(lambda k=kind: survey.floor(k), task)
            ratio = ours / (floor * times)
            print(
                f"{kind:20s} {name:13s} floor {floor * times:7.4f} s  ours {ours:7.4f} s  ratio {ratio:5.2f}  (most 5)"
            )
    for rows, domains in ((50_000, 1_000), (100_000, 1_000), (100_000, 2_000), (200_000, 1_000)):
        design = AdjustedSurvey(rows, domains)
        both = design.designs()["nonresponse, raked"]
        _, ours = compared(lambda: None, lambda d=design, b=both: mean(b, d.answers, domains=d.domains))
        print(f"growth: {rows:7d} rows × {domains:5d} domains  {ours:7.4f} s")


if __name__ == "__main__":
    main()
