"""Command line of `followup`."""

from __future__ import annotations

import click


@click.group()
def followup() -> None:
    """The room `followup`."""
