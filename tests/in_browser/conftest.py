"""The worked example, loaded once a run and served once a process, and people of the staff in front of it."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask_babel import force_locale
from playwright.sync_api import Browser

from survey import create_app
from survey.base.people import accounts
from survey.base.people.roles import Role
from survey.base.settings import Settings
from survey.examples import service as examples
from survey.units import service as units
from tests.browser import DESK, Visitor
from tests.conftest import FOLDER, PASSWORD
from tests.databases import Databases
from tests.live import Server, serving

#: the unit of the manager
UNIT = "101"


@dataclass(frozen=True)
class Example:
    """The served example."""

    server: Server
    #: path of one counter's rating form
    rating: str

    @property
    def url(self) -> str:
        return self.server.url


@pytest.fixture(scope="session")
def example(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Example]:
    """The worked example behind a server; tests may add to it and change nothing that is there."""
    instance = tmp_path_factory.mktemp("example") / "instance"
    shutil.copytree(_loaded(databases), instance)
    with serving(_settings(instance)) as server:
        with server.app.app_context():
            window = units.windows(units.unit_by_code(UNIT).id)[0]
            code = units.stays(window_id=window.id)[0].code
        yield Example(server, f"/r/{code}")
        server.app.extensions["engine"].dispose()


def _settings(instance: Path) -> Settings:
    return Settings(instance=instance, secret_key="a key for tests", public_url="http://pj.example.cn")


def _loaded(databases: Databases) -> Path:
    """A folder with the example in it: whoever comes first loads it, the run's other processes copy it."""
    folder = Path(os.environ[FOLDER]) / "example"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            making = folder.with_suffix(".making")
            making.mkdir()
            databases.sqlite(making / "survey.db")
            app = create_app(_settings(making))
            with app.app_context(), force_locale("zh_Hans"):
                examples.load()
                for role in (Role.ADMIN, Role.OFFICE, Role.STATISTICIAN):
                    accounts.add(role, PASSWORD, [role])
                accounts.add("colleague", PASSWORD, [Role.OFFICE])
                accounts.add("manager", PASSWORD, [Role.UNIT_MANAGER], unit_ids=[units.unit_by_code(UNIT).id])
            app.extensions["engine"].dispose()
            making.rename(folder)
    return folder


#: somebody of the staff, signed in: staff("office"), staff("manager", language="en")
Staff = Callable[..., Visitor]


@pytest.fixture
def staff(browser: Browser, example: Example) -> Iterator[Staff]:
    contexts = []

    def come_in(username: str, *, language: str = "zh-Hans") -> Visitor:
        context = browser.new_context(locale="zh-CN", viewport=DESK, accept_downloads=True)
        contexts.append(context)
        person = Visitor(context.new_page(), example.url).sign_in(username, PASSWORD)
        if language == "en":
            person.page.get_by_role("button", name="English").click()
        return person

    yield come_in
    for context in contexts:
        context.close()
