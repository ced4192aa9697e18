"""Codes that lead nowhere are not printed without a word."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from survey import create_app
from survey.base import clock
from survey.base.people.roles import Role
from survey.base.settings import Settings
from survey.base.web import reach
from survey.units import service as units
from tests.client import Client
from tests.conftest import SignIn
from tests.small_round import small_round

HERE = [
    "http://localhost", "http://127.0.0.1:8000", "http://127.9.9.9", "http://[::1]:80", "http://10.0.0.8",
    "http://172.16.0.1", "http://172.31.255.255", "http://192.168.1.4", "http://169.254.1.1", "http://0.0.0.0:8000",
    "http://[fe80::1]", "http://[fd00::1]", "http://hall.local", "http://hall.lan.", "http://intranet", "http://a.LOCALHOST",
]  # fmt: skip
EVERYWHERE = [
    "https://pj.example.gov.cn",
    "http://172.32.0.1",
    "http://11.0.0.1",
    "http://[2400:3200::1]",
    "http://local.cn",
]


@pytest.mark.parametrize(("address", "here"), [*((one, True) for one in HERE), *((one, False) for one in EVERYWHERE)])
def test_an_address_that_phones_cannot_reach_is_known(address: str, here: bool) -> None:
    assert reach.is_only_here(f"{address}/r/234567A") is here


@pytest.fixture
def at_home(settings: Settings):
    """An installation whose codes lead to the very machine."""
    app = create_app(replace(settings, public_url="http://127.0.0.1:8000"))
    app.test_client_class = Client
    yield app
    app.extensions["engine"].dispose()


def test_posters_with_such_an_address_need_a_tick(at_home: Flask, sign_in: SignIn) -> None:
    with at_home.app_context():
        made = small_round()
        for window in made.window_ids:
            units.issue_code(window, clock.today())
    client = at_home.test_client()
    sign_in(client, Role.OFFICE)
    page = client.get("/posters").text
    assert "http://127.0.0.1:8000" in page
    form = {"csrf_token": client.token("/posters"), "kind": "a4"}
    refused = client.post("/posters", data=form)
    assert refused.status_code == 409
    assert "手机" in refused.text
    assert "SURVEY_PUBLIC_URL" in refused.text
    assert client.post("/posters", data={**form, "anyway": "1"}).mimetype == "application/pdf"


def test_with_a_public_address_nothing_is_asked(app: Flask, client: Client, sign_in: SignIn) -> None:
    with app.app_context():
        small_round()
    sign_in(client, Role.OFFICE)
    assert 'name="anyway"' not in client.get("/posters").text
