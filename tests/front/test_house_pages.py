"""The house's own pages: people, the log, health, and what a page says when it cannot be shown."""

from __future__ import annotations

from html import unescape

import pytest
from flask import Flask

from survey.base.people import accounts, audit, signing_in
from survey.base.people.roles import Role
from survey.base.store.database import commit
from survey.units import service as units
from tests.client import Client
from tests.conftest import PASSWORD, SignIn
from tests.page_parts import alerts, rows, words

TOO_LARGE = 2**63


@pytest.fixture
def admin(client: Client, sign_in: SignIn) -> Client:
    sign_in(client, Role.ADMIN)
    return client


@pytest.fixture
def auditor(client: Client, sign_in: SignIn) -> Client:
    sign_in(client, Role.AUDITOR)
    return client


def log(app: Flask, *subjects: str) -> None:
    with app.app_context():
        for subject in subjects:
            audit.record("unit.changed", subject, actor="li", old=1)
        commit()


# -- people ---------------------------------------------------------------------------------------------------------


def test_people_are_listed_with_roles_units_and_state(app: Flask, admin: Client) -> None:
    with app.app_context():
        made = units.add_units([units.NewUnit("101", "甲局"), units.NewUnit("102", "乙局")])
        accounts.add("wang", PASSWORD, [Role.UNIT_MANAGER], name="王", unit_ids=made.values())
        gone = accounts.add("zhao", PASSWORD, [Role.AUDITOR, Role.OFFICE])
        accounts.change(gone.id, name="赵", roles=gone.roles, unit_ids=[], active=False)
    found = {row[0]: row[1:] for row in rows(admin.get("/people").text)}
    assert set(found) == {"admin", "wang", "zhao"}
    assert found["wang"][0] == "王"
    assert found["wang"][2:] == ["2", "可以登录"]
    assert found["zhao"][2] == "–"
    assert found["zhao"][3] not in ("", "可以登录")
    assert len(found["zhao"][1].split()) == 2


def test_a_new_person_signs_in_with_the_password_that_is_shown_once(app: Flask, admin: Client) -> None:
    shown = admin.submit("/people/new", username="sun", name="孙", roles=["office"], active="y").text
    with app.app_context():
        person = next(one for one in accounts.people() if one.username == "sun")
        password = next(word for word in words(shown).split() if word.count("-") == 3 and len(word) == 23)
        assert signing_in.check_password("sun", password) is not None
    assert password not in admin.get(f"/people/{person.id}").text


def test_a_reset_replaces_the_password(app: Flask, admin: Client) -> None:
    with app.app_context():
        number = accounts.add("sun", PASSWORD, [Role.OFFICE]).id
    token = admin.token(f"/people/{number}")
    shown = admin.post(f"/people/{number}/password", data={"csrf_token": token}).text
    password = next(word for word in words(shown).split() if word.count("-") == 3 and len(word) == 23)
    with app.app_context():
        assert signing_in.check_password("sun", PASSWORD) is None
        assert signing_in.check_password("sun", password) is not None


def test_a_change_is_stored_and_announced(app: Flask, admin: Client) -> None:
    with app.app_context():
        number = accounts.add("sun", PASSWORD, [Role.OFFICE]).id
    page = admin.submit(f"/people/{number}", form=f"/people/{number}", name="孙二", roles=["auditor"], active="y").text
    assert alerts(page) == [("success", "已保存。")]
    with app.app_context():
        changed = accounts.person(number)
        assert (changed.name, changed.roles, changed.active) == ("孙二", (Role.AUDITOR,), True)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_nobody_but_an_administrator_opens_people(client: Client, sign_in: SignIn, role: Role) -> None:
    sign_in(client, role)
    assert [client.get(path).status_code for path in ("/people", "/people/new", "/people/1")] == [403] * 3


# -- the log --------------------------------------------------------------------------------------------------------


def test_the_log_is_read_newest_first_fifty_to_a_page(app: Flask, auditor: Client) -> None:
    log(app, *(f"第 {number} 件" for number in range(60)))
    first, second = rows(auditor.get("/audit").text), rows(auditor.get("/audit?page=2").text)
    assert (len(first), first[0][4]) == (50, "第 59 件")
    assert len(second) >= 10
    assert not {row[0] for row in first} & {row[0] for row in second}
    for page in ("0", "-3", "x"):
        assert rows(auditor.get(f"/audit?page={page}").text) == first


def test_the_log_is_searched_by_person_deed_and_subject(app: Flask, auditor: Client) -> None:
    log(app, "甲局", "乙局")
    assert [row[4] for row in rows(auditor.get("/audit?q=甲局").text)] == ["甲局"]
    assert {row[4] for row in rows(auditor.get("/audit?q=li unit.changed").text)} == {"甲局", "乙局"}
    assert "丙局" not in words(auditor.get("/audit?q=丙局").text.partition("<table")[2])


def test_a_broken_chain_is_named_by_its_entry(app: Flask, auditor: Client) -> None:
    log(app, "甲局", "乙局")
    assert [kind for kind, _said in alerts(auditor.get("/audit?check=1").text)] == ["success"]
    with app.app_context():
        entries, _total = audit.entries(search="甲局")
    with app.extensions["engine"].execution_options(writes=True).begin() as connection:
        connection.exec_driver_sql("UPDATE audit_entry SET subject = '丙局' WHERE subject = '甲局'")
    [(kind, said)] = alerts(auditor.get("/audit?check=1").text)
    assert kind == "danger"
    assert str(entries[0].id) in said


# -- what cannot be shown -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/people/{}", "/units/{}", "/rounds/{}", "/answers?unit={}", "/audit?page={}"])
def test_a_number_that_no_database_holds_is_the_number_of_nothing(admin: Client, address: str) -> None:
    answer = admin.get(address.format(TOO_LARGE))
    assert answer.status_code in (200, 404), "never a fault of the program"
    assert "Traceback" not in answer.text


def test_a_person_that_is_not_there_is_said_so(admin: Client) -> None:
    for number in (999, TOO_LARGE):
        assert admin.get(f"/people/{number}").status_code == 404


def test_health_is_told_to_everybody_and_says_nothing_else(client: Client) -> None:
    answer = client.get("/health")
    assert (answer.status_code, answer.data) == (200, b"ok\n")
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_a_way_that_a_page_does_not_know_is_refused_in_words(admin: Client, method: str) -> None:
    answer = getattr(admin, method)("/people")
    assert answer.status_code in (400, 405)
    assert "<h1" in unescape(answer.text)
