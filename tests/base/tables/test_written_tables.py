"""What goes out can be opened by anybody, runs nothing, and can be read back as the same texts."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pytest
from flask import Flask
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from survey.base import tables
from tests.workbooks import saved

COLUMNS = {"code": ("编号",), "name": ("名称",)}
FORMULAS = ["-0", "-1", "=x", "+8613800000000", "@x", "'=x", "''-1", "＝1+1", "\t=1", " =1", "#N/A"]
CODES = ["007", "000", "911100001000134012", "1E5", "2026-03-01", "12.50", "TRUE", "-1", "=x", "'007", "'"]
HARMLESS = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)


@pytest.fixture(autouse=True)
def context(app: Flask):
    with app.app_context():
        yield


def both(rows: list[list[object]]) -> list[bytes]:
    return [tables.write_csv(["编号", "名称"], rows), tables.write_xlsx({"表": (["编号", "名称"], rows)})]


def back(data: bytes, **uses: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(row.get("code"), row.get("name")) for row in tables.read(data, columns=COLUMNS, **uses).rows]


@pytest.mark.parametrize("code", CODES)
def test_codes_come_back_as_they_were(code: str) -> None:
    for data in both([[code, "甲"]]):
        assert back(data, codes=("code",)) == [(code, "甲")]


@pytest.mark.parametrize("text", FORMULAS)
def test_text_like_a_formula_comes_back_and_never_runs(text: str) -> None:
    for data in both([["1", text]]):
        assert back(data, free=("name",)) == [("1", text.strip())]
    book = load_workbook(io.BytesIO(both([["1", text]])[1]))
    assert book["表"]["B2"].data_type == "s"
    assert book["表"]["B2"].quotePrefix is (text.strip("' \t")[0] in "=+-@＝")
    assert both([["1", text]])[0].decode("utf-8-sig").splitlines()[1].split(",")[1].lstrip('" ')[0] in "'#"


@HARMLESS
@given(
    cells=st.lists(
        st.text(
            st.one_of(
                st.characters(
                    exclude_categories=["Cs"], exclude_characters=[chr(n) for n in range(32) if n not in (9, 10)]
                ),
                st.sampled_from("'=+-@\t\n _x000D_,;\"０ａ"),
            ),
            max_size=30,
        ),
        min_size=1,
        max_size=4,
    )
)
@example(cells=["_x000B_", "_x005F_x000B_", "_x000d_"])
@example(cells=["\t0", "\n1", "'\t0"])
@example(cells=["\ufeff", "'\ufeff=1"])
def test_what_is_written_can_be_read_again(cells: list[str]) -> None:
    kept = [cell for cell in cells if not any(letter in "\ufffe\uffff" for letter in cell)]
    for data in both([["1", cell] for cell in kept]):
        assert [name for _code, name in back(data, free=("name",))] == [
            cell.replace("\t", " ").strip() for cell in kept
        ]


@HARMLESS
@given(text=st.text(max_size=40))
@example(text="\ud800")
@example(text="城建局\x0b审批科\x00\ufffe")
@example(text="长" * 40_000)
def test_no_stored_text_breaks_a_download(text: str) -> None:
    for data in both([["1", text[:20_000]], ["2", "乙"]]):
        assert back(data, free=("name",))[-1] == ("2", "乙")
    assert all(both([[text, text]]))


@HARMLESS
@given(title=st.text(max_size=40))
def test_no_title_breaks_a_download(title: str) -> None:
    data = tables.write_xlsx({title: (["编号"], [[1]]), title + " ": (["编号"], [[2]])})
    assert len(load_workbook(io.BytesIO(data)).sheetnames) == len({title, title + " "})


def test_numbers_stay_numbers() -> None:
    values = [7, -3, 0.5, 95.0, 1e-9, np.int64(4), np.float64(2.5), Decimal("1.25"), True]
    data = tables.write_xlsx({"表": (["值"], [[value] for value in values])})
    sheet = load_workbook(io.BytesIO(data))["表"]
    assert [cell.value for (cell,) in sheet.iter_rows(min_row=2)] == [7, -3, 0.5, 95, 1e-9, 4, 2.5, 1.25, True]
    assert sheet["A4"].number_format == "0.00##"
    assert tables.write_csv(["值"], [[-3], [0.5]]).decode("utf-8-sig").split() == ["值", "-3", "0.5"]


def test_what_is_no_exact_number_is_text_or_nothing() -> None:
    data = tables.write_xlsx(
        {"表": (["值", "x"], [[911100001000134012, 1], [float("nan"), 1], [float("inf"), 1], [None, 1]])}
    )
    sheet = load_workbook(io.BytesIO(data))["表"]
    assert [cell.value for (cell, _one) in sheet.iter_rows(min_row=2)] == ["911100001000134012", None, None, None]


def test_days_are_days() -> None:
    rows = [["1", date(2026, 3, 1)], ["2", datetime(2026, 3, 1, 9, 5, tzinfo=UTC)], ["3", date(1899, 3, 1)]]
    assert back(both(rows)[1]) == [("1", "2026-03-01"), ("2", "2026-03-01 09:05"), ("3", "1899-03-01")]
    sheet = load_workbook(io.BytesIO(both(rows)[1]))["表"]
    assert [sheet[place].number_format for place in ("B2", "B3")] == ["yyyy-mm-dd", "yyyy-mm-dd hh:mm"]


def test_a_sheet_is_ready_to_be_looked_at() -> None:
    sheet = load_workbook(io.BytesIO(both([["101", "省教育厅政务服务处"], ["102", "乙"]])[1]))["表"]
    assert (sheet.auto_filter.ref, sheet.freeze_panes) == ("A1:B3", "A2")
    assert sheet["A1"].font.bold
    assert sheet.column_dimensions["B"].width > sheet.column_dimensions["A"].width >= 8


def test_an_empty_table_can_be_opened() -> None:
    book = load_workbook(io.BytesIO(tables.write_xlsx({"表": (["编号"], [])})))
    assert book["表"]["A1"].value == "编号"


def test_what_somebody_opened_and_saved_in_between_is_the_same() -> None:
    rows: list[list[object]] = [[code, "甲"] for code in CODES if code]
    data = saved(load_workbook(io.BytesIO(both(rows)[1])))
    assert [code for code, _name in back(data, codes=("code",))] == CODES
