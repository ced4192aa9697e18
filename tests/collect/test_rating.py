"""What a citizen at a counter may rely on."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from survey.base import clock
from survey.collect import service
from survey.questions import service as questions
from survey.rounds import service as rounds
from survey.units import service as units
from tests.client import Client, Reader
from tests.collect.conftest import Town, token_in

ENOUGH = 14_000


def send(client: Client, path: str, token: str, **fields: object):
    return client.post(path, data={"token": token, **fields})


def test_a_rating_is_stored_once_whatever_is_pressed(town_on_each_database: Town):
    town = town_on_each_database
    client = town.app.test_client()
    path = f"/r/{town.codes['W1']}"
    token = token_in(client.get(path).text)
    form = {"W-E1": "2", "tag": ["long_wait", "other"], "text": "等了一个小时\r\n没人理"}

    first = send(client, path, token, **form)
    again = send(client, path, token, **form)

    assert first.status_code == again.status_code == 303
    assert first.location == again.location
    assert town.stored() == {"response": 1, "answer": 1, "submission": 1, "kept_aside": 0}
    thanks = client.get(first.location)
    assert thanks.text == client.get(first.location).text
    assert first.location.rpartition("/")[2] in thanks.text


def test_another_answer_in_the_same_form_is_kept_aside(town_on_each_database: Town):
    town = town_on_each_database
    client = town.app.test_client()
    path = f"/r/{town.codes['W1']}"
    token = token_in(client.get(path).text)

    first = send(client, path, token, **{"W-E1": "5"})
    other = [send(client, path, token, **{"W-E1": "1"}) for _ in range(2)]

    assert town.stored() == {"response": 1, "answer": 1, "submission": 1, "kept_aside": 1}
    assert town.levels() == [5]
    same = send(client, path, token, **{"W-E1": "5"})
    assert {sent.location for sent in (*other, same)} == {first.location}, "nobody learns whether it was a 5"


def test_the_receipt_finds_what_was_said(town_on_each_database: Town):
    town = town_on_each_database
    client = town.app.test_client()
    path = f"/r/{town.codes['W1']}"
    sent = send(client, path, token_in(client.get(path).text), **{"W-E1": "2", "tag": "long_wait", "text": "慢"})
    receipt = sent.location.rpartition("/")[2]

    with town.app.app_context():
        found = service.find_by_receipt(receipt.lower().replace("-", " "))
        number, day = rounds.standing("W1"), clock.today()
        bad = service.low_ratings([(day, number)])
        chosen = service.Chosen(rounds.selection(rounds.round_(town.round_id)))
        lines, total = service.responses(chosen), service.count(chosen)

    assert found is not None
    assert (found.collection_id, found.day, found.state) == (number, day, "counted")
    assert lines[0].level == 2
    assert [rating.key for rating in bad] == [found.key]
    assert (lines[0].tags, lines[0].text) == (("long_wait",), "慢")
    assert total == 1
    assert lines[0].window_id == town.windows["101-W1"]


@pytest.mark.parametrize("form", ["W1", "W5", "W13"])
@pytest.mark.parametrize("language", ["", "?lang=en"])
def test_the_form_is_one_small_page_without_cookie_that_keeps_nothing(town: Town, form: str, language: str):
    response = town.app.test_client().get(f"/r/{town.codes[form]}{language}")

    assert len(response.data) <= ENOUGH
    assert "Set-Cookie" not in response.headers
    assert response.headers["Cache-Control"] == "no-store"
    assert [len(script) < 100 for script in re.findall("<script>(.*?)</script>", response.text)] == [True]
    assert "src=" not in response.text
    assert 'rel="stylesheet"' not in response.text
    assert response.headers["Content-Security-Policy"] == town.app.extensions["citizen_policy"]


def test_every_form_is_stored_with_all_its_answers(town: Town):
    client = town.app.test_client()
    for form, items in (("W1", 1), ("W5", 5), ("W13", 13)):
        path = f"/r/{town.codes[form]}"
        asked = [question.code for question in questions.questionnaire(form).questions]
        before = town.stored()["answer"]
        sent = send(client, path, token_in(client.get(path).text), **dict.fromkeys(asked, "4"))
        assert sent.status_code == 303
        assert len(asked) == items == town.stored()["answer"] - before


def test_cannot_say_is_an_answer(town: Town):
    client = town.app.test_client()
    path = f"/r/{town.codes['W1']}"
    assert send(client, path, token_in(client.get(path).text), **{"W-E1": "0"}).status_code == 303
    assert town.levels() == [0]


def test_no_level_keeps_the_words_and_asks_for_one(town: Town):
    client = town.app.test_client()
    path = f"/r/{town.codes['W1']}"
    page = send(client, path, token_in(client.get(path).text), text="讲得很清楚", tag="clear")

    assert page.status_code == 422
    assert "讲得很清楚" in page.text
    assert Reader(page.text).forms[0].values["tag"] == ["clear"]
    assert town.stored()["response"] == 0


@pytest.mark.parametrize("hours", [25, -1])
def test_a_form_open_for_too_long_comes_back_filled_in(town: Town, monkeypatch: pytest.MonkeyPatch, hours: int):
    client = town.app.test_client()
    path = f"/r/{town.codes['W1']}"
    token = token_in(client.get(path).text)
    later = clock.now() + timedelta(hours=hours)
    monkeypatch.setattr(clock, "now", lambda: later)

    page = send(client, path, token, **{"W-E1": "1", "text": "一直没人"})

    assert page.status_code == 422
    fields = Reader(page.text).forms[0].values
    assert fields["W-E1"] == ["1"]
    assert fields["text"] == ["一直没人"]
    assert town.stored()["response"] == 0
    assert send(client, path, fields["token"][0], **{"W-E1": "1"}).status_code == 303


@pytest.mark.parametrize(
    "spoil", [lambda t: "", lambda t: t[:-3] + "AAA", lambda t: "W13.9" + t[4:], lambda t: "é" * 64]
)
def test_a_changed_token_is_told_and_nothing_is_lost(town: Town, spoil):
    client = town.app.test_client()
    path = f"/r/{town.codes['W1']}"
    page = send(client, path, spoil(token_in(client.get(path).text)), **{"W-E1": "3"})

    assert page.status_code == 400
    assert Reader(page.text).forms[0].values["W-E1"] == ["3"]
    assert town.stored()["submission"] == 0


def test_a_token_works_only_at_its_own_counter(town: Town):
    client = town.app.test_client()
    token = token_in(client.get(f"/r/{town.codes['W1']}").text)
    assert send(client, f"/r/{town.codes['W5']}", token, **{"W-E1": "5"}).status_code == 400


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"W-E1": "9"}, 400),
        ({"W-E1": "5.0"}, 400),
        ({"W-E1": "5'; DROP TABLE response"}, 400),
        ({"W-E1": "5", "tag": "no such reason"}, 400),
        ({"W-E1": "5", "text": "长" * 2001}, 422),
        ({"W-E1": "5", "text": "\x00\ud800" + "好" * 10, "unknown": "field"}, 303),
        ({"W-E1": "5", "tag": ["fast"] * 500}, 303),
        ({"W-E1": "5", "text": "<script>alert(1)</script>"}, 303),
    ],
)
def test_odd_input_is_refused_or_stored_whole(town_on_each_database: Town, fields: dict, status: int):
    town = town_on_each_database
    client = town.app.test_client()
    path = f"/r/{town.codes['W1']}"
    data = {k: v.encode("utf-8", "surrogatepass") if isinstance(v, str) else v for k, v in fields.items()}
    sent = send(client, path, token_in(client.get(path).text), **data)

    assert sent.status_code == status
    assert town.stored()["response"] == (status == 303)


def test_a_huge_form_is_told_so(town: Town):
    client = town.app.test_client()
    path = f"/r/{town.codes['W1']}"
    page = send(client, path, token_in(client.get(path).text), **{"W-E1": "5", "text": "x" * 5_000_000})
    assert page.status_code == 413
    assert town.stored()["response"] == 0


def test_a_withdrawn_code_still_lets_the_citizen_speak(town: Town):
    old = town.codes["W1"]
    with town.app.app_context():
        units.replace_code(old, clock.today())
    client = town.app.test_client()
    page = client.get(f"/r/{old}")
    assert "停用" in page.text
    receipts = set()
    for level in ("1", "5"):
        token = token_in(client.get(f"/r/{old}").text)
        sent = send(client, f"/r/{old}", token, **{"W-E1": level})
        code = sent.location.rpartition("/")[2]
        with town.app.app_context():
            found = service.find_by_receipt(code)
        assert found is not None
        assert found.withdrawn_code
        receipt = client.get(f"/receipt/{code}").text
        assert "已收到；所扫的评价码已停用，不计入。" in receipt
        receipts.add(receipt.replace(code, "").replace(f"{code[:4]}-{code[4:8]}-{code[8:]}", ""))
    assert len(receipts) == 1, "the receipt is the same whatever was answered"


@pytest.mark.parametrize("path", ["/r/NOTACODE", "/r/%00", "/thanks/2222-2222-2223", "/p/short", "/p/" + "x" * 22])
def test_a_wrong_address_is_explained_in_chinese(town: Town, path: str):
    page = town.app.test_client().get(path)
    assert page.status_code == 404
    assert 'lang="zh-Hans"' in page.text
    assert "Set-Cookie" not in page.headers


def test_a_rating_between_rounds_is_kept_and_a_round_added_later_takes_it(town: Town, monkeypatch: pytest.MonkeyPatch):
    later = clock.now() + timedelta(days=400)
    monkeypatch.setattr(clock, "now", lambda: later)
    client = town.app.test_client()
    path = f"/r/{town.codes['W1']}"
    sent = send(client, path, token_in(client.get(path).text), **{"W-E1": "4"})
    with town.app.app_context():
        found = service.find_by_receipt(sent.location.rpartition("/")[2])
        assert found is not None
        assert rounds.selecting(found.collection_id, found.day, found.unit_id) == []
        assert service.in_no_round() == {found.collection_id: 1}

        late = rounds.add_round("LATE", "后补", found.day - timedelta(days=1), found.day)
        assert rounds.selecting(found.collection_id, found.day, found.unit_id) == [late]
        assert service.in_no_round() == {}
        assert service.totals(rounds.selection(late))["received"] == 1
