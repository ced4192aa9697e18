"""Command line of `screen`."""

from __future__ import annotations

import click

from survey.rounds import service as rounds
from survey.screen import service


@click.group()
def screen() -> None:
    """Which answers count."""


GROUP = screen


@screen.command()
@click.argument("round_code")
def totals(round_code: str) -> None:
    """The reconciliation of a round: received = counted + held + excluded + withdrawn codes."""
    for name, number in service.totals(rounds.selection(rounds.round_by_code(round_code))).items():
        click.echo(f"{name}\t{number}")
