"""Bonuses, deductions and vetoes: what they are worth, and how a scheme states them (加分、扣分、一票否决)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from flask_babel import gettext

from survey.questions.service import Words
from survey.score.scheme.read import Findings, check_length, known_keys, list_in, number_in, title_in

#: key of a list in a scheme -> kind of its entries
KINDS = {"bonus": "bonus", "deductions": "deduction", "vetoes": "veto"}
KEYS = ("id", "title", "cap", "each", "per", "levels", "highest", "clears", "classes", "component")
VETO_KEYS = ("id", "title", "total", "grade", "no_bonus", "classes")


@dataclass(frozen=True)
class Veto:
    """What a veto does to a unit."""

    #: the total is this; None = it stays
    total: float | None = None
    #: the best grade that is left, by its Chinese title; empty = any
    grade: str = ""
    no_bonus: bool = False


@dataclass(frozen=True)
class Extra:
    """A bonus, a deduction or a veto."""

    code: str
    title: Words
    #: "bonus", "deduction" or "veto"
    kind: str
    #: the most points it may add or take in all; None = no limit
    cap: float | None = None
    #: points of one event, or of one full `per`
    each: float | None = None
    #: what brings `each` once, such as 500000 yuan; only full ones count
    per: float | None = None
    #: name of a level -> points, such as 省级 5
    levels: tuple[tuple[str, float], ...] = ()
    #: of several entries only the highest counts
    highest: bool = False
    #: a deduction is cleared once what was wrong is corrected (扣分销除)
    clears: bool = False
    #: classes that it is for; none = all
    classes: tuple[str, ...] = ()
    #: the component whose points it changes, never below 0 or above its full marks; empty = the total
    component: str = ""
    veto: Veto | None = None

    def is_for(self, class_code: str) -> bool:
        return not self.classes or class_code in self.classes

    @property
    def is_counted(self) -> bool:
        """Whether the scheme knows the points, so that an entry says how often or which level and not how many."""
        return self.each is not None or bool(self.levels) or self.veto is not None

    def worth(self, entry: ExtraEntry) -> float:
        """Points of one entry, without sign.

        >>> funds = Extra("funds", Words("争取资金"), "bonus", cap=10, each=1, per=500_000)
        >>> funds.worth(ExtraEntry(0, "到位", quantity=1_700_000))
        3
        >>> honour = Extra("honour", Words("荣誉"), "bonus", levels=(("省级", 5.0), ("市级", 3.0)), highest=True)
        >>> honour.worth(ExtraEntry(0, "先进单位", level="市级"))
        3.0
        """
        if self.levels:
            return dict(self.levels).get(entry.level, 0.0) * (1.0 if entry.quantity is None else entry.quantity)
        if self.each is None:
            return entry.points
        quantity = 1.0 if entry.quantity is None else entry.quantity
        return self.each * (math.floor(quantity / self.per + 1e-9) if self.per else quantity)

    def stated(self, entries: Iterable[ExtraEntry]) -> float:
        """Points of all entries that stand, before the cap.

        >>> late = Extra("late", Words("迟到"), "deduction", each=2, clears=True)
        >>> given = [ExtraEntry(0, "迟到"), ExtraEntry(0, "脱岗", quantity=2), ExtraEntry(0, "迟到", cleared="已整改")]
        >>> late.stated(given)
        6.0
        """
        worths = [self.worth(entry) for entry in entries if not entry.cleared]
        return max(worths, default=0.0) if self.highest else sum(worths)


class ExtraEntry(NamedTuple):
    """One reason for points, as it was brought in."""

    #: without sign; what the scheme counts itself is worked out from the other two
    points: float
    reason: str
    #: events, or an amount
    quantity: float | None = None
    level: str = ""
    #: how and when it was corrected; empty = it stands
    cleared: str = ""

    def said(self, extra: Extra) -> str:
        """The reason, with how its points come about where the scheme counts them.

        >>> ExtraEntry(0, "迟到", quantity=3).said(Extra("late", Words("迟到"), "deduction", each=2))
        '迟到 (3 × 2)'
        """
        if extra.levels and self.level:
            return f"{self.reason} ({self.level})"
        if extra.each is not None and self.quantity is not None:
            return (
                f"{self.reason} ({self.quantity:,.10g} × {extra.each:g})"
                if not extra.per
                else (f"{self.reason} ({self.quantity:,.10g} ÷ {extra.per:,.10g} × {extra.each:g})")
            )
        return self.reason


@dataclass
class ExtraReader:
    """Reads the three lists of a scheme, and what single components lose; ids are unique over all of them."""

    findings: Findings
    #: Chinese titles of the scheme's grades
    grades: Sequence[str] = ()
    found: list[Extra] = field(default_factory=list)

    def read(self, key: str, value: object, path: str = "", component: str = "") -> None:
        """The entries of one list, each checked.

        Args:
            key: "bonus", "deductions" or "vetoes"; "losses" of a component are deductions from it.
            path: where the list stands, if not at the top.
            component: the component that it is for.
        """
        kind = KINDS.get(key, "deduction")
        path = path or key
        for position, item in enumerate(list_in(self.findings, path, value)):
            where = f"{path}[{position}]"
            if not isinstance(item, dict):
                self.findings.add(where, item, gettext("Write id, title and cap here."))
                continue
            if kind == "veto":
                self._veto(where, item)
            else:
                self._extra(where, item, kind, component)

    def _extra(self, path: str, item: Mapping[str, Any], kind: str, component: str) -> None:
        known_keys(self.findings, path, item, tuple(k for k in KEYS if not (component and k == "component")))
        levels = self._levels(f"{path}.levels", item.get("levels"))
        each, per = self._number(path, item, "each"), self._number(path, item, "per")
        if per is not None and each is None:
            self.findings.add(f"{path}.per", item.get("per"), gettext("State beside it the points of `each`."))
        cap = self._number(path, item, "cap")
        if cap is None and "cap" not in item and not (each or levels or component):
            sentence = gettext(
                "State the most it may bring (cap), or the points of each event (each) or level (levels)."
            )
            self.findings.add(f"{path}.cap", None, sentence)
        self.found.append(
            Extra(
                code=self._code(path, item),
                title=self._title(path, item, kind),
                kind=kind,
                cap=cap,
                each=each,
                per=per,
                levels=levels,
                highest=self._yes(path, item, "highest"),
                clears=self._yes(path, item, "clears"),
                classes=self._classes(path, item),
                component=component or str(item.get("component") or ""),
            )
        )

    def _veto(self, path: str, item: Mapping[str, Any]) -> None:
        known_keys(self.findings, path, item, VETO_KEYS)
        grade = str(item.get("grade") or "")
        if grade and grade not in self.grades:
            names = ", ".join(self.grades) or "–"
            self.findings.add(f"{path}.grade", grade, gettext("The scheme's grades are: %(names)s.", names=names))
        veto = Veto(self._number(path, item, "total"), grade, self._yes(path, item, "no_bonus"))
        if veto == Veto():
            sentence = gettext("State what the veto does: total, grade or no_bonus.")
            self.findings.add(path, None, sentence)
        self.found.append(
            Extra(
                self._code(path, item),
                self._title(path, item, "veto"),
                "veto",
                classes=self._classes(path, item),
                veto=veto,
            )
        )

    def _code(self, path: str, item: Mapping[str, Any]) -> str:
        code = str(item.get("id") or "")
        if not code or code in {extra.code for extra in self.found}:
            self.findings.add(f"{path}.id", code, gettext("Give each bonus and deduction an id of its own."))
        check_length(self.findings, f"{path}.id", code)
        return code

    def _title(self, path: str, item: Mapping[str, Any], kind: str) -> Words:
        """Tables name an entry by its title, so that two of one title could not be told apart."""
        title = title_in(self.findings, f"{path}.title", item.get("title"))
        if title.zh and title.zh in {extra.title.zh for extra in self.found}:
            sentence = gettext("Another bonus or deduction has this title; give each a title of its own.")
            self.findings.add(f"{path}.title", title.zh, sentence)
        return title

    def _number(self, path: str, item: Mapping[str, Any], key: str) -> float | None:
        if item.get(key) is None:
            return None
        low = 0.0 if key in ("cap", "total") else 0.0001
        return number_in(self.findings, f"{path}.{key}", item[key], low=low)

    def _yes(self, path: str, item: Mapping[str, Any], key: str) -> bool:
        value = item.get(key, False)
        if not isinstance(value, bool):
            self.findings.add(f"{path}.{key}", value, gettext("Write true or false."))
            return False
        return value

    def _classes(self, path: str, item: Mapping[str, Any]) -> tuple[str, ...]:
        return tuple(str(code) for code in list_in(self.findings, f"{path}.classes", item.get("classes")))

    def _levels(self, path: str, value: object) -> tuple[tuple[str, float], ...]:
        if value is None:
            return ()
        if not isinstance(value, dict) or not value:
            self.findings.add(path, value, gettext("Write each level with its points, such as {省级: 5, 市级: 3}."))
            return ()
        return tuple(
            (str(name), number_in(self.findings, f"{path}.{name}", points) or 0.0) for name, points in value.items()
        )
