"""Columns of a wave's tables, and the bars that set population and sample side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _

from survey.base.web.columns import Column
from survey.questions import service as questions
from survey.rounds import service as rounds
from survey.sample import service
from survey.sample.fieldwork.rates import StratumField


def stratum_name(label: str) -> str:
    """A stratum as pages call it; a wave without strata has one, the whole frame."""
    return gettext("Whole frame") if label == "*" else label


def form_name(code: str) -> str:
    """A questionnaire as pages call it; one that is there no longer is called by its code alone."""
    form = questions.newest().get(code)
    return f"{code} · {form.title(str(get_locale()))}" if form else code


def group_names() -> dict[str, str]:
    """Groups of raters as pages call them, by code and by what else they are called."""
    return {code: name.said(str(get_locale())) for code, name in rounds.group_names().items()}


@dataclass(frozen=True)
class WeightLine:
    """A stratum's sizes and weights; an undetermined number is None."""

    stratum: str
    population: int
    sampled: int
    eligible: int
    responded: int
    design_weight: float | None
    nonresponse_factor: float | None
    rr1: float | None
    rr2: float | None

    @property
    def weight(self) -> float | None:
        """What a response stands for."""
        if self.design_weight is None or self.nonresponse_factor is None:
            return None
        return self.design_weight * self.nonresponse_factor


def weight_lines(design: service.WaveDesign) -> list[WeightLine]:
    """The design's arrays as lines, a stratum each."""
    names = [field.name for field in fields(WeightLine)[1:]]
    arrays = [getattr(design, name).tolist() for name in names]
    lines: list[Any] = [
        [label, *(None if number != number else number for number in numbers)]
        for label, *numbers in zip(design.strata, *arrays, strict=True)
    ]
    return [WeightLine(*line) for line in lines]


_WEIGHTS = (
    Column(_("Population"), "number", lambda line: line.population, digits=0),
    Column(_("Asked"), "number", lambda line: line.sampled, digits=0),
    Column(_("Eligible"), "number", lambda line: line.eligible, digits=0),
    Column(_("Responses"), "number", lambda line: line.responded, digits=0),
    Column(_("Design weight"), "number", lambda line: line.design_weight, digits=3),
    Column(_("Nonresponse factor"), "number", lambda line: line.nonresponse_factor, digits=3),
)
WEIGHTS_OF_PAGE = (
    Column(_("Stratum"), value=lambda line: stratum_name(line.stratum), more="text-nowrap"),
    *_WEIGHTS,
    Column(_("Weight of a response"), "number", lambda line: line.weight, digits=3),
)
WEIGHTS_OF_FILE = (
    Column(_("Stratum"), value=lambda line: line.stratum),
    *_WEIGHTS,
    Column("RR1", "percent", lambda line: line.rr1),
    Column("RR2", "percent", lambda line: line.rr2),
)


def of_fieldwork() -> list[Column]:
    """Headings of the outcomes by stratum."""
    return [
        Column(_("Stratum")),
        Column(_("Asked"), "number"),
        Column(_("Responses"), "number"),
        Column(_("Progress")),
        *(Column(words, "number") for words in service.DISPOSITION_NAMES.values()),
        Column("RR1", "number"),
        Column("RR2", "number"),
    ]


def reserves(strata: Sequence[StratumField]) -> list[tuple[str, str]]:
    """Strata with reserve cases to call up, for a select."""
    return [
        (field.label, gettext("%(name)s (%(n)s left)", name=stratum_name(field.label), n=field.reserve_left))
        for field in strata
        if field.reserve_left
    ]


@dataclass(frozen=True)
class StratumShares:
    """A stratum's share of the population and of the sample, and the bars that show them."""

    population: float
    sample: float
    population_bar: float
    sample_bar: float


def comparisons(plan: service.Plan) -> dict[str, StratumShares]:
    """Stratum -> shares; the longest bar of all is one."""
    shares = {row.label: (row.population / plan.population, row.size / plan.total) for row in plan.rows}
    longest = max(max(pair) for pair in shares.values())
    return {label: StratumShares(a, b, a / longest, b / longest) for label, (a, b) in shares.items()}
