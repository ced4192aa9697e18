"""Pages of `sample`."""

from __future__ import annotations

from flask import Blueprint

from survey import menu

blueprint = Blueprint("sample", __name__)
MENU: list[menu.Entry] = []
