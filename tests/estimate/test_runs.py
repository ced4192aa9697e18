"""Computations: made once, kept as they were, compared, listed for those who may, and shown on the command line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from click.testing import Result
from flask import Flask

from survey.base.errors import NotFound, Refused
from survey.base.people import audit
from survey.base.people.roles import Role, Viewer
from survey.estimate import commands
from survey.estimate import service as estimate
from survey.estimate.run import runs as stored
from survey.rounds import service as rounds
from tests import page_parts as parts
from tests.client import Client
from tests.conftest import SignIn
from tests.estimate.conftest import Place, set_cases
from tests.estimate.county import County

Line = Callable[..., Result]


@pytest.fixture
def command(inside: County) -> Line:
    def run(*arguments: object) -> Result:
        return inside.app.test_cli_runner().invoke(commands.estimate, [str(argument) for argument in arguments])

    return run


def test_a_computation_says_who_made_it_and_is_written_down(app: Flask, place: Place) -> None:
    steps: list[tuple[int, int]] = []
    who = Viewer(7, "wang", frozenset({Role.OFFICE}), frozenset())
    with app.app_context():
        place.rate(place.one, 1, [5] * 6)
        run = estimate.compute(place.round_id, viewer=who, progress=lambda done, total: steps.append((done, total)))
        (entry, *_others), _total = audit.entries()
        again = estimate.run(run.id)
    assert steps == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert (run.made_by, run.round_id, run.counted, run.held, run.excluded, run.cells) == ("wang", 1, 6, 0, 0, 1)
    assert again == run
    assert (entry.action, entry.subject, entry.actor) == ("round.computed", "2026", "wang")
    assert run.tally_hash in entry.detail
    assert len(run.tally_hash) == 64


def test_a_round_without_answers_or_none_at_all_is_not_computed(app: Flask, place: Place) -> None:
    with app.app_context():
        with pytest.raises(Refused, match="本评议期还没有答卷。") as refused:
            estimate.compute(place.round_id)
        assert refused.value.remedy == "请先收集或导入答卷，再重新计算。"
        with pytest.raises(NotFound):
            estimate.compute(99)
        assert estimate.runs(place.round_id) == []


def test_computations_are_listed_newest_first_and_removed_by_round(app: Flask, place: Place) -> None:
    with app.app_context():
        place.rate(place.one, 1, [5] * 6)
        other = rounds.add_round("2026-1", "一季度", date(2026, 1, 1), date(2026, 3, 31)).id
        made = [estimate.compute(number).id for number in (place.round_id, place.round_id, other)]
        assert [run.id for run in estimate.runs(place.round_id)] == [made[1], made[0]]
        assert estimate.latest_run(place.round_id).id == made[1]
        assert estimate.remove_runs(place.round_id) == 2
        assert (estimate.runs(place.round_id), estimate.latest_run(place.round_id)) == ([], None)
        assert estimate.latest_run(other).id == made[2]
        assert estimate.remove_runs(place.round_id) == 0


def test_cases_reported_later_change_the_next_computation_only(app: Flask, place: Place) -> None:
    with app.app_context():
        place.rate(place.one, 1, [5] * 6)
        place.rate(place.two, 1, [3] * 6)
        before = estimate.compute(place.round_id)
        set_cases([(place.one, 1, 10), (place.two, 1, 30)])
        after = estimate.compute(place.round_id)
        means = [estimate.indices(run.id, source="counter")[0].mean for run in (before, after)]
    assert before.tally_hash != after.tally_hash
    assert means == [pytest.approx(80), pytest.approx(70)]


def test_what_was_read_once_stays_read_and_the_oldest_is_forgotten(inside: County) -> None:
    first = stored.snapshot(inside.run)
    assert stored.snapshot(inside.run) is first
    assert first.tally_hash == estimate.run(inside.run).tally_hash
    assert len(first.cells) == estimate.run(inside.run).cells
    assert len(stored._kept) <= stored.KEPT


def test_units_are_compared_by_what_changed_most(app: Flask, place: Place) -> None:
    with app.app_context():
        place.rate(place.one, 1, [5] * 10)
        place.rate(place.three, 1, [4] * 10)
        before = estimate.compute(place.round_id).id
        place.rate(place.one, 1, [4] * 10)
        place.rate(place.three, 1, [1] * 10)
        after = estimate.compute(place.round_id).id
        found = estimate.compare(before, after, source="counter")
        back = estimate.compare(after, before, source="counter")
        own = Viewer(1, "m", frozenset({Role.UNIT_MANAGER}), frozenset({place.a}))
        assert [one.unit_id for one in estimate.compare(before, after, source="counter", viewer=own)] == [place.a]
        other = estimate.compare(before, after, source="counter", points="100/75/50/25/0")
    assert [(one.unit_id, one.before.mean, one.after.mean) for one in found] == [
        (place.b, 80, pytest.approx(40)),
        (place.a, 100, pytest.approx(90)),
    ]
    assert [one.change for one in found] == [pytest.approx(-40), pytest.approx(-10)]
    assert [one.change for one in back] == [pytest.approx(40), pytest.approx(10)]
    assert [one.change for one in other] == [pytest.approx(-37.5), pytest.approx(-12.5)]


def test_a_unit_that_one_computation_does_not_know_is_hidden_there(inside: County) -> None:
    year, some = inside.runs["2026"], inside.runs["2026-c"]
    found = {one.unit_id: one for one in estimate.compare(year, some, source="counter")}
    a, c = (found[inside.units[code]] for code in "AC")
    assert (a.before.floor, a.after.floor, a.change) == ("reference", "hidden", None)
    assert a.after == estimate.Index(inside.units["A"], "counter", "", "hidden", True, scale="five")
    assert c.change == 0
    assert list(found) == sorted(found), "without changes, by number"


@pytest.fixture
def office(county: County, sign_in: SignIn) -> Client:
    client = county.client()
    sign_in(client, Role.OFFICE)
    return client


def test_the_page_of_comparison_has_both_sides_and_the_difference(office: Client, county: County) -> None:
    text = office.get(f"/estimate/compare?before={county.runs['2026']}&after={county.runs['2026-c']}").text
    assert [(row[0], row[1], row[2], row[5]) for row in parts.rows(text)] == [
        ("省教育厅", "19", "–", "–"),
        ("省税务局", "40", "–", "–"),
        ("省气象局", "30", "30", "0.00"),
        ("省档案局", "–", "–", "–"),
        ("省地震局", "–", "–", "–"),
    ]
    ((kind, words),) = parts.alerts(text)
    assert (kind, "校验值不同" in words) == ("info", True)
    same = office.get(f"/estimate/compare?before={county.run}&after={county.run}").text
    assert parts.alerts(same)[0][0] == "success"
    assert "其间程序也有更新" not in same


def test_computations_without_common_answers_are_not_compared(office: Client, county: County) -> None:
    answer = office.get(f"/estimate/compare?before={county.runs['2026-c']}&after={county.runs['2026-s']}")
    assert answer.status_code == 409
    assert "这两次计算没有可以相互比较的答卷。" in answer.text
    for query in ("", f"?before={county.run}", f"?after={county.run}", f"?before={county.run}&after=x"):
        assert office.get(f"/estimate/compare{query}").status_code == 404


def test_the_list_of_computations_has_what_each_counted(office: Client, county: County) -> None:
    with county.inside():
        run = estimate.run(county.run)
    text = office.get(f"/estimate/round/{run.round_id}").text
    (row,) = parts.rows(text)
    assert row[3:-1] == ["system", "224", "10", "3", run.tally_hash[:12], run.code_version]
    assert row[-1].endswith(" · system"), "who released it to the units, and when"
    assert row[2].endswith(f"#{run.id}")
    assert "对比所选两次" not in text, "there is one only"
    assert office.get("/estimate/round/99").status_code == 404


def test_the_rounds_are_listed_with_their_last_computation(office: Client, county: County) -> None:
    text = office.get("/estimate").text
    assert text.count("计入224条逐题回答") == 1
    assert [name for name in ("全年评议", "一季度", "中直单位", "按占比合成", "合并计算") if name not in text] == []
    assert text.count("查看指数") == 5
    assert "尚未计算" not in text


def pages(county: County) -> list[str]:
    run, unit = county.run, county.units["A"]
    return [
        "/estimate", f"/estimate/{run}", f"/estimate/{run}/indices.csv", f"/estimate/{run}/indices.xlsx",
        f"/estimate/{run}/chart.svg", f"/estimate/{run}/unit/{unit}",
        "/estimate/round/1", f"/estimate/compare?before={run}&after={run}",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("role", "readable"),
    [
        (Role.OFFICE, 8),
        (Role.STATISTICIAN, 8),
        (Role.AUDITOR, 8),
        (Role.UNIT_MANAGER, 6),
        (Role.INTERVIEWER, 0),
        (Role.FOLLOW_UP, 0),
    ],
)
def test_each_role_opens_its_pages_and_no_others(county: County, sign_in: SignIn, role: Role, readable: int) -> None:
    client = county.client()
    sign_in(client, role, units=[county.units["A"]], name=f"reader-{role}")
    found = [client.get(address).status_code for address in pages(county)]
    assert found == [200] * readable + [403] * (8 - readable)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.UNIT_MANAGER, Role.INTERVIEWER, Role.FOLLOW_UP])
def test_those_who_only_read_compute_nothing(county: County, sign_in: SignIn, role: Role) -> None:
    client = county.client()
    sign_in(client, role, units=[county.units["A"]], name=f"reader-{role}")
    sent = client.post("/estimate/round/1/compute", data={"csrf_token": client.token("/")})
    assert sent.status_code == 403


def test_who_is_not_signed_in_is_led_to_the_door(county: County) -> None:
    client = county.client()
    assert {client.get(address).status_code for address in pages(county)} <= {302, 401}


def test_the_command_line_shows_each_unit_with_its_interval(command: Line) -> None:
    said = command("show", "2026")
    assert said.exit_code == 0, said.output
    assert said.output.splitlines() == [
        "全年评议 · 窗口评价",
        "A          85.49 [ 74.08,  96.91] n=19  省教育厅 仅供参考",
        "B          90.00 [ 87.68,  92.32] n=40  省税务局",
        "D        答卷过少  省档案局",
        "C          65.00 [ 51.71,  78.29] n=30  省气象局",
        "E        答卷过少  省地震局",
    ]


def test_the_command_line_takes_source_collection_and_points(command: Line) -> None:
    assert "82.50" in command("show", "2026", "--source", "online").output
    july = command("show", "2026", "--source", "poll", "--collection", "七月").output
    assert july.splitlines()[0] == "全年评议 · 抽样调查 · 七月"
    assert "86.67" in july
    assert "90.00" in command("show", "2026", "--collection", "十二月").output
    assert "83.24" in command("show", "2026", "--points", "100/75/50/25/0").output
    assert command("show", "2026", "--source", "nonsense").exit_code == 2


def test_the_command_line_writes_the_file_of_the_page(command: Line) -> None:
    heading, first, *_others = (
        command("show", "2026", "--source", "import", "--csv").output.lstrip("\ufeff").splitlines()
    )
    assert heading.startswith("编号,单位,类别,来源,题目,发布状态,答卷,有效答卷,说不清")
    assert first.startswith("A,省教育厅,综合部门,导入数据,总体评价,仅供参考,7,7,0.0,")
    assert _others == []


def test_a_round_that_was_not_computed_says_how(app: Flask, place: Place) -> None:
    with app.app_context():
        found = app.test_cli_runner().invoke(commands.estimate, ["show", "2026"])
        assert isinstance(found.exception, NotFound)
        assert str(found.exception).startswith("本评议期尚未计算。")
        assert found.exception.remedy == "请运行：survey estimate compute 2026"
        place.rate(place.one, 1, [5] * 6)
        said = app.test_cli_runner().invoke(commands.estimate, ["compute", "2026"]).output.splitlines()
        run = estimate.latest_run(place.round_id)
    assert said == [f"第{run.id}次计算：计入6条回答，暂存待核0条，剔除0条。", f"计数表校验值 {run.tally_hash}"]


def test_every_day_is_counted_from_the_answers_themselves(command: Line) -> None:
    said = command("recount")
    assert said.exit_code == 0, said.output
    assert said.output.endswith("个征集日，0 个不一致。\n")
    assert "不一致" not in said.output.splitlines()[0].replace("0 个不一致", "")
