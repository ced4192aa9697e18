"""Polls and panels through the product: drawn, answered, weighted; everybody asked, and what a flat panel tells."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

import pytest
from flask import Flask

from survey.base.store.database import engine
from survey.collect import service as collect
from survey.estimate import service as estimate
from survey.questions import service as questions
from survey.sample import service as sample
from tests.estimate.conftest import CLOSES, OPENS, Place

TODAY = date(2026, 6, 1)


def open_wave(place: Place, sizes: dict[str, int], choice: sample.DesignChoice, kind: str = "poll") -> sample.Wave:
    cases = [sample.Case(f"{area}{i}", (area,)) for area, size in sizes.items() for i in range(size)]
    source = sample.FrameSource(f"名单{kind}", "统计局", OPENS, "编号", ("区域",))
    frame = sample.add_frame(source, cases)
    form = "G" if kind == "poll" else "L"
    wave = sample.add_wave(
        f"调查{kind}", frame_id=frame.id, opens_on=OPENS, closes_on=CLOSES, kind=kind,
        questionnaire=form,
    )  # fmt: skip
    sample.lock_design(wave.id, choice)
    sample.draw(wave.id, "2026")
    return sample.open_wave(wave.id)


def answer(place: Place, wave: sample.Wave, stratum: str, said: Sequence[dict[int, int]], factor: float = 1.0) -> None:
    """Use up one link of the stratum for each person; each says a level about some units."""
    links = [link for link in sample.links(wave.id) if link.stratum == stratum]
    open_ids = []
    with engine().connect() as connection:
        for link in links:
            token = link.url.rsplit("/", 1)[1]
            invitation = sample.find_invitation(connection, token, TODAY)
            if not invitation.completed:
                open_ids.append((invitation.id, token))
    with engine().begin() as connection:
        for invitation_id, token in open_ids[: len(said)]:
            assert sample.use_link(connection, invitation_id, token, partial=False)
    overall = questions.questionnaire("G").overall.code
    collect.add_responses(
        collect.NewResponse(
            wave.collection_id, TODAY, "G", 3,
            [collect.NewAnswer(overall, level=level, unit_id=unit) for unit, level in each.items()],
            stratum=stratum, selection_factor=factor,
        )
        for each in said
    )  # fmt: skip


@pytest.fixture
def poll(place_on_each_database: Place, app_on_each_database: Flask) -> Place:
    """Town 100 people, 10 asked, 4 answer; country 50 people, 5 asked, all answer; the others say nothing."""
    place = place_on_each_database
    with app_on_each_database.app_context():
        choice = sample.DesignChoice(columns=("区域",), total=15, minimum=2, reserve_share=0)
        wave = open_wave(place, {"城区": 100, "农村": 50}, choice)
        answer(place, wave, "城区", [{place.a: 5}, {place.a: 4}, {place.a: 0, place.b: 3}, {place.b: 1}])
        answer(place, wave, "农村", [{place.a: 3}, {place.a: 3}, {place.a: 1}, {place.b: 5}, {place.b: 5}])
    return place


def test_a_poll_is_weighted_by_design_and_nonresponse(poll: Place, app_on_each_database: Flask) -> None:
    with app_on_each_database.app_context():
        index = poll.index("poll")
        run = estimate.latest_run(poll.round_id)
        lines = estimate.breakdown(run.id, poll.a, "poll")
    # town: 100 people / 4 respondents = 25 each; country: 50 / 5 = 10 each
    assert [(line.label, line.population, line.n, line.weight) for line in lines] == [
        ("调查poll · 农村", 50, 3, pytest.approx(10)),
        ("调查poll · 城区", 100, 3, pytest.approx(25)),
    ]
    mean = (25 * (100 + 80) + 10 * (60 + 60 + 0)) / (25 * 2 + 10 * 3)
    assert index.mean == pytest.approx(mean)
    assert index.cannot_say == pytest.approx(25 / (25 * 3 + 10 * 3))
    assert index.response_rate == pytest.approx(9 / 15)
    assert not index.self_selected


def test_a_polls_error_counts_people_not_asked_about_the_unit(poll: Place, app_on_each_database: Flask) -> None:
    # the domain mean's linearised residuals, 0 for respondents outside the domain (Cochran 1977, 5A.14), by hand
    with app_on_each_database.app_context():
        index = poll.index("poll")
    whole = 25 * 2 + 10 * 3
    mean = (25 * 180 + 10 * 120) / whole
    variance = 0.0
    for people, weight, worth, outside in ((100, 25, [100, 80], 2), (50, 10, [60, 60, 0], 2)):
        residual = [weight * (one - mean) / whole for one in worth] + [0.0] * outside
        n = len(residual)
        centre = sum(residual) / n
        variance += (1 - n / people) * n / (n - 1) * sum((one - centre) ** 2 for one in residual)
    assert index.standard_error == pytest.approx(math.sqrt(variance))


def test_people_who_dealt_with_more_bodies_weigh_more(app: Flask, place: Place) -> None:
    with app.app_context():
        wave = open_wave(place, {"城区": 100}, sample.DesignChoice(columns=("区域",), total=10, reserve_share=0))
        answer(place, wave, "城区", [{place.a: 5}] * 5, factor=2.0)
        answer(place, wave, "城区", [{place.a: 1}] * 5, factor=1.0)
        index = place.index("poll")
    assert index.mean == pytest.approx(100 * 2 / 3)


def panel(place: Place, scores: Sequence[dict[int, int]]) -> estimate.Run:
    wave = open_wave(
        place,
        {"领导": len(scores)},
        sample.DesignChoice(columns=("区域",), total=len(scores), method="census"),
        "panel",
    )
    overall = questions.questionnaire("L").overall.code
    collect.add_responses(
        collect.NewResponse(
            wave.collection_id, TODAY, "L", 1,
            [collect.NewAnswer(overall, score=score, unit_id=unit) for unit, score in each.items()],
            stratum="领导",
        )
        for each in scores
    )  # fmt: skip
    return estimate.compute(place.round_id)


def test_a_panels_index_is_the_mean_of_its_scores(app: Flask, place: Place) -> None:
    with app.app_context():
        run = panel(place, [{place.a: 90, place.b: 70 + i} for i in range(6)])
        first, second = estimate.indices(run.id, source="panel")
        spread = estimate.panel_spread(run.id)
    assert (first.mean, second.mean) == (90, pytest.approx(72.5))
    assert second.spread == pytest.approx(math.sqrt(3.5))
    assert second.standard_error == pytest.approx(math.sqrt(3.5 / 6))
    assert spread is not None
    assert not spread.warning


def test_a_panel_that_gives_everybody_the_same_is_warned_of(app: Flask, place: Place) -> None:
    with app.app_context():
        spread = estimate.panel_spread(panel(place, [{place.a: 95, place.b: 95}] * 6).id)
    assert spread is not None
    assert spread.warning
    assert spread.same_share == 1
