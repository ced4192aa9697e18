"""A wave made, locked, drawn, opened, widened, closed or taken away: what each step keeps, records and refuses."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from flask import Flask

from survey.base.errors import NotFound, SurveyError
from survey.base.people import audit
from survey.base.store import demo, kept_files
from survey.base.store.database import commit, session
from survey.rounds import service as rounds
from survey.sample import models, rules, service
from survey.sample.frame import frames
from survey.sample.wave import drawn
from tests.sample.conftest import CHOICE, SEED, STRATA, MakeWave, Standing

DAYS = {"opens_on": date(2026, 3, 1), "closes_on": date(2026, 3, 31)}


def last_entry() -> tuple[str, str, dict[str, Any]]:
    """The last deed on record: action, subject, detail."""
    entry = audit.entries()[0][0]
    return entry.action, entry.subject, json.loads(entry.detail)


def refusal(ask: Any, *arguments: Any, **values: Any) -> tuple[str, str]:
    with pytest.raises(SurveyError) as refused:
        ask(*arguments, **values)
    session().rollback()
    return refused.value.message, refused.value.remedy


def test_a_wave_is_made_as_it_was_wished_with_a_collection_of_its_own(app_on_each_database: Flask) -> None:
    with app_on_each_database.app_context():
        frame = frames.store(service.FrameSource("名单", "局", date(2026, 2, 1), "k", ()), [service.Case("a", ())])
        commit()
        made = service.add_wave(
            "秋季", frame_id=frame.id, kind="panel", questionnaire="L", group="deputies", unit_ids=[9, 3, 9], **DAYS
        )
        assert made == service.Wave(
            id=made.id,
            collection_id=made.collection_id,
            name="秋季",
            kind="panel",
            questionnaire="L",
            state="draft",
            opens_on=date(2026, 3, 1),
            closes_on=date(2026, 3, 31),
            group="deputies",
            frame_id=frame.id,
            unit_ids=(3, 9),
        )
        assert service.wave(made.id) == made
        kept = rounds.collection(made.collection_id)
        assert (kept.code, kept.title, kept.kind, kept.form, kept.group) == ("秋季", "秋季", "panel", "L", "deputies")
        assert (kept.opens_on, kept.closes_on) == (date(2026, 3, 1), date(2026, 3, 31))
        assert kept.unit_ids == {3, 9} and kept.is_drawn


def test_who_says_nothing_asks_by_lot_about_everybody_with_the_usual_form(standing: Standing) -> None:
    wave = standing.waves["draft"]
    assert (wave.kind, wave.questionnaire, wave.group, wave.unit_ids) == ("poll", "G", "", ())
    assert (wave.design, wave.seed, wave.sample_hash) == (None, None, None)


@pytest.mark.parametrize(("said", "code"), [("人大代表", "deputies"), ("cadre", "grassroots"), ("龙舟队", "dragon")])
def test_a_group_is_known_to_the_collection_by_its_code_whatever_it_was_called(
    app: Flask, make_wave: MakeWave, said: str, code: str
) -> None:
    with app.app_context():
        rounds.add_group("dragon", "龙舟队")
        wave = make_wave("draft", group=said)
        assert rounds.collection(wave.collection_id).group == code


def test_a_wave_may_last_one_day_but_not_end_before_it_begins(app: Flask, make_wave: MakeWave) -> None:
    with app.app_context():
        frame_id, day = make_wave("draft").frame_id, date(2026, 4, 1)
        made = service.add_wave("一天", frame_id=frame_id, opens_on=day, closes_on=day)
        assert made.opens_on == made.closes_on == day
        action, subject, detail = last_entry()
        assert (action, subject) == ("wave.added", "一天")
        assert detail == {"kind": "poll", "frame": frame_id, "questionnaire": "G"}
        session().rollback()
        wish = {"frame_id": frame_id, "opens_on": day, "closes_on": date(2026, 3, 31)}
        assert refusal(service.add_wave, "倒着", **wish) == ("截止日期早于开始日期。", "")
        wish["closes_on"] = day
        assert refusal(service.add_wave, "一天", **wish) == ("已有名为“一天”的调查，请换一个名称。", "")
        assert refusal(service.add_wave, "没有名单", **{**wish, "frame_id": 99})[0] == "没有这个抽样框。"
        assert refusal(service.add_wave, "没有问卷", questionnaire="ZZ", **wish)[0]
        assert [wave.name for wave in service.waves()] == ["一天", "第 1 波"], "newest first, and none of the refused"
        assert len(rounds.collections()) == 2


def test_waves_are_listed_by_the_collections_that_are_asked_for(standing: Standing) -> None:
    with standing.app.app_context():
        every = service.waves()
        assert [wave.id for wave in every] == sorted((wave.id for wave in standing.waves.values()), reverse=True)
        one = standing.waves["open"]
        assert service.waves([one.collection_id]) == [one]
        assert service.waves([]) == [] and service.waves([999]) == []


def test_a_locked_design_is_kept_whole_with_a_line_for_each_stratum(app: Flask, make_wave: MakeWave) -> None:
    with app.app_context():
        wave = make_wave("draft")
        plan = service.lock_design(wave.id, CHOICE)
        found = service.wave(wave.id)
        assert service.SampleDesign.from_json(found.design or {}) == plan.design and found.state == "draft"
        assert last_entry() == (
            "wave.design-locked",
            wave.name,
            {"design_hash": service.design_hash(found.design or {})},
        )
        kept = {field.label: (field.population, field.planned, field.asked) for field in service.strata(wave.id)}
        assert kept == {label: (population, size, 0) for label, (population, size, _) in STRATA.items()}


def test_a_design_is_locked_once_and_a_panel_asks_everybody(app: Flask, make_wave: MakeWave) -> None:
    with app.app_context():
        wave, panel = make_wave("draft"), make_wave("draft", kind="panel", questionnaire="L")
        census = service.DesignChoice(method="census", reserve_share=0)
        assert refusal(service.lock_design, panel.id, CHOICE) == ("全员测评须询问全部成员，不能抽取部分成员。", "")
        service.lock_design(panel.id, census)
        service.lock_design(wave.id, census)
        assert service.wave(wave.id).design == service.wave(panel.id).design, "a poll may ask everybody too"
        again = ("本次调查的方案已锁定。", "如需不同的方案，请新建一次调查；两次都会存档。")
        assert refusal(service.lock_design, wave.id, CHOICE) == again
        assert refusal(service.lock_design, panel.id, census) == again


def test_a_draw_needs_a_design_and_a_seed_and_happens_once(app: Flask, make_wave: MakeWave) -> None:
    with app.app_context():
        wave = make_wave("draft")
        assert refusal(service.draw, wave.id, SEED) == ("请先锁定方案，再抽样。", "")
        service.lock_design(wave.id, CHOICE)
        for seed in ("", "  ", "\n"):
            assert refusal(service.draw, wave.id, seed) == ("请填写公布的随机种子。", "")
        found = service.draw(wave.id, f"  {SEED}\n")
        assert (found.state, found.seed) == ("drawn", SEED) and found == service.wave(wave.id)
        assert found.sample_hash == rules.sample_hash(drawn.drawn_cases(wave.id))
        detail = {"seed": SEED, "sample_hash": found.sample_hash, "cases": 53}
        assert last_entry() == ("wave.drawn", wave.name, detail)
        session().rollback()
        assert refusal(service.draw, wave.id, SEED) == ("本次调查已抽样；样本只抽取一次。", "")


def test_a_sample_is_stored_in_parts_with_a_link_for_whoever_is_asked(
    app: Flask, make_wave: MakeWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        monkeypatch.setattr(frames, "CHUNK", 10)
        wave = make_wave("drawn")
        rows = session().query(models.InvitationRow).filter_by(wave_id=wave.id).all()
        assert len(rows) == 53 and {row.disposition for row in rows} == {"UO"}
        assert not any(row.answered for row in rows)
        assert sum(row.active for row in rows) == 40
        assert all((row.token_hash is not None) == (row.token_sealed is not None) == row.active for row in rows)
        assert len({row.token_hash for row in rows if row.active}) == 40
        assert drawn.reserve_left(wave.id) == {label: reserve for label, (*_, reserve) in STRATA.items()}


def test_a_wave_is_opened_and_closed_in_its_turn_only(app: Flask, make_wave: MakeWave) -> None:
    no = ("目前不能开始或结束本次调查。", "请查看调查目前的状态。")
    with app.app_context():
        wave = make_wave("draft")
        assert [refusal(step, wave.id) for step in (service.open_wave, service.close_wave)] == [no, no]
        service.lock_design(wave.id, CHOICE)
        service.draw(wave.id, SEED)
        assert refusal(service.close_wave, wave.id) == no
        assert service.open_wave(wave.id).state == "open"
        assert last_entry() == ("wave.opened", wave.name, {})
        session().rollback()
        assert refusal(service.open_wave, wave.id) == no
        assert len(service.links(wave.id)) == 40, "opening keeps the links"
        assert service.close_wave(wave.id).state == "closed"
        assert last_entry() == ("wave.closed", wave.name, {})
        session().rollback()
        assert [refusal(step, wave.id) for step in (service.open_wave, service.close_wave)] == [no, no]


def test_closing_one_wave_leaves_the_links_and_letters_of_the_other(app: Flask, make_wave: MakeWave) -> None:
    with app.app_context():
        one, two = make_wave(), make_wave()
        mine, others = kept_files.keep(b"letters", wave=one.id), kept_files.keep(b"letters", wave=two.id)
        service.close_wave(one.id)
        assert list(kept_files.named()) == [others] and mine != others
        assert len(service.links(two.id)) == 40
        gone = ("调查已结束，个人链接已销毁。", "链接无法恢复，这正是答卷与个人无法对应的保证。")
        assert refusal(service.links, one.id) == gone


def test_the_reserve_is_called_up_in_the_order_of_the_draw(app_on_each_database: Flask, make_wave: MakeWave) -> None:
    with app_on_each_database.app_context():
        wave, other = make_wave("drawn"), make_wave("drawn")
        label = "城镇 / 居民"
        assert service.call_up(wave.id, label, 1) == 1
        detail = {"stratum": label, "cases": 1}
        assert last_entry() == ("wave.reserve-called", wave.name, detail)
        session().rollback()
        active = [case.position for case in service.cases(wave.id, stratum=label)[0] if case.active]
        assert active == list(range(1, 12)), "ten of the sample and the eleventh"
        assert drawn.reserve_left(wave.id)[label] == 2
        assert drawn.reserve_left(other.id)[label] == 3, "another wave's reserve waits on"
        assert drawn.reserve_left(wave.id)["城镇 / 企业"] == 2, "and so does another stratum's"
        service.open_wave(wave.id)
        assert service.call_up(wave.id, label, 99) == 2
        assert label not in drawn.reserve_left(wave.id)
        assert len({link.url for link in service.links(wave.id)}) == 43
        assert refusal(service.call_up, wave.id, label, 1) == ("该层已没有备用样本。", "")


@pytest.mark.parametrize(("label", "count"), [("没有的层", 1), ("城镇 / 居民", 0), ("城镇 / 居民", -1), ("", 5)])
def test_nobody_is_called_up_by_an_unknown_stratum_or_no_number(
    app: Flask, make_wave: MakeWave, label: str, count: int
) -> None:
    with app.app_context():
        wave = make_wave()
        assert refusal(service.call_up, wave.id, label, count) == ("该层已没有备用样本。", "")
        assert sum(drawn.reserve_left(wave.id).values()) == 13


def test_the_reserve_rests_before_the_draw_and_after_the_close(standing: Standing) -> None:
    no = ("只有在已抽样或调查进行中时才能启用备用样本。", "")
    with standing.app.app_context():
        for state in ("draft", "locked", "closed"):
            assert refusal(service.call_up, standing.waves[state].id, "城镇 / 居民", 1) == no


def test_a_wave_that_is_not_drawn_goes_with_its_plan_and_collection(app: Flask, make_wave: MakeWave) -> None:
    with app.app_context():
        wave, other = make_wave("draft"), make_wave("draft")
        for one in (wave, other):
            service.lock_design(one.id, CHOICE)
        service.remove_wave(wave.id)
        assert last_entry() == ("wave.removed", wave.name, {})
        session().rollback()
        assert service.waves() == [service.wave(other.id)] and len(service.strata(other.id)) == 6
        assert [each.id for each in rounds.collections()] == [other.collection_id]
        assert session().query(models.WaveStratumRow).count() == 6


def test_a_drawn_wave_stays(standing: Standing) -> None:
    with standing.app.app_context():
        for state in ("drawn", "open", "closed", "panel"):
            wish = service.remove_wave, standing.waves[state].id
            assert refusal(*wish) == ("已抽样的调查必须存档，不能删除。", "")


def test_a_wave_that_is_not_there_is_said_so_at_every_door(standing: Standing) -> None:
    asks = [
        (service.wave,),
        (service.lock_design, CHOICE),
        (service.draw, SEED),
        (service.open_wave,),
        (service.close_wave,),
        (service.call_up, "*", 1),
        (service.remove_wave,),
        (service.record,),
        (service.repeat,),
        (service.set_disposition, 1, "I"),
        (service.import_dispositions, b"key,disposition\n"),
        (service.note_download, "x"),
    ]
    with standing.app.app_context():
        for ask, *more in asks:
            with pytest.raises(NotFound) as missing:
                ask(999, *more)
            assert missing.value.message == "没有这次调查。"
            session().rollback()


def test_simulated_waves_go_with_all_that_is_theirs_while_the_mark_stands(app: Flask, make_wave: MakeWave) -> None:
    with app.app_context():
        wave = make_wave("closed")
        standing = rounds.standing("W1")
        assert refusal(service.remove_demo) == ("Only simulated waves can be removed.", "")
        assert service.waves() == [wave]
        demo.set_present(True)
        commit()
        service.remove_demo()
        session().rollback()
        assert service.waves() == [] and service.frames() == []
        assert [each.id for each in rounds.collections()] == [standing]
        for row in (models.InvitationRow, models.WaveStratumRow, models.FrameCaseRow):
            assert session().query(row).count() == 0


def test_a_download_of_links_is_put_on_record(app: Flask, make_wave: MakeWave) -> None:
    with app.app_context():
        wave = make_wave("draft")
        service.note_download(wave.id, "links.csv")
        session().rollback()
        assert last_entry() == ("wave.downloaded", wave.name, {"what": "links.csv"})


def test_a_second_wave_of_the_same_list_asks_by_its_own_design(app: Flask, make_wave: MakeWave) -> None:
    with app.app_context():
        first = make_wave()
        second = service.add_wave("第二波", frame_id=first.frame_id, **DAYS)
        service.lock_design(second.id, replace(CHOICE, columns=("区域",), total=12, minimum=1, reserve_share=0))
        service.draw(second.id, "另一个种子")
        assert [(field.label, field.asked) for field in service.strata(second.id)] == [("乡村", 4), ("城镇", 8)]
        assert len(service.links(second.id)) == 12 and len(service.links(first.id)) == 40
        assert {link.url for link in service.links(second.id)}.isdisjoint(link.url for link in service.links(first.id))
