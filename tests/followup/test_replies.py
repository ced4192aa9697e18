"""Replies to bad ratings: their limits, their record, and who may write and take back."""

from __future__ import annotations

import pytest
from flask import Flask

from survey.base import clock
from survey.base.errors import NotFound, Refused
from survey.base.people.roles import SYSTEM, Role, Viewer
from survey.followup import rules, service
from survey.questions import service as questions
from tests.client import Client
from tests.conftest import SignIn
from tests.followup.conftest import last_month, rate
from tests.small_round import small_round

TEXT = "已增开一个窗口。"


def manager_of(*unit_ids: int) -> Viewer:
    return Viewer(9, "manager", frozenset({Role.UNIT_MANAGER}), frozenset(unit_ids))


@pytest.mark.parametrize(("length", "is_enough"), [(4, False), (5, True), (1000, True), (1001, False)])
def test_a_reply_has_five_to_a_thousand_characters(length: int, is_enough: bool) -> None:
    assert rules.is_reply("长" * length) is is_enough
    assert rules.is_reply(f"  {'长' * length}\n") is is_enough


def test_a_reply_carries_its_day_and_author_and_no_blanks_around_it(app: Flask) -> None:
    with app.app_context():
        [key] = rate(small_round(), [1])
        service.reply(key, f"  {TEXT} ", SYSTEM)
        assert service.case(key, SYSTEM).reply == service.Reply(TEXT, clock.today(), SYSTEM.username)
        assert service.case(key, SYSTEM).reply == service.case(key, SYSTEM).reply


@pytest.mark.parametrize(("reason", "is_enough"), [("四个字呀", False), ("  四个字呀 ", False), ("五个字才够", True)])
def test_a_reply_is_taken_back_with_a_reason_only(app: Flask, reason: str, is_enough: bool) -> None:
    with app.app_context():
        [key] = rate(small_round(), [1])
        service.reply(key, TEXT, SYSTEM)
        if is_enough:
            service.take_back(key, reason, SYSTEM)
        else:
            with pytest.raises(Refused):
                service.take_back(key, reason, SYSTEM)
        assert (service.case(key, SYSTEM).reply is None) is is_enough
        assert service.cases(SYSTEM, state="answered")[1] == (0 if is_enough else 1)


def test_taking_back_takes_all_replies_and_a_new_one_stands(app_on_each_database: Flask) -> None:
    with app_on_each_database.app_context():
        [key, other] = rate(small_round(), [1, 1])
        for text in ("正在核实，请稍候。", TEXT):
            service.reply(key, text, SYSTEM)
        service.reply(other, "另一件也已办结。", SYSTEM)
        service.take_back(key, "推诿，不合要求", SYSTEM)
        assert service.case(key, SYSTEM).reply is None
        assert service.case(other, SYSTEM).reply is not None
        service.reply(key, "已重新核实并改正。", SYSTEM)
        assert service.case(key, SYSTEM).reply.text == "已重新核实并改正。"
        assert service.rates(SYSTEM)[0].answered == 2


def test_what_is_no_case_cannot_be_taken_back(app: Flask) -> None:
    with app.app_context():
        [good] = rate(small_round(), [5])
        for key in (good, "nosuchkey"):
            with pytest.raises(NotFound):
                service.take_back(key, "推诿，不合要求", SYSTEM)


def test_many_replies_at_once_leave_out_what_says_nothing(app_on_each_database: Flask) -> None:
    with app_on_each_database.app_context():
        [first, second, third] = rate(small_round(), [1, 2, 1])
        service.reply_many({first: f" {TEXT} ", second: "已经改正办结。"}, SYSTEM)
        assert service.case(first, SYSTEM).reply.text == TEXT
        assert service.case(third, SYSTEM).reply is None
        assert [case.key for case in service.cases(SYSTEM, state="open")[0]] == [third]
        assert {case.key for case in service.cases(SYSTEM, state="answered")[0]} == {first, second}


def test_rates_count_cases_and_answered_ones_of_each_unit(app_on_each_database: Flask) -> None:
    with app_on_each_database.app_context():
        made = small_round()
        mine = rate(made, [1, 2, 5, 5, 5])
        rate(made, [1, 4, 4, 4, 4], place=1)
        service.reply(mine[0], TEXT, SYSTEM)
        first, second = made.unit_ids
        assert service.rates(SYSTEM) == [service.UnitRate(first, 2, 1), service.UnitRate(second, 1, 0)]
        assert service.rates(manager_of(second)) == [service.UnitRate(second, 1, 0)]
        assert service.rates(manager_of()) == []


def test_cases_are_paged_and_cut_to_a_unit(app_on_each_database: Flask) -> None:
    with app_on_each_database.app_context():
        made = small_round()
        here, there = rate(made, [1] * 3), rate(made, [2] * 2, place=1)
        pages = [service.cases(SYSTEM, page=n, size=2) for n in (1, 2, 3)]
        assert [(len(found), total) for found, total in pages] == [(2, 5), (2, 5), (1, 5)]
        assert [case.key for found, _ in pages for case in found] == sorted([*here, *there])
        found, total = service.cases(SYSTEM, unit_id=made.unit_ids[1])
        assert ({case.key for case in found}, total) == (set(there), 2)


@pytest.mark.parametrize("tag", [tag.code for tag in questions.all_tags().values()])
def test_each_reason_is_read_in_words_and_confidential_ones_by_the_office_only(app: Flask, tag: str) -> None:
    with app.app_context():
        made = small_round()
        [key, *_] = rate(made, [1, 1, 1, 1, 1], tags=[tag])
        known = questions.all_tags()[tag]
        sealed = known.confidential or known.integrity
        case = service.case(key, SYSTEM)
        assert case.tags == (known.text("zh"),)
        assert case.confidential is sealed
        assert service.cases(manager_of(made.unit_ids[0]))[1] == (0 if sealed else 5)


def test_a_case_shows_the_month_and_never_the_day(app: Flask) -> None:
    with app.app_context():
        made = small_round()
        [key] = rate(made, [2], words="排队两小时")
        case = service.case(key, SYSTEM)
        assert case.month == last_month().replace(day=1)
        assert (case.unit_id, case.window_id) == (made.unit_ids[0], made.window_ids[0])
        assert (case.words, case.level, case.tags, case.reply) == ("排队两小时", "不满意", (), None)


@pytest.mark.parametrize(
    ("role", "reads", "writes"),
    [
        (Role.OFFICE, True, True),
        (Role.AUDITOR, True, False),
        (Role.STATISTICIAN, False, False),
    ],
)
def test_who_reads_the_desk_and_who_answers(
    app: Flask, client: Client, sign_in: SignIn, role: Role, reads: bool, writes: bool
) -> None:
    with app.app_context():
        [key] = rate(small_round(), [1])
    sign_in(client, role)
    pages = [client.get(path).status_code for path in ("/cases", "/cases/rates", f"/cases/{key}")]
    assert pages == [200 if reads else 403] * 3
    if not reads:
        return
    client.post(f"/cases/{key}", data={"text": TEXT, "csrf_token": client.token(f"/cases/{key}")})
    with app.app_context():
        assert (service.case(key, SYSTEM).reply is not None) is writes


def test_the_office_takes_a_reply_back_on_its_page_and_a_short_reason_is_named(
    app: Flask, client: Client, sign_in: SignIn
) -> None:
    with app.app_context():
        [key] = rate(small_round(), [1])
        service.reply(key, TEXT, SYSTEM)
    sign_in(client, Role.OFFICE)
    short = client.submit(f"/cases/{key}", form=f"/cases/{key}/take-back", reason="推诿")
    assert "请填写 5 到 500 个字的理由。" in short.text
    with app.app_context():
        assert service.case(key, SYSTEM).reply is not None
    client.submit(f"/cases/{key}", form=f"/cases/{key}/take-back", reason="推诿，不合要求")
    with app.app_context():
        assert service.case(key, SYSTEM).reply is None
