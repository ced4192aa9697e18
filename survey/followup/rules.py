"""Who reads which bad rating, and what a reply must be."""

from __future__ import annotations

#: a counter rating of one of these levels opens a case
BAD_LEVELS = (1, 2)
SHORTEST_REPLY = 5
LONGEST_REPLY = 1000


def unit_may_read(answers_of_unit: int, floor: int, *, confidential: bool) -> bool:
    """A rated unit reads a bad rating once enough people have answered that none of them stands out, and never one
    that speaks of fees, favours or pressed ratings: those go to the office.

    >>> unit_may_read(5, floor=5, confidential=False), unit_may_read(4, floor=5, confidential=False)
    (True, False)
    >>> unit_may_read(500, floor=5, confidential=True)
    False
    """
    return answers_of_unit >= floor and not confidential


def is_reply(text: str) -> bool:
    """
    >>> is_reply("已经增开一个窗口"), is_reply("好")
    (True, False)
    """
    return SHORTEST_REPLY <= len(text.strip()) <= LONGEST_REPLY
