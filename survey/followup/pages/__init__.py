"""Pages of `followup`, put together."""

from __future__ import annotations

from survey.followup.pages.cases import MENU, blueprint

__all__ = ["BLUEPRINTS", "MENU"]
BLUEPRINTS = (blueprint,)
