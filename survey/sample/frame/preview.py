"""A look at the first lines of an upload, quick also for a long one, so that its columns can be given their meaning."""

from __future__ import annotations

from dataclasses import dataclass

from survey.base import tables

EXAMPLES = 3


@dataclass(frozen=True)
class PreviewColumn:
    """A column of an upload with its first values."""

    heading: str
    examples: tuple[str, ...]


def columns(data: bytes) -> list[PreviewColumn]:
    """Headings and first values.

    Raises:
        ImportFaults: the file is no table, or it is empty.
    """
    table = tables.head(data, EXAMPLES)
    return [PreviewColumn(heading, tuple(row.get(heading) for row in table.rows)) for heading in table.columns]
