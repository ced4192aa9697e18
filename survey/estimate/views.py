"""Pages of `estimate`."""

from __future__ import annotations

from flask import Blueprint

from survey import menu

blueprint = Blueprint("estimate", __name__)
MENU: list[menu.Entry] = []
