"""What surrounds a run's answers: collections, cases, designs and scales as they stood, and what old runs say."""

from __future__ import annotations

import json
from datetime import date

import numpy as np
import pytest
from flask import Flask

from survey.collect.tally.table import from_rows
from survey.estimate.index.indices import Floors, indices
from survey.estimate.index.numbers import domains_of, numbers
from survey.estimate.material import polls, sources
from survey.estimate.material.rows import NO_UNIT, cut, number_strata, summed
from survey.estimate.run import cells as tallies
from survey.estimate.run import context as contexts
from survey.estimate.run.context import RunCollection, RunWave
from survey.estimate.run.runs import Snapshot
from survey.estimate.values import Selector
from survey.rounds import service as rounds
from survey.rounds.service import Pooling
from survey.sample import service as sample
from survey.units import service as units
from tests.estimate.conftest import CLOSES, OPENS, Place
from tests.estimate.county import County

FLOORS = Floors(5, 30)


def gathered(code: str) -> dict[str, object]:
    round_ = rounds.round_by_code(code)
    return json.loads(contexts.gather(round_, rounds.selection(round_)))  # type: ignore[no-any-return]  # JSON


def test_collections_are_those_that_the_round_selects_with_their_waves(inside: County) -> None:
    found = gathered("2026-s")
    names = {line[1]: line for line in found["collections"]}
    assert set(names) == {"七月", "十二月"}
    number = inside.collections["七月"]
    assert names["七月"][:6] == [number, "七月", "七月", "poll", "residents", "G"]
    waves = {wave.name: wave.id for wave in sample.waves()}
    assert (names["七月"][6], names["十二月"][6]) == (waves["七月"], waves["十二月"])
    assert found["pooling"] == ["shares", [["七月", 40.0], ["十二月", 60.0]]]
    year = {line[1]: line for line in gathered("2026")["collections"]}
    assert year["online-F4"][4:] == ["", "F4", 0], "nobody drew these"


def test_waves_bring_sizes_responses_and_the_weight_of_an_answer(inside: County) -> None:
    waves = {wave["name"]: wave for wave in gathered("2026")["waves"]}
    assert set(waves) == {"七月", "十二月", "企业"}
    july = waves["七月"]
    assert (july["kind"], july["rr1"], july["rr2"]) == ("poll", 10 / 15, 10 / 15)
    strata = {line[0]: line[1:] for line in july["strata"]}
    assert strata["城区"] == [100, 10, 6, pytest.approx(100 / 6)]
    assert strata["农村"] == [50, 5, 4, pytest.approx(12.5)]


def test_cases_are_those_of_the_round_s_days_and_bodies(inside: County) -> None:
    a, c, e = (inside.units[code] for code in "ACE")
    windows = inside.windows
    assert sorted(gathered("2026")["caseload"]) == sorted(
        [
            [a, windows["A-1"], "2026-01", 90],
            [a, windows["A-2"], "2026-01", 10],
            [a, windows["A-1"], "2026-02", 100],
            [a, windows["A-1"], "2026-04", 0],
            [c, windows["C-1"], "2026-03", 20],
            [e, windows["E-1"], "2026-01", 50],
        ]
    )
    assert len(gathered("2026-1")["caseload"]) == 5, "April is not in the first quarter"
    assert {line[0] for line in gathered("2026-c")["caseload"]} == {c, e}


def test_every_question_has_its_scale_and_overall_ones_are_known(inside: County) -> None:
    found = gathered("2026")
    assert {"W-E1", "G-1", "L-1", "F4-1", "T3-1", "X10-1", "H-1"} <= set(found["overall"])
    assert "F4-2" not in found["overall"]
    assert found["overall"] == sorted(found["overall"])
    scales = found["scales"]
    assert [scales[code] for code in ("W-E1", "F4-2", "T3-1", "X10-1")] == ["five", "four", "three", "ten"]
    assert "H-1" not in scales
    assert "L-1" not in scales


def test_a_wave_in_draft_surrounds_nothing(app: Flask, place: Place) -> None:
    with app.app_context():
        source = sample.FrameSource("名单", "统计局", OPENS, "编号", ())
        frame = sample.add_frame(source, [sample.Case(f"{i}", ()) for i in range(9)])
        sample.add_wave("草稿", frame_id=frame.id, opens_on=OPENS, closes_on=CLOSES)
        found = gathered("2026")
        assert found["waves"] == []
        assert contexts.read(json.dumps(found), {}).waves == {}


def test_a_stratum_without_responses_has_no_weight(app: Flask, place: Place) -> None:
    with app.app_context():
        county = County(app, {"A": place.a}, {})
        county.wave("空", {"城区": 40}, 10, CLOSES, "residents")
        (wave,) = gathered("2026")["waves"]
    assert wave["strata"] == [["城区", 40, 10, 0, 0.0]]
    assert wave["rr1"] == 0


def test_what_was_gathered_is_read_back(inside: County) -> None:
    round_ = rounds.round_by_code("2026-s")
    found = contexts.read(contexts.gather(round_, rounds.selection(round_)), {})
    assert found.pooling == Pooling("shares", (("七月", 40.0), ("十二月", 60.0)))
    july = found.wave_of(inside.collections["七月"])
    assert july is not None
    assert (july.name, july.sampled, july.rr1, july.rr2) == ("七月", 15, 10 / 15, 10 / 15)
    assert july.population == {"城区": 100, "农村": 50}
    assert july.responded == {"城区": 6, "农村": 4}
    assert july.weight["农村"] == pytest.approx(12.5)
    assert found.caseload[(inside.windows["A-1"], "2026-01")] == (inside.units["A"], 90.0)
    assert found.collections[inside.collections["七月"]].is_drawn
    assert not RunCollection(1, "c", "c", "counter", "", "W1").is_drawn
    assert isinstance(found.overall, frozenset)


def test_a_run_of_the_first_version_names_its_collections_by_wave_or_source(app: Flask) -> None:
    wave = {
        "id": 4,
        "kind": "poll",
        "name": "2025 民调",
        "rr1": 0.5,
        "rr2": 0.6,
        "strata": [["城区", 100, 10, 5, 20.0]],
    }
    old = {"overall": ["W-E1"], "caseload": [[1, 7, "2025-03", 30]], "waves": [wave]}
    with app.app_context():
        found = contexts.read(json.dumps(old), {1: ("counter", -1), 2: ("poll", 4), 3: ("panel", 9)})
    assert found.collections == {
        1: RunCollection(1, "counter", "counter", "counter", "", "", 0),
        2: RunCollection(2, "2025 民调", "2025 民调", "poll", "", "", 4),
        3: RunCollection(3, "panel", "panel", "panel", "", "", 9),
    }
    assert found.pooling == Pooling("together")
    assert (found.scales["W-E1"], found.scales["G-1"]) == ("five", "five")
    assert "L-1" not in found.scales
    assert found.caseload == {(7, "2025-03"): (1, 30.0)}
    assert found.wave_of(2) is found.waves[4]
    assert found.wave_of(1) is None
    assert found.wave_of(3) is None


def snapshot(
    rows: list[tuple[object, ...]], waves: list[RunWave], *, caseload: dict[object, object] | None = None
) -> Snapshot:
    """A run in memory: one poll for each wave, and counters as collection 99."""
    table = from_rows(rows).with_number("month", 202603).with_number("collection_id", 1 if waves else 99)
    made = [RunCollection(wave.id, wave.name, wave.name, "poll", "residents", "G", wave.id) for wave in waves]
    made.append(RunCollection(99, "counter", "counter", "counter", "", "W1"))
    context = contexts.Context(
        caseload or {}, {wave.id: wave for wave in waves}, {one.id: one for one in made},
        frozenset({"G-1", "W-E1"}), {"G-1": "five", "W-E1": "five"}, Pooling("together"),
    )  # fmt: skip
    return Snapshot("0" * 64, tallies.from_tally(table), context)


def wave(number: int, sampled: float, rr1: float | None, rr2: float | None = None, **sizes: float) -> RunWave:
    named = sizes or {"城区": 100.0}
    return RunWave(
        number, f"w{number}", rr1, rr2, sampled, named, dict.fromkeys(named, 10.0), dict.fromkeys(named, 10.0)
    )


def answers(*levels: int, unit: int = 7, stratum: str = "城区", factor: float = 1.0) -> list[tuple[object, ...]]:
    return [("", stratum, "G-1", unit, -1, 11, level, factor, -1.0, "", 1) for level in levels]


def poll_of(found: Snapshot) -> object:
    selector = Selector("poll")
    (index,) = indices(found, selector, "", sources.measure_of(found, selector, ""), FLOORS)
    return index


@pytest.mark.parametrize(
    ("waves", "first", "second"),
    [
        ([wave(1, 40, 0.5, 0.75)], 0.5, 0.75),
        ([wave(1, 40, 0.5, 0.75), wave(2, 60, 1.0, 1.0)], 0.8, 0.9),
        ([wave(1, 40, 0.5, 0.75), wave(2, 60, None, None)], 0.5, 0.75),
        ([wave(1, 40, 0.5, 0.75), wave(2, 0, 1.0, 1.0)], 0.5, 0.75),
        ([wave(1, 0, 0.5, 0.5)], None, None),
        ([wave(1, 40, None, None)], None, None),
        ([wave(1, 40, 0.0, 0.0)], 0.0, 0.0),
    ],
)
def test_rates_of_response_are_weighed_by_the_people_asked(
    app: Flask, waves: list[RunWave], first: float | None, second: float | None
) -> None:
    with app.app_context():
        index = poll_of(snapshot(answers(5, 4, 5, 4, 3), waves))
    assert (index.response_rate, index.response_rate_with_partial) == (first, second)


def test_people_asked_about_other_bodies_fill_up_the_stratum(app: Flask) -> None:
    with app.app_context():
        found = snapshot(answers(5, 4, 3, 2, 1, 0) + answers(5, unit=8), [wave(1, 40, 0.5, 0.5)])
        material = sources.material(found, Selector("poll"), "")
    # ten responded: six and one answered about each body, four and nine did not
    outside = material.unit == NO_UNIT
    assert material.frequency[outside].tolist() == [4, 9]
    assert material.weight[outside].tolist() == [10, 10]
    assert set(material.level[outside].tolist()) == {-1}
    assert set(material.window[outside].tolist()) == {-1}
    assert (set(material.month[outside].tolist()), set(material.group[outside].tolist())) == ({""}, {""})
    assert material.strata.size.tolist() == [10, 10]
    assert material.strata.population.tolist() == [100, 100]
    assert (material.finite, material.faults, len(material)) == (True, (), 9)


def test_a_stratum_that_answered_in_full_needs_no_filling_and_weights_carry_the_factor(app: Flask) -> None:
    with app.app_context():
        found = snapshot(answers(*[5] * 10) + answers(4, unit=8, factor=2.5), [wave(1, 40, 0.5, 0.5)])
        material = sources.material(found, Selector("poll"), "")
    assert material.frequency.tolist() == [10, 1, 9]
    assert material.weight.tolist() == [10, 25, 10]


def test_more_answers_than_responses_and_a_stratum_nobody_planned_are_taken_as_they_come(app: Flask) -> None:
    with app.app_context():
        found = snapshot(answers(*[5] * 12) + answers(3, 4, stratum="荒野"), [wave(1, 40, 0.5, 0.5)])
        material = polls.material(
            cut(found.cells, sources.wanted(found, Selector("poll"), ""), {1: 1}),
            found.context,
        )
    assert material.strata.size.tolist() == [12, 2]
    assert np.isnan(material.strata.population).tolist() == [False, True]
    assert sorted(material.weight.tolist()) == [1, 1, 10]
    ((unit, place, part, n, kind),) = [(f.unit_id, f.place, f.part, f.n, f.kind) for f in material.faults]
    assert (unit, place, part, n, kind) == (7, 1, "荒野", 2, "not_in_design")


def test_held_answers_alone_are_known_of_a_body_that_is_hidden(app: Flask) -> None:
    rows = [("", "", "W-E1", 7, 3, 3, 5, 1.0, -1.0, "held", 6), ("", "", "W-E1", 8, 4, 3, 4, 1.0, -1.0, "", 6)]
    selector = Selector("counter")
    with app.app_context():
        found = snapshot(rows, [], caseload={(5, "2026-03"): (9, 40.0)})
        lines = indices(found, selector, "", sources.measure_of(found, selector, ""), FLOORS)
    assert [(line.unit_id, line.floor, line.held) for line in lines] == [
        (7, "hidden", None),
        (8, "reference", 0),
        (9, "hidden", None),
    ]


def test_domains_are_numbered_by_value_and_rows_outside_come_last() -> None:
    found = domains_of(np.array([8, -1, 3, 8, -1]))
    assert (found.labels, found.size, found.place.tolist()) == ((3, 8), 2, [1, 2, 0, 1, 2])
    assert domains_of(np.array([-1, -1])).size == 0
    assert domains_of(np.array([0])).labels == (0,)


def test_without_a_row_in_any_domain_there_are_no_numbers(app: Flask) -> None:
    with app.app_context():
        found = snapshot(answers(5, 4), [wave(1, 40, 0.5)])
        material = sources.material(found, Selector("poll"), "")
    assert numbers(material, np.full(len(material), -1), sources.measure_of(found, Selector("poll"), "")) is None


def test_strata_are_numbered_by_body_then_by_their_parts() -> None:
    unit, part = np.array([9, 2, 9, 2, 9]), np.array(["b", "a", "a", "a", "b"])
    code, first = number_strata(unit, part)
    assert code.tolist() == [2, 0, 1, 0, 2]
    assert first.tolist() == [1, 2, 0]
    assert summed(code, np.array([1.0, 2, 3, 4, 5]), 4).tolist() == [6, 3, 6, 0]


def test_cases_of_another_round_s_bodies_are_not_counted(app: Flask, place: Place) -> None:
    with app.app_context():
        units.set_caseload([(place.one, date(2025, 12, 1), 70), (place.one, date(2026, 12, 1), 30)])
        assert gathered("2026")["caseload"] == [[place.a, place.one, "2026-12", 30]]
