"""An answer is accepted always; what does not count is held with a reason and decided by two people."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from survey.base.errors import NotFound, Refused
from survey.base.people.roles import Role, Viewer
from survey.base.store.database import engine
from survey.collect.store import receipts
from survey.rounds import service as rounds
from survey.screen import service
from tests import two_people
from tests.client import Client
from tests.conftest import SignIn
from tests.small_round import SmallRound, rate, small_round

RECEIPT = "2222-2222-2222"
LI = Viewer(1, "li", frozenset({Role.OFFICE}), frozenset())
WANG = Viewer(2, "wang", frozenset({Role.STATISTICIAN}), frozenset())
REASON = "同一分钟内连续提交三十份"


def totals(made: SmallRound) -> dict[str, int]:
    return service.totals(rounds.selection(rounds.round_(made.round_id)))


def test_held_released_excluded_by_two_people(app_on_each_database: Flask) -> None:
    with app_on_each_database.app_context():
        made = small_round()
        [first, second, third] = rate(made, [1, 5, 5])
        assert two_people.hold([first, second], REASON, LI) == 2
        assert totals(made) == {
            "received": 3,
            "counted": 1,
            "held": 2,
            "excluded": 0,
            "withdrawn": 0,
        }
        service.propose(first, "release", "核实为真实办事群众", LI)
        service.propose(second, "exclude", "核实为工作人员代点", LI)
        assert service.state_of(first).state == "held"
        for decision in service.pending():
            service.decide(decision.id, confirm=True, viewer=WANG)
        assert service.state_of(first).state == "counted"
        assert service.state_of(second).state == "excluded"
        assert service.state_of(third).state == "counted"
        assert totals(made) == {
            "received": 3,
            "counted": 2,
            "held": 0,
            "excluded": 1,
            "withdrawn": 0,
        }
        assert [d.kind for d in service.history(second)] == ["hold", "exclude"]


def test_nobody_confirms_their_own_proposal(app: Flask) -> None:
    with app.app_context():
        [key] = rate(small_round(), [1])
        two_people.hold([key], REASON, LI)
        service.propose(key, "exclude", REASON, LI)
        [waiting] = service.pending()
        with pytest.raises(Refused):
            service.decide(waiting.id, confirm=True, viewer=LI)
        assert service.state_of(key).state == "held"


def test_a_rejected_proposal_changes_nothing(app: Flask) -> None:
    with app.app_context():
        [key] = rate(small_round(), [1])
        two_people.hold([key], REASON, LI)
        service.propose(key, "exclude", REASON, LI)
        service.decide(service.pending()[0].id, confirm=False, viewer=WANG)
        assert service.state_of(key).state == "held"
        assert service.pending() == []


def test_an_answer_that_counts_cannot_be_excluded_at_once(app: Flask) -> None:
    with app.app_context():
        [key] = rate(small_round(), [1])
        with pytest.raises(Refused):
            service.propose(key, "exclude", REASON, LI)


def test_a_second_proposal_waits_for_the_first(app: Flask) -> None:
    with app.app_context():
        [key] = rate(small_round(), [1])
        two_people.hold([key], REASON, LI)
        service.propose(key, "exclude", REASON, LI)
        with pytest.raises(Refused):
            service.propose(key, "release", REASON, WANG)


@pytest.mark.parametrize("reason", ["", "刷", "    "])
def test_without_a_reason_nothing_is_held(app: Flask, reason: str) -> None:
    with app.app_context():
        [key] = rate(small_round(), [1])
        with pytest.raises(Refused):
            two_people.hold([key], reason, LI)
        assert service.state_of(key).state == "counted"


def test_an_unknown_answer_cannot_be_held(app: Flask) -> None:
    with app.app_context():
        small_round()
        with pytest.raises(NotFound):
            two_people.hold(["nosuchkey"], REASON, LI)


def test_the_database_itself_refuses_one_person_twice(app_on_each_database: Flask) -> None:
    with app_on_each_database.app_context():
        [key] = rate(small_round(), [1])
        two_people.hold([key], REASON, LI)
        service.propose(key, "exclude", REASON, LI)
        with pytest.raises(IntegrityError, match="two_people"), engine().begin() as connection:
            connection.execute(text("UPDATE screen_decision SET second = first, outcome = 'done' WHERE kind <> 'hold'"))


def test_the_receipt_tells_that_an_answer_is_held_and_why(app: Flask) -> None:
    with app.app_context():
        [key] = rate(small_round(), [5], receipt=RECEIPT)
        visitor = app.test_client()
        assert "已收到，已计入" in visitor.get(f"/receipt/{RECEIPT}").text
        two_people.hold([key], REASON, LI)
    page = visitor.get(f"/receipt/{RECEIPT}").text
    assert "暂存待核" in page
    assert REASON in page
    assert "非常满意" not in page


def test_an_answer_that_no_round_selects_says_so_until_one_does(app: Flask) -> None:
    with app.app_context():
        made = small_round()
        rate(made, [5], receipt=RECEIPT)
        stays = rounds.round_(made.round_id)
        before = rounds.RoundChoice("去年", date(2025, 1, 1), date(2025, 12, 31))
        rounds.change_round(made.round_id, before)
        visitor = app.test_client()
        page = visitor.get(f"/receipt/{RECEIPT}?lang=en").text
        assert "in no round yet" in page
        assert "counted." not in page
        rounds.change_round(made.round_id, rounds.RoundChoice("今年", stays.opens_on, stays.closes_on))
        assert "Received and counted." in visitor.get(f"/receipt/{RECEIPT}?lang=en").text


def test_the_receipt_looks_the_same_whatever_was_answered(app: Flask) -> None:
    with app.app_context():
        made, pages = small_round(), set()
        for level in (5, 3, 1, 0):
            receipt = receipts.of_digest(bytes([level]) * 8)
            rate(made, [level], receipt=receipt)
            pages.add(app.test_client().get(f"/receipt/{receipt}").text.replace(receipt, ""))
    assert len(pages) == 1


def test_a_mistyped_receipt_is_recognised_as_such(app: Flask) -> None:
    page = app.test_client().get("/receipt/2222-2222-2223")
    assert page.status_code == 404
    assert "回执码有一位输错了" in page.text


def test_an_unknown_receipt_loses_nothing_and_says_so(app: Flask) -> None:
    page = app.test_client().get(f"/receipt/{RECEIPT}")
    assert page.status_code == 404
    assert "没有找到这个回执码" in page.text


def test_the_desk_holds_what_was_chosen_and_a_second_person_decides(
    app: Flask, client: Client, sign_in: SignIn
) -> None:
    with app.app_context():
        made = small_round()
        [first, second] = rate(made, [1, 5])
    sign_in(client, Role.OFFICE)
    assert first in client.get("/screen").text
    held = client.submit("/screen", form="/screen/hold", key=[first], reason=REASON)
    assert "已提议暂存 1 份评价；在另一人确认之前，它们照常计入。" in held.text
    with app.app_context():
        assert totals(made)["held"] == 0
        [proposed] = service.pending()
        service.decide(proposed.id, confirm=True, viewer=WANG)
    token = client.token(f"/screen/answers/{first}")
    client.post(f"/screen/answers/{first}/exclude", data={"reason": "核实为代点", "csrf_token": token})
    with app.app_context():
        [waiting] = service.pending()
    refused = client.post(f"/screen/decisions/{waiting.id}", data={"outcome": "confirm", "csrf_token": token})
    assert refused.status_code == 409
    other = app.test_client()
    sign_in(other, Role.STATISTICIAN)
    decided = other.post(
        f"/screen/decisions/{waiting.id}",
        data={"outcome": "confirm", "csrf_token": other.token("/screen/waiting")},
        follow_redirects=True,
    )
    assert "已剔除" in decided.text
    assert second not in other.get("/screen?state=excluded").text


def test_unit_managers_have_no_part_in_screening(app: Flask, client: Client, sign_in: SignIn) -> None:
    with app.app_context():
        made = small_round()
        [key] = rate(made, [1])
    sign_in(client, Role.UNIT_MANAGER, units=[made.unit_ids[0]])
    assert client.get("/screen").status_code == 403
    assert client.post("/screen/hold", data={"key": [key], "reason": REASON}).status_code == 403


@pytest.mark.parametrize("deed", ["hold", "exclude", "release"])
def test_whatever_one_person_does_alone_changes_no_count(app: Flask, deed: str) -> None:
    with app.app_context():
        made = small_round()
        keys = rate(made, [1, 1, 2, 5])
        two_people.hold(keys[:1], REASON, LI)
        before = (totals(made), service.standings(keys))
        service.hold(keys, REASON, LI)
        if deed != "hold":
            service.propose(keys[0], deed, REASON, LI)
        for decision in service.pending():
            with pytest.raises(Refused):
                service.decide(decision.id, confirm=True, viewer=LI)
            with pytest.raises(Refused):
                service.decide_many([decision.id], confirm=True, viewer=LI)
        assert (totals(made), service.standings(keys)) == before


def test_several_proposals_are_decided_together_or_not_at_all(app: Flask) -> None:
    with app.app_context():
        made = small_round()
        keys = rate(made, [1, 1, 5])
        service.hold(keys[:2], REASON, LI)
        service.hold(keys[2:], REASON, WANG)
        every = [decision.id for decision in service.pending()]
        with pytest.raises(Refused):
            service.decide_many(every, confirm=True, viewer=WANG)
        with pytest.raises(Refused):
            service.decide_many([], confirm=True, viewer=WANG)
        with pytest.raises(NotFound):
            service.decide_many([*every[:2], 99], confirm=True, viewer=WANG)
    with app.app_context():
        assert totals(made)["held"] == 0
        assert service.decide_many(every[:2], confirm=True, viewer=WANG) == 2
        assert totals(made)["held"] == 2
        made_up = service.undecided(rounds.selection(rounds.round_(made.round_id)))
        assert [(one.held, one.proposed) for one in made_up] == [(2, 1)]
        assert service.decide_many(every[2:], confirm=False, viewer=LI) == 1
        assert service.pending() == []


def test_a_second_person_decides_the_chosen_ones_on_one_page(app: Flask, client: Client, sign_in: SignIn) -> None:
    with app.app_context():
        made = small_round()
        keys = rate(made, [1, 1, 5])
        service.hold(keys, REASON, LI)
        first, second, third = [decision.id for decision in service.pending()]
    sign_in(client, Role.STATISTICIAN)
    page = client.get("/screen/waiting").text
    assert all(f'name="decision" value="{number}"' in page for number in (first, second, third))
    assert "目前只有一人可以在这里作决定" in page, "there is one account only"
    assert 'name="decision"' not in client.get("/screen/waiting?kind=release").text
    token = client.token("/screen/waiting")
    chosen = {"csrf_token": token, "outcome": "confirm", "decision": [str(first), str(second)]}
    assert "已确认 2 项提议。" in client.post("/screen/decisions", data=chosen, follow_redirects=True).text
    chosen |= {"outcome": "reject", "decision": [str(third)]}
    assert "已否决 1 项。" in client.post("/screen/decisions", data=chosen, follow_redirects=True).text
    with app.app_context():
        assert totals(made) == {"received": 3, "counted": 1, "held": 2, "excluded": 0, "withdrawn": 0}
