"""Files handed to the browser: their names, kinds and formats, said once.

A name is lower-case words with hyphens, then what the file is of: `indices-3-poll.csv`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from flask import Response

from survey.base import tables

#: heading and rows
Rows = tuple[Sequence[str], Iterable[Sequence[Any]]]
MEDIA_TYPES = {
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".svg": "image/svg+xml; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".yaml": "application/yaml",
}


def disposition(name: str) -> str:
    """The header that has a file saved under its name (RFC 6266); a Chinese name is written as RFC 8187 has it.

    >>> disposition("indices-3.csv")
    'attachment; filename="indices-3.csv"'
    >>> disposition("成绩单-1.csv")
    'attachment; filename="1.csv"; filename*=UTF-8\\'\\'%E6%88%90%E7%BB%A9%E5%8D%95-1.csv'
    """
    plain = "".join(letter for letter in name if " " <= letter <= "~" and letter not in '"\\%').lstrip("-")
    extended = "" if plain == name else f"; filename*=UTF-8''{quote(name, safe='')}"
    return f'attachment; filename="{plain}"{extended}'


def attachment(data: bytes | str, name: str) -> Response:
    """A file to be saved under a name, whose ending says what it is."""
    kind = MEDIA_TYPES[PurePath(name).suffix]
    return Response(data, content_type=kind, headers={"Content-Disposition": disposition(name)})


def table(name: str, ending: str, rows: Rows, *, title: str = "") -> Response:
    """A table as CSV or XLSX.

    Args:
        name: of the file, without its ending.
        ending: of the address; one that is no format gives CSV.
        rows: heading and rows.
        title: of the sheet in a workbook, if not the name.
    """
    if ending == "xlsx":
        return attachment(tables.write_xlsx({title or name: rows}), f"{name}.xlsx")
    return attachment(tables.write_csv(*rows), f"{name}.csv")


def picture(data: bytes | str, ending: str, *, seconds: int = 0) -> Response:
    """A picture that a page shows, kept by the reader's own browser for so long."""
    headers = {"Cache-Control": f"private, max-age={seconds}"} if seconds else {}
    return Response(data, content_type=MEDIA_TYPES[f".{ending}"], headers=headers)
