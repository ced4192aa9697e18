"""Ratings by codes that had been withdrawn: kept, shown beside the index, and out of it."""

from __future__ import annotations

import pytest
from flask import Flask

from survey.base import clock
from survey.collect import service as collect
from survey.estimate import service as estimate
from survey.rounds import service as rounds
from survey.screen import service as screen
from tests.client import Client
from tests.conftest import SignIn
from tests.small_round import SmallRound, rate, small_round


def say(made: SmallRound, levels: list[int]) -> list[str]:
    """Ratings at the first unit's counter."""
    unit = made.unit_ids[0]
    return collect.add_responses(
        collect.NewResponse(
            rounds.standing("W1"),
            clock.today(),
            "W1",
            3,
            [collect.NewAnswer("W-E1", level, unit_id=unit)],
            unit_id=unit,
            withdrawn_code=True,
        )
        for level in levels
    )


def index_of(made: SmallRound) -> estimate.Index:
    run = estimate.compute(made.round_id)
    return next(one for one in estimate.indices(run.id, source="counter") if one.unit_id == made.unit_ids[0])


def test_they_stand_beside_the_index_and_not_in_it(app_on_each_database: Flask) -> None:
    with app_on_each_database.app_context():
        made = small_round()
        rate(made, [5] * 10)
        before = index_of(made)
        say(made, [1] * 10)
        after = index_of(made)
        assert (before.n, before.mean, before.withdrawn, before.mean_with_withdrawn) == (10, 100, 0, 100)
        assert (after.n, after.mean, after.withdrawn, after.mean_with_withdrawn) == (10, 100, 10, pytest.approx(50))
        assert after.mean_with_held == 100
        run = estimate.latest_run(made.round_id)
        assert run is not None
        assert (run.counted, run.held, run.excluded, run.withdrawn) == (10, 0, 0, 10)
        totals = screen.totals(rounds.selection(rounds.round_(made.round_id)))
        assert totals == {"received": 20, "counted": 10, "held": 0, "excluded": 0, "withdrawn": 10}
        assert all(right for _day, _number, right in collect.recount())


def test_a_computation_without_any_has_the_hash_that_it_always_had(app: Flask) -> None:
    with app.app_context():
        made = small_round()
        rate(made, [5, 4, 1])
        first = estimate.compute(made.round_id).tally_hash
        assert estimate.compute(made.round_id).tally_hash == first
        say(made, [5])
        assert estimate.compute(made.round_id).tally_hash != first


def test_the_desk_counts_them_apart(app: Flask, client: Client, sign_in: SignIn) -> None:
    with app.app_context():
        made = small_round()
        [key] = say(made, [1])
        run = estimate.compute(made.round_id).id
    sign_in(client)
    assert "经停用评价码" in client.get("/screen?round=all").text
    assert "已停用：不计入指数，另行列示" in client.get(f"/screen/answers/{key}").text
    assert "份经停用评价码的评价" in client.get("/").text
    assert "经停用评价码 1 份" in client.get(f"/estimate/{run}").text
