"""Chinese unless somebody asked otherwise: citizens by `?lang=en`, staff by the switch in the page's head."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask, has_request_context, request, session
from flask_babel import Babel, get_locale

LANGUAGES = ("zh_Hans", "en")
#: paths whose readers are citizens: their pages are plain, inline and cookie-free
CITIZEN_PATHS = ("/r/", "/p/", "/thanks", "/receipt")


def init_app(app: Flask, catalogues: Sequence[str]) -> None:
    """Load every room's catalogue."""
    Babel(
        app,
        default_locale="zh_Hans",
        default_timezone="Asia/Shanghai",
        default_domain=";".join(catalogues),
        default_translation_directories=";".join(["translations"] * len(catalogues)),
        locale_selector=chosen,
    )


def chosen() -> str:
    """The language of this request."""
    if not has_request_context():
        return LANGUAGES[0]
    asked = request.args.get("lang", "")
    if asked in LANGUAGES:
        return asked
    if request.path.startswith(CITIZEN_PATHS):
        return LANGUAGES[0]
    return str(session.get("lang", LANGUAGES[0]))


def is_english() -> bool:
    """Whether the reader reads English; everybody else reads Chinese."""
    return str(get_locale()) == "en"
