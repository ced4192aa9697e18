"""Browsers: what they are called, and in which of them somebody has signed in before, whom guesses from elsewhere do
not keep out."""

from __future__ import annotations

import secrets

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from survey.base import settings

COOKIE = "survey_device"
DAYS = 180
#: what a browser calls itself -> its name, the more special first: most also call themselves Chrome or Safari
BROWSERS = {
    "MicroMessenger": "WeChat",
    "DingTalk": "DingTalk",
    "Edg": "Edge",
    "QIHU": "360",
    "360SE": "360",
    "QQBrowser": "QQ",
    "UBrowser": "UC",
    "UCBrowser": "UC",
    "MetaSr": "Sogou",
    "HuaweiBrowser": "Huawei",
    "MiuiBrowser": "Xiaomi",
    "OPR/": "Opera",
    "Firefox": "Firefox",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
#: likewise for what it runs on
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "HarmonyOS": "HarmonyOS",
    "OpenHarmony": "HarmonyOS",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


def name_of(user_agent: str) -> str:
    """What a person would call a browser; empty if it does not say.

    >>> name_of("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36 Edg/120.0")
    'Edge, Windows'
    >>> name_of("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile/15E148 Safari/604.1")
    'Safari, iPhone'
    >>> name_of("curl/8.5")
    ''
    """
    found = (next((name for mark, name in marks.items() if mark in user_agent), "") for marks in (BROWSERS, SYSTEMS))
    return ", ".join(filter(None, found))


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
