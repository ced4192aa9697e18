"""What a browser sent, read into plain values: the last value allowed, one beyond, and nothing that was not asked."""

from __future__ import annotations

import json

import pytest
from werkzeug.datastructures import MultiDict

from survey.collect.citizen.form_reader import (
    FormFault,
    clean_words,
    field_name,
    read_choices,
    read_contacted,
    read_form,
    read_scores,
    require_overall,
    score_of,
)
from survey.collect.rules import (
    LEAST_SPREAD,
    LONGEST_TEXT,
    calibration_text,
    lacks_spread,
    selected_units,
    selection_factor,
)
from survey.collect.store.content import FilledForm
from survey.questions import service as questions
from survey.questions.service import Questionnaire
from tests.collect.conftest import Fair
from tests.own_forms import COUNTER_FORMS


def sent(**values: object) -> MultiDict[str, str]:
    fields: MultiDict[str, str] = MultiDict()
    for name, value in values.items():
        fields.setlist(name, value if isinstance(value, list) else [value])
    return fields


def form(code: str) -> Questionnaire:
    return questions.questionnaire(code)


def refused(notice: str, read, *arguments: object) -> FilledForm:
    """Expect a refusal; returns what can be kept."""
    with pytest.raises(FormFault) as fault:
        read(*arguments)
    assert fault.value.notice == str(fault.value) == notice
    return fault.value.content


@pytest.mark.parametrize("code", [*COUNTER_FORMS, "W1"])
def test_every_level_of_a_form_is_read_and_no_other(still_fair: Fair, code: str):
    own = form(code)
    assert own.scale
    name = own.overall.code
    for level in own.scale.answers:
        assert read_form(own, sent(**{name: str(level)})).levels == {(0, name): level}
    best = max(own.scale.levels)
    for wrong in (str(best + 1), "-1", "1.0", f"0{best}", f"+{best}", f" {best}", "五", "null"):
        assert refused("unknown_answer", read_form, own, sent(**{name: wrong})).levels == {}


def test_a_question_left_out_is_left_out_but_the_overall_one_is_asked_again(still_fair: Fair):
    own = form("F")
    content = read_form(own, sent(**{"F-2": "1"}))
    assert content.levels == {(0, "F-2"): 1}
    assert refused("choose_level", require_overall, own, content) == content
    for level in ("0", "1", "4"):
        require_overall(own, read_form(own, sent(**{"F-1": level})))
    assert read_form(own, sent(**{"F-1": ""})).levels == {}


def test_what_can_be_kept_of_a_refused_form_is_kept(still_fair: Fair):
    fields = sent(**{"F-1": "4", "F-2": "9", "tag": ["fast", "made up", "clear"], "text": " 很\t快 "})
    kept = refused("unknown_answer", read_form, form("F"), fields)
    assert kept == FilledForm(levels={(0, "F-1"): 4}, tags=("clear", "fast"), text="很 快")


def test_reasons_are_those_of_the_form_each_once(still_fair: Fair):
    own = form("F")
    assert read_form(own, sent(tag=["kind", "fast", "kind"])).tags == ("fast", "kind")
    everything = [tag.code for tag in own.tags]
    assert read_form(own, sent(tag=everything)).tags == tuple(sorted(everything))
    assert read_form(own, sent()).tags == ()
    assert refused("unknown_answer", read_form, own, sent(tag=["", "fast"])).tags == ("fast",)


def test_the_longest_words_fit_and_one_more_is_too_long(still_fair: Fair):
    own = form("F")
    assert read_form(own, sent(text=" " + "长" * LONGEST_TEXT + "\n")).text == "长" * LONGEST_TEXT
    assert refused("too_long", read_form, own, sent(text="长" * (LONGEST_TEXT + 1))).text == "长" * (LONGEST_TEXT + 1)
    both = sent(text="长" * (LONGEST_TEXT + 1), **{"F-1": "9"})
    refused("unknown_answer", read_form, own, both)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("一\r\n二\r三\n四", "一\n二\n三\n四"),
        ("\t一\t二\t", "一 二"),
        ("".join(map(chr, range(0x20))) + "慢", "慢"),
        ("一\x1f\x20二", "一 二"),
        ("\x7f\u200b\u3000中\u3000", "\x7f\u200b\u3000中"),
        ("a  b", "a  b"),
        ("", ""),
    ],
)
def test_only_controls_leave_the_words(text: str, kept: str):
    assert clean_words(text) == kept


def test_of_several_bodies_each_has_fields_of_its_own(still_fair: Fair):
    own = form("G")
    assert [field_name(0, "G-1"), field_name(7, "G-1")] == ["G-1", "u7.G-1"]
    fields = sent(**{"u7.G-1": "5", "u7.G-7": "0", "u12.G-1": "1", "G-1": "3", "u9.G-1": "4"})
    content = read_form(own, fields, (7, 12))
    assert content.levels == {(7, "G-1"): 5, (7, "G-7"): 0, (12, "G-1"): 1}
    kept = refused("unknown_answer", read_form, own, sent(**{"u7.G-1": "6", "u12.G-1": "1"}), (7, 12))
    assert kept.levels == {(12, "G-1"): 1}
    assert read_form(own, fields, ()).levels == {}


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("0", 0.0), ("100", 100.0), ("99.999", 99.999), ("87.", 87.0), (" 60 ", 60.0), ("007", 7.0), ("100.0", 100.0),
        ("100.1", None), ("101", None), ("-1", None), ("-0", None), ("", None), (".5", None), ("1e1", None),
        ("九十", None), ("９０", None), ("12.5.1", None), ("99.9999", None), ("1 0", None), ("nan", None),
    ],
)  # fmt: skip
def test_a_score_is_a_plain_number_up_to_a_hundred(text: str, score: float | None):
    assert score_of(text) == score


def test_scores_of_a_panel_are_read_for_each_body(still_fair: Fair):
    own = form("L")
    before = FilledForm(text="好", contacted=(7,))
    fields = sent(**{"u7.L-1": "88.5", "u9.L-1": "", "u12.L-1": " 0 ", "L-1": "50"})
    content = read_scores(own, fields, (7, 9, 12), before)
    assert content == FilledForm(scores={(7, "L-1"): 88.5, (12, "L-1"): 0.0}, text="好", contacted=(7,))
    kept = refused("unknown_answer", read_scores, own, sent(**{"u7.L-1": "101", "u9.L-1": "9"}), (7, 9), before)
    assert kept.scores == {(9, "L-1"): 9.0}
    assert read_scores(own, fields, (), before) == before
    assert read_form(own, fields, (7,)).levels == {}, "a form of scores has no levels"
    assert read_scores(form("G"), sent(**{"u7.G-1": "101"}), (7,), before) == before, "nor one of levels scores"


def test_choices_and_background_are_read_by_their_names(still_fair: Fair):
    own, before = form("G"), FilledForm(text="好")
    content = read_choices(own, sent(**{"G-TOLD": "no", "G-HOW": "", "bg.age": "60+", "bg.group": "cadre"}), before)
    assert content.choices == {"G-TOLD": "no"}
    assert content.background == {"age": "60+", "group": "cadre"}
    assert content.text == "好"
    for name, value in (("G-TOLD", "maybe"), ("bg.age", "17"), ("bg.area", "URBAN")):
        kept = refused("unknown_answer", read_choices, own, sent(**{name: value, "G-TREND": "same"}), before)
        assert (kept.choices, kept.background) == ({"G-TREND": "same"}, {})
    ignored = read_choices(own, sent(**{"age": "60+", "bg.G-TOLD": "no", "other": "x"}), before)
    assert (ignored.choices, ignored.background) == ({}, {})


@pytest.mark.parametrize(
    ("ticked", "contacted"),
    [
        (["12", "7", "7"], (7, 12)),
        (["8"], ()),
        (["-7", "7.0", "x", "", "７", "9" * 10], ()),
        (["999999999"], (999_999_999,)),
        ([], ()),
    ],
)
def test_only_offered_bodies_can_be_ticked(ticked: list[str], contacted: tuple[int, ...]):
    assert read_contacted(sent(unit=ticked), [7, 12, 999_999_999, 9_999_999_999]) == contacted


# -- content and small rules ----------------------------------------------------------------------------------------


def test_the_same_content_is_the_same_text_in_whatever_order():
    one = FilledForm(
        {(2, "b"): 1, (1, "a"): 5}, {(2, "s"): 9.5, (1, "s"): 1.0}, {"y": "1", "x": "2"}, {"area": "u", "age": "3"},
        ("b", "a"), "好\n", (9, 3),
    )  # fmt: skip
    other = FilledForm(
        {(1, "a"): 5, (2, "b"): 1}, {(1, "s"): 1.0, (2, "s"): 9.5}, {"x": "2", "y": "1"}, {"age": "3", "area": "u"},
        ("a", "b"), "好\n", (3, 9),
    )  # fmt: skip
    assert one.canonical() == other.canonical()
    assert json.loads(one.canonical()) == {
        "levels": [[1, "a", 5], [2, "b", 1]],
        "scores": [[1, "s", 1.0], [2, "s", 9.5]],
        "choices": {"x": "2", "y": "1"},
        "background": {"age": "3", "area": "u"},
        "tags": ["a", "b"],
        "text": "好\n",
        "contacted": [3, 9],
    }
    assert "好" in one.canonical()


@pytest.mark.parametrize("name", ["levels", "scores", "choices", "background", "tags", "text", "contacted"])
def test_a_difference_anywhere_is_another_content(name: str):
    one = {"levels": {(0, "a"): 5}, "scores": {(0, "a"): 5.0}, "choices": {"a": "1"}, "background": {"a": "1"}}
    one |= {"tags": ("a",), "text": "一", "contacted": (1,)}
    other = {"levels": {(0, "a"): 4}, "scores": {(0, "a"): 4.0}, "choices": {"a": "2"}, "background": {"b": "1"}}
    other |= {"tags": (), "text": "二", "contacted": (1, 2)}
    assert FilledForm(**one).canonical() != FilledForm(**{**one, name: other[name]}).canonical()


@pytest.mark.parametrize(
    ("scores", "lacks"),
    [
        ([90, 90], False), ([90, 90, 90], True), ([90, 91.9, 90], True), ([90, 90 + LEAST_SPREAD, 90], False),
        ([90, 90 - LEAST_SPREAD + 0.001, 91], False), ([0.5, 0, 1], True), ([], False),
    ],
)  # fmt: skip
def test_three_scores_closer_than_two_points_lack_spread(scores: list[float], lacks: bool):
    assert lacks_spread(scores) is lacks
    assert LEAST_SPREAD == 2


def test_bodies_asked_about_are_drawn_by_link_and_never_twice():
    contacted = list(range(1, 11))
    drawn = {selected_units(f"link {n}", contacted, 3) for n in range(60)}
    assert all(len(set(each)) == 3 and list(each) == sorted(each) for each in drawn)
    assert len(drawn) > 30, "different links ask about different bodies"
    assert {unit for each in drawn for unit in each} == set(contacted)
    assert selected_units("x", [3, 1, 3, 2], 3) == (1, 2, 3)
    assert selected_units("x", contacted, 0) == tuple(contacted), "0 asks about all"
    assert len(selected_units("x", [1, 2, 3, 4], 3)) == 3


def test_an_answer_stands_for_the_bodies_not_asked_about():
    assert [selection_factor(5, 3), selection_factor(3, 3), selection_factor(0, 0)] == [5 / 3, 1.0, 1.0]
    assert calibration_text({"b": "2", "a": "", "c": "1"}) == "b=2;c=1"
    assert calibration_text({}) == ""
