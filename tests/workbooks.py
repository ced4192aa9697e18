"""Workbooks for tests: made by openpyxl, or by hand where no honest program would make them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from openpyxl import Workbook

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
SHEET = "xl/worksheets/sheet1.xml"


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def workbook(*rows: Sequence[Any], formats: Mapping[str, str] | None = None) -> bytes:
    """A workbook with one sheet of these rows; cell -> number format."""
    book = Workbook()
    for row in rows:
        book.active.append(list(row))
    for place, code in (formats or {}).items():
        book.active[place].number_format = code
    return saved(book)


def packed(parts: Mapping[str, Iterable[bytes]]) -> bytes:
    """A package of parts, each given in pieces."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as package:
        for name, pieces in parts.items():
            with package.open(name, "w") as part:
                for piece in pieces:
                    part.write(piece)
    return out.getvalue()


def by_hand(
    rows: str | Iterable[bytes],
    *,
    after: str = "",
    strings: Iterable[bytes] | None = None,
    styles: str = "",
    properties: str = "",
) -> bytes:
    """A workbook of the fewest parts.

    Args:
        rows: what stands in the sheet's `sheetData`, as one text or in pieces.
        after: what follows it in the sheet.
        strings: the part of shared strings, in pieces.
        styles: the part of styles.
        properties: attributes of `workbookPr`.
    """
    pieces = [rows.encode()] if isinstance(rows, str) else rows
    parts: dict[str, Iterable[bytes]] = {
        "_rels/.rels": [_relations(("officeDocument", "xl/workbook.xml"))],
        "xl/workbook.xml": [
            f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><workbookPr {properties}/>'
            '<sheets><sheet name="s" sheetId="1" r:id="rId1"/></sheets></workbook>'.encode()
        ],
        "xl/_rels/workbook.xml.rels": [
            _relations(
                ("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "sharedStrings.xml"), ("styles", "styles.xml")
            )
        ],
        SHEET: _around(pieces, f'<worksheet xmlns="{MAIN}"><sheetData>', f"</sheetData>{after}</worksheet>"),
    }
    if strings is not None:
        parts["xl/sharedStrings.xml"] = strings
    if styles:
        parts["xl/styles.xml"] = [styles.encode()]
    return packed(parts)


def edited(data: bytes, name: str, old: str, new: str) -> bytes:
    """A workbook in one part of which something was replaced."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = {part: package.read(part) for part in package.namelist()}
    assert old.encode() in parts[name]
    parts[name] = parts[name].replace(old.encode(), new.encode())
    return packed({part: [content] for part, content in parts.items()})


def _relations(*targets: tuple[str, str]) -> bytes:
    lines = (
        f'<Relationship Id="rId{number}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{PACKAGE}">{"".join(lines)}</Relationships>'.encode()


def _around(pieces: Iterable[bytes], before: str, after: str) -> Iterable[bytes]:
    yield before.encode()
    yield from pieces
    yield after.encode()
