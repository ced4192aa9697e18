"""Who comes in, who does not, and who keeps the keys."""

from __future__ import annotations

import pytest
from flask import Flask

from survey.base.errors import Refused
from survey.base.people import accounts
from survey.base.people.roles import Role
from tests.client import Client
from tests.conftest import PASSWORD, SignIn


@pytest.fixture
def client(app: Flask) -> Client:
    return app.test_client()


def add(app: Flask, name: str, *roles: Role) -> int:
    with app.app_context():
        return accounts.add(name, PASSWORD, roles).id


def test_the_right_password_opens_the_page_that_was_asked_for(app: Flask, client: Client) -> None:
    add(app, "li", Role.OFFICE)
    turned_away = client.get("/cases?state=open")
    assert turned_away.status_code == 302
    arrived = client.submit(turned_away.headers["Location"], username="li", password=PASSWORD, follow=False)
    assert arrived.headers["Location"] == "/cases?state=open"


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_signing_in_never_leads_to_another_host(app: Flask, client: Client, target: str) -> None:
    add(app, "li", Role.OFFICE)
    arrived = client.submit(f"/sign-in?next={target}", username="li", password=PASSWORD, follow=False)
    assert arrived.headers["Location"] == "/"


@pytest.mark.parametrize(("name", "password"), [("li", "wrong"), ("nobody", PASSWORD), ("", "")])
def test_a_wrong_name_and_a_wrong_password_look_the_same(app: Flask, client: Client, name: str, password: str) -> None:
    add(app, "li", Role.OFFICE)
    page = client.submit("/sign-in", username=name, password=password)
    assert page.request.path == "/sign-in"
    assert client.get("/").status_code == 302


def test_after_five_wrong_passwords_even_the_right_one_waits(app: Flask, client: Client) -> None:
    add(app, "li", Role.OFFICE)
    for _ in range(5):
        client.submit("/sign-in", username="li", password="wrong")
    assert client.submit("/sign-in", username="li", password=PASSWORD).status_code == 409


def test_a_locked_person_is_out_at_once(app: Flask, client: Client, sign_in: SignIn) -> None:
    add(app, "boss", Role.ADMIN)
    person = sign_in(client, Role.OFFICE)
    assert client.get("/").status_code == 200
    with app.app_context():
        accounts.change(person.user_id, name="", roles=[Role.OFFICE], unit_ids=[], active=False)
    assert client.get("/").status_code == 302


def test_the_last_administrator_cannot_be_taken_away(app_on_each_database: Flask) -> None:
    only = add(app_on_each_database, "boss", Role.ADMIN)
    with app_on_each_database.app_context():
        with pytest.raises(Refused):
            accounts.change(only, name="", roles=[Role.OFFICE], unit_ids=[], active=True)
        accounts.add("second", PASSWORD, [Role.ADMIN])
        assert accounts.change(only, name="", roles=[Role.OFFICE], unit_ids=[], active=True).roles == (Role.OFFICE,)


@pytest.mark.parametrize("password", ["", "short", "123456789"])
def test_a_short_password_is_refused(app: Flask, password: str) -> None:
    with app.app_context(), pytest.raises(Refused):
        accounts.add("li", password, [Role.OFFICE])


def test_an_administrator_adds_a_person_and_hands_over_the_password_once(
    app: Flask, client: Client, sign_in: SignIn
) -> None:
    sign_in(client, Role.ADMIN)
    shown = client.submit("/people/new", username="wang", name="王", roles=["statistician"], active="y")
    assert "wang" in shown.text
    with app.app_context():
        assert [person.roles for person in accounts.people() if person.username == "wang"] == [(Role.STATISTICIAN,)]


def test_only_administrators_open_the_list_of_people(client: Client, sign_in: SignIn) -> None:
    sign_in(client, Role.OFFICE)
    assert client.get("/people").status_code == 403


def test_pages_speak_chinese_first_and_english_when_asked(client: Client, sign_in: SignIn) -> None:
    sign_in(client, Role.OFFICE)
    assert "总览" in client.get("/").text
    client.submit("/", form="/language", lang="en")
    assert "Overview" in client.get("/").text
