"""Command line of `score`."""

from __future__ import annotations

import click


@click.group()
def score() -> None:
    """The room `score`."""
