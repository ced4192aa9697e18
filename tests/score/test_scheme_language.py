"""What a scheme can say beyond shares and points: conversions, counts, limits, places and other rounds' sheets."""

from __future__ import annotations

import math

import pytest
from flask import Flask

from survey.base.errors import ImportFaults
from survey.score import service
from survey.units import service as units
from tests import two_people
from tests.score.desk import OFFICE, Desk, lines_of
from tests.score.schemes_written import external, leaf, scheme_of
from tests.score.voices import Voices, part_of

LEVELS = {5: 20, 4: 20, 3: 20, 2: 10, 1: 10}


def scored(voices: Desk, *components: str, tail: str = "", head: str = "") -> dict[str, service.Line]:
    text = scheme_of(*components, tail=tail, **({"head": head} if head else {}))
    service.add_scheme(text)
    return lines_of(service.make_sheet(voices.year, "test", viewer=OFFICE))


@pytest.fixture
def voices(app: Flask):
    """101 at a mean of 63.75, 102 at 80: of 101 three quarters are satisfied, a quarter is top, a quarter bad."""
    with app.app_context():
        made = Voices()
        made.say("101", LEVELS)
        made.say("102", {4: 40})
        made.compute()
        yield made


@pytest.mark.parametrize(
    ("more", "points"),
    [
        ("", (63.75, 80)),
        ("value: satisfied", (75, 100)),
        ("value: topbox", (25, 0)),
        ("value: bad, convert: {zero: 50, full: 0}", (50, 100)),
        ("convert: {zero: 53.75, full: 73.75}", (50, 100)),
        ("convert: [{from: 80, points: 90}, {from: 60, points: 70}, {from: 0, points: 10}]", (70, 90)),
        ("convert: best", (100 * 63.75 / 80, 100)),
        ("convert: mean", (100 * 63.75 / 71.875, 100)),
        ("convert: share", (63.75, 80)),
    ],
)
def test_a_value_becomes_points_as_the_scheme_says(voices: Voices, more: str, points: tuple[float, float]) -> None:
    lines = scored(voices, leaf("a", source="source: counter", more=more))
    assert (lines["101"].total, lines["102"].total) == pytest.approx(points, abs=0.005)


def test_the_error_of_points_follows_the_conversion(voices: Voices) -> None:
    plain = scored(voices, leaf("a", source="source: counter"))["101"]
    steep = scored(
        voices,
        leaf("a", source="source: counter", more="convert: {zero: 40, full: 90}"),
        head="id: test\nversion: 2\ntitle: 试行方案\ntotal: 100\n",
    )["101"]
    assert steep.standard_error == pytest.approx(2 * plain.standard_error)
    assert (steep.parts[0].value, steep.parts[0].conversion) == (plain.parts[0].value, "40 → 0, 90 → 100")


def test_bad_ratings_are_a_rate_with_held_answers_beside_it(voices: Voices) -> None:
    line = scored(voices, leaf("a", source="source: counter", more="value: bad, convert: {zero: 100, full: 0}"))["101"]
    part = line.parts[0]
    assert (part.value, part.measure, part.value_with_held) == (pytest.approx(25), "bad", pytest.approx(25))


@pytest.mark.parametrize(("minimum", "missing"), [(40, ""), (41, "thin")])
def test_a_leaf_may_ask_for_a_least_number_of_answers(voices: Voices, minimum: int, missing: str) -> None:
    line = scored(voices, leaf("a", source="source: counter", more=f"minimum: {minimum}"))["102"]
    assert (line.unranked, line.total is None) == (missing, bool(missing))


def test_a_scheme_may_ask_it_of_all_its_leaves(voices: Voices) -> None:
    lines = scored(voices, leaf("a", source="source: counter"), tail="minimum: 50")
    assert (lines["101"].unranked, lines["102"].unranked) == ("", "thin")


def test_a_rate_is_one_value_divided_by_another(app: Flask) -> None:
    with app.app_context():
        desk = Desk()
        service.add_scheme(scheme_of(leaf("a", source='source: "external:closed"', more="divided_by: accepted")))
        table = "编号,closed,accepted\n101,695,704\n102,0,0\n201,10,10\n".encode()
        assert len(service.import_values(desk.year, "test", table).new) == 6
        lines = lines_of(service.make_sheet(desk.year, "test"))
        assert lines["101"].total == pytest.approx(98.72)
        assert lines["101"].parts[0].ratio == (695, 704)
        assert (lines["102"].unranked, lines["201"].total) == ("no_value", 100)
        assert service.missing_values(desk.year, "test") == {"closed": [], "accepted": []}


def test_thirteen_items_of_the_same_people_are_one_sample(app: Flask) -> None:
    with app.app_context():
        voices = Voices()
        codes = [
            f"W-{letter}{n}" for letter, last in (("A", 3), ("B", 3), ("C", 2), ("D", 4)) for n in range(1, last + 1)
        ]
        for unit in ("101", "102"):
            voices.say_all(unit, LEVELS, ["W-E1", *codes], form="W13")
        voices.compute()
        line = scored(
            voices, leaf("a", source="source: counter, form: W13", more=f"question: [W-E1, {', '.join(codes)}]")
        )["101"]
        overall = scored(
            voices,
            leaf("a", source="source: counter, form: W13"),
            head="id: test\nversion: 2\ntitle: 试行方案\ntotal: 100\n",
        )["101"]
        # everybody gave one level to all thirteen, so that the composite of an answer is that answer
        assert len(line.leaves()) == 13
        assert line.standard_error == pytest.approx(overall.standard_error, rel=1e-9)
        assert line.degrees_of_freedom == overall.degrees_of_freedom


def test_leaves_of_different_people_are_independent(app: Flask) -> None:
    with app.app_context():
        voices = Voices()
        for group in ("leaders", "peers"):
            number = voices.collection(group, group=group)
            for unit in ("101", "102"):
                voices.say(unit, LEVELS, collection=number, form="G")
        voices.compute()
        line = scored(voices, leaf("a", source="source: online", more="group: {leaders: 50, peers: 50}"))["101"]
        one, other = part_of(line.parts, "a.leaders"), part_of(line.parts, "a.peers")
        assert (one.full, other.full) == (50, 50)
        assert line.standard_error == pytest.approx(math.hypot(one.points_error, other.points_error))


@pytest.mark.parametrize(
    ("tail", "places"),
    [
        ("", {"101": 1, "102": 2, "201": 1, "301": 1}),
        ("rank: all", {"101": 2, "102": 4, "201": 1, "301": 3}),
        ('rank: {甲组: ["1", "2"], 乙组: ["3"]}', {"101": 2, "102": 3, "201": 1, "301": 1}),
    ],
)
def test_units_take_their_places_among_those_the_scheme_names(app: Flask, tail: str, places: dict[str, int]) -> None:
    with app.app_context():
        desk = Desk({"101": "1", "102": "1", "201": "2", "301": "3"})
        service.add_scheme(scheme_of(external("a"), tail=tail))
        desk.bring("test", {"a": {"101": 80, "102": 60, "201": 90, "301": 70}})
        lines = lines_of(service.make_sheet(desk.year, "test"))
        assert {unit: line.rank for unit, line in lines.items()} == places
        assert {line.scope for line in lines.values()} == {"": {""}, "rank: all": {"*"}}.get(tail, {"甲组", "乙组"})


def test_offices_are_ranked_inside_their_department(app: Flask) -> None:
    with app.app_context():
        desk = Desk({"1": "1", "2": "1", "11": "9", "12": "9", "21": "9"})
        for code, parent in (("11", "1"), ("12", "1"), ("21", "2")):
            units.change_unit(
                desk.unit_ids[code], name=f"处{code}", class_code="9", parent_id=desk.unit_ids[parent], active=True
            )
        service.add_scheme(scheme_of(external("a"), tail="rank: parent\nbottom: {count: 1}"))
        desk.bring("test", {"a": {"1": 50, "2": 60, "11": 80, "12": 70, "21": 10}})
        lines = lines_of(service.make_sheet(desk.year, "test"))
        assert {unit: (line.rank, line.among) for unit, line in lines.items() if len(unit) == 2} == {
            "11": (1, 2), "12": (2, 2), "21": (1, 1),
        }  # fmt: skip
        assert (lines["11"].scope, lines["12"].listed, lines["11"].listed) == ("单位1", "bottom", "")


GRADES = "grades: [{title: 优秀, from: 90, QUOTA}, {title: 良好, from: 80}, {title: 一般, from: 0}]"


@pytest.mark.parametrize(
    ("quota", "given"),
    [
        ("quota: 50", "优优良良"),
        ("quota: 49", "优良良良"),
        ("most: 3", "优优优良"),
        ("most: 0", "良良良良"),
        ("quota: 100", "优优优良"),
    ],
)
def test_a_quota_gives_the_grade_to_the_best_and_the_next_one_to_the_rest(app: Flask, quota: str, given: str) -> None:
    with app.app_context():
        desk = Desk(dict.fromkeys("1234", "1"))
        service.add_scheme(scheme_of(external("a"), tail=GRADES.replace("QUOTA", quota)))
        desk.bring("test", {"a": {"1": 98, "2": 95, "3": 91, "4": 85}})
        lines = lines_of(service.make_sheet(desk.year, "test"))
        assert "".join(lines[code].grade.zh[0] for code in "1234") == given
        lowered = [code for code in "1234" if lines[code].lowered]
        assert all(lines[code].grade_by_points.zh == "优秀" for code in lowered)
        assert {lines[code].lowered for code in lowered} <= {"quota"}


def test_equals_stand_or_fall_together_before_a_quota(app: Flask) -> None:
    with app.app_context():
        desk = Desk(dict.fromkeys("1234", "1"))
        service.add_scheme(scheme_of(external("a"), tail=GRADES.replace("QUOTA", "most: 2")))
        desk.bring("test", {"a": {"1": 98, "2": 95, "3": 95, "4": 94}})
        lines = lines_of(service.make_sheet(desk.year, "test"))
        assert "".join(lines[code].grade.zh[0] for code in "1234") == "优良良良"


def test_a_vetoed_unit_takes_no_place_of_a_quota_and_no_bonus(app: Flask) -> None:
    with app.app_context():
        desk = Desk(dict.fromkeys("123", "1"))
        tail = GRADES.replace("QUOTA", "most: 1") + (
            "\nbonus: [{id: award, title: 表彰, cap: 5}]"
            "\nvetoes: [{id: veto, title: 一票否决, grade: 一般, no_bonus: true}]"
        )
        service.add_scheme(scheme_of(external("a"), tail=tail))
        desk.bring("test", {"a": {"1": 98, "2": 95, "3": 70}})
        table = "编号,项目,分值,理由\n1,表彰,2,先进\n1,一票否决,,安全事故\n2,表彰,2,先进\n".encode()
        service.import_extras(desk.year, "test", table)
        lines = lines_of(service.make_sheet(desk.year, "test"))
        assert [(lines[code].total, lines[code].grade.zh) for code in "123"] == [
            (98, "一般"), (97, "优秀"), (70, "一般"),
        ]  # fmt: skip
        assert (lines["1"].lowered, lines["1"].grade_by_points.zh, lines["1"].vetoes[0].reasons) == (
            "veto", "优秀", ("安全事故",),
        )  # fmt: skip


def test_the_last_are_listed_and_said_to_be_unsure_where_the_data_do_not_tell(voices: Voices) -> None:
    voices.say("101", {4: 40})
    voices.compute()
    lines = scored(voices, leaf("a", source="source: counter"), tail="bottom: {share: 50}")
    assert {unit: line.listed for unit, line in lines.items()} == {"101": "bottom", "102": ""}
    exact = scored(
        voices,
        leaf("a", source="source: counter", more="value: satisfied"),
        tail="bottom: {count: 2}",
        head="id: test\nversion: 2\ntitle: 试行方案\ntotal: 100\n",
    )
    assert {line.listed for line in exact.values()} == {"bottom"}


def test_quarters_make_a_year(app: Flask) -> None:
    with app.app_context():
        desk = Desk({"101": "1", "102": "1"})
        later = desk.next_year()
        for round_id, totals in ((desk.year, {"101": 80, "102": 90}), (later, {"101": 100, "102": 60})):
            two_people.freeze(desk.appraised(totals, round_id), OFFICE)
        whole = leaf("a", source="source: sheet", more="scheme: hami, round: {2026: 25, 2027: 75}")
        service.add_scheme(scheme_of(whole))
        lines = lines_of(service.make_sheet(desk.year, "test"))
        assert {unit: line.total for unit, line in lines.items()} == {"101": 95, "102": 67.5}
        first = part_of(lines["101"].parts, "a.2026")
        assert dict(first.selected) == {"scheme": "hami", "round": "2026", "sheet": "1"}


@pytest.mark.parametrize("name", ["scheme: bailian, round: '2026'", "scheme: hami, round: '1999'"])
def test_a_sheet_that_is_not_there_is_a_fault_with_a_sentence(app: Flask, name: str) -> None:
    with app.app_context():
        desk = Desk({"101": "1"})
        two_people.freeze(desk.appraised({"101": 80}), OFFICE)
        service.add_scheme(scheme_of(leaf("a", source="source: sheet", more=name)))
        with pytest.raises(ImportFaults) as refused:
            service.make_sheet(desk.year, "test")
        assert "没有按方案" in refused.value.faults[0].remedy
