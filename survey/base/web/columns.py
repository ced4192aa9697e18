"""The columns of a table, listed once: the page draws them, and a file of the same page is written from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from flask import Flask

from survey.base.web.presentation import NOTHING, day, moment, number, percent

Kind = Literal["text", "number", "percent", "interval", "day", "moment", "code", "levels"]
#: what stands at the right edge, digit below digit
NUMBERS = {"number", "percent", "interval"}


@dataclass(frozen=True)
class Column:
    """One column: its heading, and how a cell comes from a line.

    A column without `value` is a heading only: the template draws its cells.

    >>> share = Column("Share", "percent", lambda line: line / 10)
    >>> share.text(3), share.value(3), share.css
    ('30.0%', 0.3, 'number')
    """

    #: words, translated or lazily so
    heading: Any
    #: how a value is shown; an "interval" is a pair, "levels" maps a level to its share
    kind: Kind = "text"
    #: line -> what stands in it, as a file takes it
    value: Callable[[Any], Any] | None = None
    #: the heading on the page, where that of a file says more
    short: Any = ""
    #: of a number or interval
    digits: int = 2
    #: further classes of the cells
    more: str = ""
    #: said when a pointer rests on the heading
    title: Any = ""
    #: whether a click on the heading sorts, in tables that the browser sorts
    sorts: bool = True
    #: address behind the heading: where the server sorts by it, or what the column is about
    href: str = ""
    #: the server sorted by it, smallest first
    ascending: bool = False
    #: line -> address that the cell leads to
    link: Callable[[Any], str] | None = None
    #: line -> marks beside the text: words and kind ("good", "warn", "bad" or nothing)
    tags: Callable[[Any], Sequence[tuple[Any, str]]] | None = None
    #: line -> words below the text, in small type
    note: Callable[[Any], Any] | None = None

    @property
    def css(self) -> str:
        """Classes of the cells; heading and cells of numbers stand alike."""
        return " ".join(filter(None, ("number" if self.kind in NUMBERS else "", self.more)))

    def text(self, line: Any) -> str:
        """A cell as the page says it; a missing value is a dash."""
        value: Any = self.value(line) if self.value else ""
        if value is None or value == "":
            return NOTHING
        match self.kind:
            case "number":
                return number(value, self.digits)
            case "percent":
                return percent(value)
            case "interval":
                return f"{number(value[0], self.digits)} – {number(value[1], self.digits)}"
            case "day":
                return day(value)
            case "moment":
                return moment(value)
        return str(value)

    def order(self, line: Any) -> Any:
        """What the cell is sorted by, where its text would not do."""
        if self.kind != "interval" or self.value is None:
            return None
        low = self.value(line)[0]
        return "" if low is None else low


def written(columns: Iterable[Column], lines: Iterable[Any]) -> tuple[list[str], list[list[Any]]]:
    """Heading and rows of a file, for `downloads.table`.

    >>> written([Column("Name"), Column("Half", "number", lambda line: line / 2)], [3])
    (['Half'], [[1.5]])
    """
    filled = [(column, column.value) for column in columns if column.value]
    return [str(column.heading) for column, _value in filled], [[value(line) for _, value in filled] for line in lines]


def options(things: Iterable[Any], value: str = "id", words: str = "name") -> list[tuple[Any, str]]:
    """What a select offers: value and words of each thing; `words` may name several attributes.

    >>> from datetime import date
    >>> options([date(2026, 3, 1)], "year", "month day")
    [(2026, '3 1')]
    """
    return [(getattr(thing, value), " ".join(str(getattr(thing, name)) for name in words.split())) for thing in things]


def init_app(app: Flask) -> None:
    """What templates say: `column(...)` for a heading, `things|options` for a select."""
    app.jinja_env.globals.update(column=Column)
    app.jinja_env.filters.update(options=options)
