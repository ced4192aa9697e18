"""A bad rating is a case; the unit answers it; the citizen reads the answer by the receipt."""

from __future__ import annotations

import pytest
from flask import Flask

from survey.base.errors import NotFound, Refused
from survey.base.people.roles import SYSTEM, Role, Viewer
from survey.followup import service
from survey.questions import service as questions
from tests.client import Client
from tests.conftest import SignIn
from tests.followup.conftest import rate
from tests.small_round import small_round

RECEIPT = "2222-2222-2222"


def manager_of(*unit_ids: int) -> Viewer:
    return Viewer(9, "manager", frozenset({Role.UNIT_MANAGER}), frozenset(unit_ids))


def sealed_tag() -> str:
    return next(tag.code for tag in questions.all_tags().values() if tag.confidential)


def test_levels_one_and_two_open_a_case_and_no_other(app_on_each_database: Flask) -> None:
    with app_on_each_database.app_context():
        keys = rate(small_round(), [5, 4, 3, 2, 1, 0])
        found, total = service.cases(SYSTEM)
        assert total == 2
        assert {case.key for case in found} == {keys[3], keys[4]}


def test_a_reply_closes_the_case_and_stands_on_the_receipt(app: Flask, client: Client, sign_in: SignIn) -> None:
    with app.app_context():
        made = small_round()
        rate(made, [5] * 5)
        [key] = rate(made, [1], receipt=RECEIPT, words="等了两个小时")
    sign_in(client, Role.UNIT_MANAGER, units=[made.unit_ids[0]])
    assert "等了两个小时" in client.get("/cases").text
    answered = client.submit(f"/cases/{key}", text="已增开一个窗口。")
    assert "已增开一个窗口。" in answered.text
    assert client.get("/cases?state=open").text.count(key) == 0
    receipt = app.test_client().get(f"/receipt/{RECEIPT}")
    assert "已增开一个窗口。" in receipt.text
    assert "Set-Cookie" not in receipt.headers


def test_a_newer_reply_replaces_the_older_one_which_stays_in_the_record(app_on_each_database: Flask) -> None:
    with app_on_each_database.app_context():
        [key] = rate(small_round(), [2])
        service.reply(key, "正在核实,请稍候。", SYSTEM)
        service.reply(key, "已经改正,增加了导办人员。", SYSTEM)
        found = service.case(key, SYSTEM).reply
        assert found is not None
        assert found.text == "已经改正,增加了导办人员。"


def test_a_reply_taken_back_opens_the_case_again(app: Flask) -> None:
    with app.app_context():
        [key] = rate(small_round(), [2])
        service.reply(key, "与我单位无关。", SYSTEM)
        service.take_back(key, "推诿,不符合答复要求", SYSTEM)
        assert service.case(key, SYSTEM).reply is None
        assert service.cases(SYSTEM, state="open")[1] == 1


def test_a_unit_sees_its_own_cases_only(app: Flask, client: Client, sign_in: SignIn) -> None:
    with app.app_context():
        made = small_round()
        rate(made, [5] * 5, place=1)
        [foreign] = rate(made, [1], place=1)
        [mine] = rate(made, [1, 5, 5, 5, 5])[:1]
    sign_in(client, Role.UNIT_MANAGER, units=[made.unit_ids[0]])
    assert foreign not in client.get("/cases").text
    assert client.get(f"/cases/{foreign}").status_code == 404
    [own] = [key for key in [mine] if key in client.get("/cases").text]
    token = client.token(f"/cases/{own}")
    assert client.post(f"/cases/{foreign}", data={"text": "不该能写。", "csrf_token": token}).status_code == 404


def test_below_the_floor_the_unit_reads_nothing_and_the_office_all(app: Flask) -> None:
    with app.app_context():
        made = small_round()
        rate(made, [1, 5, 5, 5])
        assert service.cases(manager_of(made.unit_ids[0]))[1] == 0
        assert service.cases(SYSTEM)[1] == 1
        rate(made, [4])
        assert service.cases(manager_of(made.unit_ids[0]))[1] == 1


def test_what_speaks_of_favours_goes_to_the_office_and_never_to_the_unit(app: Flask) -> None:
    with app.app_context():
        made = small_round()
        rate(made, [5] * 9)
        [key] = rate(made, [1], tags=[sealed_tag()])
        with pytest.raises(NotFound):
            service.case(key, manager_of(made.unit_ids[0]))
        assert service.case(key, SYSTEM).confidential


@pytest.mark.parametrize("text", ["", "好的", " " * 20, "长" * 1001])
def test_a_reply_that_says_nothing_or_too_much_is_refused(app: Flask, text: str) -> None:
    with app.app_context():
        [key] = rate(small_round(), [1])
        with pytest.raises(Refused):
            service.reply(key, text, SYSTEM)
        assert service.case(key, SYSTEM).reply is None


def test_a_good_rating_cannot_be_answered_as_a_case(app: Flask) -> None:
    with app.app_context():
        [key] = rate(small_round(), [5])
        with pytest.raises(NotFound):
            service.reply(key, "谢谢您的肯定。", SYSTEM)
