"""Settings: everything that differs from one installation to the next, read once from the environment.

Each name below is described for operators in `docs/settings.md`; a house rule holds the two together.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

from flask import current_app, has_app_context

from survey.base.errors import SettingError

ROOT = Path(__file__).resolve().parents[2]
PREFIX = "SURVEY_"
Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Settings:
    """What an installation decides; the defaults serve one machine with an SQLite file."""

    #: folder of the database file, the secret key and uploaded files
    instance: Path = ROOT / "instance"
    #: SQLAlchemy address of the database; empty = `survey.db` in the instance folder
    database_url: str = ""
    #: signs forms, receipts and staff sessions; empty = made once and kept in the instance folder
    secret_key: str = ""
    #: how citizens reach this installation: printed into every QR code
    public_url: str = "http://127.0.0.1:8000"
    #: who asks, as citizens read it at the foot of every page; empty = the body that is rated stands on the page alone
    operator: str = ""
    #: telephone number for questions and objections, on every page of citizens
    hotline: str = "12345"
    #: how many reverse proxies stand in front and may be believed about the caller's address
    proxies: int = 0
    #: minutes without a click after which a staff session ends
    session_minutes: int = 120
    #: hours after which a staff session ends however busy it is
    session_hours: int = 12
    #: 1 = administrators and the appraisal office sign in with a second factor, and set one up first
    require_second_factor: int = 0
    #: answers below which nothing about a unit is shown
    floor_hidden: int = 5
    #: answers below which a value is shown "for reference" and takes no rank
    floor_reference: int = 30

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.instance / 'survey.db'}"

    def key(self) -> str:
        """The secret key, made on first use and readable by the owner only."""
        return self.secret_key or _kept_key(self.instance / "secret_key")


@cache
def _kept_key(path: Path) -> str:
    """The key in the file, which is read once a process: every answer is signed with it several times."""
    if not path.exists():
        keep_first(path, secrets.token_urlsafe(48).encode())
    return path.read_text(encoding="ascii").strip()


def forget_key() -> None:
    """The key file has been replaced: read it again."""
    _kept_key.cache_clear()


def keep_first(path: Path, content: bytes) -> None:
    """Keep a key that is made on first use, readable by the owner only: of several processes or threads that make one
    at once the first wins, and none reads half a key, since it is written aside and linked into its place."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        path.hardlink_to(aside)
    aside.unlink()


def make_private(instance: Path) -> None:
    """Make the folder of what is kept, for the owner's eyes only: files are 0600, folders 0700, older ones set so."""
    os.umask(0o077)
    instance.mkdir(parents=True, exist_ok=True)
    for path in (instance, *instance.glob("survey.db*"), *instance.glob("*/")):
        mode = path.stat().st_mode
        if mode & 0o077:
            with suppress(PermissionError):  # it belongs to somebody else, who lets us in
                path.chmod(mode & 0o700)


def current() -> Settings | None:
    """This application's settings; None outside of one, as while modules are imported."""
    return current_app.extensions["settings"] if has_app_context() else None


def present() -> Settings:
    """This application's settings."""
    settings: Settings = current_app.extensions["settings"]
    return settings


def kept(name: str, make: Callable[[], Thing]) -> Thing:
    """Something that this application keeps in memory while it runs, made on first use."""
    held = current_app.extensions
    if name not in held:
        held.setdefault(name, make())
    found: Thing = held[name]
    return found


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """Settings from `SURVEY_…` variables.

    >>> from_environment({"SURVEY_FLOOR_HIDDEN": "10"}).floor_hidden
    10
    >>> from_environment({"SURVEY_PROXIES": "one"})
    Traceback (most recent call last):
    ...
    survey.base.errors.SettingError: SURVEY_PROXIES is 'one'; it must be a whole number.
    """
    values: dict[str, object] = {}
    for name, default in _defaults().items():
        text = environment.get(PREFIX + name.upper())
        if not text:
            continue
        if isinstance(default, int):
            if not text.isdigit():
                raise SettingError(f"{PREFIX}{name.upper()} is {text!r}; it must be a whole number.")
            values[name] = int(text)
        else:
            values[name] = Path(text).resolve() if isinstance(default, Path) else text
    if isinstance(address := values.get("public_url"), str):
        values["public_url"] = address.rstrip("/")
    return Settings(**values)  # type: ignore[arg-type]  # each value was converted to the type of its default


def _defaults() -> dict[str, object]:
    return {name: getattr(Settings, name) for name in Settings.__dataclass_fields__}
