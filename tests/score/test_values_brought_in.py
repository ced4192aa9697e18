"""Values from elsewhere: every cell of an upload is checked, and what is stored is what the file says."""

from __future__ import annotations

import pytest
from flask import Flask

from survey.base.errors import ImportFaults, NotFound
from survey.base.tables import write_csv, write_xlsx
from survey.score import service
from survey.score.scheme.extras import ExtraEntry
from survey.score.sheet import intake
from survey.units import service as units
from tests.score.desk import Desk, deeds
from tests.score.schemes_written import external, leaf, scheme_of

TWINS = """id: twins
version: 1
title: 同名
total: 100
classes:
  - codes: ["1"]
    components:
      - {id: a, title: {zh: 考核, en: Work}, share: 50, source: "external:first", out_of: 60}
      - {id: b, title: 考核, share: 50, source: "external:second", out_of: 40}
  - codes: ["2"]
    components:
      - {id: c, title: {zh: 专项, en: Special}, share: 100, source: "external:third", out_of: 1000}
bonus:
  - {id: award, title: {zh: 表彰, en: Award}, cap: 5}
deductions:
  - {id: late, title: 迟到, cap: 3}
"""


@pytest.fixture(scope="module")
def desk(still_app: Flask) -> Desk:
    """Units that a module's tests read tables against; one of them is no longer appraised, one has no class's rules."""
    made = Desk({"101": "1", "102": "1", "201": "2", "301": "3", "900": "1"})
    units.change_unit(made.unit_ids["900"], name="单位900", class_code="1", parent_id=None, active=False)
    return made


@pytest.fixture(scope="module")
def scheme(still_app: Flask) -> service.Scheme:
    return service.check_scheme(TWINS)


def read(scheme: service.Scheme, *lines: str) -> intake.ValuePlan:
    return intake.read_values(scheme, "\n".join(lines).encode())


def refused(scheme: service.Scheme, *lines: str) -> list[tuple[int, str, str, str]]:
    with pytest.raises(ImportFaults) as error:
        read(scheme, *lines)
    assert error.value.message == "有些行不符合要求，整个文件都没有导入。"
    return [(fault.line, fault.column, fault.value, fault.remedy) for fault in error.value.faults]


def refused_extras(scheme: service.Scheme, *lines: str) -> list[tuple[int, str, str, str]]:
    with pytest.raises(ImportFaults) as error:
        intake.read_extras(scheme, "\n".join(lines).encode())
    assert error.value.message == "有些行不符合要求，整个文件都没有导入。"
    return [(fault.line, fault.column, fault.value, fault.remedy) for fault in error.value.faults]


def test_each_filled_cell_is_a_value_of_its_unit_and_empty_ones_are_none(desk: Desk, scheme: service.Scheme) -> None:
    plan = read(scheme, "单位编号,first,second,专项", "101,60,,", "102,0,40,", "201,,,999.5", "301,,,")
    ids = desk.unit_ids
    assert plan.new == (
        service.NewValue("first", ids["101"], 60.0),
        service.NewValue("first", ids["102"], 0.0),
        service.NewValue("second", ids["102"], 40.0),
        service.NewValue("third", ids["201"], 999.5),
    )
    assert plan.lines == 4


@pytest.mark.parametrize("unit", ["单位编号", "单位代码", "编号", "unit code", "unit"])
@pytest.mark.parametrize("value", ["third", "专项", "Special"])
def test_columns_go_by_code_or_by_title_in_both_languages(
    desk: Desk, scheme: service.Scheme, unit: str, value: str
) -> None:
    [found] = read(scheme, f"{unit},{value}", '201,"1,000"').new
    assert (found.code, found.unit_id, found.value) == ("third", desk.unit_ids["201"], 1000.0)


def test_a_title_that_stands_twice_names_no_column(desk: Desk, scheme: service.Scheme) -> None:
    with pytest.raises(ImportFaults) as error:
        read(scheme, "单位编号,考核", "101,5")
    assert error.value.message == "表中没有可导入的数据。"
    assert [fault.remedy for fault in error.value.faults] == ["请至少加一列指标：first / second / 专项。"]
    assert intake.value_header(scheme) == ["单位编号", "单位", "first", "second", "专项"]


@pytest.mark.parametrize(
    ("column", "unit", "value", "full"),
    [
        ("first", "101", "60.01", "60"),
        ("first", "101", "-0.01", "60"),
        ("second", "101", "41", "40"),
        ("third", "201", "1000.1", "1000"),
        ("first", "101", "优", "60"),
        ("first", "101", "nan", "60"),
        ("first", "101", "inf", "60"),
        ("first", "101", "1e9", "60"),
    ],
)
def test_a_value_lies_between_nothing_and_its_full_marks(
    desk: Desk, scheme: service.Scheme, column: str, unit: str, value: str, full: str
) -> None:
    found = refused(scheme, f"单位编号,{column}", f"{unit},{value}")
    assert found == [(2, column, value, f"请写 0 至 {full} 之间的数。")]


def test_a_unit_of_another_class_or_of_no_class_of_the_scheme_has_no_such_component(
    desk: Desk, scheme: service.Scheme
) -> None:
    assert refused(scheme, "单位编号,first,third", "201,5,6", "101,5,6", "301,5,", "102,5,") == [
        (2, "first", "5", "“第2类”没有这个指标，请留空。"),
        (3, "third", "6", "“第1类”没有这个指标，请留空。"),
        (4, "first", "5", "“第3类”没有这个指标，请留空。"),
    ]


NO_UNIT, TWICE = "没有这个编号的在评单位，请对照单位列表核对。", "这个单位出现了两次，请只留一行。"


def test_a_unit_must_be_known_still_appraised_and_stand_once(desk: Desk, scheme: service.Scheme) -> None:
    assert refused(scheme, "单位编号,first", "999,5", "900,5", "101,5", "101,5", "102,5", "101,70") == [
        (2, "unit", "999", NO_UNIT),
        (3, "unit", "900", NO_UNIT),
        (5, "unit", "101", TWICE),
        (7, "unit", "101", TWICE),
    ]


def test_full_width_figures_and_workbooks_are_read_alike(desk: Desk, scheme: service.Scheme) -> None:
    assert read(scheme, "单位编号,first", "１０１,５９．５").new[0].value == 59.5
    book = write_xlsx({"数据": (["编号", "first"], [["101", 12.5], ["102", None]])})
    assert [one.value for one in intake.read_values(scheme, book).new] == [12.5]


def test_every_entry_of_an_extra_is_taken_by_code_or_title(desk: Desk, scheme: service.Scheme) -> None:
    header = ["编号", "加扣分项目", "points", "原因"]
    rows = [
        ["101", "表彰", 2, "一"],
        ["101", "award", "0.5", "二"],
        ["101", "Award", 1, "三"],
        ["201", "迟到", 9, "四"],
    ]
    plan = intake.read_extras(scheme, write_csv(header, rows))
    one, other = desk.unit_ids["101"], desk.unit_ids["201"]
    assert plan.new == (
        service.NewExtra("award", one, 2.0, "一"),
        service.NewExtra("award", one, 0.5, "二"),
        service.NewExtra("award", one, 1.0, "三"),
        service.NewExtra("late", other, 9.0, "四"),
    )
    assert plan.lines == 4


ITEM, ABOVE, REASON = (
    "方案规定的项目有：表彰 / 迟到。",
    "请写大于 0 的数，加还是减由项目决定。",
    "请写明理由，不超过 400 字。",
)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("101,嘉奖,1,好", [("item", "嘉奖", ITEM)]),
        ("101,,1,好", [("item", "", ITEM)]),
        ("101,award,0,好", [("points", "0", ABOVE)]),
        ("101,award,-1,好", [("points", "-1", ABOVE)]),
        ("101,award,,好", [("points", "", ABOVE)]),
        ("101,award,两分,好", [("points", "两分", ABOVE)]),
        ("101,award,1,", [("reason", "", REASON)]),
        (f"101,award,1,{'好' * 401}", [("reason", "好" * 401, REASON)]),
        ("998,award,1,好", [("unit", "998", NO_UNIT)]),
        ("101,嘉奖,0,", [("item", "嘉奖", ITEM), ("points", "0", ABOVE), ("reason", "", REASON)]),
    ],
)
def test_an_entry_names_its_item_its_points_and_its_reason(
    desk: Desk, scheme: service.Scheme, line: str, found: list[tuple[str, str, str]]
) -> None:
    faults = refused_extras(scheme, "单位编号,项目,分值,理由", "102,award,1,好", line)
    assert faults == [(3, *one) for one in found]


def test_a_reason_of_400_characters_is_taken(desk: Desk, scheme: service.Scheme) -> None:
    plan = intake.read_extras(scheme, f"单位编号,项目,分值,理由\n101,late,0.001,{'好' * 400}\n".encode())
    assert (plan.new[0].points, len(plan.new[0].reason)) == (0.001, 400)


def test_a_scheme_without_extras_says_so(desk: Desk) -> None:
    plain = service.check_scheme(scheme_of(leaf()))
    found = refused_extras(plain, "单位编号,项目,分值,理由", "101,award,1,好")
    assert found == [(2, "item", "award", "方案规定的项目有：无。")]


def test_what_is_missing_is_listed_by_value_for_units_that_need_it(desk: Desk, scheme: service.Scheme) -> None:
    ids = desk.unit_ids
    assert intake.missing_values(scheme, units.units(), []) == {
        "first": ["单位101", "单位102"],
        "second": ["单位101", "单位102"],
        "third": ["单位201"],
    }
    present = [("first", ids["101"]), ("third", ids["201"]), ("second", ids["201"])]
    assert intake.missing_values(scheme, units.units(), present) == {
        "first": ["单位102"],
        "second": ["单位101", "单位102"],
        "third": [],
    }


def test_values_replace_each_other_unit_by_unit_and_stay_apart_by_round_and_scheme(app_on_each_database: Flask) -> None:
    with app_on_each_database.app_context():
        made = Desk()
        one, other, later = made.unit_ids["101"], made.unit_ids["102"], made.next_year()
        made.bring("hami", {"results": {"101": 1.0, "102": 2.0}, "conduct": {"101": 3.0}})
        made.bring("bailian", {"results": {"101": 4.0}})
        made.bring("hami", {"results": {"101": 5.0}}, later)
        assert service.set_values(made.year, "hami", [service.NewValue("results", one, 6.0)] * 2) == 1
        assert service.given(made.year, "hami").values == {
            ("results", one): 6.0,
            ("results", other): 2.0,
            ("conduct", one): 3.0,
        }
        assert service.given(made.year, "bailian").values == {("results", one): 4.0}
        assert service.given(later, "hami").values == {("results", one): 5.0}
        assert service.given(later, "bailian").values == {}
        assert service.set_values(made.year, "hami", []) == 0
        assert service.missing_values(made.year, "hami") == {"results": ["单位201"], "conduct": ["单位102", "单位201"]}


def test_extras_replace_all_before_of_their_round_and_scheme_only(app_on_each_database: Flask) -> None:
    with app_on_each_database.app_context():
        made = Desk()
        one, other, later = made.unit_ids["101"], made.unit_ids["102"], made.next_year()
        first = [service.NewExtra("x", one, 2.0, "乙"), service.NewExtra("x", one, 1.0, "甲")]
        assert service.set_extras(made.year, "hami", [*first, service.NewExtra("y", other, 3.0, "丙")]) == 3
        assert service.given(made.year, "hami").extras == {
            one: {"x": [ExtraEntry(2.0, "乙"), ExtraEntry(1.0, "甲")]},
            other: {"y": [ExtraEntry(3.0, "丙")]},
        }
        service.set_extras(later, "hami", first[:1])
        service.set_extras(made.year, "bailian", first[:1])
        assert service.set_extras(made.year, "hami", []) == 0
        assert service.given(made.year, "hami").extras == {}
        assert (
            service.given(later, "hami").extras
            == service.given(made.year, "bailian").extras
            == {one: {"x": [ExtraEntry(2.0, "乙")]}}
        )


def test_a_round_that_is_not_there_takes_no_values(app: Flask) -> None:
    with app.app_context():
        made = Desk()
        with pytest.raises(NotFound):
            service.set_values(99, "hami", [service.NewValue("results", made.unit_ids["101"], 1.0)])
        with pytest.raises(NotFound):
            service.set_extras(99, "hami", [service.NewExtra("x", made.unit_ids["101"], 1.0, "好")])
    with app.app_context():
        assert deeds() == []


def test_an_upload_is_stored_whole_and_recorded_and_a_dry_run_is_neither(app: Flask) -> None:
    with app.app_context():
        made = Desk()
        service.add_scheme(scheme_of(external("a"), tail="bonus: [{id: award, title: 表彰, cap: 5}]"))
        values, extras = "编号,a\n101,5\n102,6\n".encode(), "编号,项目,分值,理由\n101,表彰,1,好\n".encode()
        assert service.import_values(made.year, "test", values, dry_run=True).lines == 2
        assert service.import_extras(made.year, "test", extras, dry_run=True).lines == 1
        assert (service.given(made.year, "test").values, service.given(made.year, "test").extras) == ({}, {})
        assert len(service.import_values(made.year, "test", values).new) == 2
        assert len(service.import_extras(made.year, "test", extras).new) == 1
    with app.app_context():
        assert len(service.given(made.year, "test").values) == 2
        assert service.given(made.year, "test").extras == {made.unit_ids["101"]: {"award": [ExtraEntry(1.0, "好")]}}
        assert [deed[1:] for deed in deeds()[1:]] == [
            ("score-values.set", "test", '{"round": "2026", "values": 2}'),
            ("score-extras.set", "test", '{"entries": 1, "round": "2026"}'),
        ]
