"""A look at the first lines of an upload, quick also for a long one, so that its columns can be given their meaning."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from survey.base.web import tables

HEAD_BYTES = 64 * 1024
HEAD_ROWS = 4


@dataclass(frozen=True)
class Column:
    """A column of an upload with its first values."""

    heading: str
    examples: tuple[str, ...]


def columns(data: bytes) -> list[Column]:
    """Headings and first values.

    Raises:
        ImportFaults: the file is no table, or it is empty.
    """
    if data[:4] == b"PK\x03\x04":
        data = _head_of_xlsx(data)
    elif len(data) > HEAD_BYTES:
        data = data[: data.rfind(b"\n", 0, HEAD_BYTES) + 1] or data
    table = tables.read(data, columns={}, keep_others=True)
    first = table.rows[: HEAD_ROWS - 1]
    return [Column(heading, tuple(row.get(heading) for row in first)) for heading in table.columns]


def _head_of_xlsx(data: bytes) -> bytes:
    """A workbook's first rows as CSV; what cannot be read is left to `tables.read` to say."""
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        rows = list(book.worksheets[0].iter_rows(max_row=HEAD_ROWS, values_only=True))
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, IndexError, OSError):
        return data
    out = io.StringIO(newline="")
    csv.writer(out).writerows(["" if value is None else value for value in row] for row in rows)
    return out.getvalue().encode()
