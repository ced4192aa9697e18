"""Headings of a class's table on a score sheet."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import lazy_gettext as _
from markupsafe import Markup

from survey.base.web.columns import Column
from survey.base.web.presentation import number
from survey.score.pages.downloads import language
from survey.score.service import ClassSheet, Part, SheetContent


@dataclass(frozen=True)
class ClassHead:
    """What stands over the lines of a class."""

    columns: list[Column]
    #: whether any unit has a bonus or deduction
    has_extras: bool


def of_classes(sheet: SheetContent) -> dict[str, ClassHead]:
    """Class code -> its head; classes may have different components."""
    return {group.code: _of_class(group, graded=bool(sheet.scheme["graded"])) for group in sheet.classes}


def _of_class(group: ClassSheet, *, graded: bool) -> ClassHead:
    has_extras = any(line.extras for line in group.lines)
    columns = [
        Column(_("Rank"), "number"),
        Column(_("Unit"), more="score-unit"),
        Column(_("Total"), "number"),
        Column(_("95% interval"), "number"),
        Column(_("Places the data allow"), "number"),
        *([Column(_("Grade"))] if graded else []),
        *(_of_part(part) for part in (group.lines[0].parts if group.lines else ())),
        *([Column(_("Bonus and deduction"), "number")] if has_extras else []),
        Column(_("With held answers"), "number"),
    ]
    return ClassHead(columns, has_extras)


def _of_part(part: Part) -> Column:
    """A component: its name, and below it its full marks."""
    full = number(part.full, 0 if part.full == int(part.full) else 1)
    words = Markup('{}<br><span class="fw-normal">/ {}</span>').format(part.title.said(language()), full)
    return Column(words, "number")


def value_digits(part: Part) -> int:
    """Indices are said to four digits, values from elsewhere to two."""
    return 2 if part.source.startswith("external") else 4


def full_digits(part: Part) -> int:
    """Whole full marks are said without digits."""
    return 0 if part.full == int(part.full) else 2
