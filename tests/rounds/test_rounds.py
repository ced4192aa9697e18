"""Rounds select: they may overlap, lie in the past and be changed; answers follow their day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask

from survey.base import clock
from survey.base.errors import NotFound, Refused
from survey.collect import service as collect
from survey.rounds import service
from survey.rounds.service import NewCollection, Pooling, RoundChoice, UnitChoice
from survey.units import service as units

TODAY = date(2026, 11, 1)


@pytest.fixture
def inside(app_on_each_database: Flask, monkeypatch: pytest.MonkeyPatch):
    """Three bodies of two classes, one below another; the day is the first of November."""
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    with app_on_each_database.app_context():
        numbers = units.add_units(
            [
                units.NewUnit("101", "省教育厅", "A", "综合部门"),
                units.NewUnit("102", "省税务局", "B", "中央驻皖单位"),
                units.NewUnit("103", "教育考试院", "A", "综合部门"),
            ]
        )
        units.change_unit(numbers["103"], name="教育考试院", class_code="A", parent_id=numbers["101"], active=True)
        yield numbers


def rated(unit: int, day: date, number: int, levels: tuple[int, ...] = (5,)) -> list[str]:
    answers = [
        collect.NewResponse(number, day, "W1", 14, [collect.NewAnswer("W-E1", level)], unit_id=unit) for level in levels
    ]
    return collect.add_responses(answers)


def received(round_: service.Round) -> int:
    return collect.totals(service.selection(round_))["received"]


def test_rounds_may_overlap_and_each_counts_what_it_holds(inside):
    year = service.add_round("2026", "全年", date(2026, 1, 1), date(2026, 12, 31))
    quarter = service.add_round("2026-1", "一季度", date(2026, 1, 1), date(2026, 3, 31))
    number = service.imports("W1")
    rated(inside["101"], date(2026, 3, 31), number)
    rated(inside["101"], date(2026, 4, 1), number, (4, 3))
    assert (received(year), received(quarter)) == (3, 1)
    assert service.selecting(number, date(2026, 3, 31), inside["101"]) == [year, quarter]
    assert service.selecting(number, date(2026, 4, 1), inside["101"]) == [year]
    assert collect.in_no_round() == {}


def test_an_answer_in_no_round_is_found_by_a_round_added_afterwards(inside):
    number = service.imports("W1")
    rated(inside["102"], date(2025, 7, 9), number, (1, 2))
    assert collect.in_no_round() == {number: 2}
    late = service.add_round("2025", "补建", date(2025, 7, 1), date(2025, 7, 31))
    assert received(late) == 2
    service.change_round(late.id, RoundChoice("补建", date(2025, 8, 1), date(2025, 8, 31)))
    assert received(service.round_(late.id)) == 0
    assert collect.in_no_round() == {number: 2}


@pytest.mark.parametrize(
    ("choice", "counted"),
    [
        (UnitChoice(), 3),
        (UnitChoice("classes", ("A",)), 2),
        (UnitChoice("trees", ("101",)), 2),
        (UnitChoice("units", ("101",)), 1),
        (UnitChoice("units", ("102", "103")), 2),
    ],
)
def test_a_round_judges_the_units_it_names(inside, choice: UnitChoice, counted: int):
    number = service.imports("W1")
    for unit in inside.values():
        rated(unit, date(2026, 5, 1), number)
    chosen = service.add_round("r", "评议", date(2026, 1, 1), date(2026, 12, 31), units=choice)
    assert received(chosen) == counted
    assert collect.in_no_round() == ({number: 3 - counted} if counted < 3 else {})


def test_a_round_that_names_collections_takes_those_only(inside):
    residents, deputies = service.imports("W1", "residents"), service.imports("W1", "deputies")
    rated(inside["101"], date(2026, 5, 1), residents, (5, 5))
    rated(inside["101"], date(2026, 5, 1), deputies)
    named = service.add_round(
        "d", "代表评议", date(2026, 1, 1), date(2026, 12, 31), collection_ids=frozenset({deputies})
    )
    assert received(named) == 1
    assert service.selecting(residents, date(2026, 5, 1), inside["101"]) == []


def test_a_drawn_collection_belongs_to_the_round_that_holds_its_last_day(inside):
    wave = service.add_collection(
        NewCollection("w7", "七月", "poll", "G", opens_on=date(2026, 6, 20), closes_on=date(2026, 7, 1))
    )
    first = service.add_round("h1", "上半年", date(2026, 1, 1), date(2026, 6, 30))
    second = service.add_round("h2", "下半年", date(2026, 7, 1), date(2026, 12, 31))
    assert wave.id not in service.selection(first).collection_ids
    assert wave.id in service.selection(second).whole


def test_the_round_meant_is_the_one_asked_for_else_the_shortest_of_today(inside):
    year = service.add_round("2026", "全年", date(2026, 1, 1), date(2026, 12, 31))
    quarter = service.add_round("2026-4", "四季度", date(2026, 10, 1), date(2026, 12, 31))
    assert service.round_meant() == quarter
    assert service.round_meant(year.id) == year
    assert service.round_meant(99) == quarter


def test_a_settled_round_no_longer_changes_until_it_is_opened_again(inside):
    made = service.add_round("2026", "全年", date(2026, 1, 1), date(2026, 12, 31))
    choice = RoundChoice("全年", date(2026, 1, 1), date(2026, 12, 31))
    settled = service.change_round(made.id, choice, closed=True)
    assert (settled.closed, settled.closes_on) == (True, TODAY), "settled before its last day, it ends today"
    with pytest.raises(Refused, match="全年"):
        service.change_round(made.id, choice, closed=True)
    opened = service.change_round(made.id, choice, closed=False)
    assert (opened.closed, opened.closes_on) == (False, date(2026, 12, 31))


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"closes_on": date(2025, 12, 31)}, Refused),
        ({"units": UnitChoice("classes", ())}, Refused),
        ({"units": UnitChoice("classes", ("Z",))}, Refused),
        ({"units": UnitChoice("units", ("999",))}, Refused),
        ({"collection_ids": frozenset({77})}, NotFound),
        ({"pooling": Pooling("shares", (("none", 100.0),))}, Refused),
    ],
)
def test_what_a_round_cannot_be_is_refused_and_nothing_is_stored(inside, change, kind):
    given = {"opens_on": date(2026, 1, 1), "closes_on": date(2026, 12, 31), **change}
    with pytest.raises(kind):
        service.add_round("odd", "怪", **given)
    assert service.rounds() == []


@pytest.mark.parametrize(("shares", "fits"), [((40.0, 60.0), True), ((50.0, 55.0), False), ((100.0, 0.0), True)])
def test_stated_shares_add_up_to_a_hundred(inside, shares: tuple[float, float], fits: bool):
    for code in ("w7", "w12"):
        service.add_collection(NewCollection(code, code, "poll", "G", closes_on=date(2026, 7, 1)))
    pooling = Pooling("shares", tuple(zip(("w7", "w12"), shares, strict=True)))
    if fits:
        assert (
            service.add_round("r", "全年", date(2026, 1, 1), date(2026, 12, 31), pooling=pooling).pooling.way
            == "shares"
        )
    else:
        with pytest.raises(Refused, match="105"):
            service.add_round("r", "全年", date(2026, 1, 1), date(2026, 12, 31), pooling=pooling)


def test_a_code_is_taken_once(inside):
    service.add_round("2026", "全年", date(2026, 1, 1), date(2026, 12, 31))
    with pytest.raises(Refused, match="2026"):
        service.add_round("2026", "另一个", date(2027, 1, 1), date(2027, 12, 31))
    with pytest.raises(NotFound, match="2031"):
        service.round_by_code("2031")


def test_counters_have_one_standing_collection_a_form(inside):
    first, again, other = service.standing("W1"), service.standing("W1"), service.standing("W5")
    assert first == again != other
    assert service.collection(first).kind == "counter"
    assert service.imports("W1", "residents") != service.imports("W1", "peers")
    with pytest.raises(Refused):
        service.standing("NONE")


@pytest.mark.parametrize(
    "new",
    [
        NewCollection("x", "x", "rumour", "W1"),
        NewCollection("x", "x", "open", "W99"),
        NewCollection("x", "x", "open", "W1", channels=(99,)),
        NewCollection("x", "x", "open", "W1", opens_on=TODAY, closes_on=TODAY - timedelta(days=1)),
    ],
)
def test_a_collection_that_cannot_be_is_refused(inside, new: NewCollection):
    with pytest.raises(Refused):
        service.add_collection(new)
    assert service.collections() == []


def test_groups_of_raters_are_a_registry_with_own_ones(inside):
    made = service.add_group("dragon", "龙舟队", "Dragon boat crews")
    assert service.groups()["dragon"] == made
    assert service.group_names()["龙舟队"].said("en") == "Dragon boat crews"
    for code, name in (("dragon", "别的"), ("other", "龙舟队"), ("residents", "别的"), ("", "空"), ("x", "")):
        with pytest.raises(Refused):
            service.add_group(code, name)
