"""The arithmetic of real schemes, from records in to sheet out."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from flask import Flask

from survey.questions.service import Words
from survey.score import service
from tests.score.judging import INDEX_85, INDEX_88, INDEX_95_12, Judging


def line_of(sheet_id: int, code: str) -> service.Line:
    content = service.sheet(sheet_id).content
    return next(line for _, line in content.lines() if line.unit_code == code)


def part_of(line: service.Line, code: str) -> service.Part:
    parts: list[service.Part] = list(line.parts)
    for part in parts:
        parts += part.parts
    return next(part for part in parts if part.code == code)


def values(judging: Judging, code: str, given: dict[str, float]) -> Iterable[service.NewValue]:
    return [service.NewValue(name, judging.unit_ids[code], value) for name, value in given.items()]


def test_anhui_converts_an_index_of_95_12_into_380_48_of_400(app_on_each_database: Flask) -> None:
    with app_on_each_database.app_context():
        judging = Judging([("101", "1"), ("401", "4")])
        for code in ("101", "401"):
            judging.rated(code, INDEX_95_12)
            judging.polled(code, INDEX_95_12)
        judging.compute()
        given = {"core": 290.0, "lawful": 190.0, "conduct": 95.0}
        service.set_values(judging.round.id, "anhui-2012", values(judging, "101", given))
        service.set_values(judging.round.id, "anhui-2012", values(judging, "401", {"economy": 580.0}))
        sheet = service.make_sheet(judging.round.id, "anhui-2012")
        line = line_of(sheet, "101")
        clients = part_of(line, "clients")
        assert clients.value == pytest.approx(95.12, abs=1e-6)
        assert clients.points == pytest.approx(380.48, abs=1e-6)
        assert line.total == 955.48
        assert line_of(sheet, "401").total == 960.48
        assert part_of(line, "visiting").self_selected
        assert not part_of(line, "fixed").self_selected
        # independent components: 200² of each error's square
        errors = [part_of(line, code).standard_error or 0.0 for code in ("fixed", "visiting")]
        assert line.standard_error == pytest.approx(2 * (errors[0] ** 2 + errors[1] ** 2) ** 0.5, abs=1e-4)
        assert line.low is not None
        assert line.low < line.total < (line.high or 0)


def test_taizhou_adds_public_17_84_to_work_76(app_on_each_database: Flask) -> None:
    with app_on_each_database.app_context():
        judging = Judging()
        judging.led("101", [90, 91, 92, 93, 94])
        judging.polled("101", INDEX_88)
        judging.compute()
        service.set_values(judging.round.id, "taizhou-2013", values(judging, "101", {"work": 95.0}))
        line = line_of(service.make_sheet(judging.round.id, "taizhou-2013"), "101")
        public = part_of(line, "public")
        assert public.value == pytest.approx(89.2, abs=1e-6)
        assert public.points == pytest.approx(17.84, abs=1e-6)
        assert part_of(line, "work").points == 76.0
        assert line.total == 93.84
        assert line.rank == 1


def test_bailian_gives_86_good_and_caps_what_inspection_takes(app: Flask) -> None:
    with app.app_context():
        judging = Judging()
        judging.polled("101", INDEX_85)
        judging.compute()
        unit = judging.unit_ids["101"]
        service.set_values(judging.round.id, "bailian", values(judging, "101", {"indicators": 72.0}))
        taken = [service.NewExtra("inspection", unit, 2.0, reason) for reason in ("迟到", "脱岗")]
        service.set_extras(judging.round.id, "bailian", taken)
        line = line_of(service.make_sheet(judging.round.id, "bailian"), "101")
        assert part_of(line, "public").points == pytest.approx(17.0)
        assert (line.deduction, line.extras[0].stated) == (3.0, 4.0)
        assert line.extras[0].reasons == ("迟到", "脱岗")
        assert line.total == 86.0
        assert line.grade == Words("良", "Good")


GRADES = """
id: steps
version: 1
title: 等次线
total: 100
classes:
  - codes: ["*"]
    components:
      - {id: only, title: 考核, share: 100, source: "external:only", out_of: 100}
grades:
  - {title: 优, from: 85}
  - {title: 良, from: 75, below: 85}
  - {title: 中, from: 60, below: 75}
  - {title: 差, from: 0, below: 60}
"""


def test_totals_land_where_the_half_open_grades_say(app: Flask) -> None:
    totals = {"a": 84.99, "b": 85.0, "c": 75.0, "d": 74.99, "e": 60.0, "f": 59.99, "g": 84.995, "h": 0.0}
    with app.app_context():
        judging = Judging([(code, "1") for code in totals])
        judging.rated("a", {5: 6})
        judging.compute()
        service.add_scheme(GRADES)
        new = [service.NewValue("only", judging.unit_ids[code], value) for code, value in totals.items()]
        service.set_values(judging.round.id, "steps", new)
        sheet = service.make_sheet(judging.round.id, "steps")
        found = {code: str(line_of(sheet, code).grade) for code in totals}
        assert found == {"a": "良", "b": "优", "c": "良", "d": "中", "e": "中", "f": "差", "g": "优", "h": "差"}


def test_equal_totals_share_the_place(app: Flask) -> None:
    with app.app_context():
        judging = Judging([(code, "1") for code in "abcd"])
        judging.rated("a", {5: 6})
        judging.compute()
        totals = {"a": 90.0, "b": 95.0, "c": 90.0, "d": 80.0}
        new = [
            service.NewValue(name, judging.unit_ids[code], value)
            for code, value in totals.items()
            for name in ("results", "conduct")
        ]
        service.set_values(judging.round.id, "hami", new)
        sheet = service.make_sheet(judging.round.id, "hami")
        assert {code: line_of(sheet, code).rank for code in "abcd"} == {"a": 2, "b": 1, "c": 2, "d": 4}
        assert line_of(sheet, "b").standing == "first"
        assert line_of(sheet, "d").standing == "last"
        assert (line_of(sheet, "a").rank_low, line_of(sheet, "a").rank_high) == (2, 3)
