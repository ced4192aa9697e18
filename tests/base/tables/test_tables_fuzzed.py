"""Whatever is uploaded ends as a table or as a sentence."""

from __future__ import annotations

import io
import zipfile

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from survey.base import tables
from survey.base.errors import ImportFaults
from tests.workbooks import SHEET, packed, workbook

COLUMNS = {"code": ("编号",)}
BOOK = workbook(("编号", "名称"), ("1", 5), ("=1+1", "#N/A"), formats={"B2": "yyyy-mm-dd"})
with zipfile.ZipFile(io.BytesIO(BOOK)) as package:
    PARTS = {name: package.read(name) for name in package.namelist()}
READ = ["_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml", SHEET]
FUZZ = settings(suppress_health_check=list(HealthCheck), max_examples=300, deadline=None)
PIECES = st.sampled_from(
    [b"<c>", b"</c>", b"<row>", b'"', b"<v>", b"9" * 400, b"1E999", b"-", b"<!--", b"&", b"\x00", b"\xff", b"r='A0'"]
)


@pytest.fixture(autouse=True)
def context(app: Flask):
    with app.app_context():
        yield


def ends_well(data: bytes) -> None:
    for door in (lambda: tables.read(data, columns=COLUMNS, codes=("code",)), lambda: tables.head(data, 3)):
        try:
            table = door()
        except ImportFaults as error:
            assert error.message
            assert all(fault.remedy for fault in error.faults)
            assert error.groups
        else:
            assert all(isinstance(cell, str) for row in table.rows for cell in row.cells.values())


@FUZZ
@given(
    data=st.binary(max_size=300), start=st.sampled_from([b"", b"PK\x03\x04", "编号,a\n".encode(), b"\xff\xfe", b"sep="])
)
def test_of_any_bytes(data: bytes, start: bytes) -> None:
    ends_well(start + data)


@FUZZ
@given(
    lines=st.lists(st.lists(st.text(max_size=8), max_size=5), max_size=6),
    by=st.sampled_from(",;\t"),
    codec=st.sampled_from(["utf-8", "utf-16", "gb18030"]),
)
def test_of_any_text(lines: list[list[str]], by: str, codec: str) -> None:
    text = "\n".join(by.join(line) for line in [["编号", "名称"], *lines])
    ends_well(text.encode(codec, "ignore"))


@FUZZ
@given(place=st.integers(0, len(BOOK) - 1), new=st.binary(max_size=4), cut=st.integers(0, 40))
def test_of_a_damaged_package(place: int, new: bytes, cut: int) -> None:
    ends_well(BOOK[:place] + new + BOOK[place + cut :])


@FUZZ
@given(name=st.sampled_from(READ), place=st.floats(0, 1), new=st.lists(PIECES, max_size=3), cut=st.integers(0, 20))
def test_of_a_damaged_part(name: str, place: float, new: list[bytes], cut: int) -> None:
    part, at = PARTS[name], int(place * len(PARTS[name]))
    ends_well(packed({**{n: [p] for n, p in PARTS.items()}, name: [part[:at], *new, part[at + cut :]]}))


@FUZZ
@given(names=st.sets(st.sampled_from(READ)))
def test_of_a_workbook_that_lacks_parts(names: set[str]) -> None:
    ends_well(packed({name: [part] for name, part in PARTS.items() if name not in names}))


@pytest.mark.parametrize("kind", ["locked", "lzma"])
def test_of_parts_that_cannot_be_unpacked(kind: str) -> None:
    if kind == "lzma":
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_LZMA) as package:
            for name, part in PARTS.items():
                package.writestr(name, part)
        data = out.getvalue()
    else:
        data = BOOK.replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01")
        assert data != BOOK
    with pytest.raises(ImportFaults, match="密码" if kind == "locked" else "XLSX"):
        tables.read(data, columns=COLUMNS)
