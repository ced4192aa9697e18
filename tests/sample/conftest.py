"""A list, a round and a wave to work with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import count

import pytest
from flask import Flask

from survey import create_app
from survey.base.settings import Settings
from survey.base.store.database import commit
from survey.rounds import service as rounds
from survey.sample import service
from survey.sample.rules import RESPONDED
from tests.client import Client
from tests.databases import Databases

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


#: strata of `frame_csv()`: cases on the list, cases that CHOICE draws, reserve cases
STRATA = {
    "乡村 / 代表": (22, 5, 2),
    "乡村 / 企业": (22, 5, 2),
    "乡村 / 居民": (36, 6, 2),
    "城镇 / 代表": (46, 7, 2),
    "城镇 / 企业": (47, 7, 2),
    "城镇 / 居民": (67, 10, 3),
}


@dataclass(frozen=True)
class Standing:
    """An application that is only looked at, with a wave in each state."""

    app: Flask
    #: draft, locked, drawn, open (each outcome once in 城镇 / 居民, complete twice), closed, panel
    waves: dict[str, service.Wave]


@pytest.fixture(scope="session")
def still(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application with an empty database, for what speaks but stores nothing."""
    yield from _application(databases, tmp_path_factory)


@pytest.fixture(scope="session")
def standing(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    """Waves to look at; whoever changes one makes a wave of their own by `make_wave`."""
    for app in _application(databases, tmp_path_factory):
        with app.app_context():
            waves = _waves_in_each_state()
        yield Standing(app, waves)


def _application(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    instance = tmp_path_factory.mktemp("instance")
    address = databases.sqlite(instance / "survey.db")
    app = create_app(Settings(instance, address, secret_key="a key for tests", public_url="http://pj.example.cn"))
    app.test_client_class = Client
    yield app
    app.extensions["engine"].dispose()


def record(wave_id: int, letters: dict[str, str]) -> None:
    """Outcomes by case key: those who answered as the room that stores answers notes them, the others from a table."""
    service.record_answered(wave_id, {key: letter for key, letter in letters.items() if letter in RESPONDED})
    commit()
    lines = "".join(f"{key},{letter}\n" for key, letter in letters.items())
    service.import_dispositions(wave_id, f"key,disposition\n{lines}".encode())


def _waves_in_each_state() -> dict[str, service.Wave]:
    make = _maker()
    found = {state: make(state) for state in ("draft", "drawn", "open", "closed")}
    found["locked"] = make("draft")
    service.lock_design(found["locked"].id, CHOICE)
    found["panel"] = make("drawn", kind="panel", questionnaire="L", group="deputies")
    keys = [line.case_key for line in service.cases(found["open"].id, stratum="城镇 / 居民")[0]]
    letters = ("I", "I", "P", "R", "NC", "O", "NE")
    record(found["open"].id, dict(zip(keys, letters, strict=False)))
    return {name: service.wave(wave.id) for name, wave in found.items()}


@pytest.fixture
def make_wave() -> MakeWave:
    """Makes a wave in the state asked for; needs an application context."""
    return _maker()


def _maker() -> MakeWave:
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
