"""What a password has to be, how it is changed, and what one that somebody else gave is good for."""

from __future__ import annotations

import pytest
from flask import Flask
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from survey.base.errors import Refused
from survey.base.people import accounts, passwords
from survey.base.people.roles import Role
from survey.units import service as units
from tests.client import Client
from tests.conftest import PASSWORD, SignIn
from tests.page_parts import words

NEW = "another horse battery"
COMMON = "该密码过于常见或有规律可循，容易被猜到。"
NAMES = "该密码主要由姓名、用户名、单位名称或系统名称组成，容易被猜到。"


def refusal(password: str, *names: str) -> str:
    """What is said to a new password; nothing where it is taken."""
    try:
        passwords.check(password, names)
    except Refused as error:
        return error.message
    return ""


@pytest.fixture
def words_of(app: Flask):
    with app.test_request_context("/"):
        yield refusal


def test_any_writing_and_any_kinds_of_characters_will_do(words_of) -> None:
    for password in (
        "kq7v mzpd 3",
        "correct horse battery",
        "青山不改绿水长流后会",
        "马钉 电池 自行车 七月",
        "пароль из пяти слов",
        "📎🔋🐎🚲🌧️📎🚲🔋🐎🌊",
        "lowercase letters only please",
        "5830174962 2749",
        "k" * 30 + "q7v mzpd 3 wx" + "z" * 157,
    ):
        assert words_of(password) == "", password


def test_a_password_has_ten_to_two_hundred_characters(words_of) -> None:
    for length, fits in ((9, False), (10, True), (64, True), (200, True), (201, False)):
        password = ("kq7vmzpd3x" + "水长流后会青山不改绿" * 20)[:length]
        assert words_of(password) == ("" if fits else "密码须为 10 至 200 个字符。"), length


def test_what_many_people_use_is_refused(words_of) -> None:
    for password in (
        *("1234567890", "password123", "qwertyuiop", "1qaz2wsx3edc", "aaaaaaaaaaaa", "abcabcabcabc", "P@ssw0rd2026"),
        *("woaini1314", "woaizhongguo", "zhongguo2026!", "zhangwei1990", "liming2026", "beijing2008", "13912345678"),
    ):
        assert words_of(password) == COMMON, password


def test_common_passwords_are_refused_as_they_are_and_made_longer(words_of) -> None:
    """Of the 30,000 most frequent, every fiftieth: long enough, or brought to ten characters as people do it."""
    for word in FREQUENCY_LISTS["passwords"][::50]:
        longer = word if len(word) >= passwords.SHORTEST else (word + "1234567890")[: passwords.SHORTEST]
        assert words_of(longer) == COMMON, longer


def test_names_that_everybody_knows_make_no_password(words_of) -> None:
    for password in (
        *("zhangwei-zhangwei", "ZHANGWEI 2026!", "张伟张伟张伟2026", "甲局甲局甲局甲局甲局1", "满意度测评20269"),
        "ｚｈａｎｇｗｅｉ＿２６３１",
    ):
        assert words_of(password, "zhangwei", "张伟", "甲局") == NAMES, password


def test_a_name_inside_a_password_that_is_long_without_it_is_no_fault(words_of) -> None:
    assert words_of("familiar plum bicycle", "li") == ""


def test_a_password_is_changed_with_the_present_one_only(app: Flask, client: Client, sign_in: SignIn) -> None:
    sign_in(client)
    assert "当前密码不正确" in client.submit("/password", old="not this one", new=NEW, again=NEW).text
    assert signs_in(app, "office", PASSWORD)
    assert "两次输入" in words(client.submit("/password", old=PASSWORD, new=NEW, again=NEW + "!").text)
    assert "新密码与现用密码相同。" in client.submit("/password", old=PASSWORD, new=PASSWORD, again=PASSWORD).text
    assert COMMON in client.submit("/password", old=PASSWORD, new="password123", again="password123").text
    assert "密码已修改" in client.submit("/password", old=PASSWORD, new=NEW, again=NEW).text
    assert not signs_in(app, "office", PASSWORD)
    assert signs_in(app, "office", NEW)


def signs_in(app: Flask, name: str, password: str) -> bool:
    return app.test_client().submit("/sign-in", username=name, password=password, follow=False).status_code == 302


def test_ones_units_are_names_too(app: Flask, client: Client, sign_in: SignIn) -> None:
    with app.app_context():
        [number] = units.add_units([units.NewUnit("1", "自然资源和规划局")]).values()
    sign_in(client, Role.UNIT_MANAGER, units=[number])
    own = "自然资源和规划局2026"
    assert NAMES in client.submit("/password", old=PASSWORD, new=own, again=own).text


def test_a_password_field_may_be_filled_and_pasted_into(client: Client, sign_in: SignIn) -> None:
    sign_in(client)
    page = client.get("/password").text
    assert 'autocomplete="new-password"' in page
    assert 'autocomplete="current-password"' in page
    assert "onpaste" not in page
    assert "maxlength" not in page or 'maxlength="200"' in page


@pytest.fixture
def given(app: Flask) -> str:
    """The password that an administrator gave to li."""
    with app.app_context():
        return accounts.give_password(accounts.add("li", PASSWORD, [Role.OFFICE, Role.ADMIN]).id)


def test_a_given_password_opens_the_page_for_another_and_nothing_else(app: Flask, client: Client, given: str) -> None:
    arrived = client.submit("/sign-in?next=/units", username="li", password=given, follow=False)
    assert arrived.status_code == 302
    for path in ("/", "/units", "/people", "/account", "/account/second-factor", "/jobs/x"):
        assert client.get(path).headers["Location"] == "/password", path
    token = {"csrf_token": client.token("/password")}
    for path in ("/people/1/password", "/account/sessions/end-others", "/units/new"):
        assert client.post(path, data=token).headers["Location"] == "/password", path
    assert "您使用的是他人发放的密码" in client.get("/password").text
    assert client.submit("/password", old=given, new=NEW, again=NEW).request.path == "/"
    assert client.get("/people").status_code == 200


def test_a_given_password_is_good_for_one_sign_in(app: Flask, client: Client, given: str) -> None:
    assert signs_in(app, "li", given)
    page = client.submit("/sign-in", username="li", password=given)
    assert page.status_code == 409
    assert "该初始密码只能登录一次，现已用过。" in page.text
    assert client.get("/").headers["Location"].startswith("/sign-in")
    with app.app_context():
        again = accounts.give_password(1)
    assert signs_in(app, "li", again)


def test_one_can_leave_without_choosing(client: Client, given: str) -> None:
    client.submit("/sign-in", username="li", password=given)
    left = client.submit("/password", form="/sign-out", follow=False)
    assert left.headers["Location"] == "/sign-in"


def test_the_given_password_cannot_be_kept(client: Client, given: str) -> None:
    client.submit("/sign-in", username="li", password=given)
    assert "新密码与现用密码相同。" in client.submit("/password", old=given, new=given, again=given).text
    assert client.get("/").headers["Location"] == "/password"


def test_people_who_are_added_and_reset_have_to_choose(app: Flask, client: Client, sign_in: SignIn) -> None:
    sign_in(client, Role.ADMIN)
    shown = words(client.submit("/people/new", username="sun", roles=["auditor"], active="y").text)
    first = next(word for word in shown.split() if word.count("-") == 3 and len(word) == 23)
    assert "此密码只能登录一次" in shown
    assert "待改初始密码" in client.get("/people").text
    person = app.test_client()
    assert person.submit("/sign-in", username="sun", password=first).request.path == "/password"
    person.submit("/password", old=first, new=NEW, again=NEW)
    assert "待改初始密码" not in client.get("/people").text
    with app.app_context():
        number = next(one.id for one in accounts.people() if one.username == "sun")
    client.submit(f"/people/{number}", form=f"/people/{number}/password")
    assert "待改初始密码" in client.get("/people").text
    assert person.get("/").headers["Location"].startswith("/sign-in")
