"""One sheet of a workbook, cell by cell; what it says about its own size is not believed."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import lru_cache

from survey.base.tables.cells import Spoilt, Why, taken
from survey.base.tables.limits import LONGEST_CELL, Meter
from survey.base.tables.xlsx import shown
from survey.base.tables.xlsx.xml_stream import Listener

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
MOST_MERGES = 100_000
#: short texts of which one copy is kept
MOST_COPIES, LONGEST_COPY = 100_000, 40
_RANGE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})(?::\$?([A-Z]{1,3})\$?(\d{1,7}))?", re.IGNORECASE)
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
#: number of the line in the sheet, and its cells
Numbered = tuple[int, list[str]]


def decoded(text: str) -> str:
    """A text as a person sees it: `_x000D_` is how XLSX writes a character that XML cannot hold.

    >>> decoded("a_x000B_b"), decoded("_x005F_x000B_")
    ('a\\x0bb', '_x000B_')
    """
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


@lru_cache(maxsize=LAST_COLUMN)
def column_of(letters: str) -> int:
    """A column's place, from 0.

    >>> column_of("A"), column_of("AA"), column_of("XFD")
    (0, 26, 16383)
    """
    place = 0
    for letter in letters.upper():
        if not "A" <= letter <= "Z":
            raise ValueError(letters)
        place = place * 26 + ord(letter) - 64
    if not 0 < place <= LAST_COLUMN:
        raise ValueError(letters)
    return place - 1


class BoundedText:
    """The pieces of one text, no longer than a cell may be."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._room = LONGEST_CELL + 1

    def add(self, piece: str) -> None:
        if self._room > 0:
            self._pieces.append(piece[: self._room])
            self._room -= len(piece)

    def __str__(self) -> str:
        return "".join(self._pieces)


class SheetLines(Listener):
    """Hears a sheet and keeps the lines that have something in them."""

    def __init__(self, strings: Sequence[str], shapes: Sequence[shown.Shape], meter: Meter, *, since_1904: bool):
        #: heard since they were taken last
        self.lines: list[Numbered] = []
        self.merges: list[tuple[int, int, int, int]] = []
        self._strings, self._shapes, self._meter, self._since_1904 = strings, shapes, meter, since_1904
        self._row, self._column, self._cells = 0, -1, list[str]()
        self._kind, self._style = "n", "0"
        self._value: str | None = None
        self._formula: str | None = None
        self._words: BoundedText | None = None
        self._inline, self._spoken = BoundedText(), 0
        self._copies: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            place = attributes.get("r")
            self._column = column_of(place.rstrip("0123456789")) if place else self._column + 1
            self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "0")
            self._value = self._formula = None
            self._inline = BoundedText()
        elif name in ("v", "f"):
            self._words = BoundedText()
        elif name == "t" and not self._spoken:
            self._words = self._inline
        elif name == "rPh":
            self._spoken += 1
        elif name == "row":
            self._row = int(attributes.get("r", self._row + 1))
            if not 0 < self._row <= LAST_ROW:
                raise ValueError(self._row)
            self._column, self._cells = -1, []
        elif name == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def text(self, piece: str) -> None:
        if self._words is not None:
            self._words.add(piece)

    def end(self, name: str) -> None:
        if name == "v":
            self._value, self._words = str(self._words), None
        elif name == "c":
            self._put(self._cell())
        elif name == "f":
            self._formula, self._words = f"={self._words}", None
        elif name == "t":
            self._words = None
        elif name == "rPh":
            self._spoken -= 1
        elif name == "row" and self._cells:
            self._meter.line(len(self._cells))
            self.lines.append((self._row, self._cells))
            self._cells = []

    def _put(self, cell: str) -> None:
        if not cell:
            return
        if self._column > LAST_COLUMN:
            raise ValueError(self._column)
        gap = self._column - len(self._cells)
        if gap < 0:
            self._cells[self._column] = cell
            return
        if gap:
            self._cells += [""] * gap
        self._cells.append(cell)

    def _cell(self) -> str:
        """The cell as a person sees it."""
        kind, raw = self._kind, self._value
        if kind == "s" and raw:
            return shown.text(self._strings[int(raw)], self._shape)
        if kind in ("inlineStr", "str", "s"):
            return shown.text(self._copy(taken(decoded(str(self._inline) or raw or ""))), self._shape)
        if not raw:
            return Spoilt(self._formula, Why.FORMULA) if self._formula is not None else ""
        if kind == "e":
            return Spoilt(raw, Why.ERROR)
        if kind == "b":
            return "TRUE" if raw.strip() in ("1", "true") else "FALSE"
        if kind == "d":
            return shown.iso(raw.strip())
        return self._copy(shown.number(raw.strip(), self._shape, since_1904=self._since_1904))

    @property
    def _shape(self) -> shown.Shape:
        place = int(self._style)
        return self._shapes[place] if 0 <= place < len(self._shapes) else shown.GENERAL

    def _copy(self, cell: str) -> str:
        if len(cell) > LONGEST_COPY or isinstance(cell, Spoilt) or len(self._copies) >= MOST_COPIES:
            return cell
        return self._copies.setdefault(cell, cell)

    def _merge(self, area: str) -> None:
        found = _RANGE.fullmatch(area)
        if not found or len(self.merges) >= MOST_MERGES:
            raise ValueError(area)
        left, top, right, bottom = found.groups()
        if right:
            self.merges.append((int(top), column_of(left), int(bottom), column_of(right)))


def fill_merged(lines: list[Numbered], merges: Sequence[tuple[int, int, int, int]], meter: Meter) -> None:
    """Let the value of merged cells hold for the whole range, as far as the table goes."""
    numbers = [number for number, _cells in lines]
    width = max((len(cells) for _number, cells in lines), default=0)
    for top, left, bottom, right in merges:
        first, last = bisect_left(numbers, top), bisect_right(numbers, bottom)
        if first == last or numbers[first] != top or left >= len(lines[first][1]) or not lines[first][1][left]:
            continue
        value, end = lines[first][1][left], min(right + 1, width)
        meter.fill((last - first) * (end - left))
        meter.look_at_the_clock()
        for _number, cells in lines[first:last]:
            cells += [""] * (end - len(cells))
            cells[left:end] = [cell or value for cell in cells[left:end]]
