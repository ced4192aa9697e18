"""From a scheme's text to a checked scheme: one sentence for every fault, all of them at once."""

from __future__ import annotations

import re
from collections.abc import Sequence

from flask_babel import gettext

from survey.questions.service import FIVE, PointsFault, PointsTable
from survey.score.scheme.components import ClassReader
from survey.score.scheme.extras import KINDS, Extra, ExtraReader
from survey.score.scheme.grades import read_grades
from survey.score.scheme.read import Findings, known_keys, list_in, number_in, read_source, title_in, whole_in
from survey.score.scheme.scheme import FLOORS, RANKED_WITHIN, Bottom, ClassRules, Scheme

KEYS = (
    "id", "version", "title", "total", "points", "classes", "bonus", "bonus_cap", "deductions", "vetoes", "grades",
    "floor", "minimum", "decimals", "rank", "ties", "bottom", "sources", "assumptions",
)  # fmt: skip
#: it stands in addresses; a dot is no part of new ones' sentence, and older schemes are called 2026.1
CODE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{1,39}")


def check_scheme(text: str) -> Scheme:
    """Read and check a scheme.

    Raises:
        ImportFaults: with one fault a wrong place; its `column` is the path, its `remedy` the sentence.
    """
    data, findings = read_source(text)
    known_keys(findings, "", data, KEYS)
    total = number_in(findings, "total", data.get("total"), low=0.01)
    minimum = whole_in(findings, "minimum", data.get("minimum", 0), low=0, high=1_000_000)
    grades = read_grades(findings, data.get("grades"))
    extras = ExtraReader(findings, [grade.title.zh for grade in grades])
    classes = ClassReader(findings, extras, minimum).classes(data.get("classes"), total)
    for key in KINDS:
        extras.read(key, data.get(key))
    _check_components(findings, extras.found, classes)
    bonus_cap = data.get("bonus_cap")
    within, groups = _ranked(findings, data.get("rank"))
    scheme = Scheme(
        code=_code(findings, data.get("id")),
        version=whole_in(findings, "version", data.get("version"), low=1, high=100_000),
        title=title_in(findings, "title", data.get("title")),
        total=total or 0.0,
        points=_points(findings, data.get("points")),
        classes=classes,
        extras=tuple(extras.found),
        bonus_cap=None if bonus_cap is None else number_in(findings, "bonus_cap", bonus_cap),
        grades=grades,
        floor=_one_of(findings, "floor", data.get("floor", FLOORS[0]), FLOORS),
        decimals=whole_in(findings, "decimals", data.get("decimals", 2), low=0, high=6),
        ties=_ties(findings, data.get("ties"), classes),
        ranked_within=within,
        groups=groups,
        bottom=_bottom(findings, data.get("bottom")),
        sources=tuple(str(item) for item in list_in(findings, "sources", data.get("sources"))),
        assumptions=tuple(
            title_in(findings, f"assumptions[{i}]", item)
            for i, item in enumerate(list_in(findings, "assumptions", data.get("assumptions")))
        ),
    )
    findings.refuse()
    return scheme


def _code(findings: Findings, value: object) -> str:
    text = "" if value is None else str(value)
    if not CODE.fullmatch(text):
        findings.add("id", value, gettext("Name the scheme with 2 to 40 letters, digits and dashes."))
    return text


def _one_of(findings: Findings, path: str, value: object, known: tuple[str, ...]) -> str:
    if value not in known:
        findings.add(path, value, gettext("Choose one of: %(names)s.", names=", ".join(known)))
        return known[0]
    return str(value)


def _points(findings: Findings, value: object) -> PointsTable:
    """Points of the five levels: "100/80/60/30/0", a list from the best, or a mapping."""
    if value is None:
        return FIVE.points
    try:
        if isinstance(value, dict):
            return PointsTable.of_mapping(value, FIVE.levels)
        if isinstance(value, list):
            return PointsTable.of_numbers([float(item) for item in value], FIVE.levels)
        return PointsTable.parse(str(value), FIVE.levels)
    except (PointsFault, TypeError, ValueError):
        sentence = gettext(
            "Give points for the levels 5 to 1, such as 100/80/60/30/0, from 100 down to 0; a better level must not "
            "bring fewer than a worse one."
        )
        findings.add("points", value, sentence)
        return FIVE.points


def _ties(findings: Findings, value: object, classes: tuple[ClassRules, ...]) -> tuple[str, ...]:
    """`shared`, or the codes of the components that decide, in order."""
    if value in (None, "shared"):
        return ()
    codes = tuple(str(item) for item in list_in(findings, "ties", value))
    known = {part.code for rules in classes for part in rules.components}
    for code in codes:
        if code not in known:
            sentence = gettext("No component at the top of the tree has this id; write one, or `shared`.")
            findings.add("ties", code, sentence)
    return codes


def _check_components(findings: Findings, extras: Sequence[Extra], classes: tuple[ClassRules, ...]) -> None:
    """A bonus or deduction that names its component must name one that there is."""
    known = {node.code for rules in classes for part in rules.components for node in part.nodes()}
    for extra in extras:
        if extra.component and extra.component not in known:
            sentence = gettext("No component has this id; leave it out for the total.")
            findings.add("deductions" if extra.kind == "deduction" else "bonus", extra.component, sentence)


def _ranked(findings: Findings, value: object) -> tuple[str, tuple[tuple[str, tuple[str, ...]], ...]]:
    """Among whom units take their places: `class`, `parent`, `all`, or named groups of classes."""
    if value is None:
        return "class", ()
    if not isinstance(value, dict):
        return _one_of(findings, "rank", value, RANKED_WITHIN), ()
    groups = []
    seen: set[str] = set()
    for name, codes in value.items():
        members = tuple(str(code) for code in list_in(findings, f"rank.{name}", codes))
        for code in seen.intersection(members):
            findings.add(f"rank.{name}", code, gettext("This class is in two groups; keep one."))
        seen.update(members)
        groups.append((str(name), members))
    return "class", tuple(groups)


def _bottom(findings: Findings, value: object) -> Bottom | None:
    if value is None:
        return None
    if not isinstance(value, dict) or len(value) != 1 or not set(value) <= {"count", "share"}:
        findings.add("bottom", value, gettext("Write {count: 3} or {share: 5}, which is per cent."))
        return None
    if "count" in value:
        return Bottom(count=whole_in(findings, "bottom.count", value["count"], low=1, high=100_000))
    return Bottom(share=number_in(findings, "bottom.share", value["share"], high=100))
