"""The whole path once: a scan at a counter and a drawn sample become a signed score that another system reads."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from io import BytesIO

from flask import Flask

from survey import clock
from survey.collect import service as collect
from survey.estimate import service as estimate
from survey.roles import Role
from survey.sample import service as sample
from survey.score import service as score
from survey.screen import service as screen
from survey.units import service as units
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


def test_a_scan_and_a_drawn_sample_become_a_signed_score(app_on_each_database: Flask, sign_in: SignIn) -> None:
    app = app_on_each_database
    office = app.test_client()
    sign_in(office, Role.ADMIN)

    # the office names who is rated, and where
    with app.app_context():
        units.import_units(UNITS.encode("gb18030"), dry_run=False)
        units.import_windows(COUNTERS.encode(), dry_run=False)
        today = clock.today()
        round_ = units.add_round("R", "本年度", today - timedelta(days=30), today + timedelta(days=30))
        windows = {window.code: window for window in units.windows()}
        units.set_caseload([(window.id, today, 400) for window in windows.values()])
        code = units.stays(window_id=windows["101-1"].id)[0].code

    # citizens scan and rate; one is unhappy
    receipts = [_rate(app.test_client(), code, level) for level in ["5"] * 30 + ["1"]]
    with app.app_context():
        assert collect.count(round_.id) == 31
        bad = collect.find_by_receipt(receipts[-1])
        good = collect.find_by_receipt(receipts[0])
        assert bad is not None
        assert good is not None

    # the unit answers the unhappy one, who reads it by the receipt
    manager = app.test_client()
    sign_in(manager, Role.UNIT_MANAGER, units=[windows["101-1"].unit_id])
    manager.submit(f"/cases/{bad.key}", text="已增开窗口，谢谢提醒。")
    assert "已增开窗口" in app.test_client().get(f"/receipt/{receipts[-1]}").text

    # the desk holds one answer; the receipt says so
    office.submit("/screen", form="/screen/hold", key=[good.key], reason="待核实是否代点")
    assert "待核实是否代点" in app.test_client().get(f"/receipt/{receipts[0]}").text

    # a drawn person answers by personal link, once
    with app.app_context():
        wave = _wave(round_.id)
        link = sample.links(wave.id)[0]
    _answer(app.test_client(), link.url.removeprefix("http://localhost"), windows["102-1"].unit_id)
    with app.app_context():
        assert sum(field.responded for field in sample.strata(wave.id)) == 1

        # indices, with and without the held answer, and the score sheet
        run = estimate.compute(round_.id)
        index = next(i for i in estimate.indices(run.id, source="counter") if i.unit_id == windows["101-1"].unit_id)
        assert index.n == 30
        assert index.held == 1
        assert index.counts == {5: 29, 4: 0, 3: 0, 2: 0, 1: 1, 0: 0}
        score.add_scheme(SCHEME)
        score.set_values(
            round_.id, "flow", [score.NewValue("work", window.unit_id, 95.0) for window in windows.values()]
        )
        sheet_id = score.make_sheet(round_.id, "flow")

    # frozen in the browser, read by the main system with a key
    assert "95" in office.get(f"/score/{sheet_id}").text
    with app.app_context():
        score.freeze(sheet_id)
        assert score.is_intact(sheet_id)
        key = score.make_feed_key("主系统")
        excluded = screen.totals(round_.id)["excluded"]
    assert excluded == 0
    feed = app.test_client().get(f"/feed/v1/sheets/{sheet_id}", headers={"Authorization": f"Bearer {key}"})
    assert feed.status_code == 200
    again = app.test_client().get(
        f"/feed/v1/sheets/{sheet_id}",
        headers={"Authorization": f"Bearer {key}", "If-None-Match": feed.headers["ETag"]},
    )
    assert again.status_code == 304
    assert "省甲局" in json.dumps(feed.json, ensure_ascii=False)


def _rate(citizen: Client, code: str, level: str) -> str:
    """Rate as a phone does; returns the receipt."""
    thanks = citizen.submit(f"/r/{code}", **{"W-E1": level})
    assert thanks.status_code == 200
    assert "Set-Cookie" not in thanks.headers
    found = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}", thanks.text)
    assert found
    return found[0]


def _wave(round_id: int) -> sample.Wave:
    """A drawn and opened wave of a small list."""
    today = clock.today()
    frame = sample.import_frame(
        BytesIO(("编号,城乡\n" + "\n".join(f"R{n},{'城镇' if n % 2 else '农村'}" for n in range(40))).encode()).read(),
        sample.FrameSource("名录", "统计局", today, "编号", ("城乡",)),
    )
    wave = sample.add_wave("民意调查", round_id=round_id, frame_id=frame.id, opens_on=today, closes_on=today)
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
