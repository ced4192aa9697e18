"""The schema's history. `upgrade` brings a database to the present; the tests build theirs with it too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine


def upgrade(engine: Engine, to: str = "head") -> None:
    """Bring the schema to the newest revision, or to a named one; a database that is there costs one look."""
    config = _config()
    newest = ScriptDirectory.from_config(config).get_current_head()
    with engine.connect() as connection:
        if MigrationContext.configure(connection).get_current_revision() == newest:
            return
        connection.rollback()
        with _tables_may_change_places(connection), connection.begin():
            config.attributes["connection"] = connection
            command.upgrade(config, to)
            _check_references(connection)


@contextmanager
def _tables_may_change_places(connection: Connection) -> Iterator[None]:
    """SQLite writes a table anew to change its rules; with its references watched, dropping the old one would take
    the rows of others along."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def _check_references(connection: Connection) -> None:
    """Nothing may point into nowhere afterwards; if it does, nothing has been changed."""
    if connection.dialect.name == "sqlite":
        lost = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if lost:
            raise RuntimeError(f"The migration would lose what {len(lost)} rows point to, such as {lost[0]}.")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config
