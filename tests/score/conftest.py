"""What tests of scores share: an application to read with, in which nothing is stored."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from survey import create_app
from survey.base.settings import Settings
from tests.client import Client
from tests.databases import Databases
from tests.score.office import Office, furnish


@pytest.fixture(scope="module")
def still_app(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application that a module's tests share: they must not store anything. Its context is open."""
    instance = tmp_path_factory.mktemp("still") / "instance"
    instance.mkdir()
    address = databases.sqlite(instance / "survey.db")
    app = create_app(Settings(instance, address, "a key for tests", "http://pj.example.cn"))
    with app.app_context():
        yield app
    app.extensions["engine"].dispose()


@pytest.fixture(scope="module")
def office(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An office with sheets of every state that a module's tests share: they must not store anything."""
    instance = tmp_path_factory.mktemp("office") / "instance"
    instance.mkdir()
    address = databases.sqlite(instance / "survey.db")
    app = create_app(Settings(instance, address, "a key for tests", "http://pj.example.cn"))
    app.test_client_class = Client
    yield furnish(app)
    app.extensions["engine"].dispose()
