"""What a leaf selects, in words; and where its index opens to strata, weights and counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from flask import url_for
from flask_babel import gettext

from survey.base.errors import ImportFaults
from survey.base.people.roles import Viewer
from survey.estimate import service as estimate
from survey.questions import service as questions
from survey.rounds import service as rounds
from survey.score import service
from survey.score.pages.downloads import language
from survey.score.sheet.rules import selected_by

Pairs = Iterable[tuple[str, str]]


@dataclass
class SelectionWords:
    """The words of selectors; names are looked up once a page."""

    _titles: dict[str, str] = field(default_factory=dict)

    def of(self, pairs: Pairs) -> list[str]:
        """What is selected beside the source, one phrase each: group of raters, collections, channels, form."""
        named = _by_name((name, self._value(name, value)) for name, value in pairs)
        labels = {
            "group": gettext("Group of raters"),
            "collection": gettext("Collection"),
            "channel": gettext("Channel"),
            "form": gettext("Form"),
        }
        colon = ": " if language() == "en" else "："
        return [f"{labels[name]}{colon}{_listed(values)}" for name, values in named.items()]

    def of_leaf(self, leaf: service.Component) -> list[str]:
        """The same of a leaf as its scheme states it, with the shares of its waves and its points table."""
        selector = leaf.selector
        shares = dict(selector.shares) if selector else {}
        words = self.of((name, value) for name, value in selected_by(selector) if name != "collection" or not shares)
        if shares:
            stated = _listed(f"{self.title(code)} {share:g}%" for code, share in shares.items())
            words.append(gettext("Shares of the waves: %(shares)s", shares=stated))
        if leaf.points_table:
            words.append(gettext("Points of the levels: %(points)s", points=leaf.points_table))
        return words

    def _value(self, name: str, value: str) -> str:
        """A code in words; what nobody knows any more stands as it was written."""
        if name == "group":
            known = rounds.group_names().get(value)
            return known.said(language()) if known else value
        if name == "channel":
            return str(questions.CHANNEL_NAMES.get(int(value), value))
        if name == "form":
            form = questions.newest().get(value)
            return f"{value} {form.title(language())}" if form else value
        return self.title(value)

    def title(self, code: str) -> str:
        """The title of a collection; a scheme may name it by that already."""
        if not self._titles:
            self._titles = {one.code: one.title for one in rounds.collections()}
        return self._titles.get(code, code)


@dataclass(frozen=True)
class Behind:
    """What lies behind one unit's indices on a sheet; nothing where its computation is gone or never was."""

    run_id: int | None
    unit_id: int
    #: the scheme's points of five levels
    points: str
    #: code of a leaf -> points of its own
    own_points: dict[str, str]
    #: the pieces of evidence that this person may choose from; None = any
    offered: frozenset[estimate.Selector] | None

    def points_of(self, part: service.Part) -> str:
        """The points by which a part's levels became its index, as `sheet.making` took them; empty for scores."""
        if self.run_id is None or part.n is None:
            return ""
        if own := self.own_points.get(part.code):
            return own
        scale = questions.SCALES.get(estimate.scale_of(self.run_id, selector_of(part), part.question))
        if scale is None:
            return ""
        return self.points if scale == questions.FIVE else scale.usual_points

    def links(self, part: service.Part) -> list[tuple[str, str]]:
        """Where a part's index opens to strata, weights and counts, each with the wave's title where there are several.

        Waves that only the scheme's shares put together open one by one.
        """
        if self.run_id is None or part.n is None:
            return []
        selector = selector_of(part)
        if not estimate.fault_in_run(self.run_id, selector, part.question):
            return self._link("", selector, part)
        each = [replace(selector, collections=(code,)) for code in selector.collections]
        return [link for one in each for link in self._link(SelectionWords().title(*one.collections), one, part)]

    def _link(self, title: str, selector: estimate.Selector, part: service.Part) -> list[tuple[str, str]]:
        """Nothing where this person may not choose these answers: units only choose among whole pieces of evidence."""
        if self.run_id is None or (self.offered is not None and selector not in self.offered):
            return []
        address: dict[str, Any] = {"run_id": self.run_id, "unit_id": self.unit_id, "source": part.source}
        address |= {"question": part.question or None, "points": self.points_of(part) or None}
        return [(title, url_for("estimate.unit", **{**address, **_by_name(selected_by(selector))}))]


def _listed(words: Iterable[str]) -> str:
    return (", " if language() == "en" else "、").join(words)


def _by_name(pairs: Pairs) -> dict[str, list[Any]]:
    named: dict[str, list[Any]] = defaultdict(list)
    for name, value in pairs:
        named[name].append(value)
    return named


def selector_of(part: service.Part) -> estimate.Selector:
    """The selector that a sheet's part was made with; its shares stay with the scheme."""
    named = _by_name(part.selected)
    return estimate.Selector(
        part.source,
        groups=tuple(named.get("group", ())),
        collections=tuple(named.get("collection", ())),
        channels=tuple(int(channel) for channel in named.get("channel", ())),
        form="".join(named.get("form", ())),
    )


def behind(sheet: service.Sheet, class_code: str, unit_id: int, viewer: Viewer) -> Behind:
    """What lies behind a unit of this class, as far as this person may open it."""
    run_id = sheet.content.basis["run"]
    if run_id not in {run.id for run in estimate.runs(sheet.entry.round_id)}:
        run_id = None
    if not viewer.sees_all and run_id != next(iter(estimate.releases(sheet.entry.round_id)), None):
        run_id = None
    offered = None
    if run_id is not None and not viewer.sees_all:
        offered = frozenset(piece.selector for piece in estimate.evidence(run_id))
    return Behind(run_id, unit_id, points_text(sheet.content), _own_points(sheet.entry, class_code), offered)


def points_text(content: service.SheetContent) -> str:
    """The scheme's points of five levels, best first, as people write them."""
    points = {int(level): value for level, value in content.scheme["points"].items()}
    return questions.PointsTable.of_mapping(points, questions.FIVE.levels).text


def _own_points(entry: service.SheetEntry, class_code: str) -> dict[str, str]:
    made_by = (entry.scheme_code, entry.scheme_version)
    number = next((one.id for one in service.schemes_stored() if (one.code, one.version) == made_by), None)
    try:
        rules = service.scheme(number).for_class(class_code) if number is not None else None
    except ImportFaults:  # what it names is not there any more; the sheet itself says all else
        return {}
    return {leaf.code: leaf.points_table for leaf in rules.leaves() if leaf.points_table} if rules else {}
