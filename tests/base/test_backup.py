"""A backup is made while people work, and what comes back is what was there."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from survey import create_app, migrations
from survey.base.errors import Refused
from survey.base.people import audit
from survey.base.settings import Settings
from survey.base.store import backup, own_key
from survey.base.store.database import Base, engine
from survey.collect import service as collect
from survey.collect.store import receipts
from survey.score import service as score
from tests import two_people
from tests.databases import Databases
from tests.small_round import SmallRound, rate, small_round


def contents() -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, in no order."""
    with engine().connect() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in Base.metadata.sorted_tables
        }


def fill() -> str:
    """Answers, one held, a frozen sheet, deeds on record; returns a receipt."""
    made, receipt = small_round(), receipts.of_digest(bytes(32))
    keys = rate(made, [5, 4, 1, 2], words="等了很久")
    rate(made, [3], receipt=receipt)
    two_people.hold(keys[:1], "同一分钟内集中提交")
    collect.bring_up_to_date()
    _frozen(made)
    own_key.require_own()
    return receipt


def _frozen(made: SmallRound) -> int:
    values = [score.NewValue(code, made.unit_ids[0], 90.0) for code in ("results", "conduct")]
    score.set_values(made.round_id, "hami", values)
    return two_people.freeze(score.make_sheet(made.round_id, "hami")).entry.id


@pytest.fixture
def elsewhere(app_on_each_database: Flask, databases: Databases, tmp_path: Path) -> Iterator[Flask]:
    """An empty installation of the same kind, whose folder holds no key yet."""
    kind = app_on_each_database.extensions["engine"].dialect.name
    instance = tmp_path / "elsewhere"
    instance.mkdir()
    address = databases.postgres() if kind == "postgresql" else databases.sqlite(instance / "survey.db")
    app = create_app(Settings(instance=instance, database_url=address or ""))
    with app.app_context():
        migrations.upgrade(engine())
    yield app
    app.extensions["engine"].dispose()


def test_what_comes_back_is_what_was_there(app_on_each_database: Flask, elsewhere: Flask, tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    with app_on_each_database.app_context():
        key = app_on_each_database.extensions["settings"].key()
        receipt = fill()
        assert not backup.make(file).has_keys
        before = contents()
    with elsewhere.app_context():
        with pytest.raises(Refused, match="另一个密钥"):
            backup.restore(file)
        assert own_key.filled() == []
        elsewhere.extensions["settings"] = replace(elsewhere.extensions["settings"], secret_key=key)
        backup.restore(file)
    with elsewhere.app_context():
        assert contents() == before
        own_key.require_own()
        assert all(right for *_place, right in collect.recount())
        assert audit.first_broken() is None
        assert collect.find_by_receipt(receipt) is not None
        assert score.is_intact(1)
    with elsewhere.app_context():
        assert score.make_sheet(1, "hami") == 2, "new rows get numbers of their own"


def test_keys_come_along_only_if_asked(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        (app.extensions["settings"].instance / "secret_key").write_text("k")
        assert not backup.make(tmp_path / "a.zip").has_keys
        assert set(backup.make(tmp_path / "b.zip", with_keys=True).parts) == {"survey.db", "keys/secret_key"}
        with pytest.raises(Refused, match=r"已经有文件 a\.zip"):
            backup.make(tmp_path / "a.zip")
    assert {file.name for file in tmp_path.glob("*.zip*")} == {"a.zip", "b.zip"}


def test_a_damaged_backup_changes_nothing(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        good, bad, none = tmp_path / "good.zip", tmp_path / "bad.zip", tmp_path / "none.zip"
        backup.make(good)
        with zipfile.ZipFile(good) as there, zipfile.ZipFile(bad, "w") as made:
            made.writestr("manifest.json", there.read("manifest.json"))
            made.writestr("survey.db", there.read("survey.db")[:-1] + b"x")
        none.write_bytes(b"PK")
        before = contents()
        for file in (bad, none):
            with pytest.raises(Refused, match=r"已损坏|不是本系统"):
                backup.restore(file)
        assert contents() == before


def test_nothing_is_overwritten(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        backup.make(tmp_path / "a.zip")
        small_round()
        with pytest.raises(Refused, match="不是空的"):
            backup.restore(tmp_path / "a.zip")


def test_a_database_refuses_another_key(app: Flask) -> None:
    with app.app_context():
        own_key.require_own()
        own_key.require_own()
        other = replace(app.extensions["settings"], secret_key="another key")
        app.extensions["settings"] = other
        own_key.require_own()  # an empty database takes any key
        small_round()
        app.extensions["settings"] = replace(other, secret_key="a third one")
        with pytest.raises(Refused, match="另一个密钥"):
            own_key.require_own()
