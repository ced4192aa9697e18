"""What a citizen said, as plain values, before it is stored."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class FilledForm:
    """What a citizen said, as plain values."""

    #: (body, question) -> level; body 0 = the body of the whole form
    levels: Mapping[tuple[int, str], int] = field(default_factory=dict)
    #: (body, question) -> score
    scores: Mapping[tuple[int, str], float] = field(default_factory=dict)
    choices: Mapping[str, str] = field(default_factory=dict)
    background: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    text: str = ""
    #: the bodies the person dealt with
    contacted: tuple[int, ...] = ()

    def canonical(self) -> str:
        """The same text for the same content, whatever the order in which it was filled in."""
        return json.dumps(
            {
                "levels": sorted([unit, question, level] for (unit, question), level in self.levels.items()),
                "scores": sorted([unit, question, score] for (unit, question), score in self.scores.items()),
                "choices": dict(self.choices),
                "background": dict(self.background),
                "tags": sorted(self.tags),
                "text": self.text,
                "contacted": sorted(self.contacted),
            },
            ensure_ascii=False,
            sort_keys=True,
        )
