"""The worked example loads whole, says that it is one, and goes away without a trace of simulated data."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from survey.base.errors import Refused
from survey.base.people.roles import SYSTEM, Role
from survey.base.store import demo
from survey.base.store.database import Base, session
from survey.collect import service as collect
from survey.estimate import service as estimate
from survey.examples import service as example
from survey.rooms import load_models
from survey.rounds import service as rounds
from survey.score import service as score
from survey.units import service as units
from tests.client import Client
from tests.conftest import SignIn

#: what stays: real names, counters and their codes, schemes, people, and the record of deeds
STAYS = {
    "collection",
    "unit",
    "unit_class",
    "window",
    "place_code",
    "score_scheme",
    "audit_entry",
    "user_account",
    "staff_session",
    "feed_key",
}


def test_the_example_tells_the_whole_story_and_leaves_no_trace(app_on_each_database: Flask, sign_in: SignIn) -> None:
    app = app_on_each_database
    with app.app_context():
        link = example.load()
        round_ = rounds.rounds()[-1]
        assert len(units.units()) == 113
        assert sorted({unit.class_code for unit in units.units()}) == ["1", "2", "3", "4"]
        run = estimate.latest_run(round_.id)
        assert run is not None
        assert {"counter", "poll", "panel"} <= {one.selector.kind for one in estimate.evidence(run.id)}
        assert {sheet.scheme_code for sheet in score.sheet_list(SYSTEM)} == {"anhui-2012", "taizhou-2013"}
        assert any(sheet.is_frozen for sheet in score.sheet_list(SYSTEM))
        first = [index.mean for index in estimate.indices(_run(), source="poll")]
        if app.extensions["engine"].dialect.name == "sqlite":  # numbers are drawn before any database sees them
            link = example.load()
            assert [index.mean for index in estimate.indices(_run(), source="poll")] == first
    citizen: Client = app.test_client()
    assert "演示数据" in citizen.get("/r/" + link.rsplit("/", 1)[1]).text
    office: Client = app.test_client()
    sign_in(office, Role.OFFICE)
    assert "演示数据" in office.get("/").text
    with app.app_context():
        example.remove()
        assert not demo.present()
        assert collect.count(collect.Chosen()) == 0
        left = _filled_tables()
    assert left <= STAYS, "simulated rows are left"
    assert "演示数据" not in office.get("/").text


def _filled_tables() -> set[str]:
    load_models()
    return {
        table.name for table in Base.metadata.sorted_tables if session().scalar(select(func.count()).select_from(table))
    }


def _run() -> int:
    run = estimate.latest_run(rounds.rounds()[-1].id)
    assert run is not None
    return run.id


def test_the_example_does_not_mix_with_real_units(app: Flask) -> None:
    with app.app_context():
        units.add_units([units.NewUnit("1", "真实单位", "1", "综合部门")])
        with pytest.raises(Refused):
            example.load()
        with pytest.raises(Refused):
            example.remove()
