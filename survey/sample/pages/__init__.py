"""Pages of `sample`, put together."""

from __future__ import annotations

from survey.sample.pages import cases, frames
from survey.sample.pages.waves import MENU, blueprint

__all__ = ["BLUEPRINTS", "MENU"]
BLUEPRINTS = (blueprint,)
for part in (frames, cases):
    blueprint.register_blueprint(part.blueprint)
