"""What a component counts: group of raters, wave, channel and form, each as it is written."""

from __future__ import annotations

import pytest

from survey.base.errors import Fault, ImportFaults
from survey.estimate.service import Selector
from survey.questions.service import CHANNEL_CODES, CHANNELS, SOURCES
from survey.score import service
from survey.score.pages.schemes.faults import placed
from survey.score.scheme.selectors import KEYS
from tests.score.schemes_written import FIRST, faults_in, leaf, scheme_of

pytestmark = pytest.mark.usefixtures("still_app")

AT = "classes[0].components[0]"
KNOWN_CHANNELS = (
    "未知渠道；可用的有：computer, mobile, qr, tablet, terminal, link, default, telephone, face, paper, file。"
)
POINTS = "请从最好到最差写出分值，例如 100/80/60/30/0 或 100/70/30。"


def selector_of(more: str, source: str = "poll") -> Selector | None:
    [found] = service.check_scheme(scheme_of(leaf(source=f"source: {source}", more=more))).survey_leaves()
    return found.selector


@pytest.mark.parametrize(
    ("more", "selector"),
    [
        ("group: deputies", Selector("poll", groups=("deputies",))),
        ("group: [ leaders , peers]", Selector("poll", groups=("leaders", "peers"))),
        ("group: ' peers '", Selector("poll", groups=("peers",))),
        ("group: 12", Selector("poll", groups=("12",))),
        ("wave: 2026-07", Selector("poll", collections=("2026-07",))),
        ("wave: [2026-07, 年终]", Selector("poll", collections=("2026-07", "年终"))),
        ("channel: telephone", Selector("poll", channels=(11,))),
        ("channel: [face, 3, link]", Selector("poll", channels=(12, 3, 6))),
        ("form: G", Selector("poll", form="G")),
        ("form: null", Selector("poll")),
        ("group: null, channel: null", Selector("poll")),
        (
            "group: a, wave: b, channel: qr, form: L",
            Selector("poll", groups=("a",), collections=("b",), channels=(3,), form="L"),
        ),
        (
            "wave: {2026-07: 40, 2026-12: 60 %}",
            Selector("poll", collections=("2026-07", "2026-12"), shares=(("2026-07", 40.0), ("2026-12", 60.0))),
        ),
        ("wave: {a: 100}", Selector("poll", collections=("a",), shares=(("a", 100.0),))),
    ],
)
def test_what_is_selected_is_read_as_one_or_as_several(more: str, selector: Selector) -> None:
    assert selector_of(more) == selector


def test_a_component_that_only_names_its_source_selects_nothing_further() -> None:
    assert selector_of("question: G-2") is None
    assert selector_of("points_table: 100/70/30") is None


@pytest.mark.parametrize("source", SOURCES)
def test_every_kind_of_collection_may_be_narrowed(source: str) -> None:
    assert selector_of("group: peers", source) == Selector(source, groups=("peers",))


@pytest.mark.parametrize(("code", "number"), CHANNEL_CODES.items())
def test_a_channel_goes_by_its_word_or_its_number(code: str, number: int) -> None:
    assert selector_of(f"channel: {code}") == selector_of(f"channel: {number}") == Selector("poll", channels=(number,))
    assert number in CHANNELS


@pytest.mark.parametrize(
    ("written", "unknown"),
    [
        ("pigeon", "pigeon"),
        ("[qr, pigeon, 3, owl]", "pigeon, owl"),
        ("0", "0"),
        ("8", "8"),
        ("10", "10"),
        ("15", "15"),
        ("-3", "-3"),
        ('"²"', "²"),
        ("true", "True"),
    ],
)
def test_an_unknown_channel_is_named_and_the_known_ones_listed(written: str, unknown: str) -> None:
    text = scheme_of(leaf(more=f"channel: {written}"))
    assert faults_in(text) == [(FIRST, f"{AT}.channel", unknown, KNOWN_CHANNELS)]


@pytest.mark.parametrize("form", ["X9", "g", "[G]"])
def test_an_unknown_form_is_refused(form: str) -> None:
    [(_, path, _, sentence)] = faults_in(scheme_of(leaf(more=f"form: {form}")))
    assert (path, sentence) == (f"{AT}.form", "未知问卷；可用的有：B, C, D, E, G, L, M, P, S, W1, W13, W5。")


@pytest.mark.parametrize(
    ("wave", "given"),
    [("{a: 40, b: 61}", "101"), ("{a: 40, b: 59.9}", "99.9"), ("{a: 50}", "50"), ("{}", "0"), ("{a: 0, b: 99}", "99")],
)
def test_shares_of_waves_that_do_not_add_up_are_refused(wave: str, given: str) -> None:
    sentence = f"各批次占比合计为 {given}，应为 100。"
    assert faults_in(scheme_of(leaf(more=f"wave: {wave}"))) == [(FIRST, f"{AT}.wave", given, sentence)]


def test_a_share_of_a_wave_that_is_no_number_is_told_beside_the_sum() -> None:
    assert faults_in(scheme_of(leaf(more="wave: {a: half, b: 50}"))) == [
        (FIRST, f"{AT}.wave.a", "half", "这里应是一个数。"),
        (FIRST, f"{AT}.wave", "50", "各批次占比合计为 50，应为 100。"),
    ]


def test_a_share_of_a_wave_beyond_a_hundred_is_refused() -> None:
    sentences = [words for *_, words in faults_in(scheme_of(leaf(more="wave: {a: 101, b: 100}")))]
    assert sentences == ["数值必须 ≤ 100。"]


@pytest.mark.parametrize("key", [key for key in KEYS if key != "points_table"])
def test_only_indices_select_answers(key: str) -> None:
    written = leaf(source='source: "external:a"', more=f"out_of: 100, {key}: x")
    assert faults_in(scheme_of(written)) == [(FIRST, AT, "external", f"只有指数才选取答卷；这里请去掉 {key}。")]


def test_a_composite_selects_nothing_itself_and_all_its_keys_are_named() -> None:
    parts = "parts: [{id: b, title: 乙, share: 100, source: poll}]"
    found = faults_in(scheme_of(f"id: a, title: 甲, share: 100, {parts}, form: G, group: x"))
    assert found == [(FIRST, AT, "composite", "只有指数才选取答卷；这里请去掉 group, form。")]


@pytest.mark.parametrize("points", ["100/80/60/30/0", "100/70/30", "100/80/60/30", "100/90/80/70/60/50/40/30/20/10"])
def test_points_of_a_component_may_be_those_of_any_scale(points: str) -> None:
    [found] = service.check_scheme(scheme_of(leaf(more=f"points_table: {points}"))).survey_leaves()
    assert found.points_table == points


@pytest.mark.parametrize("points", ["100/0", "100/80/60/30/20/0", "0/50/100", "many", "5"])
def test_points_that_fit_no_scale_are_refused(points: str) -> None:
    text = scheme_of(leaf(more=f"points_table: {points}"))
    assert faults_in(text) == [(FIRST, f"{AT}.points_table", points, POINTS)]


TWO = """id: two
version: 1
title: 两类
total: 100
classes:
  - codes: ["1"]
    components:
      - id: public
        title: 评议
        share: 100
        parts:
          - {id: voice, title: 群众, share: 40, source: poll}
          - {id: other, title: 其他, share: 60, source: panel}
  - codes: ["2"]
    components:
      - {id: voice, title: 群众, share: 100, source: poll}
"""


def refusal(*places: tuple[int, str, str]) -> ImportFaults:
    return ImportFaults("不符", [Fault(line, code, source, "…") for line, code, source in places])


def test_faults_against_a_round_stand_on_every_line_where_the_component_stands() -> None:
    found = placed(refusal((0, "other", "panel"), (0, "voice", "poll")), TWO)
    assert found.message == "不符"
    assert [(fault.line, fault.column, fault.value) for fault in found.faults] == [
        (12, "classes[0].components[0].parts[0]", "poll"),
        (13, "classes[0].components[0].parts[1]", "panel"),
        (16, "classes[1].components[0]", "poll"),
    ]


def test_a_fault_of_a_component_that_the_text_lacks_stays_without_a_line() -> None:
    found = placed(refusal((0, "voice", "panel"), (0, "public", "composite")), TWO)
    assert [(fault.line, fault.column) for fault in found.faults] == [(0, "voice"), (0, "public")]


def test_faults_that_have_their_lines_stay_as_they_are() -> None:
    error = refusal((9, "voice", "poll"), (3, "other", "panel"))
    assert placed(error, TWO) is error


def test_a_text_with_oddities_between_its_components_is_still_looked_through() -> None:
    text = "classes:\n  - 5\n  - components:\n      - x\n      - {id: voice, source: poll}\n"
    assert [fault.line for fault in placed(refusal((0, "voice", "poll")), text).faults] == [5]
    assert [fault.line for fault in placed(refusal((0, "voice", "poll")), "classes: 5\n").faults] == [0]
