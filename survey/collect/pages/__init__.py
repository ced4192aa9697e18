"""Pages of `collect`, put together: for citizens in `citizen`, for staff here."""

from __future__ import annotations

from survey.collect.citizen import desk_pages, link_pages  # noqa: F401  # they register their pages on the blueprint
from survey.collect.citizen.frame import blueprint
from survey.collect.pages import imports, preview  # noqa: F401  # as above
from survey.collect.pages.answers import MENU

__all__ = ["BLUEPRINTS", "MENU"]
BLUEPRINTS = (blueprint,)
