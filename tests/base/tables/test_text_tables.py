"""Tables as text come in however a program saved them; what is no table is named for what it is."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from flask import Flask

from survey.base import tables
from survey.base.errors import Fault, ImportFaults
from tests.workbooks import SHEET, edited, packed, workbook

CASES = Path(__file__).parent.parent / "cases"
COLUMNS = {"unit": ("单位",), "level": ("满意度",), "text": ("意见",)}
ROWS = [("101", "5", "办得快"), ("101", "2", "等得久")]
TEXT = "单位{0}满意度{0}意见\r\n101{0}5{0}办得快\r\n101{0}2{0}等得久\r\n"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)


@pytest.fixture(autouse=True)
def context(app: Flask):
    with app.app_context():
        yield


def read(data: bytes) -> list[tuple[str, ...]]:
    table = tables.read(data, columns=COLUMNS, codes=("unit", "level"), free=("text",))
    return [tuple(row.get(name) for name in COLUMNS) for row in table.rows]


def refused(data: bytes) -> ImportFaults:
    with pytest.raises(ImportFaults) as caught:
        read(data)
    assert caught.value.message
    assert all(fault.remedy for fault in caught.value.faults)
    with pytest.raises(ImportFaults):
        tables.head(data, 3)
    return caught.value


def faults(text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(ImportFaults) as caught:
        read(text.encode())
    return [(fault.line, fault.column, fault.value) for fault in caught.value.faults]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_read_with_any_delimiter(encoding: str, delimiter: str) -> None:
    assert read(TEXT.format(delimiter).encode(encoding)) == ROWS
    assert tables.head(TEXT.format(delimiter).encode(encoding), 3).columns == ("单位", "满意度", "意见")


@pytest.mark.parametrize("mark", ["\ufeff", ""])
def test_both_orders_of_utf_16_are_read(mark: str) -> None:
    for order in ("utf-16-le", "utf-16-be"):
        assert read((mark + TEXT.format("\t")).encode(order)) == ROWS


def test_unicode_text_of_excel_is_read() -> None:
    assert read((CASES / "utf16-unicode-text.txt").read_bytes()) == ROWS


@pytest.mark.parametrize("line", ["sep=;", '"sep=;"', "SEP=;", "sep=;;;"])
def test_a_line_that_names_the_delimiter_is_passed_over(line: str) -> None:
    assert read((CASES / "sep-line.csv").read_bytes()) == ROWS[:1]
    table = tables.read(f"{line}\n{TEXT.format(';')}".encode(), columns=COLUMNS)
    assert [row.line for row in table.rows] == [2, 3]


def test_the_delimiter_is_told_by_the_headings_not_by_the_commas_of_a_title() -> None:
    assert read(("名单, 2026年, 第一季\n" + TEXT.format("\t")).encode()) == ROWS
    assert read("单位;满意度;意见\n101;5;好, 快, 省\n".encode()) == [("101", "5", "好, 快, 省")]


def test_titles_and_lone_line_ends_are_read() -> None:
    assert read(f"评价表,,\r\n,,\r\n{TEXT.format(',')}".encode()) == ROWS
    assert read(TEXT.format(",").replace("\r\n", "\r").encode()) == ROWS


def test_a_quoted_text_keeps_its_lines_and_commas() -> None:
    assert read('单位,满意度,意见\n101,5,"一, 二\n三"\n'.encode()) == [("101", "5", "一, 二\n三")]


def test_levels_are_read_in_one_width_and_words_as_they_stand() -> None:
    assert read("单位,满意度,意见\n１０１,５,ＡＢ（好）！\n".encode()) == [("101", "5", "ＡＢ（好）！")]


def test_short_lines_are_filled_and_long_ones_refused() -> None:
    assert read("单位,满意度,意见\n101,5\n".encode()) == [("101", "5", "")]
    assert read("单位,满意度,意见\n101,5,好,,\n".encode()) == [("101", "5", "好")]
    assert faults("单位,满意度,意见\n101,5,好,快\n") == [(2, "", "快")]


def test_scientific_notation_in_a_key_is_refused_line_by_line() -> None:
    with pytest.raises(ImportFaults) as caught:
        tables.read((CASES / "long-id-scientific.csv").read_bytes(), columns={"编号": ()}, codes=("编号",))
    assert [(f.line, f.column, f.value) for f in caught.value.faults] == [
        (2, "编号", "9.111E+17"),
        (3, "编号", "9.112E+17"),
    ]


def test_long_codes_that_all_end_in_zeros_were_cut() -> None:
    cut = "\n".join(f"91110000100013{number}000,5,好" for number in (4, 5, 6))
    assert [line for line, _column, _value in faults(f"单位,满意度,意见\n{cut}\n")] == [2, 3, 4]
    assert read("单位,满意度,意见\n911100001000134012,5,好\n".encode())[0][0] == "911100001000134012"


def test_errors_saved_as_text_are_refused_but_not_in_peoples_words() -> None:
    assert faults("单位,满意度,意见\n#N/A,5,好\n101,########,好\n") == [(2, "单位", "#N/A"), (3, "满意度", "########")]
    assert read("单位,满意度,意见\n101,5,#N/A\n".encode()) == [("101", "5", "#N/A")]


def test_what_no_workbook_can_hold_is_cleaned_at_the_door() -> None:
    table = tables.read((CASES / "unit-name-vertical-tab.csv").read_bytes(), columns={"name": ("单位名称",)})
    assert [row.get("name") for row in table.rows] == ["城建局审批科", "水务局"]
    sent = "单位,满意度,意见\n10\x0b1,5,a\x01b\tc\ufffed\n"
    assert read(sent.encode()) == [("101", "5", "ab cd")]


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (OLE + "Workbook".encode("utf-16-le"), ".xls"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "密码"),
        (OLE + "WordDocument".encode("utf-16-le"), "文档"),
        (packed({"_rels/.rels": [b"<R/>"], "xl/workbook.bin": [b"x"]}), ".xlsb"),
        (packed({"mimetype": [b"application/vnd.oasis"], "content.xml": [b"<x/>"]}), ".ods"),
        (packed({"_rels/.rels": [b"<R/>"], "word/document.xml": [b"<x/>"]}), "文档"),
        (packed({"Index/Document.iwa": [b"x"]}), "Numbers"),
        (packed({"名单.csv": [b"a,b"]}), "压缩包"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\x89PNG\r\n\x1a\n" + bytes(9), "图片"),
        (b"Rar!\x1a\x07", "压缩包"),
        (b"\n <HTML><table><tr><td>x</td></tr></table>", "网页"),
        (b'<?xml version="1.0"?><Workbook/>', "XML"),
        (b"\xff\xfea", "不是文本"),
    ],
)
def test_what_is_no_table_is_named(data: bytes, word: str) -> None:
    assert word in refused(data).message


def test_every_truncated_workbook_is_to_be_saved_again() -> None:
    data = workbook(("单位", "满意度", "意见"), ("101", 5, "好"))
    for length in range(4, len(data), 97):
        assert "另存" in (remedy := refused(data[:length]).faults[0].remedy) or "保存" in remedy, length


def test_no_damaged_byte_leads_to_anything_but_a_sentence() -> None:
    data = workbook(("单位", "满意度", "意见"), ("101", 5, "好"))
    for place in range(0, len(data), 41):
        damaged = bytearray(data)
        damaged[place] ^= 0xFF
        try:
            tables.read(bytes(damaged), columns=COLUMNS)
        except ImportFaults as error:
            assert error.faults


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('r="A1"', 'r="1A"'),
        ('r="A1"', 'r="ZZZ1"'),
        ('r="1"', 'r="x"'),
        ('r="1"', 'r="1048577"'),
        ('t="n"', 't="s"'),
        ('s="0"', 's="x"'),
        ("</sheetData>", ""),
        ("<sheetData>", '<!DOCTYPE x [<!ENTITY e "e">]><sheetData>'),
    ],
)
def test_a_sheet_that_makes_no_sense_is_to_be_saved_again(old: str, new: str) -> None:
    data = workbook(("单位", "满意度", "意见"), ("101", 5, "好"))
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        sheet = package.read(SHEET).decode()
    if old not in sheet:
        old, new = "<c ", f"<c {new} "
    assert "XLSX" in refused(edited(data, SHEET, old, new)).message


def test_a_fault_says_what_its_column_is_called_in_the_file() -> None:
    table = tables.read("单位,满意度,意见\n101,5,好\n".encode(), columns=COLUMNS)
    assert table.rows[0].fault("level", "Mend it.") == Fault(2, "level", "5", "Mend it.")
    assert faults("单位,满意度,意见\n101,9.1E+17,好\n")[0][1] == "满意度"
