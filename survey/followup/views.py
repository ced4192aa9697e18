"""Pages of `followup`."""

from __future__ import annotations

from flask import Blueprint

from survey import menu

blueprint = Blueprint("followup", __name__)
MENU: list[menu.Entry] = []
