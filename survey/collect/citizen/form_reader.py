"""What a browser sent, read into plain values; nothing that does not belong to the form gets through."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from werkzeug.datastructures import MultiDict

from survey.collect.rules import LONGEST_TEXT
from survey.collect.store.content import FilledForm
from survey.questions.service import Question, Questionnaire

#: C0 controls, which no keyboard types; of them a line end stays and a tab is a blank
CONTROLS = {code: None for code in range(0x20) if chr(code) not in "\n"} | {ord("\t"): " "}
#: the sent fields
Fields = MultiDict[str, str]


class FormFault(ValueError):
    """The form cannot be stored as it is; `notice` names the sentence for the citizen, `content` what can be kept."""

    def __init__(self, notice: str, content: FilledForm) -> None:
        super().__init__(notice)
        self.notice = notice
        self.content = content


def field_name(unit_id: int, question: str) -> str:
    """The name of an input: of the question, and of the body if there are several.

    >>> field_name(0, "W-E1"), field_name(12, "G-1")
    ('W-E1', 'u12.G-1')
    """
    return f"u{unit_id}.{question}" if unit_id else question


def clean_words(text: str) -> str:
    """Words as they were sent, without C0 controls: a tab is a blank, lines end in one way, blanks at the ends go.

    Nothing is judged by the tables of a Python version: new emoji, rare names and joiners are words like others.

    >>> clean_words(" 窗口\\x00很\\r\\n快\\t30 分 ")
    '窗口很\\n快 30 分'
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return lines.translate(CONTROLS).strip()


def read_form(form: Questionnaire, fields: Fields, units: Sequence[int] = (0,)) -> FilledForm:
    """Read a form about one place, or about several bodies.

    Args:
        form: which questions there are.
        fields: what was sent.
        units: the bodies asked about; 0 = the one of the whole form.

    Raises:
        FormFault: an answer that the form does not offer, words too long, or the overall question left out.
    """
    content = FilledForm(text=clean_words(fields.get("text", "")))
    levels, wrong = {}, False
    answers = {str(level) for level in form.scale.answers} if form.scale else set()
    for unit_id in units:
        for question in (q for q in form.questions if q.kind == "level"):
            value = fields.get(field_name(unit_id, question.code), "")
            if value in answers:
                levels[unit_id, question.code] = int(value)
            wrong |= bool(value) and (unit_id, question.code) not in levels
    tags = tuple(sorted(set(fields.getlist("tag"))))
    known = {tag.code for tag in form.tags}
    content = replace(content, levels=levels, tags=tuple(tag for tag in tags if tag in known))
    _refuse(wrong or len(content.tags) < len(tags), "unknown_answer", content)
    _refuse(len(content.text) > LONGEST_TEXT, "too_long", content)
    return content


def require_overall(form: Questionnaire, content: FilledForm) -> None:
    """The overall question is the one that a counter form needs; 说不清 is an answer too."""
    _refuse((0, form.overall.code) not in content.levels, "choose_level", content)


def read_scores(form: Questionnaire, fields: Fields, units: Sequence[int], content: FilledForm) -> FilledForm:
    """Read a panel's sheet: 0 to 100 for each body, empty = not rated."""
    scores, wrong = {}, False
    for unit_id in units:
        for question in (q for q in form.questions if q.kind == "score"):
            value = fields.get(field_name(unit_id, question.code), "").strip()
            score = score_of(value)
            if score is not None:
                scores[unit_id, question.code] = score
            wrong |= bool(value) and score is None
    content = replace(content, scores=scores)
    _refuse(wrong, "unknown_answer", content)
    return content


def score_of(text: str) -> float | None:
    """
    >>> score_of("87.5"), score_of("101"), score_of("nan"), score_of("九十"), score_of("1e2")
    (87.5, None, None, None, None)
    """
    whole, _dot, part = text.strip().partition(".")
    if not (text.isascii() and whole.isdigit() and len(text) <= 6 and (part.isdigit() or not part)):
        return None
    value = float(text)
    return value if value <= 100 else None


def read_choices(form: Questionnaire, fields: Fields, content: FilledForm) -> FilledForm:
    """Read the questions that are never scored, and the coarse background."""
    wrong: list[str] = []

    def chosen(questions: Collection[Question], name: Callable[[str], str]) -> dict[str, str]:
        sent = {q.code: fields.get(name(q.code), "") for q in questions}
        allowed = {q.code: q.choice_codes for q in questions}
        wrong.extend(code for code, value in sent.items() if value and value not in allowed[code])
        return {code: value for code, value in sent.items() if value in allowed[code]}

    closing = chosen(form.closing, lambda code: code)
    background = chosen(form.background, lambda code: f"bg.{code}")
    content = replace(content, choices=closing, background=background)
    _refuse(bool(wrong), "unknown_answer", content)
    return content


def read_contacted(fields: Fields, offered: Collection[int]) -> tuple[int, ...]:
    """The bodies ticked as dealt with, of those offered."""
    ticked = {int(value) for value in fields.getlist("unit") if value.isascii() and value.isdigit() and len(value) < 10}
    return tuple(sorted(ticked & set(offered)))


def _refuse(when: bool, notice: str, content: FilledForm) -> None:
    if when:
        raise FormFault(notice, content)
