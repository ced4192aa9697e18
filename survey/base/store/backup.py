"""A backup in one file, made while people work, and its way back: every part known by its hash.

SQLite is copied by its own online backup, which reads one moment of the database; PostgreSQL by `COPY` of every table
inside one transaction that only reads. Neither holds up a rater.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic.runtime.migration import MigrationContext
from flask_babel import gettext
from sqlalchemy import Connection, Engine, Table, func, select

from survey.base import clock, settings
from survey.base.errors import Refused
from survey.base.store import own_key
from survey.base.store.database import Base, engine, writing

FORMAT = 1
MANIFEST, SQLITE, TABLES, FILES, KEYS = "manifest.json", "survey.db", "tables/", "files/", "keys/"
#: what of the instance folder belongs to a backup besides the database
FOLDERS = ("questionnaires",)
KEY_FILES = ("secret_key", "signing_key.pem")
CHUNK = 1 << 20


@dataclass(frozen=True)
class BackupNote:
    """What a backup says of itself."""

    format: int
    made_at: str
    #: sqlite or postgresql
    database: str
    #: revision of the schema
    revision: str
    #: keyed hash that tells the secret key; the key itself is only there where it was asked for
    key: str
    #: part -> SHA-256 and size in bytes
    parts: dict[str, tuple[str, int]]

    @property
    def has_keys(self) -> bool:
        return any(name.startswith(KEYS) for name in self.parts)


def make(path: Path, *, with_keys: bool = False) -> BackupNote:
    """Write a backup; a file that is there already is left as it is.

    Args:
        path: of the backup.
        with_keys: put the secret key and the signing key in; keep such a file as you keep the keys.

    Raises:
        Refused: there is such a file.
    """
    if path.exists():
        raise Refused(gettext("There is a file %(name)s already.", name=path.name), remedy=gettext("Name another one."))
    aside = path.with_name(f"{path.name}.part")
    parts: dict[str, tuple[str, int]] = {}
    try:
        with zipfile.ZipFile(aside, "x", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for name, source in _sources(with_keys):
                parts[name] = _put(archive, name, source)
            found = BackupNote(FORMAT, _moment(), engine().dialect.name, _revision(engine()), _key(), parts)
            archive.writestr(MANIFEST, json.dumps(found.__dict__, ensure_ascii=False, indent=1))
        aside.rename(path)
    finally:
        aside.unlink(missing_ok=True)
    return found


def _key() -> str:
    return own_key.noted(engine()) or own_key.present_fingerprint()


def _moment() -> str:
    return clock.local(clock.now().replace(microsecond=0)).isoformat()


def _sources(with_keys: bool) -> Iterator[tuple[str, Path]]:
    instance = settings.present().instance
    with tempfile.TemporaryDirectory(dir=instance, prefix="backup-") as folder:
        yield from _of_sqlite(Path(folder)) if engine().dialect.name == "sqlite" else _of_postgresql(Path(folder))
    for name in FOLDERS:
        for file in sorted((instance / name).glob("**/*")):
            if file.is_file():
                yield f"{FILES}{file.relative_to(instance).as_posix()}", file
    for name in KEY_FILES if with_keys else ():
        if (instance / name).is_file():
            yield f"{KEYS}{name}", instance / name


def _of_sqlite(folder: Path) -> Iterator[tuple[str, Path]]:
    copy = folder / SQLITE
    with _driver(engine()) as source, sqlite3.connect(copy) as target:
        source.backup(target)
    yield SQLITE, copy


@contextmanager
def _driver(of: Engine) -> Iterator[sqlite3.Connection]:
    pooled = of.raw_connection()
    try:
        connection: Any = pooled.driver_connection
        yield connection
    finally:
        pooled.close()


def _of_postgresql(folder: Path) -> Iterator[tuple[str, Path]]:
    """Every table as `COPY` writes it, all of one moment."""
    moment = engine().execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with moment.connect() as connection:
        for table in Base.metadata.sorted_tables:
            file = folder / table.name
            copy = _cursor(connection).copy(f"COPY {_named(table)} TO STDOUT (FORMAT binary)")
            with file.open("wb") as out, copy as rows:
                for chunk in rows:
                    out.write(chunk)
            yield f"{TABLES}{table.name}", file


def _cursor(connection: Connection) -> Any:
    driver: Any = connection.connection.driver_connection
    return driver.cursor()


def _named(table: Table) -> str:
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    return f'"{table.name}" ({columns})'


def _put(archive: zipfile.ZipFile, name: str, source: Path) -> tuple[str, int]:
    total, size = hashlib.sha256(), 0
    with source.open("rb") as file, archive.open(name, "w", force_zip64=True) as out:
        while chunk := file.read(CHUNK):
            total.update(chunk)
            size += len(chunk)
            out.write(chunk)
    return total.hexdigest(), size


def _revision(of: Engine) -> str:
    with of.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() or ""


def read(path: Path) -> BackupNote:
    """What a backup says of itself, after every part was compared with its hash.

    Raises:
        Refused: it is no backup, of a later version, or a part is damaged or missing.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            said = json.loads(archive.read(MANIFEST))
            said["parts"] = {name: (sha256, size) for name, (sha256, size) in said["parts"].items()}
            note = BackupNote(**said)
            damaged = [name for name, (sha256, _size) in note.parts.items() if _sha256(archive, name) != sha256]
    except (OSError, KeyError, TypeError, ValueError, zipfile.BadZipFile, EOFError) as error:
        raise Refused(
            gettext("%(name)s is no whole backup of this product.", name=path.name),
            remedy=gettext("Take another copy of it; nothing has been changed."),
        ) from error
    if damaged or note.format > FORMAT:
        raise Refused(
            gettext("Parts of the backup are damaged: %(names)s.", names=", ".join(damaged) or str(note.format)),
            remedy=gettext("Take another copy of it; nothing has been changed."),
        )
    return note


def _sha256(archive: zipfile.ZipFile, name: str) -> str:
    total = hashlib.sha256()
    with archive.open(name) as part:
        while chunk := part.read(CHUNK):
            total.update(chunk)
    return total.hexdigest()


def restore(path: Path) -> BackupNote:
    """Bring a backup back into an empty installation of the same kind of database.

    Raises:
        Refused: the backup is damaged, this installation has answers or people already or another kind of database, or
            neither it nor the backup has the key that the backup was made under.
    """
    note = read(path)
    _require_empty()
    if note.database != engine().dialect.name:
        raise Refused(
            gettext(
                "The backup is of %(there)s, this installation uses %(here)s.",
                there=note.database,
                here=engine().dialect.name,
            ),
            remedy=gettext("Set SURVEY_DATABASE_URL to a database of the same kind."),
        )
    instance = settings.present().instance
    with zipfile.ZipFile(path) as archive:
        if note.has_keys:
            _bring_keys(archive, note, instance)
        elif note.key != own_key.present_fingerprint():
            raise Refused(
                gettext("The backup was made under another secret key, and has none in it."),
                remedy=gettext("Put the key of that installation in place first (the file secret_key); then restore."),
            )
        for name in note.parts:
            if name.startswith(FILES):
                _place(archive, name, instance / name.removeprefix(FILES))
        if note.database == "sqlite":
            _fill_sqlite(archive, instance)
        else:
            _fill_postgresql(archive)
    return note


def _require_empty() -> None:
    """A restore overwrites nothing that people made."""
    if own_key.filled():
        raise Refused(
            gettext("This installation is not empty."),
            remedy=gettext("Restore into a new instance folder and database; nothing has been changed."),
        )


def _bring_keys(archive: zipfile.ZipFile, note: BackupNote, instance: Path) -> None:
    """Keys of the backup in place of those that an empty installation made on its first start."""
    if settings.present().secret_key and own_key.present_fingerprint() != note.key:
        raise Refused(
            gettext("SURVEY_SECRET_KEY is not the key that the backup was made under."),
            remedy=gettext("Take the setting away; the key is in the backup."),
        )
    for name in note.parts:
        if name.startswith(KEYS):
            _place(archive, name, instance / name.removeprefix(KEYS))
    settings.forget_key()


def _place(archive: zipfile.ZipFile, name: str, path: Path) -> None:
    if not path.resolve().is_relative_to(settings.present().instance.resolve()):
        raise Refused(gettext("The backup names a file outside of the instance folder: %(name)s.", name=name))
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_bytes(archive.read(name))


def _fill_sqlite(archive: zipfile.ZipFile, instance: Path) -> None:
    with tempfile.TemporaryDirectory(dir=instance, prefix="restore-") as folder:
        archive.extract(SQLITE, folder)
        with sqlite3.connect(Path(folder) / SQLITE) as source, _driver(engine()) as target:
            source.backup(target)
    engine().dispose()


def _fill_postgresql(archive: zipfile.ZipFile) -> None:
    with writing() as connection:
        tables = [table for table in Base.metadata.sorted_tables if f"{TABLES}{table.name}" in archive.namelist()]
        for table in reversed(tables):
            connection.execute(table.delete())
        for table in tables:
            copy = _cursor(connection).copy(f"COPY {_named(table)} FROM STDIN (FORMAT binary)")
            with archive.open(f"{TABLES}{table.name}") as part, copy as rows:
                while chunk := part.read(CHUNK):
                    rows.write(chunk)
        for table in tables:
            _set_sequence(connection, table)


def _set_sequence(connection: Connection, table: Table) -> None:
    """Numbers go on after the last one that was brought back."""
    key = next(iter(table.primary_key), None)
    if key is None:
        return
    name = connection.scalar(select(func.pg_get_serial_sequence(table.name, key.name)))
    if name:
        last = connection.scalar(select(func.max(key)))
        connection.execute(select(func.setval(name, last or 1, last is not None)))
