"""Behind a personal link: which bodies are asked about, in which order, and what is said when something is amiss."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from survey.base import clock
from survey.sample import service as sample
from survey.units import service as units
from tests.client import Reader
from tests.collect.conftest import Town


def spoken(html: str) -> list[str]:
    """Class headings and bodies of a page, in their order."""
    return re.findall(r'(?:<legend>|<h2>|<span>|value="\d+">)([^<]+)</', html)


BODIES = ["综合部门", "省教育厅", "省公安厅", "中央驻皖单位", "省气象局", "省地震局", "省邮政局"]


def test_bodies_stand_under_their_class_in_the_order_of_codes(town: Town):
    (poll,), (panel,) = town.link(), town.link("panel", "L")
    client = town.app.test_client()
    screening = client.get(f"/p/{poll}")
    assert [word for word in spoken(screening.text) if word in BODIES] == BODIES
    assert "过去 12 个月，您和下列哪些单位打过交道？" in screening.text
    assert "接下来最多随机请您评价其中 3 个。" in screening.text
    assert "第 1 步，共 2 步" in screening.text
    sheet = client.get(f"/p/{panel}")
    assert [word for word in spoken(sheet.text) if word in BODIES] == BODIES
    assert "0 分最低,100 分最高。" in sheet.text
    assert 'name="spread_seen"' not in sheet.text


@pytest.mark.parametrize(("ticked", "asked"), [(0, 0), (1, 1), (3, 3), (4, 3), (5, 3)])
def test_at_most_three_of_the_bodies_dealt_with_are_asked_about(town: Town, ticked: int, asked: int):
    (token,) = town.link()
    contacted = sorted(town.units.values())[:ticked]
    page = town.app.test_client().post(f"/p/{token}", data={"step": "screening", "unit": contacted})
    assert page.status_code == 200
    fields = {name for form in Reader(page.text).forms for name in form.values}
    about = set(re.findall(r"name=u(\d+)\.G-1 ", page.text))
    assert len(about) == asked
    assert about <= {str(number) for number in contacted}
    assert Reader(page.text).forms[0].values.get("unit", []) == [str(number) for number in contacted]
    assert ("您没有和这些单位打过交道" in page.text) == (ticked == 0)
    assert "第 2 步，共 2 步" in page.text
    assert "step" not in fields
    assert town.stored()["response"] == 0


def test_bodies_that_are_closed_or_not_offered_are_not_asked_about(town: Town):
    (token,) = town.link()
    with town.app.app_context():
        units.change_unit(town.units["201"], name="省气象局", class_code="B", parent_id=None, active=False)
    client = town.app.test_client()
    assert "省气象局" not in client.get(f"/p/{token}").text
    page = client.post(f"/p/{token}", data={"step": "screening", "unit": [town.units["201"], 999, town.units["101"]]})
    assert Reader(page.text).forms[0].values["unit"] == [str(town.units["101"])]


def test_where_one_body_is_left_nobody_asks_which(town: Town):
    (token,) = town.link()
    with town.app.app_context():
        for code in ("102", "201", "202", "203"):
            one = units.unit_by_code(code)
            units.change_unit(one.id, name=one.name, class_code=one.class_code, parent_id=None, active=False)
    client = town.app.test_client()
    page = client.get(f"/p/{token}")
    assert f"name=u{town.units['101']}.G-1 " in page.text
    assert 'name="step"' not in page.text
    assert client.post(f"/p/{token}", data={f"u{town.units['101']}.G-1": "4"}).status_code == 303
    assert town.levels() == [4]


@pytest.mark.parametrize(
    ("scores", "warned"),
    [([90, 90], False), ([90, 91.9, 91], True), ([90, 92, 91], False), ([70.5, 70.5, 70.5], True)],
)
def test_three_scores_alike_are_asked_about_and_stand_as_they_were(town: Town, scores: list[float], warned: bool):
    (token,) = town.link("panel", "L")
    asked = sorted(town.units.values())
    fields = {f"u{unit}.L-1": f"{score:g}" for unit, score in zip(asked, scores, strict=False)}
    page = town.app.test_client().post(f"/p/{token}", data=fields)
    assert page.status_code == (200 if warned else 303)
    assert town.stored()["answer"] == (0 if warned else len(scores))
    if warned:
        assert f"(约 {scores[0]:.1f} 分)" in page.text
        held = Reader(page.text).forms[0].values
        assert {name: held[name][0] for name in fields} == fields
        assert held["spread_seen"] == ["1"]
        assert held[f"u{asked[3]}.L-1"] == [""]


def test_of_several_faults_the_first_is_said_and_everything_fitting_stays(town: Town):
    (token,) = town.link()
    asked = sorted(town.units.values())[:2]
    fields = {"unit": asked, f"u{asked[0]}.G-1": "9", f"u{asked[1]}.G-1": "2", "G-TOLD": "perhaps", "G-TREND": "worse"}
    page = town.app.test_client().post(f"/p/{token}", data={**fields, "bg.age": "60+", "text": "长" * 2001})
    assert page.status_code == 400
    assert "有一项答案不属于这张评价表。" in page.text
    held = Reader(page.text).forms[0].values
    assert held[f"u{asked[1]}.G-1"] == ["2"]
    assert (held["G-TREND"], held["bg.age"], held["text"]) == (["worse"], ["60+"], ["长" * 2001])
    assert f"u{asked[0]}.G-1" not in held
    assert "G-TOLD" not in held
    assert held["unit"] == [str(number) for number in asked]
    assert town.stored()["response"] == 0


def test_words_too_long_are_said_and_shown_again(town: Town):
    (token,) = town.link("panel", "L")
    first = min(town.units.values())
    page = town.app.test_client().post(f"/p/{token}", data={f"u{first}.L-1": "60", "text": "长" * 2001})
    assert page.status_code == 422
    assert Reader(page.text).forms[0].values[f"u{first}.L-1"] == ["60"]


def test_the_first_of_two_kinds_of_faults_is_the_one_said(town: Town):
    (token,) = town.link()
    page = town.app.test_client().post(f"/p/{token}", data={"text": "长" * 2001, "G-TOLD": "perhaps"})
    assert page.status_code == 422


def test_a_panel_s_sheet_needs_a_score_and_a_poll_s_needs_anything(town: Town):
    (poll,), (panel,) = town.link(), town.link("panel", "L")
    client = town.app.test_client()
    empty = client.post(f"/p/{panel}", data={"text": "没有分数"})
    assert empty.status_code == 422
    assert "请选择" in empty.text
    assert Reader(empty.text).forms[0].values["text"] == ["没有分数"]
    assert client.post(f"/p/{panel}", data={f"u{min(town.units.values())}.L-1": "0"}).status_code == 303
    assert client.post(f"/p/{poll}", data={"bg.age": "60+"}).status_code == 303
    assert town.stored()["response"] == 2


def test_a_link_speaks_english_to_the_end(town: Town):
    (token,) = town.link("panel", "L")
    client = town.app.test_client()
    page = client.get(f"/p/{token}?lang=en")
    assert "0 is the lowest, 100 the highest." in page.text
    assert Reader(page.text).forms[0].action == "?lang=en"
    sent = client.post(f"/p/{token}?lang=en", data={f"u{min(town.units.values())}.L-1": "55"})
    assert sent.location.endswith("?lang=en")
    (other,) = town.link("poll", "W1")
    plain = client.post(f"/p/{other}", data={f"u{min(town.units.values())}.W-E1": "5"})
    assert "lang" not in plain.location


def test_a_link_works_until_the_last_day_and_an_unknown_one_never(town: Town, monkeypatch: pytest.MonkeyPatch):
    (token,) = town.link()
    client, today = town.app.test_client(), clock.today()
    for days, status in ((0, 200), (10, 200), (11, 410)):
        monkeypatch.setattr(clock, "today", lambda days=days: today + timedelta(days=days))
        for page in (client.get(f"/p/{token}"), client.post(f"/p/{token}", data={"step": "screening"})):
            assert page.status_code == status, days
            assert 'lang="zh-Hans"' in page.text
    assert client.get("/p/" + "x" * 200).status_code == 404
    assert client.post("/p/unknown", data={}).status_code == 404
    assert town.stored()["submission"] == 0


@pytest.mark.parametrize(("answered", "disposition"), [(0, "P"), (2, "P"), (3, "I")])
def test_a_sheet_is_whole_when_each_body_has_its_overall_answer(town: Town, answered: int, disposition: str):
    (token,) = town.link()
    asked = sorted(town.units.values())[:3]
    told = {f"u{unit}.G-1": "0" for unit in asked[:answered]}
    rest = {f"u{unit}.G-2": "5" for unit in asked}
    assert town.app.test_client().post(f"/p/{token}", data={"unit": asked, **told, **rest}).status_code == 303
    with town.app.app_context():
        cases, _total = sample.cases(sample.waves()[0].id)
    assert [case.disposition for case in cases] == [disposition]
