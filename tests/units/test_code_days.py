"""Codes day by day: from when to when each stands where, what moving, ending and issuing leave behind."""

from __future__ import annotations

import io
import json
from datetime import date, timedelta

import pytest
from PIL import Image

from survey.base.errors import NotFound, Refused
from survey.base.people import audit
from survey.units import codes, rules, service
from survey.units.rules import Stay
from tests.units.conftest import OPENED, build

TODAY = date(2026, 6, 1)
DAY = timedelta(days=1)


def stood(code: str = "", window_id: int | None = None) -> list[tuple[int, date, date | None]]:
    return [(s.window_id, s.from_day, s.until_day) for s in service.stays(code=code, window_id=window_id)]


def only_code(window_id: int) -> str:
    [stay] = service.stays(window_id=window_id)
    return stay.code


@pytest.mark.parametrize(
    ("day", "stands"),
    [
        (date(2026, 1, 1), False),
        (date(2026, 1, 2), True),
        (date(2026, 2, 27), True),
        (date(2026, 2, 28), False),
    ],
)
def test_a_stay_begins_with_its_first_day_and_ends_before_its_last(day: date, stands: bool):
    stay = Stay(1, "2345678", 7, date(2026, 1, 2), date(2026, 2, 28))
    assert stay.stands_on(day) is stands
    endless = Stay(1, "2345678", 7, date(2026, 1, 2), None)
    assert endless.stands_on(day) is (day >= date(2026, 1, 2))


def test_where_a_code_stands_nowhere_its_newest_past_else_its_first_future_is_meant():
    first = Stay(1, "c", 10, date(2026, 1, 1), date(2026, 2, 1))
    second = Stay(2, "c", 20, date(2026, 3, 1), date(2026, 4, 1))
    third = Stay(3, "c", 30, date(2026, 9, 1), None)
    for stays in ([first, second, third], [third, second, first]):
        assert rules.stay_on(stays, date(2025, 12, 31)) is first
        assert rules.stay_on(stays, date(2026, 2, 15)) is first
        assert rules.stay_on(stays, date(2026, 4, 1)) is second
        assert rules.stay_on(stays, date(2026, 8, 31)) is second
        assert rules.stay_on(stays, date(2026, 9, 1)) is third
    twice = [Stay(4, "c", 40, date(2026, 5, 1), date(2026, 5, 1)), Stay(5, "c", 50, date(2026, 5, 1), date(2026, 5, 1))]
    assert rules.stay_on(twice, date(2026, 5, 2)) is twice[1], "of two that came and went on one day, the later"
    assert rules.stay_on(twice, date(2026, 4, 1)) is twice[0]


@pytest.mark.parametrize("text", ["", "234567", "234567AA", "234567a", "234567B", "0234567", "234567 "])
def test_what_has_another_length_letter_or_sum_is_no_code(text: str):
    assert rules.is_code("234567A")
    assert not rules.is_code(text)


def test_new_codes_are_whole_different_and_never_used(inside, town):
    found = codes.new_codes(300)
    assert len(set(found)) == len(found) == 300
    assert all(rules.is_code(code) for code in found)
    assert found != sorted(found), "the order tells nothing"
    assert codes.new_codes(0) == []
    assert not set(found) & {stay.code for stay in service.stays()}
    assert {"0", "1", "I", "L", "O"}.isdisjoint(rules.ALPHABET)


def test_a_code_issued_for_a_later_day_stands_from_then_on(inside_each):
    window_id = build().windows["101-1"]
    old = only_code(window_id)
    later = service.issue_code(window_id, TODAY + DAY)
    assert service.standing([window_id], TODAY) == {window_id: old}
    assert service.standing([window_id], TODAY + DAY) == {window_id: later}, "the newest of two that stand"
    place = service.find_place(later, TODAY)
    assert (place.window_id, place.withdrawn) == (window_id, False)
    assert stood(window_id=window_id) == [(window_id, TODAY + DAY, None), (window_id, OPENED, None)]


def test_of_two_codes_from_one_day_the_one_issued_last_is_shown(inside):
    window_id = build().windows["101-1"]
    issued = [service.issue_code(window_id, TODAY) for _ in range(3)]
    assert service.standing([window_id], TODAY) == {window_id: issued[-1]}
    assert [stay.code for stay in service.stays(window_id=window_id)][:3] == issued[::-1]


def test_only_the_counters_asked_for_are_told(inside, town):
    first, second, third = town.windows.values()
    assert set(service.standing([first, third], TODAY)) == {first, third}
    assert service.standing([], TODAY) == {}
    assert set(service.standing([second, 999], TODAY)) == {second}
    assert service.standing([first], OPENED - DAY) == {}


def test_a_code_ended_before_its_first_day_never_stood(inside_each):
    window_id = build().windows["101-1"]
    later = service.issue_code(window_id, TODAY + 9 * DAY)
    service.revoke_code(later, TODAY)
    assert stood(later) == [(window_id, TODAY + 9 * DAY, TODAY + 9 * DAY)]
    assert not service.find_place(later, TODAY).withdrawn
    assert service.find_place(later, TODAY + 9 * DAY).withdrawn


def test_a_code_moved_stands_at_each_counter_for_its_days(inside_each):
    town = build()
    here, there = town.windows["101-1"], town.windows["102-1"]
    code = only_code(here)
    service.move_code(code, there, TODAY)
    service.move_code(code, here, TODAY + 5 * DAY)
    assert stood(code) == [
        (here, TODAY + 5 * DAY, None),
        (there, TODAY, TODAY + 5 * DAY),
        (here, OPENED, TODAY),
    ]
    days = {OPENED: here, TODAY - DAY: here, TODAY: there, TODAY + 4 * DAY: there, TODAY + 5 * DAY: here}
    assert {day: service.find_place(code, day).window_id for day in days} == days


def test_a_code_that_is_to_stand_later_moves_from_that_day_on(inside):
    town = build()
    later = service.issue_code(town.windows["101-1"], TODAY + 9 * DAY)
    service.move_code(later, town.windows["101-2"], TODAY)
    assert stood(later)[0] == (town.windows["101-2"], TODAY + 9 * DAY, None)
    ended = only_code(town.windows["102-1"])
    service.revoke_code(ended, TODAY)
    service.move_code(ended, town.windows["102-1"], TODAY + DAY)
    assert stood(ended)[0] == (town.windows["102-1"], TODAY + DAY, None), "put up again where it stood"


def test_missing_codes_are_given_to_open_counters_without_one_now_or_later(inside_each):
    town = build()
    first, second, third = town.windows.values()
    for window_id in (first, second, third):
        service.revoke_code(only_code(window_id), TODAY)
    service.issue_code(first, TODAY + 30 * DAY)
    service.change_window(third, name="办税窗口", questionnaire="W5", active=False)
    [issued] = service.issue_missing_codes(TODAY)
    assert service.standing(town.windows.values(), TODAY) == {second: issued}
    assert stood(issued) == [(second, TODAY, None)]
    assert service.issue_missing_codes(TODAY) == []


def test_a_code_that_ends_today_is_missed_today_and_not_yesterday(inside):
    window_id = build().windows["101-1"]
    service.revoke_code(only_code(window_id), TODAY)
    assert codes.without(TODAY - DAY) == []
    assert codes.without(TODAY) == [window_id]


@pytest.mark.parametrize("closed", ["unit", "window"])
def test_a_closed_body_or_counter_is_said_and_named(inside_each, closed: str):
    town = build()
    window_id = town.windows["102-1"]
    code = only_code(window_id)
    assert not service.find_place(code, TODAY).withdrawn
    if closed == "unit":
        service.change_unit(town.tax, name="省税务局", class_code="1", parent_id=None, active=False)
    else:
        service.change_window(window_id, name="办税窗口", questionnaire="W5", active=False)
    place = service.find_place(code, TODAY)
    assert place == service.Place(code, window_id, "办税窗口", town.tax, "省税务局", "W5", withdrawn=True)


def test_a_code_is_found_with_blanks_around_it_and_in_small_letters(inside, town):
    code = only_code(town.windows["101-1"])
    assert service.find_place(f"  {code.lower()}\n", TODAY).code == code
    other = next(c for c in (body + rules.check_character(body) for body in ("222222", "333333")) if c != code)
    with pytest.raises(NotFound, match="没有该评价码。"):
        service.find_place(other, TODAY)


def test_each_refusal_about_codes_is_a_sentence(inside, town):
    here, there = town.windows["101-1"], town.windows["101-2"]
    code = only_code(here)
    with pytest.raises(Refused, match=f"评价码 {code} 已在本窗口使用。"):
        service.move_code(code, here, TODAY)
    with pytest.raises(NotFound, match="评价码 234567A 从未发放。") as never:
        service.move_code("234567A", here, TODAY)
    assert never.value.remedy == "请与海报上的评价码核对。"
    service.revoke_code(code, TODAY)
    for deed in (service.revoke_code, service.replace_code):
        with pytest.raises(Refused, match=f"评价码 {code} 已停用。"):
            deed(code, TODAY)
    for deed in (lambda: service.move_code(code, 999, TODAY), lambda: service.issue_code(999, TODAY)):
        with pytest.raises(NotFound, match="没有该窗口。"):
            deed()
    assert service.standing([here, there], TODAY) == {there: only_code(there)}


def test_deeds_about_codes_say_counter_and_day(inside, town):
    here, there = town.windows["101-1"], town.windows["102-1"]
    code = only_code(here)
    service.revoke_code(only_code(there), TODAY)
    service.move_code(code, there, TODAY)
    new = service.replace_code(code, TODAY + DAY)
    service.revoke_code(new, TODAY + DAY)
    more = service.issue_code(here, TODAY)
    missing = service.issue_missing_codes(TODAY + DAY)
    told = {entry.action: (entry.subject, json.loads(entry.detail)) for entry in reversed(audit.entries()[0])}
    assert told["code.moved"] == (code, {"origin": "101-1", "to": "102-1"})
    assert told["code.replaced"] == (code, {"by": new, "counter": "102-1"})
    assert told["code.revoked"] == (new, {"counter": "102-1"})
    assert told["code.issued"] == (more, {"counter": "101-1", "from_day": str(TODAY)})
    assert missing
    assert told["codes.issued"] == (", ".join(missing), {"number": len(missing)})


@pytest.mark.parametrize("module", [1, 3, 16])
def test_a_png_is_as_wide_as_its_modules(inside, module: int):
    matrix = codes.qr_matrix("http://pj.example.cn/r/234567A")
    image = Image.open(io.BytesIO(codes.qr_png("http://pj.example.cn/r/234567A", module=module)))
    assert image.size == (len(matrix) * module, len(matrix) * module)


def test_the_quiet_zone_is_four_modules_wide_on_each_side(inside):
    matrix = codes.qr_matrix(service.link_of("234567A"))
    size = len(matrix)
    assert all(len(row) == size for row in matrix)
    edge = [index for index in range(size) if index < 4 or index >= size - 4]
    assert not any(matrix[row][column] for row in edge for column in range(size))
    assert not any(matrix[row][column] for row in range(size) for column in edge)
    assert matrix[4][4:11] == [True] * 7, "the first of the three squares begins right behind it"
    default = Image.open(io.BytesIO(service.qr_png(service.link_of("234567A"))))
    assert default.size == (16 * size, 16 * size)
