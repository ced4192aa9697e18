"""What a run has answers to: pieces that nothing mixes, what narrows them, their questions, scales and faults."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from survey.base.errors import NotFound, Refused
from survey.base.people.roles import Role, Viewer
from survey.estimate import service as estimate
from survey.estimate.material import choices, sources
from survey.estimate.run import runs
from survey.estimate.service import Selector
from survey.estimate.values import DesignFault, Measure
from survey.questions.service import SCALES
from survey.rounds import service as rounds
from tests.estimate.conftest import Place, set_cases
from tests.estimate.county import County

JULY, DECEMBER = Selector("poll", (), ("七月",)), Selector("poll", (), ("十二月",))
DEPUTIES = Selector("panel", ("deputies",))


def pieces(county: County, round_: str = "2026") -> list[tuple[str, Selector, str]]:
    return [(one.title, one.selector, one.measure.scale) for one in estimate.evidence(county.runs[round_])]


def test_the_year_falls_into_pieces_by_kind_and_where_needed_by_collection(inside: County) -> None:
    assert pieces(inside) == [
        ("窗口评价", Selector("counter"), "five"),
        ("七月", JULY, "five"),
        ("十二月", DECEMBER, "five"),
        ("企业", Selector("poll", (), ("企业",)), "five"),
        ("征集panel-H-cppcc", Selector("panel", (), ("panel-H-cppcc",)), ""),
        ("征集panel-H-deputies", Selector("panel", (), ("panel-H-deputies",)), ""),
        ("网上评议", Selector("online"), "four"),
        ("开放征集", Selector("open"), "ten"),
        ("导入数据", Selector("import"), "three"),
    ]


@pytest.mark.parametrize("round_", ["2026-s", "2026-t"])
def test_waves_that_a_round_pools_are_one_piece(inside: County, round_: str) -> None:
    assert pieces(inside, round_) == [("抽样调查", Selector("poll"), "five")]


def test_a_round_has_pieces_of_its_own_answers_only(inside: County) -> None:
    some = [selector for _title, selector, _scale in pieces(inside, "2026-c")]
    assert some == [Selector("counter"), Selector("panel", (), ("panel-H-deputies",))]
    kinds = [selector.kind for _title, selector, _scale in pieces(inside, "2026-1")]
    assert kinds == ["counter", "panel", "panel", "online", "open", "import"]


def test_each_piece_can_be_asked_for_its_indices(inside: County) -> None:
    for one in estimate.evidence(inside.run):
        assert estimate.indices(inside.run, source=one.selector)
        assert estimate.fault_in_run(inside.run, one.selector) == ""


def test_waves_of_one_group_that_may_be_pooled_stand_as_one_piece_beside_each(app: Flask, place: Place) -> None:
    with app.app_context():
        county = County(app, {"A": place.a}, {})
        residents = [county.collect("panel", "L", "residents"), _second(county)]
        for number in (*residents, county.collect("panel", "L", "leaders")):
            county.say(number, "L", "A", [80] * 6)
        choice = rounds.RoundChoice("年", date(2026, 1, 1), date(2026, 12, 31), pooling=rounds.Pooling("together"))
        rounds.change_round(place.round_id, choice)
        found = estimate.evidence(estimate.compute(place.round_id).id)
    assert {(one.title, one.selector.groups, one.selector.collections) for one in found} == {
        ("征集panel-L-leaders", (), ("panel-L-leaders",)),
        ("居民", ("residents",), ()),
        ("征集panel-L-residents", (), ("panel-L-residents",)),
        ("第二批", (), ("second",)),
    }
    assert [one.title for one in found].index("居民") < [one.title for one in found].index("第二批")


def _second(county: County) -> int:
    new = rounds.NewCollection("second", "第二批", "panel", "L", "residents", (), None, date(2026, 1, 1))
    return rounds.add_collection(new).id


@pytest.mark.parametrize(
    ("selector", "scale"),
    [
        (Selector("counter"), "five"),
        (Selector("online"), "four"),
        (Selector("import"), "three"),
        (Selector("open"), "ten"),
        (DEPUTIES, ""),
        (Selector("complaint"), ""),
    ],
)
def test_answers_are_measured_on_the_scale_of_their_form(inside: County, selector: Selector, scale: str) -> None:
    assert estimate.scale_of(inside.run, selector) == scale
    found = sources.measure_of(runs.snapshot(inside.run), selector, "")
    assert found == (Measure(scale, SCALES[scale].points) if scale else Measure("", None))
    assert found.levels == (SCALES[scale].levels if scale else ())


def test_the_scale_of_a_question_is_that_of_its_form_whatever_the_selector(inside: County) -> None:
    assert estimate.scale_of(inside.run, Selector("online"), "F4-2") == "four"
    assert estimate.scale_of(inside.run, Selector("online"), "H-1") == ""
    assert estimate.scale_of(inside.run, "counter", "W-E1") == "five"


def test_stated_points_must_fit_the_scale(inside: County) -> None:
    snapshot = runs.snapshot(inside.run)
    found = sources.measure_of(snapshot, Selector("import"), "", "100/60/0")
    assert found.points.pairs == ((3, 100), (2, 60), (1, 0))
    with pytest.raises(Refused, match="100/80/60/30/0"):
        sources.measure_of(snapshot, Selector("import"), "", "100/80/60/30/0")
    assert sources.measure_of(snapshot, DEPUTIES, "", "1/2/3") == Measure("", None), "scores are points already"


def test_questions_are_those_that_somebody_answered(inside: County) -> None:
    assert estimate.questions(inside.run, "counter") == ("W-E1",)
    assert estimate.questions(inside.run, "poll") == ("G-1",)
    assert estimate.questions(inside.run, DEPUTIES) == ("H-1",)
    assert estimate.questions(inside.run, "complaint") == ()


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("complaint", "评议期没有计入“投诉办理评价”这类征集。"),
        ("poll", "这会把 企业、居民 混在一起。"),
        ("panel", "这会把 人大代表、政协委员 混在一起。"),
        (Selector("poll", ("residents",)), "七月、十二月 是多个批次。"),
        (Selector("panel", ("peers",)), "评议期没有计入 peers 的“测评组”。"),
    ],
)
def test_an_average_that_nobody_asked_for_is_refused(inside: County, source: Selector | str, sentence: str) -> None:
    selector = Selector(source) if isinstance(source, str) else source
    assert estimate.fault_in_run(inside.run, selector).startswith(sentence)
    with pytest.raises(Refused, match=sentence[:8]):
        estimate.indices(inside.run, source=source)


def test_a_round_says_what_is_wrong_before_it_is_computed(app: Flask, place: Place) -> None:
    with app.app_context():
        standing, asked = rounds.standing("W1"), Selector("counter")
        assert standing
        assert estimate.fault_in_round(place.round_id, asked) == ""
        assert estimate.fault_in_round(place.round_id, asked, "W-E1") == ""
        assert estimate.fault_in_round(place.round_id, asked, "G-1").endswith("的问卷没有题目 G-1。")
        assert estimate.fault_in_round(place.round_id, Selector("poll")).startswith("评议期没有计入")
        assert estimate.latest_run(place.round_id) is None
        with pytest.raises(NotFound):
            estimate.fault_in_round(99, asked)


def test_a_round_s_fault_knows_its_pooling(inside: County) -> None:
    numbers = {one.code: one.id for one in rounds.rounds()}
    residents = Selector("poll", ("residents",))
    assert "是多个批次" in estimate.fault_in_round(numbers["2026"], residents)
    assert estimate.fault_in_round(numbers["2026-s"], residents) == ""
    assert estimate.fault_in_round(numbers["2026-t"], Selector("poll")) == ""
    assert estimate.fault_in_run(inside.runs["2026-s"], Selector("poll"), "G-1") == ""
    assert "没有题目 L-1" in estimate.fault_in_run(inside.runs["2026-s"], Selector("poll"), "L-1")


def test_strata_that_do_not_fit_are_told_with_what_is_wrong(inside: County) -> None:
    units, windows = inside.units, inside.windows
    assert estimate.faults(inside.run, "counter") == [
        DesignFault(units["B"], windows["B-1"], "2026-01", 10, "no_caseload"),
        DesignFault(units["B"], windows["B-1"], "2026-02", 20, "no_caseload"),
        DesignFault(units["B"], windows["B-1"], "2026-03", 10, "no_caseload"),
        DesignFault(units["C"], windows["C-1"], "2026-03", 30, "more_ratings_than_cases"),
        DesignFault(units["D"], windows["D-1"], "2026-01", 4, "no_caseload"),
    ]
    ((unit, part, n, kind),) = [(f.unit_id, f.part, f.n, f.kind) for f in estimate.faults(inside.run, JULY)]
    assert (unit, part, n, kind) == (units["B"], "荒野", 3, "not_in_design")
    for source in (DECEMBER, DEPUTIES, "import", "online", "open"):
        assert estimate.faults(inside.run, source) == []


def test_a_person_is_told_the_faults_of_bodies_that_he_may_see(inside: County) -> None:
    own = Viewer(1, "m", frozenset({Role.UNIT_MANAGER}), frozenset({inside.units["C"]}))
    assert [one.kind for one in estimate.faults(inside.run, "counter", viewer=own)] == ["more_ratings_than_cases"]


@pytest.mark.parametrize(("ratings", "faulty"), [(20, False), (21, True)])
def test_as_many_ratings_as_cases_are_no_fault(app: Flask, place: Place, ratings: int, faulty: bool) -> None:
    with app.app_context():
        set_cases([(place.one, 1, 20), (place.two, 1, 0)])
        place.rate(place.one, 1, [5] * ratings)
        place.rate(place.two, 1, [5] * 6)
        found = {(one.place, one.kind) for one in estimate.faults(estimate.compute(place.round_id).id, "counter")}
    assert ((place.one, "more_ratings_than_cases") in found) is faulty
    assert (place.two, "no_caseload") in found, "a month without cases cannot have been rated"


def narrowed(county: County, piece: Selector, round_: str = "2026") -> choices.Choices:
    return choices.choices(runs.snapshot(county.runs[round_]), piece)


def test_ratings_are_narrowed_by_channel(inside: County) -> None:
    assert narrowed(inside, Selector("counter")) == choices.Choices((), (), (), (1, 3))


def test_answers_are_narrowed_by_the_groups_that_they_say_whatever_they_call_them(inside: County) -> None:
    assert narrowed(inside, Selector("open")) == choices.Choices(("enterprises", "residents"), (), (), ())
    assert narrowed(inside, Selector("open", ("residents",))).groups == ()


def test_pooled_waves_are_narrowed_by_wave_and_channel(inside: County) -> None:
    found = narrowed(inside, Selector("poll"), "2026-t")
    assert [one.code for one in found.collections] == ["七月", "十二月"]
    assert (found.groups, found.forms, found.channels) == ((), (), (11, 12))


def test_where_everything_is_of_one_there_is_nothing_to_choose(inside: County) -> None:
    nothing = choices.Choices((), (), (), ())
    assert narrowed(inside, JULY) == nothing
    assert narrowed(inside, Selector("online")) == nothing
    assert narrowed(inside, Selector("complaint")) == nothing


def test_panels_are_narrowed_by_group_or_by_collection_and_not_by_what_the_piece_settled(inside: County) -> None:
    whole = narrowed(inside, Selector("panel"))
    assert whole.groups == ("cppcc", "deputies")
    assert [one.code for one in whole.collections] == ["panel-H-cppcc", "panel-H-deputies"]
    both = Selector("panel", (), ("panel-H-cppcc", "panel-H-deputies"))
    assert narrowed(inside, both) == choices.Choices(("cppcc", "deputies"), (), (), ())
    settled = narrowed(inside, Selector("panel", ("cppcc", "deputies")))
    assert (settled.groups, len(settled.collections)) == ((), 2)


@pytest.mark.parametrize("name", ["residents", "居民", "群众"])
def test_a_group_that_answers_name_narrows_them(inside: County, name: str) -> None:
    (only,) = inside.indices(Selector("open", (name,))).items()
    assert (only[0], only[1].n, only[1].mean) == ("A", 5, pytest.approx(80))


def test_several_groups_named_together_are_one(inside: County) -> None:
    (both,) = inside.indices(Selector("open", ("residents", "enterprises"))).values()
    assert (both.n, both.mean) == (10, pytest.approx(55))
    assert inside.indices(Selector("open", ("enterprises",)))["A"].mean == pytest.approx(30)
    assert inside.indices(Selector("open", ("peers",))) == {}, "any group may have answered, this one did not"


def test_a_group_of_its_collection_needs_no_word_in_the_answers(inside: County) -> None:
    assert inside.indices(DEPUTIES)["A"].n == 5
    assert inside.indices(Selector("poll", ("residents",), ("七月",)))["A"].n == 10


def test_a_channel_narrows_answers_and_what_stands_beside_them(inside: County) -> None:
    first = inside.indices(Selector("counter", channels=(1,)))["A"]
    assert (first.n, first.mean) == (10, pytest.approx(40))
    assert first.coverage == pytest.approx(10 / 200)
    assert inside.indices(Selector("counter", channels=(1, 3)))["A"].n == 20
    assert inside.indices(Selector("counter", channels=(2,)))["A"].floor == "hidden"
    assert "B" not in inside.indices(Selector("counter", channels=(1,))), "its answers came by QR code"
    assert inside.indices(Selector("counter", channels=(3,)))["B"].held == 10
