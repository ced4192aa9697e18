"""What is kept encrypted, and work beside the request: keys, ages, notes, silence, and the demonstration mark."""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask, g
from flask_babel import force_locale, gettext

from survey.base import clock
from survey.base.errors import Gone, NotFound, Refused
from survey.base.people.roles import Role
from survey.base.store import demo, encryption, jobs, kept_files
from survey.base.store.database import commit, session
from survey.base.store.jobs import JobRow, Progress
from tests.client import Client
from tests.conftest import SignIn


@pytest.fixture
def inside(app: Flask):
    with app.app_context():
        yield app


def endings(app: Flask) -> list[str]:
    """The kinds of files that lie in the folder of kept files."""
    return sorted(path.suffix for path in (app.extensions["settings"].instance / "uploads").iterdir())


@pytest.mark.parametrize("text", ["", "张三 13800000000", "x" * 100_000, "\x00\n"])
def test_what_is_sealed_comes_back_and_looks_different_each_time(inside: Flask, text: str) -> None:
    first, second = encryption.seal(text), encryption.seal(text)
    assert first != second
    assert encryption.unseal(first) == encryption.unseal(second) == text
    assert encryption.unseal_bytes(encryption.seal_bytes(text.encode())) == text.encode()
    assert encryption.unseal(memoryview(first)) == text, "as a database hands it over"
    assert not text or text.encode() not in first


def test_another_secret_key_opens_nothing_and_says_what_to_do(inside: Flask) -> None:
    sealed = encryption.seal("张三")
    inside.extensions["settings"] = replace(inside.extensions["settings"], secret_key="another")
    with pytest.raises(Refused, match="库中的内容是用另一把密钥加密的。") as refused:
        encryption.unseal(sealed)
    assert "SURVEY_SECRET_KEY" in refused.value.remedy
    assert encryption.unseal(encryption.seal("李四")) == "李四"
    inside.extensions["settings"] = replace(inside.extensions["settings"], secret_key="a key for tests")
    assert encryption.unseal(sealed) == "张三"
    changed = sealed[:-5] + bytes([sealed[-5] ^ 1]) + sealed[-4:]
    with pytest.raises(Refused):
        encryption.unseal(changed)


def test_a_file_taken_once_is_gone_with_its_notes(inside: Flask) -> None:
    name, other = kept_files.keep(b"one", day=date(2026, 3, 1), n=1), kept_files.keep(b"")
    assert kept_files.take_once(name) == (b"one", {"day": "2026-03-01", "n": 1})
    assert endings(inside) == [".data", ".notes"], "of the other one"
    for ask in (kept_files.take, kept_files.take_once, kept_files.notes, lambda n: kept_files.note(n, x=1)):
        with pytest.raises(Gone, match="已经用过") as gone:
            ask(name)
        assert gone.value.remedy
    assert kept_files.take(other) == b""
    kept_files.drop(name)
    kept_files.drop(other)
    kept_files.drop(other)
    assert endings(inside) == []


def test_notes_are_added_and_replaced_and_files_found_by_all_of_them(inside: Flask) -> None:
    first, second = kept_files.keep(b"1", wave=7, kind="links"), kept_files.keep(b"2", wave=7, kind="letters")
    kept_files.note(first, kind="letters", pages=3)
    assert kept_files.notes(first) == {"wave": 7, "kind": "letters", "pages": 3}
    assert list(kept_files.named(wave=7)) == sorted([first, second])
    assert list(kept_files.named(wave=7, pages=3)) == [first]
    assert list(kept_files.named(wave=8, pages=3)) == []
    assert list(kept_files.named()) == sorted([first, second])
    assert kept_files.take(first) == kept_files.take(first) == b"1", "taken for looking it stays"


def test_names_are_long_random_and_the_folder_is_the_owners(inside: Flask) -> None:
    names = {kept_files.keep(b"") for _ in range(20)}
    assert {len(name) for name in names} == {22}
    assert len(names) == 20
    assert (inside.extensions["settings"].instance / "uploads").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(("age", "stays"), [(24 * 3600 - 1, True), (24 * 3600, True), (24 * 3600 + 1, False)])
def test_a_file_is_kept_for_a_day(inside: Flask, monkeypatch: pytest.MonkeyPatch, age: int, stays: bool) -> None:
    moment = clock.now().replace(microsecond=0)
    monkeypatch.setattr(clock, "now", lambda: moment)
    name = kept_files.keep(b"old")
    for path in (inside.extensions["settings"].instance / "uploads").iterdir():
        os.utime(path, (moment.timestamp() - age,) * 2)
    kept_files.keep(b"new")
    assert len(endings(inside)) == (4 if stays else 2)
    if stays:
        assert kept_files.take(name) == b"old"
    else:
        with pytest.raises(Gone):
            kept_files.take(name)


def test_the_mark_stands_until_it_is_lifted_and_is_asked_once_a_request(inside: Flask) -> None:
    assert not demo.present()
    assert demo.label() == ""
    for _ in range(2):
        demo.set_present(True)
    commit()
    assert demo.present()
    assert "演示数据" in demo.label()
    with force_locale("en"):
        assert demo.label() == "Demonstration data: simulated answers"
    g.demo = False
    assert not demo.present(), "what a request was told holds to its end"
    with inside.app_context():
        assert demo.present()
    demo.set_present(False)
    commit()
    assert not demo.present()
    assert demo.label() == ""


def test_outside_of_the_application_nothing_is_simulated() -> None:
    assert demo.present() is False


def ended(app: Flask, work: object, *, title: str = "试验", user_id: int = 0) -> jobs.Status:
    """Start work, wait for its thread, and tell how it stands."""
    with app.app_context():
        before = set(threading.enumerate())
        job_id = jobs.start(title, work, user_id=user_id)
        for thread in set(threading.enumerate()) - before:
            thread.join(20)
    with app.app_context():
        return jobs.status(job_id)


def test_work_done_leads_to_its_page_and_says_who_began_it(app: Flask) -> None:
    def work(progress: Progress) -> str:
        for done in range(4):
            progress(done, 3)
        return "/x"

    status = ended(app, work, title="计算", user_id=7)
    assert status == jobs.Status(status.id, "计算", "done", 3, 3, "", "/x", 7)
    assert len(status.id) == 22


def test_a_refusal_tells_what_to_do_and_a_fault_tells_nothing_of_the_program(app: Flask) -> None:
    def refuse(progress: Progress) -> str:
        progress(1, 9)
        raise Refused("没有答卷。", remedy="请先导入。")

    def fail(progress: Progress) -> str:
        raise ZeroDivisionError("secret")

    refused, failed = ended(app, refuse), ended(app, fail)
    assert (refused.state, refused.message, refused.done, refused.result_url) == (
        "failed",
        "没有答卷。 请先导入。",
        1,
        "",
    )
    assert failed.state == "failed"
    assert "secret" not in failed.message
    assert any("一" <= letter <= "鿿" for letter in failed.message)


@pytest.mark.parametrize(("language", "said"), [("zh_Hans", "没有这个人员。"), ("en", "There is no such person.")])
def test_work_speaks_the_language_of_who_began_it(app: Flask, language: str, said: str) -> None:
    def work(progress: Progress) -> str:
        raise Refused(gettext("There is no such person."))

    with app.app_context(), force_locale(language):
        before = set(threading.enumerate())
        job_id = jobs.start("试验", work)
        for thread in set(threading.enumerate()) - before:
            thread.join(20)
    with app.app_context():
        assert jobs.status(job_id).message == said


@pytest.mark.parametrize(
    ("state", "silence", "seen"),
    [
        ("running", timedelta(minutes=2), "running"),
        ("running", timedelta(minutes=2, seconds=1), "failed"),
        ("done", timedelta(days=1), "done"),
        ("failed", timedelta(days=1), "failed"),
    ],
)
def test_work_that_has_not_moved_for_two_minutes_is_given_up(
    inside: Flask, monkeypatch: pytest.MonkeyPatch, state: str, silence: timedelta, seen: str
) -> None:
    moment = clock.now().replace(microsecond=0)
    monkeypatch.setattr(clock, "now", lambda: moment)
    session().add(JobRow(id="x" * 22, title="试验", state=state, message="旧", moved_at=moment - silence))
    commit()
    status = jobs.status("x" * 22)
    assert status.state == seen
    given_up = state == "running" and seen == "failed"
    assert (status.message != "旧") is given_up
    with pytest.raises(NotFound):
        jobs.status("nosuchjob")


def test_the_page_of_a_job_shows_how_far_it_is(app: Flask, client: Client, sign_in: SignIn) -> None:
    person = sign_in(client, Role.OFFICE)
    rows = {"running": (3, 8, "", ""), "failed": (0, 0, "没有答卷。", ""), "done": (8, 8, "", "/units")}
    with app.app_context():
        for state, (done, total, message, address) in rows.items():
            session().add(
                JobRow(
                    id=state.ljust(22, "x"),
                    title=f"计算 {state}",
                    state=state,
                    done=done,
                    total=total,
                    message=message,
                    result_url=address,
                    moved_at=clock.now(),
                    started_by=person.user_id,
                )
            )
        commit()
    running, failed = (client.get(f"/jobs/{state.ljust(22, 'x')}") for state in ("running", "failed"))
    assert "计算 running" in running.text
    assert 'value="3"' in running.text
    assert 'max="8"' in running.text
    assert "没有答卷。" in failed.text
    assert client.get(f"/jobs/{'done'.ljust(22, 'x')}").location == "/units"
    assert client.get("/jobs/nosuchjob").status_code == 404
