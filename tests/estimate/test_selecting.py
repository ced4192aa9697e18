"""Which collections a question is put to: what a selector names, what it must not mix, and the sentence for each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from flask import Flask

from survey.estimate import selecting
from survey.estimate.run.context import RunCollection
from survey.estimate.values import Selector
from survey.rounds.service import Pooling

COUNTER = RunCollection(1, "counter-W1", "窗口评价", "counter", "", "W1")
THIRTEEN = RunCollection(2, "counter-W13", "十三问", "counter", "", "W13")
JULY = RunCollection(3, "2026-07", "七月批次", "poll", "residents", "G", 31)
DECEMBER = RunCollection(4, "2026-12", "十二月批次", "poll", "residents", "G", 41)
FIRMS = RunCollection(5, "firms", "企业批次", "poll", "enterprises", "G", 51)
DEPUTIES = RunCollection(6, "deputies", "代表打分", "panel", "deputies", "L", 61)
OPEN = RunCollection(7, "street", "街头征集", "open", "", "W1")
OLD = RunCollection(8, "旧批次", "旧批次", "import", "", "")
EVERY = [COUNTER, THIRTEEN, JULY, DECEMBER, FIRMS, DEPUTIES, OPEN, OLD]
SCALES = {"W-E1": "five", "G-1": "five", "old": "five"}
APART, TOGETHER = Pooling(), Pooling("together")
STATED = Pooling("shares", (("2026-07", 40.0), ("2026-12", 60.0)))


@pytest.fixture(autouse=True)
def _inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def codes(selector: Selector) -> list[str]:
    return [one.code for one in selecting.chosen(EVERY, selector)]


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        (Selector("counter"), ["counter-W1", "counter-W13"]),
        (Selector("poll"), ["2026-07", "2026-12", "firms"]),
        (Selector("complaint"), []),
        (Selector("poll", ("residents",)), ["2026-07", "2026-12"]),
        (Selector("poll", ("居民",)), ["2026-07", "2026-12"]),
        (Selector("poll", ("群众", "企业")), ["2026-07", "2026-12", "firms"]),
        (Selector("poll", ("deputies",)), []),
        (Selector("poll", (), ("2026-12",)), ["2026-12"]),
        (Selector("poll", (), ("十二月批次",)), ["2026-12"]),
        (Selector("poll", (), ("2026-07", "企业批次")), ["2026-07", "firms"]),
        (Selector("poll", ("residents",), ("firms",)), []),
        (Selector("open", ("residents",)), ["street"]),
        (Selector("counter", form="W13"), ["counter-W13"]),
        (Selector("counter", form="W5"), []),
        (Selector("import", form="W5"), ["旧批次"]),
        (Selector("counter", channels=(3,)), ["counter-W1", "counter-W13"]),
    ],
)
def test_a_selector_names_collections_by_all_that_it_says(selector: Selector, found: list[str]) -> None:
    assert codes(selector) == found


def fault(
    selector: Selector, question: str = "", pooling: Pooling = APART, every: Sequence[RunCollection] = EVERY
) -> str:
    return selecting.fault_of(every, selector, question, SCALES, pooling)


@pytest.mark.parametrize(
    "selector",
    [
        Selector("counter"),
        Selector("poll", ("enterprises",)),
        Selector("poll", (), ("2026-07",)),
        Selector("panel", ("人大代表",)),
        Selector("open", ("龙舟队",)),
        Selector("import"),
    ],
)
def test_what_means_one_thing_is_no_fault(selector: Selector) -> None:
    assert fault(selector) == ""


@pytest.mark.parametrize(
    ("selector", "sentence"),
    [
        (Selector("complaint"), "评议期没有计入“投诉办理评价”这类征集。"),
        (
            Selector("poll", ("peers",)),
            "评议期没有计入 peers 的“抽样调查”。已计入的是：七月批次、十二月批次、企业批次。",
        ),
        (
            Selector("poll", ("residents", "龙舟队")),
            "评议期没有计入 龙舟队 的“抽样调查”。已计入的是：七月批次、十二月批次、企业批次。",
        ),
        (
            Selector("poll", ("residents",), ("2026-07", "2027")),
            "评议期没有计入 2027 的“抽样调查”。已计入的是：七月批次、十二月批次、企业批次。",
        ),
        (Selector("panel", form="G"), "评议期没有计入 G 的“测评组”。已计入的是：代表打分。"),
        (Selector("complaint", ("residents",)), "评议期没有计入 residents 的“投诉办理评价”。已计入的是：–。"),
    ],
)
def test_what_names_nothing_is_told_what_there_is(selector: Selector, sentence: str) -> None:
    assert fault(selector) == sentence


def test_a_question_of_no_selected_form_is_a_fault() -> None:
    assert fault(Selector("counter"), "G-1") == "窗口评价、十三问 的问卷没有题目 G-1。"
    assert fault(Selector("counter"), "W-E1") == ""
    assert fault(Selector("counter"), "W-B1") == "", "one of the two forms asks it"
    assert fault(Selector("counter", form="W1"), "W-B1") == "窗口评价 的问卷没有题目 W-B1。"


def test_collections_of_the_first_version_answer_any_question_that_has_a_scale() -> None:
    assert fault(Selector("import"), "old") == ""
    assert fault(Selector("import"), "new") == "旧批次 的问卷没有题目 new。"
    assert fault(Selector("counter"), "old") != ""


def test_groups_that_nobody_said_to_mix_are_a_fault() -> None:
    assert fault(Selector("poll"), pooling=TOGETHER) == "这会把 企业、居民 混在一起。请指明评议主体，或列出全部主体。"
    assert fault(Selector("poll", ("residents", "enterprises"))) == "", "both are named, so somebody said so"
    assert fault(Selector("poll", (), ("2026-07", "firms")), pooling=APART) == ""


def test_a_collection_without_a_group_is_called_so() -> None:
    open_poll = RunCollection(9, "any", "不限", "poll", "", "G", 91)
    said = fault(Selector("poll"), every=[FIRMS, open_poll])
    assert said == "这会把 企业、未注明主体 混在一起。请指明评议主体，或列出全部主体。"
    own = RunCollection(10, "boats", "龙舟", "poll", "龙舟队", "G", 92)
    assert "企业、龙舟队" in fault(Selector("poll"), every=[own, FIRMS])


def test_forms_on_different_scales_are_a_fault() -> None:
    scored = RunCollection(9, "scored", "打分", "panel", "deputies", "L", 91)
    levels = RunCollection(10, "levels", "评档", "panel", "deputies", "G", 92)
    every = [scored, levels]
    said = fault(Selector("panel"), pooling=TOGETHER, every=every)
    assert said == "打分、评档 使用不同的等级。请指定一份问卷。"
    assert fault(Selector("panel", form="G"), pooling=TOGETHER, every=every) == ""


def test_several_waves_of_one_group_stand_apart_unless_the_round_says_otherwise() -> None:
    waves = Selector("poll", ("residents",))
    sentence = "七月批次、十二月批次 是多个批次。请指明批次，或写明各批次占比。"
    assert fault(waves) == sentence
    assert fault(waves, pooling=TOGETHER) == ""
    assert fault(waves, pooling=STATED) == ""
    assert fault(waves, pooling=Pooling("shares", (("2026-07", 100.0),))) == sentence
    assert fault(Selector("poll", ("residents",), (), (), "", (("2026-07", 1), ("2026-12", 1)))) == ""
    assert fault(Selector("poll", (), ("2026-07", "2026-12"))) == sentence, "naming both does not say how"


def test_standing_collections_are_no_waves() -> None:
    assert fault(Selector("counter"), pooling=APART) == ""


def shares(selector: Selector, pooling: Pooling) -> dict[int, float]:
    return dict(selecting.shares_of(selecting.chosen(EVERY, selector), selector, pooling))


def test_stated_shares_become_shares_of_one() -> None:
    assert shares(Selector("poll", ("residents",)), STATED) == {3: 0.4, 4: 0.6}
    assert shares(Selector("poll", ("residents",)), Pooling("shares", (("七月批次", 1), ("2026-12", 3)))) == {
        3: 0.25,
        4: 0.75,
    }


def test_a_selectors_own_shares_come_before_the_rounds() -> None:
    own = Selector("poll", ("residents",), (), (), "", (("2026-07", 3.0), ("2026-12", 1.0)))
    assert shares(own, STATED) == {3: 0.75, 4: 0.25}
    assert shares(own, APART) == {3: 0.75, 4: 0.25}


@pytest.mark.parametrize("pooling", [APART, TOGETHER, Pooling("together", STATED.shares), Pooling("shares")])
def test_without_stated_shares_nothing_is_pooled_by_shares(pooling: Pooling) -> None:
    assert shares(Selector("poll", ("residents",)), pooling) == {}


def test_one_wave_alone_or_one_without_a_share_is_not_pooled() -> None:
    assert shares(Selector("poll", (), ("2026-07",)), STATED) == {}
    assert shares(Selector("poll"), STATED) == {}, "the firms' wave has no share"
    assert shares(Selector("poll", ("residents",)), Pooling("shares", (("2026-07", 0), ("2026-12", 0)))) == {}
    lone = Pooling("shares", (("2026-07", 0), ("2026-12", 5)))
    assert shares(Selector("poll", ("residents",)), lone) == {3: 0, 4: 1}


def test_a_rounds_shares_are_of_waves_and_a_selectors_of_all_that_it_names() -> None:
    both = Pooling("shares", (("counter-W1", 50.0), ("counter-W13", 50.0)))
    assert shares(Selector("counter"), both) == {}
    assert shares(Selector("counter", shares=both.shares), APART) == {1: 0.5, 2: 0.5}
