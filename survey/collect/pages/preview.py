"""A counter form as citizens see it, at a counter that does not exist; it cannot be sent."""

from __future__ import annotations

from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from survey.base.errors import NotFound
from survey.base.people.guard import allow
from survey.collect.citizen.frame import blueprint, show
from survey.collect.pages.answers import READERS
from survey.collect.store.content import FilledForm
from survey.questions import service as questions
from survey.units import service as units


@blueprint.get("/questionnaires/<code>/<int:version>/preview")
@allow(*READERS)
def preview(code: str, version: int) -> BaseResponse:
    form = questions.questionnaire(code, version)
    if form.use != "counter":
        raise NotFound(gettext("Only counter forms have a preview; the others depend on the person asked."))
    unit, window = gettext("Name of the body"), gettext("Name of the counter")
    place = units.Place("", 0, window, 0, unit, code, withdrawn=False)
    return show("rate.html", place=place, form=form, token="preview", content=FilledForm(), notice=None)  # noqa: S106  # no secret: a preview cannot be sent
