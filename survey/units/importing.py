"""What all uploads of `units` share: a plan made from a table, which changes nothing until it is carried out."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from flask_babel import get_locale, gettext

from survey.base.errors import Fault, ImportFaults
from survey.base.tables import Row

LONGEST_CODE = 32
LONGEST_NAME = 100


@dataclass(frozen=True)
class PlannedLine:
    """What an upload will do to one thing."""

    line: int
    code: str
    name: str
    #: what was there before; empty = it is new
    before: str = ""


@dataclass(frozen=True)
class UnitPlan:
    """What an upload will do; `carry_out` stores it within the caller's transaction."""

    added: tuple[PlannedLine, ...]
    changed: tuple[PlannedLine, ...]
    #: lines that say what is stored already
    same: int
    carry_out: Callable[[], None] = field(repr=False, compare=False)

    @property
    def total(self) -> int:
        return len(self.added) + len(self.changed)


def heading(name: str, accepted: Sequence[str]) -> str:
    """A column as the reader's own language heads it: the first of the headings that are accepted for it."""
    return name if str(get_locale()) == "en" else accepted[0]


@dataclass
class Faults:
    """The faults found so far in one upload, in the order of its lines."""

    #: the table's columns: name -> headings accepted for it
    columns: Mapping[str, Sequence[str]]
    found: list[Fault] = field(default_factory=list)

    def note(self, row: Row, column: str, remedy: str) -> None:
        title = heading(column, self.columns[column])
        self.found.append(Fault(row.line, title, row.get(column), remedy))

    def check_text(self, row: Row, *, codes: Iterable[str] = (), names: Iterable[str] = ()) -> None:
        """Codes and names that must be there, in a form that can be stored."""
        for column in codes:
            if not re.fullmatch(rf"[\w.-]{{1,{LONGEST_CODE}}}", row.get(column)):
                words = gettext("Give a code of 1 to %(n)s letters, digits, dots or dashes.", n=LONGEST_CODE)
                self.note(row, column, words)
        for column in names:
            if not 1 <= len(row.get(column)) <= LONGEST_NAME:
                self.note(row, column, gettext("Give a name of 1 to %(n)s characters.", n=LONGEST_NAME))

    def check_doubled(self, keyed: Iterable[tuple[Row, Hashable]], column: str) -> None:
        """Lines that name the same thing twice; each comes with the key of what it names."""
        first: dict[Hashable, int] = {}
        for row, key in keyed:
            line = first.setdefault(key, row.line)
            if line != row.line:
                self.note(row, column, gettext("Line %(line)s names the same; keep one of them.", line=line))

    def raise_any(self) -> None:
        """Refuse the upload whole if anything is wrong with it."""
        if self.found:
            words = gettext("Nothing has been stored: %(n)s things in the file must be mended.", n=len(self.found))
            raise ImportFaults(words, sorted(self.found, key=lambda fault: fault.line))
