"""Pages of rounds and collections: what each shows of what is stored, and what it leads to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest
from flask import Flask

from survey import create_app
from survey.base import clock
from survey.base.people.roles import Role
from survey.base.settings import Settings
from survey.base.store.database import commit
from survey.rounds import service
from survey.rounds.service import NewCollection, Pooling, UnitChoice
from tests.client import Client
from tests.conftest import SignIn
from tests.databases import Databases
from tests.page_parts import choices, facts, headings, rows, words
from tests.rounds.conftest import TODAY, found_bodies

ALONE, WHOLE, FITTING, EVERY = "各批次分开", "整体", "全部相符的", "全部单位"
COUNTER = "窗口评价 · 办事评价"
NOWHERE = "目前没有；答卷均已保存，随时可以计入。"


@dataclass(frozen=True)
class Autumn:
    """Rounds in every state, collections of several kinds; numbers by code."""

    app: Flask
    rounds: dict[str, int]
    collections: dict[str, int]


@pytest.fixture(scope="module")
def autumn(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Autumn]:
    """What a module's tests look at and do not change; it is the first of November."""
    instance = tmp_path_factory.mktemp("autumn") / "instance"
    instance.mkdir()
    address = databases.sqlite(instance / "survey.db")
    app = create_app(
        Settings(instance=instance, database_url=address, secret_key="k", public_url="http://pj.example.cn")
    )
    app.test_client_class = Client
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "today", lambda: TODAY)
        with app.app_context():
            bodies = found_bodies()
            made = [
                NewCollection("w7", "七月调查", "poll", "G", "residents", (6, 11), date(2026, 6, 20), date(2026, 7, 1)),
                NewCollection("w12", "w12", "panel", "L", "leaders", closes_on=date(2026, 12, 1)),
                NewCollection("old", "往年征集", "open", "W1", "龙舟队", (), None, date(2024, 5, 1)),
                NewCollection("few", "少数单位", "online", "W5", "", (), None, None, frozenset({bodies["105"], 1})),
            ]
            numbers = {new.code: service.add_collection(new).id for new in made}
            commit()
            numbers["counter-W1"] = service.standing("W1")
            rounds = _rounds(frozenset({numbers["w7"], numbers["w12"]}))
        yield Autumn(app, rounds, numbers)
    app.extensions["engine"].dispose()


def _rounds(named: frozenset[int]) -> dict[str, int]:
    shares = Pooling("shares", (("w7", 40), ("w12", 60)))
    made = [
        service.add_round("2026", "全年", date(2026, 1, 1), date(2026, 12, 31), pooling=shares),
        service.add_round("named", "点名", date(2026, 9, 1), date(2026, 11, 1), collection_ids=named),
        service.add_round("2027", "来年", date(2027, 1, 1), date(2027, 12, 31), units=UnitChoice("classes", ("A",))),
        service.add_round("past", "已过", date(2026, 1, 1), date(2026, 10, 31), units=UnitChoice("trees", ("103",))),
        service.add_round("done", "已定", date(2025, 1, 1), date(2025, 12, 31), pooling=Pooling("together")),
    ]
    done = made[-1]
    choice = service.RoundChoice(done.name, done.opens_on, done.closes_on, pooling=done.pooling)
    service.change_round(done.id, choice, closed=True)
    return {one.code: one.id for one in made}


@pytest.fixture
def office(autumn: Autumn, sign_in: SignIn) -> Client:
    client: Client = autumn.app.test_client()
    sign_in(client, Role.OFFICE)
    return client


def test_every_round_is_listed_with_its_state(office: Client):
    page = office.get("/rounds").text
    assert headings(page) == [
        *("编号", "评议期", "开始日期", "截止日期", "单位", "征集", "同一主体的多批次调查", "状态")
    ]
    assert rows(page) == [
        ["2027", "来年", "2027-01-01", "2027-12-31", "部分类别 · 1", FITTING, ALONE, "未开始"],
        ["named", "点名", "2026-09-01", "2026-11-01", EVERY, "2", ALONE, "进行中"],
        ["2026", "全年", "2026-01-01", "2026-12-31", EVERY, FITTING, "按约定占比合成", "进行中"],
        ["past", "已过", "2026-01-01", "2026-10-31", "部分单位及其下属单位 · 1", FITTING, ALONE, "已过期，未结束"],
        [
            "done",
            "已定",
            "2025-01-01",
            "2025-12-31",
            EVERY,
            FITTING,
            "同一主体各批次合并为一个样本",
            "已结束",
        ],
    ]


def test_a_round_shows_what_it_selects_and_how(office: Client, autumn: Autumn):
    page = office.get(f"/rounds/{autumn.rounds['2026']}").text
    assert facts(page) == {
        "起止日期": "2026-01-01 至 2026-12-31",
        "状态": "进行中",
        "单位": EVERY,
        "同一主体的多批次调查": "按约定占比合成: w12 60.0 %, w7 40.0 %",
        "日期重叠的评议期": "点名 , 已过",
    }
    assert headings(page) == ["征集", "类型", "评议主体", "计入方式"]
    assert rows(page) == [
        [COUNTER, "窗口评价", "非固定服务对象", "按日期"],
        ["少数单位", "网上评议", "–", "按日期"],
        ["w12", "测评组", "领导", WHOLE],
        ["七月调查", "抽样调查", "居民", WHOLE],
    ]


@pytest.mark.parametrize(
    ("code", "units", "overlapping", "titles"),
    [
        (
            "past",
            "部分单位及其下属单位 · 2 单位103, 单位104",
            "点名 , 全年",
            [COUNTER, "少数单位", "七月调查"],
        ),
        ("2027", "部分类别 · 2 单位101, 单位103", "–", [COUNTER, "少数单位"]),
        ("named", EVERY, "全年 , 已过", ["w12", "七月调查"]),
        ("done", EVERY, "–", [COUNTER, "少数单位"]),
    ],
)
def test_rounds_differ_in_what_they_select(
    office: Client, autumn: Autumn, code: str, units: str, overlapping: str, titles: list[str]
):
    page = office.get(f"/rounds/{autumn.rounds[code]}").text
    assert facts(page)["单位"] == units
    assert facts(page)["日期重叠的评议期"] == overlapping
    assert [row[0] for row in rows(page)] == titles


def test_every_collection_is_listed_with_the_rounds_that_take_it(office: Client):
    page = office.get("/collections").text
    assert headings(page) == ["征集", "类型", "评议主体", "问卷", "开始日期", "截止日期", "评议期"]
    days = "2027 , 2026 , past , done"
    assert rows(page) == [
        ["窗口评价 · 办事评价 counter-W1", "窗口评价", "非固定服务对象", "W1", "–", "–", days],
        ["少数单位 few", "网上评议", "–", "W5", "–", "–", days],
        ["往年征集 old", "开放征集", "龙舟队", "W1", "–", "2024-05-01", "未计入评议期"],
        ["w12", "测评组", "领导", "L", "–", "2026-12-01", "named , 2026"],
        ["七月调查 w7", "抽样调查", "居民", "G", "2026-06-20", "2026-07-01", "named , 2026 , past"],
    ]
    offered = {
        "": "全部类型",
        "counter": "窗口评价",
        "poll": "抽样调查",
        "panel": "测评组",
        "online": "网上评议",
        "open": "开放征集",
    }
    assert choices(page, "kind") == offered, "kinds that there are"


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("kind=poll", ["七月调查 w7"]),
        ("kind=import", []),
        ("q=w", ["窗口评价 · 办事评价 counter-W1", "少数单位 few", "w12", "七月调查 w7"]),
        ("q=W12", ["w12"]),
        ("q=%20OLD%20", ["往年征集 old"]),
        ("q=调查", ["七月调查 w7"]),
        ("q=w&kind=panel", ["w12"]),
        ("q=few&kind=panel", []),
    ],
)
def test_collections_are_found_by_kind_code_and_title(office: Client, query: str, codes: list[str]):
    page = office.get(f"/collections?{query}").text
    assert [row[0] for row in rows(page)] == codes
    assert ("还没有征集" in page) is (not codes)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            "w7",
            [
                "抽样调查",
                "居民",
                "G 公众评议",
                "个人链接, 电话",
                "2026-06-20",
                "2026-07-01",
                EVERY,
                "点名 , 全年 , 已过",
            ],
        ),
        (
            "few",
            [
                "网上评议",
                "由答卷自己注明",
                "W5 办事评价（五项）",
                "不限",
                "–",
                "–",
                "单位101, 单位105",
                "来年 , 全年 , 已过 , 已定",
            ],
        ),
        (
            "old",
            [
                "开放征集",
                "龙舟队",
                "W1 办事评价",
                "不限",
                "–",
                "2024-05-01",
                EVERY,
                NOWHERE,
            ],
        ),
    ],
)
def test_a_collection_shows_whom_it_asked_and_which_rounds_count_it(
    office: Client, autumn: Autumn, code: str, said: list[str]
):
    page = office.get(f"/collections/{autumn.collections[code]}").text
    labels = ["类型", "评议主体", "问卷", "渠道", "开始日期", "截止日期", "单位", "计入的评议期"]
    assert facts(page) == dict(zip(labels, said, strict=True))
    assert f"编号 {code}" in words(page)


def test_pages_speak_english_when_asked(office: Client, autumn: Autumn):
    shown = facts(office.get(f"/collections/{autumn.collections['w7']}?lang=en").text)
    assert (shown["Kind"], shown["Group of raters"], shown["Channels"]) == (
        *("Sample surveys", "Residents"),
        "Personal link, Telephone",
    )
    assert "Over, not settled" in office.get("/rounds?lang=en").text
    groups = {row[0]: row[1:] for row in rows(office.get("/groups?lang=en").text)}
    assert groups["peers"] == ["Peer units", "平级单位, 机关互评", "shipped"]


@pytest.mark.parametrize("address", ["/rounds/99", "/rounds/99/edit", "/collections/99", "/collections/0"])
def test_what_is_not_there_is_not_found(office: Client, address: str):
    page = office.get(address)
    assert page.status_code == 404
    assert ("没有该评议期。" if "rounds" in address else "没有这个征集。") in page.text


def test_the_form_of_a_round_shows_what_was_decided(office: Client, autumn: Autumn):
    page = office.get(f"/rounds/{autumn.rounds['2026']}/edit").text
    assert 'value="全年"' in page
    assert 'value="2026-01-01"' in page
    assert 'value="w12 60, w7 40"' in page
    assert chosen(page, "unit_choice") == ["all"]
    assert chosen(page, "pooling") == ["shares"]
    assert ticked(page) == {}
    assert choices(page, "unit_choice") == {
        "all": EVERY,
        "classes": "部分类别",
        "trees": "部分单位及其下属单位",
        "units": "部分单位",
    }
    assert list(choices(page, "pooling")) == ["apart", "together", "shares"]


@pytest.mark.parametrize(
    ("code", "boxes"),
    [
        ("2027", {"class_codes": ["A"]}),
        ("past", {"unit_codes": ["103"]}),
        ("named", {"collection_ids": ["w12", "w7"]}),
        ("done", {"closed": ["y"]}),
    ],
)
def test_what_was_chosen_is_ticked_again(office: Client, autumn: Autumn, code: str, boxes: dict[str, list[str]]):
    found = ticked(office.get(f"/rounds/{autumn.rounds[code]}/edit").text)
    by_number = {str(number): code for code, number in autumn.collections.items()}
    if "collection_ids" in found:
        found["collection_ids"] = sorted(by_number[number] for number in found["collection_ids"])
    assert found == boxes


@pytest.mark.parametrize("role", Role)
def test_who_works_with_rounds_reads_them_and_the_office_changes_them(autumn: Autumn, sign_in: SignIn, role: Role):
    client: Client = autumn.app.test_client()
    sign_in(client, role)
    number, collection = autumn.rounds["2026"], autumn.collections["w7"]
    reads = role in {Role.OFFICE, Role.STATISTICIAN, Role.AUDITOR, Role.ADMIN}
    for address in ("/rounds", f"/rounds/{number}", "/collections", f"/collections/{collection}", "/groups"):
        assert client.get(address).status_code == (200 if reads else 403)
    changes = role in {Role.OFFICE, Role.ADMIN}
    for address in ("/rounds/new", f"/rounds/{number}/edit"):
        assert client.get(address).status_code == (200 if changes else 403)
    if reads:
        assert ('href="/rounds/new"' in client.get("/rounds").text) is changes
        assert (f'href="/rounds/{number}/edit"' in client.get(f"/rounds/{number}").text) is changes
        adds = changes or role == Role.STATISTICIAN
        assert ("新增评议主体" in client.get("/groups").text) is adds
    start = client.get("/").text
    assert ('href="/rounds"' in start, 'href="/collections"' in start) == (reads, reads)


def chosen(page: str, name: str) -> list[str]:
    inside = page.partition(f'name="{name}"')[2].partition("</select>")[0]
    return re.findall(r'<option selected value="([^"]*)"', inside)


def ticked(page: str) -> dict[str, list[str]]:
    """Name -> values of the boxes that are ticked."""
    found: dict[str, list[str]] = {}
    for box in re.findall(r'<input[^>]*type="checkbox"[^>]*>', page):
        if " checked" in box:
            name, value = (re.search(rf'{key}="([^"]*)"', box) for key in ("name", "value"))
            assert name
            assert value
            found.setdefault(name[1], []).append(value[1])
    return found
