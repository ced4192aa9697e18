"""The whole path once: a scan at a counter and a drawn sample become a signed score that another system reads."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask

from survey.base import clock
from survey.base.people.roles import SYSTEM, Role
from survey.collect import service as collect
from survey.estimate import service as estimate
from survey.rounds import service as rounds
from survey.sample import service as sample
from survey.score import service as score
from survey.screen import service as screen
from survey.units import service as units
from tests import two_people
from tests.client import Client
from tests.conftest import SignIn

UNITS = "编号,名称,类别编号,类别名称\n101,省甲局,1,综合部门\n102,省乙局,1,综合部门\n"
COUNTERS = "单位编号,编号,名称\n101,101-1,综合窗口\n102,102-1,综合窗口\n"
SCHEME = """
id: flow
version: 1
title: {zh: 全流程, en: Whole path}
total: 100
points: 100/80/60/30/0
classes:
  - codes: ["*"]
    components:
      - {id: work, title: {zh: 工作, en: Work}, share: 80, source: "external:work", out_of: 100}
      - {id: counter, title: {zh: 窗口评价, en: Counter ratings}, share: 20, source: counter}
"""


@dataclass(frozen=True)
class Place:
    """What the office set up: a round, two units, and the code at the first one's counter."""

    round_id: int
    unit_ids: tuple[int, ...]
    code: str


def test_a_scan_and_a_drawn_sample_become_a_signed_score(app_on_each_database: Flask, sign_in: SignIn) -> None:
    app = app_on_each_database
    office: Client = app.test_client()
    sign_in(office, Role.ADMIN)
    with app.app_context():
        place = _set_up()
    receipts = [_rate(app.test_client(), place.code, level) for level in ["5"] * 30 + ["1"]]
    _the_unit_answers_the_unhappy_one(app, sign_in, place, receipts[-1])
    sign_in(office, Role.ADMIN)  # no session lasts a month
    _the_desk_holds_one(app, office, receipts[0])
    _a_drawn_person_answers(app, place)
    with app.app_context():
        run = estimate.compute(place.round_id)
        index = next(i for i in estimate.indices(run.id, source="counter") if i.unit_id == place.unit_ids[0])
        assert (index.n, index.held, run.excluded) == (30, 0, 1)
        assert index.counts == {5: 29, 4: 0, 3: 0, 2: 0, 1: 1, 0: 0}
        score.add_scheme(SCHEME)
        score.set_values(place.round_id, "flow", [score.NewValue("work", unit, 95.0) for unit in place.unit_ids])
        sheet_id = score.make_sheet(place.round_id, "flow")
    assert "95" in office.get(f"/score/{sheet_id}").text
    _the_main_system_reads_it(app, sheet_id)


def _set_up() -> Place:
    """The office names who is rated, where, when, and how many cases there were."""
    units.import_units(UNITS.encode("gb18030"), dry_run=False)
    units.import_windows(COUNTERS.encode(), dry_run=False)
    today = clock.today()
    round_ = rounds.add_round("R", "本年度", today - timedelta(days=30), today + timedelta(days=30))
    windows = sorted(units.windows(), key=lambda window: window.code)
    units.set_caseload([(window.id, today, 400) for window in windows])
    code = units.stays(window_id=windows[0].id)[0].code
    return Place(round_.id, tuple(window.unit_id for window in windows), code)


def _the_unit_answers_the_unhappy_one(app: Flask, sign_in: SignIn, place: Place, receipt: str) -> None:
    with app.app_context():
        bad = collect.find_by_receipt(receipt)
    assert bad is not None
    manager: Client = app.test_client()
    next_month = clock.now() + timedelta(days=31)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: next_month)  # one bad rating alone waits for the end of its month
        sign_in(manager, Role.UNIT_MANAGER, units=[place.unit_ids[0]])
        manager.submit(f"/cases/{bad.key}", text="已增开窗口，谢谢提醒。")
    assert "已增开窗口" in app.test_client().get(f"/receipt/{receipt}").text


def _the_desk_holds_one(app: Flask, office: Client, receipt: str) -> None:
    with app.app_context():
        good = collect.find_by_receipt(receipt)
    assert good is not None
    office.submit("/screen", form="/screen/hold", key=[good.key], reason="待核实是否代点")
    assert "待核实是否代点" not in app.test_client().get(f"/receipt/{receipt}").text, "nobody else has looked yet"
    with app.app_context():
        [proposed] = screen.pending()
        screen.decide(proposed.id, confirm=True, viewer=two_people.OTHER)
    assert "待核实是否代点" in app.test_client().get(f"/receipt/{receipt}").text
    with app.app_context():
        screen.propose(good.key, "exclude", "核实为代点", SYSTEM)
        [proposed] = screen.pending()
        screen.decide(proposed.id, confirm=True, viewer=two_people.OTHER)


def _a_drawn_person_answers(app: Flask, place: Place) -> None:
    with app.app_context():
        wave = _wave()
        link = sample.links(wave.id)[0]
    _answer(app.test_client(), link.url.removeprefix("http://pj.example.cn"), place.unit_ids[1])
    with app.app_context():
        assert sum(field.responded for field in sample.strata(wave.id)) == 1


def _the_main_system_reads_it(app: Flask, sheet_id: int) -> None:
    """Frozen and signed, then read with a key; asked again, it has not changed."""
    with app.app_context():
        two_people.freeze(sheet_id)
        assert score.is_intact(sheet_id)
        key = {"Authorization": f"Bearer {score.make_feed_key('主系统')}"}
    feed = app.test_client().get(f"/feed/v1/sheets/{sheet_id}", headers=key)
    assert feed.status_code == 200
    assert "省甲局" in json.dumps(feed.json, ensure_ascii=False)
    again = app.test_client().get(f"/feed/v1/sheets/{sheet_id}", headers={**key, "If-None-Match": feed.headers["ETag"]})
    assert again.status_code == 304


def _rate(citizen: Client, code: str, level: str) -> str:
    """Rate as a phone does; returns the receipt."""
    thanks = citizen.submit(f"/r/{code}", **{"W-E1": level})
    assert thanks.status_code == 200
    assert "Set-Cookie" not in thanks.headers
    found = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}", thanks.text)
    assert found
    return found[0]


def _wave() -> sample.Wave:
    """A drawn and opened wave of a small list."""
    today = clock.today()
    frame = sample.import_frame(
        ("编号,城乡\n" + "\n".join(f"R{n},{'城镇' if n % 2 else '农村'}" for n in range(40))).encode(),
        sample.FrameSource("名录", "统计局", today, "编号", ("城乡",)),
    )
    wave = sample.add_wave("民意调查", frame_id=frame.id, opens_on=today, closes_on=today)
    sample.lock_design(wave.id, sample.DesignChoice(columns=("城乡",), total=10, minimum=2))
    sample.draw(wave.id, "2026-11-21")
    return sample.open_wave(wave.id)


def _answer(person: Client, path: str, unit_id: int) -> None:
    """Say which body one dealt with, then answer about it; the form carries the rest."""
    sheet = person.post(path, data={"step": "screening", "unit": [str(unit_id)]})
    names = sorted(set(re.findall(rf'name="?(u{unit_id}\.G-\d)', sheet.text)))
    assert len(names) == 7
    sent = person.post(path, data={"unit": [str(unit_id)], **dict.fromkeys(names, "4")})
    assert sent.status_code == 303
