"""The forms that come with the product: what each asks, of whom, on which scale."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from survey.questions.form import editions
from survey.questions.form.document import read_folder
from survey.questions.form.questionnaire import USES
from survey.questions.service import CATEGORIES as CATEGORIES_KNOWN
from survey.questions.service import SCALES, Questionnaire, all_tags, unneutral_words

FOLDER = editions.FOLDER
FORMS = {form.code: form for form in read_folder(FOLDER).values()}


@dataclass(frozen=True)
class Expected:
    """What is promised of a shipped form, written down by hand."""

    title: str
    use: str
    scale: str
    questions: str
    overall: str
    tags: str = ""
    asked_once: str = ""
    per_unit: bool = False
    most_units: int = 0


ALL = " ".join(all_tags())
EXPECTED = {
    "B": Expected("基层评机关", "panel", "five", "B-1 B-2 B-3 B-4 B-5 B-6", "B-1", per_unit=True),
    "C": Expected("投诉办理满意度", "poll", "five", "C-1 C-2 C-3 C-4", "C-1", per_unit=True),
    "D": Expected("定向民主测评", "poll", "five", "D-1 D-2 D-3 D-4", "D-1", per_unit=True),
    "E": Expected("企业评议机关", "poll", "five", "E-1 E-2 E-3 E-4 E-5 E-6", "E-1", per_unit=True, most_units=3),
    "M": Expected(
        "民主测评（五个方面二十项）",
        "panel",
        "five",
        " ".join(f"M-{n}" for n in range(21)),
        "M-0",
        per_unit=True,
    ),
    "P": Expected("机关互评", "panel", "five", "P-1 P-2 P-3 P-4", "P-1", per_unit=True),
    "S": Expected("社会评议（三项议题）", "poll", "five", "S-1 S-2 S-3 S-4", "S-1", per_unit=True),
    "G": Expected(
        "公众评议",
        "poll",
        "five",
        "G-1 G-2 G-3 G-4 G-5 G-6 G-7",
        "G-1",
        asked_once="G-HOW G-TREND G-FIXED G-TOLD age area group",
        per_unit=True,
        most_units=3,
    ),
    "L": Expected("领导评价", "panel", "", "L-1", "L-1", per_unit=True),
    "W1": Expected("办事评价", "counter", "five", "W-E1", "W-E1", tags=ALL),
    "W5": Expected("办事评价（五项）", "counter", "five", "W-E1 W-A2 W-B1 W-C2 W-D4", "W-E1", tags=ALL),
    "W13": Expected(
        "办事评价（完整版）",
        "counter",
        "five",
        "W-E1 W-A1 W-A2 W-A3 W-B1 W-B2 W-B3 W-C1 W-C2 W-D1 W-D2 W-D3 W-D4",
        "W-E1",
        tags="pressed bribery other",
    ),
}
EACH = pytest.mark.parametrize("code", EXPECTED)
#: letter of a question at counters -> its category
CATEGORIES = {"A": "lawfulness", "B": "attitude", "C": "premises", "D": "results", "E": "overall"}


def codes(questions) -> str:
    return " ".join(question.code for question in questions)


def test_the_forms_of_the_field_are_shipped_each_in_its_first_version() -> None:
    assert set(FORMS) == set(EXPECTED)
    assert {form.version for form in FORMS.values()} == {1}
    assert Path(editions.__file__).parents[1] / "questionnaires" == FOLDER


@EACH
def test_a_shipped_form_is_what_is_promised_of_it(code: str) -> None:
    form, expected = FORMS[code], EXPECTED[code]
    assert (form.title("zh"), form.use, form.edition) == (expected.title, expected.use, f"{code}.1")
    assert form.scale is SCALES.get(expected.scale)
    assert (codes(form.questions), form.overall.code) == (expected.questions, expected.overall)
    assert " ".join(tag.code for tag in form.tags) == expected.tags
    assert codes((*form.closing, *form.background)) == expected.asked_once
    assert (form.per_unit, form.most_units) == (expected.per_unit, expected.most_units)
    assert form.use in USES


@EACH
def test_a_shipped_form_speaks_both_languages_and_leans_in_neither(code: str) -> None:
    form = FORMS[code]
    asked = (*form.questions, *form.closing, *form.background)
    said = [form.name, form.text_words, *(each.words for each in asked), *(c.words for q in asked for c in q.choices)]
    for words in said:
        assert words.zh
        assert words.en
        assert unneutral_words(f"{words.zh} {words.en}") == []
        assert not any("一" <= sign <= "鿿" for sign in words.en), words.en
    assert "选填" in form.text_label("zh")
    assert "optional" in form.text_label("en")


@EACH
def test_only_questions_about_bodies_and_visits_are_scored(code: str) -> None:
    form = FORMS[code]
    kind = "level" if form.scale else "score"
    assert {(question.kind, question.scored) for question in form.questions} == {(kind, True)}
    assert not any(question.scored or question.overall for question in (*form.closing, *form.background))
    assert [question.overall for question in form.questions] == [True] + [False] * (len(form.questions) - 1)
    assert form.overall is form.questions[0]


@pytest.mark.parametrize("code", ["W1", "W5", "W13"])
def test_the_category_of_a_question_at_counters_is_its_letter(code: str) -> None:
    assert {q.code: q.category for q in FORMS[code].questions} == {
        q.code: CATEGORIES[q.code[2]] for q in FORMS[code].questions
    }


def test_a_question_is_the_same_on_every_form_at_counters() -> None:
    long = {question.code: question for question in FORMS["W13"].questions}
    for form in (FORMS["W1"], FORMS["W5"]):
        assert all(long[question.code] == question for question in form.questions)


def test_the_public_is_asked_about_six_sides_of_a_body_and_all_in_all() -> None:
    assert [question.category for question in FORMS["G"].questions] == [
        *("overall", "lawfulness", "results", "attitude", "openness", "promises", "integrity")
    ]


@pytest.mark.parametrize(
    ("question", "choices"),
    [
        ("G-HOW", "counter online phone visit other"),
        ("G-TREND", "better same worse unknown"),
        ("G-FIXED", "mostly partly no unknown"),
        ("G-TOLD", "no yes decline"),
        ("age", "18-29 30-44 45-59 60+"),
        ("area", "urban rural"),
        ("group", "resident enterprise deputy cadre"),
    ],
)
def test_what_the_public_is_asked_once_offers_its_choices(question: str, choices: str) -> None:
    form = FORMS["G"]
    asked = {each.code: each for each in (*form.closing, *form.background)}
    assert " ".join(choice.code for choice in asked[question].choices) == choices
    assert asked[question].choice_codes == set(choices.split())


def test_whether_somebody_was_told_how_to_answer_says_what_it_is_for() -> None:
    told = next(question for question in FORMS["G"].closing if question.code == "G-TOLD")
    assert told.note("zh") == "只用于检查调查质量，不计分，也不会对任何人逐条显示。"
    assert told.note("en").startswith("Used only to check the quality of the survey;")
    others = [question for question in FORMS["G"].closing if question is not told]
    assert {question.note("zh") for question in others} == {""}


@pytest.mark.parametrize("level", [None, *range(7)])
@EACH
def test_a_bad_rating_is_one_of_the_two_lowest_levels(code: str, level: int | None) -> None:
    form: Questionnaire = FORMS[code]
    assert form.is_bad(level) is (code != "L" and level in (1, 2))


@EACH
def test_every_category_of_a_shipped_form_has_words(code: str) -> None:
    assert {question.category for question in FORMS[code].questions} <= {*CATEGORIES_KNOWN, ""}


def test_twenty_aspects_stand_in_five_areas_of_four() -> None:
    areas = [question.category for question in FORMS["M"].questions if not question.overall]
    assert {area: areas.count(area) for area in areas} == {
        "thought": 4,
        "organisation": 4,
        "integrity": 4,
        "attitude": 4,
        "results": 4,
    }
