"""A workbook's package: a ZIP whose parts are unpacked piece by piece; what is none is named for what it is."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from xml.parsers.expat import ExpatError

from flask_babel import gettext

from survey.base.errors import ImportFaults
from survey.base.tables.limits import Meter, whole

PIECE = 64 * 1024
MOST_PARTS = 10_000
ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, struct.error, ExpatError, EOFError, OSError, NotImplementedError),
    *(RuntimeError, ValueError, KeyError, IndexError, OverflowError),
)


def is_package(data: bytes) -> bool:
    return data.startswith(ZIP)


@contextmanager
def damage_named() -> Iterator[None]:
    """Whatever a damaged workbook raises is said as one sentence."""
    try:
        yield
    except _DAMAGE as error:
        raise damaged() from error


def damaged() -> ImportFaults:
    remedy = gettext("Open it in the spreadsheet program and save it again as XLSX.")
    return whole(gettext("The XLSX file cannot be read."), remedy)


class Package:
    """The parts of a workbook by their names, which are compared without case and with either slash."""

    def __init__(self, data: bytes, meter: Meter) -> None:
        """
        Raises:
            ImportFaults: it is damaged, locked, or no XLSX.
        """
        if data.count(b"PK\x01\x02") > MOST_PARTS:
            raise damaged()
        self._meter = meter
        self._file = zipfile.ZipFile(io.BytesIO(data))
        self._parts = {_plain(info.filename): info for info in self._file.infolist()}
        if "xl/workbook.xml" not in self._parts and "_rels/.rels" not in self._parts:
            raise self._something_else()
        if any(name.endswith("workbook.bin") for name in self._parts):
            raise _save_as_xlsx(gettext("This is a binary workbook (.xlsb)."))
        if any(name.startswith(("word/", "ppt/", "visio/")) for name in self._parts):
            raise _save_as_xlsx(gettext("This is a document or a presentation, no workbook."))
        if any(info.flag_bits & 1 for info in self._parts.values()):
            raise locked()

    def __contains__(self, name: str) -> bool:
        return _plain(name) in self._parts

    def pieces(self, name: str) -> Iterator[bytes]:
        """A part, unpacked as it is asked for."""
        info = self._parts[_plain(name)]
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise NotImplementedError(info.compress_type)
        with self._file.open(info) as part:
            while piece := part.read(PIECE):
                self._meter.unpack(len(piece))
                yield piece

    def _something_else(self) -> ImportFaults:
        names = set(self._parts)
        if any(name.endswith(".iwa") or name == "index.zip" for name in names):
            return _save_as_xlsx(gettext("This is a workbook of Numbers (.numbers)."))
        if {"mimetype", "content.xml"} <= names:
            return _save_as_xlsx(gettext("This is a file of OpenDocument (.ods)."))
        if any(name.startswith("xl/") for name in names):
            return damaged()
        remedy = gettext("Unpack it and upload the table that is in it.")
        return whole(gettext("This is a packed file (ZIP) without a workbook in it."), remedy)


def _plain(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def _save_as_xlsx(message: str) -> ImportFaults:
    return whole(message, gettext("Open it in the spreadsheet program and save it as XLSX or CSV."))


def locked() -> ImportFaults:
    remedy = gettext("Open it, take the password away, and save it again as XLSX.")
    return whole(gettext("The workbook is locked with a password."), remedy)


def refuse_other_kinds(data: bytes) -> None:
    """Name what is neither XLSX nor text.

    Raises:
        ImportFaults: an old or locked workbook, a PDF, a picture, a packed file, a web page.
    """
    if data.startswith(OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise locked()
        if any(name.encode("utf-16-le") in data for name in ("Workbook", "Book")):
            raise _save_as_xlsx(gettext("This is a workbook of the old kind (.xls or .et)."))
        raise _save_as_xlsx(gettext("This is a document of an old kind, no workbook."))
    for start, message in (
        (b"%PDF", gettext("This is a PDF.")),
        (b"{\\rtf", gettext("This is a document (RTF).")),
        (b"\x89PNG", gettext("This is a picture.")),
        (b"\xff\xd8\xff", gettext("This is a picture.")),
        (b"Rar!", gettext("This is a packed file.")),
        (b"7z\xbc\xaf", gettext("This is a packed file.")),
        (b"\x1f\x8b", gettext("This is a packed file.")),
    ):
        if data.startswith(start):
            raise whole(message, gettext("Upload the table itself, as XLSX or CSV."))
    if (
        data[:2048]
        .removeprefix(b"\xef\xbb\xbf")
        .lstrip()
        .lower()
        .startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta"))
    ):
        raise _save_as_xlsx(gettext("This is a web page or XML, even if its name ends in .xls."))
