"""An installation with forms of its own, which a module's tests look at and never change."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from survey import create_app
from survey.base.settings import Settings
from tests.client import Client
from tests.databases import Databases
from tests.questions.forms import changed, write

COUNTER = {"use": "counter", "per_unit": False, "most_units": 0, "closing": [], "background": []}


@pytest.fixture(scope="module")
def installation(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Own forms: F for surveys on four grades, T and X for counters on three verdicts and ten points, W1 anew."""
    instance = tmp_path_factory.mktemp("house") / "instance"
    instance.mkdir()
    own = instance / "questionnaires"
    write(own, changed(), "F.yaml")
    for code, scale in (("T", "three"), ("X", "ten")):
        questions = [{"code": f"{code}-1", "category": "overall", "overall": True, "zh": "总的来说", "en": "Overall"}]
        write(own, changed(**COUNTER, code=code, scale=scale, tags="all", questions=questions), f"{code}.yaml")
    for version in (9, 10):
        words = {
            "zh": {"title": f"办事评价第{version}版", "text": "还想说的话"},
            "en": {"title": "Visit", "text": "More"},
        }
        questions = [{"code": "W-E1", "overall": True, "category": "overall", "zh": "总的来说满意吗", "en": "Overall?"}]
        write(
            own,
            changed(**COUNTER, **words, code="W1", version=version, scale="five", tags=[], questions=questions),
            f"W1-{version}.yaml",
        )
    address = databases.sqlite(instance / "survey.db")
    app = create_app(
        Settings(instance=instance, database_url=address, secret_key="a key", public_url="http://pj.example.cn")
    )
    app.test_client_class = Client
    yield app
    app.extensions["engine"].dispose()


@pytest.fixture(scope="module")
def house(installation: Flask) -> Iterator[Flask]:
    """The same with its context open: for services, not for pages, which would share one `g`."""
    with installation.app_context():
        yield installation
