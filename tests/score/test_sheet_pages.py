"""The pages of a sheet say what it says: every figure, every state, every reason, to those who may see it."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from flask.testing import FlaskClient

from survey.base.people.roles import Role
from tests.conftest import SignIn
from tests.score.office import CORRECTION, DRAFT, ELSEWHERE, FROZEN, Office
from tests.score.page_text import facts, links, main_of, table

HEADINGS = ["名次", "单位", "总分", "95%置信区间", "数据支持的名次", "等次"]
FIRST_CLASS = [
    [*HEADINGS, "工作 | / 60", "评议 | / 40", "加分扣分", "含待核"],
    ["1", "单位101", "97.00", "94.7 – 99.3", "1 第一", "优", "57.00", "36.00", "+5.00 | −1.00", "97.00"],
    ["2", "单位102", "80.00", "78.1 – 81.9", "2 末位", "良", "48.00", "32.00", "–", "80.00"],
    ["–", "单位103 | 样本较少，总分仅供参考，不排名", "82.00", "75.6 – 88.4", "–", "–", "42.00", "40.00", "–", "82.00"],
    ["–", "单位104 | 样本太少，指数不公开", "–", "–", "–", "–", "36.00", "–", "–", "–"],
    ["–", "单位105 | 缺少外部数据", "–", "–", "–", "–", "–", "32.00", "–", "–"],
]
SECOND_CLASS = [
    [*HEADINGS, "专项 | / 100", "含待核"],
    ["1", "单位201", "90.00", "–", "1", "优", "90.00", "90.00"],
]
STAFF = [Role.OFFICE, Role.STATISTICIAN, Role.AUDITOR]


@pytest.fixture
def desk(office: Office, sign_in: SignIn) -> FlaskClient:
    """Somebody of the office in front of the pages."""
    client = office.app.test_client()
    sign_in(client, Role.OFFICE)
    return client


@pytest.mark.parametrize("sheet", [FROZEN, CORRECTION, DRAFT])
@pytest.mark.parametrize("view", ["", "/print"])
def test_every_unit_of_every_class_stands_with_its_numbers(desk: FlaskClient, sheet: int, view: str) -> None:
    page = desk.get(f"/score/{sheet}{view}").text
    # answers were held after the first two had been frozen
    held = [[*row[:-1], "76.80"] if row[1] == "单位102" and sheet == DRAFT else row for row in FIRST_CLASS]
    assert table(page, "第1类") == held
    assert table(page, "第2类") == SECOND_CLASS
    assert ("2 个单位参加排名" in page) is not view
    for sentence in ("线性折算", "各占一半"):
        assert sentence in page
    assert "%(" not in page


def test_a_sheet_says_what_it_was_made_from_and_what_it_corrects(desk: FlaskClient) -> None:
    found = facts(desk.get(f"/score/{CORRECTION}").text)
    assert found["评议期"] == "2026 年度 · 2026-01-01 – 2026-12-31"
    assert found["方案"] == "县直单位考评 · county v3"
    assert found["生成时间"].endswith(" · li")
    assert found["已定稿"].endswith(" · zhou、li")
    assert re.fullmatch(r"[0-9a-f]{64} 签名校验无误", found["SHA-256"])
    assert found["更正对象"] == "第 1 号 · 工作分录错"
    assert re.fullmatch(r"第 1 次计算，汇总校验 [0-9a-f]{12} · 程序 \S+ / \S+", found["计算依据"])
    draft = facts(desk.get(f"/score/{DRAFT}").text)
    assert {"SHA-256", "已定稿", "更正对象"} & set(draft) == set()
    assert facts(desk.get(f"/score/{ELSEWHERE}").text)["计算依据"].startswith("只有外部数据，没有开展征集 · 程序 ")


@pytest.mark.parametrize(
    ("sheet", "there", "absent"),
    [
        (FROZEN, ["已由第 2 号更正", "是本单的更正单。", "/signed.json", "/correct"], ["/freeze", "/remove", "草稿"]),
        (CORRECTION, ["已定稿", "/signed.json", "/correct"], ["是本单的更正单。", "/freeze", "/remove"]),
        (DRAFT, ["草稿", "/freeze", "/remove", "删除草稿"], ["/signed.json", "/correct", "签名校验无误"]),
    ],
)
def test_a_sheet_offers_what_its_state_allows(
    desk: FlaskClient, sheet: int, there: list[str], absent: list[str]
) -> None:
    page = re.search(r"<main.*</main>", desk.get(f"/score/{sheet}").text, re.DOTALL)
    assert page
    for words in there:
        assert words in page[0], words
    for words in absent:
        assert words not in page[0], words
    assert "因此未列入成绩单： 单位301" in main_of(page[0])


@pytest.mark.parametrize(
    ("query", "units"),
    [
        ("", ["101", "102", "103", "104", "105", "201"]),
        ("class=1", ["101", "102", "103", "104", "105"]),
        ("class=2", ["201"]),
        ("class=9", []),
        ("q=102", ["102"]),
        ("q=10", ["101", "102", "103", "104", "105"]),  # part of a name; of a code, the whole
        ("q=+单位201+", ["201"]),
        ("q=201&class=1", []),
        ("q=不存在", []),
    ],
)
def test_a_sheet_is_searched_by_name_code_and_class_on_page_and_in_file(
    desk: FlaskClient, query: str, units: list[str]
) -> None:
    page = main_of(desk.get(f"/score/{DRAFT}?{query}").text)
    assert re.findall(r"(?:\d|–) 单位(\d+)", page) == units
    assert ("没有符合条件的单位。" in page) is not bool(units)
    rows = desk.get(f"/score/{DRAFT}/table.csv?{query}").text.splitlines()[1:]
    assert [row.split(",")[1] for row in rows] == units


def test_a_narrowed_page_offers_the_same_narrowed_file_and_links_to_reasons(desk: FlaskClient, office: Office) -> None:
    page = desk.get(f"/score/{DRAFT}?class=1&q=101").text
    found = [unquote(link) for link in links(page)]
    assert f"/score/{DRAFT}/table.csv?class=1&q=101" in found
    unit = office.units["101"]
    reasons = [link for link in found if f"/units/{unit}" in link]
    assert reasons == [f"/score/{DRAFT}/units/{unit}{anchor}" for anchor in ("", "#work", "#public")]
    assert not [link for link in links(desk.get(f"/score/{DRAFT}/print").text) if "/units/" in link]


COMPONENTS = [
    ["指标", "数值 ± 标准误", "上限", "满分", "得分", "计算过程"],
    ["工作 | 外部数据", "95.00", "100", "60", "57.00", "95.00 ÷ 100 × 60 = 57.00"],
    ["评议 | 下级指标合计", "90.0000 | ± 2.878", "100", "40", "36.00 | ± 1.151", "20.00 + 16.00 = 36.00"],
    ["窗口 | 窗口评价 · 自愿评价 | 问卷：W1 办事评价", "100.0000 | ± 4.495", "100", "20", "20.00 | ± 0.899",
     "100.0000 ÷ 100 × 20 = 20.00 | n = 40 · 说不清 0.0% | 等级分值：100/80/60/30/0 | 查看分层、权数与样本量"],
    ["代表 | 网上评议 · 自愿评价 | 评议主体：人大代表", "80.0000 | ± 3.596", "100", "20", "16.00 | ± 0.719",
     "80.0000 ÷ 100 × 20 = 16.00 | n = 40 · 说不清 0.0% | 等级分值：100/80/60/30/0 | 查看分层、权数与样本量"],
    ["表彰", "", "", "5.00", "+5.00", "申报 6.00 分，按上限计 5.00 分 | 全国先进;全省先进"],
    ["迟到", "", "", "3.00", "−1.00", "迟报"],
    ["总分", "", "", "100", "97.00",
     "四舍五入，保留 2 位小数 | 标准误 1.151 · 95%置信区间 94.74 – 99.26 | 含待核: 97.00"],
]  # fmt: skip


def test_how_a_score_came_about_is_shown_component_by_component(desk: FlaskClient, office: Office) -> None:
    page = desk.get(f"/score/{DRAFT}/units/{office.units['101']}").text
    assert table(page, "指标") == COMPONENTS
    text = main_of(page)
    assert "97.00 总分（满分 100） 1 “第1类” 2 个单位中的名次 1 第一 数据支持的名次 优 等次" in text
    assert "等级按各指标旁注明的分值" in text


def test_each_index_opens_to_the_answers_behind_it(desk: FlaskClient, office: Office) -> None:
    unit = office.units["101"]
    found = [link for link in links(desk.get(f"/score/{DRAFT}/units/{unit}").text) if "/estimate/" in link]
    start = f"/estimate/{office.newest_run}/unit/{unit}?source="
    assert found == [
        f"{start}counter&points=100/80/60/30/0&form=W1",
        f"{start}online&points=100/80/60/30/0&group=deputies",
    ]
    for address in found:
        assert desk.get(address).status_code == 200


@pytest.mark.parametrize(
    ("unit", "words"),
    [
        (
            "103",
            ["样本较少，总分仅供参考，不排名", "82.00 总分", "– 未参加“第1类”排名", "样本较少，仅供参考。", "– 等次"],
        ),
        ("104", ["样本太少，指数不公开", "– 总分（满分 100）", "– 未参加“第1类”排名", "含待核: –"]),
        ("105", ["缺少外部数据", "– 总分（满分 100）", "四舍五入，保留 2 位小数 | 含待核: –"]),
        ("201", ["90.00 总分", "1 “第2类” 1 个单位中的名次", "900.00 ÷ 1,000 × 100 = 90.00"]),
    ],
)
def test_why_a_unit_has_no_place_is_said_at_the_unit(
    desk: FlaskClient, office: Office, unit: str, words: list[str]
) -> None:
    text = main_of(desk.get(f"/score/{DRAFT}/units/{office.units[unit]}").text)
    for sentence in words:
        assert sentence in text, sentence
    assert ("等级按各指标旁注明的分值" in text) is (unit != "201")


def test_a_scheme_without_grades_shows_the_interval_in_their_place_and_has_no_column_for_them(
    desk: FlaskClient, office: Office
) -> None:
    page = desk.get(f"/score/{ELSEWHERE}").text
    assert table(page, "第1类")[0] == [*HEADINGS, "业绩 | / 60", "效能 | / 40", "含待核"]
    assert table(page, "第1类")[1] == ["1", "单位101", "90.00", "–", "1", "合格", "54.00", "36.00", "90.00"]
    assert "缺少外部数据" in table(page, "第3类")[1][1]


def test_freezing_first_says_what_would_be_frozen(desk: FlaskClient) -> None:
    text = main_of(desk.get(f"/score/{DRAFT}/freeze").text)
    assert "共 6 个单位" not in text, "whoever asks counts the units"
    for sentence in (
        "暂存待核的评价仍可能改变这些单位的结果，请先作出决定： 单位102 80.00 → 76.80",
        "2 个单位没有总分： 单位104 – 样本太少，指数不公开；单位105 – 缺少外部数据",
        "1 个单位样本太少，不排名： 单位103",
        "有 1 个单位不在本方案范围内。",
    ):
        assert sentence in text, sentence
    assert "重新计算过" not in text
    assert "作答为模拟数据" not in text
    elsewhere = main_of(desk.get(f"/score/{ELSEWHERE}/freeze").text)
    assert "6 个单位没有总分： 单位102 – 缺少外部数据；单位103" in elsewhere
    assert "样本太少，不排名" not in elsewhere
    assert "不在本方案范围内" not in elsewhere


def test_the_list_is_newest_first_with_states_and_narrowed_by_round(desk: FlaskClient, office: Office) -> None:
    every = [[row[0], row[1], row[3]] for row in table(desk.get("/score").text, "成绩单")[1:]]
    assert every == [
        ["4", "2025 年度", "草稿"],
        ["3", "2026 年度", "草稿"],
        ["2", "2026 年度", "已定稿"],
        ["1", "2026 年度", "已定稿 已由第 2 号更正"],
    ]
    one = table(desk.get(f"/score?round={office.before}").text, "成绩单")
    assert [row[:3] for row in one[1:]] == [["4", "2025 年度", "交通局内部绩效考评 | hami v1"]]
    assert "还没有成绩单。" in desk.get("/score?round=99").text


@pytest.mark.parametrize("role", STAFF)
def test_everybody_who_sees_all_units_reads_every_page_and_only_the_office_acts(
    office: Office, sign_in: SignIn, role: Role
) -> None:
    client = office.app.test_client()
    sign_in(client, role)
    unit = office.units["101"]
    for path in ("/score", f"/score/{DRAFT}", f"/score/{DRAFT}/units/{unit}", f"/score/{DRAFT}/print",
                 f"/score/{FROZEN}/signed.json", f"/score/{DRAFT}/chart.svg", f"/score/{DRAFT}/table.xlsx",
                 "/schemes", "/schemes/1", "/schemes/shipped/hami", "/schemes/1.yaml"):  # fmt: skip
        assert client.get(path).status_code == 200, path
    expected = 200 if role == Role.OFFICE else 403
    for path in (f"/score/{DRAFT}/freeze", f"/score/{FROZEN}/correct", "/score/new", "/score/values", "/schemes/new"):
        assert client.get(path).status_code == expected, path
    page = client.get(f"/score/{DRAFT}").text
    assert ("定稿…" in page) is (role == Role.OFFICE)
    assert ("/remove" in page) is (role == Role.OFFICE)
    assert ("/schemes/new" in client.get("/schemes").text) is (role == Role.OFFICE)
    token = client.token("/score")
    for path in (f"/score/{DRAFT}/freeze", f"/score/{DRAFT}/remove", f"/score/{FROZEN}/correct"):
        if role != Role.OFFICE:
            assert client.post(path, data={"csrf_token": token}).status_code == 403, path


@pytest.mark.parametrize("role", [Role.INTERVIEWER, Role.FOLLOW_UP])
def test_other_roles_see_no_page_of_scores(office: Office, sign_in: SignIn, role: Role) -> None:
    client = office.app.test_client()
    sign_in(client, role)
    for path in ("/score", f"/score/{FROZEN}", f"/score/{FROZEN}/print", "/schemes", "/score/values", "/feed-keys"):
        assert client.get(path).status_code == 403, path


def test_a_unit_manager_reads_own_lines_of_frozen_sheets_on_every_page(office: Office, sign_in: SignIn) -> None:
    client = office.app.test_client()
    sign_in(client, Role.UNIT_MANAGER, units=[office.units["102"]], name="chen")
    assert [row[0] for row in table(client.get("/score").text, "成绩单")[1:]] == ["2", "1"]
    for path in ("", "/print"):
        page = client.get(f"/score/{CORRECTION}{path}").text
        assert table(page, "第1类")[1:] == [[*FIRST_CLASS[2][:8], "80.00"]]  # no extras of others: no column for them
        assert "第2类" not in page
        assert "单位301" not in page
        assert "签名校验" not in page
        assert "/signed.json" not in page
        assert "/chart.svg" not in page
    assert "2 个单位参加排名" in client.get(f"/score/{CORRECTION}").text
    rows = client.get(f"/score/{CORRECTION}/table.csv").text.splitlines()
    assert [row.split(",")[1] for row in rows[1:]] == ["102"]
    own = client.get(f"/score/{CORRECTION}/units/{office.units['102']}")
    assert own.status_code == 200
    assert "“第1类” 2 个单位中的名次" in main_of(own.text)
    for path in (f"/score/{DRAFT}", f"/score/{DRAFT}/table.csv", f"/score/{CORRECTION}/units/{office.units['101']}"):
        assert client.get(path).status_code == 404, path


def test_what_is_not_there_is_not_found(desk: FlaskClient, office: Office) -> None:
    for path, sentence in (
        ("/score/99", "没有这份成绩单。"),
        ("/score/99/print", "没有这份成绩单。"),
        ("/score/99/freeze", "没有这份成绩单。"),
        (f"/score/{DRAFT}/units/999", "成绩单中没有这个单位。"),
        (f"/score/{DRAFT}/units/{office.units['301']}", "成绩单中没有这个单位。"),
        (f"/score/{DRAFT}/chart.svg?class=9", "成绩单中没有这个类别。"),
        ("/schemes/99", "没有这个方案。"),
        ("/schemes/99.yaml", "没有这个方案。"),
        ("/schemes/shipped/gone", "没有这个方案。"),
        ("/schemes/new?again=99", "没有这个方案。"),
    ):
        answer = desk.get(path)
        assert answer.status_code == 404, path
        assert sentence in answer.text, path


def test_a_draft_has_no_signed_file(desk: FlaskClient) -> None:
    answer = desk.get(f"/score/{DRAFT}/signed.json")
    assert answer.status_code == 409
    assert "只有已定稿的成绩单才有签名。" in answer.text
