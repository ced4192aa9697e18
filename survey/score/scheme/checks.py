"""From a scheme's text to a checked scheme: one sentence for every fault, all of them at once."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import gettext

from survey.questions.service import FIVE, PointsFault, PointsTable
from survey.score.scheme.components import read_classes, title_in
from survey.score.scheme.grades import read_grades
from survey.score.scheme.read import Findings, check_length, known_keys, list_in, number_in, read_source
from survey.score.scheme.scheme import FLOORS, ClassRules, Extra, Scheme

KEYS = (
    "id", "version", "title", "total", "points", "classes", "bonus", "bonus_cap", "deductions", "grades",
    "floor", "decimals", "ties", "sources", "assumptions",
)  # fmt: skip
EXTRA_KEYS = ("id", "title", "cap")
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
    classes = read_classes(findings, data.get("classes"), total)
    extras = _extras(findings, data)
    bonus_cap = data.get("bonus_cap")
    scheme = Scheme(
        code=_code(findings, data.get("id")),
        version=_whole(findings, "version", data.get("version"), low=1, high=100_000),
        title=title_in(findings, "title", data.get("title")),
        total=total or 0.0,
        points=_points(findings, data.get("points")),
        classes=classes,
        extras=extras,
        bonus_cap=None if bonus_cap is None else number_in(findings, "bonus_cap", bonus_cap),
        grades=read_grades(findings, data.get("grades")),
        floor=_one_of(findings, "floor", data.get("floor", FLOORS[0]), FLOORS),
        decimals=_whole(findings, "decimals", data.get("decimals", 2), low=0, high=6),
        ties=_ties(findings, data.get("ties"), classes),
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


def _whole(findings: Findings, path: str, value: object, *, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        findings.add(path, value, gettext("Write a whole number from %(low)s to %(high)s.", low=low, high=high))
        return low
    return value


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


def _extras(findings: Findings, data: dict[str, Any]) -> tuple[Extra, ...]:
    found: list[Extra] = []
    for key, kind in (("bonus", "bonus"), ("deductions", "deduction")):
        for position, item in enumerate(list_in(findings, key, data.get(key))):
            path = f"{key}[{position}]"
            if not isinstance(item, dict):
                findings.add(path, item, gettext("Write id, title and cap here."))
                continue
            known_keys(findings, path, item, EXTRA_KEYS)
            code = str(item.get("id") or "")
            if not code or code in {extra.code for extra in found}:
                findings.add(f"{path}.id", code, gettext("Give each bonus and deduction an id of its own."))
            check_length(findings, f"{path}.id", code)
            cap = number_in(findings, f"{path}.cap", item.get("cap"))
            title = title_in(findings, f"{path}.title", item.get("title"))
            found.append(Extra(code, title, kind, cap or 0.0))
    return tuple(found)


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
