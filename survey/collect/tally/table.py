"""A table of counts in columns: added, cut, packed into bytes. Its size grows with cells, not with answers."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

#: the columns that tell cells apart, in the order in which cells are sorted
TEXTS = ("group", "stratum", "question")
NUMBERS = ("unit_id", "window_id", "channel", "level")
FLOATS = ("factor", "score")
KEYS = (*TEXTS, *NUMBERS, *FLOATS)
#: a number that is not there: no counter, no level, no score
NONE = -1
#: standing for a question in the table of responses: the response itself; its saying anything about a unit
RESPONSE, SPEAKS_OF = "", "*"
#: of an answer that nobody decided about, by a code that had been withdrawn: the fourth
STATES = ("counted", "held", "excluded", "withdrawn")


@dataclass(frozen=True, eq=False)
class TallyTable:
    """Cells with their counts; each array has one entry a cell."""

    #: texts as distinct values and (n,) places; numbers as (n,) values
    vocabulary: Mapping[str, NDArray[np.str_]]
    codes: Mapping[str, Ints]
    numbers: Mapping[str, NDArray[Any]]
    #: (n,) how many count, are held, are excluded, came by a withdrawn code
    counted: Ints
    held: Ints
    excluded: Ints
    withdrawn: Ints

    def __len__(self) -> int:
        return len(self.counted)

    def column(self, name: str) -> NDArray[Any]:
        """(n,) values of a column."""
        if name in self.vocabulary:
            return np.asarray(self.vocabulary[name][self.codes[name]])
        return self.numbers[name]

    @property
    def total(self) -> Ints:
        """(n,) answers of any state."""
        return self.counted + self.held + self.excluded + self.withdrawn

    def where(self, rows: NDArray[np.bool_]) -> TallyTable:
        """The cells of these rows."""
        return TallyTable(
            self.vocabulary,
            {name: codes[rows] for name, codes in self.codes.items()},
            {name: numbers[rows] for name, numbers in self.numbers.items()},
            self.counted[rows],
            self.held[rows],
            self.excluded[rows],
            self.withdrawn[rows],
        )

    def with_number(self, name: str, value: int) -> TallyTable:
        """The same with one more column that is the same in every cell."""
        numbers = {**self.numbers, name: np.full(len(self), value, np.int64)}
        return TallyTable(self.vocabulary, self.codes, numbers, **self.counts)

    @property
    def counts(self) -> dict[str, Ints]:
        """State -> (n,) answers in it."""
        return {name: getattr(self, name) for name in STATES}


def from_rows(rows: Sequence[Sequence[Any]]) -> TallyTable:
    """A table from rows of `KEYS`, state and count, as a query gives them.

    >>> rows = [("", "", "W-E1", 1, 7, 3, 5, 1.0, -1.0, "", 4), ("", "", "W-E1", 1, 7, 3, 5, 1.0, -1.0, "held", 2)]
    >>> table = from_rows(rows)
    >>> len(table), table.counted.tolist(), table.held.tolist(), table.column("question").tolist()
    (1, [4], [2], ['W-E1'])
    """
    columns: list[Any] = list(zip(*rows, strict=True)) if rows else [()] * (len(KEYS) + 2)
    state, count = np.asarray(columns[-2], np.str_), np.asarray(columns[-1], np.int64)
    vocabulary, codes = {}, {}
    for name, column in zip(TEXTS, columns, strict=False):
        vocabulary[name], places = np.unique(np.asarray(column, np.str_), return_inverse=True)
        codes[name] = places.astype(np.int64)
    numbers = {
        name: np.asarray(column, np.float64 if name in FLOATS else np.int64)
        for name, column in zip(KEYS[len(TEXTS) :], columns[len(TEXTS) : -2], strict=True)
    }
    of_state = {name: np.where(state == ("" if name == "counted" else name), count, 0) for name in STATES}
    return _grouped(TallyTable(vocabulary, codes, numbers, **of_state))


def merged(tables: Sequence[TallyTable]) -> TallyTable:
    """The cells of all tables, alike ones added up; the tables have the same columns."""
    filled = [table for table in tables if len(table)] or list(tables[:1])
    if not filled:
        return from_rows([])
    if len(filled) == 1:
        return filled[0]
    vocabulary, codes = {}, {}
    for name in filled[0].vocabulary:
        words = np.unique(np.concatenate([table.vocabulary[name] for table in filled]))
        places = [np.searchsorted(words, table.vocabulary[name])[table.codes[name]] for table in filled]
        vocabulary[name], codes[name] = words, np.concatenate(places).astype(np.int64)
    numbers = {name: np.concatenate([table.numbers[name] for table in filled]) for name in filled[0].numbers}
    counts = {name: np.concatenate([getattr(table, name) for table in filled]) for name in STATES}
    return _grouped(TallyTable(vocabulary, codes, numbers, **counts))


def _grouped(table: TallyTable) -> TallyTable:
    """Add up cells that agree in every column; sorted by the columns in their order."""
    key = np.zeros(len(table), np.int64)
    for name in (*table.vocabulary, *table.numbers):
        place = table.codes[name] if name in table.codes else _places(table.numbers[name])
        size = int(place.max()) + 1 if len(place) else 1
        key = _places(key * size + place)
    size = int(key.max()) + 1 if len(key) else 0
    first = np.zeros(size, np.int64)
    first[key[::-1]] = np.arange(len(key) - 1, -1, -1)

    def summed(counts: Ints) -> Ints:
        return np.bincount(key, weights=counts, minlength=size).astype(np.int64)

    kept = _of_rows(table, first)
    return TallyTable(
        kept.vocabulary,
        kept.codes,
        kept.numbers,
        **{name: summed(counts) for name, counts in table.counts.items()},
    )


def _of_rows(table: TallyTable, rows: Ints) -> TallyTable:
    codes = {name: each[rows] for name, each in table.codes.items()}
    numbers = {name: each[rows] for name, each in table.numbers.items()}
    return TallyTable(table.vocabulary, codes, numbers, **table.counts)


def _places(values: NDArray[Any]) -> Ints:
    """The place of each value among the distinct ones."""
    return np.unique(values, return_inverse=True)[1].astype(np.int64)


def pack(table: TallyTable) -> bytes:
    """The table as few bytes as it takes: a heading in JSON, then each array as its smallest whole numbers.

    >>> table = from_rows([("居民", "", "W-E1", 1, 7, 3, 5, 1.5, -1.0, "", 4)])
    >>> unpack(pack(table)).column("group").tolist(), unpack(pack(table)).column("factor").tolist()
    (['居民'], [1.5])
    """
    arrays: list[tuple[str, NDArray[Any]]] = [*table.codes.items(), *table.numbers.items()]
    # a table of earlier versions knows no withdrawn codes, and one without any is packed as it was
    arrays += [(name, counts) for name, counts in table.counts.items() if name != "withdrawn" or counts.any()]
    small = [(name, _smallest(values)) for name, values in arrays]
    heading = {
        "texts": {name: words.tolist() for name, words in table.vocabulary.items()},
        "arrays": [[name, values.dtype.str, len(values)] for name, values in small],
    }
    text = json.dumps(heading, ensure_ascii=False, separators=(",", ":")).encode()
    body = b"".join(values.tobytes() for _name, values in small)
    return zlib.compress(len(text).to_bytes(4, "little") + text + body, 1)


def _smallest(values: NDArray[Any]) -> NDArray[Any]:
    if values.dtype.kind == "f":
        return values.astype("<f8")
    low, high = (int(values.min()), int(values.max())) if len(values) else (0, 0)
    limits = {kind: np.iinfo(kind) for kind in ("<i1", "<i2", "<i4", "<i8")}
    return values.astype(next(kind for kind, limit in limits.items() if limit.min <= low and high <= limit.max))


def unpack(data: bytes) -> TallyTable:
    """The table of packed bytes."""
    plain = zlib.decompress(data)
    size = int.from_bytes(plain[:4], "little")
    heading = json.loads(plain[4 : 4 + size])
    at = 4 + size
    arrays: dict[str, Any] = {}
    for name, kind, length in heading["arrays"]:
        values = np.frombuffer(plain, kind, length, at)
        at += values.nbytes
        arrays[name] = values.astype(np.float64 if values.dtype.kind == "f" else np.int64)
    vocabulary = {name: np.asarray(words, np.str_) for name, words in heading["texts"].items()}
    codes = {name: arrays.pop(name) for name in vocabulary}
    nothing = np.zeros(len(arrays["counted"]), np.int64)
    counts = {name: arrays.pop(name, nothing) for name in STATES}
    return TallyTable(vocabulary, codes, arrays, **counts)


def sums(table: TallyTable, name: str, counts: Callable[[TallyTable], Ints] = lambda t: t.total) -> dict[Any, int]:
    """Value of a column -> sum of its counts, in the order of the values."""
    values, places = np.unique(table.column(name), return_inverse=True)
    totals = np.bincount(places, weights=counts(table), minlength=len(values)).astype(np.int64)
    return dict(zip(values.tolist(), totals.tolist(), strict=True))
