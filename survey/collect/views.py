"""Pages of `collect`: for citizens in `rating` and `invited`, for staff in `staff`."""

from __future__ import annotations

from flask_babel import lazy_gettext

from survey.base.web import menu
from survey.collect import invited, rating, staff  # noqa: F401  # they register their pages on the blueprint
from survey.collect.routes import blueprint

__all__ = ["MENU", "blueprint"]
MENU = [
    menu.Entry(lazy_gettext("Answers"), "collect.answers", frozenset(staff.READERS), 30),
    menu.Entry(lazy_gettext("Questionnaires"), "collect.questionnaires", frozenset(staff.READERS), 32),
]
