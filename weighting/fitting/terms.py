"""From columns and terms to the matrix of a model, with the names and the order that R gives them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from weighting.base.arrays import Flags, Floats, Ints
from weighting.base.columns import by_name, is_missing, numbers, plain
from weighting.base.labels import Label, factorise
from weighting.errors import WeightingError


@dataclass(frozen=True, eq=False)
class ModelVariable:
    """A column of a model: numbers, or a factor with its levels."""

    name: str
    #: how R would write it: "factor(unit)" for a number taken as a factor
    written: str
    values: Any
    #: levels that occur among the rows used, the first of which is the base; empty for numbers
    levels: tuple[Label, ...]

    def columns(self, values: Any | None = None) -> list[tuple[str, Floats]]:
        """Name and (n,) numbers of each column, by treatment contrasts."""
        given = self.values if values is None else values
        if not self.levels:
            return [(self.written, np.asarray(given, np.float64))]
        return [(f"{self.written}{_shown(level)}", np.asarray(given == level, np.float64)) for level in self.levels[1:]]


@dataclass(frozen=True, eq=False)
class ModelMatrix:
    """The variables of a model and the terms they form."""

    variables: Mapping[str, ModelVariable]
    #: each term as the names that it crosses
    terms: tuple[tuple[str, ...], ...]
    #: whether there is an intercept
    intercept: bool
    rows: int

    def build(self, changed: Mapping[str, ArrayLike] | None = None, rows: int | None = None) -> Floats:
        """(n, p) columns; some variables may be given other values."""
        n = self.rows if rows is None else rows
        given = {name: self._given(name, (changed or {}).get(name), n) for name in self.variables}
        parts = [np.ones(n)] if self.intercept else []
        for term in self.terms:
            parts += [
                np.prod([column for _, column in chosen], axis=0)
                for chosen in _crossings([self.variables[name].columns(given[name]) for name in term])
            ]
        return np.column_stack(parts)

    def _given(self, name: str, values: ArrayLike | None, n: int) -> Any:
        variable = self.variables[name]
        if values is None:
            return variable.values
        column = np.broadcast_to(plain(values), (n,))
        if not variable.levels:
            return numbers(column, name)
        unknown = [value for value in column.tolist() if value not in variable.levels]
        if unknown:
            raise WeightingError(f"{name} is {unknown[0]!r}, which the model does not know: {variable.levels}.")
        return column

    @property
    def labels(self) -> tuple[str, ...]:
        """(p,) names of the columns."""
        found = ["(Intercept)"] if self.intercept else []
        for term in self.terms:
            crossed = _crossings([self.variables[name].columns() for name in term])
            found += [":".join(name for name, _ in chosen) for chosen in crossed]
        return tuple(found)

    def places(self, term: str) -> Ints:
        """Columns of one term."""
        start = int(self.intercept)
        for names in self.terms:
            width = int(np.prod([max(len(self.variables[name].levels) - 1, 1) for name in names]))
            if _same_term(term, names, self.variables):
                return np.arange(start, start + width)
            start += width
        known = ", ".join(":".join(self.variables[name].written for name in names) for names in self.terms)
        raise WeightingError(f"{term!r} is no term of this model: {known}.")


def _same_term(term: str, names: tuple[str, ...], variables: Mapping[str, ModelVariable]) -> bool:
    wanted = [part.strip() for part in term.split(":")]
    return sorted(wanted) in (sorted(names), sorted(variables[name].written for name in names))


def _crossings(parts: list[list[tuple[str, Floats]]]) -> list[tuple[tuple[str, Floats], ...]]:
    """One column of each part, the first part running fastest, as R orders them."""
    return [tuple(reversed(chosen)) for chosen in product(*reversed(parts))]


def _shown(level: Label) -> str:
    if isinstance(level, (bool, np.bool_)):
        return str(level).upper()
    return f"{level:g}" if isinstance(level, float) else str(level)


def read_terms(terms: str | Sequence[str]) -> tuple[list[tuple[str, ...]], set[str]]:
    """Terms as tuples of names, in R's order, and the names written as factors.

    Args:
        terms: "a + b + a:b", "a * b", "factor(a) + b", or a list of such terms.

    >>> read_terms("a * b + factor(c)")
    ([('a',), ('b',), ('c',), ('a', 'b')], {'c'})
    """
    written = terms.replace("~", "").split("+") if isinstance(terms, str) else list(terms)
    found: list[tuple[str, ...]] = []
    factors: set[str] = set()
    for text in written:
        starred = [part.strip() for part in text.split("*")]
        pieces = [[name.strip() for name in part.split(":")] for part in starred]
        for names in pieces:
            for place, name in enumerate(names):
                if match := re.fullmatch(r"factor\((.+)\)", name):
                    names[place] = match.group(1).strip()
                    factors.add(names[place])
        for size in range(1, len(pieces) + 1):
            found += [tuple(n for piece in chosen for n in piece) for chosen in combinations(pieces, size)]
    unique = list(dict.fromkeys(term for term in found if term not in (("",), ("1",))))
    return sorted(unique, key=len), factors


def model_matrix(data: Any, terms: str | Sequence[str] | None, used: Flags) -> tuple[ModelMatrix, Flags]:
    """Read the variables of a model.

    Args:
        data: {name: (n,) column}, or a DataFrame.
        terms: as in ``read_terms``; left out, every column of ``data``.
        used: (n,) rows that may take part.

    Returns:
        The matrix, and the (n,) rows that have all variables.

    Raises:
        WeightingError: an unknown name, an interaction without its main effects, a factor with one level.
    """
    table = by_name(data)
    if not isinstance(table, Mapping) or not table:
        raise WeightingError("a model needs {name: column}, or a DataFrame.")
    wanted, factors = read_terms(list(table) if terms is None else terms)
    names = list(dict.fromkeys(name for term in wanted for name in term))
    unknown = [name for name in names if name not in table]
    if unknown:
        raise WeightingError(f"the model names {unknown[0]!r}, and the data hold {', '.join(map(str, table))}.")
    for term in wanted:
        lone = [name for name in term if (name,) not in wanted]
        if lone:
            raise WeightingError(f"the interaction {':'.join(term)} needs {lone[0]} as a term of its own too.")
    complete = used.copy()
    columns = {name: _column(table[name], name, len(used), name in factors) for name in names}
    for values, is_factor in columns.values():
        gone = np.array([is_missing(v) for v in values.tolist()]) if is_factor else np.isnan(values)
        complete &= ~gone
    variables = {}
    for name, (values, is_factor) in columns.items():
        levels = factorise(values[complete], name).labels if is_factor else ()
        if is_factor and len(levels) < 2:
            raise WeightingError(f"{name} has the one level {levels}: a factor needs at least two.")
        variables[name] = ModelVariable(name, f"factor({name})" if name in factors else name, values, levels)
    return ModelMatrix(variables, tuple(wanted), intercept=True, rows=len(used)), complete


def _column(values: ArrayLike, name: str, n: int, as_factor: bool) -> tuple[Any, bool]:
    """Numbers, or labels that form a factor."""
    column = plain(values)
    if column.shape != (n,):
        raise WeightingError(f"{name} has shape {column.shape}, and the design has {n} rows.")
    if as_factor:
        gone = np.array([is_missing(value) for value in column.tolist()])
        labels = column.astype(object)
        labels[gone] = None
        return labels, True
    if column.dtype.kind in "iuf":
        return column.astype(np.float64), False
    known = [value for value in column.tolist() if not is_missing(value)]
    if (
        column.dtype.kind == "O"
        and known
        and all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in known)
    ):
        return numbers(column, name), False
    return column.astype(object), True
