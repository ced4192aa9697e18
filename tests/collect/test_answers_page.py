"""The page of answers: every number, bar and filter of it, for each who may look."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from html import unescape

import pytest
from sqlalchemy import delete, insert
from werkzeug.test import TestResponse

from survey.base.people.roles import Role
from survey.base.store.database import commit, session
from survey.collect import service
from survey.collect.models import KeptAsideRow
from survey.collect.pages.answers import READERS
from survey.rounds import service as rounds
from survey.rounds.models import RoundRow
from tests.client import Client
from tests.collect.conftest import TODAY, Fair

DAY = timedelta(days=1)


@pytest.fixture
def office(fair: Fair, sign_in) -> Client:
    client = fair.app.test_client()
    sign_in(client, Role.OFFICE)
    return client


def main(page: TestResponse) -> str:
    assert page.status_code == 200
    assert "%(" not in page.text
    return page.text.partition("<main")[2].partition("</main>")[0]


def plain(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def table(page: TestResponse, title: str) -> list[list[str]]:
    """The rows of the table with a name, cells as they are read; the heading first."""
    inside = main(page).partition(f'aria-label="{title}"')[2].partition("</table>")[0]
    lines = re.findall(r"<tr.*?</tr>", inside, re.DOTALL)
    return [[plain(cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", line, re.DOTALL)] for line in lines]


def figures(page: TestResponse) -> dict[str, str]:
    """What the cards say: label -> number."""
    found = re.findall(r'figure">([^<]*)</div><div class="figure-label">([^<]*)<', main(page))
    return {label: number for number, label in found}


LEVELS, CHANNELS, COLLECTIONS = "总体评价目前的分布", "按渠道", "按征集"


def test_who_reads_the_page(fair: Fair, sign_in):
    for role in Role:
        client = fair.app.test_client()
        sign_in(client, role, units=[fair.units["a"]])
        page = client.get("/answers")
        assert page.status_code == (200 if role in {*READERS, Role.ADMIN} else 403), role
        if page.status_code == 200:
            assert "在当前筛选条件下还没有答卷。" in main(page)
            assert ("没有另行保留的答卷。" in main(page)) == (role != Role.UNIT_MANAGER)


def test_levels_of_each_source_and_scale_with_their_rates(fair: Fair, office: Client):
    with fair.inside():
        fair.say("a", [5] * 3 + [4] * 2 + [3, 2, 1, 0, 0])
        fair.say("b", [4, 3, 2, 1, 0], form="F")
        fair.say("b", [4, 4], collection=rounds.imports("W1"), channel=14)
    page = office.get("/answers")
    heading = [
        "来源",
        "有效数",
        "评价分布",
        "非常满意",
        "满意",
        "基本满意",
        "不满意",
        "非常不满意",
        "没遇到或说不清",
        "满意率",
        "差评率",
    ]
    assert table(page, LEVELS)[0] == heading
    assert table(page, LEVELS)[1] == ["窗口评价", "8", "", "3", "2", "1", "1", "1", "2", "75.0%", "25.0%"]
    assert table(page, LEVELS)[2][1:] == ["2", "", "0", "2", "0", "0", "0", "0", "100.0%", "0.0%"]
    four = plain(main(page).partition("四个等次")[2].partition("</table>")[0])
    assert "优秀 良好 一般 较差 没遇到或说不清 满意率 差评率 窗口评价 4 1 1 1 1 1 50.0% 25.0%" in four
    bar = main(page).partition('<svg class="level-bar"')[2].partition("</svg>")[0]
    widths = re.findall(r'x="([\d.]+)" y="0" width="([\d.]+)" height="8"\s+fill="var\(--level-(\d)\)"', bar)
    assert widths == [
        ("0.000", "37.500", "5"), ("37.500", "25.000", "4"), ("62.500", "12.500", "3"),
        ("75.000", "12.500", "2"), ("87.500", "12.500", "1"),
    ]  # fmt: skip
    assert "非常满意 37.5%" in bar


def test_one_scale_needs_no_title_and_scores_have_no_levels(fair: Fair, office: Client):
    with fair.inside():
        panel = fair.collection("panel", "L")
        answers = [service.NewAnswer("L-1", score=90.0, unit_id=fair.units["a"])]
        service.add_responses([service.NewResponse(panel, TODAY, "L", 6, answers)])
    page = office.get("/answers")
    assert "还没有等级评价；测评组给出的是分数。" in main(page)
    assert table(page, LEVELS) == []
    with fair.inside():
        fair.say("a", [5])
    assert "五级满意度" not in main(office.get("/answers"))


def test_channels_and_collections_with_their_numbers(fair: Fair, office: Client):
    with fair.inside():
        fair.say("a", [5] * 5)
        fair.say("a", [5] * 2, channel=11)
        fair.say("b", [4], collection=rounds.imports("W1", "residents"), channel=14)
        fair.say("b", [4] * 3, day=date(2025, 12, 31))
        counters, imports = rounds.standing("W1"), rounds.imports("W1", "residents")
    page = office.get("/answers")
    assert figures(page) == {"答卷总数": "8", "窗口评价": "7", "导入数据": "1"}
    assert table(page, CHANNELS)[1:] == [["二维码", "5", "62.5%"], ["电话", "2", "25.0%"], ["文件导入", "1", "12.5%"]]
    rows = table(page, COLLECTIONS)
    assert rows[0] == ["征集", "来源", "答卷", "未计入评议期"]
    assert [(row[0], *row[2:]) for row in rows[1:]] == [
        ("窗口评价 · 办事评价", "7", "3"),
        ("导入 · 办事评价 · residents", "1", "0"),
    ]
    linked = re.findall(r'<td>\s*<a href="([^"]+)">', main(page).partition(f'aria-label="{COLLECTIONS}"')[2])
    assert [int(address.rpartition("/")[2]) for address in linked] == [counters, imports]


def test_bars_stand_on_their_days_in_proportion(fair: Fair, office: Client):
    with fair.inside():
        fair.say("a", [5] * 4, day=TODAY - 9 * DAY)
        fair.say("a", [5], day=TODAY - 5 * DAY)
        fair.say("a", [5] * 3)
    page = office.get("/answers")
    bars = re.findall(
        r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)" fill="var\(--brand\)">', page.text
    )
    assert [tuple(map(float, bar)) for bar in bars] == [
        (0.0, 0.0, 80.0, 100.0),
        (400.0, 75.0, 80.0, 25.0),
        (900.0, 25.0, 80.0, 75.0),
    ]
    assert "2026-03-22: 4" in page.text
    assert "2026-03-22 至 2026-03-31 每日答卷数，单日最多 4 份；具体数字见下表。" in page.text
    assert "单日最多 4 份" in plain(main(page))
    assert table(page, "每日数字")[1:] == [["2026-03-31", "3"], ["2026-03-26", "1"], ["2026-03-22", "4"]]


def test_bars_of_years_stay_wide_enough_to_be_seen(fair: Fair, office: Client):
    with fair.inside():
        fair.say("a", [5], day=date(2020, 1, 1))
        fair.say("a", [5])
    assert re.findall(r'width="([\d.]+)" height="100.0"', office.get("/answers?round=all").text) == ["0.6", "0.6"]


def test_one_day_is_not_drawn(fair: Fair, office: Client):
    with fair.inside():
        fair.say("a", [5] * 3)
    assert "每日答卷数" not in main(office.get("/answers"))


# -- filters --------------------------------------------------------------------------------------------------------


@pytest.fixture
def varied(fair: Fair, office: Client) -> Client:
    """Thirteen answers that the filters tell apart, seven of them in March."""
    with fair.inside():
        fair.say("a", [5] * 4, day=date(2026, 3, 1))
        fair.say("b", [1] * 2)
        fair.say("b", [4], collection=rounds.imports("W1"), day=date(2026, 3, 15))
        fair.say("a", [3] * 5, day=date(2026, 2, 28))
        fair.say("a", [2], day=date(2025, 1, 1))
    return office


def test_every_filter_of_the_address_is_heard(fair: Fair, varied: Client):
    a, b, year = fair.units["a"], fair.units["b"], fair.year.id
    with fair.inside():
        imports, counters = rounds.imports("W1"), rounds.standing("W1")
    for query, number in {
        "": 7,
        f"round={fair.march.id}": 7,
        f"round={year}": 12,
        "round=all": 13,
        "round=999": 7,
        "round=abc": 7,
        "source=counter": 6,
        "source=import": 1,
        "source=nonsense": 7,
        f"unit={a}": 4,
        f"unit={b}": 3,
        "unit=abc": 7,
        f"unit={b}&source=counter": 2,
        "from=2026-03-02": 3,
        "from=2026-03-01&to=2026-03-15": 5,
        "to=2026-03-14": 4,
        "from=yesterday&to=": 7,
        f"round={year}&from=2026-01-01&to=2026-02-28": 5,
        f"collection={imports}": 1,
        f"collection={counters}": 12,
        f"collection={counters}&round={fair.march.id}": 12,
        f"collection={counters}&from=2026-03-01": 6,
        f"collection={counters}&unit={b}": 2,
    }.items():
        assert figures(varied.get(f"/answers?{query}"))["答卷总数"] == str(number), query
    for query in ("source=poll", "unit=999", "unit=0", "from=2026-04-01", f"collection={imports}&unit={a}"):
        page = varied.get(f"/answers?{query}")
        assert "在当前筛选条件下还没有答卷。" in main(page), query
        assert figures(page) == {}


def test_filters_stand_in_the_form_as_they_were_asked(fair: Fair, varied: Client):
    query = f"round={fair.year.id}&source=import&unit={fair.units['b']}&from=2026-03-02&to=2026-03-20"
    page = main(varied.get(f"/answers?{query}"))
    chosen = re.findall(r'<option value="([^"]*)" selected>', page)
    assert chosen == [str(fair.year.id), "import", str(fair.units["b"])]
    assert 'name="from" value="2026-03-02"' in page
    assert 'name="to" value="2026-03-20"' in page
    bare = main(varied.get("/answers?from=soon&source=soon"))
    assert re.findall(r'<option value="([^"]*)" selected>', bare) == [str(fair.march.id)]
    assert 'name="from" value=""' in bare
    assert re.findall(r'<option value="([^"]*)" selected>', main(varied.get("/answers?round=all"))) == ["all"]


def test_a_collection_s_answers_say_that_no_round_cuts_them(fair: Fair, varied: Client):
    with fair.inside():
        imports = rounds.imports("W1")
    page = main(varied.get(f"/answers?collection={imports}"))
    assert "只显示征集“导入 · 办事评价”的答卷，不论是否计入评议期。" in plain(page)
    assert "显示全部答卷" in page
    assert f'name="collection" value="{imports}"' in page
    assert 'name="round"' not in page
    assert varied.get("/answers?collection=999").status_code == 404
    assert "只显示征集" not in main(varied.get("/answers?collection=abc"))


def test_without_a_round_everything_is_shown(fair: Fair, office: Client):
    with fair.inside():
        fair.say("a", [5], day=date(2001, 1, 1))
        session().execute(delete(RoundRow))
        commit()
    page = office.get("/answers")
    assert figures(page)["答卷总数"] == "1"
    assert table(page, COLLECTIONS)[1][2:] == ["1", "1"]


def test_the_page_speaks_english_to_those_who_asked(fair: Fair, varied: Client):
    page = varied.get("/answers?lang=en")
    assert table(page, "Overall question, as it stands")[0][3:5] == ["Very satisfied", "Satisfied"]
    assert table(page, "By channel")[1][0] == "QR code"
    assert figures(page)["Answers in all"] == "7"


# -- the rated ------------------------------------------------------------------------------------------------------


def seen_by_manager(fair: Fair, sign_in, query: str = "") -> TestResponse:
    client = fair.app.test_client()
    sign_in(client, Role.UNIT_MANAGER, units=[fair.units["a"]])
    return client.get(f"/answers?{query}")


@pytest.mark.parametrize(("valid", "shown"), [(4, False), (5, True)])
def test_levels_stand_open_from_the_floor_on(fair: Fair, sign_in, valid: int, shown: bool):
    with fair.inside():
        fair.say("a", [4] * valid + [0] * 3)
        fair.say("b", [1] * 9)
    row = table(seen_by_manager(fair, sign_in), LEVELS)[1]
    if shown:
        assert row == ["窗口评价", "5", "", "0", "5", "0", "0", "0", "0", "100.0%", "0.0%"]
    else:
        assert row == ["窗口评价", "0", "不足 5 份，不予显示。"]


def test_two_looks_of_the_rated_never_tell_one_answer(fair: Fair, sign_in):
    rows = []
    for levels in ([4] * 5 + [1] * 5, [1], [2], [1] * 3, [1]):
        with fair.inside():
            fair.say("a", levels)
        rows.append(table(seen_by_manager(fair, sign_in), LEVELS)[1])
    assert rows[:4] == [["窗口评价", "10", "", "0", "5", "0", "0", "5", "0", "50.0%", "50.0%"]] * 4
    assert rows[4][1:8] == ["15", "", "0", "5", "0", "0", "10"]


def test_those_who_run_the_round_see_a_single_answer(fair: Fair, office: Client):
    with fair.inside():
        fair.say("a", [2])
    assert table(office.get("/answers"), LEVELS)[1][1:] == ["1", "", "0", "0", "0", "1", "0", "0", "0.0%", "100.0%"]
    with fair.inside():
        fair.say("a", [0], form="T")
    three = plain(main(office.get("/answers")).partition("三档评价")[2].partition("</table>")[0])
    assert "不足 1 份，不予显示。" in three


def test_the_rated_see_no_other_source_collection_or_unit(fair: Fair, sign_in):
    with fair.inside():
        fair.say("a", [4] * 5)
        fair.say("a", [4] * 7, collection=rounds.imports("W1"))
        fair.say("b", [4] * 9)
        poll = fair.collection("poll")
        fair.several(poll, {"a": 1})
    page = seen_by_manager(fair, sign_in)
    assert figures(page) == {"答卷总数": "5", "窗口评价": "5"}
    assert table(page, COLLECTIONS) == [["征集", "来源", "答卷"], ["窗口评价 · 办事评价", "窗口评价", "5"]]
    assert "/collections/" not in main(page)
    assert "乙局" not in page.text
    assert "另行保留" not in main(page)
    for query in (f"collection={poll}", f"unit={fair.units['b']}", "source=poll", "source=import"):
        assert "在当前筛选条件下还没有答卷。" in main(seen_by_manager(fair, sign_in, query))


# -- kept aside -----------------------------------------------------------------------------------------------------


def keep_aside(fair: Fair, number: int, day: date, **content: object) -> None:
    said = {"levels": [], "scores": [], "tags": [], "text": "", **content}
    row = {"key": f"{day}{len(str(content))}", "collection_id": number, "day": day, "content": json.dumps(said)}
    place = {"window_id": fair.windows["a-1"], "unit_id": fair.units["a"]}
    session().execute(insert(KeptAsideRow), [{**row, **place}])
    commit()


def test_what_was_kept_aside_is_told_in_words(fair: Fair, office: Client):
    with fair.inside():
        counters = rounds.standing("W1")
        keep_aside(fair, counters, TODAY, levels=[[0, "W-E1", 1]], tags=["fast", "gone"], text="<b>慢</b>")
        other = [[fair.units["b"], "G-1", 0], [0, "OLD-1", 3]]
        keep_aside(fair, counters, TODAY - DAY, levels=other, scores=[[fair.units["c"], "L-1", 87.5]])
        keep_aside(fair, counters, date(2025, 1, 1), text="早先的")
    page = office.get("/answers")
    assert "共 2 份，最新的在前。" in main(page)
    assert "&lt;b&gt;" in main(page)
    rows = table(page, "另行保留")
    assert rows[0] == ["日期", "来源", "单位", "窗口", "提交内容"]
    assert rows[1] == ["2026-03-31", "窗口评价", "甲局", "甲窗口", "W-E1: 非常不满意 办得快 gone <b>慢</b>"]
    assert rows[2][4] == "乙局 G-1: 没遇到或说不清 OLD-1: 3 丙局: 87.5"
    assert "共 3 份" in main(office.get("/answers?round=all"))
    assert "早先的" in main(office.get(f"/answers?collection={counters}"))
