"""Command line of `screen`."""

from __future__ import annotations

import click


@click.group()
def screen() -> None:
    """The room `screen`."""
