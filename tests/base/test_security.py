"""Headers, guards and error pages of the whole house."""

from __future__ import annotations

from flask import Flask

from survey.base.people.roles import Role
from tests.client import Client
from tests.conftest import SignIn


def test_a_form_without_its_token_changes_nothing(app: Flask, sign_in: SignIn) -> None:
    client: Client = app.test_client()
    sign_in(client, Role.ADMIN)
    refused = client.post("/people/new", data={"username": "mallory", "roles": ["admin"]})
    assert refused.status_code == 400
    assert "没有任何内容被改动" in refused.text
    assert "mallory" not in client.get("/people").text


def test_every_page_forbids_what_it_does_not_need(app: Flask) -> None:
    headers = app.test_client().get("/sign-in").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"


def test_the_staff_cookie_is_out_of_reach_of_scripts_and_other_sites(app: Flask) -> None:
    cookie = app.test_client().get("/sign-in").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_a_page_that_does_not_exist_says_so_in_chinese(app: Flask) -> None:
    for path in ("/nope", "/r/nope/more"):
        page = app.test_client().get(path)
        assert page.status_code == 404
        assert "页面不存在" in page.text


def test_a_fault_of_ours_says_what_was_kept_and_what_to_do(app: Flask) -> None:
    def fail() -> str:
        raise ZeroDivisionError

    fail.guard = frozenset()  # type: ignore[attr-defined]  # as `public` marks a view
    app.add_url_rule("/fail", view_func=fail)
    page = app.test_client().get("/fail")
    assert page.status_code == 500
    assert "已妥善保存" in page.text
    assert "ZeroDivisionError" not in page.text


def test_a_page_that_forgot_its_guard_is_closed(app: Flask, sign_in: SignIn) -> None:
    app.add_url_rule("/forgotten", view_func=lambda: "secret")
    client: Client = app.test_client()
    sign_in(client, Role.ADMIN)
    page = client.get("/forgotten")
    assert page.status_code == 403
    assert "secret" not in page.text
