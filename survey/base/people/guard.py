"""Guards and headers. Every page is closed unless it says who may open it; a house rule checks that it does."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, redirect, request, url_for
from flask_babel import gettext
from flask_login import current_user
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response as BaseResponse

from survey.base.errors import Forbidden
from survey.base.people import sessions
from survey.base.people.roles import SYSTEM, Role, Viewer
from survey.base.settings import Settings

View = TypeVar("View", bound=Callable[..., Any])
csrf = CSRFProtect()
#: what has to be done first -> the page where it is done
FIRST = {"password": "account.password", "second factor": "account.second_factor"}

#: blueprints and endpoints of other people's making that carry only style sheets and scripts
STATIC_ENDPOINTS = frozenset({"static", "bootstrap.static"})


def public(view: View) -> View:
    """Mark a page as open to everybody: citizens' pages, the sign-in page, the feed (which has keys of its own)."""
    view.guard = frozenset()  # type: ignore[attr-defined]  # a mark on the function, read by `_check_guard`
    return view


def without_session(view: View) -> View:
    """Mark a page whose form proves itself by a token of its own: there is no session that could be forged."""
    exempt: View = csrf.exempt(view)
    return exempt


def allow(*roles: Role) -> Callable[[View], View]:
    """Mark a page as open to people holding one of these roles; an administrator may open every page."""

    def mark(view: View) -> View:
        view.guard = frozenset({*roles, Role.ADMIN})  # type: ignore[attr-defined]  # as above
        return view

    return mark


def signed_in(view: View) -> View:
    """Mark a page as open to every signed-in person."""
    return allow(*Role)(view)


def viewer() -> Viewer:
    """The person behind this request; on the command line, the system."""
    if not request:
        return SYSTEM
    person: Viewer = current_user.viewer()
    return person


def digest_of(inline: str) -> str:
    """The CSP source that allows exactly this inline style sheet or script."""
    return "'sha256-" + base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode() + "'"


def nonce() -> str:
    """This response's CSP nonce."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    value: str = g.nonce
    return value


def init_app(app: Flask, settings: Settings) -> None:
    """Cookies, CSRF, guards and headers."""
    app.config.update(
        SECRET_KEY=settings.key(),
        SESSION_COOKIE_NAME="survey_staff",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.is_https,
        PERMANENT_SESSION_LIFETIME=settings.session_minutes * 60,
        # a form left open over lunch is still good: the session's own end is the limit
        WTF_CSRF_TIME_LIMIT=None,
        # proxies and WeChat drop the Referer; the token is the proof
        WTF_CSRF_SSL_STRICT=False,
        MAX_CONTENT_LENGTH=64 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
    )
    app.before_request(_check_guard)  # before the CSRF check: who may not come in hears that, not a riddle
    csrf.init_app(app)
    if settings.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # Flask's documented way to add a layer
            app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=settings.proxies
        )
    app.after_request(_add_headers)
    app.jinja_env.globals["csp_nonce"] = nonce


def _check_guard() -> BaseResponse | None:
    if request.endpoint is None or request.endpoint in STATIC_ENDPOINTS:
        return None
    guard = getattr(current_app.view_functions[request.endpoint], "guard", None)
    if guard is None:
        raise Forbidden(gettext("This page does not say who may open it, so nobody may."))
    if not guard:
        return None
    if not current_user.is_authenticated:
        here = request.full_path if request.method == "GET" else ""
        return redirect(url_for("house.sign_in", next=here.rstrip("?")))
    first = _what_comes_first()
    if first is not None:
        return first
    sessions.note_use(current_user.key, current_user.seen_at)
    if not current_user.viewer().roles & guard:
        raise Forbidden(
            gettext("Your role does not open this page."),
            remedy=gettext("Ask an administrator for the role you need, or sign in as somebody else."),
        )
    return None


def _what_comes_first() -> BaseResponse | None:
    """Who has something to do first, such as replacing a given password, reaches the page for it and the way out."""
    page = FIRST.get(current_user.first)
    if page is None or request.endpoint in {page, "house.sign_out"}:
        return None
    return redirect(url_for(page))


def _add_headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "no-referrer")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    headers.setdefault(
        "Content-Security-Policy",
        "default-src 'none'; "
        f"script-src 'self' 'nonce-{nonce()}'; "
        f"style-src 'self' 'nonce-{nonce()}' {current_app.extensions['citizen_style_source']}; "
        "img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    )
    if request.endpoint not in STATIC_ENDPOINTS:
        headers.setdefault("Cache-Control", "no-store")
    if current_app.config["SESSION_COOKIE_SECURE"]:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response
