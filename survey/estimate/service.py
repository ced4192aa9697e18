"""The door of `estimate`."""

from __future__ import annotations

from survey.estimate.values import (
    POINTS_100_70_30,
    POINTS_100_75_50_25_0,
    POINTS_100_80_60_30_0,
    POINTS_TABLES,
    DesignFault,
    Difference,
    DomainLine,
    Index,
    PanelSpread,
    Points,
    Run,
    StratumLine,
)
from survey.jobs import Progress
from survey.roles import Viewer

__all__ = [
    "POINTS_100_70_30",
    "POINTS_100_75_50_25_0",
    "POINTS_100_80_60_30_0",
    "POINTS_TABLES",
    "DesignFault",
    "Difference",
    "DomainLine",
    "Index",
    "PanelSpread",
    "Points",
    "Run",
    "StratumLine",
    "compute",
    "indices",
    "latest_run",
    "panel_indices",
    "run",
    "runs",
]


def compute(round_id: int, *, progress: Progress | None = None) -> Run:
    """Read a round's answers once and store the tally with everything the indices need."""
    raise NotImplementedError


def runs(round_id: int) -> list[Run]:
    """The round's runs, newest first."""
    raise NotImplementedError


def run(run_id: int) -> Run:
    """One run."""
    raise NotImplementedError


def latest_run(round_id: int) -> Run | None:
    """The round's newest run."""
    raise NotImplementedError


def indices(
    run_id: int,
    *,
    source: str,
    question: str | None = None,
    points: Points = POINTS_100_80_60_30_0,
    viewer: Viewer | None = None,
) -> list[Index]:
    """Every unit's index from one source; `question` None = the overall question."""
    raise NotImplementedError


def panel_indices(run_id: int, *, viewer: Viewer | None = None) -> list[Index]:
    """Every unit's mean of the panel's scores 0–100; `spread` beside it."""
    raise NotImplementedError
