"""The questions of a survey table: columns of one design, or a tally each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from numpy.typing import ArrayLike

from weighting.base.labels import Label
from weighting.design.design import Design
from weighting.design.sample import read_sample
from weighting.design.tally import Tally
from weighting.errors import WeightingError
from weighting.table.compare import Grid, read_grid


@dataclass(frozen=True, eq=False)
class Asked:
    """One question: who was asked, what they said, and in which unit and round."""

    name: Label
    design: Design
    answers: ArrayLike
    grid: Grid


def asked_of(
    design: Design | Tally | Mapping[Label, Tally],
    answers: Mapping[Label, ArrayLike] | None,
    units: ArrayLike | None,
    rounds: ArrayLike | None,
) -> list[Asked]:
    """The questions, all over the same units and rounds.

    Args:
        design: the sample of n rows, one tally, or {question: tally}.
        answers: {question: (n,) levels}, None with tallies.
        units: (n,) labels, None with tallies.
        rounds: (n,) labels; None for one round and with tallies.

    Raises:
        WeightingError: no question, or tallies beside columns or of different units.

    >>> tally = Tally(["all"] * 2, [4, 5], domains=["a", "b"])
    >>> asked_of({"speed": tally}, None, None, None)[0].grid.cells
    (('a', ''), ('b', ''))
    """
    if isinstance(design, Design):
        if not answers or units is None:
            raise WeightingError("survey_table needs answers and units beside a design; only tallies bring their own.")
        grid = read_grid(design, units, rounds)
        return [Asked(name, design, column, grid) for name, column in answers.items()]
    if answers is not None or units is not None or rounds is not None:
        raise WeightingError("survey_table takes answers and units of one round from tallies: leave them out.")
    found = [_of_tally(name, tally) for name, tally in _named(design).items()]
    if not found:
        raise WeightingError("survey_table needs at least one question.")
    for asked in found[1:]:
        if asked.grid.cells != found[0].grid.cells:
            raise WeightingError(
                f"questions {found[0].name} and {asked.name} have different units: count those who were not asked "
                "with value nan."
            )
    return found


def _named(tallies: Tally | Mapping[Label, Tally]) -> Mapping[Label, Tally]:
    return {"": tallies} if isinstance(tallies, Tally) else tallies


def _of_tally(name: Label, tally: Tally) -> Asked:
    sample = read_sample(tally, None, None, what="survey_table", each_answer=True)
    if sample.domains is None:
        raise WeightingError(f"the tally of question {name} has no domains: count by unit.")
    return Asked(name, sample.design, sample.y, read_grid(sample.design, sample.domains, None))
