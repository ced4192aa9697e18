"""Pages of questionnaires: every version of every form, what it asks, and whether a wording leans."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask_babel import get_locale, lazy_gettext

from survey.base.people.guard import allow
from survey.base.people.roles import Role
from survey.base.web import menu
from survey.questions import service

READERS = (Role.OFFICE, Role.STATISTICIAN, Role.AUDITOR, Role.UNIT_MANAGER)
MENU = [menu.Entry(lazy_gettext("Questionnaires"), "questions.questionnaires", frozenset(READERS), 32)]
USE_NAMES = {
    "counter": lazy_gettext("At counters"),
    "poll": lazy_gettext("Sample surveys"),
    "panel": lazy_gettext("Panels"),
}
LONGEST_WORDS = 2000

blueprint = Blueprint("questions", __name__)


@blueprint.get("/questionnaires")
@allow(*READERS)
def questionnaires() -> str:
    words = request.args.get("words", "")[:LONGEST_WORDS]
    return render_template(
        "questions/questionnaires.html",
        editions=list(service.editions().values()),
        use_names=USE_NAMES,
        language=str(get_locale()),
        words=words,
        leaning=service.unneutral_words(words),
    )


@blueprint.get("/questionnaires/<code>/<int:version>")
@allow(*READERS)
def questionnaire(code: str, version: int) -> str:
    return render_template(
        "questions/questionnaire.html",
        form=service.questionnaire(code, version),
        categories=service.CATEGORIES,
        use_names=USE_NAMES,
        language=str(get_locale()),
    )
