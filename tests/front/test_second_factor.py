"""The second factor: set up with a first code, asked for at the door, good once, lost and taken away."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select

from survey.base import clock
from survey.base.people import accounts, audit, brake, second_factor
from survey.base.people.roles import Role
from survey.base.settings import Settings
from survey.base.store.database import reading
from tests.client import Client
from tests.conftest import PASSWORD, SignIn
from tests.page_parts import alerts, rows, words

ADDRESS = "/account/second-factor"
CODE = re.compile(r"(?:[a-z2-9]{6}-){3}[a-z2-9]{6}")
WRONG = "验证码不正确或已用过，请等下一个验证码。"


class Telephone:
    """An authenticator, and the clock of the house."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch, self.moment, self.secret = patch, clock.now().replace(second=5, microsecond=0), ""
        self.passes(0)

    def passes(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)
        moment = self.moment
        self._patch.setattr(clock, "now", lambda: moment)

    def code(self, steps: int = 0) -> str:
        return pyotp.TOTP(self.secret).at(int(self.moment.timestamp()) + 30 * steps)


@pytest.fixture
def telephone(monkeypatch: pytest.MonkeyPatch) -> Telephone:
    return Telephone(monkeypatch)


@pytest.fixture
def house(app: Flask) -> Flask:
    with app.app_context():
        accounts.add("li", PASSWORD, [Role.OFFICE])
    return app


def set_up(client: Client, telephone: Telephone, path: str = ADDRESS, **values: Any) -> list[str]:
    """Scan, confirm; returns the recovery codes."""
    page = client.get(path).text
    telephone.secret = re.search(r'<code class="text-break">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
    proposed = re.search(r'name="proposed"[^>]*value="([^"]+)"', page)[1]
    given = {"proposed": proposed, "password": PASSWORD, "code": telephone.code(), **values}
    return CODE.findall(client.submit(path, **given).text)


def to_second_step(app: Flask, onward: str = "", name: str = "li", address: str = "10.0.0.1") -> Client:
    client: Client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = address
    arrived = client.submit(f"/sign-in?next={onward}", username=name, password=PASSWORD, follow=False)
    assert arrived.headers["Location"] == f"/sign-in/code?next={onward}"
    return client


def answer(client: Client, code: str, path: str = "/sign-in/code") -> int:
    """302 = came in, 200 = wrong, 409 = has to wait."""
    return client.submit(path, code=code, follow=False).status_code


@pytest.fixture
def owner(house: Flask, sign_in: SignIn, telephone: Telephone) -> tuple[Flask, list[str]]:
    """li has set it up; the codes for a lost telephone."""
    client: Client = house.test_client()
    sign_in(client, name="li")
    codes = set_up(client, telephone)
    telephone.passes(60)
    return house, codes


def test_it_is_set_up_with_the_password_and_a_first_code(house: Flask, sign_in: SignIn, telephone: Telephone) -> None:
    client, elsewhere = house.test_client(), house.test_client()
    sign_in(client, name="li")
    sign_in(elsewhere, name="li")
    assert "未设置" in client.get("/account").text
    assert set_up(client, telephone, code="000000") == []
    assert set_up(client, telephone, password="not this one") == []
    assert "未设置" in client.get("/account").text
    codes = set_up(client, telephone)
    assert len(set(codes)) == second_factor.RECOVERY_CODES
    assert "恢复码还剩 10 个" in client.get("/account").text
    assert codes[0] not in client.get(ADDRESS).text
    assert elsewhere.get("/account").status_code == 302, "what began without it has ended"


def test_a_proposal_is_its_owners_and_grows_old(house: Flask, sign_in: SignIn, telephone: Telephone) -> None:
    with house.app_context():
        number = accounts.add("wang", PASSWORD, [Role.OFFICE]).id
        strange = second_factor.propose(number)
    client: Client = house.test_client()
    sign_in(client, name="li")
    for proposed in (strange, "x", "水", ""):
        page = client.submit(ADDRESS, proposed=proposed, password=PASSWORD, code="123456")
        assert page.status_code == 409
    assert "未设置" in client.get("/account").text
    proposed = re.search(r'name="proposed"[^>]*value="([^"]+)"', client.get(ADDRESS).text)[1]
    telephone.passes(31 * 60)
    page = client.submit(ADDRESS, proposed=proposed, password=PASSWORD, code="123456")
    assert "本页已过期。" in page.text


def test_neither_secret_nor_codes_can_be_read_in_the_database(owner, telephone: Telephone) -> None:
    house, codes = owner
    with house.app_context(), reading() as connection:
        kept = str(connection.execute(select(second_factor.SecondFactorRow)).all())
        kept += str(connection.execute(select(second_factor.RecoveryCodeRow)).all())
        kept += str(connection.execute(select(audit.AuditEntryRow)).all())
    assert telephone.secret not in kept
    assert not [code for code in codes if code in kept or code.replace("-", "") in kept]


def test_the_password_alone_opens_nothing(owner) -> None:
    house, _codes = owner
    client = to_second_step(house)
    for path in ("/", "/account", "/password", ADDRESS, "/units"):
        assert client.get(path).headers["Location"].startswith("/sign-in?"), path
    with house.app_context(), reading() as connection:
        from_before = connection.execute(select(audit.AuditEntryRow.action)).scalars().all()
    assert "sign-in" not in from_before


def test_a_code_opens_what_was_asked_for_and_no_other_host(owner, telephone: Telephone) -> None:
    house, _codes = owner
    client = to_second_step(house, "/units")
    arrived = client.submit("/sign-in/code?next=/units", code=telephone.code(), follow=False)
    assert arrived.headers["Location"] == "/units"
    assert client.get("/units").status_code == 200
    telephone.passes(30)
    client = to_second_step(house)
    arrived = client.submit("/sign-in/code?next=//evil.example", code=telephone.code(), follow=False)
    assert arrived.headers["Location"] == "/"


def test_the_second_step_needs_the_first_a_moment_ago(owner, telephone: Telephone) -> None:
    house, _codes = owner
    assert house.test_client().get("/sign-in/code").headers["Location"].startswith("/sign-in")
    client = to_second_step(house)
    telephone.passes(5 * 60 + 1)
    late = client.get("/sign-in/code", follow_redirects=True)
    assert late.request.path == "/sign-in"
    assert alerts(late.text) == [("warning", "距输入密码的时间过长，请重新输入。")]


@pytest.mark.parametrize("change", ["password", "locked"])
def test_the_second_step_ends_with_what_the_first_one_proved(owner, telephone: Telephone, change: str) -> None:
    house, _codes = owner
    client = to_second_step(house)
    with house.app_context():
        if change == "password":
            accounts.give_password(1)
        else:
            accounts.change(1, name="", roles=[Role.OFFICE], unit_ids=[], active=False)
    page = client.post("/sign-in/code", data={"code": telephone.code(), "csrf_token": client.token("/sign-in")})
    assert page.headers["Location"].startswith("/sign-in?")
    assert client.get("/account").status_code == 302


def test_clocks_may_differ_by_half_a_minute_and_no_more(owner, telephone: Telephone) -> None:
    house, _codes = owner
    telephone.passes(300)
    client = to_second_step(house)
    assert [answer(client, telephone.code(steps)) for steps in (-2, 2)] == [200, 200]
    assert answer(client, telephone.code(-1)) == 302
    assert answer(to_second_step(house), telephone.code(1)) == 302
    late = to_second_step(house)
    assert answer(late, telephone.code(0)) == 200, "an earlier step than the last one that was taken"
    assert WRONG in late.submit("/sign-in/code", code=telephone.code(1)).text, "the same again"


def test_a_code_is_taken_once_also_when_it_comes_twice_at_once(
    app_on_each_database: Flask, sign_in: SignIn, telephone: Telephone
) -> None:
    house = app_on_each_database
    with house.app_context():
        number = accounts.add("li", PASSWORD, [Role.OFFICE]).id
    client: Client = house.test_client()
    sign_in(client, name="li")
    recovery = set_up(client, telephone)[0]
    telephone.passes(60)
    for code in (telephone.code(), recovery):

        def check(_nth: int, code: str = code) -> bool:
            with house.app_context():
                return second_factor.check(number, "li", code, address="", device="")

        with ThreadPoolExecutor(4) as pool:
            assert sorted(pool.map(check, range(4))) == [False, False, False, True]


def test_a_recovery_code_stands_in_once_however_it_is_typed(owner) -> None:
    house, codes = owner
    client = to_second_step(house)
    assert answer(client, codes[0].upper().replace("-", " ")) == 302
    assert "恢复码还剩 9 个" in client.get("/account").text
    assert answer(to_second_step(house), codes[0]) == 200
    assert answer(to_second_step(house), codes[1].replace("-", "")) == 302


def test_guesses_are_braked_by_the_person_wherever_they_come_from(owner, telephone: Telephone) -> None:
    house, _codes = owner
    for nth in range(brake.FOR_A_NAME):
        assert answer(to_second_step(house, address=f"10.1.1.{nth}"), "000000") == 200
    assert answer(to_second_step(house, address="10.2.2.2"), telephone.code()) == 409
    telephone.passes(brake.PAUSE.total_seconds() + 30)
    assert answer(to_second_step(house, address="10.2.2.2"), telephone.code()) == 302


def test_a_browser_that_is_known_is_braked_by_itself(owner, telephone: Telephone) -> None:
    house, _codes = owner
    own = to_second_step(house)
    assert answer(own, telephone.code()) == 302
    for nth in range(brake.FOR_A_NAME):
        answer(to_second_step(house, address=f"10.1.1.{nth}"), "000000")
    own.submit("/account", form="/sign-out")
    telephone.passes(30)
    own.submit("/sign-in", username="li", password=PASSWORD)
    assert answer(own, telephone.code()) == 302


def test_new_recovery_codes_and_doing_without_ask_for_the_password(owner, telephone: Telephone) -> None:
    house, codes = owner
    client = to_second_step(house)
    answer(client, telephone.code())
    page = client.submit(ADDRESS, password="not this one", form=f"{ADDRESS}/codes")
    assert alerts(page.text) == [("danger", "当前密码不正确。")]
    fresh = CODE.findall(client.submit(ADDRESS, password=PASSWORD, form=f"{ADDRESS}/codes").text)
    assert not set(fresh) & set(codes)
    assert answer(to_second_step(house), codes[5]) == 200
    assert answer(to_second_step(house), fresh[5]) == 302
    token = client.token(ADDRESS)
    client.post(f"{ADDRESS}/off", data={"csrf_token": token, "password": PASSWORD})
    assert "未设置" in client.get("/account").text
    arrived = house.test_client().submit("/sign-in", username="li", password=PASSWORD, follow=False)
    assert arrived.headers["Location"] == "/"


def test_another_telephone_replaces_the_first(owner, telephone: Telephone) -> None:
    house, codes = owner
    client = to_second_step(house)
    answer(client, telephone.code())
    old = telephone.secret
    set_up(client, telephone, f"{ADDRESS}?again=1")
    assert telephone.secret != old
    telephone.passes(60)
    assert answer(to_second_step(house), codes[0]) == 200
    assert answer(to_second_step(house), telephone.code()) == 302


def test_an_administrator_takes_it_away_and_the_log_says_so(owner, sign_in: SignIn, telephone: Telephone) -> None:
    house, _codes = owner
    inside = to_second_step(house)
    answer(inside, telephone.code())
    boss: Client = house.test_client()
    sign_in(boss, Role.ADMIN)
    assert {row[0]: row[4] for row in rows(boss.get("/people").text)} == {
        "admin": "可以登录",
        "li": "可以登录 双因素验证",
    }
    page = boss.submit("/people/1", form="/people/1/second-factor")
    assert alerts(page.text) == [("success", "已解除该人员的双因素验证。")]
    assert inside.get("/account").status_code == 302
    assert "管理员解除双因素验证" in words(boss.get("/audit?q=second").text)
    arrived = house.test_client().submit("/sign-in", username="li", password=PASSWORD, follow=False)
    assert arrived.headers["Location"] == "/"
    assert boss.post("/people/1/second-factor", data={"csrf_token": boss.token("/people")}).status_code == 404


@pytest.fixture
def strict(settings: Settings, app: Flask) -> Flask:
    app.extensions["settings"] = Settings(**{**vars(settings), "require_second_factor": 1})
    return app


def test_where_it_is_demanded_some_roles_set_it_up_first(strict: Flask, sign_in: SignIn, telephone: Telephone) -> None:
    for role in Role:
        client: Client = strict.test_client()
        sign_in(client, role)
        opened = client.get("/")
        if role not in (Role.ADMIN, Role.OFFICE):
            assert opened.status_code == 200, role
            continue
        assert (opened.status_code, opened.headers["Location"]) == (302, ADDRESS), role
        assert "您的角色必须使用双因素验证" in client.get(ADDRESS).text
        set_up(client, telephone)
        assert client.get("/").status_code == 200
        refused = client.post(f"{ADDRESS}/off", data={"csrf_token": client.token("/account"), "password": PASSWORD})
        assert refused.status_code == 409
        assert "关闭双因素验证" not in client.get(ADDRESS).text
