"""Units, classes, counters and caseload one by one: what changes, what stays, what is refused, what is written down."""

from __future__ import annotations

import json
from datetime import date

import pytest

from survey.base.errors import NotFound, Refused
from survey.base.people import audit
from survey.base.people.roles import Role, Viewer
from survey.base.store import demo
from survey.base.store.database import commit, session
from survey.units import service
from survey.units.pages.period import PARTS, period, twelve_months_before
from survey.units.service import NewUnit, NewWindow
from tests.units.conftest import build

OFFICE = Viewer(1, "office", frozenset({Role.OFFICE}), frozenset())


def written_down() -> dict[str, tuple[str, dict[str, object]]]:
    """Deed -> what it was done to, and its details; of several, the newest."""
    return {e.action: (e.subject, json.loads(e.detail)) for e in reversed(audit.entries()[0])}


def codes_listed(**asked: object) -> list[str]:
    return [unit.code for unit in service.listed(OFFICE, **asked)]


@pytest.fixture
def region(inside):
    """Five units in two classes and in none, one of them closed."""
    numbers = service.add_units(
        [
            NewUnit("B2", "丙局", "2", "金融机构"),
            NewUnit("A1", "甲局", "2"),
            NewUnit("C3", "乙局 Tax", "1", "综合部门", parent_code="A1"),
            NewUnit("A2", "丁局"),
            NewUnit("D4", "旧局", "1"),
        ]
    )
    service.change_unit(numbers["D4"], name="旧局", class_code="1", parent_id=None, active=False)
    return numbers


def test_units_are_listed_by_code_name_or_class(region):
    assert codes_listed() == ["A1", "A2", "B2", "C3"]
    assert codes_listed(sort="name") == ["A2", "B2", "C3", "A1"], "by the signs of the name"
    assert codes_listed(sort="class") == ["A2", "C3", "A1", "B2"], "without a class first, then class by class"
    assert codes_listed(sort="height") == codes_listed()


def test_a_search_finds_every_word_in_code_or_name(region):
    assert codes_listed(search="a") == ["A1", "A2", "C3"]
    assert codes_listed(search="TAX c3") == ["C3"]
    assert codes_listed(search="tax a1") == []
    assert codes_listed(search="  ") == ["A1", "A2", "B2", "C3"]
    assert codes_listed(class_code="2") == ["A1", "B2"]
    assert codes_listed(class_code="2", search="丙") == ["B2"]
    assert codes_listed(class_code="3") == []
    assert codes_listed(closed=True) == ["D4"]
    assert codes_listed(closed=True, class_code="2") == []


def test_a_list_is_cut_to_what_its_reader_may_see(region):
    for role in Role:
        viewer = Viewer(2, "x", frozenset({role}), frozenset({region["A1"], region["D4"]}))
        seen = [unit.code for unit in service.units(viewer)]
        assert seen == (["A1", "A2", "B2", "C3"] if viewer.sees_all else ["A1"]), role
        every = [unit.code for unit in service.units(viewer, active_only=False)]
        assert len(every) == (5 if viewer.sees_all else 2)


def test_a_class_made_with_units_is_named_by_whoever_names_it(region):
    assert [(known.code, known.name, known.size) for known in service.classes()] == [
        ("1", "综合部门", 2),
        ("2", "金融机构", 2),
    ]
    service.add_units([NewUnit("E5", "戊局", "9"), NewUnit("F6", "己局", "2", "别的名称")])
    assert [(known.code, known.name, known.size) for known in service.classes()] == [
        ("1", "综合部门", 2),
        ("2", "金融机构", 3),
        ("9", "9", 1),
    ]


def test_a_unit_changed_keeps_its_code_and_takes_the_rest(region):
    changed = service.change_unit(region["A2"], name="丁总局", class_code="2", parent_id=region["B2"], active=True)
    assert changed == service.Unit(region["A2"], "A2", "丁总局", "2", "金融机构", region["B2"], True)
    assert written_down()["unit.changed"] == ("A2", {"name": "丁总局", "class_code": "2", "active": True})
    assert service.change_unit(region["A2"], name="丁", class_code="", parent_id=None, active=True).class_code == ""


@pytest.mark.parametrize("above", ["C3", "A1"])
def test_a_unit_is_not_hung_below_itself_or_its_own(region, above: str):
    with pytest.raises(Refused, match="该单位将成为自己的上级。") as refused:
        service.change_unit(region["A1"], name="甲局", class_code="2", parent_id=region[above], active=True)
    assert refused.value.remedy == "请选择不在其下级的单位。"
    assert service.unit(region["A1"]).parent_id is None


def test_new_units_in_a_circle_or_under_nobody_are_refused_whole(inside_each):
    circle = [NewUnit("a", "甲", parent_code="b"), NewUnit("b", "乙", parent_code="a"), NewUnit("c", "丙")]
    with pytest.raises(Refused, match="以下单位将成为自己的上级：a, b。"):
        service.add_units(circle)
    session().rollback()
    with pytest.raises(NotFound, match="没有编号为 x, z 的单位。"):
        service.add_units([NewUnit("a", "甲", parent_code="z"), NewUnit("b", "乙", parent_code="x")])
    session().rollback()
    assert service.units() == []
    assert service.add_units([]) == {}
    assert list(service.add_units([NewUnit("b", "乙", parent_code="a"), NewUnit("a", "甲")])) == ["b", "a"]


def test_a_code_given_twice_in_one_list_is_refused_and_ten_are_named(inside):
    with pytest.raises(Refused, match="编号 d 已被使用。") as refused:
        service.add_units([NewUnit("d", "甲"), NewUnit("d", "乙"), NewUnit("e", "丙")])
    assert refused.value.remedy == "请换一个编号。"
    session().rollback()
    many = [NewUnit(f"u{n:02}", "单位") for n in range(12)]
    service.add_units(many)
    with pytest.raises(Refused) as refused:
        service.add_units(many)
    assert refused.value.message == f"编号 {', '.join(f'u{n:02}' for n in range(10))} 已被使用。"


@pytest.mark.parametrize(("form", "known"), [("W1", True), ("W5", True), ("W13", True), ("G", False), ("none", False)])
def test_a_counter_asks_a_form_made_for_counters(inside, town, form: str, known: bool):
    window_id = town.windows["101-1"]
    if known:
        assert service.change_window(window_id, name="一号", questionnaire=form, active=False) == service.Window(
            window_id, town.education, "101-1", "一号", form, False
        )
        detail = {"name": "一号", "questionnaire": form, "active": False}
        assert written_down()["counter.changed"] == ("101-1", detail)
        return
    with pytest.raises(Refused):
        service.change_window(window_id, name="一号", questionnaire=form, active=True)
    with pytest.raises(Refused):
        service.add_windows([NewWindow("101", "101-9", "九号", form)])
    session().rollback()
    assert len(service.windows()) == 3


def test_counters_are_told_of_one_unit_or_all_by_code(inside, town):
    service.add_windows([NewWindow("101", "100-0", "零号")])
    assert [window.code for window in service.windows()] == ["100-0", "101-1", "101-2", "102-1"]
    assert [window.code for window in service.windows(town.education)] == ["100-0", "101-1", "101-2"]
    assert service.windows(999) == []
    assert service.add_windows([]) == {}
    with pytest.raises(NotFound, match="没有编号为 8, 9 的单位。"):
        service.add_windows([NewWindow("9", "9-1", "九"), NewWindow("8", "8-1", "八"), NewWindow("101", "x", "好")])


def test_what_is_not_there_is_a_sentence(inside):
    for ask, sentence in (
        (lambda: service.unit(9), "没有该单位。"),
        (lambda: service.class_(9), "没有该类别。"),
        (lambda: service.window(9), "没有该窗口。"),
        (lambda: service.change_class(9, "x"), "该项已不存在。"),
        (lambda: service.remove_class(9), "没有该类别。"),
        (lambda: service.change_window(9, name="x", questionnaire="W1", active=True), "该项已不存在。"),
        (lambda: service.change_unit(9, name="x", class_code="", parent_id=None, active=True), "该项已不存在。"),
    ):
        with pytest.raises(NotFound, match=sentence):
            ask()
    assert service.unit_by_code("nobody") is None


def test_classes_are_added_renamed_and_removed_by_code(inside_each):
    build()
    service.add_class("0", "中央驻皖单位")
    service.change_class(service.classes()[0].id, "中央单位")
    assert [(known.code, known.name) for known in service.classes()] == [("0", "中央单位"), ("1", "综合部门")]
    with pytest.raises(Refused, match="编号 1 已被使用。") as refused:
        service.add_class("1", "又一个")
    assert refused.value.remedy == "请换一个编号。"
    full = service.classes()[1]
    with pytest.raises(Refused, match="类别“综合部门”中还有 2 个单位。") as refused:
        service.remove_class(full.id)
    assert refused.value.remedy == "请先将这些单位调到其他类别。"
    service.remove_class(service.classes()[0].id)
    told = written_down()
    assert (told["class.added"], told["class.changed"], told["class.removed"]) == (
        ("0", {"name": "中央驻皖单位"}),
        ("0", {"name": "中央单位"}),
        ("0", {}),
    )


def test_caseload_told_again_replaces_that_month_only(inside_each):
    town = build()
    first, second, third = town.windows.values()
    service.set_caseload([(first, date(2025, 12, 31), 1), (first, date(2026, 1, 1), 2), (second, date(2026, 1, 31), 3)])
    service.set_caseload([(first, date(2026, 1, 15), 20), (third, date(2026, 2, 1), 4)])
    cells = [(c.window_id, c.unit_id, c.month, c.cases) for c in service.caseload(date.min, date.max)]
    assert cells == [
        (first, town.education, date(2025, 12, 1), 1),
        (first, town.education, date(2026, 1, 1), 20),
        (second, town.education, date(2026, 1, 1), 3),
        (third, town.tax, date(2026, 2, 1), 4),
    ]
    assert [c.cases for c in service.caseload(date(2025, 12, 31), date(2026, 1, 1), town.education)] == [1, 20, 3]
    assert [c.cases for c in service.caseload(date(2026, 2, 28), date(2026, 2, 28), town.tax)] == [4]
    assert service.caseload(date(2026, 3, 1), date(2026, 12, 31)) == []
    assert written_down()["caseload.set"] == ("2 项窗口月办件量", {})


def test_more_cells_than_one_statement_takes_are_stored_and_replaced(inside):
    window_id = build().windows["101-1"]
    cells = [(window_id, date(1900 + n // 12, n % 12 + 1, 1), n) for n in range(2001)]
    service.set_caseload(cells)
    service.set_caseload([(number, month, cases + 1) for number, month, cases in cells])
    assert [cell.cases for cell in service.caseload(date.min, date.max)] == list(range(1, 2002))


def test_only_simulated_caseload_is_taken_away_and_names_stay(inside, town):
    service.set_caseload([(town.windows["101-1"], date(2026, 1, 1), 5)])
    with pytest.raises(Refused):
        service.remove_demo()
    assert len(service.caseload(date.min, date.max)) == 1
    demo.set_present(True)
    commit()
    service.remove_demo()
    session().rollback()
    assert service.caseload(date.min, date.max) == []
    assert (len(service.units()), len(service.windows())) == (2, 3)


PERIODS = {
    ("2025", ""): (date(2025, 1, 1), date(2025, 12, 31)),
    ("2024", "1h"): (date(2024, 1, 1), date(2024, 6, 30)),
    ("2024", "2h"): (date(2024, 7, 1), date(2024, 12, 31)),
    ("2024", "q1"): (date(2024, 1, 1), date(2024, 3, 31)),
    ("2024", "q2"): (date(2024, 4, 1), date(2024, 6, 30)),
    ("2024", "q3"): (date(2024, 7, 1), date(2024, 9, 30)),
    ("2024", "q4"): (date(2024, 10, 1), date(2024, 12, 31)),
}


@pytest.mark.parametrize("asked", PERIODS, ids="-".join)
def test_each_part_of_a_year_has_its_first_and_last_day(asked: tuple[str, str]):
    year, part = int(asked[0]), asked[1]
    found = period(year, part, years=[2024, 2025], today=date(2025, 8, 9))
    assert (found.first, found.last) == PERIODS[asked]
    assert (found.year, found.part, found.asked) == (year, part, {"year": year, "part": part})
    assert set(PARTS) == {part for _year, part in PERIODS if part}


def test_a_part_that_is_none_means_the_year_and_a_year_that_is_none_the_last_twelve_months():
    whole = period(2024, "q5", years=[2024], today=date(2025, 8, 9))
    assert (whole.first, whole.last, whole.part) == (date(2024, 1, 1), date(2024, 12, 31), "")
    for year in (None, 1999):
        last = period(year, "q1", years=[2024], today=date(2025, 8, 9))
        assert (last.first, last.last, last.asked) == (date(2024, 9, 1), date(2025, 8, 9), {"year": "", "part": ""})
    assert twelve_months_before(date(2026, 1, 31)) == date(2025, 2, 1)
    assert twelve_months_before(date(2026, 12, 31)) == date(2026, 1, 1)
