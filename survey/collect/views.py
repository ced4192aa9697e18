"""Pages of `collect`: for citizens in `rating` and `invited`, for staff in `desk_pages`."""

from __future__ import annotations

from survey import menu
from survey.collect import invited, rating  # noqa: F401  # they register their pages on the blueprint
from survey.collect.routes import blueprint

__all__ = ["MENU", "blueprint"]
MENU: list[menu.Entry] = []
