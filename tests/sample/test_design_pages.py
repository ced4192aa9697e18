"""A wave is wished for, planned by its address, locked, drawn and led to its end on pages."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from survey.base import clock
from survey.base.people.roles import Role
from survey.rounds import service as rounds
from survey.sample import service
from survey.sample.pages import columns, waves
from survey.units import service as units
from tests import page_parts
from tests.client import Reader
from tests.conftest import SignIn
from tests.sample.conftest import CHOICE, SOURCE, MakeWave, Standing

WISH = {"first": "区域", "second": "", "method": "proportional", "total": "60", "minimum": "2", "reserve": "10"}


@pytest.fixture
def reader(standing: Standing, sign_in: SignIn) -> FlaskClient:
    client = standing.app.test_client()
    sign_in(client, Role.STATISTICIAN)
    return client


@pytest.fixture
def worker(client: FlaskClient, sign_in: SignIn) -> FlaskClient:
    sign_in(client, Role.STATISTICIAN)
    return client


def planned(reader: FlaskClient, standing: Standing, state: str = "draft", **changes: str) -> str:
    page = reader.get(f"/sample/waves/{standing.waves[state].id}/design?{urlencode({**WISH, **changes})}")
    assert page.status_code == 200 and "%(" not in page.text
    return page.text


def invalid(page: str) -> dict[str, str]:
    """Field -> what is wrong with it."""
    return {name: page_parts.words(said) for name, said in re.findall(r'id="(\w+)-error">(.*?)</div>', page, re.DOTALL)}


# -- The plan -------------------------------------------------------------------------------------------------------


def test_a_plan_shows_sizes_fractions_weights_and_margins(reader: FlaskClient, standing: Standing) -> None:
    page = planned(reader, standing, **{"sd:城镇": "12.5"})
    assert page_parts.figures(page) == {
        "样本量": "60",
        "备用样本": "6",
        "层": "2",
        "分，总体误差幅度（95％）": "± 6.7",
    }
    assert page_parts.rows(page) == [
        ["乡村", "80", "20", "2", "", "25.0%", "4.0", "", "± 19.0"],
        ["城镇", "160", "40", "4", "", "25.0%", "4.0", "", "± 3.4"],
    ]
    assert re.findall(r'name="(sd:[^"]*)" value="([^"]*)"\s*aria-label="([^"]*)"', page) == [
        ("sd:乡村", "50", "乡村 的标准差"),
        ("sd:城镇", "12.5", "城镇 的标准差"),
    ]
    assert "抽样框：服务对象名单 1，共 240 个单位。本页只做方案，不抽样。" in page


def test_bars_set_the_share_of_the_sample_beside_that_of_the_population(
    reader: FlaskClient, standing: Standing
) -> None:
    page = planned(reader, standing, method="neyman", **{"sd:城镇": "12.5"})
    bars = [re.findall(r'width="([\d.]+)"\s*height="6" fill="var\(--([\w-]+)\)"', part) for part in page.split("<svg")]
    assert [bar for bar in bars if bar] == [
        [("50.00", "line-strong"), ("100.00", "brand")],
        [("100.00", "line-strong"), ("50.00", "brand")],
    ]
    assert "占总体 33.3%，占样本 66.7%" in page and "占总体 66.7%，占样本 33.3%" in page


def test_the_longest_bar_of_a_plan_is_whole(standing: Standing) -> None:
    with standing.app.app_context():
        plan = service.plan(standing.waves["draft"].frame_id, CHOICE)
    shares = columns.comparisons(plan)
    assert max(max(one.population_bar, one.sample_bar) for one in shares.values()) == 1
    country = shares["乡村 / 代表"]
    assert (country.population, country.sample) == (22 / 240, 5 / 40)
    assert (country.population_bar, country.sample_bar) == pytest.approx((22 / 67, 5 / 40 * 240 / 67), abs=1e-12)


@pytest.mark.parametrize(
    ("cases", "total", "minimum"),
    [(1, 1, 1), (3, 1, 1), (4, 2, 1), (79, 39, 1), (80, 40, 2), (1199, 599, 29), (1200, 600, 30), (99999, 600, 30)],
)
def test_planning_begins_with_half_of_a_short_list_and_600_of_a_long_one(
    standing: Standing, cases: int, total: int, minimum: int
) -> None:
    frame = service.Frame(1, "名单", "局", date(2026, 2, 1), "", "编号", ("区域", "群体"), cases, "")
    first = {"first": "区域", "second": "", "method": "proportional", "reserve": 20}
    assert waves._first_plan(frame) == {**first, "total": total, "minimum": minimum}
    assert waves._first_plan(service.Frame(1, "n", "s", frame.supplied_on, "", "k", (), cases, ""))["first"] == ""


def test_a_spread_that_is_no_number_above_0_up_to_100_counts_as_not_given() -> None:
    given = {
        "sd:甲": "100",
        "sd:乙": "100.1",
        "sd:丙": "0",
        "sd:丁": "0.1",
        "sd:戊": "viel",
        "sd:己": "nan",
        "sd:庚": "-5",
    }
    assert waves._deviations({**given, "sd:": "7", "total": "9", "xsd:甲": "3"}) == {"甲": 100.0, "丁": 0.1, "": 7.0}


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        ("total", ["4", "240"], ["0", "1000001", "", "x", "1.5"]),
        ("minimum", ["1", "30"], ["0", "100001", "", "-1"]),
        ("reserve", ["0", "300", "12.5"], ["-0.1", "300.1", "", "viel"]),
        ("method", ["proportional", "neyman"], ["census", "magic"]),
        ("first", ["区域", ""], ["年龄"]),
        ("second", ["群体", ""], ["年龄"]),
    ],
)
def test_a_wish_within_its_limits_is_planned_and_one_beyond_is_marked(
    reader: FlaskClient, standing: Standing, field: str, good: list[str], bad: list[str]
) -> None:
    for value in good:
        page = planned(reader, standing, **{field: value})
        assert invalid(page) == {} and page_parts.figures(page)
    for value in bad:
        page = planned(reader, standing, **{field: value})
        assert list(invalid(page)) == [field] and page_parts.figures(page) == {}
        assert "锁定本方案" not in page, "what is not planned cannot be locked"


def test_the_last_sizes_that_a_form_takes_are_refused_by_the_list_only(reader: FlaskClient, standing: Standing) -> None:
    said = page_parts.alerts(planned(reader, standing, total="1000000", minimum="100000"))
    assert said == [("warning", "抽样框只有 240 个单位，少于所需的 1000000 个。 请减少样本量，或改为全员测评。")]


def test_the_same_column_twice_is_one_column_and_the_second_alone_will_do(
    reader: FlaskClient, standing: Standing
) -> None:
    alone = page_parts.rows(planned(reader, standing))
    assert page_parts.rows(planned(reader, standing, second="区域")) == alone
    assert page_parts.rows(planned(reader, standing, first="", second="区域")) == alone
    whole = page_parts.rows(planned(reader, standing, first=""))
    assert whole == [["全部", "240", "60", "6", "", "25.0%", "4.0", "", "± 11.0"]]


def test_a_panel_is_planned_without_a_wish(worker: FlaskClient, make_wave: MakeWave) -> None:
    with worker.application.app_context():
        wave = make_wave("draft", kind="panel", questionnaire="L")
    here = f"/sample/waves/{wave.id}/design"
    page = worker.get(here).text
    assert page_parts.rows(page) == [["全部", "240", "240", "0", "", "100.0%", "1.0", "50", "± 0.0"]]
    assert 'id="plan"' not in page and 'name="sd:' not in page
    locked = worker.submit(here)
    assert locked.request.path == f"/sample/waves/{wave.id}"
    with worker.application.app_context():
        design = service.wave(wave.id).design or {}
        assert (design["method"], design["total"], design["reserve_share"]) == ("census", 240, 0)


def test_a_plan_is_locked_as_it_is_shown(worker: FlaskClient, make_wave: MakeWave) -> None:
    with worker.application.app_context():
        wave = make_wave("draft")
    here = f"/sample/waves/{wave.id}/design"
    locked = worker.submit(f"{here}?{urlencode({**WISH, 'method': 'neyman', 'sd:城镇': '12.5'})}")
    words = "方案已锁定。请公布校验值，然后用公布的种子抽样。"
    assert page_parts.alerts(locked.text) == [("success", words)]
    with worker.application.app_context():
        design = service.SampleDesign.from_json(service.wave(wave.id).design or {})
    assert (design.columns, design.method, design.total, design.minimum) == (("区域",), "neyman", 60, 2)
    assert (design.reserve_share, design.sd) == (0.1, {"乡村": 50.0, "城镇": 12.5})
    assert design.sizes == {"乡村": 40, "城镇": 20}
    again = worker.get(here)
    assert again.status_code == 302 and again.location == f"/sample/waves/{wave.id}"


def test_a_plan_that_cannot_be_is_not_locked(worker: FlaskClient, make_wave: MakeWave) -> None:
    with worker.application.app_context():
        wave = make_wave("draft")
    here = f"/sample/waves/{wave.id}/design"
    token = worker.token(here)
    for change in ({"total": "241"}, {"total": "x"}):
        page = worker.post(here, data={**WISH, **change, "csrf_token": token})
        assert page.status_code == 200 and "锁定本方案" not in page.text
    with worker.application.app_context():
        assert service.wave(wave.id).design is None


# -- A new wave -----------------------------------------------------------------------------------------------------


def test_a_new_wave_begins_today_for_thirty_days_from_the_list_it_was_asked_of(
    reader: FlaskClient, standing: Standing
) -> None:
    frame_id = standing.waves["open"].frame_id
    page = reader.get(f"/sample/waves/new?frame_id={frame_id}").text
    form = next(form for form in Reader(page).forms if "opens_on" in form.values)
    assert form.values["frame_id"] == [str(frame_id)]
    days = [date.fromisoformat(form.values[name][0]) for name in ("opens_on", "closes_on")]
    assert days[0] in (clock.today(), clock.today() - timedelta(days=1)) and (days[1] - days[0]).days == 30
    assert page_parts.choices(page, "frame_id")[str(frame_id)] == "服务对象名单 3（240 个单位）"
    assert page_parts.choices(page, "kind") == {
        "poll": "民意调查：随机抽样",
        "panel": "全员测评：名单上的每一个人",
    }
    groups = page_parts.choices(page, "group")
    assert groups[""] == "无" and groups["deputies"] == "人大代表" and next(iter(groups)) == ""
    assert page_parts.choices(page, "questionnaire")["G"] == "G · 公众评议"


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"name": ""}, "name", "请填写调查名称。"),
        ({"name": "  "}, "name", "请填写调查名称。"),
        ({"name": "波" * 101}, "name", ""),
        ({"name": "第 1 波"}, "name", "已有名为“第 1 波”的调查，请换一个名称。"),
        ({"opens_on": ""}, "opens_on", "请填写开始日期。"),
        ({"closes_on": ""}, "closes_on", "请填写截止日期。"),
        ({"opens_on": "2026-05-02"}, "closes_on", "请选择不早于开始日期的截止日期。"),
        ({"kind": "census"}, "kind", ""),
        ({"questionnaire": "ZZ"}, "questionnaire", ""),
        ({"group": "nobody"}, "group", ""),
        ({"frame_id": "999"}, "frame_id", ""),
        ({"unit_ids": "7"}, "unit_ids", ""),
    ],
)
def test_a_new_wave_is_looked_over_field_by_field(
    reader: FlaskClient, standing: Standing, changes: dict[str, str], field: str, words: str
) -> None:
    wish = {"name": "新波", "frame_id": "1", "kind": "poll", "questionnaire": "G"}
    wish |= {"opens_on": "2026-05-01", "closes_on": "2026-05-01"}
    page = reader.submit("/sample/waves/new", **{**wish, **changes})
    found = invalid(page.text)
    assert page.status_code == 200 and list(found) == [field]
    assert found[field] == words if words else found[field]
    with standing.app.app_context():
        assert len(service.waves()) == 6


def test_a_new_wave_asks_about_the_bodies_that_are_chosen(worker: FlaskClient) -> None:
    with worker.application.app_context():
        numbers = units.add_units(
            [units.NewUnit("101", "甲局", "1", "综合部门"), units.NewUnit("102", "乙局", "1", "综合部门")]
        )
        service.add_frame(SOURCE, [service.Case("a", ("城镇", "居民"))])
    page = worker.get("/sample/waves/new").text
    assert page_parts.choices(page, "unit_ids") == {str(numbers["101"]): "101 甲局", str(numbers["102"]): "102 乙局"}
    wish: dict[str, Any] = {"frame_id": "1", "kind": "poll", "questionnaire": "G", "unit_ids": [str(numbers["102"])]}
    made = worker.submit("/sample/waves/new", name="波" * 100, **wish)
    assert made.request.path == "/sample/waves/1/design"
    with worker.application.app_context():
        wave = service.wave(1)
        assert wave.unit_ids == (numbers["102"],) and wave.name == "波" * 100
        assert rounds.collection(wave.collection_id).unit_ids == {numbers["102"]}


def test_without_a_list_there_is_no_new_wave_yet(worker: FlaskClient) -> None:
    page = worker.get("/sample/waves/new", follow_redirects=True)
    assert page.request.path == "/sample/frames/new"
    assert page_parts.alerts(page.text) == [("info", "请先导入抽样框，样本从抽样框中抽取。")]
    assert "还没有调查。样本从抽样框中抽取，请先导入名单。" in worker.get("/sample").text
