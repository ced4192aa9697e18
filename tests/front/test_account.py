"""One's own account: where one is signed in, and how that ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from survey.base import clock
from survey.base.people import accounts, sessions
from survey.base.people.roles import Role
from survey.base.store.database import reading
from survey.units import service as units
from tests.client import Client
from tests.conftest import PASSWORD
from tests.page_parts import alerts, rows, words
from tests.small_round import small_round

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36"
WECHAT = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile MicroMessenger/8.0.50"
HERE = "本机"


@pytest.fixture
def house(app: Flask) -> Flask:
    with app.app_context():
        accounts.add("li", PASSWORD, [Role.OFFICE])
        accounts.add("wang", PASSWORD, [Role.AUDITOR])
    return app


def enter(house: Flask, name: str = "li", browser: str = WINDOWS) -> Client:
    client: Client = house.test_client()
    client.environ_base["HTTP_USER_AGENT"] = browser
    assert client.submit("/sign-in", username=name, password=PASSWORD, follow=False).status_code == 302
    return client


def kept(house: Flask) -> list[sessions.StaffSessionRow]:
    with house.app_context(), reading() as connection:
        return list(connection.execute(select(sessions.StaffSessionRow)).all())


def at(monkeypatch: pytest.MonkeyPatch, began, **later: float) -> None:
    moment = began + timedelta(**later)
    monkeypatch.setattr(clock, "now", lambda: moment)


def is_in(client: Client) -> bool:
    return client.get("/account").status_code == 200


def test_the_page_is_in_everybodys_menu_and_says_who_one_is(house: Flask) -> None:
    client = enter(house, "wang")
    assert 'href="/account"' in client.get("/").text
    page = words(client.get("/account").text)
    assert "我的账号" in page
    assert "wang" in page
    assert "审计员" in page


def test_every_sign_in_is_listed_with_its_browser_and_this_one_is_marked(house: Flask) -> None:
    here = enter(house)
    enter(house, browser=WECHAT)
    enter(house, browser="curl/8.5")
    enter(house, "wang")
    lines = rows(here.get("/account").text)
    assert sorted(line[0].split(" 20")[0] for line in lines) == ["Chrome, Windows 本机", "WeChat, iPhone", "未知浏览器"]
    assert {line[1] for line in lines} == {clock.local(clock.now()).strftime("%Y-%m-%d %H 时")}
    assert {line[2] for line in lines if HERE in line[0]} == {""}
    assert {line[2] for line in lines if HERE not in line[0]} == {"结束"}


def test_one_sign_in_is_ended_and_the_others_go_on(house: Flask) -> None:
    here, there, third = enter(house), enter(house), enter(house)
    [gone] = [form.key for form in kept(house) if form.key == sessions.key_of(carried(there))]
    page = here.submit("/account", form=f"/account/sessions/{gone}/end").text
    assert alerts(page) == [("success", "已结束该处登录。")]
    assert [is_in(client) for client in (here, there, third)] == [True, False, True]


def carried(client: Client) -> str:
    with client.session_transaction() as cookie:
        return str(cookie["_user_id"])


def test_all_others_are_ended_at_once_and_nobody_elses(house: Flask) -> None:
    here, there, third, other = enter(house), enter(house), enter(house), enter(house, "wang")
    page = here.submit("/account", form="/account/sessions/end-others").text
    assert alerts(page) == [("success", "已结束其他 2 处登录。")]
    assert [is_in(client) for client in (here, there, third, other)] == [True, False, False, True]


@pytest.mark.parametrize("whose", ["wang", "nobody"])
def test_a_sign_in_of_somebody_else_looks_like_none(house: Flask, whose: str) -> None:
    here, other = enter(house), enter(house, "wang")
    key = sessions.key_of(carried(other)) if whose == "wang" else "0" * 64
    data = {"csrf_token": here.token("/account")}
    answer = here.post(f"/account/sessions/{key}/end", data=data)
    assert answer.status_code == 404
    assert "该处登录已经结束。" in answer.text
    assert is_in(other)


def test_the_browser_in_use_is_left_by_signing_out(house: Flask) -> None:
    here = enter(house)
    data = {"csrf_token": here.token("/account")}
    answer = here.post(f"/account/sessions/{sessions.key_of(carried(here))}/end", data=data)
    assert answer.status_code == 409
    assert is_in(here)


def test_what_the_browser_carries_is_not_in_the_database(house: Flask) -> None:
    here = enter(house)
    [row] = kept(house)
    assert carried(here) not in (row.key, row.browser)
    with house.test_client() as thief:
        with thief.session_transaction() as cookie:
            cookie["_user_id"], cookie["_fresh"] = row.key, True
        assert thief.get("/account").status_code == 302


def test_use_is_noted_every_ten_minutes_and_keeps_a_session(house: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    here, began = enter(house), clock.now()
    seen = []
    for minutes in (5, 11, 15, 22, 140, 265):
        at(monkeypatch, began, minutes=minutes)
        assert is_in(here), minutes
        [row] = kept(house)
        seen.append(round((clock.local(row.seen_at) - began).total_seconds() / 60))
    assert seen == [0, 11, 11, 22, 140, 265]


@pytest.mark.parametrize(("minutes", "stays"), [(119, True), (129, True), (131, False)])
def test_a_session_that_nobody_uses_ends(
    house: Flask, monkeypatch: pytest.MonkeyPatch, minutes: int, stays: bool
) -> None:
    """The row knows the last use to ten minutes; the browser's cookie ends after 120 to the second."""
    here, began = enter(house), clock.now()
    assert house.permanent_session_lifetime == timedelta(minutes=120)
    at(monkeypatch, began, minutes=minutes)
    assert is_in(here) is stays


def test_sessions_that_are_over_leave_the_list_and_go_with_the_next_sign_in(
    house: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, began = enter(house), clock.now()
    enter(house, "wang")
    at(monkeypatch, began, minutes=100)
    assert is_in(here)
    at(monkeypatch, began, minutes=200)
    there = enter(house)
    assert len(kept(house)) == 2, "that of wang is over and gone"
    assert len(rows(there.get("/account").text)) == 2


def test_nobody_waits_to_have_a_use_noted(house: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """While somebody else writes, a page comes at once; its use is noted by the next one."""
    here, began = enter(house), clock.now()
    at(monkeypatch, began, minutes=20)
    with house.extensions["engine"].execution_options(writes=True).begin() as connection:
        connection.exec_driver_sql("DELETE FROM demo_mark")
        assert is_in(here)
        assert abs(clock.local(kept(house)[0].seen_at) - began) < timedelta(minutes=1)
    assert is_in(here)
    assert clock.local(kept(house)[0].seen_at) - began > timedelta(minutes=19)


def test_a_rating_does_not_touch_the_session_of_a_member_of_staff(
    house: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, began = enter(house), clock.now()
    with house.app_context():
        made = small_round()
        code = units.issue_code(made.window_ids[0], clock.today())
    at(monkeypatch, began, minutes=20)
    assert here.get(f"/r/{code}").status_code == 200
    assert clock.local(kept(house)[0].seen_at) - began < timedelta(minutes=1)


def test_ended_sign_ins_stand_in_the_log(house: Flask) -> None:
    here = enter(house)
    enter(house)
    here.submit("/account", form="/account/sessions/end-others")
    with house.app_context():
        accounts.add("boss", PASSWORD, [Role.ADMIN])
    page = words(enter(house, "boss").get("/audit?q=sessions").text)
    assert "结束本人其他全部登录" in page
