"""What a page or a download of indices was asked for, and its lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _

from survey.base.errors import NotFound, Refused
from survey.base.people.roles import Viewer
from survey.collect import service as collect
from survey.estimate import rules, service
from survey.estimate.values import Index, Points, Run
from survey.units import service as units

SOURCE_NAMES = {
    "counter": _("Ratings at counters"),
    "poll": _("Polls"),
    "panel": _("Panels"),
    "import": _("Imported answers"),
}
FLOOR_NAMES = {"hidden": _("too few answers"), "reference": _("for reference"), "published": ""}
FAULT_NAMES = {
    "no_caseload": _("Ratings, but no cases reported. Each rating counts as one case; report the caseload."),
    "more_ratings_than_cases": _("More ratings than cases. Check the caseload of this counter and month."),
    "not_in_design": _("Answers from a stratum that the wave's design does not know. They count with weight 1."),
}
DEFAULT_POINTS = "100/80/60/30/0"


@dataclass(frozen=True)
class Asked:
    """Filters of the address."""

    source: str
    question: str = ""
    points_text: str = DEFAULT_POINTS
    class_code: str = ""
    search: str = ""

    @property
    def points(self) -> Points:
        points = rules.parse_points(self.points_text)
        if points is None:
            raise Refused(
                gettext("“%(points)s” is not a points table.", points=self.points_text),
                remedy=gettext("Write the points of the five levels from best to worst, such as 100/80/60/30/0."),
            )
        return points

    def address(self, **changes: str) -> dict[str, str]:
        """The filters as values of an address, changed where asked."""
        asked = replace(self, **changes)
        points = "" if asked.points_text == DEFAULT_POINTS else asked.points_text
        return {
            "source": asked.source,
            "question": asked.question,
            "points": points,
            "class": asked.class_code,
            "q": asked.search,
        }


@dataclass(frozen=True)
class Line:
    """A unit with its index."""

    unit: units.Unit
    index: Index


def asked_of(run: Run, values: Mapping[str, str]) -> Asked:
    """Read the filters; without a source, the first that the run has."""
    present = service.sources_of(run.id)
    source = values.get("source") or next(iter(present), "counter")
    question = values.get("question", "")
    if source not in SOURCE_NAMES or (question and question not in service.questions(run.id, source)):
        raise NotFound(gettext("This computation has no such answers."))
    return Asked(
        source,
        question,
        values.get("points", "").strip() or DEFAULT_POINTS,
        values.get("class", ""),
        values.get("q", "").strip(),
    )


def lines(run: Run, asked: Asked, viewer: Viewer) -> list[Line]:
    """The wanted units that this person may see, by class and code."""
    question = asked.question or None
    found = service.indices(run.id, source=asked.source, question=question, points=asked.points, viewer=viewer)
    known = {unit.id: unit for unit in units.units(active_only=False)}
    wanted = [Line(known[index.unit_id], index) for index in found if index.unit_id in known]
    chosen = [line for line in wanted if _is_wanted(line.unit, asked)]
    return sorted(chosen, key=lambda line: (line.unit.class_code, line.unit.code))


def _is_wanted(unit: units.Unit, asked: Asked) -> bool:
    inside = not asked.class_code or unit.class_code == asked.class_code
    words = asked.search.casefold().split()
    return inside and all(word in f"{unit.code} {unit.name}".casefold() for word in words)


def question_names() -> dict[str, str]:
    """Question code -> its words in the reader's language."""
    language = "en" if str(get_locale()) == "en" else "zh"
    return {q.code: q.text(language) for form in collect.QUESTIONNAIRES.values() for q in form.questions}


def question_choices(run_id: int, source: str) -> list[tuple[str, str]]:
    """Questions to choose from; the overall one first."""
    names = question_names()
    codes = service.questions(run_id, source)
    return [("", gettext("Overall")), *((code, f"{code} {names.get(code, '')}".strip()) for code in codes)]
