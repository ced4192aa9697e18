"""Roles and what each sees, people and their units, the log of deeds and its words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text, update

from survey.base import clock
from survey.base.errors import NotFound, Refused
from survey.base.people import accounts, actions, audit, guard
from survey.base.people.roles import SEES_ALL, SYSTEM, Role, Viewer
from survey.base.store.database import commit, session
from survey.units import service as units
from tests.client import Client
from tests.conftest import PASSWORD, SignIn
from tests.page_parts import rows

#: who sees every unit
ALL_SEEING = {Role.ADMIN, Role.OFFICE, Role.STATISTICIAN, Role.AUDITOR}


@pytest.mark.parametrize("role", list(Role))
def test_a_role_sees_all_units_or_its_own(role: Role) -> None:
    viewer = Viewer(1, "li", frozenset({role}), frozenset({12}))
    sees_all = role in ALL_SEEING
    assert viewer.sees_all is sees_all is (role in SEES_ALL)
    assert viewer.may_see(12)
    assert viewer.may_see(13) is sees_all
    assert viewer.may_see(None) is sees_all
    viewer.require(12, "没有该单位。")
    if not sees_all:
        for unit_id in (13, None):
            with pytest.raises(NotFound, match="没有该单位。"):
                viewer.require(unit_id, "没有该单位。")
    assert viewer.has(role)
    assert viewer.has(*Role)
    assert not viewer.has(*(set(Role) - {role}))
    assert not viewer.has()


def test_several_roles_add_up_and_nobody_has_none() -> None:
    both = Viewer(1, "li", frozenset({Role.UNIT_MANAGER, Role.AUDITOR}), frozenset())
    assert both.may_see(13)
    nobody = Viewer(-1, "", frozenset(), frozenset())
    assert not nobody.sees_all
    assert not nobody.has(*Role)
    assert (SYSTEM.user_id, SYSTEM.username, SYSTEM.sees_all) == (0, "system", True)
    assert SYSTEM.has(Role.INTERVIEWER)


def test_a_page_is_marked_with_its_roles_and_the_administrator() -> None:
    assert guard.allow(Role.OFFICE)(lambda: "").guard == {Role.OFFICE, Role.ADMIN}
    assert guard.signed_in(lambda: "").guard == set(Role)
    assert guard.public(lambda: "").guard == frozenset()
    assert guard.viewer() is SYSTEM, "outside of a request it is the command line"


def test_a_style_is_allowed_by_its_digest() -> None:
    # printf 'a{}' | openssl dgst -sha256 -binary | base64
    assert guard.digest_of("") == "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    assert guard.digest_of("a{}") != guard.digest_of("b{}")


def test_each_response_has_a_nonce_of_its_own(app: Flask) -> None:
    with app.test_request_context("/"):
        first = guard.nonce()
        assert first == guard.nonce()
    with app.test_request_context("/"):
        assert guard.nonce() != first
    assert len(first) >= 22


def test_pages_are_not_kept_and_shared_files_are(app: Flask) -> None:
    client = app.test_client()
    page, style = client.get("/health"), client.get("/static/tokens.css")
    assert page.headers["Cache-Control"] == "no-store"
    assert "no-store" not in style.headers["Cache-Control"]
    for answer in (page, style):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer.headers["Permissions-Policy"] == "camera=(), microphone=(), geolocation=()"
        assert "Strict-Transport-Security" not in answer.headers
    app.config["SESSION_COOKIE_SECURE"] = True
    assert client.get("/health").headers["Strict-Transport-Security"] == "max-age=31536000"


def test_a_closed_page_says_why_and_whom_to_ask(app: Flask, client: Client, sign_in: SignIn) -> None:
    sign_in(client, Role.INTERVIEWER)
    page = client.get("/audit")
    assert page.status_code == 403
    assert "您的角色不能打开本页。" in page.text


@pytest.fixture
def numbers(app: Flask):
    """Two units; an application context is open."""
    with app.app_context():
        yield units.add_units([units.NewUnit("1", "甲"), units.NewUnit("2", "乙")])


def test_people_have_roles_once_units_once_and_are_told_by_name(numbers: dict[str, int]) -> None:
    first, second = numbers.values()
    added = accounts.add("zhao", PASSWORD, [Role.OFFICE, Role.OFFICE, Role.AUDITOR], unit_ids=[second, first, second])
    accounts.add("bai", PASSWORD, [Role.INTERVIEWER], name="白")
    assert added.roles == (Role.AUDITOR, Role.OFFICE)
    assert added == accounts.Person(added.id, "zhao", "", added.roles, frozenset({first, second}), True)
    assert [(person.username, person.name) for person in accounts.people()] == [("bai", "白"), ("zhao", "")]
    changed = accounts.change(added.id, name="赵", roles=[Role.UNIT_MANAGER], unit_ids=[first], active=False)
    assert changed == accounts.Person(added.id, "zhao", "赵", (Role.UNIT_MANAGER,), frozenset({first}), False)
    assert accounts.person(added.id) == changed
    assert accounts.person(accounts.people()[0].id).unit_ids == frozenset()
    with pytest.raises(Refused, match="zhao"):
        accounts.add("zhao", PASSWORD, [Role.OFFICE])
    for ask in (lambda: accounts.person(99), lambda: accounts.set_password(99, PASSWORD)):
        with pytest.raises(NotFound, match="没有这个人员。"):
            ask()


@pytest.mark.parametrize(("roles", "active"), [([Role.ADMIN], False), ([Role.OFFICE], True), ([], True)])
def test_the_last_administrator_stays_and_a_locked_one_does_not_count(
    numbers: dict[str, int], roles: list[Role], active: bool
) -> None:
    only = accounts.add("boss", PASSWORD, [Role.ADMIN])
    locked = accounts.add("old", PASSWORD, [Role.ADMIN])
    accounts.change(locked.id, name="", roles=[Role.ADMIN], unit_ids=[], active=False)
    with pytest.raises(Refused, match="这是最后一位在用的管理员。"):
        accounts.change(only.id, name="", roles=roles, unit_ids=[], active=active)
    session().rollback()
    kept = accounts.change(only.id, name="王", roles=[Role.ADMIN, Role.OFFICE], unit_ids=[], active=True)
    assert kept.name == "王"
    accounts.change(locked.id, name="", roles=[Role.ADMIN], unit_ids=[], active=True)
    assert accounts.change(only.id, name="", roles=roles, unit_ids=[], active=active).active is active


def test_every_role_has_a_name_of_its_own(app: Flask) -> None:
    with app.test_request_context("/"):
        names = [str(accounts.ROLE_NAMES[role]) for role in Role]
    assert len(set(names)) == len(Role)
    assert all(any("一" <= letter <= "鿿" for letter in name) for name in names)


def test_every_deed_is_said_in_chinese_and_in_english(app: Flask) -> None:
    with app.test_request_context("/"):
        chinese = {action: actions.name(action) for action in actions.NAMES}
    with app.test_request_context("/?lang=en"):
        english = {action: actions.name(action) for action in actions.NAMES}
    for action, words in chinese.items():
        assert any("一" <= letter <= "鿿" for letter in words), action
        assert english[action].isascii(), action
        assert english[action][0].isupper(), action


def test_an_unknown_deed_is_shown_as_it_is(app: Flask) -> None:
    with app.test_request_context("/"):
        assert actions.name("thing.done") == "thing.done"
        words = [actions.name(action) for action in actions.NAMES]
        assert len(set(words)) == len(words), "no two deeds are called the same"


def logged(number: int, **more: object) -> None:
    for n in range(number):
        audit.record("thing.done", f"第 {n} 件", actor="li", n=n, **more)
    commit()


def test_a_deed_keeps_who_what_when_and_its_details(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = clock.now().replace(microsecond=123456)
    monkeypatch.setattr(clock, "now", lambda: moment)
    with app.app_context():
        audit.record("thing.done", "长" * 300, b=[1], a="层", day=clock.today())
        commit()
        [entry], total = audit.entries()
        assert (total, entry.actor, entry.action, entry.subject) == (1, "system", "thing.done", "长" * 200)
        assert entry.detail == f'{{"a": "层", "b": [1], "day": "{clock.today()}"}}'
        assert entry.at == moment.replace(microsecond=0)
        assert entry.at.utcoffset() == timedelta(hours=8)


def test_a_deed_on_a_page_is_that_of_who_signed_in(app: Flask, client: Client, sign_in: SignIn) -> None:
    sign_in(client, Role.OFFICE)
    client.submit("/classes/new", code="7", name="新类别")
    with app.app_context():
        assert [entry.actor for entry in audit.entries(search="class.added")[0]] == ["office"]


def test_the_log_is_searched_by_every_word_newest_first_page_by_page(app_on_each_database: Flask) -> None:
    with app_on_each_database.app_context():
        logged(7)
        audit.record("other.done", "第 3 件", actor="wang")
        commit()

        def found(**asked: object) -> list[str]:
            return [f"{entry.action} {entry.subject}" for entry in audit.entries(**asked)[0]]

        assert found(search="other") == ["other.done 第 3 件"]
        assert found(search="第 3") == ["other.done 第 3 件", "thing.done 第 3 件"]
        assert found(search="wang 3 other") == ["other.done 第 3 件"]
        assert found(search="wang thing") == []
        assert audit.entries(search="li")[1] == 7
        assert [found(page=page, size=3) for page in (1, 3, 4)] == [
            ["other.done 第 3 件", "thing.done 第 6 件", "thing.done 第 5 件"],
            ["thing.done 第 1 件", "thing.done 第 0 件"],
            [],
        ]
        assert audit.entries(page=4, size=3)[1] == 8


@pytest.mark.parametrize("column", ["actor", "action", "subject", "detail", "hash", "previous_hash"])
def test_each_part_of_an_entry_is_held_by_the_chain(app: Flask, column: str) -> None:
    with app.app_context():
        logged(3)
        assert audit.first_broken() is None
        session().execute(update(audit.AuditEntryRow).where(audit.AuditEntryRow.id == 2).values({column: "x"}))
        assert audit.first_broken() == 2
        session().rollback()
        assert audit.first_broken() is None


def test_the_time_of_an_entry_and_the_first_entry_are_held_too(app: Flask) -> None:
    with app.app_context():
        assert audit.first_broken() is None
        logged(3)
        later = clock.now() + timedelta(hours=1)
        session().execute(update(audit.AuditEntryRow).where(audit.AuditEntryRow.id == 3).values(at=later))
        assert audit.first_broken() == 3
        session().rollback()
        session().execute(text("DELETE FROM audit_entry WHERE id = 1"))
        assert audit.first_broken() == 2


def test_auditors_read_the_log_in_words_and_others_do_not(app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        audit.record("class.added", "7", actor="li", name="新类别")
        commit()
    for role in Role:
        client: Client = app.test_client()
        sign_in(client, role)
        page = client.get("/audit?q=class")
        assert page.status_code == (200 if role in (Role.AUDITOR, Role.ADMIN) else 403), role
        if page.status_code == 200:
            [line] = rows(page.text)
            with app.test_request_context("/"):
                assert actions.name("class.added") in " ".join(line)
            assert "新类别" in " ".join(line)
