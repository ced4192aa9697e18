"""A small file stays small: size, lines, columns, cells, memory and time are measured while it is read."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from survey.base import tables
from survey.base.errors import ImportFaults
from survey.base.tables.limits import Meter
from tests.source import ROOT
from tests.workbooks import by_hand, packed, workbook

MILLION = b"a" * 1_000_000
HEAD = b"<row><c t='str'><v>code</v></c></row>"
#: reads a file through both doors and says how much memory that took
READ = """
import json, resource, sys, time
from flask import Flask
from flask_babel import Babel
from survey.base import tables
from survey.base.errors import ImportFaults

data = open(sys.argv[1], "rb").read()
app = Flask("bounded")
Babel(app)
with app.test_request_context():
    # Linux takes the parent's peak over into a new process, so this one's own is set back first
    open("/proc/self/clear_refs", "w").write("5")
    before, start, said = peak(), time.monotonic(), []
    for door in (lambda: tables.read(data, columns={"code": ()}, codes=("code",)), lambda: tables.head(data, 3)):
        try:
            said.append(len(door().rows))
        except ImportFaults as error:
            said.append(error.message)
    print(json.dumps([(peak() - before) / 1024, time.monotonic() - start, said]))
"""
PEAK = """
def peak():
    return int(next(l for l in open("/proc/self/status") if l.startswith("VmHWM")).split()[1])
"""


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def cost(folder: Path, data: bytes) -> tuple[float, float, list[object]]:
    """Megabytes, seconds and what was said, in a process of its own."""
    path = folder / "upload"
    path.write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-c", PEAK + READ, str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    megabytes, seconds, said = json.loads(done.stdout)
    return megabytes, seconds, said


def strings(*long: bytes) -> Iterator[bytes]:
    yield b"<sst><si><t>code</t></si><si><t>"
    yield from long
    yield b"</t></si></sst>"


USED = "<row><c t='s'><v>0</v></c></row><row><c t='s'><v>1</v></c></row>"


def test_a_string_of_200_megabytes_in_a_small_file_costs_little(tmp_path: Path) -> None:
    data = by_hand(USED, strings=strings(*[MILLION] * 200))
    assert len(data) < 250_000
    megabytes, seconds, said = cost(tmp_path, data)
    assert megabytes < 100
    assert seconds < 20
    assert all("unpacks" in str(word) for word in said)


@pytest.mark.parametrize(
    ("name", "pieces"),
    [
        ("one cell", [HEAD, b"<row><c t='inlineStr'><is><t>", *[MILLION] * 200, b"</t></is></c></row>"]),
        ("one number", [HEAD, b"<row><c><v>", *[b"1" * 1_000_000] * 200, b"</v></c></row>"]),
        ("one attribute", [HEAD, b"<row r='", *[MILLION] * 200, b"'/>"]),
        ("one comment", [HEAD, b"<!--", *[MILLION] * 200, b"-->"]),
        ("depth", [HEAD, *[b"<a>" * 300_000] * 60]),
        ("names", [HEAD, *[b"".join(b"<a%d-%d/>" % (n, m) for m in range(9_999)) for n in range(99)]]),
        ("lines", [HEAD, *[b"<row><c><v>1</v></c></row>" * 10_000] * 100]),
        ("one line over and over", [HEAD, *[b"<row r='2'><c r='A2'><v>1</v></c></row>" * 10_000] * 100]),
        ("far cells", [HEAD, *[b"<row><c r='ALL9'><v>1</v></c></row>" * 10_000] * 10]),
    ],
)
def test_so_does_everything_else_that_could_be_without_end(tmp_path: Path, name: str, pieces: list[bytes]) -> None:
    megabytes, seconds, said = cost(tmp_path, by_hand(pieces))
    assert megabytes < 100, name
    assert seconds < 30, name
    assert isinstance(said[0], str), name


def test_entities_are_refused_before_they_grow(tmp_path: Path) -> None:
    grown = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    part = f'<!DOCTYPE sst [<!ENTITY e0 "ha">{grown}]><sst><si><t>code</t></si><si><t>&e11;</t></si></sst>'
    megabytes, seconds, said = cost(tmp_path, by_hand(USED, strings=[part.encode()]))
    assert megabytes < 20
    assert seconds < 5
    assert all("cannot be read" in str(word) for word in said)


@pytest.mark.usefixtures("context")
def test_no_file_of_the_machine_is_read_through_a_workbook() -> None:
    part = (
        '<!DOCTYPE sst [<!ENTITY e SYSTEM "file:///etc/hostname">]><sst><si><t>code</t></si><si><t>&e;</t></si></sst>'
    )
    with pytest.raises(ImportFaults):
        tables.read(by_hand(USED, strings=[part.encode()]), columns={"code": ()})


def test_a_million_empty_lines_are_passed_over(tmp_path: Path) -> None:
    lines = (b"<row r='%d'><c r='A%d' s='0'/></row>" % (number, number) for number in range(2, 1_048_577))
    megabytes, seconds, said = cost(tmp_path, by_hand(b"".join(piece) for piece in ([HEAD], [*lines])))
    assert megabytes < 50
    assert seconds < 60
    assert said == [0, 0]


@pytest.mark.usefixtures("context")
def test_all_columns_of_a_sheet_may_be_there_but_not_filled() -> None:
    assert tables.read(by_hand([HEAD, b"<row>", b"<c s='0'/>" * 16_384, b"</row>"]), columns={"code": ()}).rows == ()
    with pytest.raises(ImportFaults, match="列太多"):
        tables.read(by_hand([HEAD, b"<row>", b"<c><v>1</v></c>" * 16_384, b"</row>"]), columns={"code": ()})
    with pytest.raises(ImportFaults, match="列太多"):
        tables.read(b"code\n" + b"1," * 2_000, columns={"code": ()})


@pytest.mark.usefixtures("context")
def test_merges_over_the_whole_sheet_are_no_work() -> None:
    rows = [HEAD, *[b"<row><c><v>1</v></c><c/></row>"] * 20_000]
    merged = '<mergeCells><mergeCell ref="A2:XFD1048576"/></mergeCells>'
    assert len(tables.read(by_hand(rows, after=merged), columns={"code": ()}).rows) == 20_000
    with pytest.raises(ImportFaults):
        tables.read(
            by_hand(rows, after=merged.replace("/>", "/>" + '<mergeCell ref="A2:B9999"/>' * 9_999, 1)),
            columns={"code": ()},
        )


@pytest.mark.usefixtures("context")
def test_a_package_of_very_many_parts_is_not_opened() -> None:
    with pytest.raises(ImportFaults):
        tables.read(packed({f"{number}": [] for number in range(10_001)}), columns={"code": ()})


@pytest.mark.parametrize(
    "data",
    [
        b'code\n"' + b"a" * 30_000_000,
        b'code\n"' + b"a\n" * 15_000_000,
        b"code\n" + b"," * 30_000_000,
        b"code," * 6_000_000,
        b"code\n" + b'"\n",' * 6_000_000,
        b"code\n" + b"\n" * 30_000_000,
    ],
    ids=["open quotation", "open quotation over lines", "commas", "headings", "lines in cells", "empty lines"],
)
def test_text_without_end_costs_little(tmp_path: Path, data: bytes) -> None:
    megabytes, seconds, said = cost(tmp_path, data)
    assert megabytes < 100
    assert seconds < 30
    assert isinstance(said[0], str)


@pytest.mark.usefixtures("context")
def test_a_cell_that_is_too_long_is_refused_with_its_place() -> None:
    for data in (workbook(("code",), ("1",), ("长" * 20_001,)), ("code\n1\n" + "长" * 20_001).encode()):
        with pytest.raises(ImportFaults) as refused:
            tables.read(data, columns={"code": ()})
        assert [fault.line for fault in refused.value.faults] == [3]
    assert len(tables.read(workbook(("code",), ("长" * 20_000,)), columns={"code": ()}).rows[0].get("code")) == 20_000


@pytest.mark.usefixtures("context")
def test_reading_ends_when_its_time_is_over() -> None:
    with pytest.raises(ImportFaults, match="用时太长"):
        Meter(1_000, seconds=0).unpack(1)


@pytest.mark.usefixtures("context")
def test_a_long_list_of_like_lines_is_no_bomb() -> None:
    lines = [("code", "level", "day", "text")] + [("101", 5, "2026-03-01", "办得快")] * 20_000
    assert len(tables.read(workbook(*lines), columns={"code": ()}).rows) == 20_000
