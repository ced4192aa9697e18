"""The first page after signing in: the round that is meant, and answers that no round counts."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from survey.base import clock
from survey.base.people.roles import Role
from survey.collect import service as collect
from survey.rounds import service as rounds
from survey.units import service as units
from tests.client import Client
from tests.conftest import SignIn
from tests.small_round import rate, small_round

LOST = 'href="/collections"><span class="figure">'


def figures(page: str) -> str:
    """The page without the spaces between tags."""
    return "".join(line.strip() for line in page.splitlines())


def test_the_overview_counts_what_its_round_selects(app: Flask, client: Client, sign_in: SignIn) -> None:
    with app.app_context():
        made, today = small_round(), clock.today()
        rate(made, [5] * 7)
        past = rounds.add_round("P", "往年", today - timedelta(days=900), today - timedelta(days=500))
    sign_in(client, Role.OFFICE)
    page = figures(client.get("/").text)
    assert "本年度" in page
    assert '<span class="figure">7</span>' in page
    other = figures(client.get("/", query_string={"round": past.id}).text)
    assert '<span class="figure">7</span>' not in other
    assert f"/screen?round={past.id}" in other
    assert figures(client.submit("/", form="/", round=str(past.id)).text).count("往年") > 1


def test_answers_that_no_round_selects_are_told_to_those_who_see_all(
    app: Flask, client: Client, sign_in: SignIn
) -> None:
    with app.app_context():
        made = small_round()
        rate(made, [5] * 7)
        collect.add_responses(
            collect.NewResponse(
                rounds.standing("W1"),
                clock.today() - timedelta(days=900),
                "W1",
                3,
                [collect.NewAnswer("W-E1", level=4)],
                window_id=made.window_ids[0],
                unit_id=made.unit_ids[0],
            )
            for _ in range(3)
        )
    sign_in(client, Role.OFFICE)
    assert f"{LOST}3</span>" in figures(client.get("/").text)
    sign_in(client, Role.UNIT_MANAGER, units=made.unit_ids)
    assert LOST not in figures(client.get("/").text)


def test_answers_before_there_is_a_round_are_told_too(app: Flask, client: Client, sign_in: SignIn) -> None:
    with app.app_context():
        unit_id = units.add_units([units.NewUnit("101", "甲局")])["101"]
        collect.add_responses(
            collect.NewResponse(
                rounds.standing("W1"), clock.today(), "W1", 3, [collect.NewAnswer("W-E1", level=4)], unit_id=unit_id
            )
            for _ in range(4)
        )
    sign_in(client, Role.OFFICE)
    assert f"{LOST}4</span>" in figures(client.get("/").text)


def test_nothing_is_said_of_lost_answers_where_there_are_none(app: Flask, client: Client, sign_in: SignIn) -> None:
    with app.app_context():
        rate(small_round(), [5] * 4)
    sign_in(client, Role.OFFICE)
    assert LOST not in figures(client.get("/").text)
