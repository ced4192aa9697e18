"""Which answers the pages of results show: pieces of evidence, what narrows them, and every scale in its own words."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from survey.base.people.roles import Role
from survey.base.settings import Settings
from survey.collect import service as collect
from survey.estimate import service as estimate
from survey.rounds import service as rounds
from tests.client import Client
from tests.conftest import SignIn
from tests.estimate.conftest import OPENS, Place
from tests.own_forms import panel_forms, with_forms


@pytest.fixture
def own_forms(settings: Settings) -> Path:
    """The installation's own forms on scales of its own choice."""
    return with_forms(settings, panel_forms()).instance


def answered(place: Place, form: str, kind: str, group: str = "", channel: int = 1, n: int = 40) -> rounds.Collection:
    """A collection of this form with as many answers about unit A: three of four at level 2, the others at level 1."""
    last_day = OPENS if kind == "panel" else None
    made = rounds.add_collection(
        rounds.NewCollection(f"{kind}-{form}", f"{form}评议", kind, form, group, (), None, last_day)
    )
    collect.add_responses(
        collect.NewResponse(
            made.id,
            OPENS,
            form,
            channel,
            [collect.NewAnswer(f"{form}-{q}", unit_id=place.a, **_said(form, 1 if i % 4 else 0)) for q in (1, 2)],
        )
        for i in range(n)
    )
    return made


def _said(form: str, more: int) -> dict[str, int]:
    return {"score": 60 + 20 * more} if form == "H" else {"level": 1 + more}


@pytest.mark.parametrize(
    ("form", "words", "absent", "mean"),
    [("F4", "优秀", "非常满意", "52.50"), ("T3", "基本满意", "非常满意", "60.00"), ("X10", "10 分", "优秀", "17.50")],
)
def test_answers_are_shown_on_their_own_scale(
    own_forms: Path, app: Flask, client: Client, sign_in: SignIn, place: Place, form: str, words: str, absent: str,
    mean: str,
) -> None:  # fmt: skip
    with app.app_context():
        answered(place, form, "online")
        run = estimate.compute(place.round_id)
    sign_in(client, Role.OFFICE)
    for address in (f"/estimate/{run.id}", f"/estimate/{run.id}/unit/{place.a}"):
        page = client.get(address).text
        assert mean in page
        assert words in page
        assert absent not in page
    heading = client.get(f"/estimate/{run.id}/indices.csv").data.decode("utf-8-sig").splitlines()[0]
    levels = {"F4": 4, "T3": 3, "X10": 10}[form]
    assert f"第{levels}档占比" in heading
    assert f"第{levels + 1}档占比" not in heading


def test_scores_have_no_columns_of_levels(
    own_forms: Path, app: Flask, client: Client, sign_in: SignIn, place: Place
) -> None:
    with app.app_context():
        answered(place, "H", "online")
        run = estimate.compute(place.round_id)
    sign_in(client, Role.OFFICE)
    page = client.get(f"/estimate/{run.id}/unit/{place.a}").text
    assert "75.00" in page
    assert "满意率" not in page
    assert 'name="points"' not in page
    heading = client.get(f"/estimate/{run.id}/indices.csv").data.decode("utf-8-sig").splitlines()[0]
    assert "满意率" not in heading
    assert "档" not in heading


def test_groups_that_must_not_be_mixed_are_tabs_of_their_own(
    own_forms: Path, app: Flask, client: Client, sign_in: SignIn, place: Place
) -> None:
    with app.app_context():
        answered(place, "F4", "panel", "deputies")
        answered(place, "T3", "panel", "cppcc")
        run = estimate.compute(place.round_id)
    sign_in(client, Role.OFFICE)
    first = client.get(f"/estimate/{run.id}").text
    assert "F4评议" in first
    assert "T3评议" in first
    assert "优秀" in first
    second = client.get(f"/estimate/{run.id}", query_string={"source": "panel", "collection": "panel-T3"}).text
    assert "优秀" not in second
    assert "60.00" in second
    mixed = client.get(f"/estimate/{run.id}", query_string={"source": "panel"})
    assert mixed.status_code == 409, "an average that nobody asked for is not shown"


def test_the_page_says_which_collections_the_numbers_come_from(
    app: Flask, client: Client, sign_in: SignIn, place: Place
) -> None:
    with app.app_context():
        place.rate(place.one, 1, [5, 4] * 20)
        run, standing = estimate.compute(place.round_id), rounds.standing("W1")
    sign_in(client, Role.OFFICE)
    assert f'href="/collections/{standing}"' in client.get(f"/estimate/{run.id}").text
    sign_in(client, Role.UNIT_MANAGER, units=[place.a])
    assert f'href="/collections/{standing}"' not in client.get(f"/estimate/{run.id}").text


def test_the_office_narrows_by_channel_and_a_manager_does_not(
    app: Flask, client: Client, sign_in: SignIn, place: Place
) -> None:
    with app.app_context():
        place.rate(place.one, 1, [5] * 30)
        collect.add_responses(
            collect.NewResponse(
                rounds.standing("W1"), OPENS, "W1", 1, [collect.NewAnswer("W-E1", level=1)], window_id=place.one,
                unit_id=place.a,
            )
            for _ in range(30)
        )  # fmt: skip
        run = estimate.compute(place.round_id)
    narrow = {"source": "counter", "channel": "3"}
    sign_in(client, Role.OFFICE)
    page = client.submit(f"/estimate/{run.id}", form=f"/estimate/{run.id}", channel="3").text
    assert "100.00" in page
    assert "50.00" in client.get(f"/estimate/{run.id}").text
    sign_in(client, Role.UNIT_MANAGER, units=[place.a])
    assert 'name="channel"' not in client.get(f"/estimate/{run.id}").text
    for address in ("", "/indices.csv", f"/unit/{place.a}", f"/unit/{place.a}/trend.svg"):
        answer = client.get(f"/estimate/{run.id}{address}", query_string=narrow)
        assert answer.status_code == 404, "what differs by few answers could be subtracted"


def test_computations_are_compared_by_what_both_hold(
    own_forms: Path, app: Flask, client: Client, sign_in: SignIn, place: Place
) -> None:
    with app.app_context():
        place.rate(place.one, 1, [5, 4] * 20)
        before = estimate.compute(place.round_id)
        answered(place, "F4", "online")
        after = estimate.compute(place.round_id)
    sign_in(client, Role.OFFICE)
    page = client.get(f"/estimate/compare?before={before.id}&after={after.id}").text
    assert "90.00" in page
    assert "source=online" not in page
