"""Units open the newest released computation of a round and no other; one more rating changes nothing they see."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from survey.base.errors import Refused
from survey.base.people import audit
from survey.base.people.roles import Role
from survey.estimate import commands
from survey.estimate import service as estimate
from survey.rounds import service as rounds
from tests.client import Client
from tests.conftest import SignIn
from tests.estimate.conftest import CLOSES, OPENS, Place

KINDS = ("", "/indices.csv", "/indices.xlsx", "/chart.svg", "/unit/{unit}", "/unit/{unit}/trend.svg")


def pages_of(run_id: int, place: Place) -> list[str]:
    return [f"/estimate/{run_id}{kind.format(unit=place.a)}" for kind in KINDS]


@pytest.fixture
def runs(app: Flask, place: Place) -> list[int]:
    """Three computations, each with one more rating than the one before; the second is released."""
    found = []
    with app.app_context():
        place.rate(place.one, 1, [5] * 40)
        place.rate(place.one, 2, [4] * 40)
        for _ in range(3):
            place.rate(place.one, 2, [1])
            found.append(estimate.compute(place.round_id).id)
        estimate.release(found[1])
    return found


def seen(client: Client, paths: list[str]) -> dict[str, str]:
    """What each page says, apart from what is new with every response."""
    once = r'nonce="[^"]*"|name="csrf_token"[^>]*>|<meta name="csrf[^>]*>'
    return {path: re.sub(once, "", client.get(path).text) for path in paths}


def test_a_manager_opens_only_the_newest_released_computation(
    client: Client, sign_in: SignIn, place: Place, runs: list[int]
) -> None:
    sign_in(client, Role.UNIT_MANAGER, units=[place.a])
    before, released, after = ([client.get(path).status_code for path in pages_of(run, place)] for run in runs)
    assert released == [200] * len(KINDS)
    assert before == after == [404] * len(KINDS), "a page, a file or a chart of another run could be subtracted"
    listing = client.get("/estimate").text
    assert f'href="/estimate/{runs[1]}"' in listing
    assert f'href="/estimate/{runs[2]}"' not in listing


@pytest.mark.parametrize("role", [Role.OFFICE, Role.STATISTICIAN, Role.AUDITOR, Role.ADMIN])
def test_whoever_sees_every_unit_opens_every_computation(
    client: Client, sign_in: SignIn, place: Place, runs: list[int], role: Role
) -> None:
    sign_in(client, role)
    for run in runs:
        assert {client.get(path).status_code for path in pages_of(run, place)} == {200}


def test_a_later_release_closes_the_one_before(app: Flask, place: Place, client: Client, sign_in: SignIn) -> None:
    with app.app_context():
        place.rate(place.one, 1, [5] * 40)
        first, second = (estimate.compute(place.round_id).id for _ in range(2))
        estimate.release(first)
        estimate.release(second)
    sign_in(client, Role.UNIT_MANAGER, units=[place.a])
    assert client.get(f"/estimate/{first}").status_code == 404
    assert client.get(f"/estimate/{second}").status_code == 200


def test_one_more_rating_and_computation_changes_nothing_that_a_manager_sees(
    app: Flask, client: Client, sign_in: SignIn, place: Place, runs: list[int]
) -> None:
    sign_in(client, Role.UNIT_MANAGER, units=[place.a])
    paths = ["/estimate", *pages_of(runs[1], place)]
    paths.remove(f"/estimate/{runs[1]}/indices.xlsx")  # a workbook carries the moment it was written
    before = seen(client, paths)
    with app.app_context():
        place.rate(place.one, 2, [1])
        estimate.compute(place.round_id)
    assert seen(client, paths) == before


def test_each_round_has_its_own_release(app: Flask, client: Client, sign_in: SignIn, place: Place) -> None:
    with app.app_context():
        place.rate(place.one, 1, [5] * 40)
        other = rounds.add_round("2026-b", "另一轮", OPENS, CLOSES).id
        released, unreleased = estimate.compute(other).id, estimate.compute(place.round_id).id
        estimate.release(released)
    sign_in(client, Role.UNIT_MANAGER, units=[place.a])
    assert client.get(f"/estimate/{released}").status_code == 200
    assert client.get(f"/estimate/{unreleased}").status_code == 404


def test_the_office_releases_once_and_it_is_written_down(
    app: Flask, client: Client, sign_in: SignIn, place: Place, runs: list[int]
) -> None:
    sign_in(client, Role.OFFICE, name="zhang")
    for _ in range(2):
        client.post(f"/estimate/{runs[2]}/release", data={"csrf_token": client.token("/")})
    with app.app_context():
        assert estimate.releases(place.round_id)[runs[2]].by == "zhang"
        assert list(estimate.releases(place.round_id)) == [runs[2], runs[1]]
        with pytest.raises(Refused):
            estimate.release(runs[0])
        written = [entry for entry in audit.entries()[0] if entry.action == "round.released"]
    assert len(written) == 2, "the second press released nothing new"


@pytest.mark.parametrize("role", [Role.UNIT_MANAGER, Role.STATISTICIAN, Role.AUDITOR])
def test_nobody_else_releases(
    app: Flask, client: Client, sign_in: SignIn, place: Place, runs: list[int], role: Role
) -> None:
    sign_in(client, role, units=[place.a] if role is Role.UNIT_MANAGER else [])
    answer = client.post(f"/estimate/{runs[2]}/release", data={"csrf_token": client.token("/")})
    assert answer.status_code == 403
    with app.app_context():
        assert list(estimate.releases(place.round_id)) == [runs[1]]


def test_the_command_releases_the_newest_computation(app: Flask, place: Place, runs: list[int]) -> None:
    with app.app_context():
        answer = app.test_cli_runner().invoke(commands.estimate, ["release", "2026"])
        assert answer.exit_code == 0
        assert next(iter(estimate.releases(place.round_id))) == runs[2]
