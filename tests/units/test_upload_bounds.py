"""Uploads at their limits: the last code, name, month and number that fit, the first that do not, and what is said."""

from __future__ import annotations

from datetime import date

import pytest
from flask_babel import force_locale

from survey.base.errors import ImportFaults
from survey.base.people import audit
from survey.base.store.database import session
from survey.units import importing_units, importing_windows, rules, service
from survey.units.service import NewUnit
from tests.units.conftest import build

CODE_REMEDY = "请填写 1 至 32 个字母、数字、点或短横线组成的编号。"
NAME_REMEDY = "请填写 1 至 100 个字的名称。"
NUMBER_REMEDY = "请填写 0 或以上的整数。"
MONTH_REMEDY = "请按 2026-03 的格式填写月份。"
UNIT_HEADINGS = {**importing_units.COLUMNS, **importing_units.OPTIONAL}


def said(carry_out, text: str) -> list[tuple[int, str, str]]:
    """Line, column and remedy of each fault of an upload."""
    with pytest.raises(ImportFaults) as refused:
        carry_out(text.encode())
    number = len(refused.value.faults)
    if "处需要更正" in refused.value.message:
        assert refused.value.message == f"未保存任何内容：文件中有 {number} 处需要更正。"
    return [(fault.line, fault.column, fault.remedy) for fault in refused.value.faults]


@pytest.mark.parametrize(
    ("code", "fits"),
    [("a" * 32, True), ("a" * 33, False), ("甲_1.b-2", True), ("a b", False), ("a/b", False), ("-", True), ("", False)],
)
def test_a_code_has_up_to_32_letters_digits_dots_and_dashes(inside, code: str, fits: bool):
    text = f"code,name\n{code},省教育厅\n"
    if fits:
        assert [line.code for line in service.import_units(text.encode()).added] == [code]
    else:
        assert said(service.import_units, text) == [(2, "单位编号", CODE_REMEDY)]


@pytest.mark.parametrize(("length", "fits"), [(1, True), (100, True), (101, False)])
def test_a_name_has_up_to_a_hundred_characters(inside, length: int, fits: bool):
    text = f"code,name\n101,{'名' * length}\n"
    if fits:
        service.import_units(text.encode())
        assert service.unit_by_code("101").name == "名" * length
    else:
        assert said(service.import_units, text) == [(2, "单位名称", NAME_REMEDY)]


@pytest.mark.parametrize("column", [(name, heading) for name, taken in UNIT_HEADINGS.items() for heading in taken])
def test_each_accepted_heading_of_units_is_read(inside, column: tuple[str, str]):
    name, heading = column
    service.add_units([NewUnit("100", "省政府", "1", "综合部门")])
    line = {"code": "101", "name": "省教育厅", "class_code": "1", "class_name": "综合部门", "parent_code": "100"}
    headings = [heading if each == name else UNIT_HEADINGS[each][0] for each in line]
    service.import_units(f"{','.join(headings)}\n{','.join(line.values())}\n".encode())
    unit = service.unit_by_code("101")
    assert (unit.name, unit.class_code, unit.class_name) == ("省教育厅", "1", "综合部门")
    assert service.unit(unit.parent_id).code == "100"


@pytest.mark.parametrize("heading", importing_windows.WINDOW_COLUMNS["code"])
@pytest.mark.parametrize("form", importing_windows.WINDOW_OPTIONAL["questionnaire"])
def test_each_accepted_heading_of_counters_is_read(inside, town, heading: str, form: str):
    service.import_windows(f"单位代码,{heading},名称,{form}\n102,102-9,九号,W13\n".encode())
    assert [(w.code, w.name, w.questionnaire) for w in service.windows(town.tax)][1] == ("102-9", "九号", "W13")


def test_a_reader_of_english_hears_the_columns_in_english(inside):
    with force_locale("en"), pytest.raises(ImportFaults) as refused:
        service.import_units(b"code,name\nx y,\n")
    assert [fault.column for fault in refused.value.faults] == ["code", "name"]
    assert refused.value.message == "Nothing has been stored: 2 things in the file must be mended."


def test_a_class_named_in_the_file_before_or_after_is_known_by_its_name(inside_each):
    text = "code,name,class_code,class_name\n101,甲,,综合部门\n102,乙,1,\n103,丙,1,综合部门\n104,丁,2,\n105,戊,,\n"
    service.import_units(text.encode())
    classes = {unit.code: (unit.class_code, unit.class_name) for unit in service.units()}
    assert {code: classes[code] for code in ("102", "103", "104", "105")} == {
        "102": ("1", "综合部门"),
        "103": ("1", "综合部门"),
        "104": ("2", "2"),
        "105": ("", ""),
    }
    assert classes["101"] == ("1", "综合部门"), "by the name that the file itself gives to class 1"


def test_a_class_keeps_the_name_that_is_stored(inside):
    service.import_units("code,name,class_code,class_name\n101,甲,1,综合部门\n".encode())
    text = "code,name,class_code,class_name\n102,乙,1,金融\n103,丙,bad code,金融\n104,丁,,从未听说\n"
    assert said(service.import_units, text) == [
        (2, "类别名称", "类别 1 的名称是“综合部门”，请使用该名称。"),
        (3, "类别编号", CODE_REMEDY),
        (4, "类别名称", "请在“类别编号”列填写该类别的编号。"),
    ]


def test_a_file_moves_units_between_classes_and_out_of_all(inside_each):
    service.import_units("code,name,class_code,class_name\n101,甲,1,综合\n102,乙,1,综合\n103,丙,2,金融\n".encode())
    plan = service.import_units("code,name,class_code\n101,甲,2\n102,乙,\n103,丙,2\n".encode())
    assert ([line.code for line in plan.changed], plan.same, plan.total) == (["101", "102"], 1, 2)
    assert {unit.code: unit.class_name for unit in service.units()} == {"101": "金融", "102": "", "103": "金融"}
    service.import_units("code,name,class_name\n102,乙,综合\n".encode())
    assert service.unit_by_code("102").class_code == "1"
    assert [(found.code, found.size) for found in service.classes()] == [("1", 1), ("2", 2)]


def test_a_changed_unit_may_open_a_new_class(inside_each):
    service.import_units("code,name\n101,甲\n".encode())
    service.import_units("code,name,class_code,class_name\n101,甲,7,新类别\n".encode())
    assert service.unit_by_code("101").class_name == "新类别"


def test_a_file_hangs_units_below_others_and_takes_them_out(inside_each):
    service.import_units("code,name,parent_code\n2,办公室,1\n1,省教育厅,\n3,处室,2\n".encode())
    one, two, three = service.units()
    assert (one.parent_id, two.parent_id, three.parent_id) == (None, one.id, two.id)
    plan = service.import_units("code,name,parent_code\n2,办公室,\n3,处室,1\n1,省教育厅,\n".encode())
    assert [line.code for line in plan.changed] == ["2", "3"]
    assert [unit.parent_id for unit in service.units()] == [None, None, one.id]


@pytest.mark.parametrize(
    ("lines", "faulty"),
    [
        (["1,甲,1"], [2]),
        (["1,甲,2", "2,乙,3", "3,丙,1"], [2, 3, 4]),
        (["4,丁,1", "1,甲,1"], [3]),
        (["101,省教育厅,102", "102,省税务局,101"], [2, 3]),
    ],
)
def test_each_unit_in_a_circle_is_named_and_no_other(inside, town, lines: list[str], faulty: list[int]):
    found = said(service.import_units, "\n".join(["code,name,parent_code", *lines]))
    assert [line for line, _column, _remedy in found] == faulty
    assert {remedy for _line, _column, remedy in found} == {"该单位将成为自己的上级，请填写其他上级单位。"}


def test_doubled_lines_say_which_line_they_repeat(inside):
    text = "code,name\n1,甲\n2,乙\n1,甲\n1,丙\n2,乙\n"
    remedies = [(line, remedy) for line, _column, remedy in said(service.import_units, text)]
    assert remedies == [(n, f"与第 {first} 行重复，请只保留一行。") for n, first in ((4, 2), (5, 2), (6, 3))]


@pytest.mark.parametrize(
    ("cases", "stored"),
    [
        ("0", 0),
        ("100000000", 100_000_000),
        ('"1,234"', 1234),
        ("007", 7),
        ("100000001", None),
        ("-1", None),
        ("1.0", None),
        ("一", None),
        ("２", 2),
    ],
)
def test_cases_are_whole_numbers_up_to_a_hundred_million(inside, town, cases: str, stored: int | None):
    text = f"window_code,month,cases\n101-1,2026-03,{cases}\n"
    if stored is None:
        assert said(service.import_caseload, text) == [(2, "办件量", NUMBER_REMEDY)]
        return
    service.import_caseload(text.encode())
    assert [cell.cases for cell in service.caseload(date.min, date.max)] == [stored]


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("1900-01", date(1900, 1, 1)),
        ("2200-12", date(2200, 12, 1)),
        ("1899-12", None),
        ("2201-01", None),
        ("2026-00", None),
        ("2026-13", None),
        ("2026-1", date(2026, 1, 1)),
        (" 2026 . 2 ", date(2026, 2, 1)),
        ("2026年12月31日", date(2026, 12, 1)),
        ("2026/3/1", date(2026, 3, 1)),
        ("20263", date(2026, 3, 1)),
        ("26-03", None),
        ("2026", None),
        ("", None),
        ("2026-03-", None),
        ("x2026-03", None),
    ],
)
def test_a_month_is_read_as_people_write_it_and_within_bounds(text: str, month: date | None):
    assert rules.month_of(text) == month


def test_the_same_counter_and_month_written_twice_is_one_too_many(inside, town):
    text = "window_code,month,cases\n101-1,2026-03,5\n101-1,2026年3月,5\n101-2,2026-03,5\n101-1,2026-04,5\n"
    assert said(service.import_caseload, text) == [(3, "窗口编号", "与第 2 行重复，请只保留一行。")]
    unknown = "window_code,month,cases\nx,2026-03,5\nx,2026-03,5\n101-1,soon,1\n101-1,soon,1\n"
    remedies = [(line, remedy) for line, _column, remedy in said(service.import_caseload, unknown)]
    counter = "没有此编号的窗口，请先新增窗口或更正编号。"
    twice = [(5, "与第 4 行重复，请只保留一行。")]
    assert [each for each in remedies if each not in twice] == [
        (2, counter),
        (3, counter),
        (4, MONTH_REMEDY),
        (5, MONTH_REMEDY),
    ]


def test_a_half_filled_template_of_caseload_sets_what_it_tells(inside_each):
    town = build()
    service.set_caseload([(town.windows["101-1"], date(2026, 1, 1), 10), (town.windows["101-2"], date(2026, 1, 1), 0)])
    text = "窗口编号,月份,办件量,窗口名称\n101-1,2026-01,11,\n101-2,2026-01,0,\n101-1,2026-02,,\n101-2,2026-02,3,\n"
    plan = service.import_caseload(text.encode())
    assert [(line.line, line.code, line.name, line.before) for line in plan.changed] == [
        (2, "101-1 2026-01", "11", "10")
    ]
    assert [(line.line, line.code, line.name, line.before) for line in plan.added] == [(5, "101-2 2026-02", "3", "")]
    assert (plan.same, plan.total) == (1, 2)
    cells = {(cell.window_id, cell.month.month): cell.cases for cell in service.caseload(date.min, date.max)}
    assert cells == {(1, 1): 11, (2, 1): 0, (2, 2): 3}


def test_counters_are_added_and_changed_and_their_faults_named(inside_each):
    town = build()
    text = (
        "unit_code,code,name,questionnaire\n101,101-1,1号窗口(综合受理),\n101,101-2,二号窗口,\n102,102-2,新窗口,W13\n"
    )
    plan = service.import_windows(text.encode(), dry_run=True)
    assert len(service.windows()) == 3
    assert [(line.line, line.code, line.name, line.before) for line in plan.changed] == [
        (3, "101-2", "二号窗口", "2号窗口")
    ]
    assert [(line.line, line.code, line.name, line.before) for line in plan.added] == [(4, "102-2", "新窗口", "")]
    assert plan.same == 1
    service.import_windows(text.encode())
    assert service.window(town.windows["101-2"]).name == "二号窗口"
    plan = service.import_windows(
        b"unit_code,code,name,questionnaire\n102,102-1,\xe5\x8a\x9e\xe7\xa8\x8e\xe7\xaa\x97\xe5\x8f\xa3,\n"
    )
    assert (plan.total, plan.same) == (0, 1), "an empty form leaves the stored one"
    assert said(service.import_windows, "unit_code,code,name\n999,x,甲\n102,101-1,乙\n") == [
        (2, "单位编号", "没有此编号的单位，请先新增单位或更正编号。"),
        (3, "单位编号", "该窗口属于另一单位，其评价留在原单位；请为新窗口另编编号。"),
    ]
    forms = "unit_code,code,name,questionnaire\n101,x,甲,G\n"
    assert said(service.import_windows, forms) == [(2, "问卷", "请使用 W1, W13, W5 之一。")]


def test_an_upload_that_changes_nothing_is_not_written_down(inside, town):
    before = audit.entries()[1]
    service.import_units("code,name\n101,省教育厅\n".encode())
    service.import_caseload(b"window_code,month,cases\n101-1,2026-01,\n")
    session().rollback()
    assert audit.entries()[1] == before
    service.import_units("code,name\n101,教育厅\n103,省财政厅\n104,省审计厅\n".encode())
    service.import_caseload(b"window_code,month,cases\n101-1,2026-01,4\n")
    service.import_windows("unit_code,code,name\n101,101-3,三号窗口\n".encode())
    entries = [(e.action, e.subject, e.detail) for e in audit.entries()[0][:3]]
    assert entries == [
        ("counters.imported", "1 行", '{"added": 1, "changed": 0}'),
        ("caseload.imported", "1 行", '{"added": 1, "changed": 0}'),
        ("units.imported", "3 行", '{"added": 2, "changed": 1}'),
    ]
