"""A file between its dry run and its import: kept under a random name, taken once."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict
from datetime import date
from pathlib import Path

from flask import current_app
from flask_babel import gettext

from survey.collect.importing import ImportChoice
from survey.errors import NotFound


def keep(data: bytes, choice: ImportChoice) -> str:
    """Keep a file and what was decided about it; returns its name."""
    name = secrets.token_urlsafe(16)
    _folder().mkdir(parents=True, exist_ok=True)
    _path(name).write_bytes(data)
    _path(name, "json").write_text(json.dumps(asdict(choice), default=str), encoding="utf-8")
    return name


def take(name: str) -> tuple[bytes, ImportChoice]:
    """The kept file, which is gone afterwards: pressing the button twice imports once.

    Raises:
        NotFound: taken already, or never kept.
    """
    try:
        taken = _path(name).rename(_path(name, "taken"))
    except (FileNotFoundError, ValueError) as error:
        raise NotFound(
            gettext("This file has been imported already, or its dry run is gone."),
            remedy=gettext("Look at the list of answers; if they are not there, upload the file again."),
        ) from error
    values = json.loads(_path(name, "json").read_text(encoding="utf-8"))
    day = date.fromisoformat(values["day"]) if values["day"] else None
    data = taken.read_bytes()
    taken.unlink()
    _path(name, "json").unlink()
    return data, ImportChoice(**{**values, "day": day})


def _folder() -> Path:
    folder: Path = current_app.extensions["settings"].instance
    return folder / "uploads"


def _path(name: str, ending: str = "data") -> Path:
    if not name.replace("-", "").replace("_", "").isalnum():
        raise ValueError(name)
    return _folder() / f"ratings-{name}.{ending}"
