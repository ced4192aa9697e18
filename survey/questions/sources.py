"""Kinds of collections: how people came to answer, and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _


@dataclass(frozen=True)
class Source:
    """How the answers of a collection come about."""

    code: str
    #: lazily translated words
    title: Any
    #: the raters chose themselves: no design, no response rate, participation instead
    self_selected: bool = False
    #: the raters were drawn or all asked: a wave, with personal links
    drawn: bool = False
    #: the rated unit may see counts before results are published
    open_to_units: bool = False
    #: small numbers of answers say too little for a place in a ranking
    judged_by_number: bool = True


COUNTER = Source("counter", _("Ratings at counters"), self_selected=True, open_to_units=True)
POLL = Source("poll", _("Sample surveys"), drawn=True)
PANEL = Source("panel", _("Panels"), drawn=True, judged_by_number=False)
ONLINE = Source("online", _("Online votes"), self_selected=True)
OPEN = Source("open", _("Open collections"), self_selected=True)
IMPORT = Source("import", _("Imported answers"))
COMPLAINT = Source("complaint", _("Handled complaints"), self_selected=True)

SOURCES: Mapping[str, Source] = {
    source.code: source for source in (COUNTER, POLL, PANEL, ONLINE, OPEN, IMPORT, COMPLAINT)
}
DRAWN = frozenset(code for code, source in SOURCES.items() if source.drawn)
SELF_SELECTED = frozenset(code for code, source in SOURCES.items() if source.self_selected)
OPEN_TO_UNITS = frozenset(code for code, source in SOURCES.items() if source.open_to_units)
SOURCE_NAMES: Mapping[str, Any] = {code: source.title for code, source in SOURCES.items()}
