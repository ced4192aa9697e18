"""What the house must be able to express: own forms, several groups and waves, directed evaluations, no survey."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask

from survey import create_app
from survey.base import clock
from survey.base.errors import ImportFaults
from survey.base.settings import Settings
from survey.collect import service as collect
from survey.estimate import service as estimate
from survey.estimate.values import Selector
from survey.questions import service as questions
from survey.rounds import service as rounds
from survey.sample import service as sample
from survey.score import service as score
from survey.units import service as units
from tests import two_people
from tests.client import Client
from tests.collect.conftest import token_in

FORM = """
code: H3
version: 1
zh: {title: 四等次评价, text: 补充意见}
en: {title: Rating by four grades, text: Remarks}
use: counter
scale: four
tags: all
questions:
  - {code: H-1, category: overall, overall: true, zh: 总的来说, en: Overall}
  - {code: H-2, category: attitude, zh: 服务态度, en: Attitude}
  - {code: H-3, category: results, zh: 办事结果, en: Result}
"""


def scheme(*leaves: str, points: float = 100) -> str:
    """A scheme of leaves with equal points."""
    lines = [
        f"      - {{id: c{n}, title: {{zh: 第{n}项}}, points: {points / len(leaves):g}, {leaf}}}"
        for n, leaf in enumerate(leaves, 1)
    ]
    head = 'id: made\nversion: 1\ntitle: {zh: 试行}\ntotal: 100\nclasses:\n  - codes: ["*"]\n    components:\n'
    return head + "\n".join(lines) + "\n"


def sheet_of(round_id: int, text: str) -> dict[str, score.Line]:
    """The lines of a new sheet, by unit code."""
    score.add_scheme(text)
    made = score.sheet(score.make_sheet(round_id, "made"))
    return {line.unit_code: line for group in made.content.classes for line in group.lines}


@pytest.fixture
def body(app: Flask):
    """Two bodies and a round around today."""
    with app.app_context():
        numbers = units.add_units(
            [units.NewUnit("101", "甲局", "1", "部门"), units.NewUnit("102", "乙局", "1", "部门")]
        )
        today = clock.today()
        made = rounds.add_round("R", "本年度", today - timedelta(days=100), today + timedelta(days=100))
        yield made.id, numbers["101"]


def collected(kind: str, form: str, group: str, code: str, closes: date | None = None) -> int:
    one = rounds.add_collection(rounds.NewCollection(code, code, kind, form, group, closes_on=closes or clock.today()))
    return one.id


def answered(collection: int, form: str, unit: int, values: list[float]) -> None:
    """One answer to the overall question a value: a level, or a score where the form has no scale."""
    known = questions.questionnaire(form)
    question = known.overall.code
    collect.add_responses(
        collect.NewResponse(
            collection,
            clock.today(),
            form,
            6,
            [
                collect.NewAnswer(question, int(value), unit_id=unit)
                if known.scale
                else collect.NewAnswer(question, score=float(value), unit_id=unit)
            ],
            unit_id=unit,
        )
        for value in values
    )


@pytest.fixture
def with_own_form(settings: Settings):
    """An installation whose instance holds one document more."""
    folder = Path(settings.instance) / "questionnaires"
    folder.mkdir()
    (folder / "H3.yaml").write_text(FORM, encoding="utf-8")
    app = create_app(replace(settings, floor_hidden=1, floor_reference=1))
    app.test_client_class = Client
    with app.app_context():
        yield app
    app.extensions["engine"].dispose()


def _asked_by_link(citizen: Client, unit: int, grades: tuple[int, ...]) -> None:
    """A wave of peers, everybody asked by a personal link."""
    today = clock.today()
    frame = sample.add_frame(
        sample.FrameSource("名单", "局", today, "编号", ()), [sample.Case(f"{n}", ()) for n in range(len(grades))]
    )
    wave = sample.add_wave(
        "四等次调查",
        frame_id=frame.id,
        opens_on=today,
        closes_on=today,
        kind="panel",
        questionnaire="H3",
        group="peers",
    )
    sample.lock_design(wave.id, sample.DesignChoice(method="census", reserve_share=0))
    sample.draw(wave.id, "一二三四五六七八")
    sample.open_wave(wave.id)
    for link, grade in zip(sample.links(wave.id), grades, strict=True):
        token = link.url.rpartition("/")[2]
        field = f"u{unit}.H-1"
        assert citizen.post(f"/p/{token}", data={field: str(grade)}).status_code == 303


def test_a_form_of_four_grades_is_one_document(with_own_form: Flask):
    numbers = units.add_units([units.NewUnit("101", "甲局", "1", "部门")])
    units.add_windows([units.NewWindow("101", "101-1", "窗口", "H3")])
    today = clock.today()
    made = rounds.add_round("R", "本年度", today - timedelta(days=9), today + timedelta(days=99))
    code = units.stays()[0].code
    citizen: Client = with_own_form.test_client()
    for grade in (4, 4, 3, 1):
        page = citizen.get(f"/r/{code}")
        assert all(word in page.text for word in ("优秀", "良好", "一般", "较差"))
        assert "非常满意" not in page.text
        sent = {"token": token_in(page.text), "H-1": str(grade), "H-2": "3", "H-3": "0"}
        assert citizen.post(f"/r/{code}", data=sent).status_code == 303
    page = citizen.get(f"/r/{code}")
    assert citizen.post(f"/r/{code}", data={"token": token_in(page.text), "H-1": "5"}).status_code == 400

    _asked_by_link(citizen, numbers["101"], (4, 3, 3, 2))
    run = estimate.compute(made.id)
    counter = estimate.indices(run.id, source="counter")[0]
    assert counter.scale == "four"
    assert {level: number for level, number in counter.counts.items() if number} == {4: 2, 3: 1, 1: 1}
    assert counter.mean == pytest.approx((100 + 100 + 80 + 30) / 4)
    assert counter.satisfied_rate == pytest.approx(0.75)
    assert estimate.indices(run.id, source="panel")[0].mean == pytest.approx((100 + 80 + 80 + 60) / 4)
    assert estimate.indices(run.id, source="counter", points="90/70/50/10")[0].mean == pytest.approx(65)
    lines = sheet_of(
        made.id, scheme("source: counter, form: H3", "source: panel, group: peers, points_table: 90/70/50/10")
    )
    assert lines["101"].total == pytest.approx(77.5 / 2 + 70 / 2, abs=0.005)


def test_two_panels_are_two_leaves(body):
    round_id, unit = body
    leaders, peers = collected("panel", "L", "leaders", "领导打分"), collected("panel", "L", "peers", "互评")
    answered(leaders, "L", unit, [60.0] * 6)
    answered(peers, "L", unit, [95.0] * 60)
    run = estimate.compute(round_id)
    means = {
        group: next(i.mean for i in estimate.indices(run.id, source=Selector("panel", (group,))) if i.unit_id == unit)
        for group in ("leaders", "peers")
    }
    assert means == {"leaders": pytest.approx(60), "peers": pytest.approx(95)}
    parts = sheet_of(round_id, scheme("source: panel, group: leaders", "source: panel, group: peers"))["101"].parts
    assert [part.value for part in parts] == [pytest.approx(60), pytest.approx(95)]
    with pytest.raises(ImportFaults) as refused:
        score.check_in_round(scheme("source: panel"), round_id)
    assert "领导" in refused.value.faults[0].remedy


def test_a_directed_evaluation_leaves_the_index_where_it_was(body):
    round_id, unit = body
    answered(rounds.imports("W1", "residents"), "W1", unit, [5] * 30 + [4] * 20)
    before = estimate.indices(estimate.compute(round_id).id, source="import")
    answered(collected("complaint", "W1", "complainants", "投诉办理"), "W1", unit, [1] * 60)
    run = estimate.compute(round_id)
    assert estimate.indices(run.id, source="import") == before
    assert [i.mean for i in estimate.indices(run.id, source="complaint") if i.unit_id == unit] == [pytest.approx(0)]


@pytest.fixture
def two_waves(body):
    round_id, unit = body
    for code, levels in (("七月", [5] * 20 + [4] * 20), ("十二月", [4] * 30 + [3] * 20)):
        answered(collected("online", "W1", "residents", code), "W1", unit, levels)
    estimate.compute(round_id)
    return round_id


def test_two_waves_are_two_leaves_with_stated_shares(two_waves: int):
    each = scheme("source: online, wave: 七月", "source: online, wave: 十二月")
    assert [part.value for part in sheet_of(two_waves, each)["101"].parts] == [pytest.approx(90), pytest.approx(72)]


def test_waves_are_pooled_by_the_shares_that_a_leaf_states(two_waves: int):
    shared = scheme("source: online, wave: {七月: 40, 十二月: 60}")
    line = sheet_of(two_waves, shared)["101"]
    run = estimate.latest_run(two_waves)
    assert run is not None
    errors = [
        estimate.indices(run.id, source=Selector("online", collections=(code,)))[0].standard_error
        for code in ("七月", "十二月")
    ]
    assert line.total == pytest.approx(0.4 * 90 + 0.6 * 72)
    expected = (0.16 * errors[0] ** 2 + 0.36 * errors[1] ** 2) ** 0.5
    assert line.standard_error == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize(
    ("leaf", "said"),
    [
        ("source: online, wave: {七月: 40, 九月: 60}", "九月"),
        ("source: online, wave: [七月, 九月]", "九月"),
        ("source: online, group: peers", "peers"),
        ("source: poll", "抽样调查"),
        ("source: online, wave: 七月, question: G-1", "G-1"),
    ],
)
def test_a_leaf_that_means_nothing_is_a_fault_with_a_sentence(two_waves: int, leaf: str, said: str):
    with pytest.raises(ImportFaults) as refused:
        score.check_in_round(scheme(leaf), two_waves)
    assert said in refused.value.faults[0].remedy
    score.add_scheme(scheme(leaf))
    with pytest.raises(ImportFaults):
        score.make_sheet(two_waves, "made")
    assert score.sheet_list() == []


def test_a_scheme_without_a_survey_gets_its_sheet_without_an_answer(body):
    round_id, unit = body
    score.add_scheme(score.shipped_text("hami"))
    values = {"results": 90.0, "conduct": 80.0}
    score.set_values(round_id, "hami", [score.NewValue(code, unit, value) for code, value in values.items()])
    made = score.make_sheet(round_id, "hami")
    line = {line.unit_code: line for group in score.sheet(made).content.classes for line in group.lines}["101"]
    assert (line.total, score.sheet(made).entry.run_id) == (pytest.approx(86.0), None)
    assert two_people.freeze(made).entry.is_frozen
    assert score.is_intact(made)
