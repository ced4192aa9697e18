"""Results as tables: in a terminal, in a notebook, as rows, as a dictionary, as a data frame."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from html import escape
from importlib import import_module
from typing import Any, Literal

import numpy as np

from weighting.errors import WeightingError

#: rows of a printed table; more are said to be there
_ROWS = 20
#: significant digits of printed numbers
_DIGITS = 5


class Printed:
    """What every result has: a table of its own, which each of these shows in its way."""

    def columns(self) -> dict[str, Any]:
        """The table by column, the way in which ``rows``, ``to_dict`` and ``to_frame`` give it.

        A result says its own; left alone, its arrays of one length are the columns, or its numbers are one row.
        """
        if not is_dataclass(self):
            return {}
        values = {f.name: getattr(self, f.name) for f in fields(self) if not f.name.startswith("_") and f.repr}
        lists = {name: _listed(value) for name, value in values.items() if _is_column(value)}
        if lists:
            label = next((name for name in ("labels", "domains", "names") if name in lists), "")
            size = len(lists[label]) if label else max(map(len, lists.values()))
            return {name: column for name, column in lists.items() if len(column) == size}
        single = (bool, int, float, str, np.generic)
        return {name: [_plain(value)] for name, value in values.items() if isinstance(value, single) or value is None}

    def rows(self) -> Iterable[Any]:
        """One dictionary a row.

        >>> from weighting import kish_design_effect, summarise_weights
        >>> next(iter(summarise_weights([1.0, 1, 2]).rows()))["n"]
        3
        """
        table = self.columns()
        return [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]

    def to_dict(self) -> dict[str, list[Any]]:
        """{column: list} of plain Python values, ready for JSON."""
        return {name: [_plain(value) for value in column] for name, column in self.columns().items()}

    def to_frame(self, library: Literal["pandas", "polars"] | None = None) -> Any:
        """A data frame of pandas or polars.

        Args:
            library: which; the first of the two that is installed if left out.

        Raises:
            WeightingError: it is not installed.
        """
        for name in (library,) if library else ("pandas", "polars"):
            try:
                frames = import_module(name)
            except ImportError:
                continue
            return frames.DataFrame(self.to_dict())
        raise WeightingError(f"{library or 'neither pandas nor polars'} is not installed: take rows() or to_dict().")

    def __repr__(self) -> str:
        table = self.columns()
        cells = [[name, *map(_shown, list(column)[:_ROWS])] for name, column in table.items()]
        widths = [max(map(len, column)) for column in cells]
        lines = [
            "  ".join(text.rjust(width) for text, width in zip(line, widths, strict=True))
            for line in zip(*cells, strict=True)
        ]
        size = max((len(column) for column in table.values()), default=0)
        more = [f"… {size - _ROWS} more"] if size > _ROWS else []
        return "\n".join([type(self).__name__, *lines, *more])

    def _repr_html_(self) -> str:
        table = self.columns()
        head = "".join(f"<th>{escape(name)}</th>" for name in table)
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(_shown(value))}</td>" for value in line) + "</tr>"
            for line in list(zip(*table.values(), strict=True))[:_ROWS]
        )
        caption = f"<caption>{type(self).__name__}</caption>"
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _is_column(value: Any) -> bool:
    if isinstance(value, np.ndarray):
        return value.ndim == 1
    return isinstance(value, (tuple, list)) and not any(is_dataclass(item) for item in value)


def _listed(values: Any) -> list[Any]:
    return [_plain(value) for value in (values.tolist() if isinstance(values, np.ndarray) else values)]


def _plain(value: Any) -> Any:
    """A Python value that JSON knows; what is not a number is None."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    plain = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(plain, float) and np.isnan(plain) else plain


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.{_DIGITS}g}"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {item}" for key, item in value.items())
    return str(value)
