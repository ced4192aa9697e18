"""The draw record: what it says, that it repeats the draw, and what a changed list, seed or record does."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask

from survey.base import tables
from survey.base.canonical import canonical, sha256
from survey.base.errors import ImportFaults, Refused
from survey.base.store.database import session
from survey.sample import models, rules, service
from survey.sample.design import draw, record
from survey.sample.values import Drawn, Frame, SampleDesign, Wave
from tests.sample.conftest import CHOICE, SEED, SOURCE, MakeWave, Standing, frame_csv

DESIGN = SampleDesign(
    ("区域",),
    "proportional",
    3,
    1,
    0.5,
    {"甲": 50.0, "乙": 50.0},
    {"甲": 4, "乙": 2},
    {"甲": 2, "乙": 1},
    {"甲": 1, "乙": 1},
)
KEYS = ["a", "b", "c", "d", "x", "y"]
STRATA = ["甲"] * 4 + ["乙"] * 2
FRAME = Frame(7, "名单", "数据局", date(2026, 2, 20), "", "编号", ("区域", "群体"), 6, "f" * 64)


def wave_of(drawn: list[Drawn], **changes: Any) -> Wave:
    wave = Wave(3, 4, "春", "poll", "G", "drawn", date(2026, 3, 1), date(2026, 3, 31), "", 7, draw.design_json(DESIGN))
    return replace(wave, seed="种子", sample_hash=rules.sample_hash(drawn), **changes)


def test_a_draw_stands_by_stratum_and_place_with_the_reserve_behind(still: Flask) -> None:
    drawn = draw.draw(KEYS, STRATA, DESIGN, "种子")
    assert [(case.stratum, case.position, case.waits) for case in drawn] == [
        ("乙", 1, False),
        ("乙", 2, True),
        ("甲", 1, False),
        ("甲", 2, False),
        ("甲", 3, True),
    ]
    assert {case.key for case in drawn if case.stratum == "乙"} == {"x", "y"}


@pytest.mark.parametrize(
    ("keys", "strata"),
    [(["a", "b", "x", "y"], ["甲", "甲", "乙", "丙"]), (["a"] * 6, STRATA), (["a", "x"], ["甲", "乙"])],
)
def test_a_list_that_does_not_fit_the_design_is_refused_with_the_reason(
    still: Flask, keys: list[str], strata: list[str]
) -> None:
    with still.app_context(), pytest.raises(Refused) as refused:
        draw.draw(keys, strata, DESIGN, "种子")
    assert refused.value.message == "抽样框与已锁定的方案不符。" and refused.value.remedy


def test_a_design_is_stored_as_it_is_read_and_its_number_is_a_plain_sha256() -> None:
    stored = draw.design_json(DESIGN)
    assert SampleDesign.from_json(json.loads(json.dumps(stored))) == DESIGN
    assert stored["columns"] == ["区域"] and stored["sizes"] == {"甲": 2, "乙": 1}
    assert draw.design_hash(stored) == sha256(canonical(stored))
    assert draw.design_hash({**stored, "total": 4}) != draw.design_hash(stored)


def test_a_record_names_list_design_seed_method_and_sample(still: Flask) -> None:
    drawn = draw.draw(KEYS, STRATA, DESIGN, "种子")
    wave = wave_of(drawn)
    assert record.record(wave, FRAME, drawn, drawn_on="2026-03-05") == {
        "record": "survey-draw-v1",
        "wave": "春",
        "frame": {
            "name": "名单",
            "hash": "f" * 64,
            "cases": 6,
            "key_column": "编号",
            "columns": ["区域", "群体"],
            "supplied_by": "数据局",
            "supplied_on": "2026-02-20",
        },
        "design": wave.design,
        "design_hash": draw.design_hash(wave.design or {}),
        "seed": "种子",
        "method": rules.DRAW_METHOD,
        "drawn_on": "2026-03-05",
        "sample": {"hash": rules.sample_hash(drawn), "cases": 3, "reserve": 2},
    }


def test_a_record_without_a_design_has_the_number_of_nothing(still: Flask) -> None:
    found = record.record(wave_of([], design=None), FRAME, [], drawn_on="2026-03-05")
    assert found["design_hash"] == sha256("{}") and found["sample"]["cases"] == 0


@pytest.mark.parametrize(
    ("frame", "sample", "whole"),
    [(True, True, True), (True, False, False), (False, True, False), (False, False, False)],
)
def test_a_repetition_agrees_when_list_and_sample_both_do(frame: bool, sample: bool, whole: bool) -> None:
    assert record.Comparison(frame, sample, "", "", ()).agrees is whole


def stored_record(standing: Standing, **changes: Any) -> str:
    """The record of the open wave; it opens a context of its own, so it is asked for outside of one."""
    with standing.app.app_context():
        return json.dumps({**service.record(standing.waves["open"].id), **changes}, ensure_ascii=False)


def test_a_stored_record_counts_sample_and_reserve_apart(standing: Standing) -> None:
    found = json.loads(stored_record(standing))
    assert found["wave"] == standing.waves["open"].name and found["seed"] == SEED
    assert found["sample"]["cases"] == 40 and found["sample"]["reserve"] == 13
    assert found["sample"]["hash"] == standing.waves["open"].sample_hash
    assert found["frame"]["cases"] == 240 and found["frame"]["columns"] == ["区域", "群体"]
    assert found["frame"]["supplied_by"] == SOURCE.supplied_by and found["frame"]["supplied_on"] == "2026-02-20"


def test_list_and_record_as_files_repeat_the_draw_from_csv_and_workbook(standing: Standing) -> None:
    lines, text = [line.split(",") for line in frame_csv().splitlines()], stored_record(standing)
    with standing.app.app_context():
        book = tables.write_xlsx({"名单": (lines[0], lines[1:])})
        wave = standing.waves["open"]
        for data in (frame_csv().encode(), frame_csv().encode("gb18030"), book):
            found = service.repeat_from_file(data, text)
            assert found.agrees and found.sample_hash == wave.sample_hash
            assert found.frame_hash == service.frame(wave.frame_id).frame_hash
            assert len(found.drawn) == 53 and sum(case.waits for case in found.drawn) == 13


def test_a_changed_value_outside_the_sample_is_told_by_the_list_alone(standing: Standing) -> None:
    """The strata are made of the area alone here, so another group of raters changes no draw."""
    text = stored_record(standing)
    found = json.loads(text)
    design = {**found["design"], "columns": ["区域"], "population": {"乡村": 80, "城镇": 160}}
    design |= {"sizes": {"乡村": 2, "城镇": 2}, "reserve": {"乡村": 0, "城镇": 0}}
    changed = frame_csv().replace("c0000,乡村,居民", "c0000,乡村,企业")
    with standing.app.app_context():
        drawn = service.repeat_from_file(frame_csv().encode(), json.dumps({**found, "design": design}))
        found |= {"design": design, "sample": {"hash": drawn.sample_hash}}
        again = service.repeat_from_file(changed.encode(), json.dumps(found))
    assert not drawn.sample_agrees and drawn.frame_agrees
    assert again.sample_agrees and not again.frame_agrees and not again.agrees


def test_another_seed_draws_another_sample_from_the_same_list(standing: Standing) -> None:
    text = stored_record(standing, seed="别的种子")
    with standing.app.app_context():
        found = service.repeat_from_file(frame_csv().encode(), text)
    assert found.frame_agrees and not found.sample_agrees and not found.agrees
    assert found.sample_hash == rules.sample_hash(found.drawn)


def test_a_list_that_lacks_a_column_of_the_record_is_refused(standing: Standing) -> None:
    text = stored_record(standing)
    with standing.app.app_context(), pytest.raises(ImportFaults) as refused:
        service.repeat_from_file("编号,区域\na,城镇\n".encode(), text)
    assert [fault.column for fault in refused.value.faults] == ["群体"]


@pytest.mark.parametrize("part", ["record", "frame", "sample", "design", "seed"])
def test_a_record_that_lacks_a_part_is_none(standing: Standing, part: str) -> None:
    found = json.loads(stored_record(standing))
    del found[part]
    with standing.app.app_context(), pytest.raises(Refused) as refused:
        record.read_record(json.dumps(found))
    assert refused.value.message == f"这不是抽样记录：'{part}'"


@pytest.mark.parametrize(
    "change",
    [
        {"record": "survey-draw-v2"},
        {"seed": 20260305},
        {"frame": {"columns": [], "hash": ""}},
        {"frame": {"columns": [], "key_column": ""}},
        {"frame": {"key_column": "", "hash": ""}},
    ],
)
def test_a_record_of_another_kind_or_with_a_lame_part_is_none(standing: Standing, change: dict[str, Any]) -> None:
    whole, lame = stored_record(standing), stored_record(standing, **change)
    assert record.read_record(whole)["seed"] == SEED
    with standing.app.app_context(), pytest.raises(Refused) as refused:
        record.read_record(lame)
    assert refused.value.message == "这不是 survey-draw-v1 格式的抽样记录。"


def test_a_wave_is_drawn_on_the_day_that_a_chinese_clock_showed(app: Flask, make_wave: MakeWave) -> None:
    with app.app_context():
        wave = make_wave("drawn")
        row = session().get(models.WaveRow, wave.id)
        assert row is not None
        for moment, day in (
            (datetime(2026, 3, 4, 15, 59, tzinfo=UTC), "2026-03-04"),
            (datetime(2026, 3, 4, 16, 0, tzinfo=UTC), "2026-03-05"),
        ):
            row.drawn_at = moment
            assert service.record(wave.id)["drawn_on"] == day


def test_a_wave_that_is_not_drawn_has_no_record(standing: Standing) -> None:
    with standing.app.app_context():
        for state in ("draft", "locked"):
            for ask in (service.record, service.repeat):
                with pytest.raises(Refused) as refused:
                    ask(standing.waves[state].id)
                assert refused.value.message == "本次调查尚未抽样。"


def test_the_same_seed_draws_the_same_people_in_a_second_wave(app: Flask, make_wave: MakeWave) -> None:
    """Permanent random numbers: what differs is only what the design makes different."""
    with app.app_context():
        first, second = make_wave("drawn"), make_wave("drawn")
        assert first.sample_hash == second.sample_hash and first.design == second.design
        third = make_wave("draft")
        service.lock_design(third.id, replace(CHOICE, total=41))
        more = service.draw(third.id, SEED)
        assert more.sample_hash != first.sample_hash
        keys = [
            {case.case_key for case in service.cases(wave.id, size=100)[0] if case.active} for wave in (first, more)
        ]
        assert keys[0] < keys[1] and len(keys[1] - keys[0]) == 1
