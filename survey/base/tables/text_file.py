"""Tables as text: UTF-8, GB18030 or UTF-16; comma, semicolon or tab, told by the headings they make."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Collection, Iterator

from flask_babel import gettext

from survey.base.tables.cells import taken
from survey.base.tables.headings import MOST_TITLES, plain
from survey.base.tables.limits import LONGEST_LINE, MOST_COLUMNS, Meter, whole

DELIMITERS = (",", ";", "\t")
PIECE = 1024 * 1024
SAMPLE = 256 * 1024
#: physical lines of one line of the table
MOST_PIECES = 10_000
#: Excel's own way to name the delimiter
_SEPARATOR = re.compile(r"""\ufeff?"?sep=(\\t|[^\w"\r\n])"?[,;\t ]*[\r\n]*""", re.IGNORECASE)


class TextFile:
    """A table as text."""

    def __init__(self, data: bytes, meter: Meter, headings: Collection[str]) -> None:
        """
        Args:
            data: the file's bytes.
            meter: what reading it may cost.
            headings: known ones, as they are compared; they tell which delimiter is meant.

        Raises:
            ImportFaults: it is no text.
        """
        self._data, self._meter = data, meter
        self._codec = _codec(data)
        self.encoding = self._codec.removesuffix("-sig").removesuffix("-le").removesuffix("-be")
        with self._opened() as text:
            start = text.readline(LONGEST_LINE)
            self._named = _SEPARATOR.fullmatch(start)
            sample = ([] if self._named else [start]) + text.read(SAMPLE).splitlines(keepends=True)
        named = self._named[1].replace("\\t", "\t") if self._named else ""
        self._delimiter = named or _delimiter(sample[:MOST_TITLES], headings)

    def stream(self) -> Iterator[tuple[int, list[str]]]:
        """The filled lines one by one; the line that names the delimiter is not counted."""
        with self._opened() as text:
            if self._named:
                text.readline(LONGEST_LINE)
            source = _Lines(text)
            try:
                for number, record in enumerate(csv.reader(source, delimiter=self._delimiter), 1):
                    source.pieces = source.length = 0
                    if cells := self._cells(number, record):
                        yield number, cells
            except csv.Error as error:
                remedy = gettext("Save it again as CSV from the spreadsheet program.")
                raise whole(gettext("The file is not a table of comma-separated values."), remedy) from error

    def _cells(self, number: int, record: list[str]) -> list[str]:
        cells = [taken(cell) for cell in record]
        filled = next((place for place in range(len(cells), 0, -1) if cells[place - 1]), 0)
        self._meter.line(filled, number)
        if not filled:
            return []
        del cells[max(filled, MOST_COLUMNS) :]
        self._meter.fill(len(cells) - filled)
        return cells

    def _opened(self) -> io.TextIOWrapper:
        return io.TextIOWrapper(io.BytesIO(self._data), encoding=self._codec, newline="")


class _Lines(Iterator[str]):
    """Physical lines, none without end, so that a quotation mark that is never closed does not take the whole file."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self.pieces = self.length = 0

    def __next__(self) -> str:
        line = self._text.readline(LONGEST_LINE)
        if not line:
            raise StopIteration
        self.pieces += 1
        self.length += len(line)
        if self.length >= LONGEST_LINE or self.pieces > MOST_PIECES:
            remedy = gettext("Look for a quotation mark that is not closed, or save it again as CSV.")
            raise whole(gettext("A line of the file does not end."), remedy, line[:40])
        return line


def _delimiter(sample: list[str], headings: Collection[str]) -> str:
    """The delimiter that makes the most known headings; else the one most used in the first line that has any.

    >>> _delimiter(["名单, 2026\\n", "编号\\t名称\\n"], {"编号", "名称"}), _delimiter(["a;b,c;d\\n"], ())
    ('\\t', ';')
    """
    known = {delimiter: _known(sample, delimiter, headings) for delimiter in DELIMITERS}
    best = max(DELIMITERS, key=lambda delimiter: known[delimiter])
    if known[best] > 1 or (known[best] and sum(map(bool, known.values())) == 1):
        return best
    line = next((line for line in sample if any(delimiter in line for delimiter in DELIMITERS)), "")
    return max(DELIMITERS, key=line.count)


def _known(sample: list[str], delimiter: str, headings: Collection[str]) -> int:
    try:
        return max(
            (len({plain(cell) for cell in line} & set(headings)) for line in csv.reader(sample, delimiter=delimiter)),
            default=0,
        )
    except csv.Error:
        return 0


def _codec(data: bytes) -> str:
    remedy = gettext("Save it as CSV in UTF-8 or GBK, or as XLSX.")
    codec = _wide(data)
    if codec:
        if _decodes(data, codec):
            return codec
        raise whole(gettext("The file is not text."), remedy)
    if b"\x00" in data:
        raise whole(gettext("The file is not text."), remedy)
    for codec in ("utf-8-sig", "gb18030"):
        if _decodes(data, codec):
            return codec
    raise whole(gettext("The file is neither UTF-8 nor GBK."), remedy)


def _wide(data: bytes) -> str:
    """UTF-16, told by its mark or by every other byte of its line ends and figures being nothing.

    >>> _wide("编号\\t1\\n".encode("utf-16-le")), _wide(b"\\xfe\\xff\\x00a"), _wide(b"a,b"), _wide(b"\\x00\\x01\\x02")
    ('utf-16-le', 'utf-16', '', '')
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    start = data[: 4096 // 2 * 2]
    first, second = start[0::2].count(0), start[1::2].count(0)
    if len(data) % 2 or bool(first) == bool(second):
        return ""
    ends = [delimiter.encode("utf-16-le" if second else "utf-16-be") for delimiter in ("\n", "\t", ",", ";")]
    return ("utf-16-le" if second else "utf-16-be") if any(end in start for end in ends) else ""


def _decodes(data: bytes, codec: str) -> bool:
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        for start in range(0, len(data), PIECE):
            decoder.decode(data[start : start + PIECE])
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True
