"""What staff see of answers, and what they do not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from survey.base import clock
from survey.base.people.roles import Role
from survey.collect import service
from survey.questions import service as questions
from survey.questions.service import unneutral_words
from survey.rounds import service as rounds
from tests.collect.conftest import Town


def add(town: Town, unit: str, levels: list[int], source: str = "counter", days_ago: int = 0) -> None:
    today = clock.today()
    day = max(today - timedelta(days=days_ago), today.replace(month=1, day=1))
    with town.app.app_context():
        service.add_responses(
            [
                service.NewResponse(
                    rounds.standing("W1") if source == "counter" else rounds.imports("W1"),
                    day,
                    "W1",
                    3,
                    [service.NewAnswer("W-E1", level)],
                    window_id=town.windows["101-W1"] if source == "counter" else None,
                    unit_id=town.units[unit],
                )
                for level in levels
            ]
        )


def test_the_office_sees_every_source_by_day_and_channel(town: Town, sign_in):
    add(town, "101", [5, 4, 3, 2, 1, 0])
    add(town, "102", [5] * 7, source="import", days_ago=3)
    client = town.app.test_client()
    sign_in(client, Role.OFFICE)
    page = client.get("/answers").text
    assert "窗口评价" in page
    assert "二维码" in page
    assert "60.0%" in page, "satisfied: three of five valid"
    assert "没有答卷" not in client.get("/answers?source=import").text
    assert "还没有答卷" in client.get(f"/answers?source=import&unit={town.units['101']}").text


def test_a_unit_manager_sees_only_counts_of_the_own_unit_s_counters(town: Town, sign_in):
    add(town, "101", [5, 4, 1, 1])
    add(town, "102", [2] * 50, source="import")
    client = town.app.test_client()
    sign_in(client, Role.UNIT_MANAGER, units=[town.units["101"]])
    page = client.get("/answers").text
    assert "少于" in page or "不足 5 份" in page
    assert "省公安厅" not in page
    assert "50" not in page.partition("<main")[2].partition("每日")[0].replace("5000", "")
    assert "还没有答卷" in client.get(f"/answers?unit={town.units['102']}").text


@pytest.mark.parametrize("path", ["/answers", "/questionnaires", "/answers/import", "/questionnaires/W1/1"])
def test_strangers_are_sent_to_the_door(town: Town, path: str):
    answer = town.app.test_client().get(path)
    assert answer.status_code == 302
    assert "/sign-in" in answer.location


@pytest.mark.parametrize(("code", "version"), list(questions.editions()))
def test_every_questionnaire_can_be_looked_at(town: Town, sign_in, code: str, version: int):
    client = town.app.test_client()
    sign_in(client, Role.OFFICE)
    form = questions.questionnaire(code, version)
    assert form.overall.words.zh in client.get(f"/questionnaires/{code}/{version}").text
    preview = client.get(f"/questionnaires/{code}/{version}/preview")
    assert preview.status_code == (200 if form.use == "counter" else 404)


@pytest.mark.parametrize(
    "words",
    ["请给好评", "请您打五星", "五星好评送礼品", "您的“非常满意”是我们最大的动力", "Give us five stars", "评价有奖"],
)
def test_wording_that_leans_is_told(town: Town, sign_in, words: str):
    assert unneutral_words(words)
    client = town.app.test_client()
    sign_in(client, Role.OFFICE)
    assert "诱导性措辞" in client.get("/questionnaires", query_string={"words": words}).text


@pytest.mark.parametrize("words", ["请您评价本次服务", "扫码评价,无须登录", "Please rate this service"])
def test_neutral_wording_passes(words: str):
    assert unneutral_words(words) == []
