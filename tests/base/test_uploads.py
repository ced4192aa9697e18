"""Files between two pages: encrypted, found by name for a day, taken once where that matters."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from survey.base.errors import Gone
from survey.base.store import kept_files


def test_what_is_kept_comes_back_with_its_notes(app: Flask) -> None:
    with app.app_context():
        name = kept_files.keep("编号,姓名\n1,张三\n".encode(), wave=7)
        kept_files.note(name, checked=True)
        assert kept_files.take(name).decode() == "编号,姓名\n1,张三\n"
        assert kept_files.notes(name) == {"wave": 7, "checked": True}
        assert list(kept_files.named(wave=7)) == [name]
        assert list(kept_files.named(wave=8)) == []


def test_nothing_of_it_can_be_read_on_the_disk(app: Flask) -> None:
    with app.app_context():
        kept_files.keep("张三".encode(), person="张三")
        files = list((app.extensions["settings"].instance / "uploads").iterdir())
    assert len(files) == 2
    assert not any("张三".encode() in path.read_bytes() for path in files)


def test_of_many_who_press_at_once_one_gets_it(app: Flask) -> None:
    with app.app_context():
        name = kept_files.keep(b"once")

    def press(_n: int) -> bool:
        with app.app_context():
            try:
                return kept_files.take_once(name)[0] == b"once"
            except Gone:
                return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(press, range(8))) == 1


def test_after_a_day_it_is_gone(app: Flask) -> None:
    with app.app_context():
        old = kept_files.keep(b"old")
        folder = app.extensions["settings"].instance / "uploads"
        for path in folder.iterdir():
            os.utime(path, (0, 0))
        kept_files.keep(b"new")
        with pytest.raises(Gone):
            kept_files.take(old)


@pytest.mark.parametrize("name", ["", "../secret_key", "no-such-name-anywhere-", "x" * 22])
def test_a_made_up_name_finds_nothing(app: Flask, name: str) -> None:
    with app.app_context(), pytest.raises(Gone):
        kept_files.take(name)
