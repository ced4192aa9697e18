"""A list that was stored: what it says of itself, whom it can reach, and when it may go."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import text

from survey.base.errors import NotFound, Refused
from survey.base.people import audit
from survey.base.store.database import session
from survey.sample import rules, service
from survey.sample.frame import frames
from tests.sample.conftest import SOURCE, MakeWave, frame_csv

Case = service.Case
TWO = replace(SOURCE, name="两列", columns=("群体", "区域"), contacts={})
CASES = [Case("b", ("居民", "城镇")), Case("a", ("企业", "乡村")), Case("c", ("居民", "乡村"))]


def last_entry() -> tuple[str, str, str]:
    """The last deed on record: action, subject, detail."""
    entry = audit.entries()[0][0]
    return entry.action, entry.subject, entry.detail


def test_a_stored_list_says_what_it_is_with_its_columns_in_alphabetical_order(app_on_each_database: Flask) -> None:
    with app_on_each_database.app_context():
        made = service.add_frame(TWO, CASES)
        assert made == service.Frame(
            id=1,
            name="两列",
            supplied_by="市政务服务局",
            supplied_on=date(2026, 2, 20),
            note="2025 年办件人员, 去重",
            key_column="编号",
            columns=("区域", "群体"),
            cases=3,
            frame_hash=rules.frame_hash(("群体", "区域"), [(case.key, case.values) for case in CASES]),
            has_contacts=False,
        )
        assert service.frame(made.id) == made
        keys, columns, values = frames.everything(made.id)
        assert columns == ("区域", "群体")
        assert dict(zip(keys, values, strict=True)) == {
            "a": ["乡村", "企业"],
            "b": ["城镇", "居民"],
            "c": ["乡村", "居民"],
        }


def test_storing_a_list_is_put_on_record_with_its_fingerprint_and_its_supplier(app: Flask) -> None:
    with app.app_context():
        made = service.add_frame(TWO, CASES)
        action, subject, detail = last_entry()
        assert (action, subject) == ("frame.added", "两列")
        assert detail == f'{{"cases": 3, "hash": "{made.frame_hash}", "supplier": "市政务服务局"}}'


def test_lists_stand_newest_first_and_say_whether_they_hold_contacts(app: Flask) -> None:
    reached = [Case("x", ("居民", "城镇")), Case("y", ("居民", "城镇"), {"phone": "12345"})]
    with app.app_context():
        service.add_frame(TWO, CASES)
        made = service.add_frame(replace(TWO, name="可联系", contacts={"phone": "电话"}), reached)
        assert made.has_contacts
        assert [(frame.name, frame.has_contacts) for frame in service.frames()] == [("可联系", True), ("两列", False)]
        assert service.contacts(made.id, ["x", "y", "nobody"]) == {"y": {"phone": "12345"}}
        assert service.contacts(1, ["x", "y"]) == {}, "another list's people are not reached"
        assert service.contacts(made.id, []) == {}


def test_many_people_are_reached_whatever_their_number(app: Flask) -> None:
    """Keys are asked for in parts of 500."""
    cases = [Case(f"k{i}", ("居民", "城镇"), {"phone": f"{10000 + i}"}) for i in range(1001)]
    with app.app_context():
        made = service.add_frame(TWO, cases)
        found = service.contacts(made.id, (f"k{i}" for i in range(1001)))
        assert len(found) == 1001 and found["k1000"] == {"phone": "11000"} and found["k500"] == {"phone": "10500"}


def test_a_long_list_is_stored_in_parts_and_tells_how_far_it_is(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "CHUNK", 7)
    told: list[tuple[int, int]] = []
    with app.app_context():
        made = service.import_frame(frame_csv(20).encode(), SOURCE, lambda done, total: told.append((done, total)))
        assert told == [(7, 20), (14, 20), (20, 20)]
        assert made.cases == 20 and len(frames.everything(made.id)[0]) == 20
        assert sum(service.stratum_sizes(made.id, ["区域"]).values()) == 20


@pytest.mark.parametrize(
    ("changes", "cases", "words"),
    [
        ({}, [], "名单中没有单位。"),
        ({"name": "  "}, CASES, "请填写名单名称和提供者。"),
        ({"supplied_by": " "}, CASES, "请填写名单名称和提供者。"),
        ({}, [*CASES, CASES[0]], "名单中有重复的编号；每个单位须有唯一编号。"),
    ],
)
def test_a_list_without_cases_name_supplier_or_single_keys_is_refused(
    app: Flask, changes: dict[str, str], cases: list[Case], words: str
) -> None:
    with app.app_context():
        with pytest.raises(Refused) as refused:
            service.add_frame(replace(TWO, **changes), cases)
        assert refused.value.message == words
        assert service.frames() == [] and audit.entries()[1] == 0


def test_two_lists_cannot_have_one_name(app: Flask) -> None:
    with app.app_context():
        service.add_frame(TWO, CASES)
        with pytest.raises(Refused) as refused:
            service.add_frame(TWO, CASES[:1])
        assert refused.value.message == "已有名为“两列”的抽样框，请换一个名称。"
        assert [frame.cases for frame in service.frames()] == [3]


@pytest.mark.parametrize(
    ("columns", "sizes"),
    [
        ((), {"*": 3}),
        (("区域",), {"乡村": 2, "城镇": 1}),
        (("群体",), {"企业": 1, "居民": 2}),
        (("群体", "区域"), {"企业 / 乡村": 1, "居民 / 乡村": 1, "居民 / 城镇": 1}),
        (("区域", "群体"), {"乡村 / 企业": 1, "乡村 / 居民": 1, "城镇 / 居民": 1}),
    ],
)
def test_columns_make_strata_in_the_order_in_which_they_are_named(
    app: Flask, columns: tuple[str, ...], sizes: dict[str, int]
) -> None:
    with app.app_context():
        service.add_frame(replace(TWO, name="另一份"), [Case("z", ("代表", "城镇"))])
        made = service.add_frame(TWO, CASES)
        found = service.stratum_sizes(made.id, columns)
        assert found == sizes and list(found) == sorted(sizes)
        keys, strata = frames.keys_and_strata(made.id, columns)
        assert sorted(keys) == ["a", "b", "c"]
        assert {label: strata.count(label) for label in set(strata)} == sizes
        assert dict(zip(keys, strata, strict=True))["a"] == next(
            label for label in sizes if set(columns) == set() or label.startswith(("乡村", "企业"))
        )


def test_a_column_that_the_list_lacks_is_named_with_those_it_has(app: Flask) -> None:
    with app.app_context():
        made = service.add_frame(TWO, CASES)
        for ask in (service.stratum_sizes, frames.keys_and_strata):
            with pytest.raises(Refused) as refused:
                ask(made.id, ("区域", "年龄"))
            assert refused.value.message == "抽样框没有分层列“年龄”。"
            assert refused.value.remedy == "请从下列各项中选择：区域, 群体。"


def test_forgetting_contacts_takes_those_of_one_list_and_keeps_its_strata(app: Flask) -> None:
    reached = [Case("x", ("居民", "城镇"), {"name": "张三"})]
    with app.app_context():
        first = service.add_frame(replace(TWO, name="甲"), reached)
        second = service.add_frame(replace(TWO, name="乙"), reached)
        service.forget_contacts(first.id)
        assert last_entry() == ("frame.contacts-forgotten", "甲", "{}")
        session().rollback()
        assert service.contacts(first.id, ["x"]) == {} and service.contacts(second.id, ["x"]) == {"x": {"name": "张三"}}
        assert not service.frame(first.id).has_contacts and service.frame(second.id).has_contacts
        assert service.stratum_sizes(first.id, ["群体"]) == {"居民": 1}


def test_a_list_goes_with_its_cases_while_no_wave_is_drawn_from_it(app: Flask, make_wave: MakeWave) -> None:
    with app.app_context():
        wave = make_wave("draft")
        spare = service.add_frame(TWO, CASES)
        with pytest.raises(Refused) as refused:
            service.remove_frame(wave.frame_id)
        assert refused.value.message == "已有调查使用这个抽样框，不能删除。"
        assert refused.value.remedy == "可以删除其中的联系方式。"
        service.remove_frame(spare.id)
        assert last_entry() == ("frame.removed", "两列", f'{{"hash": "{spare.frame_hash}"}}')
        session().rollback()
        assert [frame.id for frame in service.frames()] == [wave.frame_id]
        counted = text("SELECT frame_id, count(*) FROM sample_frame_case GROUP BY frame_id")
        assert session().execute(counted).all() == [(wave.frame_id, 240)]


def test_a_list_that_is_not_there_is_said_so_at_every_door(app: Flask) -> None:
    with app.app_context():
        for ask in (service.frame, service.forget_contacts, service.remove_frame, frames.everything):
            with pytest.raises(NotFound) as missing:
                ask(99)
            assert missing.value.message == "没有这个抽样框。"
        with pytest.raises(NotFound):
            service.stratum_sizes(99, ())
