"""Pages of `front`, put together."""

from __future__ import annotations

from survey.front.pages import account, house

__all__ = ["BLUEPRINTS", "MENU"]
MENU = [*house.MENU, *account.MENU]
BLUEPRINTS = (house.blueprint, account.blueprint)
