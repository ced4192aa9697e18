"""What every test may ask for. Databases are copies of one migrated template, so asking is cheap.

app                     the application on an empty SQLite database
app_on_each_database    the same, once on SQLite and once on PostgreSQL
client                  a browser-like client of `app` that looks every page over (tests/client.py)
sign_in                 sign_in(client, Role.OFFICE, units=[1]) -> Viewer: signs a person of that role in
live_server             the product served from a process of its own: .url, .app, .process
visitor                 somebody at a desk in a real Chromium, in front of `live_server`
phone                   the same with a phone, and JavaScript switched off
browser                 the Chromium itself, for tests that need another window
screenshots             the folder for pictures

SURVEY_TESTS_NO_SKIP=1 turns every skipped test into a failed one: where a skip would hide a hole, as in CI.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings as hypothesis_settings
from jinja2 import FileSystemBytecodeCache
from playwright.sync_api import Browser

from survey import create_app
from survey.base.people import accounts, passwords, sessions
from survey.base.people.roles import Role, Viewer
from survey.base.settings import Settings
from survey.base.store.database import commit
from tests import browser as browsers
from tests.client import Client
from tests.databases import Databases
from tests.live import Server, serving

FOLDER = "SURVEY_TESTS_FOLDER"
SignIn = Callable[..., Viewer]


#: a gate that opens today opens tomorrow, on a busy machine too: examples from a fixed seed, no stopwatch;
#: HYPOTHESIS_PROFILE=default looks for others
hypothesis_settings.register_profile("gate", derandomize=True, deadline=None)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "gate"))


def pytest_configure(config: pytest.Config) -> None:
    """The process that begins the run makes the folder that its workers share."""
    if not hasattr(config, "workerinput"):
        folder = Path(tempfile.mkdtemp(prefix="survey-tests-"))
        folder.chmod(0o755)
        os.environ[FOLDER] = str(folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    """The process that began the run ends its database server."""
    if not hasattr(config, "workerinput") and FOLDER in os.environ:
        Databases(Path(os.environ.pop(FOLDER))).stop()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Let no test be skipped where that is asked for."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("SURVEY_TESTS_NO_SKIP"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which SURVEY_TESTS_NO_SKIP forbids: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def databases() -> Databases:
    return Databases(Path(os.environ[FOLDER]))


@pytest.fixture
def settings(databases: Databases, tmp_path: Path) -> Settings:
    """Settings of an installation with an empty SQLite database."""
    instance = tmp_path / "instance"
    instance.mkdir()
    return Settings(
        instance=instance,
        database_url=databases.sqlite(instance / "survey.db"),
        secret_key="a key for tests",
        public_url="http://pj.example.cn",
    )


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    yield from _application(settings)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def app_on_each_database(request: pytest.FixtureRequest, settings: Settings, databases: Databases) -> Iterator[Flask]:
    if request.param == "sqlite":
        yield from _application(settings)
        return
    address = databases.postgres()
    yield from _application(Settings(**{**vars(settings), "database_url": address}))
    databases.drop(address)


def _application(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings)
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(os.environ[FOLDER])  # templates are compiled once a run
    app.test_client_class = Client
    yield app
    app.extensions["engine"].dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def sign_in() -> SignIn:
    """Signs a person of a role in; the person is made the first time and has the name of the role."""

    def enter(client: FlaskClient, role: Role = Role.OFFICE, *, units: Iterable[int] = (), name: str = "") -> Viewer:
        username = name or str(role)
        with client.application.app_context():
            known = {person.username: person for person in accounts.people()}
            person = known.get(username) or accounts.add(username, PASSWORD, [role], unit_ids=units)
            token = sessions.open_for(person.id, "")
            commit()
        with client.session_transaction() as session:
            session["_user_id"], session["_fresh"] = token, True
        return Viewer(person.id, username, frozenset(person.roles), person.unit_ids)

    return enter


#: the same hashes made in a thousandth of the time: tests sign in hundreds of people
passwords.hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
#: what everybody's password is whom `sign_in` makes
PASSWORD = "correct horse battery"


@pytest.fixture
def live_server(settings: Settings) -> Iterator[Server]:
    with serving(settings) as server:
        yield server
        server.app.extensions["engine"].dispose()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if browsers.chromium() is None:
        pytest.skip("there is no Chromium on this machine")
    with browsers.launched() as running:
        yield running


@pytest.fixture
def visitor(browser: Browser, live_server: Server) -> Iterator[browsers.Visitor]:
    with browser.new_context(locale="zh-CN", viewport=browsers.DESK) as context:
        yield browsers.Visitor(context.new_page(), live_server.url)


@pytest.fixture
def phone(browser: Browser, live_server: Server) -> Iterator[browsers.Visitor]:
    with browser.new_context(
        locale="zh-CN", viewport=browsers.PHONE, has_touch=True, is_mobile=True, java_script_enabled=False
    ) as context:
        yield browsers.Visitor(context.new_page(), live_server.url)


@pytest.fixture(scope="session")
def screenshots() -> Path:
    browsers.ARTEFACTS.mkdir(exist_ok=True)
    return browsers.ARTEFACTS
