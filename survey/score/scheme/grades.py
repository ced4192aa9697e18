"""Grades: half-open steps from a lower bound up to the next, without gap or overlap."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from flask_babel import gettext

from survey.score.scheme.read import Findings, known_keys, list_in, number_in, title_in, whole_in
from survey.score.scheme.scheme import Grade

KEYS = ("title", "from", "below", "quota", "most")


def read_grades(findings: Findings, value: object) -> tuple[Grade, ...]:
    """The grades, highest first.

    A grade needs only `from`; where the text of a scheme also says where a grade ends, `below` is compared with
    the next grade's `from`, and what does not meet is a gap or an overlap.
    """
    items = [item if isinstance(item, dict) else {} for item in list_in(findings, "grades", value)]
    if not items:
        return ()
    read = [_grade(findings, f"grades[{i}]", item) for i, item in enumerate(items)]
    grades = sorted(
        [(grade, below, path) for grade, below, path in read if grade is not None],
        key=lambda found: -found[0].lower,
    )
    if len(grades) == len(items):
        _check_steps(findings, grades)
    return tuple(grade for grade, _, _ in grades)


Read = tuple[Grade, float | None, str]


def _grade(findings: Findings, path: str, item: dict[str, Any]) -> tuple[Grade | None, float | None, str]:
    known_keys(findings, path, item, KEYS)
    title = title_in(findings, f"{path}.title", item.get("title"))
    lower = number_in(findings, f"{path}.from", item.get("from"))
    below = item.get("below")
    upper = None if below is None else number_in(findings, f"{path}.below", below)
    quota, most = item.get("quota"), item.get("most")
    if quota is not None and most is not None:
        findings.add(f"{path}.most", most, gettext("State a quota in per cent, or how many; not both."))
    share = None if quota is None else number_in(findings, f"{path}.quota", quota, high=100)
    count = None if most is None else whole_in(findings, f"{path}.most", most, low=0, high=100_000)
    return (None if lower is None else Grade(title, lower, share, count)), upper, path


def _check_steps(findings: Findings, grades: list[Read]) -> None:
    for (higher, _, _), (grade, below, path) in pairwise(grades):
        between = {"name": grade.title.zh, "other": higher.title.zh}
        if grade.lower == higher.lower:
            sentence = gettext("%(name)s and %(other)s begin at the same number.", **between)
            findings.add(f"{path}.from", f"{grade.lower:g}", sentence)
        elif below is not None and below > higher.lower:
            sentence = gettext(
                "%(low)s to %(high)s would be both %(name)s and %(other)s; let one begin where the other ends.",
                low=f"{higher.lower:g}",
                high=f"{below:g}",
                **between,
            )
            findings.add(f"{path}.below", f"{below:g}", sentence)
        elif below is not None and below < higher.lower:
            sentence = gettext(
                "%(low)s to %(high)s would be neither %(name)s nor %(other)s; close the gap.",
                low=f"{below:g}",
                high=f"{higher.lower:g}",
                **between,
            )
            findings.add(f"{path}.below", f"{below:g}", sentence)
    lowest, _, path = grades[-1]
    if lowest.quota is not None or lowest.most is not None:
        sentence = gettext("The lowest grade takes everybody who is left; take its limit away.")
        findings.add(path, lowest.title.zh, sentence)
    if lowest.lower != 0:
        sentence = gettext("Below %(low)s no grade is defined; let the lowest begin at 0.", low=f"{lowest.lower:g}")
        findings.add(f"{path}.from", f"{lowest.lower:g}", sentence)
