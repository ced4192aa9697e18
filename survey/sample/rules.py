"""What is decided about samples: plain functions of plain values."""

from __future__ import annotations

import hashlib
import math
import secrets
from collections.abc import Iterable, Mapping, Sequence

from survey.base.canonical import canonical, sha256
from survey.sample.values import Drawn

#: the method a draw record names; it changes when the rule changes
DRAW_METHOD = "stratified simple random sampling, smallest permanent random numbers first (prn-sha256-v1)"
RECORD_KIND = "survey-draw-v1"
STRATUM_JOINT = " / "
#: characters of a seed at most
LONGEST_SEED = 200
#: dispositions that are a response
RESPONDED = ("I", "P")
#: no final outcome yet
UNKNOWN = "UO"
DISPOSITIONS = ("I", "P", "R", "NC", "O", "UO", "NE")
#: what a disposition means to the nonresponse adjustment
STATUS_OF = {
    "I": "respondent",
    "P": "respondent",
    "R": "nonrespondent",
    "NC": "nonrespondent",
    "O": "nonrespondent",
    "UO": "unknown",
    "NE": "ineligible",
}


def stratum_label(values: Sequence[str]) -> str:
    """
    >>> stratum_label(["城镇", "企业"]), stratum_label([])
    ('城镇 / 企业', '*')
    """
    return STRATUM_JOINT.join(values) or "*"


def frame_hash(columns: Sequence[str], cases: Iterable[tuple[str, Sequence[str]]]) -> str:
    """SHA-256 of a frame that neither the order of rows nor of columns changes; contact details are not in it.

    The text that is hashed: one line with the JSON list of the column headings in alphabetical order, then
    for each case, in the order of the keys by code point, the JSON list of its key and its values; each line ends
    with a newline.

    Args:
        columns: headings of the stratum columns.
        cases: key and values, the values in the order of `columns`.

    >>> one = frame_hash(["b", "a"], [("1", ["x", "y"]), ("2", ["x", "z"])])
    >>> one == frame_hash(["a", "b"], [("2", ["z", "x"]), ("1", ["y", "x"])])
    True
    """
    order = sorted(range(len(columns)), key=lambda index: columns[index])
    digest = hashlib.sha256((canonical([columns[index] for index in order]) + "\n").encode())
    for key, values in sorted(cases):
        digest.update((canonical([key, *[values[index] for index in order]]) + "\n").encode())
    return digest.hexdigest()


def sample_hash(drawn: Iterable[Drawn]) -> str:
    """SHA-256 of a sample: one JSON line per drawn case, by stratum and place in the order of the draw.

    Each line is the list of stratum, place from 1, key, and "sample" or "reserve".
    """
    lines = (
        canonical([case.stratum, case.position, case.key, "reserve" if case.waits else "sample"])
        for case in sorted(drawn)
    )
    return sha256("".join(line + "\n" for line in lines))


def reserve_sizes(sizes: Mapping[str, int], population: Mapping[str, int], share: float) -> dict[str, int]:
    """Reserve cases per stratum: the share of the sample, rounded up, as far as the stratum has them.

    >>> reserve_sizes({"a": 10, "b": 4}, {"a": 100, "b": 5}, 0.25)
    {'a': 3, 'b': 1}
    """
    return {label: min(math.ceil(round(size * share, 9)), population[label] - size) for label, size in sizes.items()}


def may_change(state: str, to: str) -> bool:
    """Which way a wave goes: draft, drawn, open, closed; never back.

    >>> may_change("drawn", "open"), may_change("closed", "open"), may_change("draft", "open")
    (True, False, False)
    """
    order = ("draft", "drawn", "open", "closed")
    return order.index(to) == order.index(state) + 1


def new_token() -> str:
    """A personal link's secret: 128 bits in 22 characters."""
    return secrets.token_urlsafe(16)


def token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def rate(part: int, whole: int) -> float:
    """A share that is not a number where nobody was asked.

    >>> rate(1, 4), rate(0, 0)
    (0.25, nan)
    """
    return part / whole if whole else math.nan
