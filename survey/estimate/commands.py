"""Command line of `estimate`."""

from __future__ import annotations

import click


@click.group()
def estimate() -> None:
    """The room `estimate`."""
