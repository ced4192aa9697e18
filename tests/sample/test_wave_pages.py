"""What the pages of waves say: the list, each state of a wave, its fieldwork and weights, its record."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import update

from survey.base import tables
from survey.base.people.roles import Role
from survey.base.store.database import commit, session
from survey.sample import models, service
from survey.sample.pages import columns
from tests import page_parts
from tests.client import Reader
from tests.conftest import SignIn
from tests.sample.conftest import STRATA, MakeWave, Standing

Look = Callable[..., str]
NO_ANSWER = ["–", "–", "–", "–", "–"]


@pytest.fixture
def look(standing: Standing, sign_in: SignIn) -> Look:
    """Opens a page of a wave as somebody, by default as a statistician; returns its HTML."""

    def open_(state: str, after: str = "", role: Role = Role.STATISTICIAN) -> str:
        client = standing.app.test_client()
        sign_in(client, role)
        page = client.get(f"/sample/waves/{standing.waves[state].id}{after}" if state else f"/sample{after}")
        assert page.status_code == 200 and "%(" not in page.text
        return page.text

    return open_


def actions(page: str) -> set[str]:
    """Where the buttons of a page lead, by their last word."""
    return {form.action.rsplit("/", 1)[-1] for form in Reader(page).forms if form.action.startswith("/sample")}


def test_the_list_stands_newest_first_with_state_days_and_rates(look: Look) -> None:
    days, year = "2026-03-01 – 2026-03-31", "2026 年度"
    expected = [
        ["第 6 波 全员测评 · 人大代表", year, "L · 领导评价", "已抽样", days, "240", "0", "0.0%", "0.0%"],
        ["第 5 波 民意调查", year, "G · 公众评议", "方案制定中", days, "–", "–", "–", "–"],
        ["第 4 波 民意调查", year, "G · 公众评议", "已结束", days, "40", "0", "0.0%", "0.0%"],
        ["第 3 波 民意调查", year, "G · 公众评议", "调查进行中", days, "40", "3", "5.1%", "7.7%"],
        ["第 2 波 民意调查", year, "G · 公众评议", "已抽样", days, "40", "0", "0.0%", "0.0%"],
        ["第 1 波 民意调查", year, "G · 公众评议", "方案制定中", days, "–", "–", "–", "–"],
    ]
    page = look("")
    assert page_parts.rows(page) == expected
    assert page_parts.headings(page) == ["调查", "评议期", "问卷", "状态", "起止日期", "已邀请", "答卷", "RR1", "RR2"]
    assert 'name="round"' not in page, "one round needs no choice"
    assert page_parts.rows(look("", "?round=1")) == expected == page_parts.rows(look("", "?round=x"))
    assert page_parts.rows(look("", "?round=77")) == expected, "a round that is not there chooses nothing"


def test_the_office_and_the_auditor_follow_but_do_not_make_waves(look: Look) -> None:
    for role, manages in ((Role.STATISTICIAN, True), (Role.ADMIN, True), (Role.OFFICE, False), (Role.AUDITOR, False)):
        page = look("", "", role)
        assert ("/sample/waves/new" in page) is manages and ("/sample/frames" in page) is manages


@pytest.mark.parametrize(
    ("state", "done", "current"),
    [
        ("draft", 0, "制定方案"),
        ("locked", 1, "方案已锁定"),
        ("drawn", 2, "已抽样"),
        ("open", 3, "调查进行中"),
        ("closed", 4, "已结束"),
    ],
)
def test_the_steps_show_how_far_a_wave_is(look: Look, state: str, done: int, current: str) -> None:
    steps = look(state).partition('aria-label="步骤"')[2].partition("</ol>")[0]
    assert steps.count("✓") == done
    assert page_parts.words(steps.partition('aria-current="step">')[2].partition("</li>")[0]) == current


@pytest.mark.parametrize(
    ("state", "buttons"),
    [
        ("draft", {"remove"}),
        ("locked", {"draw", "remove"}),
        ("drawn", {"open", "reserve"}),
        ("open", {"close", "reserve"}),
        ("closed", set()),
        ("panel", {"open"}),
    ],
)
def test_each_state_offers_its_own_next_step_and_only_to_the_statistician(
    look: Look, standing: Standing, state: str, buttons: set[str]
) -> None:
    cases = f'/sample/waves/{standing.waves[state].id}/cases"'
    assert actions(look(state)) == buttons
    for role in (Role.OFFICE, Role.AUDITOR):
        page = look(state, "", role)
        assert actions(page) == set() and cases not in page
    assert (cases in look(state)) is ("/record" in look(state)) is (state not in ("draft", "locked"))


def test_a_locked_design_says_what_will_be_drawn_and_its_number(look: Look, standing: Standing) -> None:
    page = look("locked", "", Role.OFFICE)
    assert "从 6 层中抽取 40 个，另备用 13 个。" in page
    assert service.design_hash(standing.waves["locked"].design or {}) in page
    assert "尚未制定抽样方案。" in look("draft") and "/design" not in look("draft", "", Role.OFFICE)


def test_the_head_of_a_wave_says_kind_group_form_and_days(look: Look) -> None:
    lead = "全员测评：名单上的每一个人 · 人大代表 · L · 领导评价 · 2026-03-01 – 2026-03-31"
    assert lead in page_parts.words(look("panel"))
    assert "民意调查：随机抽样 · G · 公众评议 · 2026-03-01 – 2026-03-31" in page_parts.words(look("open"))
    assert page_parts.facts(look("open"))["计入评议期"] == "2026 年度"


def test_fieldwork_stands_by_stratum_and_in_all(look: Look) -> None:
    page = look("open")
    assert page_parts.figures(page) == {
        "份答卷，已邀请 40 个": "3",
        "应答率 RR1（完整答卷）": "5.1%",
        "应答率 RR2（含部分答卷）": "7.7%",
        "剩余备用样本": "13",
    }
    quiet = {label: str(size) for label, (_, size, _) in STRATA.items() if label != "城镇 / 居民"}
    assert page_parts.rows(page)[:6] == [
        *([label, size, "0", "", *NO_ANSWER, size, "–", "0.0%", "0.0%"] for label, size in quiet.items()),
        ["城镇 / 居民", "10", "3", "", "2", "1", "1", "1", "1", "3", "1", "22.2%", "33.3%"],
    ]
    foot = page.partition("<tfoot>")[2].partition("</tfoot>")[0]
    assert page_parts.words(foot) == "合计 40 3 2 1 1 1 1 33 1 5.1% 7.7%"
    assert page_parts.headings(page)[4:] == [*map(str, NAMES), "RR1", "RR2"]
    bars = re.findall(r'<progress[^>]*value="(\d+)" max="(\d+)"\s*aria-label="([^"]*)"', page)
    assert bars[0] == ("0", "5", "乡村 / 代表：已邀请 5 个，已答 0 个")
    assert bars[5] == ("3", "10", "城镇 / 居民：已邀请 10 个，已答 3 个")


NAMES = ("完整答卷", "部分答卷", "拒访", "未能联系", "其他未答", "尚无结果", "不合格")


def test_weights_stand_by_stratum_with_a_dash_where_nobody_answered(look: Look) -> None:
    rows = page_parts.rows(look("open"))[6:]
    assert rows == [
        ["乡村 / 代表", "22", "5", "5", "0", "4.400", "–", "–"],
        ["乡村 / 企业", "22", "5", "5", "0", "4.400", "–", "–"],
        ["乡村 / 居民", "36", "6", "6", "0", "6.000", "–", "–"],
        ["城镇 / 代表", "46", "7", "7", "0", "6.571", "–", "–"],
        ["城镇 / 企业", "47", "7", "7", "0", "6.714", "–", "–"],
        ["城镇 / 居民", "67", "10", "9", "3", "6.700", "2.857", "19.143"],
    ]
    assert page_parts.rows(look("panel"))[1] == ["全部", "240", "240", "240", "0", "1.000", "–", "–"]


def test_the_reserve_is_offered_where_cases_wait(look: Look) -> None:
    offered = page_parts.choices(look("drawn"), "stratum")
    assert offered == {label: f"{label}（剩余 {left} 个）" for label, (*_, left) in STRATA.items()}


def test_a_stratum_whose_reserve_is_used_up_is_offered_no_more(
    app: Flask, make_wave: MakeWave, sign_in: SignIn
) -> None:
    client = app.test_client()
    sign_in(client, Role.STATISTICIAN)
    with app.app_context():
        wave = make_wave()
        for label in STRATA:
            service.call_up(wave.id, label, 99 if label != "城镇 / 居民" else 2)
    page = client.get(f"/sample/waves/{wave.id}").text
    assert page_parts.choices(page, "stratum") == {"城镇 / 居民": "城镇 / 居民（剩余 1 个）"}


def test_weights_are_handed_out_as_csv_and_as_a_workbook(standing: Standing, sign_in: SignIn) -> None:
    client = standing.app.test_client()
    sign_in(client, Role.AUDITOR)
    number = standing.waves["open"].id
    for kind in ("csv", "xlsx"):
        file = client.get(f"/sample/waves/{number}/weights.{kind}")
        assert file.headers["Content-Disposition"] == f'attachment; filename="weights-{number}.{kind}"'
        with standing.app.app_context():
            table = tables.read(file.data, columns={}, keep_others=True)
        assert table.columns == ("层", "总体", "已邀请", "合格", "答卷", "设计权数", "无回答调整系数", "RR1", "RR2")
        lines = [list(row.cells.values()) for row in table.rows]
        assert [line[0] for line in lines] == list(STRATA)
        assert lines[0][1:5] == ["22", "5", "5", "0"] and lines[0][6] == ""
        assert lines[5][1:5] == ["67", "10", "9", "3"]
        assert [float(cell.rstrip("%")) for cell in lines[5][5:7]] == pytest.approx([6.7, 20 / 7], abs=1e-9)
    assert client.get(f"/sample/waves/{number}/weights.pdf").status_code == 404


def test_a_file_of_weights_calls_the_whole_frame_by_its_star(standing: Standing, sign_in: SignIn) -> None:
    client = standing.app.test_client()
    sign_in(client, Role.OFFICE)
    text = client.get(f"/sample/waves/{standing.waves['panel'].id}/weights.csv").text
    assert text.splitlines()[1] == "*,240,240,240,0,1.0,,0.0,0.0"


def test_an_undetermined_weight_is_none_and_the_product_is_what_a_response_stands_for() -> None:
    line = columns.WeightLine("甲", 67, 10, 9, 3, 6.7, 20 / 7, 2 / 9, 3 / 9)
    assert line.weight == pytest.approx(19.142857, abs=5e-7)
    for known in ((None, 1.0), (1.0, None), (None, None)):
        assert columns.WeightLine("甲", 1, 1, 1, 1, *known, None, None).weight is None


# -- The record -----------------------------------------------------------------------------------------------------


def test_the_record_shows_what_a_stranger_needs_to_draw_again(look: Look, standing: Standing) -> None:
    wave = standing.waves["open"]
    page = look("open", "/record", Role.AUDITOR)
    with standing.app.app_context():
        record, frame = service.record(wave.id), service.frame(wave.frame_id)
    facts = page_parts.facts(page)
    listed = f"{frame.name}, 240 个样本单位 由市政务服务局于 2026-02-20 提供 {frame.frame_hash}"
    assert facts["抽样框"] == listed
    assert facts["抽样方案"] == f"分层：区域 × 群体 {record['design_hash']}"
    assert (facts["随机种子"], facts["方法"]) == (record["seed"], record["method"])
    assert facts["抽样日期"] == record["drawn_on"]
    assert facts["样本"] == f"抽中 40 个，备用 13 个 {wave.sample_hash}"
    assert page_parts.rows(page) == [[label, *map(str, sizes)] for label, sizes in STRATA.items()]
    assert f"--record draw-record-{wave.id}.json" in page
    assert page_parts.alerts(page) == [], "nothing is drawn before somebody asks"


def test_the_record_of_a_panel_calls_its_one_stratum_the_whole_frame(look: Look) -> None:
    page = look("panel", "/record")
    assert page_parts.facts(page)["抽样方案"].startswith("分层：全部 ")
    assert page_parts.rows(page) == [["全部", "240", "240", "0"]]


def test_the_record_is_handed_out_as_it_is(standing: Standing, sign_in: SignIn) -> None:
    client = standing.app.test_client()
    sign_in(client, Role.OFFICE)
    number = standing.waves["open"].id
    file = client.get(f"/sample/waves/{number}/record.json")
    with standing.app.app_context():
        assert json.loads(file.text) == service.record(number)
    assert file.headers["Content-Disposition"] == f'attachment; filename="draw-record-{number}.json"'
    assert "服务对象名单" in file.text and file.text.startswith('{\n  "record"')


def test_a_repetition_says_which_of_list_and_sample_differs(app: Flask, make_wave: MakeWave, sign_in: SignIn) -> None:
    client = app.test_client()
    sign_in(client, Role.AUDITOR)
    with app.app_context():
        wave = make_wave()
    here = f"/sample/waves/{wave.id}/record?check=1"
    assert page_parts.alerts(client.get(here).text) == [("success", "刚才已用所存抽样框重新抽样：与原样本逐个一致。")]
    with app.app_context():
        session().execute(update(models.WaveRow).values(seed="别的种子"))
        commit()
        again = service.repeat(wave.id).sample_hash
    words = f"重新抽样的结果与记录不同，其校验值为 {again}。"
    assert page_parts.alerts(client.get(here).text) == [("danger", words)]
    with app.app_context():
        session().execute(update(models.FrameRow).values(frame_hash="0" * 64))
        commit()
        frame_hash = service.repeat(wave.id).frame_hash
    words = f"所存抽样框与记录不符，其校验值为 {frame_hash}。"
    assert page_parts.alerts(client.get(here).text) == [("danger", words)]


@pytest.mark.parametrize("after", ["/record", "/record.json", "/record?check=1"])
def test_a_wave_that_is_not_drawn_shows_no_record(standing: Standing, sign_in: SignIn, after: str) -> None:
    client = standing.app.test_client()
    sign_in(client, Role.OFFICE)
    page = client.get(f"/sample/waves/{standing.waves['locked'].id}{after}")
    assert page.status_code == 409 and "本次调查尚未抽样。" in page.text


# -- Who may --------------------------------------------------------------------------------------------------------


def test_every_page_that_changes_or_names_cases_is_the_statisticians(standing: Standing, sign_in: SignIn) -> None:
    wave, client = standing.waves["open"], standing.app.test_client()
    here = f"/sample/waves/{wave.id}"
    looks = ["/sample/waves/new", f"{here}/design", f"{here}/cases", f"{here}/letters/x", f"{here}/dispositions/x"]
    steps = ["draw", "open", "close", "remove", "reserve", "letters", "links.csv", "dispositions", "cases/1"]
    for role in (Role.OFFICE, Role.AUDITOR, Role.INTERVIEWER, Role.UNIT_MANAGER, Role.FOLLOW_UP):
        sign_in(client, role)
        token = {"csrf_token": client.token("/password")}
        assert [client.get(path).status_code for path in looks] == [403] * len(looks)
        answered = [client.post(f"{here}/{step}", data=token).status_code for step in steps]
        assert answered == [403] * len(steps), role
    with standing.app.app_context():
        assert service.wave(wave.id).state == "open"


@pytest.mark.parametrize("role", [Role.INTERVIEWER, Role.UNIT_MANAGER, Role.FOLLOW_UP])
def test_the_rated_and_the_interviewers_see_no_wave_at_all(standing: Standing, sign_in: SignIn, role: Role) -> None:
    client = standing.app.test_client()
    sign_in(client, role)
    here = f"/sample/waves/{standing.waves['open'].id}"
    paths = ["/sample", here, f"{here}/record", f"{here}/record.json", f"{here}/weights.csv"]
    assert [client.get(path).status_code for path in paths] == [403] * 5
    assert client.get("/sample?" + urlencode({"round": 1})).status_code == 403
