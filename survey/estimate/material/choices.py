"""What one piece of a run's evidence can be narrowed to: only what has answers, and only where there is a choice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from survey.estimate.material import sources
from survey.estimate.run.context import RunCollection
from survey.estimate.run.runs import Snapshot
from survey.estimate.values import Selector
from survey.rounds import service as rounds

T = TypeVar("T")


@dataclass(frozen=True)
class Choices:
    """Groups, collections, forms and channels to choose from; empty where everything is of one."""

    groups: tuple[str, ...]
    collections: tuple[RunCollection, ...]
    forms: tuple[str, ...]
    channels: tuple[int, ...]


def choices(snapshot: Snapshot, piece: Selector) -> Choices:
    """What the answers of a piece differ by. Collections that their forms tell apart are chosen by form."""
    cells = snapshot.cells
    found = sources.collections_of(snapshot, piece)
    rows = cells.where("collection_id", [one.id for one in found])
    answered = set(cells.column("collection_id")[rows].tolist())
    present = tuple(one for one in found if one.id in answered)
    forms = _several(one.form for one in present if one.form)
    said = np.unique(cells.column("group")[cells.where("collection_id", [o.id for o in present if not o.group])])
    groups = [*(one.group for one in present), *(rounds.known_code(str(text)) for text in said.tolist())]
    return Choices(
        groups=() if piece.groups else _several(group for group in groups if group),
        collections=present if not piece.collections and len(present) > max(1, len(forms)) else (),
        forms=forms,
        channels=_several(number for number in np.unique(cells.column("channel")[rows]).tolist() if number > 0),
    )


def _several(found: Iterable[T]) -> tuple[T, ...]:
    different = tuple(dict.fromkeys(found))
    return different if len(different) > 1 else ()
