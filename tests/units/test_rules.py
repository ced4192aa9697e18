"""What is decided about codes, months and the tree of units."""

from __future__ import annotations

from datetime import date

from hypothesis import assume, given
from hypothesis import strategies as st

from survey.units import rules
from survey.units.rules import ALPHABET, CODE_LENGTH, Stay

bodies = st.text(ALPHABET, min_size=CODE_LENGTH - 1, max_size=CODE_LENGTH - 1)
places = st.integers(0, CODE_LENGTH - 1)


def whole(body: str) -> str:
    return body + rules.check_character(body)


@given(bodies, places, st.sampled_from(ALPHABET))
def test_one_wrong_character_is_never_another_code(body, place, wrong):
    code = whole(body)
    assume(code[place] != wrong)
    assert rules.is_code(code)
    assert not rules.is_code(code[:place] + wrong + code[place + 1 :])


@given(bodies, places, places)
def test_two_exchanged_characters_are_never_another_code(body, one, other):
    characters = list(whole(body))
    assume(characters[one] != characters[other])
    characters[one], characters[other] = characters[other], characters[one]
    assert not rules.is_code("".join(characters))


@given(st.text(max_size=12))
def test_any_text_may_be_asked_for(text):
    assert rules.is_code(text) in (True, False)


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(0, 2000))
def test_the_months_between_two_days_follow_each_other(first, days):
    last = date.fromordinal(first.toordinal() + days)
    months = list(rules.months_between(first, last))
    assert months[0] == first.replace(day=1)
    assert months[-1] == last.replace(day=1)
    assert len(set(months)) == len(months) == (last.year - first.year) * 12 + last.month - first.month + 1


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_a_month_is_read_as_it_is_written(day):
    first = day.replace(day=1)
    for text in (f"{day:%Y-%m}", f"{day:%Y%m}", f"{day.year}年{day.month}月", f"{day:%Y/%m/%d}"):
        assert rules.month_of(text) == first


@given(st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["", *"abcdef"])))
def test_a_tree_has_no_circle_and_a_circle_is_found(parents):
    found = rules.in_circle(parents)
    without = {code: parent for code, parent in parents.items() if code not in found}
    assert not rules.in_circle(without)
    assert all(parents[code] in found for code in found)


def test_a_code_that_moved_is_where_it_stands_on_the_day():
    before = Stay(1, "2345678", 10, date(2026, 1, 1), date(2026, 3, 1))
    after = Stay(2, "2345678", 20, date(2026, 3, 1), None)
    stays = [after, before]
    assert rules.stay_on(stays, date(2026, 2, 28)) is before
    assert rules.stay_on(stays, date(2026, 3, 1)) is after
    assert rules.stay_on(stays, date(2025, 1, 1)) is before
    assert rules.stay_on([before], date(2027, 1, 1)) is before
    assert rules.stay_on([], date(2027, 1, 1)) is None
