"""Every form there is: shipped ones and the installation's own, in every version, for each use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from survey import create_app
from survey.base.errors import NotFound, Refused, SettingError
from survey.base.settings import Settings
from survey.questions import service
from survey.questions.service import SCALES
from tests.questions.forms import changed, write

SHIPPED = {(code, 1) for code in (*"BCDEGLMPS", "W1", "W5", "W13")}


@pytest.fixture
def own(settings: Settings) -> Iterator[Path]:
    """The folder of an installation's own forms, which is not there yet."""
    app = create_app(settings)
    with app.app_context():
        yield settings.instance / "questionnaires"
    app.extensions["engine"].dispose()


def test_without_own_forms_there_are_the_shipped_ones(own: Path) -> None:
    assert set(service.editions()) == SHIPPED
    assert set(service.newest()) == {code for code, _version in SHIPPED}


def test_where_there_is_no_installation_there_are_the_shipped_ones() -> None:
    assert set(service.editions()) == SHIPPED


def test_an_empty_folder_adds_nothing(own: Path) -> None:
    own.mkdir()
    assert set(service.editions()) == SHIPPED


def test_a_file_in_place_of_the_folder_adds_nothing(own: Path) -> None:
    own.write_text("no folder")
    assert set(service.editions()) == SHIPPED


def test_an_installation_adds_its_own_forms_after_the_shipped_ones(own: Path) -> None:
    write(own, changed())
    assert [code for code, _version in service.editions()] == [*"BCDEGLMPS", "W1", "W13", "W5", "F"]
    assert service.questionnaire("F").title("zh") == "自定问卷"


def test_a_shipped_edition_is_never_given_anew(own: Path) -> None:
    write(own, changed(code="W5"), "W5.yaml")
    with pytest.raises(SettingError) as refused:
        service.editions()
    assert refused.value.message == "W5.yaml: version 1 of W5 is there already; write the next version."
    assert refused.value.status == 500


def test_a_fault_in_an_own_form_is_said_wherever_forms_are_read(own: Path) -> None:
    write(own, changed(scale="six"))
    for ask in (service.newest, service.overall_questions, service.scale_of_question, lambda: service.for_use("poll")):
        with pytest.raises(SettingError, match=r"^F\.yaml: the scale 'six'"):
            ask()


def test_what_was_read_once_is_not_read_again(own: Path) -> None:
    write(own, changed())
    assert service.questionnaire("F") is service.questionnaire("F", 1)
    write(own, changed(code="F2"), "F2.yaml")
    assert "F2" not in service.newest(), "a process knows the forms it began with"


def test_the_newest_version_is_the_one_of_the_highest_number(house: Flask) -> None:
    assert service.newest()["W1"].version == 10, "ten comes after nine"
    assert service.questionnaire("W1").title("zh") == "办事评价第10版"
    assert [service.questionnaire("W1", version).version for version in (1, 9, 10)] == [1, 9, 10]
    assert service.questionnaire("W1", 1).title("zh") == "办事评价"
    assert {version for code, version in service.editions() if code == "W1"} == {1, 9, 10}
    assert set(service.newest()) == {*"BCDEFGLMPSTX", "W1", "W13", "W5"}


@pytest.mark.parametrize(("code", "version"), [("Q", None), ("", None), ("w1", None), ("W1", 2), ("W1", 0), ("Q", 1)])
def test_a_form_or_a_version_that_is_not_there_is_not_found(house: Flask, code: str, version: int | None) -> None:
    with pytest.raises(NotFound) as missed:
        service.questionnaire(code, version)
    assert missed.value.message == f"没有编号为 {code} 的问卷。"


@pytest.mark.parametrize(
    ("uses", "codes"),
    [
        (("counter",), ["T", "W1", "W13", "W5", "X"]),
        (("poll",), [*"CDEFGS"]),
        (("panel",), [*"BLMP"]),
        (("poll", "panel"), [*"BCDEFGLMPS"]),
        ((), []),
        (("web",), []),
    ],
)
def test_forms_are_found_by_what_they_are_for(house: Flask, uses: tuple[str, ...], codes: list[str]) -> None:
    found = service.for_use(*uses)
    assert list(found) == codes
    assert all(found[code] is service.questionnaire(code) for code in codes)


@pytest.mark.parametrize(
    ("code", "uses"), [("W1", ("counter",)), ("W1", ()), ("G", ("panel", "poll")), ("L", ("panel",)), ("F", ())]
)
def test_a_form_that_fits_its_use_is_given_in_its_newest_version(
    house: Flask, code: str, uses: tuple[str, ...]
) -> None:
    assert service.require_form(code, *uses) is service.newest()[code]


@pytest.mark.parametrize(
    ("code", "uses", "names"),
    [
        ("G", ("counter",), "T, W1, W13, W5, X"),
        ("W1", ("poll", "panel"), "B, C, D, E, F, G, L, M, P, S"),
        ("Q", ("panel",), "B, L, M, P"),
        ("Q", (), "B, C, D, E, F, G, L, M, P, S, T, W1, W13, W5, X"),
    ],
)
def test_a_form_that_does_not_fit_is_refused_with_those_that_do(
    house: Flask, code: str, uses: tuple[str, ...], names: str
) -> None:
    with pytest.raises(Refused) as refused:
        service.require_form(code, *uses)
    assert refused.value.message == f"这里没有可用的问卷 {code}。"
    assert refused.value.remedy == f"请从下列各项中选择：{names}。"


def test_where_no_form_is_named_a_dash_stands_for_it(house: Flask) -> None:
    with pytest.raises(Refused, match="这里没有可用的问卷 –。"):
        service.require_form("", "poll")


def test_each_form_has_one_question_that_stands_for_it(house: Flask) -> None:
    assert service.overall_questions() == [
        *("B-1", "C-1", "D-1", "E-1", "F-1", "G-1", "L-1", "M-0", "P-1", "S-1", "T-1", "W-E1", "X-1")
    ]


def test_each_question_of_levels_knows_its_scale(house: Flask) -> None:
    scales = service.scale_of_question()
    assert {code: scales[code].code for code in ("F-1", "F-2", "T-1", "X-1", "G-7", "W-E1", "W-D4")} == {
        "F-1": "four",
        "F-2": "four",
        "T-1": "three",
        "X-1": "ten",
        "G-7": "five",
        "W-E1": "five",
        "W-D4": "five",
    }
    assert "L-1" not in scales, "scores are points already"
    assert not {"G-HOW", "age", "F-HOW"} & set(scales), "what is asked once has no scale"


@pytest.mark.parametrize(
    ("form", "level", "said"),
    [
        ("W1", 5, ("非常满意", "Very satisfied")),
        ("W1", 0, ("没遇到或说不清", "Not met or cannot say")),
        ("F", 1, ("较差", "Poor")),
        ("T", 2, ("基本满意", "Fairly satisfied")),
        ("X", 10, ("10 分", "10")),
        ("X", None, ("–", "–")),
        ("L", 5, ("–", "–")),
        ("Q", 5, ("–", "–")),
        ("", 5, ("–", "–")),
    ],
)
def test_a_level_is_said_in_the_words_of_its_form(
    house: Flask, form: str, level: int | None, said: tuple[str, str]
) -> None:
    assert (service.level_words(form, level, "zh"), service.level_words(form, level, "en")) == said


@pytest.mark.parametrize(
    ("code", "text", "points"),
    [
        ("five", "100/80/60/30/0", (100, 80, 60, 30, 0)),
        ("five", "100/70/30", (100, 100, 70, 30, 30)),
        ("four", "90、60、30、0", (90, 60, 30, 0)),
        ("three", "100,50,0", (100, 50, 0)),
        ("ten", "100/90/80/70/60/50/40/30/20/0", (100, 90, 80, 70, 60, 50, 40, 30, 20, 0)),
    ],
)
def test_points_are_read_for_their_scale(house: Flask, code: str, text: str, points: tuple[float, ...]) -> None:
    scale = SCALES[code]
    assert service.points_of(text, scale).pairs == tuple(zip(scale.levels, points, strict=True))


@pytest.mark.parametrize("code", SCALES)
@pytest.mark.parametrize("text", ["", "100", "0/100", "viel", "100/70/30/0/0/0"])
def test_points_that_do_not_fit_are_refused_with_an_example_of_the_scale(house: Flask, code: str, text: str) -> None:
    scale = SCALES[code]
    with pytest.raises(Refused) as refused:
        service.points_of(text, scale)
    assert refused.value.message == f"“{text}”不是有效的分值表。"
    levels = {"five": 5, "four": 4, "three": 3, "ten": 10}[code]
    assert refused.value.remedy == f"请从最好到最差写出 {levels} 个等级的分值，例如 {scale.usual_points}。"
