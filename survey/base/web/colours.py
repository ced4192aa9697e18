"""The colours of tokens.css for what cannot read a style sheet: charts and printed pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Literal

from survey.base.settings import ROOT

Theme = Literal["light", "dark"]
TOKENS = ROOT / "static" / "tokens.css"


def parse(css: str) -> dict[Theme, dict[str, str]]:
    """Names and colours of a light page, and of a dark one, which overrides some.

    >>> parse(":root { --ink: #111111; --card: #ffffff; } @media (dark) { :root { --ink: #eeeeee; } }")["dark"]
    {'ink': '#eeeeee', 'card': '#ffffff'}
    """
    light, _media, dark = css.partition("@media")
    found: Mapping[str, str] = dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", light))
    return {"light": dict(found), "dark": {**found, **dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", dark))}}


@cache
def themes() -> dict[Theme, dict[str, str]]:
    """Both themes as the product has them."""
    return parse(TOKENS.read_text(encoding="utf-8"))


def rgb(name: str) -> tuple[int, int, int]:
    """A colour of the light theme for print.

    >>> rgb("card")
    (255, 255, 255)
    """
    red, green, blue = bytes.fromhex(themes()["light"][name].removeprefix("#"))
    return red, green, blue
