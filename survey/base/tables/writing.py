"""Tables out: CSV and XLSX that a spreadsheet program opens as they are, that hold no live formula, and that `read`
gives back as the same texts."""

from __future__ import annotations

import csv
import io
import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import chain, islice
from numbers import Integral, Real
from typing import Any

from flask_babel import gettext
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from survey.base.store import demo
from survey.base.tables.cells import LIVE, UNSPEAKABLE
from survey.base.tables.xlsx.shown import MOST_EXACT

#: lines by which a column's width is chosen
MEASURED = 200
NARROWEST, WIDEST = 8, 60
#: lines of one sheet below its heading
MOST_LINES = 1_048_575
LONGEST_TEXT = 32_767
#: as openpyxl would store it, but that a spreadsheet reads as something else
_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_NO_TITLE = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
#: below it a number with four decimals shows nothing
_SMALL = 0.0001


def neutral(value: Any) -> Any:
    """A value that no spreadsheet takes for a formula: text beginning like one gets an apostrophe in front.

    >>> neutral("=1+1"), neutral(-3), neutral("满意"), neutral("'=x")
    ("'=1+1", -3, '满意', "''=x")
    """
    return "'" + value if isinstance(value, str) and value.strip() and LIVE.match(value) else value


def _storable(value: Any) -> Any:
    """A value that every table can hold: text without control characters, exact numbers, days without a zone.

    >>> _storable("城建局\\x0b审批科"), _storable(float("nan")), _storable(911100001000134012)
    ('城建局审批科', None, '911100001000134012')
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Integral):
        return int(value) if abs(int(value)) < MOST_EXACT else str(value)
    if isinstance(value, Real) or type(value).__name__ == "Decimal":
        return float(value) if math.isfinite(value) else None
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    return value if isinstance(value, date) else UNSPEAKABLE.sub("", str(value))


def write_csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """CSV that Excel opens with its Chinese intact: UTF-8 with a byte-order mark, and the demonstration mark."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    for row in _marked(header, rows):
        writer.writerow([neutral(_storable(value)) for value in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def write_xlsx(sheets: Mapping[str, tuple[Sequence[str], Iterable[Sequence[Any]]]]) -> bytes:
    """A workbook: sheet title -> (header, rows); with filters, widths and formats, text being text even where it looks
    like a formula, and numbers numbers."""
    book = Workbook(write_only=True)
    for title, (header, rows) in sheets.items():
        lines = _marked(header, rows)
        heading = next(lines)
        more = True
        while more:  # what one sheet cannot hold goes on in the next
            part = islice(lines, MOST_LINES)
            _fill(book.create_sheet(_NO_TITLE.sub(" ", title)[:25].strip("' ") or None), heading, part)
            following = next(lines, None)
            more = following is not None
            lines = chain([following], lines) if following is not None else lines
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _marked(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[list[Any]]:
    """The heading and the lines, with the demonstration mark while it stands."""
    mark = demo.label()
    yield [*header, *([gettext("Kind of data")] if mark else [])]
    for row in rows:
        yield [*row, *([mark] if mark else [])]


def _fill(sheet: Any, heading: list[Any], lines: Iterator[list[Any]]) -> None:
    first = [[_storable(value) for value in line] for line in islice(lines, MEASURED)]
    for place, width in enumerate(_widths([heading, *first]), 1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.freeze_panes = "A2"
    cells = [_cell(sheet, _storable(value)) for value in heading]
    for cell in cells:
        cell.font = Font(bold=True)
    sheet.append(cells)
    count = 1
    for line in chain(first, lines):
        sheet.append([_cell(sheet, _storable(value)) for value in line])
        count += 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(max(1, len(heading)))}{count}"


def _cell(sheet: Any, value: Any) -> Any:
    """A cell of the right kind; openpyxl itself makes a formula of `=1+1` and an error of `#N/A`."""
    if isinstance(value, str):
        guarded = neutral(value) if value.startswith("'") else value
        cell = WriteOnlyCell(sheet, _ESCAPED.sub("_x005F_", guarded).replace("\r", "_x000D_")[:LONGEST_TEXT])
        cell.data_type = "s"
        if LIVE.match(value):
            cell.quotePrefix = True  # stays text also when somebody edits it
        return cell
    cell = WriteOnlyCell(sheet, value if not isinstance(value, date) or value.year >= 1900 else f"{value:%Y-%m-%d}")
    if isinstance(value, datetime):
        cell.number_format = "yyyy-mm-dd hh:mm"
    elif isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"
    elif isinstance(value, float):
        cell.number_format = "0.00##" if not value or abs(value) >= _SMALL else "General"
    return cell


def _widths(lines: Sequence[Sequence[Any]]) -> list[int]:
    """How wide each column must be for what stands in it; Chinese is twice as wide.

    >>> _widths([["编号", "单位名称"], [1, "省教育厅政务服务处"]])
    [8, 20]
    """
    columns = max(map(len, lines))
    found = [max((_width(line[place]) for line in lines if place < len(line)), default=0) for place in range(columns)]
    return [min(WIDEST, max(NARROWEST, width + 2)) for width in found]


def _width(value: Any) -> int:
    shown = "" if value is None else f"{value:.4f}" if isinstance(value, float) else str(value)[: WIDEST * 2]
    return max(
        (sum(1 + (unicodedata.east_asian_width(c) in "WF") for c in line) for line in shown.splitlines()), default=0
    )
