"""Tables in and out: CSV (UTF-8, GB18030) and XLSX read into rows that know their line; written so that Excel opens
them as they are and no cell turns into a live formula."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font
from openpyxl.utils.exceptions import InvalidFileException

from survey.base.errors import Fault, ImportFaults
from survey.base.web import demo

MOST_ROWS = 2_000_000
LONGEST_CELL = 20_000
#: a cell beginning so would be a formula to a spreadsheet
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Row:
    """One line of an uploaded table."""

    #: line in the file, the header being line 1
    line: int
    #: column -> text, stripped; a column that the file lacks is absent
    cells: Mapping[str, str]

    def get(self, column: str) -> str:
        return self.cells.get(column, "")

    def fault(self, column: str, remedy: str) -> Fault:
        return Fault(self.line, column, self.get(column), remedy)


@dataclass(frozen=True)
class Table:
    """An uploaded table."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    #: how the bytes were read: utf-8, gb18030 or xlsx
    encoding: str


def read(
    data: bytes,
    *,
    columns: Mapping[str, Sequence[str]],
    optional: Mapping[str, Sequence[str]] | None = None,
    keep_others: bool = False,
) -> Table:
    """Read an upload.

    Args:
        data: the file's bytes; XLSX is told by its first bytes, all else is CSV (comma, semicolon or tab).
        columns: needed columns: name -> headings accepted for it besides the name, e.g. ``{"code": ("编号", "代码")}``.
        optional: columns that may be missing.
        keep_others: keep unknown columns under their own headings; otherwise they are left out.

    Returns:
        The table with its columns renamed to the given names; empty lines left out.

    Raises:
        ImportFaults: not readable, empty, a column missing or twice, a cell too long.

    >>> table = read("编号,名称\\n101,省教育厅\\n".encode("gb18030"), columns={"code": ("编号",), "name": ("名称",)})
    >>> table.encoding, table.rows[0].line, table.rows[0].get("name")
    ('gb18030', 2, '省教育厅')
    """
    lines, encoding = _lines_of_xlsx(data) if data[:4] == b"PK\x03\x04" else _lines_of_csv(data)
    numbered = [(number, line) for number, line in enumerate(lines, 1) if any(line)]
    if not numbered:
        raise _whole(gettext("The file is empty."), gettext("Upload a file with a heading line and one line per item."))
    if len(numbered) > MOST_ROWS:
        raise _whole(gettext("The file is too long."), gettext("Split it; %(n)s lines at most.", n=MOST_ROWS))
    names = _names(numbered[0][1], {**columns, **(optional or {})}, set(columns), keep_others)
    rows = [
        Row(number, {name: cell for name, cell in zip(names, line, strict=False) if name})
        for number, line in numbered[1:]
    ]
    faults = [
        Fault(row.line, name, cell[:40] + "…", gettext("Shorten the cell to %(n)s characters.", n=LONGEST_CELL))
        for row in rows
        for name, cell in row.cells.items()
        if len(cell) > LONGEST_CELL
    ]
    if faults:
        raise ImportFaults(gettext("Some cells are too long."), faults)
    return Table(tuple(name for name in names if name), tuple(rows), encoding)


def _whole(message: str, remedy: str, value: str = "") -> ImportFaults:
    return ImportFaults(message, [Fault(0, "", value, remedy)])


def _lines_of_csv(data: bytes) -> tuple[list[list[str]], str]:
    text, encoding = _decode(data)
    sample = text[:4096].split("\n", 1)[0]
    delimiter = max(",;\t", key=sample.count)
    csv.field_size_limit(max(csv.field_size_limit(), 1_000_000))
    try:
        lines = [
            [cell.strip() for cell in line] for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        ]
    except csv.Error as error:
        remedy = gettext("Save it again as CSV from the spreadsheet program.")
        raise _whole(gettext("The file is not a table of comma-separated values."), remedy, str(error)) from error
    return lines, encoding


def _decode(data: bytes) -> tuple[str, str]:
    remedy = gettext("Save it as CSV in UTF-8 or GBK, or as XLSX.")
    if b"\x00" in data:
        raise _whole(gettext("The file is not text."), remedy)
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding), encoding.removesuffix("-sig")
        except UnicodeDecodeError:
            continue
    raise _whole(gettext("The file is neither UTF-8 nor GBK."), remedy)


def _lines_of_xlsx(data: bytes) -> tuple[list[list[str]], str]:
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        lines = [[_cell_text(value) for value in line] for line in sheet.iter_rows(values_only=True)]
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, IndexError, OSError) as error:
        remedy = gettext("Open it in the spreadsheet program and save it again as XLSX.")
        raise _whole(gettext("The XLSX file cannot be read."), remedy, str(error)) from error
    return lines, "xlsx"


def _cell_text(value: Any) -> str:
    """A cell as a person sees it: dates in ISO form, whole numbers without a decimal point.

    >>> _cell_text(101.0), _cell_text(datetime(2026, 3, 1)), _cell_text(None), _cell_text(0.5)
    ('101', '2026-03-01', '', '0.5')
    """
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _names(header: list[str], known: Mapping[str, Sequence[str]], needed: set[str], keep: bool) -> list[str]:
    meaning = {heading.casefold(): name for name, headings in known.items() for heading in (name, *headings)}
    names = [meaning.get(cell.casefold(), cell if keep else "") for cell in header]
    faults = [
        Fault(
            1,
            name,
            ", ".join(header)[:80],
            gettext("Add a column named %(names)s.", names=" / ".join([*known[name], name])),
        )
        for name in sorted(needed - set(names))
    ]
    doubled = {name for name in names if name and names.count(name) > 1}
    faults += [Fault(1, name, name, gettext("This column stands twice; keep one.")) for name in sorted(doubled)]
    if faults:
        raise ImportFaults(gettext("The heading line does not fit."), faults)
    return names


def neutral(value: Any) -> Any:
    """A value that no spreadsheet takes for a formula: text beginning like one gets an apostrophe in front.

    >>> neutral("=1+1"), neutral(-3), neutral("满意")
    ("'=1+1", -3, '满意')
    """
    return "'" + value if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


def write_csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """CSV that Excel opens with its Chinese intact: UTF-8 with a byte-order mark, and the demonstration mark."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    mark = demo.label()
    writer.writerow([*header, *([gettext("Kind of data")] if mark else [])])
    for row in rows:
        writer.writerow([*("" if value is None else neutral(value) for value in row), *([mark] if mark else [])])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def write_xlsx(sheets: Mapping[str, tuple[Sequence[str], Iterable[Sequence[Any]]]]) -> bytes:
    """A workbook: sheet title -> (header, rows); text stays text even where it looks like a formula."""
    book = Workbook()
    del book[book.sheetnames[0]]
    mark = demo.label()
    for title, (header, rows) in sheets.items():
        sheet = book.create_sheet(title[:31])
        _append(sheet, [*header, *([gettext("Kind of data")] if mark else [])])
        for row in rows:
            _append(sheet, [*row, *([mark] if mark else [])])
        for cell in sheet[1]:
            cell.font = Font(bold=True)
        sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _append(sheet: Any, row: Sequence[Any]) -> None:
    sheet.append([_plain(value) for value in row])
    for cell in sheet[sheet.max_row]:
        if isinstance(cell.value, str):
            cell.data_type = "s"  # openpyxl makes a live formula of "=1+1" otherwise


def _plain(value: Any) -> Any:
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value
