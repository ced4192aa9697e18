"""Pages of `collect`."""

from __future__ import annotations

from flask import Blueprint

from survey import menu

blueprint = Blueprint("collect", __name__)
MENU: list[menu.Entry] = []
