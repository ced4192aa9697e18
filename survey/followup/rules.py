"""Who reads which bad rating, and what a reply must be."""

from __future__ import annotations

SHORTEST_REPLY = 5
LONGEST_REPLY = 1000
#: bad ratings of a running month reach a unit so many at a time
BATCH = 5


def unit_may_read(answers_of_unit: int, floor: int) -> bool:
    """A rated unit reads its bad ratings once enough people have answered that none of them stands out; those that
    speak of fees, favours or pressed ratings it never reads: they go to the office.

    >>> unit_may_read(5, floor=5), unit_may_read(4, floor=5)
    (True, False)
    """
    return answers_of_unit >= floor


def is_reply(text: str) -> bool:
    """
    >>> is_reply("已经增开一个窗口"), is_reply("好")
    (True, False)
    """
    return SHORTEST_REPLY <= len(text.strip()) <= LONGEST_REPLY
