"""A sheet as a table: one line a unit, its components in columns; and the tables that are filled in elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import get_locale, gettext

from survey.score.scheme.scheme import Scheme
from survey.score.service import ClassSheet, Given, Line, Part, Sheet
from survey.units import service as units

Table = tuple[Sequence[str], list[list[Any]]]


def language() -> str:
    return "en" if str(get_locale()) == "en" else "zh"


def sheet_table(sheet: Sheet, groups: Sequence[ClassSheet]) -> Table:
    """Ranks, totals and intervals first, then each component's index and points."""
    titles: dict[str, Part] = {}
    for group in groups:
        for line in group.lines:
            titles.update({leaf.code: leaf for leaf in line.leaves()})
    header = [
        gettext("Class"), gettext("Unit code"), gettext("Unit"), gettext("Rank"), gettext("Best place supported"),
        gettext("Worst place supported"), gettext("Total"), gettext("Standard error"), gettext("Interval from"),
        gettext("Interval to"), gettext("With held answers"), gettext("Grade"), gettext("Bonus"),
        gettext("Deduction"), gettext("Veto"), gettext("Ranked among"), gettext("Note"),
    ]  # fmt: skip
    columns = (gettext("value"), gettext("standard error"), "n", gettext("points"))
    for leaf in titles.values():
        header += [f"{leaf.title.said(language())} {column}" for column in columns]
    rows = [_row(group, line, list(titles)) for group in groups for line in group.lines]
    number = [gettext("Sheet"), gettext("SHA-256")]
    stamp = [sheet.entry.id, sheet.entry.sha256 or gettext("draft")]
    return [*header, *number], [[*row, *stamp] for row in rows]


def _row(group: ClassSheet, line: Line, codes: Sequence[str]) -> list[Any]:
    leaves = {leaf.code: leaf for leaf in line.leaves()}
    grade = line.grade.said(language()) if line.grade else None
    row: list[Any] = [
        group.name, line.unit_code, line.unit_name, line.rank, line.rank_low, line.rank_high, line.total,
        _short(line.standard_error), _short(line.low), _short(line.high), line.total_with_held, grade,
        line.bonus, line.deduction, "、".join(veto.title.said(language()) for veto in line.vetoes) or None,
        line.among or group.ranked, notes(line),
    ]  # fmt: skip
    for code in codes:
        leaf = leaves.get(code)
        if leaf is None:
            row += [None] * 4
        else:
            row += [_short(leaf.value), _short(leaf.standard_error), leaf.n, _short(leaf.points)]
    return row


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def notes(line: Line) -> str:
    """What has to be said of a unit beside its numbers."""
    lowered = {
        "": "",
        "quota": gettext("The points reach a better grade, whose places are taken."),
        "veto": gettext("The grade is limited by a veto."),
    }[line.lowered]
    listed = {
        "": "",
        "bottom": gettext("On the list of the last."),
        "bottom_unsure": gettext("On the list of the last by points; the data do not single it out."),
    }[line.listed]
    return " ".join(sentence for sentence in (why_unranked(line.unranked), lowered, listed) if sentence)


def why_unranked(reason: str) -> str:
    """Why a unit takes no place, as a sentence."""
    words: dict[str, str] = {
        "": "",
        "reference": gettext("Too few answers for a place; the total is for reference."),
        "hidden": gettext("So few answers that their index is not shown."),
        "no_answers": gettext("A component has no answers."),
        "no_value": gettext("A value from elsewhere is missing."),
        "no_sheet": gettext("A sheet of another round gives this unit no total."),
        "thin": gettext("Fewer answers than the scheme asks for."),
    }
    return words[reason]


def value_table(scheme: Scheme, given: Given, judged: Iterable[units.Unit]) -> Table:
    """The table of external values to be filled in for the judged units, with what is known already."""
    leaves = scheme.external_leaves()
    rows = [
        [unit.code, unit.name, *(given.values.get((code, unit.id)) for code in leaves)]
        for unit in judged
        if scheme.for_class(unit.class_code)
    ]
    return ["单位编号", "单位", *leaves] if language() == "zh" else ["unit", "name", *leaves], rows


def extra_table(scheme: Scheme, given: Given, judged: Iterable[units.Unit]) -> Table:
    """The table of bonuses and deductions with what is stored."""
    titles = {extra.code: extra.title.said(language()) for extra in scheme.extras}
    rows = [
        [unit.code, titles.get(code, code), entry.points or None, entry.quantity, entry.level, entry.reason,
         entry.cleared, unit.name]
        for unit in judged
        for code, entries in given.extras.get(unit.id, {}).items()
        for entry in entries
    ]  # fmt: skip
    header = ["单位编号", "项目", "分值", "数量", "级别", "理由", "已销除", "单位"]
    english = ["unit", "item", "points", "quantity", "level", "reason", "cleared", "name"]
    return header if language() == "zh" else english, rows
