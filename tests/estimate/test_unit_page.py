"""The page of one body's number: figures, account, parts and strata, for whoever may see them."""

from __future__ import annotations

import re

import pytest

from survey.base.people.roles import Role
from survey.estimate.pages import columns
from survey.estimate.pages.filters import IndicesAsked
from survey.estimate.service import Index, Selector
from survey.estimate.values import Measure
from survey.questions.service import SCALES
from tests import page_parts as parts
from tests.client import Client
from tests.conftest import SignIn
from tests.estimate.county import County

PANEL = {"source": "panel", "collection": "panel-H-deputies"}
JULY = {"source": "poll", "collection": "七月"}


@pytest.fixture
def office(county: County, sign_in: SignIn) -> Client:
    client = county.client()
    sign_in(client, Role.OFFICE)
    return client


def page(client: Client, county: County, code: str = "A", *, round_: str = "2026", **query: str) -> str:
    answer = client.get(f"/estimate/{county.runs[round_]}/unit/{county.units[code]}", query_string=query)
    assert answer.status_code == 200, answer.text[:3000]
    assert "%(" not in answer.text
    return answer.text


def section(text: str, title: str) -> str:
    """A card of the page, from its heading to its end."""
    return text.partition(f">{title}</h2>")[2].partition("</section>")[0]


def notes(text: str) -> list[str]:
    """The small words below the figures."""
    card = text.partition('<section class="card p-3 mb-3" aria-label="指数">')[2].partition("</section>")[0]
    return [parts.words(found) for found in re.findall(r'<div class="small text-secondary">(.*?)</div>', card)]


def account(text: str) -> list[str]:
    return [
        parts.words(line) for line in re.findall(r"<li>(.*?)</li>", section(text, "这个指数是怎么算出来的"), re.DOTALL)
    ]


def test_no_figure_stands_alone(office: Client, county: County) -> None:
    text = page(office, county)
    assert parts.figures(text) == {
        "指数": "85.49", "有效答卷": "19", "主动评价率": "10.0%", "标准误": "5.43", "满意率": "94.5%",
        "非常满意": "69.2%", "差评率": "5.5%", "说不清": "9.0%", "含待核": "85.49",
    }  # fmt: skip
    assert notes(text) == [
        "95%置信区间 74.08 – 96.91", "仅供参考", "办件量 200", "设计效应 0.88", "95%置信区间 89.0% – 97.3%",
        "不计入指数", "暂存待核0份",
    ]  # fmt: skip
    assert "<h1>省教育厅</h1>" in text
    assert "全年评议 · 综合部门" in text


def test_held_answers_and_a_missing_caseload_are_told(office: Client, county: County) -> None:
    text = page(office, county, "B")
    figures = parts.figures(text)
    assert (figures["含待核"], figures["主动评价率"], figures["指数"]) == ("72.00", "–", "90.00")
    assert "暂存待核10份" in notes(text)
    assert "未上报办件量" in notes(text)
    assert "仅供参考" not in notes(text), "forty answers are enough"
    assert "含待核" not in parts.figures(page(office, county, round_="2026-s"))


def test_a_poll_tells_both_rates_of_response_and_a_panel_its_spread(office: Client, county: County) -> None:
    text = page(office, county, **JULY)
    assert parts.figures(text)["应答率"] == "66.7%"
    assert "RR2 为 66.7%" in notes(text)
    panel = parts.figures(page(office, county, **PANEL))
    assert panel == {"指数": "80.00", "有效答卷": "5", "标准误": "7.07", "评分者间标准差": "15.81", "含待核": "80.00"}
    assert "应答率" not in parts.figures(page(office, county, source="online"))


def test_the_distribution_is_a_table_of_levels_points_and_shares(office: Client, county: County) -> None:
    text = page(office, county)
    card = text.partition('aria-label="指数">')[2].partition("</section>")[0]
    assert parts.rows(card) == [
        ["非常满意", "100", "7", "69.2%", ""],
        ["满意", "80", "5", "5.5%", ""],
        ["基本满意", "60", "2", "19.8%", ""],
        ["不满意", "30", "0", "0.0%", ""],
        ["非常不满意", "0", "5", "5.5%", ""],
        ["没遇到或说不清", "–", "1", "–", ""],
    ]
    assert re.findall(r'width="([\d.]+)"\s+height="8" fill="var\(--level-(\d)\)"', card) == [
        ("69.23", "5"), ("5.49", "4"), ("19.78", "3"), ("0.00", "2"), ("5.49", "1"),
    ]  # fmt: skip
    other = page(office, county, points="90/75/50/25/10")
    assert [row[1] for row in parts.rows(other)[:6]] == ["90", "75", "50", "25", "10", "–"]


def test_the_account_follows_how_people_came_to_answer(office: Client, county: County) -> None:
    lines = account(page(office, county))
    assert lines[0] == (
        "每份答卷按所选档次赋分（从好到差为 100/80/60/30/0）。“说不清”不赋分、不计入指数：20份答卷中有1份。"
    )
    assert "有评价的窗口和月份占本单位办件量的50.0%（覆盖率）" in lines[1]
    assert lines[2] == "指数 = Σ（权数 × 分值） ÷ Σ权数 = 85.49。"
    assert "t 取自由度18的分位数：74.08 至 96.91" in lines[-1]
    assert "覆盖率" not in "".join(account(page(office, county, "B")))


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (JULY, "每份答卷的权数 = 层内人数 ÷ 抽中人数"),
        (PANEL, "每位评议者打0到100分。指数 = 5个分数的平均值 = 80.00。"),
        ({"source": "online"}, "每份答卷计一次：指数 = 12份答卷分值的平均 = 82.50。"),
        ({"source": "import"}, "每份答卷采用文件给定的权数，未给定的为1。指数 = Σ（权数 × 分值） ÷ Σ权数 = 70.00。"),
    ],
)
def test_each_kind_has_an_account_of_its_own(office: Client, county: County, query: dict[str, str], words: str) -> None:
    found = "".join(account(page(office, county, **query)))
    assert words in found
    assert found.count("指数 = ") - found.count("置信区间 = 指数") <= 2


def test_waves_pooled_by_shares_say_so(office: Client, county: County) -> None:
    lines = account(page(office, county, round_="2026-s"))
    assert "各批次分别计算指数，再按事先约定的占比合成： 七月 40.0%; 十二月 60.0%" in lines[1]
    assert "各批次分别" not in "".join(account(page(office, county, round_="2026-t")))


def test_months_are_drawn_and_listed_where_there_are_several(office: Client, county: County) -> None:
    text = section(page(office, county, "B"), "逐月变化")
    assert parts.headings(text) == ["月份", "指数", "95%置信区间", "答卷", "评价分布", "满意率", "差评率"]
    assert parts.rows(text) == [
        ["2026-01 仅供参考", "100.00", "69.15 – 100.00", "10", "", "100.0%", "0.0%"],
        ["2026-02 仅供参考", "90.00", "85.20 – 94.80", "20", "", "100.0%", "0.0%"],
        ["2026-03 仅供参考", "80.00", "55.32 – 86.17", "10", "", "100.0%", "0.0%"],
    ]
    assert f'src="/estimate/{county.run}/unit/{county.units["B"]}/trend.svg?source=counter"' in text
    assert 'alt="各月指数及95%置信区间，数据与下表相同"' in text
    assert "逐月变化" not in page(office, county), "A was rated in January only"


def test_counters_and_groups_are_called_by_their_names(office: Client, county: County) -> None:
    text = section(page(office, county), "分窗口")
    assert parts.headings(text)[0] == "窗口"
    assert [row[:4] for row in parts.rows(text)] == [
        ["1号窗口 仅供参考", "91.11", "77.89 – 100.00", "10"],
        ["2号窗口 仅供参考", "40.00", "9.84 – 70.16", "10"],
    ]
    text = page(office, county, "B")
    assert "分窗口" not in text, "it has one counter"
    assert [row[0] for row in parts.rows(section(text, "分评议主体"))] == ["企业 仅供参考", "居民 仅供参考"]
    assert parts.headings(section(text, "分评议主体"))[0] == "评议主体"
    assert "分题目" not in text


def test_strata_open_the_index_down_to_weights_and_counts(office: Client, county: County) -> None:
    text = section(page(office, county), "层、权数与人次")
    assert parts.headings(text) == [
        "层", "办件量", "答卷", "单份权数", "占比", "5", "4", "3", "2", "1", "0", "均值", "标准误", "方差贡献",
    ]  # fmt: skip
    assert parts.rows(text) == [
        ["1号窗口 · 2026-01", "90", "10", "18.00", "89.0%", "7", "0", "2", "0", "0", "1", "91.11", "5.84", "92.7%"],
        ["1号窗口 · 2026-02", "100", "0", "–", "0.0%", "0", "0", "0", "0", "0", "0", "–", "–", "–"],
        ["2号窗口 · 2026-01", "10", "10", "2.00", "11.0%", "0", "5", "0", "0", "5", "0", "40.00", "13.33", "7.3%"],
    ]
    assert text.count('<tr class="text-secondary">') == 1, "a stratum without answers stands back"
    assert '<abbr title="非常满意">5</abbr>' in text
    assert '<abbr title="没遇到或说不清">0</abbr>' in text
    assert "合并" not in text


def test_strata_of_files_polls_and_panels_have_their_own_columns(office: Client, county: County) -> None:
    text = section(page(office, county, source="import"), "层、权数与人次")
    assert parts.headings(text) == ["层", "答卷", "单份权数", "占比", "3", "2", "1", "0", "均值", "标准误", "方差贡献"]
    assert parts.rows(text)[0] == ["东 合并", "1", "1.00", "10.0%", "0", "1", "0", "0", "70.00", "–", "–"]
    assert "标“合并”的层只有一份答卷" in text
    assert parts.headings(section(page(office, county, **JULY), "层、权数与人次"))[1] == "层内人数"
    panel = section(page(office, county, **PANEL), "层、权数与人次")
    assert parts.headings(panel) == ["层", "答卷", "单份权数", "占比", "均值", "标准误", "方差贡献"]
    assert parts.rows(panel) == [["全部答卷", "5", "1.00", "100.0%", "80.00", "7.07", "100.0%"]]


def test_a_hidden_body_has_a_page_that_says_why(office: Client, county: County) -> None:
    for code in ("D", "E"):
        text = page(office, county, code)
        assert "答卷不足5份，为避免推知个别答卷，不予显示。" in text
        assert parts.figures(text) == {}
        assert parts.rows(text) == []


@pytest.mark.parametrize(("code", "query"), [("F", {}), ("C", {"source": "online"}), ("D", {"source": "import"})])
def test_a_source_that_says_nothing_about_a_body_says_so(
    office: Client, county: County, code: str, query: dict[str, str]
) -> None:
    answer = office.get(f"/estimate/{county.run}/unit/{county.units[code]}", query_string=query)
    assert answer.status_code == 404
    assert "这一数据来源没有涉及该单位。" in answer.text


def test_a_body_or_computation_that_is_not_there_is_not_found(office: Client, county: County) -> None:
    assert office.get(f"/estimate/{county.run}/unit/99").status_code == 404
    answer = office.get(f"/estimate/99/unit/{county.units['A']}")
    assert answer.status_code == 404
    assert "没有这次计算。" in answer.text


def test_the_way_back_keeps_the_filters(office: Client, county: County) -> None:
    text = page(office, county, points="100/70/30", **JULY)
    assert f'href="/estimate/{county.run}?source=poll&amp;collection=%E4%B8%83%E6%9C%88&amp;points=100/70/30"' in text
    assert 'name="q"' not in text, "one body is not searched"


def test_a_manager_opens_the_own_number_and_no_other(county: County, sign_in: SignIn) -> None:
    manager = county.client()
    sign_in(manager, Role.UNIT_MANAGER, units=[county.units["B"], county.units["D"]], name="of-b-and-d")
    text = page(manager, county, "B")
    assert parts.figures(text)["指数"] == "90.00"
    assert 'name="channel"' not in text
    for code in ("A", "C", "F"):
        answer = manager.get(f"/estimate/{county.run}/unit/{county.units[code]}")
        assert answer.status_code == 404
        assert "没有该单位。" in answer.text
    narrow = manager.get(f"/estimate/{county.run}/unit/{county.units['B']}?source=counter&channel=3")
    assert narrow.status_code == 404


def asked(scale: str) -> IndicesAsked:
    points = SCALES[scale].points if scale else None
    return IndicesAsked(Selector("online"), "网上评议", Measure(scale, points))


def test_levels_of_a_distribution_come_best_first_with_their_points(inside: County) -> None:
    index = Index(1, "online", "", "published", True, counts={3: 5, 2: 0, 1: 1, 0: 2}, shares={3: 0.8, 2: 0.0, 1: 0.2})
    lines = columns.of_levels(asked("three"), index)
    assert [(line.words, line.shade, line.points, line.n, line.share) for line in lines] == [
        ("满意", 5, 100, 5, 0.8),
        ("基本满意", 3, 70, 0, 0.0),
        ("不满意", 1, 30, 1, 0.2),
        ("没遇到或说不清", 0, None, 2, None),
    ]


def test_scores_and_hidden_answers_have_no_levels(inside: County) -> None:
    assert columns.of_levels(asked(""), Index(1, "panel", "", "published", False, mean=80.0)) == []
    assert columns.of_levels(asked("three"), Index(1, "online", "", "hidden", True)) == []
