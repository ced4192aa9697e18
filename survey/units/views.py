"""Pages of `units`."""

from __future__ import annotations

from flask import Blueprint

from survey import menu

blueprint = Blueprint("units", __name__)
MENU: list[menu.Entry] = []
