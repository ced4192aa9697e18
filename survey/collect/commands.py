"""Command line of `collect`."""

from __future__ import annotations

import click


@click.group()
def collect() -> None:
    """The room `collect`."""
