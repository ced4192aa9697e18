"""Answers of every kind and on every scale, whose means are known, beside values from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from survey.collect import service as collect
from survey.estimate import service as estimate
from survey.questions import service as questions
from survey.rounds import service as rounds
from tests.score.desk import Desk

DAY = date(2026, 3, 10)
ENOUGH = 40


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

    def say_all(
        self, unit: str, levels: Mapping[int, int], codes: Sequence[str], *, collection: int = 0, form: str = "W1"
    ) -> None:
        """Answers of people who each give one level to all of these questions."""
        about = self.unit_ids[unit]
        collect.add_responses(
            collect.NewResponse(
                collection or rounds.standing(form),
                DAY,
                form,
                answers=[collect.NewAnswer(code, level, unit_id=about) for code in codes],
                channel=3,
                unit_id=about,
            )
            for level, count in levels.items()
            for _ in range(count)
        )

    def compute(self, round_id: int = 0) -> int:
        return estimate.compute(round_id or self.year).id


def part_of(parts: Sequence[object], code: str) -> object:
    """A component by its code, on whatever level."""
    every = list(parts)
    for part in every:
        every += part.parts
    return next(part for part in every if part.code == code)
