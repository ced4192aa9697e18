"""Pictures of results, read point by point: where each stands, how far its interval goes, and who may see it."""

from __future__ import annotations

import pytest

from survey.base.people.roles import Role
from survey.estimate import service as estimate
from survey.estimate.pages import chart_views, charts
from survey.estimate.pages.charts import Bar
from survey.estimate.pages.filters import UnitIndex
from survey.units import service as units
from tests.conftest import SignIn
from tests.estimate.county import County
from tests.estimate.drawings import Drawing

BARS = [Bar("甲局", 80.0, 75.0, 85.0), Bar("乙局", 90.0, 88.5, 91.5), Bar("丙局", 70.0, 60.0, 80.0, weak=True)]
BRAND = {"light": "#17537f"}


def caterpillar(bars: list[Bar], theme: str = "light") -> Drawing:
    return Drawing(charts.caterpillar(bars, theme=theme, title="综合部门", unit="指数"), "x")


def trend(bars: list[Bar], theme: str = "light") -> Drawing:
    return Drawing(charts.trend(bars, theme=theme, title="各月指数", unit="指数"), "y")


def test_units_stand_from_the_worst_at_the_bottom_to_the_best_at_the_top() -> None:
    found = caterpillar(BARS)
    assert found.labels("y") == ["丙局", "甲局", "乙局"]
    assert found.values == [70, 80, 90]
    heights = [point.y for point in found.points]
    assert heights == sorted(heights, reverse=True), "a picture counts its height from the top"
    assert heights[0] - heights[1] == pytest.approx(heights[1] - heights[2], abs=1e-4)


def test_each_interval_ends_at_its_numbers() -> None:
    assert caterpillar(BARS).intervals == [(60, 80), (75, 85), (88.5, 91.5)]
    assert trend(BARS).intervals == [(75, 85), (88.5, 91.5), (60, 80)]


def test_points_that_rest_on_few_answers_are_hollow() -> None:
    for found, weak in ((caterpillar(BARS), 0), (trend(BARS), 2)):
        insides = [point.inside for point in found.points]
        assert [place for place, inside in enumerate(insides) if inside == "none"] == [weak]
        assert {point.inside for point in found.points} == {"none", BRAND["light"]}
        assert {point.edge for point in found.points} == {BRAND["light"]}


@pytest.mark.parametrize(("low", "high"), [(None, None), (75.0, None), (None, 85.0)])
def test_a_point_without_both_ends_has_no_interval(low: float | None, high: float | None) -> None:
    bars = [Bar("甲局", 80.0, low, high), Bar("乙局", 90.0, 0.0, 100.0)]
    assert caterpillar(bars).intervals == [(0, 100)], "an end at nought is an end"
    assert caterpillar(bars).values == [80, 90]


def test_pictures_say_their_title_and_what_they_count() -> None:
    flat, upright = caterpillar(BARS), trend(BARS)
    assert (flat.words[-1], upright.words[-1]) == ("综合部门", "各月指数")
    assert "指数" in flat.words
    assert "指数" in upright.words
    assert "%(" not in flat.text + upright.text


@pytest.mark.parametrize(("bars", "rows"), [(1, 3), (2, 3), (3, 3), (4, 4), (20, 20)])
def test_a_picture_grows_with_its_units(bars: int, rows: int) -> None:
    found = caterpillar([Bar(f"{n}局", 50.0 + n, None, None) for n in range(bars)])
    assert found.height == pytest.approx(72 * (0.9 + 0.26 * rows), abs=0.01)
    assert found.width == 576
    assert found.values == [50 + n for n in range(bars)]


def test_months_stand_in_their_order_and_a_line_leads_through_them() -> None:
    found = trend(BARS)
    assert found.labels("x") == ["甲局", "乙局", "丙局"]
    assert found.values == [80, 90, 70]
    assert found.line == [80, 90, 70]
    assert [point.x for point in found.points] == sorted(point.x for point in found.points)
    assert found.height == pytest.approx(72 * 2.8, abs=0.01)
    assert caterpillar(BARS).line == []


def test_a_single_month_leaves_room_for_a_second() -> None:
    found = trend([Bar("2026-01", 80.0, 75.0, 85.0)])
    assert found.values == [80]
    assert found.points[0].x < found.width / 2


def test_dark_pages_have_colours_of_their_own() -> None:
    light, dark, other = (caterpillar(BARS, theme).points[1] for theme in ("light", "dark", "blue"))
    assert dark.edge != light.edge
    assert (dark.x, dark.y) == (light.x, light.y)
    assert other == light
    assert trend(BARS, "dark").points[0].edge == dark.edge


def test_equal_numbers_give_the_same_picture_byte_for_byte() -> None:
    assert caterpillar(BARS).text == caterpillar(list(reversed(BARS))).text
    assert trend(BARS).text == trend(list(BARS)).text
    assert trend(BARS).text != trend(list(reversed(BARS))).text


def line(code: str, class_code: str, name: str, mean: float | None = 80.0) -> UnitIndex:
    unit = units.Unit(1, code, code, class_code, name, None, True)
    return UnitIndex(unit, estimate.Index(1, "counter", "", "published" if mean else "hidden", True, mean=mean))


def test_classes_of_two_shown_units_and_more_are_drawn() -> None:
    lines = [
        line("a", "2", "中直"), line("b", "2", "中直"), line("c", "1", "综合"), line("d", "1", "综合", None),
        line("e", "3", "乡镇"), line("f", "3", "乡镇"), line("g", "3", "乡镇"), line("h", "3", "乡镇"),
    ]  # fmt: skip
    assert chart_views.classes_of(lines) == [("2", "中直", 2, 90 + 78), ("3", "乡镇", 4, 90 + 104)]
    assert chart_views.classes_of([]) == []


def test_units_without_a_class_are_a_class_of_their_own(inside: County) -> None:
    lines = [line("a", "", ""), line("b", "", "")]
    assert chart_views.classes_of(lines) == [("", "未分类", 2, 168)]


def test_the_chart_of_a_class_draws_its_shown_units(county: County, sign_in: SignIn) -> None:
    client = county.client()
    sign_in(client, Role.OFFICE)
    answer = client.get(f"/estimate/{county.run}/chart.svg?class=1")
    assert answer.content_type == "image/svg+xml; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, max-age=60"
    found = Drawing(answer.data, "x")
    assert found.labels("y") == ["省教育厅", "省税务局"], "the archive has too few answers"
    assert found.values == [85.49, 90]
    assert found.intervals == [(74.08, 96.91), (87.68, 92.32)]
    assert [point.inside == "none" for point in found.points] == [True, False]
    assert found.words[-1] == "综合部门"
    assert "指数（横线为95%置信区间）" in found.words


def test_the_chart_follows_source_and_points(county: County, sign_in: SignIn) -> None:
    client = county.client()
    sign_in(client, Role.STATISTICIAN)
    panel = client.get(f"/estimate/{county.run}/chart.svg?class=1&source=panel&group=deputies")
    assert Drawing(panel.data, "x").values == [70, 80]
    points = client.get(f"/estimate/{county.run}/chart.svg?class=1&points=100/75/50/25/0")
    assert Drawing(points.data, "x").values == [83.24, 87.5]
    nothing = Drawing(client.get(f"/estimate/{county.run}/chart.svg?class=9").data, "x")
    assert (nothing.points, nothing.words[-1]) == ([], "指数（横线为95%置信区间）")


def test_a_manager_s_chart_has_the_own_unit_only(county: County, sign_in: SignIn) -> None:
    client = county.client()
    sign_in(client, Role.UNIT_MANAGER, units=[county.units["A"]], name="of-a")
    assert Drawing(client.get(f"/estimate/{county.run}/chart.svg?class=1").data, "x").labels("y") == ["省教育厅"]


def test_a_unit_s_months_are_drawn_with_their_intervals(county: County, sign_in: SignIn) -> None:
    client = county.client()
    sign_in(client, Role.AUDITOR)
    found = Drawing(client.get(f"/estimate/{county.run}/unit/{county.units['B']}/trend.svg").data, "y")
    assert found.labels("x") == ["2026-01", "2026-02", "2026-03"]
    assert found.values == found.line == [100, 90, 80]
    assert found.intervals == [(69.15, 100), (85.2, 94.8), (55.32, 86.17)]
    assert {point.inside for point in found.points} == {"none"}, "each month rests on fewer than thirty"
    assert "各月指数" in found.words
    assert "指数（横线为95%置信区间）" in found.words


def test_the_dark_trend_is_drawn_for_the_dark_page(county: County, sign_in: SignIn) -> None:
    client = county.client()
    sign_in(client, Role.OFFICE)
    address = f"/estimate/{county.run}/unit/{county.units['B']}/trend.svg"
    light, dark, odd = (client.get(address + more).data for more in ("", "?theme=dark", "?theme=blue"))
    assert dark == charts.trend(
        [Bar("2026-01", 100.0, *_ends(county, 0), True), Bar("2026-02", 90.0, *_ends(county, 1), True),
         Bar("2026-03", 80.0, *_ends(county, 2), True)],
        theme="dark", title="各月指数", unit="指数（横线为95%置信区间）",
    )  # fmt: skip
    assert light == odd != dark


def _ends(county: County, place: int) -> tuple[float | None, float | None]:
    with county.inside():
        month = estimate.by_part(county.run, county.units["B"], "counter", "month")[place]
    return month.low, month.high


@pytest.mark.parametrize("code", ["D", "E", "F"])
def test_a_unit_without_months_to_show_has_no_picture(county: County, sign_in: SignIn, code: str) -> None:
    client = county.client()
    sign_in(client, Role.OFFICE)
    answer = client.get(f"/estimate/{county.run}/unit/{county.units[code]}/trend.svg")
    assert answer.status_code == 404
    assert "没有可绘制的月份。" in answer.text
