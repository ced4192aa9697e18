"""The tree of components: every class has one, and what it promises adds up to the full marks."""

from __future__ import annotations

import math
from typing import Any

from flask_babel import gettext

from survey.score.scheme.conversion import read_conversion
from survey.score.scheme.extras import ExtraReader
from survey.score.scheme.leaves import read_measure, read_source
from survey.score.scheme.read import Findings, known_keys, list_in, number_in, title_in, whole_in
from survey.score.scheme.scheme import ClassRules, Component
from survey.score.scheme.selectors import KEYS as SELECTOR_KEYS
from survey.score.scheme.selectors import read_points_table, read_selector
from survey.score.scheme.spread import spread

KEYS = (
    "id", "title", "share", "points", "source", "out_of", "question", "category", "assumption", "parts", "value",
    "convert", "minimum", "losses", "divided_by", "scheme", "round", *SELECTOR_KEYS,
)  # fmt: skip
#: shares and points are decimal numbers written by people; beyond this they do not add up
TOLERANCE = 1e-6


class ClassReader:
    """Reads the classes with their components.

    Args:
        extras: takes what single components may lose.
        minimum: answers that a leaf needs where it names no number of its own.
    """

    def __init__(self, findings: Findings, extras: ExtraReader, minimum: int = 0) -> None:
        self.findings, self.extras, self.minimum = findings, extras, minimum

    def classes(self, value: object, total: float | None) -> tuple[ClassRules, ...]:
        """The classes with their components.

        Args:
            total: the scheme's full marks; None if they could not be read, which is a fault already noted.
        """
        found: list[ClassRules] = []
        taken: set[str] = set()
        items = list_in(self.findings, "classes", value)
        if not items:
            self.findings.add("classes", None, gettext("Name at least one class with its components."))
        for position, item in enumerate(items):
            path = f"classes[{position}]"
            if not isinstance(item, dict):
                self.findings.add(path, item, gettext("Write codes and components here."))
                continue
            known_keys(self.findings, path, item, ("codes", "components"))
            codes = self._codes(f"{path}.codes", item.get("codes"), taken)
            tree = _Tree(self.findings, self.extras, self.minimum, codes)
            found.append(ClassRules(codes, tree.components(path, item.get("components"), total)))
        return tuple(found)

    def _codes(self, path: str, value: object, taken: set[str]) -> tuple[str, ...]:
        codes = tuple(str(code) for code in list_in(self.findings, path, value))
        if not codes:
            self.findings.add(path, None, gettext('Name the classes of units, or "*" for all.'))
        for code in codes:
            if code in taken:
                self.findings.add(path, code, gettext("This class has components already; keep one."))
            taken.add(code)
        return codes


class _Tree:
    """Reads the components of one class; their codes are unique within it."""

    def __init__(self, findings: Findings, extras: ExtraReader, minimum: int, classes: tuple[str, ...]) -> None:
        self.findings, self.extras, self.minimum, self.classes = findings, extras, minimum, classes
        self.codes: set[str] = set()

    def components(self, path: str, value: object, full: float | None) -> tuple[Component, ...]:
        below = f"{path}.components"
        items = list_in(self.findings, below, value)
        if not items:
            sentence = gettext("This class has no components, so its units could get no points.")
            self.findings.add(below, None, sentence)
            return ()
        return self._siblings(below, items, full)

    def _siblings(self, path: str, items: list[Any], full: float | None) -> tuple[Component, ...]:
        places = [(f"{path}[{i}]", item) for i, item in enumerate(items)]
        for where, item in places:
            if not isinstance(item, dict):
                self.findings.add(where, item, gettext("Write id, title, share or points, and source here."))
        siblings = [(where, item) for where, item in places if isinstance(item, dict)]
        self._check_scaling(path, siblings, full)
        parts = [self._component(where, item, full) for where, item in siblings]
        self._check_sum(path, siblings, full)
        return tuple(parts)

    def _component(self, path: str, item: dict[str, Any], full_above: float | None) -> Component:
        known_keys(self.findings, path, item, KEYS)
        item = spread(self.findings, path, item)
        code = str(item.get("id") or "")
        if not code or code in self.codes:
            self.findings.add(f"{path}.id", code, gettext("Give each component of a class an id of its own."))
        self.codes.add(code)
        full, stated = self._full_marks(path, item, full_above)
        parts = list_in(self.findings, f"{path}.parts", item.get("parts"))
        read = read_source(self.findings, path, item, has_parts=bool(parts))
        self._losses(path, item, code, read.source)
        assumption = item.get("assumption")
        return Component(
            code=code,
            title=title_in(self.findings, f"{path}.title", item.get("title")),
            full=full or 0.0,
            stated=stated,
            source=read.source,
            external=read.external,
            out_of=(full or 1.0) if read.source == "full" else read.out_of,
            divided_by=read.divided_by,
            earlier=read.earlier,
            question=str(item.get("question") or ""),
            selector=read_selector(self.findings, path, item, read.source),
            points_table=read_points_table(self.findings, path, item),
            measure=read_measure(self.findings, path, item, read.source),
            conversion=read_conversion(self.findings, f"{path}.convert", item.get("convert"), full, read.out_of),
            minimum=whole_in(
                self.findings, f"{path}.minimum", item.get("minimum", self.minimum), low=0, high=1_000_000
            ),
            assumption=title_in(self.findings, f"{path}.assumption", assumption) if assumption else None,
            parts=self._siblings(f"{path}.parts", parts, full) if parts else (),
        )

    def _losses(self, path: str, item: dict[str, Any], code: str, source: str) -> None:
        """What a component that starts full may lose."""
        if source == "full" and not item.get("losses"):
            sentence = gettext("A component that starts full names what it loses points for, under losses.")
            self.findings.add(f"{path}.losses", None, sentence)
        self.extras.read("losses", item.get("losses"), f"{path}.losses", component=code)

    def _full_marks(self, path: str, item: dict[str, Any], full: float | None) -> tuple[float | None, str]:
        if "points" in item:
            return number_in(self.findings, f"{path}.points", item["points"]), "points"
        if "share" not in item:
            sentence = gettext("State either a share of the component above in per cent, or points.")
            self.findings.add(path, None, sentence)
            return None, "share"
        share = number_in(self.findings, f"{path}.share", item["share"], high=100)
        return (None if share is None or full is None else full * share / 100), "share"

    def _check_scaling(self, path: str, siblings: list[tuple[str, dict[str, Any]]], full: float | None) -> None:
        """A share applied to something already stated in points shrinks it twice."""
        doubled = [(w, i) for w, i in siblings if "points" in i and "share" in i]
        if not doubled:
            return
        reach = sum(_plain(i.get("points")) * _plain(i.get("share", 100)) / 100 for _, i in siblings)
        for where, item in doubled:
            sentence = gettext(
                "Points and a share at once scale twice: at most %(reach)s of %(full)s could be reached. "
                "Keep one of the two.",
                reach=f"{reach:g}",
                full=f"{full:g}" if full else "?",
            )
            self.findings.add(where, f"{item['points']} × {item['share']} %", sentence)

    def _check_sum(self, path: str, siblings: list[tuple[str, dict[str, Any]]], full: float | None) -> None:
        stated = {"points" if "points" in item else "share" for _, item in siblings}
        if len(stated) > 1:
            sentence = gettext("State all components of one level in points, or all in shares.")
            self.findings.add(path, None, sentence)
            return
        if stated == {"share"}:
            self._must_be(path, sum(_plain(i.get("share")) for _, i in siblings), 100.0, "%")
        elif full is not None and not any("share" in item for _, item in siblings):
            self._must_be(path, sum(_plain(i.get("points")) for _, i in siblings), full, "")

    def _must_be(self, path: str, given: float, needed: float, unit: str) -> None:
        if not math.isnan(given) and abs(given - needed) > TOLERANCE:
            sentence = gettext(
                "These add up to %(given)s%(unit)s; they must add up to %(needed)s%(unit)s.",
                given=f"{given:.10g}",
                needed=f"{needed:g}",
                unit=unit,
            )
            self.findings.add(path, f"{given:.10g}{unit}", sentence)


def _plain(value: Any) -> float:
    """A number for adding up; what is none has its own fault already and makes the sum unknown."""
    text = str(value).replace("%", "").strip()
    try:
        return float(text)
    except ValueError:
        return math.nan
