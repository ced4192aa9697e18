"""Files of results: every number with all its digits, what each line is of, and whose lines they are."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook

from survey.base.people.roles import Role
from tests.client import Client
from tests.conftest import SignIn
from tests.estimate.county import County

PANEL = {"source": "panel", "group": "deputies"}


@pytest.fixture
def office(county: County, sign_in: SignIn) -> Client:
    client = county.client()
    sign_in(client, Role.OFFICE)
    return client


def csv_of(client: Client, county: County, **query: str) -> list[list[str]]:
    answer = client.get(f"/estimate/{county.run}/indices.csv", query_string=query)
    assert answer.content_type == "text/csv; charset=utf-8"
    return [line.split(",") for line in answer.data.decode("utf-8-sig").splitlines()]


def test_the_file_has_every_number_with_all_its_digits(office: Client, county: County) -> None:
    heading, first, *others = csv_of(office, county)
    assert heading[:31] == [
        "编号", "单位", "类别", "来源", "题目", "发布状态", "答卷", "有效答卷", "说不清", "主动评价率", "应答率RR1",
        "应答率RR2", "办件量", "覆盖率", "非常满意率", "满意率", "满意率标准误", "满意率区间下限", "满意率区间上限",
        "差评率", "均值", "标准误", "区间下限", "区间上限", "设计效应", "自由度", "有效样本量", "暂存待核答卷",
        "含暂存待核答卷的均值", "经停用评价码的评价", "含停用码评价的均值",
    ]  # fmt: skip
    assert heading[31:] == [f"第{n}档人次" for n in (5, 4, 3, 2, 1, 0)] + [f"第{n}档占比" for n in (5, 4, 3, 2, 1)]
    line = dict(zip(heading, first, strict=True))
    assert first[:8] == ["A", "省教育厅", "综合部门", "窗口评价", "总体评价", "仅供参考", "20", "19"]
    assert float(line["均值"]) == pytest.approx(15560 / 182, abs=1e-12)
    assert (line["办件量"], line["覆盖率"], line["应答率RR1"], line["应答率RR2"]) == ("200", "0.5", "", "")
    assert [line[f"第{n}档人次"] for n in (5, 4, 3, 2, 1, 0)] == ["7", "5", "2", "0", "5", "1"]
    assert [row[5] for row in others] == ["正式发布", "答卷过少", "正式发布", "答卷过少"]
    assert set(others[1][6:]) == set(others[3][6:]) == {""}


def test_a_file_of_scores_and_one_of_a_question_say_what_they_are_of(office: Client, county: County) -> None:
    heading, first, *_others = csv_of(office, county, **PANEL)
    assert heading[6:] == [
        "答卷", "有效答卷", "主动评价率", "应答率RR1", "应答率RR2", "办件量", "覆盖率", "均值", "标准误", "区间下限",
        "区间上限", "设计效应", "自由度", "有效样本量", "暂存待核答卷", "含暂存待核答卷的均值",
        "经停用评价码的评价", "含停用码评价的均值", "评分者间标准差",
    ]  # fmt: skip
    assert first[3:5] == ["测评组 · 人大代表", "总体评价"]
    _heading, first, *others = csv_of(office, county, question="W-E1", q="税务")
    assert first[:5] == ["B", "省税务局", "综合部门", "窗口评价", "W-E1"]
    assert others == []


def test_the_workbook_holds_the_same_under_the_round_s_name(office: Client, county: County) -> None:
    answer = office.get(f"/estimate/{county.run}/indices.xlsx?source=import")
    assert f'filename="indices-{county.run}-import.xlsx"' in answer.headers["Content-Disposition"]
    (sheet,) = load_workbook(io.BytesIO(answer.data)).worksheets
    heading, first = sheet.iter_rows(values_only=True)
    assert sheet.title == "全年评议"
    assert first[:8] == ("A", "省教育厅", "综合部门", "导入数据", "总体评价", "仅供参考", 7, 7)
    assert dict(zip(heading, first, strict=True))["均值"] == pytest.approx(70, abs=1e-12)
    assert office.get(f"/estimate/{county.run}/indices.pdf").status_code == 404


def test_a_manager_s_file_has_own_units_only(county: County, sign_in: SignIn) -> None:
    manager = county.client()
    sign_in(manager, Role.UNIT_MANAGER, units=[county.units["B"], county.units["D"]], name="of-b-and-d")
    assert [row[0] for row in csv_of(manager, county)[1:]] == ["B", "D"]
