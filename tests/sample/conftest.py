"""A list, a round and a wave to work with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import count

import pytest

from survey.rounds import service as rounds
from survey.sample import service

SOURCE = service.FrameSource(
    name="服务对象名单",
    supplied_by="市政务服务局",
    supplied_on=date(2026, 2, 20),
    key_column="编号",
    columns=("区域", "群体"),
    note="2025 年办件人员, 去重",
    contacts={"name": "姓名", "phone": "电话", "address": "地址"},
)
CHOICE = service.DesignChoice(("区域", "群体"), "proportional", total=40, minimum=5, reserve_share=0.25)
SEED = "2026-03-05 01 07 12 19 23 33"

MakeWave = Callable[..., service.Wave]


def frame_csv(cases: int = 240) -> str:
    """A list with six strata; its people are invented."""
    lines = ["编号,区域,群体,姓名,电话,地址"]
    for i in range(cases):
        area, group = ("城镇", "乡村")[i % 3 == 0], ("居民", "企业", "代表")[i % 7 % 3]
        lines.append(f"c{i:04d},{area},{group},张{i},1380000{i:04d},长江路{i}号")
    return "\n".join(lines) + "\n"


@pytest.fixture
def make_wave() -> MakeWave:
    """Makes a wave in the state asked for; needs an application context."""
    numbers = count(1)

    def make(state: str = "open", *, kind: str = "poll", data: str = "", **values: object) -> service.Wave:
        number = next(numbers)
        if not rounds.rounds():
            rounds.add_round("2026", "2026 年度", date(2026, 1, 1), date(2026, 12, 31))
        source = replace(SOURCE, name=f"{SOURCE.name} {number}")
        frame = service.import_frame((data or frame_csv()).encode(), source)
        wave = service.add_wave(
            f"第 {number} 波",
            frame_id=frame.id,
            opens_on=date(2026, 3, 1),
            closes_on=date(2026, 3, 31),
            kind=kind,
            **values,  # type: ignore[arg-type]  # a test's own wishes
        )
        if state != "draft":
            choice = CHOICE if kind == "poll" else service.DesignChoice(method="census", reserve_share=0)
            service.lock_design(wave.id, choice)
            service.draw(wave.id, SEED)
        if state in ("open", "closed"):
            service.open_wave(wave.id)
        if state == "closed":
            service.close_wave(wave.id)
        return service.wave(wave.id)

    return make
