"""Pages of `questions`, put together."""

from __future__ import annotations

from survey.questions.pages.questionnaires import MENU, blueprint

__all__ = ["BLUEPRINTS", "MENU"]
BLUEPRINTS = (blueprint,)
