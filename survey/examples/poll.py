"""A simulated poll of a drawn sample and a simulated leaders' panel, through the same doors as real ones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from survey.collect import service as collect
from survey.examples import simulation as made_up
from survey.examples.answers import Bodies
from survey.questions import service as questions
from survey.sample import service as sample

#: the sixteen cities of the province, with residents on the simulated list in thousands
CITIES = {
    "合肥市": 46, "芜湖市": 18, "蚌埠市": 16, "淮南市": 15, "马鞍山市": 11, "淮北市": 10, "铜陵市": 7, "安庆市": 20,
    "黄山市": 7, "滁州市": 20, "阜阳市": 41, "宿州市": 27, "六安市": 22, "亳州市": 25, "池州市": 7, "宣城市": 12,
}  # fmt: skip
RESIDENTS = 30_000
DRAWN = 6_000
LEADERS = 15
COLUMNS = ("市", "城乡")
TOWN, COUNTRY = "城镇", "农村"
PHONE, MOBILE = 11, 2
#: days after the round's first one on which interviews were made
FIELDWORK = (240, 320)


def load(bodies: Bodies, opens_on: date, closes_on: date) -> None:
    """Frame, draw and answers of the poll; frame and scores of the panel."""
    wave = _drawn_wave(opens_on, closes_on)
    links = sample.links(wave.id)
    urban = np.array([link.stratum.endswith(TOWN) for link in links])
    answered = made_up.answers_poll(urban)
    collect.add_responses(
        _interviews(bodies, wave, [link for link, there in zip(links, answered, strict=True) if there])
    )
    _record_outcomes(wave.id, [link.case_key for link in links], answered)
    panel = _panel_wave(opens_on, closes_on)
    scores = made_up.panel_scores(bodies.quality, LEADERS)
    members = sample.links(panel.id)
    collect.add_responses(_sheets(bodies, panel, members, scores))
    _record_outcomes(panel.id, [link.case_key for link in members], np.ones(LEADERS, dtype=bool))


def _drawn_wave(opens_on: date, closes_on: date) -> sample.Wave:
    chance = made_up.generator("frame")
    shares = np.array(list(CITIES.values())) / sum(CITIES.values())
    city = chance.choice(list(CITIES), size=RESIDENTS, p=shares)
    area = np.where(chance.random(RESIDENTS) < 0.55, TOWN, COUNTRY)
    cases = [
        sample.Case(f"R{number:05d}", (str(one), str(other)))
        for number, (one, other) in enumerate(zip(city, area, strict=True), 1)
    ]
    source = sample.FrameSource(
        "居民名录（演示）", "演示程序按固定种子生成", opens_on, "编号", COLUMNS, note="不含任何真实个人信息。"
    )
    frame = sample.add_frame(source, cases)
    wave = sample.add_wave(
        "公众评议民意调查（演示）",
        frame_id=frame.id,
        opens_on=opens_on,
        closes_on=closes_on,
        group="居民",
    )
    sample.lock_design(wave.id, sample.DesignChoice(columns=COLUMNS, total=DRAWN, minimum=60, reserve_share=0.1))
    sample.draw(wave.id, f"演示种子 {made_up.SEED}")
    return sample.open_wave(wave.id)


def _panel_wave(opens_on: date, closes_on: date) -> sample.Wave:
    source = sample.FrameSource("领导名单（演示）", "演示程序按固定种子生成", opens_on, "编号", ("职务",))
    frame = sample.add_frame(source, [sample.Case(f"L{number:02d}", ("省领导",)) for number in range(1, LEADERS + 1)])
    wave = sample.add_wave(
        "领导评价（演示）",
        frame_id=frame.id,
        opens_on=opens_on,
        closes_on=closes_on,
        kind="panel",
        questionnaire="L",
        group="领导",
    )
    sample.lock_design(wave.id, sample.DesignChoice(method="census", minimum=1, reserve_share=0.0))
    sample.draw(wave.id, f"演示种子 {made_up.SEED}")
    return sample.open_wave(wave.id)


def _interviews(bodies: Bodies, wave: sample.Wave, links: list[sample.Link]) -> Iterator[collect.NewResponse]:
    """One filled-in form for each person who answers: at most three bodies, chosen at random among those met."""
    chance = made_up.generator("interviews")
    codes = [question.code for question in questions.questionnaire("G").questions]
    most = questions.questionnaire("G").most_units
    for link, met in zip(links, made_up.contacts(len(links), len(bodies.units)), strict=True):
        asked = chance.choice(met, size=min(len(met), most), replace=False)
        mild = chance.normal(0, 0.4)
        latent = np.repeat(bodies.quality.quality[asked] + mild, len(codes))
        levels = made_up.levels(latent, "poll", chance).reshape(len(asked), len(codes))
        yield collect.NewResponse(
            collection_id=wave.collection_id,
            day=wave.opens_on + timedelta(days=int(chance.integers(*FIELDWORK))),
            questionnaire="G",
            channel=PHONE if chance.random() < 0.6 else MOBILE,
            answers=[
                collect.NewAnswer(code, level=int(levels[place, q]), unit_id=bodies.units[unit].id)
                for place, unit in enumerate(asked.tolist())
                for q, code in enumerate(codes)
            ],
            group_code=wave.group,
            stratum=link.stratum,
            selection_factor=len(met) / len(asked),
        )


def _sheets(
    bodies: Bodies, wave: sample.Wave, members: list[sample.Link], scores: made_up.Integers
) -> Iterator[collect.NewResponse]:
    """One sheet of scores for each leader."""
    [question] = [question.code for question in questions.questionnaire("L").questions]
    for member, row in zip(members, scores.tolist(), strict=True):
        yield collect.NewResponse(
            collection_id=wave.collection_id,
            day=wave.opens_on,
            questionnaire="L",
            channel=MOBILE,
            answers=[
                collect.NewAnswer(question, score=float(value), unit_id=unit.id)
                for unit, value in zip(bodies.units, row, strict=True)
            ],
            group_code=wave.group,
            stratum=member.stratum,
        )


def _record_outcomes(wave_id: int, keys: list[str], answered: np.ndarray) -> None:
    """How each case ended: answered, or one of the other outcomes in the usual proportions."""
    chance = made_up.generator(f"outcomes {len(keys)}")
    others = chance.choice(("NC", "R", "O", "UO", "NE"), size=len(keys), p=(0.5, 0.2, 0.05, 0.22, 0.03))
    ended = list(zip(keys, answered.tolist(), others.tolist(), strict=True))
    sample.record_answered(wave_id, {key: "I" for key, there, _other in ended if there})
    lines = [f"{key},{other}" for key, there, other in ended if not there]
    sample.import_dispositions(wave_id, ("key,disposition\n" + "\n".join(lines)).encode())
