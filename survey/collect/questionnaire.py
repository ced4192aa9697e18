"""The forms that citizens and panels fill in: versioned data in `questionnaires/*.yaml`, read once.

A form that has been answered is never edited: a change of wording is a file with the next version number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from flask_babel import gettext

from survey.base.errors import NotFound
from survey.collect.rules import unneutral_words

FOLDER = Path(__file__).with_name("questionnaires")
ENGLISH = "en"


@dataclass(frozen=True)
class Choice:
    """One of the answers to a question that is not scored."""

    code: str
    text_zh: str
    text_en: str

    def text(self, language: str) -> str:
        return self.text_en if language == ENGLISH else self.text_zh


@dataclass(frozen=True)
class Question:
    """One question of a form."""

    code: str
    text_zh: str
    text_en: str
    #: level, score, choice or text
    kind: str
    #: lawfulness, attitude, premises, results … (依法行政、服务态度、办公环境、办事实效 …)
    category: str = ""
    #: the one whose index stands for the whole form
    overall: bool = False
    #: may enter an index
    scored: bool = True
    choices: tuple[Choice, ...] = ()
    note_zh: str = ""
    note_en: str = ""

    def text(self, language: str) -> str:
        return self.text_en if language == ENGLISH else self.text_zh

    def note(self, language: str) -> str:
        return self.note_en if language == ENGLISH else self.note_zh

    @property
    def choice_codes(self) -> frozenset[str]:
        return frozenset(choice.code for choice in self.choices)


@dataclass(frozen=True)
class Tag:
    """A reason that may be ticked at every level."""

    code: str
    text_zh: str
    text_en: str
    #: praise rather than complaint
    good: bool
    #: points to interference with the rating itself
    integrity: bool = False
    #: goes to discipline inspection, never to the counter or its unit
    confidential: bool = False

    def text(self, language: str) -> str:
        return self.text_en if language == ENGLISH else self.text_zh


@dataclass(frozen=True)
class Questionnaire:
    """One version of one form."""

    code: str
    version: int
    title_zh: str
    title_en: str
    #: asked about the place, or about each body when `per_unit`
    questions: tuple[Question, ...]
    tags: tuple[Tag, ...]
    #: counter, poll or panel
    use: str
    #: the questions are asked about several bodies
    per_unit: bool
    #: bodies one person is asked about at most; 0 = all
    most_units: int
    #: asked once at the end; never scored
    closing: tuple[Question, ...]
    #: who answers, in coarse categories
    background: tuple[Question, ...]
    text_label_zh: str
    text_label_en: str

    @property
    def overall(self) -> Question:
        return next(question for question in self.questions if question.overall)

    @property
    def edition(self) -> str:
        return f"{self.code}.{self.version}"

    def title(self, language: str) -> str:
        return self.title_en if language == ENGLISH else self.title_zh

    def text_label(self, language: str) -> str:
        return self.text_label_en if language == ENGLISH else self.text_label_zh


def _question(data: Mapping[str, Any], kind: str) -> Question:
    note = data.get("note", {})
    return Question(
        code=data["code"],
        text_zh=data["zh"],
        text_en=data["en"],
        kind=data.get("kind", kind),
        category=data.get("category", ""),
        overall=data.get("overall", False),
        scored=kind != "choice",
        choices=tuple(Choice(c["code"], c["zh"], c["en"]) for c in data.get("choices", ())),
        note_zh=note.get("zh", ""),
        note_en=note.get("en", ""),
    )


@cache
def all_tags() -> dict[str, Tag]:
    """Every reason by its code."""
    data = yaml.safe_load((FOLDER / "tags.yaml").read_text(encoding="utf-8"))
    tags = [
        Tag(t["code"], t["zh"], t["en"], kind == "good", t.get("integrity", False), t.get("confidential", False))
        for kind in ("good", "bad")
        for t in data[kind]
    ]
    return {tag.code: tag for tag in tags}


def _tags(offered: str | Sequence[str]) -> tuple[Tag, ...]:
    known = all_tags()
    return tuple(known.values()) if offered == "all" else tuple(known[code] for code in offered)


def _questionnaire(data: Mapping[str, Any]) -> Questionnaire:
    return Questionnaire(
        code=data["code"],
        version=data["version"],
        title_zh=data["zh"]["title"],
        title_en=data["en"]["title"],
        questions=tuple(_question(q, "level") for q in data["questions"]),
        tags=_tags(data.get("tags", ())),
        use=data["use"],
        per_unit=data.get("per_unit", False),
        most_units=data.get("most_units", 0),
        closing=tuple(_question(q, "choice") for q in data.get("closing", ())),
        background=tuple(_question(q, "choice") for q in data.get("background", ())),
        text_label_zh=data["zh"]["text"],
        text_label_en=data["en"]["text"],
    )


@cache
def editions() -> dict[tuple[str, int], Questionnaire]:
    """Every version of every form; refuses to start with wording that leans."""
    found = {}
    for path in sorted(FOLDER.glob("[A-Z]*.yaml")):
        text = path.read_text(encoding="utf-8")
        if leaning := unneutral_words(text):
            raise ValueError(f"{path.name} is not neutral: {', '.join(leaning)}. Ask without leading.")
        form = _questionnaire(yaml.safe_load(text))
        found[form.code, form.version] = form
    return found


@cache
def newest() -> dict[str, Questionnaire]:
    """The newest version of every form, by code."""
    return {form.code: form for form in sorted(editions().values(), key=lambda form: form.version)}


def questionnaire(code: str, version: int | None = None) -> Questionnaire:
    """A form: the version asked for, else the newest.

    Raises:
        NotFound: there is no such form.
    """
    form = newest().get(code) if version is None else editions().get((code, version))
    if form is None:
        raise NotFound(gettext("There is no questionnaire %(code)s.", code=code))
    return form
