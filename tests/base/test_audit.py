"""What staff did is on record, and a changed record shows."""

from __future__ import annotations

import re

from flask import Flask
from sqlalchemy import text

from survey.base.people import actions as names
from survey.base.people import audit
from survey.base.people.roles import Role
from survey.base.store.database import commit, engine, session
from tests.client import Client
from tests.conftest import SignIn
from tests.source import ROOT


def deeds(app: Flask, number: int) -> None:
    with app.app_context():
        for n in range(number):
            audit.record("thing.done", f"第 {n} 件", note="说明", n=n)
        commit()


def test_the_chain_holds_until_somebody_changes_an_entry(app_on_each_database: Flask) -> None:
    app = app_on_each_database
    deeds(app, 5)
    with app.app_context():
        assert audit.first_broken() is None
        session().rollback()
        with engine().begin() as connection:
            connection.execute(text("UPDATE audit_entry SET subject = '另一件' WHERE id = 3"))
        assert audit.first_broken() == 3


def test_a_missing_entry_shows(app_on_each_database: Flask) -> None:
    app = app_on_each_database
    deeds(app, 5)
    with app.app_context():
        with engine().begin() as connection:
            connection.execute(text("DELETE FROM audit_entry WHERE id = 2"))
        assert audit.first_broken() == 3


def test_the_log_is_found_by_words_and_by_page(app: Flask, sign_in: SignIn) -> None:
    deeds(app, 120)
    client: Client = app.test_client()
    sign_in(client, Role.AUDITOR)
    assert "第 119 件" in client.get("/audit").text
    assert "第 119 件" not in client.get("/audit?page=2").text
    assert "thing.done" not in client.get("/audit?q=nothing-like-it").text
    assert "日志链完整" in client.get("/audit?check=1").text


def test_every_deed_that_is_recorded_has_a_name() -> None:
    """The log page speaks to auditors, not to programmers."""
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "survey").rglob("*.py")]
    recorded = {
        code for text in sources for code in re.findall(r'(?:record|_done)\(\s*"([a-z-]+(?:\.[a-z-]+)?)"', text)
    }
    assert len(recorded) > 40
    assert recorded - set(names.NAMES) == set()
