"""From a form's document to a form: what is wrong in it is a sentence that names the file and the place."""

from __future__ import annotations

import re
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

#: what a document and each of its questions may say; a key that is written otherwise is not passed over in silence
NEEDED = frozenset(["code", "version", "zh", "en", "use", "questions"])
KEYS = NEEDED | {"scale", "tags", "per_unit", "most_units", "closing", "background"}
QUESTION_KEYS = frozenset(["code", "zh", "en", "category", "overall", "note", "choices"])
LONGEST_CODE = 32


class _Document:
    """One document on its way to a form."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self.text = path.read_text(encoding="utf-8")
        self.nameless = False

    def refuse(self, sentence: str) -> SettingError:
        return SettingError(f"{self.name}: {sentence}")

    def form(self) -> Questionnaire:
        if leaning := unneutral_words(self.text):
            raise self.refuse(f"it is not neutral: {', '.join(leaning)}. Ask without leading.")
        try:
            data = plain_yaml.read(self.text)
            self.nameless = data["code"] is None
            form = self._form(data)
            self._check(form)
        except yaml.YAMLError as error:
            raise self.refuse(f"it is not readable YAML: {str(error).splitlines()[0]}.") from error
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise self.refuse(f"a part is missing or has another shape: {error}.") from error
        return form

    def _form(self, data: Mapping[str, Any]) -> Questionnaire:
        _only(data, KEYS)
        scale = str(data.get("scale", "five"))
        if scale != HUNDRED and scale not in SCALES:
            raise self.refuse(f"the scale {scale!r} is none of {', '.join([*SCALES, HUNDRED])}.")
        offered = data.get("tags", ())
        if unknown := [code for code in offered if code not in all_tags()] if offered != "all" else []:
            raise self.refuse(f"there is no reason {', '.join(unknown)}.")
        return Questionnaire(
            code=str(data["code"]),
            version=int(str(data["version"])),
            name=_words(data["zh"]["title"], data["en"]["title"]),
            scale=SCALES.get(scale),
            questions=tuple(_question(q, "score" if scale == HUNDRED else "level") for q in data["questions"]),
            tags=tags_offered(offered),
            use=str(data["use"]),
            per_unit=_is(data, "per_unit"),
            most_units=int(str(data.get("most_units", 0))),
            closing=tuple(_question(q, "choice") for q in data.get("closing", ())),
            background=tuple(_question(q, "choice") for q in data.get("background", ())),
            text_words=_words(data["zh"]["text"], data["en"]["text"]),
        )

    def _check(self, form: Questionnaire) -> None:
        unscored = (*form.closing, *form.background)
        codes = [q.code for q in (*form.questions, *unscored)]
        if form.use not in USES:
            raise self.refuse(f"use is {form.use!r}; write one of {', '.join(USES)}.")
        if len(set(codes)) != len(codes):
            raise self.refuse("two questions have the same code.")
        if sum(question.overall for question in form.questions) != 1:
            raise self.refuse("mark exactly one question with overall: true; its index stands for the form.")
        if form.use == "counter" and (form.per_unit or form.scale is None):
            raise self.refuse("a form at a counter asks about one place, on a scale of levels.")
        if any(not q.choices or len(q.choice_codes) < len(q.choices) for q in unscored):
            raise self.refuse("give each question that is not scored choices, each with a code of its own.")
        if not all(0 < len(code) <= LONGEST_CODE for code in (*codes, *(c for q in unscored for c in q.choice_codes))):
            raise self.refuse(f"give each question and each choice a code of at most {LONGEST_CODE} characters.")
        if form.most_units < 0:
            raise self.refuse("most_units is a number from 0 on; 0 means all.")
        if self.nameless:
            raise self.refuse("give a code of at most 16 letters and digits, and a version from 1 on.")
        if form.version < 1 or not re.fullmatch(r"[A-Za-z0-9]{1,16}", form.code):
            raise self.refuse("give a code of at most 16 letters and digits, and a version from 1 on.")


def _question(data: Mapping[str, Any], kind: str) -> Question:
    _only(data, QUESTION_KEYS)
    note = data.get("note", {})
    return Question(
        code=str(data["code"]),
        words=_words(data["zh"], data["en"]),
        kind=kind,
        category=data.get("category", ""),
        overall=_is(data, "overall"),
        scored=kind != "choice",
        choices=tuple(Choice(str(c["code"]), _words(c["zh"], c["en"])) for c in data.get("choices", ())),
        remark=Words(note.get("zh", ""), note.get("en", "")),
    )


def _only(data: Mapping[str, Any], known: frozenset[str]) -> None:
    if unknown := sorted(map(str, data.keys() - known)):
        raise ValueError(f"nothing is called {', '.join(unknown)}")


def _words(zh: object, en: object) -> Words:
    if zh is None or zh == "":
        raise ValueError("a wording is empty")
    return Words(str(zh), "" if en is None else str(en))


def _is(data: Mapping[str, Any], key: str) -> bool:
    value = data.get(key, False)
    if not isinstance(value, bool):
        raise TypeError(f"{key} is {value!r}, neither true nor false")
    return value


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
