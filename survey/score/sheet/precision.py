"""How sure a total is: errors of components put together, intervals, and the places that the data allow."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from scipy import special

from survey.score.sheet.sheet import Part
from weighting import rank_sets

LEVEL = 0.95
#: what a leaf may name of its answers; two leaves that name different ones of any were answered by different people
APART = ("collection", "group", "channel", "form", "round", "scheme")
#: standard error in points, degrees of freedom
Error = tuple[float, float | None]


def error_of_sum(
    parts: Iterable[tuple[float | None, float | None]],
) -> tuple[float | None, float | None]:
    """Standard error and degrees of freedom of a sum of independent parts.

    Args:
        parts: (standard error, degrees of freedom) of each part in points; an error of None belongs to a value
            without sampling error, such as an external score, and adds nothing.

    Returns:
        The error, None if no part has one; the degrees of freedom, None if unlimited.

    Source: Satterthwaite (1946), Biometrics Bulletin 2, equation 17.

    >>> error, degrees = error_of_sum([(3.0, 10), (4.0, 20), (None, None)])
    >>> error, round(degrees, 3)
    (5.0, 29.904)
    """
    known = [(error, degrees) for error, degrees in parts if error is not None]
    if not known:
        return None, None
    variance = sum(error**2 for error, _ in known)
    spent = sum(error**4 / degrees for error, degrees in known if degrees and math.isfinite(degrees))
    return math.sqrt(variance), (variance**2 / spent if spent > 0 else None)


def error_of_parts(parts: Iterable[Part]) -> tuple[float | None, float | None]:
    """Standard error and degrees of freedom of the points of several components together.

    Components answered by the same people are one sample. Their errors are added as they are, as if one person's
    answers to several questions went up and down together: a bound that never understates. Components answered by
    different people are independent.

    Returns:
        As `error_of_sum`.
    """
    samples: list[list[tuple[Part, Error]]] = []
    for leaf in (found for part in parts for found in _errors(part, 1.0)):
        joined = [sample for sample in samples if any(share_respondents(leaf[0], other) for other, _ in sample)]
        samples = [sample for sample in samples if sample not in joined]
        samples.append([leaf, *(other for sample in joined for other in sample)])
    return error_of_sum(_added([error for _, error in sample]) for sample in samples)


def _errors(part: Part, factor: float) -> Iterator[tuple[Part, Error]]:
    """Each leaf with its error in points of the whole; what a composite took over raises the errors below it."""
    if part.parts:
        for below in part.parts:
            yield from _errors(below, factor * part.factor)
    elif part.points_error is not None:
        yield part, (part.points_error * factor, part.degrees_of_freedom)


def _added(errors: Sequence[Error]) -> Error:
    degrees = [each for _, each in errors if each is not None]
    return sum(error for error, _ in errors), min(degrees, default=None)


def share_respondents(one: Part, other: Part) -> bool:
    """Whether two leaves may rest on answers of the same people.

    >>> from survey.questions.service import Words
    >>> def leaf(source: str, **selected: str) -> Part:
    ...     return Part("", Words(""), source, "", 100, "share", 100, selected=tuple(selected.items()))
    >>> share_respondents(leaf("poll"), leaf("poll", group="deputies")), share_respondents(leaf("poll"), leaf("panel"))
    (True, False)
    >>> share_respondents(leaf("panel", group="leaders"), leaf("panel", group="peers"))
    False
    """
    if one.source != other.source:
        return False
    for name in APART:
        first, second = ({value for key, value in part.selected if key == name} for part in (one, other))
        if first and second and not first & second:
            return False
    return True


def interval(
    value: float, error: float | None, degrees: float | None, level: float = LEVEL
) -> tuple[float, float] | None:
    """The t interval; None without a standard error.

    >>> [round(bound, 2) for bound in interval(90.0, 1.0, None)]
    [88.04, 91.96]
    """
    if error is None:
        return None
    width = error * float(special.stdtrit(degrees, (1 + level) / 2) if degrees else special.ndtri((1 + level) / 2))
    return value - width, value + width


def place_sets(
    totals: Sequence[float], errors: Sequence[float | None], degrees: Sequence[float | None] | None = None
) -> list[tuple[int, int]]:
    """Best and worst place of each unit that the data allow, for all units together, at 95 %.

    Args:
        degrees: degrees of freedom of each error; None = known without limit.

    Totals without sampling error are taken as exact. The seed is fixed: the same sheet gives the same sets.

    >>> place_sets([95.0, 90.0, 90.0], [0.1, 0.1, None])
    [(1, 1), (2, 3), (2, 3)]
    """
    if not totals:
        return []
    found = rank_sets(
        np.asarray(totals),
        np.asarray([error or 0.0 for error in errors]),
        degrees_of_freedom=None if degrees is None else np.asarray([each or np.inf for each in degrees]),
        level=LEVEL,
        simultaneous=True,
    )
    return [(int(low), int(high)) for low, high in zip(found.lower, found.upper, strict=True)]
