"""The survey's question in one call: all units × questions × rounds, with all that must stand beside a number."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from weighting.base.labels import Label
from weighting.base.printing import Printed
from weighting.comparing.many import PAdjustment
from weighting.design.design import Design
from weighting.design.tally import Tally, read_sample
from weighting.errors import WeightingError
from weighting.estimating.cells import read_answers
from weighting.estimating.levels import LevelTable, levels, score_of
from weighting.table.compare import Compared, Grid, adjusted, read_grid, to_last_round, to_rest


@dataclass(frozen=True, eq=False)
class QuestionTable:
    """One question in every cell (unit and round in which anybody was asked)."""

    question: Label
    #: its domains are the cells
    levels: LevelTable
    #: mean less the mean of all other units in the same round
    to_rest: Compared
    #: mean less the unit's own mean in the round before; nan in the first
    to_last_round: Compared


@dataclass(frozen=True)
class TableRow:
    """One unit, question and round."""

    question: Label
    unit: Label
    round: Label
    n: float
    cannot_say: float
    shares: tuple[float, ...]
    mean: float
    standard_error: float
    low: float
    high: float
    design_effect: float
    effective_n: float
    satisfied: float
    dissatisfied: float
    top_box: float
    to_rest: float
    to_rest_p: float
    to_last_round: float
    to_last_round_p: float
    #: "hidden", "for reference" and what ``Estimate.problem`` names
    flags: tuple[str, ...]


@dataclass(frozen=True, eq=False, repr=False)
class SurveyTable(Printed):
    """All questions; ``rows()`` walks through them."""

    questions: tuple[QuestionTable, ...]
    #: (C,) unit and round of each cell
    cells: tuple[tuple[Label, Label], ...]
    #: fewer answers than this are not to be shown
    floor: int
    #: fewer answers than this are shown for reference, without a rank
    reference: int
    level: float

    def columns(self) -> dict[str, Any]:
        """One column for each field of a row."""
        rows = list(self.rows())
        return {f.name: [getattr(row, f.name) for row in rows] for f in fields(TableRow)}

    def rows(self) -> Iterator[TableRow]:
        """One Row for each question and cell."""
        for table in self.questions:
            yield from self._rows(table)

    def _rows(self, table: QuestionTable) -> Iterator[TableRow]:
        found, mean = table.levels, table.levels.mean
        low, high = mean.interval(self.level)
        effect, effective = mean.design_effect, mean.effective_n
        for i, (unit, wave) in enumerate(self.cells):
            yield TableRow(
                question=table.question,
                unit=unit,
                round=wave,
                n=float(found.n[i]),
                cannot_say=float(found.cannot_say_counts[i]),
                shares=tuple(found.shares.value[i].tolist()),
                mean=float(mean.value[i]),
                standard_error=float(mean.standard_error[i]),
                low=float(low[i]),
                high=float(high[i]),
                design_effect=float(effect[i]),
                effective_n=float(effective[i]),
                satisfied=float(found.satisfied.value[i]),
                dissatisfied=float(found.dissatisfied.value[i]),
                top_box=float(found.top_box.value[i]),
                to_rest=float(table.to_rest.value[i]),
                to_rest_p=float(table.to_rest.p_adjusted[i]),
                to_last_round=float(table.to_last_round.value[i]),
                to_last_round_p=float(table.to_last_round.p_adjusted[i]),
                flags=self._flags(float(found.n[i]), str(mean.problem[i])),
            )

    def _flags(self, n: float, problem: str) -> tuple[str, ...]:
        size = ("hidden",) if n < self.floor else ("for reference",) if n < self.reference else ()
        return size + ((problem,) if problem else ())


def survey_table(
    design: Design | Tally | Mapping[Label, Tally],
    answers: Mapping[Label, ArrayLike] | None = None,
    *,
    points: Mapping[int, float],
    units: ArrayLike | None = None,
    rounds: ArrayLike | None = None,
    satisfied: Collection[int] | None = None,
    dissatisfied: Collection[int] | None = None,
    cannot_say: int = 0,
    adjust: PAdjustment = "holm",
    floor: int = 5,
    reference: int = 30,
    level: float = 0.95,
) -> SurveyTable:
    """Estimate all units × questions × rounds, with comparisons and flags.

    Args:
        design: the sample of n rows, all rounds together; each round's strata are strata of their own unless
            the same PSUs were asked again. Or {question: Tally} of one round, whose domains are the units.
        answers: {question: (n,) whole levels}; nan for rows that were not asked.
        points: points of each level.
        units: (n,) labels.
        rounds: (n,) labels that sort in time; None for one round.
        satisfied: levels that count as satisfied, as in ``levels``.
        dissatisfied: levels that count as bad, as in ``levels``.
        cannot_say: the level of 不了解.
        adjust: how p values are adjusted, over all units and questions of a round.
        floor: below this many answers a row is flagged "hidden".
        reference: below this many it is flagged "for reference".
        level: confidence of the intervals.

    Returns:
        SurveyTable.

    Raises:
        WeightingError: a stratum that mixes rounds without PSUs, answers off the scale, a lonely PSU,
            tallies of different units.

    Source: as ``levels``, ``against_rest``, ``contrast`` and ``adjust_p``; degrees of freedom of differences
    by Satterthwaite (1946), Biometrics Bulletin 2.

    >>> points, answers = {1: 0, 2: 25, 3: 50, 4: 75, 5: 100}, {"q": [5, 4, 4, 2, 1, 2]}
    >>> table = survey_table(Design(weights=[1] * 6), answers, units=list("aaabbb"), points=points)
    >>> [(row.unit, round(row.mean, 2), round(row.to_rest, 2)) for row in table.rows()]
    [('a', 83.33, 66.67), ('b', 16.67, -66.67)]
    >>> counted = Tally(["all"] * 6, answers["q"], domains=list("aaabbb"))
    >>> [round(row.to_rest, 2) for row in survey_table({"q": counted}, points=points).rows()]
    [66.67, -66.67]
    """
    scale = partial(levels, points=points, satisfied=satisfied, dissatisfied=dissatisfied, cannot_say=cannot_say)
    asked = asked_of(design, answers, units, rounds)
    tables = []
    for question in asked:
        sample, grid = question.design, question.grid
        found = scale(sample, question.answers, domains=grid.domains)
        given = read_answers(question.answers, sample).astype(np.float64)
        rest = to_rest(sample, grid, found.mean, given, score_of(points), level)
        tables.append(QuestionTable(question.name, found, rest, to_last_round(grid, found.mean, level)))
    grid = asked[0].grid
    rests = adjusted([table.to_rest for table in tables], grid, adjust)
    lasts = adjusted([table.to_last_round for table in tables], grid, adjust)
    done = [replace(t, to_rest=r, to_last_round=c) for t, r, c in zip(tables, rests, lasts, strict=True)]
    return SurveyTable(tuple(done), grid.cells, floor, reference, level)


@dataclass(frozen=True, eq=False)
class AskedQuestion:
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
) -> list[AskedQuestion]:
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
        return [AskedQuestion(name, design, column, grid) for name, column in answers.items()]
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


def _of_tally(name: Label, tally: Tally) -> AskedQuestion:
    sample = read_sample(tally, None, None, what="survey_table", each_answer=True)
    if sample.domains is None:
        raise WeightingError(f"the tally of question {name} has no domains: count by unit.")
    return AskedQuestion(name, sample.design, sample.y, read_grid(sample.design, sample.domains, None))
