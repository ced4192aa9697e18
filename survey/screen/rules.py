"""What is decided about an answer, by whom."""

from __future__ import annotations

SHORTEST_REASON = 5

#: state now -> what may be done to it
DEEDS = {
    "counted": ("hold",),
    "held": ("release", "exclude"),
    "excluded": ("release",),
}


def may(deed: str, state: str) -> bool:
    """Can this be done to an answer in this state?

    >>> may("hold", "counted"), may("exclude", "counted"), may("release", "excluded")
    (True, False, True)
    """
    return deed in DEEDS[state]


def state_after(deed: str) -> str:
    """
    >>> [state_after(deed) for deed in ("hold", "release", "exclude")]
    ['held', 'counted', 'excluded']
    """
    return {"hold": "held", "release": "counted", "exclude": "excluded"}[deed]


def may_confirm(first: str, second: str) -> bool:
    """Two people: nobody confirms their own proposal.

    >>> may_confirm("li", "wang"), may_confirm("li", "li")
    (True, False)
    """
    return first != second


def is_reason(text: str) -> bool:
    """
    >>> is_reason("同一时段连续提交"), is_reason(" 刷 ")
    (True, False)
    """
    return len(text.strip()) >= SHORTEST_REASON
