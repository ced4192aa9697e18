"""The page of all units: its tabs, filters, columns and notes, what a manager sees of it, and its files."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

import pytest

from survey.base.people.roles import Role
from survey.estimate import service as estimate
from tests import page_parts as parts
from tests.client import Client
from tests.conftest import SignIn
from tests.estimate.county import County

TAB = re.compile(r'<a class="nav-link (active)?[^>]*href="([^"]*)">([^<]*)</a>')
PANEL = {"source": "panel", "group": "deputies"}
JULY = {"source": "poll", "collection": "七月"}


@pytest.fixture
def office(county: County, sign_in: SignIn) -> Client:
    client = county.client()
    sign_in(client, Role.OFFICE)
    return client


@pytest.fixture
def manager(county: County, sign_in: SignIn) -> Client:
    """Of B, and of D, which has too few answers."""
    client = county.client()
    sign_in(client, Role.UNIT_MANAGER, units=[county.units["B"], county.units["D"]], name="of-b-and-d")
    return client


def page(client: Client, county: County, *, round_: str = "2026", **query: str) -> str:
    answer = client.get(f"/estimate/{county.runs[round_]}", query_string=query)
    assert answer.status_code == 200, answer.text[:3000]
    assert "%(" not in answer.text
    return answer.text


def units_of(text: str) -> list[str]:
    """The names in the first table."""
    return [row[0].split()[0] for row in parts.rows(text.partition("</table>")[0] + "</table>")]


def tabs(text: str) -> dict[str, dict[str, str]]:
    """Title -> values of its address."""
    return {title: dict(parse_qsl(urlsplit(href.replace("&amp;", "&")).query)) for _, href, title in TAB.findall(text)}


def test_each_unit_has_its_numbers_beside_each_other(office: Client, county: County) -> None:
    text = page(office, county)
    assert parts.headings(text) == [
        "单位", "指数", "95%置信区间", "标准误", "答卷", "主动评价率", "评价分布", "非常满意", "满意率", "差评率",
        "说不清", "设计效应", "含待核",
    ]  # fmt: skip
    assert parts.rows(text)[:5] == [
        ["省教育厅 仅供参考 综合部门", "85.49", "74.08 – 96.91", "5.43", "19", "10.0%", "", "69.2%", "94.5%", "5.5%",
         "9.0%", "0.88", "85.49"],
        ["省税务局 综合部门", "90.00", "87.68 – 92.32", "1.15", "40", "–", "", "50.0%", "100.0%", "0.0%", "0.0%",
         "0.51", "72.00"],
        ["省档案局 综合部门", "–", "答卷不足5份，不予显示。"],
        ["省气象局 中央驻皖单位", "65.00", "51.71 – 78.29", "6.50", "30", "150.0%", "", "50.0%", "50.0%", "50.0%",
         "0.0%", "1.00", "65.00"],
        ["省地震局 中央驻皖单位", "–", "答卷不足5份，不予显示。"],
    ]  # fmt: skip
    assert "共5个单位。" in text
    assert '<td class="number fw-bold">85.49</td>' in text, "the index stands out"
    assert "答卷不足5份的不显示；不足30份的仅供参考，不参加排名。" in text


def test_the_distribution_is_a_bar_and_words(office: Client, county: County) -> None:
    text = page(office, county, source="online")
    assert 'aria-label="优秀 50.0%, 良好 25.0%, 一般 16.7%, 较差 8.3%"' in text
    assert '<rect x="50.000" y="0" width="25.000"' in text
    assert parts.headings(text)[6] == "优秀", "the top box is called by the best level"


def test_scores_have_a_spread_and_no_levels(office: Client, county: County) -> None:
    text = page(office, county, **PANEL)
    assert parts.headings(text) == ["单位", "指数", "95%置信区间", "标准误", "答卷", "评分者间标准差", "含待核"]
    assert parts.rows(text) == [
        ["省教育厅 仅供参考 综合部门", "80.00", "60.37 – 99.63", "7.07", "5", "15.81", "80.00"],
        ["省税务局 仅供参考 综合部门", "70.00", "50.37 – 89.63", "7.07", "5", "15.81", "70.00"],
        ["省档案局 综合部门", "–", "答卷不足5份，不予显示。"],
        ["省气象局 仅供参考 中央驻皖单位", "100.00", "47.82 – 100.00", "–", "5", "0.00", "100.00"],
    ]
    assert "几乎分不出" not in text


def test_a_poll_has_a_rate_of_response_and_a_round_without_held_answers_no_column_for_them(
    office: Client, county: County
) -> None:
    text = page(office, county, **JULY)
    assert parts.headings(text)[5] == "应答率"
    assert parts.rows(text)[0][:6] == ["省教育厅 仅供参考 综合部门", "86.67", "75.78 – 97.55", "4.72", "10", "66.7%"]
    pooled = page(office, county, round_="2026-s")
    assert "含待核" not in parts.headings(pooled)
    assert "应答率" in parts.headings(pooled)
    assert "应答率" not in parts.headings(page(office, county, source="import"))
    assert "主动评价率" not in parts.headings(page(office, county, source="online"))


def test_a_flat_panel_is_warned_of(office: Client, county: County) -> None:
    ((kind, words),) = parts.alerts(page(office, county, source="panel", group="cppcc"))
    assert kind == "warning"
    assert "标准差仅0.00分，100.0%的评分是同一个数。" in words
    assert parts.alerts(page(office, county)) == []


@pytest.mark.parametrize(
    ("query", "tag", "words"),
    [
        ({}, "自愿评价", "评价来自自愿评价的群众"),
        (JULY, "随机抽样", "受访者从抽样框中随机抽取"),
        (PANEL, "全体评议", "评议成员全部受邀打分"),
        ({"source": "online"}, "自愿评价", "答卷来自自愿参加的人"),
        ({"source": "open"}, "自愿评价", "答卷来自自愿参加的人"),
        ({"source": "import"}, "外部导入", "层和权数取自导入文件"),
    ],
)
def test_the_page_says_how_people_came_to_answer(
    office: Client, county: County, query: dict[str, str], tag: str, words: str
) -> None:
    text = page(office, county, **query)
    note = text.partition('</form><p class="small text-secondary">')[2].partition("</p>")[0]
    assert tag in note
    assert words in note


def test_tabs_are_the_pieces_of_evidence_with_their_addresses(office: Client, county: County) -> None:
    assert tabs(page(office, county)) == {
        "窗口评价": {"source": "counter"},
        "抽样调查 · 七月": {"source": "poll", "collection": "七月"},
        "抽样调查 · 十二月": {"source": "poll", "collection": "十二月"},
        "抽样调查 · 企业": {"source": "poll", "collection": "企业"},
        "测评组 · 征集panel-H-cppcc": {"source": "panel", "collection": "panel-H-cppcc"},
        "测评组 · 征集panel-H-deputies": {"source": "panel", "collection": "panel-H-deputies"},
        "网上评议": {"source": "online"},
        "开放征集": {"source": "open"},
        "导入数据": {"source": "import"},
    }


@pytest.mark.parametrize(
    ("query", "chosen"),
    [
        ({}, "窗口评价"),
        (JULY, "抽样调查 · 七月"),
        ({"source": "poll", "collection": "七月", "channel": "11"}, "抽样调查 · 七月"),
        ({"source": "open", "group": "residents"}, "开放征集"),
        ({"source": "counter", "class": "2"}, "窗口评价"),
    ],
)
def test_the_chosen_tab_is_marked(office: Client, county: County, query: dict[str, str], chosen: str) -> None:
    found = TAB.findall(page(office, county, **query))
    assert [title for active, _href, title in found if active] == [chosen]


def test_tabs_keep_class_and_search_and_drop_question_and_points(office: Client, county: County) -> None:
    text = page(office, county, **{"class": "1", "q": "局", "points": "100/70/30", "question": "W-E1"})
    assert tabs(text)["网上评议"] == {"source": "online", "class": "1", "q": "局"}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"class": "1"}, ["省教育厅", "省税务局", "省档案局"]),
        ({"class": "2"}, ["省气象局", "省地震局"]),
        ({"q": "教育"}, ["省教育厅"]),
        ({"q": "a"}, ["省教育厅"]),
        ({"q": " B "}, ["省税务局"]),
        ({"q": "省 局", "class": "1"}, ["省税务局", "省档案局"]),
        ({"q": "c 气象"}, ["省气象局"]),
    ],
)
def test_units_are_found_by_class_name_and_code(
    office: Client, county: County, query: dict[str, str], names: list[str]
) -> None:
    text = page(office, county, **query)
    assert units_of(text) == names
    assert f"共{len(names)}个单位。" in text


def test_filters_that_no_unit_fits_say_so(office: Client, county: County) -> None:
    for query in ({"q": "教育 税务"}, {"class": "9"}, {"class": "2", "q": "教育"}):
        text = page(office, county, **query)
        assert "没有符合条件的单位。" in text
        assert "个单位。" not in text.replace("没有符合条件的单位。", "")


def test_of_one_class_the_class_is_not_said_of_each(office: Client, county: County) -> None:
    assert parts.rows(page(office, county, **{"class": "2"}))[0][0] == "省气象局"
    assert parts.rows(page(office, county, q="气象"))[0][0] == "省气象局 中央驻皖单位"


def test_a_unit_s_link_keeps_the_source_and_leaves_the_search(office: Client, county: County) -> None:
    text = page(office, county, **{**PANEL, "q": "税务", "class": "1"})
    (href,) = re.findall(r'<a href="(/estimate/\d+/unit/[^"]*)">省税务局</a>', text)
    parsed = urlsplit(href.replace("&amp;", "&"))
    assert parsed.path == f"/estimate/{county.run}/unit/{county.units['B']}"
    assert dict(parse_qsl(parsed.query)) == PANEL


def test_selects_narrow_what_the_piece_leaves_open(office: Client, county: County) -> None:
    text = page(office, county)
    assert parts.choices(text, "channel") == {"": "全部渠道", "1": "电脑端", "3": "二维码"}
    assert parts.choices(text, "group") == {}
    assert 'type="hidden" name="source" value="counter"' in text
    text = page(office, county, source="open", group="residents")
    assert parts.choices(text, "group") == {"": "全部评议主体", "enterprises": "企业", "residents": "居民"}
    assert re.search(r'<option value="residents"[^>]*selected', text)
    text = page(office, county, round_="2026-t", channel="12")
    assert parts.choices(text, "collection") == {"": "全部征集", "七月": "七月", "十二月": "十二月"}
    assert list(parts.choices(text, "channel")) == ["", "11", "12"]
    assert re.search(r'<option value="12"[^>]*selected', text)


def test_what_the_piece_has_settled_goes_along_with_the_form(office: Client, county: County) -> None:
    text = page(office, county, **JULY)
    hidden = dict(re.findall(r'<input type="hidden" name="(source|group|collection)" value="([^"]*)"', text))
    assert hidden == {"source": "poll", "collection": "七月"}
    shown = page(office, county, **hidden, points="100/80/60/30/0")
    assert parts.rows(shown)[0][1] == "86.67"


@pytest.mark.parametrize(
    ("query", "mean"),
    [
        ({"channel": "1"}, "40.00"),
        ({"source": "open", "group": "residents"}, "80.00"),
        ({"source": "open", "group": "企业"}, "30.00"),
        ({"group": "deputies"}, "80.00"),
        ({"collection": "十二月"}, "90.00"),
        ({"form": "F4"}, "82.50"),
        ({"points": "100/75/50/25/0"}, "83.24"),
        ({"points": " 100/80/60/30/0 "}, "85.49"),
        ({"source": "import", "points": "100/60/0"}, "58.00"),
        ({"question": "W-E1"}, "85.49"),
    ],
)
def test_the_address_decides_which_answers_are_shown(
    office: Client, county: County, query: dict[str, str], mean: str
) -> None:
    assert parts.rows(page(office, county, **query))[0][1] == mean


def test_the_points_in_use_stand_in_their_field_with_those_that_fit(office: Client, county: County) -> None:
    def offered(**query: str) -> list[str]:
        inside = page(office, county, **query).partition('<datalist id="points-tables">')[2].partition("</datalist>")[0]
        return re.findall(r'value="([^"]*)"', inside)

    assert offered() == ["100/80/60/30/0", "100/75/50/25/0", "100/70/30"]
    assert offered(source="online") == ["100/80/60/30"]
    assert offered(source="import") == ["100/70/30"]
    assert offered(source="open") == ["100/90/80/70/60/50/40/30/20/10"]
    assert 'list="points-tables" value="100/100/70/30/30"' in page(office, county, points="100/70/30")
    assert 'name="points"' not in page(office, county, **PANEL), "scores are points already"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"source": "complaint"}, 404),
        ({"source": "nonsense"}, 404),
        ({"question": "G-1"}, 404),
        ({"question": "W-B1"}, 404),
        ({"source": "poll"}, 409),
        ({"source": "panel", "group": "peers"}, 409),
        ({"source": "poll", "group": "residents"}, 409),
        ({"points": "100/80/60"}, 200),
        ({"points": "100/80/60/30"}, 409),
        ({"source": "online", "points": "100/80/60/30/0"}, 409),
    ],
)
def test_what_cannot_be_shown_is_refused(office: Client, county: County, query: dict[str, str], status: int) -> None:
    for ending in ("", "/indices.csv", "/chart.svg"):
        assert office.get(f"/estimate/{county.run}{ending}", query_string=query).status_code == status


def test_faults_are_told_with_place_and_remedy(office: Client, county: County) -> None:
    text = page(office, county)
    assert "5个层的数据对不上" in text
    assert parts.rows(text)[5:] == [
        ["省税务局", "办税窗口", "2026-01", "10", "有评价，但未上报办件量。目前一条评价按一件计，请补报办件量。"],
        ["省税务局", "办税窗口", "2026-02", "20", "有评价，但未上报办件量。目前一条评价按一件计，请补报办件量。"],
        ["省税务局", "办税窗口", "2026-03", "10", "有评价，但未上报办件量。目前一条评价按一件计，请补报办件量。"],
        ["省气象局", "气象窗口", "2026-03", "30", "评价数多于办件量。请核对该窗口当月的办件量。"],
        ["省档案局", "档案窗口", "2026-01", "4", "有评价，但未上报办件量。目前一条评价按一件计，请补报办件量。"],
    ]
    assert parts.rows(page(office, county, **JULY))[2:] == [
        ["省税务局", "七月", "荒野", "3", "答卷所属的层不在抽样设计中，暂按权数1计。请核对抽样设计。"]
    ]
    assert "数据对不上" not in page(office, county, source="online")


def test_the_page_says_where_its_numbers_come_from(office: Client, county: County) -> None:
    text = page(office, county)
    facts = parts.facts(text)
    with county.inside():
        cells = estimate.run(county.run).cells
    assert facts["逐题回答"] == f"计入224条，暂存待核10条，剔除3条，汇总为{cells}格"
    assert facts["计算时间"].endswith("· system")
    assert len(facts["计数表校验值"]) == 64
    assert facts["程序版本"]
    assert parts.facts(page(office, county, round_="2026-s"))["征集"] == "七月 ; 十二月"
    assert "本评议期已有更新的计算" not in text


def test_classes_are_drawn_below_the_table(office: Client, county: County) -> None:
    text = page(office, county)
    assert re.findall(r'alt="([^"]*)"', text) == ["综合部门:2个单位的指数及置信区间，从高到低排列"]
    assert f'src="/estimate/{county.run}/chart.svg?source=counter&amp;class=1"' in text
    assert 'width="800" height="168"' in text
    assert "chart.svg" not in page(office, county, source="online"), "one unit is no picture"


def test_files_are_offered_with_the_same_filters(office: Client, county: County) -> None:
    text = page(office, county, **{**PANEL, "class": "1"})
    links = re.findall(rf'href="/estimate/{county.run}/indices\.(csv|xlsx)\?([^"]*)"', text)
    assert {kind for kind, _query in links} == {"csv", "xlsx"}
    assert {tuple(sorted(parse_qsl(query.replace("&amp;", "&")))) for _kind, query in links} == {
        (("class", "1"), ("group", "deputies"), ("source", "panel"))
    }


def test_a_manager_sees_own_units_pieces_without_narrowing_and_own_faults(manager: Client, county: County) -> None:
    text = page(manager, county)
    assert units_of(text) == ["省税务局", "省档案局"]
    assert len(tabs(text)) == 9
    assert 'name="channel"' not in text
    assert "重新计算" not in text
    assert "省气象局" not in text
    assert "4个层的数据对不上" in text
    assert '<a href="/collections/' not in text
    for query in ({"source": "counter", "channel": "3"}, PANEL, {"source": "open", "group": "residents"}):
        assert manager.get(f"/estimate/{county.run}", query_string=query).status_code == 404
    assert units_of(page(manager, county, source="panel", collection="panel-H-deputies")) == ["省税务局", "省档案局"]
