"""A round to measure: 113 units, three counters each, a year of caseload and as many answers as asked for.

Answers are written row by row into the tables, as the store writes them, but many at once: filling is not what is
measured. Everything else goes through the doors of the rooms.
"""

from __future__ import annotations

import secrets
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import insert

if not __package__:
    # run as a file, this folder stands first on the path, and its weighting.py would hide the package
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from survey.base.store.database import writing
from survey.collect.models import AnswerRow, ResponseRow, TallyMarkRow
from survey.questions import service as questions
from survey.rounds import service as rounds
from survey.sample import service as sample
from survey.units import service as units

SEED = 20260331
UNITS, WINDOWS_EACH, MONTHS, DAYS = 113, 3, 12, 360
CHUNK = 50_000
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
AREAS = ("城区", "郊区", "农村")
SHARES = (0.01, 0.02, 0.04, 0.18, 0.40, 0.35)
RESPONSE = (
    *("key", "collection_id", "window_id", "unit_id", "group_code", "stratum", "calibration", "channel"),
    *("questionnaire", "version", "day", "selection_factor", "receipt_hash", "withdrawn_code", "low"),
)
ANSWER = ("response_key", "unit_id", "question", "level", "score")


@dataclass(frozen=True)
class Filled:
    """What was stored."""

    round_id: int
    counters: int
    wave: int | None


def fill(answers: int, form: str = "W1", *, polled: bool = True) -> Filled:
    """Store a round: four of five answers at counters by one form, the rest in a poll about three units a person."""
    round_id, rng, windows = _places(form), np.random.default_rng(SEED), units.windows()
    number = rounds.standing(form)
    people = answers // 15 if polled else 0
    _write(_ratings(answers - 3 * people, number, form, windows, rng))
    wave = _wave(people) if people else None
    if wave is not None:
        _write(_interviews(people, sample.wave(wave).collection_id, rng))
    return Filled(round_id, number, wave)


def _places(form: str) -> int:
    units.add_units(
        [units.NewUnit(f"U{i:03}", f"测试单位{i}", f"{i % 4 + 1}", f"第{i % 4 + 1}类") for i in range(UNITS)]
    )
    units.add_windows(
        units.NewWindow(f"U{i:03}", f"U{i:03}-{w}", f"{w + 1}号窗口", form)
        for i in range(UNITS)
        for w in range(WINDOWS_EACH)
    )
    months = [date(2026, month, 1) for month in range(1, MONTHS + 1)]
    units.set_caseload((w.id, month, 400 + 37 * month.month) for w in units.windows() for month in months)
    return rounds.add_round("B", "Bench", FIRST, LAST).id


def _wave(people: int) -> int:
    """A drawn wave; its links stay unused, since the bench measures how answers are read."""
    cases = [sample.Case(f"K{i}", (AREAS[i % 3],)) for i in range(3 * people)]
    frame = sample.add_frame(sample.FrameSource("名单", "统计局", FIRST, "编号", ("区域",)), cases)
    wave = sample.add_wave("调查", frame_id=frame.id, opens_on=FIRST, closes_on=LAST, group="residents")
    sample.lock_design(wave.id, sample.DesignChoice(columns=("区域",), total=people, reserve_share=0))
    sample.draw(wave.id, "bench")
    return wave.id


Row = tuple[tuple[Any, ...], list[tuple[Any, ...]]]


def _ratings(
    n: int, number: int, form: str, windows: Sequence[units.Window], rng: np.random.Generator
) -> Iterator[Row]:
    known = questions.questionnaire(form)
    asked = [question.code for question in known.questions]
    place, day = rng.integers(0, len(windows), n).tolist(), rng.integers(0, DAYS, n).tolist()
    levels = rng.choice(6, (n, len(asked)), p=SHARES)
    bad = np.isin(levels[:, asked.index(known.overall.code)], (1, 2)).tolist()
    for i, given in enumerate(levels.tolist()):
        key, window = secrets.token_urlsafe(16), windows[place[i]]
        about = (key, number, window.id, window.unit_id, "", "", "", 3, form, known.version)
        when = FIRST + timedelta(days=day[i])
        said = [(key, window.unit_id, q, level, None) for q, level in zip(asked, given, strict=True)]
        yield (*about, when, 1.0, secrets.token_hex(32), False, bad[i]), said


def _interviews(people: int, number: int, rng: np.random.Generator) -> Iterator[Row]:
    known = questions.questionnaire("G")
    levels = rng.choice(6, (people, 3), p=SHARES).tolist()
    for i, given in enumerate(levels):
        key = secrets.token_urlsafe(16)
        about = (rng.choice(UNITS, 3, replace=False) + 1).tolist()
        said = [(key, unit, known.overall.code, level, None) for unit, level in zip(about, given, strict=True)]
        row = (key, number, None, None, "residents", AREAS[i % 3], "", 6, "G", known.version, date(2026, 12, 1))
        yield (*row, 1.0, secrets.token_hex(32), False, False), said


def _write(found: Iterator[Row]) -> None:
    """Insert in the order in which the tables lie, and say that the days are to be counted."""
    while chunk := sorted(islice(found, CHUNK)):
        with writing() as work:
            rows = [dict(zip(RESPONSE, row, strict=True)) for row, _said in chunk]
            work.execute(insert(ResponseRow.__table__), rows)
            said = [dict(zip(ANSWER, answer, strict=True)) for _row, each in chunk for answer in each]
            work.execute(insert(AnswerRow.__table__), said)
            marks = {(row["day"], row["collection_id"]) for row in rows}
            work.execute(insert(TallyMarkRow), [{"day": day, "collection_id": n} for day, n in sorted(marks)])
