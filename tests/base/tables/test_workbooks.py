"""A workbook comes in as a person sees it, or is refused with the place and the way to mend it."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from flask import Flask
from openpyxl import Workbook
from openpyxl.worksheet.formula import ArrayFormula

from survey.base import tables
from survey.base.errors import Fault, ImportFaults
from tests.workbooks import SHEET, by_hand, edited, saved, workbook

CASES = Path(__file__).parent.parent / "cases"
NAMES = {"code": ("编号", "单位编号"), "name": ("名称", "单位名称", "区域")}


@pytest.fixture(autouse=True)
def context(app: Flask):
    with app.app_context():
        yield


def read(data: bytes) -> list[tuple[str, str]]:
    table = tables.read(data, columns=NAMES, codes=("code",))
    return [(row.get("code"), row.get("name")) for row in table.rows]


def shown(value: object, code: str = "General") -> str:
    """A value as it is read from a cell with a number format."""
    return read(workbook(("编号", "名称"), ("1", value), formats={"B2": code}))[0][1]


def refused(data: bytes) -> tuple[Fault, ...]:
    with pytest.raises(ImportFaults) as caught:
        read(data)
    assert all(fault.remedy for fault in caught.value.faults)
    return caught.value.faults


@pytest.mark.parametrize("name", ["absent", "first-cell", "too-short"])
def test_what_a_sheet_says_about_its_size_is_not_believed(name: str) -> None:
    found = read((CASES / f"xlsx-dimension-{name}.xlsx").read_bytes())
    assert found == [(f"P{number:03}", "城区" if number % 2 else "乡镇") for number in range(1, 13)]


@pytest.mark.parametrize("dimension", ["A1:XFD1048576", "B7", "", "nonsense"])
def test_nor_is_a_size_that_is_no_size(dimension: str) -> None:
    data = edited(
        workbook(("编号", "名称"), ("1", "甲")), SHEET, 'dimension ref="A1:B2"', f'dimension ref="{dimension}"'
    )
    assert read(data) == [("1", "甲")]


def test_styles_do_not_matter() -> None:
    assert read((CASES / "xlsx-empty-fill.xlsx").read_bytes()) == [("941", "林业站")]
    data = edited(
        workbook(("编号", "名称"), ("1", "甲")), "xl/styles.xml", "<fonts ", "<colours><odd/></colours><fonts "
    )
    assert read(data) == [("1", "甲")]


def test_a_workbook_without_styles_texts_or_places_of_cells_is_read() -> None:
    row = "<row><c t='inlineStr'><is><t>{}</t></is></c><c t='str'><v>{}</v></c></row>"
    assert read(by_hand(row.format("编号", "名称") + row.format("1", "甲"))) == [("1", "甲")]


def test_a_hidden_first_sheet_is_passed_over() -> None:
    assert read((CASES / "hidden-first-sheet.xlsx").read_bytes()) == [("P1", "城区")]


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_so_are_a_chart_and_a_very_hidden_sheet(state: str) -> None:
    book = Workbook()
    book.active.append(["旧"])
    book.active.sheet_state = state
    book.create_chartsheet("图")
    for row in (["编号", "名称"], ["1", "甲"]):
        book["名单"].append(row) if "名单" in book.sheetnames else book.create_sheet("名单").append(row)
    assert read(saved(book)) == [("1", "甲")]


def test_a_sheet_that_is_empty_is_named_where_others_follow() -> None:
    book = Workbook()
    book.create_sheet("名单").append(["编号", "名称"])
    assert "移到最前面" in refused(saved(book))[0].remedy


def test_a_workbook_that_shows_no_sheet_is_named() -> None:
    data = edited(workbook(("编号", "名称")), "xl/workbook.xml", 'state="visible"', 'state="hidden"')
    assert "取消隐藏" in refused(data)[0].remedy


def test_a_merged_value_holds_for_the_whole_range() -> None:
    book = Workbook()
    for row in (["编号", "名称"], ["1", "甲"], ["2", None], ["3", None], ["4", "乙"]):
        book.active.append(row)
    book.active.merge_cells("B2:B4")
    assert read(saved(book)) == [("1", "甲"), ("2", "甲"), ("3", "甲"), ("4", "乙")]


def test_titles_above_the_heading_are_passed_over() -> None:
    book = Workbook()
    for row in (
        ["2026年单位名单"],
        ["填表人：张", "日期：2026-03"],
        [],
        ["单位编号", "单位名称", "备注"],
        ["1", "甲", "x"],
    ):
        book.active.append(row)
    book.active.merge_cells("A1:C1")
    table = tables.read(saved(book), columns=NAMES)
    assert [(row.line, dict(row.cells)) for row in table.rows] == [(5, {"code": "1", "name": "甲"})]
    assert tables.head(saved(book), 3).columns == ("单位编号", "单位名称", "备注")


def test_the_lower_line_of_a_merged_heading_is_no_unit() -> None:
    book = Workbook()
    for row in (["单位编号", "单位"], [None, "单位名称"], ["1", "甲"], ["单位编号", "单位名称"], ["2", "乙"]):
        book.active.append(row)
    book.active.merge_cells("A1:A2")
    assert read(saved(book)) == [("1", "甲"), ("2", "乙")]


def test_leading_zeros_that_a_format_shows_are_read() -> None:
    assert read((CASES / "code-leading-zeros.xlsx").read_bytes()) == [("0007", "城北街道办"), ("0012", "城南街道办")]


@pytest.mark.parametrize(
    ("value", "code", "seen"),
    [
        (7, "0000", "0007"),
        (12345, "0000", "12345"),
        (7, '"A"000', "A007"),
        (7, '"ZW-"0', "ZW-7"),
        (10107, "000-000", "010-107"),
        (7, "00#", "007"),
        (0.125, "0.0%", "12.5%"),
        (0.5, "0%", "50%"),
        (0.1256, "0%", "12.56%"),
        (1234, "#,##0", "1234"),
        (95, '0"分"', "95"),
        (5, "0.00", "5"),
        (87.456, "0.00", "87.456"),
        (-3, "0_ ;[Red]-0 ", "-3"),
        (12, "¥#,##0.00", "12"),
        (101.0, "General", "101"),
        (0.1 + 0.2, "General", "0.3"),
        (0.00001, "General", "0.00001"),
        (123456789012345, "General", "123456789012345"),
        (12345, "0.00E+00", "12345"),
        (True, "General", "TRUE"),
        ("0007", "@", "0007"),
        ("007", '"A"@', "A007"),
        (datetime.fromisoformat("2026-03-01"), "yyyy/m/d", "2026-03-01"),
        (datetime.fromisoformat("2026-03-01T09:05"), 'yyyy"年"m"月"d"日" h:mm', "2026-03-01 09:05"),
        (datetime.fromisoformat("2026-03-01T14:05:09"), "[$-804]yyyy/m/d 上午/下午h:mm:ss;@", "2026-03-01 14:05:09"),
        (46082, "[DBNum1][$-804]yyyy年m月d日", "2026-03-01"),
        (46082, "m/d/yy", "2026-03-01"),
        (date(2026, 3, 1), "d-mmm-yy", "2026-03-01"),
        (0.378472222222222, "h:mm", "09:05"),
        (1.5, "[h]:mm", "36:00"),
    ],
)
def test_a_cell_is_read_as_a_person_sees_it(value: object, code: str, seen: str) -> None:
    assert shown(value, code) == seen


def test_days_of_1904_and_of_before_march_1900_are_counted_rightly() -> None:
    styles = '<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'
    rows = "".join(
        f"<row><c t='str'><v>{a}</v></c><c {b}</v></c></row>"
        for a, b in (("编号", "t='str'><v>名称"), (1, "s='1'><v>44620"))
    )
    assert read(by_hand(rows, styles=styles, properties='date1904="1"')) == [("1", "2026-03-01")]
    assert shown(1, "yyyy-mm-dd") == "1900-01-01"
    assert shown(61, "yyyy-mm-dd") == "1900-03-01"


def test_a_day_in_the_newer_form_is_read() -> None:
    row = "<row><c t='str'><v>{}</v></c><c t='{}'><v>{}</v></c></row>"
    assert read(by_hand(row.format("编号", "str", "名称") + row.format(1, "d", "2026-03-01T09:05:00"))) == [
        ("1", "2026-03-01 09:05")
    ]


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#DIV/0!", "#NAME?", "#VALUE!"])
def test_an_error_cell_is_refused_with_its_place(error: str) -> None:
    [fault] = refused(workbook(("编号", "名称"), ("1", "甲"), (error, "乙")))
    assert (fault.line, fault.column, fault.value) == (3, "编号", error)


def test_a_day_that_shows_only_number_signs_is_refused() -> None:
    assert refused(workbook(("编号", "名称"), ("1", -5), formats={"B2": "yyyy-mm-dd"}))[0].line == 2


def test_a_formula_without_a_result_is_refused_and_one_with_a_result_is_read() -> None:
    [fault] = refused(workbook(("编号", "名称"), ("=1+1", "甲")))
    assert (fault.line, fault.column, fault.value) == (2, "编号", "=1+1")
    stored = "<row r='{0}'><c r='A{0}'{1}</c><c r='B{0}' t='str'><f>B9</f><v>{2}</v></c></row>"
    rows = stored.format(1, " t='str'><v>编号</v>", "名称") + stored.format(2, "><f>1+1</f><v>2</v>", "")
    assert read(by_hand(rows)) == [("2", "")]


def test_so_is_a_matrix_formula() -> None:
    book = Workbook()
    book.active.append(["编号", "名称"])
    book.active["A2"] = ArrayFormula("A2", "=SUM(B1:B2)")
    assert refused(saved(book))[0].line == 2


def test_a_fault_in_a_column_that_is_not_used_does_not_matter() -> None:
    data = workbook(("编号", "名称", "备注"), ("1", "甲", "#N/A"), ("2", "乙", 9.11100001000134e17))
    assert read(data) == [("1", "甲"), ("2", "乙")]
    assert tables.head(data, 3).columns == ("编号", "名称", "备注")


def test_numbers_that_lost_their_last_digits_are_refused_line_by_line() -> None:
    faults = refused((CASES / "long-id-as-number.xlsx").read_bytes())
    assert [(fault.line, fault.column) for fault in faults] == [(2, "编号"), (3, "编号"), (4, "编号")]
    assert all("15 位" in fault.remedy for fault in faults)
    assert refused(workbook(("编号", "名称"), (911100001000134012, "甲")))[0].line == 2
    assert read(workbook(("编号", "名称"), ("911100001000134012", "甲"))) == [("911100001000134012", "甲")]


def test_rich_text_is_read_without_its_readings_and_escapes() -> None:
    strings = (
        "<sst><si><r><t>编</t></r><r><t>号</t></r><rPh><t>bianhao</t></rPh></si>"
        "<si><t>名称</t></si><si><t>城建_x000B_局_x005F_x000B_</t></si></sst>"
    )
    rows = "<row><c t='s'><v>0</v></c><c t='s'><v>1</v></c></row><row><c><v>1</v></c><c t='s'><v>2</v></c></row>"
    assert read(by_hand(rows, strings=[strings.encode()])) == [("1", "城建局_x000B_")]


def test_codes_are_read_in_one_width_and_names_as_they_stand() -> None:
    assert read(workbook(("编 号*", "名称"), ("ＡＢ－０１\u200b２", "一（甲）处"))) == [("AB-012", "一（甲）处")]


def test_prefixed_names_and_odd_slashes_are_read() -> None:
    data = edited(
        workbook(("编号", "名称"), ("1", "甲")), "xl/_rels/workbook.xml.rels", "/xl/worksheets/", "worksheets\\"
    )
    for name in ("worksheet", "sheetData", "row", "c", "is", "t"):
        data = (
            edited(edited(data, SHEET, f"<{name}>", f"<x:{name}>"), SHEET, f"</{name}>", f"</x:{name}>")
            if (f"<{name}>" in "<sheetData><is><t>")
            else data
        )
    assert read(data) == [("1", "甲")]
