"""Pages of `rounds`, put together."""

from __future__ import annotations

from survey.rounds.pages import collections, groups  # noqa: F401  # they register their pages on the blueprint
from survey.rounds.pages.rounds import MENU, blueprint

__all__ = ["BLUEPRINTS", "MENU"]
BLUEPRINTS = (blueprint,)
