"""Pages of questionnaires: the list of all editions, what each asks, and the check of a wording."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask

from survey.base.people.roles import Role
from tests.client import Client
from tests.conftest import SignIn
from tests.page_parts import headings, rows, words

READERS = [Role.OFFICE, Role.STATISTICIAN, Role.AUDITOR, Role.UNIT_MANAGER, Role.ADMIN]
SHOWN = "群众看到的样子"
FIVE = "5 非常满意 4 满意 3 基本满意 2 不满意 1 非常不满意 0 没遇到或说不清"
TAG = re.compile(r'<span class="tag (\w*)">(.*?)</span>', re.DOTALL)
FINDING = re.compile(r'<div class="alert alert-(\w+)[^"]*" role="status">(.*?)</div>', re.DOTALL)


@pytest.fixture
def reader(installation: Flask, sign_in: SignIn) -> Iterator[Client]:
    client: Client = installation.test_client()
    sign_in(client, Role.OFFICE)
    return client


def findings(page: str) -> list[tuple[str, str]]:
    """Kind and words of what the check of a wording says."""
    return [(kind, words(said)) for kind, said in FINDING.findall(page)]


def listed(page: str) -> dict[tuple[str, str], list[str]]:
    """Code and version -> title, use, number of questions, the link beside it."""
    return {(row[0], row[1]): row[2:] for row in rows(page)}


def test_every_edition_of_every_form_is_listed(reader: Client) -> None:
    page = reader.get("/questionnaires").text
    assert headings(page) == ["编号", "版本", "标题", "用途", "问题", ""]
    assert listed(page) == {
        ("B", "1"): ["基层评机关", "测评组", "6", ""],
        ("C", "1"): ["投诉办理满意度", "抽样调查", "4", ""],
        ("D", "1"): ["定向民主测评", "抽样调查", "4", ""],
        ("E", "1"): ["企业评议机关", "抽样调查", "6", ""],
        ("G", "1"): ["公众评议", "抽样调查", "14", ""],
        ("M", "1"): ["民主测评（五个方面二十项）", "测评组", "21", ""],
        ("P", "1"): ["机关互评", "测评组", "4", ""],
        ("S", "1"): ["社会评议（三项议题）", "抽样调查", "4", ""],
        ("L", "1"): ["领导评价", "测评组", "1", ""],
        ("W1", "1"): ["办事评价", "窗口评价", "1", SHOWN],
        ("W13", "1"): ["办事评价（完整版）", "窗口评价", "13", SHOWN],
        ("W5", "1"): ["办事评价（五项）", "窗口评价", "5", SHOWN],
        ("F", "1"): ["自定问卷", "抽样调查", "4", ""],
        ("T", "1"): ["自定问卷", "窗口评价", "1", SHOWN],
        ("W1", "10"): ["办事评价第10版", "窗口评价", "1", SHOWN],
        ("W1", "9"): ["办事评价第9版", "窗口评价", "1", SHOWN],
        ("X", "1"): ["自定问卷", "窗口评价", "1", SHOWN],
    }


def test_the_list_leads_to_each_form_and_to_what_citizens_see(reader: Client) -> None:
    page = reader.get("/questionnaires").text
    for code, version in listed(page):
        assert f'href="/questionnaires/{code}/{version}"' in page
        assert reader.get(f"/questionnaires/{code}/{version}").status_code == 200
    previews = re.findall(r'href="(/[^"]*preview[^"]*)"', page)
    assert len(previews) == 7
    assert all(reader.get(address.replace("&amp;", "&")).status_code == 200 for address in previews)


def test_the_list_speaks_english_when_asked(reader: Client) -> None:
    page = reader.get("/questionnaires?lang=en").text
    assert headings(page) == ["Code", "Version", "Title", "Used for", "Questions", ""]
    assert listed(page)["G", "1"][:2] == ["Public evaluation", "Sample surveys"]
    assert listed(page)["L", "1"][:2] == ["Evaluation by leaders", "Panels"]
    assert listed(page)["F", "1"][:2] == ["Own form", "Sample surveys"]


def test_a_form_shows_its_questions_with_category_and_answers(reader: Client) -> None:
    page = reader.get("/questionnaires/W5/1").text
    assert "W5，第 1 版 · 窗口评价 · 五级满意度" in words(page)
    assert headings(page) == ["编号", "题目", "类别", "选项"]
    shown = rows(page)
    assert [(row[0], row[2]) for row in shown] == [
        ("W-E1", "总体评价"),
        ("W-A2", "依法行政"),
        ("W-B1", "服务态度"),
        ("W-C2", "办公环境"),
        ("W-D4", "办事实效"),
        ("", "不计分"),
    ]
    assert {row[3] for row in shown[:-1]} == {FIVE}
    assert shown[-1] == ["", "还想补充什么（选填）", "不计分", "自由填写"]
    assert f">{SHOWN}</a>" in page


@pytest.mark.parametrize(
    ("code", "answers", "scale"),
    [
        ("F", "4 优秀 3 良好 2 一般 1 较差 0 没遇到或说不清", "四个等次"),
        ("T", "3 满意 2 基本满意 1 不满意 0 没遇到或说不清", "三档评价"),
        ("X", " ".join(f"{n} {n} 分" for n in range(10, 0, -1)) + " 0 没遇到或说不清", "十分制"),
        ("L", "0–100", "0–100 分"),
    ],
)
def test_a_form_offers_the_answers_of_its_scale(reader: Client, code: str, answers: str, scale: str) -> None:
    page = reader.get(f"/questionnaires/{code}/1").text
    assert rows(page)[0][3] == answers
    assert f"· {scale}" in words(page)


def test_what_is_asked_once_is_shown_with_its_choices_and_its_note(reader: Client) -> None:
    shown = {row[0]: row[1:] for row in rows(reader.get("/questionnaires/G/1").text)}
    assert shown["G-5"][1] == "信息公开"
    assert shown["G-6"][1] == "说到做到"
    assert shown["G-7"][1] == "廉洁自律"
    note = "只用于检查调查质量，不计分，也不会对任何人逐条显示。"
    assert shown["G-TOLD"] == [f"有没有人告诉您应该怎样回答？ {note}", "不计分", "没有 有 不想说"]
    assert shown["area"] == ["您住在", "不计分", "城镇 农村"]
    english = {row[0]: row[1:] for row in rows(reader.get("/questionnaires/G/1?lang=en").text)}
    assert english["area"] == ["You live in", "Not scored", "A town or city The countryside"]
    assert english["G-7"][1] == "Integrity"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("G", "最多 3 个，随机抽取"),
        ("F", "最多 2 个，随机抽取"),
        ("L", "对每个单位逐一提问。"),
    ],
)
def test_a_form_about_several_bodies_says_about_how_many(reader: Client, code: str, said: str) -> None:
    assert said in reader.get(f"/questionnaires/{code}/1").text


def test_a_form_about_one_place_does_not_speak_of_bodies(reader: Client) -> None:
    page = reader.get("/questionnaires/W1/1").text
    assert "逐个提问" not in page
    assert "逐一提问" not in page


def test_reasons_are_marked_by_who_reads_them(reader: Client) -> None:
    page = reader.get("/questionnaires/W1/1").text
    reasons = page.partition("各等级均可勾选的原因")[2]
    kinds = {words(said): kind for kind, said in TAG.findall(reasons)}
    assert len(kinds) == 24
    marked = {said: kind for said, kind in kinds.items() if kind in ("bad", "warn")}
    assert marked == {"被要求打好评或有人代点": "warn", "涉及乱收费或索要好处": "bad"}
    assert [said for said, kind in kinds.items() if kind == "good"] == [
        *("办得快", "讲得清", "态度好", "少跑一趟", "主动帮忙", "环境好", "网上也顺")
    ]
    assert [kinds[said] for said in ("等得太久", "其他")] == ["", ""]
    assert "红色：经保密渠道转纪检监察，不转窗口及其单位。" in page
    assert "各等级均可勾选的原因" not in reader.get("/questionnaires/W1/10").text, "it offers none"
    assert "各等级均可勾选的原因" not in reader.get("/questionnaires/L/1").text


@pytest.mark.parametrize("address", ["/questionnaires/Q/1", "/questionnaires/W1/2", "/questionnaires/w1/1"])
def test_an_edition_that_is_not_there_is_not_found(reader: Client, address: str) -> None:
    page = reader.get(address)
    assert page.status_code == 404
    assert f"没有编号为 {address.split('/')[2]} 的问卷。" in page.text


@pytest.mark.parametrize(
    ("wording", "kind", "said"),
    [
        ("请您评价本次服务", "success", "未发现诱导性措辞。"),
        ("请给好评，送礼品", "danger", "含有诱导性措辞：请给好评, 礼品。请使用中立措辞，例如“请您评价本次服务”。"),
    ],
)
def test_a_wording_is_checked_before_it_is_put_up(reader: Client, wording: str, kind: str, said: str) -> None:
    page = reader.get("/questionnaires", query_string={"words": wording}).text
    assert findings(page) == [(kind, said)]
    assert f">{wording}</textarea>" in page, "it stays in its field"


def test_no_wording_is_no_finding(reader: Client) -> None:
    assert findings(reader.get("/questionnaires").text) == []
    assert findings(reader.get("/questionnaires?words=").text) == []


def test_a_wording_is_read_up_to_two_thousand_characters(reader: Client) -> None:
    within = reader.get("/questionnaires", query_string={"words": "好" * 1998 + "礼品"}).text
    beyond = reader.get("/questionnaires", query_string={"words": "好" * 1999 + "礼品"}).text
    assert [kind for kind, _said in findings(within)] == ["danger"]
    assert [kind for kind, _said in findings(beyond)] == ["success"]


def test_what_somebody_typed_is_shown_as_text(reader: Client) -> None:
    page = reader.get("/questionnaires", query_string={"words": "</textarea><script>红包</script>"}).text
    assert "<script>红包" not in page
    assert "&lt;script&gt;红包" in page


@pytest.mark.parametrize("role", Role)
def test_who_works_with_forms_reads_them(installation: Flask, sign_in: SignIn, role: Role) -> None:
    client = installation.test_client()
    sign_in(client, role)
    expected = 200 if role in READERS else 403
    assert client.get("/questionnaires").status_code == expected
    assert client.get("/questionnaires/W1/1").status_code == expected
    assert ('href="/questionnaires"' in client.get("/").text) is (role in READERS)
