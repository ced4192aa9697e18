"""Faults of a scheme's leaves against a round, on the lines where the leaves stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from survey.base.errors import ImportFaults
from survey.score.scheme.read import read_source


def placed(error: ImportFaults, text: str) -> ImportFaults:
    """The same refusal with the lines and paths of the text; faults that have a line already stay as they are.

    >>> from survey.base.errors import Fault
    >>> text = "classes:\\n  - components:\\n    - {id: poll, source: poll}\\n"
    >>> [fault.line for fault in placed(ImportFaults("", [Fault(0, "poll", "poll", "…")]), text).faults]
    [3]
    """
    if all(fault.line for fault in error.faults):
        return error
    data, findings = read_source(text)
    leaves = list(_leaves("classes", data.get("classes")))
    found = []
    for fault in error.faults:
        wanted = (fault.column, fault.value)
        paths = [path for path, item in leaves if (str(item.get("id")), str(item.get("source"))) == wanted]
        found += [replace(fault, line=findings.lines.get(path, 0), column=path) for path in paths] or [fault]
    return ImportFaults(error.message, sorted(found, key=lambda fault: fault.line))


def _leaves(path: str, items: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Path and text of every component that has a source of its own."""
    for position, item in enumerate(items if isinstance(items, list) else ()):
        if not isinstance(item, dict):
            continue
        here = f"{path}[{position}]"
        below = next((key for key in ("components", "parts") if key in item), "")
        if below:
            yield from _leaves(f"{here}.{below}", item[below])
        else:
            yield here, item
