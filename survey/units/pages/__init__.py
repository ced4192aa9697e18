"""Pages of `units`, put together."""

from __future__ import annotations

from survey.units.pages import classes, counters, imports, posters  # noqa: F401  # classes add to the blueprint
from survey.units.pages.units import MENU, blueprint

__all__ = ["BLUEPRINTS", "MENU"]
BLUEPRINTS = (blueprint,)
for part in (counters, imports, posters):
    blueprint.register_blueprint(part.blueprint)
