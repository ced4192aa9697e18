"""The tally of a round as sorted integer columns: what a run stores, hashes and computes from.

A cell is one combination of source, unit, counter, month, wave, group, stratum, selection factor, question and
answer, with the number of answers in it: counted, and held beside. Cells of several databases add up.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

#: the columns that tell cells apart, in the order in which cells are sorted
TEXTS = ("source", "month", "group", "stratum", "question")
NUMBERS = ("unit_id", "window_id", "wave_id", "factor", "level", "score")
COLUMNS = (*TEXTS, *NUMBERS)


class Tally(Protocol):
    """What `collect` hands over: columns of equal length."""

    @property
    def count(self) -> Sequence[int]: ...


@dataclass(frozen=True, eq=False)
class Cells:
    """Cells in canonical order: the same answers give the same arrays, whatever order they came in."""

    #: column -> (k,) sorted distinct values
    values: dict[str, NDArray[Any]]
    #: column -> (n,) place of each cell's value among the distinct ones
    codes: dict[str, Ints]
    #: (n,) answers counted
    counted: Ints
    #: (n,) answers held
    held: Ints

    def __len__(self) -> int:
        return len(self.counted)

    def column(self, name: str) -> NDArray[Any]:
        """(n,) values of a column."""
        return np.asarray(self.values[name][self.codes[name]])

    def where(self, name: str, wanted: Sequence[Any]) -> NDArray[np.bool_]:
        """(n,) whether a column holds one of the wanted values."""
        return np.asarray(np.isin(self.values[name], list(wanted))[self.codes[name]])


def from_tallies(everything: Tally, held: Tally | None = None, excluded: Tally | None = None) -> Cells:
    """Subtract held and excluded answers from all answers, and keep the held ones beside.

    Args:
        everything: all answers of the round.
        held: the part of them that waits for a decision; counts nothing in the main reading.
        excluded: the part that was decided to count nothing at all.
    """
    parts = [(everything, 1, 0), (held, -1, 1), (excluded, -1, 0)]
    given = [(tally, here, beside) for tally, here, beside in parts if tally is not None]
    counts = [np.asarray(tally.count, np.int64) for tally, _here, _beside in given]
    counted = np.concatenate([n * here for n, (_tally, here, _beside) in zip(counts, given, strict=True)])
    beside = np.concatenate([n * beside for n, (_tally, _here, beside) in zip(counts, given, strict=True)])
    values, codes = {}, {}
    for name in COLUMNS:
        column = np.concatenate([_column(tally, name) for tally, _here, _beside in given])
        values[name], codes[name] = np.unique(column, return_inverse=True)
    return _grouped(values, {name: code.astype(np.int64) for name, code in codes.items()}, counted, beside)


def _column(tally: Tally, name: str) -> NDArray[Any]:
    kind = np.str_ if name in TEXTS else np.float64 if name in ("factor", "score") else np.int64
    return np.asarray(getattr(tally, name), kind)


def _grouped(values: dict[str, NDArray[Any]], codes: dict[str, Ints], counted: Ints, held: Ints) -> Cells:
    """Sum cells that agree in every column, drop empty ones, sort by the columns' order."""
    key = np.zeros(len(counted), np.int64)
    for name in COLUMNS:  # recoded at each step, so the key never outgrows 64 bits
        key = np.unique(key * len(values[name]) + codes[name], return_inverse=True)[1].astype(np.int64)
    n_cells = int(key.max()) + 1 if len(key) else 0
    first = np.zeros(n_cells, np.int64)
    first[key[::-1]] = np.arange(len(key) - 1, -1, -1)
    sums = [np.bincount(key, weights=count, minlength=n_cells).astype(np.int64) for count in (counted, held)]
    kept = (sums[0] > 0) | (sums[1] > 0)
    rows = first[kept]
    return _compact(values, {name: code[rows] for name, code in codes.items()}, sums[0][kept], sums[1][kept])


def _compact(values: dict[str, NDArray[Any]], codes: dict[str, Ints], counted: Ints, held: Ints) -> Cells:
    """Forget values that no cell has any more: they must not change the hash."""
    left, places = {}, {}
    for name, code in codes.items():
        used, place = np.unique(code, return_inverse=True)
        left[name], places[name] = values[name][used], place.astype(np.int64)
    return Cells(left, places, counted, held)


def digest(cells: Cells, context: str) -> str:
    """SHA-256 over the context, each column's distinct values as JSON, and each column as little-endian integers."""
    total = hashlib.sha256(context.encode())
    for name in COLUMNS:
        total.update(json.dumps([name, cells.values[name].tolist()], ensure_ascii=False).encode())
        total.update(cells.codes[name].astype("<i8").tobytes())
    for counts in (cells.counted, cells.held):
        total.update(counts.astype("<i8").tobytes())
    return total.hexdigest()


def pack(cells: Cells) -> bytes:
    """The cells as a compressed NumPy archive."""
    arrays: dict[str, NDArray[Any]] = {"counted": cells.counted, "held": cells.held}
    for name in COLUMNS:
        arrays[f"values_{name}"] = cells.values[name]
        arrays[f"codes_{name}"] = cells.codes[name].astype(np.int32)
    out = io.BytesIO()
    np.savez_compressed(out, allow_pickle=False, **arrays)
    return out.getvalue()


def unpack(data: bytes) -> Cells:
    """The cells of a packed archive."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        values = {name: arrays[f"values_{name}"] for name in COLUMNS}
        codes = {name: arrays[f"codes_{name}"].astype(np.int64) for name in COLUMNS}
        return Cells(values, codes, arrays["counted"], arrays["held"])
