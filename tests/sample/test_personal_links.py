"""A personal link: whom it finds, until when, what it says, and that it is worth one response."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from survey.base.errors import Gone, NotFound
from survey.base.store import encryption
from survey.base.store.database import engine, session
from survey.sample import rules, service
from survey.sample.wave import links
from tests.sample.conftest import MakeWave, Standing, record

TODAY = date(2026, 3, 15)


def find(token: str, today: date = TODAY) -> service.Invitation:
    session().rollback()
    with engine().connect() as connection:
        return service.find_invitation(connection, token, today)


def use_up(wave: service.Wave, place: int, *, partial: bool = False) -> bool:
    """Answer by the link at this place of the list."""
    token = service.links(wave.id)[place].url[-22:]
    invitation_id = find(token).id
    with engine().begin() as connection:
        return service.use_link(connection, invitation_id, token, partial=partial)


def outcome(wave: service.Wave, invitation_id: int) -> tuple[str, bool]:
    service.strata(wave.id)
    found = text("SELECT disposition, answered FROM sample_invitation WHERE id = :id")
    letter, answered = session().execute(found, {"id": invitation_id}).one()
    session().rollback()
    return letter, bool(answered)


def test_a_link_finds_the_wave_the_stratum_and_the_bodies_it_is_about(app: Flask, make_wave: MakeWave) -> None:
    with app.app_context():
        wave = make_wave(group="deputies", unit_ids=[5, 2], questionnaire="L")
        link = service.links(wave.id)[0]
        found = find(link.url[-22:])
        assert (found.stratum, found.group, found.completed) == (link.stratum, "deputies", False)
        assert found.unit_ids == (2, 5) and found.wave.unit_ids == (2, 5)
        case = next(case for case in service.cases(wave.id)[0] if case.case_key == link.case_key)
        assert found.id == case.id
        known = {
            name: value for name, value in vars(found.wave).items() if name not in ("design", "seed", "sample_hash")
        }
        assert known == {name: vars(wave)[name] for name in known}
        assert found.wave.design is None, "whoever answers needs no design"


def test_links_stand_by_stratum_and_place_and_end_in_22_characters(standing: Standing) -> None:
    with standing.app.app_context():
        wave = standing.waves["open"]
        found = service.links(wave.id)
        cases = service.cases(wave.id, size=100)[0]
        assert [(link.case_key, link.stratum) for link in found] == [
            (case.case_key, case.stratum) for case in cases if case.active
        ]
        assert all(link.url.startswith("http://pj.example.cn/p/") and len(link.url) == 45 for link in found)
        assert links.url_of("x" * 22) == "http://pj.example.cn/p/" + "x" * 22
        assert service.links(standing.waves["draft"].id) == []


@pytest.mark.parametrize(
    ("today", "open_"), [(date(2026, 3, 1), True), (date(2026, 3, 31), True), (date(2026, 4, 1), False)]
)
def test_a_link_works_on_the_last_day_and_not_on_the_next(standing: Standing, today: date, open_: bool) -> None:
    with standing.app.app_context():
        wave = standing.waves["open"]
        token = service.links(wave.id)[0].url[-22:]
        if open_:
            assert find(token, today).wave.id == wave.id
        else:
            with pytest.raises(Gone) as ended:
                find(token, today)
            assert ended.value.message == "本次调查已经结束。"


def test_a_link_of_a_wave_that_is_drawn_only_says_that_it_has_not_begun(standing: Standing) -> None:
    with standing.app.app_context():
        wave = standing.waves["drawn"]
        token = service.links(wave.id)[0].url[-22:]
        with pytest.raises(NotFound) as early:
            find(token)
        assert early.value.message == "本次调查尚未开始。"
        with pytest.raises(Gone):
            find(token, wave.closes_on + timedelta(days=1))


@pytest.mark.parametrize("token", ["", "x" * 21, "x" * 22, "x" * 23, "号" * 22, "' OR 1=1 --".ljust(22)])
def test_what_is_no_link_is_not_valid(standing: Standing, token: str) -> None:
    with standing.app.app_context(), pytest.raises(NotFound) as unknown:
        find(token)
    assert unknown.value.message == "这个专属链接无效。"


@pytest.mark.parametrize(("partial", "letter"), [(False, "I"), (True, "P")])
def test_a_response_uses_its_link_up_and_no_other(app: Flask, make_wave: MakeWave, partial: bool, letter: str) -> None:
    with app.app_context():
        wave = make_wave()
        one, other = (find(link.url[-22:]) for link in service.links(wave.id)[:2])
        assert use_up(wave, 0, partial=partial)
        assert [use_up(wave, 0, partial=way) for way in (False, True)] == [False, False]
        assert outcome(wave, one.id) == (letter, True) and outcome(wave, other.id) == ("UO", False)
        assert [use_up(wave, 0, partial=way) for way in (False, True)] == [False, False]
        assert outcome(wave, one.id) == (letter, True), "a second answer changes nothing"


@pytest.mark.parametrize(("letter", "used"), [("I", 0), ("P", 0), ("R", 1), ("NC", 1), ("O", 1), ("UO", 1), ("NE", 1)])
def test_who_refused_may_still_answer_but_who_answered_elsewhere_may_not(
    app: Flask, make_wave: MakeWave, letter: str, used: int
) -> None:
    with app.app_context():
        wave = make_wave()
        found = find(service.links(wave.id)[0].url[-22:])
        record(wave.id, {service.links(wave.id)[0].case_key: letter})
        assert find(service.links(wave.id)[0].url[-22:]).completed is (not used)
        assert use_up(wave, 0) is bool(used)
        assert outcome(wave, found.id) == (("I" if used else letter), True)


def test_a_fresh_link_is_known_by_its_hash_and_can_be_read_again(still: Flask) -> None:
    with still.app_context():
        one, two = links.fresh_link(), links.fresh_link()
        assert set(one) == {"token_hash", "token_sealed"} and one != two
        assert rules.token_hash(encryption.unseal(one["token_sealed"])) == one["token_hash"]


def test_an_old_link_says_after_the_close_that_the_survey_has_ended(app: Flask, make_wave: MakeWave) -> None:
    with app.app_context():
        wave = make_wave()
        token = service.links(wave.id)[0].url[-22:]
        service.close_wave(wave.id)
        with pytest.raises(Gone) as ended:
            find(token, date(2026, 3, 2))
        assert ended.value.message == "本次调查已经结束。"
