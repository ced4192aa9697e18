"""Every system of the field: answers and values come in, and the sheet's totals are those worked out by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from flask import Flask

from survey.questions import service as questions
from survey.score import service
from tests.score.desk import lines_of
from tests.score.voices import ENOUGH, Voices

#: levels whose mean on 100/80/60/30/0 is the key
MEAN = {100: {5: ENOUGH}, 90: {5: 20, 4: 20}, 80: {4: ENOUGH}, 70: {4: 20, 3: 20}, 60: {3: ENOUGH}, 30: {2: ENOUGH}}
Means = Mapping[str, int]


@dataclass(frozen=True)
class Asked:
    """One collection: whom, on which form, and the mean that each unit gets."""

    kind: str
    form: str
    means: Means
    group: str = ""
    title: str = ""
    questions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """One system with what two units were given, and what must come out."""

    scheme: str
    totals: Mapping[str, float]
    asked: tuple[Asked, ...] = ()
    values: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    #: code, unit, quantity, level, points, cleared
    extras: tuple[tuple[str, str, float | None, str, float, str], ...] = ()
    grades: Mapping[str, str] = field(default_factory=dict)
    listed: tuple[str, ...] = ()


A, B = "101", "102"


def both(one: int, other: int) -> Means:
    return {A: one, B: other}


def values(**given: tuple[float, float]) -> dict[str, dict[str, float]]:
    return {code: {A: one, B: other} for code, (one, other) in given.items()}


ROWS = [
    Row(
        "taizhou-2012-dept",
        # 60 % of 90, 20 − 1 − 3, 20 % of 0.3 × 80 + 0.7 × 90; the cleared entry takes nothing
        {A: 54 + 16 + 17.4, B: 36 + 20 + 14.4},
        (
            Asked("panel", "P", both(80, 100), "leaders"),
            Asked("poll", "G", both(90, 60)),
        ),
        values(goals=(90, 60)),
        (
            ("inspected", A, None, "一般", 0, ""),
            ("inspected", A, None, "严重", 0, ""),
            ("inspected", B, None, "严重", 0, "5 月已整改"),
        ),
        {A: "良好", B: "达标"},
    ),
    Row(
        "taizhou-offices",
        {A: 48 + 10 + 9 + 8 + 8, B: 42 + 8 + 8 + 8 + 6},
        (
            Asked("panel", "P", both(100, 80), "leaders"),
            Asked("panel", "P", both(90, 80), "peers", "处室互评"),
            Asked("panel", "P", both(80, 80), "superiors", "上级"),
            Asked("panel", "B", both(80, 60), "grassroots"),
        ),
        values(indicators=(80, 70)),
        listed=(B,),
    ),
    Row(
        "gd-city",
        # 15 × 0.9 + 15 × 0.8 + 40 × (0.2 × 100 + 0.4 × 80 + 0.4 × 90) % + 28 + 2 − 1
        {A: 13.5 + 12 + 35.2 + 28 + 2 - 1, B: 59.99},
        (
            Asked("panel", "P", both(90, 100), "leaders"),
            Asked("panel", "P", both(80, 100), "superiors", "上级"),
            Asked("online", "G", both(100, 100)),
            Asked(
                "counter",
                "W13",
                both(80, 100),
                questions=tuple(q.code for q in questions.questionnaire("W13").questions),
            ),
            Asked("panel", "B", both(90, 100), "grassroots"),
        ),
        values(checks=(28, 30)),
        (
            ("commended", A, None, "省级", 0, ""),
            ("commended", A, None, "国家级", 0, ""),
            ("complaints", A, 2, "", 0, "已办结"),
            ("complaints", A, 1, "", 0, ""),
            ("veto", B, None, "", 0, ""),
        ),
    ),
    Row(
        "fj-water",
        # 70 % of (0.6 × (0.9 × 90 + 0.05 × 100 + 0.05 × 60) + 0.4 × 80) + 30 % of the mean of two waves − 3
        {A: 0.7 * (0.6 * 89 + 32) + 0.3 * 85 - 3, B: 0.7 * 80 + 0.3 * 80},
        (
            Asked("poll", "G", both(90, 100), "residents", "中期"),
            Asked("poll", "G", both(80, 60), "residents", "年终"),
        ),
        values(done=(90, 80), progress=(100, 80), new=(60, 80), ability=(80, 80)),
        (("inspection", A, None, "", 2, ""), ("inspection", A, None, "", 2, "")),
    ),
    Row(
        "fj-city-2013",
        # B has no complaints: its 80 points are raised to 100
        {A: 10 + 9 + 8 + 7 + 6 + 10 + 16 + 10 - 1, B: (50 * 0.8 + 10 * 0.6 + 20 * 0.6) * 100 / 80},
        (
            Asked("panel", "P", both(100, 80), "deputies"),
            Asked("panel", "P", both(90, 80), "cppcc"),
            Asked("panel", "P", both(80, 80), "superiors"),
            Asked("panel", "B", both(70, 80), "grassroots"),
            Asked("panel", "P", both(60, 80), "supervisors"),
            Asked("poll", "G", both(100, 60), "residents"),
            Asked("poll", "E", both(80, 60), "enterprises"),
            Asked("complaint", "C", {A: 50}, "complainants"),
            Asked("poll", "D", both(30, 30), "clients", "定向测评"),
        ),
        extras=(("directed", A, None, "较差", 0, ""),),
        listed=(B,),
    ),
    Row(
        "trial-zone",
        {A: 18 + 45 + 20 * 0.9 + 8, B: 20 + 50 + 20 * 0.8 + 10},
        (Asked("panel", "P", both(90, 80), "leaders"), Asked("poll", "G", both(80, 100))),
        values(duties=(18, 20), conduct=(45, 50)),
    ),
    Row(
        "tongshun",
        {A: 18 + 24 + 45, B: 20 + 30 + 30},
        (Asked("poll", "G", both(90, 60)),),
        values(yearly=(90, 100), everyday=(80, 100)),
    ),
    Row(
        "changqiao-2014",
        # 50 × (0.4 × 80 + 0.3 × 90 + 0.3 × 100) % + 48 + 3 + 5 + 3 + 2; one of two may not be excellent at 20 %
        {A: 44.5 + 48 + 3 + 5 + 3 + 2, B: 40 + 40},
        (
            Asked("panel", "M", both(80, 80), "grassroots"),
            Asked("panel", "M", both(90, 80), "peers"),
            Asked("panel", "M", both(100, 80), "leaders"),
        ),
        values(key=(48, 40)),
        (
            ("funds", A, 1_700_000, "", 0, ""),
            ("honours", A, None, "市级", 0, ""),
            ("honours", A, None, "省级", 0, ""),
            ("innovation", A, None, "全区推广", 0, ""),
            ("more", A, 2, "", 0, ""),
        ),
        {A: "合格", B: "合格"},
    ),
    Row(
        "district-rules",
        # 10 − 3 − 2, 30, 30 − 1 + 20 × 0.8, 10 until it is used up
        {A: 5 + 30 + 29 + 16 + 0, B: 10 + 30 + 30 + 12 + 10},
        (Asked("poll", "G", both(80, 60)),),
        extras=(
            ("leading-faults", A, None, "扣3分", 0, ""),
            ("leading-faults", A, None, "扣2分", 0, ""),
            ("conduct-faults", A, None, "扣1分", 0, ""),
            ("image-faults", A, 5, "扣3分", 0, ""),
        ),
    ),
    Row(
        "manas",
        # B has no counter: its clients carry all 40
        {A: 54 + 16 + 18 - 2 - 2, B: 48 + 40 * 0.7},
        (Asked("counter", "W1", {A: 80}), Asked("panel", "P", both(90, 70), "clients_fixed")),
        values(yearly=(90, 80)),
        (("inspection", A, None, "", 2, ""), ("late", A, 2, "", 0, ""), ("late", B, 1, "", 0, "已答复")),
    ),
    Row(
        "shangli",
        # 90 + 8 − 8 (five cases of 2 use the item up) + 3 + 5 − 3 − 4
        {A: 90 + 0 + 3 + 5 - 3 - 4, B: 92 + 8},
        values=values(items=(90, 92)),
        extras=(
            ("obstruction", A, 5, "", 0, ""),
            ("press", A, 8, "", 0, ""),
            ("innovation", A, None, "市级", 0, ""),
            ("criticised", A, None, "市级", 0, ""),
            ("complaint", A, 2, "", 0, ""),
        ),
    ),
    Row(
        "fuzhou",
        {A: 0.6 * 90 + 40 * 695 / 704, B: 0.6 * 80 + 40},
        (Asked("panel", "P", both(90, 80), "supervisors"),),
        values(closed=(695, 10), accepted=(704, 10)),
    ),
    Row(
        "yanghe",
        {A: 63 + 24, B: 56 + 27},
        (Asked("poll", "S", both(80, 90), questions=("S-2", "S-3", "S-4")),),
        values(measured=(90, 80)),
    ),
    Row(
        "gaozhou",
        {A: 50 * 695 / 704 + 45, B: 50 + 30},
        (Asked("counter", "W1", both(90, 60)),),
        values(closed=(695, 8), accepted=(704, 8)),
    ),
    Row(
        "bailian",
        # 72 + 20 × 0.8 − 3; the other reaches 80 + 18 = 98, which a veto keeps from every good grade
        {A: 72 + 16 - 3, B: 98},
        (Asked("poll", "S", both(80, 90)),),
        values(indicators=(72, 80)),
        (("inspection", A, None, "", 4, ""), ("veto", B, None, "", 0, "")),
        {A: "良", B: "一般"},
    ),
]


def _levels(mean: int) -> Mapping[int, int]:
    """Half satisfied, half not: a 满意率 of 50; else the levels of a mean."""
    return {4: 20, 2: 20} if mean == 50 else MEAN[mean]


def gather(row: Row) -> Voices:
    """Answers of every collection, values and extras."""
    voices = Voices()
    for number, asked in enumerate(row.asked):
        title, collection = asked.title or f"C{number}", 0
        if asked.kind != "counter":
            collection = voices.collection(title, kind=asked.kind, form=asked.form, group=asked.group)
        overall = questions.questionnaire(asked.form).overall.code
        for unit, mean in asked.means.items():
            voices.say_all(unit, _levels(mean), asked.questions or (overall,), collection=collection, form=asked.form)
    voices.bring(row.scheme, row.values)
    if row.asked:
        voices.compute()
    service.set_extras(
        voices.year,
        row.scheme,
        [
            service.NewExtra(code, voices.unit_ids[unit], points, "理由", quantity, level, cleared)
            for code, unit, quantity, level, points, cleared in row.extras
        ],
    )
    return voices


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.scheme)
def test_a_system_of_the_field_comes_out_as_by_hand(app: Flask, row: Row) -> None:
    with app.app_context():
        voices = gather(row)
        lines = lines_of(service.make_sheet(voices.year, row.scheme))
        assert {unit: line.total for unit, line in lines.items()} == {
            unit: pytest.approx(total, abs=0.0051) for unit, total in row.totals.items()
        }
        assert {unit: line.grade.zh for unit, line in lines.items() if line.grade} == row.grades
        assert tuple(unit for unit, line in lines.items() if line.listed) == row.listed
        assert all(line.unranked == "" for line in lines.values())


def test_every_system_of_the_field_is_shipped_and_tried(app: Flask) -> None:
    tried = {row.scheme for row in ROWS} | {"anhui-2012", "taizhou-2013", "hami"}
    assert tried == set(service.shipped_schemes())
    assert len(tried) == 18


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.scheme)
def test_what_a_text_leaves_open_is_stated_in_both_languages(still_app: Flask, row: Row) -> None:
    scheme = service.check_scheme(service.shipped_text(row.scheme))
    assert scheme.all_assumptions()
    assert all(words.zh and words.en for words in scheme.all_assumptions())
    assert scheme.sources
