"""Pages of `screen`, put together."""

from __future__ import annotations

from survey.screen.pages.desk import MENU, blueprint

__all__ = ["BLUEPRINTS", "MENU"]
BLUEPRINTS = (blueprint,)
