"""Every form there is: versioned documents, read once a process.

Shipped forms stand in `questionnaires/*.yaml` beside this file; an installation adds its own in the folder
`questionnaires` of its instance. A form that has been answered is never edited: a change of wording is a document
with the next version number.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from flask_babel import gettext

from survey.base import settings
from survey.base.errors import NotFound, Refused
from survey.questions.form.document import Editions, read_folder
from survey.questions.form.questionnaire import USES, Questionnaire
from survey.questions.points import PointsFault, PointsTable
from survey.questions.scale import Scale

FOLDER = Path(__file__).parent.with_name("questionnaires")


def editions() -> Editions:
    """Every version of every form: the shipped ones and the installation's own."""
    return _all_editions(_own_folder())


def _own_folder() -> Path | None:
    """Where this installation keeps forms of its own."""
    own = settings.current()
    return own.instance / "questionnaires" if own else None


@cache
def _all_editions(own: Path | None) -> Editions:
    known = read_folder(FOLDER)
    return {**known, **read_folder(own, taken=known)} if own is not None and own.is_dir() else known


def newest() -> Mapping[str, Questionnaire]:
    """The newest version of every form, by code."""
    return _newest(_own_folder())


@cache
def _newest(own: Path | None) -> Mapping[str, Questionnaire]:
    return {form.code: form for form in sorted(_all_editions(own).values(), key=lambda form: form.version)}


def questionnaire(code: str, version: int | None = None) -> Questionnaire:
    """A form: the version asked for, else the newest.

    Raises:
        NotFound: there is no such form.
    """
    form = newest().get(code) if version is None else editions().get((code, version))
    if form is None:
        raise NotFound(gettext("There is no questionnaire %(code)s.", code=code))
    return form


def for_use(*uses: str) -> dict[str, Questionnaire]:
    """The newest version of every form made for one of these uses, by code.

    >>> sorted(for_use("counter"))
    ['W1', 'W13', 'W5']
    """
    return {code: form for code, form in sorted(newest().items()) if form.use in uses}


def require_form(code: str, *uses: str) -> Questionnaire:
    """The newest version of a form that is named for a use.

    Raises:
        Refused: there is no such form, or it is made for something else; the sentence names those there are.
    """
    form = newest().get(code)
    if form is None or (uses and form.use not in uses):
        raise Refused(
            gettext("There is no questionnaire %(code)s for this.", code=code or "–"),
            remedy=gettext("Choose one of: %(names)s.", names=", ".join(for_use(*(uses or USES)))),
        )
    return form


def overall_questions() -> list[str]:
    """The codes of the questions that stand for their whole form."""
    return sorted({form.overall.code for form in newest().values()})


def scale_of_question() -> dict[str, Scale]:
    """Question code -> the scale it is answered on; questions answered by scores are absent."""
    return {q.code: form.scale for form in newest().values() if form.scale for q in form.questions}


def points_of(text: str, scale: Scale) -> PointsTable:
    """The points of a scale's levels, as people write them.

    Raises:
        Refused: they do not fit the scale.
    """
    try:
        return PointsTable.parse(text, scale.levels)
    except PointsFault as error:
        raise Refused(
            gettext("“%(points)s” is not a points table.", points=text),
            remedy=gettext(
                "Write the points of the %(n)s levels from best to worst, such as %(example)s.",
                n=len(scale.levels),
                example=scale.usual_points,
            ),
        ) from error


def level_words(form: str, level: int | None, language: str) -> str:
    """The words of a level on a form's scale; a dash where there is none.

    >>> level_words("W1", 5, "en"), level_words("W1", None, "zh")
    ('Very satisfied', '–')
    """
    known = newest().get(form)
    if level is None or known is None or known.scale is None:
        return "–"
    return known.scale.word(level, language)
