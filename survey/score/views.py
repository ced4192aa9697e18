"""Pages of `score`."""

from __future__ import annotations

from flask import Blueprint

from survey import menu

blueprint = Blueprint("score", __name__)
MENU: list[menu.Entry] = []
