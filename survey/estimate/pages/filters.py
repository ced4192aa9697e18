"""What a page or a download of indices was asked for, and its lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from survey.base.errors import NotFound
from survey.base.people.roles import Viewer
from survey.estimate import service
from survey.estimate.pages import evidence
from survey.estimate.values import POINTS_TABLES, Index, Measure, Run, Selector
from survey.questions import service as questions
from survey.questions.service import SCALES, Scale
from survey.units import service as units

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

FLOOR_NAMES = {"hidden": _("too few answers"), "reference": _("for reference"), "published": ""}
FAULT_NAMES = {
    "no_caseload": _("Ratings, but no cases reported. Each rating counts as one case; report the caseload."),
    "more_ratings_than_cases": _("More ratings than cases. Check the caseload of this counter and month."),
    "not_in_design": _("Answers from a stratum that the wave's design does not know. They count with weight 1."),
}


@dataclass(frozen=True)
class IndicesAsked:
    """Filters of the address."""

    selector: Selector
    #: the selected answers in words
    title: str
    #: the scale of what is shown, and the points of its levels; those asked for where somebody asked
    measure: Measure
    question: str = ""
    #: as the address has them; empty = the scale's usual ones
    points: str = ""
    class_code: str = ""
    search: str = ""

    @property
    def kind(self) -> str:
        return self.selector.kind

    @property
    def scale(self) -> Scale | None:
        """The scale of the answers; None for scores."""
        return SCALES.get(self.measure.scale)

    @property
    def points_text(self) -> str:
        """The points in use as people write them."""
        return self.measure.points.text if self.measure.points else ""

    def address(self, **changes: Any) -> dict[str, Any]:
        """The filters as values of an address, changed where asked."""
        asked = replace(self, **changes)
        return {
            **evidence.narrowed(asked.selector),
            "question": asked.question,
            "points": asked.points,
            "class": asked.class_code,
            "q": asked.search,
        }


@dataclass(frozen=True)
class UnitIndex:
    """A unit with its index."""

    unit: units.Unit
    index: Index


def asked_of(
    run: Run, values: MultiDict[str, str], viewer: Viewer, pieces: Sequence[Selector] | None = None
) -> IndicesAsked:
    """Read the filters; where none says which answers are meant, the first piece of the run's evidence.

    Whoever sees some units only chooses among the pieces: narrower selections could be subtracted from each other
    until an answer stands alone.

    Args:
        run: which computation.
        values: of the address.
        viewer: who asks.
        pieces: of the run's evidence, if not all.

    Raises:
        NotFound: the run has no such answers, or they are not this person's to choose.
        Refused: the points do not fit the scale.
    """
    offered = evidence.pieces_of(run) if pieces is None else pieces
    selector, question = _selector(run, values, offered), values.get("question", "")
    is_known = not offered or selector.kind in {piece.kind for piece in offered}
    is_allowed = viewer.sees_all or not offered or selector in offered
    asks_what_is_there = not question or question in service.questions(run.id, selector)
    if not (is_known and is_allowed and asks_what_is_there):
        raise NotFound(gettext("This computation has no such answers."))
    points = values.get("points", "").strip()
    scale = SCALES.get(service.scale_of(run.id, selector, question))
    if scale is None or points == scale.usual_points:
        points = ""
    return IndicesAsked(
        selector,
        evidence.title_of(run, selector),
        Measure(scale.code, questions.points_of(points or scale.usual_points, scale)) if scale else Measure("", None),
        question,
        points,
        values.get("class", ""),
        values.get("q", "").strip(),
    )


def _selector(run: Run, values: MultiDict[str, str], offered: Sequence[Selector]) -> Selector:
    groups, collections = (tuple(filter(None, values.getlist(name))) for name in ("group", "collection"))
    narrower = Selector(values.get("source", ""), groups, collections, (), values.get("form", ""))
    narrower = replace(narrower, channels=tuple(values.getlist("channel", type=int)))
    if narrower.kind:
        return narrower
    fitting = (each for each in offered if not service.fault_in_run(run.id, replace(narrower, kind=each.kind)))
    first = next(iter(offered), Selector("counter"))
    if groups or collections or narrower.form:
        return replace(narrower, kind=next(fitting, first).kind)
    return replace(first, channels=narrower.channels)


def lines(run: Run, asked: IndicesAsked, viewer: Viewer) -> list[UnitIndex]:
    """The wanted units that this person may see, by class and code."""
    question = asked.question or None
    found = service.indices(run.id, source=asked.selector, question=question, points=asked.points, viewer=viewer)
    known = {unit.id: unit for unit in units.units(active_only=False)}
    wanted = [UnitIndex(known[index.unit_id], index) for index in found if index.unit_id in known]
    chosen = [line for line in wanted if _is_wanted(line.unit, asked)]
    return sorted(chosen, key=lambda line: (line.unit.class_code, line.unit.code))


def _is_wanted(unit: units.Unit, asked: IndicesAsked) -> bool:
    inside = not asked.class_code or unit.class_code == asked.class_code
    words = asked.search.casefold().split()
    return inside and all(word in f"{unit.code} {unit.name}".casefold() for word in words)


def question_names() -> dict[str, str]:
    """Question code -> its words in the reader's language."""
    said = evidence.language()
    return {q.code: q.text(said) for form in questions.newest().values() for q in form.questions}


def question_choices(run: Run, asked: IndicesAsked) -> list[tuple[str, str]]:
    """Questions to choose from; the overall one first."""
    names = question_names()
    codes = service.questions(run.id, asked.selector)
    return [("", gettext("Overall")), *((code, f"{code} {names.get(code, '')}".strip()) for code in codes)]


def points_tables(asked: IndicesAsked) -> list[str]:
    """Points in use that fit the scale, its usual ones first."""
    scale = asked.scale
    if scale is None:
        return []
    fitting = [text for text in POINTS_TABLES if _fits(text, scale)]
    return list(dict.fromkeys([scale.usual_points, *fitting]))


def _fits(text: str, scale: Scale) -> bool:
    try:
        questions.PointsTable.parse(text, scale.levels)
    except questions.PointsFault:
        return False
    return True
