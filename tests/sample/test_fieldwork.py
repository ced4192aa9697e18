"""While a wave runs: its cases are looked through, and what became of them is recorded."""

from __future__ import annotations

import json

import pytest
from flask import Flask

from survey.base.errors import ImportFaults, NotFound, Refused
from survey.base.people import audit
from survey.base.store.database import engine, session
from survey.sample import service
from survey.sample.fieldwork import cases as looking
from survey.sample.fieldwork import outcomes
from tests.sample.conftest import STRATA, MakeWave, Standing

TOWN = "城镇 / 居民"
LETTERS = ("I", "P", "R", "NC", "O", "UO", "NE")


def table(*lines: tuple[str, str]) -> bytes:
    return ("key,disposition\n" + "".join(f"{key},{word}\n" for key, word in lines)).encode()


def letters_of(wave_id: int) -> dict[str, str]:
    return {case.case_key: case.disposition for case in looking.every_case(wave_id)}


# -- Cases ----------------------------------------------------------------------------------------------------------


def test_cases_stand_by_stratum_and_place_page_by_page(standing: Standing) -> None:
    wave = standing.waves["open"]
    with standing.app.app_context():
        every, total = service.cases(wave.id, size=100)
        assert total == len(every) == 53
        assert [(case.stratum, case.position) for case in every] == [
            (label, place) for label, (_, size, rest) in STRATA.items() for place in range(1, size + rest + 1)
        ]
        pages = [service.cases(wave.id, page=page, size=20) for page in (1, 2, 3, 4)]
        assert [len(found) for found, _ in pages] == [20, 20, 13, 0] and {total for _, total in pages} == {53}
        assert [case for found, _ in pages for case in found] == every
        assert service.cases(wave.id, page=0, size=20) == service.cases(wave.id, page=-3, size=20) == pages[0]
        assert service.cases(wave.id)[0] == every[:50], "fifty to a page"


def test_cases_are_found_by_key_stratum_and_outcome_together(standing: Standing) -> None:
    wave = standing.waves["open"]
    with standing.app.app_context():
        every = service.cases(wave.id, size=100)[0]
        one = every[7]
        assert service.cases(wave.id, search=one.case_key) == ([one], 1)
        part = [case for case in every if "c00" in case.case_key]
        assert service.cases(wave.id, search="c00", size=100) == (part, len(part)) and 0 < len(part) < 53
        assert service.cases(wave.id, search="%")[1] == service.cases(wave.id, search="_")[1] == 0
        town, total = service.cases(wave.id, stratum=TOWN)
        assert total == 13 and {case.stratum for case in town} == {TOWN}
        assert service.cases(wave.id, stratum="没有")[1] == 0
        assert service.cases(wave.id, search=town[0].case_key, stratum="城镇 / 企业")[1] == 0


@pytest.mark.parametrize(
    ("letter", "count"),
    [("I", 2), ("P", 1), ("R", 1), ("NC", 1), ("O", 1), ("NE", 1), ("UO", 33), ("reserve", 13), ("x", 0), ("", 53)],
)
def test_an_outcome_counts_those_asked_and_the_reserve_stands_apart(
    standing: Standing, letter: str, count: int
) -> None:
    with standing.app.app_context():
        found, total = service.cases(standing.waves["open"].id, disposition=letter, size=100)
        assert total == len(found) == count
        if letter == "reserve":
            assert {(case.active, case.disposition) for case in found} == {(False, "UO")}
        elif letter:
            assert all(case.active and case.disposition == letter for case in found)


def test_cases_of_one_wave_are_those_of_no_other(standing: Standing) -> None:
    with standing.app.app_context():
        ids = [{case.id for case in looking.every_case(wave.id)} for wave in standing.waves.values()]
        assert sum(map(len, ids)) == len(set().union(*ids)) == 53 * 3 + 240
        assert service.cases(standing.waves["draft"].id) == ([], 0)


# -- Outcomes, one by one -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("letter", [letter for letter in LETTERS if letter not in "IP"])
@pytest.mark.parametrize("state", ["drawn", "open", "closed"])
def test_every_outcome_can_be_recorded_once_the_wave_is_drawn(
    app: Flask, make_wave: MakeWave, state: str, letter: str
) -> None:
    with app.app_context():
        wave = make_wave(state)
        case = service.cases(wave.id)[0][0]
        service.set_disposition(wave.id, case.id, letter)
        session().rollback()
        found = letters_of(wave.id)
        assert found.pop(case.case_key) == letter and set(found.values()) == {"UO"}
        entry = audit.entries()[0][0]
        assert (entry.action, entry.subject) == ("case.disposition", wave.name)
        assert json.loads(entry.detail) == {}, "the log joins no case with its outcome"


def why_not(wave_id: int, case_id: int, letter: str) -> str:
    """The remedy of a refused outcome."""
    with pytest.raises(Refused) as refused:
        service.set_disposition(wave_id, case_id, letter)
    session().rollback()
    assert refused.value.message == "该样本的访问结果未作修改。"
    return refused.value.remedy


def test_an_outcome_that_nobody_knows_or_of_a_case_in_reserve_is_refused(standing: Standing) -> None:
    wave = standing.waves["open"]
    with standing.app.app_context():
        asked, waiting = service.cases(wave.id)[0][0], service.cases(wave.id, disposition="reserve")[0][0]
        for letter in ("", "X", "i", "完成", "RESERVE"):
            assert why_not(wave.id, asked.id, letter) == "请填写 I、P、R、NC、O、UO、NE 之一，或其中文名称。"
        for letter in ("I", "UO"):
            assert why_not(wave.id, waiting.id, letter) == "这是备用样本，请先启用。"


def test_a_case_of_another_wave_is_no_case_of_this_one(standing: Standing) -> None:
    with standing.app.app_context():
        foreign = service.cases(standing.waves["drawn"].id)[0][0]
        for case_id in (foreign.id, 99_999):
            with pytest.raises(NotFound) as missing:
                service.set_disposition(standing.waves["open"].id, case_id, "I")
            assert missing.value.message == "本次调查没有这个样本。"
            session().rollback()


@pytest.mark.parametrize("letter", LETTERS)
def test_who_answered_by_the_link_has_answered(app: Flask, make_wave: MakeWave, letter: str) -> None:
    with app.app_context():
        wave = make_wave()
        case = service.cases(wave.id)[0][0]
        session().rollback()
        with engine().begin() as connection:
            token = next(link.url[-22:] for link in service.links(wave.id) if link.case_key == case.case_key)
            assert service.use_link(connection, case.id, token, partial=True)
        if letter == "P":
            service.set_disposition(wave.id, case.id, letter)
            assert letters_of(wave.id)[case.case_key] == letter
        else:
            words = "此人已通过链接作答，答卷有效，不能改为未答。"
            assert why_not(wave.id, case.id, letter) == words
            with pytest.raises(ImportFaults) as refused:
                service.import_dispositions(wave.id, table((case.case_key, letter)))
            assert [(fault.line, fault.remedy) for fault in refused.value.faults] == [(2, words)]


# -- Outcomes, many at once -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("letter", "words"),
    [
        ("R", ["r", "拒访", "拒绝", "refusal"]),
        ("NC", ["nc", "Nc", "联系不上", "未接触", "non-contact"]),
        ("O", ["O", "其他", "other"]),
        ("NE", ["ne", "不合格", "不符合条件", "not eligible"]),
    ],
)
def test_an_outcome_may_be_written_as_its_letter_or_its_word(standing: Standing, letter: str, words: list[str]) -> None:
    wave = standing.waves["drawn"]
    with standing.app.app_context():
        keys = [case.case_key for case in service.cases(wave.id)[0] if case.active]
        lines = table(*zip(keys, words, strict=False))
        assert service.import_dispositions(wave.id, lines, dry_run=True) == len(words)
        session().rollback()
        assert {outcomes.DISPOSITION_WORDS.get(word.casefold(), letter) for word in words} == {letter}
        assert set(letters_of(wave.id).values()) == {"UO"}, "a dry run records nothing"


@pytest.mark.parametrize(
    "word", ["I", "i", "完成", "完整", "complete", "Complete", "Ｉ", "P", "部分完成", "partial", "PARTIAL"]
)
def test_no_word_of_a_table_makes_an_answer(standing: Standing, word: str) -> None:
    wave = standing.waves["drawn"]
    with standing.app.app_context():
        key = service.cases(wave.id)[0][0].case_key
        with pytest.raises(ImportFaults) as refused:
            service.import_dispositions(wave.id, table((key, word)), dry_run=True)
        assert [fault.remedy for fault in refused.value.faults] == [
            "访问是否完成以已存入的回答为准：请打开该样本的个人链接录入回答。"
        ]
        session().rollback()


@pytest.mark.parametrize("word", ["未知", "尚无结果", "unknown", "UO", "uo"])
def test_no_outcome_yet_changes_nothing_where_there_was_none(standing: Standing, word: str) -> None:
    wave = standing.waves["drawn"]
    with standing.app.app_context():
        key = service.cases(wave.id)[0][0].case_key
        assert service.import_dispositions(wave.id, table((key, word)), dry_run=True) == 0


@pytest.mark.parametrize(
    "heading",
    ["编号,处置", "个案编号,结果", "样本编号,个案结果", "case_key,处置代码", "key,outcome", "Key,Disposition"],
)
def test_the_two_columns_may_be_called_in_many_ways(standing: Standing, heading: str) -> None:
    wave = standing.waves["drawn"]
    with standing.app.app_context():
        key = service.cases(wave.id)[0][0].case_key
        lines = f"{heading},备注\n{key},拒访,无\n".encode("gb18030")
        assert service.import_dispositions(wave.id, lines, dry_run=True) == 1


def test_many_outcomes_are_recorded_together_and_put_on_record(
    app_on_each_database: Flask, make_wave: MakeWave
) -> None:
    with app_on_each_database.app_context():
        wave, other = make_wave(), make_wave()
        keys = [case.case_key for case in service.cases(wave.id)[0] if case.active]
        wanted = dict(zip(keys, ["O", "NE", "R", "R", "NC", "O", "NE", "UO"], strict=False))
        assert service.import_dispositions(wave.id, table(*wanted.items())) == 7
        session().rollback()
        found = letters_of(wave.id)
        assert {key: found[key] for key in wanted} == wanted
        assert sum(letter != "UO" for letter in found.values()) == 7
        assert set(letters_of(other.id).values()) == {"UO"}, "the same keys in another wave stay as they are"
        entry = audit.entries()[0][0]
        assert (entry.action, entry.subject) == ("case.dispositions-imported", wave.name)
        assert json.loads(entry.detail) == {"cases": 7}
        assert service.import_dispositions(wave.id, table(*wanted.items())) == 0, "nothing changes twice"
        assert service.import_dispositions(wave.id, table((keys[0], "UO"))) == 1, "an outcome can be taken back"


def test_outcomes_of_a_large_panel_are_recorded_in_parts(app: Flask, make_wave: MakeWave) -> None:
    """More than the 500 keys of one statement."""
    with app.app_context():
        lines = "编号,区域,群体,姓名,电话,地址\n" + "".join(f"p{i},城,民,,,\n" for i in range(1001))
        wave = make_wave(kind="panel", questionnaire="L", data=lines)
        words = [(f"p{i}", "联系不上" if i < 1000 else "拒访") for i in range(1001)]
        assert service.import_dispositions(wave.id, table(*words)) == 1001
        whole = service.overall(service.strata(wave.id))
        assert dict(whole.counts) == {"NC": 1000, "R": 1}


def test_every_fault_of_a_table_of_outcomes_has_its_line_and_nothing_is_recorded(standing: Standing) -> None:
    wave = standing.waves["drawn"]
    with standing.app.app_context():
        first, second = (case.case_key for case in service.cases(wave.id)[0][:2])
        waiting = service.cases(wave.id, disposition="reserve")[0][0].case_key
        lines = table(
            (first, "NE"), ("nobody", "I"), (second, "完成了吗"), (waiting, "I"), (first, "R"), ("nobody", "R")
        )
        with pytest.raises(ImportFaults) as refused:
            service.import_dispositions(wave.id, lines)
        assert refused.value.message == "未登记任何结果，请修改以下各处。"
        unknown = "本次调查没有这个样本，请核对编号。"
        assert [(f.line, f.column, f.value, f.remedy) for f in refused.value.faults] == [
            (3, "key", "nobody", unknown),
            (4, "disposition", "完成了吗", "请填写 I、P、R、NC、O、UO、NE 之一，或其中文名称。"),
            (5, "disposition", "I", "这是备用样本，请先启用。"),
            (6, "key", first, "该编号重复，请只保留一行。"),
            (7, "key", "nobody", unknown),
        ]
        session().rollback()
        assert set(letters_of(wave.id).values()) == {"UO"}


def test_a_wave_without_cases_takes_no_outcomes(standing: Standing) -> None:
    with standing.app.app_context():
        assert service.import_dispositions(standing.waves["locked"].id, b"key,disposition\n", dry_run=True) == 0
        with pytest.raises(ImportFaults):
            service.import_dispositions(standing.waves["locked"].id, table(("c0001", "I")))
        session().rollback()
