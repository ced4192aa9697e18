"""Ratings from files: which words mean which level is named, never guessed; a file is taken whole or not at all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from flask_babel import gettext, lazy_gettext

from survey.base import tables
from survey.base.errors import Fault, ImportFaults, Refused
from survey.base.tables import Row
from survey.collect.questionnaire import all_tags, questionnaire
from survey.collect.rules import CHANNELS, IMPORT, LONGEST_TEXT
from survey.collect.store.recording import NewAnswer, NewResponse
from survey.units import service as units

#: name -> what a file writes -> level
MAPPINGS: dict[str, dict[str, int]] = {
    "words": {
        "非常满意": 5, "很满意": 5, "满意": 4, "比较满意": 4, "基本满意": 3, "一般": 3,
        "不满意": 2, "不太满意": 2, "非常不满意": 1, "很不满意": 1,
        "没遇到或说不清": 0, "说不清": 0, "不了解": 0, "没接触": 0,
    },
    "five": {"5": 5, "4": 4, "3": 3, "2": 2, "1": 1, "0": 0},
    "reversed": {"0": 5, "1": 4, "2": 3, "3": 2, "4": 1},
    "ballot": {"满意": 5, "基本满意": 3, "不满意": 1, "不了解": 0},
    "three": {"High": 5, "Medium": 3, "Low": 1, "高": 5, "中": 3, "低": 1},
}  # fmt: skip
MAPPING_NAMES = {
    "words": lazy_gettext("Words: 非常满意 … 非常不满意"),
    "five": lazy_gettext("Numbers 1–5, 5 is best, 0 is cannot say"),
    "reversed": lazy_gettext("Numbers 0–4, 0 is best"),
    "ballot": lazy_gettext("Ballot: 满意 5, 基本满意 3, 不满意 1, 不了解 0"),
    "three": lazy_gettext("Three words: High 5, Medium 3, Low 1"),
}
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
#: columns that are no words
CODES = ("level", "unit", "window", "day", "channel")
TAG_SEPARATORS = re.compile(r"[|,;、\uff0c\uff1b]")


@dataclass(frozen=True)
class ImportChoice:
    """What somebody decided about a file before it is read."""

    round_id: int
    #: a name of `MAPPINGS`, or pairs such as `Low=1, Medium=3, High=5`
    mapping: str
    #: column -> its heading in this file, where it is called otherwise
    columns: Mapping[str, str] = field(default_factory=dict)
    #: the unit of every line that names none
    unit_code: str = ""
    #: import, or counter for ratings of counters collected elsewhere
    source: str = "import"
    #: the day of every line that names none; empty = the round's last day, or today if that is earlier
    day: date | None = None


@dataclass(frozen=True)
class ImportPlan:
    """What a file would add."""

    responses: tuple[NewResponse, ...]

    @property
    def levels(self) -> Counter[int]:
        return Counter(r.answers[0].level for r in self.responses if r.answers[0].level is not None)

    @property
    def strata(self) -> Counter[str]:
        return Counter(r.stratum for r in self.responses)

    @property
    def days(self) -> tuple[date, date]:
        days = [r.day for r in self.responses]
        return min(days), max(days)


def levels_of(mapping: str) -> dict[str, int]:
    """The levels that a mapping's words mean.

    >>> levels_of("Low=1, High=5")
    {'Low': 1, 'High': 5}

    Raises:
        Refused: neither a known name nor pairs of a word and a level 0–5.
    """
    if mapping in MAPPINGS:
        return MAPPINGS[mapping]
    pairs = [pair.rpartition("=") for pair in re.split(r"[,\uff0c]", mapping) if pair.strip()]
    if not pairs or not all(word.strip() and level.strip() in set("012345") for word, _sign, level in pairs):
        raise Refused(
            gettext("%(mapping)s is not a mapping of levels.", mapping=mapping or "–"),
            remedy=gettext("Name one of %(names)s, or give pairs such as Low=1, High=5.", names=", ".join(MAPPINGS)),
        )
    return {word.strip(): int(level) for word, _sign, level in pairs}


def plan(data: bytes, choice: ImportChoice, today: date) -> ImportPlan:
    """Read a file into responses, without storing any.

    Raises:
        ImportFaults: with every line that does not fit.
    """
    renamed = {name: (heading,) for name, heading in choice.columns.items() if heading}
    known = {name: renamed.get(name, headings) for name, headings in HEADINGS.items()}
    needed = {"level", *renamed}
    table = tables.read(
        data,
        columns={name: headings for name, headings in known.items() if name in needed},
        optional={name: headings for name, headings in known.items() if name not in needed},
        codes=CODES,
        free=("text",),
    )
    reader = _Reader(choice, levels_of(choice.mapping), today)
    responses = [response for row in table.rows if (response := reader.read(row)) is not None]
    if reader.faults:
        raise ImportFaults(gettext("The file was not imported: %(n)s faults.", n=len(reader.faults)), reader.faults)
    if not responses:
        raise ImportFaults(gettext("The file has no ratings."), [Fault(0, "", "", gettext("Add lines."))])
    return ImportPlan(tuple(responses))


class _Reader:
    """Reads lines into responses and notes what is wrong with the others."""

    def __init__(self, choice: ImportChoice, levels: Mapping[str, int], today: date) -> None:
        self.choice = choice
        self.levels = {tables.as_code(word).casefold(): level for word, level in levels.items()}
        self.round = units.round_(choice.round_id)
        self.day = choice.day or min(self.round.closes_on, max(today, self.round.opens_on))
        self.units = {unit.code: unit.id for unit in units.units(active_only=False)}
        self.windows = {window.code: window for window in units.windows()}
        self.form = questionnaire("W1")
        self.tags = {name: tag.code for tag in all_tags().values() for name in (tag.code, tag.text_zh, tag.text_en)}
        self.faults: list[Fault] = []

    def read(self, row: Row) -> NewResponse | None:
        before = len(self.faults)
        level = self.levels.get(row.get("level").casefold())
        if level is None:
            words = ", ".join(self.levels)
            self.fault(row, "level", gettext("Write one of: %(words)s.", words=words))
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
            round_id=self.round.id,
            source=self.choice.source,
            day=day,
            questionnaire=self.form.code,
            channel=channel,
            window_id=window.id if window else None,
            unit_id=unit_id,
            group_code=row.get("group"),
            stratum=row.get("stratum"),
            answers=(NewAnswer(self.form.overall.code, level),),
            tags=tags,
            texts={"text": row.get("text")},
        )

    def fault(self, row: Row, column: str, remedy: str) -> None:
        heading = self.choice.columns.get(column) or HEADINGS[column][0]
        self.faults.append(Fault(row.line, heading, row.get(column), remedy))

    def _window(self, row: Row) -> units.Window | None:
        code = row.get("window")
        if not code:
            if self.choice.source == "counter":
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
        if not self.round.holds(day):
            first, last = self.round.opens_on, self.round.closes_on
            self.fault(row, "day", gettext("Use a day of the round: %(first)s to %(last)s.", first=first, last=last))
        return day

    def _channel(self, row: Row) -> int:
        text = row.get("channel")
        if not text:
            return IMPORT
        if text not in {str(channel) for channel in CHANNELS}:
            numbers = ", ".join(str(channel) for channel in CHANNELS)
            self.fault(row, "channel", gettext("Use a channel number: %(numbers)s.", numbers=numbers))
            return IMPORT
        return int(text)

    def _tags(self, row: Row) -> Sequence[str]:
        words = [word.strip() for word in TAG_SEPARATORS.split(row.get("tags")) if word.strip()]
        if unknown := [word for word in words if word not in self.tags]:
            self.fault(row, "tags", gettext("Remove reasons that are not on the list: %(t)s.", t=", ".join(unknown)))
        return [self.tags[word] for word in words if word in self.tags]
