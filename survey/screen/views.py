"""Pages of `screen`."""

from __future__ import annotations

from flask import Blueprint

from survey import menu

blueprint = Blueprint("screen", __name__)
MENU: list[menu.Entry] = []
