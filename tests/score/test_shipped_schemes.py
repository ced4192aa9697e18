"""The schemes that come with the product, each scored by hand from its document, and versions that never change."""

from __future__ import annotations

import pytest
from flask import Flask

from survey.base.canonical import sha256
from survey.base.errors import ImportFaults, NotFound, Refused
from survey.score import service
from tests.score.desk import OFFICE, Desk, deeds, lines_of
from tests.score.judging import INDEX_85, INDEX_88, Judging
from tests.score.schemes_written import external, scheme_of

ANHUI_FULL = {"core": 300.0, "lawful": 200.0, "conduct": 100.0}


def bring(judging: Judging, scheme: str, unit: str, given: dict[str, float]) -> None:
    new = [service.NewValue(code, judging.unit_ids[unit], value) for code, value in given.items()]
    service.set_values(judging.round.id, scheme, new)


@pytest.fixture
def anhui(app: Flask) -> Judging:
    """Three units of class 1, polled at 88 and rated at 85: clients = (88 + 85) ÷ 2 = 86.5 → 346."""
    with app.app_context():
        judging = Judging([("101", "1"), ("102", "2"), ("501", "5")])
        for unit in ("101", "102"):
            judging.polled(unit, INDEX_88)
            judging.rated(unit, INDEX_85)
            bring(judging, "anhui-2012", unit, ANHUI_FULL)
        judging.compute()
        return judging


def test_anhui_halves_fixed_and_visiting_clients(app: Flask, anhui: Judging) -> None:
    with app.app_context():
        sheet = service.sheet(service.make_sheet(anhui.round.id, "anhui-2012")).content
        line = sheet.classes[0].lines[0]
        core, lawful, clients, conduct = line.parts
        assert [part.points for part in (core, lawful, conduct)] == [300.0, 200.0, 100.0]
        assert [part.full for part in clients.parts] == [200.0, 200.0]
        assert [part.points for part in clients.parts] == [pytest.approx(176.0), pytest.approx(170.0)]
        assert (clients.points, clients.value) == (pytest.approx(346.0), pytest.approx(86.5))
        assert (line.total, line.grade, line.rank) == (946.0, None, 1)
        assert sheet.left_out == ("单位501",)
        assert [group.code for group in sheet.classes] == ["1", "2"]
        assert sheet.scheme["graded"] is False
        assert len(sheet.assumptions) == 5


@pytest.mark.parametrize(
    ("bonus", "taken", "counted", "total"),
    [
        ([20.0], [], (20.0, 0.0), 966.0),
        ([15.0, 10.0], [], (20.0, 0.0), 966.0),
        ([], [50.0], (0.0, 50.0), 896.0),
        ([], [30.0, 20.5], (0.0, 50.0), 896.0),
        ([3.5], [0.25, 0.25], (3.5, 0.5), 949.0),
    ],
)
def test_anhui_adds_at_most_20_and_takes_at_most_50(
    app: Flask,
    anhui: Judging,
    bonus: list[float],
    taken: list[float],
    counted: tuple[float, float],
    total: float,
) -> None:
    with app.app_context():
        unit = anhui.unit_ids["101"]
        new = [service.NewExtra("commended", unit, points, "先进") for points in bonus]
        new += [service.NewExtra("false-report", unit, points, "虚报") for points in taken]
        service.set_extras(anhui.round.id, "anhui-2012", new)
        line = lines_of(service.make_sheet(anhui.round.id, "anhui-2012"))["101"]
        assert (line.bonus, line.deduction, line.total, line.total_with_held) == (*counted, total, total)
        assert lines_of(service.make_sheet(anhui.round.id, "anhui-2012"))["102"].total == 946.0


def test_a_missing_value_of_class_4_is_of_class_4_only(app: Flask) -> None:
    with app.app_context():
        judging = Judging([("101", "1"), ("401", "4")])
        found = service.missing_values(judging.round.id, "anhui-2012")
        assert found == {
            "core": ["单位101"],
            "lawful": ["单位101"],
            "conduct": ["单位101"],
            "economy": ["单位401"],
        }


@pytest.mark.parametrize(
    ("results", "conduct", "total", "grade"),
    [
        (100, 100, 100.0, "优秀"),
        (95, 95, 95.0, "优秀"),
        (94.99, 95, 94.99, "合格"),
        (94.99, 95.01, 95.0, "优秀"),  # 94.998 is 95.00
        (75, 75, 75.0, "合格"),
        (100, 37.5, 75.0, "合格"),
        (75, 74.98, 74.99, "不合格"),
        (0, 0, 0.0, "不合格"),
        (83.333, 66.667, 76.67, "合格"),  # 49.9998 + 26.6668
    ],
)
def test_hami_takes_60_and_40_per_cent(app: Flask, results: float, conduct: float, total: float, grade: str) -> None:
    with app.app_context():
        desk = Desk({"101": "9"})
        desk.bring("hami", {"results": {"101": results}, "conduct": {"101": conduct}})
        line = lines_of(service.make_sheet(desk.year, "hami"))["101"]
        assert (line.total, str(line.grade)) == (total, grade)
        assert (line.standard_error, line.degrees_of_freedom, line.low, line.high) == (None, None, None, None)


@pytest.mark.parametrize(
    ("indicators", "taken", "total", "grade"),
    [
        (80.0, 0.0, 97.0, "优"),
        (73.0, 0.0, 90.0, "优"),
        (72.99, 0.0, 89.99, "良"),
        (73.0, 0.01, 89.99, "良"),
        (63.0, 0.0, 80.0, "良"),
        (62.99, 0.0, 79.99, "一般"),
        (61.0, 3.0, 75.0, "一般"),
        (61.0, 9.0, 75.0, "一般"),
        (60.99, 3.0, 74.99, "差"),
    ],
)
def test_bailian_adds_17_points_of_the_public_and_takes_at_most_3(
    app: Flask, indicators: float, taken: float, total: float, grade: str
) -> None:
    with app.app_context():
        judging = Judging()
        judging.polled("101", INDEX_85)
        judging.compute()
        bring(judging, "bailian", "101", {"indicators": indicators})
        if taken:
            extra = service.NewExtra("inspection", judging.unit_ids["101"], taken, "脱岗")
            service.set_extras(judging.round.id, "bailian", [extra])
        line = lines_of(service.make_sheet(judging.round.id, "bailian"))["101"]
        assert (line.total, str(line.grade), line.deduction) == (total, grade, min(taken, 3.0))


def test_taizhou_weighs_leaders_30_and_citizens_70(app: Flask) -> None:
    with app.app_context():
        judging = Judging()
        judging.led("101", [100, 100, 70, 70, 60])  # 80
        judging.polled("101", INDEX_85)
        judging.compute()
        bring(judging, "taizhou-2013", "101", {"work": 87.5})
        line = lines_of(service.make_sheet(judging.round.id, "taizhou-2013"))["101"]
        work, public = line.parts
        assert (work.points, work.value, work.full, work.out_of) == (70.0, 87.5, 80.0, 100.0)
        assert [part.full for part in public.parts] == [pytest.approx(6.0), pytest.approx(14.0)]
        assert [part.points for part in public.parts] == [pytest.approx(4.8), pytest.approx(11.9)]
        assert (line.total, line.unranked, line.rank) == (86.7, "", 1)  # a panel of five was asked in full


def test_deductions_never_take_a_total_below_nothing(app: Flask) -> None:
    with app.app_context():
        desk = Desk()
        service.add_scheme(scheme_of(external("a"), tail="deductions: [{id: late, title: 迟到, cap: 90}]"))
        desk.bring("test", {"a": {"101": 50.0, "102": 90.0, "201": 90.01}})
        new = [service.NewExtra("late", unit, 90.0, "好") for unit in desk.unit_ids.values()]
        service.set_extras(desk.year, "test", new)
        found = lines_of(service.make_sheet(desk.year, "test"))
        assert [found[unit].total for unit in ("101", "102", "201")] == [0.0, 0.0, 0.01]
        assert found["101"].total_with_held == 0.0


@pytest.mark.parametrize(("cap", "total"), [("", 70.0), ("bonus_cap: 15", 65.0), ("bonus_cap: 0", 50.0)])
def test_a_cap_over_all_bonuses_holds_on_a_sheet(app: Flask, cap: str, total: float) -> None:
    with app.app_context():
        desk = Desk({"101": "1"})
        items = "bonus: [{id: x, title: 甲, cap: 10}, {id: y, title: 乙, cap: 10}]\n"
        service.add_scheme(scheme_of(external("a"), tail=items + cap))
        desk.bring("test", {"a": {"101": 50.0}})
        unit = desk.unit_ids["101"]
        service.set_extras(desk.year, "test", [service.NewExtra(code, unit, 12.0, "好") for code in ("x", "y")])
        assert lines_of(service.make_sheet(desk.year, "test"))["101"].total == total


@pytest.mark.parametrize(("decimals", "total"), [(0, 67.0), (1, 66.7), (3, 66.667), (6, 66.666667)])
def test_a_total_has_the_digits_of_its_scheme(app: Flask, decimals: int, total: float) -> None:
    with app.app_context():
        desk = Desk({"101": "1"})
        service.add_scheme(scheme_of(external("a", out_of="3"), tail=f"decimals: {decimals}"))
        desk.bring("test", {"a": {"101": 2.0}})
        assert lines_of(service.make_sheet(desk.year, "test"))["101"].total == total


def test_the_shipped_schemes_are_found_by_their_codes_and_no_other_is_there(app: Flask) -> None:
    with app.app_context():
        assert {"anhui-2012", "bailian", "hami", "taizhou-2013"} <= set(service.shipped_schemes())
        for code in ("gone", "", "../schemes/hami", "HAMI"):
            with pytest.raises(NotFound, match="没有这个方案"):
                service.shipped_text(code)
            with pytest.raises(NotFound, match="没有这个方案"):
                service.newest_scheme(code)
        assert service.schemes_stored() == []


def test_a_sheet_stores_the_shipped_scheme_that_it_uses_once(app: Flask) -> None:
    with app.app_context():
        desk = Desk()
        for _ in range(2):
            desk.appraised({"101": 1.0})
        [stored] = service.schemes_stored()
        text = service.shipped_text("hami")
        assert (stored.code, stored.version, stored.title, stored.sheets) == ("hami", 1, "交通局内部绩效考评", 2)
        assert (stored.sha256, stored.stored_by) == (sha256(text), "li")
        assert service.scheme_text(stored.id) == text
        assert service.scheme(stored.id) == service.check_scheme(text)


def test_versions_are_listed_newest_first_by_scheme_with_their_sheets(app_on_each_database: Flask) -> None:
    with app_on_each_database.app_context():
        desk = Desk()
        second, first = scheme_of(external("a")).replace("version: 1", "version: 9"), scheme_of(external("a"))
        numbers = [service.add_scheme(text, viewer=OFFICE) for text in (second, first)]
        other = service.add_scheme(first.replace("id: test", "id: aaa"))
        service.make_sheet(desk.year, "test")
        assert [(one.id, one.code, one.version, one.sheets) for one in service.schemes_stored()] == [
            (other, "aaa", 1, 0),
            (numbers[0], "test", 9, 1),
            (numbers[1], "test", 1, 0),
        ]
        assert service.newest_scheme("test").version == 9
        stored = [deed for deed in deeds() if deed[1] == "scheme.stored"]
        assert [deed[:3] for deed in stored] == [
            ("li", "scheme.stored", "test 9"),
            ("li", "scheme.stored", "test 1"),
            ("system", "scheme.stored", "aaa 1"),
        ]


def test_a_stored_version_with_other_words_names_the_next_free_one(app: Flask) -> None:
    with app.app_context():
        text = scheme_of(external("a"))
        service.add_scheme(text)
        service.add_scheme(text.replace("version: 1", "version: 4"))
        with pytest.raises(Refused) as refused:
            service.add_scheme(text + "# 改\n")
        assert refused.value.message == "方案 test 第 1 版已经保存，内容与此不同。"
        assert refused.value.remedy == "已保存的版本不再变动，请把 version 改为 5。"
        assert service.scheme_text(1) == text
        with pytest.raises(ImportFaults):
            service.add_scheme(text.replace("share: 100", "share: 99"))
        assert len(service.schemes_stored()) == 2


def test_an_own_version_goes_before_the_shipped_one(app: Flask) -> None:
    with app.app_context():
        own = service.shipped_text("hami").replace("version: 1", "version: 2").replace("from: 95", "from: 90")
        own = own.replace("below: 95", "below: 90")
        service.add_scheme(own)
        assert service.newest_scheme("hami").grades[0].lower == 90
        desk = Desk({"101": "1"})
        assert str(lines_of(desk.appraised({"101": 90.0}))["101"].grade) == "优秀"
        assert service.sheet(1).entry.scheme_version == 2


def test_a_scheme_that_is_not_there_has_no_text(app: Flask) -> None:
    with app.app_context():
        for deed in (service.scheme_text, service.scheme):
            with pytest.raises(NotFound, match="没有这个方案"):
                deed(99)


def test_a_very_long_title_is_shortened_for_lists_only(app: Flask) -> None:
    with app.app_context():
        text = scheme_of(external("a")).replace("试行方案", "长" * 201)
        number = service.add_scheme(text)
        assert service.schemes_stored()[0].title == "长" * 200
        assert service.scheme(number).title.zh == "长" * 201
