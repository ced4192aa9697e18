"""Tables go in whole or not at all, and every faulty line is named."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from openpyxl import Workbook

from survey.base.errors import ImportFaults
from survey.units import service
from tests.units.conftest import build

UNITS = "单位编号,单位名称,类别编号,类别名称,上级单位编号\n101,省教育厅,1,综合部门,\n101-1,办公室,,,101\n"


def table(text: str, kind: str) -> bytes:
    if kind != "xlsx":
        return text.encode(kind)
    book = Workbook()
    for row in csv.reader(io.StringIO(text)):
        book.active.append([int(cell) if cell.isdigit() else cell for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def faults_of(carry_out, text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(ImportFaults) as refused:
        carry_out(text.encode())
    assert all(fault.remedy for fault in refused.value.faults)
    return [(fault.line, fault.column, fault.value) for fault in refused.value.faults]


@pytest.mark.parametrize("kind", ["utf-8", "utf-8-sig", "gbk", "gb18030", "xlsx"])
def test_units_come_in_from_every_kind_of_file(inside_each, kind):
    plan = service.import_units(table(UNITS, kind))
    assert len(plan.added) == 2
    education, office = service.units()
    assert (education.code, education.name, education.class_name) == ("101", "省教育厅", "综合部门")
    assert (office.parent_id, office.class_code) == (education.id, "")


def test_a_dry_run_stores_nothing(inside):
    plan = service.import_units(UNITS.encode(), dry_run=True)
    assert [line.code for line in plan.added] == ["101", "101-1"]
    assert service.units() == []
    assert service.classes() == []


def test_the_same_file_again_changes_nothing(inside_each):
    service.import_units(UNITS.encode())
    plan = service.import_units(UNITS.encode())
    assert (plan.total, plan.same) == (0, 2)


def test_a_known_unit_is_changed_and_what_the_file_does_not_tell_stays(inside_each):
    service.import_units(UNITS.encode())
    plan = service.import_units("code,name\n101-1,综合办公室\n".encode())
    assert [(line.before, line.name) for line in plan.changed] == [("办公室", "综合办公室")]
    education, office = service.units()
    assert (office.name, office.parent_id) == ("综合办公室", education.id)
    assert education.class_name == "综合部门"


def test_every_faulty_line_of_units_is_named(inside):
    text = (
        "code,name,class_code,class_name,parent_code\n"
        ",无编号,,,\n"
        "b,,,,\n"
        "c,丙,1,综合部门,nobody\n"
        "d,丁,1,另一个名称,\n"
        "c,丙又,,,\n"
        "e,戊,,没有编号的类别,\n"
        "f,己,,,g\n"
        "g,庚,,,f\n"
        f"{'h' * 33},辛,,,\n"
    )
    assert faults_of(service.import_units, text) == [
        (2, "单位编号", ""),
        (3, "单位名称", ""),
        (4, "上级单位编号", "nobody"),
        (5, "类别名称", "另一个名称"),
        (6, "单位编号", "c"),
        (7, "类别名称", "没有编号的类别"),
        (8, "上级单位编号", "g"),
        (9, "上级单位编号", "f"),
        (10, "单位编号", "h" * 33),
    ]
    assert service.units() == []


def test_a_file_cannot_turn_the_stored_tree_upside_down(inside):
    service.import_units(UNITS.encode())
    text = "code,name,parent_code\n101,省教育厅,101-1\n"
    assert faults_of(service.import_units, text) == [(2, "上级单位编号", "101-1")]


def test_a_class_is_known_by_its_name_too(inside):
    service.import_units(UNITS.encode())
    service.import_units("code,name,class_name\n103,省财政厅,综合部门\n".encode())
    assert service.unit_by_code("103").class_code == "1"


@pytest.mark.parametrize("data", [b"", b"\x00\x01", b"PK\x03\x04 not a workbook", b"a,b\n1,2\n", b"\xff\xfe\xff"])
def test_a_file_that_is_no_such_table_is_refused_with_a_remedy(inside, data):
    with pytest.raises(ImportFaults) as refused:
        service.import_units(data)
    assert refused.value.faults[0].remedy


@pytest.mark.parametrize("kind", ["gbk", "xlsx"])
def test_counters_come_in_with_codes(inside_each, kind):
    town = build()
    text = "单位编号,窗口编号,窗口名称,问卷\n102,102-2,咨询窗口,\n102,102-1,办税大厅窗口,W13\n"
    plan = service.import_windows(table(text, kind))
    assert (len(plan.added), len(plan.changed)) == (1, 1)
    first, second = service.windows(town.tax)
    assert (first.name, first.questionnaire) == ("办税大厅窗口", "W13")
    assert (second.name, second.questionnaire) == ("咨询窗口", "W1")
    assert [stay.until_day for stay in service.stays(window_id=second.id)] == [None]


def test_every_faulty_line_of_counters_is_named(inside, town):
    text = (
        "unit_code,code,name,questionnaire\n"
        "999,a,甲,\n"
        "101,b,乙,W9\n"
        "102,101-1,别的单位的窗口,\n"
        "101,b,乙又,\n"
        "101,has space,丙,\n"
    )
    assert faults_of(service.import_windows, text) == [
        (2, "单位编号", "999"),
        (3, "问卷", "W9"),
        (4, "单位编号", "102"),
        (5, "窗口编号", "b"),
        (6, "窗口编号", "has space"),
    ]
    assert len(service.windows()) == 3


def test_caseload_comes_in_and_replaces_what_was_told(inside_each):
    town = build()
    text = "窗口编号,月份,办件量\n101-1,2026年1月,120\n101-1,2026-02,\n101-2,202601,0\n"
    service.import_caseload(text.encode("gbk"))
    plan = service.import_caseload(b"window_code,month,cases\n101-1,2026-01,130\n101-2,2026-01,0\n")
    assert [(line.before, line.name) for line in plan.changed] == [("120", "130")]
    assert plan.same == 1
    cells = service.caseload(date(2026, 1, 1), date(2026, 12, 31), town.education)
    assert [(cell.window_id, cell.month, cell.cases) for cell in cells] == [
        (town.windows["101-1"], date(2026, 1, 1), 130),
        (town.windows["101-2"], date(2026, 1, 1), 0),
    ]


def test_every_faulty_line_of_caseload_is_named(inside, town):
    text = (
        "window_code,month,cases\n"
        "nowhere,2026-01,5\n"
        "101-1,2026-13,5\n"
        "101-1,2026-01,-5\n"
        "101-1,2026-02,1.5\n"
        "101-1,2026年2月,7\n"
        '101-1,2026-03,"1,200"\n'
    )
    assert faults_of(service.import_caseload, text) == [
        (2, "窗口编号", "nowhere"),
        (3, "月份", "2026-13"),
        (4, "办件量", "-5"),
        (5, "办件量", "1.5"),
        (6, "窗口编号", "101-1"),
    ]
    assert service.caseload(date.min, date.max) == []
