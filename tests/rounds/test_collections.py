"""Collections: made, refused, found, listed; standing ones for counters and for imports, made on first use."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError

from survey.base.errors import NotFound, Refused
from survey.base.people import audit
from survey.base.store.database import commit, engine, session
from survey.questions.service import SOURCES
from survey.rounds import collections as ways
from survey.rounds import service
from survey.rounds.service import NewCollection

DAY = date(2026, 3, 31)
WHOLE = NewCollection("w-3", "三月调查", "poll", "G", "residents", (11, 6), date(2026, 3, 1), DAY, frozenset({9, 2, 5}))
PLAIN = NewCollection("o-1", "征求意见", "open", "W1")


def refusal(new: NewCollection) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        service.add_collection(new)
    return refused.value.message, refused.value.remedy


def test_a_collection_keeps_all_that_it_was_made_with(app_on_each_database: Flask):
    with app_on_each_database.app_context():
        made = service.add_collection(WHOLE)
        commit()
    with app_on_each_database.app_context():
        kept = service.collection(made.id)
    assert kept == made
    assert (kept.code, kept.title, kept.kind, kept.form) == ("w-3", "三月调查", "poll", "G")
    assert (kept.group, kept.channels, kept.unit_ids) == ("residents", (11, 6), {2, 5, 9})
    assert (kept.opens_on, kept.closes_on) == (date(2026, 3, 1), DAY)


def test_a_collection_need_not_say_more_than_its_kind_and_form(app_on_each_database: Flask):
    with app_on_each_database.app_context():
        made = service.add_collection(PLAIN)
        commit()
        kept = service.collection(made.id)
    assert (kept.group, kept.channels, kept.unit_ids, kept.opens_on, kept.closes_on) == (
        "",
        (),
        frozenset(),
        None,
        None,
    )


def test_whoever_makes_a_collection_commits_it(app: Flask):
    with app.app_context():
        service.add_collection(PLAIN)
        session().rollback()
        assert service.collections() == []
        assert audit.entries()[0] == []


def test_making_a_collection_is_written_down(app: Flask):
    with app.app_context():
        service.add_collection(WHOLE)
        commit()
        (entry,), total = audit.entries()
    assert (entry.action, entry.subject, total) == ("collection.added", "w-3", 1)
    assert entry.detail == '{"form": "G", "group": "residents", "kind": "poll"}'


@pytest.mark.parametrize("kind", SOURCES)
def test_only_polls_and_panels_are_drawn(app: Flask, kind: str):
    with app.app_context():
        made = service.add_collection(replace(PLAIN, kind=kind, closes_on=DAY))
    assert (made.kind, made.is_drawn, made.is_standing) == (kind, kind in {"poll", "panel"}, False)


@pytest.mark.parametrize(
    ("change", "message", "remedy"),
    [
        ({"kind": "rumour"}, "没有 rumour 这一类征集。", ""),
        ({"kind": ""}, "没有  这一类征集。", ""),
        ({"form": "Q"}, "这里没有可用的问卷 Q。", "请从下列各项中选择：B, C, D, E, G, L, M, P, S, W1, W13, W5。"),
        ({"form": ""}, "这里没有可用的问卷 –。", "请从下列各项中选择：B, C, D, E, G, L, M, P, S, W1, W13, W5。"),
        ({"channels": (3, 99, 8)}, "没有编号为 8, 99 的渠道。", ""),
        ({"channels": (0,)}, "没有编号为 0 的渠道。", ""),
        (
            {"opens_on": DAY, "closes_on": DAY - timedelta(days=1)},
            "征集的最后一天早于第一天。",
            "请选择更晚的截止日期。",
        ),
        ({"code": "taken"}, "编号 taken 已被使用。", "请换一个编号。"),
    ],
)
def test_what_a_collection_cannot_be_is_said(app: Flask, change: dict[str, object], message: str, remedy: str):
    with app.app_context():
        service.add_collection(replace(PLAIN, code="taken"))
        commit()
        assert refusal(replace(PLAIN, **change)) == (message, remedy)
        assert [one.code for one in service.collections()] == ["taken"]


@pytest.mark.parametrize(
    "change",
    [
        {"opens_on": DAY, "closes_on": DAY},
        {"opens_on": DAY},
        {"closes_on": DAY},
        {"channels": (1, 2, 3, 4, 5, 6, 7, 11, 12, 13, 14)},
        {"code": "TAKEN"},
    ],
)
def test_a_collection_may_last_a_day_or_be_open_at_either_end(app: Flask, change: dict[str, object]):
    with app.app_context():
        service.add_collection(replace(PLAIN, code="taken"))
        made = service.add_collection(replace(PLAIN, **change))
    assert {name: getattr(made, name) for name in change} == change


@pytest.mark.parametrize("kind", ["poll", "panel"])
def test_what_is_drawn_without_an_end_cannot_be_stored(app_on_each_database: Flask, kind: str):
    with app_on_each_database.app_context(), pytest.raises(IntegrityError, match="drawn_has_an_end"):
        service.add_collection(replace(PLAIN, kind=kind))


def test_standing_collections_come_first_then_by_kind_and_code(app: Flask):
    with app.app_context():
        for code, kind in (("b", "poll"), ("z", "online"), ("a", "poll"), ("c", "counter")):
            service.add_collection(replace(PLAIN, code=code, kind=kind, closes_on=DAY))
        commit()
        service.imports("W1")
        service.standing("W5")
        service.standing("W1")
        codes = [one.code for one in service.collections()]
    assert codes == ["counter-W1", "counter-W5", "c", "import-W1", "z", "a", "b"]


def test_a_collection_that_is_not_there_is_not_found(app: Flask):
    with app.app_context():
        with pytest.raises(NotFound) as missed:
            service.collection(1)
        assert missed.value.message == "没有这个征集。"
        assert ways.by_code("o-1") is None
        made = service.add_collection(PLAIN)
        assert ways.by_code("o-1") == made == service.collection(made.id)
        assert ways.by_code("O-1") is None


@pytest.mark.parametrize(
    ("form", "title"),
    [
        ("W1", "窗口评价 · 办事评价"),
        ("W5", "窗口评价 · 办事评价（五项）"),
        ("W13", "窗口评价 · 办事评价（完整版）"),
    ],
)
def test_counters_have_a_standing_collection_of_each_form(app_on_each_database: Flask, form: str, title: str):
    with app_on_each_database.app_context():
        with engine().connect() as connection:
            assert ways.find_standing_on(connection, form) is None
        number = service.standing(form)
    with app_on_each_database.app_context():
        assert service.standing(form) == number, "it is stored at once"
        (kept,) = service.collections()
        with engine().connect() as connection:
            assert service.find_standing_on(connection, form) == number
            assert service.find_standing_on(connection, "W") is None
    assert (kept.id, kept.code, kept.title, kept.is_standing) == (number, f"counter-{form}", title, True)
    assert (kept.kind, kept.group, kept.form, kept.channels, kept.unit_ids) == ("counter", "clients", form, (), set())
    assert (kept.opens_on, kept.closes_on) == (None, None)


@pytest.mark.parametrize(
    ("group", "code", "title"),
    [
        ("", "import-G", "导入 · 公众评议"),
        ("residents", "import-G-residents", "导入 · 公众评议 · residents"),
        ("龙舟队", "import-G-龙舟队", "导入 · 公众评议 · 龙舟队"),
    ],
)
def test_imported_answers_of_a_group_have_a_collection_of_their_own(
    app_on_each_database: Flask, group: str, code: str, title: str
):
    with app_on_each_database.app_context():
        number = service.imports("G", group)
    with app_on_each_database.app_context():
        assert service.imports("G", group) == number
        (kept,) = service.collections()
    assert (kept.id, kept.code, kept.title) == (number, code, title)
    assert (kept.kind, kept.group, kept.form, kept.is_standing) == ("import", group, "G", False)


def test_forms_and_groups_do_not_share_a_collection(app: Flask):
    with app.app_context():
        numbers = [
            *(service.imports(form, group) for form in ("G", "W1") for group in ("", "peers", "leaders")),
            *(service.standing(form) for form in ("W1", "W5")),
        ]
        assert len(set(numbers)) == 8
        assert service.imports("W1", "peers") == numbers[4]
        for ask in (service.standing, service.imports):
            with pytest.raises(Refused, match="这里没有可用的问卷 Q。"):
                ask("Q")
        assert len(service.collections()) == 8


def test_a_collection_made_amid_other_work_is_part_of_it(app_on_each_database: Flask):
    with app_on_each_database.app_context():
        service.add_collection(PLAIN)
        number, is_new = ways.standing("W1")
        assert is_new
        assert ways.standing("W1") == (number, False)
        session().rollback()
    with app_on_each_database.app_context():
        assert service.collections() == []


def test_collections_are_removed_by_their_numbers_and_others_stay(app: Flask):
    with app.app_context():
        first, second, third = (service.add_collection(replace(PLAIN, code=code)).id for code in "abc")
        commit()
        service.remove_collections([first, third, 99])
        commit()
        assert [one.id for one in service.collections()] == [second]
        service.remove_collections([])
        assert [one.code for one in service.collections()] == ["b"]
        service.remove_collections([second])
        session().rollback()
        assert [one.code for one in service.collections()] == ["b"], "who asks for it commits"
