"""Ratings from files: which words mean which level is named, never guessed; a file is taken whole or not at all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from flask_babel import gettext

from survey.base import tables
from survey.base.errors import Fault, ImportFaults, Refused
from survey.base.tables import Row
from survey.collect.rules import LONGEST_TEXT
from survey.collect.store.recording import NewAnswer, NewResponse
from survey.questions import service as questions
from survey.units import service as units

#: column -> headings that mean it without being told
HEADINGS: dict[str, tuple[str, ...]] = {
    "level": ("满意度", "评价", "满意程度", "satisfaction", "rating"),
    "unit": ("单位代码", "单位编码", "单位", "unit code"),
    "window": ("窗口代码", "窗口编码", "窗口", "window code", "counter"),
    "day": ("日期", "评价日期", "评价时间", "date"),
    "stratum": ("层", "分层"),
    "group": ("评议主体", "群体"),
    "channel": ("渠道", "评价渠道"),
    "tags": ("标签", "原因"),
    "text": ("意见", "文字评价", "意见建议", "comment"),
}
#: headings of weights: nothing here knows what they stand for, so that a file with them is not taken half
WEIGHTS = ("权重", "权数", "加权", "weight", "weights")
#: columns that are no words
CODES = ("level", "unit", "window", "day", "channel")
#: stands in a response until a file is known to be whole and its collection is found or made
NO_COLLECTION = 0
TAG_SEPARATORS = re.compile(r"[|,;、\uff0c\uff1b]")


@dataclass(frozen=True)
class ImportChoice:
    """What somebody decided about a file before it is read."""

    #: a name of `MAPPING_NAMES`, or pairs such as `Low=1, Medium=3, High=5`
    mapping: str
    #: column -> its heading in this file, where it is called otherwise
    columns: Mapping[str, str] = field(default_factory=dict)
    #: the unit of every line that names none
    unit_code: str = ""
    #: import, or counter for ratings of counters collected elsewhere
    kind: str = "import"
    #: which form the answers belong to
    form: str = "W1"
    #: group of raters; empty = the lines say it, or nobody does
    group: str = ""
    #: the day of every line that names none; empty = today
    day: date | None = None


@dataclass(frozen=True)
class ImportPlan:
    """What a file would add."""

    responses: tuple[NewResponse, ...]
    scale: questions.Scale
    #: code of the overall question, whose levels are shown
    overall: str = ""
    #: codes of the questions that have a column
    items: tuple[str, ...] = ()
    #: headings of columns that are not read
    unused: tuple[str, ...] = ()

    @property
    def levels(self) -> Counter[int]:
        """Answers to the overall question at each level."""
        return Counter(
            answer.level
            for response in self.responses
            for answer in response.answers
            if answer.question == self.overall and answer.level is not None
        )

    @property
    def strata(self) -> Counter[str]:
        return Counter(r.stratum for r in self.responses)

    @property
    def days(self) -> tuple[date, date]:
        days = [r.day for r in self.responses]
        return min(days), max(days)


def plan(data: bytes, choice: ImportChoice, today: date) -> ImportPlan:
    """Read a file into responses that belong to no collection yet, without storing any.

    Args:
        data: the file.
        choice: how it is to be read.
        today: no line may lie after it.

    Raises:
        ImportFaults: with every line that does not fit.
    """
    renamed = {name: (heading,) for name, heading in choice.columns.items() if heading}
    known = {name: renamed.get(name, headings) for name, headings in HEADINGS.items()}
    form = questions.require_form(choice.form)
    items = {question.code: (question.words.zh, question.words.en) for question in form.questions}
    needed = {"level", *renamed}
    known |= items
    known["level"] = (*known["level"], *(items.pop(form.overall.code)), form.overall.code)
    del known[form.overall.code]
    table = tables.read(
        data,
        columns={name: headings for name, headings in known.items() if name in needed},
        optional={name: headings for name, headings in known.items() if name not in needed},
        codes=(*CODES, *items),
        free=("text",),
    )
    _refuse_weights(table)
    reader = _Reader(choice, today)
    responses = [response for row in table.rows if (response := reader.read(row)) is not None]
    if reader.faults:
        raise ImportFaults(gettext("The file was not imported: %(n)s faults.", n=len(reader.faults)), reader.faults)
    if not responses:
        raise ImportFaults(gettext("The file has no ratings."), [Fault(0, "", "", gettext("Add lines."))])
    brought = tuple(code for code in (form.overall.code, *items) if code in table.columns or code == form.overall.code)
    return ImportPlan(tuple(responses), reader.scale, form.overall.code, brought, table.unused)


def _refuse_weights(table: tables.Table) -> None:
    """A column of weights would change every index; whoever leaves it out has decided so."""
    found = [heading for heading in table.unused if heading.replace(" ", "").casefold() in WEIGHTS]
    if not found:
        return
    remedy = gettext(
        "Weights are not taken from files: ratings are weighted to the caseload, drawn answers by their design. Remove "
        "the column if every line is to count once, or bring the survey in as a wave with its frame."
    )
    raise ImportFaults(
        gettext("The file was not imported: it has weights."), [Fault(1, heading, heading, remedy) for heading in found]
    )


def _scale_of(form: questions.Questionnaire) -> questions.Scale:
    """
    Raises:
        Refused: the form is answered by scores.
    """
    if form.scale is None:
        raise Refused(
            gettext("The form %(code)s is answered by scores, not by levels.", code=form.code),
            remedy=gettext("Choose a form with levels."),
        )
    return form.scale


class _Reader:
    """Reads lines into responses and notes what is wrong with the others."""

    def __init__(self, choice: ImportChoice, today: date) -> None:
        self.choice = choice
        self.form = questions.require_form(choice.form)
        self.scale = _scale_of(self.form)
        levels = questions.levels_of(choice.mapping, self.scale)
        self.levels = {tables.as_code(word).casefold(): level for word, level in levels.items()}
        self.today, self.day = today, choice.day or today
        self.units = {unit.code: unit.id for unit in units.units(active_only=False)}
        self.windows = {window.code: window for window in units.windows()}
        self.items = [question.code for question in self.form.questions if not question.overall]
        self.channels = {str(number): number for number in questions.CHANNELS}
        self.channels |= questions.CHANNEL_CODES
        self.channels |= {str(name): number for number, name in questions.CHANNEL_NAMES.items()}
        self.tags = {
            name: tag.code for tag in questions.all_tags().values() for name in (tag.code, tag.words.zh, tag.words.en)
        }
        self.faults: list[Fault] = []

    def read(self, row: Row) -> NewResponse | None:
        before = len(self.faults)
        level = self.levels.get(row.get("level").casefold())
        if level is None:
            words = ", ".join(self.levels)
            self.fault(row, "level", gettext("Write one of: %(words)s.", words=words))
        answers = [NewAnswer(self.form.overall.code, level), *self._items(row)]
        window = self._window(row)
        unit_id = window.unit_id if window else self._unit(row)
        day, channel, tags = self._day(row), self._channel(row), self._tags(row)
        if len(row.get("text")) > LONGEST_TEXT:
            self.fault(row, "text", gettext("Shorten it to %(n)s characters.", n=LONGEST_TEXT))
        for column, longest in (("stratum", 200), ("group", 64)):
            if len(row.get(column)) > longest:
                self.fault(row, column, gettext("Shorten it to %(n)s characters.", n=longest))
        if len(self.faults) > before:
            return None
        return NewResponse(
            collection_id=NO_COLLECTION,
            day=day,
            questionnaire=self.form.code,
            channel=channel,
            window_id=window.id if window else None,
            unit_id=unit_id,
            group_code=row.get("group") or self.choice.group,
            stratum=row.get("stratum"),
            answers=answers,
            tags=tags,
            texts={"text": row.get("text")},
        )

    def _items(self, row: Row) -> list[NewAnswer]:
        """Answers to the other questions; an empty cell is no answer."""
        found = []
        for code in self.items:
            word = row.get(code)
            if word and word.casefold() not in self.levels:
                self.fault(row, code, gettext("Write one of: %(words)s.", words=", ".join(self.levels)))
            elif word:
                found.append(NewAnswer(code, self.levels[word.casefold()]))
        return found

    def fault(self, row: Row, column: str, remedy: str) -> None:
        heading = self.choice.columns.get(column) or HEADINGS.get(column, (column,))[0]
        self.faults.append(Fault(row.line, heading, row.get(column), remedy))

    def _window(self, row: Row) -> units.Window | None:
        code = row.get("window")
        if not code:
            if self.choice.kind == "counter":
                self.fault(row, "window", gettext("Name the counter: a counter rating needs one."))
            return None
        window = self.windows.get(code)
        if window is None:
            self.fault(row, "window", gettext("Add this counter first, or correct its code."))
        elif row.get("unit") and self.units.get(row.get("unit")) != window.unit_id:
            self.fault(row, "unit", gettext("The counter belongs to another unit; correct one of the two."))
        return window

    def _unit(self, row: Row) -> int | None:
        code = row.get("unit") or self.choice.unit_code
        if code not in self.units and not row.get("window"):
            self.fault(row, "unit", gettext("Add this unit first, or correct its code."))
        return self.units.get(code)

    def _day(self, row: Row) -> date:
        if not row.get("day"):
            return self.day
        day = tables.day_of(row.get("day"))
        if day is None:
            self.fault(row, "day", gettext("Write the day as 2026-03-31."))
            return self.day
        if day > self.today:
            self.fault(row, "day", gettext("This day has not come yet; correct it."))
        return day

    def _channel(self, row: Row) -> int:
        text = row.get("channel")
        if not text:
            return questions.FILE
        if text not in self.channels:
            numbers = ", ".join(f"{number} {name}" for number, name in questions.CHANNEL_NAMES.items())
            self.fault(row, "channel", gettext("Use a channel number: %(numbers)s.", numbers=numbers))
            return questions.FILE
        return self.channels[text]

    def _tags(self, row: Row) -> Sequence[str]:
        words = [word.strip() for word in TAG_SEPARATORS.split(row.get("tags")) if word.strip()]
        if unknown := [word for word in words if word not in self.tags]:
            self.fault(row, "tags", gettext("Remove reasons that are not on the list: %(t)s.", t=", ".join(unknown)))
        return [self.tags[word] for word in words if word in self.tags]
