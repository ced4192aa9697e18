"""The list of bad ratings follows the answers: their days, forms, collections, and what becomes of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from survey.base import clock
from survey.base.errors import NotFound
from survey.base.people.roles import SYSTEM, Role
from survey.base.settings import Settings
from survey.base.store.database import Base, commit, session
from survey.collect import service as collect
from survey.followup import rules, service
from survey.followup.models import CaseRow, ReplyRow, SeenRow
from survey.questions import service as questions
from survey.rounds import service as rounds
from survey.rounds.service import NewCollection
from tests.followup.conftest import TEXT, manager_of, rate, rate_on
from tests.own_forms import COUNTER_FORMS, counter_forms, with_forms
from tests.small_round import small_round

#: form -> the levels of its scale that are bad ratings, as DOMAIN names them
BAD = {"W1": {1, 2}, "F": {1}, "T": {1}, "X": {1, 2, 3, 4}}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """An installation with forms on four grades, three verdicts and ten points."""
    return with_forms(settings, counter_forms())


def stored(model: type[Base]) -> int:
    return session().scalar(select(func.count()).select_from(model)) or 0


def keys_of(**wanted: object) -> list[str]:
    return [case.key for case in service.cases(SYSTEM, **wanted)[0]]


@pytest.mark.parametrize("form", ["W1", *COUNTER_FORMS])
def test_each_scale_says_itself_which_of_its_levels_are_bad(app: Flask, form: str) -> None:
    with app.app_context():
        made, scale = small_round(), questions.questionnaire(form).scale
        keys = dict(zip(scale.answers, rate_on(made, scale.answers, form=form), strict=True))
        found, total = service.cases(SYSTEM)
        assert total == len(BAD[form])
        assert {case.key: case.level for case in found} == {keys[n]: scale.word(n, "zh") for n in BAD[form]}


def test_newest_month_comes_first_and_the_key_inside_it_hides_the_day(app_on_each_database: Flask) -> None:
    with app_on_each_database.app_context():
        made = small_round()
        days = [date(2026, 1, 31), date(2026, 2, 28), date(2026, 2, 1), date(2025, 12, 31)]
        old, late, early, older = (rate_on(made, [1], day) for day in days)
        assert keys_of() == [*sorted([*late, *early]), *old, *older]
        months = [case.month for case in service.cases(SYSTEM)[0]]
        assert months == [date(2026, 2, 1), date(2026, 2, 1), date(2026, 1, 1), date(2025, 12, 1)]


def test_one_day_of_a_hundred_cases_is_read_to_its_last_page(app: Flask) -> None:
    with app.app_context():
        keys = rate(small_round(), [1] * 101)
        pages = [keys_of(page=n) for n in (1, 2, 3, 4)]
        assert [len(page) for page in pages] == [50, 50, 1, 0]
        assert sorted(key for page in pages for key in page) == sorted(keys)


def test_a_later_answer_of_the_same_day_joins_the_list_and_a_reply_stays(app_on_each_database: Flask) -> None:
    with app_on_each_database.app_context():
        made = small_round()
        [first, taken] = rate(made, [1, 2])
        service.reply(first, TEXT, SYSTEM)
        service.reply(taken, TEXT, SYSTEM)
        service.take_back(taken, "推诿，不合要求", SYSTEM)
        [second] = rate(made, [2])
        assert keys_of(state="answered") == [first]
        assert keys_of(state="open") == sorted([taken, second])
        assert stored(SeenRow) == 1


def test_what_is_up_to_date_is_left_as_it_is(app_on_each_database: Flask) -> None:
    with app_on_each_database.app_context():
        made = small_round()
        [key] = rate(made, [1])
        rate_on(made, [5], clock.today() - timedelta(days=1))
        assert keys_of() == [key]
        serials = session().scalars(select(SeenRow.serial).order_by(SeenRow.day)).all()
        service.bring_up_to_date()
        assert session().scalars(select(SeenRow.serial).order_by(SeenRow.day)).all() == serials
        assert len(serials) == 2, "a day of good ratings was looked at too"


def test_cases_of_removed_answers_leave_the_list_with_their_replies(app_on_each_database: Flask) -> None:
    with app_on_each_database.app_context():
        made = small_round()
        [gone] = rate(made, [1])
        [stays] = rate_on(made, [1], form="T")
        for key in (gone, stays):
            service.reply(key, TEXT, SYSTEM)
        assert collect.remove_responses(frozenset({rounds.standing("W1")})) == 1
        assert keys_of() == [stays]
        assert (stored(CaseRow), stored(ReplyRow), stored(SeenRow)) == (1, 1, 1)
        with pytest.raises(NotFound):
            service.case(gone, SYSTEM)
        [again] = rate(made, [2])
        assert sorted(keys_of()) == sorted([stays, again])


@pytest.mark.parametrize(("kind", "form"), [("poll", "G"), ("open", "W1"), ("online", "W1"), ("import", "W1")])
def test_a_bad_answer_that_was_not_given_at_a_counter_is_no_case(app: Flask, kind: str, form: str) -> None:
    with app.app_context():
        made = small_round()
        new = NewCollection(f"{kind}-1", "征集", kind, form, closes_on=clock.today())
        number = rounds.add_collection(new).id
        commit()
        keys = rate_on(made, [1] * 5, collection=number, form=form, window_id=None)
        assert service.cases(SYSTEM) == ([], 0)
        assert service.rates(SYSTEM) == []
        with pytest.raises(NotFound):
            service.reply(keys[0], TEXT, SYSTEM)
        rate(made, [1, 5, 5, 5])
        assert service.cases(manager_of(made.unit_ids[0]))[1] == 0, "the floor counts answers at counters only"


@pytest.mark.parametrize(("floor", "reads"), [(1, 1), (4, 1), (5, 0), (30, 0)])
def test_the_floor_is_that_of_the_installation(app: Flask, floor: int, reads: int) -> None:
    app.extensions["settings"] = replace(app.extensions["settings"], floor_hidden=floor)
    with app.app_context():
        made = small_round()
        rate(made, [1, 5, 5, 5])
        assert service.cases(manager_of(made.unit_ids[0]))[1] == reads
        assert rules.unit_may_read(4, floor) is bool(reads)


@pytest.mark.parametrize("role", list(Role))
def test_who_sees_all_reads_below_the_floor_and_the_others_their_own_above_it(app: Flask, role: Role) -> None:
    with app.app_context():
        made = small_round()
        mine, _small = rate(made, [1, 5, 5, 5, 5]), rate(made, [2, 5, 5, 5], place=1)
        viewer = manager_of(*made.unit_ids, role=role)
        found, total = service.cases(viewer)
        if viewer.sees_all:
            assert total == len(found) == 2
        else:
            assert ([case.key for case in found], total) == (mine[:1], 1)
        assert [rate.cases for rate in service.rates(viewer)] == [1] * total
        assert service.cases(viewer, unit_id=made.unit_ids[1])[1] == total - 1
        assert service.cases(manager_of(role=role))[1] == (2 if viewer.sees_all else 0)


def test_filters_add_up(app_on_each_database: Flask) -> None:
    with app_on_each_database.app_context():
        made = small_round()
        [done, left], [other] = rate(made, [1, 2]), rate(made, [1], place=1)
        service.reply(done, TEXT, SYSTEM)
        first, second = made.unit_ids
        assert keys_of(state="answered", unit_id=first) == [done]
        assert keys_of(state="open", unit_id=first) == [left]
        assert keys_of(state="answered", unit_id=second) == []
        assert keys_of(state="open", unit_id=second) == [other]
        assert service.cases(SYSTEM, state="open", size=1)[1] == 2


def test_no_answers_no_cases(app_on_each_database: Flask) -> None:
    with app_on_each_database.app_context():
        assert service.cases(SYSTEM) == ([], 0)
        assert service.rates(SYSTEM) == []
        with pytest.raises(NotFound):
            service.case("nosuchkey", SYSTEM)
