"""Files between two pages: an upload that waits for its confirmation, a letter sheet that waits for its reader.

They hold names and links, so they lie encrypted in the instance folder and are removed after use or after a day.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import current_app
from flask_babel import gettext

from survey import clock
from survey.errors import NotFound
from survey.sample import sealing

LONGEST_WAIT = timedelta(days=1)
TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")


def _folder() -> Path:
    folder: Path = current_app.extensions["settings"].instance / "uploads"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def put(data: bytes, **notes: Any) -> str:
    """Keep bytes and a few plain values; returns the name to ask for them by."""
    _sweep()
    token = secrets.token_urlsafe(16)
    (_folder() / f"{token}.sample").write_bytes(sealing.seal_bytes(data))
    note(token, **notes)
    return token


def take(token: str) -> bytes:
    """The bytes that were put."""
    return sealing.unseal_bytes(_path(token, "sample").read_bytes())


def note(token: str, **values: Any) -> None:
    """Add plain values to what is kept."""
    path = _folder() / f"{token}.notes"
    held = notes(token) if path.exists() else {}
    path.write_bytes(sealing.seal(json.dumps({**held, **values}, ensure_ascii=False)))


def notes(token: str) -> Mapping[str, Any]:
    """The plain values that are kept with the bytes."""
    found: dict[str, Any] = json.loads(sealing.unseal(_path(token, "notes").read_bytes()))
    return found


def drop(token: str) -> None:
    """Remove both."""
    for ending in ("sample", "notes"):
        (_folder() / f"{token}.{ending}").unlink(missing_ok=True)


def drop_letters(wave_id: int) -> None:
    """Remove the letters of a wave: they hold its links."""
    for path in _folder().glob("*.notes"):
        if notes(path.stem).get("wave") == wave_id:
            drop(path.stem)


def _path(token: str, ending: str) -> Path:
    path = _folder() / f"{token}.{ending}"
    if not TOKEN.fullmatch(token) or not path.exists():
        raise NotFound(
            gettext("This file is no longer here: files wait for one day."), remedy=gettext("Upload it again.")
        )
    return path


def _sweep() -> None:
    oldest = clock.now() - LONGEST_WAIT
    for path in [*_folder().glob("*.sample"), *_folder().glob("*.notes")]:
        if datetime.fromtimestamp(path.stat().st_mtime, UTC) < oldest:
            path.unlink(missing_ok=True)
