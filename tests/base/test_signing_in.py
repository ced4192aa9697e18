"""Guessing is braked where it comes from; sessions end when they should; nobody waits for a sign-in."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import quote

import pytest
from flask import Flask

from survey import create_app
from survey.base import clock
from survey.base.errors import Refused
from survey.base.people import accounts, audit, brake, passwords, signing_in
from survey.base.people.roles import Role
from survey.base.store.database import commit, engine
from tests.client import Client
from tests.conftest import PASSWORD
from tests.page_parts import alerts

NEW = "another horse battery"


@pytest.fixture
def house(app_on_each_database: Flask) -> Flask:
    with app_on_each_database.app_context():
        accounts.add("li", PASSWORD, [Role.OFFICE])
        accounts.add("boss", PASSWORD, [Role.ADMIN])
    return app_on_each_database


def enter(client: Client, name: str, password: str, address: str = "10.0.0.1") -> int:
    """Sign in from an address; 302 = came in, 200 = wrong, 409 = has to wait."""
    page = client.get("/sign-in", environ_base={"REMOTE_ADDR": address})
    token = page.text.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]
    form = {"username": name, "password": password, "csrf_token": token}
    return client.post("/sign-in", data=form, environ_base={"REMOTE_ADDR": address}).status_code


def test_a_stranger_keeps_nobody_out(house: Flask):
    stranger = house.test_client()
    assert [enter(stranger, "li", "wrong", "10.9.9.9") for _ in range(6)] == [200] * 5 + [409]
    assert enter(stranger, "li", PASSWORD, "10.9.9.9") == 409
    assert enter(house.test_client(), "li", PASSWORD, "10.0.0.1") == 302


def test_behind_the_same_address_a_browser_that_is_known_still_comes_in(house: Flask):
    own, stranger = house.test_client(), house.test_client()
    assert enter(own, "li", PASSWORD) == 302
    assert [enter(stranger, "li", "wrong") for _ in range(6)][-1] == 409
    assert enter(house.test_client(), "li", PASSWORD) == 409
    assert enter(own, "li", PASSWORD) == 302
    assert [enter(own, "li", "wrong") for _ in range(6)] == [200] * 5 + [409]


def test_a_known_browser_is_known_for_its_own_person_only(house: Flask):
    own = house.test_client()
    assert enter(own, "li", PASSWORD) == 302
    assert [enter(own, "boss", "wrong") for _ in range(6)] == [200] * 5 + [409]
    assert enter(house.test_client(), "boss", PASSWORD) == 409, "counted by address, as from any other browser"


@pytest.mark.parametrize("name", ["li", "nobody"])
def test_the_brake_tells_no_names(house: Flask, name: str):
    client = house.test_client()
    assert [enter(client, name, "wrong") for _ in range(6)] == [200] * 5 + [409]


def test_a_name_that_nobody_has_is_answered_as_one_that_somebody_has(house: Flask, monkeypatch: pytest.MonkeyPatch):
    """The same page, and nearly the same work: a hash is made in both cases, and a failure is recorded in both."""
    monkeypatch.setattr(passwords, "hasher", passwords.as_served())
    with house.app_context():
        accounts.add("zhao", PASSWORD, [Role.OFFICE])
    said, seconds = {}, {}
    for name in ("zhao", "none"):
        page = house.test_client().submit("/sign-in", username=name, password="wrong")
        said[name] = (page.status_code, alerts(page.text), len(page.text), sorted(page.headers.keys()))
        with house.app_context():
            seconds[name] = min(seconds_of_a_wrong_password(name) for _ in range(4))
    assert said["zhao"] == said["none"]
    assert said["zhao"][1] == [("danger", "用户名或密码不正确。")]
    assert 0.5 < seconds["none"] / seconds["zhao"] < 2


def seconds_of_a_wrong_password(name: str) -> float:
    """What the processor did for it, however busy the machine is."""
    began = time.thread_time()
    assert signing_in.check_password(name, "wrong", address="10.3.3.3") is None
    return time.thread_time() - began


def test_failures_at_names_that_nobody_has_are_recorded_without_what_was_typed(house: Flask):
    """People type a password into the field of the name."""
    house.test_client().submit("/sign-in", username="my secret words", password="wrong")
    with house.app_context():
        [entry], _total = audit.entries(search="sign-in.failed")
    assert (entry.actor, entry.subject, "secret" in entry.detail) == ("–", "–", False)


def test_what_serves_hashes_as_owasp_advises(app: Flask):
    parts = passwords.as_served().hash("words").split("$")
    assert parts[1:4] == ["argon2id", "v=19", "m=19456,t=2,p=1"]


def test_guesses_are_counted_over_all_workers(house: Flask):
    """Each process is an application of its own on one database."""
    other = create_app(house.extensions["settings"])
    other.test_client_class = Client
    workers = [house, other]
    tried = [enter(workers[nth % 2].test_client(), "li", "wrong") for nth in range(6)]
    assert tried == [200] * 5 + [409]
    assert [enter(worker.test_client(), "li", PASSWORD) for worker in workers] == [409, 409]
    assert [enter(worker.test_client(), "li", PASSWORD, "10.0.0.2") for worker in workers] == [302, 302]
    other.extensions["engine"].dispose()


def test_many_names_from_one_address_are_braked_too(house: Flask):
    client = house.test_client()
    tried = [enter(client, f"name{number}", "wrong") for number in range(brake.FOR_AN_ADDRESS + 1)]
    assert tried == [200] * brake.FOR_AN_ADDRESS + [409]


def test_the_pause_ends_and_the_right_password_starts_anew(house: Flask, monkeypatch: pytest.MonkeyPatch):
    client, now = house.test_client(), clock.now()
    for _ in range(4):
        enter(client, "li", "wrong")
    assert enter(client, "li", PASSWORD) == 302
    other = house.test_client()
    assert [enter(other, "li", "wrong") for _ in range(6)][-1] == 409
    monkeypatch.setattr(clock, "now", lambda: now + brake.PAUSE + timedelta(seconds=30))
    assert enter(other, "li", PASSWORD) == 302


def test_mistakes_are_forgotten_five_minutes_after_the_first(house: Flask, monkeypatch: pytest.MonkeyPatch):
    """A building of honest people with one address never adds up to a pause."""
    client, now = house.test_client(), clock.now()
    for minutes in (0, 2, 4, 6, 8, 10, 12):
        monkeypatch.setattr(clock, "now", lambda minutes=minutes: now + timedelta(minutes=minutes))
        assert enter(client, "li", "wrong") == 200


def test_a_right_password_clears_the_persons_own_mistakes_and_no_others(house: Flask):
    guesser = house.test_client()
    for number in range(brake.FOR_AN_ADDRESS - 1):
        assert enter(guesser, f"name{number}", "wrong") == 200
    assert enter(house.test_client(), "li", PASSWORD) == 302
    assert enter(guesser, "name", "wrong") == 200
    assert enter(guesser, "another", "wrong") == 409


def test_wrong_passwords_at_the_same_moment_are_all_counted(house: Flask):
    """They meet in the database: nobody is answered with a fault, and none is forgotten."""
    with house.app_context():
        come = brake.origin("li", "10.0.0.9", "")

    def fail(_number: int) -> None:
        with house.app_context():
            brake.note_failure(come)
            commit()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(fail, range(12)))
    with engine_of(house).connect() as connection:
        assert [n for (n,) in connection.exec_driver_sql("SELECT failures FROM sign_in_brake")] == [12, 12]


def test_of_many_who_sign_in_at_once_only_two_keep_a_thread(app: Flask):
    with app.app_context(), brake.turn(), ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(refused_after, app)
        while brake._places_in_line._value:  # until the other stands in line
            time.sleep(0.01)
        assert refused_after(app) < 0.5, "the third is told at once"
        assert waiting.result() >= brake.SECONDS_TO_WAIT


def refused_after(app: Flask) -> float:
    """Seconds until a sign-in is turned away."""
    began = time.monotonic()
    with app.app_context(), pytest.raises(Refused), brake.turn():
        pass
    return time.monotonic() - began


def test_no_address_is_stored(house: Flask):
    enter(house.test_client(), "li", "wrong", "10.77.66.55")
    with engine_of(house).connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM sign_in_brake").all()
    assert len(rows) == 2
    assert not [row for row in rows if "10.77" in str(row) or row[0] == "li"]


def engine_of(app: Flask):
    with app.app_context():
        return engine()


def open_pages(clients: list[Client]) -> list[bool]:
    return [client.get("/").status_code == 200 for client in clients]


def test_whatever_changes_who_one_is_ends_all_sessions(house: Flask):
    with house.app_context():
        number = next(person.id for person in accounts.people() if person.username == "li")

    def two(password: str = PASSWORD) -> list[Client]:
        clients = [house.test_client(), house.test_client()]
        assert [enter(client, "li", password) for client in clients] == [302, 302]
        assert open_pages(clients) == [True, True]
        return clients

    clients = two()
    clients[0].submit("/", form="/sign-out")
    assert open_pages(clients) == [False, False]
    both = [Role.OFFICE, Role.AUDITOR]
    for password, change in (
        (PASSWORD, lambda: accounts.change(number, name="", roles=both, unit_ids=[], active=True)),
        (PASSWORD, lambda: accounts.set_password(number, NEW)),
        (NEW, lambda: accounts.change(number, name="", roles=both, unit_ids=[], active=False)),
        (NEW, lambda: accounts.give_password(number)),
    ):
        with house.app_context():
            if not accounts.person(number).active:
                accounts.change(number, name="", roles=both, unit_ids=[], active=True)
        clients = two(password)
        with house.app_context():
            change()
        assert open_pages(clients) == [False, False]


def test_a_new_password_of_ones_own_ends_all_sessions_but_this(house: Flask):
    here, elsewhere = house.test_client(), house.test_client()
    assert [enter(client, "li", PASSWORD) for client in (here, elsewhere)] == [302, 302]
    here.submit("/password", old=PASSWORD, new=NEW, again=NEW)
    assert open_pages([here, elsewhere]) == [True, False]
    assert enter(house.test_client(), "li", NEW) == 302


def test_a_session_ends_after_twelve_hours_however_busy(house: Flask, monkeypatch: pytest.MonkeyPatch):
    client, began = house.test_client(), clock.now()
    assert enter(client, "li", PASSWORD) == 302
    for hours, is_open in (*((hours, True) for hours in range(1, 12)), (11.9, True), (12.1, False)):
        monkeypatch.setattr(clock, "now", lambda hours=hours: began + timedelta(hours=hours))
        assert (client.get("/").status_code == 200) is is_open, hours


@pytest.mark.parametrize("session_id", ["1.7", "1.-1", "x.0", "999.0", "1.0.0", ""])
def test_a_session_that_was_not_given_opens_nothing(house: Flask, session_id: str):
    client = house.test_client()
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = session_id, True
    assert client.get("/").status_code == 302


def test_who_has_to_wait_hears_so_while_somebody_else_writes(app: Flask):
    """On SQLite only one may write: a guesser who is braked, and a reader of pages, need nobody's lock."""
    with app.app_context():
        accounts.add("li", PASSWORD, [Role.OFFICE])
    guesser, reader = app.test_client(), app.test_client()
    assert enter(reader, "li", PASSWORD) == 302
    for _ in range(5):
        enter(guesser, "li", "wrong")
    with engine_of(app).execution_options(writes=True).begin() as connection:
        connection.exec_driver_sql("DELETE FROM demo_mark")
        assert enter(guesser, "li", "wrong") == 409
        assert reader.get("/people").status_code == 403


@pytest.mark.parametrize("target", ["/\t/evil.example", "/\n/evil.example", "/\x00", "/\x7f/evil.example"])
def test_control_characters_lead_nowhere(house: Flask, target: str):
    client = house.test_client()
    arrived = client.submit(f"/sign-in?next={quote(target)}", username="li", password=PASSWORD, follow=False)
    assert arrived.headers["Location"] == "/"
