"""A database of the first version comes through: the same indices, the same signed sheet, the same receipts.

`first_version.sql` was written by the first version's own code, with ratings, a poll, a panel, an import, decisions,
computations and a frozen sheet; `first_version.json` holds what that code said about it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, MetaData, func, insert, select, text

from survey import create_app, migrations
from survey.base.people.roles import SYSTEM
from survey.base.settings import Settings
from survey.base.store.database import engine, make_engine
from survey.collect import service as collect
from survey.estimate import service as estimate
from survey.rounds import service as rounds
from survey.score import service as score
from tests.client import Client
from tests.databases import Databases

HERE = Path(__file__).parent
SAID: dict[str, Any] = json.loads((HERE / "first_version.json").read_text(encoding="utf-8"))
REVISION = "0008_score"
#: per index: unit, answers, valid ones, mean, standard error, limits, held, mean with held, participation, response
#: rate, satisfaction rate, floor
FIELDS = (
    *("unit_id", "n", "valid_n", "mean", "standard_error", "low", "high", "held", "mean_with_held"),
    *("participation", "response_rate", "satisfied_rate", "floor"),
)


def restored(path: Path) -> Path:
    """The database as the first version left it."""
    with sqlite3.connect(path) as work:
        work.executescript((HERE / "first_version.sql").read_text(encoding="utf-8"))
    work.close()
    return path


def copied(source: Engine, target: Engine) -> None:
    """Every row, in an order in which nothing points into nowhere; then the numbers go on where they ended."""
    tables = MetaData()
    tables.reflect(target)
    with source.connect() as old, target.begin() as new:
        for table in tables.sorted_tables:
            kept = MetaData()
            kept.reflect(source, only=[table.name])
            rows = [dict(row) for row in old.execute(select(kept.tables[table.name])).mappings()]
            new.execute(table.delete())
            if rows:
                new.execute(insert(table), rows)
            if "id" in table.c and rows:
                most = new.scalar(select(func.max(table.c.id)))
                sequence = new.scalar(select(func.pg_get_serial_sequence(f'"{table.name}"', "id")))
                if sequence:
                    new.execute(text("SELECT setval(:sequence, :most)"), {"sequence": sequence, "most": most})


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def brought_over(
    request: pytest.FixtureRequest, settings: Settings, databases: Databases, tmp_path: Path
) -> Iterator[Flask]:
    """The present application on the first version's database."""
    path = restored(tmp_path / "first.db")
    address = f"sqlite:///{path}"
    if request.param == "postgres":
        address = databases.empty_postgres()
        target, source = make_engine(address), make_engine(f"sqlite:///{path}")
        migrations.upgrade(target, to=REVISION)
        copied(source, target)
        source.dispose()
        target.dispose()
    app = create_app(Settings(**{**vars(settings), "database_url": address}))
    app.test_client_class = Client
    with app.app_context():
        migrations.upgrade(engine())
        yield app
    app.extensions["engine"].dispose()
    if request.param == "postgres":
        databases.drop(address)


def test_the_first_version_s_database_gives_the_same_numbers(brought_over: Flask):
    computed = {found.id: estimate.compute(found.id) for found in rounds.rounds()}
    for asked, lines in SAID["indices"].items():
        round_id, kind, question = asked.split(":")
        found = estimate.indices(computed[int(round_id)].id, source=kind, question=question or None)
        said = [[getattr(index, name) for name in FIELDS] for index in found]
        assert [row[0] for row in said] == [row[0] for row in lines], asked
        for row, expected in zip(said, lines, strict=True):
            assert row == [pytest.approx(v, rel=1e-12) if isinstance(v, float) else v for v in expected], asked


def test_what_it_computed_before_stays_as_it_was(brought_over: Flask):
    for number, round_id, tally_hash, counted, held, excluded, cells in SAID["runs"]:
        run = estimate.run(number)
        assert (run.round_id, run.tally_hash) == (round_id, tally_hash)
        assert (run.counted, run.held, run.excluded, run.cells) == (counted, held, excluded, cells)
    lines = {index.unit_id: index for index in estimate.indices(1, source="counter")}
    for unit, _n, _valid, mean, error, *_rest in SAID["indices"]["2:counter:"]:
        assert lines[unit].mean == pytest.approx(mean, rel=1e-12)
        assert lines[unit].standard_error == pytest.approx(error, rel=1e-12)


def test_the_frozen_sheet_still_bears_its_signature(brought_over: Flask):
    said = SAID["sheet"]
    sheet = score.sheet(said["id"])
    assert score.is_intact(said["id"])
    assert sheet.entry.sha256 == said["sha256"]
    totals = [
        [line.unit_code, line.total, round(line.standard_error, 6), line.rank, line.rank_low, line.rank_high]
        for group in sheet.content.classes
        for line in group.lines
    ]
    assert totals == [[code, pytest.approx(total, abs=0.005), *rest] for code, total, *rest in said["totals"]]
    assert score.sheet_list(SYSTEM)


@pytest.mark.parametrize(("receipt", "state"), SAID["receipts"])
def test_every_receipt_leads_to_its_answer(brought_over: Flask, receipt: str, state: str):
    found = collect.find_by_receipt(receipt)
    assert found is not None
    assert found.state == state
    page = brought_over.test_client().get(f"/receipt/{receipt}")
    assert page.status_code == 200


def test_the_reconciliation_of_every_round_is_the_same(brought_over: Flask):
    for number, said in SAID["totals"].items():
        assert collect.totals(rounds.selection(rounds.round_(int(number)))) == {**said, "withdrawn": 0}
    assert not [place for *place, right in collect.recount() if not right]


def test_its_codes_and_links_still_open(brought_over: Flask):
    citizen = brought_over.test_client()
    assert citizen.get(f"/r/{SAID['code']}").status_code == 200
    assert citizen.get(f"/p/{SAID['open_link']}").status_code in (200, 410)
    assert "2ZB5" not in citizen.get(f"/p/{SAID['link']}").text
