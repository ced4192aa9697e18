"""Tables come in however a spreadsheet saved them, and go out without a live formula."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from survey.base import tables
from survey.base.errors import ImportFaults
from survey.base.store import demo
from survey.base.store.database import commit

COLUMNS = {"code": ("编号",), "name": ("名称",)}


def xlsx(*rows: tuple[object, ...]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_is_read_as_any_program_saves_it(app: Flask, encoding: str, delimiter: str) -> None:
    text = delimiter.join(["编号", "名称"]) + "\r\n" + delimiter.join(["101", "省教育厅"]) + "\r\n\r\n"
    with app.app_context():
        table = tables.read(text.encode(encoding), columns=COLUMNS)
    assert [(row.line, dict(row.cells)) for row in table.rows] == [(2, {"code": "101", "name": "省教育厅"})]


def test_numbers_of_a_workbook_are_read_as_people_see_them(app: Flask) -> None:
    with app.app_context():
        table = tables.read(xlsx(("编号", "名称"), (101.0, "省教育厅"), (None, None), (102, 0.5)), columns=COLUMNS)
    assert [(row.line, row.get("code"), row.get("name")) for row in table.rows] == [
        (2, "101", "省教育厅"),
        (4, "102", "0.5"),
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n",
        b"\x00\x01\x02",
        b"\x81\xff\xff\xff",
        b"PK\x03\x04 not a workbook",
        "名称\n省教育厅\n".encode(),
        "编号,编号,名称\n1,2,3\n".encode(),
        ("编号,名称\n1," + "长" * 20_001).encode(),
    ],
    ids=[
        "empty",
        "blank",
        "binary",
        "neither encoding",
        "broken workbook",
        "column missing",
        "column twice",
        "huge cell",
    ],
)
def test_what_cannot_be_read_is_refused_with_a_remedy(app: Flask, data: bytes) -> None:
    with app.app_context(), pytest.raises(ImportFaults) as refused:
        tables.read(data, columns=COLUMNS)
    assert all(fault.remedy for fault in refused.value.faults)


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1"])
def test_no_cell_goes_out_as_a_formula(app: Flask, cell: str) -> None:
    with app.app_context():
        book = load_workbook(io.BytesIO(tables.write_xlsx({"表": (["名称"], [[cell]])})))
        text = tables.write_csv(["名称"], [[cell]]).decode("utf-8-sig")
    assert book["表"]["A1"].value == "名称"
    assert book["表"]["A2"].data_type == "s"
    assert text.splitlines()[1].lstrip('"').startswith("'")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(cell=st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30))
def test_what_is_written_can_be_read_again(app: Flask, cell: str) -> None:
    with app.app_context():
        data = tables.write_csv(["编号", "名称"], [["1", cell]])
        [row] = tables.read(data, columns=COLUMNS).rows
    assert row.get("name").removeprefix("'") == cell.strip().removeprefix("'")


def test_exports_carry_the_mark_while_simulated_data_is_stored(app: Flask) -> None:
    with app.app_context():
        demo.set_present(True)
        commit()
        assert "演示数据" in tables.write_csv(["名称"], [["省教育厅"]]).decode("utf-8-sig").splitlines()[1]
        book = load_workbook(io.BytesIO(tables.write_xlsx({"表": (["名称"], [["省教育厅"]])})))
        assert "演示数据" in str(book["表"]["B2"].value)
