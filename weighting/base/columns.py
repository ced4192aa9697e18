"""Columns as people have them: NumPy, lists, masked arrays, pandas, polars. One rule for what is missing.

None, nan, NA, NaT and what a mask hides are missing, in answers as in labels. Nothing here imports pandas or polars.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from weighting.base.arrays import Flags
from weighting.errors import WeightingError

#: classes of values that are missing wherever they stand
_MISSING = ("NAType", "NaTType")


def is_missing(value: Any) -> bool:
    """Whether a value of a column stands for no value.

    >>> [is_missing(value) for value in (None, float("nan"), np.datetime64("NaT"), 0, "", "nan")]
    [True, True, True, False, False, False]
    """
    if value is None or isinstance(value, str):
        return value is None
    if type(value).__name__ in _MISSING:
        return True
    try:
        return bool(value != value)  # nan and NaT differ from themselves
    except (TypeError, ValueError):
        return False


def plain(values: ArrayLike) -> NDArray[Any]:
    """A column as a NumPy array; what is missing becomes nan among numbers and None among labels.

    Args:
        values: a NumPy or masked array, a list, a Series or DataFrame of pandas or polars.

    Returns:
        The same values in the same order.

    >>> plain(["a", float("nan"), "b"]).tolist()
    ['a', None, 'b']
    >>> plain(np.ma.array([1, 2], mask=[False, True])).tolist()
    [1.0, nan]
    """
    if isinstance(values, np.ma.MaskedArray):
        return _unmasked(values)
    given: Any = values
    if not isinstance(values, np.ndarray) and hasattr(values, "to_numpy"):
        given = given.to_numpy()
    array = np.asarray(given)
    if array.dtype.kind in "US" and isinstance(given, (list, tuple)) and not all(isinstance(v, str) for v in given):
        array = np.array(given, object)  # NumPy would have written nan and None out as words
    if array.dtype.kind in "mM":
        dates = array.astype(object)
        dates[np.isnat(array)] = None
        return np.asarray(dates)
    if array.dtype.kind == "O":
        gone = np.fromiter((is_missing(value) for value in array.ravel().tolist()), np.bool_, array.size)
        if gone.any():
            array = array.copy()
            array[gone.reshape(array.shape)] = None
    return array


def _unmasked(values: np.ma.MaskedArray[Any, Any]) -> NDArray[Any]:
    hidden: Flags = np.ma.getmaskarray(values)
    if not hidden.any():
        return plain(np.asarray(values.data))
    kept = values.data.astype(np.float64 if values.dtype.kind in "iuf" else object)
    kept[hidden] = np.nan if kept.dtype.kind == "f" else None
    return plain(kept)


def numbers(values: ArrayLike, what: str) -> NDArray[np.float64]:
    """A column of numbers, nan where missing.

    Raises:
        WeightingError: something that is no number.

    >>> numbers([1, None, 2.5], "age").tolist()
    [1.0, nan, 2.5]
    """
    try:
        return np.asarray(plain(values), np.float64)
    except (TypeError, ValueError) as error:
        raise WeightingError(f"{what} must be numbers.") from error


def by_label(values: Any, what: str) -> dict[Any, Any]:
    """{label: number} from a mapping or a pandas Series.

    Raises:
        WeightingError: a bare column, which does not say what its numbers belong to.

    >>> by_label({"M": 40, "F": 60}, "sex")
    {'M': 40, 'F': 60}
    """
    if isinstance(values, Mapping):
        return dict(values)
    if row_index(values) is not None and hasattr(values, "to_dict"):
        return dict(values.to_dict())
    raise WeightingError(f"{what}: give {{label: total}}, or a pandas Series whose index holds the labels.")


def by_name(table: Any) -> Any:
    """{name: column} from a mapping or a DataFrame; anything else as it is.

    >>> by_name({"sex": ["M"]})
    {'sex': ['M']}
    """
    if isinstance(table, Mapping):
        return dict(table)
    if hasattr(table, "columns") and hasattr(table, "to_numpy"):
        return {name: table[name] for name in table.columns}
    return table


def row_index(values: Any) -> NDArray[Any] | None:
    """The row labels of a pandas object, None of anything else.

    >>> row_index([1, 2]) is None
    True
    """
    if not hasattr(values, "iloc"):
        return None
    return np.asarray(values.index)
