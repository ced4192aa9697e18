"""Pages of `front`, put together."""

from __future__ import annotations

from survey.front.pages.house import MENU, blueprint

__all__ = ["BLUEPRINTS", "MENU"]
BLUEPRINTS = (blueprint,)
