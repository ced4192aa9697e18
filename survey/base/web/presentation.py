"""How values look on a page: numbers, shares, moments, the citizen's inline style sheet, faces."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

from flask import Flask, url_for

from survey.base import clock
from survey.base.people import guard
from survey.base.settings import present
from survey.base.web import languages, reach

NOTHING = "–"
#: What citizens' pages do when a browser shows them again without asking, so that the next person on a shared tablet
#: finds an empty form and nobody's receipt: a form is asked for anew, a page with a receipt is left for `data-next`.
#: Pages work all the same without script; every byte is sent with every page.
SCRIPTS = {
    "form": "onpageshow=e=>e.persisted&&location.reload()",
    "receipt": "onpageshow=e=>(e.persisted||performance.navigation.type==2)&&"
    "location.replace(document.body.dataset.next)",
}


def number(value: float | None, digits: int = 2) -> str:
    """A number with a fixed number of digits; a missing one is a dash.

    >>> number(1234.5678), number(None), number(float("nan"))
    ('1,234.57', '–', '–')
    """
    if value is None or value != value:
        return NOTHING
    return f"{value:,.{digits}f}"


def percent(value: float | None, digits: int = 1) -> str:
    """A share of one as per cent.

    >>> percent(0.947)
    '94.7%'
    """
    if value is None or value != value:
        return NOTHING
    return f"{100 * value:.{digits}f}%"


def day(value: date | datetime | None) -> str:
    if value is None:
        return NOTHING
    return (clock.local(value) if isinstance(value, datetime) else value).strftime("%Y-%m-%d")


def moment(value: datetime | None) -> str:
    return clock.local(value).strftime("%Y-%m-%d %H:%M") if value else NOTHING


def citizen_style(static: Path) -> str:
    """The style sheet that citizen pages carry inline: tokens and a few rules, with nothing for human readers."""
    return "".join(
        _without_spaces((static / name).read_text(encoding="utf-8")) for name in ("tokens.css", "citizen.css")
    )


def _without_spaces(css: str) -> str:
    """Rules without comments, line breaks, and spaces that mean nothing.

    >>> _without_spaces("/* Text\\n*/\\na {\\n  color: var(--ink, red);\\n}\\n.b :focus-visible{top:0}")
    'a{color:var(--ink,red);}.b :focus-visible{top:0}'
    """
    bare = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    lines = "".join(line.strip() for line in bare.splitlines())
    return re.sub(r"\s*{\s*", "{", re.sub(r"([:;,])\s+", r"\1", lines))


def init_app(app: Flask) -> None:
    """Filters and globals for the templates."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(number=number, percent=percent, day=day, moment=moment)
    style = citizen_style(Path(app.static_folder or ""))
    app.extensions["citizen_style"] = style
    source = app.extensions["citizen_style_source"] = guard.digest_of(style)
    scripts = " ".join(map(guard.digest_of, SCRIPTS.values()))
    app.extensions["citizen_policy"] = (
        f"default-src 'none'; style-src {source}; script-src {scripts}; img-src data:; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
    app.jinja_env.globals.update(
        citizen_style=style,
        citizen_scripts=SCRIPTS,
        page_url=page_url,
        html_language=html_language,
        only_here=reach.only_here,
        asked_by=present,
    )


def html_language() -> str:
    """The page's language as HTML writes it."""
    return "en" if languages.is_english() else "zh-Hans"


def page_url(endpoint: str, **values: Any) -> str:
    """An address of this house, leaving out empty filters."""
    return url_for(endpoint, **{key: value for key, value in values.items() if value not in ("", None)})
