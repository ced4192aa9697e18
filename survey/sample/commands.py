"""Command line of `sample`."""

from __future__ import annotations

import click


@click.group()
def sample() -> None:
    """The room `sample`."""
