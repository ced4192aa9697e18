"""Pages of `estimate`, put together."""

from __future__ import annotations

from survey.estimate.pages import chart_views
from survey.estimate.pages.views import MENU, blueprint

__all__ = ["BLUEPRINTS", "MENU"]
BLUEPRINTS = (blueprint,)
blueprint.register_blueprint(chart_views.blueprint)
