"""The tally of a round as sorted integer columns: what a run stores, hashes and computes from.

A cell is one combination of collection, unit, counter, channel, month, group, stratum, selection factor, question and
answer, with the number of answers in it: counted, and beside it held and by withdrawn codes. Cells of several databases
add up.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from survey.collect.service import TallyTable

Ints = NDArray[np.int64]

#: the columns that tell cells apart, in the order in which cells are sorted
TEXTS = ("month", "group", "stratum", "question")
NUMBERS = ("collection_id", "unit_id", "window_id", "channel", "factor", "level", "score")
COLUMNS = (*TEXTS, *NUMBERS)
#: columns of runs of the first version, which knew sources and waves instead of collections
FIRST_VERSION = ("source", "wave_id")
NONE = -1


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
    #: (n,) answers by codes that had been withdrawn
    withdrawn: Ints

    def __len__(self) -> int:
        return len(self.counted)

    def column(self, name: str) -> NDArray[Any]:
        """(n,) values of a column."""
        return np.asarray(self.values[name][self.codes[name]])

    def where(self, name: str, wanted: Sequence[Any]) -> NDArray[np.bool_]:
        """(n,) whether a column holds one of the wanted values."""
        return np.asarray(np.isin(self.values[name], list(wanted))[self.codes[name]])


def from_tally(table: TallyTable) -> Cells:
    """A round's tally as cells: excluded answers are left out, held and by withdrawn codes are kept beside."""
    kept = table.where((table.counted > 0) | (table.held > 0) | (table.withdrawn > 0))
    columns = {name: kept.column(name) for name in COLUMNS if name != "month"}
    months = kept.column("month")
    columns["month"] = np.array([f"{month // 100}-{month % 100:02}" for month in months.tolist()], np.str_)
    return from_columns(columns, kept.counted, kept.held, kept.withdrawn)


def from_columns(
    columns: Mapping[str, NDArray[Any]], counted: Ints, held: Ints, withdrawn: Ints | None = None
) -> Cells:
    """Cells from columns of equal length, sorted; no two rows agree in every column."""
    values, codes = {}, {}
    for name in COLUMNS:
        values[name], places = np.unique(columns[name], return_inverse=True)
        codes[name] = places.astype(np.int64)
    order = np.lexsort([codes[name] for name in reversed(COLUMNS)])
    beside = np.zeros_like(held) if withdrawn is None else withdrawn
    sorted_codes = {name: code[order] for name, code in codes.items()}
    return Cells(values, sorted_codes, counted[order], held[order], beside[order])


def digest(cells: Cells, context: str) -> str:
    """SHA-256 over the context, each column's distinct values as JSON, and each column as little-endian integers."""
    total = hashlib.sha256(context.encode())
    for name in COLUMNS:
        total.update(json.dumps([name, cells.values[name].tolist()], ensure_ascii=False).encode())
        total.update(cells.codes[name].astype("<i8").tobytes())
    # where there are none, the hash is that of versions which knew no withdrawn codes
    for counts in (cells.counted, cells.held, *([cells.withdrawn] if cells.withdrawn.any() else [])):
        total.update(counts.astype("<i8").tobytes())
    return total.hexdigest()


def pack(cells: Cells) -> bytes:
    """The cells as a compressed NumPy archive."""
    arrays: dict[str, NDArray[Any]] = {"counted": cells.counted, "held": cells.held, "withdrawn": cells.withdrawn}
    for name in COLUMNS:
        arrays[f"values_{name}"] = cells.values[name]
        arrays[f"codes_{name}"] = cells.codes[name].astype(np.int32)
    out = io.BytesIO()
    np.savez_compressed(out, allow_pickle=False, **arrays)
    return out.getvalue()


def unpack(data: bytes) -> tuple[Cells, dict[int, tuple[str, int]]]:
    """The cells of a packed archive.

    Returns:
        The cells; and for a run of the first version, which source and wave each of its made-up collections was.
    """
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        if f"values_{FIRST_VERSION[0]}" in arrays:
            return _of_first_version({name: arrays[name] for name in arrays})
        values = {name: arrays[f"values_{name}"] for name in COLUMNS}
        codes = {name: arrays[f"codes_{name}"].astype(np.int64) for name in COLUMNS}
        held = arrays["held"]
        withdrawn = arrays["withdrawn"] if "withdrawn" in arrays else np.zeros_like(held)
        return Cells(values, codes, arrays["counted"], held, withdrawn), {}


def _of_first_version(arrays: Mapping[str, NDArray[Any]]) -> tuple[Cells, dict[int, tuple[str, int]]]:
    def column(name: str) -> NDArray[Any]:
        return np.asarray(arrays[f"values_{name}"][arrays[f"codes_{name}"]])

    pairs = list(zip(column("source").tolist(), column("wave_id").tolist(), strict=True))
    numbers = {pair: number for number, pair in enumerate(sorted(set(pairs)), 1)}
    columns = {name: column(name) for name in COLUMNS if f"values_{name}" in arrays}
    columns["collection_id"] = np.array([numbers[pair] for pair in pairs], np.int64)
    columns["channel"] = np.full(len(pairs), NONE, np.int64)
    cells = from_columns(columns, arrays["counted"], arrays["held"])
    return cells, {number: pair for pair, number in numbers.items()}
