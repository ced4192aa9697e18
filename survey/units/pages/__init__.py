"""Pages of `units`, put together."""

from __future__ import annotations

from survey.units.pages import counters, imports, posters, rounds
from survey.units.pages.units import MENU, blueprint

__all__ = ["BLUEPRINTS", "MENU"]
BLUEPRINTS = (blueprint,)
for part in (counters, imports, posters, rounds):
    blueprint.register_blueprint(part.blueprint)
