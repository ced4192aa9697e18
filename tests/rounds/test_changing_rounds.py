"""Rounds added, changed and settled; the units and shares that they name; what they select as it stands now."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from survey.base.errors import NotFound, Refused
from survey.base.people import audit
from survey.base.store import demo
from survey.base.store.database import commit
from survey.rounds import rounds as periods
from survey.rounds import service
from survey.rounds.service import NewCollection, Pooling, RoundChoice, UnitChoice

FIRST, LAST, TODAY = date(2026, 1, 1), date(2026, 12, 31), date(2026, 11, 1)
YEAR = RoundChoice("全年", FIRST, LAST)


def refusal(**change: object) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        service.add_round("odd", "怪", **{"opens_on": FIRST, "closes_on": LAST, **change})
    return refused.value.message, refused.value.remedy


def waves(*codes: str, closes_on: date = LAST) -> list[int]:
    made = [service.add_collection(NewCollection(c, c, "poll", "G", closes_on=closes_on)).id for c in codes]
    commit()
    return made


def test_rounds_stand_newest_first_and_of_one_day_by_their_codes(bodies):
    for code, opens in (("b", FIRST), ("c", TODAY), ("a", FIRST), ("d", date(2025, 1, 1))):
        service.add_round(code, code, opens, LAST)
    assert [one.code for one in service.rounds()] == ["c", "a", "b", "d"]


def test_a_round_keeps_all_that_was_decided(bodies):
    w1, w2 = waves("w1", "w2")
    units, pooling = UnitChoice("trees", ("103", "102")), Pooling("shares", (("w2", 60), ("w1", 40)))
    made = service.add_round("r", "评议", FIRST, LAST, units=units, collection_ids=frozenset({w2, w1}), pooling=pooling)
    assert service.round_by_code("r") == service.round_(made.id) == made
    assert (made.code, made.name, made.opens_on, made.closes_on, made.closed) == ("r", "评议", FIRST, LAST, False)
    assert (made.units, made.collection_ids) == (units, {w1, w2})
    assert made.pooling == Pooling("shares", (("w1", 40.0), ("w2", 60.0))), "by the codes of the waves"
    changed = service.change_round(made.id, YEAR)
    assert (changed.code, changed.name, changed.units, changed.collection_ids) == ("r", "全年", UnitChoice(), set())
    assert changed.pooling == Pooling()


def test_what_was_decided_about_a_round_is_written_down(bodies):
    made = service.add_round("r", "评议", FIRST, LAST)
    service.change_round(made.id, RoundChoice("全年", FIRST, TODAY), closed=True)
    changed, added = audit.entries(search="round")[0]
    assert (added.action, added.subject) == ("round.added", "r")
    assert added.detail == '{"closes_on": "2026-12-31", "opens_on": "2026-01-01"}'
    assert (changed.action, changed.subject) == ("round.changed", "r")
    assert '"name": "全年"' in changed.detail
    assert '"closes_on": "2026-11-01"' in changed.detail
    assert '"closed": true' in changed.detail


def test_a_round_that_is_not_there_is_not_found_and_those_there_are_are_named(bodies):
    for ask in (service.round_, lambda number: service.change_round(number, YEAR)):
        with pytest.raises(NotFound, match="没有该评议期。"):
            ask(1)
    for known in ("–", "2026", "2026-2, 2026"):
        with pytest.raises(NotFound) as missed:
            service.round_by_code("2031")
        assert (missed.value.message, missed.value.remedy) == ("没有编号为 2031 的评议期。", f"现有评议期：{known}")
        number = len(service.rounds())
        service.add_round(f"2026-{2 * number}".removesuffix("-0"), "期", FIRST + timedelta(days=number), LAST)


@pytest.mark.parametrize(
    ("closes_on", "today", "ends"),
    [
        (date(2026, 12, 31), date(2026, 11, 1), date(2026, 11, 1)),
        (date(2026, 11, 2), date(2026, 11, 1), date(2026, 11, 1)),
        (date(2026, 11, 1), date(2026, 11, 1), date(2026, 11, 1)),
        (date(2026, 10, 31), date(2026, 11, 1), date(2026, 10, 31)),
        (date(2026, 12, 31), date(2026, 1, 1), date(2026, 1, 1)),
        (date(2026, 12, 31), date(2025, 12, 31), date(2026, 12, 31)),
    ],
)
def test_a_round_settled_on_one_of_its_days_ends_on_it(bodies, closes_on: date, today: date, ends: date):
    number = periods.add("r", RoundChoice("期", FIRST, closes_on))
    periods.change(number, RoundChoice("期", FIRST, closes_on), closed=False, today=today)
    assert service.round_(number).closes_on == closes_on, "while it is not settled its days stay"
    periods.change(number, RoundChoice("期", FIRST, closes_on), closed=True, today=today)
    settled = service.round_(number)
    assert (settled.opens_on, settled.closes_on, settled.closed) == (FIRST, ends, True)


def test_a_settled_round_may_be_saved_as_it_is_and_keeps_its_days(bodies):
    made = service.add_round("r", "全年", FIRST, LAST)
    settled = service.change_round(made.id, YEAR, closed=True)
    same = RoundChoice("全年", FIRST, settled.closes_on)
    periods.change(made.id, same, closed=True, today=TODAY - timedelta(days=30))
    assert service.round_(made.id) == settled


@pytest.mark.parametrize(
    "change",
    [
        {"name": "别名"},
        {"opens_on": FIRST + timedelta(days=1)},
        {"closes_on": LAST},
        {"units": UnitChoice("units", ("101",))},
        {"collection_ids": frozenset({1})},
        {"pooling": Pooling("together")},
    ],
)
def test_nothing_of_a_settled_round_changes(bodies, change: dict[str, object]):
    waves("w1")
    made = service.add_round("r", "全年", FIRST, LAST)
    settled = service.change_round(made.id, YEAR, closed=True)
    with pytest.raises(Refused) as refused:
        service.change_round(made.id, RoundChoice(**{**vars(YEAR), "closes_on": TODAY, **change}), closed=True)
    assert refused.value.message == "评议期“全年”已结束。"
    assert refused.value.remedy == "请先重新打开；已固定的得分表不受影响。"
    assert service.round_(made.id) == settled
    opened = service.change_round(made.id, RoundChoice(**{**vars(YEAR), **change}))
    assert {name: getattr(opened, name) for name in change} == change


def test_what_a_round_cannot_be_is_said(bodies):
    waves("w1", "w2")
    service.add_round("taken", "期", FIRST, LAST)
    before = FIRST - timedelta(days=1)
    assert refusal(closes_on=before) == ("评议期的截止日期早于开始日期。", "请选择更晚的截止日期。")
    for way in ("classes", "trees", "units"):
        assert refusal(units=UnitChoice(way)) == ("评议期没有指定单位。", "请选择若干单位，或选择全部单位。")
    assert refusal(units=UnitChoice("units", ("999", "101", "A"))) == ("没有代码为 999, A 的单位或类别。", "")
    assert refusal(units=UnitChoice("trees", ("B",))) == ("没有代码为 B 的单位或类别。", "")
    assert refusal(units=UnitChoice("classes", ("A", "101"))) == ("没有代码为 101 的单位或类别。", "")
    unknown = Pooling("shares", (("w9", 50), ("w1", 50), ("w3", 0)))
    assert refusal(pooling=unknown) == ("没有代码为 w3, w9 的征集。", "")
    with pytest.raises(NotFound, match="没有这个征集。"):
        service.add_round("odd", "怪", FIRST, LAST, collection_ids=frozenset({1, 99}))
    with pytest.raises(Refused) as refused:
        service.add_round("taken", "另一期", FIRST, LAST)
    assert (refused.value.message, refused.value.remedy) == ("编号 taken 已被使用。", "请换一个编号。")
    assert [one.code for one in service.rounds()] == ["taken"]
    assert service.add_round("day", "一日", FIRST, FIRST).days == 1


@pytest.mark.parametrize(
    ("shares", "total"),
    [
        ((("w1", 40), ("w2", 60)), None),
        ((("w1", 33.333333), ("w2", 66.666667)), None),
        ((("w1", 40),), "40"),
        ((), "0"),
        ((("w1", 40), ("w2", 60.5)), "100.5"),
        ((("w1", 40), ("w1", 60)), "60"),
        ((("w1", -40), ("w2", 140)), "140"),
        ((("w1", float("nan")), ("w2", 100)), "nan"),
    ],
)
def test_shares_are_of_different_waves_none_below_nought_and_make_a_hundred(bodies, shares, total: str | None):
    waves("w1", "w2")
    pooling = Pooling("shares", shares)
    if total is None:
        kept = service.add_round("r", "期", FIRST, LAST, pooling=pooling)
        assert kept.pooling == pooling
    else:
        assert refusal(pooling=pooling) == (f"各批次占比合计为 {total} %。", "请让占比合计为 100。")


@pytest.mark.parametrize("way", ["apart", "together"])
def test_shares_mean_nothing_unless_waves_are_pooled_by_them(bodies, way: str):
    made = service.add_round("r", "期", FIRST, LAST, pooling=Pooling(way, (("none", 3),)))
    assert made.pooling.way == way


@pytest.mark.parametrize(
    ("choice", "codes"),
    [
        (UnitChoice("classes", ("A",)), "101 103"),
        (UnitChoice("classes", ("B",)), "102 104 105"),
        (UnitChoice("classes", ("A", "B")), "101 102 103 104 105"),
        (UnitChoice("trees", ("101",)), "101 103 104"),
        (UnitChoice("trees", ("103",)), "103 104"),
        (UnitChoice("trees", ("104",)), "104"),
        (UnitChoice("trees", ("104", "102")), "102 104 105"),
        (UnitChoice("units", ("101",)), "101"),
        (UnitChoice("units", ("105", "103")), "103 105"),
    ],
)
def test_a_choice_means_its_units_closed_ones_among_them(bodies, choice: UnitChoice, codes: str):
    assert periods.unit_ids_of(choice) == {bodies[code] for code in codes.split()}
    made = service.add_round("r", "期", FIRST, LAST, units=choice)
    assert service.selection(made).unit_ids == {bodies[code] for code in codes.split()}


def test_all_units_are_not_a_list_of_them(bodies):
    assert periods.unit_ids_of(UnitChoice()) is None
    assert service.selection(service.add_round("r", "期", FIRST, LAST)).unit_ids is None


def test_everything_is_all_collections_whole_or_those_asked_for(bodies):
    (wave,) = waves("w1")
    counter = service.standing("W1")
    every = service.everything()
    assert (every.opens_on, every.closes_on) == (date.min, date.max)
    assert (every.by_day, every.whole, every.unit_ids) == (frozenset(), {wave, counter}, None)
    assert service.everything(frozenset({counter})).collection_ids == {counter}
    assert service.everything(frozenset()).collection_ids == frozenset()
    assert every.holds(counter, date(1990, 1, 1), bodies["101"])


def test_an_answer_is_in_every_round_that_selects_it_newest_first(bodies):
    counter = service.standing("W1")
    year = service.add_round("2026", "全年", FIRST, LAST)
    autumn = service.add_round("2026-4", "四季度", date(2026, 10, 1), LAST, units=UnitChoice("units", ("101",)))
    assert service.selecting(counter, TODAY, bodies["101"]) == [autumn, year]
    assert service.selecting(counter, TODAY, bodies["102"]) == [year]
    assert service.selecting(counter, TODAY, None) == [autumn, year]
    assert service.selecting(counter, LAST + timedelta(days=1), bodies["101"]) == []
    assert service.selecting(counter + 1, TODAY, bodies["101"]) == []


def test_only_simulated_rounds_are_removed_while_the_mark_stands(bodies):
    made, other = (service.add_round(code, code, FIRST, LAST) for code in "ab")
    with pytest.raises(Refused, match="Only simulated"):
        service.remove_demo(made.id)
    assert len(service.rounds()) == 2
    demo.set_present(True)
    commit()
    service.remove_demo(made.id)
    assert service.rounds() == [other]
