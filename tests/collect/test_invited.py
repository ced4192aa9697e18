"""What a drawn person, or a member of a panel, may rely on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from survey.base import clock
from survey.base.store.database import engine, session
from survey.collect import service
from survey.collect.models import AnswerRow, ResponseChoiceRow, ResponseRow
from survey.rounds import service as rounds
from survey.sample import service as sample
from tests.client import Reader
from tests.collect.conftest import Town, token_in


def questions_on(html: str) -> set[int]:
    """The bodies that a sheet asks about."""
    return {
        int(part[1:].partition(".")[0]) for part in html.split("name=")[1:] if part.startswith("u") and "." in part[:6]
    }


def test_a_drawn_person_answers_about_three_of_the_bodies_dealt_with(town_on_each_database: Town):
    town = town_on_each_database
    (token,) = town.link()
    client = town.app.test_client()
    assert "省气象局" in client.get(f"/p/{token}").text

    contacted = sorted(town.units.values())
    sheet = client.post(f"/p/{token}", data={"step": "screening", "unit": contacted})
    asked = sorted(questions_on(sheet.text))
    assert len(asked) == 3
    assert asked == sorted(questions_on(client.post(f"/p/{token}", data={"step": "screening", "unit": contacted}).text))

    answers = {f"u{unit}.G-{item}": "4" for unit in asked for item in range(1, 8)}
    form = {"unit": contacted, **answers, "G-TOLD": "no", "bg.age": "30-44", "bg.area": "urban", "text": "少跑路"}
    sent = client.post(f"/p/{token}", data=form)
    assert sent.status_code == 303

    with town.app.app_context(), engine().connect() as connection:
        response = connection.execute(select(ResponseRow.__table__)).one()
        told = connection.scalar(select(ResponseChoiceRow.choice).where(ResponseChoiceRow.question == "G-TOLD"))
        about = set(connection.scalars(select(AnswerRow.unit_id)))
        kind = rounds.collection(response.collection_id).kind
        cells = service.tally(rounds.selection(rounds.round_(town.round_id)))
    assert response.selection_factor == pytest.approx(5 / 3)
    assert response.calibration == "age=30-44;area=urban"
    assert response.stratum == "乡村"
    assert kind == "poll"
    assert told == "no"
    assert about == set(asked)
    assert cells.counted.sum() == 21
    assert set(cells.column("question").tolist()) == {f"G-{item}" for item in range(1, 8)}


def test_a_link_buys_one_answer(town_on_each_database: Town):
    town = town_on_each_database
    (token,) = town.link()
    client = town.app.test_client()
    unit = town.units["101"]
    form = {"unit": [unit], f"u{unit}.G-1": "5"}

    first = client.post(f"/p/{token}", data=form)
    again = client.post(f"/p/{token}", data=form)
    other = client.post(f"/p/{token}", data={**form, f"u{unit}.G-1": "1"})

    receipt = first.location.rpartition("/")[2]
    assert first.location == again.location
    assert (other.status_code, other.location) == (303, first.location), "nobody learns whether it was a 5"
    assert receipt in client.get(f"/p/{token}").text
    assert town.stored() == {"response": 1, "answer": 1, "submission": 1, "kept_aside": 1}
    assert town.levels() == [5]


@pytest.mark.parametrize(("answered", "disposition"), [(1, "P"), (2, "I")])
def test_the_disposition_says_whether_all_bodies_were_judged(town: Town, answered: int, disposition: str):
    (token,) = town.link()
    asked = sorted(town.units.values())[:2]
    form = {"unit": asked, **{f"u{unit}.G-1": "3" for unit in asked[:answered]}}
    assert town.app.test_client().post(f"/p/{token}", data=form).status_code == 303
    with town.app.app_context():
        cases, _total = sample.cases(sample.waves()[0].id)
    assert [case.disposition for case in cases] == [disposition]


def test_somebody_who_met_no_body_is_heard_all_the_same(town: Town):
    (token,) = town.link()
    client = town.app.test_client()
    page = client.post(f"/p/{token}", data={"step": "screening"})
    assert "没有和这些单位打过交道" in page.text
    fields = Reader(page.text).forms[0].values
    assert client.post(f"/p/{token}", data=fields).status_code == 303
    assert town.stored()["response"] == 1


@pytest.mark.parametrize("sent", [{}, {"unit": ["1"]}, {"text": "   "}, {"token": "x"}, {"tag": []}])
def test_an_empty_form_uses_up_no_link(town: Town, sent: dict[str, object]):
    (token,) = town.link()
    client = town.app.test_client()
    page = client.post(f"/p/{token}", data=sent)
    assert page.status_code == 422
    assert "请" in page.text
    assert town.stored() == {"response": 0, "answer": 0, "submission": 0, "kept_aside": 0}
    unit = town.units["101"]
    assert client.post(f"/p/{token}", data={"unit": [unit], f"u{unit}.G-1": "5"}).status_code == 303


def test_a_panel_that_gives_everybody_the_same_is_warned_once(town: Town):
    (token,) = town.link("panel", "L")
    client = town.app.test_client()
    same = {f"u{unit}.L-1": "95" for unit in town.units.values()}

    page = client.post(f"/p/{token}", data=same)
    assert page.status_code == 200
    assert "几乎相同" in page.text
    assert town.stored()["response"] == 0
    fields = Reader(page.text).forms[0].values
    assert client.post(f"/p/{token}", data=fields).status_code == 303
    assert town.stored()["answer"] == 5


@pytest.mark.parametrize("score", ["101", "-1", "九十", "1e1", "nan"])
def test_an_impossible_score_is_refused_and_the_others_stay(town: Town, score: str):
    (token,) = town.link("panel", "L")
    first, second = sorted(town.units.values())[:2]
    page = town.app.test_client().post(f"/p/{token}", data={f"u{first}.L-1": score, f"u{second}.L-1": "88.5"})
    assert page.status_code == 400
    assert Reader(page.text).forms[0].values[f"u{second}.L-1"] == ["88.5"]
    assert town.stored()["response"] == 0


def test_an_empty_panel_sheet_is_not_an_answer(town: Town):
    (token,) = town.link("panel", "L")
    assert town.app.test_client().post(f"/p/{token}", data={}).status_code == 422


def test_a_closed_survey_says_so(town: Town):
    (token,) = town.link()
    with town.app.app_context():
        sample.close_wave(sample.waves()[0].id)
    page = town.app.test_client().get(f"/p/{token}")
    assert page.status_code == 410
    assert "Set-Cookie" not in page.headers


@pytest.mark.parametrize("form", ["W1", "W13"])
def test_counter_forms_can_be_sent_by_link_too(town: Town, form: str):
    (token,) = town.link("poll", form)
    client = town.app.test_client()
    page = client.get(f"/p/{token}")
    answers = {f"u{unit}.W-E1": "4" for unit in questions_on(page.text)}
    assert client.post(f"/p/{token}", data=answers).status_code == 303
    assert town.stored()["answer"] == 5


@pytest.mark.parametrize("days", [0, 6, 7, 8, 60])
def test_an_answer_late_in_a_wave_is_counted_like_an_early_one(
    town_on_each_database: Town, monkeypatch: pytest.MonkeyPatch, days: int
):
    """It is stored on the first day of its wave, which may lie long before the days that are looked at anyway."""
    town, today = town_on_each_database, clock.today()
    tokens = town.link(people=3)
    with town.app.app_context():
        [wave] = sample.waves()
        session().execute(text("UPDATE sample_wave SET closes_on = :day"), {"day": today + timedelta(days=90)})
        session().commit()
    client, unit, path = town.app.test_client(), town.units["101"], f"/r/{town.codes['W1']}"
    for number, token in enumerate(tokens, 1):
        monkeypatch.setattr(clock, "today", lambda later=days + number: today + timedelta(days=later))
        # ratings of the day, so that the newest counts are always of today
        assert client.post(path, data={"token": token_in(client.get(path).text), "W-E1": "5"}).status_code == 303
        assert client.post(f"/p/{token}", data={"unit": [unit], f"u{unit}.G-1": "4"}).status_code == 303
        with town.app.app_context():
            assert service.totals(rounds.everything(frozenset({wave.collection_id})))["received"] == number
            assert all(right for _day, _collection, right in service.recount())
