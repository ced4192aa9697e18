"""What somebody with a copy of SQLite's files, and without the key, can learn of who answered what: nothing."""

from __future__ import annotations

import hashlib
import re
import shutil
import sqlite3
import time
from pathlib import Path

import pytest

from survey.base.store.database import engine, session
from survey.base.store.log_cleaning import LogCleaner, empty_log
from survey.sample import service as sample
from tests.collect.conftest import Town

#: bytes of a log's header and of the header of each of its pages (sqlite.org/fileformat2.html, 4)
LOG_HEADER, PAGE_HEADER = 32, 24


def copied(town: Town, folder: Path) -> Path:
    """A copy of the files as they lie, log included, as a backup or a thief takes them."""
    folder.mkdir()
    database = Path(str(town.app.extensions["engine"].url.database))
    for path in database.parent.glob(f"{database.name}*"):
        if path.suffix != ".turn":
            shutil.copy(path, folder)
    return folder / database.name


def rows(copy: Path) -> dict[str, set[tuple[object, ...]]]:
    """Every row of every table of a copy."""
    with sqlite3.connect(copy) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {name: set(connection.execute(f'SELECT * FROM "{name}"')) for name in names}  # noqa: S608  # our own
    connection.close()
    return found


def pages_of_last_commit(log: bytes) -> list[bytes]:
    """The pages that the newest commit of a log wrote."""
    size = int.from_bytes(log[8:12], "big")
    frames = [log[at : at + PAGE_HEADER + size] for at in range(LOG_HEADER, len(log), PAGE_HEADER + size)]
    frames = [frame for frame in frames if frame[8:16] == log[16:24]]
    ends = [place for place, frame in enumerate(frames) if int.from_bytes(frame[4:8], "big")]
    first = ends[-2] + 1 if len(ends) > 1 else 0
    return [frame[PAGE_HEADER:] for frame in frames[first : ends[-1] + 1]]


@pytest.fixture
def answered(town: Town, tmp_path: Path) -> tuple[Town, str, Path, Path]:
    """A town where one drawn person has just answered, the link, and the files before and after."""
    (token, *_others) = town.link(people=3)
    with town.app.app_context():
        assert empty_log(engine())
    before = copied(town, tmp_path / "before")
    unit = town.units["101"]
    assert town.app.test_client().post(f"/p/{token}", data={"unit": [unit], f"u{unit}.G-1": "1"}).status_code == 303
    return town, token, before, copied(town, tmp_path / "after")


def test_the_commit_of_an_answer_touches_no_case(answered: tuple[Town, str, Path, Path]):
    _town, token, before, after = answered
    log = after.with_name(f"{after.name}-wal").read_bytes()
    pages = pages_of_last_commit(log)
    hashed = hashlib.sha256(token.encode()).digest()
    assert pages
    assert not [page for page in pages if token.encode() in page or hashed in page]
    changed = {name for name, found in rows(after).items() if found != rows(before)[name]}
    assert changed == {"response", "answer", "submission", "sample_used_link", "tally_mark"}


def test_what_stands_beside_the_answer_names_nobody_without_the_key(answered: tuple[Town, str, Path, Path]):
    _town, token, before, after = answered
    old, new = rows(before), rows(after)
    [(key, _wave, letter)] = new["sample_used_link"]
    [(submission, *_rest)] = new["submission"]
    known = [token, *(value for row in old["sample_invitation"] for value in row if isinstance(value, str | bytes))]
    derived = {hashlib.sha256(v if isinstance(v, bytes) else v.encode()).hexdigest() for v in known}
    assert letter == "I"
    assert not {key, submission, key[:32]} & (derived | {made[:32] for made in derived})


def test_a_few_seconds_later_the_log_is_empty_and_used_links_are_gone(answered: tuple[Town, str, Path, Path], tmp_path):
    town, _token, _before, after = answered
    [(key, *_rest)] = rows(after)["sample_used_link"]
    with town.app.app_context():
        [wave] = sample.waves()
        assert sample.overall(sample.strata(wave.id)).responded == 1
        session().rollback()
        LogCleaner(engine()).ask()
        log = Path(f"{engine().url.database}-wal")
        end = time.monotonic() + 8
        while log.stat().st_size and time.monotonic() < end:
            time.sleep(0.05)
        assert log.stat().st_size == 0
    later = copied(town, tmp_path / "later")
    assert not rows(later)["sample_used_link"]
    assert key.encode() not in later.read_bytes(), "what is deleted is overwritten"


def test_a_drawn_answer_stands_on_the_first_day_of_its_wave(answered: tuple[Town, str, Path, Path]):
    town, _token, _before, after = answered
    with town.app.app_context():
        [wave] = sample.waves()
    found = rows(after)
    [submission] = found["submission"]
    [response] = found["response"]
    days = {value for row in (submission, response) for value in row if re.fullmatch(r"\d{4}-\d\d-\d\d", str(value))}
    assert days == {wave.opens_on.isoformat()}


def test_after_closing_not_even_the_key_leads_from_a_link_to_its_case(answered: tuple[Town, str, Path, Path], tmp_path):
    town, token, _before, _after = answered
    with town.app.app_context():
        [wave] = sample.waves()
        sample.close_wave(wave.id)
        assert [case.disposition for case in sample.cases(wave.id)[0] if case.answered] == ["I"]
    later = copied(town, tmp_path / "closed")
    found = rows(later)
    columns = {len(row) for row in found["sample_invitation"]}
    assert columns
    assert not found["sample_used_link"]
    assert token.encode() not in later.read_bytes()
    with sqlite3.connect(later) as connection:
        sealed = connection.execute("SELECT count(*) FROM sample_invitation WHERE token_sealed IS NOT NULL").fetchone()
    connection.close()
    assert sealed == (0,)
