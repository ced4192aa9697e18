"""Command line of `screen`."""

from __future__ import annotations

import click

from survey.base.errors import NotFound
from survey.screen import service
from survey.units import service as units


@click.group()
def screen() -> None:
    """Which answers count."""


GROUP = screen


@screen.command()
@click.argument("round_code")
def totals(round_code: str) -> None:
    """The reconciliation of a round: received = counted + held + excluded."""
    found = next((one for one in units.rounds() if one.code == round_code), None)
    if found is None:
        raise NotFound(f"There is no round {round_code}.")
    for name, number in service.totals(found.id).items():
        click.echo(f"{name}\t{number}")
