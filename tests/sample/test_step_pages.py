"""A wave is drawn, opened, widened, closed or deleted from its page, and a step out of turn is refused in words."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from survey.base.people.roles import Role
from survey.sample import service
from survey.sample.pages import columns, waves
from tests import page_parts
from tests.conftest import SignIn
from tests.sample.conftest import CHOICE, SEED, MakeWave, Standing


@pytest.fixture
def worker(client: FlaskClient, sign_in: SignIn) -> FlaskClient:
    sign_in(client, Role.STATISTICIAN)
    return client


def test_each_step_leads_back_to_the_wave_and_says_what_happened(worker: FlaskClient, make_wave: MakeWave) -> None:
    with worker.application.app_context():
        wave = make_wave("draft")
        service.lock_design(wave.id, CHOICE)
    here = f"/sample/waves/{wave.id}"
    steps: list[tuple[str, dict[str, str], str]] = [
        ("draw", {"seed": SEED}, "样本已抽取。"),
        ("open", {}, "调查已开始，个人链接现在可以使用。"),
        ("reserve", {"stratum": "城镇 / 居民", "count": "2"}, "已按抽样顺序启用 2 个备用样本。"),
        ("reserve", {"stratum": "城镇 / 居民", "count": "9"}, "已按抽样顺序启用 1 个备用样本。"),
        ("close", {}, "调查已结束，个人链接已销毁。"),
    ]
    for step, values, words in steps:
        page = worker.submit(here, form=f"{here}/{step}", **values)
        assert page.request.path == here and page_parts.alerts(page.text) == [("success", words)]
    with worker.application.app_context():
        assert service.wave(wave.id).state == "closed"


def test_a_wave_is_deleted_from_its_page_while_it_is_not_drawn(worker: FlaskClient, make_wave: MakeWave) -> None:
    with worker.application.app_context():
        wave = make_wave("draft")
    gone = worker.submit(f"/sample/waves/{wave.id}", form=f"/sample/waves/{wave.id}/remove")
    assert gone.request.path == "/sample" and page_parts.alerts(gone.text) == [("success", "调查已删除。")]
    assert worker.get(f"/sample/waves/{wave.id}").status_code == 404


@pytest.mark.parametrize(
    ("seed", "alert"),
    [
        ("", ("danger", "请填写公布的随机种子。")),
        (" ", ("danger", "请填写公布的随机种子。")),
        ("7" * 201, ("danger", "")),
        ("7" * 200, ("success", "样本已抽取。")),
    ],
)
def test_a_seed_has_one_to_200_characters(
    worker: FlaskClient, make_wave: MakeWave, seed: str, alert: tuple[str, str]
) -> None:
    with worker.application.app_context():
        wave = make_wave("draft")
        service.lock_design(wave.id, CHOICE)
    page = worker.submit(f"/sample/waves/{wave.id}", form=f"/sample/waves/{wave.id}/draw", seed=seed)
    kind, words = page_parts.alerts(page.text)[0]
    assert kind == alert[0] and (words == alert[1] or not alert[1])
    with worker.application.app_context():
        assert service.wave(wave.id).seed == (seed if kind == "success" else None)


@pytest.mark.parametrize(("many", "beside"), [(240, False), (239, True)])
def test_one_case_more_than_many_is_drawn_beside_the_request(
    worker: FlaskClient, make_wave: MakeWave, monkeypatch: pytest.MonkeyPatch, many: int, beside: bool
) -> None:
    monkeypatch.setattr(waves, "MANY_CASES", many)
    with worker.application.app_context():
        wave = make_wave("draft", kind="panel", questionnaire="L")
        service.lock_design(wave.id, service.DesignChoice(method="census", reserve_share=0))
    here = f"/sample/waves/{wave.id}"
    begun = worker.submit(here, form=f"{here}/draw", follow=False, seed=SEED)
    assert begun.status_code == 302 and (begun.location == here) is not beside
    if beside:
        assert "正在抽样：第 1 波" in worker.get(begun.location, follow_redirects=False).text or (
            worker.get(begun.location).status_code == 302
        )


@pytest.mark.parametrize(
    ("state", "step", "words"),
    [
        ("draft", "draw", "请先锁定方案，再抽样。"),
        ("open", "draw", "本次调查已抽样；样本只抽取一次。"),
        ("closed", "open", "目前不能开始或结束本次调查。"),
        ("drawn", "close", "目前不能开始或结束本次调查。"),
        ("open", "remove", "已抽样的调查必须存档，不能删除。"),
        ("closed", "reserve", "只有在已抽样或调查进行中时才能启用备用样本。"),
        ("open", "reserve", "该层已没有备用样本。"),
    ],
)
def test_a_step_out_of_turn_is_refused_in_words(
    standing: Standing, sign_in: SignIn, state: str, step: str, words: str
) -> None:
    reader = standing.app.test_client()
    sign_in(reader, Role.STATISTICIAN)
    token = {"csrf_token": reader.token("/sample/waves/new"), "seed": SEED}
    page = reader.post(f"/sample/waves/{standing.waves[state].id}/{step}", data=token)
    assert page.status_code == 409 and words in page.text
    with standing.app.app_context():
        assert service.wave(standing.waves[state].id) == standing.waves[state]


def test_a_form_that_is_there_no_longer_is_called_by_its_code(still: Flask) -> None:
    with still.app_context():
        assert columns.form_name("OLD") == "OLD" and columns.form_name("G") == "G · 公众评议"
        assert columns.stratum_name("*") == "全部" and columns.stratum_name("城镇") == "城镇"
