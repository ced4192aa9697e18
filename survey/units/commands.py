"""Command line of `units`."""

from __future__ import annotations

import click


@click.group()
def units() -> None:
    """The room `units`."""
