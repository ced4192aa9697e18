"""An office with sheets of every state, whose numbers are worked out by hand.

unit  work      counter        votes   extras         total
101   95 → 57   100 → 20       80 → 16 +6 (5) −1      97    优
102   80 → 48   80 → 16        80 → 16                80    良; on 3 with held answers 64 → 12.8: 76.8
103   70 → 42   100 of 10      100 → 20               82    for reference
104   60 → 36   3 answers      80 → 16                –     hidden
105   –         80 → 16        80 → 16                –     no value
201   900 of 1000                                     90    优, alone in class 2
301   left out
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import Flask

from survey.rounds import service as rounds
from survey.score import service
from tests import two_people
from tests.score.desk import OFFICE
from tests.score.voices import Voices

SCHEME = """id: county
version: 3
title: {zh: 县直单位考评, en: Appraisal of county bodies}
total: 100
classes:
  - codes: ["1"]
    components:
      - {id: work, title: {zh: 工作, en: Work}, points: 60, source: "external:work", out_of: 100}
      - id: public
        title: {zh: 评议, en: Public}
        points: 40
        assumption: {zh: 各占一半, en: half each}
        parts:
          - {id: visiting, title: {zh: 窗口, en: Counters}, share: 50, source: counter, form: W1}
          - {id: votes, title: {zh: 代表, en: Deputies}, share: 50, source: online, group: deputies}
  - codes: ["2"]
    components:
      - {id: special, title: 专项, share: 100, source: "external:special", out_of: 1000}
bonus:
  - {id: award, title: {zh: 表彰, en: Award}, cap: 5}
deductions:
  - {id: late, title: {zh: 迟到, en: Late}, cap: 3}
grades: [{title: {zh: 优, en: A}, from: 90}, {title: {zh: 良, en: B}, from: 60}, {title: 差, from: 0}]
assumptions: [{zh: 线性折算, en: linear}]
sources: [考评办法]
"""
CLASSES = {"101": "1", "102": "1", "103": "1", "104": "1", "105": "1", "201": "2", "301": "3"}
WORK = {"101": 95.0, "102": 80.0, "103": 70.0, "104": 60.0}
COUNTER = {"101": {5: 40}, "102": {5: 20, 3: 20}, "103": {5: 10}, "104": {5: 3}, "105": {4: 40}}
VOTES = {"101": {4: 40}, "102": {4: 40}, "103": {5: 40}, "104": {4: 40}, "105": {4: 40}}
FROZEN, CORRECTION, DRAFT, ELSEWHERE = 1, 2, 3, 4


@dataclass(frozen=True)
class Office:
    """The application, and the numbers that tests need. Sheets 1 and 2 are frozen, 2 corrects 1; 3 is a draft."""

    app: Flask
    units: dict[str, int]
    year: int
    #: an earlier round, of which sheet 4 is a draft by `hami`
    before: int
    #: what the first two were made from, and what the third was
    run: int
    newest_run: int


def furnish(app: Flask) -> Office:
    """Build the office in an empty database."""
    with app.app_context():
        voices = Voices(CLASSES)
        number = voices.collection("votes", group="deputies")
        for unit, levels in COUNTER.items():
            voices.say(unit, levels)
        for unit, levels in VOTES.items():
            voices.say(unit, levels, collection=number, form="G", group_code="deputies")
        run = voices.compute()
        service.add_scheme(SCHEME, viewer=OFFICE)
        voices.bring("county", {"work": WORK, "special": {"201": 900.0}})
        one = voices.unit_ids["101"]
        given = [("award", 4.0, "全国先进"), ("award", 2.0, "全省先进"), ("late", 1.0, "迟报")]
        extras = [service.NewExtra(code, one, points, reason) for code, points, reason in given]
        service.set_extras(voices.year, "county", extras)
        before = rounds.add_round("2025", "2025 年度", date(2025, 1, 1), date(2025, 12, 31)).id
        two_people.freeze(service.make_sheet(voices.year, "county", viewer=OFFICE), OFFICE)
        order = {"replaces_id": FROZEN, "reason": "工作分录错", "viewer": OFFICE}
        two_people.freeze(service.make_sheet(voices.year, "county", **order), OFFICE)
        two_people.hold(voices.say("102", {1: 10}), "同一分钟内集中提交", OFFICE)
        newest = voices.compute()
        service.make_sheet(voices.year, "county", viewer=OFFICE)
        voices.bring("hami", {"results": {"101": 90.0}, "conduct": {"101": 90.0}}, before)
        service.make_sheet(before, "hami", viewer=OFFICE)
        return Office(app, dict(voices.unit_ids), voices.year, before, run, newest)
