"""The columns of results, once for the page and for the file of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from survey.base.web.columns import Column, Kind
from survey.base.web.presentation import page_url
from survey.estimate.pages.evidence import language
from survey.estimate.pages.filters import FLOOR_NAMES, IndicesAsked, UnitIndex
from survey.estimate.values import DomainLine, Index, Run, StratumLine
from survey.questions.service import CANNOT_SAY, SCALES, LevelBar, Scale


def _of_index(heading: Any, field: str, kind: Kind = "number", digits: int = 2, short: Any = "") -> Column:
    return Column(heading, kind, lambda line: getattr(line.index, field), digits=digits, short=short)


#: what is known of a unit, in the order of the file; the page shows some of it, in an order of its own
MEASURES = {
    "n": _of_index(_("Answers"), "n", digits=0),
    "valid_n": _of_index(_("Valid answers"), "valid_n", digits=0, short=_("Answers")),
    "cannot_say": _of_index(_("Cannot say"), "cannot_say", "percent"),
    "participation": _of_index(_("Participation rate"), "participation", "percent"),
    "response_rate": _of_index(_("Response rate RR1"), "response_rate", "percent", short=_("Response rate")),
    "response_rate_with_partial": _of_index(_("Response rate RR2"), "response_rate_with_partial", "percent"),
    "caseload": _of_index(_("Cases handled"), "caseload", digits=0),
    "coverage": _of_index(_("Coverage"), "coverage", "percent"),
    "topbox": _of_index(_("Top box"), "topbox", "percent"),
    "satisfied_rate": _of_index(_("Satisfaction rate"), "satisfied_rate", "percent"),
    "satisfied_standard_error": _of_index(_("Satisfaction rate, standard error"), "satisfied_standard_error"),
    "satisfied_low": _of_index(_("Satisfaction rate, interval from"), "satisfied_low", "percent"),
    "satisfied_high": _of_index(_("Satisfaction rate, interval to"), "satisfied_high", "percent"),
    "dissatisfied_rate": _of_index(_("Bad rating rate"), "dissatisfied_rate", "percent"),
    "mean": replace(_of_index(_("Mean"), "mean", short=_("Index")), more="fw-bold"),
    "standard_error": _of_index(_("Standard error"), "standard_error"),
    "low": _of_index(_("Interval from"), "low"),
    "high": _of_index(_("Interval to"), "high"),
    "design_effect": _of_index(_("Design effect"), "design_effect"),
    "degrees_of_freedom": _of_index(_("Degrees of freedom"), "degrees_of_freedom"),
    "effective_n": _of_index(_("Effective number"), "effective_n"),
    "held": _of_index(_("Held answers"), "held", digits=0),
    "mean_with_held": _of_index(_("Mean with held answers"), "mean_with_held", short=_("With held answers")),
    "withdrawn": _of_index(_("Answers by withdrawn codes"), "withdrawn", digits=0),
    "mean_with_withdrawn": _of_index(
        _("Mean with answers by withdrawn codes"), "mean_with_withdrawn", short=_("With withdrawn codes")
    ),
    "spread": _of_index(_("Spread between raters"), "spread"),
}


#: what only answers on a scale of levels have, and what only scores have
OF_LEVELS = {name for name in MEASURES if name.startswith(("satisfied", "dissatisfied", "topbox", "cannot_say"))}
OF_SCORES = {"spread"}


def of_file(asked: IndicesAsked) -> list[Column]:
    """Everything that the page shows and what it leaves out, each number with all its digits."""
    scale, absent = asked.scale, OF_SCORES if asked.scale else OF_LEVELS
    levels, answers = (scale.levels, scale.answers) if scale else ((), ())
    return [
        Column(_("Code"), value=lambda line: line.unit.code),
        Column(_("Unit"), value=lambda line: line.unit.name),
        Column(_("Class"), value=lambda line: line.unit.class_name),
        Column(_("Source"), value=lambda line: asked.title),
        Column(_("Question"), value=lambda line: line.index.question or gettext("Overall")),
        Column(_("Shown as"), value=lambda line: str(FLOOR_NAMES[line.index.floor]) or gettext("published")),
        *(column for name, column in MEASURES.items() if name not in absent),
        *(_counts(gettext("Answers at level %(level)s", level=level), level) for level in answers),
        *(_shares(gettext("Share of level %(level)s", level=level), level) for level in levels),
    ]


def _counts(heading: str, level: int) -> Column:
    return Column(heading, "number", lambda line: line.index.counts.get(level), digits=0)


def _shares(heading: str, level: int) -> Column:
    return Column(heading, "percent", lambda line: line.index.shares.get(level))


def of_page(run: Run, asked: IndicesAsked, lines: Sequence[UnitIndex]) -> list[Column]:
    """The table of all units: what its answers have, and nothing that would be empty throughout."""
    unit = Column(
        _("Unit"),
        value=lambda line: line.unit.name,
        more="estimate-name",
        link=lambda line: page_url(
            "estimate.unit", run_id=run.id, unit_id=line.unit.id, **asked.address(class_code="", search="")
        ),
        tags=lambda line: _for_reference(line.index.floor),
        note=None if asked.class_code else lambda line: line.unit.class_name,
    )
    interval = Column(_("95% interval"), "interval", lambda line: (line.index.low, line.index.high))
    return [
        unit,
        MEASURES["mean"],
        interval,
        MEASURES["standard_error"],
        MEASURES["valid_n"],
        *([MEASURES["participation"]] if asked.kind == "counter" else []),
        *([MEASURES["response_rate"]] if any(line.index.response_rate is not None for line in lines) else []),
        *(_of_levels(asked.scale) if asked.scale else [MEASURES["spread"]]),
        *([MEASURES["mean_with_held"]] if run.held else []),
        *([MEASURES["mean_with_withdrawn"]] if run.withdrawn else []),
    ]


def _of_levels(scale: Scale) -> list[Column]:
    """How the answers spread over the levels of a scale."""
    top = replace(MEASURES["topbox"], short=scale.word(scale.top, language()))
    rates = _measures("satisfied_rate", "dissatisfied_rate", "cannot_say", "design_effect")
    return [_bar(lambda line: (scale, line.index.shares)), top, *rates]


def _bar(of_line: Callable[[Any], tuple[Scale | None, Mapping[int, float]]]) -> Column:
    """The distribution over a scale's levels as one bar; nothing for scores."""

    def bar(line: Any) -> LevelBar | None:
        scale, shares = of_line(line)
        return LevelBar(scale, shares) if scale else None

    return Column(_("Distribution"), "levels", bar, sorts=False)


def _measures(*names: str) -> list[Column]:
    return [MEASURES[name] for name in names]


def _for_reference(floor: str) -> list[tuple[Any, str]]:
    return [(FLOOR_NAMES["reference"], "warn")] if floor == "reference" else []


def withheld(floor: int) -> Callable[[UnitIndex], str]:
    """What stands in place of a unit's numbers below the hiding floor."""
    words = gettext("Fewer than %(floor)s answers: nothing is shown.", floor=floor)
    return lambda line: words if line.index.floor == "hidden" else ""


def part_withheld(line: DomainLine) -> Any:
    return FLOOR_NAMES["hidden"] if line.floor == "hidden" else ""


def of_parts(heading: Any, asked: IndicesAsked, names: Mapping[str, str] | None = None) -> list[Column]:
    """The same index in parts of the answers; `names` are the words for labels that are codes."""
    said = names or {}
    levels = [
        _bar(lambda line: (SCALES.get(line.scale), line.shares)),
        Column(_("Satisfaction rate"), "percent", lambda line: line.satisfied_rate),
        Column(_("Bad rating rate"), "percent", lambda line: line.dissatisfied_rate),
    ]
    return [
        Column(
            heading,
            value=lambda line: said.get(line.label, line.label),
            more="estimate-name",
            tags=lambda line: _for_reference(line.floor),
        ),
        Column(_("Index"), "number", lambda line: line.mean),
        Column(_("95% interval"), "interval", lambda line: (line.low, line.high)),
        Column(_("Answers"), "number", lambda line: line.n, digits=0),
        *(levels if asked.scale else []),
    ]


def of_strata(asked: IndicesAsked) -> list[Column]:
    """The index down to strata, weights and counts."""
    people = _("Cases handled") if asked.kind == "counter" else _("People in the stratum")
    population = Column(people, "number", lambda line: line.population, digits=0)
    answers = [_level(asked.scale, level) for level in asked.scale.answers] if asked.scale else []
    return [
        Column(
            _("Stratum"),
            value=lambda line: line.label or gettext("All answers"),
            more="text-nowrap",
            tags=_stratum_tags,
        ),
        *([population] if asked.kind in {"counter", "poll"} else []),
        Column(_("Answers"), "number", lambda line: line.n, digits=0),
        Column(_("Weight of one"), "number", lambda line: line.weight),
        Column(_("Share"), "percent", lambda line: line.share),
        *answers,
        Column(_("Mean"), "number", lambda line: line.mean),
        Column(_("Standard error"), "number", lambda line: line.standard_error),
        Column(_("Part of the variance"), "percent", lambda line: line.variance_share),
    ]


def _stratum_tags(line: StratumLine) -> list[tuple[Any, str]]:
    pooled = [(_("put together"), "")] if line.pooled else []
    return [*pooled, *([(FLOOR_NAMES["hidden"], "")] if line.hidden else [])]


def stratum_class(line: StratumLine) -> str:
    """A stratum without answers stands back."""
    return "" if line.n else "text-secondary"


def _level(scale: Scale, level: int) -> Column:
    def count(line: StratumLine) -> int | None:
        return None if line.hidden else line.counts.get(level, 0)

    return Column(str(level), "number", count, digits=0, title=scale.word(level, language()))


@dataclass(frozen=True)
class LevelLine:
    """One answer of the scale in a unit's distribution."""

    words: str
    #: which of the five shades it is drawn in; 0 for "cannot say"
    shade: int
    points: float | None
    n: int | None
    share: float | None


def of_levels(asked: IndicesAsked, index: Index) -> list[LevelLine]:
    """A unit's answers on their scale, best first; empty for scores."""
    scale, points, said = asked.scale, asked.measure.points, language()
    if scale is None or points is None or not index.counts:
        return []
    return [
        LevelLine(
            scale.word(level, said),
            scale.shade(level),
            points.of(level),
            index.counts.get(level),
            index.shares.get(level) if level != CANNOT_SAY else None,
        )
        for level in scale.answers
    ]
