"""What a form is: its questions, its scale, its reasons, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass

from survey.questions.form.tags import Tag
from survey.questions.scale import Scale
from survey.questions.words import NO_WORDS, Words

#: what a form is for
USES = ("counter", "poll", "panel")


@dataclass(frozen=True)
class Choice:
    """One of the answers to a question that is not scored."""

    code: str
    words: Words

    def text(self, language: str) -> str:
        return self.words.said(language)


@dataclass(frozen=True)
class Question:
    """One question of a form."""

    code: str
    words: Words
    #: level, score, choice or text
    kind: str
    #: lawfulness, attitude, premises, results … (依法行政、服务态度、办公环境、办事实效 …)
    category: str = ""
    #: the one whose index stands for the whole form
    overall: bool = False
    #: may enter an index
    scored: bool = True
    choices: tuple[Choice, ...] = ()
    remark: Words = NO_WORDS

    def text(self, language: str) -> str:
        return self.words.said(language)

    def note(self, language: str) -> str:
        return self.remark.said(language)

    @property
    def choice_codes(self) -> frozenset[str]:
        return frozenset(choice.code for choice in self.choices)


@dataclass(frozen=True)
class Questionnaire:
    """One version of one form."""

    code: str
    version: int
    name: Words
    #: the levels that its questions offer; None = scores from 0 to 100
    scale: Scale | None
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
    #: heading of the field for own words
    text_words: Words

    @property
    def overall(self) -> Question:
        return next(question for question in self.questions if question.overall)

    @property
    def edition(self) -> str:
        return f"{self.code}.{self.version}"

    @property
    def scale_name(self) -> Words:
        return self.scale.title if self.scale else Words("0–100 分", "0–100")

    def title(self, language: str) -> str:
        return self.name.said(language)

    def text_label(self, language: str) -> str:
        return self.text_words.said(language)

    def is_bad(self, level: int | None) -> bool:
        """Whether an answer to the overall question is a bad rating."""
        return self.scale is not None and level in self.scale.bad
