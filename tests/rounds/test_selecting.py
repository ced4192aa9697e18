"""What rounds select, for any rounds and any answers: as a brute count says it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.rounds.rules import Fitting, Pooling, Round, Selection, round_meant, selection, shares_fault

START = date(2026, 1, 1)
DAYS = st.integers(0, 60).map(lambda n: START + timedelta(days=n))
SPANS = st.tuples(DAYS, DAYS).map(sorted)


def round_of(number: int, first: date, last: date, **more) -> Round:
    return Round(number, str(number), "", first, last, more.pop("closed", False), **more)


@st.composite
def in_a_row(draw) -> list[Round]:
    """Rounds one after the other, without a gap."""
    ends = sorted(set(draw(st.lists(DAYS, min_size=1, max_size=5))))
    starts = [START, *(end + timedelta(days=1) for end in ends[:-1])]
    return [round_of(n, first, last) for n, (first, last) in enumerate(zip(starts, ends, strict=True), 1)]


@given(in_a_row(), DAYS)
def test_of_rounds_in_a_row_exactly_one_takes_a_wave_and_a_day(every: list[Round], day: date):
    wave, counter = Fitting(7, True, day, START), Fitting(1, False)
    whole = [one for one in every if selection(one, [wave], None).holds(7, START)]
    by_day = [one for one in every if selection(one, [counter], None).holds(1, day)]
    inside = day <= every[-1].closes_on
    assert len(whole) == len(by_day) == inside


@given(SPANS, SPANS)
def test_a_collection_taken_by_day_fits_where_days_meet(span: list[date], open_for: list[date]):
    one = Fitting(1, False, closes_on=open_for[1], opens_on=open_for[0])
    meets = any(open_for[0] <= span[0] + timedelta(days=n) <= open_for[1] for n in range((span[1] - span[0]).days + 1))
    assert bool(selection(round_of(1, *span), [one], None).collection_ids) == meets


@given(SPANS, DAYS, st.sampled_from([None, frozenset({1}), frozenset({2, 3})]), st.sampled_from([None, 1, 2]))
def test_an_answer_is_selected_by_day_collection_and_unit_together(span, day, unit_ids, unit):
    chosen = Selection(span[0], span[1], frozenset({1}), frozenset({9}), unit_ids)
    of_unit = unit is None or unit_ids is None or unit in unit_ids
    assert chosen.holds(1, day, unit) == (span[0] <= day <= span[1] and of_unit)
    assert chosen.holds(9, day, unit) == of_unit
    assert not chosen.holds(2, day, unit)


@given(SPANS)
def test_named_collections_are_all_that_a_round_takes(span):
    every = [Fitting(1, False), Fitting(2, False), Fitting(7, True, date(2031, 1, 1))]
    named = selection(round_of(1, *span, collection_ids=frozenset({2, 7})), every, None)
    assert (named.by_day, named.whole) == ({2}, {7})
    assert selection(round_of(1, *span), every, None).collection_ids == {1, 2}


@given(st.lists(st.tuples(SPANS, st.booleans()), max_size=6), DAYS, st.one_of(st.none(), st.integers(1, 7)))
def test_a_page_means_one_round_and_the_rule_says_which(spans, today, asked):
    every = [round_of(n, *span, closed=closed) for n, (span, closed) in enumerate(spans, 1)]
    meant = round_meant(every, asked, today)
    if not every:
        assert meant is None
    elif asked is not None and asked <= len(every):
        assert meant is not None
        assert meant.id == asked
    else:
        assert meant is not None
        present = [one for one in every if one.holds(today)]
        open_now = [one for one in present if not one.closed]
        past = [one for one in every if one.closes_on < today]
        if open_now:
            assert meant.days == min(one.days for one in open_now)
            assert not meant.closed
        elif present:
            assert meant.days == min(one.days for one in present)
        elif past:
            assert meant.closes_on == max(one.closes_on for one in past)
        else:
            assert meant.opens_on == min(one.opens_on for one in every)


@pytest.mark.parametrize(
    ("shares", "total"),
    [
        ((100.0,), None),
        ((33.3, 33.3, 33.4), None),
        ((99.9999995,), None),
        ((99.99,), 99.99),
        ((60.0, 40.1), 100.1),
        ((), 0.0),
    ],
)
def test_shares_are_told_what_they_add_up_to(shares, total):
    found = shares_fault([(str(n), share) for n, share in enumerate(shares)])
    assert found == (None if total is None else pytest.approx(total))
    assert Pooling().way == "apart"


def test_a_round_counts_both_its_days():
    assert round_of(1, START, START).days == 1
    assert round_of(1, START, START + timedelta(days=30)).days == 31
    assert round_of(1, START, START).holds(START)
    assert not round_of(1, START, START).holds(START + timedelta(days=1))
    assert not round_of(1, START, START).holds(START - timedelta(days=1))
