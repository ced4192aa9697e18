"""Labels of strata, PSUs and domains turned into codes, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from weighting.base.arrays import Ints, Texts
from weighting.base.columns import plain
from weighting.errors import WeightingError

Label: TypeAlias = Any

#: Integer labels that span no more than this many times the rows are counted instead of sorted.
_DENSE_SPAN = 4
#: rows that usually hold every label
_HEAD = 65_536
#: odd 64-bit multiplier that spreads characters over all bits (the golden ratio times 2 to the 64th)
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, eq=False)
class Factor:
    """Labels as codes into a sorted tuple, as an R factor; -1 is a missing label."""

    codes: Ints
    labels: tuple[Label, ...]

    def __len__(self) -> int:
        return len(self.labels)


def factorise(labels: ArrayLike, what: str, *, allow_missing: bool = False, copy: bool = True) -> Factor:
    """Code the labels of a column.

    Args:
        labels: (n,) integers, booleans, strings, floats or objects.
        what: the column's name, for the message.
        allow_missing: what is missing (None, nan, NA, NaT, masked) becomes code -1 instead of an error.
        copy: whether codes must not share memory with the labels.

    Raises:
        WeightingError: not one column, or a missing label where none may be.

    >>> factorise(["b", "a", "b"], "strata").labels
    ('a', 'b')
    """
    column = plain(labels)
    if column.ndim != 1:
        raise WeightingError(f"{what} must be one column of labels, and has shape {column.shape}.")
    if column.dtype.kind in "iub":
        return _from_integers(column, copy)
    factor = _from_text(column) if column.dtype.kind in "US" else None
    factor = factor or _from_objects(column)
    if not allow_missing and column.dtype.kind in "fO" and factor.codes.size and factor.codes.min() < 0:
        row = int(np.argmin(factor.codes))
        raise WeightingError(f"{what} has no label in row {row}: give every row one.")
    return factor


def _from_integers(column: NDArray[Any], copy: bool) -> Factor:
    if not column.size:
        return Factor(np.zeros(0, np.intp), ())
    low, high = int(column.min()), int(column.max())
    if high - low > _DENSE_SPAN * column.size + 1000:
        found, codes = np.unique(column, return_inverse=True)
        return Factor(codes.astype(np.intp), tuple(found.tolist()))
    codes = column.astype(np.intp, copy=copy) if low == 0 else np.subtract(column, low, dtype=np.intp, casting="unsafe")
    present = np.zeros(high - low + 1, np.bool_)
    present[codes[:_HEAD]] = True
    if not present.all():
        present[codes] = True
    if not present.all():
        codes = (np.cumsum(present) - 1)[codes]
    values = (np.flatnonzero(present) + low).tolist()
    return Factor(codes, tuple(map(bool, values)) if column.dtype.kind == "b" else tuple(values))


def _from_text(column: NDArray[Any]) -> Factor | None:
    """Code texts of fixed width by a number made of their characters; None where two texts share one."""
    if not column.size or not column.dtype.itemsize:
        return None
    width = np.uint32 if column.dtype.kind == "U" else np.uint8
    letters: NDArray[Any] = np.ascontiguousarray(column).view(width).reshape(len(column), -1)
    number = np.zeros(len(column), np.uint64)
    for place in range(letters.shape[1]):
        number *= _MULTIPLIER
        number += letters[:, place]
    found = np.unique(number[:_HEAD])
    at = np.minimum(np.searchsorted(found, number), len(found) - 1)
    if not np.array_equal(found[at], number):
        found, at = np.unique(number, return_inverse=True)
    row = np.empty(len(found), np.intp)
    row[at] = np.arange(len(column))
    texts = column[row]
    if not np.array_equal(texts[at], column):
        return None
    order = np.argsort(texts)
    place_of = np.empty_like(order)
    place_of[order] = np.arange(len(order))
    return Factor(place_of[at], tuple(texts[order].tolist()))


def _from_objects(column: NDArray[Any]) -> Factor:
    values = column.tolist()
    found = {value for value in values if value is not None and value == value}
    try:
        labels = sorted(found)
    except TypeError:
        labels = sorted(found, key=str)
    index: dict[Label, int] = {label: code for code, label in enumerate(labels)}
    codes = np.fromiter((index.get(value, -1) for value in values), np.intp, len(values))
    return Factor(codes, tuple(labels))


def interaction(*columns: ArrayLike) -> Texts:
    """Cross several label columns into one, as R's ``interaction``.

    Args:
        columns: (n,) labels each.

    Returns:
        (n,) labels ``first:second:…``.

    Raises:
        WeightingError: no column, or columns of different length.

    Source: crossing classifications, Cochran (1977), section 5A.7.

    >>> interaction([1, 1, 2], ["a", "b", "a"]).tolist()
    ['1:a', '1:b', '2:a']
    """
    arrays = [plain(column) for column in columns]
    if not arrays or len({array.shape for array in arrays}) > 1:
        raise WeightingError("interaction needs columns of the same length.")
    return np.array([":".join(map(str, row)) for row in zip(*(a.tolist() for a in arrays), strict=True)])


def join_labels(*parts: Sequence[Label]) -> tuple[Label, ...]:
    """Cross label lists in C order; one list stays as it is, none is empty.

    >>> join_labels(("E", "H"), ("no", "yes"))
    ('E:no', 'E:yes', 'H:no', 'H:yes')
    """
    if len(parts) < 2:
        return tuple(*parts)
    first, rest = parts[0], join_labels(*parts[1:])
    return tuple(f"{a}:{b}" for a in first for b in rest)
