"""Simulated counter ratings of the real bodies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from survey.collect import service as collect
from survey.examples import simulation as made_up
from survey.questions import service as questions
from survey.rounds import service as rounds
from survey.units import service as units

#: the first bodies' last counter opens the long form
LONG_FORMS = 6
REMARKS = {
    5: ("一次就办好了，谢谢。", "讲得很清楚。", "窗口人员很耐心。"),
    4: ("总体不错。", "等的时间不长。"),
    3: ("还可以，就是人有点多。", "指示牌可以再清楚一些。"),
    2: ("等了一个多小时。", "材料没有一次说清，跑了两趟。", "预约了还要重新排队。"),
    1: ("窗口中午没人，白跑一趟。", "几个部门互相推。", "态度很不耐烦。"),
}


@dataclass(frozen=True)
class Bodies:
    """The real units, in the order of the simulated qualities."""

    units: tuple[units.Unit, ...]
    quality: made_up.SimulatedBodies


def counters(unit: units.Unit) -> list[units.NewWindow]:
    """Three counters for a body."""
    long_form = int(unit.code) % 100 <= LONG_FORMS
    return [
        units.NewWindow(
            unit.code,
            f"{unit.code}-{place}",
            name,
            "W13" if long_form and place == len(made_up.COUNTERS) else "W1",
        )
        for place, name in enumerate(made_up.COUNTERS, 1)
    ]


def _grid(bodies: Bodies, windows: Sequence[units.Window]) -> list[list[units.Window]]:
    """Counters by body, in the order of their codes."""
    by_unit: dict[int, list[units.Window]] = {}
    for window in sorted(windows, key=lambda window: window.code):
        by_unit.setdefault(window.unit_id, []).append(window)
    return [by_unit[unit.id] for unit in bodies.units]


def caseload_cells(
    bodies: Bodies, windows: Sequence[units.Window], cases: made_up.Integers, months: Sequence[date]
) -> Iterator[tuple[int, date, int]]:
    """(counter, month, cases) as `units.set_caseload` takes them."""
    for u, row in enumerate(_grid(bodies, windows)):
        for c, window in enumerate(row):
            for m, month in enumerate(months):
                yield window.id, month, int(cases[u, c, m])


def ratings(
    bodies: Bodies, windows: Sequence[units.Window], cases: made_up.Integers, months: Sequence[date]
) -> Iterator[collect.NewResponse]:
    """Every simulated rating at a counter."""
    standing = {form: rounds.standing(form) for form in sorted({window.questionnaire for window in windows})}
    number, latent = made_up.ratings(cases), made_up.counter_latent(bodies.quality, cases)
    chance = made_up.generator("levels")
    for u, row in enumerate(_grid(bodies, windows)):
        for c, window in enumerate(row):
            codes = [question.code for question in questions.questionnaire(window.questionnaire).questions]
            for m, month in enumerate(months):
                felt = np.repeat(latent[u, c, m], number[u, c, m])
                overall = made_up.levels(felt, "counter", chance)
                days = chance.integers(0, 28, len(overall))
                for level, day in zip(overall.tolist(), days.tolist(), strict=True):
                    yield _rating(window, codes, level, month + timedelta(days=day), standing, chance)


def _rating(
    window: units.Window,
    codes: Sequence[str],
    level: int,
    day: date,
    standing: Mapping[str, int],
    chance: np.random.Generator,
) -> collect.NewResponse:
    draw = chance.random(3)
    return collect.NewResponse(
        collection_id=standing[window.questionnaire],
        day=day,
        questionnaire=window.questionnaire,
        channel=questions.QR,
        answers=[collect.NewAnswer(code, level=_near(level, chance)) for code in codes[:-1]]
        + [collect.NewAnswer(codes[-1], level=level)],
        window_id=window.id,
        unit_id=window.unit_id,
        tags=_tags(level, chance) if draw[0] < (0.6 if level in {1, 2} else 0.15) else (),
        texts={"text": str(chance.choice(REMARKS[level]))} if level and draw[1] < 0.05 else {},
    )


def _near(level: int, chance: np.random.Generator) -> int:
    """The level of a part of the visit: mostly that of the whole."""
    return int(np.clip(level + chance.choice((-1, 0, 0, 0, 1)), 1, 5)) if level else 0


def _tags(level: int, chance: np.random.Generator) -> tuple[str, ...]:
    """One or two reasons that fit the level."""
    good = [tag.code for tag in questions.all_tags().values() if tag.good]
    bad = [tag.code for tag in questions.all_tags().values() if not tag.good and not tag.confidential]
    fitting = good if level >= 4 else bad
    return tuple(chance.choice(fitting, size=int(chance.integers(1, 3)), replace=False).tolist())
