"""Reasons that may be ticked at every level, good ones and bad ones alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from survey.questions.words import Words

FILE = Path(__file__).parent.with_name("questionnaires") / "tags.yaml"


@dataclass(frozen=True)
class Tag:
    """A reason that may be ticked at every level."""

    code: str
    words: Words
    #: praise rather than complaint
    good: bool
    #: points to interference with the rating itself
    integrity: bool = False
    #: goes to discipline inspection, never to the counter or its unit
    confidential: bool = False

    def text(self, language: str) -> str:
        return self.words.said(language)

    @property
    def is_sealed(self) -> bool:
        """The rated unit must not read a rating with this reason."""
        return self.confidential or self.integrity


@cache
def all_tags() -> dict[str, Tag]:
    """Every reason by its code."""
    data = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    tags = [
        Tag(
            one["code"],
            Words(one["zh"], one["en"]),
            kind == "good",
            one.get("integrity", False),
            one.get("confidential", False),
        )
        for kind in ("good", "bad")
        for one in data[kind]
    ]
    return {tag.code: tag for tag in tags}


def tags_offered(offered: str | Sequence[str]) -> tuple[Tag, ...]:
    """The reasons that a form offers: "all", or those named."""
    known = all_tags()
    return tuple(known.values()) if offered == "all" else tuple(known[code] for code in dict.fromkeys(offered))
