"""A wave from list to weights, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from survey.base.errors import Gone, ImportFaults, NotFound, Refused
from survey.base.store.database import engine, session
from survey.sample import service
from survey.sample.wave import drawn
from survey.sample.wave.used import show_in_steps
from tests.sample.conftest import CHOICE, SEED, SOURCE, MakeWave, frame_csv

TODAY = date(2026, 3, 15)


def answer(url: str, *, partial: bool = False) -> int:
    """What the room that takes answers does with a link; says how many links it used up."""
    with engine().begin() as connection:
        found = service.find_invitation(connection, url[-22:], TODAY)
        return int(service.use_link(connection, found.id, url[-22:], partial=partial))


def test_a_wave_is_drawn_and_redrawn(app_on_each_database: Flask, make_wave: MakeWave) -> None:
    with app_on_each_database.app_context():
        wave = make_wave()
        found = service.repeat(wave.id)
        assert found.agrees and found.sample_hash == wave.sample_hash
        record = service.record(wave.id)
        assert record["seed"] == SEED and record["sample"]["cases"] == CHOICE.total
        assert record["design_hash"] == service.design_hash(wave.design or {})


def test_calling_up_the_reserve_leaves_the_record_as_it_was(app: Flask, make_wave: MakeWave) -> None:
    with app.app_context():
        wave = make_wave()
        before = service.record(wave.id)
        label, waiting = next(iter(drawn.reserve_left(wave.id).items()))
        assert service.call_up(wave.id, label, waiting + 5) == waiting
        assert service.record(wave.id) == before and service.repeat(wave.id).agrees
        assert len(service.links(wave.id)) == CHOICE.total + waiting
        with pytest.raises(Refused):
            service.call_up(wave.id, label, 1)


def test_a_link_buys_one_response(app_on_each_database: Flask, make_wave: MakeWave) -> None:
    with app_on_each_database.app_context():
        wave = make_wave()
        url = service.links(wave.id)[0].url
        session().commit()
        path = url.removeprefix("http://pj.example.cn")
        assert len(path) <= 30 and len(path.removeprefix("/p/")) == 22
        assert answer(url) == 1 and answer(url) == 0
        with engine().connect() as connection:
            assert service.find_invitation(connection, url[-22:], TODAY).completed


def test_a_link_works_only_while_the_wave_is_open(app_on_each_database: Flask, make_wave: MakeWave) -> None:
    with app_on_each_database.app_context():
        wave = make_wave("drawn")
        token = service.links(wave.id)[0].url[-22:]
        session().commit()
        with engine().connect() as connection:
            for wrong in (token, "x" * 22, "", "short", token + "x", "号" * 22):
                with pytest.raises(NotFound):
                    service.find_invitation(connection, wrong, TODAY)
        service.open_wave(wave.id)
        with engine().connect() as connection:
            assert service.find_invitation(connection, token, wave.closes_on).wave.id == wave.id
            with pytest.raises(Gone):
                service.find_invitation(connection, token, date(2026, 4, 1))
        service.close_wave(wave.id)
        with engine().connect() as connection, pytest.raises(Gone):
            service.find_invitation(connection, token, TODAY)


def test_closing_destroys_the_links_for_good(app_on_each_database: Flask, make_wave: MakeWave) -> None:
    with app_on_each_database.app_context():
        wave = make_wave("closed")
        with pytest.raises(Refused):
            service.links(wave.id)
        assert session().scalar(text("SELECT count(*) FROM sample_invitation WHERE token_sealed IS NOT NULL")) == 0
        for step in (service.open_wave, service.close_wave):
            with pytest.raises(Refused):
                step(wave.id)


def test_contacts_and_tokens_do_not_lie_open_in_the_database(app_on_each_database: Flask, make_wave: MakeWave) -> None:
    with app_on_each_database.app_context():
        wave = make_wave()
        link = service.links(wave.id)[0]
        stored = [
            bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
            for table in ("sample_frame_case", "sample_invitation")
            for row in session().execute(text(f"SELECT * FROM {table}"))  # noqa: S608  # names of our own tables
            for value in row
        ]
        everything = b"\n".join(stored)
        assert link.url[-22:].encode() not in everything
        assert "长江路".encode() not in everything and b"1380000" not in everything
        assert service.contacts(wave.frame_id, [link.case_key])[link.case_key]["address"].startswith("长江路")
        service.forget_contacts(wave.frame_id)
        assert service.contacts(wave.frame_id, [link.case_key]) == {}
        assert service.repeat(wave.id).agrees


def test_rates_and_weights_come_out_by_hand(app_on_each_database: Flask, make_wave: MakeWave) -> None:
    """One stratum of 100, 10 asked: 4 complete, 1 partial, 2 refuse, 1 not eligible, 2 without outcome."""
    with app_on_each_database.app_context():
        lines = "".join(f"c{i},全市\n" for i in range(100))
        data = f"编号,区域\n{lines}".encode()
        source = replace(SOURCE, columns=("区域",), contacts={})
        frame = service.import_frame(data, source)
        wave = make_wave("draft")
        wave = service.add_wave("手算", frame_id=frame.id, opens_on=date(2026, 3, 1), closes_on=date(2026, 3, 31))
        service.lock_design(wave.id, service.DesignChoice(("区域",), total=10, minimum=1, reserve_share=0))
        service.draw(wave.id, SEED)
        keys = [case.case_key for case in service.cases(wave.id)[0]]
        outcomes = ["I"] * 4 + ["P", "R", "R", "NE"]
        ended = dict(zip(keys, outcomes, strict=False))
        service.record_answered(wave.id, {key: letter for key, letter in ended.items() if letter in "IP"})
        table = "key,disposition\n" + "".join(f"{key},{letter}\n" for key, letter in ended.items())
        assert service.import_dispositions(wave.id, table.encode()) == 3
        found = service.wave_design(wave.id)
        assert found.strata == ("全市",) and found.responded.tolist() == [5] and found.eligible.tolist() == [9]
        np.testing.assert_allclose(found.rr1, 4 / 9)
        np.testing.assert_allclose(found.rr2, 5 / 9)
        np.testing.assert_allclose(found.design_weight, 10)
        # the two without outcome go to the eight known, then the refusals to the five who answered: 10/8 × 7/5
        np.testing.assert_allclose(found.nonresponse_factor, 10 / 8 * 7 / 5)


def test_a_panel_asks_everybody(app: Flask, make_wave: MakeWave) -> None:
    with app.app_context():
        wave = make_wave(kind="panel", questionnaire="L", group="领导")
        assert len(service.links(wave.id)) == 240
        found = service.wave_design(wave.id)
        assert found.strata == ("*",) and found.design_weight.tolist() == [1]


def test_an_answer_through_the_link_cannot_be_turned_into_a_refusal(app: Flask, make_wave: MakeWave) -> None:
    with app.app_context():
        wave = make_wave()
        link = service.links(wave.id)[0]
        case = next(case for case in service.cases(wave.id)[0] if case.case_key == link.case_key)
        session().commit()
        answer(link.url, partial=True)
        for letter in ("R", "I"):
            with pytest.raises(Refused):
                service.set_disposition(wave.id, case.id, letter)
        service.set_disposition(wave.id, case.id, "P")


@pytest.mark.parametrize("letter", ["I", "P"])
def test_nobodys_word_makes_an_answer(app: Flask, make_wave: MakeWave, letter: str) -> None:
    with app.app_context():
        wave = make_wave()
        case = service.cases(wave.id)[0][0]
        with pytest.raises(Refused) as refused:
            service.set_disposition(wave.id, case.id, letter)
        assert refused.value.remedy
        with pytest.raises(ImportFaults):
            service.import_dispositions(wave.id, f"key,disposition\n{case.case_key},{letter}\n".encode())
        assert service.overall(service.strata(wave.id)).responded == 0


def test_the_list_of_cases_moves_in_steps_of_five(app: Flask, make_wave: MakeWave) -> None:
    with app.app_context():
        wave = make_wave()
        links = service.links(wave.id)

        def seen() -> int:
            show_in_steps(wave.id, everything=False)
            shown = sum(case.answered for case in service.cases(wave.id, in_steps=True, size=500)[0])
            assert shown == service.cases(wave.id, in_steps=True, disposition="I")[1]
            return shown

        counts = []
        for link in links[:6]:
            session().commit()
            answer(link.url)
            counts.append((service.overall(service.strata(wave.id)).responded, seen()))
        assert counts == [(1, 0), (2, 0), (3, 0), (4, 0), (5, 5), (6, 5)]
        show_in_steps(wave.id, everything=True)
        assert sum(case.answered for case in service.cases(wave.id, in_steps=True, size=500)[0]) == 6


def test_a_locked_design_does_not_change_and_a_sample_is_drawn_once(app: Flask, make_wave: MakeWave) -> None:
    with app.app_context():
        wave = make_wave("draft")
        with pytest.raises(Refused):
            service.draw(wave.id, SEED)
        service.lock_design(wave.id, CHOICE)
        for deed in (lambda: service.lock_design(wave.id, CHOICE), lambda: service.draw(wave.id, " ")):
            with pytest.raises(Refused):
                deed()
        service.draw(wave.id, SEED)
        with pytest.raises(Refused):
            service.draw(wave.id, "another")
        with pytest.raises(Refused):
            service.remove_wave(wave.id)


@pytest.mark.parametrize("method", ["proportional", "neyman"])
@pytest.mark.parametrize(("total", "minimum"), [(6, 1), (60, 10), (239, 1)])
def test_an_allocation_adds_up(app: Flask, make_wave: MakeWave, method: str, total: int, minimum: int) -> None:
    with app.app_context():
        wave = make_wave("draft")
        sd = {"城镇 / 居民": 12.5}
        plan = service.plan(wave.frame_id, service.DesignChoice(("区域", "群体"), method, total, minimum, 0.1, sd))
        assert plan.total == total and plan.population == 240
        assert all(min(minimum, row.population) <= row.size <= row.population for row in plan.rows)
        assert all(row.size + row.reserve <= row.population for row in plan.rows)


def test_the_margin_of_a_simple_sample_is_the_textbook_one(app: Flask, make_wave: MakeWave) -> None:
    """1.96 √(0.25 / 60 · (1 − 60 / 240)) = 10.96 percentage points."""
    with app.app_context():
        wave = make_wave("draft")
        plan = service.plan(wave.frame_id, service.DesignChoice((), total=60))
        assert plan.margin == pytest.approx(10.957, abs=5e-4)


def test_impossible_rows_cannot_be_stored(app_on_each_database: Flask, make_wave: MakeWave) -> None:
    with app_on_each_database.app_context():
        make_wave()
        for wrong in (
            "UPDATE sample_invitation SET disposition = 'R' WHERE NOT active",
            "UPDATE sample_invitation SET disposition = 'R', answered = (1 = 1)",
            "UPDATE sample_wave SET state = 'lost'",
            "UPDATE sample_wave SET sample_hash = NULL",
            "UPDATE sample_wave_stratum SET sampled = population + 1",
        ):
            with pytest.raises(IntegrityError):
                session().execute(text(wrong))
            session().rollback()


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        ("编号,区域,群体\n,城镇,居民\n", [2]),
        ("编号,区域,群体\na,城镇,居民\na,城镇,居民\n", [3]),
        ("编号,区域,群体\na,,居民\n", [2]),
        ("编号,区域,群体\na,城镇 / 乡,居民\n", [2]),
        (f"编号,区域,群体\n{'x' * 65},城镇,居民\n", [2]),
        ("编号,区域,群体\n", [0]),
        ("编号,区域\na,城镇\n", [1]),
        ("编号,区域,群体\n" + "".join(f"k{i},区{i},居民\n" for i in range(201)), [0]),
    ],
)
def test_every_fault_of_a_list_has_its_line(app: Flask, data: str, lines: list[int]) -> None:
    with app.app_context(), pytest.raises(ImportFaults) as refused:
        service.read_cases(data.encode(), replace(SOURCE, contacts={}))
    assert [fault.line for fault in refused.value.faults] == lines
    assert all(fault.remedy for fault in refused.value.faults)


def test_a_list_reads_the_same_from_gbk_and_in_another_order(app: Flask) -> None:
    with app.app_context():
        lines = frame_csv().splitlines()
        turned = "\n".join([lines[0], *reversed(lines[1:])])
        one = service.import_frame(frame_csv().encode(), SOURCE)
        two = service.import_frame(turned.encode("gb18030"), replace(SOURCE, name="倒序", columns=("群体", "区域")))
        assert one.frame_hash == two.frame_hash and one.columns == two.columns
        with pytest.raises(Refused):
            service.import_frame(frame_csv().encode(), SOURCE)


def test_a_plan_by_a_column_that_is_not_there_is_refused(app: Flask, make_wave: MakeWave) -> None:
    with app.app_context():
        wave = make_wave("draft")
        with pytest.raises(Refused):
            service.plan(wave.frame_id, service.DesignChoice(("年龄",)))


def test_a_frame_in_use_stays(app: Flask, make_wave: MakeWave) -> None:
    with app.app_context():
        wave = make_wave("draft")
        with pytest.raises(Refused):
            service.remove_frame(wave.frame_id)
        service.remove_wave(wave.id)
        service.remove_frame(wave.frame_id)
        assert service.frames() == []


def test_after_closing_no_row_tells_when_its_link_was_used(app_on_each_database: Flask, make_wave: MakeWave) -> None:
    """On PostgreSQL a row names the transaction that wrote it, and the answer's row names the same one. Closing
    writes all invitations anew, in one transaction; SQLite keeps no such mark."""
    with app_on_each_database.app_context():
        wave = make_wave()
        urls = [link.url for link in service.links(wave.id)][:3]
        session().commit()
        assert [answer(url) for url in urls] == [1, 1, 1]
        if engine().dialect.name == "postgresql":
            writers = text("SELECT count(DISTINCT xmin::text) FROM sample_invitation")
            service.strata(wave.id)
            assert session().scalar(writers) > 1
            service.close_wave(wave.id)
            assert session().scalar(writers) == 1
        else:
            service.close_wave(wave.id)
            columns = session().execute(text("SELECT * FROM sample_invitation LIMIT 1")).keys()
            assert not [name for name in columns if name.endswith(("_at", "_on", "day"))]
