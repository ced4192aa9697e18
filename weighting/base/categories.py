"""Labels turned into positions, without sorting where whole numbers allow it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from weighting.base.arrays import Floats
from weighting.base.columns import plain
from weighting.base.labels import factorise
from weighting.base.sums import sums
from weighting.errors import WeightingError

__all__ = [
    "category_positions",
    "check_category_totals",
    "check_rows",
    "check_same_sums",
    "used_totals",
]

#: Totals of two variables that differ by less than this share are the same total, written with fewer digits.
_SAME_TOTAL = 1e-8


def category_positions(values: ArrayLike, labels: Sequence[Hashable], name: str, weights: Floats) -> NDArray[Any]:
    """Position of each row's category in a given list of categories.

    Args:
        values: (n,) category of each row.
        labels: the (c,) categories there are.
        name: the variable's name, for the sentence of an error.
        weights: (n,) weights; a row with weight 0 may lack a category (it gets position 0).

    Returns:
        (n,) positions from 0, of any integer type.

    Raises:
        WeightingError: another number of rows, or a category of a row with a weight that is not in the list.

    >>> category_positions(["M", "F", None], ["M", "F"], "sex", np.array([1.0, 1.0, 0.0]))
    array([0, 1, 0])
    """
    rows = plain(values)
    if rows.shape != weights.shape or rows.ndim != 1:
        raise WeightingError(
            f"{name} has shape {rows.shape} for {weights.size} weights: give one category for each row."
        )
    coded = rows.dtype.kind in "iu" and all(label == place for place, label in enumerate(labels))
    if coded and rows.min() >= 0 and rows.max() < len(labels):
        return rows
    found = factorise(rows, name, allow_missing=True)
    places = {label: place for place, label in enumerate(labels)}
    position = np.array([*(places.get(label, -1) for label in found.labels), -1], dtype=np.intp)[found.codes]
    lost = (position < 0) & (weights > 0)
    if lost.any():
        label = rows[int(np.argmax(lost))]
        raise WeightingError(f"{name}: category {label!s} has rows but no total; give its total or merge it.")
    return np.maximum(position, 0)


def check_category_totals(totals: Mapping[Any, float], name: str) -> Floats:
    """(c,) known totals of a variable's categories, none negative.

    Args:
        totals: total by category; 0 is for a category of which nobody is left (``used_totals`` drops it).
        name: the variable's name, for the sentence of an error.

    Returns:
        (c,) totals in the order of the mapping.

    Raises:
        WeightingError: there is no category, or a total is negative or not a number.

    >>> check_category_totals({"M": 40, "F": 60}, "sex")
    array([40., 60.])
    """
    if not totals:
        raise WeightingError(f"{name}: give the total of each category.")
    for label, total in totals.items():
        if not 0 <= total < np.inf:
            raise WeightingError(f"{name}: the total of category {label!r} is {total}; merge it with another one.")
    if not any(totals.values()):
        raise WeightingError(f"{name}: the totals of all categories are 0: there is no population to stand for.")
    return np.array(list(totals.values()), dtype=np.float64)


def used_totals(totals: Mapping[Any, float], values: ArrayLike, name: str, weights: Floats) -> dict[Any, float]:
    """Totals without the categories that are empty on both sides: a total of 0 and no row with a weight.

    Args:
        totals: total by category.
        values: (n,) category of each row.
        name: the variable's name, for the sentence of an error.
        weights: (n,) weights.

    Returns:
        The totals above 0.

    Raises:
        WeightingError: a total of 0 for a category that has rows.

    >>> used_totals({"M": 40, "F": 60, "X": 0}, ["M", "F"], "sex", np.ones(2))
    {'M': 40, 'F': 60}
    """
    check_category_totals(totals, name)
    empty = [label for label, total in totals.items() if total == 0]
    if empty:
        factor = factorise(values, name, allow_missing=True)
        if factor.codes.shape != weights.shape:
            raise WeightingError(f"{name} has {len(factor.codes)} rows for {weights.size} weights: give one a row.")
        weight = sums(factor.codes + 1, weights, len(factor) + 1)[1:].tolist()
        held = {label for label, size in zip(factor.labels, weight, strict=True) if size > 0}
        wrong = [label for label in empty if label in held]
        if wrong:
            raise WeightingError(
                f"{name}: the total of category {wrong[0]!r} is 0, and it has rows with a weight; "
                "merge it with another one."
            )
    return {label: total for label, total in totals.items() if total > 0}


def check_rows(weight: Floats, labels: Sequence[Hashable], name: str) -> None:
    """Refuse a category that has a total and no rows to meet it with.

    Args:
        weight: (c,) sum of the weights in each category.
        labels: the (c,) categories.
        name: the variable's name, for the sentence of an error.

    Raises:
        WeightingError: a category has no row with a weight.
    """
    if np.any(weight <= 0):
        label = labels[int(np.argmax(weight <= 0))]
        raise WeightingError(
            f"{name}: category {label!r} has a total but no row with a weight; merge it with another one."
        )


def check_same_sums(sizes: Mapping[str, float]) -> None:
    """Refuse variables whose totals describe populations of different size.

    Args:
        sizes: the sum of the totals of each variable.

    Raises:
        WeightingError: two sums differ.

    >>> check_same_sums({"sex": 100.0, "age": 100.0})
    """
    for name, total in sizes.items():
        first_name, first = next(iter(sizes.items()))
        if abs(total - first) > _SAME_TOTAL * abs(first):
            raise WeightingError(
                f"The totals of {first_name!r} add up to {first:.10g} and those of {name!r} to {total:.10g}: "
                "all variables must describe the same population."
            )
