"""Documents of forms: what they say becomes the form, and every fault is a sentence that names file and place."""

from __future__ import annotations

from pathlib import Path

import pytest

from survey.base.errors import SettingError
from survey.questions.form.document import read_folder
from survey.questions.form.questionnaire import Choice
from survey.questions.service import SCALES, Question, Words, all_tags
from tests.questions.forms import LEFT_OUT, changed, fault, read, write

SHAPE = "a part is missing or has another shape: "


def test_a_whole_document_becomes_a_form(tmp_path: Path) -> None:
    form = read(tmp_path, changed())
    assert (form.code, form.version, form.edition, form.use) == ("F", 1, "F.1", "poll")
    assert (form.name, form.text_words) == (Words("自定问卷", "Own form"), Words("补充意见", "Remarks"))
    assert form.scale is SCALES["four"]
    assert form.questions == (
        Question("F-1", Words("总的来说", "Overall"), "level", "overall", True, True),
        Question("F-2", Words("服务态度", "Attitude"), "level", "attitude", False, True),
    )
    assert form.tags == (all_tags()["fast"], all_tags()["pressed"])
    assert (form.per_unit, form.most_units) == (True, 2)
    choices = (Choice("desk", Words("窗口", "Desk")), Choice("net", Words("网上", "Online")))
    how = Question("F-HOW", Words("怎么办的", "How was it done?"), "choice", "", False, False, choices)
    assert [(q.code, q.words, q.kind, q.scored, q.choices) for q in form.closing] == [
        (how.code, how.words, "choice", False, choices)
    ]
    assert (form.closing[0].note("zh"), form.closing[0].note("en")) == ("不计分", "Not scored")
    assert [(q.code, q.kind, q.choice_codes) for q in form.background] == [("age", "choice", {"60+"})]
    assert (form.background[0].note("zh"), form.background[0].note("en")) == ("", "")


@pytest.mark.parametrize(
    ("key", "attribute", "usual"),
    [
        ("tags", "tags", ()),
        ("scale", "scale", SCALES["five"]),
        ("per_unit", "per_unit", False),
        ("most_units", "most_units", 0),
        ("closing", "closing", ()),
        ("background", "background", ()),
    ],
)
def test_what_a_document_need_not_say_has_a_usual_value(tmp_path: Path, key: str, attribute: str, usual) -> None:
    assert getattr(read(tmp_path, changed(**{key: LEFT_OUT})), attribute) == usual


@pytest.mark.parametrize("key", ["code", "version", "zh", "en", "use", "questions"])
def test_what_a_document_must_say_is_missed_by_its_name(tmp_path: Path, key: str) -> None:
    assert fault(tmp_path, changed(**{key: LEFT_OUT})) == f"{SHAPE}'{key}'."


@pytest.mark.parametrize(
    "at",
    [
        ("zh", "title"),
        ("zh", "text"),
        ("en", "title"),
        ("en", "text"),
        ("questions", 0, "code"),
        ("questions", 1, "zh"),
        ("questions", 1, "en"),
        ("closing", 0, "code"),
        ("closing", 0, "zh"),
        ("background", 0, "en"),
        ("closing", 0, "choices", 1, "code"),
        ("closing", 0, "choices", 1, "zh"),
        ("background", 0, "choices", 0, "en"),
    ],
)
def test_a_part_that_is_missing_deeper_is_missed_too(tmp_path: Path, at: tuple[str | int, ...]) -> None:
    assert fault(tmp_path, changed(at, LEFT_OUT)) == f"{SHAPE}'{at[-1]}'."


@pytest.mark.parametrize(
    ("at", "key"),
    [
        (("colour",), "colour"),
        (("scael",), "scael"),
        (("Tags",), "Tags"),
        (("questions", 0, "scale"), "scale"),
        (("questions", 1, "overal"), "overal"),
        (("closing", 0, "choice"), "choice"),
        (("background", 0, "kind"), "kind"),
        ((7,), "7"),
    ],
)
def test_a_key_that_nobody_knows_is_not_passed_over(tmp_path: Path, at: tuple[str | int, ...], key: str) -> None:
    assert fault(tmp_path, changed(at, "three")) == f"{SHAPE}nothing is called {key}."


def test_several_keys_that_nobody_knows_are_named_in_order(tmp_path: Path) -> None:
    assert fault(tmp_path, changed(rows=1, colour=2)) == f"{SHAPE}nothing is called colour, rows."


@pytest.mark.parametrize(
    ("at", "value"),
    [
        (("version",), "one"),
        (("version",), 1.5),
        (("version",), True),
        (("version",), None),
        (("most_units",), "three"),
        (("most_units",), 2.0),
        (("zh",), "自定问卷"),
        (("en",), None),
        (("tags",), None),
        (("tags",), 3),
        (("questions",), None),
        (("questions",), "F-1"),
        (("questions",), {"F-1": "总的来说"}),
        (("closing",), 1),
        (("background",), ["age"]),
        (("closing", 0, "choices"), ["desk"]),
        (("closing", 0, "note"), "不计分"),
    ],
)
def test_a_part_of_another_shape_is_refused(tmp_path: Path, at: tuple[str | int, ...], value: object) -> None:
    assert fault(tmp_path, changed(at, value)).startswith(SHAPE)


@pytest.mark.parametrize("document", ["", "[1, 2]\n", "自定问卷\n", "12\n"])
def test_a_document_that_is_no_form_at_all_is_refused(tmp_path: Path, document: str) -> None:
    assert fault(tmp_path, document).startswith(SHAPE)


@pytest.mark.parametrize("document", ["code: [\n", "code: 'F\n", "a: b: c\n", "\tcode: F\n"])
def test_what_is_no_yaml_is_said_to_be_none(tmp_path: Path, document: str) -> None:
    sentence = fault(tmp_path, document)
    assert sentence.startswith("it is not readable YAML: ")
    assert "\n" not in sentence


@pytest.mark.parametrize("key", ["per_unit", "overall"])
@pytest.mark.parametrize("value", ["no", "yes", "true", 1, 0, None])
def test_true_and_false_are_written_so(tmp_path: Path, key: str, value: object) -> None:
    at = ("per_unit",) if key == "per_unit" else ("questions", 0, "overall")
    assert fault(tmp_path, changed(at, value)) == f"{SHAPE}{key} is {value!r}, neither true nor false."


@pytest.mark.parametrize(
    "at", [("zh", "title"), ("zh", "text"), ("questions", 0, "zh"), ("closing", 0, "choices", 0, "zh")]
)
@pytest.mark.parametrize("empty", ["", None])
def test_chinese_words_are_never_empty(tmp_path: Path, at: tuple[str | int, ...], empty: str | None) -> None:
    assert fault(tmp_path, changed(at, empty)) == f"{SHAPE}a wording is empty."


@pytest.mark.parametrize("empty", ["", None])
def test_english_words_may_be_empty_and_chinese_ones_stand_in(tmp_path: Path, empty: str | None) -> None:
    form = read(tmp_path, changed(("en", "title"), empty))
    assert (form.title("en"), form.title("zh")) == ("自定问卷", "自定问卷")


def test_words_written_as_numbers_are_words(tmp_path: Path) -> None:
    form = read(tmp_path, changed(("questions", 0, "zh"), 2026))
    assert form.questions[0].text("zh") == "2026"


@pytest.mark.parametrize(
    ("word", "leaning"),
    [
        ("请给好评", "请给好评"),
        ("评价有礼", "评价有礼"),
        ("win a prize", "prize"),
        ("给个好评，有红包", "给个好评, 红包"),
    ],
)
def test_a_form_that_leans_is_refused_with_its_words(tmp_path: Path, word: str, leaning: str) -> None:
    sentence = fault(tmp_path, changed(("questions", 1, "zh"), word))
    assert sentence == f"it is not neutral: {leaning}. Ask without leading."


def test_a_comment_may_not_lean_either(tmp_path: Path) -> None:
    assert fault(tmp_path, "# 五星好评\ncode: F\n").startswith("it is not neutral: 五星好评.")


@pytest.mark.parametrize("scale", ["six", "FIVE", "", 5, None, "hundreds"])
def test_a_scale_is_one_of_those_there_are(tmp_path: Path, scale: object) -> None:
    assert (
        fault(tmp_path, changed(scale=scale)) == f"the scale {str(scale)!r} is none of five, four, three, ten, hundred."
    )


@pytest.mark.parametrize("scale", ["five", "four", "three", "ten"])
def test_a_form_may_stand_on_any_scale_of_levels(tmp_path: Path, scale: str) -> None:
    form = read(tmp_path, changed(scale=scale))
    assert form.scale is SCALES[scale]
    assert {question.kind for question in form.questions} == {"level"}
    assert form.scale_name == SCALES[scale].title


def test_a_form_of_scores_has_no_scale_and_no_bad_ratings(tmp_path: Path) -> None:
    form = read(tmp_path, changed(scale="hundred"))
    assert form.scale is None
    assert [(question.kind, question.scored) for question in form.questions] == [("score", True), ("score", True)]
    assert [question.kind for question in form.closing] == ["choice"]
    assert (form.scale_name.zh, form.scale_name.en) == ("0–100 分", "0–100")
    assert not any(form.is_bad(level) for level in (None, 0, 1, 2))


@pytest.mark.parametrize(("scale", "bad"), [("five", [1, 2]), ("four", [1]), ("three", [1]), ("ten", [1, 2, 3, 4])])
def test_a_form_knows_its_bad_ratings(tmp_path: Path, scale: str, bad: list[int]) -> None:
    form = read(tmp_path, changed(scale=scale))
    assert [level for level in range(12) if form.is_bad(level)] == bad
    assert form.is_bad(None) is False


@pytest.mark.parametrize(
    ("tags", "codes"),
    [
        ("all", list(all_tags())),
        ([], []),
        (["other"], ["other"]),
        (["slow", "fast"], "slow"),
        (["bribery", "fast", "bribery"], ["bribery", "fast"]),
        (["x", "fast", "y"], "x, y"),
        ("fast", "f, a, s, t"),
        (["all"], "all"),
    ],
)
def test_a_form_offers_the_reasons_that_it_names(tmp_path: Path, tags: object, codes: list[str] | str) -> None:
    if isinstance(codes, str):
        assert fault(tmp_path, changed(tags=tags)) == f"there is no reason {codes}."
    else:
        assert [tag.code for tag in read(tmp_path, changed(tags=tags)).tags] == codes


@pytest.mark.parametrize("version", [2, 1])
def test_an_edition_stands_once_in_a_folder(tmp_path: Path, version: int) -> None:
    write(tmp_path, changed(), "F.yaml")
    write(tmp_path, changed(version=version), "F-again.yaml")
    if version == 2:
        assert list(read_folder(tmp_path)) == [("F", 2), ("F", 1)], "in the order of the files' names"
        return
    with pytest.raises(SettingError) as refused:
        read_folder(tmp_path)
    assert refused.value.message == "F.yaml: version 1 of F is there already; write the next version."


def test_an_edition_that_stands_elsewhere_is_never_given_again(tmp_path: Path) -> None:
    write(tmp_path, changed())
    known = read_folder(tmp_path)
    assert read_folder(tmp_path, taken={}) == known
    with pytest.raises(SettingError, match="version 1 of F is there already"):
        read_folder(tmp_path, taken=known)


def test_only_yaml_whose_name_begins_with_a_capital_is_a_form(tmp_path: Path) -> None:
    for name in ("tags.yaml", "1.yaml", "_F.yaml", "F.yml", "F.txt"):
        write(tmp_path, "no form", name)
    assert read_folder(tmp_path) == {}
    write(tmp_path, changed(), "Z-form.yaml")
    assert list(read_folder(tmp_path)) == [("F", 1)]
