"""Pages of `score` and its feed, put together."""

from __future__ import annotations

from survey.score.pages import feed, keys, values
from survey.score.pages.schemes import views as schemes
from survey.score.pages.sheets import MENU, blueprint

__all__ = ["BLUEPRINTS", "MENU"]
BLUEPRINTS = (blueprint, feed.blueprint)
for part in (schemes, values, keys):
    blueprint.register_blueprint(part.blueprint)
