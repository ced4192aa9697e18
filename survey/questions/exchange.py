"""Which words and numbers of other systems mean which level: named, never guessed (DOMAIN §3)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from flask_babel import gettext, lazy_gettext

from survey.base.errors import Refused
from survey.questions.scale import CANNOT_SAY, Scale

#: name -> what a file writes -> level of the five-level scale
MAPPINGS: Mapping[str, Mapping[str, int]] = {
    "words": {
        "非常满意": 5, "很满意": 5, "满意": 4, "比较满意": 4, "基本满意": 3, "一般": 3,
        "不满意": 2, "不太满意": 2, "非常不满意": 1, "很不满意": 1,
        "没遇到或说不清": 0, "说不清": 0, "不了解": 0, "没接触": 0,
    },
    "five": {"5": 5, "4": 4, "3": 3, "2": 2, "1": 1, "0": 0},
    "reversed": {"0": 5, "1": 4, "2": 3, "3": 2, "4": 1},
    "ballot": {"满意": 5, "基本满意": 3, "不满意": 1, "不了解": 0},
    "three": {"High": 5, "Medium": 3, "Low": 1, "高": 5, "中": 3, "低": 1},
}  # fmt: skip
MAPPING_NAMES = {
    "words": lazy_gettext("Words: 非常满意 … 非常不满意"),
    "five": lazy_gettext("Numbers 1–5, 5 is best, 0 is cannot say"),
    "reversed": lazy_gettext("Numbers 0–4, 0 is best"),
    "ballot": lazy_gettext("Ballot: 满意 5, 基本满意 3, 不满意 1, 不了解 0"),
    "three": lazy_gettext("Three words: High 5, Medium 3, Low 1"),
    "scale": lazy_gettext("The words and numbers of the form's own scale"),
}


def levels_of(mapping: str, scale: Scale) -> dict[str, int]:
    """The levels that a mapping's words mean.

    Args:
        mapping: a name of `MAPPING_NAMES`, or pairs such as ``Low=1, High=5``.
        scale: of the form that the answers belong to.

    Raises:
        Refused: neither a known name nor pairs of a word and a level of the scale; a name made for another scale.

    >>> from survey.questions.scale import FIVE
    >>> levels_of("Low=1, High=5", FIVE)
    {'Low': 1, 'High': 5}
    """
    if mapping == "scale":
        return own_words(scale)
    if mapping in MAPPINGS:
        known = dict(MAPPINGS[mapping])
        if set(known.values()) <= set(scale.answers) and len(scale.levels) == max(known.values()):
            return known
        raise Refused(
            gettext("The mapping %(mapping)s is made for another scale.", mapping=mapping),
            remedy=gettext("Choose “the form's own scale”, or give pairs such as %(pairs)s.", pairs=_example(scale)),
        )
    pairs = [pair.rpartition("=") for pair in re.split(r"[,\uff0c]", mapping) if pair.strip()]
    known_levels = {str(level) for level in scale.answers}
    if not pairs or not all(word.strip() and level.strip() in known_levels for word, _sign, level in pairs):
        names = ", ".join(MAPPING_NAMES)
        raise Refused(
            gettext("%(mapping)s is not a mapping of levels.", mapping=mapping or "–"),
            remedy=gettext("Name one of %(names)s, or give pairs such as Low=1, High=5.", names=names),
        )
    return {word.strip(): int(level) for word, _sign, level in pairs}


def own_words(scale: Scale) -> dict[str, int]:
    """A scale's words in both languages, and its numbers.

    >>> from survey.questions.scale import THREE
    >>> own_words(THREE)["基本满意"], own_words(THREE)["2"], own_words(THREE)["0"]
    (2, 2, 0)
    """
    words = {word: level for level, each in scale.words.items() for word in (each.zh, each.en) if word}
    numbers = {str(level): level for level in scale.answers}
    cannot = dict.fromkeys((scale.cannot_say.zh, scale.cannot_say.en, "说不清", "不了解", "没接触"), CANNOT_SAY)
    return {**cannot, **numbers, **words}


def _example(scale: Scale) -> str:
    return ", ".join(f"{words.zh}={level}" for level, words in list(scale.words.items())[:2])
