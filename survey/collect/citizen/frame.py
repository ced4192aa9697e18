"""The room's blueprint, and how its citizens' pages are sent: no cookie, nothing to fetch, one policy."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, g, make_response, render_template, request
from flask_babel import get_locale

from survey.base.web.notices import NOTICES

blueprint = Blueprint("collect", __name__)


#: far more than the longest honest form
MOST_BYTES = 128 * 1024


@blueprint.before_request
def _limit_size() -> None:
    """Citizens' forms are short; what is longer is refused before it is read."""
    if request.path.startswith(("/r/", "/p/")):
        request.max_content_length = MOST_BYTES


def language() -> str:
    """The page's language."""
    return str(get_locale())


def citizen_page(html: str, status: int = 200) -> Response:
    """A page for a citizen. No browser keeps it: the next person on the same device gets a page of their own."""
    response = make_response(html, status)
    response.headers["Content-Security-Policy"] = current_app.extensions["citizen_policy"]
    response.headers["Cache-Control"] = "no-store"
    return response


def show(template: str, *, is_demo: bool | None = None, status: int = 200, **values: Any) -> Response:
    """Render a citizen's page; `is_demo` spares a database that may be down the question for the mark."""
    if is_demo is not None:
        g.demo = is_demo
    return citizen_page(render_template(f"collect/{template}", language=language(), **values), status)


def show_notice(name: str, status: int, **values: Any) -> Response:
    """What happened, what was kept, what to do next."""
    return show("notice.html", status=status, notice=NOTICES[name], **{"is_demo": False, **values})
