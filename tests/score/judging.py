"""Rounds with answers whose indices are known, made through the doors of the rooms before this one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from survey.collect import service as collect
from survey.estimate import service as estimate
from survey.rounds import service as rounds
from survey.sample import service as sample
from survey.units import service as units

DAY = date(2026, 3, 10)
#: level -> answers; on 100/80/60/30/0 the mean is 95.12, 88 and 85
INDEX_95_12 = {5: 189, 4: 61}
INDEX_88 = {5: 100, 4: 150}
INDEX_85 = {5: 50, 4: 150}


@dataclass
class Judging:
    """A round with a counter for each unit, one poll and one panel of leaders."""

    #: (code, class code) of each unit
    wanted: Sequence[tuple[str, str]] = (("101", "1"),)
    unit_ids: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        new = [units.NewUnit(code, f"单位{code}", kind, f"第{kind}类") for code, kind in self.wanted]
        self.unit_ids = units.add_units(new)
        counters = [units.NewWindow(code, f"{code}-1", "综合窗口") for code, _ in self.wanted]
        self.window_ids = units.add_windows(counters)
        self.round = rounds.add_round("2026", "2026 年度", date(2026, 1, 1), date(2026, 12, 31))
        units.set_caseload((window, DAY, 5000) for window in self.window_ids.values())
        self.poll = self._wave("民意调查", "poll", "G")
        self.leaders = self._wave("领导评价", "panel", "L")

    def _wave(self, name: str, kind: str, questionnaire: str) -> int:
        source = sample.FrameSource(f"{name}名单", "市统计局", DAY, "编号", ())
        frame = sample.add_frame(source, [sample.Case(f"{name}{i}", ()) for i in range(400)])
        wave = sample.add_wave(
            name,
            frame_id=frame.id,
            opens_on=date(2026, 3, 1),
            closes_on=date(2026, 3, 31),
            kind=kind,
            questionnaire=questionnaire,
        )
        poll = sample.DesignChoice(total=300, reserve_share=0)
        sample.lock_design(wave.id, poll if kind == "poll" else sample.DesignChoice(method="census", reserve_share=0))
        sample.draw(wave.id, "一二三四五六七八")
        return sample.open_wave(wave.id).id

    def rated(self, code: str, levels: dict[int, int]) -> list[str]:
        """Counter ratings."""
        return self._store("counter", "W1", _each("W-E1", levels), code, window_id=self.window_ids[f"{code}-1"])

    def polled(self, code: str, levels: dict[int, int]) -> list[str]:
        """Answers of the sample."""
        return self._store("poll", "G", _each("G-1", levels), code, wave_id=self.poll, stratum=self._stratum)

    def led(self, code: str, scores: Sequence[float]) -> list[str]:
        """Scores of the leaders."""
        answers = [collect.NewAnswer("L-1", score=score) for score in scores]
        return self._store("panel", "L", answers, code, wave_id=self.leaders)

    @property
    def _stratum(self) -> str:
        return sample.wave_design(self.poll).strata[0]

    def _store(
        self,
        source: str,
        form: str,
        answers: Iterable[collect.NewAnswer],
        code: str,
        *,
        wave_id: int | None = None,
        window_id: int | None = None,
        stratum: str = "",
    ) -> list[str]:
        return collect.add_responses(
            collect.NewResponse(
                collection_id=self._collection(source, form, wave_id),
                day=DAY,
                questionnaire=form,
                channel=3,
                answers=[collect.NewAnswer(one.question, one.level, one.score, self.unit_ids[code])],
                window_id=window_id,
                unit_id=self.unit_ids[code],
                stratum=stratum,
            )
            for one in answers
        )

    def _collection(self, source: str, form: str, wave_id: int | None) -> int:
        return rounds.standing(form) if wave_id is None else sample.wave(wave_id).collection_id

    def compute(self) -> int:
        return estimate.compute(self.round.id).id


def _each(question: str, levels: dict[int, int]) -> list[collect.NewAnswer]:
    return [collect.NewAnswer(question, level=level) for level, count in levels.items() for _ in range(count)]
