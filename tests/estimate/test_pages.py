"""The pages of results: the office's way, what a unit's manager sees, downloads, charts and the command line."""

from __future__ import annotations

import time

import pytest
from flask import Flask

from survey.base.people.roles import Role
from survey.estimate import service as estimate
from tests.client import Client
from tests.conftest import SignIn
from tests.estimate.conftest import Place, set_cases


@pytest.fixture
def run_id(app: Flask, place: Place) -> int:
    """A has 100 ratings over a year, B three."""
    with app.app_context():
        set_cases([(place.one, month, 50) for month in range(1, 13)])
        for month in range(1, 11):
            place.rate(place.one, month, [5, 4, 5, 4, 3, 5, 2, 4, 0, 5])
        place.rate(place.three, 1, [5, 5, 5])
        return estimate.compute(place.round_id).id


def test_the_office_computes_a_round_and_sees_the_indices(
    app: Flask, client: Client, sign_in: SignIn, place: Place
) -> None:
    with app.app_context():
        place.rate(place.one, 1, [5, 4] * 20)
    sign_in(client, Role.OFFICE)
    assert "2026年度评议" in client.get("/estimate").text
    compute = f"/estimate/round/{place.round_id}/compute"
    answer = client.submit("/estimate", form=compute, follow=False)
    for _ in range(100):
        page = client.get(answer.location)
        if page.status_code == 302:
            break
        time.sleep(0.05)
    shown = client.get(page.location).text
    assert "90.00" in shown
    assert "自愿评价" in shown
    assert '<span class="tag warn">仅供参考</span>' not in shown


def test_a_round_without_answers_says_so(app: Flask, client: Client, sign_in: SignIn, place: Place) -> None:
    sign_in(client, Role.OFFICE)
    compute = f"/estimate/round/{place.round_id}/compute"
    answer = client.submit("/estimate", form=compute, follow=False)
    for _ in range(100):
        page = client.get(answer.location).text
        if "还没有答卷" in page:
            return
        time.sleep(0.05)
    pytest.fail("the job's page never told why")


def test_each_number_opens_down_to_strata_and_counts(
    client: Client, sign_in: SignIn, run_id: int, place: Place
) -> None:
    sign_in(client, Role.STATISTICIAN)
    page = client.get(f"/estimate/{run_id}/unit/{place.a}").text
    assert "这个指数是怎么算出来的" in page
    assert "1号窗口 · 2026-10" in page
    assert "逐月变化" in page
    assert "1号窗口 · 2026-12" in page, "months without ratings stand there too"


def test_nothing_of_a_unit_below_the_floor_is_shown(client: Client, sign_in: SignIn, run_id: int, place: Place) -> None:
    sign_in(client, Role.OFFICE)
    page = client.get(f"/estimate/{run_id}/unit/{place.b}").text
    assert "不予显示" in page
    assert "办税窗口" not in page
    row = next(line for line in client.get(f"/estimate/{run_id}/indices.csv").text.splitlines() if "省税务局" in line)
    assert not any(cell.replace(".", "").isdigit() for cell in row.split(",")[6:]), row


def test_a_manager_sees_the_own_unit_only_and_no_small_strata(
    client: Client, sign_in: SignIn, app: Flask, place: Place
) -> None:
    with app.app_context():
        place.rate(place.one, 1, [5] * 20)
        place.rate(place.one, 2, [1, 1])
        place.rate(place.three, 1, [5] * 40)
        run_id = estimate.compute(place.round_id).id
        estimate.release(run_id)
    sign_in(client, Role.UNIT_MANAGER, units=[place.a])
    listing = client.get(f"/estimate/{run_id}").text
    assert "省教育厅" in listing
    assert "省税务局" not in listing
    assert "省税务局" not in client.get(f"/estimate/{run_id}/indices.csv").text
    assert client.get(f"/estimate/{run_id}/unit/{place.b}").status_code == 404
    assert client.get(f"/estimate/{run_id}/unit/{place.b}/trend.svg").status_code == 404
    own = client.get(f"/estimate/{run_id}/unit/{place.a}").text
    assert own.count("答卷过少") >= 2, "the two answers of February are hidden, and January, which would tell them"
    assert (
        client.post(f"/estimate/round/{place.round_id}/compute", data={"csrf_token": client.token("/")}).status_code
        == 403
    )
    assert client.get(f"/estimate/round/{place.round_id}").status_code == 403


@pytest.mark.parametrize("points", ["100/90/80/70", "best", "100/120/60/30/0", "=1+1"])
def test_a_wrong_points_table_is_explained(client: Client, sign_in: SignIn, run_id: int, points: str) -> None:
    sign_in(client, Role.OFFICE)
    answer = client.get(f"/estimate/{run_id}", query_string={"points": points})
    assert answer.status_code == 409
    assert "分值表" in answer.text


def test_another_points_table_changes_the_index(client: Client, sign_in: SignIn, run_id: int) -> None:
    sign_in(client, Role.OFFICE)
    assert "81.11" in client.get(f"/estimate/{run_id}").text
    assert "77.78" in client.get(f"/estimate/{run_id}", query_string={"points": "100/75/50/25/0"}).text


def test_downloads_carry_every_number(client: Client, sign_in: SignIn, run_id: int) -> None:
    sign_in(client, Role.OFFICE)
    text = client.get(f"/estimate/{run_id}/indices.csv").data.decode("utf-8-sig")
    assert "标准误" in text.splitlines()[0]
    assert "81.111" in text
    assert client.get(f"/estimate/{run_id}/indices.xlsx").data[:2] == b"PK"


@pytest.mark.filterwarnings("error:Glyph")
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_charts_have_a_glyph_for_every_character(
    client: Client, sign_in: SignIn, app: Flask, place: Place, theme: str
) -> None:
    with app.app_context():
        for window, level in ((place.one, 5), (place.three, 3)):
            for month in (1, 2):
                place.rate(window, month, [level, 4] * 20)
        run_id = estimate.compute(place.round_id).id
    sign_in(client, Role.OFFICE)
    for address in (f"/estimate/{run_id}/chart.svg?class=1", f"/estimate/{run_id}/unit/{place.a}/trend.svg?"):
        answer = client.get(f"{address}&theme={theme}")
        assert answer.mimetype == "image/svg+xml"
        assert b"<path" in answer.data
        assert b"<text" not in answer.data


def test_runs_are_kept_and_compared(client: Client, sign_in: SignIn, app: Flask, run_id: int, place: Place) -> None:
    sign_in(client, Role.OFFICE)
    with app.app_context():
        same = estimate.compute(place.round_id)
        place.rate(place.one, 1, [1] * 10)
        changed = estimate.compute(place.round_id)
        first = estimate.run(run_id)
        assert same.tally_hash == first.tally_hash != changed.tally_hash
    page = client.get(f"/estimate/compare?before={run_id}&after={same.id}").text
    assert "校验值一致" in page
    page = client.get(f"/estimate/compare?before={run_id}&after={changed.id}").text
    assert "校验值不同" in page
    assert first.tally_hash[:12] in client.get(f"/estimate/round/{place.round_id}").text
    assert "更新的计算" in client.get(f"/estimate/{run_id}").text


def test_the_command_line_computes_and_shows(
    app: Flask, place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with app.app_context():
        place.rate(place.one, 1, [5, 4] * 20)
        from survey.estimate.commands import estimate as group

        runner = app.test_cli_runner()
        said = runner.invoke(group, ["compute", "2026"])
        assert said.exit_code == 0, said.output
        assert "40" in said.output
        shown = runner.invoke(group, ["show", "2026"])
        assert "90.00" in shown.output
        assert "省教育厅" in shown.output
        assert "省教育厅" in runner.invoke(group, ["show", "2026", "--csv"]).output
