"""Components of every kind of collection, on every scale, and narrowed to a group, a wave, a channel or a form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from flask import Flask

from survey import create_app
from survey.base.errors import ImportFaults, Refused, SurveyError
from survey.base.settings import Settings
from survey.estimate import service as estimate
from survey.rounds import service as rounds
from survey.score import service
from tests import two_people
from tests.own_forms import counter_forms, with_forms
from tests.score.desk import lines_of
from tests.score.schemes_written import external, leaf, scheme_of
from tests.score.voices import ENOUGH, Voices

#: level -> answers, forty of each scale
FIVE = {5: 20, 4: 10, 3: 10}
FOUR = {4: 20, 3: 10, 1: 10}
THREE = {3: 20, 2: 10, 1: 10}
TEN = {10: 20, 7: 10, 1: 10}


@pytest.fixture
def voices(settings: Settings) -> Iterator[Voices]:
    app = create_app(with_forms(settings, counter_forms()))
    with app.app_context():
        yield Voices()
    app.extensions["engine"].dispose()


def value_of(voices: Voices, text: str, unit: str = "101") -> service.Part:
    """The only component of a scheme, as it stands on a new sheet."""
    service.add_scheme(text)
    scheme = service.check_scheme(text)
    return lines_of(service.make_sheet(voices.year, scheme.code))[unit].parts[0]


@pytest.mark.parametrize(
    ("form", "levels", "more", "points", "value"),
    [
        ("W1", FIVE, "", "", 85.0),
        ("W1", FIVE, "", "points: 90/60/30/10/0", 67.5),  # the scheme's points are those of five levels
        ("W1", FIVE, "points_table: 100/70/30", "points: 90/60/30/10/0", 92.5),  # 100, 100, 70
        ("W1", FIVE, "points_table: 80/60/40/20/0", "points: 90/60/30/10/0", 65.0),
        ("F", FOUR, "", "points: 90/60/30/10/0", 77.5),  # 100/80/60/30, whatever the scheme says of five
        ("F", FOUR, "points_table: 90/70/50/10", "", 65.0),
        ("T", THREE, "", "points: 90/60/30/10/0", 75.0),  # 100/70/30
        ("T", THREE, "points_table: 100/50/0", "", 62.5),
        ("X", TEN, "", "", 70.0),
        ("X", TEN, "points_table: 100/90/80/60/60/50/40/30/20/0", "", 65.0),
    ],
)
def test_levels_of_every_scale_become_the_points_that_were_decided(
    voices: Voices, form: str, levels: dict[int, int], more: str, points: str, value: float
) -> None:
    voices.say("101", levels, form=form)
    voices.compute()
    written = f"form: {form}" + (f", {more}" if more else "")
    part = value_of(voices, scheme_of(leaf(source="source: counter", more=written), tail=points))
    assert part.value == pytest.approx(value, abs=1e-6)
    assert part.points == pytest.approx(value, abs=1e-6)
    assert (part.n, part.valid_n, part.floor, part.self_selected) == (40, 40, "published", True)


def test_points_of_another_scale_are_refused_with_a_sentence(voices: Voices) -> None:
    voices.say("101", FOUR, form="F")
    voices.compute()
    service.add_scheme(scheme_of(leaf(source="source: counter", more="form: F, points_table: 100/70/30")))
    with pytest.raises(SurveyError, match="“100/70/30”不是有效的分值表"):
        service.make_sheet(voices.year, "test")
    assert service.sheet_list() == []


@pytest.mark.parametrize("kind", ["online", "open", "complaint", "import"])
def test_every_kind_that_is_not_drawn_counts_as_it_stands(voices: Voices, kind: str) -> None:
    number = voices.collection("a", kind=kind)
    voices.say("101", FIVE, collection=number, form="G")
    voices.compute()
    part = value_of(voices, scheme_of(leaf(source=f"source: {kind}")))
    assert (part.value, part.source, part.n) == (pytest.approx(85.0), kind, 40)
    assert part.self_selected is (kind != "import")
    assert part.participation is None
    assert part.response_rate is None


def test_cannot_say_leaves_the_mean_and_is_reported(voices: Voices) -> None:
    voices.say("101", {5: 20, 3: 20, 0: 10})
    voices.compute()
    part = value_of(voices, scheme_of(leaf(source="source: counter")))
    assert (part.value, part.n, part.valid_n, part.cannot_say) == (80.0, 50, 40, 0.2)


def test_another_question_counts_where_the_component_names_it(voices: Voices) -> None:
    voices.say("101", {4: 40}, form="F")
    voices.say("101", {2: 40}, form="F", question="F-2")
    voices.compute()
    named = leaf(source="source: counter", more="form: F, question: F-2")
    part = value_of(voices, scheme_of(named))
    assert (part.value, part.question) == (60.0, "F-2")


def groups_apart(voices: Voices) -> None:
    """Deputies say 100, enterprises 60, of the same unit."""
    for group, level in (("deputies", 5), ("enterprises", 3)):
        number = voices.collection(group, group=group)
        voices.say("101", {level: ENOUGH}, collection=number, form="G", group_code=group)
    voices.compute()


@pytest.mark.parametrize(
    ("more", "value"),
    [
        ("group: deputies", 100.0),
        ("group: enterprises", 60.0),
        ("group: [deputies, enterprises]", 80.0),
        ("wave: enterprises", 60.0),
        ("wave: 征集deputies", 100.0),
        ("wave: {deputies: 25, enterprises: 75}", 70.0),
        ("wave: {征集deputies: 90, 征集enterprises: 10}", 96.0),
        ("form: G, group: deputies, channel: qr", 100.0),
    ],
)
def test_groups_and_waves_count_as_the_component_says(voices: Voices, more: str, value: float) -> None:
    groups_apart(voices)
    part = value_of(voices, scheme_of(leaf(source="source: online", more=more)))
    assert part.value == pytest.approx(value, abs=1e-6)


MIXED = "请指明评议主体，或列出全部主体。"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("", MIXED),
        ("group: citizens", "评议期没有计入"),
        ("wave: 明年", "评议期没有计入 明年 的“网上评议”。"),
        ("group: deputies, question: G-99", "没有题目 G-99"),
    ],
)
def test_what_would_mix_groups_or_names_nothing_is_refused_before_and_after_computing(
    voices: Voices, more: str, words: str
) -> None:
    groups_apart(voices)
    text = scheme_of(leaf(source="source: online", more=more))
    with pytest.raises(ImportFaults) as before:
        service.check_in_round(text, voices.year)
    service.add_scheme(text)
    with pytest.raises(ImportFaults) as after:
        service.make_sheet(voices.year, "test")
    for refused in (before.value, after.value):
        assert refused.message == "考核方案与评议期选取的答卷不符。"
        [fault] = refused.faults
        assert (fault.line, fault.column, fault.value) == (0, "a", "online")
        assert words in fault.remedy
    assert service.sheet_list() == []


def test_a_component_that_stands_in_two_classes_is_told_once(voices: Voices) -> None:
    groups_apart(voices)
    again = '  - codes: ["1"]\n    components:\n      - {id: a, title: 甲, share: 100, source: online}\n'
    with pytest.raises(ImportFaults) as refused:
        service.check_in_round(scheme_of(leaf(source="source: online"), tail=again), voices.year)
    assert len(refused.value.faults) == 1


def test_a_scheme_that_fits_its_round_is_handed_back(voices: Voices) -> None:
    groups_apart(voices)
    found = service.check_in_round(scheme_of(leaf(source="source: online", more="group: deputies")), voices.year)
    assert found.code == "test"
    asks_nobody = service.check_in_round(scheme_of(external()), voices.year)
    assert asks_nobody.survey_leaves() == []


def test_channels_are_told_apart(voices: Voices) -> None:
    number = voices.collection("a")
    voices.say("101", {5: ENOUGH}, collection=number, form="G", channel=1)
    voices.say("101", {1: ENOUGH}, collection=number, form="G", channel=2)
    voices.compute()
    for code, channel, value in (("one", "computer", 100.0), ("two", "mobile", 0.0), ("both", "[1, 2]", 50.0)):
        text = scheme_of(leaf(source="source: online", more=f"channel: {channel}"))
        part = value_of(voices, text.replace("id: test", f"id: {code}"))
        assert part.value == pytest.approx(value)


def test_two_components_of_one_unit_and_class_differ_by_what_they_select(voices: Voices) -> None:
    groups_apart(voices)
    both = (
        leaf("a", "share: 30", "source: online", "group: deputies"),
        leaf("b", "share: 70", "source: online", "group: enterprises"),
    )
    service.add_scheme(scheme_of(*both))
    line = lines_of(service.make_sheet(voices.year, "test"))["101"]
    assert [part.points for part in line.parts] == [30.0, 42.0]
    assert [part.selected for part in line.parts] == [(("group", "deputies"),), (("group", "enterprises"),)]
    assert line.total == 72.0


@pytest.mark.parametrize(
    ("answers", "unranked", "total"),
    [(30, "", 80.0), (29, "reference", 80.0), (5, "reference", 80.0), (4, "hidden", None), (0, "no_answers", None)],
)
def test_the_floors_decide_at_exactly_their_numbers(
    voices: Voices, answers: int, unranked: str, total: float | None
) -> None:
    voices.say("102", {5: ENOUGH})
    voices.say("101", {4: answers})
    voices.compute()
    service.add_scheme(scheme_of(leaf(source="source: counter")))
    line = lines_of(service.make_sheet(voices.year, "test"))["101"]
    assert (line.unranked, line.total, line.total_with_held) == (unranked, total, total)
    assert line.rank == (None if unranked else 2)
    for bound in (line.low, line.high, line.standard_error):
        assert (bound is None) is (total is None)


def test_an_installation_s_own_floors_hold_for_its_sheets(settings: Settings) -> None:
    app = create_app(replace(settings, floor_hidden=10, floor_reference=20))
    with app.app_context():
        voices = Voices({"101": "1", "102": "1", "103": "1"})
        for unit, answers in (("101", 20), ("102", 10), ("103", 9)):
            voices.say(unit, {4: answers})
        voices.compute()
        service.add_scheme(scheme_of(leaf(source="source: counter")))
        found = lines_of(service.make_sheet(voices.year, "test"))
        assert [found[unit].unranked for unit in ("101", "102", "103")] == ["", "reference", "hidden"]
    app.extensions["engine"].dispose()


def test_a_total_is_of_the_named_computation_or_the_newest(voices: Voices) -> None:
    voices.say("101", {5: ENOUGH})
    old = voices.compute()
    voices.say("101", {3: ENOUGH})
    new = voices.compute()
    service.add_scheme(scheme_of(leaf(source="source: counter")))
    sheets = [service.make_sheet(voices.year, "test", run_id=run) for run in (old, new, None)]
    assert [lines_of(sheet)["101"].total for sheet in sheets] == [100.0, 80.0, 80.0]
    assert [service.sheet(sheet).content.basis["run"] for sheet in sheets] == [old, new, new]
    assert [service.is_outdated(service.sheet(sheet).entry) for sheet in sheets] == [True, False, False]
    assert two_people.freeze(sheets[0]).content.basis["run"] == old


def test_the_computation_of_another_round_is_refused(voices: Voices) -> None:
    voices.say("101", {5: ENOUGH})
    quarter = rounds.add_round("2026-1", "一季度", date(2026, 1, 1), date(2026, 3, 31)).id
    other = voices.compute(quarter)
    service.add_scheme(scheme_of(leaf(source="source: counter")))
    with pytest.raises(Refused, match="本评议期还没有计算指数"):
        service.make_sheet(voices.year, "test", run_id=other)
    assert lines_of(service.make_sheet(quarter, "test"))["101"].total == 100.0


def test_a_round_that_judges_some_units_has_only_those_on_its_sheets_and_lists(app: Flask) -> None:
    with app.app_context():
        voices = Voices({"101": "1", "102": "1", "201": "2"})
        only = {"units": rounds.UnitChoice("units", ("101", "201"))}
        some = rounds.add_round("some", "部分单位", date(2026, 1, 1), date(2026, 6, 30), **only).id
        one_class = {"units": rounds.UnitChoice("classes", ("2",))}
        second = rounds.add_round("second", "二类", date(2026, 1, 1), date(2026, 6, 30), **one_class).id
        for round_id in (some, second):
            voices.bring("hami", {name: dict.fromkeys(voices.wanted, 90.0) for name in ("results",)}, round_id)
        found = service.sheet(service.make_sheet(some, "hami")).content
        assert [(group.code, [line.unit_code for line in group.lines]) for group in found.classes] == [
            ("1", ["101"]),
            ("2", ["201"]),
        ]
        assert service.missing_values(some, "hami") == {"results": [], "conduct": ["单位101", "单位201"]}
        assert service.missing_values(second, "hami") == {"results": [], "conduct": ["单位201"]}
        assert [unit.code for unit in service.units_of(second)] == ["201"]
        assert [unit.code for unit in service.units_of(voices.year)] == ["101", "102", "201"]


def test_where_all_agree_the_cautious_interval_stands_in_for_the_error_that_nobody_can_estimate(voices: Voices) -> None:
    voices.say("101", {4: ENOUGH})
    run = voices.compute()
    [index] = estimate.indices(run, source="counter", points="100/80/60/30/0")
    assert index.standard_error is None
    part = value_of(voices, scheme_of(leaf(source="source: counter")))
    assert index.mean is not None
    assert index.low is not None
    assert index.high is not None
    wider = max(index.mean - index.low, index.high - index.mean)
    assert part.standard_error == pytest.approx(wider / 1.959964, rel=1e-5)
    assert part.degrees_of_freedom is None
