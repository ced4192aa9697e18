"""What the office writes into the forms of rounds and groups, and what is said where it cannot be."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from survey.base.errors import Refused
from survey.base.people.roles import Role
from survey.base.store.database import commit
from survey.rounds import service
from survey.rounds.pages.forms import shares_of
from survey.rounds.service import NewCollection, Pooling, UnitChoice
from tests.client import Client
from tests.conftest import SignIn
from tests.page_parts import alerts, rows
from tests.rounds.conftest import found_bodies

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
NO_UNIT = "评议期没有指定单位。 请选择若干单位，或选择全部单位。"
DAYS = {"opens_on": "2026-01-01", "closes_on": "2026-12-31"}


@pytest.fixture
def office(app: Flask, sign_in: SignIn, november: date) -> Client:
    client: Client = app.test_client()
    sign_in(client, Role.OFFICE)
    return client


def stored(app: Flask) -> list[service.Round]:
    with app.app_context():
        return service.rounds()


@pytest.mark.parametrize(
    ("text", "shares"),
    [
        ("", ()),
        (" , ；;", ()),
        ("w7 40, w12 60", (("w7", 40.0), ("w12", 60.0))),
        ("w7 40，w12 60", (("w7", 40.0), ("w12", 60.0))),
        ("w7 40；w12 60;", (("w7", 40.0), ("w12", 60.0))),
        ("w7 33.3%, w12 66.7％", (("w7", 33.3), ("w12", 66.7))),
        ("2026 年 7 月 40", (("2026 年 7 月", 40.0),)),
        ("  w7   100  ", (("w7", 100.0),)),
        ("w7 0", (("w7", 0.0),)),
    ],
)
def test_shares_are_read_as_people_write_them(text: str, shares: tuple[tuple[str, float], ...]):
    assert shares_of(text) == shares


@pytest.mark.parametrize(
    ("text", "part"),
    [("w7", "w7"), ("40", "40"), ("w7 40, 60", "60"), ("w7 viel", "w7 viel"), (" w7 4 0 % ", "w7 4 0 %")],
)
def test_what_is_no_wave_and_share_is_quoted(app: Flask, text: str, part: str):
    with app.app_context(), pytest.raises(Refused) as refused:
        shares_of(text)
    assert refused.value.message == f"“{part}”不是批次及其占比。"
    assert refused.value.remedy == "请写出各批次的代码和百分比，例如 2026-07 40, 2026-12 60。"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"code": ""}, "请填写编号。"),
        ({"code": "a b"}, "请使用 1 至 32 个字母、数字、点或短横线。"),
        ({"code": "a/b"}, "请使用 1 至 32 个字母、数字、点或短横线。"),
        ({"code": "a" * 33}, "请使用 1 至 32 个字母、数字、点或短横线。"),
        ({"name": ""}, "请填写名称。"),
        ({"name": "年" * 101}, "最多 100 个字符。"),
        ({"opens_on": ""}, "请选择开始日期。"),
        ({"closes_on": ""}, "请选择截止日期。"),
        ({"closes_on": "2025-12-31"}, "请选择不早于开始日期的截止日期。"),
        ({"pooling": "shares", "shares": "w" * 501}, "最多 500 个字符。"),
    ],
)
def test_a_field_says_what_it_wants(office: Client, app: Flask, change: dict[str, str], said: str):
    page = office.submit("/rounds/new", **{"code": "2026", "name": "全年", **DAYS, **change})
    assert page.status_code == 200
    assert said in page.text
    assert stored(app) == []


@pytest.mark.parametrize("code", ["2", "2026H1", "2026-1.a_b", "a" * 32, "二〇二六"])
def test_codes_of_up_to_thirty_two_letters_are_taken(office: Client, app: Flask, code: str):
    page = office.submit("/rounds/new", code=code, name="年" * 100, **DAYS)
    assert alerts(page.text) == [("success", "评议期已新增。")]
    (made,) = stored(app)
    assert page.request.path == f"/rounds/{made.id}"
    assert (made.code, len(made.name), made.opens_on, made.closes_on) == (code, 100, FIRST, LAST)
    assert (made.units, made.collection_ids, made.pooling, made.closed) == (UnitChoice(), set(), Pooling(), False)


def test_a_round_of_one_day_is_taken(office: Client, app: Flask):
    office.submit("/rounds/new", code="d", name="一日", opens_on="2026-03-31", closes_on="2026-03-31")
    assert stored(app)[0].days == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, "编号 2026 已被使用。 请换一个编号。"),
        ({"code": "n", "unit_choice": "classes"}, NO_UNIT),
        (
            {"code": "n", "unit_choice": "units", "class_codes": ["A"]},
            "评议期没有指定单位。 请选择若干单位，或选择全部单位。",
        ),
        ({"code": "n", "pooling": "shares", "shares": "w7 40"}, "各批次占比合计为 40 %。 请让占比合计为 100。"),
        ({"code": "n", "pooling": "shares", "shares": "w7 40, w7 60"}, "各批次占比合计为 60 %。 请让占比合计为 100。"),
        ({"code": "n", "pooling": "shares", "shares": "w9 100"}, "没有代码为 w9 的征集。"),
    ],
)
def test_what_a_round_cannot_be_is_said_above_its_form(
    office: Client, app: Flask, change: dict[str, object], said: str
):
    with app.app_context():
        found_bodies()
        service.add_collection(NewCollection("w7", "七月", "poll", "G", closes_on=LAST))
        commit()
        service.add_round("2026", "全年", FIRST, LAST)
    page = office.submit("/rounds/new", **{"code": "2026", "name": "另一期", **DAYS, **change})
    assert (page.status_code, alerts(page.text)) == (422, [("danger", said)])
    assert 'value="另一期"' in page.text, "what was written stays in the form"
    assert len(stored(app)) == 1


@pytest.mark.parametrize(
    ("way", "units"),
    [
        ("all", UnitChoice()),
        ("classes", UnitChoice("classes", ("A", "B"))),
        ("trees", UnitChoice("trees", ("101", "104"))),
        ("units", UnitChoice("units", ("101", "104"))),
    ],
)
def test_of_what_is_ticked_the_chosen_way_takes_its_own(office: Client, app: Flask, way: str, units: UnitChoice):
    with app.app_context():
        found_bodies()
        number = service.standing("W1")
    office.submit(
        "/rounds/new",
        **{"code": "r", "name": "期", **DAYS, "unit_choice": way, "class_codes": ["A", "B"]},
        unit_codes=["101", "104"],
        collection_ids=[str(number)],
        pooling="together",
        shares="w7 40",
    )
    (made,) = stored(app)
    assert (made.units, made.collection_ids, made.pooling) == (units, {number}, Pooling("together"))


@pytest.mark.parametrize(
    ("name", "value"), [("unit_choice", "some"), ("pooling", "mixed"), ("unit_codes", "999"), ("collection_ids", "77")]
)
def test_what_no_field_offers_is_not_taken(office: Client, app: Flask, name: str, value: str):
    page = office.submit("/rounds/new", **{"code": "r", "name": "期", **DAYS, name: value})
    assert page.status_code == 200
    assert stored(app) == []


def test_a_round_is_changed_settled_and_opened_again(office: Client, app: Flask):
    with app.app_context():
        path = f"/rounds/{service.add_round('r', '期', FIRST, LAST).id}/edit"
    assert alerts(office.submit(path, name="新名", closed="y").text) == [("success", "已保存。")]
    (settled,) = stored(app)
    assert (settled.code, settled.name, settled.closed, settled.closes_on) == ("r", "新名", True, date(2026, 11, 1))
    refused = office.submit(path, name="别名")
    assert (refused.status_code, alerts(refused.text)) == (
        *(422,),
        [("danger", "评议期“新名”已结束。 请先重新打开；已固定的得分表不受影响。")],
    )
    office.submit(path, name="别名", closed=[])
    assert (stored(app)[0].name, stored(app)[0].closed) == ("别名", False)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"code": "", "name_zh": "龙舟队"}, "请填写编号。"),
        ({"code": "a b", "name_zh": "龙舟队"}, "请使用 1 至 32 个字母、数字、点或短横线。"),
        ({"code": "dragon", "name_zh": ""}, "请填写名称。"),
        ({"code": "dragon", "name_zh": "龙" * 65}, "评议主体需要代码和名称，均不超过 64 个字符。"),
        ({"code": "dragon", "name_zh": "龙", "name_en": "e" * 65}, "评议主体需要代码和名称，均不超过 64 个字符。"),
        ({"code": "dragon", "name_zh": "龙", "name_en": "e" * 101}, "最多 100 个字符。"),
        ({"code": "peers", "name_zh": "龙舟队"}, "已有同名的评议主体。 请换一个名称。"),
    ],
)
def test_what_a_group_cannot_be_is_said_in_its_form(office: Client, form: dict[str, str], said: str):
    page = office.submit("/groups", **form)
    assert page.status_code == 422
    assert said in page.text
    assert len(rows(page.text)) == 14, "the groups are still shown"


@pytest.mark.parametrize("role", [Role.OFFICE, Role.STATISTICIAN, Role.ADMIN])
def test_an_own_group_is_added_and_listed_after_the_others(app: Flask, sign_in: SignIn, role: Role):
    client: Client = app.test_client()
    sign_in(client, role)
    page = client.submit("/groups", code="dragon", name_zh="龙舟队", name_en="Crews")
    assert alerts(page.text) == [("success", "评议主体已新增。")]
    assert rows(page.text)[-1] == ["dragon", "龙舟队", "–", "自建"]
    assert rows(page.text)[0] == ["residents", "居民", "resident, 群众, 城乡居民", "内置"]


def test_an_auditor_adds_no_group(app: Flask, sign_in: SignIn):
    client: Client = app.test_client()
    sign_in(client, Role.AUDITOR)
    token = client.token("/")
    sent = {"csrf_token": token, "code": "dragon", "name_zh": "龙舟队"}
    assert client.post("/groups", data=sent).status_code == 403
    with app.app_context():
        assert len(service.groups()) == 14


def test_an_empty_house_says_that_there_is_nothing_yet(office: Client):
    assert "还没有评议期。" in office.get("/rounds").text
    assert "还没有征集。" in office.get("/collections").text
    assert "还没有。" in office.get("/rounds/new").text
