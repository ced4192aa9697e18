"""Answers of every kind and on every scale, whose means are known, beside values from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from survey.base.settings import Settings
from survey.collect import service as collect
from survey.estimate import service as estimate
from survey.questions import service as questions
from survey.rounds import service as rounds
from tests.score.desk import Desk

DAY = date(2026, 3, 10)
#: forms of an installation's own: their scales
OWN_FORMS = {"F": "four", "T": "three", "X": "ten"}
OWN_FORM = """
code: {code}
version: 1
zh: {{title: 自定问卷 {code}, text: 补充意见}}
en: {{title: Own form {code}, text: Remarks}}
use: counter
scale: {scale}
tags: all
questions:
  - {{code: {code}-1, category: overall, overall: true, zh: 总的来说, en: Overall}}
  - {{code: {code}-2, category: attitude, zh: 服务态度, en: Attitude}}
"""
ENOUGH = 40


def own_forms(settings: Settings) -> Settings:
    """The same settings, with forms on the scales that no shipped form has."""
    folder = settings.instance / "questionnaires"
    folder.mkdir()
    for code, scale in OWN_FORMS.items():
        (folder / f"{code}.yaml").write_text(OWN_FORM.format(code=code, scale=scale), encoding="utf-8")
    return settings


@dataclass
class Voices(Desk):
    """A desk where people are asked too."""

    wanted: Mapping[str, str] = field(default_factory=lambda: {"101": "1", "102": "1"})

    def collection(self, code: str, *, kind: str = "online", form: str = "G", group: str = "") -> int:
        """A collection of this year; its title is its code with a word before it."""
        new = rounds.NewCollection(code, f"征集{code}", kind, form, group=group, closes_on=date(2026, 12, 31))
        return rounds.add_collection(new).id

    def say(
        self,
        unit: str,
        levels: Mapping[int, int],
        *,
        collection: int = 0,
        form: str = "W1",
        question: str = "",
        **more: object,
    ) -> list[str]:
        """Answers about a unit: level -> how many; at counters, if in no other collection."""
        code = question or questions.questionnaire(form).overall.code
        said: Sequence[int] = [level for level, count in levels.items() for _ in range(count)]
        values = {"channel": 3, "unit_id": self.unit_ids[unit], **more}
        number = collection or rounds.standing(form)
        answers = [[collect.NewAnswer(code, level, unit_id=self.unit_ids[unit])] for level in said]
        return collect.add_responses(
            collect.NewResponse(number, DAY, form, answers=one, **values)  # type: ignore[arg-type]  # by name
            for one in answers
        )

    def compute(self, round_id: int = 0) -> int:
        return estimate.compute(round_id or self.year).id


def part_of(parts: Sequence[object], code: str) -> object:
    """A component by its code, on whatever level."""
    every = list(parts)
    for part in every:
        every += part.parts
    return next(part for part in every if part.code == code)
