"""What the office does with rounds, collections and groups in the browser."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from survey.base import clock
from survey.base.people.roles import Role
from survey.base.store.database import commit
from survey.collect import service as collect
from survey.rounds import service
from tests.client import Client
from tests.conftest import SignIn
from tests.small_round import rate, small_round


@pytest.fixture
def office(app: Flask, sign_in: SignIn) -> Client:
    client: Client = app.test_client()
    sign_in(client, Role.OFFICE)
    return client


def test_a_round_is_added_changed_and_settled(office: Client, app: Flask):
    page = office.submit("/rounds/new", code="2027", name="2027 年度", opens_on="2027-12-31", closes_on="2027-01-01")
    assert "不早于开始日期" in page.text
    office.submit("/rounds/new", code="2027", name="2027 年度", opens_on="2027-01-01", closes_on="2027-12-31")
    office.submit("/rounds/new", code="2027-1", name="一季度", opens_on="2027-01-01", closes_on="2027-03-31")
    with app.app_context():
        year, quarter = sorted(service.rounds(), key=lambda found: found.code)
    shown = office.get(f"/rounds/{year.id}").text
    assert "一季度" in shown, "it overlaps"
    office.submit(f"/rounds/{year.id}/edit", closed="y")
    assert "已结束" in office.get(f"/rounds/{year.id}").text
    refused = office.submit(f"/rounds/{year.id}/edit", name="另一个名称")
    assert (refused.status_code, "已结束" in refused.text) == (422, True)
    with app.app_context():
        assert (service.round_(year.id).name, service.round_(quarter.id).closed) == ("2027 年度", False)


def test_a_round_names_units_collections_and_shares(office: Client, app: Flask):
    with app.app_context():
        made = small_round()
        rate(made, [5, 4])
        number = service.standing("W1")
        for code in ("w7", "w12"):
            service.add_collection(service.NewCollection(code, f"{code} 调查", "poll", "G", closes_on=clock.today()))
        service.change_round(made.round_id, service.RoundChoice("本年度", *_around()))
    path = f"/rounds/{made.round_id}/edit"
    done = office.submit(
        path,
        unit_choice="units",
        unit_codes=["101"],
        collection_ids=[str(number)],
        pooling="shares",
        shares="w7 40, w12 60",
    )
    assert done.status_code == 200
    shown = office.get(f"/rounds/{made.round_id}").text
    assert "甲局" in shown
    assert "w7 40.0" in shown
    wrong = office.submit(path, pooling="shares", shares="w7 40, w12 70")
    assert (wrong.status_code, "110" in wrong.text) == (422, True)
    unread = office.submit(path, pooling="shares", shares="w7")
    assert (unread.status_code, "w7" in unread.text) == (422, True)
    with app.app_context():
        kept = service.round_(made.round_id)
    assert kept.units == service.UnitChoice("units", ("101",))
    assert kept.pooling.shares == (("w12", 60.0), ("w7", 40.0))


def _around():
    today = clock.today()
    return today - timedelta(days=200), today + timedelta(days=100)


def test_every_collection_says_which_rounds_count_it(office: Client, app: Flask):
    with app.app_context():
        made = small_round()
        rate(made, [5])
        number = service.standing("W1")
        lost = service.add_collection(
            service.NewCollection("old", "往年征集", "open", "W1", closes_on=clock.today() - timedelta(days=900))
        )
        commit()
    page = office.get("/collections").text
    assert "往年征集" in page
    assert "未计入评议期" in page
    assert "往年征集" not in office.get("/collections?kind=counter").text
    assert "本年度" in office.get(f"/collections/{number}").text
    assert "随时可以计入" in office.get(f"/collections/{lost.id}").text
    assert office.get("/collections/999").status_code == 404
    assert "窗口评价" in office.get(f"/answers?collection={number}").text


def test_a_rating_between_rounds_is_told_on_the_pages_and_taken_in_later(office: Client, app: Flask):
    with app.app_context():
        made = small_round()
        rate(made, [1])
        today = clock.today()
        service.change_round(
            made.round_id,
            service.RoundChoice("本年度", today - timedelta(days=200), today - timedelta(days=1)),
        )
        assert collect.totals(service.selection(service.round_(made.round_id)))["received"] == 0
    assert "份答卷不在任何评议期内" in office.get("/").text
    day = clock.today().isoformat()
    office.submit("/rounds/new", code="next", name="下一期", opens_on=day, closes_on=day)
    assert "份答卷不在任何评议期内" not in office.get("/").text
    with app.app_context():
        assert collect.totals(service.selection(service.round_by_code("next")))["counted"] == 1


def test_groups_of_raters_can_be_added(office: Client):
    assert "城乡居民" in office.get("/groups").text
    added = office.submit("/groups", code="dragon", name_zh="龙舟队")
    assert "龙舟队" in added.text
    again = office.submit("/groups", code="dragon", name_zh="龙舟二队")
    assert (again.status_code, "已有同名" in again.text) == (422, True)


@pytest.mark.parametrize("role", [Role.STATISTICIAN, Role.AUDITOR])
def test_others_look_and_do_not_change(app: Flask, sign_in: SignIn, role: Role):
    with app.app_context():
        made = small_round()
    client = app.test_client()
    sign_in(client, role)
    assert client.get("/rounds").status_code == 200
    assert client.get(f"/rounds/{made.round_id}").status_code == 200
    assert client.get(f"/rounds/{made.round_id}/edit").status_code == 403
    assert client.get("/rounds/new").status_code == 403
