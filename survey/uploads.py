"""Uploads between a dry run and its confirmation, and files made for a download: kept for a day."""

from __future__ import annotations

import re
import secrets
from pathlib import Path

from flask import current_app
from flask_babel import gettext

from survey import clock
from survey.errors import Gone

KEPT_SECONDS = 24 * 60 * 60


def keep(data: bytes) -> str:
    """Put bytes aside; returns the name under which `take` finds them for a day."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    _throw_away_old(folder)
    name = secrets.token_urlsafe(16)
    (folder / name).write_bytes(data)
    return name


def take(name: str) -> bytes:
    """What was put aside under a name.

    Raises:
        Gone: it is older than a day, or was never there.
    """
    path = _folder() / name
    if not re.fullmatch(r"[\w-]{22}", name) or not path.is_file():
        raise Gone(gettext("The file is no longer kept."), remedy=gettext("Begin again from the page before."))
    return path.read_bytes()


def drop(name: str) -> None:
    """Remove what was put aside, once it has been used."""
    take(name)
    (_folder() / name).unlink(missing_ok=True)


def _folder() -> Path:
    instance: Path = current_app.extensions["settings"].instance
    return instance / "uploads"


def _throw_away_old(folder: Path) -> None:
    oldest = clock.now().timestamp() - KEPT_SECONDS
    for path in folder.iterdir():
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
