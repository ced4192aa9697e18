"""Files between two pages: an upload between its dry run and its confirmation, a document made for a download.

They may hold names and links, so they lie encrypted in the instance folder, under a random name, for a day at most.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from flask import current_app
from flask_babel import gettext

from survey.base import clock
from survey.base.errors import Gone
from survey.base.store import encryption

KEPT_SECONDS = 24 * 60 * 60
DATA, NOTES, TAKEN = "data", "notes", "taken"


def keep(data: bytes, **about: Any) -> str:
    """Put bytes and a few plain values aside; returns the name under which they are found for a day."""
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _throw_away_old(folder)
    name = secrets.token_urlsafe(16)
    (folder / f"{name}.{DATA}").write_bytes(encryption.seal_bytes(data))
    _write_notes(name, about)
    return name


def take(name: str) -> bytes:
    """What was put aside under a name.

    Raises:
        Gone: it is older than a day, was taken for good, or was never there.
    """
    return encryption.unseal_bytes(_path(name).read_bytes())


def take_once(name: str) -> tuple[bytes, Mapping[str, Any]]:
    """The bytes and their notes, which are gone afterwards: of two people who press at once, one gets them.

    Raises:
        Gone: as `take`.
    """
    about = notes(name)
    try:
        taken = _path(name).rename(_folder() / f"{name}.{TAKEN}")
    except FileNotFoundError as error:
        raise _gone() from error
    data = encryption.unseal_bytes(taken.read_bytes())
    drop(name)
    return data, about


def note(name: str, **values: Any) -> None:
    """Add plain values to what is kept."""
    _write_notes(name, {**notes(name), **values})


def notes(name: str) -> Mapping[str, Any]:
    """The plain values that are kept with the bytes."""
    _path(name)
    found: dict[str, Any] = json.loads(encryption.unseal((_folder() / f"{name}.{NOTES}").read_bytes()))
    return found


def drop(name: str) -> None:
    """Remove what was put aside, once it has been used; nothing happens where it is gone already."""
    for ending in (DATA, NOTES, TAKEN):
        (_folder() / f"{name}.{ending}").unlink(missing_ok=True)


def named(**wanted: Any) -> Iterator[str]:
    """Names of what is kept with these notes."""
    for path in sorted(_folder().glob(f"*.{DATA}")):
        held = notes(path.stem)
        if all(held.get(key) == value for key, value in wanted.items()):
            yield path.stem


def _write_notes(name: str, values: Mapping[str, Any]) -> None:
    text = json.dumps(values, ensure_ascii=False, default=str)
    (_folder() / f"{name}.{NOTES}").write_bytes(encryption.seal(text))


def _folder() -> Path:
    instance: Path = current_app.extensions["settings"].instance
    return instance / "uploads"


def _path(name: str) -> Path:
    path = _folder() / f"{name}.{DATA}"
    if not re.fullmatch(r"[\w-]{22}", name) or not path.is_file():
        raise _gone()
    return path


def _gone() -> Gone:
    return Gone(
        gettext("The file is no longer kept: it was used already, or a day has passed."),
        remedy=gettext("Begin again from the page before."),
    )


def _throw_away_old(folder: Path) -> None:
    oldest = clock.now().timestamp() - KEPT_SECONDS
    for path in folder.iterdir():
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
