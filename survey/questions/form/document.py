"""From a form's document to a form: what is wrong in it is a sentence that names the file and the place."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from survey.base import plain_yaml
from survey.base.errors import SettingError
from survey.questions.form.questionnaire import USES, Choice, Question, Questionnaire
from survey.questions.form.tags import all_tags, tags_offered
from survey.questions.form.wording import unneutral_words
from survey.questions.scale import HUNDRED, SCALES
from survey.questions.words import Words

Editions = Mapping[tuple[str, int], Questionnaire]


class _Document:
    """One document on its way to a form."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self.text = path.read_text(encoding="utf-8")

    def refuse(self, sentence: str) -> SettingError:
        return SettingError(f"{self.name}: {sentence}")

    def form(self) -> Questionnaire:
        if leaning := unneutral_words(self.text):
            raise self.refuse(f"it is not neutral: {', '.join(leaning)}. Ask without leading.")
        try:
            data = plain_yaml.read(self.text)
            form = self._form(data)
        except yaml.YAMLError as error:
            raise self.refuse(f"it is not readable YAML: {str(error).splitlines()[0]}.") from error
        except (KeyError, TypeError, AttributeError) as error:
            raise self.refuse(f"a part is missing or has another shape: {error}.") from error
        self._check(form)
        return form

    def _form(self, data: Mapping[str, Any]) -> Questionnaire:
        scale = str(data.get("scale", "five"))
        if scale != HUNDRED and scale not in SCALES:
            raise self.refuse(f"the scale {scale!r} is none of {', '.join([*SCALES, HUNDRED])}.")
        offered = data.get("tags", ())
        if unknown := [code for code in offered if code not in all_tags()] if offered != "all" else []:
            raise self.refuse(f"there is no reason {', '.join(unknown)}.")
        return Questionnaire(
            code=str(data["code"]),
            version=int(data["version"]),
            name=Words(data["zh"]["title"], data["en"]["title"]),
            scale=SCALES.get(scale),
            questions=tuple(_question(q, "score" if scale == HUNDRED else "level") for q in data["questions"]),
            tags=tags_offered(offered),
            use=str(data["use"]),
            per_unit=data.get("per_unit", False),
            most_units=data.get("most_units", 0),
            closing=tuple(_question(q, "choice") for q in data.get("closing", ())),
            background=tuple(_question(q, "choice") for q in data.get("background", ())),
            text_words=Words(data["zh"]["text"], data["en"]["text"]),
        )

    def _check(self, form: Questionnaire) -> None:
        codes = [q.code for q in (*form.questions, *form.closing, *form.background)]
        if form.use not in USES:
            raise self.refuse(f"use is {form.use!r}; write one of {', '.join(USES)}.")
        if len(set(codes)) != len(codes):
            raise self.refuse("two questions have the same code.")
        if sum(question.overall for question in form.questions) != 1:
            raise self.refuse("mark exactly one question with overall: true; its index stands for the form.")
        if form.use == "counter" and (form.per_unit or form.scale is None):
            raise self.refuse("a form at a counter asks about one place, on a scale of levels.")
        if form.version < 1 or len(form.code) > 16 or not form.code.isascii():
            raise self.refuse("give a code of at most 16 letters and digits, and a version from 1 on.")


def _question(data: Mapping[str, Any], kind: str) -> Question:
    note = data.get("note", {})
    return Question(
        code=str(data["code"]),
        words=Words(data["zh"], data["en"]),
        kind=kind,
        category=data.get("category", ""),
        overall=data.get("overall", False),
        scored=kind != "choice",
        choices=tuple(Choice(str(c["code"]), Words(c["zh"], c["en"])) for c in data.get("choices", ())),
        remark=Words(note.get("zh", ""), note.get("en", "")),
    )


def read_folder(folder: Path, taken: Editions | None = None) -> Editions:
    """The forms of a folder, by code and version.

    Args:
        folder: of documents whose names begin with a capital letter.
        taken: editions that stand already; an edition never changes.

    Raises:
        SettingError: a document has a fault, leans, or gives an edition that there is already.
    """
    forms: dict[tuple[str, int], Questionnaire] = {}
    for path in sorted(folder.glob("[A-Z]*.yaml")):
        document = _Document(path)
        form = document.form()
        if (form.code, form.version) in {*forms, *(taken or {})}:
            raise document.refuse(f"version {form.version} of {form.code} is there already; write the next version.")
        forms[form.code, form.version] = form
    return forms
