"""Browsers in which somebody has signed in before: guesses from elsewhere do not keep their owner out."""

from __future__ import annotations

import secrets

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from survey.base import settings

COOKIE = "survey_device"
DAYS = 180


def known(username: str) -> str:
    """What this browser carries if this very person has signed in here; empty otherwise."""
    try:
        name, device = _serializer().loads(request.cookies.get(COOKIE, ""))
    except (BadSignature, ValueError, TypeError):
        return ""
    return str(device) if name == username else ""


def remember(response: Response, username: str) -> Response:
    """Let the browser carry a mark of its own, which says nothing to anybody else."""
    response.set_cookie(
        COOKIE,
        str(_serializer().dumps([username, secrets.token_urlsafe(16)])),
        max_age=DAYS * 86_400,
        httponly=True,
        samesite="Lax",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        path="/sign-in",
    )
    return response


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(settings.present().key(), salt="survey: known browser")
